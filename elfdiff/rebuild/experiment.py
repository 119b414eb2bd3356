"""The experiment: two controls, all variations at once, and then which of them it was."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from elfdiff.errors import ElfdiffError
from elfdiff.rebuild.reading import Reader, differing, findings, unexplained
from elfdiff.rebuild.variations.clock import SECONDS, TIMES
from elfdiff.rebuild.variations.model import Variation
from elfdiff.rebuild.workshop import BuildFailed, Built, Workshop
from elfdiff.report import Report
from elfdiff.tree import Tree
from elfdiff.values import dataclass, field

CONTROL = "control"
CLOCK = "clock"
Reports = dict[str, "Report | Tree | None"]


class NothingMade(ElfdiffError):
    """The build succeeded and made nothing that could be compared; ``tail`` are the last lines of its log."""

    def __init__(self, sentence: str, tail: tuple[str, ...]) -> None:
        super().__init__(sentence)
        self.tail = tail


@dataclass
class Experiment:
    """What is known so far. ``varied`` are the variations that can be varied here and do not break the build.

    ``guilty`` maps an artifact to the variations that alone change it, each seen in two builds; ``together`` maps it
    to variations that change it only together. ``noisy`` are artifacts that differ between the two controls.
    """

    workshop: Workshop
    reader: Reader
    varied: frozenset[str]
    guilty: dict[str, set[str]] = field(default_factory=dict)
    together: dict[str, frozenset[str]] = field(default_factory=dict)
    failures: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    broken: dict[str, str] = field(default_factory=dict)
    noise: Reports = field(default_factory=dict)
    reports: Reports = field(default_factory=dict)

    def run(self) -> None:
        """All builds but those of the proof. BuildFailed if the build does not even succeed as it is."""
        self.control = self._control()
        self.again = self.workshop.build("control again", frozenset(), again=True)
        self.noisy = differing(self.control, self.again)
        self.noise = self.reader.explained(self.control, self.again, self.noisy)
        self.all = self._all_varied()
        self.changed = differing(self.control, self.all)
        self.reports = self.reader.explained(self.control, self.all, self.changed)
        if self.noisy:
            self._judge_clock()
            self._judge_noisy()
        if self.changed - self.noisy:
            self._find()

    @property
    def names(self) -> tuple[str, ...]:
        """Every artifact that some build made."""
        return tuple(sorted(self.control.made.keys() | self.again.made.keys() | self.all.made.keys()))

    def _control(self) -> Built:
        try:
            built = self.workshop.build(CONTROL, frozenset())
        except BuildFailed as failed:
            if self.workshop.world(frozenset()).now is None:
                raise
            # A clock that stands still is our doing, so it gets no blame before the build failed without it.
            self.workshop.frozen = False
            try:
                built = self.workshop.build(f"{CONTROL}, real clock", frozenset())
            except BuildFailed:
                raise failed from None
            how = "hangs" if failed.over else "fails"
            self._leave_out(CLOCK, f"{SECONDS}: the build {how} under libfaketime")
        if not built.made:
            raise NothingMade(_nothing(built, self.workshop), built.tail)
        if built.left:
            self.notes.append(
                f"the build left processes running, which were ended: {', '.join(sorted(set(built.left)))}"
            )
        return built

    def _all_varied(self) -> Built:
        """All variations that the build bears; those that break it are found and left out."""
        while True:
            try:
                return self.workshop.build("all varied", self.varied)
            except BuildFailed as failed:
                self._find_breaking(failed)

    def _find_breaking(self, failed: BuildFailed) -> None:
        sentences = {self.varied: failed}

        def breaks(some: frozenset[str]) -> bool:
            try:
                self.workshop.build(f"which breaks it: {' '.join(sorted(some))}", some)
            except BuildFailed as failed:
                sentences[some] = failed
                return True
            return False

        culprits = smallest(tuple(sorted(self.varied)), breaks)
        tail = sentences.get(culprits, failed).tail
        last = f": {tail[-1].strip()}" if tail else ""
        names = ", ".join(sorted(culprits))
        without = ",".join(f"-{name}" for name in sorted(culprits))
        self.failures.append(f"the build fails with {names} varied{last}; --vary {without} leaves it out")
        for name in culprits:
            self._leave_out(name, "the build fails when it is varied")

    def _leave_out(self, name: str, reason: str) -> None:
        self.broken[name] = reason
        self.varied -= {name}

    # Which variation

    def _judge_clock(self) -> None:
        """Seconds passed between the controls, so what reads the clock differs; then that is the clock's doing."""
        for name in self.noisy:
            causes = {finding.cause for finding in findings([self.noise.get(name)])}
            if causes and causes <= TIMES and not unexplained([self.noise.get(name)]):
                self.guilty.setdefault(name, set()).add(CLOCK)

    def _judge_noisy(self) -> None:
        """Artifacts that differ anyhow: a variation is guilty if it alone brings a cause that the controls lack."""
        usual = {name: {finding.cause for finding in findings([self.noise.get(name)])} for name in self.noisy}
        new = {
            name: {finding.cause for finding in findings([self.reports.get(name)])} - usual[name] for name in self.noisy
        }
        for variation in self._named(set().union(*new.values()) if new else set()):
            seen = [self._brought(variation, again) for again in (False, True)]
            for name in self.noisy:
                if all(set(variation.causes) & (one.get(name, set()) - usual[name]) for one in seen):
                    self.guilty.setdefault(name, set()).add(variation.name)

    def _brought(self, variation: Variation, again: bool) -> dict[str, set[str]]:
        built = self._alone(variation.name, again)
        reports = self.reader.explained(self.control, built, self.noisy)
        return {name: {finding.cause for finding in findings([report])} for name, report in reports.items()}

    def _find(self) -> None:
        """First what elfdiff names from the bytes; then by halves whatever else there is."""
        causes = {finding.cause for finding in findings(self.reports.values())}
        named = self._named(causes)
        # What is seen side by side is seen once more alone: builds at the same time change each other's timing.
        self.workshop.build_all({f"{variation.name} alone": frozenset({variation.name}) for variation in named})
        for variation in named:
            self._try(variation.name)
        while True:
            rest = self.varied - self._found()
            if not rest:
                return
            left = self._changed_by(rest, "all but the guilty")
            if not left:
                return
            culprits = smallest(tuple(sorted(rest)), lambda some: bool(self._changed_by(some, " ".join(sorted(some)))))
            if len(culprits) > 1 or not self._try(next(iter(culprits))):
                for name in left:
                    self.together[name] = culprits
                return

    def _found(self) -> frozenset[str]:
        return frozenset().union(*self.guilty.values()) if self.guilty else frozenset()

    def guilty_variations(self) -> tuple[Variation, ...]:
        """Those that alone make some artifact differ."""
        found = self._found()
        return tuple(variation for variation in self.workshop.variations if variation.name in found)

    def _named(self, causes: set[str]) -> tuple[Variation, ...]:
        """Variations that can bring about one of these causes."""
        return tuple(
            variation
            for variation in self.workshop.variations
            if variation.name in self.varied and not causes.isdisjoint(variation.causes)
        )

    def _try(self, name: str) -> bool:
        """Build with one variation alone; once more before it is called guilty."""
        first = differing(self.control, self._alone(name)) - self.noisy
        if not first:
            return False
        second = differing(self.control, self._alone(name, again=True))
        for artifact in first & second:
            self.guilty.setdefault(artifact, set()).add(name)
        return bool(first & second)

    def _alone(self, name: str, again: bool = False) -> Built:
        return self.workshop.build(f"{name} alone{', again' if again else ''}", frozenset({name}), again=again)

    def _changed_by(self, some: frozenset[str], called: str) -> frozenset[str]:
        return differing(self.control, self.workshop.build(called, some)) - self.noisy


def smallest(candidates: Sequence[str], bad: Callable[[frozenset[str]], bool]) -> frozenset[str]:
    """One candidate that is bad alone, found by halves; more where only several together are. All are bad together."""
    if len(candidates) <= 1:
        return frozenset(candidates)
    middle = len(candidates) // 2
    for half in (candidates[:middle], candidates[middle:]):
        if bad(frozenset(half)):
            return smallest(half, bad)
    return _needed(candidates, bad)


def _needed(candidates: Iterable[str], bad: Callable[[frozenset[str]], bool]) -> frozenset[str]:
    """What cannot be taken away, one after the other."""
    needed = frozenset(candidates)
    for name in sorted(needed):
        if len(needed) > 1 and bad(needed - {name}):
            needed -= {name}
    return needed


def _nothing(built: Built, workshop: Workshop) -> str:
    order = workshop.order
    if built.stale:
        first = ", ".join(built.stale[:3])
        return (
            f"the build made nothing new: {first} stood in the tree already; clean the tree first (make clean), or let "
            "git ignore what builds make"
        )
    if order.globs:
        return f"no file that the build made fits --artifact {' '.join(order.globs)}"
    return "the build made no ELF file, package or image; --artifact GLOB names what it makes"
