"""References of Go's function table: the offsets in the header of .gopclntab (Go's runtime/symtab.go, pcHeader)."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from elfdiff.comparison.fields import Fields, contents_of
from elfdiff.comparison.image import Image

MAGICS = (0xFFFFFFF0, 0xFFFFFFF1)
"""pcHeader.magic of Go 1.18 and of Go 1.20 on."""
OFFSETS = 5
"""funcname, cu, filetab, pctab and pcln, each an offset into the section, behind 8 bytes and three words."""


def fields(image: Image) -> Iterator[Fields]:
    """Offsets in the function table's header."""
    table = image.elf.section(".gopclntab")
    word = image.word
    if table is not None and table.span is not None and table.span.length >= 8 + 8 * word:
        start = np.array([table.span.start], dtype=np.int64)
        if int(image.numbers(start, 4)[0]) in MAGICS:
            at = start + 8 + word * np.arange(3, 3 + OFFSETS, dtype=np.int64)
            yield Fields("offset in Go's function table", at, word, image.numbers(at, word), contents_of(table.index))
