"""Plant unrelated edits in one file of a pair, and see that none of them is explained away.

``python -m benchmarks.mutation [--edits N] [--seed S] [--only FAMILY] A,B …``. Edits are drawn over all of B's bytes,
over what its tables describe, and over every kind of run that the ledger of the unedited pair owns; several are planted
in one copy of B, far from each other.

An edit is *excused* if one of its bytes is owned as root or consequence afterwards. It is *seen* if a byte of it counts
as differing, contradicted or moved; else it is *unseen*. An edit in functions is *unnamed* unless one of them is among
those that differ. What goes excused, unseen or unnamed beside other edits is planted once more alone; there an edit is
seen *elsewhere* if the ledger has more unexplained or contradicted bytes than without it. One that only another edit
excuses, which is seen itself, is *coherent* with it: a slot and the symbol that it is bound to. One edit of code in
each copy is planted alone to see that the verdict on code is "differs"; else it is *the same code*.
"""

from __future__ import annotations

import argparse
import bisect
import random
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from benchmarks.edits import Edit, Maker, Subject, coverage, families
from benchmarks.edits_of_references import References
from elfdiff.accounting.books import Books
from elfdiff.accounting.claims import Owner
from elfdiff.accounting.ledger import ledger_of
from elfdiff.accounting.side import Class
from elfdiff.accounting.verdict import code_verdict
from elfdiff.comparison.alignment.alignment import Alignment
from elfdiff.comparison.code.functions import FunctionStatus
from elfdiff.comparison.pair import compare
from elfdiff.comparison.runs import Runs
from elfdiff.comparison.texts.rewrites import RewriteKind
from elfdiff.elf.file import ElfFile, parse
from elfdiff.errors import ElfdiffError
from elfdiff.report import Code, Ledger, Role

A_BATCH = 20
APART = 256
FAILURES = ("excused", "unseen", "unnamed", "the same code")


@dataclass(frozen=True, eq=False)
class Accounted:
    """A pair with its ledger. ``ledger`` goes in the alignment's own direction."""

    alignment: Alignment
    books: Books
    ledger: Ledger

    @classmethod
    def of(cls, a: ElfFile, b_data: bytes) -> Accounted:
        """Account for a and a changed b; every inferred rewrite counts as owned by a root."""
        pair = compare(a, parse(b_data, "b"))
        owners = {
            rewrite.id: (Owner("root", Role.ROOT),)
            for rewrite in pair.rewrites
            if rewrite.kind is not RewriteKind.OPAQUE
        }
        books = Books(pair.alignment.forward, owners, ())
        return cls(pair.alignment, books, ledger_of(books))

    @property
    def kind(self) -> npt.NDArray[np.uint8]:
        """The class of every byte of b."""
        return (self.books.a if self.alignment.swapped else self.books.b).kind

    @property
    def owner(self) -> npt.NDArray[np.uint16]:
        """What every byte of b is labelled with."""
        return (self.books.a if self.alignment.swapped else self.books.b).owner

    @property
    def contradicted(self) -> npt.NDArray[np.bool_]:
        """Bytes of b that were predicted to differ."""
        return self.books.contradicted_in_a() if self.alignment.swapped else self.books.contradicted

    @property
    def runs(self) -> Runs:
        """From b to a."""
        runs = self.alignment.forward.runs
        return runs if self.alignment.swapped else runs.inverse()

    @property
    def open(self) -> int:
        """Bytes that nothing explains."""
        totals = self.ledger.totals
        return totals.unexplained.most + totals.contradicted.most

    def partner(self, at: int) -> int:
        """Where b's byte stands in a; -1 if nowhere."""
        place, whole = self.runs.map_fields(np.array([at], dtype=np.int64), 1)
        return int(place[0]) if whole[0] else -1

    def owned(self) -> dict[str, npt.NDArray[np.int64]]:
        """Offsets of b that are owned as root or consequence, by section and by what is said of them."""
        kind, owner = self.kind, self.owner
        out: dict[str, npt.NDArray[np.int64]] = {}
        for piece in self.alignment.b.pieces:
            for code in (Class.ROOT, Class.CONSEQUENCE):
                at = np.flatnonzero(kind[piece.start : piece.end] == code).astype(np.int64) + piece.start
                for label in np.unique(owner[at]).tolist():
                    how = self.books.labels[label][1] if code is Class.CONSEQUENCE else ""
                    name = " ".join(word for word in (code.name.lower(), piece.name, how) if word)
                    places = at[owner[at] == label]
                    out[name] = np.sort(np.concatenate((out[name], places))) if name in out else places
        return out

    @property
    def subject(self) -> Subject:
        """b, to be edited."""
        return Subject(self.alignment.b.elf, self.runs, self.alignment.a.elf.data, self.owned())

    def names(self, at: int) -> bool:
        """A function that holds this byte of b is said to differ."""
        fine = (FunctionStatus.SAME, FunctionStatus.MOVED)
        return any(m.b_span is not None and at in m.b_span and m.status not in fine for m in self.alignment.matches)

    def code(self) -> Code | None:
        """The verdict on all code."""
        return code_verdict(self.alignment, self.ledger)


