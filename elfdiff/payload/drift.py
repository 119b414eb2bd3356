"""How two dependency lists differ: by identity, never by index."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TypeAlias

from elfdiff.patterns import late
from elfdiff.payload.package import DependencyList, Package, State
from elfdiff.payload.semver import PrecedenceKey, parse_version
from elfdiff.report import DependencyChange, DependencyDiff
from elfdiff.values import dataclass, replace

Identity: TypeAlias = tuple[str, str, str]

_SHOWN_EDGES = 5


def compare_lists(a: DependencyList, b: DependencyList) -> DependencyDiff:
    """Packages added, removed, upgraded, downgraded, or changed in kind, source, edges, root or replacement.

    Changes to local packages stand last: a project that bumps all of its own crates at each release has not drifted. A
    side that is absent or malformed gives no changes, only its state. Kinds are compared only between equal formats,
    edges too; a recovered list is never a ground for "added" or "removed".
    """
    source = a.source if a.source == b.source else None
    notes = list(_notes(a, b))
    changes: list[DependencyChange] = []
    if a.state is State.PRESENT and b.state is State.PRESENT and (source or a.partial or b.partial):
        changes = _changes(a, b)
    return DependencyDiff(
        a.state.value, b.state.value, source.value if source else None, tuple(changes), tuple(notes), a.format, b.format
    )


def registry_moves(diff: DependencyDiff) -> tuple[DependencyChange, ...]:
    """The changes that a lock file would have prevented: everything but local packages and pure edge changes."""
    return tuple(change for change in diff.changes if not change.local and change.change != "changed")


def headline(diff: DependencyDiff) -> str | None:
    """One clause with the package and both versions, if a single registry package moved; else None."""
    moves = registry_moves(diff)
    if len(moves) != 1 or moves[0].a is None or moves[0].b is None:
        return None
    return f"{moves[0].name} is {moves[0].a} in a and {moves[0].b} in b"


def _notes(a: DependencyList, b: DependencyList) -> Iterator[str]:
    for side, item in (("a", a), ("b", b)):
        if item.state is State.ABSENT:
            yield f"{side} holds no dependency list"
        elif item.state is State.MALFORMED:
            yield f"{side}: {item.problem}"
        elif item.partial:
            yield f"the list of {side} is partial: a package that it lacks may still be in the file"
        if item.further:
            yield f"{side} holds {len(item.further)} further lists behind the first; only the first is compared"
    if a.state is not State.PRESENT or b.state is not State.PRESENT:
        return
    if a.source != b.source and not (a.partial or b.partial):
        yield f"the lists come from different sources ({a.source} and {b.source}) and are not compared"
    if a.format != b.format and a.source == b.source:
        yield (
            f"the lists have formats {a.format} and {b.format}, which record kinds and edges in different ways; "
            "these are not compared (another version of cargo-auditable writes another format)"
        )
    if a.root and b.root and (a.root.name, a.root.source) != (b.root.name, b.root.source):
        yield f"the root package is {a.root.name} in a and {b.root.name} in b"


@dataclass(frozen=True, slots=True)
class _Move:
    """A package of a and the one of b that took its place; one side is None where nothing did."""

    a: Package | None
    b: Package | None


def _changes(a: DependencyList, b: DependencyList) -> list[DependencyChange]:
    in_a, in_b = _by_identity(a.packages), _by_identity(b.packages)
    only_a = [in_a[key] for key in in_a.keys() - in_b.keys()]
    only_b = [in_b[key] for key in in_b.keys() - in_a.keys()]
    moves = list(_moves(only_a, only_b))
    partial = a.partial or b.partial
    comparable = a.format == b.format and not partial
    changes = [_moved(move, comparable) for move in moves if not partial or (move.a and move.b)]
    changes = [change for change in changes if change.a != change.b or change.detail]
    if comparable:
        successor = {move.a.identity: move.b.identity for move in moves if move.a and move.b}
        edges_a, edges_b = _edges(a), _edges(b)
        for key in in_a.keys() & in_b.keys():
            followed = {successor.get(target, target) for target in edges_a.get(key, ())}
            detail = "; ".join(_details(in_a[key], in_b[key], followed, edges_b.get(key, set())))
            if detail:
                name, version, source = key
                changes.append(DependencyChange(name, "changed", version, version, source, in_b[key].local, detail))
    return sorted(changes, key=_order)


def _order(change: DependencyChange) -> tuple[bool, bool, str, str, _Key, str, str]:
    """Registry packages before local ones, moves before mere changes, then by name and version."""
    version = change.a or change.b or ""
    edited = change.change == "changed"
    return (change.local, edited, change.name, change.source, _version_key(version), version, change.detail)


def _by_identity(packages: Iterable[Package]) -> dict[Identity, Package]:
    """The first of each identity: a list that repeats one was warned of when it was read."""
    found: dict[Identity, Package] = {}
    for package in packages:
        found.setdefault(package.identity, package)
    return found


def _edges(one: DependencyList) -> dict[Identity, set[Identity]]:
    found: dict[Identity, set[Identity]] = {}
    for package in one.packages:
        targets = found.setdefault(package.identity, set())
        targets.update(one.packages[index].identity for index in package.dependencies)
    return found


def _moves(only_a: list[Package], only_b: list[Package]) -> Iterator[_Move]:
    """Pairs packages of one name: first within one source, then across sources; what is left was added or removed."""
    groups: dict[str, tuple[list[Package], list[Package]]] = {}
    for side, packages in enumerate((only_a, only_b)):
        for package in packages:
            groups.setdefault(package.name, ([], []))[side].append(package)
    for _, (left, right) in sorted(groups.items()):
        left.sort(key=_package_key)
        right.sort(key=_package_key)
        for same in (_same_line, _same_source, _anything):
            waiting: dict[object, list[Package]] = {}
            for package in right:
                waiting.setdefault(same(package), []).append(package)
            for queue in waiting.values():
                queue.reverse()
            paired: list[_Move] = []
            for package in left:
                if waiting.get(same(package)):
                    paired.append(_Move(package, waiting[same(package)].pop()))
            gone = {id(package) for move in paired for package in (move.a, move.b)}
            left = [package for package in left if id(package) not in gone]
            right = [package for package in right if id(package) not in gone]
            yield from paired
        yield from (_Move(package, None) for package in left)
        yield from (_Move(None, package) for package in right)


def _same_line(package: Package) -> object:
    """Source and the part of the version that Cargo holds compatible: the first number that is not zero."""
    version = parse_version(package.version.removeprefix("v"))
    if version is None:
        return (package.source, package.version.split(".")[0])
    numbers = (version.major, version.minor, version.patch)
    first = next((index for index, number in enumerate(numbers) if number), 2)
    return (package.source, numbers[: first + 1])


def _same_source(package: Package) -> object:
    return package.source


def _anything(package: Package) -> object:
    return None


_Key: TypeAlias = tuple[bool, PrecedenceKey, tuple[tuple[bool, int, str], ...]]
_RUNS = late(r"([0-9]{1,30})|([^0-9]+)")
_NO_VERSION: PrecedenceKey = (0, 0, 0, False, ())


def _version_key(text: str) -> _Key:
    """SemVer precedence, with or without Go's leading v; other versions by their runs of digits and of others."""
    version = parse_version(text.removeprefix("v"))
    if version is not None:
        return (True, version.key, ())
    runs = tuple((bool(number), int(number or 0), other) for number, other in _RUNS.findall(text[:200]))
    return (False, _NO_VERSION, runs)


