"""What a directory is: a place where somebody builds, or one where tools and libraries live."""

from __future__ import annotations

import re
from collections.abc import Iterator

from elfdiff.causes._cargo import is_other_command
from elfdiff.causes._facts import dependencies_differ, tools_differ
from elfdiff.evidence.model import (
    TEMPLATE_END,
    DependencyDrift,
    EvidenceSet,
    PathChange,
    PathPlace,
    StrayUnit,
    TextChange,
    WordChange,
    WordKind,
)
from elfdiff.evidence.temporary import drawn_component
from elfdiff.patterns import late
from elfdiff.values import dataclass

SOURCE_SUFFIX = late(
    r"\.(?:c|cc|cpp|cxx|c\+\+|h|hh|hpp|hxx|inc|inl|tcc|ipp|def|rs|go|f|for|f77|f90|f95|f03|f08|pyx|pxd|py|zig|ml|mli|mll|mly|d|di|"
    r"adb|ads|s|asm|hs|nim|swift|cu|m|mm|vala|y|l|gcda|dwo)$",
    re.IGNORECASE,
)
"""How the name of a source file (or of what is named after one) ends."""

FORTRAN_SUFFIX = late(r"\.(?:f|for|f77|f90|f95|f03|f08)$", re.IGNORECASE)

_TOOLCHAIN = late(
    r"/rustc/[0-9a-f]{40}(?:/|$)|^/rust/deps(?:/|$)|/rustlib/(?:src|[a-z0-9_]+-)|/\.rustup/|/toolchains?/|/ndk(?:-bundle)?(?:/|$)|/(?:android-)?sdk/|/emsdk/|"
    r"/x-tools/|/Cellar/|/homebrew/|/nix/store/|/gnu/store/|/lib/gcc(?:-cross)?/|/lib/(?:llvm|clang)[-/]|"
    r"/golang\.org/toolchain@|/miniconda\d?/|/anaconda\d?/|/sysroots?/|"
    r"/(?:build|BUILD)/(?:glibc|gcc|binutils|musl|llvm-toolchain)[-_.]|/csu(?:/|$)",
    re.IGNORECASE,
)
_SYSTEM = late(
    r"/(?:usr(?!/(?:src|obj|ports|local/src)(?:/|$))|lib|lib32|lib64|libx32|bin|sbin|etc|proc|sys|dev|snap|run|System|Library|"
    r"var/(?:run|log|cache|spool|lock|db|mail))(?:/|$)"
)
_OPT_TOOLCHAIN = late(
    r"/opt/(?:[^/]*(?:gcc|clang|llvm|rust|golang|cross|toolchain|devtoolset|rh|intel|conda|zig|ghc|compiler|sdk|ndk|arm|riscv|musl)[^/]*|go)(?:/|$)",
    re.IGNORECASE,
)
_TOOL_TEMPORARY = late(
    r"/go-build\d{5,}|/rustc[A-Za-z0-9]{6}(?:/|$)|/cc[A-Za-z0-9]{6}\.|/caml(?:startup|pp|obj)[0-9a-f]{6}|/tmpxft_[0-9a-f]{8}"
)
_RANDOM_PART = late(
    r"/tmp/[A-Za-z_-]+[.-](?=[A-Za-z0-9]*[A-Z])(?=[A-Za-z0-9]*[a-z0-9])[A-Za-z0-9]{6,10}(?:/|$)|"
    r"/(?:tmp[a-z0-9_]{8}|tmp(?=[A-Za-z0-9]*[A-Z0-9])[A-Za-z0-9]{6,10}|tmp\.[A-Za-z0-9]{6,10}|\.tmp[A-Za-z0-9]{6}|pip-[a-z-]+-[a-z0-9_]{8}|nix-build-[^/]+-\d+|nix-\d+-\d+|[0-9a-f]{32,64})(?:/|$)"
)
_VERSIONED = late(r"^(?P<name>[A-Za-z][A-Za-z0-9_.-]*?)(?P<glue>[-@]v?)(?P<version>\d+\.\d+(?:\.\d+)?[A-Za-z0-9.+-]*)$")
_DOTTED = late(r"\d+(?:\.\d+)+")
_RELEASE = late(r"\d+(?:[._]\d+)+")
_HEADER = late(r"\.(?:h|hh|hpp|hxx|h\+\+|inc|inl|tcc|ipp|tpp)$", re.IGNORECASE)
_INCLUDE = late(r"/include(?:/|$)")
_INSTALLED = late(
    r"/(?:opt|vendor|third[_-]?party|3rdparty|deps?|extern(?:al)?s?|packages|prefix|install(?:ed)?|stag(?:e|ing)|sdk|"
    r"\.?conan2?|vcpkg(?:_installed)?|spack)(?:/|$)",
    re.IGNORECASE,
)
_DEPENDENCY_HOME = late(r"/registry/src/|/git/checkouts/|/vendor(?:/|$)|/pkg/mod/")
_REGISTRY = late(r"/registry/src/([^/]+)")
_BUILD_PLACE = late(
    r"^/(?:home|build|builddir|builds|tmp|root|work|workspace|w|srv|mnt|data|github|__w|runner|agent|var/(?:lib|tmp)|usr/src|usr/obj|nix/var|Users|private|ci|src)(?:/|$)"
)
_BUILDS_ONLY = late(
    r"^/(?:build|builddir|builds|tmp|work|workspace|w|github|__w|runner|agent|ci|src|nix/var|var/tmp|usr/src|usr/obj)(?:/|$)"
    r"|/(?:[^/]*[-_.])?(?:build|builds|buildroot|obj|work|workspace|checkout|worktree|src|source|sources|ci|jenkins|"
    r"runner|job|jobs|pipeline)(?:[-_.@\d][^/]*)?(?:/|$)",
    re.IGNORECASE,
)
_INSTALL_PART = late(r"^(?:share|etc|var|lib|lib64|libexec|bin|sbin|include|locale|plugins?|conf|run)(?:/|$)")
_ABSOLUTE = late(r"(?<![\w.$/~-])/[^\s:;,\"'<>|()=*?`$&!{}\[\]\\/]+(?:/[^\s:;,\"'<>|()=*?`$&!{}\[\]\\/]+)*/?")

