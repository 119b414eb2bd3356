"""GCC's LTO bytecode: each ``.gnu.lto_`` section is one bare Zstandard frame (gcc/lto-compress.cc), or deflated."""

from __future__ import annotations

import re

from elfdiff.patterns import late

MAX_INFLATED = 16 << 20
"""Bytes that one section may inflate to; a translation unit's declarations are some hundred thousand."""
MAX_PATHS = 64
_ZSTD = b"\x28\xb5\x2f\xfd"
_DIRECTORY = late(rb"/(?:[\w.+@~-]+/)*[\w.+@~-]+", re.ASCII)


def paths(stream: bytes) -> tuple[str, ...] | None:
    """The absolute paths in a section of bytecode, each once, in order, at most 64.

    None if it is no Zstandard frame, says that it holds more than 16 MiB, or cannot be inflated.
    """
    if not stream.startswith(_ZSTD):
        return None
    import zstandard

    try:
        size = zstandard.frame_content_size(stream)
        if not 0 <= size <= MAX_INFLATED:
            return None
        contents = zstandard.ZstdDecompressor().decompress(stream, max_output_size=MAX_INFLATED)
    except (zstandard.ZstdError, MemoryError):
        return None
    found: dict[str, None] = {}
    for match in _DIRECTORY.finditer(contents):
        if match.group().count(b"/") > 1:
            found[match.group().decode("ascii")] = None
        if len(found) == MAX_PATHS:
            break
    return tuple(found)
