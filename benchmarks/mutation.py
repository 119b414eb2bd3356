"""Plant unrelated edits in one file of a pair, and see that none of them is explained away.

``python benchmarks/mutation.py [--edits N] [--seed S] PAIR…`` where each PAIR is two paths joined by a comma. Every
edit
is drawn over B's bytes or over what B's tables describe; several are planted in one copy of B, far from each other.
An edit is *excused* if one of its bytes is owned as root or consequence afterwards, and *unseen* if no byte of it is
counted as differing or contradicted.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from elfdiff.accounting.ledger import Accountant, Class, Owner
from elfdiff.comparison.image import Image
from elfdiff.comparison.oneway import OneWay
from elfdiff.comparison.pair import compare
from elfdiff.comparison.rewrites import RewriteKind
from elfdiff.elf.file import ElfFile, parse
from elfdiff.errors import ElfdiffError
from elfdiff.report import Role

A_BATCH = 20
APART = 256


@dataclass(frozen=True, slots=True)
class Edit:
    """Bytes put at offsets of B; ``kind`` names how they were chosen."""

    kind: str
    writes: tuple[tuple[int, bytes], ...]


def ledger_of(a: ElfFile, b_data: bytes) -> tuple[Accountant, bool]:
    """Account for a and a changed b; every inferred rewrite counts as owned by a root. True: a and b are exchanged."""
    pair = compare(a, parse(b_data, "b"))
    owners = {
        rewrite.id: (Owner("root", Role.ROOT),) for rewrite in pair.rewrites if rewrite.kind is not RewriteKind.OPAQUE
    }
    accountant = Accountant(pair.alignment.forward, owners, ())
    accountant.ledger()
    return accountant, pair.alignment.swapped


def edits(b: ElfFile, forward: OneWay, swapped: bool, rng: random.Random) -> Iterator[Edit]:
    """An endless supply of edits of every kind that the file allows."""
    image = Image(b)
    makers = [maker for maker in _makers(b, image, forward, swapped) if maker is not None]
    while True:
        edit = rng.choice(makers)(rng)
        # Fields of inflated contents stand behind the file: nothing can be planted there.
        if edit is None or any(at + len(new) > len(b.data) for at, new in edit.writes):
            continue
        if all(b.data[at : at + len(new)] != new for at, new in edit.writes):
            yield edit


def _makers(
    b: ElfFile, image: Image, forward: OneWay, swapped: bool
) -> list[Callable[[random.Random], Edit | None] | None]:
    size = len(b.data)
    text = b.section(".text")
    rodata = b.section(".rodata")
    info = b.section(".debug_info")
    groups = {
        what: [o for o in forward.outcomes if o.prediction.fields.what == what]
        for what in ("code operand", "relocation addend", "symbol value", "symbol size", "section address",
                     "section offset",
                     "section size", "segment size", "segment address", "frame of function", "dynamic address",
                     "jump table",
                     "string offset in DWARF", "symbol name", "relocation offset", "frame search table")
    }  # fmt: skip

    def places(what: str) -> tuple[np.ndarray, np.ndarray, int] | None:
        found = [o for o in groups[what] if len(o.rows)]
        if not found:
            return None
        width = found[0].prediction.fields.width
        found = [o for o in found if o.prediction.fields.width == width]
        at = np.concatenate([o.prediction.fields.at[o.rows] if swapped else o.at for o in found])
        return at, image.numbers(at, width), width

    def anywhere(rng: random.Random) -> Edit:
        at = rng.randrange(size)
        return Edit("byte anywhere", ((at, bytes([b.data[at] ^ rng.randrange(1, 256)])),))

    def byte_in(section, kind: str):  # type: ignore[no-untyped-def]
        if section is None or section.span is None or not section.span.length:
            return None

        def make(rng: random.Random) -> Edit:
            at = rng.randrange(section.span.start, section.span.end)
            return Edit(kind, ((at, bytes([b.data[at] ^ rng.randrange(1, 256)])),))

        return make

    def word_in(section, kind: str):  # type: ignore[no-untyped-def]
        if section is None or section.span is None or section.span.length < 8:
            return None

        def make(rng: random.Random) -> Edit:
            at = rng.randrange(section.span.start, section.span.end - 4)
            return Edit(kind, ((at, rng.randbytes(4)),))

        return make

    def exchanged(what: str):  # type: ignore[no-untyped-def]
        """A field takes the value of another of its kind."""
        found = places(what)
        if found is None or len(found[0]) < 2:
            return None
        at, values, width = found

        def make(rng: random.Random) -> Edit | None:
            i, j = rng.randrange(len(at)), rng.randrange(len(at))
            value = int(values[j])
            if what == "code operand":
                value = int(values[j]) + int(at[j]) - int(at[i])
            if what == "frame of function":
                value = int(values[j]) + int(at[j]) - int(at[i])
            return Edit(what, ((int(at[i]), (value % (1 << 8 * width)).to_bytes(width, b.byte_order)),))

        return make

    def nudged(what: str):  # type: ignore[no-untyped-def]
        """A field moves by a small step, a multiple of 8 or 16 at times: what a shift of the layout would do."""
        found = places(what)
        if found is None:
            return None
        at, values, width = found

        def make(rng: random.Random) -> Edit:
            i = rng.randrange(len(at))
            step = rng.choice((1, -1, 7, 8, -8, 16, -16, 32, 64, 4096, -4096))
            return Edit(
                f"{what}, nudged",
                ((int(at[i]), ((int(values[i]) + step) % (1 << 8 * width)).to_bytes(width, b.byte_order)),),
            )

        return make

    def shifted_immediate(rng: random.Random) -> Edit | None:
        """A number in code that is no reference moves by exactly what the layout moved."""
        if text is None or text.span is None:
            return None
        taken = places("code operand")
        shifts = [int(x) for x in np.unique(forward.runs.b - forward.runs.a) if x]
        if taken is None or not shifts:
            return None
        at = rng.randrange(text.span.start, text.span.end - 4)
        near = taken[0]
        index = int(np.searchsorted(np.sort(near), at - 4))
        ordered = np.sort(near)
        if index < len(ordered) and abs(int(ordered[index]) - at) < 4:
            return None
        value = int.from_bytes(b.data[at : at + 4], b.byte_order) + rng.choice(shifts) * (-1 if swapped else 1)
        return Edit("immediate moved by a layout shift", ((at, (value % (1 << 32)).to_bytes(4, b.byte_order)),))

    def functions_swapped(rng: random.Random) -> Edit | None:
        table = b.symtab
        if table is None:
            return None
        rows = np.flatnonzero(((table.table["info"] & 15) == 2) & (table.table["size"] > 16))
        if len(rows) < 2:
            return None
        by_size: dict[int, list[int]] = defaultdict(list)
        for row in rows.tolist():
            by_size[int(table.table["size"][row])].append(int(table.table["value"][row]))
        sizes = [n for n, many in by_size.items() if len(set(many)) > 1]
        if not sizes or text is None or text.span is None:
            return None
        n = rng.choice(sizes)
        x, y = rng.sample(sorted(set(by_size[n])), 2)
        p, q = (v - text.address + text.span.start for v in (x, y))
        if not (text.span.start <= p and p + n <= text.span.end and text.span.start <= q and q + n <= text.span.end):
            return None
        if b.data[p : p + n] == b.data[q : q + n] or abs(p - q) < n:
            return None
        return Edit("functions swapped", ((p, b.data[q : q + n]), (q, b.data[p : p + n])))

    def pointer_and_relocation(rng: random.Random) -> Edit | None:
        """A pointer and its relocation's addend both name another function."""
        found = places("relocation addend")
        if found is None:
            return None
        at, values, width = found
        i, j = rng.randrange(len(at)), rng.randrange(len(at))
        new = (int(values[j]) % (1 << 8 * width)).to_bytes(width, b.byte_order)
        slot = b.offset_of(int(image.numbers(at[i : i + 1] - 16, 8)[0])) if width == 8 else None
        writes = [(int(at[i]), new)]
        if slot is not None and b.data[slot : slot + 8] == b.data[int(at[i]) : int(at[i]) + 8]:
            writes.append((slot, new))
        return Edit("pointer and relocation", tuple(writes))

    return [
        anywhere,
        anywhere,
        byte_in(text, "byte in .text"),
        byte_in(rodata, "byte in .rodata"),
        byte_in(b.section(".data"), "byte in .data"),
        byte_in(b.section(".eh_frame"), "byte in .eh_frame"),
        byte_in(b.section(".debug_line"), "byte in .debug_line"),
        word_in(info, "word in .debug_info"),
        exchanged("code operand"),
        exchanged("relocation addend"),
        exchanged("symbol value"),
        exchanged("jump table"),
        exchanged("string offset in DWARF"),
        exchanged("symbol name"),
        exchanged("frame of function"),
        nudged("code operand"),
        nudged("relocation addend"),
        nudged("relocation offset"),
        nudged("symbol value"),
        nudged("symbol size"),
        nudged("section address"),
        nudged("section offset"),
        nudged("section size"),
        nudged("segment size"),
        nudged("segment address"),
        nudged("dynamic address"),
        nudged("frame search table"),
        shifted_immediate,
        functions_swapped,
        pointer_and_relocation,
    ]


