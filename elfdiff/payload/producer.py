"""DW_AT_producer and .comment strings: which tool, which version, which flags."""

from __future__ import annotations

import re

from elfdiff.patterns import late
from elfdiff.values import dataclass

# In order: the first that matches names the tool. Group 1 is the version. rustc's strings name clang or LLVM too.
_TOOLS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (kind, late(pattern))
    for kind, pattern in (
        ("rustc", r"rustc version (\S+)"),
        ("lld", r"\bLLD (\d\S*)"),
        ("mold", r"^mold (\d\S*)"),
        ("wild", r"^Linker: Wild version (\S+)"),
        ("gold", r"^gold (\d\S*)"),
        ("flang", r"\bflang(?:-new)? version (\S+)"),
        ("ldc", r"^(?:LDC|ldc)\b\D*(\d\S*)"),
        ("swift", r"[Ss]wift version (\S+)"),
        ("clang", r"\bclang version (\d\S*)"),
        ("gas", r"^GNU AS (\d\S*)"),
        ("gnat", r"^GNU Ada (\d\S*)"),
        ("gfortran", r"^GNU Fortran\S* (\d\S*)"),
        ("gdc", r"^GNU D\S* (\d\S*)"),
        ("gcc", r"^GNU \S+ (\d\S*)"),
        ("gcc", r"^GCC: (?:\(.*\) )?(\d\S*)"),
        ("go", r"^Go cmd/\S+ go(\S+?)(?:;|\s|$)"),
        ("go", r"^go(\d\S*)"),
        ("zig", r"^zig (\d\S*)"),
        ("ghc", r"^(?:The )?(?:Glorious )?(?:Glasgow Haskell Compil\w+(?: System)?,?|GHC)(?: version)? (\d\S*)"),
        ("nasm", r"^(?:NASM|The Netwide Assembler) (\d\S*)"),
        ("yasm", r"^yasm (\d\S*)"),
        ("fpc", r"^(?:FPC|Free Pascal) (\d\S*)"),
        ("icc", r"^Intel\(R\).*?\b(\d+\.\d\S*)"),
    )
)

_CLANG_HEAD = late(r".*?\bclang version \S+(?: \(\S+\))?")


@dataclass(frozen=True, slots=True)
class Producer:
    """A producer string taken apart.

    ``kind`` is gcc, clang, rustc, go, …, or "other"; ``version`` is empty if the string names none. ``tool`` is the
    string without the flags. A flag and its separate argument are one item of ``flags``.
    """

    kind: str
    version: str
    tool: str
    flags: tuple[str, ...] = ()

    @property
    def release(self) -> tuple[int, ...]:
        """The version as numbers to compare, e.g. (12, 2, 0); empty if it has none."""
        return release(self.version)


def identify(text: str) -> tuple[str, str]:
    """Kind and version of the tool that a string names; ("other", "") for one that is unknown."""
    for kind, pattern in _TOOLS:
        found = pattern.search(text)
        if found:
            return kind, found.group(1).rstrip(",;)")
    return "other", ""


def release(version: str) -> tuple[int, ...]:
    """The leading numbers of a version: "12.2.0-14+deb12u1" gives (12, 2, 0)."""
    found = re.match(r"\d{1,9}(?:\.\d{1,9})*", version)
    return tuple(int(number) for number in found.group().split(".")) if found else ()


def parse_producer(text: str) -> Producer:
    """Takes a DW_AT_producer apart.

    GCC appends the flags that change code (GCC manual, -grecord-gcc-switches), Clang the whole command line where it
    was told to, and Go its experiments after a semicolon. Neither quotes, so a flag's argument is every word up to the
    next that begins with a hyphen.
    """
    kind, version = identify(text)
    if kind == "go":
        tool, _, rest = text.partition(";")
        return Producer(kind, version, tool.strip(), tuple(rest.replace(",", " ").split()))
    head, *rest_words = re.split(r"\s+(?=-)", text.strip())
    if kind == "rustc":
        return Producer(kind, version, text.strip())
    clang = _CLANG_HEAD.match(head) if kind == "clang" else None
    # After its version Clang writes the path of its own binary.
    return Producer(kind, version, clang.group() if clang else head, tuple(rest_words))
