"""What the directories of build scripts say of cargo's command."""

from __future__ import annotations

from elfdiff.causes.build_flags import detect as build_flags
from elfdiff.causes.build_path import TARGET_MAP, choose
from elfdiff.causes.build_path import detect as build_path
from elfdiff.causes.rust_metadata import detect as rust_metadata
from elfdiff.evidence.model import Context

PLAIN = "/w/probe/target/release/build/probe-bd1ea7711eb49cb9"
NAMED = "/w/probe/target/x86_64-unknown-linux-gnu/release/build/probe-9c54d55d68ec9400"
FLAGS = "tool-flags-optimisation"


def test_a_target_named_on_one_side_is_no_place(seen, ask):
    crate = seen.renamed("rust-unit", "probe", 1), seen.renamed("rust-legacy", "probe", 9)
    for other in (NAMED, "/w/probe/target/debug/build/probe-9c54d55d68ec9400"):
        evidence = seen.given(seen.path(PLAIN, other, "out/gen.rs"), *crate, languages=("rust",))
        assert ask(build_flags, evidence) == {FLAGS: "certain"}
        assert ask(build_path, evidence) == {}
        assert ask(rust_metadata, evidence) == {}


def test_a_target_directory_elsewhere_has_a_map_of_its_own(seen, ask):
    tail = "release/build/probe-bd1ea7711eb49cb9/out/gen.rs"
    evidence = seen.given(seen.path("/w/probe/target", "/fast/output", tail), languages=("rust",))
    assert ask(build_path, evidence) == {"path-cargo-target-dir": "certain"}
    assert ask(build_flags, evidence) == {}
    assert choose(Context(languages=("rust",)), ("path-cargo-target-dir",)) == (TARGET_MAP,)


def test_a_target_directory_inside_the_tree_goes_with_it(seen, ask):
    tail = "target/release/build/probe-bd1ea7711eb49cb9/out/gen.rs"
    evidence = seen.given(seen.path("/w/probe", "/w/other-i386-tree", tail), languages=("rust",))
    assert ask(build_path, evidence) == {"path-file-macro": "certain"}