def partner_of(accountant: Accountant, swapped: bool, at: int) -> int:
    """Where B's byte stands in the other file; -1 if nowhere."""
    runs = accountant.alignment.runs if swapped else accountant.alignment.runs.inverse()
    place, whole = runs.map_fields(np.array([at], dtype=np.int64), 1)
    return int(place[0]) if whole[0] else -1


def judge(
    before: bytes, edit: Edit, accountant: Accountant, swapped: bool, base: tuple[Accountant, bool]
) -> tuple[str, str]:
    """("excused", what owns it) or ("unseen", "") or ("flagged", class).

    A byte that became equal to another byte than before is seen: it counts as moved, with a breakpoint of its own.
    """
    side = accountant.a if swapped else accountant.b
    classes: Counter[str] = Counter()
    seen = False
    for at, new in edit.writes:
        for index in range(len(new)):
            if new[index] == before[at + index]:
                continue
            kind = Class(int(side.kind[at + index]))
            if kind in (Class.ROOT, Class.CONSEQUENCE):
                return "excused", f"{kind.name.lower()}: {accountant.labels[int(side.owner[at + index])][1]}"
            if kind is not Class.SAME:
                seen = True
                classes[kind.name.lower()] += 1
            elif (not swapped and accountant.contradicted[at + index]) or (
                swapped and accountant.contradicted_in_a()[at + index]
            ):
                seen = True
                classes["contradicted"] += 1
            elif partner_of(accountant, swapped, at + index) != partner_of(*base, at + index):
                seen = True
                classes["moved"] += 1
    return ("flagged", ",".join(sorted(classes))) if seen else ("unseen", "")


