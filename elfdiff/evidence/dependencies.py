"""Dependency lists, Go build settings, and crate versions in the paths that were compiled in."""

from __future__ import annotations

from collections.abc import Iterator

from elfdiff.comparison.pair import Pair
from elfdiff.comparison.texts.rewrites import RewriteKind
from elfdiff.elf.file import ElfFile
from elfdiff.evidence.gosettings import changed_settings, stamps_of
from elfdiff.evidence.model import DependencyDrift, Evidence, GoSettingChange
from elfdiff.evidence.strings import GO_BUILD_INFO, word_evidence
from elfdiff.patterns import late
from elfdiff.payload.drift import compare_lists
from elfdiff.payload.package import State
from elfdiff.report import DependencyDiff, Location
from elfdiff.span import Span

_CRATE = late(rb"/(?:registry/src/[^/\0]+|vendor)/([A-Za-z][A-Za-z0-9_-]*?)-(\d+\.\d+\.\d+(?:[-+][A-Za-z0-9.+-]*)?)/")
_RELEASE = late(r"v\d+\.\d+\.\d+")
"""What a tag names; a version with a commit or a time in it is the checkout's."""
_SECTIONS = {"cargo-auditable": ".dep-v0", "go-buildinfo": ".go.buildinfo", "package-note": ".note.package"}
_ORIGINS = {"cargo-auditable": "dep-v0", "go-buildinfo": "go-buildinfo", "package-note": "package-note"}


def extract(pair: Pair) -> Iterator[Evidence]:
    """Drift between the two lists, then Go settings, then crate versions seen in paths only.

    Go's own version and the version of Go's main module (which the checkout gives) are no dependencies.
    """
    a, b = pair.dependencies
    diff = compare_lists(a, b)
    named = set()
    source = diff.source or ""
    roots = {item.root.name for item in (a, b) if item.root}
    for change in diff.changes:
        of_root = source == "go-buildinfo" and change.name in roots
        if source == "go-buildinfo" and change.name == "stdlib":
            continue
        if of_root and not (_RELEASE.fullmatch(change.a or "") and _RELEASE.fullmatch(change.b or "")):
            continue
        named.add(change.name)
        section = _SECTIONS.get(source)
        yield DependencyDrift(
            section=section,
            a=_place(pair.a, section, change.a),
            b=_place(pair.b, section, change.b),
            name=change.name,
            change=change.change,
            a_version=change.a,
            b_version=change.b,
            source=change.source,
            local=change.local or of_root,
            origin=_ORIGINS.get(source, source),
        )
    yield from _settings(pair)
    yield from _crates(pair, named)


def drift(pair: Pair) -> DependencyDiff | None:
    """The dependency diff for the report; None when neither file has a list."""
    a, b = pair.dependencies
    if a.state is State.ABSENT and b.state is State.ABSENT:
        return None
    return compare_lists(a, b)


def _place(elf: ElfFile, name: str | None, version: str | None) -> Location | None:
    section = elf.section(name) if name else None
    if section is None or section.span is None or version is None:
        return None
    return Location(section.span.start, section.span.length, "file", version)


def _settings(pair: Pair) -> Iterator[Evidence]:
    copies = tuple(_copies(pair))
    trimmed = tuple(rewrite.id for rewrite in pair.rewrites if rewrite.kind is RewriteKind.TOKEN)
    for key, a_value, b_value in changed_settings(pair):
        places = (_place(pair.a, ".go.buildinfo", a_value), _place(pair.b, ".go.buildinfo", b_value))
        words = stamps_of(key, a_value, b_value)
        for item in words:
            yield word_evidence(item, ".go.buildinfo", None, places, (), f"{key}={a_value}")
        if not words:
            yield GoSettingChange(
                section=".go.buildinfo",
                a=places[0],
                b=places[1],
                rewrites=trimmed if key == "-trimpath" else pair.path_rewrites(a_value, b_value),
                spans=copies,
                key=key,
                a_value=a_value,
                b_value=b_value,
            )


def _copies(pair: Pair) -> Iterator[tuple[Span | None, Span | None]]:
    """Where the text of the build information stands: in its section, and once more among the program's texts."""
    for string in pair.strings:
        if (
            string.a
            and string.b
            and string.a.text.startswith(GO_BUILD_INFO)
            and string.b.text.startswith(GO_BUILD_INFO)
        ):
            a, b = string.a.file_offset(), string.b.file_offset()
            if a is not None and b is not None:
                yield Span(a, a + len(string.a.text)), Span(b, b + len(string.b.text))


def _crates(pair: Pair, named: set[str]) -> Iterator[DependencyDrift]:
    """A crate whose path is compiled in on both sides, with another version. Absence of a path says nothing."""
    left, right = _crate_versions(pair, "a"), _crate_versions(pair, "b")
    for name in sorted(left.keys() & right.keys()):
        if name in named or left[name].keys() == right[name].keys():
            continue
        a_only = sorted(left[name].keys() - right[name].keys())
        b_only = sorted(right[name].keys() - left[name].keys())
        if not a_only or not b_only:
            continue
        yield DependencyDrift(
            section=left[name][a_only[0]][0],
            a=left[name][a_only[0]][1],
            b=right[name][b_only[0]][1],
            name=name,
            change="changed",
            a_version=a_only[0],
            b_version=b_only[0],
            source="registry",
            local=False,
            origin="crate-path",
        )


def _crate_versions(pair: Pair, side: str) -> dict[str, dict[str, tuple[str, Location]]]:
    """Crate → version → (section, place), from the texts that only this side has."""
    found: dict[str, dict[str, tuple[str, Location]]] = {}
    for string in pair.strings:
        spot = string.a if side == "a" else string.b
        if spot is None or b"/" not in spot.text:
            continue
        for match in _CRATE.finditer(spot.text):
            name, version = match.group(1).decode(), match.group(2).decode()
            offset = spot.file_offset()
            place = Location(
                (offset if offset is not None else spot.offset) + match.start(),
                match.end() - match.start(),
                "file" if offset is not None else f"{spot.section.name} inflated",
                match.group().decode("ascii", "backslashreplace"),
            )
            found.setdefault(name, {}).setdefault(version, (spot.section.name, place))
    return found
