"""A report with the digests of its two files modulo what is allowed."""

from __future__ import annotations

import hashlib

from elfdiff.accounting.modulo import masked_digests
from elfdiff.elf.reading import read_bytes
from elfdiff.errors import UnreadableFile
from elfdiff.outcome import only_allowed
from elfdiff.report import FileFacts, Modulo, Report
from elfdiff.values import replace


def with_modulo(report: Report) -> Report:
    """The report with ``modulo``; None where nothing was accounted for. UnreadableFile if a file has changed since."""
    if report.ledger is None and report.differs:
        return report
    a, b = (_content(side, facts) for side, facts in (("a", report.a), ("b", report.b)))
    if report.ledger is None:
        return replace(report, modulo=Modulo(report.allowed, report.a.sha256, report.b.sha256))
    left = not only_allowed(report, report.allowed)
    return replace(
        report,
        modulo=Modulo(report.allowed, *masked_digests(a, b, report.ledger, report.allowed, report.proof, not left)),
    )


def _content(side: str, facts: FileFacts) -> bytes:
    data = read_bytes(facts.path)
    if hashlib.sha256(data).hexdigest() != facts.sha256:
        raise UnreadableFile(f"{side}: {facts.path}: has changed while it was compared")
    return data
