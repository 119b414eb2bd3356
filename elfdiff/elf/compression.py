"""Inflates compressed sections (gABI, "Compressed Sections"), never further than they declare and the limit allows."""

from __future__ import annotations

import struct
import zlib

from elfdiff.elf.model import Header, Section
from elfdiff.elf.zstdframes import frames
from elfdiff.errors import ElfdiffError, LimitExceeded, MalformedElf
from elfdiff.values import dataclass

MAX_INFLATED = 1 << 30
"""Bytes that all sections of one file may inflate to, however large it is."""
INFLATED_ROOM = 4 << 20
MAX_RATIO = 12
"""Bytes for each byte of the file, beyond INFLATED_ROOM: debug information inflates to three or four times its size."""

# No deflate stream inflates by more (RFC 1951: 258 bytes from 2 bits).
_DEFLATE_RATIO = 1032


@dataclass(frozen=True, slots=True)
class Stream:
    """A compressed section taken apart: the declared size when inflated, and where the stream begins in the section."""

    inflated_size: int
    header_size: int
    alignment: int


def stream_of(raw: bytes, section: Section, header: Header, path: str) -> Stream:
    """Reads the compression header in front of the stream. Raises MalformedElf if there is no room for it."""
    if section.compression == "zlib-gnu":
        layout = struct.Struct(">4xQ")
    else:
        mark = "<" if header.byte_order == "little" else ">"
        layout = struct.Struct(mark + ("4xII" if header.elf_class == 32 else "8xQQ"))
    if len(raw) < layout.size:
        raise _malformed(section, path, f"has {len(raw)} bytes, too few for its compression header")
    size, *rest = layout.unpack_from(raw)
    return Stream(size, layout.size, rest[0] if rest else section.alignment)


@dataclass(slots=True)
class Allowance:
    """What the sections of one file may inflate to in all, and still, in bytes."""

    limit: int
    left: int

    @classmethod
    def of(cls, size: int) -> Allowance:
        """For a file of so many bytes."""
        limit = min(MAX_INFLATED, INFLATED_ROOM + MAX_RATIO * size)
        return cls(limit, limit)


def inflate(raw: bytes, section: Section, header: Header, path: str, allowance: Allowance) -> bytes:
    """The inflated content of a compressed section; its size is taken from ``allowance``.

    Raises LimitExceeded before anything is inflated if the section declares more than is left, and MalformedElf if the
    stream is bad or has another size than declared.
    """
    stream = stream_of(raw, section, header, path)
    if stream.inflated_size > allowance.left:
        raise LimitExceeded(
            f"{path}: section {section.index} ({section.name}) would inflate to {stream.inflated_size} bytes, and "
            f"{allowance.left} are left of the limit of {allowance.limit}"
        )
    if section.compression == "zstd":
        inflated = _zstd(raw[stream.header_size :], stream.inflated_size, section, path)
    else:
        inflated = _zlib(raw[stream.header_size :], stream.inflated_size, section, path)
    if len(inflated) != stream.inflated_size:
        raise _malformed(
            section,
            path,
            f"declares {stream.inflated_size} inflated bytes, but its stream does not hold so many"
            if len(inflated) < stream.inflated_size
            else f"declares {stream.inflated_size} inflated bytes, but its stream holds more",
        )
    allowance.left -= len(inflated)
    return inflated


def _zlib(stream: bytes, size: int, section: Section, path: str) -> bytes:
    if size > len(stream) * _DEFLATE_RATIO:
        raise _malformed(section, path, f"declares {size} inflated bytes, more than {len(stream)} bytes can hold")
    parts: list[bytes] = []
    total = 0
    rest = stream
    # Parallel compressors may write several streams one after the other.
    while rest and total <= size:
        engine = zlib.decompressobj()
        before = total
        try:
            part = engine.decompress(rest, size - total + 1)
        except zlib.error as error:
            raise _malformed(section, path, f"cannot be inflated ({error})") from error
        parts.append(part)
        total += len(part)
        rest = engine.unused_data
        if not engine.eof or total == before:
            break
    return b"".join(parts)


def _zstd(stream: bytes, size: int, section: Section, path: str) -> bytes:
    parts: list[bytes] = []
    total = 0
    try:
        for part in frames(stream):
            parts.append(part)
            total += len(part)
            if total > size:
                break
    except (ValueError, MemoryError) as error:
        raise _malformed(section, path, f"cannot be inflated (its zstd stream {error})") from error
    return b"".join(parts)


def _malformed(section: Section, path: str, what: str) -> ElfdiffError:
    return MalformedElf(f"{path}: section {section.index} ({section.name}) {what}", section.offset)
