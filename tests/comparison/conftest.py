"""Machine code written by hand, as a machine's module is asked to read it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from elfdiff.comparison.code.machines import Code, CodeReferences

Read = Callable[[CodeReferences], dict[int, int]]


@pytest.fixture
def piece() -> Callable[..., Code]:
    """One function at an address."""

    def make(text: str, address: int = 0x10000, absolute: bool = False, got: int | None = None) -> Code:
        return Code(bytes.fromhex(text), address, absolute, got, lambda: np.array([0], dtype=np.int64))

    return make


@pytest.fixture
def meant() -> Read:
    """Offset of each spread reference → what it means."""

    def read(found: CodeReferences) -> dict[int, int]:
        return {at: target for s in found.spread for at, target in zip(s.at.tolist(), s.target.tolist(), strict=True)}

    return read
