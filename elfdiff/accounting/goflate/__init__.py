"""zlib streams as Go's compress/zlib writes them at BestSpeed, to the bit: what Go's linker compresses DWARF with.

No library outside Go gives these bytes. The algorithms are those of compress/flate in Go 1.21, 1.26 and 1.27: up to
Go 1.26 the matcher came from Snappy; Go 1.27 has another, and a bit writer that uses Huffman tables again.
"""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from elfdiff.accounting.goflate.bits import BitWriter
    from elfdiff.accounting.goflate.blocks import Blocks
    from elfdiff.accounting.goflate.matching import Matcher

GO_1_26, GO_1_27 = "Go up to 1.26", "Go 1.27"
VERSIONS = (GO_1_27, GO_1_26)

_HEADER = b"\x78\x01"
_SMALL = 128
"""A last block of fewer bytes is not searched for matches."""


def compress(data: bytes, version: str) -> bytes:
    """The stream of ``zlib.NewWriterLevel(w, zlib.BestSpeed)``; takes about a second a megabyte.

    How the data were cut into writes does not matter: Go gathers blocks of 65,535 bytes.
    """
    return _HEADER + deflate(data, version) + zlib.adler32(data).to_bytes(4, "big")


def deflate(data: bytes, version: str) -> bytes:
    """The same without zlib's header and checksum: what ``gzip.BestSpeed`` puts between its own."""
    from elfdiff.accounting.goflate.bits import BitWriter

    out = BitWriter()
    blocks = _written(data, len(data), version, out)
    blocks.close()
    return out.result()


def begins(data: bytes, version: str, stream: bytes) -> bool:
    """False if the deflate stream does not begin as ``deflate`` begins; told by the first block."""
    from elfdiff.accounting.goflate.bits import BitWriter
    from elfdiff.accounting.goflate.matching import BLOCK

    if len(data) <= BLOCK:
        return True
    out = BitWriter()
    _written(data, BLOCK, version, out)
    return stream.startswith(out.result()[:-1])


def _written(data: bytes, up_to: int, version: str, out: BitWriter) -> Blocks:
    from elfdiff.accounting.goflate.blocks import NewBlocks, OldBlocks
    from elfdiff.accounting.goflate.matching import BLOCK, NewMatcher, OldMatcher

    matcher: Matcher
    blocks: Blocks
    if version == GO_1_27:
        matcher, blocks = NewMatcher(data), NewBlocks(out)
    else:
        matcher, blocks = OldMatcher(data), OldBlocks(out)
    for start in range(0, up_to, BLOCK):
        end = min(len(data), start + BLOCK)
        if end - start < _SMALL:
            blocks.small(data[start:end])
        else:
            blocks.block(data[start:end], matcher.block(start, end), end == len(data))
    return blocks
