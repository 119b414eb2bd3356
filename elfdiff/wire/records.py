"""Dataclasses as JSON objects, and which form a type has."""

from __future__ import annotations

import functools
import operator
import types
from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields, is_dataclass, replace
from enum import StrEnum
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

from elfdiff.values import dataclass
from elfdiff.wire.marks import Apart, AtLeast, Beside, Flat, Hidden, Key, Matches, Named, Tagged
from elfdiff.wire.shapes import (
    Choice,
    Counted,
    Fixed,
    Fraction,
    Json,
    Listed,
    Maybe,
    Mismatch,
    Number,
    Shape,
    Text,
    Truth,
    Word,
    closed,
    read_at,
)

SPACE = "https://json-schema.org/draft/2020-12/schema"


@dataclass(frozen=True, slots=True)
class _Field:
    name: str
    path: tuple[str, ...]
    shape: Shape
    flat: bool
    beside: tuple[tuple[Beside, Shape], ...]


class Record:
    """A dataclass as an object that has all its keys and no others."""

    def __init__(self, kind: type) -> None:
        self.kind = kind
        self.fixed: Mapping[tuple[str, ...], str] = dict(getattr(kind, "FIXED", ()))
        self.derived: Mapping[str, str] = dict(getattr(kind, "DERIVED", ()))
        self._known: tuple[tuple[_Field, ...], tuple[str, ...]] | None = None

    @property
    def _fields(self) -> tuple[_Field, ...]:
        return self._members()[0]

    @property
    def _apart(self) -> tuple[str, ...]:
        return self._members()[1]

    def _members(self) -> tuple[tuple[_Field, ...], tuple[str, ...]]:
        """Looked at when first used: a dataclass may hold itself."""
        if self._known is None:
            hints = get_type_hints(self.kind, include_extras=True)
            found: list[_Field] = []
            apart: list[str] = []
            for field in fields(self.kind):
                hint = hints[field.name]
                marks = _marks(hint)
                if any(isinstance(mark, Apart) for mark in marks):
                    apart.append(field.name)
                elif not any(isinstance(mark, Hidden) for mark in marks):
                    found.append(_field(field.name, hint, marks))
            self._known = tuple(found), tuple(apart)
        return self._known

    def write(self, value: Any, text: Callable[[str], str]) -> Json:
        """An object; keys in the order of the fields."""
        written: dict[str, Json] = {}
        for path, fixed in self.fixed.items():
            _put(written, path, fixed)
        for field in self._fields:
            inner = getattr(value, field.name)
            shown = field.shape.write(inner, text)
            if field.flat and isinstance(shown, dict):
                written.update(shown)
                continue
            _put(written, field.path, shown)
            for mark, shape in field.beside:
                items = getattr(inner, mark.attribute) if inner is not None else ()
                written[mark.key] = None if mark.null and not len(items) else shape.write(items, text)
        for key, attribute in self.derived.items():
            written[key] = _derived(self.kind, attribute).write(getattr(value, attribute), text)
        return written

    def read(self, value: Json) -> Any:
        """The dataclass; keys that are derived are not looked at."""
        if not isinstance(value, dict):
            raise Mismatch.of("an object", value)
        left = set(value)
        made = self._made(value, left)
        if left:
            raise Mismatch(f"the key {min(left)[:40]!r} is unknown")
        return made

    def _made(self, value: dict[str, Json], left: set[str]) -> Any:
        for path, fixed in self.fixed.items():
            left.discard(path[0])
            if _taken(value, path) != fixed:
                raise Mismatch(f"{'.'.join(path)} is not {fixed!r}")
        left.difference_update(self.derived)
        given: dict[str, Any] = dict.fromkeys(self._apart, ())
        for field in self._fields:
            if field.flat and isinstance(field.shape, Record):
                given[field.name] = field.shape._made(value, left)
                continue
            left.discard(field.path[0])
            inner = read_at(field.shape, _taken(value, field.path), ".".join(field.path))
            beside: dict[str, Any] = {}
            for mark, shape in field.beside:
                left.discard(mark.key)
                listed = _taken(value, (mark.key,))
                beside[mark.attribute] = read_at(shape, [] if mark.null and listed is None else listed, mark.key)
            if beside and inner is not None:
                inner = replace(inner, **beside)
            given[field.name] = inner
        return self.kind(**given)

    def schema(self, definitions: dict[str, Json]) -> dict[str, Json]:
        """A reference to the definition of this name."""
        name = self.kind.__name__
        if name not in definitions:
            definitions[name] = {}
            definitions[name] = {"description": _sentence(self.kind), **closed(self.properties(definitions))}
        return {"$ref": f"#/$defs/{name}"}

    def properties(self, definitions: dict[str, Json]) -> dict[str, Json]:
        """JSON Schema of each key."""
        found: dict[str, Json] = {}
        for path, fixed in self.fixed.items():
            _put(found, path, {"const": fixed})
        for field in self._fields:
            if field.flat and isinstance(field.shape, Record):
                found.update(field.shape.properties(definitions))
                continue
            _put(found, field.path, field.shape.schema(definitions))
            for mark, shape in field.beside:
                found[mark.key] = (Maybe(shape) if mark.null else shape).schema(definitions)
        for key, attribute in self.derived.items():
            found[key] = _derived(self.kind, attribute).schema(definitions)
        inner = {path[0] for path in self.fixed if len(path) > 1}
        inner |= {field.path[0] for field in self._fields if len(field.path) > 1}
        return {key: closed(part) if key in inner and isinstance(part, dict) else part for key, part in found.items()}


