"""The control that separates explaining from excusing: edits that no cause made are never owned as one's work."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.mark.parametrize(
    ("flags", "strip", "orders"),
    [(("-g",), False, ("mu", "mu")), (("-g",), True, ("mu", "mu")), (("-g",), False, ("mu", "um"))],
)
def test_no_planted_edit_is_excused_or_unseen(build, mutation, tmp_path: Path, flags, strip, orders):
    """The first edits are one of every kind of run that is owned."""
    files = build(*flags, strip=strip, orders=orders)
    for name, data in (("a", files.a), ("b", files.b)):
        (tmp_path / name).write_bytes(data)
    trial = mutation.Trial(str(tmp_path / "a"), str(tmp_path / "b"), 20261123)
    outcome = trial.run(120)
    assert not trial.lines
    assert trial.kinds > 10
    assert outcome["flagged"] > 100
    assert outcome["code differs"] > 3
