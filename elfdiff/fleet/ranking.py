"""Answers → the table: which causes, how many pairs and packages, and what would become equal without each."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping

from elfdiff.fleet.record import DONE, Record
from elfdiff.values import dataclass

_EXAMPLES = 3
_OPEN = frozenset({"unexplained", "partly-explained"})
"""Verdicts of pairs of which something is left to explain."""


@dataclass(frozen=True, slots=True)
class CauseRank:
    """One root. ``bytes`` it owns, of the larger side of each pair; ``alone``: packages that it alone keeps apart."""

    cause: str
    pairs: int
    packages: int
    bytes: int
    alone_pairs: int
    alone: int


@dataclass(frozen=True, slots=True)
class InputRank:
    """One way in which what was built differs: sources, dependencies, tools. No flag removes it."""

    cause: str
    pairs: int
    packages: int


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the greedy order: with this cause fixed too, ``freed`` more packages are equal, ``total`` in all."""

    cause: str
    freed: int
    total: int


@dataclass(frozen=True, slots=True)
class Group:
    """Pairs with unexplained bytes, or without a cause, that share where these are and by what they were made.

    ``examples`` are up to three ids. ``fact`` is what most of them have in common beside, ``sharing`` of them; None
    where nothing was seen in any.
    """

    toolchain: str
    where: str
    pairs: int
    examples: tuple[str, ...]
    fact: str | None
    sharing: int


@dataclass(frozen=True, slots=True)
class Failure:
    """Pairs that have no answer, by kind."""

    kind: str
    pairs: int
    examples: tuple[str, ...]
    sentence: str


@dataclass(frozen=True, slots=True)
class Summary:
    """The whole table. ``packages`` counts those that differ now; ``verdicts`` counts pairs."""

    pairs: int
    waiting: int
    packages: int
    differing_packages: int
    verdicts: Mapping[str, int]
    causes: tuple[CauseRank, ...]
    inputs: tuple[InputRank, ...]
    order: tuple[Step, ...]
    unexplained: tuple[Group, ...]
    failures: tuple[Failure, ...]
    missing: tuple[str, ...]
    trouble: tuple[str, ...]

    @property
    def failed(self) -> int:
        """Pairs that have no answer, and rows that could not be run."""
        return sum(item.pairs for item in self.failures) + len(self.trouble)

    @property
    def exit_code(self) -> int:
        """2 for trouble with some pair or row, or while nothing could be run; 1 if some differ; else 0."""
        if self.failed or self.waiting or not self.pairs:
            return 2
        return 1 if self.differing_packages or self.missing else 0


def summarise(results: Iterable[tuple[str, str, str | None, Record | None]], trouble: Iterable[str] = ()) -> Summary:
    """(id, package, missing side, answer) a row → the table.

    A package would be equal without some causes if each of its pairs is equal now, or has those causes as its only
    roots, all of them fixable, no input, and nothing unexplained.
    """
    verdicts: Counter[str] = Counter()
    pairs, waiting = 0, 0
    causes: dict[str, _Tally] = defaultdict(_Tally)
    inputs: dict[str, _Tally] = defaultdict(_Tally)
    packages: dict[str, _Package] = defaultdict(_Package)
    groups: dict[tuple[str, str], list[tuple[str, str | None]]] = defaultdict(list)
    failures: dict[str, list[tuple[str, str]]] = defaultdict(list)
    missing: list[str] = []
    for name, package, side, answer in results:
        pairs += 1
        package_item = packages[package]
        if side is not None:
            missing.append(f"{name}: only in {'b' if side == 'a' else 'a'}")
            package_item.stuck()
            continue
        if answer is None:
            waiting += 1
            continue
        if answer["state"] != DONE:
            failures[answer["failure"]].append((name, answer["sentence"]))
            package_item.stuck()
            continue
        verdicts[answer["verdict"]] += 1
        if answer["verdict"] == "identical":
            continue
        roots: Mapping[str, int] = answer["roots"]
        curable = _curable(answer)
        package_item.differ(frozenset(roots) if curable else None)
        for cause, count in roots.items():
            causes[cause].add(package, count, alone=curable and len(roots) == 1)
        for cause in answer["inputs"]:
            inputs[cause].add(package, 0, alone=False)
        if answer["verdict"] in _OPEN or not (roots or answer["inputs"]):
            where = ", ".join(answer["sections"]) or "no section of its own"
            groups[answer["toolchain"] or "no toolchain named", where].append((name, answer["fact"]))
    apart = {name: item for name, item in packages.items() if item.apart}
    alone = Counter(
        next(iter(item.roots)) for item in apart.values() if item.roots is not None and len(item.roots) == 1
    )
    return Summary(
        pairs=pairs,
        waiting=waiting,
        packages=len(packages),
        differing_packages=len(apart),
        verdicts=dict(sorted(verdicts.items())),
        causes=tuple(
            sorted(
                (
                    CauseRank(name, tally.pairs, len(tally.packages), tally.bytes, tally.alone, alone[name])
                    for name, tally in causes.items()
                ),
                key=lambda item: (-item.packages, -item.pairs, item.cause),
            )
        ),
        inputs=tuple(
            sorted(
                (InputRank(name, tally.pairs, len(tally.packages)) for name, tally in inputs.items()),
                key=lambda item: (-item.packages, -item.pairs, item.cause),
            )
        ),
        order=tuple(greedy(item.roots for item in apart.values() if item.roots is not None)),
        unexplained=tuple(
            sorted(
                (_group(*what, members) for what, members in groups.items()),
                key=lambda item: (-item.pairs, item.toolchain, item.where),
            )
        ),
        failures=tuple(
            Failure(kind, len(items), tuple(name for name, _ in items[:_EXAMPLES]), items[0][1])
            for kind, items in sorted(failures.items())
        ),
        missing=tuple(missing),
        trouble=tuple(trouble),
    )


