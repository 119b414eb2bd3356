"""Digests modulo the causes of real pairs: equal where nothing is left, and never once an edit was planted.

``python -m benchmarks.modulo [--edits N] [--seed S] [A,B …]``. The pairs are the samples, the same without symbols
(their build IDs cannot be computed again), and those that are named. Each is judged modulo all its roots and inputs,
and modulo content-hash where a digest cannot be computed again: the digests should be equal exactly where the ledger
leaves nothing and every cause can be masked. Then edits are planted in b of the pairs that are equal: a bit flipped, a
byte, a blank or a word set, two words exchanged; over all bytes of b, near values, and over the bytes of each class.
None may leave the digests equal. What an allowed cause sets freely is no place for an edit: a time may be any time, a
digest any digest where content-hash is allowed, and a directory that one text alone holds may be any that the path
begins with. Edits of such values are planted too, and told apart.
"""

from __future__ import annotations

import argparse
import random
import re
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from tabulate import tabulate

from elfdiff.causes import cause_of
from elfdiff.diagnose import diagnose
from elfdiff.elf.file import parse
from elfdiff.errors import ElfdiffError
from elfdiff.modulo import with_modulo
from elfdiff.outcome import only_allowed, settled
from elfdiff.report import Report, Role

HOUSE = Path(__file__).resolve().parents[1]
SAMPLES = HOUSE / "samples"
HASH = "content-hash"
PATHS = frozenset({"build-path", "toolchain-path", "temporary-path"})
"""Causes whose values are directories: a text tells where one ends only if another text begins with it, too."""
NEAR = 24
"""Bytes."""


@dataclass(frozen=True)
class Case:
    """A pair with the causes that it is judged modulo."""

    name: str
    a: Path
    b: Path
    allowed: tuple[str, ...]
    report: Report

    @property
    def nothing_left(self) -> bool:
        """True if the ledger leaves nothing."""
        return only_allowed(self.report, self.allowed)

    @property
    def unread(self) -> tuple[str, ...]:
        """Causes that cannot be masked."""
        found = (cause_of(name) for name in self.allowed if name != HASH)
        return tuple(item.id for item in found if item is not None and not item.maskable)

    @property
    def free(self) -> frozenset[str]:
        """Classes of bytes that what is allowed sets freely."""
        return frozenset(("payload", "hash") if HASH in self.allowed else ("payload",))


def files(named: Sequence[str], place: Path) -> Iterator[tuple[str, Path, Path]]:
    """The samples that are two files, those that strip can strip without symbols, then what was named."""
    for folder in sorted(SAMPLES.iterdir()):
        if all((folder / side).is_file() for side in "ab"):
            yield folder.name, folder / "a", folder / "b"
            bare = [place / f"{folder.name}.{side}" for side in "ab"]
            commands = [["strip", "-o", str(out), str(folder / out.suffix[1:])] for out in bare]
            if all(subprocess.run(command, capture_output=True, check=False).returncode == 0 for command in commands):
                yield f"{folder.name}, stripped", *bare
    for pair in named:
        a, b = map(Path, pair.split(","))
        yield f"{a.parent.name}/{a.name}", a, b


def case(name: str, a: Path, b: Path) -> Case | None:
    """The pair modulo its roots and inputs; None if it cannot be compared or has no root."""
    report = diagnose(str(a), str(b), with_proof=True)
    allowed = tuple(finding.cause for finding in report.findings if finding.role is not Role.CONSEQUENCE)
    if report.ledger is None or not allowed:
        return None
    found = with_modulo(settled(report, allowed))
    if found.modulo is not None and any(HASH in why for why in found.modulo.left):
        allowed = (*allowed, HASH)
        found = with_modulo(settled(report, allowed))
    return Case(name, a, b, allowed, found)


def places(one: Case, size: int) -> dict[str, list[range]]:
    """Ranges of b to plant in: "any" byte that is no freely set value, "near" one, and those of each class."""
    assert one.report.ledger is not None
    found: dict[str, list[range]] = {}
    runs = [run for run in one.report.ledger.runs if run.side == "b"]
    for run in runs:
        found.setdefault(run.owner, []).append(range(run.offset, run.offset + run.length))
    free = [part for owner, parts in found.items() if owner in one.free for part in parts]
    values, near = bytearray(size), bytearray(size)
    for part in (*free, *whole_values(one, found.get("payload", []))):
        values[part.start : part.stop] = b"\1" * len(part)
        low, high = max(part.start - NEAR, 0), min(part.stop + NEAR, size)
        near[low:high] = b"\1" * (high - low)
    for name, chosen in (("any", b"\1" * size), ("near", near)):
        kept = bytes(one and not value for one, value in zip(chosen, values, strict=True))
        found[name] = [range(part.start(), part.end()) for part in re.finditer(b"\1+", kept)]
    return {owner: [part for part in parts if part] for owner, parts in found.items() if any(parts)}


