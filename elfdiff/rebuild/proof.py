"""The proof: what elfdiff printed is applied word for word, and the builds that differed are made again."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from elfdiff.actions import Action, AddWords, Do, Export, Run
from elfdiff.causes import catalogue
from elfdiff.rebuild.experiment import Experiment
from elfdiff.rebuild.fixes import Script, for_compilers, is_applicable
from elfdiff.rebuild.places import asking, assignments, in_makefile
from elfdiff.rebuild.reading import differing, findings
from elfdiff.rebuild.result import Applied, Outcome, Proof
from elfdiff.rebuild.workshop import BuildFailed, Built
from elfdiff.report import Confidence, Effect, Finding, Fix, Role
from elfdiff.values import dataclass, field

_MOST_ROUNDS = 5
_EPOCH = "SOURCE_DATE_EPOCH"
_A_NUMBER = "1704067200"
"""2024-01-01 00:00 UTC: where there is no commit whose time could be taken, any number does."""


Chooser = Callable[[Finding], tuple[Fix, ...]]


@dataclass
class Prover:
    """Applies fixes until nothing differs, or nothing more can be applied."""

    experiment: Experiment
    choose: Chooser
    applied: dict[str, Applied] = field(default_factory=dict)
    by_hand: dict[str, Applied] = field(default_factory=dict)
    masked: bool = False
    wrapping: bool = False
    stuck: set[str] = field(default_factory=set)
    idle: set[str] = field(default_factory=set)
    remaining: tuple[str, ...] = ()
    seen: list[Finding] = field(default_factory=list)

    def prove(self) -> Proof:
        """Rebuild the control and all varied with the fixes, and again with what the result then asks for."""
        experiment = self.experiment
        known = findings((*experiment.noise.values(), *experiment.reports.values()))
        self.remaining = _causes(known, experiment.changed | experiment.noisy)
        outcome = Outcome.NOT_TRIED
        for _ in range(_MOST_ROUNDS):
            self.seen += known
            if not self._more(known):
                break
            try:
                left = self._rebuilt()
            except BuildFailed as failed:
                last = f": {failed.tail[-1].strip()}" if failed.tail else ""
                experiment.failures.append(f"with these lines the build fails{last}")
                break
            if left is None:
                outcome = Outcome.IDENTICAL
                self._drop_idle()
                self.remaining = ()
                break
            outcome, known = Outcome.STILL_DIFFERENT, left
            causes = {finding.cause for finding in left}
            self.idle |= {line for line, item in self.applied.items() if item.cause in causes}
        named = {finding.cause for finding in self.seen}
        proved = outcome is Outcome.IDENTICAL
        self.by_hand = {line: item for line, item in self.by_hand.items() if not (proved and self._has_line(item.what))}
        if not proved:
            self._point(named)
        applied = tuple(self._told(item) for item in self.applied.values() if proved or item.cause in named)
        return Proof(applied, tuple(self.by_hand.values()), outcome, self.remaining, self.masked)

    def _point(self, named: set[str]) -> None:
        """For each guilty variation that no line reached: where the source tree asks for what it varies."""
        done = {item.cause for item in self.applied.values()} & named - set(self.remaining)
        for variation in self.experiment.guilty_variations():
            if variation.asked is None or not done.isdisjoint(variation.causes):
                continue
            places = asking(self.experiment.workshop.files, variation)
            if not places and any(item.cause in variation.causes for item in self.by_hand.values()):
                continue
            where = f"{', '.join(places)} {'ask' if len(places) > 1 else 'asks'} for it"
            action = Do(
                f"{variation.asked.remedy}: {where if places else 'no script of the tree shows who asks for it'}"
            )
            self.by_hand[action.line] = Applied(action, variation.causes[0])

    def _drop_idle(self) -> None:
        """Leave out lines after which their cause was still there, if the builds are identical without them too."""
        needed = {line: item for line, item in self.applied.items() if line not in self.idle - self.stuck}
        if not needed or len(needed) == len(self.applied):
            return
        every, self.applied = self.applied, needed
        try:
            if self._rebuilt() is not None:
                self.applied = every
        except BuildFailed:
            self.applied = every

    def _told(self, item: Applied) -> Applied:
        """With how the words were given to the build, where exporting them was not enough."""
        if item.line not in self.stuck or not isinstance(item.what, AddWords):
            return item
        places = assignments(self.experiment.workshop.files, item.what.variables)
        words = in_makefile(item.what.words)
        top = next(((place, name) for place, name in places if "/" not in place), None)
        if top is not None and words is not None:
            how = f"{top[0]} sets {top[1]}; write below that line: {top[1]} += {words}"
        elif places:
            where = ", ".join(place for place, _ in places)
            how = f"{where} sets them; add the words there, in a makefile with $(CURDIR) for the directory"
        else:
            how = "the build does not take them from the environment; add the words where it calls the compiler"
        reach = f"exporting is not enough: {how} (tried by a wrapper around the compiler)"
        return replace(item, reach=reach)

    def _more(self, known: tuple[Finding, ...]) -> bool:
        """Take up what these findings ask for: what is sure first, then what is only possible, then what only masks.

        False where nothing is left to try.
        """
        for doubtful, masking in ((False, False), (True, False), (True, True)):
            fixes = list(self._fixes(known, doubtful, masking))
            if sum(self._take(fix, finding.cause, finding.role is Role.ROOT) for finding, fix in fixes):
                return True
        left = {finding.cause for finding in known}
        if not self.wrapping and self._wrap(item for item in self.applied.values() if item.cause in left):
            return True
        return sum(self._take(fix, cause) for cause, fix in self._of_guilty()) > 0

    def _wrap(self, items: Iterable[Applied]) -> bool:
        """From now on let these reach the compiler by a wrapper; False if none is for a compiler."""
        self.stuck = {item.line for item in items if for_compilers([item.what])}
        self.wrapping = bool(self.stuck)
        return self.wrapping

    def _of_guilty(self) -> Iterator[tuple[str, Fix]]:
        """What the catalogue has for a guilty variation, though the bytes do not say how: here it can be tried."""
        named = {finding.cause for finding in self.seen}
        for variation in self.experiment.guilty_variations():
            own = variation.causes[:1]
            if named.isdisjoint(own):
                for cause in catalogue():
                    if cause.id in own:
                        yield from ((cause.id, fix) for fix in cause.fixes if self._is_line(fix.action))

    def _fixes(self, known: Iterable[Finding], doubtful: bool, masking: bool) -> Iterator[tuple[Finding, Fix]]:
        for finding in known:
            if (finding.confidence is Confidence.POSSIBLE) <= doubtful:
                for fix in self.choose(finding):
                    if (fix.effect is Effect.MASKS) <= masking:
                        yield finding, fix

    def _take(self, fix: Fix, cause: str, root: bool = True) -> bool:
        """True if it is new and a machine can apply it; of a sentence about a ``root`` that is the line behind it."""
        action = fix.action
        if not is_applicable(action, self.experiment.workshop.source.commits):
            self.by_hand.setdefault(action.line, Applied(action, cause))
            command = action.command if isinstance(action, Do) and root else None
            action = Run(command or "")
            if command is None or not is_applicable(action, commits=False):
                return False
        if action.line in self.applied:
            return False
        self.masked = self.masked or fix.effect is Effect.MASKS
        reach = None
        if self._without_commit(action):
            reach = f"{_EPOCH}={_A_NUMBER}: there is no commit here, and any fixed number does"
        self.applied[action.line] = Applied(action, cause, reach)
        return True

    def _is_line(self, action: Action) -> bool:
        """True for a line that does not touch the flags of a compiler."""
        return not isinstance(action, AddWords) and is_applicable(action, self.experiment.workshop.source.commits)

    def _has_line(self, action: Action) -> bool:
        """True for what a person would do where the line that does the same was applied."""
        return isinstance(action, Do) and action.command in self.applied

    def _without_commit(self, action: Action) -> bool:
        git = self.experiment.workshop.source.commits
        return isinstance(action, Export) and action.name == _EPOCH and "git " in action.value and not git

    def _actions(self) -> tuple[Action, ...]:
        return tuple(
            Export(_EPOCH, _A_NUMBER) if self._without_commit(applied.what) else applied.what
            for applied in self.applied.values()
        )

    def _rebuilt(self) -> tuple[Finding, ...] | None:
        """None if the control and all varied are now equal; else what the bytes say about what is left."""
        experiment = self.experiment
        control, varied = self._pair()
        if self._unreached(control) and self._wrap(self.applied.values()):
            control, varied = self._pair()
        others = [varied]
        if experiment.noisy:
            others.append(experiment.workshop.build("control again, fixed", frozenset(), self._script(), again=True))
        left: list[Finding] = []
        names: frozenset[str] = frozenset()
        for other in others:
            changed = differing(control, other)
            names |= changed
            left += findings(experiment.reader.explained(control, other, changed).values())
        if not names:
            return None
        self.remaining = _causes(left, names)
        return tuple(left)

    def _unreached(self, control: Built) -> bool:
        """True if the exported words changed nothing at all: then the build sets these variables itself."""
        experiment = self.experiment
        touched = experiment.changed - experiment.noisy
        same = touched - differing(experiment.control, control)
        return not self.wrapping and bool(touched) and same == touched

    def _script(self) -> Script:
        return Script(self._actions(), self.wrapping)

    def _pair(self) -> tuple[Built, Built]:
        """The control and all varied, with the fixes."""
        wanted = {"control, fixed": frozenset(), "all varied, fixed": self.experiment.varied}
        made = self.experiment.workshop.build_all(wanted, self._script())
        return made["control, fixed"], made["all varied, fixed"]


def _causes(known: Iterable[Finding], names: Iterable[str]) -> tuple[str, ...]:
    """The causes that these findings name; "unexplained" where something differs and none is named."""
    causes = tuple(sorted({finding.cause for finding in known}))
    return causes or (("unexplained",) if list(names) else ())
