"""Functions that changed by more than addresses."""

from __future__ import annotations

from collections.abc import Iterator

from elfdiff.comparison.code.disassembly import first_differences, instructions
from elfdiff.comparison.code.functions import FunctionMatch, FunctionStatus
from elfdiff.comparison.image import Image
from elfdiff.comparison.pair import Pair
from elfdiff.comparison.references.ranges import frames_of
from elfdiff.elf.file import ElfFile
from elfdiff.elf.frames import Fde
from elfdiff.evidence.folded import times_in
from elfdiff.evidence.model import Evidence, FunctionChange, FunctionTotals, OrderChange
from elfdiff.evidence.order import order_change
from elfdiff.patterns import late
from elfdiff.report import Location
from elfdiff.span import Span
from elfdiff.values import replace

MAX_CHANGES = 200
MAX_DECODED = 40
_CONSTANT = late(r"(?<![\w.])-?(?:0x[0-9a-f]+|\d+)\b")
_PLACE = late(r"\[[^\]]*\]|\(-?\w+\)|#?-?\w+\([a-z]\w*\)|\b(?:sp|rsp|esp), .*")
"""Operands in memory, and what moves the stack: other registers and another frame have other ones."""
_FRAME = late(r"\[[er](?:sp|bp|ip)\b[^\]]*\]")
"""lea does sums as well; what it adds to the frame is a place."""
_WORK = late(r"(xor|eor|and|or|orr|not|neg|i?mul|i?div|[us]div|rol|ror)[a-z]? ")
_ZEROED = late(r"xor (\w+), \1\Z")
"""Operations that compilers do not exchange for others as they do sums and shifts; a register that clears itself."""
_CALL = late(r"(?:call|bl|blr|jalr?|brasl|basr|bctrl)\b")
_STATUSES = (FunctionStatus.CHANGED, FunctionStatus.ADDED, FunctionStatus.REMOVED, FunctionStatus.REDIRECTED)


def extract(pair: Pair) -> Iterator[Evidence]:
    """One fact a changed, added, removed or redirected function (at most 200 in all), their order, then the totals."""
    matches = rejoined(pair.function_matches)
    if not matches:
        yield from _order_of_frames(pair, ())
        return
    counts = {status: sum(match.status is status for match in matches) for status in FunctionStatus}
    changed = [match for match in matches if match.status in _STATUSES]
    # The surest differences first: of redirected functions there may be thousands.
    changed.sort(key=lambda match: _STATUSES.index(match.status))
    for index, match in enumerate(changed[:MAX_CHANGES]):
        change = _change(pair, match, index < MAX_DECODED)
        yield change
        if change.a_lines and match.a_span and match.b_span:
            yield from times_in(pair, change, match.a_span, match.b_span)
    orders = list(_order(pair, matches))
    yield from orders or _order_of_frames(pair, matches)
    yield FunctionTotals(
        section=".text",
        compared=len(matches) - counts[FunctionStatus.ADDED] - counts[FunctionStatus.REMOVED],
        changed=counts[FunctionStatus.CHANGED],
        added=counts[FunctionStatus.ADDED],
        removed=counts[FunctionStatus.REMOVED],
    )


def rejoined(matches: tuple[FunctionMatch, ...]) -> tuple[FunctionMatch, ...]:
    """Functions of one name that have so little in common that they were not aligned: one that changed, not two."""
    removed = {m.name: m for m in matches if m.status is FunctionStatus.REMOVED and m.name}
    added = {m.name: m for m in matches if m.status is FunctionStatus.ADDED and m.name}
    both = removed.keys() & added.keys()
    if not both:
        return matches
    out: list[FunctionMatch] = []
    for match in matches:
        if match.name not in both or match.status not in (FunctionStatus.REMOVED, FunctionStatus.ADDED):
            out.append(match)
        elif match is removed[match.name]:
            other = added[match.name]
            changed = FunctionStatus.CHANGED
            out.append(replace(match, b_span=other.b_span, b_address=other.b_address, status=changed, how="name"))
        elif match is not added[match.name]:
            out.append(match)
    return tuple(out)


