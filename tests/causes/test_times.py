"""build-time, file-times and time-zone share one reading of each time, so they are tested against each other."""

from __future__ import annotations

import pytest

from elfdiff.causes.build_time import detect as build_time
from elfdiff.causes.file_times import detect as file_times
from elfdiff.causes.time_zone import detect as time_zone
from elfdiff.evidence.model import Context, DataChange, EmbeddedTimeChange, WordKind

DAY = (2026, 11, 23)
NEXT = (2026, 11, 24)


@pytest.fixture
def claims(ask):
    """Every claim of the three causes together; a face can be claimed by one of them only."""

    def run(evidence):
        return {
            face: level for cause in (build_time, file_times, time_zone) for face, level in ask(cause, evidence).items()
        }

    return run


def test_the_compilers_clock(seen, claims):
    stamps = seen.stamp("cpp-date-time", DAY, (1, 29, 37)), seen.stamp("cpp-date-time", DAY, (1, 30, 31))
    assert claims(seen.given(seen.time(*stamps))) == {"time-cpp-date-time": "certain"}


def test_what_ctime_writes_is_of_a_build_where_the_text_says_so(seen, claims):
    stamps = seen.stamp("asctime", DAY, (1, 29, 37)), seen.stamp("asctime", NEXT, (1, 30, 38))
    assert claims(seen.given(seen.time(*stamps, context="compiled Mon Nov 23 01:29:37 2026 by cc"))) == {
        "time-build-script-date": "certain"
    }
    assert claims(seen.given(seen.time(*stamps, context="tool 1.2 (Mon Nov 23 01:29:37 2026)"))) == {
        "time-cpp-timestamp": "possible"
    }
    assert claims(seen.given(seen.time(*stamps, context="source of Mon Nov 23 01:29:37 2026"))) == {
        "time-cpp-timestamp": "likely"
    }


def test_date_and_time_in_texts_of_their_own(seen, claims):
    evidence = seen.given(
        seen.time(seen.stamp("cpp-date", DAY), seen.stamp("cpp-date", NEXT)),
        seen.time(seen.stamp("cpp-time", None, (1, 29, 37)), seen.stamp("cpp-time", None, (1, 30, 38))),
    )
    assert claims(evidence) == {"time-cpp-date-time": "certain"}


def test_a_date_alone_may_have_been_typed_and_is_no_time_zone(seen, claims):
    evidence = seen.given(seen.time(seen.stamp("cpp-date", DAY), seen.stamp("cpp-date", NEXT)))
    assert claims(evidence) == {"time-cpp-date-time": "likely"}


@pytest.mark.parametrize("later", [(9, 7, 0), (10, 0, 0), (8, 30, 0)])
def test_full_minutes_may_have_been_typed(seen, claims, later):
    """They are no two zones either: "backup starts at 10:15:00" became 10:45:00."""
    change = seen.time(seen.stamp("cpp-time", None, (8, 0, 0)), seen.stamp("cpp-time", None, later))
    assert claims(seen.given(change)) == {"time-cpp-date-time": "possible"}


def test_a_date_in_a_sentence_about_something_else_may_have_been_typed(seen, claims):
    days = seen.stamp("cpp-date", DAY), seen.stamp("cpp-date", NEXT)
    assert claims(seen.given(seen.time(*days, context="last updated Nov 23 2026"))) == {
        "time-cpp-date-time": "possible"
    }
    assert claims(seen.given(seen.time(*days, context="store 2.3 (built Nov 23 2026)"))) == {
        "time-cpp-date-time": "likely"
    }


@pytest.mark.parametrize("minutes", [15, 30, 45])
def test_less_than_an_hour_is_no_other_zone(seen, claims, minutes):
    stamps = seen.stamp("cpp-date-time", DAY, (1, 10, 37)), seen.stamp("cpp-date-time", DAY, (1, 10 + minutes, 37))
    assert claims(seen.given(seen.time(*stamps))) == {"time-cpp-date-time": "certain"}


