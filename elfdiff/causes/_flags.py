"""Sorts recorded compiler flags by what they can change."""

from __future__ import annotations

from collections.abc import Iterable

from elfdiff.patterns import late
from elfdiff.values import dataclass

_WITH_VALUE = frozenset(
    (
        "-I", "-isystem", "-iquote", "-idirafter", "-include", "-imacros", "-isysroot", "-D", "-U", "-o", "-x", "-L",
        "-B", "-T", "-u", "-z", "-target", "-Xclang", "-mllvm", "-MF", "-MT", "-MQ", "--param", "-arch",
        "-resource-dir", "-main-file-name", "-dumpdir", "-dumpbase", "-auxbase",
    )
)  # fmt: skip
_PATH_HEADS = (
    "-I", "-isystem", "-iquote", "-idirafter", "-include", "-imacros", "-isysroot", "--sysroot", "-L", "-B", "-o",
    "-MF", "-MT", "-MQ", "-MD", "-MMD", "-dumpdir", "-dumpbase", "-auxbase", "-resource-dir", "-fdebug-prefix-map",
    "-ffile-prefix-map", "-fmacro-prefix-map", "-fprofile-prefix-map", "-fcoverage-prefix-map",
    "-fdebug-compilation-dir", "-ffile-compilation-dir", "-fcoverage-compilation-dir", "-fprofile-dir",
    "-frandom-seed", "-save-temps", "-imultilib", "-imultiarch", "-main-file-name", "-internal-isystem",
    "-internal-externc-isystem", "-coverage-", "-fmodule-map-file", "-fmodules-cache-path",
)  # fmt: skip
_NATIVE = late(r"--param=?\s*l[12]-cache-(?:size|line-size)=")
_MACHINE = late(r"-m(?!llvm)|--param=?\s*l[12]-cache-")
_PROFILE = late(r"-f(?:profile-use|profile-instr-use|profile-sample-use|auto-profile|branch-probabilities)")
_VOLATILE = late(
    r"(?:19|20)\d\d[-./]?\d\d[-./]?\d\d|\b1\d{9}\b|\d\d:\d\d|\b[0-9a-f]{7,40}\b|-dirty|@|"
    r"[0-9a-f]{8}-[0-9a-f]{4}-|[A-Z][a-z]{2} [ \d]\d \d{4}"
)


@dataclass(frozen=True, slots=True)
class Flags:
    """Flags of one side, by what they change.

    ``native`` says that the compiler wrote out what it found out about the CPU of its host.
    """

    debug: tuple[str, ...]
    machine: tuple[str, ...]
    profile: tuple[str, ...]
    paths: tuple[str, ...]
    values: tuple[str, ...]
    code: tuple[str, ...]
    native: bool


def sort_flags(words: Iterable[str]) -> Flags:
    """Sort flags; a flag's separate value is joined to it, and a word that belongs to no flag is left out."""
    groups: dict[str, list[str]] = {name: [] for name in ("debug", "machine", "profile", "paths", "values", "code")}
    for flag in _joined(words):
        groups[_group(flag)].append(flag)
    return Flags(
        debug=tuple(groups["debug"]),
        machine=tuple(groups["machine"]),
        profile=tuple(groups["profile"]),
        paths=tuple(groups["paths"]),
        values=tuple(groups["values"]),
        code=tuple(groups["code"]),
        native=any(_NATIVE.match(flag) for flag in groups["machine"]),
    )


def volatile(value: str) -> bool:
    """True if a value looks like a time, a revision, a UUID or user@host: then the flag only carries another cause."""
    return bool(_VOLATILE.search(value))


def _joined(words: Iterable[str]) -> list[str]:
    flags: list[str] = []
    for word in words:
        if flags and flags[-1] in _WITH_VALUE and not word.startswith("-"):
            flags[-1] = f"{flags[-1]} {word}"
        elif word.startswith("-"):
            flags.append(word)
    return flags


def _group(flag: str) -> str:
    if _PROFILE.match(flag):
        return "profile"
    if flag.startswith(("-D", "-U")):
        return "values"
    if flag.startswith(_PATH_HEADS) or "=/" in flag:
        return "paths"
    if _MACHINE.match(flag):
        return "machine"
    return "debug" if flag.startswith("-g") else "code"
