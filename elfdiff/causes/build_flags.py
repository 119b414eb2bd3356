"""The two sides were compiled or linked with other flags.

## What it looks like

A file built with `-g` records the compiler's flags. gcc 12, one unit, two builds (DW_AT_producer, as `readelf
--debug-dump=info` shows it):

    a  GNU C17 12.2.0 -mtune=generic -march=x86-64 -g -O2 -fasynchronous-unwind-tables
    b  GNU C17 12.2.0 -mtune=generic -march=x86-64 -g -O1 -fasynchronous-unwind-tables

A Go program carries its settings in `.go.buildinfo`, one `build` line each: `-trimpath=true`, `CGO_ENABLED=0`,
`GOAMD64=v3`, `-tags=netgo`.

Where nothing is recorded, single flags leave marks of their own:

| flag | mark |
|---|---|
| `-fstack-protector…` | `__stack_chk_fail` is imported |
| `-D_FORTIFY_SOURCE=2` | `printf` becomes `__printf_chk`, `memcpy` becomes `__memcpy_chk` |
| `-fsanitize=…` | `__ubsan_handle_…`, `__asan_…` are imported; libubsan or libasan is needed |
| `-static-libstdc++` | libstdc++.so is no longer needed, and its functions are in the program |
| `-no-pie` | ELF type EXEC instead of DYN |
| `-Wl,-z,now` | DT_FLAGS BIND_NOW, DT_FLAGS_1 NOW; `.got.plt` is merged into `.got` |
| `-Wl,-z,norelro` | no PT_GNU_RELRO |
| `-Wl,-z,execstack` | one flag byte of PT_GNU_STACK, outside every section |
| `-Wl,--hash-style=sysv` | `.hash` instead of `.gnu.hash` |
| `-g` | `.debug_*` sections on one side |
| `-gz` | ch_type 1 (zlib) or 2 (zstd) in the compression header of `.debug_*` |
| Rust dev profile | `panic_const_add_overflow`, "attempt to subtract with overflow" |

## Why it happens

CFLAGS, LDFLAGS, RUSTFLAGS, CGO_CFLAGS and GOFLAGS are inherited from the environment of each builder; a
distribution's compiler adds its own defaults; one side built the dev profile and the other release. Some programs
also store their own flags in a string ("built with -O2 …"), so that the flags show even without debug information.

## How to be sure

Recorded flags that differ are proof, and so is a setting of `.go.buildinfo`. An import or a header field is proof of
that one property; another linker has other defaults, so nothing of this kind is claimed when the tools differ.
Optimisation without `-g` leaves no record: then most functions differ while texts, symbols and tools are the same,
and elfdiff says "possible". To settle it, rebuild both sides with `-g -frecord-gcc-switches` and compare again.

Debug sections on one side only mean `-g` on one side, or a strip step. If `.symtab` lost entries too (strip drops
file symbols), or the build ID stayed equal, it was a strip step: see post-processing. Flags that only name another
build directory belong to build-path, and a CPU that the compiler was told to detect belongs to host-cpu.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from elfdiff.actions import Do
from elfdiff.causes._codegen import unrecorded
from elfdiff.causes._facts import (
    became,
    build_id_differs,
    dependencies_differ,
    lower,
    tools_differ,
    values,
)
from elfdiff.causes._flags import Flags, sort_flags, volatile
from elfdiff.causes._linking import exported, linked
from elfdiff.causes._paths import pythons
from elfdiff.causes._profiles import settings, variables
from elfdiff.causes._runtimes import runtimes
from elfdiff.causes._tools import compiler_exchanged
from elfdiff.causes._wording import listed
from elfdiff.causes.model import Claim, Proof, cause
from elfdiff.evidence.facts import BareUnit
from elfdiff.evidence.model import (
    BuildIdKept,
    CompressionChange,
    Context,
    DynamicChange,
    Evidence,
    EvidenceSet,
    FlagChange,
    GoSettingChange,
    SectionChange,
    SymbolSetChange,
    TextChange,
    WordChange,
    WordKind,
)
from elfdiff.patterns import late
from elfdiff.report import Effect, Fix, Role
from elfdiff.values import replace

_FLAG_WORD = late(r"-[A-Za-z][\w=+.,/-]*\Z")
_STAMP_OPTIONS = frozenset({"-X", "--X"})
_GO_DEFAULTS = frozenset({"DefaultGODEBUG", "GOFIPS140", "GOEXPERIMENT", "-compiler", "-buildmode"})
_ABI = late(r"-m(?:32|64|x32|cmodel|abi|float-abi|soft-float)")


_NAMED = 3
"""Settings that a step names."""
_ENVIRONMENT = (
    "start each build from an empty environment (env -i) and export the same CFLAGS, CXXFLAGS, CPPFLAGS, LDFLAGS, "
    "RUSTFLAGS and GOFLAGS"
)
_SAME = Fix(
    "any",
    Do(f"build both sides with the same flags: {_ENVIRONMENT}"),
    Effect.REMOVES,
    note="which side has the flags you want, the files cannot say",
)
AUDITABLE, _SYMBOL = ".dep-v0", "AUDITABLE_VERSION_INFO"
_ONE_COMMAND = (
    "build both with one cargo command (--release or --profile, --features, --target), one [profile] in "
    "Cargo.toml, one Cargo.lock (--locked), and the same RUSTFLAGS and CARGO_PROFILE_… variables"
)
_CARGO = Fix(
    "cargo",
    Do(_ONE_COMMAND),
    Effect.REMOVES,
    note="the files cannot say which side has the settings you want",
)


_ZIG = Fix(
    "zig",
    Do(
        "build both with one optimisation mode and one CPU: zig build -Doptimize=… -Dcpu=… (zig build-exe -O … -mcpu=…)"
    ),
    Effect.REMOVES,
    note="the files cannot say which side has the settings you want",
)


def choose(context: Context, faces: tuple[str, ...]) -> tuple[Fix, ...]:
    """Settings of cargo where the program is Rust's, those of zig where it is Zig's."""
    if "rust" in context.languages:
        named = f"choose for both builds: {'; '.join(context.settings[:_NAMED])}. " if context.settings else ""
        return (replace(_CARGO, action=Do(f"{named}{_ONE_COMMAND[:1].upper() if named else 'b'}{_ONE_COMMAND[1:]}")),)
    if "zig" in context.languages:
        return (_ZIG,)
    if not context.settings:
        return (_SAME,)
    named = "; ".join(context.settings[:_NAMED])
    return (
        replace(_SAME, action=Do(f"choose for both builds: {named}. {_ENVIRONMENT[:1].upper()}{_ENVIRONMENT[1:]}")),
    )


@cause(
    title="the compiler or linker flags differ",
    role=Role.INPUT,
    faces={
        "env-flags-from-environment": "the program stores flags that it was built with",
        "tool-flags-optimisation": "compiler or linker flags differ",
        "tool-rust-profile-debug-assertions": "one side has Rust's debug assertions (another profile)",
        "tool-go-settings": "Go build settings differ",
        "debug-producer-flags": "recorded flags name other directories",
        "debug-presence-or-level": "debug information is on one side, or of another level",
        "debug-compressed-sections": "debug sections are compressed in another way",
    },
    fixes=(_CARGO, _ZIG, _SAME),
    references=(
        "Debian reproducible notes: records_build_flags (194 packages)",
        "GCC manual: -grecord-gcc-switches, -frecord-gcc-switches",
        "GCC bug 68848: prefix maps recorded in DW_AT_producer",
        "Go 1.18 release notes: build settings in the binary; golang/go#52372",
    ),
    choose=choose,
)
def detect(evidence: EvidenceSet) -> Iterator[Claim]:
    yield from _recorded(evidence)
    yield from _go(evidence)
    yield from _stored_text(evidence)
    yield from linked(evidence)
    yield from runtimes(evidence)
    yield from exported(evidence)
    yield from _bare_units(evidence)
    yield from _unused_library(evidence)
    yield from _debug_sections(evidence)
    yield from _auditable(evidence)
    yield from variables(evidence)
    yield from _compression(evidence)
    yield from settings(evidence)
    yield from unrecorded(evidence)


def _match(
    face: str,
    because: tuple[Evidence, ...],
    proof: Proof,
    summary: str,
    note: str | None = None,
    code: bool = True,
) -> Claim:
    return Claim(face, because, proof, summary, note, explains_code=code)


def _words(flags: tuple[str, ...]) -> str:
    return " ".join(flags[:6]) + (" …" if len(flags) > 6 else "") if flags else "none"


_OF_PYTHON = frozenset({"-fwrapv", "-fno-strict-overflow", "-fno-strict-aliasing", "-fno-semantic-interposition"})
"""Flags that CPython's own build put into sysconfig, some releases of it and others not."""


