"""What two dynamically linked files offer and need, compared by name."""

from __future__ import annotations

from collections.abc import Iterable

from elfdiff.elf.file import ElfFile
from elfdiff.elf.symbolversions import defined_versions, exported_names
from elfdiff.report import Interface, NamesDiff


def interface(a: ElfFile, b: ElfFile) -> Interface | None:
    """None where neither file has a dynamic section."""
    if not a.dynamic and not b.dynamic:
        return None
    return Interface(
        exported=_names(exported_names(a) or (), exported_names(b) or ()),
        soname=(_soname(a), _soname(b)),
        needed=_names(_texts(a, "NEEDED"), _texts(b, "NEEDED")),
        versions=_names(defined_versions(a).values(), defined_versions(b).values()),
    )


def _names(a: Iterable[str], b: Iterable[str]) -> NamesDiff:
    left, right = frozenset(a), frozenset(b)
    return NamesDiff(len(left & right), tuple(sorted(right - left)), tuple(sorted(left - right)))


def _texts(elf: ElfFile, tag: str) -> list[str]:
    return [entry.text for entry in elf.dynamic if entry.tag_name == tag and entry.text is not None]


def _soname(elf: ElfFile) -> str | None:
    return next(iter(_texts(elf, "SONAME")), None)
