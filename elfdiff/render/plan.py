"""What to do first: the steps of a report, in the order in which a person takes them."""

from __future__ import annotations

import os

from elfdiff.actions import Action, AddWords, Do, Export, Run, is_pasted
from elfdiff.render.escape import visible
from elfdiff.render.wording import (
    OUT_OF,
    amount,
    best_fixes,
    flag_variables,
    inputs,
    roots,
    unaccounted,
)
from elfdiff.report import Confidence, Effect, Finding, Fix, Report, Verdict
from elfdiff.values import dataclass

_CONFIGURED = frozenset({"CFLAGS", "CXXFLAGS", "FFLAGS", "DFLAGS", "LDFLAGS"})
"""Variables that CMake, Meson and configure read once, and keep."""


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do; ``fix`` is None where no flag fixes ``cause``.

    ``condition`` says when ("if it is locale"), or that it only masks; empty where neither is so.
    """

    action: Action
    cause: str | None = None
    fix: Fix | None = None
    condition: str = ""

    @property
    def words(self) -> str:
        """What is said of it, without a command; empty for a command that needs no word."""
        sentence = self.action.sentence if isinstance(self.action, Do) else ""
        return ": ".join(part for part in (self.condition, sentence) if part)

    @property
    def command(self) -> str | None:
        """The line for a shell; None for a mere sentence."""
        return self.action.command if isinstance(self.action, Do) else self.action.line

    @property
    def line(self) -> str:
        """All of it on one line."""
        return ": ".join(part for part in (self.words, self.command) if part)


@dataclass(frozen=True, slots=True)
class Plan:
    """What to do first: a lead-in that ends in a colon, the steps, and a sentence after them (empty if none)."""

    lead: str
    steps: tuple[Step, ...]
    after: str = ""


def plan_of(report: Report) -> Plan | None:
    """What to do first; None for identical files."""
    if report.verdict is Verdict.IDENTICAL:
        return None
    if report.incomparable is not None:
        formats = [side.format for side in (report.a, report.b) if side.format is not None]
        what = "for the same machine" if len(formats) == 2 else "of one thing"
        if any(form.type == "CORE" for form in formats):
            what = "of the program that ran"
        return Plan("", (Step(Do(f"compare two builds {what}")),))
    if report.unfinished is not None and not report.unfinished.startswith(OUT_OF):
        return Plan("", (Step(Do("get what is cut short once more, whole, and compare again")),))
    if report.verdict is Verdict.CAUSE_NOT_IN_FILES:
        by_go = any(item.section == ".note.go.buildid" for finding in report.findings for item in finding.evidence)
        return _go_inputs() if by_go else _before_strip(report)
    steps = _steps(report)
    if report.unfinished is not None:
        steps = (*steps, Step(Do("compare again with a larger limit, or without one: what is here is a part")))
    elif report.verdict is Verdict.PARTLY_EXPLAINED and unaccounted(report):
        left = amount(unaccounted(report), "byte")
        steps = (*steps, Step(Do(f"rebuild and compare again: so far no cause accounts for {left}")))
    if not steps:
        return _second_build()
    pasted = any(step.fix is not None and is_pasted(step.fix.action) for step in steps)
    fixed = any(step.fix is not None for step in steps)
    configured = any(flag_variables(step.action) & _CONFIGURED for step in steps)
    lead = "in both builds:"
    if pasted:
        again = "then configure from clean and rebuild" if configured else "then rebuild"
        lead = f"in both builds, from the top of the source tree; {again}:"
    return Plan(lead if fixed else "", steps)


def _steps(report: Report) -> tuple[Step, ...]:
    """Every fix once, and one value of each variable; what is only possible behind the rest; then what no flag fixes.

    Inputs that are only possible give no step where something sure was found: what to do is said already.
    """
    main = (*inputs(report), *roots(report))
    sure = any(finding.confidence is Confidence.CERTAIN for finding in main)
    apart = [
        finding.cause
        for finding in inputs(report)
        if not finding.fixes and not (sure and finding.confidence is Confidence.POSSIBLE)
    ]
    hopeless = [finding.cause for finding in roots(report) if not finding.fixes]
    steps: dict[str, Step] = {}
    for finding in sorted(main, key=lambda finding: finding.confidence is Confidence.POSSIBLE):
        for fix in best_fixes(finding):
            step = Step(fix.action, finding.cause, fix, _condition(finding, fix, after=bool(steps)))
            action = fix.action
            key = f"export {action.name}" if isinstance(action, Export) and not step.condition else step.line
            steps.setdefault(key, step)
    if hopeless:
        line = f"no flag fixes {', '.join(hopeless)}; what helps: elfdiff explain {hopeless[0]}"
        steps[line] = Step(Do(line), hopeless[0])
    if apart:
        doubtful = all(finding.confidence is Confidence.POSSIBLE for finding in inputs(report) if not finding.fixes)
        line = f"no flag fixes {', '.join(apart)}: build both from the same inputs"
        if doubtful:
            line = f"if it is {' or '.join(apart)}: build both from the same inputs; no flag fixes it"
        steps[line] = Step(Do(line), apart[0])
    return tuple(steps.values())


def _condition(finding: Finding, fix: Fix, after: bool) -> str:
    """What stands before an action that may be the wrong one, or that only masks; ``after`` others, it may wait."""
    waits = f"if it still differs ({finding.cause})" if after else f"if it is {finding.cause}"
    doubt = waits if finding.confidence is Confidence.POSSIBLE else ""
    masks = f"only masks {finding.cause}" if fix.effect is Effect.MASKS else ""
    return ", ".join(part for part in (doubt, masks) if part)


def _go_inputs() -> Plan:
    """Go's ID is a digest of what cmd/go was given: the files before strip say no more of it."""
    after = (
        "A directory in CGO_CFLAGS, CGO_LDFLAGS, GOFLAGS or -ldflags changes Go's build ID and nothing else: keep it "
        "out of them; -ldflags=-buildid= masks it."
    )
    return Plan("run this in both builds and compare what it prints:", (Step(Run("go env")),), after)


