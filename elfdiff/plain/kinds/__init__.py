"""The kinds of plain file; one module a kind, and a kind exists because its module exists."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache

from elfdiff.plain.model import Kind


@cache
def kinds() -> tuple[Kind, ...]:
    """Every kind, in the order in which they are asked."""
    modules = (importlib.import_module(f"{__name__}.{module.name}") for module in pkgutil.iter_modules(__path__))
    found = [module.KIND for module in modules if isinstance(getattr(module, "KIND", None), Kind)]
    return tuple(sorted(found, key=lambda kind: (kind.rank, kind.name)))
