"""Pairing of changed texts, and the texts that only moved."""

from typing import cast

from elfdiff.comparison.texts.find import Spot
from elfdiff.comparison.texts.pairing import Contents, only_moved, pair_texts, skeleton
from elfdiff.elf.model import Section


def test_a_skeleton_hides_what_varies() -> None:
    assert skeleton(b"built Nov 23 2026 01:29:37") == skeleton(b"built Dec  3 2025 11:00:01")
    assert skeleton(b"commit 0123abcdef0") == skeleton(b"commit fedcba98765")
    assert skeleton(b"alpha") != skeleton(b"beta")


def test_a_text_with_a_stray_byte_in_front_is_found() -> None:
    assert Contents(b"\0_LOADED\0cannot %s %s: %s\0").holds_pieces_of(b"P?cannot %s %s: %s")


def test_texts_without_ends_are_found_in_pieces() -> None:
    assert Contents(b"...tail calls\0/w/x1/src/lapi.c\0").holds_pieces_of(b"...tail calls/w/x1/src/lapi.c")


def test_a_changed_digit_is_not_explained_by_pieces() -> None:
    assert not Contents(b"Nov 23 2026 01:44:40\0").holds_pieces_of(b"Nov 23 2026 01:44:41")


def test_an_appended_word_is_not_explained_by_pieces() -> None:
    assert not Contents(b"hello world\0").holds_pieces_of(b"hello world, again")


def test_a_text_that_goes_on_is_a_change() -> None:
    a, b = Contents(b"revision 0123abc\0%s-dirty\0"), Contents(b"revision 0123abc-dirty\0%s-dirty\0")
    assert not only_moved(b"revision 0123abc", b"revision 0123abc-dirty", a, b)


def test_a_stray_byte_in_front_is_no_change() -> None:
    assert only_moved(b"@_LOADED", b"_LOADED", Contents(b"@_LOADED\0"), Contents(b"\0_LOADED\0"))


def test_texts_that_open_alike_are_partners() -> None:
    section = cast(Section, None)
    a = [Spot(section, 0, b"built by ci@runner-7")]
    b = [Spot(section, 0, b"built by margarete@buildd-arm-04"), Spot(section, 40, b"something else entirely")]
    pairs = pair_texts(a, b, {0: b""}, {0: b"", 40: b""}, False, {0: a[0].text})
    assert pairs[0] == (a[0], b[0], "similar")


def test_a_changed_letter_near_the_front_is_a_change() -> None:
    a, b = (
        Contents(b"\0attempt to compare two\0attempt to call\0"),
        Contents(b"\0attEmpt to compare two\0attempt to call\0"),
    )
    assert not only_moved(b"attempt to compare two", b"attEmpt to compare two", a, b)


def test_a_directory_in_front_of_a_path_is_no_stray_number() -> None:
    assert not Contents(b"\0/tmp/d2uXXXXXX\0").holds_pieces_of(b"/var/tmp/d2uXXXXXX")


def test_names_of_one_unit_are_partners_whatever_they_look_like() -> None:
    section = cast(Section, None)
    a = [Spot(section, 0, b"/tmp/ccqlTpyg.s"), Spot(section, 20, b"/tmp/ccedzAJm.s")]
    b = [Spot(section, 0, b"/tmp/ccLqx7d0.s"), Spot(section, 20, b"/tmp/ccRBpgNp.s")]
    plain = {spot.offset: spot.text for spot in a}
    told = {a[0].text: b[1].text, a[1].text: b[0].text}
    before = {0: b"", 20: b""}
    pairs = pair_texts(a, b, before, before, False, plain, told)
    assert pairs == [(a[0], b[1], "unit"), (a[1], b[0], "unit")]
