"""Pairs of which one file is damaged or both are: a report whose sums hold, or one sentence."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import pytest

Read = Callable[[str], tuple[bytes, bytes]]

TOP = (1 << 64) - 1
EDITS: dict[str, Callable[[Any], object]] = {
    "segments without end": lambda file: file.segments("file_size", TOP),
    "segments of half the address space": lambda file: file.segments("memory_size", 1 << 63),
    "segments at the top": lambda file: file.segments("address", TOP),
    "segments aligned to half the address space": lambda file: file.segments("alignment", 1 << 63),
    "section names in a section that is not there": lambda file: file.header("shstrndx", 0xFEFF),
    "section names in the code": lambda file: file.header("shstrndx", file.elf.section(".text").index),
    "no section table": lambda file: file.header("shoff", 0).header("shnum", 0).header("shstrndx", 0),
    "no segments": lambda file: file.header("phnum", 0),
    "code over read-only data": lambda file: file.section(".text", "offset", file.elf.section(".rodata").offset),
    "read-only data over code": lambda file: file.section(".rodata", "offset", file.elf.section(".text").offset),
    "the string table over the symbol table": lambda f: f.section(".strtab", "offset", f.elf.section(".symtab").offset),
    "code in the upper half": lambda file: file.section(".text", "address", 0xFFFF_FFFF_8100_0000),
    "code at the very top": lambda file: file.section(".text", "address", TOP),
    "symbols linked to themselves": lambda f: f.section(".symtab", "link", f.elf.section(".symtab").index),
    "symbols linked to nothing": lambda file: file.section(".symtab", "link", 0xFFFF_FFFF),
    "symbols of no size": lambda file: file.section(".symtab", "entry_size", 0),
    "dynamic symbols linked nowhere": lambda file: file.section(".dynsym", "link", 0xFFFF_FFFF),
    "relocations linked nowhere": lambda f: f.section(".rela.dyn", "link", TOP).section(".rela.dyn", "info", TOP),
    "a core file": lambda file: file.put(16, 2, 4),
    "a relocatable file": lambda file: file.put(16, 2, 1),
    "a type of no meaning": lambda file: file.put(16, 2, 0xFFFF),
    "everything aligned hugely": lambda f: [f.section(s.name, "alignment", 1 << 63) for s in f.elf.sections[1:]],
    "everything compressed": lambda f: [f.section(s.name, "flags", s.flags | 0x800) for s in f.elf.sections[1:]],
    "everything at one place": lambda f: [f.section(s.name, "offset", 64) for s in f.elf.sections[1:]],
    "everything at one address": lambda f: [f.section(s.name, "address", 4096) for s in f.elf.sections[1:]],
    "memory without end": lambda file: file.section(".bss", "size", 1 << 62),
}


@pytest.mark.parametrize("edit", EDITS.values(), ids=EDITS)
def test_damage_by_hand(edit: Callable[[Any], object], trial: Any, damage: Any, sample: Read) -> None:
    a, b = sample("build-path-file-macro")
    broken = []
    for data in (a, b):
        file = damage(data)
        edit(file)
        broken.append(bytes(file.data))
    trial(broken[0], b)
    trial(a, broken[1])
    trial(broken[0], broken[1])


@pytest.mark.parametrize(
    "case",
    [
        "build-path-dwarf", "build-path-rust", "build-path-s390x", "content-hash-debuglink", "link-order",
        "rust-metadata", "post-processing", "toolchain-version", "vcs-state", "archive-metadata",
    ],
)  # fmt: skip
def test_damage_by_chance(case: str, trial: Any, damage: Any, sample: Read) -> None:
    chance = random.Random(f"{case} 20261123")
    a, b = sample(case)
    for _ in range(4):
        broken = []
        for data in (a, b):
            if data.startswith(b"\x7fELF"):
                broken.append(damage(data).noise(chance))
            else:
                noisy = bytearray(data)
                for _ in range(3):
                    noisy[chance.randrange(len(noisy))] = chance.randrange(256)
                broken.append(bytes(noisy))
        trial(*broken)


def test_truncated_anywhere(trial: Any, sample: Read) -> None:
    a, b = sample("content-hash-stripped")
    chance = random.Random(5)
    for length in [*range(0, 70, 7), *(chance.randrange(len(b)) for _ in range(20)), len(b) - 1]:
        assert trial(a, b[:length]) is None
        assert trial(a[:length], b) is None
        if a[:length] != b[:length]:
            assert trial(a[:length], b[:length]) is None
