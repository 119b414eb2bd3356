"""Small fleets made of the samples."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

SAMPLES = Path(__file__).resolve().parents[2] / "samples"


@pytest.fixture
def fleet(tmp_path: Path) -> Callable[..., tuple[str, str]]:
    """Makes two directories with a copy of each named sample's files, at most once a name."""

    def make(*names: str) -> tuple[str, str]:
        for side in "ab":
            (tmp_path / side).mkdir(exist_ok=True)
            for number, name in enumerate(names):
                shutil.copy(SAMPLES / name / side, tmp_path / side / f"{number}-{name}")
        return str(tmp_path / "a"), str(tmp_path / "b")

    return make