_PYTHON = late(r"/include/(?:internal/)?(?:python|pypy)(\d\.\d+)(?:/|\Z)")
_NAMES = late(r"(?:/[\w.+@~-]*)+\Z")
_HASHED = late(r"(?<![0-9a-f])[0-9a-f]{16,}(?![0-9a-f])|-cgu\.\d+")
"""Hashes in paths, and the units that rustc numbers: they are no places."""
MOST_SHARED = 256


@dataclass(frozen=True, slots=True)
class LoneDirectory:
    """A text that changed by an absolute path and by nothing else, without a common tail to tell how far it goes."""

    fact: TextChange | WordChange
    a_directory: str
    b_directory: str


def is_foreign(directory: str) -> bool:
    """True for a directory of the system, of a toolchain or of a tool's temporary files: nobody builds there."""
    return any(pattern.search(directory) for pattern in (_TOOLCHAIN, _OPT_TOOLCHAIN, _TOOL_TEMPORARY)) or bool(
        _SYSTEM.match(directory)
    )


def is_dependency(directory: str) -> bool:
    """True for a path where cargo or go keep the sources of dependencies, or where programs carry them (vendor)."""
    return bool(_DEPENDENCY_HOME.search(directory))


_FRONT_END = late(
    r"/(?:pip-[a-z-]+-|build-via-[a-z]+-|build-env-|\.tmp-[^/]+-|\.mesonpy-|cargo-install|easy_install-)[^/]*(?:/|\Z)"
)
"""Where tools that build in a copy of the tree put it: nobody's $PWD."""


def is_copy(change: PathChange) -> bool:
    """True if pip, cargo or their like built a side in a copy of the tree that they made for the purpose."""
    return any(_FRONT_END.search(directory) for directory in (change.a_directory, change.b_directory))


def looks_random(directory: str) -> bool:
    """True if a part of it has the shape that mktemp and its like give."""
    return bool(_RANDOM_PART.search(directory))


def is_build_place(directory: str) -> bool:
    """True for a directory below one where builds usually run; a relative one counts, as a prefix map leaves it."""
    return not directory.startswith("/") or bool(_BUILD_PLACE.match(directory))


def is_only_for_builds(directory: str) -> bool:
    """True for a directory that by its own name, or its place, is one of builds; a home may be anything's."""
    return not directory.startswith("/") or bool(_BUILDS_ONLY.search(directory))


def is_installed_part(tail: str) -> bool:
    """True for what an installation prefix is usually followed by: share/…, etc/…."""
    return bool(_INSTALL_PART.match(tail))


def joined(directory: str, tail: str) -> str:
    """The whole path."""
    return f"{directory}/{tail}" if tail else directory


def is_other_version(change: PathChange) -> bool:
    """True if the directories are two versions of one dependency, or two names of one registry: no place of a build."""
    a, b = change.a_directory.rstrip("/"), change.b_directory.rstrip("/")
    left, right = (_VERSIONED.match(side.rsplit("/", 1)[-1]) for side in (a, b))
    if left and right and left["name"] == right["name"] and left["version"] != right["version"]:
        home = _DEPENDENCY_HOME.search(a) and _DEPENDENCY_HOME.search(b)
        if home or left["glue"].startswith("@"):
            return True
    registries = _REGISTRY.search(a), _REGISTRY.search(b)
    return bool(registries[0] and registries[1] and registries[0][1] != registries[1][1])


