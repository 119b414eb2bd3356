"""Symbol names: renamed by a hash or a number, added, removed."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

from elfdiff.comparison.pair import Pair
from elfdiff.comparison.texts.rewrites import RewriteKind
from elfdiff.elf.file import ElfFile
from elfdiff.elf.model import Section, Symbol
from elfdiff.evidence.model import (
    CodegenUnitChange,
    Evidence,
    SourceNamesLost,
    SymbolRenamed,
    SymbolSetChange,
    UnitNaming,
)
from elfdiff.evidence.places import section_name
from elfdiff.patterns import late
from elfdiff.payload import rust
from elfdiff.report import Location
from elfdiff.span import Span

MAX_NAMES = 200
MAX_SPANS = 50_000

_PATTERNS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("llvm-suffix", late(r"\.llvm\.\d+")),
    ("lto-unit", late(r"(?<=[A-Za-z0-9_]\.)[0-9a-f]{8}\Z")),
    ("uniq", late(r"\.__uniq\.\d+")),
    ("cuda", late(r"tmpxft_[0-9a-f]{8}_[0-9a-f]{8}-\d+")),
    ("omp-offload", late(r"(?<=__omp_offloading_)[0-9a-f]+_[0-9a-f]+(?=_)")),
    ("lfortran", late(r"(?<=_)\d{10,}_[A-Za-z0-9]{22}")),
    ("gcc-anon", late(r"(?<=_GLOBAL__N_)\w*?[0-9A-F]{8}_[0-9A-F]{8}")),
    ("lto-priv", late(r"\.lto_priv\.\d+")),
    ("gcc-clone", late(r"\.(?:constprop|isra|part|cold|localalias)(?:\.\d+)?(?:\.\d+)*")),
    ("zig-anon", late(r"__anon_\d+")),
    # Nim: a module's name is its path from the project, "dotdot" for each directory up.
    ("mangled-path", late(r"(?<=\batm)(?:dotdotats)+")),
    (
        "temporary-file",
        late(
            r"\b(?:cc|gplc)[A-Za-z0-9]{6}(?=\.(?:o|s|ltrans))|\btmp\.[A-Za-z0-9]{6,10}|(?<=pidtmpfilename)\d+|"
            r"caml(?:startup|pp|obj)[0-9a-f]{6}"
        ),
    ),
)  # fmt: skip
_SOURCE = late(r"\.(?:c|cc|cpp|cxx|C|f|f90|adb|d|m|mm)\Z")
_BY_PLUGIN = late(r"|<artificial>|ld-temp\.o|.*\.ltrans\d*\.(?:ltrans\.)?o")
"""File symbols of what GCC's and LLVM's plugins compile at the link; ld writes one without a name as well."""
_SECTION_ID = late(r"\.gnu\.(?:lto|debuglto)_\S*?\.([0-9a-f]{15,16})\Z")


def extract(pair: Pair) -> Iterator[Evidence]:
    """Renamed symbols by scheme, codegen-unit naming, then the names that only one side has."""
    yield from _unit_naming(pair)
    yield from _unit_counts(pair)
    yield from _section_ids(pair)
    yield from _lost_names(pair)
    explained: set[str] = set()
    renamed = list(_renamed(pair, explained))
    yield from renamed
    yield from _sets(pair, explained)


def _unit_naming(pair: Pair) -> Iterator[UnitNaming]:
    a, b = ([symbol.name for symbol in elf.file_symbols] for elf in (pair.a, pair.b))
    counts = [sum(rust.is_codegen_unit(name) for name in side) for side in (a, b)]
    incremental = [sum(rust.is_incremental_unit(name) for name in side) for side in (a, b)]
    if (counts[0] or counts[1]) and (incremental[0] > 1) != (incremental[1] > 1):
        a_names = [name for name in a if rust.is_incremental_unit(name) or rust.is_codegen_unit(name)]
        b_names = [name for name in b if rust.is_incremental_unit(name) or rust.is_codegen_unit(name)]
        yield UnitNaming(
            section=".symtab",
            a=_names_place(pair.a.file_symbols, a_names, incremental[0] > 1),
            b=_names_place(pair.b.file_symbols, b_names, incremental[1] > 1),
            a_plain=counts[0],
            b_plain=counts[1],
            a_incremental=incremental[0],
            b_incremental=incremental[1],
        )


def _unit_counts(pair: Pair) -> Iterator[CodegenUnitChange]:
    names = ([symbol.name for symbol in elf.file_symbols] for elf in (pair.a, pair.b))
    for crate, (left, right) in rust.unit_counts(*names).items():
        yield CodegenUnitChange(section=".symtab", crate=crate, a_count=left, b_count=right)


def _lost_names(pair: Pair) -> Iterator[SourceNamesLost]:
    """At most one fact: names of sources that only one side has, where the other has that many more without a name."""
    sides = [[symbol.name for symbol in elf.file_symbols] for elf in (pair.a, pair.b)]
    named = [{name for name in side if _SOURCE.search(name)} for side in sides]
    blank = [sum(bool(_BY_PLUGIN.fullmatch(name)) for name in side) for side in sides]
    for index, side in ((0, "b"), (1, "a")):
        lost = named[index] - named[1 - index]
        if lost and not named[1 - index] - named[index] and blank[1 - index] > blank[index]:
            yield SourceNamesLost(section=".symtab", side=side, names=tuple(sorted(lost)[:MAX_NAMES]))


def _names_place(symbols: Sequence[Symbol], names: list[str], incremental: bool) -> Location | None:
    """The first codegen unit that shows how a side is named."""
    for symbol in symbols:
        if symbol.name in names and rust.is_incremental_unit(symbol.name) == incremental:
            return Location(symbol.span.start, symbol.span.length, "file", symbol.name)
    return None


def _section_ids(pair: Pair) -> Iterator[SymbolRenamed]:
    left = [(s, m) for s in pair.a.sections if (m := _SECTION_ID.search(s.name))]
    right = [(s, m) for s in pair.b.sections if (m := _SECTION_ID.search(s.name))]
    if not left or not right:
        return
    a_ids, b_ids = {m[1] for _, m in left}, {m[1] for _, m in right}
    changed = sum(m[1] not in b_ids for _, m in left)
    if changed and a_ids != b_ids:
        first, other = left[0], right[0]
        partners = {item.a.index: item.b for item in pair.sections if item.a and item.b}
        spans = (
            (_identifier_span(pair.a, section), _identifier_span(pair.b, partners[section.index]))
            for section, match in left
            if match[1] not in b_ids and section.index in partners
        )
        yield SymbolRenamed(
            section=first[0].name,
            a=_at(_identifier_span(pair.a, first[0]), first[0].name),
            b=_at(_identifier_span(pair.b, other[0]), other[0].name),
            spans=tuple(spans),
            scheme="lto-section",
            group=first[0].name[: first[1].start(1)],
            a_part=first[1][1],
            b_part=other[1][1],
            count=changed,
            total=len(left),
        )


def _identifier_span(elf: ElfFile, section: Section) -> Span | None:
    """Where the last part of a section's name stands in the table of section names."""
    whole = section_name(elf, section)
    return Span(whole.end - len(section.name.rpartition(".")[2]), whole.end) if whole else None


