"""World: everything that one build sees and another might see otherwise."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from elfdiff.values import dataclass

KEEP_ADDRESSES = 0x0040000
"""ADDR_NO_RANDOMIZE of personality(2)."""
OLD_KERNEL = 0x0020000
"""UNAME26 of personality(2): uname says 2.6."""


@dataclass(frozen=True, slots=True)
class World:
    """What a build sees. Paths are the workshop's business: ``away`` and ``fresh_home`` say which of two it is.

    ``now`` is the time at which the clock stands, in seconds since 1970 and ``nanoseconds`` more, None for the real
    clock; ``reorder`` how directories are listed backwards: "disorderfs", "preload" or None. ``cpus`` None means all;
    ``user`` None means the caller's own.
    """

    environment: Mapping[str, str]
    umask: int = 0o022
    away: bool = False
    fresh_home: bool = False
    personality: int = KEEP_ADDRESSES
    cpus: tuple[int, ...] | None = None
    user: tuple[int, int] | None = None
    hostname: str | None = None
    network: bool = True
    reorder: str | None = None
    now: int | None = None
    nanoseconds: int = 0

    def with_environment(self, **variables: str) -> World:
        """The same world with these variables set."""
        return replace(self, environment={**self.environment, **variables})
