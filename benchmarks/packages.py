"""Packages side by side with diffoscope: processor time, memory, and how long each report is.

    python -m benchmarks.packages [--diffoscope COMMAND] [--edits N] [--many FILES] A,B …

Each pair is compared once by each program, one after the other, as a user would call it. With --edits, N bytes of the
second package are changed one after the other, in what it holds uncompressed and in itself, and none of the changed
bytes may be owned as a consequence: the ledger must differ, or the package must be refused. With --many, a tree of so
many files of which twenty differ is held against reading and hashing both trees and comparing the twenty pairs alone.
"""

from __future__ import annotations

import argparse
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from tabulate import tabulate

from elfdiff.errors import ElfdiffError
from elfdiff.tree import Tree
from elfdiff.trees.options import TreeOptions
from elfdiff.trees.paths import compare_paths

LIMIT = 1800
"""Seconds that a program may take."""


def measured(command: Sequence[str]) -> tuple[float, int, int, str]:
    """Processor seconds of the program and its children, kilobytes of the largest, lines, and the last one."""
    with tempfile.TemporaryFile() as out:
        process = subprocess.Popen(command, stdout=out, stderr=subprocess.DEVNULL)
        _, _, usage = os.wait4(process.pid, 0)
        out.seek(0)
        lines = out.read().decode("utf-8", "replace").splitlines()
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss, len(lines), lines[-1] if lines else ""


def side_by_side(pairs: Sequence[tuple[str, str]], diffoscope: str | None) -> str:
    """The table."""
    rows = []
    for a, b in pairs:
        seconds, memory, lines, last = measured([sys.executable, "-m", "elfdiff", a, b])
        row = [os.path.basename(a), os.path.getsize(a) if os.path.isfile(a) else "-", f"{seconds:.1f}", memory // 1024]
        row += [lines, last.partition("result=")[2].partition(" code=")[0]]
        if diffoscope is not None:
            seconds, memory, lines, _ = measured([*diffoscope.split(), a, b])
            row += [f"{seconds:.1f}", memory // 1024, lines]
        rows.append(row)
    heads = ["pair", "bytes", "s", "MB", "lines", "elfdiff says"]
    return tabulate(rows, heads + (["diffoscope s", "MB", "lines"] if diffoscope else []), tablefmt="github")


HASHING = """
import hashlib, os, sys
for top in sys.argv[1:]:
    for folder, _, names in os.walk(top):
        for name in names:
            with open(os.path.join(folder, name), "rb") as file:
                hashlib.sha256(file.read()).digest()
"""
ALONE = """
import os, sys
from elfdiff.trees.options import TreeOptions
from elfdiff.trees.paths import compare_paths
for name in sys.argv[3:]:
    compare_paths(os.path.join(sys.argv[1], name), os.path.join(sys.argv[2], name), TreeOptions())
"""
SAMPLE = Path(__file__).parent.parent / "samples" / "build-path-file-macro"


def many(files: int) -> str:
    """Processor seconds of a tree of which twenty files differ, and of what it cannot do without."""
    with tempfile.TemporaryDirectory() as home:
        changed = [f"d{number % 50}/f{number}" for number in range(0, files, max(files // 20, 1))][:20]
        for side in "ab":
            draw = random.Random(1)
            for number in range(files):
                path = Path(home, side, f"d{number % 50}", f"f{number}")
                path.parent.mkdir(parents=True, exist_ok=True)
                name = str(path.relative_to(Path(home, side)))
                path.write_bytes((SAMPLE / side).read_bytes() if name in changed else draw.randbytes(30_000))
        sides = [os.path.join(home, side) for side in "ab"]
        tree = measured([sys.executable, "-m", "elfdiff", *sides])[0]
        hashing = measured([sys.executable, "-c", HASHING, *sides])[0]
        alone = measured([sys.executable, "-c", ALONE, *sides, *changed])[0]
    told = f"{tree:.2f} s; reading and hashing {hashing:.2f} s, the {len(changed)} pairs alone {alone:.2f} s"
    return f"a tree of {files} files: {told}; {tree / (hashing + alone):.2f} times"


def planted(a: str, b: str, edits: int, seed: int) -> str:
    """How many single edits of b are seen, refused, or excused."""
    draw = random.Random(seed)
    with open(b, "rb") as file:
        data = file.read()
    before = compare_paths(a, b, TreeOptions())
    counts = {"seen": 0, "in a value that a cause owns": 0, "refused": 0, "excused": 0}
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, os.path.basename(b))
        for _ in range(edits):
            edited = bytearray(data)
            edited[draw.randrange(len(edited))] ^= 1 << draw.randrange(8)
            with open(path, "wb") as file:
                file.write(edited)
            try:
                found = compare_paths(a, path, TreeOptions())
            except ElfdiffError:
                counts["refused"] += 1
                continue
            word = "seen" if _is_seen(before, found) else "excused"
            if word == "excused" and _is_a_value(compare_paths(b, path, TreeOptions())):
                word = "in a value that a cause owns"
            counts[word] += 1
    return f"{os.path.basename(b)}: " + ", ".join(f"{count} {word}" for word, count in counts.items())


def _is_seen(before: object, found: object) -> bool:
    """A byte more is unexplained or owned by a cause, an entry failed, or a finding is new."""
    if not isinstance(before, Tree) or not isinstance(found, Tree):
        return False
    if found.exit == 2 or found.ledger is None or before.ledger is None:
        return True
    left, right = before.ledger.totals, found.ledger.totals
    beyond = [classes.unexplained + classes.payload + classes.root + classes.input for classes in (left, right)]
    return beyond[0] != beyond[1] or left.hash != right.hash


def _is_a_value(edit: object) -> bool:
    """The edit alone is payload: another time, say, where the two times differed before."""
    totals = edit.ledger.totals if isinstance(edit, Tree) and edit.ledger is not None else None
    return totals is not None and totals.differing.most > 0 and totals.differing == totals.payload


def main() -> int:
    """0 unless an edit was excused."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pairs", nargs="*", metavar="A,B")
    parser.add_argument("--many", type=int, default=0, metavar="FILES")
    parser.add_argument("--diffoscope", metavar="COMMAND", help="such as: diffoscope --no-progress")
    parser.add_argument("--edits", type=int, default=0)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    pairs = [(a, b) for a, _, b in (pair.partition(",") for pair in args.pairs)]
    if args.many:
        print(many(args.many))
    if args.edits:
        begun = time.monotonic()
        lines = [planted(a, b, args.edits, args.seed) for a, b in pairs]
        print("\n".join([*lines, f"{time.monotonic() - begun:.0f} s"]))
        return 1 if any(" 0 excused" not in line for line in lines) else 0
    if pairs:
        print(side_by_side(pairs, args.diffoscope))
    return 0


if __name__ == "__main__":
    sys.exit(main())
