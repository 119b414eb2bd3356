from types import SimpleNamespace

import pytest

from elfdiff.outcome import exit_code
from elfdiff.report import Role, Verdict
from elfdiff.tree import ContainerFacts, Status, Tree, TreeEntry, TreeFinding
from elfdiff.values import replace


def test_identical_is_same_and_anything_else_different(made: SimpleNamespace) -> None:
    assert exit_code(made.report(Verdict.IDENTICAL)) == 0
    for verdict in set(Verdict) - {Verdict.IDENTICAL}:
        assert exit_code(made.report(verdict, unexplained=1)) == 1


def test_exit_zero_turns_different_into_same(made: SimpleNamespace) -> None:
    assert exit_code(made.report(Verdict.UNEXPLAINED, unexplained=1), exit_zero=True) == 0


def test_an_allowed_root_alone(made: SimpleNamespace) -> None:
    only = made.report(findings=(made.finding("build-time"),), root=4, hash=20)
    assert exit_code(only, {"build-time"}) == 0
    assert exit_code(only, {"build-path"}) == 1
    assert exit_code(only) == 1


def test_another_root_or_input_remains(made: SimpleNamespace) -> None:
    for other in (made.finding("build-path"), made.finding("source-change", Role.INPUT)):
        both = made.report(findings=(made.finding("build-time"), other), root=4)
        assert exit_code(both, {"build-time"}) == 1
        assert exit_code(both, {"build-time", other.cause}) == 0


def test_consequences_do_not_count_beside_a_root(made: SimpleNamespace) -> None:
    found = (made.finding("build-time"), made.finding("content-hash", Role.CONSEQUENCE))
    assert exit_code(made.report(findings=found, root=4, hash=20), {"build-time"}) == 0


@pytest.mark.parametrize("left", ["unexplained", "contradicted"])
def test_bytes_that_nothing_accounts_for_remain(made: SimpleNamespace, left: str) -> None:
    report = made.report(findings=(made.finding("build-time"),), root=4, **{left: 1})
    assert exit_code(report, {"build-time"}) == 1


@pytest.mark.parametrize(("causes", "code"), [(("build-time",), 0), (("build-time", "build-path"), 1), ((), 1)])
def test_payload_is_allowed_by_all_of_its_causes(made: SimpleNamespace, causes: tuple[str, ...], code: int) -> None:
    report = made.report(findings=(made.finding("build-time"),), payload_of=causes, root=4, payload=4)
    assert exit_code(report, {"build-time"}) == code


def test_a_hash_without_a_cause_is_allowed_by_its_own_name_only(made: SimpleNamespace) -> None:
    report = made.report(Verdict.CAUSE_NOT_IN_FILES, (made.finding("content-hash", Role.CONSEQUENCE),), hash=20)
    assert exit_code(report, {"build-path"}) == 1
    assert exit_code(report, {"content-hash"}) == 0


def test_nothing_is_allowed_without_a_ledger_or_a_finding(made: SimpleNamespace) -> None:
    from dataclasses import replace

    report = made.report(findings=(made.finding("build-time"),), root=4)
    assert exit_code(replace(report, ledger=None), {"build-time"}) == 1
    assert exit_code(replace(report, findings=()), {"build-time"}) == 1


@pytest.mark.parametrize(("causes", "code"), [(("build-time",), 0), (("build-time", "build-path"), 1)])
def test_payload_of_an_entry_is_allowed_like_that_of_a_file(
    made: SimpleNamespace, causes: tuple[str, ...], code: int
) -> None:
    finding = made.finding("build-time")
    inner = made.report(findings=(finding,), payload_of=causes, root=4, payload=4)
    frame = made.report(findings=(finding,), root=4)
    entry = TreeEntry("x", None, None, Status.CHANGED, None, None, None, ("build-time",), inner)
    side = ContainerFacts("a.tar", "tar", 10, None, 1)
    found = TreeFinding(finding, 1, ("x",))
    tree = Tree("0", side, side, Verdict.EXPLAINED, True, None, (found,), frame.ledger, (entry,))
    assert exit_code(tree, {"build-time"}) == code
    outer = Tree("0", side, side, Verdict.EXPLAINED, True, None, (found,), frame.ledger, (replace(entry, report=tree),))
    assert exit_code(outer, {"build-time"}) == code
