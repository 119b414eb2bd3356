"""elfdiff.values.dataclass beside the standard library's: the same classes, made with both."""

import copy
import dataclasses
import pickle
import subprocess
import sys
from dataclasses import FrozenInstanceError, field, fields, replace
from functools import cached_property
from typing import Any

import pytest

from elfdiff import values


def classes(make: Any) -> dict[str, Any]:
    """A class of every shape in use; annotations are texts, as under ``from __future__ import annotations``."""

    @make(frozen=True, slots=True, order=True)
    class Point:
        x: "int"
        y: "int" = 5

    @make(frozen=True, slots=True, kw_only=True)
    class Base:
        name: "str"
        seen: "tuple[int, ...]" = ()

    @make(frozen=True, slots=True, kw_only=True)
    class Derived(Base):
        kind: "str" = "plain"
        large: "bytes" = field(default=b"", repr=False)

    @make(slots=True)
    class Books:
        rows: "list[int]" = field(default_factory=list)
        note: "str" = field(default="-", compare=False)

    @make(frozen=True, eq=False)
    class Lazy:
        number: "int"
        hidden: "int" = field(init=False, repr=False, compare=False)

        def __post_init__(self) -> None:
            object.__setattr__(self, "hidden", self.number * 2)

        @cached_property
        def square(self) -> int:
            return self.number**2

    @make(frozen=True, slots=True)
    class Empty:
        pass

    return {cls.__name__: cls for cls in (Point, Base, Derived, Books, Lazy, Empty)}


MADE = {
    "Point": ((1,), {}),
    "Base": ((), {"name": "n"}),
    "Derived": ((), {"name": "n", "kind": "k", "large": b"123"}),
    "Books": (([3],), {"note": "other"}),
    "Empty": ((), {}),
}


@pytest.mark.parametrize("name", MADE)
def test_a_value_is_what_the_standard_library_makes(name: str) -> None:
    positional, named = MADE[name]
    ours, theirs = classes(values.dataclass)[name], classes(dataclasses.dataclass)[name]
    one, other = ours(*positional, **named), theirs(*positional, **named)
    assert repr(one) == repr(other)
    assert ours.__match_args__ == theirs.__match_args__
    assert [item.name for item in fields(one)] == [item.name for item in fields(other)]
    assert hasattr(one, "__dict__") == hasattr(other, "__dict__")
    assert one == ours(*positional, **named)
    assert (one == other) is False
    assert replace(one) == one
    assert copy.copy(one) == one
    assert copy.deepcopy(one) == one
    try:
        expected = hash(other)
    except TypeError:
        with pytest.raises(TypeError):
            hash(one)
    else:
        assert hash(one) == expected


def test_order_equality_and_what_does_not_compare() -> None:
    made = classes(values.dataclass)
    point, books = made["Point"], made["Books"]
    assert point(1, 2) < point(1, 3) <= point(1, 3)
    assert point(2) > point(1)
    assert point(2) >= point(2)
    assert {point(1, 2): "here"}[point(1, 2)] == "here"
    assert books([1], "x") == books([1], "y") != books([2], "x")
    assert books().rows is not books().rows


def test_frozen_values_and_cached_properties() -> None:
    made = classes(values.dataclass)
    lazy, point = made["Lazy"](3), made["Point"](1)
    assert (lazy.square, lazy.hidden) == (9, 6)
    assert lazy != made["Lazy"](3)
    for value, name in ((lazy, "number"), (point, "x"), (point, "z")):
        with pytest.raises(FrozenInstanceError):
            setattr(value, name, 1)
    with pytest.raises(FrozenInstanceError):
        del point.x


def test_a_missing_argument_is_named() -> None:
    with pytest.raises(TypeError, match=r"Point\.__init__\(\) missing .* 'x'"):
        classes(values.dataclass)["Point"]()
    with pytest.raises(TypeError, match="name"):
        classes(values.dataclass)["Derived"](kind="k")


def test_a_value_arrives_in_a_process_that_has_made_none() -> None:
    from elfdiff.span import Span, SpanSet

    text = pickle.dumps((SpanSet.of([Span(1, 2)]), Span(1, 2)))
    program = f"import pickle; many, one = pickle.loads({text!r}); print(many.spans[0] == one, hash(one), repr(one))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == f"True {hash(Span(1, 2))} {Span(1, 2)!r}\n"


def test_a_field_may_be_called_value() -> None:
    @values.dataclass(frozen=True, slots=True)
    class Held:
        value: str

    assert Held(value="x").value == "x"
