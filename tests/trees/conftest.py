"""The makers of tests/containers."""

from __future__ import annotations

from tests.containers.conftest import made

__all__ = ["made"]
