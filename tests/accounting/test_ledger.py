"""What the ledger promises, on programs built in two directories."""

from __future__ import annotations

import itertools
import random

import pytest

from elfdiff.accounting.claims import Claim, ClaimKind
from elfdiff.accounting.ledger import account
from elfdiff.accounting.mirror import mirrored
from elfdiff.accounting.verdict import code_verdict
from elfdiff.comparison.code.functions import FunctionStatus
from elfdiff.comparison.pair import compare
from elfdiff.elf.file import parse
from elfdiff.report import Code, Role, Sides
from elfdiff.span import Span

FLAGS = [("-g",), (), ("-g", "-gdwarf-4"), ("-g", "-gz"), ("-g", "-no-pie", "-fno-pie"), ("-g", "-shared", "-fPIC")]


@pytest.mark.parametrize("flags", FLAGS, ids=" ".join)
def test_a_longer_path_explains_every_byte(build, accounted, flags):
    pair = build(*flags)
    done = accounted(pair.a, pair.b)
    totals = done.ledger.totals
    assert totals.unexplained == Sides(0, 0), done.ledger.unexplained_spans
    assert totals.contradicted == Sides(0, 0)
    assert totals.consequence.b > 20
    assert 0 < totals.hash.b <= 20
    assert code_verdict(done.alignment, done.ledger) is Code.SAME


def test_stripped_too(build, accounted):
    pair = build("-g", strip=True)
    done = accounted(pair.a, pair.b)
    assert done.ledger.totals.unexplained == Sides(0, 0), done.ledger.unexplained_spans
    assert code_verdict(done.alignment, done.ledger) is Code.SAME


def test_the_same_directory_twice_differs_in_nothing(build):
    pair = build("-g", one=True)
    assert pair.a == pair.b


@pytest.mark.parametrize("strip", [False, True])
def test_link_order_moves_code_and_changes_none(build, accounted, strip):
    pair = build("-g", orders=("mu", "um"), strip=strip, one=True)
    done = accounted(pair.a, pair.b)
    totals = done.ledger.totals
    assert totals.differing.b > 100
    assert totals.unexplained.most * 10 < totals.differing.most, done.ledger.unexplained_spans
    assert code_verdict(done.alignment, done.ledger) in (Code.REORDERED, Code.DIFFERS)


def test_rows_and_runs_add_up_to_the_totals(build, accounted):
    pair = build("-g")
    ledger = accounted(pair.a, pair.b).ledger
    for name in ("differing", "root", "consequence", "hash", "unexplained", "moved", "contradicted"):
        assert sum((getattr(row.classes, name) for row in ledger.rows), Sides()) == getattr(ledger.totals, name)
    for side in ("a", "b"):
        runs = [run for run in ledger.runs if run.side == side]
        assert sum(run.length for run in runs) == getattr(ledger.totals.differing, side)
        assert all(x.offset + x.length <= y.offset for x, y in itertools.pairwise(runs))


def test_rows_cover_the_whole_files(build, accounted):
    pair = build("-g")
    ledger = accounted(pair.a, pair.b).ledger
    for index, data in enumerate((pair.a, pair.b)):
        spans = sorted(span for row in ledger.rows if (span := (row.a, row.b)[index]) is not None)
        assert spans[0][0] == 0
        assert all(x[0] + x[1] == y[0] for x, y in itertools.pairwise(spans))
        assert sum(spans[-1]) == len(data)


@pytest.mark.parametrize("flags", [("-g",), ("-g", "-gz")], ids=" ".join)
def test_exchanging_the_files_mirrors_the_ledger(build, accounted, flags):
    pair = build(*flags)
    there = accounted(pair.a, pair.b).ledger
    back = accounted(pair.b, pair.a).ledger
    assert mirrored(mirrored(there)) == there
    assert mirrored(there).totals == back.totals
    assert mirrored(there).runs == back.runs
    assert mirrored(there).rows == back.rows


def test_a_rewrite_without_owner_stays_unexplained(build):
    files = build()
    pair = compare(parse(files.a, "a"), parse(files.b, "b"))
    ledger = account(pair.alignment, {}, ())
    assert ledger.totals.root == Sides(0, 0)
    assert ledger.totals.unexplained.b >= len("a-longer-directory")


def test_a_claim_takes_only_what_nothing_derives(build, accounted):
    files = build()
    changed = bytearray(files.a)
    at = files.a.index(b"gamma")
    changed[at : at + 5] = b"omega"
    pair = compare(parse(files.a, "a"), parse(bytes(changed), "b"))
    claim = Claim(Span(at, at + 5), Span(at, at + 5), "source-change", Role.INPUT, ClaimKind.INPUT)
    ledger = account(pair.alignment, {}, (claim,))
    assert ledger.totals.input == Sides(4, 4)
    assert ledger.totals.unexplained == Sides(0, 0)
    assert next(run.causes for run in ledger.runs if run.owner == "input") == ("source-change",)


@pytest.mark.parametrize("strip", [False, True])
def test_a_redirected_call_is_changed_code(build, accounted, mutation, strip):
    files = build("-g", strip=strip)
    b = parse(files.b, "b")
    subject = mutation.Accounted.of(parse(files.a, "a"), files.b).subject
    supply = mutation.supply(subject, random.Random(5), "operands")
    named = [s.value for s in parse(build("-g").b, "b").symbols if s.name in ("main", "util", "twice")]
    text = b.section(".text")
    low, high = (text.span.start + min(named) - text.address, text.span.start + max(named) - text.address + 16)
    edit = next(e for e in supply if e.kind == "code operand redirected" and low <= e.writes[0][0] < high)
    changed = bytearray(files.b)
    for at, new in edit.writes:
        changed[at : at + len(new)] = new
    done = accounted(files.a, bytes(changed))
    assert code_verdict(done.alignment, done.ledger) is Code.DIFFERS
    touched = [
        m
        for m in done.alignment.matches
        if m.status in (FunctionStatus.CHANGED, FunctionStatus.REDIRECTED) and m.b_span
    ]
    assert any(edit.writes[0][0] in match.b_span for match in touched)
    if not strip:
        assert all(match.name for match in touched)
