from __future__ import annotations

import pytest

from elfdiff.causes.content_hash import detect as content_hash
from elfdiff.causes.signature import detect as signature
from elfdiff.evidence.model import BuildIdKept, SymbolsAlone, TailChange

FACE = "kernel-module-signature"


@pytest.fixture
def tail(seen):
    return TailChange(a=seen.place("475 bytes"), b=seen.place("475 bytes"), kind="module-signature")


def test_only_the_signatures_differ(seen, ask, tail):
    assert ask(signature, seen.given(tail)) == {FACE: "certain"}
    assert ask(signature, seen.given(tail, BuildIdKept(length=20))) == {FACE: "certain"}
    assert ask(signature, seen.given(tail, BuildIdKept(length=20), SymbolsAlone())) == {FACE: "certain"}


def test_signed_content_that_differs_makes_the_signature_a_consequence(seen, ask, tail):
    for inside in (seen.text("one", "two"), seen.build_id(20)):
        assert ask(signature, seen.given(tail, inside)) == {}
        assert ask(content_hash, seen.given(tail, inside))["embedded-hash-of-content"] == "certain"
    assert ask(content_hash, seen.given(tail)) == {}


def test_other_bytes_behind_the_end_are_no_signature(seen, ask):
    assert ask(signature, seen.given(TailChange(a=seen.place("x"), b=None, kind="zip"))) == {}
