"""Plant edits in the code of one file of a pair, and see that none of them is explained away or called the same code.

``python -m benchmarks.mutation_machines [--edits N] [--seed S] A,B …``: for machines whose references share words with
opcodes. A branch or an address is redirected to what another one means, an immediate is moved by a small step or by
exactly what the layout moved, a bit of the opcode or of a register beside a reference is turned, a random byte of code
is changed.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections import Counter
from collections.abc import Callable

import numpy as np

from benchmarks.mutation import Edit, judge, ledger_of
from elfdiff.accounting.ledger import Accountant
from elfdiff.accounting.verdict import code_verdict
from elfdiff.comparison.fields import Fields
from elfdiff.comparison.image import Image
from elfdiff.comparison.pair import compare
from elfdiff.comparison.references.code import CodeMap, code_fields
from elfdiff.elf.file import ElfFile, parse
from elfdiff.report import Code

A_BATCH = 12
APART = 512


def makers_of(b: ElfFile, accountant: Accountant) -> list[Callable[[random.Random], Edit | None]]:
    """What makes one edit each, over b's own references."""
    image = Image(b)
    groups = [g for g in code_fields(image, CodeMap(image)) if g.what == "code operand" and len(g)]
    text = b.section(".text")
    runs = accountant.alignment.runs
    shifts = sorted({int(x) for x in np.unique(runs.b - runs.a) if x}) or [16]

    def pick(rng: random.Random) -> tuple[Fields, int]:
        group = rng.choice(groups)
        return group, rng.randrange(len(group))

    def write(group: Fields, index: int, word: int) -> Edit | None:
        at = int(group.at[index])
        new = (word % (1 << 8 * group.width)).to_bytes(group.width, b.byte_order)
        return Edit("", ((at, new),)) if b.data[at : at + group.width] != new else None

    def moved(group: Fields, index: int, step: int, kind: str) -> Edit | None:
        at = int(group.at[index])
        old = int.from_bytes(b.data[at : at + group.width], b.byte_order)
        if group.immediate is None:
            return write(group, index, old + step)
        held = np.array([old], dtype=np.int64)
        unit = 1 << min(bit for _, bit, _ in group.immediate.parts)
        step = step if abs(step) >= unit else step * unit
        return write(group, index, int(group.immediate.put(held, group.immediate.take(held) + step)[0]))

    def nudged(rng: random.Random) -> Edit | None:
        group, index = pick(rng)
        return moved(group, index, rng.choice((1, -1, 2, -2, 4, -4, 8, 16, -16, 64, 4096, -4096)), "nudged")

    def shifted(rng: random.Random) -> Edit | None:
        group, index = pick(rng)
        return moved(group, index, rng.choice(shifts) * rng.choice((1, -1)), "shifted")

    def redirected(rng: random.Random) -> Edit | None:
        group, index = pick(rng)
        other = rng.randrange(len(group))
        return moved(group, index, int(group.target[other] - group.target[index]), "redirected")

    def opcode(rng: random.Random) -> Edit | None:
        group, index = pick(rng)
        if group.immediate is None:
            return None
        free = [bit for bit in range(8 * group.width) if not group.immediate.mask >> bit & 1]
        at = int(group.at[index])
        old = int.from_bytes(b.data[at : at + group.width], b.byte_order)
        return write(group, index, old ^ 1 << rng.choice(free)) if free else None

    def anywhere(rng: random.Random) -> Edit | None:
        if text is None or text.span is None:
            return None
        at = rng.randrange(text.span.start, text.span.end)
        return Edit("byte in .text", ((at, bytes([b.data[at] ^ rng.randrange(1, 256)])),))

    def named(maker: Callable[[random.Random], Edit | None], name: str) -> Callable[[random.Random], Edit | None]:
        def make(rng: random.Random) -> Edit | None:
            edit = maker(rng)
            return Edit(name, edit.writes) if edit is not None else None

        return make

    return [named(f, f.__name__) for f in (nudged, shifted, redirected, opcode, anywhere)]


def run(a_path: str, b_path: str, count: int, seed: int) -> Counter[str]:
    """Plant ``count`` edits and count the outcomes."""
    with open(a_path, "rb") as file:
        a = parse(file.read(), a_path)
    with open(b_path, "rb") as file:
        data = file.read()
    b = parse(data, b_path)
    base, swapped = ledger_of(a, data)
    rng = random.Random(seed)
    makers = makers_of(b, base)
    outcome: Counter[str] = Counter()
    left = count
    while left > 0:
        batch: list[Edit] = []
        while len(batch) < min(A_BATCH, left):
            edit = rng.choice(makers)(rng)
            if edit is None or any(abs(edit.writes[0][0] - other.writes[0][0]) < APART for other in batch):
                continue
            batch.append(edit)
        left -= len(batch)
        changed = bytearray(data)
        for edit in batch:
            for at, new in edit.writes:
                changed[at : at + len(new)] = new
        accountant, turned = ledger_of(a, bytes(changed))
        for edit in batch:
            result, detail = judge(data, edit, accountant, turned, (base, swapped))
            outcome[result] += 1
            if result != "flagged":
                at, new = edit.writes[0]
                print(
                    f"  {result}: {edit.kind} at {at:#x}: {data[at : at + len(new)].hex()} -> {new.hex()} {detail}",
                    flush=True,
                )
        alone = rng.choice(batch)
        one = bytearray(data)
        for at, new in alone.writes:
            one[at : at + len(new)] = new
        pair = compare(a, parse(bytes(one), "b"))
        accountant, _ = ledger_of(a, bytes(one))
        verdict = code_verdict(pair.alignment, accountant.ledger())
        outcome[f"code {verdict.value if verdict else verdict}"] += 1
        if verdict is not Code.DIFFERS:
            at, new = alone.writes[0]
            print(
                f"  code {verdict}: {alone.kind} at {at:#x}: {data[at : at + len(new)].hex()} -> {new.hex()}",
                flush=True,
            )
    return outcome


def main() -> int:
    """Print one line a pair, and the sum."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--edits", type=int, default=240)
    parser.add_argument("--seed", type=int, default=None)
    parser.add_argument("pairs", nargs="+", metavar="A,B")
    arguments = parser.parse_args()
    seed = arguments.seed if arguments.seed is not None else random.SystemRandom().randrange(1 << 32)
    total: Counter[str] = Counter()
    print(f"seed {seed}")
    for text in arguments.pairs:
        a_path, b_path = text.split(",")
        start = time.perf_counter()
        outcome = run(a_path, b_path, arguments.edits, seed)
        total += outcome
        print(f"{a_path}: {dict(sorted(outcome.items()))} {time.perf_counter() - start:.1f} s", flush=True)
    print(f"all: {dict(sorted(total.items()))}")
    return 1 if total["excused"] or total["unseen"] or total["code same"] or total["code reordered"] else 0


if __name__ == "__main__":
    sys.exit(main())
