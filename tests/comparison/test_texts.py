"""Texts that one section lacks, in runs short and long."""

import struct
from typing import cast

import pytest

from elfdiff.comparison.texts.find import Unmatched, _cut, _lacking, _of_double, _pieces, is_counted
from elfdiff.elf.model import Section
from elfdiff.span import Span

SECTION = Section(1, ".rodata", 1, "PROGBITS", 2, 0, 0, 0, 0, 0, 1, 0, None, Span(0, 0), Span(0, 0))


def run(words: list[str]) -> bytes:
    return "".join(words).encode()


def test_a_change_far_inside_a_long_run_is_one_text_with_its_surroundings() -> None:
    words = [f"text number {i * 7919 % 10007} of the program " for i in range(4000)]
    changed = list(words)
    changed[3000] = "another thing altogether "
    a = list(_pieces(iter([(0, run(words))])))
    b = list(_pieces(iter([(0, run(changed))])))
    (spot,) = _lacking(SECTION, run(words), a, b, Unmatched(0))[0]
    assert words[3000].strip().encode() in spot.text
    assert len(spot.text) < 2000
    (partner,) = _lacking(SECTION, run(changed), b, a, Unmatched(0))[0]
    assert b"another thing altogether" in partner.text


def test_pieces_are_the_whole_run() -> None:
    text = run([f"{i:x}+" for i in range(5000)])
    pieces = list(_pieces(iter([(10, text)])))
    assert b"".join(piece for _, piece in pieces) == text
    assert pieces[0][0] == 10
    assert len(pieces) > 50


def test_short_texts_stay_whole() -> None:
    spots, before = _lacking(
        cast(Section, SECTION),
        b"alpha\0beta one\0     gamma\0",
        [(0, b"alpha"), (6, b"beta one"), (20, b"gamma")],
        [(0, b"alpha"), (6, b"gamma")],
        Unmatched(0),
    )
    assert [spot.text for spot in spots] == [b"beta one"]
    assert before == {6: b"alpha"}


def test_a_few_printable_bytes_in_a_table_of_numbers_are_no_text() -> None:
    numbers = bytes(range(0x80, 0xC0))
    lone = numbers + b"Qkkbal" + numbers
    assert _lacking(SECTION, lone, [(64, b"Qkkbal")], [], Unmatched(0))[0] == []
    in_text = b"usage: tool FILE\0Qkkbal\0no such file\0" + numbers
    assert [spot.text for spot in _lacking(SECTION, in_text, [(17, b"Qkkbal")], [], Unmatched(0))[0]] == [b"Qkkbal"]


def _lacks(text: bytes, partner: bytes) -> bytes:
    """What is found of ``text`` in a section that held ``partner`` before."""
    contents = b"\1\0\2\0" + text + b"\0"
    (spot,) = _lacking(
        SECTION, contents, list(_pieces(iter([(4, text)]))), list(_pieces(iter([(4, partner)]))), Unmatched(0)
    )[0]
    assert contents[spot.offset :].startswith(spot.text)
    return spot.text


def test_a_slash_is_no_length_of_the_path_that_it_begins() -> None:
    path = b"/work/number-two/".ljust(42, b"x") + b"main.c"
    assert path[0] == len(path) - 1
    assert _lacks(path, b"/work/one/xxxxxxxxmain.c") == path
    assert _lacks(path, b"another text altogether") == path


def test_a_letter_is_no_length_where_a_longer_text_begins_with_it_too() -> None:
    text = b"cannot open ".ljust(100, b"x")
    assert text[0] == len(text) - 1
    assert _lacks(text, b"cannot open the file") == text


def test_a_length_in_front_of_a_text_is_none_of_it() -> None:
    one, other = b"the number of files is over ".ljust(50, b"x"), b"the number of entries is over ".ljust(60, b"x")
    assert _lacks(bytes((len(one),)) + one, bytes((len(other),)) + other) == one


def test_a_path_of_48_bytes_has_no_length_in_front() -> None:
    """A slash is the number 47."""
    path = b"/" + b"x" * 20 + b"/" + b"y" * 26
    assert len(path) == 48
    assert not is_counted(path)
    assert is_counted(b"/" + path[:47])
    assert not is_counted(b"./" + b"x" * 45)
    assert not is_counted(b"../" + b"x" * 44)
    assert is_counted(b"\x0bhello world")


def test_a_text_begins_where_its_object_does() -> None:
    found = [(4, b"\n@runner@buildd"), (40, b"whole text")]
    assert list(_cut(iter(found), [6, 40])) == [(6, b"runner@buildd"), (40, b"whole text")]
    assert list(_cut(iter([(0, b"first texts")]), [6])) == [(0, b"first "), (6, b"texts")]
    assert list(_cut(iter(found), [])) == found


def test_what_touches_another_object_is_a_text_of_its_own() -> None:
    contents = b"first texts\0"
    spots, _ = _lacking(SECTION, contents, [(0, b"first "), (6, b"texts")], [], Unmatched(0), frozenset([6]))
    assert [spot.text for spot in spots] == [b"first ", b"texts"]


@pytest.mark.parametrize(
    ("contents", "at", "number"),
    [
        (struct.pack("<d", 100.0) + b"busy", 6, 2),
        (struct.pack("<d", 2.7) + b"busy", 7, 1),
        (b"\x05ab\x01bob@host.org\0", 4, 0),
        (b"\0\0\0\0root@host.org\0", 4, 0),
        (b"busy@host.org\0", 0, 0),
    ],
)
def test_the_last_bytes_of_a_number_are_no_user(contents: bytes, at: int, number: int) -> None:
    assert _of_double(SECTION, contents, at) == number
