"""The sentences that more than one output says: the verdict, causes, sums, the last line.

Every sentence is honest about what the report holds: these causes account for the bytes, never that the files will be
equal after a fix. Strings are raw here; each renderer makes them visible in its own way.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence

from elfdiff.actions import Action, AddWords, is_pasted
from elfdiff.outcome import only_allowed
from elfdiff.report import (
    Classes,
    Confidence,
    Effect,
    EvidenceItem,
    Finding,
    Fix,
    Interface,
    Ledger,
    Modulo,
    Report,
    Role,
    SectionRow,
    Sides,
    Verdict,
)
from elfdiff.tree import NARROWED

LABELS = {
    Verdict.IDENTICAL: "IDENTICAL",
    Verdict.CAUSE_NOT_IN_FILES: "CAUSE NOT IN THESE FILES",
    Verdict.INPUTS_DIFFER: "INPUTS DIFFER",
    Verdict.UNEXPLAINED: "UNEXPLAINED",
    Verdict.PARTLY_EXPLAINED: "PARTLY EXPLAINED",
    Verdict.EXPLAINED: "EXPLAINED",
}

TAGS = {Role.ROOT: "cause", Role.INPUT: "input", Role.CONSEQUENCE: "consequence"}


def roots(report: Report) -> tuple[Finding, ...]:
    """The findings somebody can fix."""
    return tuple(finding for finding in report.findings if finding.role is Role.ROOT)


def inputs(report: Report) -> tuple[Finding, ...]:
    """The findings that say that different things were built."""
    return tuple(finding for finding in report.findings if finding.role is Role.INPUT)


def consequences(report: Report) -> tuple[Finding, ...]:
    """The findings that only follow."""
    return tuple(finding for finding in report.findings if finding.role is Role.CONSEQUENCE)


def removes(finding: Finding) -> bool:
    """True if some fix takes the cause away, for every face or for some."""
    return any(fix.effect is Effect.REMOVES for fix in finding.fixes)


def best_fixes(finding: Finding) -> tuple[Fix, ...]:
    """The first fix that removes, and each later one that does what those before it cannot.

    That is to reach another face, or the same face in code of another compiler: a program of Rust and C needs a flag in
    RUSTFLAGS and one in CFLAGS. Where none removes: the first that masks. Empty where there is no fix.
    """
    chosen: list[Fix] = []
    left = set(finding.faces)
    told: set[str] = set()
    for fix in finding.fixes:
        if fix.effect is not Effect.REMOVES:
            continue
        reached = set(finding.faces) & set(fix.reaches) if fix.reaches else set(finding.faces)
        variables = flag_variables(fix.action)
        other_compiler = bool(told and variables and reached) and not variables & told
        if not chosen or reached & left or other_compiler:
            chosen.append(fix)
            left -= reached
            told |= variables
    return tuple(chosen) or finding.fixes[:1]


def amount(number: int, noun: str) -> str:
    """``1 byte``, ``2,000 bytes``."""
    return f"{number} {noun}" if number == 1 else f"{number:,} {noun}s"


def unaccounted(report: Report) -> int:
    """Bytes that no cause accounts for: unexplained, and predicted to change but equal."""
    if report.ledger is None:
        return 0
    return report.ledger.totals.unexplained.most + report.ledger.totals.contradicted.most


OUT_OF = "out of "
"""How the sentences of a clock begin; what else leaves a report unfinished is in the files."""


def headline(report: Report, names: tuple[str, str]) -> str:
    """The sentence after the label; ``names`` are the two paths as that output shows them."""
    both = " and ".join(names)
    if report.incomparable is not None:
        return f"{both} cannot be compared byte by byte: {report.incomparable}"
    if report.unfinished is not None:
        part = "was found in time" if report.unfinished.startswith(OUT_OF) else "could be compared"
        return f"{both} differ; this report is only what {part} ({report.unfinished})"
    if report.allowed and report.exit == 0 and only_allowed(report, report.allowed):
        return f"{both} are identical but for {_but_for(report)}"
    match report.verdict:
        case Verdict.IDENTICAL:
            if any(note.startswith(NARROWED) for note in report.notes):
                return f"the entries of {both} that were compared are the same; others were left out"
            return f"{both} are the same, byte for byte ({amount(report.a.size, 'byte')})"
        case Verdict.CAUSE_NOT_IN_FILES:
            return f"{both} differ only in {_hashes(report.findings)}"
        case Verdict.INPUTS_DIFFER:
            return _inputs_headline(report, both)
        case Verdict.UNEXPLAINED:
            return f"{both} differ, and no known cause fits; {_gap(report)}"
        case Verdict.PARTLY_EXPLAINED:
            left = _gap(report) if unaccounted(report) else _remedy(report)
            return f"{both} differ for {amount(len(roots(report)), _reason(report, 'known '))}; {left}"
        case Verdict.EXPLAINED:
            return f"{both} differ for {amount(len(_reasons(report)), _reason(report, ''))}; {_remedy(report)}"


def _but_for(report: Report) -> str:
    """What is allowed and was found, and what follows from it."""
    found = [finding.cause for finding in (*inputs(report), *roots(report))]
    names = found or [finding.cause for finding in consequences(report)]
    text = _listed(names)
    if not found or report.ledger is None:
        return text
    totals = report.ledger.totals
    follows = [_hashes(consequences(report))] if totals.hash.most else []
    follows += [f"{'other ' if follows else ''}bytes"] if totals.consequence.most else []
    verb = "follows" if follows in (["the build ID"], ["the checksum of the debug file"]) else "follow"
    return f"{text} and {_listed(follows)} that {verb}" if follows else text


def _listed(words: Sequence[str]) -> str:
    return f"{', '.join(words[:-1])} and {words[-1]}" if len(words) > 1 else words[0]


def symbols_words(symbols: Interface) -> str:
    """What came and went among exported names, versions and needed libraries, the first names of each."""
    parts = []
    for what, names in (("exported", symbols.exported), ("versions", symbols.versions), ("needed", symbols.needed)):
        told = [
            f"{len(found)} {word} ({joined(found, 2)})"
            for word, found in (("added", names.added), ("removed", names.removed))
            if found
        ]
        parts += [f"{what}: {', '.join(told)}"] if told else []
    a, b = symbols.soname
    parts += [f"SONAME {a or 'none'} became {b or 'none'}"] if a != b else []
    return "; ".join(parts)


def page_address(finding: Finding) -> str | None:
    """Where the page of its cause is on the web; None if it is only named by its place in the repository."""
    return finding.docs if _ADDRESS.fullmatch(finding.docs) else None


def modulo_words(modulo: Modulo) -> str:
    """Both digests and why they differ, or one that is equal."""
    if modulo.equal:
        return f"sha256 {modulo.a} for both, {', '.join(modulo.allowed)} apart"
    return f"sha256 {modulo.a} for a and {modulo.b} for b: {'; '.join(modulo.left)}"


def label(report: Report) -> str:
    """The verdict in capitals; it says so where nothing is left to explain, and every root is only possible."""
    doubtful = all(finding.confidence is Confidence.POSSIBLE for finding in roots(report))
    if report.verdict is Verdict.EXPLAINED and doubtful:
        return "POSSIBLY EXPLAINED"
    return LABELS[report.verdict]


def _reasons(report: Report) -> tuple[Finding, ...]:
    """The roots; beside surer ones, none that is only possible and owns no byte."""
    found = roots(report)
    owning = tuple(f for f in found if f.bytes.most or f.confidence is not Confidence.POSSIBLE)
    return owning or found


def _reason(report: Report, kind: str) -> str:
    doubtful = all(finding.confidence is Confidence.POSSIBLE for finding in roots(report))
    return "possible reason" if doubtful else f"{kind}reason"


def _hashes(found: Iterable[Finding]) -> str:
    sections = {section for finding in found for section in finding.sections}
    if sections and sections <= {".note.gnu.build-id"}:
        return "the build ID"
    if sections and sections <= {".gnu_debuglink"}:
        return "the checksum of the debug file"
    return "hashes"


def _inputs_headline(report: Report, both: str) -> str:
    found = inputs(report)
    more = f" (and {amount(len(found) - 1, 'other input')})" if len(found) > 1 else ""
    what = f"{phrase(found[0])}{more}" if found else "they were not built from the same things"
    if unaccounted(report):
        what = f"{what}; {_gap(report)}"
    if not found or any(removes(finding) for finding in found):
        return f"{both} were built from different inputs: {what}"
    sure = all(finding.confidence is Confidence.CERTAIN for finding in found)
    return f"no {'' if sure else 'known '}flag makes {both} equal: {what}"


def phrase(finding: Finding) -> str:
    """The summary without its caveats, which stand with the finding."""
    return finding.summary.split("; ", 1)[0] or finding.title


def _gap(report: Report) -> str:
    if report.ledger is None:
        return "the bytes were not accounted for"
    totals = report.ledger.totals
    parts = []
    if totals.unexplained.most:
        parts.append(f"nothing accounts for {amount(totals.unexplained.most, 'byte')}")
    if totals.contradicted.most:
        parts.append(f"{amount(totals.contradicted.most, 'byte')} should have changed and did not")
    return ", ".join(parts) or "every differing byte is listed below"


def _remedy(report: Report) -> str:
    found = _reasons(report)
    removable = [finding for finding in found if removes(finding)]
    chosen = [fix for finding in removable for fix in best_fixes(finding)]
    noun = "flag" if all(is_pasted(fix.action) for fix in chosen) else "fix"
    plural = f"{noun}es" if noun == "fix" else f"{noun}s"
    if not removable:
        return f"no known {noun} removes " + ("it" if len(found) == 1 else "them")
    may = any(finding.confidence is Confidence.POSSIBLE for finding in removable)
    several = "may remove" if may else "remove"
    if len(found) == 1:
        text = f"{plural} {several} it" if len(chosen) > 1 else f"a {noun} {'may remove' if may else 'removes'} it"
    elif len(removable) < len(found):
        text = f"{plural} {several} {len(removable)} of them"
    else:
        text = f"{plural} {several} {'both' if len(found) == 2 else f'all {len(found)}'}"
    traces = sum(len(finding.unfixed) for finding in removable)
    return f"{text}, but not every trace" if traces else text


def flag_variables(action: Action) -> frozenset[str]:
    """The variables that an action adds words to; empty for every other."""
    return frozenset(action.variables) if isinstance(action, AddWords) else frozenset()


def known_since(since: str | None) -> str | None:
    """``gcc 8, clang 10`` as ``gcc 8+, clang 10+``; None where every version knows the fix."""
    if since is None:
        return None
    parts = [part.strip() for part in since.split(",")]
    return ", ".join(f"{part}+" if part[-1:].isdigit() else part for part in parts if part)


_ADDRESS = re.compile(r"https?://[\w.:@-]+/[\w./~@+%-]+")


def last_line(report: Report, exit_code: int) -> str:
    """The line for grep. ``-`` where there is no value."""
    causes = [finding.cause for finding in (*inputs(report), *roots(report))]
    unexplained = "-"
    if report.ledger is not None:
        unexplained = str(report.ledger.totals.unexplained.most)
    elif report.verdict is Verdict.IDENTICAL:
        unexplained = "0"
    code = report.code.value if report.code is not None else "-"
    return (
        f"elfdiff: result={report.verdict.value} causes={','.join(causes) or '-'} "
        f"unexplained={unexplained} code={code} exit={exit_code}"
    )


def side_with_more(totals: Classes) -> str:
    """The side to speak of: the one with more unexplained bytes, so that every line gives one figure for them."""
    a, b = ((totals.unexplained.a, totals.differing.a), (totals.unexplained.b, totals.differing.b))
    return "a" if a > b else "b"


def one_side(count: Sides, side: str) -> int:
    """That side's figure."""
    return count.a if side == "a" else count.b


