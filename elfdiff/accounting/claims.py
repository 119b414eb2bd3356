"""What is said of bytes before they are counted: which cause owns a rewrite, and what evidence covers."""

from __future__ import annotations

from enum import StrEnum

from elfdiff.report import Role
from elfdiff.span import Span
from elfdiff.values import dataclass

BESIDE = "claimed beside a value"
"""What is said of bytes that stand in a text, or describe one, in which a fact names others."""


class ClaimKind(StrEnum):
    """What a claimed byte is when nothing derives it."""

    PAYLOAD = "payload"
    INPUT = "input"
    HASH = "hash"


@dataclass(frozen=True, slots=True)
class Owner:
    """A cause that owns a rewrite."""

    cause: str
    role: Role


@dataclass(frozen=True, slots=True)
class Claim:
    """File offsets that a cause's evidence covers. Only bytes that nothing derives become its own.

    ``beside``: no fact names these bytes, they only stand in a text, or describe one, in which a fact names others.
    """

    a_span: Span | None
    b_span: Span | None
    cause: str
    role: Role
    kind: ClaimKind
    beside: bool = False
