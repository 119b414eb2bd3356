"""Which C library each side was linked with, and which releases of it that can have been."""

from __future__ import annotations

from collections.abc import Iterator

from elfdiff.comparison.pair import Pair
from elfdiff.elf.file import ElfFile
from elfdiff.evidence.facts import LibcChange
from elfdiff.evidence.model import Evidence
from elfdiff.patterns import late
from elfdiff.payload.symbolversions import Version, imported, needed_versions
from elfdiff.report import Location
from elfdiff.span import Span
from elfdiff.values import dataclass

MOST_SIGNS = 4
_GLIBC = late(r"GLIBC_(\d+(?:\.\d+)+)\Z")
_RELR = "GLIBC_ABI_DT_RELR"
_FILES_GONE = frozenset({"libpthread.so.0", "libdl.so.2", "librt.so.1", "libutil.so.1", "libanl.so.1"})
"""Libraries that are part of libc.so.6 since glibc 2.34: a link with it needs none of them."""
_STAT = late(r"__[fl]?x(?:stat|statat|mknod|mknodat)(?:64)?\Z")
"""What programs called until glibc 2.33 gave stat and its like names of their own."""
_MUSL = late(r"ld-musl-|libc\.musl-")
_BIONIC = late(r"/system/bin/linker|/system/bin/bootstrap/linker")
_START = "__libc_start_main"
_NEW_START = (2, 34)

_Release = tuple[int, ...]


@dataclass(frozen=True)
class _Side:
    """What one file says of its C library."""

    elf: ElfFile
    kind: str
    versions: dict[str, Version]
    oldest: _Release | None
    before: _Release | None
    signs: tuple[str, ...]


def extract(pair: Pair) -> Iterator[Evidence]:
    """At most one fact, and none where the two may have been linked with one library."""
    a, b = _side(pair.a), _side(pair.b)
    if a.kind and b.kind and a.kind != b.kind:
        yield _change(a, b, (f"a is for {a.kind}", f"b is for {b.kind}"), True, ())
        return
    if a.kind != "glibc" or b.kind != "glibc":
        return
    signs, spans = list[str](), list[tuple[Span | None, Span | None]]()
    before: list[_Release | None] = [a.before, b.before]
    for name in sorted(a.versions.keys() & b.versions.keys(), key=lambda name: (name != _START, name)):
        left, right = _release(a.versions[name].name), _release(b.versions[name].name)
        if left is None or right is None or left == right:
            continue
        older = 0 if left < right else 1
        newer = max(left, right)
        if newer <= ((a, b)[older].oldest or newer):
            continue  # the source asked for the old one (.symver)
        known = before[older]
        before[older] = newer if known is None else min(known, newer)
        signs.append(f"{name}@{a.versions[name].name} in a, @{b.versions[name].name} in b")
        spans.append((_record(a.versions[name]), _record(b.versions[name])))
    sides = [
        _Side(side.elf, side.kind, side.versions, side.oldest, bound, side.signs)
        for side, bound in zip((a, b), before, strict=True)
    ]
    proven = _apart(sides[0], sides[1]) or _apart(sides[1], sides[0])
    signs += [f"{sign} in {name}" for side, name in zip(sides, "ab", strict=True) for sign in side.signs]
    if proven:
        yield _change(sides[0], sides[1], tuple(signs[:MOST_SIGNS]), True, tuple(dict.fromkeys(spans)))


def _apart(older: _Side, newer: _Side) -> bool:
    return older.before is not None and newer.oldest is not None and older.before <= newer.oldest


def _change(
    a: _Side, b: _Side, signs: tuple[str, ...], proven: bool, spans: tuple[tuple[Span | None, Span | None], ...]
) -> LibcChange:
    return LibcChange(
        section=".gnu.version_r" if spans else None,
        a=_place(a, signs),
        b=_place(b, signs),
        spans=spans,
        a_kind=a.kind,
        b_kind=b.kind,
        a_from=_text(a.oldest),
        a_before=_text(a.before),
        b_from=_text(b.oldest),
        b_before=_text(b.before),
        signs=signs,
        proven=proven,
    )


def _place(side: _Side, signs: tuple[str, ...]) -> Location | None:
    """The record of the first version that says so, with what it bounds."""
    first = side.versions.get(signs[0].split("@")[0]) if signs else None
    bounds = [side.kind]
    if side.oldest is not None:
        bounds.append(f"{_text(side.oldest)} or newer")
    if side.before is not None:
        bounds.append(f"before {_text(side.before)}")
    value = ", ".join(bounds)
    return Location(first.at, 16, "file", f"{first.name}: {value}") if first else Location(0, 0, "file", value)


def _side(elf: ElfFile) -> _Side:
    names = [entry.text or "" for entry in elf.dynamic if entry.tag_name == "NEEDED"]
    interp = elf.section(".interp")
    loader = elf.raw(interp).rstrip(b"\0").decode("ascii", "replace") if interp is not None and interp.span else ""
    versions = imported(elf)
    needed = needed_versions(elf)
    releases = [release for version in needed if (release := _release(version.name)) is not None]
    kind = "glibc" if releases else ""
    if any(map(_MUSL.search, (*names, loader))):
        kind = "musl"
    elif _BIONIC.search(loader) or any(note.owner == "Android" for note in elf.notes):
        kind = "bionic"
    bounds, signs = list[_Release](), list[str]()
    start = _release(versions[_START].name) if _START in versions else None
    if start is not None and start < _NEW_START:
        bounds.append(_NEW_START)
    gone = [name for name in names if name in _FILES_GONE]
    if gone:
        bounds.append(_NEW_START)
        signs.append(f"{gone[0]} among the needed libraries")
    old = next((name for name in versions if _STAT.match(name)), None)
    if old is not None:
        bounds.append((2, 33))
        signs.append(old)
    oldest = max(releases, default=None)
    if any(version.name == _RELR for version in needed):
        oldest = max(oldest or (2, 36), (2, 36))
    before = min(bounds, default=None)
    if before is not None and oldest is not None and before <= oldest:
        before, signs = None, []  # linked by a newer one with what an older one had
    return _Side(elf, kind, versions, oldest, before, tuple(signs))


def _release(name: str) -> _Release | None:
    found = _GLIBC.match(name)
    return tuple(int(part[:6]) for part in found[1].split(".")) if found else None


def _record(version: Version) -> Span:
    return Span(version.at, version.at + 16)


def _text(release: _Release | None) -> str | None:
    return ".".join(map(str, release)) if release is not None else None
