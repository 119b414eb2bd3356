"""Rust's v0 symbol mangling (rustc book, "v0 Symbol Format"): where its crate roots are."""

from __future__ import annotations

from elfdiff.values import dataclass

_MAX_DEPTH = 200
_BASIC_TYPES = frozenset("abcdefhijlmnopstuvxyz")
_DIGITS = frozenset("0123456789")
_HEX = frozenset("0123456789abcdef")
_BASE_62 = frozenset("0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")


@dataclass(frozen=True, slots=True)
class Crate:
    """A crate root; ``disambiguator`` is its base-62 number as written, empty if it has none."""

    name: str
    disambiguator: str


@dataclass(frozen=True, slots=True)
class V0Name:
    """``crates`` are the roots in the order they stand; ``masked`` has none of their disambiguators.

    Back references count bytes, so a longer disambiguator moves them: in ``masked`` they count its own bytes.
    """

    crates: tuple[Crate, ...]
    masked: str


def parse_v0(name: str) -> V0Name | None:
    """None for names that are not v0, and for those that do not follow its grammar."""
    start = 2 if name.startswith("_R") else 3 if name.startswith("__R") else 0
    if not start:
        return None
    scan = _Scan(name, start)
    try:
        scan.number()
        scan.path()
        if scan.at < len(name) and name[scan.at] not in ".$":
            scan.path()
    except (_NotV0, RecursionError):
        return None
    if scan.at < len(name) and name[scan.at] not in ".$":
        return None
    return V0Name(tuple(scan.crates), scan.masked())


class _NotV0(Exception):
    """The grammar does not allow what stands here."""


class _Scan:
    """One pass over a name. ``cuts`` are the disambiguators, ``references`` the back references, as found."""

    def __init__(self, name: str, start: int) -> None:
        self.name = name
        self.start = start
        self.at = start
        self.depth = 0
        self.crates: list[Crate] = []
        self.cuts: list[tuple[int, int, int | None]] = []

    def peek(self) -> str:
        return self.name[self.at] if self.at < len(self.name) else ""

    def next(self) -> str:
        char = self.peek()
        if not char:
            raise _NotV0
        self.at += 1
        return char

    def taken(self, char: str) -> bool:
        if self.peek() == char:
            self.at += 1
            return True
        return False

    def number(self) -> int | None:
        begin = self.at
        while self.peek() in _DIGITS and self.at - begin < 6:
            self.at += 1
        return int(self.name[begin : self.at]) if self.at > begin else None

    def base62(self) -> str:
        begin = self.at
        while self.peek() in _BASE_62:
            self.at += 1
        if not self.taken("_"):
            raise _NotV0
        return self.name[begin : self.at - 1]

    def identifier(self) -> str:
        self.taken("u")
        # A number never begins with 0, unless it is 0.
        length = 0 if self.taken("0") else self.number()
        if length is None:
            raise _NotV0
        self.taken("_")
        begin = self.at
        self.at += length
        if self.at > len(self.name):
            raise _NotV0
        return self.name[begin : self.at]

    def disambiguator(self) -> str:
        return self.base62() if self.taken("s") else ""

    def back_reference(self) -> None:
        begin = self.at
        digits = self.base62()
        value = 0
        for digit in digits:
            value = value * 62 + _VALUES[digit]
        target = value + 1 if digits else 0
        # It points back, to before its own tag.
        if self.start + target >= begin - 1:
            raise _NotV0
        self.cuts.append((begin, self.at, self.start + target))

    def path(self) -> None:
        self.depth += 1
        if self.depth > _MAX_DEPTH:
            raise _NotV0
        tag = self.next()
        if tag == "C":
            begin = self.at
            disambiguator = self.disambiguator()
            self.cuts.append((begin, self.at, None))
            self.crates.append(Crate(self.identifier(), disambiguator))
        elif tag in "MX":
            self.disambiguator()
            self.path()
            self.type()
            if tag == "X":
                self.path()
        elif tag == "Y":
            self.type()
            self.path()
        elif tag == "N":
            if not self.next().isalpha():
                raise _NotV0
            self.path()
            self.disambiguator()
            self.identifier()
        elif tag == "I":
            self.path()
            while not self.taken("E"):
                self.argument()
        elif tag == "B":
            self.back_reference()
        else:
            raise _NotV0
        self.depth -= 1

    def argument(self) -> None:
        if self.taken("L"):
            self.base62()
        elif self.taken("K"):
            self.constant()
        else:
            self.type()

    def type(self) -> None:
        self.depth += 1
        if self.depth > _MAX_DEPTH:
            raise _NotV0
        tag = self.next()
        if tag == "A":
            self.type()
            self.constant()
        elif tag in "SPO":
            self.type()
        elif tag in "RQ":
            if self.taken("L"):
                self.base62()
            self.type()
        elif tag == "T":
            while not self.taken("E"):
                self.type()
        elif tag == "F":
            self.function()
        elif tag == "D":
            self.bounds()
        elif tag == "B":
            self.back_reference()
        elif tag not in _BASIC_TYPES:
            self.at -= 1
            self.path()
        self.depth -= 1

    def function(self) -> None:
        if self.taken("G"):
            self.base62()
        self.taken("U")
        if self.taken("K") and not self.taken("C"):
            self.identifier()
        while not self.taken("E"):
            self.type()
        self.type()

    def bounds(self) -> None:
        if self.taken("G"):
            self.base62()
        while not self.taken("E"):
            self.path()
            while self.taken("p"):
                self.identifier()
                self.type()
        if not self.taken("L"):
            raise _NotV0
        self.base62()

    def constant(self) -> None:
        self.depth += 1
        if self.depth > _MAX_DEPTH:
            raise _NotV0
        tag = self.next()
        if tag == "B":
            self.back_reference()
        elif tag in "RQ":
            self.constant()
        elif tag in "AT":
            while not self.taken("E"):
                self.constant()
        elif tag == "V":
            self.path()
            self.fields()
        elif tag in _BASIC_TYPES:
            if tag != "p":
                self.taken("n")
                while self.peek() in _HEX:
                    self.at += 1
                if not self.taken("_"):
                    raise _NotV0
        else:
            raise _NotV0
        self.depth -= 1

    def fields(self) -> None:
        tag = self.next()
        if tag == "T":
            while not self.taken("E"):
                self.constant()
        elif tag == "S":
            while not self.taken("E"):
                self.disambiguator()
                self.identifier()
                self.constant()
        elif tag != "U":
            raise _NotV0

    def masked(self) -> str:
        """The name without disambiguators of crates, and with back references to places of this text."""
        parts: list[str] = []
        moves: list[tuple[int, int]] = []
        length = at = 0
        for begin, end, target in sorted(self.cuts):
            parts.append(self.name[at:begin])
            length += begin - at
            if target is not None:
                shift = next((delta for place, delta in reversed(moves) if place <= target), 0)
                parts.append(f"{target + shift}_")
                length += len(parts[-1])
            at = end
            moves.append((end, length - end))
        parts.append(self.name[at:])
        return "".join(parts)


_VALUES = {char: value for value, char in enumerate("0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")}
