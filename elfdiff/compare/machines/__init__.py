"""One module a machine: where references stand in its code. A machine is known because its module exists.

A module gives ``MACHINE`` (e_machine), ``references(code, address, absolute) -> CodeReferences`` and
``is_padding(code, address) -> bool``.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum
from functools import cache

import numpy as np
import numpy.typing as npt

from elfdiff.compare.runs import Flags, Ints


class ReferenceKind(IntEnum):
    """What a field of an instruction holds, and how wide it is."""

    MEMORY = 0
    """32 bits: distance from the end of the instruction to data."""
    BRANCH = 1
    """32 bits: distance from the end of the instruction to code."""
    ABSOLUTE32 = 2
    ABSOLUTE64 = 3


@dataclass(frozen=True, slots=True)
class CodeReferences:
    """Fields in one piece of code: offset of the field, offset of the next instruction, :class:`ReferenceKind`.

    ``table``: soon afterwards the code loads from a table of 32-bit distances, so this may be where it begins.
    """

    at: Ints
    end: Ints
    kind: npt.NDArray[np.uint8]
    table: Flags


@dataclass(frozen=True, slots=True)
class Machine:
    """A machine whose code can be read."""

    machine: int
    references: Callable[[bytes, int, bool], CodeReferences]
    is_padding: Callable[[bytes, int], bool]


@cache
def known() -> dict[int, str]:
    """e_machine → module name; only the modules' names are read until one is needed."""
    found: dict[int, str] = {}
    for module in pkgutil.iter_modules(__path__):
        name = f"{__name__}.{module.name}"
        found[importlib.import_module(name).MACHINE] = name
    return found


def machine(number: int) -> Machine | None:
    """The machine with this e_machine, or None if its code cannot be read."""
    name = known().get(number)
    if name is None:
        return None
    module = importlib.import_module(name)
    return Machine(number, module.references, module.is_padding)