def _at(span: Span | None, text: str) -> Location | None:
    return Location(span.start, span.length, "file", text) if span else None


def _renamed(pair: Pair, explained: set[str]) -> Iterator[SymbolRenamed]:
    """Names of one side paired with names of the other by what stays when a scheme's variable part is masked."""
    a_all = {s.name: s for s in (*pair.a.symbols, *pair.a.dynamic_symbols) if s.name}
    b_all = {s.name: s for s in (*pair.b.symbols, *pair.b.dynamic_symbols) if s.name}
    a_only = [name for name in a_all if name not in b_all]
    b_only = [name for name in b_all if name not in a_all]
    if not a_only or not b_only:
        return
    totals = Counter(key for name in a_all if (key := rust.group_of(name)))
    groups: dict[tuple[str, str], list[tuple[Symbol, Symbol, str, str]]] = defaultdict(list)
    waiting: dict[tuple[str, str], list[str]] = defaultdict(list)
    for name in b_only:
        for scheme, mask, _ in _masks(name, pair):
            waiting[scheme, mask].append(name)
    used: set[str] = set()
    for name in a_only:
        for scheme, mask, part in _masks(name, pair, left=True):
            partner = next((other for other in waiting.get((scheme, mask), ()) if other not in used), None)
            if partner is None:
                continue
            used.add(partner)
            explained.update((name, partner))
            other_part = next((p for s, m, p in _masks(partner, pair) if (s, m) == (scheme, mask)), "")
            if scheme.startswith("rust"):
                group = rust.group_of(name) or ""
            else:
                group = {"mangled-path": "", "llvm-suffix": part}.get(scheme, mask)
            groups[scheme, group].append((a_all[name], b_all[partner], part, other_part))
            break
    shims = [[name for name in names if rust.is_incremental_unit(name)] for names in (a_only, b_only)]
    if len(shims[0]) == len(shims[1]) == 1 and groups:
        # The allocator shim's unit has a name of its own, made of hashes of the crates.
        explained.update((shims[0][0], shims[1][0]))
        members = next((groups[key] for key in groups if key[0].startswith("rust")), [])
        members += [(a_all[shims[0][0]], b_all[shims[1][0]], "", "")] if members else []
    for (scheme, group), members in groups.items():
        a, b, a_part, b_part = members[0]
        yield SymbolRenamed(
            section=".symtab",
            symbol=a.name,
            a=Location(a.span.start, a.span.length, "file", a.name),
            b=Location(b.span.start, b.span.length, "file", b.name),
            spans=_spans(pair, scheme, members[:MAX_SPANS]),
            scheme=scheme,
            group=group,
            a_part=a_part,
            b_part=b_part,
            count=len(members),
            total=max(totals.get(group, 0), len(members)) if scheme.startswith("rust") else len(members),
        )


