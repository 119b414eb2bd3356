"""xz (the .xz file format, 1.1.0): streams of blocks, as xz, dpkg-deb and liblzma write them."""

from __future__ import annotations

import lzma
import struct
import zlib

from elfdiff.containers.builder import Builder
from elfdiff.containers.codecs.again import makes as made_by
from elfdiff.containers.model import Stream
from elfdiff.span import Span
from elfdiff.values import dataclass

MEMORY = 1 << 30
"""Bytes that a stream may ask of its reader; xz -9 asks for 65 MiB."""
MAX_TRIED = 96 << 20
"""Bytes of contents; larger ones are not compressed again: a second takes three million bytes."""
_STEP = 1 << 20
_CHECKS = {0: 0, 1: 4, 4: 8, 10: 32}
"""Check's ID → its bytes (section 2.1.1.2)."""
_PRESETS = {18: (0,), 20: (1,), 21: (2,), 22: (4, 3), 23: (6, 5), 24: (7,), 25: (8,), 26: (9,)}
"""Bits of the dictionary's size → presets of liblzma that take it, the likeliest first."""


def read(builder: Builder, layer: int, span: Span, key: str, name: str) -> int:
    """The layer that the streams hold, joined; padding of zeros between and behind them belongs to them."""
    data = builder.data(layer)
    room = builder.budget.room(span.length)
    view = memoryview(data)
    parts: list[bytes] = []
    total, at = 0, span.start
    while at < span.end and data.startswith(b"\xfd7zXZ\x00", at):
        engine = lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=MEMORY)
        pending = b""
        try:
            while not engine.eof:
                if engine.needs_input:
                    if at >= span.end:
                        raise builder.malformed(f"the xz stream at offset {span.start:#x} ends too early")
                    pending = bytes(view[at : min(at + _STEP, span.end)])
                    at += len(pending)
                part = engine.decompress(pending, room - total + 1)
                pending = b""
                parts.append(part)
                total += len(part)
                if total > room:
                    raise builder.budget.over(span.length)
        except lzma.LZMAError as error:
            raise builder.malformed(f"the xz stream at offset {span.start:#x} is damaged") from error
        at -= len(engine.unused_data)
        while at < span.end and data[at] == 0:
            at += 1
    stream = Stream("xz", len(builder.layers), None)
    builder.piece(layer, f"{name} xz stream".strip(), Span(span.start, at), stream=stream)
    return builder.layer(key, name, b"".join(parts))


@dataclass(frozen=True, slots=True)
class _Block:
    """``payload`` is LZMA2 data; ``sized`` if the header tells both sizes, as the encoder with threads writes them."""

    header: bytes
    payload: bytes
    size: int
    sized: bool
    dictionary: int


@dataclass(frozen=True, slots=True)
class _Parsed:
    check: int
    blocks: tuple[_Block, ...]


def candidates(stream: bytes, size: int) -> list[str]:
    """``xz PRESET[e]``, or with ``, blocks of N bytes`` for the encoder with threads (xz -T, dpkg-deb)."""
    parsed = _parsed(stream)
    if parsed is None or not parsed.blocks or size > MAX_TRIED or parsed.check not in (0, 1, 4, 10):
        return []
    first = parsed.blocks[0]
    presets = _PRESETS.get(first.dictionary, ())
    names = [f"{preset}{extreme}" for extreme in ("", "e") for preset in presets]
    if not first.sized:
        return [f"xz {name}" for name in names] if len(parsed.blocks) == 1 else []
    usual = max(1 << 20, 3 << first.dictionary)
    length = first.size if len(parsed.blocks) > 1 else usual
    return [f"xz {name}, blocks of {length} bytes" for name in names]


def known() -> str:
    """The encoders that are tried."""
    return "xz at its presets, with and without blocks"


def makes(contents: bytes, writer: str, stream: bytes) -> bool:
    """True if the writer makes this stream; checks of the contents are those that were verified when it was read."""
    parsed = _parsed(stream)
    if parsed is None:
        return False
    word, _, blocks = writer.removeprefix("xz ").partition(", blocks of ")
    preset = int(word.rstrip("e")) | (lzma.PRESET_EXTREME if word.endswith("e") else 0)
    if not blocks:
        engine = lzma.LZMACompressor(lzma.FORMAT_XZ, parsed.check, preset)
        return made_by(engine, contents, stream)
    length = int(blocks.removesuffix(" bytes"))
    starts = range(0, len(contents), length)
    if len(starts) != len(parsed.blocks):
        return False
    filters = [{"id": lzma.FILTER_LZMA2, "preset": preset}]
    for start, block in zip(starts, parsed.blocks, strict=True):
        part = contents[start : start + length]
        if block.header != _header(block, len(part), length):
            return False
        if not made_by(lzma.LZMACompressor(lzma.FORMAT_RAW, filters=filters), part, block.payload):
            return False
    return True


def _header(block: _Block, size: int, length: int) -> bytes:
    """What stream_encoder_mt.c of liblzma writes: room for the largest sizes, filled with those of the block."""
    room = 2 + len(_number(length + (length >> 10) + 1024)) + len(_number(length)) + 3 + 4
    whole = -(-room // 4) * 4
    body = bytes((whole // 4 - 1, 0xC0)) + _number(len(block.payload)) + _number(size)
    body += bytes((0x21, 1, 2 * (block.dictionary - 12)))
    body = body.ljust(whole - 4, b"\0")
    return body + struct.pack("<I", zlib.crc32(body))


def _number(value: int) -> bytes:
    out = bytearray()
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes((*out, value))


def _read_number(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = data[at]
        value |= (byte & 0x7F) << shift
        at += 1
        shift += 7
        if not byte & 0x80 or shift > 56:
            return value, at


def _parsed(stream: bytes) -> _Parsed | None:
    """The blocks of a file of one stream; None for any other, and where an index is not as it must be."""
    try:
        if stream[-2:] != b"YZ" or len(stream) < 32:
            return None
        check = stream[7] & 15
        width = _CHECKS.get(check, 0)
        length = (struct.unpack("<I", stream[-8:-4])[0] + 1) * 4
        index = len(stream) - 12 - length
        count, at = _read_number(stream, index + 1)
        blocks = []
        start = 12
        for _ in range(count):
            unpadded, at = _read_number(stream, at)
            size, at = _read_number(stream, at)
            header = stream[start : start + (stream[start] + 1) * 4]
            payload = stream[start + len(header) : start + unpadded - width]
            blocks.append(_block(header, payload, size))
            start += -(-unpadded // 4) * 4
    except (IndexError, struct.error):
        return None
    whole = start == index and all(block is not None for block in blocks)
    return _Parsed(check, tuple(block for block in blocks if block is not None)) if whole else None


def _block(header: bytes, payload: bytes, size: int) -> _Block | None:
    flags, at = header[1], 2
    if flags & 3:
        return None
    for flag in (0x40, 0x80):
        if flags & flag:
            _, at = _read_number(header, at)
    if header[at : at + 2] != b"\x21\x01" or header[at + 2] & 1:
        return None
    return _Block(header, payload, size, flags & 0xC0 == 0xC0, header[at + 2] // 2 + 12)