def _group(toolchain: str, where: str, members: list[tuple[str, str | None]]) -> Group:
    """Its examples are those with the fact that most share."""
    facts = Counter(fact for _, fact in members if fact is not None)
    fact, sharing = min(facts.items(), key=lambda item: (-item[1], item[0]), default=(None, 0))
    names = [name for name, own in members if own == fact] if fact is not None else [name for name, _ in members]
    return Group(toolchain, where, len(members), tuple(names[:_EXAMPLES]), fact, sharing)


def greedy(packages: Iterable[frozenset[str]]) -> Iterable[Step]:
    """Causes in an order in which each step makes the most packages equal; a step may need several causes.

    Each set holds the causes that keep one package apart. What frees the most packages for each cause that must be
    fixed comes first; where that needs several causes, they follow one another. Ties go to fewer causes, then to the
    alphabet.
    """
    left = Counter(packages)
    fixed: set[str] = set()
    total = 0
    while left:
        open_sets: Counter[frozenset[str]] = Counter()
        for needed, count in left.items():
            open_sets[needed - fixed] += count
        freed_by = {needed: sum(count for other, count in open_sets.items() if other <= needed) for needed in open_sets}
        best = min(freed_by, key=lambda needed: (-freed_by[needed] / len(needed), len(needed), sorted(needed)))
        while best:
            freed = {cause: sum(left[needed] for needed in left if needed <= fixed | {cause}) for cause in best}
            cause = min(best, key=lambda name: (-freed[name], name))
            fixed.add(cause)
            best -= {cause}
            total += freed[cause]
            yield Step(cause, freed[cause], total)
            left = Counter({needed: count for needed, count in left.items() if not needed <= fixed})


def _curable(answer: Record) -> bool:
    return bool(
        answer["roots"]
        and answer["fixable"]
        and not answer["possible"]
        and not answer["inputs"]
        and not answer["unexplained"]
    )


class _Tally:
    """What one cause does."""

    def __init__(self) -> None:
        self.pairs = self.bytes = self.alone = 0
        self.packages: set[str] = set()

    def add(self, package: str, count: int, alone: bool) -> None:
        self.pairs += 1
        self.bytes += count
        self.alone += alone
        self.packages.add(package)


class _Package:
    """Whether it differs, and the causes that keep it apart; ``roots`` is None where more than causes does."""

    def __init__(self) -> None:
        self.apart = False
        self.roots: frozenset[str] | None = frozenset()

    def stuck(self) -> None:
        """One of its pairs has no partner, or no answer."""
        self.apart, self.roots = True, None

    def differ(self, roots: frozenset[str] | None) -> None:
        """One of its pairs differs, for these causes, or for more than causes (None)."""
        self.apart = True
        self.roots = None if roots is None or self.roots is None else self.roots | roots
