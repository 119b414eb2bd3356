"""The form in JSON of one type each: how it is written, read back and described."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from typing import Any, Protocol, TypeAlias

Json: TypeAlias = "dict[str, Json] | list[Json] | str | int | float | bool | None"

LARGEST = 1 << 64
"""No number reaches this, on either side of nought: an address has 64 bits."""

_KINDS = {dict: "an object", list: "a list", str: "text", bool: "true or false", type(None): "null"}


class Mismatch(Exception):
    """What was read is not what the schema says; ``at`` leads to it."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.at: list[str | int] = []

    @classmethod
    def of(cls, wanted: str, value: object) -> Mismatch:
        """Another form than the one that is wanted."""
        return cls(f"{wanted} was expected, and there is {_KINDS.get(type(value), 'a number')}")

    @property
    def sentence(self) -> str:
        """Where and what, as in ``findings[3].bytes.a: a number was expected, and there is text``."""
        place = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in self.at).lstrip(".")
        return f"{place}: {self}" if place else str(self)


class Shape(Protocol):
    """The form of one type."""

    def write(self, value: Any, text: Callable[[str], str]) -> Json:
        """The value as JSON has it; ``text`` makes strings visible."""

    def read(self, value: Json) -> Any:
        """The value again; Mismatch where it has another form."""

    def schema(self, definitions: dict[str, Json]) -> dict[str, Json]:
        """JSON Schema of it; what has a name is added to ``definitions`` and referred to."""


class Text:
    """A string."""

    def __init__(self, pattern: str | None = None) -> None:
        self.pattern = pattern
        self._compiled = re.compile(pattern.replace("$", r"\Z")) if pattern else None

    def write(self, value: Any, text: Callable[[str], str]) -> Json:
        """Made visible."""
        return text(value)

    def read(self, value: Json) -> Any:
        """The string; it stays as it was made visible."""
        if not isinstance(value, str):
            raise Mismatch.of("text", value)
        if self._compiled is not None and not self._compiled.match(value):
            raise Mismatch.of(f"text of the form {self.pattern}", value)
        return value

    def schema(self, definitions: dict[str, Json]) -> dict[str, Json]:
        """No control characters, or the pattern."""
        if self.pattern is not None:
            return {"type": "string", "pattern": self.pattern}
        definitions["text"] = {"type": "string", "pattern": "^[^\\u0000-\\u001f\\u007f-\\u009f]*$"}
        return {"$ref": "#/$defs/text"}


class Number:
    """An integer."""

    def __init__(self, least: int | None = None) -> None:
        self.least = least

    def write(self, value: Any, text: Callable[[str], str]) -> Json:
        """Itself."""
        return int(value)

    def read(self, value: Json) -> Any:
        """Itself, if it is in bounds."""
        if not isinstance(value, int) or isinstance(value, bool) or not -LARGEST < value < LARGEST:
            raise Mismatch.of("a number of 64 bits", value)
        if self.least is not None and value < self.least:
            raise Mismatch.of(f"a number from {self.least} on", value)
        return value

    def schema(self, definitions: dict[str, Json]) -> dict[str, Json]:
        """With its minimum."""
        return {"type": "integer"} | ({"minimum": self.least} if self.least is not None else {})


class Fraction:
    """A number with at most three digits after the point."""

    def write(self, value: Any, text: Callable[[str], str]) -> Json:
        """Rounded."""
        return round(float(value), 3)

    def read(self, value: Json) -> Any:
        """As a float."""
        if isinstance(value, bool) or not isinstance(value, int | float) or not -LARGEST < value < LARGEST:
            raise Mismatch.of("a number", value)
        return float(value)

    def schema(self, definitions: dict[str, Json]) -> dict[str, Json]:
        """Any number."""
        return {"type": "number"}


class Truth:
    """True or false."""

    def write(self, value: Any, text: Callable[[str], str]) -> Json:
        """Itself."""
        return bool(value)

    def read(self, value: Json) -> Any:
        """Itself."""
        if not isinstance(value, bool):
            raise Mismatch.of("true or false", value)
        return value

    def schema(self, definitions: dict[str, Json]) -> dict[str, Json]:
        """A boolean."""
        return {"type": "boolean"}


class Choice:
    """One of the values of a StrEnum."""

    def __init__(self, choices: type[StrEnum]) -> None:
        self.choices = choices

    def write(self, value: Any, text: Callable[[str], str]) -> Json:
        """Its value."""
        return str(value.value)

    def read(self, value: Json) -> Any:
        """The member."""
        for choice in self.choices:
            if choice.value == value:
                return choice
        raise Mismatch.of(f"one of {', '.join(self.choices)}", value)

    def schema(self, definitions: dict[str, Json]) -> dict[str, Json]:
        """An enumeration."""
        return {"enum": [choice.value for choice in self.choices]}


