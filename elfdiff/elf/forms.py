"""Attribute forms (DWARF 5, section 7.5.6, and the GNU extensions for split and supplementary files)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from elfdiff.elf.bytestream import ByteStream, OutOfBytes
from elfdiff.elf.model import ByteOrder
from elfdiff.elf.strings import decoded

MAX_STRING = 1 << 16
"""Bytes of one string: -grecord-gcc-switches writes a few thousand."""

_STRING, _STRP, _LINE_STRP, _INDIRECT = 0x08, 0x0E, 0x1F, 0x16
_FIXED = {
    0x05: 2,  # data2
    0x06: 4,  # data4
    0x07: 8,  # data8
    0x0B: 1,  # data1
    0x0C: 1,  # flag
    0x11: 1,  # ref1
    0x12: 2,  # ref2
    0x13: 4,  # ref4
    0x14: 8,  # ref8
    0x19: 0,  # flag_present
    0x1C: 4,  # ref_sup4
    0x20: 8,  # ref_sig8
    0x24: 8,  # ref_sup8
    0x25: 1,  # strx1
    0x26: 2,  # strx2
    0x27: 3,  # strx3
    0x28: 4,  # strx4
    0x29: 1,  # addrx1
    0x2A: 2,  # addrx2
    0x2B: 3,  # addrx3
    0x2C: 4,  # addrx4
}
# udata, ref_udata, strx, addrx, loclistx, rnglistx, GNU_addr_index, GNU_str_index
_ULEB = frozenset({0x0F, 0x15, 0x1A, 0x1B, 0x22, 0x23, 0x1F01, 0x1F02})
# strp, sec_offset, strp_sup, line_strp, GNU_ref_alt, GNU_strp_alt
_OFFSET = frozenset({0x0E, 0x17, 0x1D, 0x1F, 0x1F20, 0x1F21})
_INDEXED = frozenset({0x1A, 0x25, 0x26, 0x27, 0x28, 0x1F02})


class Form(NamedTuple):
    """A value as it is stored: a number, or the bytes of a string or block."""

    form: int
    value: int | bytes


class FormReader:
    """Reads forms of one unit, and the strings they name."""

    __slots__ = ("_address_size", "_order", "_sections", "_version", "_wide")

    def __init__(
        self, sections: Mapping[str, bytes], byte_order: ByteOrder, wide: bool, address_size: int, version: int
    ) -> None:
        self._sections = sections
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
        if form == 0x01:  # addr
            return Form(form, stream.number(self._address_size))
        if form == 0x10:  # ref_addr has the size of an address in DWARF 2, of an offset since
            return Form(form, stream.number(self._address_size) if self._version == 2 else stream.offset(self._wide))
        if form == 0x0D:  # sdata
            return Form(form, stream.sleb())
        if form == 0x1E:  # data16
            return Form(form, stream.take(16))
        if form in (0x09, 0x18):  # block, exprloc
            return Form(form, stream.take(stream.uleb()))
        if form in (0x0A, 0x03, 0x04):  # block1, block2, block4
            return Form(form, stream.take(stream.number({0x0A: 1, 0x03: 2, 0x04: 4}[form])))
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
            table = self._sections.get("str_offsets", b"")
            place = start + at * width
            if place + width > len(table):
                return None
            return self._string("str", int.from_bytes(table[place : place + width], self._order))
        if value.form == _STRP:
            return self._string("str", at)
        if value.form == _LINE_STRP:
            return self._string("line_str", at)
        return None

    def _string(self, section: str, at: int) -> str | None:
        data = self._sections.get(section, b"")
        if at >= len(data):
            return None
        end = data.find(b"\0", at, at + MAX_STRING)
        return decoded(data[at : end if end >= 0 else at + MAX_STRING])
