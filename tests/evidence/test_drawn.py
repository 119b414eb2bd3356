"""Bytes that look drawn at random, and those that only look so because they moved."""

from __future__ import annotations

import hashlib

import pytest

from elfdiff.evidence.drawn import _moved

ONE, OTHER = hashlib.sha256(b"a").digest(), hashlib.sha256(b"b").digest()


@pytest.mark.parametrize(
    ("a", "b"),
    [
        (b"9)\0lib/text.c\0text.c\0%s: ab", b"10)\0lib/text.c\0text.c\0%s: a"),
        (b"false\n" + ONE[:16], b"true\n" + ONE[:17]),
        (ONE, ONE[3:] + b"abc"),
    ],
)
def test_what_a_longer_word_pushed_on_was_not_drawn(a: bytes, b: bytes) -> None:
    assert _moved(a, b)
    assert _moved(b, a)


@pytest.mark.parametrize(("a", "b"), [(ONE, OTHER), (ONE[:16], OTHER[:16])])
def test_what_was_drawn_has_not_moved(a: bytes, b: bytes) -> None:
    assert not _moved(a, b)
