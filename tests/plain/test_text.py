"""Texts beside programs: paths, times, words and orders, with every byte in one class."""

from __future__ import annotations

import pytest

from elfdiff.plain import PathRewrite, explain

CLASSES = ("root", "payload", "input", "consequence", "hash", "unexplained")


def told(a: str | bytes, b: str | bytes, name: str = "etc/file", **known):
    sides = [side.encode() if isinstance(side, str) else side for side in (a, b)]
    result = explain(name, *sides, **known)
    totals = result.ledger.totals
    for side in "ab":
        assert sum(getattr(getattr(totals, name), side) for name in CLASSES) == getattr(totals.differing, side)
        assert sum(run.length for run in result.ledger.runs if run.side == side) == getattr(totals.differing, side)
    return result


def causes(result) -> dict[str, str]:
    return {item.cause: item.confidence.value for item in result.findings}


def test_a_path_in_a_libtool_file_is_the_build_directory_and_replays_exactly():
    result = told("dep=' -L/home/ci/build-1/src -lz'\n", "dep=' -L/tmp/b2/src -lz'\n", "usr/lib/libx.la")
    assert causes(result) == {"build-path": "likely"}
    assert result.findings[0].faces == ("path-in-plain-files",)
    assert [fix.action for fix in result.findings[0].fixes] == ["build both in one directory of the same name"]
    assert result.ledger.totals.unexplained.most == 0
    assert result.ledger.totals.root == result.ledger.totals.differing
    assert result.plain.rewrite == "/home/ci/build-1 became /tmp/b2"
    assert result.rewrites == (PathRewrite("/home/ci/build-1", "/tmp/b2"),)


def test_a_directory_alone_is_recognised_by_what_other_entries_showed():
    known = (PathRewrite("/home/ci/one", "/srv/two"),)
    result = told("srcdir=/home/ci/one\n", "srcdir=/srv/two\n", rewrites=known)
    assert causes(result)["build-path"] in ("certain", "likely")
    assert result.ledger.totals.unexplained.most == 0


def test_a_date_that_a_generator_wrote_is_the_clock_and_no_source_file_time():
    result = told("on Tue Mar  3 12:01:02 2026 by hand\n", "on Wed Mar  4 13:05:09 2026 by hand\n")
    assert set(causes(result)) == {"build-time"}
    assert result.plain.first.line == 1
    assert result.ledger.totals.payload == result.ledger.totals.differing


def test_the_same_lines_in_another_order_are_an_order_and_no_source():
    lines = [f"symbol_{word}" for word in ("pear", "fig", "apple", "lime", "kiwi", "plum", "date")]
    result = told("\n".join(lines), "\n".join([lines[i] for i in (4, 1, 6, 0, 3, 5, 2)]))
    assert set(causes(result)) == {"hash-order"}


def test_another_sentence_is_a_source_and_gets_no_flag():
    result = told("It opens files.\n", "It opens files and sockets of every kind.\n", "README")
    assert set(causes(result)) == {"source-change"}
    assert not any(item.fixes for item in result.findings)
    assert "certain" not in causes(result).values()


def test_a_user_and_host_are_the_builders():
    result = told("built by alice@host1 here\n", "built by root@fv-az11 here\n")
    assert set(causes(result)) == {"host-identity"}


@pytest.mark.parametrize("swap", [False, True])
def test_bytes_of_no_known_kind_are_not_looked_into(swap):
    sides = [bytes(range(256)), bytes(range(255)) + b"\0"]
    result = told(*(sides[::-1] if swap else sides), name="data.bin")
    assert result.plain.kind == "unknown"
    assert not result.findings
    assert result.plain.first.offset == 255
    assert result.ledger.totals.unexplained == result.ledger.totals.differing


def test_empty_against_something_is_told():
    result = told("", "a line\n")
    assert result.plain.first.b == "a line"
    assert result.ledger.totals.differing.a == 0
