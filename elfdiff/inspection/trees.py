"""A package or directory → what each of its ELF files shows."""

from __future__ import annotations

from typing import Annotated

from elfdiff.containers.model import Container
from elfdiff.containers.programs import programs
from elfdiff.errors import ElfdiffError
from elfdiff.inspection.model import Inspection
from elfdiff.inspection.read import inspect_bytes
from elfdiff.values import dataclass
from elfdiff.version import __version__
from elfdiff.wire.marks import Count, Key


@dataclass(frozen=True, slots=True)
class TreeInspection:
    """The ELF files of a container, each path being the entry's name; ``problems`` say which entries were not read."""

    FIXED = ((("schema",), "elfdiff/inspect-tree/1"), (("tool", "name"), "elfdiff"))

    tool_version: Annotated[str, Key("tool", "version")]
    path: str
    kind: str
    entries: Count
    found: Annotated[tuple[Inspection, ...], Key("inspections")]
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
    return TreeInspection(
        __version__, container.path, container.kind, len(container.entries), tuple(found), tuple(problems)
    )
