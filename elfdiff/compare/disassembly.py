"""The first instructions in which two versions of a function differ, for people to read."""

from __future__ import annotations

import re
from difflib import SequenceMatcher

from elfdiff.elf.file import ElfFile
from elfdiff.span import Span

MAX_BYTES = 1 << 14
MAX_LINES = 4

_RIP = re.compile(r"rip [+-] 0x[0-9a-f]+")
_TARGET = re.compile(r"#?0x[0-9a-f]{3,}\Z")
_BRANCHES = re.compile(r"(?:j[a-z]+|call|b(?:l|lr|eq|ne|lt|gt|le|ge|hs|lo)?|b\.[a-z]+|cbn?z|tbn?z|adrp?|jal|brasl|larl|j[gl]?[a-z]*|bra|bc|bd[a-z]+)\Z")


def first_differences(a: ElfFile, a_span: Span, b: ElfFile, b_span: Span) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Up to four instructions of each side from the first difference on, targets of branches and addresses masked.

    Both are empty if this machine's code cannot be decoded here, or if only masked parts differ.
    """
    left, right = _lines(a, a_span), _lines(b, b_span)
    if not left or not right:
        return (), ()
    for tag, i, i_end, j, j_end in SequenceMatcher(None, left, right, autojunk=False).get_opcodes():
        if tag != "equal":
            return tuple(left[i : min(i_end, i + MAX_LINES)]), tuple(right[j : min(j_end, j + MAX_LINES)])
    return (), ()


def _lines(elf: ElfFile, span: Span) -> list[str]:
    import capstone

    found = _architecture(elf)
    if found is None:
        return []
    decoder = capstone.Cs(*found)
    code = elf.data[span.start : min(span.end, span.start + MAX_BYTES)]
    return [_masked(mnemonic, operands) for _, _, mnemonic, operands in decoder.disasm_lite(code, 0)]


def _masked(mnemonic: str, operands: str) -> str:
    operands = _RIP.sub("rip + …", operands)
    if _BRANCHES.match(mnemonic):
        head, comma, last = operands.rpartition(", ")
        if _TARGET.match(last) or last.startswith("0x") or last.startswith("#0x"):
            operands = f"{head}{comma}…"
    return f"{mnemonic} {operands}".strip()


def _architecture(elf: ElfFile) -> tuple[int, int] | None:
    """Capstone's architecture and mode for e_machine (gABI, "ELF Header"); None for the others."""
    import capstone

    order = capstone.CS_MODE_LITTLE_ENDIAN if elf.byte_order == "little" else capstone.CS_MODE_BIG_ENDIAN
    wide = elf.elf_class == 64
    known = {
        3: (capstone.CS_ARCH_X86, capstone.CS_MODE_32),
        62: (capstone.CS_ARCH_X86, capstone.CS_MODE_64),
        183: (capstone.CS_ARCH_ARM64, order),
        20: (capstone.CS_ARCH_PPC, capstone.CS_MODE_32 | order),
        21: (capstone.CS_ARCH_PPC, capstone.CS_MODE_64 | order),
        22: (capstone.CS_ARCH_SYSZ, capstone.CS_MODE_BIG_ENDIAN),
        243: (capstone.CS_ARCH_RISCV, (capstone.CS_MODE_RISCV64 if wide else capstone.CS_MODE_RISCV32) | capstone.CS_MODE_RISCVC),
        8: (capstone.CS_ARCH_MIPS, (capstone.CS_MODE_MIPS64 if wide else capstone.CS_MODE_MIPS32) | order),
    }
    return known.get(elf.header.machine)
