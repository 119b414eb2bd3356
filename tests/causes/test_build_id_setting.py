from __future__ import annotations

import pytest

from elfdiff.actions import AddWords
from elfdiff.causes.build_id_setting import detect as build_id_setting
from elfdiff.report import Effect

FACE = "build-id-fixed-or-salted"


@pytest.mark.parametrize(("a", "b"), [(20, 8), (20, 16), (20, 0), (0, 20), (5, 5)])
def test_lengths_are_set_and_not_computed(seen, ask, a, b):
    assert ask(build_id_setting, seen.given(seen.build_id(a, b))) == {FACE: "certain"}


@pytest.mark.parametrize("length", [8, 16, 20, 32])
def test_an_id_of_usual_length_is_a_hash(seen, ask, length):
    assert ask(build_id_setting, seen.given(seen.build_id(length))) == {}


def test_another_linker_has_another_default(seen, ask):
    drift = seen.tool("lld", None, "LLD 14.0.6")
    assert ask(build_id_setting, seen.given(drift, seen.build_id(20, 8))) == {}


def test_a_salt_is_set_too_and_other_notes_are_not(seen, ask):
    assert ask(build_id_setting, seen.given(seen.build_id(4, 5, kind="build-salt"))) == {FACE: "certain"}
    assert ask(build_id_setting, seen.given(seen.build_id(83, 0, kind="go-build-id"))) == {}


def test_fixes_follow_the_language_and_none_is_last_and_a_mask(seen):
    def fixes(*languages):
        return build_id_setting.fixes_for(seen.given(languages=languages).context, (FACE,))

    assert fixes("c")[0].action == AddWords(("LDFLAGS",), ("-Wl,--build-id=sha1",))
    assert fixes("rust")[0].action == AddWords(("RUSTFLAGS",), ("-Clink-arg=-Wl,--build-id=sha1",))
    assert fixes("c")[-1].effect is Effect.MASKS
