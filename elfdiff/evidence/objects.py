"""Named objects whose numbers changed, and source files whose digests changed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from elfdiff.comparison.pair import Pair
from elfdiff.elf.file import ElfFile
from elfdiff.elf.model import DebugUnit, Section, Symbol
from elfdiff.evidence.data import MADE
from elfdiff.evidence.model import CoverageStampChange, Evidence, IntegerChange, SourceDigestChange, SourcesKept
from elfdiff.evidence.times import reads_as_time
from elfdiff.patterns import late
from elfdiff.report import Location
from elfdiff.span import Span

SHT_NOBITS = 8
MAX_INTEGERS = 200
_GCOV_VERSION = late(rb"(?:[*R][0-9]{2}[A-Z]|[A-Z][0-9]{2}[*R])\0{4}")


def extract(pair: Pair) -> Iterator[Evidence]:
    """Integers of a symbol's own, then source digests that changed or that all stayed, then stamps of coverage data."""
    yield from _integers(pair)
    yield from _digests(pair)
    yield from _kept(pair)
    yield from _coverage_stamps(pair)


def _integers(pair: Pair) -> Iterator[IntegerChange]:
    """Objects of one name only: compilers number their own local objects, so equal names there mean little."""
    ours, theirs = _numbers(pair.a), _numbers(pair.b)
    found = 0
    for name, symbol in ours.items():
        partner = theirs.get(name)
        if partner is None or partner.size != symbol.size:
            continue
        left, right = _value(pair.a, symbol), _value(pair.b, partner)
        if (
            left is None
            or right is None
            or left[0] == right[0]
            or _is_address(pair.a, left[0])
            or _is_address(pair.b, right[0])
        ):
            continue
        found += 1
        if found > MAX_INTEGERS:
            return
        yield IntegerChange(
            section=left[2].name if left[1] is not None else right[2].name,
            symbol=symbol.name,
            a=_place(left, symbol.size),
            b=_place(right, symbol.size),
            a_value=left[0],
            b_value=right[0],
            width=symbol.size,
            seconds=reads_as_time(left[0]) and reads_as_time(right[0]),
        )


def _place(value: tuple[int, int | None, Section], size: int) -> Location | None:
    return Location(value[1], size, "file", str(value[0])) if value[1] is not None else None


def _numbers(elf: ElfFile) -> dict[str, Symbol]:
    objects = [symbol for symbol in elf.symbols if symbol.kind == "object" and symbol.name]
    counts = Counter(symbol.name for symbol in objects)
    return {
        symbol.name: symbol
        for symbol in objects
        if symbol.size in (4, 8) and counts[symbol.name] == 1 and not MADE.search(symbol.name)
    }


def _value(elf: ElfFile, symbol: Symbol) -> tuple[int, int | None, Section] | None:
    """(number, file offset, section) of an object; one in .bss is 0 and stands nowhere in the file."""
    if not 0 < symbol.section < len(elf.sections):
        return None
    section = elf.sections[symbol.section]
    if section.type == SHT_NOBITS and not elf.header.type_name.endswith("REL"):
        return 0, None, section
    if section.span is None or section.compression is not None:
        return None
    offset = symbol.value - (0 if elf.header.type_name.endswith("REL") else section.address)
    if not 0 <= offset <= section.span.length - symbol.size:
        return None
    at = section.span.start + offset
    return int.from_bytes(elf.data[at : at + symbol.size], elf.byte_order), at, section


def _is_address(elf: ElfFile, value: int) -> bool:
    return value != 0 and elf.section_at(value) is not None


def _digests(pair: Pair) -> Iterator[SourceDigestChange]:
    """Files of one base name in both line tables of a unit; a base name that stands twice is passed over."""
    seen: set[str] = set()
    for item in pair.units:
        if item.a is None or item.b is None:
            continue
        left, right = _by_base_name(item.a), _by_base_name(item.b)
        for base, digest in left.items():
            other = right.get(base)
            if digest and other and digest != other and base not in seen:
                seen.add(base)
                yield SourceDigestChange(
                    section=".debug_line",
                    a=Location(item.a.offset, 16, "line table", digest),
                    b=Location(item.b.offset, 16, "line table", other),
                    file=base,
                )


def _kept(pair: Pair) -> Iterator[SourcesKept]:
    """At most one fact: no source that any unit names has another MD5, or none."""
    files: dict[str, str] = {}
    for item in pair.units:
        if item.a is None or item.b is None:
            return
        left, right = (dict(zip(unit.files, unit.md5s, strict=False)) for unit in (item.a, item.b))
        if not left or sorted(left.values()) != sorted(right.values()) or not all(left.values()):
            return
        files |= left
    if files:
        yield SourcesKept(section=".debug_line", count=len(files))


def _by_base_name(unit: DebugUnit) -> dict[str, str]:
    bases = [name.rsplit("/", 1)[-1] for name in unit.files]
    counts = Counter(bases)
    return {base: digest for base, digest in zip(bases, unit.md5s, strict=False) if counts[base] == 1}


def _coverage_stamps(pair: Pair) -> Iterator[CoverageStampChange]:
    """GCC's ``struct gcov_info`` (libgcov.h): version, padding, next pointer, stamp; 64-bit files only."""
    left, right = _stamps(pair.a), _stamps(pair.b)
    if len(left) != len(right):
        return
    changed = [(a, b) for a, b in zip(left, right, strict=True) if a[1] != b[1]]
    if changed:
        (a_at, a_stamp), (b_at, b_stamp) = changed[0]
        yield CoverageStampChange(
            section=".data",
            a=Location(a_at, 4, "file", a_stamp.hex()),
            b=Location(b_at, 4, "file", b_stamp.hex()),
            spans=tuple((Span(x, x + 4), Span(y, y + 4)) for (x, _), (y, _) in changed),
            count=len(changed),
            total=len(left),
        )


def _stamps(elf: ElfFile) -> list[tuple[int, bytes]]:
    if elf.elf_class != 64 or not any(symbol.name == "__gcov_init" for symbol in elf.symbols):
        return []
    found: list[tuple[int, bytes]] = []
    for section in elf.sections:
        if section.span is None or not section.name.startswith(".data") or section.compression is not None:
            continue
        for match in _GCOV_VERSION.finditer(elf.raw(section)):
            at = section.span.start + match.start() + 16
            if match.start() % 8 == 0 and at + 4 <= section.span.end:
                found.append((at, elf.data[at : at + 4]))
    return found