def is_other_release(change: PathChange) -> bool:
    """True if two directories outside the places of builds differ in dotted version numbers alone.

    They hold two releases of what is installed there, as the headers of an interpreter.
    """
    a, b = change.a_directory, change.b_directory
    if change.place is PathPlace.INTERPRETER or (is_build_place(a) and is_build_place(b)):
        return False
    return a != b and _DOTTED.sub("#", a) == _DOTTED.sub("#", b)


def is_of_a_release(change: PathChange, evidence: EvidenceSet) -> bool:
    """True if the directories are two whatever released them, and below them a source of a dependency has the very
    version that the list of dependencies says is another: ``P/vendor/tiny-1.0.1/src/lib.rs``."""
    if change.a is None or change.b is None or not SOURCE_SUFFIX.search(change.tail):
        return False
    tails = []
    for path, directory in ((change.a.value, change.a_directory), (change.b.value, change.b_directory)):
        if not path.startswith(directory + "/"):
            return False
        tails.append(path[len(directory) + 1 :])
    for drift in evidence.of(DependencyDrift):
        if drift.a_version and drift.b_version and f"{drift.name}-{drift.a_version}" in tails[0]:
            names = f"{drift.name}-{drift.a_version}", f"{drift.name}-{drift.b_version}"
            heads = change.a_directory, change.b_directory
            return tails[0].replace(*names) == tails[1] and not any(drift.name in head for head in heads)
    return False


def released_headers(evidence: EvidenceSet) -> dict[tuple[str, str], bool]:
    """Pairs of directories that differ in version numbers alone and of which nothing but headers is named.

    They hold two releases of what was compiled against. True if that is sure: debug information says that nothing was
    compiled there, or it is a place where dependencies are put; else a source tree of its own may look so.
    """
    groups: dict[tuple[str, str], list[PathChange]] = {}
    compiled: dict[tuple[str, str], None] = {}
    for change in evidence.of(PathChange):
        directories = (change.a_directory, change.b_directory)
        groups.setdefault(directories, []).append(change)
        if change.place in (PathPlace.DEBUG_DIRECTORY, PathPlace.GO_TABLE):
            compiled[directories] = None
    found: dict[tuple[str, str], bool] = {}
    for (a, b), changes in groups.items():
        if all(_python(change, side) for change in changes for side in (0, 1)):
            found[a, b] = True  # CPython's headers, wherever it is installed
            continue
        if _RELEASE.sub("#", a) != _RELEASE.sub("#", b) or any(is_below((a, b), place) for place in compiled):
            continue
        if all(_is_header(change) for change in changes):
            found[a, b] = evidence.context.has_debug or bool(_INSTALLED.search(a) and _INSTALLED.search(b))
    return found


def pythons(evidence: EvidenceSet) -> tuple[str, str] | None:
    """The two releases of CPython whose headers were compiled in, as "3.11"; None if there is one, or none."""
    for change in evidence.of(PathChange):
        a, b = _python(change, 0), _python(change, 1)
        if a and b and a != b:
            return a, b
    return None


def _python(change: PathChange, side: int) -> str | None:
    """The release of CPython that a path is a header of, or a directory of headers of."""
    found = _PYTHON.search(joined((change.a_directory, change.b_directory)[side], change.tail))
    return found[1] if found else None


def stray_paths(evidence: EvidenceSet) -> list[PathChange]:
    """The path changes that tell of units that strayed from the rest: no build moved, an object came from elsewhere."""
    moved = [
        (unit.elsewhere, unit.directory) if unit.side == "a" else (unit.directory, unit.elsewhere)
        for unit in evidence.of(StrayUnit)
    ]
    return [
        change
        for change in evidence.of(PathChange)
        if any(is_below(pair, (change.a_directory, change.b_directory)) for pair in moved)
    ]


def is_below(directories: tuple[str, str], heads: tuple[str, str]) -> bool:
    """True if both directories are the two others, or below them."""
    return all(f"{path}/".startswith(f"{head}/") for path, head in zip(directories, heads, strict=True))


def _is_header(change: PathChange) -> bool:
    path = joined(change.a_directory, change.tail)
    if not _INCLUDE.search(path) or change.place is PathPlace.DEBUG_DIRECTORY:
        return False
    return bool(_HEADER.search(path)) or not SOURCE_SUFFIX.search(path)


def is_unit_hash(change: PathChange) -> bool:
    """True if only cargo's 16 hex digits behind a package name differ: profile, features and rustc make them."""
    hashed = re.compile(r"(/build/[A-Za-z0-9_-]+-)[0-9a-f]{16}(?=/|$)")
    a, b = (joined(directory, change.tail) for directory in (change.a_directory, change.b_directory))
    return a != b and bool(hashed.search(a)) and hashed.sub(r"\1", a) == hashed.sub(r"\1", b)


