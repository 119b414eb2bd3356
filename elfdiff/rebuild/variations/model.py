"""Variation: one thing about the world of a build that another builder has otherwise."""

from __future__ import annotations

import re
from collections.abc import Callable

from elfdiff.rebuild.host import Host
from elfdiff.rebuild.world import World
from elfdiff.values import dataclass


def never(host: Host) -> str | None:
    """A variation that every machine allows."""
    return None


@dataclass(frozen=True, slots=True)
class Asked:
    """``how`` a line of a script asks for the thing, and the ``remedy`` that a person has where no line reaches it."""

    how: re.Pattern[str]
    remedy: str


@dataclass(frozen=True, slots=True)
class Variation:
    """One module of this package. ``what`` is its line in --list-variations.

    ``witness`` is a shell command that prints the thing; it has to print two different values in the two worlds, or
    the variation is reported as not varied. ``control`` makes the fixed world, ``vary`` the other one. ``lacking``
    says why this machine cannot vary it, None where it may be tried. ``weaker`` says what the variation does not
    reach. ``causes`` are the ids in the catalogue that it can bring about, its own first. ``asked`` is None for what
    scripts do not ask for by name.
    """

    name: str
    what: str
    causes: tuple[str, ...]
    witness: str
    vary: Callable[[World, Host], World]
    control: Callable[[World, Host], World] = lambda world, host: world
    lacking: Callable[[Host], str | None] = never
    weaker: Callable[[Host], str | None] = never
    asked: Asked | None = None
