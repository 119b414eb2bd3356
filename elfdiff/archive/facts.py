"""Facts about an archive as a whole: fields of member headers, the order of members, members on one side only."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from elfdiff.archive.model import Archive, Member, MemberKind
from elfdiff.archive.pairing import MemberPair
from elfdiff.elf.file import ET_REL, ElfFile
from elfdiff.elf.model import Symbol
from elfdiff.evidence.model import (
    ArchiveFieldChange,
    CodegenUnitChange,
    Evidence,
    FunctionChange,
    MembersChange,
    OrderChange,
    SymbolSetChange,
)
from elfdiff.evidence.order import order_change
from elfdiff.evidence.places import readable
from elfdiff.payload import rust
from elfdiff.report import Location
from elfdiff.span import Span
from elfdiff.values import dataclass, field, replace

MAX_FUNCTIONS = 200
MAX_NAMES = 200
# FILE.CRATE.HASH-cgu.N.rcgu.o (rustc_codegen_ssa, CodegenUnitNameBuilder, and rustc_session, OutputFilenames).
_OWNED_FIELDS = ("time", "uid", "gid", "mode")


@dataclass(frozen=True, eq=False)
class LoneMember:
    """An ELF member that only one archive has; ``defined`` are the names that it puts into the symbol index."""

    label: str
    member: Member
    elf: ElfFile = field(repr=False)
    defined: tuple[bytes, ...] = field(repr=False)


def header_changes(a: Archive, b: Archive, pairs: Sequence[MemberPair]) -> Iterator[ArchiveFieldChange]:
    """One fact for each field that differs: of the symbol index, then of the members in order; then their names."""
    heads: list[tuple[str, str, Member, Member]] = []
    indices = (a.first(MemberKind.INDEX), b.first(MemberKind.INDEX))
    if indices[0] is not None and indices[1] is not None:
        heads.append(("/", MemberKind.INDEX.value, indices[0], indices[1]))
    heads += [
        (readable(pair.a.name), pair.label, pair.a, pair.b)
        for pair in pairs
        if pair.a is not None and pair.b is not None
    ]
    for name, label, x, y in heads:
        if a.data[x.header.start : x.header.end] == b.data[y.header.start : y.header.end]:
            continue
        for part in _OWNED_FIELDS:
            left, right = a.text(x, part), b.text(y, part)
            if left != right:
                yield ArchiveFieldChange(
                    member=name,
                    field_name=part,
                    a_value=readable(left),
                    b_value=readable(right),
                    section=f"{label} header",
                    a=_location(a, x.field_span(part)),
                    b=_location(b, y.field_span(part)),
                )
    for name, label, x, y in heads:
        if x.name != y.name and x.kind is MemberKind.FILE:
            yield ArchiveFieldChange(
                member=name,
                field_name="name",
                a_value=readable(x.name),
                b_value=readable(y.name),
                section="long names" if x.reference else f"{label} header",
                a=_location(a, x.name_span),
                b=_location(b, y.name_span),
            )


def format_changes(a: Archive, b: Archive) -> Iterator[ArchiveFieldChange]:
    """Facts about how the archives are written: GNU's format, BSD's, or thin; and whether there is a symbol index.

    A change of format claims everything but the contents of members; they too, where one archive is thin.
    """
    left, right = _format(a), _format(b)
    if left != right:
        thin = "thin" in (left, right)
        yield ArchiveFieldChange(
            member="",
            field_name="format",
            a_value=left,
            b_value=right,
            section="archive",
            spans=(*((span, None) for span in _frame(a, thin)), *((None, span) for span in _frame(b, thin))),
        )
    indices = a.first(MemberKind.INDEX), b.first(MemberKind.INDEX)
    # An archive without members has no index, and nothing to put into one.
    if (indices[0] is None) != (indices[1] is None) and a.members and b.members:
        spans = [Span(index.header.start, index.end) if index else None for index in indices]
        yield ArchiveFieldChange(
            member="/",
            field_name="index",
            a_value="a symbol index" if indices[0] else "none",
            b_value="a symbol index" if indices[1] else "none",
            section="symbol index",
            spans=((spans[0], spans[1]),),
        )


def _format(archive: Archive) -> str:
    if archive.thin:
        return "thin"
    inline = any(entry.name_span.start >= entry.header.end and not entry.reference for entry in archive.members)
    index = archive.first(MemberKind.INDEX)
    named = index is not None and archive.data[index.header.start : index.header.start + 1] != b"/"
    return "BSD" if inline or named else "GNU"


def _frame(archive: Archive, contents: bool) -> Iterator[Span]:
    """Headers, symbol index, table of names, BSD names and padding, each by itself; the contents too, if asked."""
    yield Span(0, 8)
    for entry in archive.entries:
        yield entry.header
        if entry.kind is not MemberKind.FILE:
            yield entry.body
        elif entry.data is not None:
            yield Span(entry.header.end, entry.data.start)
            yield Span(entry.data.end, entry.end)
            if contents:
                yield entry.data


def members_change(pairs: Sequence[MemberPair], archives: tuple[Archive, Archive]) -> Iterator[MembersChange]:
    """At most one fact: the members that only one of the archives has."""
    a_only = [pair for pair in pairs if pair.b is None]
    b_only = [pair for pair in pairs if pair.a is None]
    if not a_only and not b_only:
        return
    first = (a_only[0].a if a_only else None), (b_only[0].b if b_only else None)
    spans = [(pair.a, pair.b) for pair in (*a_only, *b_only)]
    yield MembersChange(
        section="members",
        a=_location(archives[0], first[0].name_span) if first[0] else None,
        b=_location(archives[1], first[1].name_span) if first[1] else None,
        spans=tuple((_entry_span(x), _entry_span(y)) for x, y in spans),
        a_only=tuple(pair.label for pair in a_only[:MAX_NAMES]),
        b_only=tuple(pair.label for pair in b_only[:MAX_NAMES]),
        total=len(pairs),
    )


def _entry_span(member: Member | None) -> Span | None:
    return Span(member.header.start, member.end) if member is not None else None


def unit_counts(a: Archive, b: Archive) -> Iterator[CodegenUnitChange]:
    """A Rust library holds each codegen unit as a member: its crates that were cut into another number of units."""
    names = ([readable(member.name) for member in archive.members] for archive in (a, b))
    for crate, (left, right) in rust.unit_counts(*names).items():
        yield CodegenUnitChange(section="members", crate=crate, a_count=left, b_count=right)


def _location(archive: Archive, span: Span) -> Location:
    return Location(span.start, span.length, "file", readable(archive.data[span.start : span.end].strip()))


def member_order(pairs: Sequence[MemberPair]) -> Iterator[OrderChange]:
    """At most one fact: the members that both have stand in another order."""
    both = [pair for pair in pairs if pair.a is not None and pair.b is not None]
    a_order = [pair.label for pair in both]
    b_order = [pair.label for pair in sorted(both, key=lambda pair: pair.b.header.start if pair.b else 0)]
    for change in order_change("members", "", a_order, b_order):
        yield replace(change, section=None)


def lone_members(side: str, members: Iterable[LoneMember], elsewhere: frozenset[bytes]) -> Iterator[Evidence]:
    """What the ELF members of one side define that the other archive nowhere does: its functions, then all names.

    ``elsewhere`` are the names that the other archive's members define. Offsets are those of the archive.
    """
    names: list[bytes] = []
    total = 0
    shown = 0
    for lone in members:
        total += len(lone.defined)
        names += [name for name in lone.defined if name not in elsewhere]
        start = lone.member.data.start if lone.member.data is not None else 0
        for symbol in lone.elf.symbols if shown < MAX_FUNCTIONS else ():
            place = _function_offset(lone.elf, symbol)
            if place is None or shown >= MAX_FUNCTIONS or symbol.name.encode() in elsewhere:
                continue
            shown += 1
            at = Location(start + place, symbol.size, "file", f"{symbol.name}, {symbol.size} bytes")
            yield FunctionChange(
                section=lone.label,
                symbol=symbol.name,
                a=at if side == "a" else None,
                b=at if side == "b" else None,
                name=symbol.name,
                status="removed" if side == "a" else "added",
                a_lines=(),
                b_lines=(),
                certain=True,
            )
    if names:
        some = tuple(readable(name) for name in names[:MAX_NAMES])
        yield SymbolSetChange(
            table="symtab",
            imports=False,
            a_only=some if side == "a" else (),
            b_only=some if side == "b" else (),
            a_count=len(names) if side == "a" else 0,
            b_count=len(names) if side == "b" else 0,
            total=total,
        )


def _function_offset(elf: ElfFile, symbol: Symbol) -> int | None:
    """Where a function's bytes stand in its relocatable file; None if it is none, or not wholly in its section."""
    if symbol.kind != "func" or not symbol.size or elf.header.type != ET_REL or symbol.section >= len(elf.sections):
        return None
    section = elf.sections[symbol.section]
    if section.span is None or symbol.value + symbol.size > section.span.length:
        return None
    return section.span.start + symbol.value
