"""Limits of what a container may hold, so that none takes more memory or time than its reader has."""

from __future__ import annotations

from typing import NoReturn

from elfdiff.containers.fields import readable
from elfdiff.errors import LimitExceeded
from elfdiff.values import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """``entries`` in one container; bytes of one entry, and of all that is inflated; ``ratio`` of inflated bytes to
    compressed ones beyond ``ratio_from`` bytes; ``depth`` of containers in containers; bytes of a ``name``.
    """

    entries: int = 200_000
    entry_bytes: int = 2 << 30
    all_bytes: int = 4 << 30
    ratio: int = 1000
    ratio_from: int = 64 << 20
    depth: int = 5
    name: int = 4096


class Budget:
    """What is left of the limits while one input is read. Every method raises LimitExceeded, its sentence naming
    ``path``.
    """

    def __init__(self, path: str, limits: Limits) -> None:
        self.path = path
        self.limits = limits
        self.inflated = 0

    def entries(self, count: int) -> None:
        """One container holds this many entries so far."""
        if count > self.limits.entries:
            raise LimitExceeded(f"{self.path}: holds more than {self.limits.entries} entries")

    def name(self, name: bytes) -> None:
        """An entry has this name."""
        if len(name) > self.limits.name:
            raise LimitExceeded(f"{self.path}: the name of an entry is longer than {self.limits.name} bytes")

    def refuse(self, name: bytes, size: int) -> NoReturn:
        """An entry of this name has more bytes than it may have."""
        raise LimitExceeded(
            f"{self.path}: {readable(name)} has {size} bytes, and the limit is {self.limits.entry_bytes}"
        )

    def room(self, compressed: int) -> int:
        """How many bytes a stream of ``compressed`` bytes may give."""
        most = max(self.limits.ratio_from, compressed * self.limits.ratio)
        return min(self.limits.entry_bytes, self.limits.all_bytes - self.inflated, most)

    def over(self, compressed: int) -> LimitExceeded:
        """The error for a stream that gives more than there is room for."""
        limits = self.limits
        room = self.room(compressed)
        if room == limits.all_bytes - self.inflated:
            return LimitExceeded(f"{self.path}: holds more than {limits.all_bytes} bytes when inflated")
        if room == limits.entry_bytes:
            return LimitExceeded(f"{self.path}: a stream in it holds more than {limits.entry_bytes} bytes")
        return LimitExceeded(
            f"{self.path}: {compressed} compressed bytes hold more than {room}, over {limits.ratio} times as many"
        )

    def spend(self, size: int) -> None:
        """This many bytes were inflated and are kept."""
        self.inflated += size
