"""Memory without contents, section by section."""

from __future__ import annotations

from functools import cached_property

from elfdiff.comparison.alignment.drafting.draft import Draft
from elfdiff.comparison.alignment.drafting.operands import Operands
from elfdiff.comparison.data.memory import align_memory, by_name, objects_in
from elfdiff.comparison.image import SHF_TLS
from elfdiff.comparison.runs import Runs, identity
from elfdiff.elf.model import Section


class Unfilled:
    """Runs of sections without contents, by index in a, each found when it is first asked for."""

    def __init__(self, draft: Draft, operands: Operands) -> None:
        self.draft, self.operands = draft, operands
        self._runs: dict[int, Runs] = {}

    def of(self, left: Section, right: Section) -> Runs:
        """Memory without contents: by what code that uses it agrees on; else as a whole if it kept its size, else
        object by object."""
        if left.index not in self._runs:
            self._runs[left.index] = self._memory_of(left, right)
        return self._runs[left.index]

    def _memory_of(self, left: Section, right: Section) -> Runs:
        if (left.address, left.size) == (right.address, right.size) and self._code_stands:
            return identity(left.size)
        names: list[dict[bytes, tuple[int, int]]] = []
        for image, section in ((self.draft.a, left), (self.draft.b, right)):
            table = image.elf.symtab if image.elf.symtab is not None else image.elf.dynsym
            names.append({} if table is None else objects_in(image, section, table))
        if not left.flags & SHF_TLS and not self.draft.a.relocatable:
            a_to, b_to = self.operands.memory
            inside = (a_to >= left.address) & (a_to < left.address + left.size)
            inside &= (b_to >= right.address) & (b_to < right.address + right.size)
            found = align_memory(
                left.size, right.size, names[0], names[1], a_to[inside] - left.address, b_to[inside] - right.address
            )
            if found is not None:
                return found
        return identity(left.size) if left.size == right.size else by_name(left.size, right.size, names[0], names[1])

    @cached_property
    def _code_stands(self) -> bool:
        """All code is equal, and stands where it stood: no operand of it means another place than before."""
        return all(x.address == y.address and self.draft.equal(x, y) for x, y in self.draft.pairs if x.is_executable)
