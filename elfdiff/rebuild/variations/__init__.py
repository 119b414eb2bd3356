"""Every variation there is: a module of this package, with a ``variation`` in it."""

from __future__ import annotations

import pkgutil
from functools import cache
from importlib import import_module

from elfdiff.rebuild.variations.model import Variation


@cache
def known() -> tuple[Variation, ...]:
    """All variations, by name."""
    modules = sorted(module.name for module in pkgutil.iter_modules(__path__) if module.name != "model")
    return tuple(import_module(f"{__name__}.{name}").variation for name in modules)