def _change(pair: Pair, match: FunctionMatch, decode: bool) -> FunctionChange:
    name = match.name or f"the function at {match.a_address or match.b_address:#x}"
    a_lines: tuple[str, ...] = ()
    b_lines: tuple[str, ...] = ()
    certain = match.status is not FunctionStatus.REDIRECTED
    if decode and match.a_span and match.b_span and match.status is FunctionStatus.CHANGED:
        a_lines, b_lines = first_differences(pair.a, match.a_span, pair.b, match.b_span)
    elif decode and match.a_span and match.b_span and match.status is FunctionStatus.REDIRECTED:
        a_lines, b_lines = first_differences(pair.a, match.a_span, pair.b, match.b_span, pair.common_names)
        # Both places are known in both files, so it is no place that merely could not be followed.
        certain = bool(a_lines) and "…" not in "".join((*a_lines, *b_lines))
    decoded = decode and match.a_span and match.b_span and match.status is FunctionStatus.CHANGED
    return FunctionChange(
        section=match.section,
        symbol=match.name or None,
        a=_place(match.a_span, name, a_lines, b_lines),
        b=_place(match.b_span, name, b_lines, a_lines),
        name=name,
        status=match.status.value,
        a_lines=a_lines,
        b_lines=b_lines,
        certain=certain,
        rearranged=bool(decoded and _rearranged(pair, match)),
    )


def _rearranged(pair: Pair, match: FunctionMatch) -> bool:
    """True if both bodies hold the same constants, and call equally often; False if they could not be decoded."""
    if match.a_span is None or match.b_span is None:
        return False
    left, right = _substance(pair.a, match.a_span), _substance(pair.b, match.b_span)
    return left is not None and left == right


def _substance(elf: ElfFile, span: Span) -> tuple[int, frozenset[str]] | None:
    """How often a function calls, the constants that it holds, places in memory left out, and what it computes."""
    lines = [line for _, line in instructions(elf, span)]
    if not lines:
        return None
    bare = (_FRAME.sub("", line) if line.startswith("lea ") else _PLACE.sub("", line) for line in lines)
    constants = {number for line in bare for number in _CONSTANT.findall(line)}
    works = {match[1] for line in lines if (match := _WORK.match(line)) and not _ZEROED.match(line)}
    return sum(1 for line in lines if _CALL.match(line)), frozenset(constants | works)


def _place(span: Span | None, name: str, lines: tuple[str, ...], others: tuple[str, ...]) -> Location | None:
    if span is None:
        return None
    value = "; ".join(lines) or ("(no instruction here)" if others else f"{name}, {span.length} bytes")
    return Location(span.start, span.length, "file", value)


def _order(pair: Pair, matches: tuple[FunctionMatch, ...]) -> Iterator[OrderChange]:
    """The order of functions, where the symbol table does not tell that of the objects; only unmistakable ones
    count."""
    if _files_in_other_order(pair):
        return
    both = [
        match
        for match in matches
        if match.a_span and match.b_span and match.section == ".text" and match.how in ("name", "masked bytes")
    ]
    a_order = [match.name or f"{match.a_address:#x}" for match in both]
    b_order = [match.name or f"{match.a_address:#x}" for match in sorted(both, key=lambda match: match.b_address)]
    for change in order_change("functions", ".text", a_order, b_order):
        yield replace(change, a_sorted=None, b_sorted=None)


def _files_in_other_order(pair: Pair) -> bool:
    a, b = ([symbol.name for symbol in side.file_symbols] for side in (pair.a, pair.b))
    return a != b and sorted(a) == sorted(b)


def _order_of_frames(pair: Pair, matches: tuple[FunctionMatch, ...]) -> Iterator[OrderChange]:
    """The order in which .eh_frame describes functions: it is that of the objects, also where their code stands in
    sections that the linker sorts."""
    if not pair.aligned or _files_in_other_order(pair):
        return
    begins = [[fde.begin.target for fde in side] for side in map(_frames, (pair.alignment.a, pair.alignment.b))]
    moved = {match.a_address: match.b_address for match in matches if match.a_span and match.b_span}
    a_order, b_order = [moved.get(begin, begin) for begin in begins[0]], begins[1]
    if len(set(b_order)) == len(b_order):
        names = {match.b_address: match.name for match in matches if match.name}
        names.update((symbol.value, symbol.name) for symbol in pair.b.symbols if symbol.name and symbol.kind == "func")
        shown = [[names.get(begin, f"{begin:#x}") for begin in order] for order in (a_order, b_order)]
        yield from order_change("frames", ".eh_frame", shown[0], shown[1])


def _frames(image: Image) -> tuple[Fde, ...]:
    section = image.elf.section(".eh_frame")
    return () if section is None or section.span is None or image.relocatable else frames_of(image, section).fdes
