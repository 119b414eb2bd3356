"""What two dependency lists do not share, by identity."""

from __future__ import annotations

from dataclasses import replace

import pytest

from elfdiff.payload.drift import compare_lists, headline, registry_moves
from elfdiff.payload.package import DependencyList, Package, Source, State
from elfdiff.report import DependencyChange, DependencyDiff

BASE = DependencyList("a", 1, "0" * 64, "elf", State.ABSENT)


def listed(*packages: Package, form: int | None = 1, source: Source = Source.CARGO_AUDITABLE) -> DependencyList:
    return replace(BASE, state=State.PRESENT, source=source, format=form, packages=packages)


def crate(text: str, *needs: int, source: str = "crates.io", kind: str = "runtime", root: bool = False) -> Package:
    name, version = text.split()
    return Package(name, version, source, kind, root, needs)


def words(diff: DependencyDiff) -> list[tuple[str, str, str | None, str | None]]:
    return [(change.name, change.change, change.a, change.b) for change in diff.changes]


def test_one_crate_that_moved_is_the_headline() -> None:
    a = listed(crate("app 1.0.0", 1, 2, source="local", root=True), crate("libc 0.2.189"), crate("mid 1.0.0", 1))
    b = listed(crate("app 1.0.0", 1, 2, source="local", root=True), crate("libc 0.2.191"), crate("mid 1.0.0", 1))
    diff = compare_lists(a, b)
    assert words(diff) == [("libc", "upgraded", "0.2.189", "0.2.191")]
    assert headline(diff) == "libc is 0.2.189 in a and 0.2.191 in b"
    assert words(compare_lists(b, a)) == [("libc", "downgraded", "0.2.191", "0.2.189")]
    assert (diff.a_state, diff.b_state, diff.source, diff.differs, diff.notes) == (
        "present", "present", "cargo-auditable", True, (),
    )  # fmt: skip


def test_order_of_the_list_is_no_difference() -> None:
    """Upstream sorts 0.10.2 before 0.9.6; indices mean nothing across lists."""
    a = listed(crate("x 0.10.2"), crate("x 0.9.6"), crate("app 1.0.0", 0, 1, source="local", root=True))
    b = listed(crate("app 1.0.0", 1, 2, source="local", root=True), crate("x 0.9.6"), crate("x 0.10.2"))
    diff = compare_lists(a, b)
    assert (diff.changes, diff.differs) == ((), False)


def test_numbers_are_compared_as_numbers() -> None:
    assert words(compare_lists(listed(crate("x 0.9.6")), listed(crate("x 0.10.2")))) == [
        ("x", "upgraded", "0.9.6", "0.10.2")
    ]
    assert words(compare_lists(listed(crate("x 1.0.0")), listed(crate("x 1.0.0-rc.1")))) == [
        ("x", "downgraded", "1.0.0", "1.0.0-rc.1")
    ]


def test_added_and_removed() -> None:
    diff = compare_lists(listed(crate("gone 1.0.0")), listed(crate("new 2.0.0", kind="build")))
    assert words(diff) == [("gone", "removed", "1.0.0", None), ("new", "added", None, "2.0.0")]
    assert diff.changes[1].detail == "build"
    assert headline(diff) is None


def test_versions_are_paired_within_their_compatible_line() -> None:
    """syn 1 stayed, syn 2 moved, syn 3 is new: nobody went from 2 to 3."""
    a = listed(crate("syn 1.0.109"), crate("syn 2.0.10"))
    b = listed(crate("syn 1.0.109"), crate("syn 2.0.20"), crate("syn 3.0.0"))
    assert words(compare_lists(a, b)) == [("syn", "upgraded", "2.0.10", "2.0.20"), ("syn", "added", None, "3.0.0")]


def test_zero_major_lines() -> None:
    a = listed(crate("x 0.1.5"), crate("x 0.2.5"))
    b = listed(crate("x 0.2.6"), crate("x 0.3.0"))
    assert words(compare_lists(a, b)) == [("x", "upgraded", "0.1.5", "0.3.0"), ("x", "upgraded", "0.2.5", "0.2.6")]


def test_equal_precedence_is_a_change() -> None:
    diff = compare_lists(listed(crate("zstd 2.0.0+1.5.6")), listed(crate("zstd 2.0.0+1.5.7")))
    assert words(diff) == [("zstd", "changed", "2.0.0+1.5.6", "2.0.0+1.5.7")]
    assert diff.changes[0].detail == "versions of equal precedence"


def test_source_and_kind() -> None:
    a = listed(crate("x 1.0.0"), crate("y 1.0.0"))
    b = listed(crate("x 1.0.0", source="git"), crate("y 1.0.0", kind="build"))
    diff = compare_lists(a, b)
    assert [(change.name, change.change, change.detail) for change in diff.changes] == [
        ("x", "changed", "source crates.io in a, git in b"),
        ("y", "changed", "kind runtime in a, build in b"),
    ]
    assert registry_moves(diff) == ()


def test_edges_follow_moved_versions() -> None:
    """That mid needs the moved libc is no second change; that it needs something else is one."""
    a = listed(crate("libc 1.0.0"), crate("mid 1.0.0", 0), crate("extra 1.0.0"))
    b = listed(crate("libc 1.0.1"), crate("mid 1.0.0", 0, 2), crate("extra 1.0.0"))
    diff = compare_lists(a, b)
    assert words(diff) == [("libc", "upgraded", "1.0.0", "1.0.1"), ("mid", "changed", "1.0.0", "1.0.0")]
    assert diff.changes[1].detail == "depends on extra 1.0.0 in b only"
    assert compare_lists(b, a).changes[1].detail == "depends on extra 1.0.0 in a only"


