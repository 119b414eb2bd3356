"""The report as workflow commands of GitHub Actions: one annotation for each root cause.

Escaping is that of actions/toolkit (packages/core/src/command.ts): ``%``, CR and LF in the message; in a property also
``:`` and ``,``. GitHub shows at most 10 errors and 10 warnings of one step, so the tenth says how many are left.
"""

from __future__ import annotations

from collections.abc import Collection

from elfdiff.render import wording
from elfdiff.render.escape import shorten, visible
from elfdiff.render.plan import plan_of
from elfdiff.report import Finding, Report, Verdict

SHOWN_OF_A_KIND = 10
"""Annotations of one level that GitHub shows for one step."""

_LONGEST_VALUE = 200
_LONGEST_PATH = 60


def render_github(report: Report, exit_code: int, allowed: Collection[str] = ()) -> str:
    """Annotations, one a line, then the line for grep.

    A root or input is an error; one that was allowed, and bytes that nothing accounts for, are warnings.
    """
    errors: list[str] = []
    warnings: list[str] = []
    for finding in (*wording.roots(report), *wording.inputs(report)):
        title = f"elfdiff: {finding.cause} ({finding.confidence.value})"
        if finding.cause in allowed:
            warnings.append(_command("warning", f"{title}, allowed", _message(finding)))
        else:
            errors.append(_command("error", title, _message(finding)))
    if report.verdict in (Verdict.CAUSE_NOT_IN_FILES, Verdict.UNEXPLAINED, Verdict.PARTLY_EXPLAINED) or (
        report.differs and not report.findings
    ):
        warnings.append(_command("warning", f"elfdiff: {report.verdict.value}", _verdict(report)))
    lines = [*_limited("error", errors), *_limited("warning", warnings), wording.last_line(report, exit_code)]
    return "".join(f"{line}\n" for line in lines)


def data(text: str) -> str:
    """Text as the message of a command."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def property_value(text: str) -> str:
    """Text as the value of a property of a command."""
    return data(text).replace(":", "%3A").replace(",", "%2C")


def _command(level: str, title: str, message: str) -> str:
    return f"::{level} title={property_value(title)}::{data(message)}"


def _limited(level: str, commands: list[str]) -> list[str]:
    if len(commands) <= SHOWN_OF_A_KIND:
        return commands
    kept = commands[: SHOWN_OF_A_KIND - 1]
    left = len(commands) - len(kept)
    return [*kept, _command(level, "elfdiff", f"{left} more causes: see the report of elfdiff -v")]


def _message(finding: Finding) -> str:
    lines = [visible(finding.title)]
    if finding.summary and finding.summary != finding.title:
        lines.append(visible(finding.summary))
    if finding.evidence:
        item = finding.evidence[0]
        lines += [
            f"{side}  {shorten(location.value, _LONGEST_VALUE)}"
            for side, location in (("a", item.a), ("b", item.b))
            if location is not None
        ]
    fixes = wording.best_fixes(finding)
    lines += [f"fix, {fix.effect.value}: {visible(fix.action.line)}" for fix in fixes]
    if not fixes:
        lines.append("no flag fixes this")
    if finding.unfixed and wording.removes(finding):
        lines.append(f"no fix here removes it from: {', '.join(finding.unfixed)}")
    lines.append(f"elfdiff explain {finding.cause}")
    return "\n".join(lines)


def _verdict(report: Report) -> str:
    names = (shorten(report.a.path, _LONGEST_PATH), shorten(report.b.path, _LONGEST_PATH))
    lines = [visible(wording.headline(report, names))]
    plan = plan_of(report)
    if plan is not None and report.verdict is not Verdict.PARTLY_EXPLAINED:
        lines += [plan.lead] if plan.lead else []
        lines += [visible(step.line) for step in plan.steps]
    return "\n".join(lines)
