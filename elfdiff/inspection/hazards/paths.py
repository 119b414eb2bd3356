"""Directories of the build in debug information, texts, run-time tables and flags."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath

from elfdiff.causes._paths import FORTRAN_SUFFIX, is_build_place, is_foreign
from elfdiff.inspection.hazards.temporary import is_temporary
from elfdiff.inspection.model import Confidence
from elfdiff.inspection.sign import MAX_PLACES, Sign, sign
from elfdiff.inspection.subject import PathUse, Subject
from elfdiff.patterns import late

_REGISTRY = late(r"/(?:registry/src|git/checkouts)/[^/]+-[0-9a-f]{16}/")
_OUT_DIR = late(r"/build/[A-Za-z0-9_-]+-[0-9a-f]{16}(?:/|$)")
_RUST_SOURCE = late(r"/lib/rustlib/src/rust/")
_DISTRIBUTED = late(
    r"^/(?:usr(?!/src/|/local/src/)|lib|lib32|lib64|etc|bin|sbin|dev|proc|sys|run)/|^/rustc(?:-dev)?/[0-9a-f]{40}|^/rust/deps/|^/usr/src/rustc-\d|^/cargo/registry/|/(?:build|BUILD)/(?:glibc|gcc|binutils|musl|llvm-toolchain)[-_.]|/csu/"
)
_PREFIX_MAP = late(
    r"-f(?:file|debug|macro|profile|coverage)-prefix-map=(/[^=\s\"']+)=|--remap-path-prefix[ =](/[^=\s\"']+)="
)
_PERSONAL = late(
    r"^/(?:home|Users|builddir|builds|github/workspace|__w|var/lib/jenkins)/[^/]+/[^/]+|^/root/[^./][^/]*/[^/]+|^/build/[^/]+-[^/]+/|^/tmp/(?:[^/]+/){3}"
)
_LANGUAGES = {
    ".rs": "rust",
    ".go": "go",
    ".c": "c",
    ".h": "c",
    ".cc": "c++",
    ".cpp": "c++",
    ".cxx": "c++",
    ".hpp": "c++",
}
_PYTHON = late(r"/include/(?:internal/)?(?:python|pypy)\d\.\d+")
_RUN_TOGETHER = late(r"\.rs(?=[A-Za-z0-9(])")
"""Where the name of a Rust source ends and another text begins: nothing stands between the two."""
_RUN_TIME = late(r"^/var/(?!tmp/|lib/(?:jenkins|buildkite-agent)/)")
_EXAMPLE = late(r"^/home/(?:user(?:name)?|me|you|foo|alice|bob)/")
_VENDORED = late(r"/(?:site-packages|dist-packages|node_modules)/")


def find(subject: Subject) -> Iterator[Sign]:
    """Faces of build-path and toolchain-path."""
    uses = [use for use in subject.paths if not _DISTRIBUTED.search(use.path) and not is_temporary(use.path)]
    left: list[PathUse] = []
    for use in uses:
        if _RUST_SOURCE.search(use.path) or _REGISTRY.search(use.path) or (_is_installed(use) and not subject.is_go):
            continue
        left.append(use)
    yield from _toolchains(subject, uses)
    registry = [use for use in uses if _REGISTRY.search(use.path)]
    if registry:
        yield _paths(
            subject,
            "build-path",
            "path-cargo-registry-home",
            "sources of crates are named below cargo's home directory",
            registry,
        )
    if subject.is_go:
        yield from _go(subject, left)
        left = [use for use in left if use.spot.section.name != ".gopclntab" and not use.in_debug]
    debug = [use for use in left if use.in_debug and not _is_artefact(use)]
    yield from _debug(subject, debug)
    plain = [use for use in left if not use.in_debug]
    yield from _texts(subject, plain)
    yield from _flags(subject)


def _is_installed(use: PathUse) -> bool:
    """A file of the system or of a toolchain, or a header of the CPython that an extension is for."""
    return is_foreign(use.path) or (use.in_debug and bool(_PYTHON.search(use.path)))


def _paths(
    subject: Subject, root: str, face: str, title: str, uses: Sequence[PathUse], confidence: Confidence = "shows"
) -> Sign:
    places = (subject.path_place(use) for use in uses[:MAX_PLACES])
    return sign(root, face, title, confidence, places, len(uses), language=_language(uses))


def _language(uses: Sequence[PathUse]) -> str | None:
    """The language of the sources that are named, if all are of one."""
    spoken = {_LANGUAGES.get(PurePosixPath(use.path).suffix) for use in uses[:MAX_PLACES]}
    return next(iter(spoken)) if len(spoken) == 1 else None


def _toolchains(subject: Subject, uses: Sequence[PathUse]) -> Iterator[Sign]:
    rust = [use for use in uses if _RUST_SOURCE.search(use.path)]
    if rust:
        yield _paths(
            subject,
            "toolchain-path",
            "path-rust-src-component",
            "sources of Rust's library are named where this builder keeps them",
            rust,
        )
    if subject.is_go:
        return
    other = [
        use
        for use in uses
        if _is_installed(use)
        and (use.in_debug or use.is_source)
        and not _RUST_SOURCE.search(use.path)
        and not _REGISTRY.search(use.path)
    ]
    if other:
        title = "files of a toolchain outside /usr are named"
        yield _paths(subject, "toolchain-path", "path-sysroot-toolchain-install", title, other, "hints")


def _go(subject: Subject, uses: Sequence[PathUse]) -> Iterator[Sign]:
    settings = dict(subject.sbom.details)
    if settings.get("-trimpath") == "true":
        return
    named = [use for use in uses if use.path.endswith((".go", ".s"))]
    if named:
        yield _paths(
            subject,
            "build-path",
            "path-go-gopath-goroot",
            "Go's file table names the directories of sources (no -trimpath)",
            named,
        )


def _is_artefact(use: PathUse) -> bool:
    return use.path.endswith((".dwo", ".gcda"))


def _debug(subject: Subject, uses: Sequence[PathUse]) -> Iterator[Sign]:
    split = [use for use in subject.paths if use.in_debug and use.path.endswith(".dwo")]
    if split:
        yield _paths(
            subject, "build-path", "path-split-dwarf", "split debug information names its .dwo file by path", split
        )
    if not uses:
        return
    units = [unit for unit in subject.elf.debug_units if unit.directory and unit.directory.startswith("/")]
    assembled = bool(units) and all((unit.producer or "").startswith("GNU AS") for unit in units)
    compiled = any(unit.producer and not unit.producer.startswith("GNU AS") for unit in subject.elf.debug_units)
    directories = subject.unit_directories
    ordered = sorted(uses, key=lambda use: use.path not in directories)
    if assembled and compiled:
        title = "units that GNU as wrote name the directory of the build, those of the compiler do not"
        yield _paths(subject, "build-path", "path-assembler-source", title, ordered)
    else:
        likely = any(use.path in directories or is_build_place(use.path) for use in uses)
        title = "debug information names the directory of the build"
        yield _paths(subject, "build-path", "path-dwarf-comp-dir", title, ordered, "shows" if likely else "hints")


def _texts(subject: Subject, uses: Sequence[PathUse]) -> Iterator[Sign]:
    """Paths that a stripped program keeps. One below /tmp is the program's business, unless it names a source."""
    coverage = [use for use in uses if use.path.endswith(".gcda")]
    if coverage:
        yield _paths(
            subject, "build-path", "path-gcov-gcda", "a coverage build holds the path of its .gcda file", coverage
        )
    out = [use for use in uses if _OUT_DIR.search(use.path)]
    if out:
        yield _paths(
            subject, "build-path", "path-cargo-out-dir-env", "a text made by env!() holds a directory of cargo", out
        )
    known = {*coverage, *out}
    sources = [use for use in uses if use not in known and _is_source(subject, use) and _looks_compiled(subject, use)]
    fortran = [use for use in sources if FORTRAN_SUFFIX.search(use.path)]
    if fortran:
        yield _paths(
            subject,
            "build-path",
            "path-gfortran-runtime",
            "gfortran passes the source's path to its run-time library",
            fortran,
        )
    macros = [use for use in sources if not FORTRAN_SUFFIX.search(use.path)]
    if macros:
        certain = any(is_build_place(use.path) for use in macros)
        title = "__FILE__, assert or a panic location holds an absolute path"
        yield _paths(subject, "build-path", "path-file-macro", title, macros, "shows" if certain else "hints")
    known.update(sources)
    roots = _roots(subject, sources)
    rest = [use for use in uses if use not in known]
    below = [use for use in rest if any((use.path + "/").startswith(root + "/") for root in roots)]
    personal = [
        use for use in rest if _PERSONAL.match(use.path) and not _EXAMPLE.match(use.path) and not _is_glued(use)
    ]
    if below or personal:
        chosen = below or personal
        title = "a text from a build script or a flag holds a directory of the build"
        yield _paths(
            subject, "build-path", "path-linker-map-or-script-strings", title, chosen, "shows" if below else "hints"
        )


