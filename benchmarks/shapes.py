"""ELF files of less than a megabyte that are made to be expensive: what a reader might do once for each pair of things.

Each shape is a function from a random generator to two files. Nothing in them is meant for other programs: sizes are
those of ordinary build output, and only what elfdiff bounds is more than usual.
"""

from __future__ import annotations

import random
import struct
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass

SIZE = 700_000
"""Bytes of what is repeated."""
PROGBITS, STRTAB, DYNAMIC, NOTE, NOBITS, DYNSYM, SYMTAB = 1, 3, 6, 7, 8, 11, 2
ALLOC, EXECUTABLE, STRINGS, COMPRESSED = 2, 4, 0x20, 0x800


@dataclass(frozen=True)
class Part:
    """One section. ``overlaps``: it begins where the part of that name does, and brings no bytes of its own."""

    name: str
    content: bytes
    kind: int = PROGBITS
    flags: int = ALLOC
    link: int = 0
    entry: int = 0
    overlaps: str = ""


def elf(parts: Sequence[Part]) -> bytes:
    """A 64-bit little-endian x86-64 shared object of these sections, in order; addresses are file offsets."""
    names = b"\0" + b"".join(part.name.encode() + b"\0" for part in parts) + b".shstrtab\0"
    out = bytearray(64)
    rows = [bytes(64)]
    starts: dict[str, int] = {}
    for part in (*parts, Part(".shstrtab", names, STRTAB, 0)):
        out += bytes(-len(out) % 16)
        at = starts.get(part.overlaps, len(out))
        starts[part.name] = at
        if not part.overlaps:
            out += part.content
        name = names.index(b"\0" + part.name.encode() + b"\0") + 1
        address = at if part.flags & ALLOC else 0
        size = min(len(part.content), len(out) - at)
        rows.append(
            struct.pack("<IIQQQQIIQQ", name, part.kind, part.flags, address, at, size, part.link, 0, 16, part.entry)
        )
    out += bytes(-len(out) % 16)
    table = len(out)
    out += b"".join(rows)
    out[:64] = (
        b"\x7fELF\2\1\1"
        + bytes(9)
        + struct.pack("<HHIQQQIHHHHHH", 3, 62, 1, 0, 0, table, 0, 64, 56, 0, 64, len(rows), len(rows) - 1)
    )
    return bytes(out)


def _words(chance: random.Random, count: int) -> list[bytes]:
    return ["".join(chance.choices("abcdefghijklmnop", k=chance.randint(3, 12))).encode() for _ in range(count)]


def _both(make: Callable[[random.Random], bytes], chance: random.Random, name: str = ".rodata") -> tuple[bytes, bytes]:
    code = bytes(chance.choices(range(256), k=4096))
    a, b = make(random.Random(chance.random())), make(random.Random(chance.random()))
    return (
        elf([Part(".text", code, flags=ALLOC | EXECUTABLE), Part(name, a)]),
        elf([Part(".text", code, flags=ALLOC | EXECUTABLE), Part(name, b)]),
    )


