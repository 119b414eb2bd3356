from __future__ import annotations

from elfdiff.causes.signature import detect as signature
from elfdiff.evidence.model import LoneSectionChange, SectionChange, TailChange


def tail(seen, a=True, b=True, kind="module-signature"):
    return TailChange(a=seen.place("435 bytes") if a else None, b=seen.place("435 bytes") if b else None, kind=kind)


def test_a_signature_over_equal_content_is_the_cause(seen, ask):
    assert ask(signature, seen.given(tail(seen))) == {"kernel-module-signature": "certain"}


def test_a_signature_over_other_content_only_follows(seen, ask):
    assert ask(signature, seen.given(tail(seen), seen.path("/w/a", "/w/b", "x.c"))) == {}
    resized = SectionChange(name=".text", status="resized", a_size=8, b_size=9, allocated=True)
    assert ask(signature, seen.given(tail(seen), resized)) == {}


def test_a_signature_on_one_side_is_said_in_any_case(seen, ask):
    evidence = seen.given(tail(seen, b=False), seen.path("/w/a", "/w/b", "x.c"))
    assert ask(signature, evidence) == {"kernel-module-signature": "certain"}


def test_sections_that_hold_a_signature(seen, ask):
    one_side = SectionChange(name=".sig_key", status="added", a_size=None, b_size=8192, allocated=False)
    assert ask(signature, seen.given(one_side)) == {"elf-embedded-signature": "certain"}
    assert ask(signature, seen.given(LoneSectionChange(name=".sha256_sig"))) == {"elf-embedded-signature": "certain"}
    assert ask(signature, seen.given(LoneSectionChange(name=".text"))) == {}


def test_other_tails_are_no_signature(seen, ask):
    assert ask(signature, seen.given(tail(seen, kind="zip"))) == {}
