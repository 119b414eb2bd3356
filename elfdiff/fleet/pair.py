"""One pair → one record. It knows no engine, and lets nothing out but plain values."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from elfdiff.errors import ElfdiffError
from elfdiff.fleet.record import DONE, Record, failure
from elfdiff.outcome import TROUBLE
from elfdiff.patterns import late
from elfdiff.report import Confidence, EvidenceItem, Finding, Report, Role
from elfdiff.tree import Plain, Status, Tree

_NAMED = 3
"""Toolchains and sections that one record names."""
_LONGEST = 60
"""Characters of a fact."""
_VARIES = late(r"[0-9a-fA-F]{8,}|[0-9]+")
_HEX = late(r"[0-9a-f]{2}( [0-9a-f]{2})*\Z")


def run_pair(record: Record) -> Record:
    """Compare ``record["a"]`` with ``record["b"]``.

    The answer has ``state`` (done or failed). Done: ``verdict``, ``roots`` (those not only possible, with bytes),
    ``possible``, ``inputs``, ``fixable``, ``differing``, ``unexplained`` (bytes of the larger side), ``toolchain``,
    ``sections`` (of unexplained bytes) and ``fact`` (the first that was seen and belongs to no finding, with # for what
    varies; None if there is none), and ``report``, the JSON text, if the record asks for it. Failed: ``failure`` and
    ``sentence``.
    """
    import elfdiff

    try:
        found = elfdiff.compare(record["a"], record["b"])
    except ElfdiffError as error:
        return failure("malformed", str(error))
    except MemoryError:
        return failure("out-of-memory", "the pair needs more memory than its limit")
    except Exception as error:
        return failure("fault", f"{type(error).__name__}: {error} (a fault of elfdiff: please report it)")
    trouble = _trouble(found)
    if trouble is not None:
        return trouble
    answer = _answer(found)
    if record.get("reports"):
        from elfdiff.render.jsonreport import render_json

        answer["report"] = render_json(found)
    return answer


def _trouble(found: Report | Tree) -> Record | None:
    """The failure of a pair whose report is only a part of what there is: a damaged entry, or a fault of ours."""
    if isinstance(found, Tree):
        failed = next((entry.error for entry in found.entries if entry.status is Status.FAILED), None)
        return failure("malformed", failed or "an entry could not be read") if failed or found.exit == TROUBLE else None
    if found.exit == TROUBLE:
        return failure("fault", found.unfinished or next(iter(found.notes), "a fault of elfdiff"))
    return None


def _answer(found: Report | Tree) -> Record:
    findings = _findings(found)
    roots = [item for item in findings if item.role is Role.ROOT]
    sure = [item for item in roots if item.confidence is not Confidence.POSSIBLE]
    totals = found.ledger.totals if found.ledger is not None else None
    return {
        "state": DONE,
        "verdict": found.verdict.value,
        "roots": {item.cause: item.bytes.most for item in sure},
        "possible": sorted(item.cause for item in roots if item not in sure),
        "inputs": sorted(item.cause for item in findings if item.role is Role.INPUT),
        "fixable": found.fixable,
        "differing": totals.differing.most if totals else None,
        "unexplained": totals.unexplained.most + totals.contradicted.most if totals else None,
        "toolchain": _toolchain(found),
        "sections": _distinct(name for name, _ in _open(found).most_common())[:_NAMED],
        "fact": next(_facts(found), None),
    }


def _findings(found: Report | Tree) -> list[Finding]:
    if isinstance(found, Tree):
        return [item.finding for item in found.findings]
    return list(found.findings)


def _reports(found: Report | Tree) -> Iterator[Report]:
    """Those of the ELF files, at whatever depth."""
    if isinstance(found, Report):
        yield found
        return
    for entry in found.entries:
        if isinstance(entry.report, Report | Tree):
            yield from _reports(entry.report)


def _toolchain(found: Report | Tree) -> str | None:
    return ", ".join(_distinct(tool for report in _reports(found) for tool in report.a.toolchain)[:_NAMED]) or None


def _open(found: Report | Tree) -> Counter[str]:
    """Unexplained bytes by section of an ELF file, by kind of another file, or by part of a container's frame.

    Names of files are left out: they are what no two packages share.
    """
    rows = found.ledger.rows if found.ledger is not None else ()
    by_row = Counter({row.name: row.classes.unexplained.most for row in rows if row.classes.unexplained.most})
    if isinstance(found, Report):
        return by_row
    counts: Counter[str] = Counter()
    for entry in found.entries:
        inside = sum(by_row.pop(name, 0) for name in (entry.name, f"inside {entry.name}"))
        if isinstance(entry.report, Report | Tree):
            counts += _open(entry.report)
        elif inside:
            counts[f"a {entry.report.kind} file" if isinstance(entry.report, Plain) else "a file"] += inside
    return counts + by_row


def _facts(found: Report | Tree) -> Iterator[str]:
    """What was seen and belongs to no finding, each without what varies from pair to pair."""
    if isinstance(found, Report):
        yield from (fact for item in found.observed if (fact := _fact(item)))
        return
    for entry in found.entries:
        if isinstance(entry.report, Report | Tree):
            yield from _facts(entry.report)
        elif isinstance(entry.report, Plain) and not entry.report.causes and entry.report.first is not None:
            yield _shape(entry.report.first.a or entry.report.first.b)


def _fact(item: EvidenceItem) -> str | None:
    """None for what is no text: where it stands says more."""
    values = [place.value for place in (item.a, item.b) if place is not None]
    return next((_shape(value) for value in values if value[:1] not in ("", "(") and not _HEX.match(value)), None)


def _shape(value: str) -> str:
    return _VARIES.sub("#", value)[:_LONGEST]


def _distinct(names: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(names))
