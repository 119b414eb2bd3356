"""Embedded directories, grouped as a person would name them."""

from __future__ import annotations

from collections.abc import Sequence

from elfdiff.causes._paths import is_foreign
from elfdiff.inspection.model import DirectoryKind, EmbeddedDirectory
from elfdiff.inspection.subject import PathUse, Subject
from elfdiff.patterns import late

MAX_DIRECTORIES = 200
_KNOWN = late(
    r"^.*?/(?:registry/src/[^/]+|git/checkouts/[^/]+|rustlib/src/rust|pkg/mod|lib/gcc(?:-cross)?/[^/]+/[^/]+)(?=/|$)|^/rustc(?:-dev)?/[0-9a-f]{40}"
)
_DEPTH = 3


def directories(subject: Subject) -> tuple[EmbeddedDirectory, ...]:
    """Those of the build first, then by how many texts begin with them; /usr and other system places are left out."""
    units = sorted((path.rstrip("/") for path in subject.unit_directories), key=len)
    tops = _tops(units)
    groups: dict[str, tuple[int, PathUse]] = {}
    for use in subject.paths:
        if not (use.in_debug or use.is_source or _is_below(use.path, tops)):
            continue
        top = _directory(use.path, tops)
        if top.startswith(("/usr/", "/lib/", "/etc/", "/dev/", "/proc/", "/sys/")) or top in ("/usr", "/lib", ""):
            continue
        count, first = groups.get(top, (0, use))
        groups[top] = (count + 1, first)
    found = [
        EmbeddedDirectory(path, _kind(path), count, subject.path_place(first))
        for path, (count, first) in sorted(groups.items(), key=lambda item: (-item[1][0], item[0]))[:MAX_DIRECTORIES]
    ]
    return tuple(sorted(found, key=lambda item: (item.kind != "build", -item.count, item.path)))


def _kind(path: str) -> DirectoryKind:
    return (
        "toolchain" if is_foreign(path) or path.startswith(("/rustc/", "/rustc-dev/", "/usr/src/rustc-")) else "build"
    )


def _tops(units: Sequence[str]) -> tuple[str, ...]:
    """Unit directories that lie below no other; those of many siblings become their parent."""
    tops: list[str] = []
    for path in units:
        if path.count("/") >= 2 and not _is_below(path, tops):
            tops.append(path)
            if len(tops) > MAX_DIRECTORIES:
                break
    if len(tops) > 4:
        tops = list(dict.fromkeys(_head(path) for path in tops))
    return tuple(tops)


def _is_below(path: str, tops: Sequence[str]) -> bool:
    return any(path == top or path.startswith(top + "/") for top in tops)


def _head(path: str) -> str:
    return "/".join(path.split("/")[: _DEPTH + 1])


def _directory(path: str, tops: Sequence[str]) -> str:
    known = _KNOWN.match(path)
    if known:
        return known.group()
    for top in tops:
        if path == top or path.startswith(top + "/"):
            return top
    return _head(path.rsplit("/", 1)[0])
