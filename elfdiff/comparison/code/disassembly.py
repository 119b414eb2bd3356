"""The first instructions in which two versions of a function differ, for people to read."""

from __future__ import annotations

from elfdiff.elf.file import ElfFile
from elfdiff.patterns import late
from elfdiff.span import Span
from elfdiff.values import dataclass

MAX_BYTES = 1 << 14
MAX_LINES = 4
EM_ARM = 40
MIN_TEXT = 4
MAX_TEXT = 64

_RIP = late(r"rip ([+-]) (0x[0-9a-f]+)")
_TARGET = late(r"#?0x[0-9a-f]{3,}\Z")
_BRANCHES = late(
    r"(?:j[a-z]+|call|b(?:l|lr|eq|ne|lt|gt|le|ge|hs|lo)?|b\.[a-z]+|cbn?z|tbn?z|adrp?|jal|brasl|larl|bra|bc|bd[a-z]+)\Z"
)


@dataclass(frozen=True, slots=True)
class _Names:
    """What stands at the addresses of one file, in names and texts that the other file has too."""

    elf: ElfFile
    other: ElfFile
    common: frozenset[str]

    def at(self, address: int) -> str | None:
        """The named thing or the text at an address; None if there is neither, or if the other file lacks it."""
        section = self.elf.section_at(address)
        if section is None:
            return None
        symbol = self.elf.symbol_at(section, address - section.address)
        if symbol is not None and symbol.name:
            if symbol.name not in self.common:
                return None
            return symbol.name if symbol.value == address else f"{symbol.name}+{address - symbol.value:#x}"
        if section.span is None or section.is_executable:
            return None
        start = section.span.start + address - section.address
        text, end, _ = self.elf.data[start : start + MAX_TEXT].partition(b"\0")
        if len(text) < MIN_TEXT or not end or not text.isascii() or not text.decode().isprintable():
            return None
        return f'"{text.decode()}"' if self.other.data.find(text + b"\0") >= 0 else None


def first_differences(
    a: ElfFile, a_span: Span, b: ElfFile, b_span: Span, common: frozenset[str] | None = None
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Up to four instructions of each side from the first difference on; only those that differ, if no more than
    operands do.

    Targets of branches and addresses are masked. With ``common`` (names of symbols that both files have) those that
    lead to
    such a symbol, or to a text that both files hold, show that instead. Both are empty if this machine's code cannot be
    decoded here, or if only masked parts differ.
    """
    left = _lines(a, a_span, None if common is None else _Names(a, b, common))
    right = _lines(b, b_span, None if common is None else _Names(b, a, common))
    if not left or not right:
        return (), ()
    if [line.split(" ")[0] for line in left] == [line.split(" ")[0] for line in right]:
        # Only operands differ: a part that looks like another part of the other side is not that part.
        parted = [(one, other) for one, other in zip(left, right, strict=True) if one != other][:MAX_LINES]
        return tuple(one for one, _ in parted), tuple(other for _, other in parted)
    from difflib import SequenceMatcher

    for tag, i, i_end, j, j_end in SequenceMatcher(None, left, right, autojunk=False).get_opcodes():
        if tag != "equal":
            return tuple(left[i : min(i_end, i + MAX_LINES)]), tuple(right[j : min(j_end, j + MAX_LINES)])
    return (), ()


def instructions(elf: ElfFile, span: Span) -> list[tuple[Span, str]]:
    """The instructions of a function and where they stand, targets of branches and addresses masked.

    Empty if they cannot be decoded here. At most the first 16 KiB are read.
    """
    return _decoded(elf, span, None)


def _lines(elf: ElfFile, span: Span, names: _Names | None) -> list[str]:
    return [line for _, line in _decoded(elf, span, names)]


def _decoded(elf: ElfFile, span: Span, names: _Names | None) -> list[tuple[Span, str]]:
    import capstone

    found = _architecture(elf, span)
    if found is None:
        return []
    decoder = capstone.Cs(*found)
    code = elf.data[span.start : min(span.end, span.start + MAX_BYTES)]
    section = next((s for s in elf.sections if s.is_allocated and s.span and span.start in s.span), None)
    base = section.address + span.start - section.span.start if section is not None and section.span is not None else 0
    return [
        (
            Span(span.start + address - base, span.start + address - base + size),
            _masked(mnemonic, operands, names, address + size),
        )
        for address, size, mnemonic, operands in decoder.disasm_lite(code, base)
    ]


def _masked(mnemonic: str, operands: str, names: _Names | None, following: int) -> str:
    """The instruction without places, or with their names."""
    distance = _RIP.search(operands)
    if distance is not None:
        sign = 1 if distance.group(1) == "+" else -1
        name = names.at(following + sign * int(distance.group(2), 16)) if names else None
        operands = _RIP.sub(lambda _: f"rip + {name or '…'}", operands)
    if _BRANCHES.match(mnemonic):
        head, comma, last = operands.rpartition(", ")
        if last.startswith(("0x", "#0x")) or _TARGET.match(last):
            name = names.at(int(last.lstrip("#"), 16)) if names else None
            operands = f"{head}{comma}{name or '…'}"
    return f"{mnemonic} {operands}".strip()


def _architecture(elf: ElfFile, span: Span) -> tuple[int, int] | None:
    """Capstone's architecture and mode for e_machine (gABI, "ELF Header"); None for the others.

    A Thumb function's symbol has bit 0 set (AAELF32, section 5.5.3), which SymbolTable leaves out of values.
    """
    import capstone

    order = capstone.CS_MODE_LITTLE_ENDIAN if elf.byte_order == "little" else capstone.CS_MODE_BIG_ENDIAN
    wide = elf.elf_class == 64
    if elf.header.machine == EM_ARM:
        thumb = _is_thumb(elf, span)
        return capstone.CS_ARCH_ARM, (capstone.CS_MODE_THUMB if thumb else capstone.CS_MODE_ARM) | order
    known = {
        3: (capstone.CS_ARCH_X86, capstone.CS_MODE_32),
        62: (capstone.CS_ARCH_X86, capstone.CS_MODE_64),
        183: (capstone.CS_ARCH_ARM64, order),
        20: (capstone.CS_ARCH_PPC, capstone.CS_MODE_32 | order),
        21: (capstone.CS_ARCH_PPC, capstone.CS_MODE_64 | order),
        22: (capstone.CS_ARCH_SYSZ, capstone.CS_MODE_BIG_ENDIAN),
        243: (
            capstone.CS_ARCH_RISCV,
            (capstone.CS_MODE_RISCV64 if wide else capstone.CS_MODE_RISCV32) | capstone.CS_MODE_RISCVC,
        ),
        8: (capstone.CS_ARCH_MIPS, (capstone.CS_MODE_MIPS64 if wide else capstone.CS_MODE_MIPS32) | order),
    }
    return known.get(elf.header.machine)


def _is_thumb(elf: ElfFile, span: Span) -> bool:
    """True if the last mapping symbol ($a, $t, $d) before the function says Thumb (AAELF32, section 5.5.5)."""
    section = next((s for s in elf.sections if s.is_executable and s.span and span.start in s.span), None)
    if section is None or section.span is None:
        return False
    start = section.address + span.start - section.span.start
    marks = [s for s in elf.symbols if s.name[:2] in ("$a", "$t") and s.section == section.index and s.value <= start]
    return bool(marks) and max(marks, key=lambda symbol: symbol.value).name.startswith("$t")
