"""Debug files beside two stripped things: where nothing but hashes differs, they hold the cause that strip took away.

Packages of Debian lie beside their -dbgsym; programs beside a file that .gnu_debuglink names, or in a tree that holds
``.build-id`` (GDB manual, "Separate Debug Files").
"""

from __future__ import annotations

import os
import zlib
from collections.abc import Iterable, Iterator

from elfdiff.clock import Clock
from elfdiff.containers.model import Container, EntryKind
from elfdiff.containers.opening import open_bytes
from elfdiff.containers.pairing import debug_id
from elfdiff.diagnose import diagnose_bytes
from elfdiff.elf.file import parse
from elfdiff.elf.reading import read_bytes, shown
from elfdiff.errors import ElfdiffError
from elfdiff.evidence.model import Context
from elfdiff.merging import merged, under
from elfdiff.payload.debuglink import debug_link
from elfdiff.report import Report, Role, Sides, Verdict
from elfdiff.steps import fixable, judge
from elfdiff.tree import Tree, TreeFinding
from elfdiff.trees.compare import compare_trees
from elfdiff.trees.likeness import identity
from elfdiff.trees.options import TreeOptions
from elfdiff.values import replace

MAX_ABOVE = 16
"""Directories above a program in which a tree of debug files is looked for."""
_TREES = ("usr/lib/debug/.build-id", "lib/debug/.build-id", ".build-id")


def of_programs(found: Report, a: tuple[str, bytes], b: tuple[str, bytes], clock: Clock) -> Report:
    """The report on two programs (path, bytes), with what their debug files say. Both must be there."""
    if found.verdict is not Verdict.CAUSE_NOT_IN_FILES:
        return found
    left, right = _of_program(*a), _of_program(*b)
    if left is None or right is None:
        return found
    try:
        told = diagnose_bytes(*left, *right, False, clock)
    except ElfdiffError:
        return found
    findings = tuple(TreeFinding(finding, 1, ("",)) for finding in told.findings)
    more = _roots(under(os.path.basename(left[0]), findings))
    if not more or found.ledger is None:
        return found
    every = merged((*more, *(TreeFinding(finding, 1, ()) for finding in found.findings)))
    flat = tuple(item.finding for item in every)
    verdict = judge(flat, found.ledger, Context())
    notes = (_note(left[0], right[0]), *found.notes)
    return replace(found, findings=flat, verdict=verdict, fixable=fixable(flat), notes=notes)


def of_packages(found: Tree, a: Container, b: Container, options: TreeOptions, clock: Clock) -> Tree:
    """The tree of two packages, with what the packages of their debug files say. Both must be there."""
    if found.verdict is not Verdict.CAUSE_NOT_IN_FILES or {a.kind, b.kind} != {"deb"}:
        return found
    left, right = _of_package(a, options), _of_package(b, options)
    if left is None or right is None:
        return found
    told = compare_trees(left, right, replace(options, only=(), exclude=()), clock=clock).tree
    more = _roots(under(os.path.basename(left.path), told.findings))
    if not more or found.ledger is None:
        return found
    every = merged((*more, *found.findings))
    flat = tuple(item.finding for item in every)
    verdict = judge(flat, found.ledger, Context())
    notes = (_note(left.path, right.path), *found.notes)
    return replace(found, findings=every, verdict=verdict, fixable=fixable(flat), notes=notes)


def _roots(findings: Iterable[TreeFinding]) -> list[TreeFinding]:
    """Roots and inputs of the debug files, which own no bytes of what was stripped."""
    return [
        replace(item, finding=replace(item.finding, bytes=Sides()))
        for item in findings
        if item.finding.role is not Role.CONSEQUENCE
    ]


def _note(a: str, b: str) -> str:
    return f"why was stripped off: {shown(a)} and {shown(b)}, which lie beside the two, tell it"


def _of_package(side: Container, options: TreeOptions) -> Container | None:
    """NAME-dbgsym_VERSION_ARCHITECTURE.deb beside NAME_VERSION_ARCHITECTURE.deb, if it is of the same files."""
    name, _, rest = os.path.basename(side.path).partition("_")
    folder = os.path.dirname(side.path)
    path = os.path.join(folder, f"{name}-dbgsym_{rest}")
    try:
        found = open_bytes(read_bytes(path), shown(path), options.limits) if rest else None
        stripped = {
            known.build_id
            for entry in side.entries
            if entry.kind is EntryKind.FILE and (known := identity(entry.read())) is not None
        }
    except (ElfdiffError, OSError):
        return None
    spelled = {debug_id(entry.path) for entry in found.entries} if found is not None else set()
    return found if (stripped & spelled) - {None} else None


def _of_program(path: str, data: bytes) -> tuple[str, bytes] | None:
    """The debug file of a program: the first that has its build ID, or the checksum that it asks for."""
    try:
        elf = parse(data, path)
    except ElfdiffError:
        return None
    link = debug_link(elf)
    name = link.name if link is not None else None
    for candidate in _places(path, elf.build_id, name):
        try:
            found = read_bytes(candidate) if os.path.isfile(candidate) else b""
            same_id = bool(found) and elf.build_id is not None and parse(found, candidate).build_id == elf.build_id
        except (ElfdiffError, ValueError):
            continue
        if found and found != data and (same_id or (link is not None and zlib.crc32(found) == link.crc)):
            return candidate, found
    return None


def _places(path: str, build_id: bytes | None, name: str | None) -> Iterator[str]:
    folder = os.path.dirname(path) or "."
    if name and "/" not in name:
        yield os.path.join(folder, name)
        yield os.path.join(folder, ".debug", name)
    if build_id is None or len(build_id) < 2:
        return
    spelled = os.path.join(build_id[:1].hex(), f"{build_id[1:].hex()}.debug")
    for _ in range(MAX_ABOVE):
        for tree in _TREES:
            yield os.path.normpath(os.path.join(folder, tree, spelled))
        if os.path.realpath(folder) == os.path.sep:
            return
        folder = os.path.join(folder, os.pardir)