def texts(chance: random.Random) -> tuple[bytes, bytes]:
    """Many short texts, none of them on both sides."""
    return _both(lambda own: b"\0".join(_words(own, SIZE // 9)), chance)


def texts_without_ends(chance: random.Random) -> tuple[bytes, bytes]:
    """One long row of words without an end, as Go and Rust write texts."""
    return _both(lambda own: b" ".join(_words(own, SIZE // 9)), chance)


def paths(chance: random.Random) -> tuple[bytes, bytes]:
    """Long paths that share most of their directories."""
    roots = _words(chance, 40)
    return _both(
        lambda own: b"\0".join(b"/" + b"/".join(own.choices(roots, k=12)) + b".c" for _ in range(SIZE // 100)), chance
    )


def one_path(chance: random.Random) -> tuple[bytes, bytes]:
    """Few paths of thousands of directories each."""
    roots = _words(chance, 20)
    return _both(lambda own: b"\0".join(b"/" + b"/".join(own.choices(roots, k=4000)) for _ in range(20)), chance)


def one_letter(chance: random.Random) -> tuple[bytes, bytes]:
    """Texts of one letter each, of another length on the other side."""
    return _both(lambda own: b"\0".join(b"a" * own.randint(5, 400) for _ in range(SIZE // 200)), chance)


def numbers(chance: random.Random) -> tuple[bytes, bytes]:
    """Dates, times, hexadecimal words and numbers."""

    def make(own: random.Random) -> bytes:
        kinds = ("{:d}", "{:08x}", "20{:02d}-01-02 03:04:05", "Jan  2 20{:02d}", "{:040x}", "/build/{:x}/src")
        return b"\0".join(
            own.choice(kinds).format(own.randrange(100)).encode() + own.choice((b"", b" x")) for _ in range(SIZE // 20)
        )

    return _both(make, chance)


def noise(chance: random.Random) -> tuple[bytes, bytes]:
    """Random data and random code."""

    def make(own: random.Random) -> bytes:
        code = Part(".text", own.randbytes(SIZE // 2), flags=ALLOC | EXECUTABLE)
        return elf([code, Part(".data", own.randbytes(SIZE // 2))])

    return make(chance), make(chance)


def zeros(chance: random.Random) -> tuple[bytes, bytes]:
    """Zeros with a few other bytes, of other lengths."""

    def make(own: random.Random) -> bytes:
        data = bytearray(own.randint(SIZE // 2, SIZE))
        for _ in range(2000):
            data[own.randrange(len(data))] = own.randrange(256)
        return bytes(data)

    return _both(make, chance)


def needed(chance: random.Random) -> tuple[bytes, bytes]:
    """A dynamic section of thousands of names that overlap in one long string."""

    def make(own: random.Random) -> bytes:
        strings = b"\0" + b"".join(_words(own, 2500)) + b"\0"
        rows = b"".join(struct.pack("<qQ", 1, own.randrange(1, len(strings))) for _ in range(4000)) + bytes(16)
        return elf([Part(".dynstr", strings, STRTAB), Part(".dynamic", rows, DYNAMIC, link=1, entry=16)])

    return make(chance), make(chance)


def symbols(chance: random.Random) -> tuple[bytes, bytes]:
    """Thousands of symbols whose names overlap in one long string."""

    def make(own: random.Random) -> bytes:
        strings = b"\0" + b"".join(_words(own, 2500)) + b"\0"
        rows = bytes(24) + b"".join(
            struct.pack("<IBBHQQ", own.randrange(1, len(strings)), 0x12, 0, 1, 64 + 16 * k, 16) for k in range(15000)
        )
        code = own.randbytes(240_000)
        return elf(
            [
                Part(".text", code, flags=ALLOC | EXECUTABLE),
                Part(".strtab", strings, STRTAB, 0),
                Part(".symtab", rows, SYMTAB, 0, 2, 24),
            ]
        )

    return make(chance), make(chance)


def sections(chance: random.Random) -> tuple[bytes, bytes]:
    """Thousands of small sections."""

    def make(own: random.Random) -> bytes:
        return elf([Part(f".data.{k}", own.randbytes(32) + b"text of data\0") for k in range(5000)])

    return make(chance), make(chance)


def overlapping(chance: random.Random) -> tuple[bytes, bytes]:
    """Hundreds of sections that all hold the same bytes."""

    def make(own: random.Random) -> bytes:
        content = b"\0".join(_words(own, 20_000))
        parts = [Part(".rodata", content)]
        parts += [Part(f".data.{k}", content, overlaps=".rodata") for k in range(300)]
        return elf([Part(".text", own.randbytes(2000), flags=ALLOC | EXECUTABLE), *parts])

    return make(chance), make(chance)


def notes(chance: random.Random) -> tuple[bytes, bytes]:
    """Thousands of notes."""

    def make(own: random.Random) -> bytes:
        rows = b"".join(
            struct.pack("<III", 4, 20, own.randrange(9)) + b"GNU\0" + own.randbytes(20) for _ in range(15000)
        )
        return elf([Part(".note.all", rows, NOTE)])

    return make(chance), make(chance)


def inflated(chance: random.Random) -> tuple[bytes, bytes]:
    """Debug sections that inflate to much more than the file."""

    def make(own: random.Random) -> bytes:
        words = _words(own, 300)
        parts = []
        for name in (".debug_str", ".debug_line_str", ".debug_info", ".debug_line"):
            content = b"\0".join(own.choices(words, k=1000)) * 3000
            packed = struct.pack("<IIQQ", 1, 0, len(content), 1) + zlib.compress(content, 9)
            parts.append(Part(name, packed, flags=COMPRESSED))
        return elf(parts)

    return make(chance), make(chance)


def frames(chance: random.Random) -> tuple[bytes, bytes]:
    """Call frames of tens of thousands of functions that begin anywhere."""

    def make(own: random.Random) -> bytes:
        cie = struct.pack("<II", 20, 0) + b"\1zR\0\1\x78\x10\1\x1b\x0c\7\x08\x90\1" + bytes(2)
        out = bytearray(cie)
        for _ in range(20_000):
            at = len(out)
            out += struct.pack("<IIiI", 20, at + 4, own.randrange(-500_000, 500_000), own.randrange(64)) + bytes(8)
        return elf(
            [Part(".text", own.randbytes(100_000), flags=ALLOC | EXECUTABLE), Part(".eh_frame", bytes(out) + bytes(4))]
        )

    return make(chance), make(chance)


def pointers(chance: random.Random) -> tuple[bytes, bytes]:
    """Tables of words that all look like addresses of the file."""

    def make(own: random.Random) -> bytes:
        words = struct.pack(f"<{SIZE // 16}Q", *(own.randrange(64, SIZE) for _ in range(SIZE // 16)))
        return elf([Part(".text", own.randbytes(SIZE // 4), flags=ALLOC | EXECUTABLE), Part(".data.rel.ro", words)])

    return make(chance), make(chance)


SHAPES: dict[str, Callable[[random.Random], tuple[bytes, bytes]]] = {
    shape.__name__: shape
    for shape in (
        texts, texts_without_ends, paths, one_path, one_letter, numbers, noise, zeros, needed, symbols, sections,
        overlapping, notes, inflated, frames, pointers,
    )
}  # fmt: skip