def _is_source(subject: Subject, use: PathUse) -> bool:
    """The name of a source, alone or with the text behind it."""
    return use.is_source or ("rust" in subject.languages and bool(_RUN_TOGETHER.search(use.path)))


def _is_glued(use: PathUse) -> bool:
    """Part of a longer word, as parts of addresses of web pages are."""
    return use.start > 0 and use.spot.text[use.start - 1 : use.start].isalnum()


def _looks_compiled(subject: Subject, use: PathUse) -> bool:
    """A source that somebody compiled, not a header or module that the program looks for when it runs."""
    if _VENDORED.search(use.path) or _RUN_TIME.match(use.path):
        return False
    if use.path.endswith(".d") and "d" not in subject.languages:
        return False
    if is_build_place(use.path):
        return True
    # What looks like a path from the root may be the tail of a relative one behind another text.
    return use.path.count("/") >= 3 and "/../" not in use.path and not subject.is_go


def _roots(subject: Subject, sources: Sequence[PathUse]) -> tuple[str, ...]:
    """Directories known to be the build's: of units, and above sources; none so short that it means nothing."""
    found = {path for path in subject.unit_directories if not is_foreign(path) and path.count("/") >= 2}
    found.update(str(PurePosixPath(use.path).parent) for use in sources[:200] if use.path.count("/") >= 4)
    return tuple(sorted(found, key=len)[:50])