def _recorded(evidence: EvidenceSet) -> Iterator[Claim]:
    """Flags in DW_AT_producer and .GCC.command.line."""
    if compiler_exchanged(evidence):
        return  # compilers of two families do not record the same
    changes = [(c, sort_flags(c.a_flags), sort_flags(c.b_flags)) for c in evidence.of(FlagChange)]
    drift = tools_differ(evidence)
    code = [(c, _code(a, drift, a.native or b.native), _code(b, drift, a.native or b.native)) for c, a, b in changes]
    if pythons(evidence):
        # Extensions are compiled with the flags of the CPython that they are for: those follow from the target.
        code = [(c, _without_pythons(a), _without_pythons(b)) for c, a, b in code]
    code = [item for item in code if item[1] != item[2]]
    if code:
        _, a, b = code[0]
        yield _match(
            "tool-flags-optimisation",
            tuple(c for c, _, _ in code),
            lower(Proof.RECORDED, drift),
            f"flags only in a: {_words(a)}; only in b: {_words(b)}",
            "the tools differ too; part of this may be their defaults" if drift else None,
        )
    if drift:
        return
    debug = [(c, a, b) for c, a, b in changes if _levels(a) != _levels(b)]
    if debug:
        _, first, second = debug[0]
        yield _match(
            "debug-presence-or-level",
            tuple(c for c, _, _ in debug),
            Proof.RECORDED,
            f"debug flags only in a: {_words(_levels(first))}; only in b: {_words(_levels(second))}",
            code=False,
        )
    paths = [(c, a, b) for c, a, b in changes if a.paths != b.paths and (not a.paths or not b.paths)]
    if paths:
        _, first, second = paths[0]
        yield _match(
            "debug-producer-flags",
            tuple(c for c, _, _ in paths),
            Proof.RECORDED,
            f"recorded on one side only: {_words(first.paths or second.paths)}",
            code=False,
        )


