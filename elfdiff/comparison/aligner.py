"""The aligner: contents first, then the address map, then the tables that describe places.

What places a byte is always what the bytes hold (names, text, masked code, anchors of equal words) or the order between
such places, never a reference to it: references are predicted from the map and checked, so they must not make it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property

import numpy as np
import numpy.typing as npt

from elfdiff.comparison import functiontables
from elfdiff.comparison.content import align_content
from elfdiff.comparison.contributions import (
    LENGTH_PREFIXED,
    align_at,
    align_by_owner,
    align_units,
    hidden,
    owners,
    units,
)
from elfdiff.comparison.fields import (
    ADDRESS,
    FILE,
    LAYOUT,
    SECTION_INDEX,
    THREAD_LOCAL,
    VERSION,
    Fields,
    Space,
    contents_of,
    frames_in,
    records_of,
    symbols_of,
)
from elfdiff.comparison.frames import Frames
from elfdiff.comparison.functions import (
    Calls,
    Function,
    FunctionMatch,
    FunctionStatus,
    agreed,
    align_code,
    functions_in,
    masked,
)
from elfdiff.comparison.image import SHF_TLS, SHT_NOBITS, Image, Piece, signed
from elfdiff.comparison.layout import (
    aligned,
    displaced_sections,
    trusted_sections,
    trusted_segments,
    trusted_tables,
)
from elfdiff.comparison.leftovers import with_leftovers
from elfdiff.comparison.machines import CodeReferences, ReferenceKind
from elfdiff.comparison.memory import align_memory, by_name, objects_in
from elfdiff.comparison.named import hashed
from elfdiff.comparison.oneway import OneWay, addresses_of
from elfdiff.comparison.pointers import Pointers, overwritten, pointers_of
from elfdiff.comparison.pools import Rewriter, TextAlignment, TextChange, align_pool, align_text_in
from elfdiff.comparison.references import dwarf
from elfdiff.comparison.references.code import CodeMap, code_fields
from elfdiff.comparison.references.ranges import frames_of, indexed_ranges
from elfdiff.comparison.references.unwinding import exception_types, frame_space, without_types
from elfdiff.comparison.rewrites import Rewrite, RewriteKind
from elfdiff.comparison.runs import Flags, Ints, Runs, identity, joined, one_to_one
from elfdiff.comparison.sections import SectionPair
from elfdiff.comparison.slots import Slots, align_slots, got_slots, is_got, is_plt, judged, plt_slots
from elfdiff.comparison.tables import (
    align_by_place,
    align_dynamic,
    align_frames,
    align_symbols,
    records,
    relocation_orders,
)
from elfdiff.comparison.things import align_initialisers, language_votes, snapped, with_names, with_objects, with_words
from elfdiff.comparison.versions import SHT_GNU_VERNEED, align_needs, needs, number_map, numbers_of
from elfdiff.comparison.votes import Votes, anchored
from elfdiff.elf.model import Section
from elfdiff.elf.sameness import same
from elfdiff.elf.symbols import SymbolTable
from elfdiff.span import Span

SHT_PROGBITS, SHT_SYMTAB, SHT_STRTAB, SHT_RELA, SHT_HASH, SHT_DYNAMIC, SHT_NOTE, SHT_REL, SHT_DYNSYM = (
    1,
    2,
    3,
    4,
    5,
    6,
    7,
    9,
    11,
)
SHT_INIT_ARRAY, SHT_FINI_ARRAY = 14, 15
SHT_RELR, SHT_GNU_HASH, SHT_GNU_VERSYM = 19, 0x6FFFFFF6, 0x6FFFFFFF
SHF_STRINGS = 0x20
PT_LOAD, PT_TLS, PT_GNU_RELRO = 1, 7, 0x6474E552
PAGE = 0x1000

MAX_ROUNDS = 4
"""Times that data are aligned anew with what the last round placed."""
_POOLS = frozenset({".debug_str", ".debug_line_str", ".comment", ".zdebug_str"})


def _space(runs: list[tuple[int, int, int]], ends: Mapping[int, int]) -> Space:
    at = sorted(ends)
    return Space(
        Runs.of(runs), np.array(at, dtype=np.int64), np.array([ends[value] for value in at], dtype=np.int64), True
    )


def _begins_empty(image: Image, headers: Piece) -> bool:
    """The table of section headers is where it is said to be: its first entry is reserved (gABI, "Sections")."""
    return not image.array[headers.start : headers.start + 8 + 3 * image.word].any()


def calls_of(image: Image, section: Section, references: CodeReferences, tables: tuple[Ints, Ints]) -> Calls:
    """Operands that point into their own section, themselves or through a jump table (``tables``: base and goal of each
    entry, by base)."""
    start = image.place(section)[0]
    near = (references.kind == ReferenceKind.BRANCH) | (references.kind == ReferenceKind.MEMORY)
    at, end = references.at[near], references.end[near]
    to = signed(image.numbers(at + start, 4), 4) + end
    for kind in (ReferenceKind.BRANCH, ReferenceKind.MEMORY):
        more, targets = references.spread_targets(kind)
        at, to = (
            np.concatenate([at, more]),
            np.concatenate([to, targets - (0 if image.relocatable else section.address)]),
        )
    inside = (to >= 0) & (to < section.size)
    base = 0 if image.relocatable else section.address
    first = np.searchsorted(tables[0], to + base)
    count = np.searchsorted(tables[0], to + base, side="right") - first
    entry = np.arange(int(count.sum()), dtype=np.int64) - np.repeat(np.cumsum(count) - count, count)
    goal = tables[1][np.repeat(first, count) + entry] - base
    near_goal = (goal >= 0) & (goal < section.size)
    return Calls.of(
        np.concatenate((at[inside], np.repeat(at, count)[near_goal])),
        np.concatenate((to[inside], goal[near_goal])),
        np.concatenate((np.zeros(int(np.count_nonzero(inside)), dtype=np.int64), entry[near_goal] + 1)),
    )


def jump_tables(image: Image, code: CodeMap) -> tuple[Ints, Ints, int]:
    """Where its table begins, and goal, of every entry of every jump table, by table; bytes of an entry.

    Distances may count from elsewhere than the table (i386: the GOT); there it begins where an operand says.
    """
    starts: list[Ints] = []
    goals: list[Ints] = []
    operands: list[Ints] = []
    width = 4
    for group in code_fields(image, code):
        if group.what == "code operand":
            operands.append(group.target)
        elif group.what == "jump table" and len(group) and not isinstance(group.extra, int):
            at = addresses_of(image, group.at)
            begins = group.extra
            if not bool(np.isin(begins, at).all()):
                known = np.isin(at, np.concatenate(operands)) if operands else np.ones(len(at), dtype=bool)
                begins = at[np.maximum.accumulate(np.where(known, np.arange(len(at)), 0))]
            starts.append(begins)
            goals.append(group.target)
            width = group.width
    if not starts:
        none = np.zeros(0, dtype=np.int64)
        return none, none, 4
    joined_starts, joined_goals = np.concatenate(starts), np.concatenate(goals)
    order = np.argsort(joined_starts, kind="stable")
    return joined_starts[order], joined_goals[order], width


class Aligner:
    """Fills in one table of runs per section pair, in the order in which each can be known."""

    def __init__(self, a: Image, b: Image, sections: Sequence[SectionPair], rewrites: Sequence[Rewrite]) -> None:
        self.a, self.b = a, b
        self.rewrites = tuple(rewrites)
        self.rewriter = Rewriter(rewrites)
        self.pairs = [(p.a, p.b) for p in sections if p.a is not None and p.b is not None]
        self.index_map = {left.index: right.index for left, right in self.pairs}
        self.texts: dict[int, TextAlignment] = {}
        self.equal: dict[int, bool] = {}
        self.matches: list[FunctionMatch] = []
        self.code, self.b_code = CodeMap(a), CodeMap(b)
        self.trusted = (trusted_sections(a), trusted_sections(b))
        self.displaced = (displaced_sections(a), displaced_sections(b))
        self.loaded = (trusted_segments(a), trusted_segments(b))
        self.address = Space(Runs.of(()), np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64))
        self.thread_local = Runs.of(())
        self.memory: dict[int, Runs] = {}
        """Runs of sections without contents, by index in a."""
        self.settled: set[int] = set()
        """Indices of sections of a whose slots or tables were paired one by one."""

    def run(self) -> OneWay:
        """All steps."""
        later: list[tuple[Section, Section]] = []
        for left, right in self.pairs:
            if left.span is None or right.span is None:
                continue
            if self._is_displaced(left, right):
                continue
            if self._is_table(left):
                later.append((left, right))
            elif left.is_executable and left.compression is None:
                self._code(left, right)
            else:
                self.texts[left.index] = self._contents(left, right)
        self._by_units()
        self._slots()
        pieces = self._paired_pieces()
        self.address = self._addresses(pieces)
        for _ in range(MAX_ROUNDS):
            before = self.address.runs
            self._data()
            self.address = self._addresses(pieces)
            if before.triples() == self.address.runs.triples():
                break
        self._initialisers()
        self.address = self._addresses(pieces)
        for left, right in sorted(later, key=lambda pair: pair[0].type == SHT_GNU_VERSYM):
            self.texts[left.index] = TextAlignment(self._table(left, right))
            if left.type == SHT_SYMTAB:
                self._names_of(left, right)
        self.address = self._addresses(pieces)
        return self._finished(pieces)

    def _equal(self, left: Section, right: Section) -> bool:
        """Two sections have the same (inflated) contents."""
        if left.index not in self.equal:
            spans = [
                Span(at, at + size) for at, size in (image.place(s) for image, s in ((self.a, left), (self.b, right)))
            ]
            self.equal[left.index] = same(self.a.data, spans[0], self.b.data, spans[1])
        return self.equal[left.index]

    def _is_displaced(self, left: Section, right: Section) -> bool:
        return left.index in self.displaced[0] or right.index in self.displaced[1]

    def _is_table(self, section: Section) -> bool:
        if section.compression is not None:
            return False
        return section.type in (
            SHT_SYMTAB, SHT_DYNSYM, SHT_RELA, SHT_REL, SHT_DYNAMIC, SHT_GNU_VERSYM, SHT_GNU_VERNEED, SHT_HASH,
            SHT_GNU_HASH, SHT_RELR,
        ) or section.name in (".eh_frame", ".eh_frame_hdr")  # fmt: skip

    def _contents(self, left: Section, right: Section) -> TextAlignment:
        if self._equal(left, right):
            return TextAlignment(identity(self.a.place(left)[1]))
        x, y = self.a.content(left), self.b.content(right)
        strings = left.name.startswith(".rodata.str") or (
            left.flags & right.flags & SHF_STRINGS and left.entry_size == 1
        )
        if left.type == SHT_STRTAB or left.name in _POOLS or strings:
            return align_pool(x, y, self.rewriter)
        if left.type == SHT_NOTE or left.name == ".gnu_debuglink":
            return TextAlignment(identity(min(len(x), len(y))))
        if left.name.endswith(functiontables.NAME):
            ours, theirs = (functiontables.function_table(data, self.a.word, self.a.little) for data in (x, y))
            if ours is not None and theirs is not None:
                self.settled.add(left.index)
                return functiontables.align_function_tables(x, y, ours, theirs, self.rewriter, self.a.word)
        name = left.name.replace(".zdebug_", ".debug_")
        if name.startswith(".debug_"):
            in_units = name in LENGTH_PREFIXED and not self.a.relocatable
            if len(x) == len(y):
                equal = np.count_nonzero(np.frombuffer(x, np.uint8) == np.frombuffer(y, np.uint8))
                if equal * 2 > len(x) and (not in_units or units(x, self.a.little) == units(y, self.a.little)):
                    return TextAlignment(identity(len(x)))
            if in_units and not any(rewrite.a in x for rewrite in self.rewrites if rewrite.a):
                return TextAlignment(align_units(self.a, self.b, left, right, *self._hidden, self.rewriter))
        return align_text_in(x, y, self.rewriter, self.rewrites)

    @cached_property
    def _hidden(self) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
        """Which bytes of each image belong to references of DWARF."""
        return hidden(self.a, self._dwarf[0]), hidden(self.b, self._dwarf[1])

    @cached_property
    def _dwarf(self) -> tuple[tuple[Fields, ...], tuple[Fields, ...]]:
        return tuple(dwarf.fields(self.a)), tuple(dwarf.fields(self.b))

    def _by_units(self) -> None:
        """Tables of abbreviations and address ranges go with the units that they belong to."""
        by_name = {left.name.replace(".zdebug_", ".debug_"): (left, right) for left, right in self.pairs}
        if ".debug_abbrev" not in by_name or ".debug_info" not in by_name:
            return
        self._by_owners(by_name)
        left, right = by_name[".debug_abbrev"]
        info = by_name[".debug_info"]
        text = self.texts.get(left.index)
        placed = self.texts.get(info[0].index)
        x, y = self.a.content(left), self.b.content(right)
        if text is None or placed is None or x == y or self.a.relocatable:
            return
        ours = [f for f in self._dwarf[0] if f.what == "abbreviations of a unit"]
        if not ours:
            return
        at, whole = placed.runs.shifted(self.a.place(info[0])[0], self.b.place(info[1])[0]).map_fields(
            ours[0].at, ours[0].width
        )
        to = self.b.numbers(at[whole], ours[0].width)
        self._address_ranges(by_name, info, placed)
        self.texts[left.index] = TextAlignment(align_at(ours[0].target[whole], to, x, y, text.runs), text.changes)

    def _by_owners(self, by_name: dict[str, tuple[Section, Section]]) -> None:
        """Contributions that look alike go with the units that refer to them."""
        left, right = by_name[".debug_info"]
        placed = self.texts.get(left.index)
        if placed is None or self.a.relocatable:
            return
        entries = units(self.a.content(left), self.a.little), units(self.b.content(right), self.b.little)
        at, whole = placed.runs.map_fields(np.array([unit.start for unit in entries[0]], dtype=np.int64), 4)
        rows = {unit.start: j for j, unit in enumerate(entries[1])}
        partner = np.array(
            [rows.get(b, -1) if known else -1 for b, known in zip(at.tolist(), whole.tolist(), strict=True)],
            dtype=np.int64,
        )
        if bool((np.diff(partner[partner >= 0]) > 0).all()):
            return
        for name in LENGTH_PREFIXED - {".debug_info", ".debug_types", ".debug_aranges", ".debug_names"}:
            text = self.texts.get(by_name[name][0].index) if name in by_name else None
            if text is None:
                continue
            found, owned, plain = [], [], []
            for index, (image, section) in enumerate(zip((self.a, self.b), by_name[name], strict=True)):
                home = image.place((left, right)[index])
                groups = [f for f in self._dwarf[index] if f.space == contents_of(section.index)]
                places = np.concatenate([np.zeros(0, dtype=np.int64), *(f.at - home[0] for f in groups)])
                targets = np.concatenate([np.zeros(0, dtype=np.int64), *(f.target for f in groups)])
                inside = (places >= 0) & (places < home[1])
                found.append(units(image.content(section), image.little))
                owned.append(owners(found[index], entries[index], places[inside], targets[inside]))
                start, size = image.place(section)
                data = image.array[start : start + size].copy()
                data[self._hidden[index][start : start + size]] = 0
                plain.append(data)
            runs = align_by_owner((found[0], found[1]), (owned[0], owned[1]), partner, plain[0], plain[1], text.runs)
            self.texts[by_name[name][0].index] = TextAlignment(runs, text.changes)

    def _address_ranges(
        self, by_name: dict[str, tuple[Section, Section]], info: tuple[Section, Section], placed: TextAlignment
    ) -> None:
        """Sets of .debug_aranges look alike; each names its unit."""
        if ".debug_aranges" not in by_name or self.a.relocatable:
            return
        left, right = by_name[".debug_aranges"]
        sets = [units(image.content(section), image.little) for image, section in ((self.a, left), (self.b, right))]
        places = []
        for image, section, found in ((self.a, left, sets[0]), (self.b, right, sets[1])):
            at = image.place(section)[0] + 6 + np.array([f.start for f in found], dtype=np.int64)
            places.append(image.numbers(at, 4))
        mapped = placed.runs.map(places[0])
        partner = align_by_place(places[0], places[1], mapped.value, mapped.known)
        runs = [
            (
                sets[0][i].start,
                sets[1][j].start,
                min(sets[0][i].end - sets[0][i].start, sets[1][j].end - sets[1][j].start),
            )
            for i, j in enumerate(partner.tolist())
            if j >= 0
        ]
        self.texts[left.index] = TextAlignment(Runs.of(runs))

    def _code(self, left: Section, right: Section) -> None:
        if self._equal(left, right):
            self.texts[left.index] = TextAlignment(identity(self.a.place(left)[1]))
            return
        x, y = self.a.content(left), self.b.content(right)
        references = self.code.of(left)
        plain_x, plain_y = np.frombuffer(x, np.uint8), np.frombuffer(y, np.uint8)
        hidden = masked(plain_x, references, self.a.little)
        if len(x) == len(y) and bool((hidden == masked(plain_y, references, self.b.little)).all()):
            self.texts[left.index] = TextAlignment(identity(len(x)))
            return
        other = self.b_code.of(right)
        hidden_y = masked(plain_y, other, self.b.little)
        found = functions_in(self.a, left, self._frame_ranges[0]), functions_in(self.b, right, self._frame_ranges[1])
        a_functions, b_functions = agreed(*found), agreed(found[1], found[0])
        if not a_functions or not b_functions:
            runs = identity(len(x)) if len(x) == len(y) else align_content(x, y)
            self.texts[left.index] = TextAlignment(runs)
            return
        calls = None
        if references is not None and other is not None:
            calls = (
                calls_of(self.a, left, references, self._jump_tables[:2]),
                calls_of(self.b, right, other, self._b_jump_tables[:2]),
            )
        pairs, runs = align_code(hidden, hidden_y, a_functions, b_functions, self.rewriter, calls)
        self.texts[left.index] = TextAlignment(runs)
        self._judge(left, right, a_functions, b_functions, pairs, hidden, hidden_y, references is not None)

    def _judge(
        self,
        left: Section,
        right: Section,
        a_functions: list[Function],
        b_functions: list[Function],
        pairs: list[tuple[int, int, str]],
        x: np.ndarray[tuple[int], np.dtype[np.uint8]],
        y: np.ndarray[tuple[int], np.dtype[np.uint8]],
        readable: bool,
    ) -> None:
        """Write down what became of each function."""
        a_at, b_at = self.a.place(left)[0], self.b.place(right)[0]
        seen: set[int] = set()
        for i, j, how in pairs:
            f, g = a_functions[i], b_functions[j]
            seen.add(j)
            if f.end - f.start == g.end - g.start and bool((x[f.start : f.end] == y[g.start : g.end]).all()):
                status = FunctionStatus.SAME if i == j else FunctionStatus.MOVED
            else:
                status = FunctionStatus.CHANGED if readable else FunctionStatus.UNKNOWN
            self.matches.append(self._match(left, right, a_at, b_at, f, g, status, how))
        paired = {i for i, _, _ in pairs}
        for i, f in enumerate(a_functions):
            if i not in paired:
                self.matches.append(self._match(left, right, a_at, b_at, f, None, FunctionStatus.REMOVED, ""))
        for j, g in enumerate(b_functions):
            if j not in seen:
                self.matches.append(self._match(left, right, a_at, b_at, None, g, FunctionStatus.ADDED, ""))

    def _match(
        self,
        left: Section,
        right: Section,
        a_at: int,
        b_at: int,
        f: Function | None,
        g: Function | None,
        status: FunctionStatus,
        how: str,
    ) -> FunctionMatch:
        name = (f.name if f else "") or (g.name if g else "")
        return FunctionMatch(
            name,
            left.name,
            Span(a_at + f.start, a_at + f.end) if f else None,
            Span(b_at + g.start, b_at + g.end) if g else None,
            left.address + f.start if f else 0,
            right.address + g.start if g else 0,
            status,
            how,
        )

    @cached_property
    def _frames(self) -> dict[int, tuple[Frames, Frames]]:
        out: dict[int, tuple[Frames, Frames]] = {}
        for left, right in self.pairs:
            if left.name in (".eh_frame", ".debug_frame") and left.span is not None and right.span is not None:
                out[left.index] = (frames_of(self.a, left), frames_of(self.b, right))
        return out

    @cached_property
    def _frame_ranges(self) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
        if self.a.relocatable:
            return [], []
        found = (indexed_ranges(self.a), indexed_ranges(self.b))
        for left, right in self._frames.values():
            for side, frames in zip(found, (left, right), strict=True):
                side.extend((fde.begin.target, fde.length) for fde in frames.fdes)
        return found

    def _paired_pieces(self) -> list[tuple[Piece | None, Piece | None]]:
        """Pieces of a with their partners, then what only b has."""

        def key(piece: Piece) -> tuple[str, int]:
            kind, number = piece.key
            return (
                (kind, self.index_map.get(number, -1 - number))
                if kind in ("section", "gap before section")
                else piece.key
            )

        others = {piece.key: piece for piece in self.b.pieces}
        out: list[tuple[Piece | None, Piece | None]] = []
        for piece in self.a.pieces:
            out.append((piece, others.pop(key(piece), None)))
        out += [(None, piece) for piece in others.values()]
        return out

    def _addresses(self, pieces: list[tuple[Piece | None, Piece | None]]) -> Space:
        """The address map: contents of allocated sections, .bss, and headers that are loaded."""
        many: list[Runs] = []
        ends: dict[int, int] = {}
        for left, right in self.pairs:
            if not left.is_allocated or self.a.relocatable or self._is_displaced(left, right):
                continue
            if left.type == SHT_NOBITS and left.flags & SHF_TLS:
                continue
            text = self.texts.get(left.index)
            if text is not None:
                many.append(text.runs.shifted(left.address, right.address))
            elif left.type == SHT_NOBITS:
                many.append(self._unfilled(left, right).shifted(left.address, right.address))
            elif left.span is not None and right.span is not None:
                # A table not aligned yet: its own start and end are all that others refer to.
                many.append(Runs.of([(left.address, right.address, min(left.size, right.size))]))
            if left.size:
                ends[left.address + left.size] = right.address + self._extent(left, right)
            elif not right.size and left.index in self.trusted[0] and right.index in self.trusted[1]:
                # An empty section holds nothing, but symbols begin and end there.
                ends.setdefault(left.address, right.address)
        for x, y in pieces:
            if x is None or y is None or x.section is not None:
                continue
            p, q = self._loaded_at(self.a, x), self._loaded_at(self.b, y)
            if p is not None and q is not None and x.name in ("ELF header", "program headers"):
                many.append(Runs.of([(p, q, min(x.end - x.start, y.end - y.start))]))
        at = sorted(ends)
        return Space(
            joined(many),
            np.array(at, dtype=np.int64),
            np.array([ends[value] for value in at], dtype=np.int64),
            bodies=tuple((s.address, s.address + s.size) for s, _ in self.pairs if s.is_executable),
        )

    def _extent(self, left: Section, right: Section) -> int:
        """Size of a section of b as its contents tell it: up to the last byte that has a partner, if a's last has one.

        Or up to the NUL of a text that stands last in both. a's size where neither holds: then nothing says how long
        the section must be.
        """
        text = self.texts.get(left.index)
        if text is None:
            if left.type == SHT_NOBITS and left.size != right.size:
                runs = self._unfilled(left, right)
                # What stands last in both tells, not how much room there is.
                last = len(runs) and int(runs.a[-1]) and int(runs.b[-1]) == int(runs.b.max())
                return int(runs.b[-1]) + left.size - int(runs.a[-1]) if last else left.size
            if left.name == ".relro_padding":
                return aligned(right.address, PAGE) - right.address
            return left.size if left.type == SHT_NOBITS else right.size
        if not len(text.runs) or int(text.runs.a[-1] + text.runs.n[-1]) < self.a.place(left)[1]:
            x, y = self.a.content(left), self.b.content(right)
            ends = any(x.endswith(old) and y.endswith(new) for old, new in self._last_texts)
            return len(y) if ends else left.size
        return int((text.runs.b + text.runs.n).max())

    @cached_property
    def _last_texts(self) -> list[tuple[bytes, bytes]]:
        """Texts that became others as a whole, with what ends them."""
        return [(r.a + b"\0", r.b + b"\0") for r in self.rewrites if r.kind is RewriteKind.OPAQUE and r.a and r.b]

    def _loaded_at(self, image: Image, piece: Piece) -> int | None:
        for segment in image.elf.segments:
            if segment.index not in self.loaded[0 if image is self.a else 1]:
                continue
            if (
                segment.type == PT_LOAD
                and segment.offset <= piece.start
                and piece.end <= segment.offset + segment.file_size
            ):
                return segment.virtual_address + piece.start - segment.offset
        return None

    def _unfilled(self, left: Section, right: Section) -> Runs:
        """Memory without contents: by what code that uses it agrees on; else as a whole if it kept its size, else
        object by object."""
        if left.index not in self.memory:
            self.memory[left.index] = self._memory_of(left, right)
        return self.memory[left.index]

    @cached_property
    def _code_stands(self) -> bool:
        """All code is equal, and stands where it stood: no operand of it means another place than before."""
        return all(x.address == y.address and self._equal(x, y) for x, y in self.pairs if x.is_executable)

    def _memory_of(self, left: Section, right: Section) -> Runs:
        if (left.address, left.size) == (right.address, right.size) and self._code_stands:
            return identity(left.size)
        names: list[dict[bytes, tuple[int, int]]] = []
        for image, section in ((self.a, left), (self.b, right)):
            table = image.elf.symtab if image.elf.symtab is not None else image.elf.dynsym
            names.append({} if table is None else objects_in(image, section, table))
        if not left.flags & SHF_TLS and not self.a.relocatable:
            a_to, b_to = self._memory_operands
            inside = (a_to >= left.address) & (a_to < left.address + left.size)
            inside &= (b_to >= right.address) & (b_to < right.address + right.size)
            found = align_memory(
                left.size, right.size, names[0], names[1], a_to[inside] - left.address, b_to[inside] - right.address
            )
            if found is not None:
                return found
        return identity(left.size) if left.size == right.size else by_name(left.size, right.size, names[0], names[1])

    @cached_property
    def _memory_operands(self) -> tuple[Ints, Ints]:
        """What operands of matched code that mean data mean in a and in b."""
        none = np.zeros(0, dtype=np.int64)
        parts = [self._operands(kind) for kind in (ReferenceKind.MEMORY, ReferenceKind.ABSOLUTE32)]
        a_to, b_to = (np.concatenate([none, *parts[0][side], *parts[1][side]]) for side in (0, 1))
        return a_to, b_to

    def _data(self) -> None:
        """Align data: pointers through the map so far, then what matched operands point to, where the data agree."""
        if all(
            self._equal(left, right) for left, right in self.pairs if left.type == SHT_PROGBITS and left.is_allocated
        ):
            return
        used = self._memory_operands
        a_to, b_to = [used[0]], [used[1]]
        if not self.a.relocatable:
            ours, theirs = self._pointers
            place = self.address.map(ours.at, False)
            row = np.minimum(np.searchsorted(theirs.at, place.value), max(len(theirs.at) - 1, 0))
            if len(theirs.at) and len(ours.at):
                both = place.known & (theirs.at[row] == place.value) & (ours.mark == 0) & (theirs.mark[row] == 0)
                a_to.append(ours.to[both])
                b_to.append(theirs.to[row][both])
        for frames in self._frames.values():
            begins = np.array([f.begin.target for f in frames[0].fdes], dtype=np.int64)
            parts = language_votes(*frames, *self._map_addresses(begins))
            a_to.append(parts[0])
            b_to.append(parts[1])
        for left, right in self.pairs:
            if left.name == ".gcc_except_table" and left.index in self.texts and self._frames:
                meant = self._exception_types(left, right)
                a_to.append(meant[0])
                b_to.append(meant[1])
        votes = Votes.counted(np.concatenate(a_to), np.concatenate(b_to))
        bases, goals, width = self._jump_tables
        begins = np.unique(np.concatenate((self._pointers[0].to, *a_to)))
        for left, right in self.pairs:
            text = self.texts.get(left.index)
            data = (
                left.is_allocated and not left.is_executable and left.type == SHT_PROGBITS and left.compression is None
            )
            if not data or text is None or left.span is None or right.span is None or self._is_table(left):
                continue
            if left.index in self.settled:
                continue
            x, y = self._filled_in(left, right)
            if len(x) == len(y) and bool((x == y).all()):
                self.texts[left.index] = TextAlignment(identity(len(x)))
                continue
            runs = text.runs
            if self._pointers[0].count(left) and not text.changes:
                # One pointer that seems to have moved is an edited relocation.
                runs = align_content(x.tobytes(), y.tobytes(), 3 * self.a.word)
            here = votes.within(left.address, left.size, right.address, right.size)
            inside = bases[(bases >= left.address) & (bases < left.address + left.size)] - left.address
            starts, counts = np.unique(inside, return_counts=True)
            sizes = dict(zip(starts.tolist(), (4 * counts).tolist(), strict=True))

            def tables(a: int, b: int, left: Section = left, right: Section = right) -> int:
                return self._same_table(left, right, a, b, bases, goals, width)

            runs = anchored(runs, x, y, here, tables, sizes)
            if self._pointers[0].count(left):
                here_too = (begins >= left.address) & (begins < left.address + left.size)
                held = self._pointers[0].within(left)[0]
                runs = with_words(runs, x, y, self.a.word, held, begins[here_too] - left.address)
                runs = snapped(runs, x, y, self.a.word)
            runs = with_leftovers(runs, x, y)
            tables_of = [image.elf.symtab or image.elf.dynsym for image in (self.a, self.b)]
            if tables_of[0] is not None and tables_of[1] is not None:
                names = objects_in(self.a, left, tables_of[0]), objects_in(self.b, right, tables_of[1])
                runs = with_objects(runs, x, y, *names)
            self.texts[left.index] = TextAlignment(runs, text.changes)

    def _operands(
        self, kind: ReferenceKind, but: Callable[[Section], bool] = lambda _: False
    ) -> tuple[list[Ints], list[Ints]]:
        """What operands of one kind in matched code mean in a, and what they mean in b; ``but`` leaves sections out."""
        a_to: list[Ints] = []
        b_to: list[Ints] = []
        for left, right in self.pairs:
            text = self.texts.get(left.index)
            if not left.is_executable or text is None or left.span is None or right.span is None or self.a.relocatable:
                continue
            references = None if but(left) else self.code.of(left)
            if references is None:
                continue
            near = references.kind == kind
            at, end = references.at[near], references.end[near]
            b_at, whole = text.runs.map_fields(at, 4)
            at, end, b_at = at[whole], end[whole], b_at[whole]
            if kind == ReferenceKind.ABSOLUTE32:
                a_to.append(self.a.numbers(at + left.span.start, 4))
                b_to.append(self.b.numbers(b_at + right.span.start, 4))
                continue
            a_to.append(signed(self.a.numbers(at + left.span.start, 4), 4) + left.address + end)
            b_to.append(signed(self.b.numbers(b_at + right.span.start, 4), 4) + right.address + b_at + (end - at))
            other = self.b_code.of(right) if references.spread else None
            if other is not None:
                at, to = references.spread_targets(kind)
                b_all, to_all = other.spread_targets(kind)
                b_at, whole = text.runs.map_fields(at, 1)
                row = np.searchsorted(b_all, b_at)
                whole &= row < len(b_all)
                whole[whole] = b_all[row[whole]] == b_at[whole]
                a_to.append(to[whole])
                b_to.append(to_all[row[whole]])
        return a_to, b_to

    def _exception_types(self, left: Section, right: Section) -> tuple[Ints, Ints]:
        """What language data that are partners refer to, in a and in b."""
        frames = list(self._frames.values())
        at, to = exception_types(self.a, [ours for ours, _ in frames])
        there, other = exception_types(self.b, [theirs for _, theirs in frames])
        starts = self.a.place(left)[0], self.b.place(right)[0]
        place, whole = self.texts[left.index].runs.shifted(*starts).map_fields(at, 4)
        row = np.minimum(np.searchsorted(there, place), max(len(there) - 1, 0))
        if not len(there):
            return at[:0], at[:0]
        hit = whole & (there[row] == place)
        return to[hit], other[row[hit]]

    def _names_of(self, left: Section, right: Section) -> None:
        """Names that a string table holds more than once go with their symbols."""
        text = self.texts.get(left.link)
        tables = [self._symbol_table(image, section) for image, section in ((self.a, left), (self.b, right))]
        if text is None or tables[0] is None or tables[1] is None or self.index_map.get(left.link) != right.link:
            return
        size = tables[0].entry_size
        at, whole = self.texts[left.index].runs.map_fields(size * np.arange(len(tables[0]), dtype=np.int64), size)
        names = [table.table["name"].astype(np.int64) for table in (tables[0], tables[1])]
        strings = self.a.content(self.a.elf.sections[left.link]), self.b.content(self.b.elf.sections[right.link])
        runs = with_names(text.runs, *strings, names[0], names[1], np.where(whole, at // size, -1))
        self.texts[left.link] = TextAlignment(runs, text.changes)

    def _initialisers(self) -> None:
        """Rows of functions that run before and after main."""
        for left, right in self.pairs:
            rows = left.type in (SHT_INIT_ARRAY, SHT_FINI_ARRAY) or left.name in (".ctors", ".dtors")
            if not rows or left.size != right.size or self.a.relocatable or left.index not in self.texts:
                continue
            at, targets, mark = self._pointers[0].within(left)
            if mark.any() or len(at) != left.size // self.a.word:
                continue
            found = align_initialisers(targets, *self._map_addresses(targets), self.a.word)
            if found is not None:
                self.texts[left.index] = TextAlignment(found)

    def _slots(self) -> None:
        """GOT and PLT: by symbol, where the code that uses them agrees."""
        chosen = [(x, y) for x, y in self.pairs if (is_got(x) and is_got(y)) or (is_plt(x) and is_plt(y))]
        if not chosen or self.a.relocatable or not (len(self._pointers[0].at) and len(self._pointers[1].at)):
            return
        found: list[tuple[Section, Section, Slots, Slots]] = []
        for left, right in chosen:
            if is_got(left):
                ours, theirs = got_slots(self.a, left, self._pointers[0]), got_slots(self.b, right, self._pointers[1])
            else:
                references = self.code.of(left), self.b_code.of(right)
                if references[0] is None or references[1] is None:
                    continue
                ours = plt_slots(self.a, left, references[0], self._pointers[0])
                theirs = plt_slots(self.b, right, references[1], self._pointers[1])
            found.append((left, right, ours, theirs))
        if all(ours.by_mark == theirs.by_mark for _, _, ours, theirs in found):
            return
        # Entries of a PLT are not matched yet: theirs say nothing.
        operands = [self._operands(kind, is_plt) for kind in (ReferenceKind.MEMORY, ReferenceKind.BRANCH)]
        parts = [[part for pair in operands for part in pair[side]] for side in (0, 1)]
        if not parts[0]:
            return
        votes = Votes.counted(np.concatenate(parts[0]), np.concatenate(parts[1]))
        agreed: set[int] = set()
        denied: set[int] = set()
        for left, right, ours, theirs in found:
            here = votes.within(left.address, left.size, right.address, right.size)
            said = judged(ours, theirs, here)
            agreed |= said[0]
            denied |= said[1]
        for left, _, ours, theirs in found:
            runs = align_slots(ours, theirs, frozenset(agreed - denied))
            if runs is not None:
                self.texts[left.index] = TextAlignment(runs)
                self.settled.add(left.index)

    def _same_table(self, left: Section, right: Section, a: int, b: int, bases: Ints, goals: Ints, width: int) -> int:
        """Bytes of the jump table at ``a`` if the one at ``b`` leads to the same places, else 0."""
        first = int(np.searchsorted(bases, a + left.address))
        last = int(np.searchsorted(bases, a + left.address, side="right"))
        size = width * (last - first)
        if last - first < 2 or b + size > right.size or right.span is None:
            return 0
        found = self.address.map(goals[first:last], False)
        at = right.span.start + b + width * np.arange(last - first, dtype=np.int64)
        there = signed(self.b.numbers(at, width), width) + (
            right.address + b if self._table_origin is None else self._table_origin
        )
        good = found.known & ((found.value == there) | (found.ambiguous & (found.other == there)))
        return size if bool(good.all()) else 0

    def _filled_in(self, left: Section, right: Section) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.uint8]]:
        """Contents with a's pointers put through the map as it is so far, and b's as they are."""
        x = self.a.array[self.a.place(left)[0] :][: left.size]
        y = self.b.array[self.b.place(right)[0] :][: right.size]
        if left.name == ".gcc_except_table":
            frames = list(self._frames.values())
            return (
                without_types(self.a, left, x, [ours for ours, _ in frames]),
                without_types(self.b, right, y, [theirs for _, theirs in frames]),
            )
        a_at, a_to, a_mark = self._pointers[0].within(left)
        b_at, b_to, b_mark = self._pointers[1].within(right)
        if not len(a_at) or not len(b_at):
            return x, y
        found = self.address.map(a_to, False)
        there = np.where(found.known, found.value, np.int64(-1))
        return (
            overwritten(x, a_at, np.where(a_mark != 0, a_mark, there), self.a.word),
            overwritten(y, b_at, np.where(b_mark != 0, b_mark, b_to), self.b.word),
        )

    @cached_property
    def _pointers(self) -> tuple[Pointers, Pointers]:
        return pointers_of(self.a, self.rewriter), pointers_of(self.b, None)

    @cached_property
    def _jump_tables(self) -> tuple[Ints, Ints, int]:
        return jump_tables(self.a, self.code)

    @cached_property
    def _table_origin(self) -> int | None:
        """What distances in b's jump tables count from, if it is not the table."""
        found = [self.b_code.of(section) for section in self.b.elf.sections if section.is_executable and section.span]
        return next((part.table_origin for part in found if part is not None and part.table_origin is not None), None)

    @cached_property
    def _b_jump_tables(self) -> tuple[Ints, Ints, int]:
        return jump_tables(self.b, self.b_code)

    def _map_addresses(self, values: Ints) -> tuple[Ints, Flags]:
        found = self.address.map(values, False)
        return found.value, found.known

    def _table(self, left: Section, right: Section) -> Runs:
        word = self.a.word
        if bool((self.address.runs.a == self.address.runs.b).all()) and self._equal(left, right):
            return identity(self.a.place(left)[1])
        x, y = self.a.content(left), self.b.content(right)
        if left.type in (SHT_SYMTAB, SHT_DYNSYM):
            tables = [self._symbol_table(image, section) for image, section in ((self.a, left), (self.b, right))]
            if tables[0] is not None and tables[1] is not None:
                place = None if self.a.relocatable else self._map_addresses
                dynamic = left.type == SHT_DYNSYM
                listed = (hashed(self.a, left), hashed(self.b, right)) if dynamic else (None, None)
                partner = align_symbols(tables[0], tables[1], self.index_map, self.rewriter, place, listed)
                return records(partner, tables[0].entry_size)
        elif left.type in (SHT_RELA, SHT_REL) and not self.a.relocatable:
            size = word * (3 if left.type == SHT_RELA else 2)
            p, q = self.a.elf.relocation_table(left), self.b.elf.relocation_table(right)
            places = p["offset"].astype(np.int64), q["offset"].astype(np.int64)
            mapped, known = self._map_addresses(places[0])
            keys = relocation_orders(p, q, self.a.elf.header.machine)
            return records(align_by_place(*places, mapped, known, keys), size)
        elif left.type == SHT_RELR:
            return identity(min(len(x), len(y)))
        elif left.type == SHT_DYNAMIC:
            return align_dynamic(self.a, self.b, left, right)
        elif left.name == ".eh_frame" and left.index in self._frames and not self.a.relocatable:
            frames = self._frames[left.index]
            mapped, known = self._map_addresses(np.array([f.begin.target for f in frames[0].fdes], dtype=np.int64))
            return align_frames(*frames, x, y, mapped, known)
        elif left.name == ".eh_frame_hdr":
            return self._frame_header(left, right, x, y)
        elif left.type == SHT_GNU_VERNEED:
            return align_needs(needs(self.a, left), needs(self.b, right), self.rewriter, len(x), len(y))
        elif left.type == SHT_GNU_VERSYM:
            symbols = self.texts.get(left.link)
            if symbols is not None:
                size = 24 if word == 8 else 16
                partner = np.full(len(x) // 2, -1, dtype=np.int64)
                at, whole = symbols.runs.map_fields(size * np.arange(len(partner), dtype=np.int64), size)
                partner[whole] = at[whole] // size
                return records(np.where(partner < len(y) // 2, partner, -1), 2)
        return identity(len(x)) if len(x) == len(y) else align_content(x, y)

    def _frame_header(self, left: Section, right: Section, x: bytes, y: bytes) -> Runs:
        if len(x) < 12 or len(y) < 12 or x[3] != 0x3B or y[3] != 0x3B:
            return identity(min(len(x), len(y)))
        columns = []
        for image, section, data in ((self.a, left, x), (self.b, right, y)):
            at = 12 + image.place(section)[0] + 8 * np.arange((len(data) - 12) // 8, dtype=np.int64)
            values = image.numbers(at, 4)
            columns.append(np.where(values >= 1 << 31, values - (1 << 32), values) + section.address)
        mapped, known = self._map_addresses(columns[0])
        partner = align_by_place(columns[0], columns[1], mapped, known)
        return joined([identity(12), records(partner, 8).shifted(12, 12)])

    def _versions(self) -> Runs | None:
        """Numbers of needed versions."""
        left = next((x for x, _ in self.pairs if x.type == SHT_GNU_VERNEED and x.index in self.texts), None)
        dynamic = next((x for x, _ in self.pairs if x.type == SHT_DYNSYM and x.index in self.texts), None)
        if left is None:
            return None
        symbols = None
        if dynamic is not None:
            size = 24 if self.a.word == 8 else 16
            runs = self.texts[dynamic.index].runs
            symbols = Runs(runs.a // size, runs.b // size, runs.n // size)
        return number_map(self.a, needs(self.a, left), self.texts[left.index].runs, numbers_of(self.a), symbols)

    def _symbol_table(self, image: Image, section: Section) -> SymbolTable | None:
        table = image.elf.symtab if section.type == SHT_SYMTAB else image.elf.dynsym
        return table if table is not None and section.span is not None and table.start == section.span.start else None

    def _finished(self, pieces: list[tuple[Piece | None, Piece | None]]) -> OneWay:
        many: list[Runs] = []
        changes: list[TextChange] = []
        spaces: dict[str, Space] = {}
        none = np.zeros(0, dtype=np.int64)
        ends: dict[int, int] = {}
        whole: list[tuple[int, int, int]] = []
        loaded: list[tuple[int, int, int]] = []
        loaded_ends: dict[int, int] = {}
        for left, right in self.pairs:
            text = self.texts.get(left.index)
            trusted = left.index in self.trusted[0] and right.index in self.trusted[1]
            if left.span is not None and right.span is not None and trusted:
                if left.compression is None:
                    ends[left.span.end] = right.span.start + self._extent(left, right)
                else:
                    ends[left.span.end] = right.span.end
                whole.append((left.span.start, right.span.start, min(left.span.length, right.span.length)))
            if trusted and left.is_allocated and not (left.type == SHT_NOBITS and left.flags & SHF_TLS):
                loaded.append((left.address, right.address, min(left.size, right.size)))
                loaded_ends[left.address + left.size] = right.address + self._extent(left, right)
            if text is None:
                if left.type == SHT_NOBITS or not left.size:
                    spaces[contents_of(left.index)] = _space(
                        [(0, 0, min(left.size, right.size))], {left.size: right.size}
                    )
                continue
            a_at, b_at = self.a.place(left)[0], self.b.place(right)[0]
            many.append(text.runs.shifted(a_at, b_at))
            changes += [
                TextChange(c.a_at + a_at, c.a_length, c.b_at + b_at, c.b_length, c.rewrite) for c in text.changes
            ]
            sizes = self.a.place(left)[1], self.b.place(right)[1]
            spaces[contents_of(left.index)] = Space(
                text.runs, np.array([sizes[0]], dtype=np.int64), np.array([sizes[1]], dtype=np.int64)
            )
            if left.name == ".eh_frame" and not self.a.relocatable:
                spaces[frames_in(left.index)] = frame_space(self.a, left, text.runs, sizes[1])
            if left.type in (SHT_SYMTAB, SHT_DYNSYM):
                size = 24 if self.a.word == 8 else 16
                runs = Runs(text.runs.a // size, text.runs.b // size, text.runs.n // size)
                spaces[symbols_of(left.index)] = Space(runs, none, none, discrete=True)
            elif left.type in (SHT_RELA, SHT_REL) and left.is_allocated:
                size = self.a.word * (3 if left.type == SHT_RELA else 2)
                runs = Runs(text.runs.a // size, text.runs.b // size, text.runs.n // size)
                spaces[records_of(left.index)] = Space(runs, none, none, discrete=True)
        for x, y in pieces:
            if x is None or y is None:
                continue
            if x.section is None:
                many.append(self._unsectioned(x, y))
                size = min(x.end - x.start, y.end - y.start)
                # A gap begins where a header says that a section ends: it must not confirm that header.
                skip = (x.end - x.start - size, y.end - y.start - size) if x.name.startswith("gap before") else (0, 0)
                if any(
                    edges & {piece.start, piece.end} for edges, piece in zip(self._doubtful_edges, (x, y), strict=True)
                ):
                    continue
                if x.name == "section headers" and not all(
                    _begins_empty(image, piece) for image, piece in ((self.a, x), (self.b, y))
                ):
                    continue
                whole.append((x.start + skip[0], y.start + skip[1], size))
                p, q = self._loaded_at(self.a, x), self._loaded_at(self.b, y)
                if p is not None and q is not None:
                    loaded.append((p + skip[0], q + skip[1], size))
            elif x.section.compression is not None:
                many.append(Runs.of([(x.start, y.start, min(x.end - x.start, y.end - y.start))]))
        runs = one_to_one(joined(many), len(self.a.data), len(self.b.data))
        self._page_ends(loaded_ends)
        spaces[FILE] = _space(whole, ends)
        spaces[LAYOUT] = _space(loaded, loaded_ends)
        spaces[ADDRESS] = self.address
        spaces[SECTION_INDEX] = Space(
            Runs.of([(0, 0, 1), *((i, j, 1) for i, j in self.index_map.items())]),
            np.array([len(self.a.elf.sections)] if self._counted else [], dtype=np.int64),
            np.array([len(self.b.elf.sections)] if self._counted else [], dtype=np.int64),
        )
        versions = self._versions()
        if versions is not None:
            spaces[VERSION] = Space(versions, none, none, discrete=True)
        spaces[THREAD_LOCAL] = Space(self._thread_local(), none, none)
        return OneWay(
            self.a,
            self.b,
            tuple(pieces),
            runs,
            tuple(sorted(changes, key=lambda change: change.b_at)),
            self.rewrites,
            spaces,
            tuple(self.matches),
            self.code,
            self.index_map,
        )

    @cached_property
    def _doubtful_edges(self) -> tuple[set[int], set[int]]:
        """File offsets where only a header that is not trusted says that a section begins or ends."""
        a, b = (
            {
                edge
                for section in image.elf.sections[1:]
                if section.index not in trusted
                for edge in (section.offset, section.offset + section.size)
            }
            | {
                edge
                for piece in image.pieces
                if piece.name in ("program headers", "section headers") and piece.name not in tables
                for edge in (piece.start, piece.end)
            }
            for image, trusted, tables in zip((self.a, self.b), self.trusted, self._trusted_tables, strict=True)
        )
        return a, b

    @cached_property
    def _trusted_tables(self) -> tuple[set[str], set[str]]:
        return trusted_tables(self.a), trusted_tables(self.b)

    @property
    def _counted(self) -> bool:
        """In both files something else than the ELF header says how many sections there are."""
        return all("number of sections" in tables for tables in self._trusted_tables)

    def _page_ends(self, ends: dict[int, int]) -> None:
        """Segments that are filled up to a page (RELRO of LLD and mold): the page behind what stands last in them."""
        page = PAGE
        for segment in self.a.elf.segments:
            end = segment.virtual_address + segment.memory_size
            if segment.type != PT_GNU_RELRO or end % page:
                continue
            inside = [value for value in ends if segment.virtual_address < value <= end and value != end]
            if inside and end - max(inside) < page:
                ends[end] = aligned(ends[max(inside)], page)

    def _unsectioned(self, x: Piece, y: Piece) -> Runs:
        """Headers by entry, gaps from their start."""
        if x.name == "section headers":
            size = self.a.elf.header.shentsize
            pairs = [(0, 0), *self.index_map.items()]
            return Runs.of([(x.start + i * size, y.start + j * size, size) for i, j in pairs])
        if x.name == "program headers":
            size = self.a.elf.header.phentsize
            seen: dict[tuple[int, int, int], list[int]] = {}
            for segment in reversed(self.b.elf.segments):
                seen.setdefault((segment.type, segment.flags, 0), []).append(segment.index)
            runs = []
            for segment in self.a.elf.segments:
                queue = seen.get((segment.type, segment.flags, 0))
                if queue:
                    runs.append((x.start + segment.index * size, y.start + queue.pop() * size, size))
            return Runs.of(runs)
        return Runs.of([(x.start, y.start, min(x.end - x.start, y.end - y.start))])

    def _thread_local(self) -> Runs:
        starts = []
        for image in (self.a, self.b):
            found = [s.virtual_address for s in image.elf.segments if s.type == PT_TLS]
            starts.append(found[0] if found else 0)
        many = []
        for left, right in self.pairs:
            if left.flags & SHF_TLS:
                text = self.texts.get(left.index)
                runs = text.runs if text is not None else self._unfilled(left, right)
                many.append(runs.shifted(left.address - starts[0], right.address - starts[1]))
        return joined(many)
