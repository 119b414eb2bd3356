"""One module a machine: where references stand in its code. A machine is known because its module exists.

A module gives ``MACHINE`` (e_machine), ``ELF_CLASS`` and ``BYTE_ORDER`` (of the files that it reads),
``references(code) -> CodeReferences`` and ``is_padding(code, address) -> bool``; where instructions hold whole
immediates, ``immediates(code) -> list[tuple[int, int]]`` too. See docs/adding-a-machine.md.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterator
from enum import IntEnum
from functools import cache, cached_property
from types import ModuleType

import numpy as np
import numpy.typing as npt

from elfdiff.comparison.base import Base
from elfdiff.comparison.runs import Flags, Ints
from elfdiff.elf.immediate import Immediate
from elfdiff.elf.model import Header
from elfdiff.values import dataclass, field


class ReferenceKind(IntEnum):
    """What a field of an instruction holds, and how wide it is."""

    MEMORY = 0
    """32 bits: distance from the end of the instruction to data."""
    BRANCH = 1
    """32 bits: distance from the end of the instruction to code."""
    ABSOLUTE32 = 2
    ABSOLUTE64 = 3


@dataclass(frozen=True)
class Code:
    """The code of one section. ``absolute``: it is linked to a fixed place. ``got``: DT_PLTGOT, None without one."""

    data: bytes = field(repr=False)
    address: int
    absolute: bool
    got: int | None
    find_starts: Callable[[], Ints] = field(repr=False)

    @cached_property
    def starts(self) -> Ints:
        """Offsets at which functions begin, ascending, as far as symbols or call frame information tell."""
        return self.find_starts()


@dataclass(frozen=True, slots=True)
class Spread:
    """Immediates of one layout that share bytes with an opcode, or that count from elsewhere than the instruction's
    end.

    ``at`` are offsets of the words (ascending), ``target`` the addresses that they mean, ``base`` and ``extra`` as in
    :class:`~elfdiff.comparison.references.fields.Fields`. An address may be spread over two instructions: each is
    listed, and both with the whole address.
    """

    kind: ReferenceKind
    immediate: Immediate
    at: Ints
    target: Ints
    base: Base
    extra: Ints | int = 0


@dataclass(frozen=True, slots=True)
class CodeReferences:
    """Fields in one piece of code: offset of the field, offset of the next instruction, :class:`ReferenceKind`.

    ``table``: soon afterwards the code loads from a table of 32-bit distances, so this may be where it begins.
    ``table_origin``: the address that such distances count from; None if it is the table's own. ``spread``: references
    that are no such field. ``table_width``: bytes of such a distance.
    """

    at: Ints
    end: Ints
    kind: npt.NDArray[np.uint8]
    table: Flags
    spread: tuple[Spread, ...] = ()
    table_origin: int | None = None
    table_width: int = 4

    def spread_targets(self, kind: ReferenceKind) -> tuple[Ints, Ints]:
        """Offsets (ascending) and addresses of one kind in :attr:`spread`."""
        found = [s for s in self.spread if s.kind == kind]
        if not found:
            none = np.zeros(0, dtype=np.int64)
            return none, none
        at = np.concatenate([s.at for s in found])
        order = np.argsort(at, kind="stable")
        return at[order], np.concatenate([s.target for s in found])[order]


def only_spread(spread: tuple[Spread, ...], table_width: int = 4) -> CodeReferences:
    """References of a machine whose instructions have no whole fields."""
    none = np.zeros(0, dtype=np.int64)
    found = tuple(s for s in spread if len(s.at))
    return CodeReferences(none, none, np.zeros(0, dtype=np.uint8), np.zeros(0, dtype=bool), found, None, table_width)


@dataclass(frozen=True, slots=True)
class Machine:
    """A machine whose code can be read."""

    machine: int
    references: Callable[[Code], CodeReferences]
    is_padding: Callable[[bytes, int], bool]
    immediates: Callable[[bytes], list[tuple[int, int]]] | None
    """(offset, width) of every whole immediate of some code; None where a machine's module does not say."""


def known() -> Iterator[ModuleType]:
    """The modules of all machines, imported one by one: x86-64, of which there are most files, comes first."""
    for info in sorted(pkgutil.iter_modules(__path__), key=lambda info: info.name, reverse=True):
        yield importlib.import_module(f"{__name__}.{info.name}")


@cache
def _module(machine: int, elf_class: int, byte_order: str) -> ModuleType | None:
    wanted = machine, elf_class, byte_order
    return next((m for m in known() if wanted == (m.MACHINE, m.ELF_CLASS, m.BYTE_ORDER)), None)


def machine(header: Header) -> Machine | None:
    """The machine of a file with this header, or None if its code cannot be read."""
    module = _module(header.machine, header.elf_class, header.byte_order)
    if module is None:
        return None
    return Machine(header.machine, module.references, module.is_padding, getattr(module, "immediates", None))
