"""Where functions begin and end is what symbols and call frames say; neither is believed against the other."""

from __future__ import annotations

from elfdiff.comparison.code.functions import Function, agreed


def function(start: int, end: int, name: str, framed: bool) -> Function:
    return Function(start, end, name, (name.encode(), b""), framed)


def told(ours: list[Function], theirs: list[Function], equal: bool = False) -> tuple[list[str], list[str]]:
    left, right = agreed(ours, theirs, lambda f, g: equal)
    return [f.name for f in left], [g.name for g in right]


def test_a_symbol_without_the_frame_that_it_has_in_the_other_file_places_nothing():
    ours = [function(0, 8, "f", True), function(8, 16, "g", True), function(16, 24, "by_hand", False)]
    theirs = [function(0, 8, "f", True), function(12, 20, "g", False), function(20, 28, "by_hand", False)]
    assert told(ours, theirs) == (["f", "by_hand"], ["f", "by_hand"])
    assert told(theirs, ours) == (["f", "by_hand"], ["f", "by_hand"])
    assert told(ours, theirs, equal=True) == (["f", "g", "by_hand"], ["f", "g", "by_hand"])


def test_flags_leave_the_frames_of_all_functions_out():
    ours = [function(8 * at, 8 * at + 8, name, True) for at, name in enumerate("fgh")]
    theirs = [function(8 * at, 8 * at + 8, name, name == "h") for at, name in enumerate("fgh")]
    assert told(ours, theirs) == (["f", "g", "h"], ["f", "g", "h"])