def run(a_path: str, b_path: str, count: int, seed: int, verbose: bool) -> Counter[str]:
    """Plant ``count`` edits in one pair and count the outcomes."""
    with open(a_path, "rb") as file:
        a = parse(file.read(), a_path)
    with open(b_path, "rb") as file:
        data = file.read()
    b = parse(data, b_path)
    base, swapped = ledger_of(a, data)
    rng = random.Random(seed)
    supply = edits(b, base.alignment, swapped, rng)
    outcome: Counter[str] = Counter()
    left = count
    while left > 0:
        batch: list[Edit] = []
        used: list[int] = []
        while len(batch) < min(A_BATCH, left):
            edit = next(supply)
            if any(abs(at - other) < APART for at, _ in edit.writes for other in used):
                continue
            # One damaged header at a time: they change what everything else means.
            if all(any("section" in e.kind or "segment" in e.kind for e in group) for group in ([edit], batch)):
                continue
            used += [at for at, _ in edit.writes]
            batch.append(edit)
        changed = bytearray(data)
        for edit in batch:
            for at, new in edit.writes:
                changed[at : at + len(new)] = new
        left -= len(batch)
        try:
            accountant, turned = ledger_of(a, bytes(changed))
        except ElfdiffError:
            # A header of one of them makes the file malformed, which is an answer; the others are planted again.
            outcome["refused"] += sum("section" in e.kind or "segment" in e.kind or "anywhere" in e.kind for e in batch)
            left += sum(not ("section" in e.kind or "segment" in e.kind or "anywhere" in e.kind) for e in batch)
            continue
        for edit in batch:
            result, detail = judge(data, edit, accountant, turned, (base, swapped))
            outcome[result] += 1
            if result != "flagged" and verbose:
                at, new = edit.writes[0]
                old = data[at : at + len(new)].hex()
                print(f"  {result}: {edit.kind} at {at:#x}: {old[:40]} -> {new.hex()[:40]} {detail}", flush=True)
    return outcome


def main() -> int:
    """Print one line a pair, and the sum."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--edits", type=int, default=250)
    parser.add_argument("--seed", type=int, default=None)
    parser.add_argument("pairs", nargs="+", metavar="A,B")
    arguments = parser.parse_args()
    seed = arguments.seed if arguments.seed is not None else random.SystemRandom().randrange(1 << 32)
    total: Counter[str] = Counter()
    print(f"seed {seed}")
    for text in arguments.pairs:
        a_path, b_path = text.split(",")
        start = time.perf_counter()
        outcome = run(a_path, b_path, arguments.edits, seed, True)
        total += outcome
        print(f"{a_path}: {dict(sorted(outcome.items()))} {time.perf_counter() - start:.1f} s", flush=True)
    print(f"all: {dict(sorted(total.items()))}")
    return 1 if total["excused"] or total["unseen"] else 0


if __name__ == "__main__":
    sys.exit(main())
