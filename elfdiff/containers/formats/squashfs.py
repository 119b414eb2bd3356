"""squashfs 4.0 (Documentation/filesystems/squashfs.rst): AppImages, snaps, live images.

The superblock; file contents in blocks and fragments; tables of inodes, names and owners. Blocks are compressed with
zlib, xz or zstd (lzo, lz4 and old lzma are not read). Bytes of the tables are copied where the times in them differ.
"""

from __future__ import annotations

import lzma
import struct
from collections.abc import Callable, Iterator

from elfdiff.containers.builder import Builder
from elfdiff.containers.codecs import zlib
from elfdiff.containers.fields import readable, seconds_text
from elfdiff.containers.model import Container, EntryKind, Field, FieldKind
from elfdiff.errors import ElfdiffError, MalformedContainer
from elfdiff.span import Span
from elfdiff.values import dataclass

MAGIC = b"hsqs"
_SUPER = struct.Struct("<4sIIIIHHHHHHQQQQQQQQ")
_METHODS = {1: "gzip", 4: "xz", 6: "zstd"}
_BLOCK = 8192
_NONE = 0xFFFFFFFF
_STORED, _STORED_DATA = 1 << 15, 1 << 24
_KINDS = {1: EntryKind.DIRECTORY, 2: EntryKind.FILE, 3: EntryKind.SYMLINK, 4: EntryKind.DEVICE, 5: EntryKind.DEVICE,
          6: EntryKind.FIFO, 7: EntryKind.SOCKET}  # fmt: skip
_MAX_DEPTH = 64


@dataclass(frozen=True, slots=True)
class _Super:
    """What is used of the superblock; places are file offsets."""

    time: int
    block: int
    fragments: int
    method: str
    root: int
    used: int
    inodes: int
    directories: int
    fragment_table: int


@dataclass(frozen=True, slots=True)
class _Inode:
    """``at`` is where the part of its kind begins in the table of inodes; ``kind`` 1 to 14, extended ones from 8 on."""

    kind: int
    mode: int
    time: int
    at: int


def recognises(data: bytes) -> bool:
    """True if the bytes begin with a superblock of version 4."""
    return len(data) >= _SUPER.size and data.startswith(MAGIC) and data[28:32] == b"\4\0\0\0"


def read(builder: Builder) -> Container:
    """The container that the bytes are. Raises MalformedContainer where its tables cannot be read; LimitExceeded."""
    data = builder.data(0)
    head = _SUPER.unpack_from(data)
    method = _METHODS.get(head[5])
    if method is None:
        raise builder.malformed(f"a squashfs image of a compression that elfdiff does not read ({head[5]})")
    super_ = _Super(head[2], head[3], head[4], method, head[11], head[12], head[15], head[16], head[17])
    ends = (super_.inodes, super_.directories, super_.used)
    if not _SUPER.size <= super_.inodes < super_.directories <= super_.used <= len(data) or not super_.block:
        raise builder.malformed("the tables of the squashfs image lie outside of it")
    image = _Image(builder, data, super_)
    try:
        image.walk(super_.root, "", 0)
    except (struct.error, IndexError) as error:
        raise builder.malformed("the tables of the squashfs image cannot be read") from error
    builder.piece(0, "superblock", Span(0, _SUPER.size), fields=lambda: _superblock(super_))
    tables = Span(ends[0], ends[2])
    builder.piece(0, "tables", tables, fields=lambda: image.times(tables))
    builder.piece(0, "padding", Span(super_.used, len(data)), fields=lambda: _padding(data, super_.used))
    return builder.finish("squashfs")


def _padding(data: bytes, start: int) -> tuple[Field, ...]:
    """mksquashfs fills the last 4 KiB with zeros."""
    filled = len(data) % 4096 == 0 and not any(data[start:])
    return (Field("padding", FieldKind.DERIVED, Span(start, len(data)), "", rule="4 KiB" if filled else None),)


def _superblock(head: _Super) -> tuple[Field, ...]:
    return (
        Field("time", FieldKind.META, Span(8, 12), seconds_text(head.time), head.time),
        Field("size", FieldKind.DERIVED, Span(40, 48), str(head.used), rule="bytes of the image"),
        Field("offset", FieldKind.DERIVED, Span(48, _SUPER.size), "", rule="places of the tables"),
    )