def bytes_line(report: Report, ledger: Ledger, grouped: bool = False) -> str:
    """The ledger as a sum, of the side with more unexplained bytes; classes of zero bytes are left out.

    ``grouped``: thousands are set apart, where there is room for it.
    """

    def number(value: int) -> str:
        return f"{value:,}" if grouped else str(value)

    totals = ledger.totals
    side = side_with_more(totals)
    parts = [
        (totals.root, "cause" if one_side(totals.root, side) == 1 else "causes"),
        (totals.payload, "copied"),
        (totals.input, "input" if one_side(totals.input, side) == 1 else "inputs"),
        (totals.consequence, "follow, checked"),
        (totals.hash, "hash"),
    ]
    terms = [f"{number(one_side(count, side))} {word}" for count, word in parts if one_side(count, side)]
    terms.append(f"{number(one_side(totals.unexplained, side))} unexplained")
    wrong = totals.contradicted.most
    contradicted = f"; {number(wrong)} contradicted" if wrong else ""
    differ = number(one_side(totals.differing, side))
    return f"{differ} differ = {' + '.join(terms)}{contradicted} (cmp: {number(report.raw_differing)})"


def differing_rows(ledger: Ledger) -> list[SectionRow]:
    """Rows with differing bytes, most first."""
    rows = [row for row in ledger.rows if row.classes.differing.most]
    return sorted(rows, key=lambda row: (-row.classes.differing.most, row.name))


def where_counts(items: Iterable[EvidenceItem]) -> list[tuple[str, int]]:
    """How many items stand in each section, most first."""
    counts = Counter(item.section for item in items if item.section is not None)
    return sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))


def joined(words: Sequence[str], most: int, noun: str = "more") -> str:
    """The first ``most`` words and how many are left."""
    if len(words) <= most:
        return ", ".join(words)
    return ", ".join([*words[:most], f"{len(words) - most} {noun}"])
