"""What a caller asks of a comparison of trees."""

from __future__ import annotations

from dataclasses import field
from fnmatch import fnmatchcase

from elfdiff.containers.limits import Limits
from elfdiff.values import dataclass


@dataclass(frozen=True, slots=True)
class TreeOptions:
    """``jobs`` are processes at a time; ``only`` and ``exclude`` are globs of entries, a star crossing slashes;
    ``metadata`` compares times and owners of directories too; ``platform`` (os/architecture) chooses one of an image;
    ``prove`` keeps the proofs of ELF entries.
    """

    jobs: int = 1
    only: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    metadata: bool = False
    platform: str | None = None
    prove: bool = False
    limits: Limits = field(default_factory=Limits)

    def wants(self, name: str) -> bool:
        """True if an entry of this name is compared."""
        return (not self.only or _any(self.only, name)) and not _any(self.exclude, name)


def _any(globs: tuple[str, ...], name: str) -> bool:
    """A glob without a slash also stands for the last part of a name."""
    return any(
        fnmatchcase(name, glob) or ("/" not in glob and fnmatchcase(name.rsplit("/", 1)[-1], glob)) for glob in globs
    )
