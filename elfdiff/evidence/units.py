"""Where units were compiled: sources below another relative directory, and how the changed directories lie."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice

from elfdiff.comparison.pair import Pair
from elfdiff.elf.file import ElfFile
from elfdiff.elf.model import DebugUnit
from elfdiff.evidence.model import Evidence, Layout, PathChange, PathPlace, StrayUnit
from elfdiff.evidence.temporary import drawn_component
from elfdiff.patterns import late
from elfdiff.payload.languages import language_of
from elfdiff.report import Location
from elfdiff.span import Span

MAX_UNITS = 200
HEAD = 96
"""Bytes of a unit or line program in which the reference to its directory is looked for."""
MAX_DIRECTORIES = 20
_TABLES = (".debug_line_str", ".debug_str")
_PROFILE = late(r"-f(?:profile-use|profile-instr-use|profile-sample-use|auto-profile|branch-probabilities)\b")
_SYSTEM = ("/usr/", "/build/", "/rustc/", "/checkout", "/rust/", "/opt/", "/lib")
_FETCHED = ("/registry/src/", "/git/checkouts/", "/pkg/mod/")
_DEBUG = frozenset({PathPlace.DEBUG_DIRECTORY, PathPlace.DEBUG_NAME, PathPlace.DEBUG_OTHER})
_TEMPFILE = late(r"(?:\A|/)tmp[a-z0-9_]{8}(?=/|\Z)")
"""A directory of Python's tempfile."""


def extract(pair: Pair) -> Iterator[Evidence]:
    """A path change for each unit whose source has the same name below another relative directory, and each unit that
    strayed from the directory of the rest (at most 200 of either)."""
    yield from islice(_strayed(pair), MAX_UNITS)
    found = 0
    for item in pair.units:
        a, b = (unit.name or "" if unit else "" for unit in (item.a, item.b))
        if item.a is None or item.b is None or a == b or a.startswith("/") or b.startswith("/"):
            continue
        left, right, tail = _common_tail(a, b)
        if not tail or not left or not right:
            continue
        found += 1
        if found > MAX_UNITS:
            return
        yield PathChange(
            section=".debug_info",
            symbol=None,
            a=Location(item.a.offset, 0, ".debug_info", a),
            b=Location(item.b.offset, 0, ".debug_info", b),
            rewrites=pair.text_rewrites(a, b),
            a_directory=left,
            b_directory=right,
            tail=tail,
            place=PathPlace.DEBUG_NAME,
            exact=True,
        )


def _strayed(pair: Pair) -> Iterator[StrayUnit]:
    both = [(item.a, item.b) for item in pair.units if item.a and item.b]
    tables = _Tables(pair.a), _Tables(pair.b)
    shared = {a.directory for a, b in both if a.directory == b.directory and (a.directory or "").startswith("/")}
    for a, b in both:
        if a.directory == b.directory or not a.directory or not b.directory or not a.name:
            continue
        if (a.directory in shared) == (b.directory in shared):
            continue
        side = "b" if a.directory in shared else "a"
        table, unit, other = (tables[1], b, a) if side == "b" else (tables[0], a, b)
        spans = table.texts(unit.directory or "")
        references = list(_references(tables, a, b))
        yield StrayUnit(
            section=".debug_info",
            a=Location(a.offset, 0, ".debug_info", a.directory),
            b=Location(b.offset, 0, ".debug_info", b.directory),
            spans=(*((None, span) if side == "b" else (span, None) for span in spans), *references),
            name=a.name,
            side=side,
            directory=other.directory or "",
            elsewhere=unit.directory or "",
        )


class _Tables:
    """The tables of debug strings of one file, and where directories stand in them; at most 20 are looked up."""

    def __init__(self, elf: ElfFile) -> None:
        self.elf = elf
        self.found: dict[str, list[Span]] = {}

    def texts(self, text: str) -> list[Span]:
        """A whole text, with its NUL, in each table that holds it and is not compressed."""
        if text not in self.found and len(self.found) < MAX_DIRECTORIES:
            self.found[text] = list(self._texts(text))
        return self.found.get(text, [])

    def _texts(self, text: str) -> Iterator[Span]:
        wanted = text.encode("utf-8", "surrogateescape") + b"\0"
        for section in self._sections():
            data, start = self.elf.data, section.start
            at = start if data.startswith(wanted, start) else data.find(b"\0" + wanted, start, section.end) + 1
            if start <= at and at + len(wanted) <= section.end and data.startswith(wanted, at):
                yield Span(at, at + len(wanted))

    def _sections(self) -> Iterator[Span]:
        for name in _TABLES:
            section = self.elf.section(name)
            if section is not None and section.span is not None and section.compression is None:
                yield section.span

    def offsets(self, text: str) -> set[bytes]:
        """Where a text stands in the tables, as four bytes say it."""
        return {
            (span.start - table.start).to_bytes(4, self.elf.byte_order)
            for span in self.texts(text)
            for table in self._sections()
            if table.start <= span.start < table.end and span.start - table.start < 1 << 32
        }


