"""``dataclass`` whose methods are written when the first value of a class is made.

Writing them takes half a millisecond a class, there are hundreds of classes, and one run makes values of few of them.
What it does is what the standard library's ``dataclass`` does, with the options that elfdiff uses; ``replace`` and
``fields`` of the standard library work on its values.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import MISSING, Field, FrozenInstanceError, field, replace
from operator import attrgetter
from typing import TYPE_CHECKING, Any

__all__ = ["dataclass", "field", "replace"]

if TYPE_CHECKING:
    from dataclasses import dataclass
else:

    def dataclass(cls=None, /, **options):
        """The class as a dataclass. Options: frozen, slots, kw_only, eq, order."""

        def planned(cls):
            return _Plan(cls, **options).cls

        return planned if cls is None else planned(cls)


FEW = 40
"""Values of a class for which no ``__init__`` is compiled."""

_IS_FIELD = vars(dataclasses)["_FIELD"]
_ABSENT: Any = object()
"""Stands for an argument that was not given, where each value has a default of its own."""


class _Plan:
    """The fields and options of one class, until its methods are written."""

    def __init__(
        self,
        cls: Any,
        *,
        frozen: bool = False,
        slots: bool = False,
        kw_only: bool = False,
        eq: bool = True,
        order: bool = False,
    ) -> None:
        self.frozen, self.slots, self.eq, self.order = frozen, slots, eq, order
        self.written = False
        self.fields: dict[str, Any] = {}
        for base in reversed(cls.__mro__[1:]):
            self.fields.update(base.__dict__.get("__dataclass_fields__", ()))
        own = tuple(cls.__annotations__)
        for name in own:
            given = cls.__dict__.get(name, MISSING)
            item: Any = given if isinstance(given, Field) else field(default=given)
            item.name, item.type, item.kw_only, item._field_type = name, cls.__annotations__[name], kw_only, _IS_FIELD
            self.fields[name] = item
        if slots:
            inherited = {slot for base in cls.__mro__[1:-1] for slot in getattr(base, "__slots__", ())}
            body = {name: value for name, value in cls.__dict__.items() if name not in own}
            body.pop("__dict__", None)
            body.pop("__weakref__", None)
            body["__slots__"] = tuple(name for name in own if name not in inherited)
            self.cls: Any = type(cls)(cls.__name__, cls.__bases__, body)
            self.cls.__qualname__ = cls.__qualname__
        else:
            self.cls = cls
            for name in own:
                if self.fields[name].default is not MISSING:
                    setattr(cls, name, self.fields[name].default)
                elif name in cls.__dict__:
                    delattr(cls, name)
        names: dict[str, Any] = {"__dataclass_fields__": self.fields, "__init__": self._first()}
        names["__match_args__"] = tuple(name for name, item in self.fields.items() if item.init and not item.kw_only)
        if frozen:
            names |= {"__getstate__": _state, "__setstate__": self._restored()}
        for name, value in names.items():
            setattr(self.cls, name, value)

    def _first(self) -> Callable[..., None]:
        """``__init__`` for the first few values: nothing is compiled for them."""
        positional = tuple(name for name, item in self.fields.items() if item.init and not item.kw_only)
        made = 0

        def __init__(value: Any, /, *given: Any, **named: Any) -> None:
            nonlocal made
            made += 1
            self.write()
            arguments = dict(zip(positional, given, strict=False)) | named
            if made > FEW or len(arguments) != len(given) + len(named) or not self._put(value, arguments):
                self.cls.__init__ = self._initialiser()
                self.cls.__init__(value, *given, **named)

        return __init__

    def _put(self, value: Any, arguments: dict[str, Any]) -> bool:
        """Give a value its fields. False if the arguments are not those of the class: its own ``__init__`` says so."""
        left = len(arguments)
        for name, item in self.fields.items():
            if name in arguments and item.init:
                left -= 1
                content = arguments[name]
            elif item.default_factory is not MISSING:
                content = item.default_factory()
            elif item.default is not MISSING:
                content = item.default
            elif item.init:
                return False
            else:
                continue
            object.__setattr__(value, name, content)
        if left:
            return False
        if hasattr(value, "__post_init__"):
            value.__post_init__()
        return True

    def _restored(self) -> Callable[[Any, dict[str, Any]], None]:
        """``__setstate__``: a value may come from another process before any was made in this one."""

        def __setstate__(value: Any, state: dict[str, Any]) -> None:
            self.write()
            for name, item in state.items():
                object.__setattr__(value, name, item)

        return __setstate__

    def write(self) -> None:
        """Give the class its methods."""
        if self.written:
            return
        self.written = True
        cls, compared = self.cls, tuple(name for name, item in self.fields.items() if item.compare)
        shown = tuple(name for name, item in self.fields.items() if item.repr)
        methods: list[Callable[..., Any]] = [_representation(shown)]
        if self.eq:
            key = _key(compared)
            methods += _equality(key, self.frozen)
            methods += _order(key) if self.order else ()
        if self.frozen:
            methods += _frozen(cls, frozenset(self.fields))
        for method in methods:
            if method.__name__ not in cls.__dict__:
                method.__qualname__ = f"{cls.__qualname__}.{method.__name__}"
                setattr(cls, method.__name__, method)
        if self.eq and not self.frozen and "__hash__" not in cls.__dict__:
            cls.__hash__ = None

    def _initialiser(self) -> Callable[..., None]:
        """``__init__``, compiled from its text: nothing else is as fast to call."""
        names: dict[str, Any] = {"_absent": _ABSENT, "_put": object.__setattr__}
        positional, named = ["self"], list[str]()
        lines = list[str]()
        for name, item in self.fields.items():
            value = name
            if item.init:
                parameter = name
                if item.default_factory is not MISSING:
                    names[f"_new_{name}"] = item.default_factory
                    parameter, value = f"{name}=_absent", f"_new_{name}() if {name} is _absent else {name}"
                elif item.default is not MISSING:
                    names[f"_default_{name}"] = item.default
                    parameter = f"{name}=_default_{name}"
                (named if item.kw_only else positional).append(parameter)
            elif item.default_factory is not MISSING:
                names[f"_new_{name}"] = item.default_factory
                value = f"_new_{name}()"
            else:
                continue
            lines.append(f"_put(self, {name!r}, {value})" if self.frozen else f"self.{name} = {value}")
        if hasattr(self.cls, "__post_init__"):
            lines.append("self.__post_init__()")
        stars = ["*"] if named else []
        text = f"def __init__({', '.join(positional + stars + named)}):\n " + "\n ".join(lines or ["pass"])
        exec(text, names)
        made: Callable[..., None] = names["__init__"]
        made.__qualname__ = f"{self.cls.__qualname__}.__init__"
        return made


def _state(value: Any) -> dict[str, Any]:
    """What a value is made of, for another process; what was worked out from it stays behind."""
    return {name: getattr(value, name) for name in value.__dataclass_fields__ if hasattr(value, name)}


def _key(names: tuple[str, ...]) -> Callable[[Any], tuple[Any, ...]]:
    if len(names) > 1:
        return attrgetter(*names)
    return lambda value: tuple(getattr(value, name) for name in names)


def _representation(names: tuple[str, ...]) -> Callable[[Any], str]:
    def __repr__(self: Any) -> str:
        return f"{type(self).__qualname__}({', '.join(f'{name}={getattr(self, name)!r}' for name in names)})"

    return __repr__


def _equality(key: Callable[[Any], Any], hashed: bool) -> list[Callable[..., Any]]:
    def __eq__(self: Any, other: object) -> Any:
        return key(self) == key(other) if other.__class__ is self.__class__ else NotImplemented

    def __hash__(self: Any) -> int:
        return hash(key(self))

    return [__eq__, __hash__] if hashed else [__eq__]


def _order(key: Callable[[Any], Any]) -> list[Callable[..., Any]]:
    def __lt__(self: Any, other: object) -> Any:
        return key(self) < key(other) if other.__class__ is self.__class__ else NotImplemented

    def __le__(self: Any, other: object) -> Any:
        return key(self) <= key(other) if other.__class__ is self.__class__ else NotImplemented

    def __gt__(self: Any, other: object) -> Any:
        return key(self) > key(other) if other.__class__ is self.__class__ else NotImplemented

    def __ge__(self: Any, other: object) -> Any:
        return key(self) >= key(other) if other.__class__ is self.__class__ else NotImplemented

    return [__lt__, __le__, __gt__, __ge__]


def _frozen(cls: type, names: frozenset[str]) -> list[Callable[..., Any]]:
    def __setattr__(self: Any, name: str, value: Any) -> None:
        if type(self) is cls or name in names:
            raise FrozenInstanceError(f"cannot assign to field {name!r}")
        object.__setattr__(self, name, value)

    def __delattr__(self: Any, name: str) -> None:
        if type(self) is cls or name in names:
            raise FrozenInstanceError(f"cannot delete field {name!r}")
        object.__delattr__(self, name)

    return [__setattr__, __delattr__]
