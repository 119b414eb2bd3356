"""Every spelling of a time that builds leave, judged against a calendar."""

from datetime import UTC, datetime

import pytest

from elfdiff.evidence.times import instant, stamps_in

SECONDS = int(datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC).timestamp())


@pytest.mark.parametrize(
    ("text", "form", "expected"),
    [
        ("built Nov 14 2023 22:13:20", "cpp-date-time", SECONDS),
        ("Tue Nov 14 22:13:20 2023", "asctime", SECONDS),
        ("Tue Nov 14 22:13:20 UTC 2023", "date-command", SECONDS),
        ("Tue Nov 14 17:13:20 EST 2023", "date-command", SECONDS),
        ("Tue Nov 14 10:13:20 PM UTC 2023", "date-command", SECONDS),
        ("Tue, 14 Nov 2023 22:13:20 +0000", "rfc2822", SECONDS),
        ("2023-11-14T22:13:20Z", "iso", SECONDS),
        ("2023-11-14 23:13:20+01:00", "iso", SECONDS),
        ("2023-11-14T22:13:20.123456Z", "iso", SECONDS),
        ("built-at-1700000000", "epoch", SECONDS),
        ("1700000000123", "epoch-ms", SECONDS),
        ("20231114221320", "compact", SECONDS),
        ("20231114T221320Z", "compact", SECONDS),
        ("20231114.221320", "compact", SECONDS),
        ("2023.11.14 22:13:20", "dotted-date", SECONDS),
        ("2023/11/14 22:13:20", "slash-date", SECONDS),
        ("14.11.2023 22:13:20", "numeric-date", SECONDS),
        ("22:13:20 14/11/2023", "numeric-date", SECONDS),
        ("11/14/23 22:13:20", "short-date", SECONDS),
        ("2023-Nov-14 22:13:20", "year-month-day", SECONDS),
        ("2023-11-14_22-13-20", "iso-date", SECONDS),
        ("2023-11-14T22-13-20Z", "iso-date", SECONDS),
        ("2023-11-14 10:13:20 PM", "iso", SECONDS),
        ("10:13:20 PM 14 Nov 2023", "day-month-year", SECONDS),
        ("Tuesday, November 14, 2023 at 22:13:20", "month-day-year", SECONDS),
        ("2023.11.14-2213", "dotted-date", SECONDS - 20),
        ("Nov 14 2023 22:13", "month-day-year", SECONDS - 20),
        ("14/11/23 22:13", "short-date", SECONDS - 20),
        ("2023-11-14-2213", "iso-date", SECONDS - 20),
    ],
)
def test_full_times(text: str, form: str, expected: int) -> None:
    (found,) = stamps_in(text)
    assert found.stamp.form == form
    assert instant(found.stamp) == expected


@pytest.mark.parametrize(
    ("text", "form", "date"),
    [
        ("Nov 14 2023", "cpp-date", (2023, 11, 14)),
        ("Nov  4 2023", "cpp-date", (2023, 11, 4)),
        ("release of 2023-11-14", "iso-date", (2023, 11, 14)),
        ("14.11.2023", "numeric-date", (2023, 11, 14)),
        ("11/14/2023", "numeric-date", (2023, 11, 14)),
        ("snapshot 20231114", "compact-date", (2023, 11, 14)),
        ("1.2.3+build.20231114", "compact-date", (2023, 11, 14)),
        ("14-11-2023", "numeric-date", (2023, 11, 14)),
        ("11-14-2023", "numeric-date", (2023, 11, 14)),
        ("14Nov2023", "day-month-year", (2023, 11, 14)),
        ("14-Nov-23", "short-date", (2023, 11, 14)),
        ("Tuesday, 14 November 2023", "day-month-year", (2023, 11, 14)),
        ("2023.11.14", "dotted-date", (2023, 11, 14)),
        ("November 2023", "month-year", (2023, 11, 1)),
        ("March  5, 2026", "month-day-year", (2026, 3, 5)),
        ("Copyright (C) 1994-2023 Lua.org", "year", (2023, 0, 0)),
    ],
)
def test_dates(text: str, form: str, date: tuple[int, int, int]) -> None:
    (found,) = stamps_in(text)
    assert (found.stamp.form, found.stamp.date, found.stamp.seconds) == (form, date, None)


def test_a_time_of_day_alone() -> None:
    (found,) = stamps_in("22:13:20")
    assert (found.stamp.form, found.stamp.clock, found.stamp.date) == ("cpp-time", 80000, None)


@pytest.mark.parametrize(
    "text",
    [
        "version 5.4.4",
        "0123456789",
        "Feb 31 2023",
        "25:00:00",
        "sha 20231399",
        "libfoo.so.1.2.3",
        "12345678901234567890",
        "v2023.11.14.1",
        "2023.13.14",
        "libfoo-2023.11.14-1.so",
        "16:09",
        "10.0.0.1 22/11/12/13",
    ],
)
def test_what_is_no_time(text: str) -> None:
    assert stamps_in(text) == []


def test_an_unknown_zone_name_gives_no_offset() -> None:
    (found,) = stamps_in("Tue Nov 14 22:13:20 XYZ 2023")
    assert (found.stamp.zone, found.stamp.zone_name) == (None, "XYZ")


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("releasedtagged2023-11-14 22:13:20 UTCdirectory", "2023-11-14 22:13:20 UTC"),
        ("builtepoch1700000000by", "1700000000"),
        ("released14 November 2023tagged", "14 November 2023"),
    ],
)
def test_times_in_texts_without_ends(text: str, written: str) -> None:
    (found,) = stamps_in(text)
    assert text[found.start : found.end] == written


def test_digits_of_a_hash_are_no_epoch() -> None:
    assert stamps_in("17h1700000000abcdefE") == []
