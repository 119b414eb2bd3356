"""Pairs that differ in a clock, a time zone or a locale."""

from __future__ import annotations

from .common import CALC, FMTD, GOSUM, PLAIN, RPLAIN, RTOOL, STORE, STRIPPED, WORDS, both, pair
from .model import NOTHING, Pair
from .plants import clock, environment, source_times


def time_pairs() -> list[Pair]:
    """build-time and file-times."""
    return [
        pair("time-calc-macro", CALC, clock(CFLAGS="-DWITH_DATE"), quick=True),
        pair("time-calc-macro-seconds", CALC, clock(7, CFLAGS="-DWITH_DATE"), on=PLAIN),
        pair("time-calc-macro-gcc11", CALC, clock(CFLAGS="-DWITH_DATE", CC="gcc-11"), on=both(PLAIN, STRIPPED)),
        pair("time-calc-macro-clang14", CALC, clock(CFLAGS="-DWITH_DATE", CC="clang"), curable=False),
        pair("time-calc-date", CALC, clock(STAMPS="date")),
        pair("time-calc-epoch", CALC, clock(STAMPS="epoch"), on=PLAIN),
        # A date without a time of day may have been typed: both are possible.
        pair("time-calc-day", CALC, clock(STAMPS="day"), tolerated=("source-change",)),
        pair("time-calc-stubborn", CALC, clock(STAMPS="stubborn-date")),
        pair("time-calc-year", CALC, clock(40 * 86400, STAMPS="year"), on=PLAIN, tolerated=("source-change",)),
        pair("time-store-date", STORE, clock(STAMPS="date"), on=both(PLAIN, STRIPPED)),
        pair("time-words-macro", WORDS, clock(CXXFLAGS="-DWITH_DATE")),
        pair("time-words-mail-date", WORDS, clock(STAMPS="mail-date"), on=PLAIN),
        pair("time-rtool-date", RTOOL, clock(STAMPS="date"), on=NOTHING, quick=True),
        pair("time-rtool-epoch", RTOOL, clock(STAMPS="epoch"), on=NOTHING),
        pair("time-rplain-date", RPLAIN, clock(STAMPS="date"), on=NOTHING),
        pair("time-gosum-date", GOSUM, clock(STAMPS="date"), on=NOTHING),
        pair("time-fmtd-none-but-other-date", FMTD, clock(), silent=True, verdicts=("identical",)),
        pair("mtime-calc", CALC, source_times(CFLAGS="-DWITH_TIMESTAMP"), quick=True),
        pair("mtime-words", WORDS, source_times(31, CXXFLAGS="-DWITH_TIMESTAMP"), on=PLAIN),
        pair("mtime-calc-stripped", CALC, source_times(CFLAGS="-DWITH_TIMESTAMP"), on=both(PLAIN, STRIPPED)),
    ]


def locale_pairs() -> list[Pair]:
    """locale and time-zone."""
    german = ("C", "de_DE.UTF-8")
    return [
        pair("locale-calc-month", CALC, environment("locale", "LC_ALL", *german, STAMPS="month"), quick=True),
        pair(
            "locale-words-month",
            WORDS,
            environment("locale", "LC_ALL", "fr_FR.UTF-8", "en_US.UTF-8", STAMPS="month"),
            on=PLAIN,
        ),
        pair("locale-rtool-month", RTOOL, environment("locale", "LC_ALL", *german, STAMPS="month"), on=NOTHING),
        pair(
            "locale-calc-order",
            CALC,
            environment("locale", "LC_ALL", "C", "en_US.UTF-8", LINK_ORDER="locale"),
            quick=True,
            tolerated=("link-order",),
        ),
        pair(
            "locale-calc-order-no-g",
            CALC,
            environment("locale", "LC_ALL", "C", "en_US.UTF-8", LINK_ORDER="locale"),
            on=PLAIN,
            tolerated=("link-order",),
        ),
        pair(
            "locale-words-order",
            WORDS,
            environment("locale", "LC_ALL", "C", "en_US.UTF-8", LINK_ORDER="locale"),
            tolerated=("link-order",),
        ),
        pair(
            "zone-calc-stamp",
            CALC,
            environment("time-zone", "TZ", "UTC", "America/New_York", STAMPS="zone"),
            quick=True,
        ),
        pair("zone-words-stamp", WORDS, environment("time-zone", "TZ", "Asia/Tokyo", "Europe/Berlin", STAMPS="zone")),
        pair(
            "zone-rtool-stamp", RTOOL, environment("time-zone", "TZ", "UTC", "Asia/Kolkata", STAMPS="zone"), on=NOTHING
        ),
        pair(
            "zone-calc-macro",
            CALC,
            environment("time-zone", "TZ", "UTC", "Asia/Tokyo", CFLAGS="-DWITH_DATE"),
            tolerated=("build-time",),
        ),
        pair(
            "zone-calc-timestamp",
            CALC,
            environment("time-zone", "TZ", "UTC", "Asia/Tokyo", CFLAGS="-DWITH_TIMESTAMP"),
            on=PLAIN,
            tolerated=("file-times",),
        ),
    ]
