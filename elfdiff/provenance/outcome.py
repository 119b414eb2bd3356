"""What became of one bundle, and of a file."""

from __future__ import annotations

from enum import StrEnum

from elfdiff.provenance.identity import UNNAMED, Identity
from elfdiff.values import dataclass


class Result(StrEnum):
    """Refused, unsupported and unreadable are never mixed up: the first is an answer, the others are none."""

    VERIFIED = "verified"
    REFUSED = "refused"
    UNSUPPORTED = "unsupported"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class Outcome:
    """One bundle's answer. ``reason`` is a sentence unless it is verified.

    ``time`` is when it was signed, in ISO 8601 and UTC, and ``log_index`` the place in the transparency log; both None
    where nothing that was verified says so. ``key`` is true where a public key stands for the signer.
    """

    where: str
    result: Result
    reason: str | None = None
    identity: Identity = UNNAMED
    predicate_type: str | None = None
    builder: str | None = None
    log_index: int | None = None
    time: str | None = None
    key: bool = False


@dataclass(frozen=True, slots=True)
class Verification:
    """All outcomes for one file, in the order of the bundles; ``sha256`` is the file's digest, or the image's."""

    path: str
    sha256: str
    outcomes: tuple[Outcome, ...]

    @property
    def verified(self) -> Outcome | None:
        """The first that verified; one is enough."""
        return next((item for item in self.outcomes if item.result is Result.VERIFIED), None)

    @property
    def decisive(self) -> Outcome:
        """The outcome that the answer rests on: verified before unsupported before unreadable before refused."""
        for result in (Result.VERIFIED, Result.UNSUPPORTED, Result.UNREADABLE):
            for item in self.outcomes:
                if item.result is result:
                    return item
        return self.outcomes[0]

    @property
    def exit_code(self) -> int:
        """0 verified, 1 refused, 2 if one that could have verified is of a form not supported, or cannot be read."""
        return {Result.VERIFIED: 0, Result.REFUSED: 1}.get(self.decisive.result, 2)
