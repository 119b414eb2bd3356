"""Attribute forms (DWARF 5, section 7.5.6, and the GNU extensions for split and supplementary files)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from elfdiff.elf.bytestream import ByteStream, OutOfBytes
from elfdiff.elf.dwarfnumbers import FORM
from elfdiff.elf.model import ByteOrder
from elfdiff.elf.strings import decoded

MAX_STRING = 1 << 16
"""Bytes of one string: -grecord-gcc-switches writes a few thousand."""
_SLACK = 1 << 20


def _numbers(words: str) -> frozenset[int]:
    return frozenset(FORM[word] for word in words.split())


_FIXED: dict[int, int] = {
    number: width
    for width, words in (
        (0, "flag_present"),
        (1, "data1 ref1 flag strx1 addrx1"),
        (2, "data2 ref2 strx2 addrx2"),
        (3, "strx3 addrx3"),
        (4, "data4 ref4 ref_sup4 strx4 addrx4"),
        (8, "data8 ref8 ref_sup8 ref_sig8"),
    )
    for number in _numbers(words)
}
_ULEB = _numbers("udata ref_udata strx addrx loclistx rnglistx GNU_addr_index GNU_str_index")
_OFFSET = _numbers("strp sec_offset strp_sup line_strp GNU_ref_alt GNU_strp_alt")
_INDEXED = _numbers("strx strx1 strx2 strx3 strx4 GNU_str_index")
_BLOCK = _numbers("block exprloc")
_COUNTED: dict[int, int] = {
    FORM["block1"]: 1,
    FORM["block2"]: 2,
    FORM["block4"]: 4,
}
_STRING = FORM["string"]
_STRP = FORM["strp"]
_LINE_STRP = FORM["line_strp"]
_INDIRECT = FORM["indirect"]
_ADDRESS = FORM["addr"]
_REF_ADDRESS = FORM["ref_addr"]
_SDATA = FORM["sdata"]
_DATA16 = FORM["data16"]
IMPLICIT_CONST = FORM["implicit_const"]


class Form(NamedTuple):
    """A value as it is stored: a number, or the bytes of a string or block."""

    form: int
    value: int | bytes


class TooShared(OutOfBytes):
    """Units share so much of a table that it is not handed out again; said once a file."""


class Texts:
    """The sections that hold strings of units, each string read once.

    Strings may share their ends, so a hostile table can make n strings of n bytes each. What is handed out in all is
    limited to four times the sections and some slack: TooShared.
    """

    def __init__(self, sections: Mapping[str, bytes]) -> None:
        self.sections = sections
        self._left = 4 * sum(map(len, sections.values())) + _SLACK
        self._known: dict[tuple[str, int], str] = {}

    def at(self, section: str, at: int) -> str | None:
        """The string at an offset of a section, MAX_STRING bytes at most; None past its end."""
        found = self._known.get((section, at))
        if found is None:
            data = self.sections.get(section, b"")
            if at >= len(data):
                return None
            end = data.find(b"\0", at, at + MAX_STRING)
            raw = data[at : end if end >= 0 else at + MAX_STRING]
            self._left -= len(raw)
            if self._left < 0:
                raise TooShared(f"strings of .debug_{section} share so many bytes that some are left out")
            found = self._known[section, at] = decoded(raw)
        return found


class FormReader:
    """Reads forms of one unit, and the strings they name."""

    __slots__ = ("_address_size", "_order", "_texts", "_version", "_wide")

    def __init__(self, texts: Texts, byte_order: ByteOrder, wide: bool, address_size: int, version: int) -> None:
        self._texts = texts
        self._order = byte_order
        self._wide = wide
        self._address_size = address_size
        self._version = version

    def read(self, stream: ByteStream, form: int) -> Form:
        """The value of ``form`` at the stream's place. Raises OutOfBytes for a form that is unknown."""
        if form == _INDIRECT:
            form = stream.uleb()
        width = _FIXED.get(form)
        if width is not None:
            return Form(form, stream.number(width))
        if form in _OFFSET:
            return Form(form, stream.offset(self._wide))
        if form in _ULEB:
            return Form(form, stream.uleb())
        if form == _STRING:
            return Form(form, stream.string(MAX_STRING))
        if form == _ADDRESS:
            return Form(form, stream.number(self._address_size))
        if form == _REF_ADDRESS:
            # The size of an address in DWARF 2, of an offset since.
            return Form(form, stream.number(self._address_size) if self._version == 2 else stream.offset(self._wide))
        if form == _SDATA:
            return Form(form, stream.sleb())
        if form == _DATA16:
            return Form(form, stream.take(16))
        if form in _BLOCK:
            return Form(form, stream.take(stream.uleb()))
        if form in _COUNTED:
            return Form(form, stream.take(stream.number(_COUNTED[form])))
        raise OutOfBytes(f"form {form:#x} is unknown")

    def text(self, value: Form, base: Form | None = None) -> str | None:
        """The string of a string form; None for other forms, and where its section does not hold it.

        ``base`` is the unit's DW_AT_str_offsets_base. Without it a DWARF 5 table begins after its header, and that of
        the GNU extension at 0.
        """
        if isinstance(value.value, bytes):
            return decoded(value.value) if value.form == _STRING else None
        at = value.value
        if value.form in _INDEXED:
            width = 8 if self._wide else 4
            start = 0 if self._version < 5 else 2 * width
            if base is not None and isinstance(base.value, int):
                start = base.value
            table = self._texts.sections.get("str_offsets", b"")
            place = start + at * width
            if place + width > len(table):
                return None
            return self._texts.at("str", int.from_bytes(table[place : place + width], self._order))
        if value.form == _STRP:
            return self._texts.at("str", at)
        if value.form == _LINE_STRP:
            return self._texts.at("line_str", at)
        return None
