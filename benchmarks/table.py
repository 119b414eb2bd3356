"""The whole table of speed: this checkout beside another one and diffoscope, run in turn, as Markdown.

    python benchmarks/table.py --baseline DIRECTORY [--work DIRECTORY] [--runs N] [--only WORD] [--give-up SECONDS]
                               [--uv A,B] [--huge A,B] [--no-peer] [--no-growth]

``--baseline`` is another checkout (``git worktree add DIRECTORY 7d3a66d``). Lua and SQLite are built as by ledger.py
(``apt-get source``), the Go pairs from a program written here, the pairs of growth.py by gcc; what was built in
``--work`` before is taken. ``--uv``: uv 0.13.8 and 0.13.9 from their wheels. ``--huge``: two files of 150 MB. What
cannot be built is left out with a word. Every figure is the median of the runs in processor seconds; ratios are of runs
made in turn, so that a busy machine slows both. The peak of memory is that of one process.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.growth import pairs as growth_pairs
from benchmarks.speed import ELFDIFF, HOUSE, Cost, cost, other_build_id

GO = """package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
)

func main() {
	http.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) { json.NewEncoder(w).Encode(r.URL.Path) })
	fmt.Println(http.ListenAndServe(os.Args[1], nil))
}
"""
MANY = 9
"""Runs of what takes less than a second, at least."""


@dataclass(frozen=True)
class Row:
    """One line: a call of elfdiff; ``goal`` is the most of the baseline's time that it may take, None without one."""

    name: str
    arguments: tuple[str, ...]
    goal: float | None = None
    peer: bool = False


def go_pairs(work: Path) -> list[Row]:
    """One program for two processors, and with and without cgo."""
    home = work / "go-server"
    home.mkdir(parents=True, exist_ok=True)
    (home / "main.go").write_text(GO)
    (home / "go.mod").write_text("module example.org/m\n\ngo 1.19\n")
    built = {"v1": {"GOAMD64": "v1"}, "v3": {"GOAMD64": "v3"}, "cgo": {"CGO_ENABLED": "1"}, "no": {"CGO_ENABLED": "0"}}
    for name, settings in built.items():
        if not (home / name).exists():
            subprocess.run(["go", "build", "-o", name, "."], cwd=home, env={**os.environ, **settings}, check=True)
    return [
        Row("Go, GOAMD64=v1 against v3", (str(home / "v1"), str(home / "v3")), 0.2),
        Row("Go, cgo against CGO_ENABLED=0", (str(home / "cgo"), str(home / "no")), 0.2),
    ]


def c_pairs(work: Path) -> list[Row]:
    """Lua and SQLite in two directories."""

    def both(name: str, file: str) -> tuple[str, ...]:
        found = tuple(str(work / name / folder / file) for folder in ("x1", "x2-a-longer-directory"))
        if not all(map(os.path.exists, found)):
            # In a process of its own: what this one holds would count as the memory of those that it starts.
            code = f"from pathlib import Path; from benchmarks.ledger import {name}; {name}(Path({str(work)!r}))"
            subprocess.run([sys.executable, "-c", code], cwd=HOUSE, check=True)
        return found

    return [
        Row("lua 5.4 -g, other path", both("lua", "program"), 0.43, True),
        Row("lua, stripped", both("lua", "program.stripped"), None, True),
        Row("sqlite3 -g, other path", both("sqlite", "program"), 0.5, True),
    ]


def rows(args: argparse.Namespace, work: Path) -> Iterator[Row]:
    """Every line but those of growth, small things first."""
    sample = HOUSE / "samples" / "build-path-file-macro"
    yield Row("`elfdiff --version`", ("--version",))
    yield Row("a pair of 18 KB", (str(sample / "a"), str(sample / "b")), 0.37, True)
    for make in (c_pairs, go_pairs):
        yield from _made(make, work)
    if args.uv:
        a, b = args.uv.split(",")
        yield Row("`sbom`, uv", ("sbom", a))
        yield Row("uv, another build ID", (a, other_build_id(a, work)), None, True)
        yield Row("uv 0.13.8 against 0.13.9", (a, b), 0.28, True)
    if args.huge:
        a, b = args.huge.split(",")
        yield Row("`inspect`, 150 MB", ("inspect", a))
        yield Row("150 MB", (a, b))