def _flags(subject: Subject) -> Iterator[Sign]:
    """Flags that were recorded with a directory in them."""
    recorded = [
        (spot, match)
        for spot in subject.plain_spots
        if b"-prefix" in spot.text and (match := _PREFIX_MAP.search(spot.text.decode("latin-1")))
    ]
    if recorded:
        yield sign(
            "build-flags",
            "env-flags-from-environment",
            "compiler flags are recorded, with a directory of the build in them",
            "shows",
            (subject.place(spot, *match.span()) for spot, match in recorded[:MAX_PLACES]),
            len(recorded),
        )
    for section_name in (".debug_str", ".debug_line_str", ".debug_info"):
        section = subject.elf.section(section_name)
        producers = [p for p in subject.producers if any(_PREFIX_MAP.search(flag) for flag in p.flags)]
        if section is None or not producers:
            continue
        flag = next(flag for flag in producers[0].flags if _PREFIX_MAP.search(flag)).encode("utf-8", "surrogateescape")
        at = subject.contents(section).find(flag)
        if at >= 0:
            title = "a compiler recorded the prefix map itself, and with it the directory that it hides"
            yield sign(
                "build-flags",
                "debug-producer-flags",
                title,
                "shows",
                [subject.name_place(section, at, flag)],
                len(producers),
            )
            return
