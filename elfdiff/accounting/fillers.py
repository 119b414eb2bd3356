"""What stands in the gaps between functions: fill of a given length, as assemblers and linkers make it.

A style is a word: ``nop:N`` (x86: NOPs of at most N bytes, the longest first), ``lea:N`` (the same in the older forms
of i386), or ``repeat:HEX`` (a unit again and again). Sources: binutils gas/config/tc-i386.c (11), bfd/cpu-i386.c (10,
and 2 on i386), LLVM X86AsmBackend.cpp (10, 15), gold/x86_64.cc (15); LLD repeats a trap instruction, mold zeros.
"""

from __future__ import annotations

from functools import cache

MAX_LENGTH = 64
"""Bytes that things in code are aligned to at most: a gap is shorter."""
_NOPS = (
    b"", b"\x90", b"\x66\x90", b"\x0f\x1f\x00", b"\x0f\x1f\x40\x00", b"\x0f\x1f\x44\x00\x00",
    b"\x66\x0f\x1f\x44\x00\x00", b"\x0f\x1f\x80\x00\x00\x00\x00", b"\x0f\x1f\x84\x00\x00\x00\x00\x00",
    b"\x66\x0f\x1f\x84\x00\x00\x00\x00\x00", b"\x66\x2e\x0f\x1f\x84\x00\x00\x00\x00\x00",
)  # fmt: skip
_LEAS = (
    b"", b"\x90", b"\x66\x90", b"\x8d\x76\x00", b"\x8d\x74\x26\x00", b"\x2e\x8d\x74\x26\x00",
    b"\x8d\xb6\x00\x00\x00\x00", b"\x8d\xb4\x26\x00\x00\x00\x00", b"\x2e\x8d\xb4\x26\x00\x00\x00\x00",
)  # fmt: skip
LONGEST = {"nop": (2, 9, 10, 11, 15), "lea": (7, 8)}


@cache
def fill(style: str, length: int) -> bytes | None:
    """``length`` bytes of fill; None if the style does not know how, or is no style."""
    kind, _, rest = style.partition(":")
    if not 0 <= length < MAX_LENGTH:
        return None
    if kind == "repeat":
        try:
            unit = bytes.fromhex(rest)
        except ValueError:
            return None
        return unit * (length // len(unit)) if unit and length % len(unit) == 0 else None
    if kind not in LONGEST or not rest.isdecimal() or int(rest) not in LONGEST[kind]:
        return None
    most = int(rest)
    out = [_one(kind, most)] * (length // most)
    return b"".join([*out, _one(kind, length % most)])


def _one(kind: str, length: int) -> bytes:
    if kind == "lea":
        return _LEAS[length]
    # Longer ones have more operand-size prefixes.
    return _NOPS[length] if length <= 10 else b"\x66" * (length - 10) + _NOPS[10]


@cache
def styles_of(content: bytes) -> frozenset[str]:
    """Every style that makes these bytes."""
    found = {
        f"{kind}:{most}"
        for kind, longest in LONGEST.items()
        for most in longest
        if fill(f"{kind}:{most}", len(content)) == content
    }
    for size in (1, 2, 4):
        if len(content) % size == 0 and content == content[:size] * (len(content) // size):
            found.add(f"repeat:{content[:size].hex()}")
            break
    return frozenset(found)
