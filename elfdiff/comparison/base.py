"""What the number that a reference holds counts from."""

from __future__ import annotations

from enum import StrEnum


class Base(StrEnum):
    """What is subtracted from the target before it is stored."""

    NOTHING = "nothing"
    SITE = "site"
    """The field's own address plus ``extra`` bytes."""
    PAGE = "page"
    """The start of the 4096 bytes that :attr:`SITE` would be in."""
    PLACE = "place"
    """Another place of the same space, given in ``extra``: table bases, and starts of ranges whose length is stored."""
    CONSTANT = "constant"
    """``extra`` itself, the same in a and b."""