def _before_strip(report: Report) -> Plan:
    stripped = report.a.stripped is not False and report.b.stripped is not False
    when = "before strip" if stripped else "as the linker wrote them, before any later tool"
    lead = f"compare the files as they were {when} (or their .debug files):"
    files = (_debug_file(report, "a"), _debug_file(report, "b"))
    if files[0] == files[1]:
        files = (f"{report.a.path}.debug", f"{report.b.path}.debug")
    command = " ".join(("elfdiff", *map(quoted, files)))
    equal = "equal IDs" if report.a.build_id != report.b.build_id else "equal files"
    after = (
        f"None kept? Rebuild b in a's directory and change nothing else: {equal} then mean that the directory "
        "was the cause."
    )
    doubt = "if they differ in the build ID alone"
    others = [
        Step(fix.action, finding.cause, fix, f"{doubt} ({finding.cause})")
        for finding in roots(report)
        for fix in best_fixes(finding)
    ]
    return Plan(lead, (Step(Run(command)), *others), after)


def _debug_file(report: Report, side: str) -> str:
    """The file that .gnu_debuglink names, beside the one that names it; else the usual name."""
    path = report.a.path if side == "a" else report.b.path
    for finding in report.findings:
        for item in finding.evidence:
            place = item.a if side == "a" else item.b
            if item.section == ".gnu_debuglink" and place is not None:
                return os.path.join(os.path.dirname(path), place.value.rpartition(" ")[0])
    return f"{path}.debug"


def _second_build() -> Plan:
    steps = (
        Step(Do("build once more as a was built, in the same directory, and compare that with a")),
        Step(Do("if they are equal, what differed between a and b is the cause: change one thing at a time")),
        Step(Do("if they differ, the build itself is not deterministic: compare with elfdiff -v")),
    )
    return Plan("", steps)


def action_names(action: Action) -> str:
    """The variables that an action sets, and no value: for where the action itself stands elsewhere. Else empty."""
    match action:
        case AddWords(variables=variables):
            return ", ".join(variables)
        case Export(name=name):
            return name
    return ""


def quoted(path: str) -> str:
    """A path as a word for the shell; one with control characters in the form ``$'…'``, which bash and zsh read."""
    if visible(path) == path:
        import shlex

        return shlex.quote(path if not path.startswith("-") else f"./{path}")
    raw = path.encode("utf-8", "surrogateescape")
    chars = [chr(byte) if 32 <= byte < 127 and byte not in b"'\\" else f"\\x{byte:02x}" for byte in raw]
    return f"$'{''.join(chars)}'"