def _package_key(package: Package) -> tuple[_Key, str, str]:
    return (_version_key(package.version), package.version, package.source)


def _moved(move: _Move, compare_kinds: bool) -> DependencyChange:
    one = move.b or move.a
    if one is None:
        raise ValueError("a move has two empty sides")
    if move.a is None or move.b is None:
        word = "added" if move.a is None else "removed"
        before = move.a.version if move.a else None
        after = move.b.version if move.b else None
        detail = "build" if one.kind == "build" else ""
        return DependencyChange(one.name, word, before, after, one.source, one.local, detail)
    counterpart = move.a if compare_kinds else replace(move.a, kind=move.b.kind)
    details = list(_details(counterpart, move.b, set(), set()))
    low, high = _version_key(move.a.version), _version_key(move.b.version)
    if low == high:
        word = "changed"
        if move.a.version != move.b.version:
            details.insert(0, "versions of equal precedence")
    else:
        word = "upgraded" if low < high else "downgraded"
    local = move.a.local and move.b.local
    return DependencyChange(one.name, word, move.a.version, move.b.version, one.source, local, "; ".join(details))


def _details(a: Package, b: Package, edges_a: set[Identity], edges_b: set[Identity]) -> Iterator[str]:
    if a.source != b.source:
        yield f"source {a.source} in a, {b.source} in b"
    if a.kind != b.kind:
        yield f"kind {a.kind} in a, {b.kind} in b"
    if a.root != b.root:
        yield f"root in {'a' if a.root else 'b'} only"
    if a.replacement != b.replacement:
        yield f"replaced by {_replacement(a)} in a, {_replacement(b)} in b"
    if a.version == b.version and a.checksum != b.checksum:
        yield f"checksum {a.checksum} in a, {b.checksum} in b"
    if edges_a != edges_b:
        yield "depends on " + ", ".join(
            [f"{edge[0]} {edge[1]} in a only" for edge in sorted(edges_a - edges_b)[:_SHOWN_EDGES]]
            + [f"{edge[0]} {edge[1]} in b only" for edge in sorted(edges_b - edges_a)[:_SHOWN_EDGES]]
        )


def _replacement(package: Package) -> str:
    return " ".join(package.replacement).rstrip() if package.replacement else "nothing"