def whole_values(one: Case, payload: Sequence[range]) -> Iterator[range]:
    """Values in b of which some byte is copied (of a path all but the name), and IDs where any digest may stand."""
    for finding in one.report.findings:
        for item in finding.evidence if finding.role is not Role.CONSEQUENCE else ():
            place = item.b
            if place is None or place.within != "file":
                continue
            length = place.value.rfind("/") + 1 if finding.cause in PATHS else place.length
            part = range(place.offset, place.offset + length)
            if any(max(part.start, run.start) < min(part.stop, run.stop) for run in payload):
                yield part
    if HASH in one.allowed and one.report.b.format is not None:
        for note in parse(one.b.read_bytes(), "b").notes:
            if note.owner in ("GNU", "Go"):
                yield range(note.description_span.start, note.description_span.end)


def edited(data: bytes, parts: Sequence[range], drawn: random.Random) -> tuple[bytes, str]:
    """b with one edit in one of the ranges, and what was done."""
    whole = sum(map(len, parts))
    while True:
        at = drawn.randrange(whole)
        for part in parts:
            if at < len(part):
                break
            at -= len(part)
        left = len(part) - at
        at += part.start
        new = bytearray(data)
        how = drawn.choice(("flip", "flip", "byte", "blank", "word", "exchange"))
        if how == "flip":
            new[at] ^= 1 << drawn.randrange(8)
        elif how == "byte":
            new[at] = drawn.randrange(256)
        elif how == "blank":
            new[at] = drawn.choice(b" \t\n\0")
        elif how == "word":
            width = min(4, left)
            new[at : at + width] = drawn.randbytes(width)
        elif left >= 8:
            new[at : at + 4], new[at + 4 : at + 8] = data[at + 4 : at + 8], data[at : at + 4]
        if new != data:
            return bytes(new), f"{how} at {at:#x}"


def equal(case: Case, b: bytes, folder: Path) -> bool:
    """True if the digests are equal; a file that cannot be read has none."""
    path = folder / "b"
    path.write_bytes(b)
    try:
        report = diagnose(str(case.a), str(path), with_proof=True)
        found = with_modulo(settled(report, case.allowed))
    except ElfdiffError:
        return False
    return found.modulo is not None and found.modulo.equal


def main() -> int:
    """Judge, plant, print; 1 if a planted edit left the digests equal, or a pair is not as it should be."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pairs", metavar="A,B", nargs="*")
    parser.add_argument("--edits", type=int, default=500)
    parser.add_argument("--seed", type=int, default=20261130)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        return judged_and_planted(arguments, Path(folder))


def judged_and_planted(arguments: argparse.Namespace, folder: Path) -> int:
    """Both tables; the exit code."""
    pairs = files(arguments.pairs, folder)
    cases = [found for name, a, b in pairs if (found := case(name, a, b)) is not None]
    rows, wrong = [], 0
    for one in cases:
        assert one.report.modulo is not None
        same = one.report.modulo.equal
        why = "; ".join(one.report.modulo.left)
        rows.append([one.name, ", ".join(one.allowed), one.nothing_left, ", ".join(one.unread), same, why])
        wrong += same != (one.nothing_left and not one.unread)
    heads = ["pair", "modulo", "nothing left", "not maskable", "equal", "why not"]
    print(tabulate(rows, headers=heads, tablefmt="github"))
    whole = [one for one in cases if one.report.modulo is not None and one.report.modulo.equal]
    print(f"\n{len(cases)} pairs, {len(whole)} equal, {wrong} not as they should be")
    drawn = random.Random(arguments.seed)
    counts: Counter[tuple[str, bool]] = Counter()
    planted = 0
    while planted < arguments.edits and whole:
        one = drawn.choice(whole)
        data = one.b.read_bytes()
        where = places(one, len(data))
        owner = drawn.choice(["any", "any", *where])
        b, how = edited(data, where[owner], drawn)
        same = equal(one, b, folder)
        counts[f"{owner}, set freely" if owner in one.free else owner, same] += 1
        freely = owner in one.free
        planted += not freely
        if same and not freely:
            print(f"EQUAL {one.name}: {how}, {owner}, modulo {', '.join(one.allowed)}", flush=True)
    owners = sorted({owner for owner, _ in counts})
    table = [[owner, counts[owner, True] + counts[owner, False], counts[owner, True]] for owner in owners]
    print("\n" + tabulate(table, headers=["planted in", "edits", "equal"], tablefmt="github"))
    excused = sum(count for (owner, same), count in counts.items() if same and not owner.endswith("freely"))
    print(f"\n{planted} edits, {excused} left the digests equal")
    return 1 if wrong or excused else 0


if __name__ == "__main__":
    sys.exit(main())
