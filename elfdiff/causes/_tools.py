"""Tool versions and languages of a pair, as fixes and detectors ask for them."""

from __future__ import annotations

import re

from elfdiff.evidence.model import Context, EvidenceSet, ToolChange, WordChange, WordKind

COMPILERS = frozenset(
    {
        "gcc",
        "clang",
        "rustc",
        "go",
        "zig",
        "gnat",
        "gfortran",
        "gdc",
        "ldc",
        "dmd",
        "ocaml",
        "ghc",
        "swift",
        "icc",
        "icx",
        "tcc",
        "nvcc",
    }
)
"""Kinds that turn source into code; the others (ld, gold, lld, mold, as) put code together."""

_LANGUAGE_OF = {"rustc": "rust", "go": "go", "zig": "zig", "ghc": "haskell", "ocaml": "ocaml"}


def numbers(version: str) -> tuple[int, ...]:
    """The leading dotted number of a version: (12, 2, 0) for ``12.2.0-14``; empty if it has none."""
    match = re.match(r"\D*(\d+(?:\.\d+)*)", version)
    return tuple(int(part) for part in match[1].split(".")) if match else ()


def older_than(context: Context, kind: str, *version: int) -> bool:
    """True if either file names a release of this tool before ``version``."""
    found = [numbers(text) for text in context.versions(kind)]
    return any(item and item < version for item in found)


def user_compiler(context: Context) -> str | None:
    """The compiler of the user's own C or C++ units: gcc or clang; None if neither is named.

    C runtime objects of a distribution name gcc too, so clang wins where both stand.
    """
    if context.has_tool("clang"):
        return "clang"
    return "gcc" if context.has_tool("gcc") else None


def languages(context: Context) -> frozenset[str]:
    """The source languages; without debug information, what the compilers imply, and C if nothing does."""
    implied = {language for tool, language in _LANGUAGE_OF.items() if context.has_tool(tool)}
    return frozenset(context.languages) | implied or frozenset({"c"})


def has_c(context: Context) -> bool:
    """True if there is C or C++ among the languages."""
    return bool(languages(context) & {"c", "c++"})


def compiler_changed(evidence: EvidenceSet) -> bool:
    """True if a compiler's recorded version differs, or the commit of rustc in the paths of its library."""
    tools = any(change.tool in COMPILERS for change in evidence.of(ToolChange))
    return tools or any(change.kind is WordKind.RUSTC_COMMIT for change in evidence.of(WordChange))


def compiler_exchanged(evidence: EvidenceSet) -> bool:
    """True if a compiler is named on one side only: the other was built by one of another family."""
    return any(change.tool in COMPILERS and not (change.a_tool and change.b_tool) for change in evidence.of(ToolChange))
