"""random-build-id and content-hash decide about the same note, so they are tested together."""

from __future__ import annotations

from dataclasses import replace

import pytest

from elfdiff.actions import AddWords
from elfdiff.causes.content_hash import detect as content_hash
from elfdiff.causes.random_build_id import detect as random_build_id
from elfdiff.evidence.model import Context, DebugLinkChange, ModuleInfoChange
from elfdiff.report import Effect, Role


@pytest.fixture
def claims(ask):
    def run(evidence):
        return {**ask(random_build_id, evidence), **ask(content_hash, evidence)}

    return run


@pytest.mark.parametrize("length", [8, 20, 32])
@pytest.mark.parametrize("only", [True, False])
def test_lengths_that_no_uuid_has_are_hashes(seen, claims, length, only):
    evidence = seen.given(seen.build_id(length), only_hashes_differ=only, has_debug=True)
    assert claims(evidence) == {"build-id-content-hash": "certain"}


def test_sixteen_bytes_alone_in_a_whole_file_are_random(seen, claims):
    whole = seen.given(seen.build_id(16), only_hashes_differ=True, has_debug=True)
    assert claims(whole) == {"build-id-uuid": "certain"}


def test_after_strip_it_may_be_an_md5(seen, claims):
    stripped = seen.given(seen.build_id(16), only_hashes_differ=True, stripped=True)
    assert claims(stripped) == {"build-id-uuid": "possible", "build-id-content-hash": "likely"}
    (match,) = random_build_id.detect(stripped)
    assert "md5" in match.note
    without_debug = seen.given(seen.build_id(16), only_hashes_differ=True)
    assert claims(without_debug)["build-id-uuid"] == "possible"
    with_files = seen.given(seen.build_id(16), only_hashes_differ=True, whole=True)
    assert claims(with_files) == {"build-id-uuid": "certain"}
    versioned = seen.given(seen.build_id(16, versioned_uuid=True), only_hashes_differ=True, stripped=True)
    assert claims(versioned) == {"build-id-uuid": "certain"}


def test_sixteen_bytes_beside_other_differences(seen, claims):
    doubt = {"build-id-uuid": "possible", "build-id-content-hash": "likely"}
    assert claims(seen.given(seen.build_id(16))) == doubt
    assert claims(seen.given(seen.build_id(16), whole=True)) == {"build-id-uuid": "likely"}
    assert claims(seen.given(seen.build_id(16), whole=True, a_tools=(("lld", "14"),))) == doubt
    proved = replace(seen.build_id(16), digest=True)
    assert claims(seen.given(proved, whole=True)) == {"build-id-content-hash": "certain"}
    assert claims(seen.given(seen.build_id(16, versioned_uuid=True))) == {"build-id-uuid": "likely"}


def test_another_debug_file_means_a_hash(seen, claims):
    link = DebugLinkChange(section=".gnu_debuglink", name_differs=False, crc_differs=True)
    evidence = seen.given(seen.build_id(16), link, only_hashes_differ=True, has_debug=True)
    assert claims(evidence) == {"build-id-content-hash": "certain", "debuglink-crc": "certain"}


def test_another_length_is_another_setting(seen, claims):
    assert claims(seen.given(seen.build_id(16, 20))) == {}
    assert claims(seen.given(seen.build_id(0, 20))) == {}


def test_other_digests(seen, claims):
    alt = DebugLinkChange(section=".gnu_debugaltlink", name_differs=False, crc_differs=True)
    assert claims(seen.given(alt)) == {"debugaltlink-dwz": "certain"}
    assert claims(seen.given(seen.build_id(80, kind="go-build-id"))) == {"build-id-go": "certain"}
    assert claims(seen.given(seen.renamed("llvm-suffix"))) == {"thinlto-promoted-suffix": "certain"}
    assert claims(seen.given(seen.renamed("lto-unit"))) == {"embedded-hash-of-content": "certain"}
    module = ModuleInfoChange(section=".modinfo", key="srcversion", a_value="0A", b_value="1B")
    assert claims(seen.given(module)) == {"embedded-hash-of-content": "certain"}
    name_only = DebugLinkChange(section=".gnu_debuglink", name_differs=True, crc_differs=False)
    assert claims(seen.given(name_only)) == {}


def test_a_hash_is_a_consequence_and_its_fix_a_mask():
    assert content_hash.role is Role.CONSEQUENCE
    assert {fix.effect for fix in content_hash.fixes} == {Effect.MASKS}


def test_the_flag_goes_to_who_links():
    assert [f.action for f in random_build_id.fixes_for(Context(), ("build-id-uuid",))] == [
        AddWords(("LDFLAGS",), ("-Wl,--build-id=sha1",))
    ]
    rust = random_build_id.fixes_for(Context(a_tools=(("rustc", "1.95.0"), ("gcc", "12.2.0"))), ("build-id-uuid",))
    assert [f.action for f in rust] == [AddWords(("RUSTFLAGS",), ("-Clink-arg=-Wl,--build-id=sha1",))]
    go = content_hash.fixes_for(Context(languages=("go",)), ("build-id-go",))
    assert [f.action for f in go] == [AddWords(("GOFLAGS",), ("-ldflags=-buildid=",))]