def supply(subject: Subject, rng: random.Random, only: str) -> Iterator[Edit]:
    """Edits without end, of families whose name contains ``only``; first one of every kind of owned run."""
    makers = {**families(subject), **References(subject).families()}
    if only in "owned":
        yield from coverage(subject, rng)
    chosen: Sequence[Sequence[Maker]] = [makers[name] for name in sorted(makers) if only in name]
    while chosen:
        edit = rng.choice(rng.choice(chosen))(rng)
        if edit is not None:
            yield edit


def changes(data: bytes, edit: Edit) -> bool:
    """The edit lies inside the file and alters it."""
    inside = all(at >= 0 and at + len(new) <= len(data) for at, new in edit.writes)
    return inside and any(data[at : at + len(new)] != new for at, new in edit.writes)


def planted(data: bytes, edits: Sequence[Edit]) -> bytes:
    """The file with these edits."""
    changed = bytearray(data)
    for edit in edits:
        for at, new in edit.writes:
            changed[at : at + len(new)] = new
    return bytes(changed)


def judge(before: bytes, edit: Edit, now: Accounted, base: Accounted) -> tuple[str, str]:
    """("excused", what owns it), ("unseen", "") or ("flagged", class).

    A byte that became equal to another byte than before is seen: it counts as moved, with a breakpoint of its own.
    """
    classes: Counter[str] = Counter()
    kind, contradicted = now.kind, now.contradicted
    for at, new in edit.writes:
        for place in range(at, at + len(new)):
            if new[place - at] == before[place]:
                continue
            found = Class(int(kind[place]))
            if found in (Class.ROOT, Class.CONSEQUENCE):
                return "excused", f"{found.name.lower()}: {now.books.labels[int(now.owner[place])][1]}"
            if found is not Class.SAME:
                classes[found.name.lower()] += 1
            elif contradicted[place]:
                classes["contradicted"] += 1
            elif now.partner(place) != base.partner(place):
                classes["moved"] += 1
    return ("flagged", ",".join(sorted(classes))) if classes else ("unseen", "")


