from __future__ import annotations

from dataclasses import replace

import pytest

from elfdiff.causes.vcs_state import detect as vcs_state
from elfdiff.evidence.model import GoSettingChange, WordChange, WordKind

FACE = "vcs-revision"


def setting(key, a, b):
    return GoSettingChange(section=".go.buildinfo", key=key, a_value=a, b_value=b)


def test_a_commit_beside_its_name_is_proof(seen, ask):
    word = seen.word(WordKind.REVISION, "0a1b2c3d4e5f", "99b2c3d4e5f0", "revision 0a1b2c3d4e5f")
    assert ask(vcs_state, seen.given(word)) == {FACE: "certain"}
    described = seen.word(WordKind.DESCRIBE, "v2.1.0-1-g7c9bc5f", "v2.1.0-2-ge3f9e93")
    assert ask(vcs_state, seen.given(described)) == {FACE: "certain"}


def test_the_name_of_the_object_says_so_too(seen, ask):
    word = WordChange(
        symbol="stamp_vcs",
        kind=WordKind.REVISION,
        a_word="0a1b2c3d",
        b_word="99b2c3d4",
        context="0a1b2c3d",
        a=seen.place("0a1b2c3d"),
        b=seen.place("99b2c3d4"),
    )
    assert ask(vcs_state, seen.given(word)) == {FACE: "certain"}


def test_a_lone_hexadecimal_word_may_be_a_digest(seen, ask):
    assert ask(vcs_state, seen.given(seen.word(WordKind.REVISION, "0a1b2c3d", "99b2c3d4"))) == {FACE: "possible"}
    assert ask(vcs_state, seen.given(seen.word(WordKind.REVISION, "0a" * 20, "1b" * 20))) == {FACE: "likely"}


def test_build_metadata_of_a_version_is_a_commit(seen, ask):
    word = seen.word(WordKind.REVISION, "0a1b2c3d", "99b2c3d4", "tool 1.4.0-dev+0a1b2c3d (linux)")
    assert ask(vcs_state, seen.given(word)) == {FACE: "likely"}


@pytest.mark.parametrize(
    ("settings", "note"),
    [
        ([("vcs.revision", "1" * 40, "2" * 40)], "the commits differ, so the sources may differ too"),
        ([("vcs.modified", "false", "true")], "the commit is the same; one tree had uncommitted changes"),
        ([("vcs.revision", "1" * 40, None)], "one side was built outside a checkout, or with -buildvcs=false"),
    ],
)
def test_go_settings_are_proof_and_say_what_happened(seen, settings, note):
    (match,) = vcs_state.detect(seen.given(*(setting(*item) for item in settings)))
    assert (match.face, match.confidence.value, match.note) == (FACE, "certain", note)


def test_the_commit_time_and_the_pseudo_version_belong_to_it(seen):
    stamp = seen.stamp("iso", (2026, 3, 1), (12, 0, 0))
    facts = [
        setting("vcs.time", "2026-03-01T12:00:00Z", "2026-03-02T12:00:00Z"),
        seen.time(stamp, stamp, section=".go.buildinfo"),
        seen.drift("example.org/tool", "v0.0.0-20260301120000-7c9bc5f0aa11", "(devel)", local=True),
        seen.drift("example.org/other", "v1.0.0", "v1.1.0"),
    ]
    (match,) = vcs_state.detect(seen.given(*facts))
    assert set(match.because) == set(facts[:3])


def test_other_words_and_settings_are_not_version_control(seen, ask):
    assert ask(vcs_state, seen.given(setting("-tags", "a", "b"))) == {}
    assert ask(vcs_state, seen.given(seen.word(WordKind.VERSION, "1.4.2", "1.4.3"))) == {}
    assert ask(vcs_state, seen.given(seen.word(WordKind.RUSTC_COMMIT, "5" * 40, "6" * 40))) == {}


