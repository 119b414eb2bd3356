"""Words for the numbers of an ELF file, as readelf prints them; pyelftools holds the tables."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache


def _numbered(words: str) -> tuple[str, ...]:
    """Words in the order of their numbers, from 0 on."""
    return tuple(words.split())


_MACHINES = {3: "Intel 80386", 40: "ARM", 62: "Advanced Micro Devices X86-64", 183: "AArch64", 243: "RISC-V"}
"""The words of pyelftools for machines of which there are most files. To import its tables takes 8 ms of a run's
quarter second, so what most files hold is here, too; a test compares the two."""
_SECTION_TYPES = _numbered(
    "NULL PROGBITS SYMTAB STRTAB RELA HASH DYNAMIC NOTE NOBITS REL SHLIB DYNSYM 12 13 INIT_ARRAY "
    "FINI_ARRAY PREINIT_ARRAY GROUP SYMTAB_SHNDX RELR"
)
_GNU_SECTION_TYPES = {
    0x6FFFFFF5: "GNU_ATTRIBUTES", 0x6FFFFFF6: "GNU_HASH", 0x6FFFFFFD: "GNU_verdef", 0x6FFFFFFE: "GNU_verneed",
    0x6FFFFFFF: "GNU_versym",
}  # fmt: skip
_SEGMENT_TYPES = _numbered("NULL LOAD DYNAMIC INTERP NOTE SHLIB PHDR TLS")
_GNU_SEGMENT_TYPES = {
    0x6474E550: "GNU_EH_FRAME", 0x6474E551: "GNU_STACK", 0x6474E552: "GNU_RELRO", 0x6474E553: "GNU_PROPERTY",
}  # fmt: skip
_DYNAMIC_TAGS = _numbered(
    "NULL NEEDED PLTRELSZ PLTGOT HASH STRTAB SYMTAB RELA RELASZ RELAENT STRSZ SYMENT INIT FINI SONAME "
    "RPATH SYMBOLIC REL RELSZ RELENT PLTREL DEBUG TEXTREL JMPREL BIND_NOW INIT_ARRAY FINI_ARRAY "
    "INIT_ARRAYSZ FINI_ARRAYSZ RUNPATH FLAGS"
)
_GNU_DYNAMIC_TAGS = {
    0x6FFFFEF5: "GNU_HASH", 0x6FFFFFF0: "VERSYM", 0x6FFFFFF9: "RELACOUNT", 0x6FFFFFFA: "RELCOUNT",
    0x6FFFFFFB: "FLAGS_1", 0x6FFFFFFC: "VERDEF", 0x6FFFFFFD: "VERDEFNUM", 0x6FFFFFFE: "VERNEED",
    0x6FFFFFFF: "VERNEEDNUM",
}  # fmt: skip


def machine_name(machine: int) -> str:
    """e_machine, e.g. "Advanced Micro Devices X86-64"."""
    return _MACHINES.get(machine) or _machines().get(machine, f"unknown machine {machine}")


def file_type_name(file_type: int) -> str:
    """e_type: NONE, REL, EXEC, DYN or CORE; else the number in hex."""
    return {0: "NONE", 1: "REL", 2: "EXEC", 3: "DYN", 4: "CORE"}.get(file_type, f"0x{file_type:x}")


def section_type_name(section_type: int, machine: int) -> str:
    """sh_type without its prefix, e.g. "PROGBITS"; else the number in hex."""
    if section_type < len(_SECTION_TYPES) and not _SECTION_TYPES[section_type].isdigit():
        return _SECTION_TYPES[section_type]
    return _GNU_SECTION_TYPES.get(section_type) or _section_types(machine).get(section_type, f"0x{section_type:x}")


def segment_type_name(segment_type: int, machine: int) -> str:
    """p_type without its prefix, e.g. "LOAD"; else the number in hex."""
    if segment_type < len(_SEGMENT_TYPES):
        return _SEGMENT_TYPES[segment_type]
    return _GNU_SEGMENT_TYPES.get(segment_type) or _segment_types(machine).get(segment_type, f"0x{segment_type:x}")


def dynamic_tag_name(tag: int, machine: int) -> str:
    """d_tag without its prefix, e.g. "NEEDED"; else the number in hex."""
    if 0 <= tag < len(_DYNAMIC_TAGS):
        return _DYNAMIC_TAGS[tag]
    return _GNU_DYNAMIC_TAGS.get(tag) or _dynamic_tags(machine).get(tag, f"0x{tag:x}")


# Marks of ranges, not names of values.
_BOUNDS = ("NUM", "LOOS", "HIOS", "LOPROC", "HIPROC", "LOUSER", "HIUSER", "ENCODING")


def _words(tables: tuple[Mapping[str, int], ...], prefix: str) -> dict[int, str]:
    """Number → name; where tables clash, the first wins."""
    words: dict[int, str] = {}
    for table in tables:
        for name, number in table.items():
            word = name.removeprefix(prefix)
            if name.startswith(prefix) and word not in _BOUNDS:
                words.setdefault(number, word)
    return words


@cache
def _machines() -> dict[int, str]:
    from elftools.elf.descriptions import describe_e_machine
    from elftools.elf.enums import ENUM_E_MACHINE

    names = _words((ENUM_E_MACHINE,), "EM_")
    described = {number: describe_e_machine(f"EM_{name}") for number, name in names.items()}
    return {number: names[number] if words == "<unknown>" else words for number, words in described.items()}


_MIPS, _PPC, _PPC64, _ARM, _AMD64, _AARCH64, _RISCV = 8, 20, 21, 40, 62, 183, 243


@cache
def _section_types(machine: int) -> dict[int, str]:
    from elftools.elf import enums

    own = {
        _ARM: enums.ENUM_SH_TYPE_ARM,
        _AMD64: enums.ENUM_SH_TYPE_AMD64,
        _AARCH64: enums.ENUM_SH_TYPE_AARCH64,
        _RISCV: enums.ENUM_SH_TYPE_RISCV,
        _MIPS: enums.ENUM_SH_TYPE_MIPS,
    }.get(machine, {})
    return _words((own, enums.ENUM_SH_TYPE_BASE), "SHT_")


@cache
def _segment_types(machine: int) -> dict[int, str]:
    from elftools.elf import enums

    own = {
        _ARM: enums.ENUM_P_TYPE_ARM,
        _AARCH64: enums.ENUM_P_TYPE_AARCH64,
        _RISCV: enums.ENUM_P_TYPE_RISCV,
        _MIPS: enums.ENUM_P_TYPE_MIPS,
    }.get(machine, {})
    return _words((own, enums.ENUM_P_TYPE_BASE), "PT_")


@cache
def _dynamic_tags(machine: int) -> dict[int, str]:
    from elftools.elf import enums

    own = {
        _AARCH64: enums.ENUM_D_TAG_AARCH64,
        _MIPS: enums.ENUM_D_TAG_MIPS,
        # pyelftools 0.33 has no table for these two (Power ABI supplements, "Dynamic Section").
        _PPC: {"DT_PPC_GOT": 0x70000000, "DT_PPC_OPT": 0x70000001},
        _PPC64: {
            "DT_PPC64_GLINK": 0x70000000,
            "DT_PPC64_OPD": 0x70000001,
            "DT_PPC64_OPDSZ": 0x70000002,
            "DT_PPC64_OPT": 0x70000003,
        },
    }.get(machine, {})
    return _words((enums.ENUM_D_TAG_COMMON, own), "DT_")