class Word:
    """One of the texts of a Literal."""

    def __init__(self, words: Sequence[str]) -> None:
        self.words = tuple(words)

    def write(self, value: Any, text: Callable[[str], str]) -> Json:
        """Itself."""
        return str(value)

    def read(self, value: Json) -> Any:
        """Itself, if it is one of them."""
        if value not in self.words:
            raise Mismatch.of(f"one of {', '.join(self.words)}", value)
        return value

    def schema(self, definitions: dict[str, Json]) -> dict[str, Json]:
        """An enumeration."""
        return {"enum": list(self.words)}


class Maybe:
    """Null, or another form."""

    def __init__(self, inner: Shape) -> None:
        self.inner = inner

    def write(self, value: Any, text: Callable[[str], str]) -> Json:
        """Null for None."""
        return None if value is None else self.inner.write(value, text)

    def read(self, value: Json) -> Any:
        """None for null."""
        return None if value is None else self.inner.read(value)

    def schema(self, definitions: dict[str, Json]) -> dict[str, Json]:
        """Either."""
        return {"anyOf": [self.inner.schema(definitions), {"type": "null"}]}


class Listed:
    """A list of one form; read, a tuple."""

    def __init__(self, inner: Shape) -> None:
        self.inner = inner

    def write(self, value: Any, text: Callable[[str], str]) -> Json:
        """Each in its order."""
        return [self.inner.write(item, text) for item in value]

    def read(self, value: Json) -> Any:
        """A tuple."""
        if not isinstance(value, list):
            raise Mismatch.of("a list", value)
        return tuple(read_at(self.inner, item, index) for index, item in enumerate(value))

    def schema(self, definitions: dict[str, Json]) -> dict[str, Json]:
        """An array."""
        return {"type": "array", "items": self.inner.schema(definitions)}


class Fixed:
    """A tuple of fixed length, as an array or, with names, as an object."""

    def __init__(self, parts: Sequence[Shape], names: Sequence[str] = ()) -> None:
        self.parts = tuple(parts)
        self.names = tuple(names)

    def write(self, value: Any, text: Callable[[str], str]) -> Json:
        """Its parts."""
        written = [part.write(item, text) for part, item in zip(self.parts, value, strict=True)]
        return dict(zip(self.names, written, strict=True)) if self.names else written

    def read(self, value: Json) -> Any:
        """A tuple."""
        if self.names:
            given = members(value, self.names)
            return tuple(read_at(part, given[name], name) for part, name in zip(self.parts, self.names, strict=True))
        if not isinstance(value, list) or len(value) != len(self.parts):
            raise Mismatch.of(f"a list of {len(self.parts)}", value)
        pairs = zip(self.parts, value, strict=True)
        return tuple(read_at(part, item, index) for index, (part, item) in enumerate(pairs))

    def schema(self, definitions: dict[str, Json]) -> dict[str, Json]:
        """A closed object, or an array of that length."""
        parts = [part.schema(definitions) for part in self.parts]
        if self.names:
            return closed(dict(zip(self.names, parts, strict=True)))
        return {"type": "array", "prefixItems": list(parts), "items": False, "minItems": len(parts)}


class Counted:
    """A mapping from each value of a StrEnum."""

    def __init__(self, choices: type[StrEnum], inner: Shape) -> None:
        self.choices = choices
        self.inner = inner

    def write(self, value: Any, text: Callable[[str], str]) -> Json:
        """A key for each choice."""
        return {choice.value: self.inner.write(value[choice], text) for choice in self.choices}

    def read(self, value: Json) -> Any:
        """A mapping."""
        given = members(value, [choice.value for choice in self.choices])
        return {choice: read_at(self.inner, given[choice.value], choice.value) for choice in self.choices}

    def schema(self, definitions: dict[str, Json]) -> dict[str, Json]:
        """A closed object."""
        return closed({choice.value: self.inner.schema(definitions) for choice in self.choices})


def read_at(shape: Shape, value: Json, step: str | int) -> Any:
    """Read what stands under ``step``; a Mismatch says so."""
    try:
        return shape.read(value)
    except Mismatch as mismatch:
        mismatch.at.insert(0, step)
        raise


def members(value: Json, names: Sequence[str]) -> dict[str, Json]:
    """The object with exactly these keys."""
    if not isinstance(value, dict):
        raise Mismatch.of("an object", value)
    if set(value) != set(names):
        lacking = [name for name in names if name not in value]
        odd = f"{lacking[0]!r} is missing" if lacking else f"{min(set(value) - set(names))[:40]!r} is unknown"
        raise Mismatch(f"the key {odd}")
    return value


def closed(properties: Mapping[str, Json]) -> dict[str, Json]:
    """JSON Schema of an object that has these keys, all of them and no others."""
    return {
        "type": "object",
        "additionalProperties": False,
        "required": list(properties),
        "properties": dict(properties),
    }
