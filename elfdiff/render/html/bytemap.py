"""The byte map: a strip a section, or an entry of a tree, on which each run of differing bytes shows its owner."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from math import ceil

from elfdiff.render.escape import shorten
from elfdiff.render.html.markup import Markup, element, joined, table
from elfdiff.render.wording import amount
from elfdiff.report import Classes, Ledger, OwnedRun, Report, SectionRow, Sides
from elfdiff.tree import Tree
from elfdiff.values import dataclass

OWNERS = {
    "root": "cause",
    "payload": "copied",
    "input": "input",
    "consequence": "follows",
    "hash": "hash",
    "unexplained": "unexplained",
}
"""Each owner of differing bytes, and the word for it."""

CELLS = 480
"""Parts of a strip; runs within one part are drawn as one, by owner."""
MOST_RECTS = 6000
"""Rectangles of one page; above it, parts are joined."""
MOST_STRIPS = 60
LONGEST = 200
"""Characters of a name, or of why a run is owned."""
SHOWN = 30
"""Characters of a name beside its strip; of a path the end tells more than the beginning."""
MOST_RUNS = 20
"""Runs that are listed under a strip."""
_LANE = 10
_FIGURES = ((15, "short"), (21, "middle"))
"""Up to how many characters of figures a column of its own width is for, so that all strips are equally wide."""


@dataclass(frozen=True, slots=True)
class Strip:
    """One row of the map: where it begins and how long it is, in bytes, and the runs of each side in file order."""

    name: str
    starts: Sides
    sizes: Sides
    classes: Classes
    runs: tuple[tuple[OwnedRun, ...], tuple[OwnedRun, ...]]


@dataclass(frozen=True, slots=True)
class _Piece:
    """Neighbouring parts of a strip with one owner: how many runs and bytes, and the first run."""

    start: int
    end: int
    owner: str
    runs: int
    length: int
    first: OwnedRun


def sections(ledger: Ledger) -> list[Strip]:
    """A strip for each row of the ledger that differs, most bytes first."""
    runs: dict[int, tuple[list[OwnedRun], list[OwnedRun]]] = defaultdict(lambda: ([], []))
    for side, place in enumerate(_places(ledger.rows)):
        starts = [start for start, _ in place]
        for run in ledger.runs:
            if (run.side == "b") != bool(side):
                continue
            at = bisect_right(starts, run.offset) - 1
            if at >= 0:
                runs[place[at][1]][side].append(run)
    found = [
        Strip(row.name, _part(row, 0), _part(row, 1), row.classes, (tuple(runs[index][0]), tuple(runs[index][1])))
        for index, row in enumerate(ledger.rows)
        if row.classes.differing.most
    ]
    return sorted(found, key=lambda strip: (-strip.classes.differing.most, strip.name))


def entries(tree: Tree, within: str = "") -> list[Strip]:
    """A strip for each entry that has a ledger of its own, those of trees within trees too, most bytes first."""
    found: list[Strip] = []
    for entry in tree.entries:
        if isinstance(entry.report, Tree):
            found += entries(entry.report, f"{within}{entry.name}/")
        elif isinstance(entry.report, Report) and entry.report.ledger is not None:
            ledger = entry.report.ledger
            sizes = Sides(entry.report.a.size, entry.report.b.size)
            sides = tuple(tuple(run for run in ledger.runs if run.side == side) for side in "ab")
            found.append(Strip(f"{within}{entry.name}", Sides(), sizes, ledger.totals, (sides[0], sides[1])))
    return sorted(found, key=lambda strip: (-strip.classes.differing.most, strip.name))


def draw(strips: Sequence[Strip], label: str) -> Markup:
    """The legend and the strips; what they hold in words under each."""
    shown = strips[:MOST_STRIPS]
    cells = CELLS
    pieces = [_pieces(strip, cells) for strip in shown]
    while sum(len(side) for both in pieces for side in both) > MOST_RECTS and cells > 30:
        cells //= 2
        pieces = [_pieces(strip, cells) for strip in shown]
    rows = [_row(strip, both, cells) for strip, both in zip(shown, pieces, strict=True)]
    longest = max((len(_figure(strip)) for strip in shown), default=0)
    width = next((name for most, name in _FIGURES if longest <= most), "long")
    left = len(strips) - len(shown)
    more = [element("p", f"{left} more {label}s differ; all are in the JSON report.", class_="muted")] if left else []
    rows = [element("div", *rows, class_=f"figures-{width}")]
    return joined(legend({owner for strip in strips for owner in _present(strip.classes)}), *rows, *more)


def legend(present: Iterable[str]) -> Markup:
    """What the colours and patterns mean, for the owners that occur."""
    chosen = set(present)
    items = [
        element(
            "li",
            element(
                "svg",
                element("rect", width=22, height=12, class_=f"o-{owner}"),
                width=22,
                height=12,
                aria_hidden="true",
            ),
            f" {word}",
        )
        for owner, word in OWNERS.items()
        if owner in chosen
    ]
    return joined(_patterns(), element("ul", *items, class_="legend"))


def bar(classes: Classes, side: str) -> Markup:
    """The bytes of one side by owner, as one bar."""
    counts = [(owner, getattr(getattr(classes, owner), side)) for owner in OWNERS]
    whole = sum(count for _, count in counts)
    rects: list[Markup] = []
    at = 0.0
    for owner, count in counts:
        if count:
            width = 1000 * count / whole
            title = element("title", f"{OWNERS[owner]}: {amount(count, 'byte')}")
            rects.append(
                element("rect", title, x=round(at, 2), y=0, width=round(width, 2), height=18, class_=f"o-{owner}")
            )
            at += width
    words = ", ".join(f"{count:,} {OWNERS[owner]}" for owner, count in counts if count)
    return element(
        "svg", *rects, viewBox="0 0 1000 18", preserveAspectRatio="none", class_="bar", role="img", aria_label=words
    )


def _row(strip: Strip, pieces: Sequence[Sequence[_Piece]], cells: int) -> Markup:
    longest = max(strip.sizes.most, 1)
    rects: list[Markup] = []
    for side, (size, found) in enumerate(zip((strip.sizes.a, strip.sizes.b), pieces, strict=True)):
        y = side * (_LANE + 2)
        rects.append(element("rect", x=0, y=y, width=round(1000 * size / longest, 2), height=_LANE, class_="equal"))
        for piece in found:
            x, width = 1000 * piece.start / cells, 1000 * (piece.end - piece.start) / cells
            rects.append(
                element(
                    "rect",
                    element("title", _words(piece)),
                    x=round(x, 2),
                    y=y,
                    width=round(width, 2),
                    height=_LANE,
                    class_=f"o-{piece.owner}",
                )
            )
    drawn = element(
        "svg",
        *rects,
        viewBox=f"0 0 1000 {2 * _LANE + 2}",
        preserveAspectRatio="none",
        class_="strip",
        role="img",
        aria_label=f"{shorten(strip.name, LONGEST)}: {_owners(strip.classes)}",
    )
    name = shorten(strip.name, LONGEST)
    summary = element(
        "summary",
        element("span", f"…{name[1 - SHOWN :]}" if len(name) > SHOWN else name, class_="strip-name", title=name),
        drawn,
        element("span", _figure(strip), class_="strip-figure"),
    )
    return element("details", summary, element("div", *_listed(strip), class_="runs"), class_="strip-row")


def _figure(strip: Strip) -> str:
    """Bytes that differ, and how many there are."""
    return f"{strip.classes.differing.most:,} of {strip.sizes.most:,}"


def _listed(strip: Strip) -> Iterator[Markup]:
    yield element("p", _owners(strip.classes), class_="muted")
    runs = sorted((run for side in strip.runs for run in side), key=lambda run: (-run.length, run.offset, run.side))
    if not runs:
        return
    kept = sorted(runs[:MOST_RUNS], key=lambda run: (run.offset, run.side))
    rows = [(run.side, f"{run.offset:#x}", f"{run.length:,}", OWNERS[run.owner], _why(run)) for run in kept]
    yield table(("file", "offset", "bytes", "owner", "why"), rows, (1, 2))
    if len(runs) > len(kept):
        yield element("p", f"the longest {len(kept)} of {len(runs):,} runs; --spans writes all", class_="muted")


def _why(run: OwnedRun) -> str:
    causes = ", ".join(run.causes)
    return shorten(f"{causes}: {run.how}" if causes and run.how else causes or run.how, LONGEST)


def _words(piece: _Piece) -> str:
    if piece.runs == 1:
        run = piece.first
        return f"{run.side} {run.offset:#x}, {amount(run.length, 'byte')}: {OWNERS[run.owner]}; {_why(run)}"
    first = piece.first
    many = f"{piece.runs:,} runs, {amount(piece.length, 'byte')}"
    return f"{first.side} from {first.offset:#x}: {many}, {OWNERS[piece.owner]}"


def _owners(classes: Classes) -> str:
    parts = [
        f"{getattr(classes, owner).most:,} {word}" for owner, word in OWNERS.items() if getattr(classes, owner).most
    ]
    if classes.contradicted.most:
        parts.append(f"{classes.contradicted.most:,} contradicted")
    return f"{classes.differing.most:,} bytes differ: {', '.join(parts) or 'none'}"


def _present(classes: Classes) -> set[str]:
    return {owner for owner in OWNERS if getattr(classes, owner).most}


def _pieces(strip: Strip, cells: int) -> tuple[list[_Piece], list[_Piece]]:
    """The runs of each side, those within one part of the strip taken together by owner."""
    scale = cells / max(strip.sizes.most, 1)
    a, b = strip.runs
    return _joined(a, strip.starts.a, scale, cells), _joined(b, strip.starts.b, scale, cells)


def _joined(runs: Sequence[OwnedRun], begin: int, scale: float, cells: int) -> list[_Piece]:
    found: list[_Piece] = []
    for run in runs:
        start = min(int((run.offset - begin) * scale), cells - 1)
        end = min(max(start + 1, ceil((run.offset - begin + run.length) * scale)), cells)
        last = found[-1] if found else None
        if last is None or start > last.end or (start == last.end and run.owner != last.owner):
            found.append(_Piece(start, end, run.owner, 1, run.length, run))
        elif run.owner == last.owner:
            found[-1] = _Piece(
                last.start, max(end, last.end), run.owner, last.runs + 1, last.length + run.length, last.first
            )
        elif start >= last.end:
            found.append(_Piece(start, end, run.owner, 1, run.length, run))
        elif end > last.end:
            found.append(_Piece(last.end, end, run.owner, 1, run.length, run))
        elif run.owner == "unexplained" or run.length > last.length:
            # Two owners within one part: what is not explained must be seen, else the larger is.
            first = _Piece(last.start, last.end, run.owner, last.runs + 1, last.length + run.length, run)
            found[-1] = first if last.owner != "unexplained" else last
    return found


def _places(rows: Sequence[SectionRow]) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
    """Start and index of each row that has bytes, by side, in file order."""
    a = sorted((row.a[0], index) for index, row in enumerate(rows) if row.a is not None and row.a[1])
    b = sorted((row.b[0], index) for index, row in enumerate(rows) if row.b is not None and row.b[1])
    return a, b


def _part(row: SectionRow, index: int) -> Sides:
    """Offset (0) or size (1) of the row on both sides; 0 on the side that lacks it."""
    return Sides(row.a[index] if row.a is not None else 0, row.b[index] if row.b is not None else 0)


def _patterns() -> Markup:
    """One pattern an owner beside its colour, so that nothing is told by colour alone."""
    marks = {
        "payload": "M0 6L6 0",
        "input": "M0 0L6 6M0 6L6 0",
        "consequence": "M0 3H6",
        "hash": "M3 0V6",
        "unexplained": "M0 0H3V3H0ZM3 3H6V6H3Z",
    }
    found = [
        element(
            "pattern",
            element("rect", width=6, height=6, class_=f"f-{owner}"),
            element("path", d=path, class_=f"m-{owner}"),
            id=f"p-{owner}",
            width=6,
            height=6,
            patternUnits="userSpaceOnUse",
        )
        for owner, path in marks.items()
    ]
    return element("svg", element("defs", *found), width=0, height=0, class_="defs", aria_hidden="true")