class OneOf:
    """One of several dataclasses, told by what never changes in each."""

    def __init__(self, records: Sequence[Record]) -> None:
        self.records = tuple(records)

    def write(self, value: Any, text: Callable[[str], str]) -> Json:
        """As its own form."""
        return next(record for record in self.records if isinstance(value, record.kind)).write(value, text)

    def read(self, value: Json) -> Any:
        """As the first whose fixed keys are there."""
        if not isinstance(value, dict):
            raise Mismatch.of("an object", value)
        for record in self.records:
            if all(_found(value, path) == fixed for path, fixed in record.fixed.items()):
                return record.read(value)
        schemas = [fixed for record in self.records for path, fixed in record.fixed.items() if path == ("schema",)]
        raise Mismatch(f"its schema is none of {', '.join(schemas)}")

    def schema(self, definitions: dict[str, Json]) -> dict[str, Json]:
        """Any of them."""
        return {"anyOf": [record.schema(definitions) for record in self.records]}


class TaggedForm:
    """One of several dataclasses, told by its key: a record under the tag, or, of a class in ``mark.beside`` and of one
    with a single field, the first field under the tag and the others beside it."""

    def __init__(self, mark: Tagged) -> None:
        self.records = {tag: Record(kind) for tag, kind in mark.classes.items()}
        self.beside = mark.beside

    def _open(self, tag: str) -> Sequence[_Field] | None:
        """The fields of a class that stand in the object itself, the first under the tag; None for a record."""
        fields = self.records[tag]._fields
        return fields if len(fields) == 1 or tag in self.beside else None

    def write(self, value: Any, text: Callable[[str], str]) -> Json:
        """An object of the tag, and of the keys beside it."""
        tag, record = next((tag, record) for tag, record in self.records.items() if isinstance(value, record.kind))
        fields = self._open(tag)
        if fields is None:
            return {tag: record.write(value, text)}
        return {key: item.shape.write(getattr(value, item.name), text) for key, item in _keyed(tag, fields)}

    def read(self, value: Json) -> Any:
        """The dataclass."""
        tag = next((tag for tag in self.records if isinstance(value, dict) and tag in value), None)
        if tag is None or not isinstance(value, dict):
            raise Mismatch.of(f"an object with a key of {', '.join(self.records)}", value)
        record, fields = self.records[tag], self._open(tag)
        keyed = dict(_keyed(tag, fields)) if fields is not None else {}
        if set(value) != (set(keyed) or {tag}):
            raise Mismatch.of(f"an object with the keys {', '.join(keyed or [tag])}", value)
        if fields is None:
            return read_at(record, value[tag], tag)
        return record.kind(**{item.name: read_at(item.shape, value[key], key) for key, item in keyed.items()})

    def schema(self, definitions: dict[str, Json]) -> dict[str, Json]:
        """One of the objects."""
        found: list[Json] = []
        for tag, record in self.records.items():
            fields = self._open(tag)
            if fields is None:
                found.append(closed({tag: record.schema(definitions)}))
            else:
                found.append(closed({key: item.shape.schema(definitions) for key, item in _keyed(tag, fields)}))
        return {"anyOf": found}


