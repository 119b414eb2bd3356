"""Two commits of a program: their sources differ, and no stamp that is left out makes them equal."""

from __future__ import annotations

from elfdiff.causes._code import certain_changes, differs_in_numbers
from elfdiff.causes._facts import dependencies_differ
from elfdiff.evidence.model import EvidenceSet, GoSettingChange

_SEVERAL = 3


def two_commits(evidence: EvidenceSet) -> tuple[GoSettingChange, ...]:
    """The recorded revisions, if they differ, and code or dependencies as another source makes them; else none."""
    revisions = tuple(
        change
        for change in evidence.of(GoSettingChange)
        if change.key == "vcs.revision" and change.a_value and change.b_value
    )
    changed = [change for change in certain_changes(evidence) if not differs_in_numbers(change)]
    return revisions if len(changed) >= _SEVERAL or dependencies_differ(evidence) else ()
