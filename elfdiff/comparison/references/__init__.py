"""Where a file refers to places of its own: code operands, relocations, symbols, tables, frames, DWARF, headers.

Every function here reads one file, a, and yields :class:`~elfdiff.comparison.references.fields.Fields`. None can see
the other.
"""

from __future__ import annotations

from collections.abc import Iterator

from elfdiff.comparison.image import Image
from elfdiff.comparison.references import btf, golang, headers, loader, mips, symbols, unwinding
from elfdiff.comparison.references.code import CodeMap, code_fields
from elfdiff.comparison.references.fields import Fields


def all_fields(image: Image, code: CodeMap) -> Iterator[Fields]:
    """Every reference that a holds, most specific kinds first; of two that overlap the first one counts."""
    yield from headers.fields(image)
    yield from mips.fields(image)
    yield from symbols.fields(image)
    yield from loader.fields(image)
    yield from unwinding.fields(image)
    yield from golang.fields(image)
    yield from btf.fields(image)
    yield from code_fields(image, code)
    yield from debug_fields(code)


def debug_fields(code: CodeMap) -> tuple[Fields, ...]:
    """References of every DWARF section that was found and could be read; read once."""
    if not code.debug:
        found: tuple[Fields, ...] = ()
        if any(s.name.startswith((".debug_", ".zdebug_")) for s in code.image.elf.sections):
            from elfdiff.comparison.references import dwarf

            found = tuple(dwarf.fields(code.image))
        code.debug.append(found)
    return code.debug[0]