def _keyed(tag: str, fields: Sequence[_Field]) -> list[tuple[str, _Field]]:
    return [(tag if place == 0 else item.name, item) for place, item in enumerate(fields)]


@functools.cache
def record(kind: type) -> Record:
    """The form of a dataclass."""
    return Record(kind)


def document(kind: type, title: str) -> dict[str, Json]:
    """JSON Schema (2020-12) of a dataclass that has a fixed ``schema``."""
    definitions: dict[str, Json] = {}
    reference = record(kind).schema(definitions)
    return {
        "$schema": SPACE,
        "$id": record(kind).fixed["schema",],
        "title": title,
        **reference,
        "$defs": dict(sorted(definitions.items())),
    }


def shape_of(hint: Any) -> Shape:
    """The form of a type as an annotation gives it. TypeError for one that has none."""
    marks = _marks(hint)
    if marks:
        hint = get_args(hint)[0]
    if get_origin(hint) in (Union, types.UnionType) and type(None) in get_args(hint):
        kinds = tuple(kind for kind in get_args(hint) if kind is not type(None))
        inner = functools.reduce(operator.or_, kinds)
        return Maybe(shape_of(Annotated[inner, *marks] if marks else inner))
    for mark in marks:
        if isinstance(mark, Tagged):
            return TaggedForm(mark)
        if isinstance(mark, Matches):
            return Text(mark.pattern)
        if isinstance(mark, AtLeast):
            return Number(mark.least)
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in (Union, types.UnionType):
        return OneOf([record(kind) for kind in arguments])
    if origin is tuple and (len(arguments) != 2 or arguments[1] is not Ellipsis):
        names = next((mark.names for mark in marks if isinstance(mark, Named)), ())
        return Fixed([shape_of(argument) for argument in arguments], names)
    if origin is Literal:
        return Word(arguments)
    if origin in (tuple, Sequence):
        return Listed(shape_of(arguments[0]))
    if origin is dict:
        return Counted(arguments[0], shape_of(arguments[1]))
    if hint is str:
        return Text()
    if hint is bool:
        return Truth()
    if hint is int:
        return Number()
    if hint is float:
        return Fraction()
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return Choice(hint)
    if isinstance(hint, type) and is_dataclass(hint):
        return record(hint)
    raise TypeError(f"{hint} has no form in JSON")


def _marks(hint: Any) -> tuple[object, ...]:
    return tuple(get_args(hint)[1:]) if get_origin(hint) is Annotated else ()


def _field(name: str, hint: Any, marks: Sequence[object]) -> _Field:
    path = next((mark.path for mark in marks if isinstance(mark, Key)), (name,))
    besides = [mark for mark in marks if isinstance(mark, Beside)]
    beside: tuple[tuple[Beside, Shape], ...] = ()
    if besides:
        inner = next(kind for kind in get_args(get_args(hint)[0]) if is_dataclass(kind))
        hints = get_type_hints(inner, include_extras=True)
        beside = tuple((mark, shape_of(hints[mark.attribute])) for mark in besides)
    return _Field(name, path, shape_of(hint), any(isinstance(mark, Flat) for mark in marks), beside)


@functools.cache
def _derived(kind: type, attribute: str) -> Shape:
    getter = getattr(kind, attribute).fget
    return shape_of(get_type_hints(getter, include_extras=True)["return"])


def _put(written: dict[str, Json], path: Sequence[str], value: Json) -> None:
    for step in path[:-1]:
        inner = written.setdefault(step, {})
        assert isinstance(inner, dict)
        written = inner
    written[path[-1]] = value


def _found(value: Json, path: Sequence[str]) -> Json:
    """What stands there, null where nothing does."""
    for step in path:
        value = value.get(step) if isinstance(value, dict) else None
    return value


def _taken(value: Json, path: Sequence[str]) -> Json:
    for step in path:
        if not isinstance(value, dict) or step not in value:
            raise Mismatch(f"the key {step!r} is missing")
        value = value[step]
    return value


def _sentence(kind: type) -> str:
    return " ".join((kind.__doc__ or "").split("\n\n")[0].replace("``", "`").split())
