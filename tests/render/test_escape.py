import pytest
from hypothesis import given
from hypothesis import strategies as st

from elfdiff.render.escape import columns, shorten, shorten_pair, visible


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("plain text", "plain text"),
        ("a\nb\r\tc", "a\\nb\\r\\tc"),
        ("\x1b[31mred", "\\x1b[31mred"),
        ("nul\0", "nul\\x00"),
        ("\x85next", "\\u0085next"),
        ("\u202eevil", "\\u202eevil"),
        ("zero\u200bwidth", "zero\\u200bwidth"),
        ("caf\u00e9", "caf\u00e9"),
        (b"\xff/x".decode("utf-8", "surrogateescape"), "\\xff/x"),
        ("\ud800", "\\ud800"),
        ("back\\slash", "back\\slash"),
        ("\U000e0001", "\\U000e0001"),
    ],
)
def test_visible(raw: str, shown: str) -> None:
    assert visible(raw) == shown


def test_visible_in_ascii_keeps_no_character_beyond_it() -> None:
    assert visible("café … \U0001f600", ascii_only=True) == "caf\\u00e9 \\u2026 \\U0001f600"


@given(st.text(st.characters(codec=None), max_size=60), st.booleans())
def test_visible_is_printable_and_idempotent(text: str, ascii_only: bool) -> None:
    shown = visible(text, ascii_only)
    assert shown.isprintable()
    assert visible(shown, ascii_only) == shown
    assert shown.isascii() or not ascii_only


@given(st.text(st.characters(codec=None), max_size=200), st.integers(8, 60), st.booleans())
def test_shorten_fits(text: str, width: int, ascii_only: bool) -> None:
    assert columns(shorten(text, width, ascii_only)) <= width


def test_shorten_keeps_both_ends() -> None:
    assert shorten("/home/ci/build-1/very/deep/file.c", 20) == "/home/ci/b…ep/file.c"
    assert shorten("/home/ci/build-1/very/deep/file.c", 21, ascii_only=True) == "/home/ci/...ep/file.c"


def test_shorten_counts_wide_characters_twice() -> None:
    assert columns(shorten("漢" * 40, 21)) <= 21
    assert columns("漢a\u0301") == 3


def test_a_huge_value_is_cut_before_it_is_escaped() -> None:
    shown = shorten("\0" * (1 << 24), 40)
    assert len(shown) == 40


def test_shortened_pair_shows_the_difference() -> None:
    common = "x" * 500
    a, b = shorten_pair(f"{common}one{common}", f"{common}two{common}", 60)
    assert "one" in a
    assert "two" in b
    assert columns(a) <= 60
    assert columns(b) <= 60


def test_pair_that_fits_is_left_alone() -> None:
    assert shorten_pair("same start, one", "same start, two", 60) == ("same start, one", "same start, two")