def _made(make: Callable[[Path], list[Row]], work: Path) -> list[Row]:
    try:
        return make(work)
    except (OSError, RuntimeError, StopIteration, subprocess.CalledProcessError) as error:
        print(f"{make.__name__} left out: {error}", file=sys.stderr)
        return []


def together(costs: Sequence[Cost]) -> Cost:
    """The median of each column."""
    return Cost(*(statistics.median(getattr(one, name) for one in costs) for name in ("wall", "processor", "memory")))


def measured(row: Row, args: argparse.Namespace) -> tuple[Cost, Cost | None, Cost | None]:
    """This checkout, the baseline and diffoscope."""
    here: list[Cost] = []
    there: list[Cost] = []
    runs = args.runs
    while len(here) < runs:
        here.append(_run([*ELFDIFF, *row.arguments], HOUSE))
        if args.baseline is not None:
            there.append(_run([*ELFDIFF, *row.arguments], args.baseline.resolve()))
        if here[0].processor < 1:
            runs = max(runs, MANY)
    peer = None
    if row.peer and not args.no_peer and shutil.which("diffoscope"):
        peer = cost(["diffoscope", "--text", os.devnull, *map(os.path.realpath, row.arguments)], args.give_up)
    return together(here), together(there) if there else None, peer


def _run(command: Sequence[str], house: Path) -> Cost:
    found = cost(command, None, house)
    assert found is not None
    return found


def main() -> int:
    """Build, measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--baseline", type=Path, metavar="DIRECTORY")
    parser.add_argument("--work", type=Path, metavar="DIRECTORY")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--only", metavar="WORD", default="")
    parser.add_argument("--give-up", type=float, default=400, metavar="SECONDS", help="stop diffoscope after this time")
    parser.add_argument("--uv", metavar="A,B")
    parser.add_argument("--huge", metavar="A,B")
    parser.add_argument("--no-peer", action="store_true")
    parser.add_argument("--no-growth", action="store_true")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as made:
        work = (args.work or Path(made)).resolve()
        work.mkdir(parents=True, exist_ok=True)
        print("| pair | baseline | now | diffoscope | of the baseline | goal | of diffoscope | wall / processor |")
        print("|---|---|---|---|---|---|---|---|")
        start = None
        for row in rows(args, work):
            if args.only not in row.name:
                continue
            now, before, peer = measured(row, args)
            start = now if row.name == "a pair of 18 KB" else start
            cells = [row.name, _cell(before), _cell(now), _cell(peer), _ratio(now, before), f"{row.goal or ''}"]
            print(f"| {' | '.join([*cells, _ratio(now, peer), f'{now.wall / now.processor:.2f}'])} |", flush=True)
        if not args.no_growth and start is not None:
            _growth(work / "growth", start)
    return 0


def _growth(home: Path, start: Cost) -> None:
    """Time and memory per MB of the larger file, above what the small pair costs."""
    print("\n| pair | larger file | processor | memory | s per MB | MB per MB |\n|---|---|---|---|---|---|")
    for pair in growth_pairs(home):
        found = _run([*ELFDIFF, pair.a, pair.b], HOUSE)
        size = max(os.path.getsize(pair.a), os.path.getsize(pair.b)) / 1e6
        seconds, memory = (found.processor - start.processor) / size, (found.memory - start.memory) / size
        print(
            f"| {pair.kind}, {pair.units}x | {size:.1f} MB | {found.processor:.2f} s | {found.memory:.0f} MB"
            f" | {seconds:.2f} | {memory:.1f} |",
            flush=True,
        )


def _cell(found: Cost | None) -> str:
    return "" if found is None else f"{found.processor:.2f} s, {found.memory:.0f} MB"


def _ratio(one: Cost, other: Cost | None) -> str:
    return "" if other is None else f"{one.processor / max(other.processor, 0.001):.2f}"


if __name__ == "__main__":
    sys.exit(main())
