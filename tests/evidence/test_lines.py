"""When rows of two line tables say that a file's lines moved."""

from __future__ import annotations

from elfdiff.evidence.lines import Moved, moves

FILE = "/w/src/main.c"


def rows(*lines: int, file: str = FILE):
    return [(file, line, 3) for line in lines]


def test_lines_behind_an_insertion_moved():
    assert list(moves(rows(5, 7, 8, 12), rows(5, 7, 10, 14))) == [Moved(FILE, 8, 10, 2)]


def test_functions_stand_in_any_order():
    assert list(moves(rows(40, 41, 5, 6), rows(42, 43, 5, 6))) == [Moved(FILE, 40, 42, 2)]


def test_directories_do_not_count():
    assert list(moves(rows(5, 8), rows(5, 9, file="/tmp/b2/src/main.c"))) == [Moved(FILE, 8, 9, 1)]
    assert list(moves(rows(5, 8), rows(5, 8, file="/tmp/b2/src/main.c"))) == []


def test_added_code_stays_between():
    assert list(moves(rows(5, 6, 7, 20, 21, 22), rows(5, 6, 7, 8, 9, 22, 23, 24))) == [Moved(FILE, 20, 22, 3)]


def test_another_order_of_code_is_no_move():
    assert list(moves(rows(5, 6, 20, 21), rows(20, 21, 5, 6))) == []
    assert list(moves(rows(5, 6, 5), rows(5, 7, 6))) == []


def test_other_rows_say_nothing():
    assert list(moves(rows(5, 6, 7, 8), rows(11, 30, 2, 9, 40, 3))) == []
    assert list(moves(rows(5, 6), [])) == []
    assert list(moves(rows(5, 6), [(FILE, 5, 9), (FILE, 6, 1)])) == []


def test_code_of_no_line_stays_there():
    assert list(moves(rows(0, 5), rows(0, 6))) == [Moved(FILE, 5, 6, 1)]
    assert list(moves(rows(0, 5), rows(4, 6))) == []
