"""ElfFile: one ELF file in memory, every part with its place in the file."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from functools import cached_property
from typing import TYPE_CHECKING, Literal

from elfdiff.elf import compression
from elfdiff.elf.dynamic import DT_STRSZ, DT_STRTAB, parse_dynamic, raw_entries
from elfdiff.elf.headers import SHT_NOBITS, parse_header, parse_sections, parse_segments
from elfdiff.elf.model import ByteOrder, DebugUnit, DynamicEntry, Header, Note, Section, Segment, Symbol
from elfdiff.elf.notes import NT_GNU_BUILD_ID, parse_notes
from elfdiff.elf.strings import StringTable, decoded
from elfdiff.errors import MalformedElf
from elfdiff.span import Span
from elfdiff.values import dataclass, field

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from elfdiff.elf.symbols import SymbolTable

ET_REL, ET_EXEC, ET_DYN, ET_CORE = 1, 2, 3, 4
PT_LOAD, PT_DYNAMIC, PT_NOTE = 1, 2, 4
SHT_SYMTAB, SHT_STRTAB, SHT_RELA, SHT_DYNAMIC, SHT_NOTE, SHT_REL, SHT_DYNSYM = 2, 3, 4, 6, 7, 9, 11
SHT_SYMTAB_SHNDX = 18
_SHF_TLS = 0x400
_EM_ARM = 40


def parse(data: bytes, path: str) -> ElfFile:
    """Reads the headers of an ELF file; everything else is read when it is asked for.

    Raises NotElf, and MalformedElf if a header table or a section reaches past the end of the file.
    """
    warnings: list[str] = []
    header = parse_header(data, path)
    sections = parse_sections(data, path, header, warnings)
    segments = parse_segments(data, path, header, warnings)
    return ElfFile(path, data, header, sections, segments, warnings)


@dataclass(frozen=True, eq=False)
class ElfFile:
    """One file. ``path`` is only for sentences. Lazy parts may add warnings, and raise only ElfdiffError."""

    path: str
    data: bytes = field(repr=False)
    header: Header
    sections: tuple[Section, ...] = field(repr=False)
    segments: tuple[Segment, ...] = field(repr=False)
    _warnings: list[str] = field(repr=False)
    _contents: dict[int, bytes] = field(default_factory=dict, repr=False)

    @cached_property
    def _allowance(self) -> compression.Allowance:
        return compression.Allowance.of(len(self.data))

    @property
    def byte_order(self) -> ByteOrder:
        """The file's own, never the machine's that runs elfdiff."""
        return self.header.byte_order

    @property
    def elf_class(self) -> Literal[32, 64]:
        """32 or 64."""
        return self.header.elf_class

    @property
    def warnings(self) -> tuple[str, ...]:
        """Sentences on what was odd but survivable, as far as the file has been read."""
        return tuple(dict.fromkeys(self._warnings))

    # Sections and their bytes

    def section(self, name: str) -> Section | None:
        """The first section of that name."""
        found = self._by_name.get(name)
        return found[0] if found else None

    def sections_named(self, name: str) -> tuple[Section, ...]:
        """Every section of that name, in order."""
        return tuple(self._by_name.get(name, ()))

    @cached_property
    def _by_name(self) -> dict[str, list[Section]]:
        found: dict[str, list[Section]] = {}
        for section in self.sections:
            found.setdefault(section.name, []).append(section)
        return found

    def raw(self, section: Section) -> bytes:
        """The section's bytes as the file has them; empty for NOBITS."""
        return b"" if section.span is None else self.data[section.span.start : section.span.end]

    def contents(self, section: Section) -> bytes:
        """The section's bytes, inflated if compressed; debug sections of a relocatable file have relocations applied.

        Raises MalformedElf for a bad stream and LimitExceeded before the file's sections inflate to more than
        ``compression.Allowance`` says. Cached where it differs from the bytes in the file.
        """
        if self.header.type == ET_REL and section.name.startswith((".debug_", ".zdebug_")):
            return self.relocated(section)
        return self.inflated(section)

    def inflated(self, section: Section) -> bytes:
        """The section's bytes, inflated if compressed, without relocations; raises as :meth:`contents` does."""
        if section.compression is None:
            return self.raw(section)
        known = self._contents.get(section.index)
        if known is None:
            known = compression.inflate(self.raw(section), section, self.header, self.path, self._allowance)
            self._contents[section.index] = known
        return known

    def relocated(self, section: Section) -> bytes:
        """The contents of a debug section of a relocatable file with its REL and RELA entries applied.

        Sections of such a file stand at address 0. In any other file the same as the inflated bytes.
        """
        content = self.inflated(section)
        tables = self._relocation_sections.get(section.index, ()) if self.header.type == ET_REL else ()
        key = -1 - section.index
        if not tables:
            return content
        if key not in self._contents:
            from elfdiff.elf import relocations

            for table in tables:
                symbols = self._symbol_values(table.link)
                entries = self.relocation_table(table)
                content = relocations.apply(
                    content, entries, table.type == SHT_RELA, symbols, self.header.machine, self.byte_order
                )
            self._contents[key] = content
        return self._contents[key]

    @cached_property
    def _relocation_sections(self) -> dict[int, list[Section]]:
        found: dict[int, list[Section]] = {}
        for section in self.sections:
            if section.type in (SHT_REL, SHT_RELA):
                found.setdefault(section.info, []).append(section)
        return found

    def _symbol_values(self, index: int) -> NDArray[np.uint64]:
        import numpy as np

        if 0 < index < len(self.sections) and self.sections[index].type in (SHT_SYMTAB, SHT_DYNSYM):
            return self.symbol_table(self.sections[index])["value"]
        return np.zeros(0, "u8")

    # Symbols

    @cached_property
    def symbols(self) -> tuple[Symbol, ...]:
        """.symtab, entry 0 included; empty if there is none."""
        return () if self.symtab is None else self.symtab.entries()

    @cached_property
    def dynamic_symbols(self) -> tuple[Symbol, ...]:
        """.dynsym, entry 0 included; empty if there is none."""
        return () if self.dynsym is None else self.dynsym.entries()

    @cached_property
    def symtab(self) -> SymbolTable | None:
        """The first SHT_SYMTAB section for bulk work, without an object for each symbol."""
        return self._symbols_of(SHT_SYMTAB)

    @cached_property
    def dynsym(self) -> SymbolTable | None:
        """The first SHT_DYNSYM section for bulk work."""
        return self._symbols_of(SHT_DYNSYM)

    def symbol_table(self, section: Section) -> NDArray[np.void]:
        """The entries of a symbol table in native order: name, info, other, shndx, value, size."""
        from elfdiff.elf import symbols

        return symbols.decode(self.inflated(section), self.elf_class, self.byte_order)

    def _symbols_of(self, kind: int) -> SymbolTable | None:
        section = next((s for s in self.sections if s.type == kind and s.span is not None), None)
        if section is None or section.span is None:
            return None
        import numpy as np

        from elfdiff.elf import symbols

        table = self.symbol_table(section)
        section_of = table["shndx"].astype("u4")
        extended = next((s for s in self.sections if s.type == SHT_SYMTAB_SHNDX and s.link == section.index), None)
        if extended is not None:
            raw = self.raw(extended)
            indices = np.frombuffer(raw, "<u4" if self.byte_order == "little" else ">u4", len(raw) // 4)
            count = min(len(indices), len(table))
            through = section_of[:count] == symbols.SHN_XINDEX
            section_of[:count][through] = indices[:count][through]
        return symbols.SymbolTable(
            table=table,
            section_of=section_of,
            names=StringTable(self._linked_strings(section), self.path),
            start=section.span.start,
            entry_size=symbols.entry_size(self.elf_class),
            thumb=self.header.machine == _EM_ARM,
        )

    def _linked_strings(self, section: Section) -> bytes:
        if 0 < section.link < len(self.sections):
            return self.inflated(self.sections[section.link])
        self._warnings.append(f"section {section.index} ({section.name}) names section {section.link} for its strings")
        return b""

    @cached_property
    def file_symbols(self) -> tuple[Symbol, ...]:
        """The STT_FILE symbols of .symtab, in order."""
        return () if self.symtab is None else self.symtab.of_kind(4)

    @property
    def is_stripped(self) -> bool:
        """No .symtab."""
        return not any(section.type == SHT_SYMTAB for section in self.sections)

    def symbol_at(self, section: Section, offset: int) -> Symbol | None:
        """The innermost named symbol that covers the byte at ``offset`` of the section; from .dynsym if stripped."""
        table = self.symtab if self.symtab is not None else self.dynsym
        if table is None:
            return None
        # st_value is an offset into the section in relocatable files, else an address (gABI, "Symbol Values").
        return table.covering(section.index, offset if self.header.type == ET_REL else section.address + offset)

    # Tables

    def relocation_table(self, section: Section) -> NDArray[np.void]:
        """The entries of a REL or RELA section in native order: offset, type, symbol, addend (0 in REL)."""
        from elfdiff.elf import relocations

        return relocations.decode(
            self.inflated(section), section.type == SHT_RELA, self.elf_class, self.byte_order, self.header.machine
        )

    @cached_property
    def notes(self) -> tuple[Note, ...]:
        """Notes of every note section; of the PT_NOTE segments if there is no section table."""
        places: list[tuple[Span, int, str]]
        if self.sections:
            places = [(s.span, s.alignment, s.name) for s in self.sections if s.type == SHT_NOTE and s.span is not None]
        else:
            places = [(s.span, s.alignment, "PT_NOTE") for s in self.segments if s.type == PT_NOTE]
        seen: set[Span] = set()
        found: list[Note] = []
        for span, alignment, name in places:
            # Segments may repeat a range, as PT_NOTE entries for different alignments do.
            if span not in seen:
                seen.add(span)
                found.extend(parse_notes(self.data, span, alignment, self.byte_order, name, self._warnings))
        return tuple(found)

    @cached_property
    def build_id(self) -> bytes | None:
        """The descriptor of the first NT_GNU_BUILD_ID note; None if there is none, or an empty one."""
        found = (n.description for n in self.notes if n.owner == "GNU" and n.type == NT_GNU_BUILD_ID)
        return next(found, None) or None

    @cached_property
    def dynamic(self) -> tuple[DynamicEntry, ...]:
        """The dynamic section, from PT_DYNAMIC if there is no section table; up to the first DT_NULL."""
        section = next((s for s in self.sections if s.type == SHT_DYNAMIC and s.span is not None), None)
        if section is not None and section.span is not None:
            span: Span = section.span
        else:
            segment = next((s for s in self.segments if s.type == PT_DYNAMIC), None)
            # A .debug file keeps the program's segments, but not what they hold.
            if segment is None or any(s.type == SHT_DYNAMIC for s in self.sections):
                return ()
            span = segment.span
        return parse_dynamic(self.data, span, self._dynamic_strings(section, span), self.header)

    def _dynamic_strings(self, section: Section | None, span: Span) -> Span | None:
        if section is not None and 0 < section.link < len(self.sections):
            return self.sections[section.link].span
        values = {tag: value for tag, value, _ in reversed(raw_entries(self.data, span, self.header))}
        start = self.offset_of(values.get(DT_STRTAB, 0))
        if start is None:
            return None
        return Span(start, max(start, min(start + values.get(DT_STRSZ, 0), len(self.data))))

    @cached_property
    def comment(self) -> tuple[str, ...]:
        """The strings of .comment in order, repeated ones included."""
        section = self.section(".comment")
        if section is None:
            return ()
        return tuple(decoded(text) for text in self.inflated(section).split(b"\0") if text)

    @cached_property
    def debug_units(self) -> tuple[DebugUnit, ...]:
        """The DWARF units of .debug_info, type units left out; bad DWARF gives what could be read, and a warning."""
        infos = self._debug_contents("info")
        if not infos or not self._debug_can_be_read:
            return ()
        from elfdiff.elf import dwarf

        parts = {name: found[0] for name in dwarf.SECTIONS if (found := self._debug_contents(name))}
        return dwarf.read_units(infos, parts, self.byte_order, self._warnings)

    @cached_property
    def _debug_can_be_read(self) -> bool:
        """False for an object whose debug information holds nothing but zeros before relocations are applied that
        nobody here knows; then there is a warning."""
        if self.header.type != ET_REL:
            return True
        from elfdiff.elf import relocations

        for section in self.sections:
            if section.name.startswith((".debug_info", ".debug_str_offsets")):
                for table in self._relocation_sections.get(section.index, ()):
                    if not relocations.applies(self.header.machine, self.relocation_table(table)):
                        name = self.header.machine_name
                        self._warnings.append(f"debug information was not read: the relocations of {name} are unknown")
                        return False
        return True

    @cached_property
    def line_section(self) -> tuple[Section, bytes] | None:
        """The .debug_line that :attr:`DebugUnit.lines` counts in, and its contents; None if it cannot be read."""
        for name in (".debug_line", ".zdebug_line", ".debug_line.dwo"):
            section = self.section(name)
            if section is not None and section.span is not None and section.size:
                found = self._debug_contents("line")
                return (section, found[0]) if found else None
        return None

    def _debug_contents(self, name: str) -> list[bytes]:
        """The contents of the debug sections of that name, inflated; those that cannot be inflated give a warning."""
        found: list[bytes] = []
        for full in (f".debug_{name}", f".zdebug_{name}", f".debug_{name}.dwo"):
            for section in self.sections_named(full):
                if section.span is None or not section.size:
                    continue
                try:
                    found.append(self.contents(section))
                except MalformedElf as error:
                    self._warnings.append(str(error).removeprefix(f"{self.path}: "))
            if found:
                break
        return found

    # Addresses

    def section_at(self, address: int) -> Section | None:
        """The allocated section that holds a virtual address; None in relocatable files, whose sections have none."""
        starts, reach, sections = self._addresses
        at = bisect_right(starts, address) - 1
        while at >= 0 and reach[at] > address:
            section = sections[at]
            if address < section.address + section.size:
                return section
            at -= 1
        return None

    @cached_property
    def _addresses(self) -> tuple[list[int], list[int], list[Section]]:
        chosen: list[Section] = []
        if self.header.type != ET_REL:
            # .tbss takes no room in memory: its addresses are those of whatever follows.
            chosen = [
                s
                for s in self.sections
                if s.is_allocated and s.size and not (s.type == SHT_NOBITS and s.flags & _SHF_TLS)
            ]
            chosen.sort(key=lambda s: (s.address, -s.size))
        return [s.address for s in chosen], _reach(s.address + s.size for s in chosen), chosen

    def offset_of(self, address: int) -> int | None:
        """The file offset of a virtual address through PT_LOAD; None where no segment has bytes for it."""
        starts, reach, segments = self._loads
        at = bisect_right(starts, address) - 1
        while at >= 0 and reach[at] > address:
            segment = segments[at]
            offset = segment.offset + address - segment.virtual_address
            if address < segment.virtual_address + segment.file_size and offset < len(self.data):
                return offset
            at -= 1
        return None

    @cached_property
    def _loads(self) -> tuple[list[int], list[int], list[Segment]]:
        chosen = sorted(
            (s for s in self.segments if s.type == PT_LOAD and s.file_size), key=lambda s: s.virtual_address
        )
        return (
            [s.virtual_address for s in chosen],
            _reach(s.virtual_address + s.file_size for s in chosen),
            chosen,
        )

    @cached_property
    def tail(self) -> Span:
        """The bytes after everything that a header, a section or a segment covers; may be empty."""
        end = self.header.span.end
        for section in self.sections:
            end = max(end, section.header_span.end, section.span.end if section.span is not None else 0)
        for segment in self.segments:
            end = max(end, segment.header_span.end, segment.span.end)
        return Span(min(end, len(self.data)), len(self.data))


def _reach(ends: Iterable[int]) -> list[int]:
    """The furthest end up to each place."""
    furthest = 0
    found: list[int] = []
    for end in ends:
        furthest = max(furthest, end)
        found.append(furthest)
    return found
