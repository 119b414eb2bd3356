"""A bounded reader of the number formats that DWARF uses (DWARF 5, section 7.6 and 7.4)."""

from __future__ import annotations

from elfdiff.elf.model import ByteOrder


class OutOfBytes(Exception):
    """The data ends, or contradicts itself, where more must be read. Never leaves the elf package."""


class ByteStream:
    """Reads forward through ``data`` from ``at`` up to ``end``; every read past the end raises OutOfBytes."""

    __slots__ = ("at", "data", "end", "order")

    def __init__(self, data: bytes, byte_order: ByteOrder, at: int = 0, end: int | None = None) -> None:
        self.data = data
        self.order = byte_order
        self.at = at
        self.end = len(data) if end is None else min(end, len(data))
        if at > self.end:
            raise OutOfBytes(f"offset {at:#x} is past the end of the section")

    def skip(self, count: int) -> None:
        """Moves on without reading."""
        if count > self.end - self.at:
            raise OutOfBytes(f"{count} bytes at {self.at:#x} reach past the end")
        self.at += count

    def take(self, count: int) -> bytes:
        """The next ``count`` bytes."""
        start = self.at
        self.skip(count)
        return self.data[start : self.at]

    def number(self, width: int) -> int:
        """An unsigned number of ``width`` bytes."""
        return int.from_bytes(self.take(width), self.order)

    def u1(self) -> int:
        """One byte."""
        at = self.at
        if at >= self.end:
            raise OutOfBytes(f"a byte at {at:#x} is past the end")
        self.at = at + 1
        return self.data[at]

    def u2(self) -> int:
        """Two bytes."""
        return self.number(2)

    def offset(self, wide: bool) -> int:
        """A section offset: 4 bytes, in 64-bit DWARF 8."""
        return self.number(8 if wide else 4)

    def initial_length(self) -> tuple[int, bool]:
        """A length, and whether it announces 64-bit DWARF (7.4)."""
        length = self.number(4)
        if length == 0xFFFFFFFF:
            return self.number(8), True
        if length >= 0xFFFFFFF0:
            raise OutOfBytes(f"the length {length:#x} is reserved")
        return length, False

    def uleb(self) -> int:
        """An unsigned LEB128 of at most 64 bits and some padding."""
        value = shift = 0
        while True:
            byte = self.u1()
            value |= (byte & 0x7F) << shift
            if byte < 0x80:
                return value
            shift += 7
            if shift > 140:
                raise OutOfBytes(f"the LEB128 number at {self.at:#x} has no end")

    def sleb(self) -> int:
        """A signed LEB128."""
        start = self.at
        value = self.uleb()
        bits = 7 * (self.at - start)
        return value - (1 << bits) if value >> (bits - 1) & 1 else value

    def string(self, limit: int) -> bytes:
        """A NUL-terminated string of at most ``limit`` bytes."""
        stop = self.data.find(b"\0", self.at, min(self.end, self.at + limit + 1))
        if stop < 0:
            raise OutOfBytes(f"the string at {self.at:#x} has no end")
        text = self.data[self.at : stop]
        self.at = stop + 1
        return text
