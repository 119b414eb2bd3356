"""Texts of libraries that are linked in, and the causes that speak or keep silent about them."""

from __future__ import annotations

import pytest

from elfdiff.causes.build_time import detect as build_time
from elfdiff.causes.dependency_version import detect as dependency_version
from elfdiff.causes.source_change import detect as source_change
from elfdiff.evidence.model import WordKind

DEFLATE = " deflate 1.2.11 Copyright 1995-2017 Jean-loup Gailly and Mark Adler "
STATIC = {"dep-static-library-rebuilt": "likely"}


def test_a_library_that_is_linked_in_names_its_release(seen, ask):
    """Its years are no clock's, and what changed in its code is no edit."""
    year = seen.time(seen.stamp("year", (2017, 1, 1)), seen.stamp("year", (2022, 1, 1)), context=DEFLATE)
    evidence = seen.given(
        seen.word(WordKind.VERSION, "1.2.11", "1.2.13", DEFLATE),
        seen.word(WordKind.VERSION, "1.2.11", "1.2.13"),
        year,
        seen.function("adler32"),
        seen.totals(60, changed=1),
    )
    assert ask(dependency_version, evidence) == STATIC
    assert ask(build_time, evidence) == {}
    assert ask(source_change, evidence) == {}
    (match,) = dependency_version.detect(evidence)
    assert match.summary == "zlib 1.2.11 became 1.2.13"


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("OpenSSL 1.1.1k  25 Mar 2021", "OpenSSL 1.1.1n  15 Mar 2022"),
        ("1.0.6, 6-Sep-2010", "1.0.8, 13-Jul-2019"),
        ("libpng version 1.6.37 - April 14, 2019", "libpng version 1.6.39 - November 20, 2022"),
        ("10.36 2020-12-04", "10.42 2022-12-11"),
    ],
)
def test_texts_of_other_libraries(seen, ask, a, b):
    assert ask(dependency_version, seen.given(seen.text(a, b), seen.function("inside"))) == STATIC
    assert ask(dependency_version, seen.given(seen.text(a, b))) == {"dep-static-library-rebuilt": "possible"}


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("tool 1.2.11 Copyright 1995-2017 A. Body", "tool 1.2.13 Copyright 1995-2022 A. Body"),
        ("needs OpenSSL 1.1.1 or newer", "needs OpenSSL 3.0.0 or newer"),
        ("libpng version 1.6.37", "libpng version 1.6.37 (with a patch)"),
        ("version 10.36", "version 10.42"),
    ],
)
def test_texts_of_the_program_are_none(seen, ask, a, b):
    assert ask(dependency_version, seen.given(seen.text(a, b))) == {}


def test_a_clock_behind_a_librarys_text_is_the_builds(seen, ask):
    lua = "$LuaVersion: Lua 5.4.4  Copyright (C) 1994-2022 Lua.org, PUC-Rio $ Nov 23 2026 04:36:33"
    stamps = (
        seen.stamp("cpp-date-time", (2026, 11, 23), (4, 36, 33)),
        seen.stamp("cpp-date-time", (2027, 2, 21), (5, 6, 49)),
    )
    assert ask(build_time, seen.given(seen.time(*stamps, context=lua))) == {"time-cpp-date-time": "certain"}
    year = seen.time(seen.stamp("year", (2022, 1, 1)), seen.stamp("year", (2023, 1, 1)), context=lua)
    assert ask(build_time, seen.given(year)) == {"time-copyright-year": "possible"}
