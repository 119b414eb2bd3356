"""What a report or a tree can do beside holding values: show itself, by way of the renderers."""

from __future__ import annotations

from importlib import import_module
from typing import Any


class Shown:
    """The outputs of a model as methods. The renderers are imported when one is called; a model itself needs none."""

    __slots__ = ()

    def text(self, width: int = 100, verbose: bool = False) -> str:
        """The report as the command line prints it, without colour, ``width`` columns wide."""
        found: str = _views().text(self, width, verbose)
        return found

    def markdown(self) -> str:
        """The report for a job summary or a comment."""
        found: str = _views().markdown(self)
        return found

    def to_dict(self, all_evidence: bool = True, with_spans: bool = False) -> dict[str, Any]:
        """The report as the values that JSON knows (docs/report-schema.md)."""
        found: dict[str, Any] = _views().to_dict(self, all_evidence, with_spans)
        return found

    def _repr_html_(self) -> str:
        """What a notebook shows."""
        found: str = _views().html_part(self)
        return found


def _views() -> Any:
    """The renderers stand above the models, so they are looked up by name."""
    return import_module("elfdiff.render.views")