def _spans(
    pair: Pair, scheme: str, members: Sequence[tuple[Symbol, Symbol, str, str]]
) -> tuple[tuple[Span | None, Span | None], ...]:
    """Where the names stand; of a module's hash its digits, and nothing unless one hash became one other everywhere."""
    places = ((_name_span(pair.a, a), _name_span(pair.b, b), x, y) for a, b, x, y in members)
    if scheme not in ("llvm-suffix", "lto-unit"):
        return tuple((left, right) for left, right, _, _ in places)
    if len({other for _, _, _, other in members}) > 1:
        return ()
    return tuple((_within(pair.a, left, x), _within(pair.b, right, y)) for left, right, x, y in places)


def _within(elf: ElfFile, name: Span | None, part: str) -> Span | None:
    """Where the part stands in a name; None if it does not."""
    at = elf.data.find(part.encode(), name.start, name.end) if name else -1
    return Span(at, at + len(part)) if at >= 0 else None


def _name_span(elf: ElfFile, symbol: Symbol) -> Span | None:
    """Where the name stands in the file: st_name is the first word of an entry (gABI, "Symbol Table")."""
    table = next((s for s in elf.sections if s.type in (2, 11) and s.span and symbol.span.start in s.span), None)
    if table is None or not 0 < table.link < len(elf.sections):
        return None
    strings = elf.sections[table.link]
    offset = int.from_bytes(elf.data[symbol.span.start : symbol.span.start + 4], elf.byte_order)
    if strings.span is None or strings.compression is not None or offset >= strings.span.length:
        return None
    start = strings.span.start + offset
    end = elf.data.find(b"\0", start, strings.span.end)
    return Span(start, end if end >= 0 else strings.span.end)


def _masks(name: str, pair: Pair, left: bool = False) -> Iterator[tuple[str, str, str]]:
    """(scheme, masked name, the part that was masked), best scheme first."""
    for scheme, mask, part in rust.masks(name):
        yield scheme, mask, part
    for scheme, pattern in _PATTERNS:
        match = pattern.search(name)
        if match:
            yield scheme, pattern.sub("\x01", name), match.group()
    for rewrite in pair.rewrites:
        if rewrite.kind is not RewriteKind.PREFIX:
            continue
        old, new = (
            re.sub(r"[^0-9A-Za-z]", "_", text.decode("utf-8", "replace").strip("/")) for text in (rewrite.a, rewrite.b)
        )
        part = old if left else new
        if len(part) >= 4 and part in name:
            yield "mangled-path", name.replace(part, "\x01"), part


def _sets(pair: Pair, explained: set[str]) -> Iterator[SymbolSetChange]:
    for table, a_symbols, b_symbols in (
        ("symtab", pair.a.symbols, pair.b.symbols),
        ("dynsym", pair.a.dynamic_symbols, pair.b.dynamic_symbols),
    ):
        if not a_symbols or not b_symbols:
            continue
        for imports in (False, True):
            left = {s.name: s for s in a_symbols if _counts(s, imports)}
            right = {s.name: s for s in b_symbols if _counts(s, imports)}
            a_only = [name for name in left if name not in right and name not in explained]
            b_only = [name for name in right if name not in left and name not in explained]
            if not a_only and not b_only:
                continue
            a_first, b_first = (left[a_only[0]] if a_only else None), (right[b_only[0]] if b_only else None)
            yield SymbolSetChange(
                section=f".{table}",
                a=Location(a_first.span.start, a_first.span.length, "file", a_first.name) if a_first else None,
                b=Location(b_first.span.start, b_first.span.length, "file", b_first.name) if b_first else None,
                table=table,
                imports=imports,
                a_only=tuple(a_only[:MAX_NAMES]),
                b_only=tuple(b_only[:MAX_NAMES]),
                a_count=len(a_only),
                b_count=len(b_only),
                total=len(left),
            )


def _counts(symbol: Symbol, imports: bool) -> bool:
    """Functions, objects and thread-local objects of the program itself, or what it imports."""
    if not symbol.name or symbol.kind in ("file", "section"):
        return False
    return (symbol.section == 0) is imports and (imports or symbol.kind in ("func", "object", "tls", "gnu_ifunc"))
