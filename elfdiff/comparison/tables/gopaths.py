"""What the names of source files begin with in two Go programs, of which one was built with -trimpath."""

from __future__ import annotations

from collections import Counter

from elfdiff.comparison.tables.functiontables import NAME, function_table
from elfdiff.elf.file import ElfFile
from elfdiff.errors import ElfdiffError

MAX_HEADS = 8


def trimmed_heads(a: ElfFile, b: ElfFile) -> list[tuple[bytes, bytes]]:
    """(head in a, head in b) of file names, most files first: absolute in one program, relative or empty in the other.

    Go's linker numbers files in the order in which it meets them, so the same files stand in the same order in both
    tables; tables of another length give nothing. Heads end at a slash, and are given without it where neither is
    empty, so that they are found in names of directories, too.
    """
    ours, theirs = _files(a), _files(b)
    if len(ours) != len(theirs):
        return []
    found: Counter[tuple[bytes, bytes]] = Counter()
    for old, new in zip(ours, theirs, strict=True):
        heads = _heads(old, new)
        if heads[0].startswith(b"/") != heads[1].startswith(b"/"):
            found[heads] += 1
    kept = [heads for heads, _ in found.most_common(MAX_HEADS)]
    return [(x[:-1], y[:-1]) if x and y else (x, y) for x, y in kept]


def _heads(old: bytes, new: bytes) -> tuple[bytes, bytes]:
    """Both without the components that they end in alike."""
    left, right = old.split(b"/"), new.split(b"/")
    same = 0
    while same < min(len(left), len(right)) and left[-1 - same] == right[-1 - same]:
        same += 1
    tail = len(b"/".join(left[len(left) - same :]))
    return old[: len(old) - tail], new[: len(new) - tail]


def _files(elf: ElfFile) -> list[bytes]:
    """The names in the function table's file table."""
    section = next((s for s in elf.sections if s.name.endswith(NAME) and s.compression is None), None)
    if section is None or section.span is None:
        return []
    try:
        data = elf.raw(section)
    except ElfdiffError:
        return []
    table = function_table(data, elf.elf_class // 8, elf.byte_order == "little")
    if table is None:
        return []
    return data[table.files : table.pcs].rstrip(b"\0").split(b"\0")
