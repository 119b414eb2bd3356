"""DWARF units: the header and the top entry of each, and the file table of its line program (DWARF 2 to 5).

pyelftools' own reader is five times slower here and bounds neither counts nor lengths. This one
reads no more than the facts of :class:`DebugUnit` need, and never more than :data:`MAX_STEPS` of anything.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from elfdiff.elf.bytestream import ByteStream, OutOfBytes
from elfdiff.elf.dwarfnumbers import AT, FORM, UT
from elfdiff.elf.forms import IMPLICIT_CONST, Form, FormReader, Texts, TooShared
from elfdiff.elf.linetable import LineTable, read_line_table
from elfdiff.elf.model import ByteOrder, DebugUnit
from elfdiff.values import dataclass, field

SECTIONS = ("abbrev", "str", "line_str", "line", "str_offsets")
"""What the units of .debug_info need, without ".debug_"."""

MAX_UNITS = 20_000
"""Units read of one file. A Linux kernel with debug information has about 4,000."""

MAX_STEPS = 3_000_000
"""Abbreviations and line table entries read of one file: a few seconds of work."""
SPARE_STEPS = 200_000
"""So many of them, and one more for each byte of their sections: every entry has a byte of its own."""
MAX_SHARED = 1_000_000
"""Files of line tables that another unit has named before."""

_MAX_PADDING = 4096

_UT_TYPES = frozenset({UT["type"], UT["split_type"]})
_UT_WITH_DWO_ID = frozenset({UT["skeleton"], UT["split_compile"]})
_AT_NAME = AT["name"]
_AT_STMT_LIST = AT["stmt_list"]
_AT_LANGUAGE = AT["language"]
_AT_COMP_DIR = AT["comp_dir"]
_AT_PRODUCER = AT["producer"]
_AT_STR_OFFSETS_BASE = AT["str_offsets_base"]
_AT_GNU_DWO_ID = AT["GNU_dwo_id"]
_DATA8 = FORM["data8"]
_DWO_ID_SIZE = 8
_WANTED = frozenset({_AT_NAME, _AT_STMT_LIST, _AT_LANGUAGE, _AT_COMP_DIR, _AT_PRODUCER, _AT_STR_OFFSETS_BASE})


@dataclass(frozen=True, slots=True)
class _UnitHeader:
    offset: int
    end: int
    version: int
    kind: int
    address_size: int
    abbreviations: int
    entry: int
    wide: bool
    split_id_at: int | None


@dataclass(slots=True)
class _Work:
    """What may still be done, shared by all units of a file."""

    texts: Texts
    steps: int
    shared: int = MAX_SHARED
    abbreviations: dict[tuple[int, int], tuple[tuple[int, int, int], ...]] = field(default_factory=dict)
    line_tables: dict[int, LineTable] = field(default_factory=dict)


def read_units(
    infos: Sequence[bytes], sections: Mapping[str, bytes], byte_order: ByteOrder, warnings: list[str]
) -> tuple[DebugUnit, ...]:
    """The units of each .debug_info in ``infos`` (a relocatable file may have several), but for type units.

    ``sections`` are the inflated ones of :data:`SECTIONS`, absent where the file has none. What cannot be read ends
    the section with a warning; a unit whose top entry cannot be read keeps its header's facts.
    """
    units: list[DebugUnit] = []
    sizes = (len(sections.get(name, b"")) for name in ("abbrev", "line"))
    work = _Work(Texts(sections), min(MAX_STEPS, SPARE_STEPS + sum(sizes)))
    for info in infos:
        try:
            for header in _headers(ByteStream(info, byte_order)):
                if header.kind in _UT_TYPES:
                    continue
                if len(units) >= MAX_UNITS or work.steps <= 0:
                    warnings.append(f"only the first {len(units)} DWARF units were read")
                    return tuple(units)
                units.append(_unit(info, header, byte_order, work, warnings))
        except OutOfBytes as error:
            warnings.append(f".debug_info: {error}")
    return tuple(units)


def _headers(stream: ByteStream) -> Iterator[_UnitHeader]:
    """Section 7.5.1 of DWARF 5; 7.5.1.1 of DWARF 4."""
    at = padding = 0
    while at < len(stream.data):
        stream.at = at
        length, wide = stream.initial_length()
        end = stream.at + length
        if end > len(stream.data):
            raise OutOfBytes(f"the unit at {at:#x} reaches {end:#x}, past the end of the section")
        if length == 0:
            # Some producers pad between units with zeros.
            padding += 1
            if padding > _MAX_PADDING:
                raise OutOfBytes(f"there is only padding at {at:#x}")
            at = end
            continue
        version = stream.u2()
        if not 2 <= version <= 5:
            raise OutOfBytes(f"the unit at {at:#x} has DWARF version {version}, which is unknown")
        kind = 0
        split_id_at: int | None = None
        if version == 5:
            kind, address_size = stream.u1(), stream.u1()
            abbreviations = stream.offset(wide)
            if kind in _UT_WITH_DWO_ID:
                split_id_at = stream.at
                stream.skip(_DWO_ID_SIZE)
        else:
            abbreviations, address_size = stream.offset(wide), stream.u1()
        yield _UnitHeader(at, end, version, kind, address_size, abbreviations, stream.at, wide, split_id_at)
        at = end


def _unit(
    info: bytes,
    header: _UnitHeader,
    byte_order: ByteOrder,
    work: _Work,
    warnings: list[str],
) -> DebugUnit:
    forms = FormReader(work.texts, byte_order, header.wide, header.address_size, header.version)
    values: dict[int, Form] = {}
    text: dict[int, str | None] = {}
    place: Form | None = None
    lines = LineTable()
    split_id_at = header.split_id_at
    try:
        stream = ByteStream(info, byte_order, header.entry, header.end)
        code = stream.uleb()
        # Code 0 is a null entry: a unit without a top entry.
        if code:
            for attribute, form, constant in _abbreviation(header.abbreviations, code, byte_order, work):
                value = Form(form, constant) if form == IMPLICIT_CONST else forms.read(stream, form)
                if attribute in _WANTED:
                    values[attribute] = value
                elif attribute == _AT_GNU_DWO_ID and form == _DATA8:
                    split_id_at = stream.at - _DWO_ID_SIZE
        base = values.get(_AT_STR_OFFSETS_BASE)
        text = {name: forms.text(value, base) for name, value in values.items()}
        place = values.get(_AT_STMT_LIST)
        if place is not None and isinstance(place.value, int) and "line" in work.texts.sections:
            lines = _lines(place.value, byte_order, header.address_size, work)
    except TooShared as error:
        warnings.append(f".debug_info: {error}")
    except OutOfBytes as error:
        warnings.append(f".debug_info: the unit at {header.offset:#x}: {error}")
    language = values.get(_AT_LANGUAGE)
    return DebugUnit(
        offset=header.offset,
        version=header.version,
        name=text.get(_AT_NAME),
        directory=text.get(_AT_COMP_DIR),
        producer=text.get(_AT_PRODUCER),
        language=language.value if language is not None and isinstance(language.value, int) else None,
        files=lines.files,
        md5s=lines.md5s,
        end=header.end,
        lines=place.value if place is not None and isinstance(place.value, int) else None,
        split_id=info[split_id_at : split_id_at + _DWO_ID_SIZE] if split_id_at is not None else None,
        split_id_at=split_id_at or 0,
    )


def _lines(offset: int, byte_order: ByteOrder, address_size: int, work: _Work) -> LineTable:
    known = work.line_tables.get(offset)
    if known is None:
        known, steps = read_line_table(offset, work.texts, byte_order, address_size, work.steps)
        work.steps -= steps
        work.line_tables[offset] = known
        return known
    work.shared -= len(known.files)
    if work.shared < 0:
        raise TooShared("line tables are named by so many units that the files of some are left out")
    return known


def _abbreviation(table: int, code: int, byte_order: ByteOrder, work: _Work) -> tuple[tuple[int, int, int], ...]:
    """Attribute, form and implicit constant of the declaration ``code`` in the table at offset ``table`` (7.5.3)."""
    known = work.abbreviations.get((table, code))
    if known is not None:
        return known
    stream = ByteStream(work.texts.sections.get("abbrev", b""), byte_order, table)
    while True:
        declared = stream.uleb()
        if declared == 0:
            raise OutOfBytes(f"abbreviation {code} is missing from the table at {table:#x}")
        stream.uleb()
        stream.skip(1)
        attributes: list[tuple[int, int, int]] = []
        while True:
            work.steps -= 1
            if work.steps <= 0:
                raise OutOfBytes("the abbreviation tables are too long to be read")
            attribute, form = stream.uleb(), stream.uleb()
            constant = stream.sleb() if form == IMPLICIT_CONST else 0
            if attribute == 0 and form == 0:
                break
            attributes.append((attribute, form, constant))
        if declared == code:
            found = work.abbreviations[table, code] = tuple(attributes)
            return found
