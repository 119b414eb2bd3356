"""Unrelated edits of references: each is redirected, moved, exchanged, or set to what it might be mistaken for."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable

import numpy as np

from benchmarks.edits import STEPS, Edit, Maker, Subject
from elfdiff.comparison.references import all_fields
from elfdiff.comparison.references.code import CodeMap
from elfdiff.comparison.references.fields import ADDRESS, Fields
from elfdiff.comparison.references.loader import file_offsets

Writes = list[tuple[int, bytes]]
Way = Callable[[random.Random, Fields, int], Writes]
"""How one field of a group is changed; no writes where that cannot be done."""


class References:
    """Every reference of a file by its kind."""

    def __init__(self, subject: Subject) -> None:
        self.subject = subject
        self.groups: dict[str, list[Fields]] = defaultdict(list)
        for group in all_fields(subject.image, CodeMap(subject.image)):
            inside = (group.at >= 0) & (group.at + group.width <= len(subject.data))
            if inside.any():
                self.groups[group.what].append(group.where(inside))

    def families(self) -> dict[str, list[Maker]]:
        """Makers, one for each kind of reference and way to change it."""
        ways: dict[str, Way] = {
            "redirected": self._redirected, "moved": self._moved, "shifted": self._shifted, "swapped": self._swapped,
            "to an end": self._to_an_end,
        }  # fmt: skip
        code = [what for what in self.groups if "code operand" in what]
        texts = [what for what in self.groups if "name" in what or "string" in what]
        out: dict[str, list[Maker]] = {
            "references": [self._maker(what, name, way) for what in sorted(self.groups) for name, way in ways.items()],
            "operands": [
                self._maker(what, name, way) for what in code for name, way in {**ways, "opcode": self._opcode}.items()
            ],
            "copies": [self._maker(what, "to a copy of its text", self._copy) for what in texts],
            "pointers": [self._pointer] if "relocation addend" in self.groups else [],
            "symbols of both tables": [self._both_tables] if self.subject.elf.dynsym is not None else [],
        }
        return {name: makers for name, makers in out.items() if makers}

    def _maker(self, what: str, name: str, way: Way) -> Maker:
        def make(rng: random.Random) -> Edit | None:
            group = rng.choice(self.groups[what])
            writes = way(rng, group, rng.randrange(len(group)))
            return Edit(f"{what} {name}", tuple(writes)) if writes else None

        return make

    def _step(self, group: Fields, row: int, step: int) -> Writes:
        """The field with another number in it."""
        at, old = int(group.at[row]), self.subject.number(int(group.at[row]), group.width)
        if group.immediate is None:
            return [self.subject.write(at, group.width, old - step if group.negate else old + step)]
        held = np.array([old], dtype=np.int64)
        unit = 1 << min(bit for _, bit, _ in group.immediate.parts)
        step = step if abs(step) >= unit else step * unit
        new = int(group.immediate.put(held, group.immediate.take(held) + step)[0])
        return [self.subject.write(at, group.width, new)]

    def _redirected(self, rng: random.Random, group: Fields, row: int) -> Writes:
        """To what another reference of its kind means."""
        return self._step(group, row, int(group.target[rng.randrange(len(group))] - group.target[row]))

    def _moved(self, rng: random.Random, group: Fields, row: int) -> Writes:
        return self._step(group, row, rng.choice(STEPS))

    def _shifted(self, rng: random.Random, group: Fields, row: int) -> Writes:
        """By exactly what the layout moved."""
        return self._step(group, row, rng.choice(self.subject.shifts) * rng.choice((1, -1)))

    def _swapped(self, rng: random.Random, group: Fields, row: int) -> Writes:
        """Two references exchange what they mean."""
        other = rng.randrange(len(group))
        if abs(int(group.at[other] - group.at[row])) < group.width:
            return []
        step = int(group.target[other] - group.target[row])
        return [*self._step(group, row, step), *self._step(group, other, -step)]

    def _to_an_end(self, rng: random.Random, group: Fields, row: int) -> Writes:
        """To where the partner's thing before its target ends here: a map that has no ends apart takes both for one."""
        runs, target = self.subject.runs.inverse(), int(group.target[row])
        bias = self._bias(group, target)
        if bias is None:
            return []
        place, whole = self.subject.runs.map_fields(np.array([target - bias], dtype=np.int64), 1)
        before = int(np.searchsorted(runs.a, int(place[0]))) - 1
        if not whole[0] or before < 0 or int(runs.a[before] + runs.n[before]) != int(place[0]):
            return []
        return self._step(group, row, int(runs.b[before] + runs.n[before]) + bias - target)

    def _bias(self, group: Fields, target: int) -> int | None:
        """What a target counts from, less the file's start."""
        sections = self.subject.elf.sections
        if group.space == ADDRESS:
            inside = [s for s in sections if s.is_allocated and s.span and s.address <= target < s.address + s.size]
            return inside[0].address - inside[0].offset if inside else None
        kind, _, number = group.space.partition(" ")
        if kind != "contents" or not number.isdigit() or sections[int(number)].span is None:
            return None
        return -self.subject.image.place(sections[int(number)])[0]

    def _opcode(self, rng: random.Random, group: Fields, row: int) -> Writes:
        """A bit beside the number: opcode, register, or the byte in front."""
        at = int(group.at[row])
        if group.immediate is None:
            return [(at - 1, bytes([self.subject.data[at - 1] ^ 1 << rng.randrange(8)]))]
        free = [bit for bit in range(8 * group.width) if not group.immediate.mask >> bit & 1]
        old = self.subject.number(at, group.width)
        return [self.subject.write(at, group.width, old ^ 1 << rng.choice(free))] if free else []

    def _copy(self, rng: random.Random, group: Fields, row: int) -> Writes:
        """To another place where the same text stands, alone or at the end of a longer one."""
        target = int(group.target[row])
        bias = self._bias(group, target)
        if bias is None:
            return []
        data, start = self.subject.image.data, target - bias
        stop = data.find(b"\0", start)
        text = data[start : stop + 1]
        if not 1 < len(text) < 4096:
            return []
        found = [at for at in (data.find(text, 0, start), data.find(text, start + 1), data.rfind(text)) if at >= 0]
        found = [at for at in found if at != start and self._bias(group, at + bias) == bias]
        return self._step(group, row, rng.choice(found) - start) if found else []

    def _pointer(self, rng: random.Random) -> Edit | None:
        """A pointer and its relocation's addend both name something else."""
        group = rng.choice(self.groups["relocation addend"])
        row, other = rng.randrange(len(group)), rng.randrange(len(group))
        at, width = int(group.at[row]), group.width
        writes = [self.subject.write(at, width, int(group.target[other]))]
        slot = self._slot(at - 2 * width)
        if slot >= 0 and self.subject.number(slot, width) == self.subject.number(at, width):
            writes.append(self.subject.write(slot, width, int(group.target[other])))
        return Edit("pointer and relocation", tuple(writes))

    def _slot(self, entry: int) -> int:
        """Where the word that a relocation fills stands in the file; -1 if nowhere."""
        address = self.subject.number(entry, self.subject.image.word)
        return int(file_offsets(self.subject.image, np.array([address], dtype=np.int64))[0])

    def _both_tables(self, rng: random.Random) -> Edit | None:
        """A symbol has another value in .symtab and .dynsym alike."""
        dynamic, static = self.subject.elf.dynamic_symbols, {s.name: s for s in self.subject.elf.symbols if s.name}
        defined = [s for s in dynamic if s.value and s.section and s.name in static]
        if not defined:
            return None
        symbol, other = rng.choice(defined), rng.choice(defined)
        value = rng.choice((other.value, symbol.value + rng.choice((*STEPS, *self.subject.shifts))))
        place, width = (8, 8) if self.subject.image.word == 8 else (4, 4)
        return Edit(
            "symbol value in both tables",
            tuple(self.subject.write(s.span.start + place, width, value) for s in (symbol, static[symbol.name])),
        )
