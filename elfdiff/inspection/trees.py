"""A package or directory → what each of its ELF files shows."""

from __future__ import annotations

from elfdiff.containers.model import Container
from elfdiff.containers.programs import programs
from elfdiff.errors import ElfdiffError
from elfdiff.inspection.model import Inspection
from elfdiff.inspection.read import inspect_bytes
from elfdiff.values import dataclass

SCHEMA = "elfdiff/inspect-tree/1"


@dataclass(frozen=True, slots=True)
class TreeInspection:
    """``found`` are the ELF files, each path being the entry's name; ``problems`` say which entries were not read."""

    path: str
    kind: str
    entries: int
    found: tuple[Inspection, ...]
    problems: tuple[str, ...]


def inspect_container(container: Container) -> TreeInspection:
    """Every ELF file, in the container's order; a damaged one is a problem, and the rest is told."""
    found: list[Inspection] = []
    problems: list[str] = []
    for program in programs(container):
        if program.problem is not None:
            problems.append(program.problem)
            continue
        try:
            found.append(inspect_bytes(program.data, program.name))
        except ElfdiffError as error:
            problems.append(str(error))
    return TreeInspection(container.path, container.kind, len(container.entries), tuple(found), tuple(problems))
