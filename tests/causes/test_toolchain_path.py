from __future__ import annotations

import pytest

from elfdiff.causes.toolchain_path import detect as toolchain_path
from elfdiff.evidence.model import PathPlace, WordKind

VIRTUAL = "/rustc/" + "5" * 40
REAL = "/root/.rustup/toolchains/stable-x86_64-unknown-linux-gnu/lib/rustlib/src/rust"


def test_rust_src_on_one_side(seen, ask):
    source = "library/core/src/fmt/mod.rs"
    assert ask(toolchain_path, seen.given(seen.path(VIRTUAL, REAL, source))) == {"path-rust-src-component": "certain"}
    assert ask(toolchain_path, seen.given(seen.path(REAL, VIRTUAL, source))) == {"path-rust-src-component": "certain"}


@pytest.mark.parametrize(
    ("a", "b", "tail"),
    [
        ("/opt/gcc-x", "/usr", "lib/gcc/x86_64-linux-gnu/12/include"),
        ("/home/a/ndk", "/opt/ndk", "toolchains/llvm/prebuilt/linux-x86_64/lib/clang/17/include"),
        (REAL.split("/lib/rustlib")[0], "/opt/rust", "lib/rustlib/src/rust/library/std/src/lib.rs"),
    ],
)
def test_one_toolchain_in_two_places(seen, ask, a, b, tail):
    evidence = seen.given(seen.path(a, b, tail, PathPlace.DEBUG_OTHER))
    assert ask(toolchain_path, evidence) == {"path-sysroot-toolchain-install": "certain"}


def test_another_loader_is_likely(seen, ask):
    loader = seen.path("/lib64", "/nix/store/abc-glibc/lib", "ld-linux-x86-64.so.2", PathPlace.INTERPRETER)
    assert ask(toolchain_path, seen.given(loader)) == {"path-sysroot-toolchain-install": "likely"}
    linked = seen.given(loader, seen.build_id(20))
    assert ask(toolchain_path, linked) == {"path-sysroot-toolchain-install": "certain"}
    beside = seen.given(loader, seen.build_id(20), seen.function("main"))
    assert ask(toolchain_path, beside) == {"path-sysroot-toolchain-install": "likely"}


def test_another_version_is_another_toolchain(seen, ask):
    headers = seen.path("/usr/lib/gcc/x86_64-linux-gnu/11", "/usr/lib/gcc/x86_64-linux-gnu/12", "include/stddef.h")
    assert ask(toolchain_path, seen.given(headers)) == {}
    other = seen.path("/rustc/" + "5" * 40, "/rustc/" + "6" * 40, "library/core/src/lib.rs")
    assert ask(toolchain_path, seen.given(other)) == {}
    moved = seen.path(VIRTUAL, REAL, "library/core/src/lib.rs")
    commit = seen.word(WordKind.RUSTC_COMMIT, "5" * 40, "6" * 40)
    assert ask(toolchain_path, seen.given(moved, commit)) == {}
    assert ask(toolchain_path, seen.given(moved, seen.tool("rustc", "1.94", "1.95"))) == {}


def test_the_users_directories_are_not_toolchains(seen, ask):
    assert ask(toolchain_path, seen.given(seen.path("/home/ci/a", "/tmp/b", "src/main.c"))) == {}
    assert ask(toolchain_path, seen.given(seen.path("/bin", "/usr/bin", "sed"))) == {}
