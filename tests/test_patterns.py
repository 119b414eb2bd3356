"""Patterns that are compiled late."""

import re

import pytest

from elfdiff.patterns import late


def test_it_does_what_the_compiled_pattern_does() -> None:
    text, compiled = "ab12 cd34", re.compile(r"(?P<word>[a-z]+)(\d+)", re.I)
    for use in (
        lambda pattern: pattern.search(text).groups(),
        lambda pattern: pattern.match("nothing"),
        lambda pattern: pattern.sub("x", text),
        lambda pattern: pattern.findall(text),
        lambda pattern: [match.span() for match in pattern.finditer(text)],
        lambda pattern: (pattern.pattern, pattern.groups, dict(pattern.groupindex), pattern.flags),
    ):
        pattern = late(compiled.pattern, re.I)
        assert use(pattern) == use(compiled)
        assert use(pattern) == use(compiled)


def test_bytes_are_patterns_too() -> None:
    found = late(rb"\d+").search(b"ab12")
    assert found is not None
    assert found[0] == b"12"


def test_an_error_shows_at_the_first_use() -> None:
    broken = late("(")
    with pytest.raises(re.error):
        broken.search("text")
