"""Which flags of fixes both files show to be in force: recorded maps, debug information that names no directory, run
paths relative to the program, no build ID."""

from __future__ import annotations

from collections.abc import Iterable

from elfdiff.comparison.pair import Pair
from elfdiff.comparison.texts.rewrites import RewriteKind
from elfdiff.elf.file import ElfFile
from elfdiff.elf.model import DebugUnit
from elfdiff.evidence.model import Mapped

_C = frozenset({0x01, 0x02, 0x04, 0x0C, 0x1A, 0x1D, 0x21, 0x2B, 0x2C, 0x3A, 0x3B})
"""DW_LANG of C and C++ (DWARF 5, table 7.17, and its additions)."""
_RUST = 0x1C
_FILE_MAPS = ("-ffile-prefix-map=", "-fmacro-prefix-map=")
DT_RPATH, DT_RUNPATH = 15, 29
MAX_SOURCES = 20_000


def mapped(pair: Pair) -> frozenset[Mapped]:
    """What both files show; C_FILES only where a recorded map names a directory above one that changed."""
    prefixes = [rewrite for rewrite in pair.rewrites if rewrite.kind is RewriteKind.PREFIX]
    sides = (
        (pair.a, [rewrite.a.decode("utf-8", "replace") for rewrite in prefixes]),
        (pair.b, [rewrite.b.decode("utf-8", "replace") for rewrite in prefixes]),
    )
    found = [
        _families(elf, directories)
        | ({Mapped.GO} if ("-trimpath", "true") in listed.details else set())
        | ({Mapped.ORIGIN} if _names_origin(elf) else set())
        | (set() if elf.section(".note.gnu.build-id") else {Mapped.NO_BUILD_ID})
        for (elf, directories), listed in zip(sides, pair.dependencies, strict=True)
    ]
    return frozenset(found[0] & found[1])


def sources(pair: Pair) -> frozenset[str]:
    """Relative names of the files from which those units of a were compiled that name no directory."""
    found: set[str] = set()
    for unit in filter(_is_relative, pair.a.debug_units):
        found.update(name.removeprefix("./") for name in (unit.name or "", *unit.files) if name[:1] != "/")
        if len(found) > MAX_SOURCES:
            break
    return frozenset(found - {""})


def _families(elf: ElfFile, directories: Iterable[str]) -> set[Mapped]:
    found: set[Mapped] = set()
    directories = tuple(directories)
    units = elf.debug_units
    for family, own in (
        (Mapped.C, [unit for unit in units if unit.language in _C]),
        (Mapped.RUST, [unit for unit in units if unit.language == _RUST]),
    ):
        relative = any(_is_relative(unit) for unit in own)
        if relative and not any(_is_below(unit, directory) for unit in own for directory in directories):
            found.add(family)
    if _records_map(elf, directories):
        found.add(Mapped.C_FILES)
    return found


def _names_origin(elf: ElfFile) -> bool:
    paths = [entry.text or "" for entry in elf.dynamic if entry.tag in (DT_RPATH, DT_RUNPATH)]
    return any(part.startswith(("$ORIGIN", "${ORIGIN}")) for path in paths for part in path.split(":"))


def _is_relative(unit: DebugUnit) -> bool:
    return bool(unit.name) and unit.directory is not None and "/" not in (unit.directory[:1], (unit.name or "")[:1])


def _is_below(unit: DebugUnit, directory: str) -> bool:
    return any((name or "").startswith(directory) for name in (unit.directory, unit.name))


def _records_map(elf: ElfFile, directories: tuple[str, ...]) -> bool:
    """A recorded command line maps, for texts too, a directory above each of these."""
    lines = [unit.producer or "" for unit in elf.debug_units]
    section = elf.section(".GCC.command.line")
    if section is not None and section.span is not None:
        lines.append(elf.data[section.span.start : section.span.end].decode("utf-8", "replace").replace("\0", " "))
    old = {
        word.partition("=")[2].rpartition("=")[0]
        for line in lines
        for word in line.split()
        if word.startswith(_FILE_MAPS)
    }
    return bool(directories) and all(any(_covers(one, directory) for one in old) for directory in directories)


def _covers(above: str, directory: str) -> bool:
    return bool(above) and (directory + "/").startswith(above.rstrip("/") + "/")