def test_line_ends_and_lfs_pointers_come_from_the_checkout(seen, ask):
    ends = [seen.text("one\\r\\ntwo", "one\\ntwo"), seen.text("usage\\r\\n", "usage\\n")]
    assert ask(vcs_state, seen.given(*ends)) == {"vcs-checkout-artifacts": "certain"}
    assert ask(vcs_state, seen.given(ends[0])) == {"vcs-checkout-artifacts": "likely"}
    pointer = seen.text("version https://git-lfs.github.com/spec/v1", "PNG")
    assert ask(vcs_state, seen.given(pointer)) == {"vcs-checkout-artifacts": "certain"}
    assert ask(vcs_state, seen.given(seen.text("one two", "one three"))) == {}


@pytest.mark.parametrize(
    ("a", "b", "found"),
    [
        ("$Id: m.c 12 2024-01-02 joe $", "$Id$", "certain"),
        ("v $Format:%h$ of tool", "v 7c9bc5f of tool", "certain"),
        ("$Revision: 12 $", "$Revision: 13 $", "likely"),
        ("costs $5, Id: 3$", "costs $6, Id: 3$", None),
        ("$Id: a $ one", "$Id: b $ two", None),
    ],
)
def test_keywords_that_version_control_fills_in(seen, ask, a, b, found):
    expected = {"vcs-checkout-artifacts": found} if found else {}
    assert ask(vcs_state, seen.given(seen.text(a, b))) == expected
    assert ask(vcs_state, seen.given(seen.text(b, a))) == expected


def test_go_gets_its_flag_and_c_a_sentence(seen):
    def actions(*languages):
        context = seen.given(languages=languages).context
        return [fix.action.line for fix in vcs_state.fixes_for(context, (FACE,))]

    assert actions("go")[0] == 'export GOFLAGS="$GOFLAGS -buildvcs=false"'
    assert not any("GOFLAGS" in action for action in actions("c"))


def test_a_number_is_no_commit(seen, ask):
    text = "Incompatible checksums (0x%x vs (0x3fa45b6, 0x82a3537)"
    word = seen.word(WordKind.REVISION, "3fa45b6", "27a7a5c", text)
    assert ask(vcs_state, seen.given(word)) == {}
    assert ask(vcs_state, seen.given(seen.word(WordKind.REVISION, "3fa45b6", "27a7a5c", "built from 3fa45b6"))) != {}


def test_a_number_in_hexadecimal_is_no_commit(seen, ask):
    assert ask(vcs_state, seen.given(seen.word(WordKind.REVISION, "0x3fa45b6", "0x27a7a5c", "(0x3fa45b6, 0x1)"))) == {}


def test_a_commit_that_go_was_given_by_hand(seen, ask):
    """-buildvcs=false does not reach what -ldflags -X sets."""
    given = replace(
        seen.word(WordKind.REVISION, "1a2b3c4d5e6f", "9f8e7d6c5b4a", "-X main.who=1a2b3c4d5e6f"),
        section=".go.buildinfo",
    )
    text = seen.word(WordKind.REVISION, "1a2b3c4d5e6f", "9f8e7d6c5b4a")
    go = {"languages": ("go",)}
    assert ask(vcs_state, seen.given(given, text, **go)) == {"vcs-go-variable": "likely"}
    stamped = setting("vcs.revision", "1" * 40, "9" * 40)
    assert ask(vcs_state, seen.given(given, text, stamped, **go)) == {FACE: "certain", "vcs-go-variable": "likely"}


@pytest.mark.parametrize(
    ("a", "b", "context", "level"),
    [
        ("v0.2.0-1263-gf2e45c4", "v0.2.0-1263-gf2e45c43", "", "certain"),
        ("f2e45c4", "f2e45c4301aa", "commit f2e45c4", "certain"),
        ("git-f2e45c4301", "git-f2e45c4", "", "certain"),
    ],
)
def test_one_commit_of_other_lengths_is_an_abbreviation(seen, ask, a, b, context, level):
    kind = WordKind.DESCRIBE if a.startswith("v") else WordKind.REVISION
    assert ask(vcs_state, seen.given(seen.word(kind, a, b, context))) == {"vcs-abbreviation": level}


def test_two_commits_are_no_abbreviation(seen, ask):
    word = seen.word(WordKind.DESCRIBE, "v0.2.0-1263-gf2e45c4", "v0.2.0-1264-g0b1e5c43")
    assert ask(vcs_state, seen.given(word)) == {FACE: "certain"}