def _levels(flags: Flags) -> tuple[str, ...]:
    """Debug flags without those that only compress."""
    return tuple(flag for flag in flags.debug if not flag.startswith("-gz"))


def _without_pythons(flags: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(flag for flag in flags if flag not in _OF_PYTHON)


def _code(flags: Flags, drift: bool, native: bool) -> tuple[str, ...]:
    """What can change code. With ``native`` the CPU was detected, and what it has is host-cpu's."""
    if drift:
        return tuple(flag for flag in flags.code if re.match(r"-O", flag))
    machine = flags.machine
    if native:
        machine = tuple(flag for flag in flags.machine if _ABI.match(flag))
    return (*flags.code, *machine, *(value for value in flags.values if not volatile(value)))


def _go(evidence: EvidenceSet) -> Iterator[Claim]:
    """Settings of .go.buildinfo, version control and stamps apart."""
    drift = tools_differ(evidence)
    found: list[GoSettingChange] = []
    keys = {change.key for change in evidence.of(GoSettingChange)}
    for change in evidence.of(GoSettingChange):
        if change.key == "Path" and "command-line-arguments" not in (change.a_value, change.b_value):
            continue  # the name of the program, which may have moved
        if change.key.startswith("vcs") or (drift and change.key in _GO_DEFAULTS):
            continue
        if change.key == "-ldflags" and "-trimpath" in keys and (change.a_value is None or change.b_value is None):
            continue  # cmd/go leaves -ldflags out of the record when -trimpath is given
        left, right = _settings(change.key, change.a_value), _settings(change.key, change.b_value)
        if left != right:
            found.append(change)
    if found:
        # A flag that was given on one side says more than what is empty on both.
        found.sort(key=lambda change: (not (change.a_value or change.b_value), not change.key.startswith("-")))
        shown = "; ".join(f"{c.key}={_told(c.a_value)} in a, {_told(c.b_value)} in b" for c in found[:3])
        yield _match("tool-go-settings", tuple(found), lower(Proof.RECORDED, drift), shown)


def _told(value: str | None) -> str:
    return "absent" if value is None else value or "empty"


def _settings(key: str, value: str | None) -> tuple[str, ...]:
    """A setting as words, without what only carries another cause: -X stamps, and flags that name directories."""
    if value is None:
        return ()
    import shlex

    try:
        words = shlex.split(value)
    except ValueError:
        words = value.split()
    kept: list[str] = []
    skip = False
    for word in words:
        if skip:
            kept.append(word.split("=", 1)[0] if volatile(word) or "=" in word else word)
        elif word.startswith("-X="):
            kept.append(word.split("=", 2)[1])
        elif not (key.startswith("CGO_") and ("=/" in word or word.startswith(("-I/", "-L/")))):
            kept.append(word)
        skip = word in _STAMP_OPTIONS
    return tuple(kept) or ("",)


def _stored_text(evidence: EvidenceSet) -> Iterator[Claim]:
    """A text of the program that lists flags."""
    found: list[Evidence] = []
    shown = ""
    for word in evidence.of(WordChange):
        flags = word.a_word.split() + word.b_word.split()
        if word.kind is not WordKind.OTHER or not flags or not _listed(word.context):
            continue
        if all(_FLAG_WORD.match(flag) for flag in flags):
            found.append(word)
            shown = shown or became(word.a_word, word.b_word)
    for text in evidence.of(TextChange):
        left, right = values(text)
        if text.fragment or not left or not right or not (_listed(left) and _listed(right)):
            continue
        a_flags, b_flags = (sort_flags(side.split()) for side in (left, right))
        plain = [" ".join(word for word in side.split() if not _FLAG_WORD.match(word)) for side in (left, right)]
        recorded = [(side.code, side.machine, side.debug) for side in (a_flags, b_flags)]
        if plain[0] == plain[1] and recorded[0] != recorded[1]:
            found.append(text)
            shown = shown or became(left, right)
    if found:
        yield _match("env-flags-from-environment", tuple(found), Proof.SHAPE, shown)


def _listed(text: str) -> bool:
    """A compiler's command line: two words or more that look like flags, one of them a flag that compilers share."""
    words = [word for word in text.split() if _FLAG_WORD.match(word)]
    return len(words) >= 2 and any(re.match(r"-(?:O[0-3sgz]?\Z|g|W|f|m|D|std=)", word) for word in words)


def _one_sided(evidence: EvidenceSet) -> Iterator[SectionChange]:
    return (change for change in evidence.of(SectionChange) if change.status in ("added", "removed"))


def _unused_library(evidence: EvidenceSet) -> Iterator[Claim]:
    """A needed library on one side only, of which nothing more is used."""
    if tools_differ(evidence) or dependencies_differ(evidence) or evidence.has(BuildIdKept):
        return
    needed = [
        change
        for change in evidence.of(DynamicChange)
        if change.tag == "DT_NEEDED" and (change.a_value is None) != (change.b_value is None)
    ]
    if needed and not any(change.imports for change in evidence.of(SymbolSetChange)):
        first = needed[0]
        side, library = ("b", first.b_value) if first.a_value is None else ("a", first.a_value)
        yield _match(
            "tool-flags-optimisation",
            tuple(needed),
            Proof.SHAPE,
            f"only {side} needs {library}, and no function of it is used: -l or --no-as-needed",
            code=False,
        )


def _bare_units(evidence: EvidenceSet) -> Iterator[Claim]:
    """Sources that were compiled with -g on one side and without it on the other, as others were on both."""
    for bare in evidence.of(BareUnit):
        other = "b" if bare.side == "a" else "a"
        yield _match(
            "debug-presence-or-level",
            (bare,),
            lower(Proof.RECORDED, tools_differ(evidence)),
            f"{listed(bare.names)}: compiled with -g in {other}, without it in {bare.side}, so with other flags",
            "a makefile that compiles an object by two rules does so, in an order that -j decides",
            code=True,
        )


def _debug_sections(evidence: EvidenceSet) -> Iterator[Claim]:
    """.debug_* on one side, and no sign of a strip step; an object file has a symbol more for each such section."""
    sections = [s for s in _one_sided(evidence) if s.name.startswith((".debug_", ".rela.debug_", ".rel.debug_"))]
    main = [s for s in sections if s.name == ".debug_info"]
    if not main or tools_differ(evidence) or evidence.has(BuildIdKept):
        return
    symtab = [s for s in evidence.of(SectionChange) if s.name == ".symtab"]
    if symtab and not evidence.context.relocatable:
        return
    side = "b" if main[0].status == "added" else "a"
    yield _match(
        "debug-presence-or-level",
        tuple(sections),
        Proof.RECORDED if build_id_differs(evidence) else Proof.SHAPE,
        f"only {side} has debug information (.debug_info)",
        "the symbol tables are alike, as a compiler's -g leaves them; strip -g drops file symbols",
        code=False,
    )


def _auditable(evidence: EvidenceSet) -> Iterator[Claim]:
    """The list of dependencies that cargo auditable links in, on one side only."""
    lists = [section for section in _one_sided(evidence) if section.name == AUDITABLE]
    if not lists or evidence.has(BuildIdKept):
        return
    names = [change for change in evidence.of(SymbolSetChange) if _SYMBOL in (*change.a_only, *change.b_only)]
    yield _match(
        "tool-flags-optimisation",
        (*lists, *names),
        Proof.RECORDED,
        f"only {'b' if lists[0].status == 'added' else 'a'} was built with cargo auditable: it holds {AUDITABLE}",
        code=False,
    )


def _compression(evidence: EvidenceSet) -> Iterator[Claim]:
    changes = [c for c in evidence.of(CompressionChange) if c.a_method != c.b_method or c.same_contents]
    if not changes or evidence.has(BuildIdKept):
        return
    other = [c for c in changes if c.a_method != c.b_method]
    both = any(c.a_method and c.a_method == c.b_method for c in evidence.of(CompressionChange))
    if both and all(c.a_method is None or c.b_method is None for c in other):
        other = []  # a linker that compresses leaves a section as it is where that makes it no smaller
        changes = [c for c in changes if c.same_contents]
    if other:
        first = other[0]
        yield _match(
            "debug-compressed-sections",
            tuple(other),
            lower(Proof.RECORDED, tools_differ(evidence)),
            f"{first.name}: {first.a_method or 'not compressed'} in a, {first.b_method or 'not compressed'} in b",
            code=False,
        )
    elif changes:
        yield _match(
            "debug-compressed-sections",
            tuple(changes),
            Proof.SHAPE,
            f"{changes[0].name} holds the same bytes, compressed by another compressor or at another level",
            "the files do not say which compressor wrote them",
            code=False,
        )