class Trial:
    """Edits planted in one pair, and how each of them came out."""

    def __init__(self, a_path: str, b_path: str, seed: int, only: str = "") -> None:
        self.a = parse(Path(a_path).read_bytes(), a_path)
        self.data = Path(b_path).read_bytes()
        self.base = Accounted.of(self.a, self.data)
        self.subject = self.base.subject
        self.kinds = len(self.subject.owned)
        self.starts = [start for start, _ in self.subject.functions]
        self.rng = random.Random(seed)
        self.supply = (edit for edit in supply(self.subject, self.rng, only) if changes(self.data, edit))
        self.outcome: Counter[str] = Counter()
        self.lines: list[str] = []

    def run(self, count: int) -> Counter[str]:
        """Plant ``count`` edits and count the outcomes."""
        left = count
        while left > 0:
            batch = self._batch(min(A_BATCH, left))
            left -= len(batch)
            self._plant(batch)
        return self.outcome

    def _batch(self, size: int) -> list[Edit]:
        """Edits that stand apart, and at most one of a header: damaged headers change what everything else means."""
        batch: list[Edit] = []
        used: list[int] = []
        tried = 0
        while len(batch) < size and tried < 50 * size:
            tried += 1
            edit = next(self.supply)
            if any(abs(at - other) < APART for at, _ in edit.writes for other in used):
                continue
            if any(self._in_header(e) for e in batch) and self._in_header(edit):
                continue
            used += [at for at, _ in edit.writes]
            batch.append(edit)
        return batch

    def _in_header(self, edit: Edit) -> bool:
        tables = [
            p for p in self.subject.image.pieces if p.name in ("ELF header", "program headers", "section headers")
        ]
        return any(p.start <= at < p.end for at, _ in edit.writes for p in tables)

    def _plant(self, batch: list[Edit]) -> None:
        """A file that is malformed is an answer, if the edit that made it so is in it alone."""
        try:
            now = Accounted.of(self.a, planted(self.data, batch))
        except ElfdiffError:
            if len(batch) == 1:
                self.outcome["refused"] += 1
                return
            half = len(batch) // 2
            self._plant(batch[:half])
            self._plant(batch[half:])
            return
        for edit in batch:
            self._judge(edit, now)
        in_code = [edit for edit in batch if self._functions(edit)]
        if in_code:
            self._verdict(self.rng.choice(in_code))

    def _judge(self, edit: Edit, now: Accounted) -> None:
        result, detail = self._result(edit, now)
        if result in ("excused", "unseen", "unnamed"):
            together = result
            try:
                now = Accounted.of(self.a, planted(self.data, [edit]))
            except ElfdiffError:
                self.outcome["refused"] += 1
                return
            result, detail = self._result(edit, now)
            if result == "unseen" and now.open > self.base.open:
                result = "elsewhere"
            if together == "excused" and result != "excused":
                result = "coherent"
        self.outcome[result] += 1
        if result in (*FAILURES, "coherent"):
            self._line(result, edit, detail)

    def _result(self, edit: Edit, now: Accounted) -> tuple[str, str]:
        result, detail = judge(self.data, edit, now, self.base)
        functions = self._functions(edit).values()
        if result == "flagged" and functions and now.code() is not None and not any(map(now.names, functions)):
            result = "unnamed"
        return result, detail

    def _functions(self, edit: Edit) -> dict[int, int]:
        """One changed byte of every function that the edit changes, by the function's index."""
        out: dict[int, int] = {}
        for at, new in edit.writes:
            for place in range(at, at + len(new)):
                index = bisect.bisect_right(self.starts, place) - 1
                if new[place - at] != self.data[place] and index >= 0 and place < self.subject.functions[index][1]:
                    out.setdefault(index, place)
        return out

    def _verdict(self, edit: Edit) -> None:
        try:
            now = Accounted.of(self.a, planted(self.data, [edit]))
        except ElfdiffError:
            return
        verdict = now.code()
        if verdict is not None:
            self.outcome["code differs" if verdict is Code.DIFFERS else "the same code"] += 1
            if verdict is not Code.DIFFERS:
                self._line("the same code", edit, verdict.value)

    def _line(self, result: str, edit: Edit, detail: str) -> None:
        writes = ", ".join(
            f"{at:#x}: {self.data[at : at + len(new)].hex()[:40]} -> {new.hex()[:40]}" for at, new in edit.writes
        )
        self.lines.append(f"  {result}: {edit.kind} at {writes} {detail}".rstrip())


def main() -> int:
    """Print one line a pair, and the sum."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--edits", type=int, default=250)
    parser.add_argument("--seed", type=int, default=None)
    parser.add_argument("--only", default="")
    parser.add_argument("pairs", nargs="+", metavar="A,B")
    arguments = parser.parse_args()
    seed = arguments.seed if arguments.seed is not None else random.SystemRandom().randrange(1 << 32)
    total: Counter[str] = Counter()
    print(f"seed {seed}")
    for text in arguments.pairs:
        a_path, b_path = text.split(",")
        start = time.perf_counter()
        trial = Trial(a_path, b_path, seed, arguments.only)
        total += trial.run(arguments.edits)
        for line in trial.lines:
            print(line)
        counts = ", ".join(f"{name} {count}" for name, count in sorted(trial.outcome.items()))
        seconds = time.perf_counter() - start
        print(f"{a_path}: {counts}; {trial.kinds} kinds of owned runs; {seconds:.1f} s", flush=True)
    print("all: " + ", ".join(f"{name} {count}" for name, count in sorted(total.items())))
    return 1 if any(total[name] for name in FAILURES) else 0


if __name__ == "__main__":
    sys.exit(main())