def _references(tables: tuple[_Tables, _Tables], a: DebugUnit, b: DebugUnit) -> Iterator[tuple[Span, Span]]:
    """Where the top entries and the line programs of both units say, at one place, where their directories stand.

    That is DW_AT_comp_dir and the first directory (DWARF 5, section 6.2.4): four bytes among the first few.
    """
    for name, starts in ((".debug_info", (a.offset, b.offset)), (".debug_line", (a.lines, b.lines))):
        places = []
        for table, start, unit in zip(tables, starts, (a, b), strict=True):
            section = table.elf.section(name)
            if section is None or section.span is None or section.compression is not None or start is None:
                break
            at = section.span.start + start
            places.append((table.elf.data, at, section.span.end, table.offsets(unit.directory or "")))
        if len(places) < 2:
            continue
        (left, x, x_end, ours), (right, y, y_end, theirs) = places
        for index in range(min(HEAD, x_end - x - 3, y_end - y - 3)):
            one, other = left[x + index : x + index + 4], right[y + index : y + index + 4]
            if one in ours and other in theirs and one != other:
                yield Span(x + index, x + index + 4), Span(y + index, y + index + 4)


def _common_tail(a: str, b: str) -> tuple[str, str, str]:
    """What differs in front, on each side, and the components that both paths end in."""
    left, right = a.split("/"), b.split("/")
    shared = 0
    while shared < min(len(left), len(right)) and left[-1 - shared] == right[-1 - shared]:
        shared += 1
    return (
        "/".join(left[: len(left) - shared]),
        "/".join(right[: len(right) - shared]),
        "/".join(left[len(left) - shared :]),
    )


def layout(pair: Pair, items: Sequence[Evidence]) -> Layout:
    """How the directory that changed lies to where compilers ran and to where sources were, as debug information says.

    The build is beside the source if below the changed directory the one is not the other, nor inside it; and it may
    be where sources are named upwards (../src/main.c).
    """
    changes = [item for item in items if isinstance(item, PathChange) and item.place in _DEBUG]
    heads = [head for change in changes for head in (change.a_directory, change.b_directory)]
    if heads and not any(head.startswith("/") for head in heads):
        # No compiler runs in a directory that begins with a dot: a map made it.
        units = [change for change in changes if change.place is PathPlace.DEBUG_DIRECTORY]
        mapped = units and all(
            head.startswith("./") for change in units for head in (change.a_directory, change.b_directory)
        )
        return Layout.MAPPED if mapped else Layout.RELATIVE
    if changes and not _ran_in_a_drawn_place(pair) and _ran_under_another_name(pair):
        return Layout.RENAMED
    for change in changes:
        if change.place is not PathPlace.DEBUG_DIRECTORY or not change.tail:
            continue
        ran = change.tail.split("/")[0]
        sources = {
            other.tail.split("/")[0]
            for other in changes
            if other.place is PathPlace.DEBUG_NAME
            and other.a_directory == change.a_directory
            and other.b_directory == change.b_directory
        }
        if sources and ran not in sources:
            return Layout.BESIDE
    if _ran_elsewhere(pair):
        return Layout.ELSEWHERE
    if _ran_in_a_drawn_place(pair):
        return Layout.DRAWN
    upwards = any((unit.name or "").startswith("../") for unit in pair.a.debug_units)
    return Layout.BESIDE if changes and upwards else Layout.INSIDE


def _ran_elsewhere(pair: Pair) -> bool:
    """True if every unit whose directory changed names its source by one absolute path, outside of it."""
    moved = [
        (item.a, item.b)
        for item in pair.units
        if item.a and item.b and (item.a.directory or "").startswith("/") and item.a.directory != item.b.directory
    ]
    return bool(moved) and all(
        (a.name or "").startswith("/") and a.name == b.name and not (a.name or "").startswith(f"{a.directory}/")
        for a, b in moved
    )


def _ran_under_another_name(pair: Pair) -> bool:
    """True if the directory in which a unit was compiled lies otherwise to its source: build/ became _build/.

    A map of the source tree leaves that name, and so does a map of what the tree lies in.
    """
    return any(
        _lies_otherwise(item.a.directory or "", item.a.name or "", item.b.directory or "", item.b.name or "")
        for item in pair.units
        if item.a and item.b and item.a.directory != item.b.directory
    )


