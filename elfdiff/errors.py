"""Every error that elfdiff raises on purpose: one sentence that a person can act on."""

from __future__ import annotations


class ElfdiffError(Exception):
    """Trouble (exit code 2). ``str()`` is one sentence that names the file and, if known, the offset."""


class UnreadableFile(ElfdiffError):
    """The file is missing, is no regular file, or may not be read."""


class NotElf(ElfdiffError):
    """The file does not begin with the ELF magic number (gABI, "ELF Identification")."""


class MalformedElf(ElfdiffError):
    """The file says it is ELF, but a structure points outside the file or contradicts itself.

    ``offset`` is the file offset of the structure in bytes, None when there is no single one.
    """

    def __init__(self, message: str, offset: int | None = None) -> None:
        super().__init__(message)
        self.offset = offset


class MalformedArchive(ElfdiffError):
    """The file says it is a static archive, but a member header contradicts the file or itself."""


class MalformedContainer(ElfdiffError):
    """A package, an archive or a compressed stream contradicts itself, or ends too early."""


class LimitExceeded(ElfdiffError):
    """A limit on input size or on inflated size was reached before memory was allocated."""


class UsageError(ElfdiffError):
    """The call itself is wrong: an unknown cause ID, an unknown format, a missing argument."""


class UnbalancedLedger(ElfdiffError):
    """The classes of a ledger do not add up to its differing bytes: a fault in elfdiff, never in the input."""
