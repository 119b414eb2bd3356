"""What came of one pair of entries, before it is joined with the others."""

from __future__ import annotations

from elfdiff.plain import PathRewrite
from elfdiff.report import Classes, Code, Report, Verdict
from elfdiff.tree import Plain, Tree, TreeFinding
from elfdiff.values import dataclass


@dataclass(frozen=True)
class EntryResult:
    """``own`` are the classes of the contents' own bytes, None where nobody accounted for them; ``inside`` those of
    what they hold compressed. ``findings`` name the entries inside the entry; names of a file itself are "".

    ``code`` is None with ``has_code`` False where there is no machine code at all. ``error`` is the sentence of a
    failure.
    """

    report: Report | Tree | Plain | None = None
    findings: tuple[TreeFinding, ...] = ()
    own: Classes | None = None
    inside: Classes = Classes()
    verdict: Verdict | None = None
    code: Code | None = None
    has_code: bool = False
    error: str | None = None
    notes: tuple[str, ...] = ()
    incomparable: str | None = None
    rewrites: tuple[PathRewrite, ...] = ()

    @property
    def causes(self) -> tuple[str, ...]:
        """Roots, inputs and consequences, as the findings are ordered."""
        return tuple(dict.fromkeys(item.finding.cause for item in self.findings))
