"""References of Go's function table and module data (Go's runtime/symtab.go and runtime2.go)."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from elfdiff.comparison.base import Base
from elfdiff.comparison.image import SHT_NOBITS, Image
from elfdiff.comparison.references.code import allocated
from elfdiff.comparison.references.fields import ADDRESS, Fields, contents_of
from elfdiff.comparison.runs import Ints, unique
from elfdiff.comparison.tables.functiontables import MAGICS, NAME, FunctionTable, file_entries, function_table
from elfdiff.elf.immediate import Immediate
from elfdiff.elf.model import Section

OFFSETS = 5
"""funcname, cu, filetab, pctab and pcln, each an offset into the section, behind 8 bytes and three words."""
MODULE_INFO = bytes.fromhex("3077af0c9274080241e1c107e6d618e6")
"""What runtime.modinfo begins with (cmd/go, modload/build.go)."""
MAX_LISTS = 64
"""pcdata or funcdata entries of one function; Go has fewer than 20."""
MODULE_WORDS = 48
"""Words of the module data that may point into the function table; Go 1.27 has the last of them at 43."""
_INDEX = Immediate(4, ((0, 2, 30),))
"""An index of words of 4 bytes."""
_TEXT = 22
"""The word of the module data that says where code begins: behind the table, six slices, findfunctab, minpc, maxpc."""


def fields(image: Image) -> Iterator[Fields]:
    """Offsets in the function table, and lengths of its parts in the module data."""
    section = next((s for s in image.elf.sections if s.name.endswith(NAME) and s.compression is None), None)
    word = image.word
    if section is None or section.span is None or section.span.length < 8 + 8 * word:
        return
    start = np.array([section.span.start], dtype=np.int64)
    if int(image.numbers(start, 4)[0]) not in MAGICS:
        return
    space = contents_of(section.index)
    at = start + 8 + word * np.arange(3, 3 + OFFSETS, dtype=np.int64)
    yield Fields("offset in Go's function table", at, word, image.numbers(at, word), space)
    code = start + 8 + 2 * word
    if image.numbers(code, word)[0] > 0:
        yield Fields("address in Go's function table", code, word, image.numbers(code, word), ADDRESS)
    data = image.content(section)
    table = function_table(data, word, image.little)
    if table is None:
        return
    place = section.span.start
    at = place + file_entries(data, table, image.little)
    yield _offsets(image, "file in Go's function table", at, table.files, space)
    yield from _module_info(image)
    module = _module_data(image, section, table)
    yield from _functions(image, place, table, space, _code_start(image, module))
    if module is not None:
        yield from _lengths(image, module, data, table)
        at = module + word * np.arange(min(MODULE_WORDS, (len(image.elf.data) - module) // word), dtype=np.int64)
        values = image.numbers(at, word)
        inside = (values >= section.address) & (values < section.address + section.size)
        yield Fields("address in Go's module data", at[inside], word, values[inside], ADDRESS)


def _offsets(image: Image, what: str, at: Ints, base: int, space: str) -> Fields:
    return Fields(what, at, 4, image.numbers(at, 4) + base, space, Base.PLACE, np.full(len(at), base, dtype=np.int64))


def _functions(image: Image, place: int, table: FunctionTable, space: str, code: int | None) -> Iterator[Fields]:
    """Pairs of (code, record), and the records: runtime._func."""
    pairs = place + table.functions + 8 * np.arange(table.count, dtype=np.int64)
    records = image.numbers(pairs + 4, 4) + table.functions
    yield _offsets(image, "function in Go's function table", pairs + 4, table.functions, space)
    if code is not None:
        base = np.full(len(pairs), code, dtype=np.int64)
        yield Fields("code in Go's function table", pairs, 4, image.numbers(pairs, 4) + code, ADDRESS, Base.PLACE, base)
    good = (records > table.functions) & (records + table.record <= table.size)
    at = place + unique(records[good])
    if code is not None:
        base = np.full(len(at), code, dtype=np.int64)
        yield Fields("code in Go's function table", at, 4, image.numbers(at, 4) + code, ADDRESS, Base.PLACE, base)
    yield _offsets(image, "name in Go's function table", at + 4, table.names, space)
    values = [at + offset for offset in (16, 20, 24)]
    lists = np.minimum(image.numbers(at + 28, 4), MAX_LISTS)
    for index in range(int(lists.max(initial=0))):
        more = at[lists > index] + table.record + 4 * index
        values.append(more[more + 4 <= place + table.size])
    found = np.concatenate(values)
    held = image.numbers(found, 4)
    found = found[(held > 0) & (held < table.functions - table.pcs)]
    yield _offsets(image, "values in Go's function table", found, table.pcs, space)
    unit = at + 32
    held = image.numbers(unit, 4)
    inside = held < (table.files - table.units) // 4
    unit, held = unit[inside], held[inside]
    base = np.full(len(unit), table.units, dtype=np.int64)
    yield Fields(
        "unit in Go's function table",
        unit,
        4,
        4 * held + table.units,
        space,
        Base.PLACE,
        base,
        immediate=_INDEX,
        held=held,
    )


def _module_data(image: Image, section: Section, table: FunctionTable) -> int | None:
    """Where runtime.firstmoduledata stands in the image: the table's address, then a slice of each part of it."""
    word = image.word
    starts = (table.names, table.units, table.files, table.pcs, table.functions, table.functions)
    wanted = [section.address, *(section.address + start for start in starts)]
    for holder in image.elf.sections:
        if (
            not holder.is_allocated
            or holder.type == SHT_NOBITS
            or holder.is_executable
            or holder.span is None
            or holder.compression is not None
        ):
            continue
        count = (holder.span.length - 24 * word) // word
        if count <= 0:
            continue
        at = holder.span.start + word * np.arange(count, dtype=np.int64)
        found = at[image.numbers(at, word) == section.address]
        for index, value in enumerate(wanted[1:]):
            found = found[image.numbers(found + word * (1 + 3 * index), word) == value]
        if len(found) == 1:
            return int(found[0])
    return None


