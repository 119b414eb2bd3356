"""Run every extractor over a pair."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence

from elfdiff.clock import Clock, OutOfTime
from elfdiff.comparison.pair import Pair
from elfdiff.evidence import (
    bare,
    buildids,
    bytecode,
    certificates,
    data,
    dependencies,
    drawn,
    dynstr,
    embedded,
    functions,
    headers,
    inline,
    instructions,
    libc,
    lines,
    marks,
    modules,
    notes,
    objects,
    order,
    permuted,
    renames,
    runpaths,
    shared,
    spelled,
    splits,
    strings,
    symbols,
    tools,
    units,
)
from elfdiff.evidence.carried import Insight, carried_facts, without_carried
from elfdiff.evidence.facts import BlobChange
from elfdiff.evidence.hashes import only_digests_differ
from elfdiff.evidence.mapped import mapped, sources
from elfdiff.evidence.model import (
    CompressionChange,
    Context,
    DataChange,
    Evidence,
    EvidenceSet,
    FlagChange,
    GoSettingChange,
    LoneSectionChange,
    Mapped,
    PathChange,
    PathPlace,
    SectionChange,
    SymbolRenamed,
    TextChange,
    TimeChange,
    WordChange,
)
from elfdiff.payload.comment import toolchain
from elfdiff.payload.languages import language_of, languages
from elfdiff.span import Span

SHOWN = 4
_EXTRACTORS = (
    tools,
    libc,
    dynstr,
    dependencies,
    headers,
    notes,
    buildids,
    modules,
    strings,
    shared,
    inline,
    bytecode,
    objects,
    data,
    embedded,
    lines,
    splits,
    units,
    bare,
    spelled,
    renames,
    symbols,
    order,
    functions,
    instructions,
    marks,
    runpaths,
    certificates,
    drawn,
    permuted,
)


def gather(pair: Pair, clock: Clock, insights: Sequence[Insight] = ()) -> EvidenceSet:
    """All facts about a pair, or those that were found in time, and what kind of files it is made of.

    ``insights`` say what was seen in what the files carry.
    """
    items: list[Evidence] = []
    unfinished = None
    try:
        with clock.running("evidence was gathered"):
            for extractor in _EXTRACTORS:
                items += extractor.extract(pair)
    except OutOfTime as over:
        unfinished = str(over)
    items = without_covered([*without_carried(items, insights), *carried_facts(insights)])
    return EvidenceSet(tuple(items), context(pair, items), unfinished)


def without_covered(items: Sequence[Evidence]) -> list[Evidence]:
    """The facts without texts, times, words and data that lie inside a key or certificate: they are part of it."""
    blobs = [item for item in items if isinstance(item, BlobChange)]
    if not blobs:
        return list(items)
    sections = {blob.section for blob in blobs}
    places = _merged((blob.a.offset, blob.a.offset + blob.a.length) for blob in blobs if blob.a is not None)
    starts = [start for start, _ in places]

    def covered(item: Evidence) -> bool:
        if isinstance(item, LoneSectionChange):
            return item.section in sections
        if not isinstance(item, (TextChange, WordChange, TimeChange, DataChange)) or item.a is None:
            return False
        # The last place that begins in front of the item's end, or around it.
        at = bisect_left(starts, item.a.offset + item.a.length) - 1
        return at >= 0 and places[at][1] > item.a.offset

    return [item for item in items if not covered(item)]


def _merged(places: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Half-open ranges in order, those that overlap as one."""
    out: list[tuple[int, int]] = []
    for start, end in sorted(places):
        if out and start < out[-1][1]:
            out[-1] = (out[-1][0], max(end, out[-1][1]))
        else:
            out.append((start, end))
    return out


def names_with_hashes(items: Sequence[Evidence]) -> list[Span]:
    """Where hashes stand in names of symbols, if each takes the place of one of equal length."""
    return [
        a
        for item in items
        if isinstance(item, SymbolRenamed) and item.scheme in ("llvm-suffix", "lto-unit", "uniq")
        for a, b in item.spans
        if a is not None and a == b
    ]


def settings(items: Sequence[Evidence]) -> tuple[str, ...]:
    """Flags and settings that differ, as one says them to a person, without those that name directories."""
    found: list[str] = []
    for item in items:
        if isinstance(item, FlagChange):
            sides = [[flag for flag in flags if "/" not in flag][:SHOWN] for flags in (item.a_flags, item.b_flags)]
            if sides[0] or sides[1]:
                found.append(" or ".join([*(" ".join(side) for side in sides if side), "not"][:2]))
        elif isinstance(item, GoSettingChange) and not item.key.startswith(("vcs", "-ldflags", "CGO_")):
            found.append(f"{item.key}={item.a_value or '(unset)'} or {item.b_value or '(unset)'}")
        elif isinstance(item, CompressionChange) and item.a_method != item.b_method:
            found.append("-gz or not")
        elif isinstance(item, SectionChange) and item.name == ".debug_info" and item.status in ("added", "removed"):
            found.append("-g or not")
        elif isinstance(item, SectionChange) and item.name == ".dep-v0" and item.status in ("added", "removed"):
            found.append("cargo auditable build or cargo build")
    return tuple(dict.fromkeys(found))


def context(pair: Pair, items: Sequence[Evidence] = ()) -> Context:
    """What fixes depend on.

    A source that a changed text names was compiled too, though nothing else may tell its language: __FILE__ of C in a
    Rust program.
    """
    a, b = pair.a, pair.b
    in_force = mapped(pair)
    named = [language_of(item.tail) for item in items if isinstance(item, PathChange) and item.place is PathPlace.TEXT]
    return Context(
        a_tools=tuple((tool.kind, tool.version) for tool in toolchain(a)),
        b_tools=tuple((tool.kind, tool.version) for tool in toolchain(b)),
        languages=tuple(dict.fromkeys((*languages(a), *languages(b), *filter(None, named)))),
        machine=a.header.machine_name,
        stripped=a.is_stripped and b.is_stripped,
        has_debug=all(any(s.name.startswith((".debug_", ".zdebug_")) for s in elf.sections) for elf in (a, b)),
        only_hashes_differ=only_digests_differ(a, b, names_with_hashes(items)),
        relocatable=a.header.type_name.endswith("REL"),
        kernel_module=a.section(".modinfo") is not None,
        layout=units.layout(pair, items),
        recorded=units.is_recorded(pair, items),
        command_line=any(isinstance(item, FlagChange) and item.origin == ".GCC.command.line" for item in items),
        settings=settings(items),
        unnamed=not toolchain(a) and not toolchain(b),
        whole=bool(a.file_symbols) and bool(b.file_symbols),
        profiled=all(units.is_profiled(elf) for elf in (a, b)),
        partial=units.is_partial(pair),
        # Units that name no directory do not say where the build was.
        outside=() if Mapped.C in in_force else units.outside(pair, items),
        link_time=any("GIMPLE" in (unit.producer or "") for unit in a.debug_units),
        mapped=in_force,
        sources=sources(pair) if in_force - {Mapped.ORIGIN, Mapped.NO_BUILD_ID} else frozenset(),
    )