class _Image:
    """Reads inodes and names; blocks of tables are kept inflated."""

    def __init__(self, builder: Builder, data: bytes, head: _Super) -> None:
        self.builder, self.data, self.head = builder, data, head
        self.inodes, self.inode_at = self._table(head.inodes, head.directories)
        end = min((place for place in (head.fragment_table, head.used) if place > head.directories), default=head.used)
        self.names, self.name_at = self._table(head.directories, end)
        self.seen: list[int] = []
        self.parts: list[bytes] = []
        self.cached: dict[int, bytes] = {}

    def _table(self, start: int, end: int) -> tuple[bytes, dict[int, int]]:
        """All blocks of a table, and where each begins in it, by its place behind ``start``."""
        parts: list[bytes] = []
        places: dict[int, int] = {}
        at, total = start, 0
        while at + 2 <= end:
            try:
                part, after = self._metadata(at)
            except ElfdiffError:
                break
            places[at - start] = total
            parts.append(part)
            total += len(part)
            at = after
        self.builder.budget.spend(total)
        return b"".join(parts), places

    def _metadata(self, at: int) -> tuple[bytes, int]:
        head = int.from_bytes(self.data[at : at + 2], "little")
        size = head & (_STORED - 1)
        span = Span(at + 2, at + 2 + size)
        return (self._raw(span) if head & _STORED else self._inflated(span)), span.end

    def _raw(self, span: Span) -> bytes:
        if span.end > len(self.data):
            raise self.builder.malformed(f"a block at offset {span.start:#x} reaches past the end")
        return self.data[span.start : span.end]

    def _inflated(self, span: Span) -> bytes:
        raw = self._raw(span)
        if self.head.method == "gzip":
            return zlib.inflate(self.data, span.start, span.end, self.builder.budget)
        try:
            if self.head.method == "xz":
                engine = lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=256 << 20)
                return engine.decompress(raw, max(self.head.block, _BLOCK))
            import zstandard

            return zstandard.ZstdDecompressor().decompress(raw, max_output_size=max(self.head.block, _BLOCK))
        except (lzma.LZMAError, ImportError, Exception) as error:
            raise MalformedContainer(f"{self.builder.path}: the block at offset {span.start:#x} is damaged") from error

    def walk(self, reference: int, path: str, depth: int) -> None:
        """Entries below the inode that a reference means: place of its block, and place in it."""
        inode = self._inode(reference)
        self.seen.append(inode.time)
        if depth > _MAX_DEPTH or inode.kind not in (1, 8):
            raise self.builder.malformed("a directory of the squashfs image cannot be read")
        for name, kind, child in self._children(inode):
            below = f"{path}/{name}" if path else name
            self._entry(below, kind, child, depth)

    def _entry(self, path: str, kind: int, reference: int, depth: int) -> None:
        inode = self._inode(reference)
        what = _KINDS.get(kind, EntryKind.OTHER)
        if what is EntryKind.FILE:
            size, read = self._file(inode)
            self.builder.entry(path, what, size=size, read=read)
        elif what is EntryKind.SYMLINK:
            length = int.from_bytes(self.inodes[inode.at + 4 : inode.at + 8], "little")
            target = self.inodes[inode.at + 8 : inode.at + 8 + length]
            self.builder.entry(path, what, target=readable(target))
        else:
            self.builder.entry(path, what)
        self.parts.append(f"{path} {inode.kind} {inode.mode}".encode("utf-8", "surrogateescape"))
        if what is EntryKind.DIRECTORY:
            self.walk(reference, path, depth + 1)
        else:
            self.seen.append(inode.time)

    def _inode(self, reference: int) -> _Inode:
        block, offset = reference >> 16, reference & 0xFFFF
        at = self.inode_at[block] + offset if block in self.inode_at else len(self.inodes)
        kind, mode, _, _, time, _ = struct.unpack_from("<HHHHII", self.inodes, at)
        return _Inode(kind, mode, time, at + 16)

    def _children(self, inode: _Inode) -> Iterator[tuple[str, int, int]]:
        """squashfs.rst, 3.4: runs of a header and up to 256 names."""
        if inode.kind == 1:
            block, _, size, offset = struct.unpack_from("<IIHH", self.inodes, inode.at)
        else:
            _, size, block, _, _, offset = struct.unpack_from("<IIIIHH", self.inodes, inode.at)
        at = self.name_at.get(block, len(self.names)) + offset
        end = at + size - 3
        while at + 12 <= end:
            count, start, _ = struct.unpack_from("<III", self.names, at)
            at += 12
            for _ in range(count + 1):
                place, _, kind, length = struct.unpack_from("<HhHH", self.names, at)
                name = self.names[at + 8 : at + 9 + length]
                at += 9 + length
                yield name.decode("utf-8", "surrogateescape"), kind, start << 16 | place

    def _file(self, inode: _Inode) -> tuple[int, Callable[[], bytes]]:
        if inode.kind == 2:
            start, fragment, offset, size = struct.unpack_from("<IIII", self.inodes, inode.at)
            at = inode.at + 16
        else:
            start, size, _, _, fragment, offset, _ = struct.unpack_from("<QQQIIII", self.inodes, inode.at)
            at = inode.at + 40
        if size > self.builder.budget.limits.entry_bytes:
            # The builder reads nothing of what is too large.
            return size, bytes
        block = self.head.block
        count = size // block if fragment != _NONE else -(-size // block)
        sizes = struct.unpack_from(f"<{count}I", self.inodes, at)

        def contents() -> bytes:
            parts = []
            place = start
            left = size
            for word in sizes:
                length = word & (_STORED_DATA - 1)
                span = Span(place, place + length)
                part = bytes(min(block, left))
                if length:
                    part = self._raw(span) if word & _STORED_DATA else self._inflated(span)
                parts.append(part)
                left -= len(part)
                place += length
            if fragment != _NONE:
                parts.append(self._fragment(fragment)[offset : offset + size % block])
            return b"".join(parts)

        return size, contents

    def _fragment(self, index: int) -> bytes:
        if index >= self.head.fragments:
            raise self.builder.malformed("a file of the squashfs image lies in a fragment that is none")
        if index not in self.cached:
            pointer = self.head.fragment_table + 8 * (index // 512)
            block, _ = self._metadata(int.from_bytes(self.data[pointer : pointer + 8], "little"))
            start, word, _ = struct.unpack_from("<QII", block, index % 512 * 16)
            span = Span(start, start + (word & (_STORED_DATA - 1)))
            self.cached[index] = self._raw(span) if word & _STORED_DATA else self._inflated(span)
        return self.cached[index]

    def times(self, tables: Span) -> tuple[Field, ...]:
        """The times of all files as one field over the tables: they are compressed, and no byte is one of theirs."""
        newest = max(self.seen, default=0)
        told = f"{len(set(self.seen))} different, the newest {seconds_text(newest)}"
        return (Field("time", FieldKind.META, tables, told, newest),)
