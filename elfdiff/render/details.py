"""What -v adds to the text: the section table, the address map's breakpoints, the spans that nothing owns."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from elfdiff.render import wording
from elfdiff.render.escape import columns, shorten, visible
from elfdiff.render.lines import Line, wrapped
from elfdiff.render.style import TextStyle
from elfdiff.report import Classes, Ledger, Report, SectionRow, Sides

_MOST_ROWS = 60
_MOST_SPANS = 40
_BETWEEN = 2
_NARROWEST = 12

CLASS_NAMES = ("root", "payload", "input", "consequence", "hash", "unexplained", "moved", "contradicted")
"""The classes in the order in which they are listed; the first six add up to ``differing``."""


def class_of(classes: Classes, name: str) -> Sides:
    """The count of one class by its name."""
    count = getattr(classes, name)
    return count if isinstance(count, Sides) else Sides()


def details(report: Report, style: TextStyle) -> list[Line]:
    """Everything that -v adds, each part followed by an empty line."""
    if report.ledger is None:
        return []
    lines: list[Line] = []
    for part in (_table, _breakpoints, _unexplained):
        block = list(part(report.ledger, style))
        if block:
            lines += [*block, Line("")]
    return lines


def figure(count: Sides) -> str:
    """One number where both sides agree, else ``a/b``."""
    return str(count.a) if count.a == count.b else f"{count.a}/{count.b}"


def owners(classes: Classes) -> str:
    """The classes of a row's differing bytes that are not zero, and what is contradicted, in words."""
    counts = [(name, class_of(classes, name)) for name in CLASS_NAMES if name != "moved"]
    return ", ".join(f"{figure(count)} {name}" for name, count in counts if count.most)


def plain_table(headers: Sequence[str], rows: Sequence[Sequence[str]], style: TextStyle, folded: int = 1) -> list[Line]:
    """Aligned columns without rules; the last ``folded`` columns share what the others leave, and wrap in it."""
    from tabulate import MIN_PADDING, tabulate

    widths = [
        max(columns(header) + MIN_PADDING, *(columns(row[index]) for row in rows), 0)
        for index, header in enumerate(headers)
    ]
    room = style.width - sum(widths[:-folded]) - _BETWEEN * (len(widths) - 1)
    limits: list[int | None] = [None] * len(widths)
    for left in range(folded, 0, -1):
        index = len(widths) - left
        others = sum(min(width, room // left) for width in widths[index + 1 :])
        limits[index] = max(_NARROWEST, min(widths[index], room - others))
        room -= limits[index] or 0
    table = tabulate(rows, headers=headers, tablefmt="plain", disable_numparse=True, maxcolwidths=limits)
    shown = [shorten(text.rstrip(), style.width, style.ascii) for text in table.splitlines()]
    return [Line(text, "bold" if index == 0 else None) for index, text in enumerate(shown)]


def _table(ledger: Ledger, style: TextStyle) -> Iterator[Line]:
    told = [row for row in ledger.rows if row.status != "same" or row.classes.differing.most]
    if not told:
        return
    cells = [
        (
            shorten(row.name, 24, style.ascii),
            row.status,
            _size(row),
            figure(row.classes.differing),
            owners(row.classes) or f"{figure(row.classes.moved)} moved",
            ", ".join(row.causes),
        )
        for row in told[:_MOST_ROWS]
    ]
    headers = ("section", "status", "bytes", "differ", "owned as", "causes")
    yield from plain_table(headers, cells, style, folded=2)
    if len(told) > _MOST_ROWS:
        yield from wrapped(f"{len(told) - _MOST_ROWS} more sections differ or moved: elfdiff -f json", style, "", "  ")
    same = len(ledger.rows) - len(told)
    if same:
        text = f"{wording.amount(same, 'more section')} with equal bytes at the same place"
        yield from wrapped(text, style, "", "  ")


def _title(text: str, style: TextStyle) -> list[Line]:
    return [Line(line.text, "bold") for line in wrapped(text, style, "", "  ")]


def _size(row: SectionRow) -> str:
    sizes = [str(place[1]) if place is not None else "-" for place in (row.a, row.b)]
    return sizes[0] if sizes[0] == sizes[1] else "/".join(sizes)


def _breakpoints(ledger: Ledger, style: TextStyle) -> Iterator[Line]:
    if not ledger.breakpoints:
        return
    yield from _title("breakpoints of the map (in a, in b, further on by):", style)
    for point in ledger.breakpoints[:_MOST_SPANS]:
        text = f"{point.a:#x} {point.b:#x} {point.delta:+d}: {visible(point.reason)}"
        yield from wrapped(text, style, "    ", "        ")
    if len(ledger.breakpoints) > _MOST_SPANS:
        yield Line(f"    {len(ledger.breakpoints) - _MOST_SPANS} more: elfdiff -f json")


def _unexplained(ledger: Ledger, style: TextStyle) -> Iterator[Line]:
    if not ledger.unexplained_spans:
        return
    yield from _title("bytes that nothing accounts for (file offset + length):", style)
    for span in ledger.unexplained_spans[:_MOST_SPANS]:
        places = [
            f"{side} {place[0]:#x}+{place[1]}" for side, place in (("a", span.a), ("b", span.b)) if place is not None
        ]
        text = f"{visible(span.section or 'no section')}  {'  '.join(places)}"
        yield Line(shorten(f"    {text}", style.width, style.ascii))
    if len(ledger.unexplained_spans) > _MOST_SPANS:
        yield Line(f"    {len(ledger.unexplained_spans) - _MOST_SPANS} more: elfdiff -f json")