def _lies_otherwise(a_directory: str, a_name: str, b_directory: str, b_name: str) -> bool:
    if not (a_directory.startswith("/") and b_directory.startswith("/")):
        return False
    if a_name == b_name and a_name.startswith("../"):
        up = next(index for index, part in enumerate(a_name.split("/")) if part != "..")
        below = [directory.split("/")[-up:] for directory in (a_directory, b_directory)]
        return below[0] != below[1]
    if not (a_name.startswith("/") and b_name.startswith("/")):
        return False
    roots = [head.rstrip("/") for head in _common_tail(a_name, b_name)[:2]]
    for _ in range(2):
        below_root = [
            f"{directory}/".removeprefix(f"{root}/") if f"{directory}/".startswith(f"{root}/") else None
            for directory, root in zip((a_directory, b_directory), roots, strict=True)
        ]
        if None not in below_root and all(roots):
            return below_root[0] != below_root[1]
        roots = [root.rpartition("/")[0] for root in roots]
    return False


def _ran_in_a_drawn_place(pair: Pair) -> bool:
    """True if every unit whose directory changed was compiled where a tool made a directory of a random name.

    Python's tempfile made it (build backends call that), or the source is named by a path that leads elsewhere: who
    checks out below such a directory is in it when the compiler is called.
    """
    moved = [
        (item.a, item.b, item.a.directory or "", item.b.directory or "")
        for item in pair.units
        if item.a and item.b and item.a.directory != item.b.directory
    ]
    return bool(moved) and all(
        drawn_component(x, y) is not None
        and (all(map(_TEMPFILE.search, (x, y))) or (_is_beyond(a, x) and _is_beyond(b, y)))
        for a, b, x, y in moved
    )


def _is_beyond(unit: DebugUnit, directory: str) -> bool:
    name = unit.name or ""
    return name.startswith("/") and not name.startswith(f"{directory}/")


def outside(pair: Pair, items: Sequence[Evidence]) -> tuple[tuple[str, str], ...]:
    """Pairs of directories of sources and headers that changed, and that a map of the build's own does not reach.

    Where debug information says in which directories units were compiled, these are all that hold none of them. Else
    it is all but one of several, that with the most sources; a single one is outside if only headers are named in it.
    """
    groups: dict[tuple[str, str], list[PathChange]] = {}
    for item in items:
        if not isinstance(item, PathChange) or not (item.a_directory[:1] == item.b_directory[:1] == "/"):
            continue
        if item.place in _DEBUG or (item.place is PathPlace.TEXT and _is_named(item.tail)):
            groups.setdefault((item.a_directory, item.b_directory), []).append(item)
    compiled = dict.fromkeys(
        (item.a.directory, item.b.directory)
        for item in pair.units
        if item.a and item.b and item.a.directory and item.b.directory
    )
    if compiled:
        return tuple(
            heads
            for heads in islice(groups, MAX_UNITS)
            if not any(f"{a}/".startswith(f"{heads[0]}/") and f"{b}/".startswith(f"{heads[1]}/") for a, b in compiled)
        )
    sources = {heads: sum(not _is_header(item.tail) for item in changes) for heads, changes in groups.items()}
    own = max(sources, key=lambda heads: sources[heads], default=None)
    return tuple(heads for heads in groups if heads != own or not sources[heads])


def _is_named(tail: str) -> bool:
    """True for a source that compilers name in texts."""
    return language_of(tail) is not None


def _is_header(tail: str) -> bool:
    return tail.endswith((".h", ".hh", ".hpp", ".hxx"))


def is_recorded(pair: Pair, items: Sequence[Evidence]) -> bool:
    """True if DW_AT_producer, where compilers keep their command line, names a directory that changed."""
    heads = {item.a_directory for item in items if isinstance(item, PathChange) and item.a_directory.startswith("/")}
    return any(
        any(f"{head}/" in item.a.producer for head in heads)
        for item in pair.units
        if item.a and item.b and item.a.producer and item.a.producer != item.b.producer
    )


def is_partial(pair: Pair) -> bool:
    """True if some units were compiled in the same directory on both sides, and others were not.

    Units of the compiler's and the system's own libraries do not count: they were compiled elsewhere once and for all.
    Nor do those of fetched crates and modules: one command compiles them where they were put, and the program's own.
    """
    same = {
        item.a.directory == item.b.directory
        for item in pair.units
        if item.a
        and item.b
        and all((unit.directory or "").startswith("/") for unit in (item.a, item.b))
        and not any((unit.directory or "").startswith(_SYSTEM) for unit in (item.a, item.b))
        and not any(home in (unit.directory or "") for unit in (item.a, item.b) for home in _FETCHED)
    }
    return same == {True, False}


def is_profiled(elf: ElfFile) -> bool:
    """True if a unit's recorded flags name a profile that it was optimised by."""
    return any(_PROFILE.search(unit.producer or "") for unit in elf.debug_units)