@pytest.mark.parametrize("hours", [-10, 2, 5.5, 5.75, 14])
def test_whole_quarters_of_an_hour_without_zones_are_likely_the_zone(seen, claims, hours):
    minutes = 12 * 60 + 29 + int(hours * 60)
    day = DAY if 0 <= minutes < 1440 else NEXT
    clock = minutes % 1440 // 60, minutes % 60, 37
    evidence = seen.given(
        seen.time(seen.stamp("cpp-date-time", DAY, (12, 29, 37)), seen.stamp("cpp-date-time", day, clock))
    )
    assert claims(evidence) == {"env-timezone": "likely"}


@pytest.mark.parametrize("hours", [21.75, 25.5, 25.75])
def test_no_two_zones_lie_so_far_apart(seen, claims, hours):
    total = 12 * 60 + 29 + int(hours * 60)
    later = (DAY[0], DAY[1], DAY[2] + total // 1440)
    clock = total % 1440 // 60, total % 60, 37
    stamps = seen.stamp("cpp-date-time", DAY, (12, 29, 37)), seen.stamp("cpp-date-time", later, clock)
    assert claims(seen.given(seen.time(*stamps))) == {"time-cpp-date-time": "certain"}


def test_one_hour_exactly_may_be_the_clock_and_one_epoch_settles_both(seen, claims):
    hour = seen.time(seen.stamp("cpp-date-time", DAY, (12, 29, 37)), seen.stamp("cpp-date-time", DAY, (13, 29, 37)))
    assert claims(seen.given(hour)) == {"time-cpp-date-time": "likely"}
    clock = seen.time(seen.stamp("cpp-time", None, (1, 29, 37)), seen.stamp("cpp-time", None, (10, 29, 37)))
    assert claims(seen.given(clock)) == {"time-cpp-date-time": "likely"}
    named = seen.time(seen.stamp("iso", DAY, (12, 29, 37), 0, "UTC"), seen.stamp("iso", DAY, (13, 29, 37), 3600, "CET"))
    assert claims(seen.given(hour, named)) == {"env-timezone": "certain"}


def test_in_d_a_timestamp_is_the_clocks(seen, claims):
    stamps = seen.time(seen.stamp("asctime", DAY, (6, 6, 58)), seen.stamp("asctime", DAY, (6, 7, 1)))
    assert claims(seen.given(stamps)) == {"time-cpp-timestamp": "likely"}
    assert set(claims(seen.given(stamps, languages=("d",)))) == {"time-cpp-date-time"}


def test_compilers_that_read_no_epoch_get_no_such_line(seen):
    for language, word in (("ada", "GNAT"), ("pascal", "{$I"), ("go", "-ldflags")):
        fixes = build_time.fixes_for(seen.given(languages=(language,)).context, ("time-build-script-date",))
        assert word in " ".join(fix.action.line for fix in fixes)
        if language != "go":
            assert not any("SOURCE_DATE_EPOCH" in fix.action.line for fix in fixes)


def test_the_zone_moves_the_date_with_the_clock(seen, claims):
    evidence = seen.given(
        seen.time(seen.stamp("cpp-date", DAY), seen.stamp("cpp-date", NEXT)),
        seen.time(seen.stamp("cpp-time", None, (20, 29, 37)), seen.stamp("cpp-time", None, (5, 29, 37))),
    )
    assert claims(evidence) == {"env-timezone": "likely"}


def test_whole_days_are_the_clock(seen, claims):
    evidence = seen.given(
        seen.time(seen.stamp("cpp-date-time", DAY, (2, 0, 7)), seen.stamp("cpp-date-time", NEXT, (2, 0, 7)))
    )
    assert claims(evidence) == {"time-cpp-date-time": "certain"}


def test_shifts_that_disagree_are_the_clock(seen, claims):
    evidence = seen.given(
        seen.time(seen.stamp("cpp-date-time", DAY, (2, 0, 7)), seen.stamp("cpp-date-time", DAY, (3, 0, 7))),
        seen.time(seen.stamp("cpp-date-time", DAY, (2, 0, 9)), seen.stamp("cpp-date-time", DAY, (3, 0, 10))),
    )
    assert claims(evidence) == {"time-cpp-date-time": "certain"}


def test_texts_that_name_their_zones_are_decisive_for_the_others_too(seen, claims):
    named = seen.time(
        seen.stamp("iso", (2023, 11, 14), (22, 13, 20), 0, "UTC"),
        seen.stamp("iso", (2023, 11, 14), (17, 13, 20), -18000, "EST"),
    )
    assert claims(seen.given(named)) == {"env-timezone": "certain"}
    plain = seen.time(seen.stamp("cpp-date-time", DAY, (12, 0, 3)), seen.stamp("cpp-date-time", DAY, (7, 0, 3)))
    assert claims(seen.given(named, plain)) == {"env-timezone": "certain"}


def test_two_zones_and_two_moments_are_two_causes(seen, claims):
    change = seen.time(
        seen.stamp("date-command", DAY, (22, 13, 20), 0, "UTC"),
        seen.stamp("date-command", DAY, (18, 20, 21), -18000, "EST"),
        context="built Mon Nov 23 22:13:20 UTC 2026",
    )
    assert claims(seen.given(change)) == {"time-build-script-date": "certain", "env-timezone": "certain"}


def test_summer_time_is_no_other_zone(seen, claims):
    change = seen.time(
        seen.stamp("date-command", (2026, 7, 1), (10, 0, 0), 7200, "CEST"),
        seen.stamp("date-command", DAY, (11, 30, 1), 3600, "CET"),
    )
    assert set(claims(seen.given(change))) == {"time-build-script-date"}


def test_a_source_files_time(seen, claims):
    asctime = seen.time(seen.stamp("asctime", DAY, (1, 29, 37)), seen.stamp("asctime", NEXT, (1, 30, 38)))
    assert claims(seen.given(asctime)) == {"time-cpp-timestamp": "likely"}
    beside = seen.time(seen.stamp("cpp-date-time", DAY, (1, 29, 40)), seen.stamp("cpp-date-time", NEXT, (1, 30, 41)))
    assert claims(seen.given(asctime, beside)) == {"time-cpp-timestamp": "likely", "time-cpp-date-time": "certain"}
    (match,) = file_times.detect(seen.given(asctime, beside))
    assert "near the compiler's own date" in match.note


def test_qt_resources_by_their_table_alone(seen, claims):
    table = DataChange(size=64, symbol="_ZL18qt_resource_struct")
    contents = DataChange(size=640, symbol="_ZL16qt_resource_data")
    assert claims(seen.given(table)) == {"time-file-mtime-in-data": "likely"}
    assert claims(seen.given(table, contents)) == {}


def test_a_script_that_says_what_it_writes(seen, claims):
    stamps = seen.stamp("iso", DAY, (1, 29, 37), 0, "Z"), seen.stamp("iso", DAY, (1, 30, 31), 0, "Z")
    assert claims(seen.given(seen.time(*stamps, context="built 2026-11-23T01:29:37Z"))) == {
        "time-build-script-date": "certain"
    }
    assert claims(seen.given(seen.time(*stamps))) == {"time-build-script-date": "likely"}
    assert claims(seen.given(seen.time(*stamps, symbol="kBuildDate"))) == {"time-build-script-date": "certain"}


def test_a_commits_time_belongs_to_the_commit(seen, claims):
    stamps = seen.stamp("iso", DAY, (1, 29, 37), 0, "Z"), seen.stamp("iso", DAY, (1, 30, 31), 0, "Z")
    revision = seen.word(WordKind.REVISION, "7c9bc5f", "e3f9e93")
    assert claims(seen.given(seen.time(*stamps), revision)) == {}
    vcs = seen.time(*stamps, context="build\tvcs.time=2026-11-23T01:29:37Z", section=".go.buildinfo")
    assert claims(seen.given(vcs)) == {}
    compact = seen.stamp("compact", DAY, (1, 29, 37)), seen.stamp("compact", DAY, (1, 30, 31))
    pseudo = seen.time(*compact, context="v0.0.0-20261123012937-7c9bc5f0aa11")
    assert claims(seen.given(pseudo)) == {}


def test_fixed_clocks_that_differ(seen, claims):
    midnight = seen.stamp("iso", DAY, (0, 0, 0), 0, "Z"), seen.stamp("iso", NEXT, (0, 0, 0), 0, "Z")
    assert claims(seen.given(seen.time(*midnight))) == {"env-sde-mismatch": "likely"}
    zero = seen.stamp("iso", (1970, 1, 1), (0, 0, 0), 0, "Z"), seen.stamp("iso", (1980, 1, 1), (0, 0, 0), 0, "Z")
    assert claims(seen.given(seen.time(*zero))) == {"env-sde-mismatch": "certain"}
    half = seen.stamp("cpp-date-time", (1970, 1, 1), (0, 0, 0)), seen.stamp("cpp-date-time", DAY, (1, 30, 31))
    assert claims(seen.given(seen.time(*half))) == {"time-cpp-date-time": "certain"}


def test_copyright_and_kernel_banner(seen, claims):
    years = seen.stamp("year", (2025, 0, 0)), seen.stamp("year", (2026, 0, 0))
    assert claims(seen.given(seen.time(*years, context="Copyright 2025 X"))) == {"time-copyright-year": "possible"}
    stamps = (
        seen.stamp("date-command", DAY, (1, 29, 37), 0, "UTC"),
        seen.stamp("date-command", DAY, (1, 30, 31), 0, "UTC"),
    )
    banner = seen.time(*stamps, context="Linux version 6.1.0 (u@h) (gcc 12.2.0) #1 SMP Mon Nov 23 01:29:37 UTC 2026")
    assert claims(seen.given(banner)) == {"time-kernel-banner": "certain"}


def test_numbers_are_times_only_with_a_witness(seen, claims):
    one, two = 1795397377, 1795397431
    assert claims(seen.given(seen.number(one, two, "limit", seconds=True))) == {}
    assert claims(seen.given(seen.number(one, two, "runtime_validated_update", seconds=True))) == {}
    assert claims(seen.given(seen.number(one, two, "build_epoch", seconds=True))) == {
        "time-build-script-date": "likely"
    }
    assert claims(seen.given(seen.number(7, 9, "build_time", seconds=False))) == {}
    text = seen.time(seen.stamp("iso", DAY, (1, 29, 37), 0, "Z"), seen.stamp("iso", DAY, (1, 30, 31), 0, "Z"))
    assert claims(seen.given(text, seen.number(one, two, "limit", seconds=True))) == {
        "time-build-script-date": "certain"
    }


@pytest.mark.parametrize("form", ["epoch", "compact-date"])
def test_digits_that_read_as_a_date_may_be_a_version_of_other_sources(seen, claims, form):
    day, after = (DAY, NEXT) if form == "compact-date" else (None, None)
    change = seen.time(seen.stamp(form, day), seen.stamp(form, after))
    assert claims(seen.given(change)) == {"time-build-script-date": "possible"}
    for sign in (seen.text("usage: x", "usage: y"), seen.function("f"), seen.drift("itoa", "1.0.1", "1.0.2")):
        assert claims(seen.given(change, sign)) == {"time-build-script-date": "possible"}


SDE = 'export SOURCE_DATE_EPOCH="$(git log -1 --pretty=%ct)"'


def actions(cause, context, *faces):
    return [fix.action.line for fix in cause.fixes_for(context, faces)]


def test_source_date_epoch_where_the_compiler_reads_it():
    for tools in ((("gcc", "12.2.0"),), (("clang", "16.0.6"), ("gcc", "12.2.0")), ()):
        assert actions(build_time, Context(a_tools=tools, languages=("c",)), "time-cpp-date-time") == [SDE]
    for tools in ((("gcc", "6.3.0"),), (("clang", "14.0.6"), ("gcc", "12.2.0"))):
        (line,) = actions(build_time, Context(a_tools=tools, languages=("c",)), "time-cpp-date-time")
        assert "-D__DATE__=" in line
        assert "-D__TIME__=" in line


def test_a_script_gets_its_own_line_after_the_variable():
    lines = actions(build_time, Context(a_tools=(("clang", "14.0.6"),)), "time-build-script-date")
    assert lines[0] == SDE
    assert "date -u -d" in lines[1]
    variable = build_time.fixes_for(Context(), ("time-build-script-date",))[0]
    assert "time-build-script-date" not in variable.reaches


def test_source_date_epoch_does_not_reach_the_sources_time_in_gcc():
    lines = actions(file_times, Context(a_tools=(("gcc", "12.2.0"),)), "time-cpp-timestamp")
    assert SDE not in lines
    assert "touch -d" in lines[0]
    assert actions(file_times, Context(a_tools=(("clang", "17.0.1"),)), "time-cpp-timestamp")[0] == SDE


def test_the_time_in_an_archive_that_is_compiled_in(seen, claims):
    stamp = EmbeddedTimeChange(section=".rodata", kind="gzip", a_value=1704416523, b_value=1795414543)
    assert claims(seen.given(stamp)) == {"time-file-mtime-in-data": "certain"}


def test_a_date_beside_another_version_was_typed(seen, claims):
    day = seen.time(seen.stamp("iso-date", DAY), seen.stamp("iso-date", NEXT))
    assert claims(seen.given(day)) == {"time-build-script-date": "likely"}
    version = seen.word(WordKind.VERSION, "7.4.3", "7.4.4")
    assert claims(seen.given(day, version)) == {"time-build-script-date": "possible"}


@pytest.mark.parametrize(
    ("symbol", "context", "level"),
    [
        (None, "made 2026-11-23 01:29:37", "certain"),
        ("store_build", "libstore 2.3.0 (date: 2026-11-23T01:29:37Z)", "certain"),
        (None, "builtepoch1795397377by", "certain"),
        (None, "libstore 2.3.0 (date: 2026-11-23T01:29:37Z)", "likely"),
        (None, "expires 2026-11-23T01:29:37Z", "likely"),
    ],
)
def test_a_moment_to_the_second_where_the_text_or_its_name_speaks_of_building(seen, claims, symbol, context, level):
    moment = seen.time(
        seen.stamp("iso", DAY, (1, 29, 37), 0), seen.stamp("iso", NEXT, (1, 30, 38), 0), context=context, symbol=symbol
    )
    assert claims(seen.given(moment)) == {"time-build-script-date": level}


def test_thousands_of_times_are_read_together(seen, claims):
    """Held against each other one by one, they would take minutes."""
    changes = [
        seen.time(seen.stamp("iso", DAY, (n // 3600, n // 60 % 60, n % 60)), seen.stamp("iso", NEXT, (2, 3, 4)))
        for n in range(10_000)
    ]
    assert claims(seen.given(*changes)) == {"time-build-script-date": "likely"}


def test_a_day_with_two_blanks_is_the_compilers(seen, claims):
    days = seen.stamp("cpp-date", (2023, 1, 5)), seen.stamp("cpp-date", (2026, 11, 30))
    said = "compress version 0.4, last updated {}"
    padded = seen.time(*days, a_text="Jan  5 2023", b_text="Nov 30 2026", context=said.format("Jan  5 2023"))
    assert claims(seen.given(padded)) == {"time-cpp-date-time": "likely"}
    typed = seen.time(*days, a_text="Jan 5 2023", b_text="Nov 30 2026", context=said.format("Jan 5 2023"))
    assert claims(seen.given(typed)) == {"time-cpp-date-time": "possible"}


def test_fortran_s_preprocessor_reads_no_epoch(seen):
    def advised(*languages):
        context = seen.given(languages=languages).context
        return [fix.action.line for fix in build_time.fixes_for(context, ("time-cpp-date-time",))]

    assert not any("SOURCE_DATE_EPOCH" in line for line in advised("fortran"))
    assert any("-D__DATE__" in line for line in advised("fortran"))
    assert any("SOURCE_DATE_EPOCH" in line for line in advised("c", "fortran"))