def _code_start(image: Image, module: int | None) -> int | None:
    """runtime.text, which offsets of code count from."""
    if module is None:
        return None
    value = image.numbers(np.array([module + _TEXT * image.word], dtype=np.int64), image.word)
    return int(value[0]) if bool(allocated(image, value)[0]) else None


def _module_info(image: Image) -> Iterator[Fields]:
    """The length of runtime.modinfo, a string in data: its address, then its length."""
    word = image.word
    holders = [
        s
        for s in image.elf.sections
        if s.is_allocated and not s.is_executable and s.span is not None and s.compression is None and s.size
    ]
    for section in holders:
        place, size = image.place(section)
        text = image.data.find(MODULE_INFO, place, place + size)
        if text < 0:
            continue
        address = section.address + text - place
        for holder in holders:
            start, length = image.place(holder)
            at = start + word * np.arange(max(length // word - 1, 0), dtype=np.int64)
            at = at[image.numbers(at, word) == address] + word
            held = image.numbers(at, word)
            at, held = at[(held > 0) & (held <= size)], held[(held > 0) & (held <= size)]
            base = np.full(len(at), address, dtype=np.int64)
            yield Fields(
                "length of Go's module information", at, word, held + base, ADDRESS, Base.PLACE, base, end=True
            )


def _lengths(image: Image, module: int, data: bytes, table: FunctionTable) -> Iterator[Fields]:
    """Length and capacity of the slices: of bytes, but that of units, which counts 4 bytes.

    Texts end where the last one does, and their slice with the word.
    """
    word = image.word
    unit = Immediate(word, ((0, 2, 30),))
    whole = Immediate(word, ((3, 3, 29),) if word == 8 else ((2, 2, 30),), word - 1)
    ends = {start: start + len(data[start:end].rstrip(b"\0")) + 1 for start, end in table.texts}
    for index, start in enumerate((table.names, table.units, table.files, table.pcs, table.functions)):
        pointer = np.full(2, module + word * (1 + 3 * index), dtype=np.int64)
        at = pointer + word * np.array([1, 2], dtype=np.int64)
        base, held = image.numbers(pointer, word), image.numbers(at, word)
        what = "length in Go's module data"
        if start in ends and bool((held == -(-(ends[start] - start) // word) * word).all()):
            end = base + ends[start] - start
            yield Fields(what, at, word, end, ADDRESS, Base.PLACE, base, end=True, immediate=whole, held=held)
        elif start == table.units:
            end = base + 4 * held
            yield Fields(what, at, word, end, ADDRESS, Base.PLACE, base, end=True, immediate=unit, held=held)
        else:
            yield Fields(what, at, word, base + held, ADDRESS, Base.PLACE, base, end=True)