def test_format_is_told_apart_from_drift() -> None:
    """Format 0 calls procedural macros runtime: the flip of their kind is no drift."""
    a = listed(crate("derive 1.0.0", kind="runtime"), crate("x 1.0.0", 0), form=0)
    b = listed(crate("derive 1.0.0", kind="build"), crate("x 1.0.0"), form=1)
    diff = compare_lists(a, b)
    assert diff.changes == ()
    assert diff.differs
    assert (diff.a_format, diff.b_format) == (0, 1)
    assert "formats 0 and 1" in diff.notes[0]


def test_format_change_hides_no_version_change() -> None:
    diff = compare_lists(listed(crate("d 1.0.0"), form=0), listed(crate("d 1.0.1", kind="build"), form=1))
    assert diff.changes == (DependencyChange("d", "upgraded", "1.0.0", "1.0.1", "crates.io", False, ""),)


def test_local_packages_stand_last_and_are_no_drift() -> None:
    a = listed(crate("app 1.0.0", source="local", root=True), crate("a-part 1.0.0", source="local"), crate("z 1.0.0"))
    b = listed(crate("app 1.1.0", source="local", root=True), crate("a-part 1.1.0", source="local"), crate("z 1.0.1"))
    diff = compare_lists(a, b)
    assert [change.name for change in diff.changes] == ["z", "a-part", "app"]
    assert [change.name for change in registry_moves(diff)] == ["z"]
    assert headline(diff) == "z is 1.0.0 in a and 1.0.1 in b"


def test_crate_that_became_local_is_registry_drift() -> None:
    diff = compare_lists(listed(crate("x 1.0.0")), listed(crate("x 1.0.1", source="local")))
    assert [change.local for change in diff.changes] == [False]
    assert diff.changes[0].detail == "source crates.io in a, local in b"


def test_root_is_compared() -> None:
    a = listed(crate("app 1.0.0", source="local", root=True), crate("tool 1.0.0", source="local"))
    b = listed(crate("app 1.0.0", source="local"), crate("tool 1.0.0", source="local", root=True))
    diff = compare_lists(a, b)
    assert [change.detail for change in diff.changes] == ["root in a only", "root in b only"]
    assert diff.notes == ("the root package is app in a and tool in b",)


@pytest.mark.parametrize("state", [State.ABSENT, State.MALFORMED])
def test_side_without_a_list_removes_nothing(state: State) -> None:
    other = replace(BASE, state=state, problem="its .dep-v0 section is empty" if state is State.MALFORMED else None)
    diff = compare_lists(listed(crate("x 1.0.0")), other)
    assert (diff.changes, diff.a_state, diff.b_state, diff.differs) == ((), "present", state.value, True)
    assert len(diff.notes) == 1


def test_neither_side_has_a_list() -> None:
    assert not compare_lists(BASE, BASE).differs


def test_partial_list_removes_nothing() -> None:
    partial = replace(listed(crate("x 1.0.1"), form=None, source=Source.RECOVERED), partial=True)
    diff = compare_lists(listed(crate("x 1.0.0"), crate("y 1.0.0")), partial)
    assert words(diff) == [("x", "upgraded", "1.0.0", "1.0.1")]
    assert "partial" in diff.notes[0]


def test_lists_of_different_sources_are_not_compared() -> None:
    diff = compare_lists(listed(crate("x 1.0.0")), listed(crate("y 1.0.0"), form=None, source=Source.GO_BUILDINFO))
    assert (diff.changes, diff.source, diff.differs) == ((), None, True)
    assert "different sources" in diff.notes[0]


def test_go_versions_replacements_and_checksums() -> None:
    def go(name: str, version: str, sum_: str | None = None, by: tuple[str, str] | None = None) -> Package:
        return Package(name, version, "go", checksum=sum_, replacement=by)

    a = listed(go("x", "v1.9.0"), go("y", "v1.0.0", "h1:a="), go("z", "v1.0.0"), form=None, source=Source.GO_BUILDINFO)
    b = listed(
        go("x", "v1.10.0"), go("y", "v1.0.0", "h1:b="), go("z", "v1.0.0", by=("fork", "v2.0.0")),
        form=None, source=Source.GO_BUILDINFO,
    )  # fmt: skip
    assert [(change.name, change.change, change.detail) for change in compare_lists(a, b).changes] == [
        ("x", "upgraded", ""),
        ("y", "changed", "checksum h1:a= in a, h1:b= in b"),
        ("z", "changed", "replaced by nothing in a, fork v2.0.0 in b"),
    ]


def test_distribution_versions_compare_by_their_numbers() -> None:
    a = listed(Package("bash", "5.2-9", "deb", root=True), form=None, source=Source.PACKAGE_NOTE)
    b = listed(Package("bash", "5.2-10", "deb", root=True), form=None, source=Source.PACKAGE_NOTE)
    assert words(compare_lists(a, b)) == [("bash", "upgraded", "5.2-9", "5.2-10")]


def test_large_lists_take_no_long() -> None:
    a = listed(*(crate(f"c{number % 7} 1.0.{number}") for number in range(5_000)))
    b = listed(*(crate(f"c{number % 7} 1.0.{number + 5_000}") for number in range(5_000)))
    assert len(compare_lists(a, b).changes) == 5_000
