"""Facts inside a key or a certificate are part of it."""

from __future__ import annotations

from elfdiff.evidence.facts import BlobChange
from elfdiff.evidence.gather import without_covered
from elfdiff.evidence.model import LoneSectionChange, TextChange
from elfdiff.report import Location


def blob(start: int, length: int, section: str = ".data") -> BlobChange:
    place = Location(start, length, "file", "")
    return BlobChange(section=section, symbol=None, a=place, b=place, kind="value")


def text(start: int, length: int) -> TextChange:
    place = Location(start, length, "file", "")
    return TextChange(section=".data", a=place, b=place, how="shape", fragment=False)


def test_what_reaches_into_a_blob_is_left_out_and_what_only_touches_it_stays():
    blobs = [blob(100, 50), blob(120, 10), blob(200, 20)]
    inside = [text(90, 11), text(149, 9), text(130, 5), text(90, 400), text(219, 1)]
    outside = [text(90, 10), text(150, 50), text(220, 5)]
    assert without_covered([*inside, *blobs, *outside]) == [*blobs, *outside]


def test_a_section_of_one_side_goes_with_a_blob_in_it():
    lone = [LoneSectionChange(section=name, name=name) for name in (".data", ".other")]
    assert without_covered([blob(100, 50), *lone]) == [blob(100, 50), lone[1]]


def test_tens_of_thousands_of_blobs_are_held_against_as_many_texts():
    blobs = [blob(at, 50) for at in range(0, 3_000_000, 100)]
    texts = [text(at, 20) for at in range(60, 3_000_000, 100)]
    assert len(without_covered([*blobs, *texts])) == 60_000
