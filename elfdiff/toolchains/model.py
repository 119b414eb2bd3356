"""Row: how one toolchain is told one thing."""

from __future__ import annotations

from enum import StrEnum

from elfdiff.actions import Action
from elfdiff.values import dataclass


class Purpose(StrEnum):
    """What a flag is for."""

    MAP_PATHS = "map the build directory"
    MAP_BESIDE = "map what lies beside the source tree"
    MAP_DEBUG = "map the build directory in debug information alone"
    MAP_HOME = "map the home of the package manager"
    MAP_TARGET = "map the output directory"
    NAME_SOURCES = "name sources without the build directory"
    FIX_CLOCK = "fix the clock"
    NAME_CPU = "name a CPU instead of the host's"
    FIX_SEED = "fix the seed of random names"
    FIX_BUILD_ID = "derive the build ID from the contents"
    ONE_THREAD = "compile in one order"


@dataclass(frozen=True, slots=True)
class Row:
    """``action`` works in both builds as printed; ``since`` as in a fix, None where all known versions take it.

    ``source`` is where it is documented or was reported. ``verified`` names the version with which two builds in two
    directories were made equal by it, and says "read" where only the source says so.
    """

    toolchain: str
    purpose: Purpose
    action: Action
    source: str
    verified: str
    since: str | None = None
    note: str | None = None
