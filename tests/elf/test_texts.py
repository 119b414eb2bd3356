"""Strings of units may share their ends; what is handed out of them is bounded by the sections."""

from __future__ import annotations

import pytest

from elfdiff.elf.forms import _SLACK, Texts, TooShared


def test_each_string_is_read_once() -> None:
    texts = Texts({"str": b"\0name\0"})
    assert texts.at("str", 1) is texts.at("str", 1) == "name"
    assert (texts.at("str", 6), texts.at("line_str", 0)) == (None, None)


def test_strings_that_share_more_than_the_limit_are_left_out() -> None:
    size = 60_000
    texts = Texts({"str": b"a" * size + b"\0"})
    most = (4 * (size + 1) + _SLACK) // size
    for at in range(most):
        assert texts.at("str", at) == "a" * (size - at)
    with pytest.raises(TooShared, match=r"strings of \.debug_str share so many bytes"):
        [texts.at("str", at) for at in range(most, size)]