def build_paths(evidence: EvidenceSet) -> Iterator[PathChange]:
    """The path changes whose directory may be one where somebody built.

    A directory with a name drawn at random is one if debug information says that a compiler ran there, or if a tree of
    sources stood there; else it held a tool's temporary files: a generator drops its file beside nothing. A copy that
    pip or cargo makes of the tree is temporary too.
    """
    compiled: set[tuple[str, str]] = set()
    for change in evidence.of(PathChange):
        inside = "/" in change.tail or looks_random(change.a_directory.rpartition("/")[0])
        if change.place in (PathPlace.DEBUG_DIRECTORY, PathPlace.GO_TABLE) or (
            inside and SOURCE_SUFFIX.search(change.tail)
        ):
            compiled.add((change.a_directory, change.b_directory))
    releases = released_headers(evidence)
    strayed = set(map(id, stray_paths(evidence)))
    for change in evidence.of(PathChange):
        directories = (change.a_directory, change.b_directory)
        if releases.get(directories) or id(change) in strayed:
            continue
        random = all(map(looks_random, directories)) or drawn_component(*directories) is not None
        if is_copy(change) or (random and directories not in compiled):
            continue
        whole = [joined(directory, change.tail) for directory in (change.a_directory, change.b_directory)]
        if directories not in compiled and is_other_release(change):
            continue
        if change.place is PathPlace.INTERPRETER or is_other_version(change) or is_unit_hash(change):
            continue
        if is_other_command(change):
            continue
        if change.place is PathPlace.GO_TABLE:
            if not any(_TOOL_TEMPORARY.search(path) for path in whole):
                yield change
            continue
        if not any(is_foreign(path) for path in whole):
            yield change


def lone_directories(evidence: EvidenceSet) -> Iterator[LoneDirectory]:
    """Texts and words that changed from one absolute path to another."""
    facts: list[TextChange | WordChange] = [*evidence.of(TextChange), *evidence.of(WordChange)]
    for fact in facts:
        if isinstance(fact, WordChange):
            if fact.kind is not WordKind.OTHER:
                continue
            a, b = fact.a_word, fact.b_word
        elif fact.a is None or fact.b is None:
            continue
        elif fact.fragment:
            found = _glued(fact.a.value, fact.b.value)
            if found and not any(is_foreign(path) or SOURCE_SUFFIX.search(path) for path in found):
                if _is_of_releases(found) or dependencies_differ(evidence) or tools_differ(evidence):
                    continue  # where paths have no ends, two releases of anything look like two directories
                yield LoneDirectory(fact, *found)
            continue
        else:
            a, b = fact.a.value, fact.b.value
        pairs = changed_paths(a, b)
        if not pairs or any(_HASHED.sub("", x) == _HASHED.sub("", y) for x, y in pairs):
            continue
        if any(is_foreign(path) or SOURCE_SUFFIX.search(path) for pair in pairs for path in pair):
            continue
        if all(path.endswith(TEMPLATE_END) for path in pairs[0]):
            continue
        if all(is_build_place(path) for path in pairs[0]):
            yield LoneDirectory(fact, *pairs[0])


def _is_of_releases(paths: tuple[str, str]) -> bool:
    """True if two paths differ in the version of a dependency alone, wherever they end."""
    heads = [_DEPENDENCY_HOME.search(path) for path in paths]
    if heads[0] is None or heads[1] is None:
        return False
    return paths[0][: heads[0].end()] == paths[1][: heads[1].end()]


def changed_paths(a: str, b: str) -> list[tuple[str, str]]:
    """The absolute paths that differ between two texts that differ in nothing else; none if they differ otherwise."""
    left, right = _ABSOLUTE.findall(a), _ABSOLUTE.findall(b)
    if len(left) != len(right) or _ABSOLUTE.sub("/", a) != _ABSOLUTE.sub("/", b):
        return []
    return [(x, y) for x, y in zip(left, right, strict=True) if x != y]


def _glued(a: str, b: str) -> tuple[str, str] | None:
    """Both paths, where texts have no ends and differ in one path: it begins at the first folder that builders use."""
    head = next((i for i, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))
    room = min(len(a), len(b)) - head
    tail = next((i for i in range(room) if a[-1 - i] != b[-1 - i]), room)
    if _NAMES.match("/" + a[len(a) - tail :]):
        tail = 0  # what both end in may be the end of the path
    ends = len(a) - tail, len(b) - tail
    for start in range(max(head - MOST_SHARED, 0), head + 1):
        left, right = a[start : ends[0]], b[start : ends[1]]
        if all(side.startswith("/") and _BUILD_PLACE.match(side) and _NAMES.match(side) for side in (left, right)):
            return None if _HASHED.sub("", left) == _HASHED.sub("", right) else (left, right)
    return None
