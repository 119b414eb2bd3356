"""Compressed sections: inflate a's, and compress again as a's own bytes show that it was done."""

from __future__ import annotations

import zlib
from collections.abc import Sequence

from elfdiff.accounting import goflate
from elfdiff.elf.zstdframes import frames

ZLIB = {
    0x01: ("zlib 1", "LLD 1", "LLD 6", *goflate.VERSIONS),
    0x5E: ("zlib 5", "zlib 2", "zlib 3", "zlib 4"),
    0x9C: ("zlib 6", "mold 1", "mold 3"),
    0xDA: ("zlib 9", "zlib 7", "zlib 8"),
}
"""Second byte of a zlib stream (RFC 1950: it tells the level, roughly) → encoders to try, the likeliest first.

zlib 6: gcc, binutils and LLVM; 1 and 9: gold; 9: eu-elfcompress; LLD 6: ld.lld -O2.
"""
ZSTD = ("zstd 3", "zstd 5", "zstd 1", "zstd 9", "zstd 19")
"""zstd 3: binutils, gcc, LLD; 5: llvm-objcopy."""
SLOW = frozenset(goflate.VERSIONS)
"""Encoders that need a second a megabyte: one section of a shows which it is, the smallest."""
MAX_SLOW = 48 << 20
"""Bytes that they may be given in one file."""
SHARD = 1 << 20
"""LLD and mold compress pieces of this size at the same time, and join them."""
_EMPTY = 1 << 6
"""The first of ten bits of an empty block, behind five bits of a byte."""


class UnknownEncoder(ValueError):
    """An encoder of that name does not exist."""


def inflate(data: bytes, size: int, method: str) -> bytes | None:
    """The contents of a stream if they are exactly ``size`` bytes, else None. Never allocates much more than that.

    Several streams may stand one after the other, as parallel compressors write them.
    """
    if method == "zlib":
        return _inflate_zlib(data, size)
    parts: list[bytes] = []
    total = 0
    try:
        for part in frames(data):
            parts.append(part)
            total += len(part)
            if total > size:
                return None
    except ValueError:
        return None
    return b"".join(parts) if total == size else None


def _inflate_zlib(data: bytes, size: int) -> bytes | None:
    parts: list[bytes] = []
    total = 0
    while data and total <= size:
        engine = zlib.decompressobj()
        try:
            part = engine.decompress(data, size - total + 1)
        except zlib.error:
            return None
        if not engine.eof:
            return None
        parts.append(part)
        total += len(part)
        data = engine.unused_data if part else b""
    return b"".join(parts) if total == size else None


def deflate(data: bytes, encoder: str) -> bytes:
    """The stream that an encoder makes of ``data``. Raises UnknownEncoder."""
    if encoder in goflate.VERSIONS:
        return goflate.compress(data, encoder)
    if encoder not in ZSTD and not any(encoder in names for names in ZLIB.values()):
        raise UnknownEncoder(encoder)
    family, _, number = encoder.partition(" ")
    level = int(number)
    if family == "zlib":
        return zlib.compress(data, level)
    if family == "zstd":
        import zstandard

        return zstandard.ZstdCompressor(level=level).compress(data)
    return _in_shards(data, level, family == "mold")


def _in_shards(data: bytes, level: int, mold: bool) -> bytes:
    """Raw deflate streams behind one header, all but LLD's last flushed to a byte (LLD's OutputSections.cpp, mold's
    compress.cc).
    """
    out = [b"\x78\x9c" if mold else b"\x78\x01"]
    for start in range(0, len(data), SHARD):
        engine = zlib.compressobj(level, zlib.DEFLATED, -15)
        out.append(engine.compress(data[start : start + SHARD]))
        if mold:
            out.append(engine.flush(zlib.Z_BLOCK))
            out.append(_flushed(engine))
        else:
            out.append(engine.flush(zlib.Z_SYNC_FLUSH if start + SHARD < len(data) else zlib.Z_FINISH))
    if mold:
        out.append(b"\x03\x00")
    return b"".join(out) + zlib.adler32(data).to_bytes(4, "big")


def _flushed(engine: zlib._Compress) -> bytes:
    """The flush of a shard of mold: behind five bits of a byte an empty block comes first (for libbacktrace)."""
    # The pending bits are out of reach, but not where a final block's two ones would stand behind them.
    last = int.from_bytes(engine.copy().flush(zlib.Z_FINISH), "little")
    rest = engine.flush(zlib.Z_SYNC_FLUSH)
    if last.bit_length() - 2 == 5:
        return bytes((rest[0] | _EMPTY, 0, 0)) + rest[1:]
    return rest


def encoders_of(parts: Sequence[tuple[bytes, bytes]], wanted: Sequence[bool]) -> list[str | None]:
    """The encoder that gives each wanted part's stream from its contents, or None; parts are (contents, stream).

    What one part shows of a slow encoder holds for all of a file.
    """
    out: list[str | None] = [None] * len(parts)
    slow: str | None = None
    ruled_out: set[str] = set()
    found: list[str] = []
    left = MAX_SLOW
    for index in sorted(range(len(parts)), key=lambda index: len(parts[index][0])):
        data, stream = parts[index]
        names = ZSTD if stream.startswith(b"\x28\xb5\x2f\xfd") else ZLIB.get(stream[1], ()) if len(stream) > 8 else ()
        for name in sorted(names, key=lambda name: name not in found):
            if name in SLOW:
                if name in ruled_out or slow not in (None, name) or len(data) > left:
                    continue
                if slow == name:
                    right = True
                else:
                    right = deflate(data, name) == stream
                    slow = name if right else None
                    ruled_out.update(() if right else (name,))
            else:
                right = wanted[index] and deflate(data, name) == stream
            if right:
                found.append(name)
                if wanted[index]:
                    out[index] = name
                    left -= len(data) if name in SLOW else 0
                break
    return out
