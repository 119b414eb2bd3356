"""Read the spellings of dates and times that builds leave in texts."""

from __future__ import annotations

import re
from datetime import date

from elfdiff.evidence.model import Stamp
from elfdiff.patterns import late
from elfdiff.values import dataclass

EPOCH_FIRST = 1_100_000_000
"""2004-11-09: earlier numbers are too often something else."""
EPOCH_LAST = 2_200_000_000
MILLISECONDS = 1_000


HASH_LENGTH = 16

MONTHS = {
    name: index + 1
    for index, name in enumerate(["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"])
}
_MONTH = "(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"
_DAY = "(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)"
_CLOCK = r"(?:[01]\d|2[0-3]):[0-5]\d:[0-6]\d"
_ZONE = r"(?:Z|UTC|GMT|[A-Z]{3,5}|[+-]\d{2}:?\d{2}|[+-]\d{2})"

_WEEKDAY = (
    r"(?:\b(?:Mon(?:day)?|Tue(?:s(?:day)?)?|Wed(?:nesday)?|Thu(?:r(?:s(?:day)?)?)?|Fri(?:day)?|Sat(?:urday)?|"
    r"Sun(?:day)?),? )?"
)
_NAME = (
    r"(?:(?P<mon>Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec|JAN|FEB|MAR|APR|MAY|JUN|JUL|AUG|SEP|OCT|NOV|DEC)"
    r"(?:uary|ruary|ch|il|e|y|ust|t|tember|ober|ember)?)"
)
_Y, _M, _D = r"(?P<year>20\d\d)", r"(?P<m>0[1-9]|1[0-2])", r"(?P<d>0[1-9]|[12]\d|3[01])"
_TIME = (
    r"(?P<clock>(?:[01]?\d|2[0-3]):[0-5]\d(?::[0-6]\d)?)(?![\d:])(?:[.,]\d{1,9})?(?P<half> ?[AaPp][Mm]\b)?"
    rf"(?: ?(?P<zone>{_ZONE})(?![A-Za-z0-9]))?"
)
_AFTER = (
    rf"(?:(?:,? |T|_|-|@|,? at |,? @ | - ){_TIME}"
    r"|[-_T.](?P<H>[01]\d|2[0-3])(?P<s>[-_.:h]?)(?P<M>[0-5]\d)(?:(?P=s)(?P<S>[0-5]\d))?(?P<zone2>Z)?(?![-\d]))"
)
"""What stands behind a date where the time of day is told: as people write it, or as names of files have it."""

_RUN = r"(?P<H>[01]\d|2[0-3])(?P<M>[0-5]\d)(?P<S>[0-5]\d)?(?P<zone>Z)?(?!\d)"
_DAY_FIRST = r"(?<![\d/.-])(?P<x>0?[1-9]|[12]\d|3[01])(?P<sep>[/.-])(?P<y>0?[1-9]|[12]\d|3[01])(?P=sep)(?P<year>20\d\d)"
"""A day and a month, or a month and a day, before the year."""
_SHORT_YEAR = r"(?<![\d/.])(?P<x>0?[1-9]|[12]\d|3[01])(?P<sep>[/.])(?P<y>0?[1-9]|[12]\d|3[01])(?P=sep)(?P<yy>[0-3]\d)"

_ZONES = {
    "Z": 0, "UTC": 0, "GMT": 0, "WET": 0, "WEST": 3600, "CET": 3600, "CEST": 7200, "EET": 7200, "EEST": 10800,
    "MSK": 10800, "BST": 3600, "EST": -18000, "EDT": -14400, "CST": -21600, "CDT": -18000, "MST": -25200,
    "MDT": -21600, "PST": -28800, "PDT": -25200, "AKST": -32400, "AKDT": -28800, "HST": -36000, "JST": 32400,
    "KST": 32400, "HKT": 28800, "SGT": 28800, "AEST": 36000, "AEDT": 39600, "ACST": 34200, "AWST": 28800,
    "NZST": 43200, "NZDT": 46800, "SAST": 7200, "WIB": 25200,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class FoundStamp:
    """A :class:`Stamp` and where it stands in the text, in characters."""

    start: int
    end: int
    stamp: Stamp


_ANY = late(r"\d{4}|\d:\d|\d[/.-][\dA-Z]")
"""What every form has."""
_NEEDED = {
    "date-command": ":", "asctime": ":", "rfc2822": ",", "iso": ":", "cpp-date-time": ":",
    "iso-date": "-", "slash-date": "/", "cpp-time": ":", "dotted-date": ".", "clock": ":",
}  # fmt: skip
"""A character without which a text has no stamp of a form."""
_NAMED = frozenset(
    {
        "date-command",
        "asctime",
        "rfc2822",
        "cpp-date-time",
        "cpp-date",
        "month-day-year",
        "day-month-year",
        "year-month-day",
        "month-year",
    }
)
"""Forms that name the month."""

_FORMS: tuple[tuple[str, re.Pattern[str]], ...] = (
    (
        "date-command",
        late(
            rf"(?P<wday>{_DAY}) (?P<mon>{_MONTH}) +(?P<day>\d\d?) "
            rf"(?P<clock>{_CLOCK})(?P<half> [AP]M)? (?P<zone>{_ZONE}) (?P<year>\d{{4}})\b"
        ),
    ),
    (
        "date-command",
        late(
            rf"(?P<wday>{_DAY}) (?P<day>\d\d?) (?P<mon>{_MONTH}) (?P<year>\d{{4}}) "
            rf"(?P<clock>{_CLOCK})(?P<half> [AP]M)? (?P<zone>{_ZONE})\b"
        ),
    ),
    ("asctime", late(rf"(?P<wday>{_DAY}) (?P<mon>{_MONTH}) (?P<day>[ \d]\d) (?P<clock>{_CLOCK}) (?P<year>\d{{4}})\b")),
    (
        "rfc2822",
        late(
            rf"(?P<wday>{_DAY}), +(?P<day>\d\d?) (?P<mon>{_MONTH}) (?P<year>\d{{4}}) "
            rf"(?P<clock>{_CLOCK})(?: (?P<zone>{_ZONE}))?"
        ),
    ),
    (
        "iso",
        late(
            rf"(?<!\d)(?P<year>(?:19|20)\d\d)-(?P<m>0[1-9]|1[0-2])-(?P<d>0[1-9]|[12]\d|3[01])[T ](?P<clock>{_CLOCK})"
            rf"(?:[.,]\d{{1,9}})?(?P<half> [AP]M\b)?(?: ?(?P<zone>{_ZONE})(?![A-Z0-9]))?"
        ),
    ),
    (
        "iso",
        late(
            r"(?<!\d)(?P<year>(?:19|20)\d\d)-(?P<m>0[1-9]|1[0-2])-"
            r"(?P<d>0[1-9]|[12]\d|3[01])[T ](?P<hm>(?:[01]\d|2[0-3]):[0-5]\d)(?![\d:])"
            rf"(?: ?(?P<zone>{_ZONE})(?![A-Z0-9]))?"
        ),
    ),
    (
        "cpp-date-time",
        late(
            rf"\b(?P<mon>{_MONTH}) (?P<day>[ \d]\d) (?P<year>\d{{4}})[ ,]{{1,2}}"
            rf"(?P<clock>{_CLOCK})(?: (?P<zone>UTC|GMT))?"
        ),
    ),
    ("iso-date", late(rf"(?<![\d-]){_Y}-{_M}-{_D}{_AFTER}")),
    ("slash-date", late(rf"{_WEEKDAY}(?<![\d/]){_Y}/{_M}/{_D}{_AFTER}")),
    ("dotted-date", late(rf"(?<![\d.]){_Y}\.{_M}\.{_D}{_AFTER}")),
    ("compact", late(rf"(?<!\d)(?P<year>20[0-3]\d){_M}{_D}[.]{_RUN}")),
    ("numeric-date", late(rf"{_WEEKDAY}{_DAY_FIRST}{_AFTER}")),
    ("numeric-date", late(rf"(?<![\d:]){_TIME},?(?: on)? {_WEEKDAY}{_DAY_FIRST}(?![\d/.-])")),
    ("short-date", late(rf"{_WEEKDAY}{_SHORT_YEAR}{_AFTER}")),
    ("short-date", late(rf"(?<![\d:]){_TIME},?(?: on)? {_SHORT_YEAR}(?![\d/.-])")),
    ("day-month-year", late(rf"{_WEEKDAY}(?<!\d)(?P<day>\d\d?)[ -]?{_NAME}[ -]?{_Y}{_AFTER}")),
    ("day-month-year", late(rf"(?<![\d:]){_TIME},?(?: on)? {_WEEKDAY}(?P<day>\d\d?)[ -]?{_NAME}[ -]?{_Y}\b")),
    ("year-month-day", late(rf"(?<!\d){_Y}[-/ ]{_NAME}[-/ ](?P<day>\d\d?)(?:{_AFTER}|(?!\d))")),
    ("month-day-year", late(rf"{_WEEKDAY}\b{_NAME}[ /-] {{0,2}}(?P<day>\d\d?)(?:, ?|[ /-]){_Y}{_AFTER}")),
    ("month-day-year", late(rf"(?<![\d:]){_TIME},?(?: on)? {_WEEKDAY}{_NAME} {{1,2}}(?P<day>\d\d?),? {_Y}\b")),
    ("cpp-date", late(rf"\b(?P<mon>{_MONTH}) (?P<day>[ \d]\d) (?P<year>\d{{4}})(?!\d)")),
    ("month-day-year", late(rf"{_WEEKDAY}\b{_NAME} {{1,2}}(?P<day>\d\d?), ?(?P<year>\d{{4}})\b")),
    ("month-day-year", late(rf"\b{_NAME}[/-](?P<day>\d\d?)[/-]{_Y}\b")),
    ("day-month-year", late(rf"{_WEEKDAY}(?<!\d)(?P<day>\d\d?)[ -]?{_NAME}[ -]?{_Y}(?!\d)")),
    ("short-date", late(rf"(?<!\d)(?P<day>\d\d?)-{_NAME}-(?P<yy>[0-3]\d)(?!\d)(?:{_AFTER})?")),
    (
        "day-month-year",
        late(
            rf"(?<!\d)(?P<day>\d\d?)[ -](?P<mon>{_MONTH})[a-z]*[ -](?P<year>\d{{4}})(?!\d)(?: "
            rf"(?P<clock>{_CLOCK}))?"
        ),
    ),
    ("iso-date", late(r"(?<![\d-])(?P<year>20\d\d)-(?P<m>0[1-9]|1[0-2])-(?P<d>0[1-9]|[12]\d|3[01])(?![\d-])")),
    (
        "slash-date",
        late(
            r"(?<![\d/])(?P<year>20\d\d)/(?P<m>0[1-9]|1[0-2])/"
            r"(?P<d>0[1-9]|[12]\d|3[01])(?![\d/])(?: (?P<clock>" + _CLOCK + "))?"
        ),
    ),
    (
        "numeric-date",
        late(
            rf"{_DAY_FIRST}(?![\d/.-])"
        ),
    ),
    (
        "compact",
        late(
            r"(?<!\d)(?P<year>20[0-3]\d)(?P<m>0[1-9]|1[0-2])(?P<d>0[1-9]|[12]\d|3[01])[T_-]?"
            r"(?P<H>[01]\d|2[0-3])(?P<M>[0-5]\d)(?P<S>[0-5]\d)(?P<zone>Z)?(?!\d)"
        ),
    ),
    (
        "compact",
        late(
            r"(?<!\d)(?P<year>20[0-3]\d)(?P<m>0[1-9]|1[0-2])(?P<d>0[1-9]|[12]\d|3[01])[T_-]?"
            r"(?P<H>[01]\d|2[0-3])(?P<M>[0-5]\d)(?!\d)"
        ),
    ),
    (
        "compact-date",
        late(
            r"(?<![\dA-Za-z])(?<!\d\.)(?P<year>20[0-3]\d)(?P<m>0[1-9]|1[0-2])"
            r"(?P<d>0[1-9]|[12]\d|3[01])(?![\dA-Za-z])"
        ),
    ),
    ("dotted-date", late(rf"(?<![\w.-]){_Y}\.{_M}\.{_D}(?![\w-]|\.\d)")),
    ("short-date", late(rf"(?<![\w/-]){_SHORT_YEAR.replace('[/.]', '/')}(?![\w/-])")),
    ("month-year", late(rf"\b{_NAME} {_Y}(?!\d)")),
    ("cpp-time", late(rf"(?<![\d:])(?P<clock>{_CLOCK})(?![\d:])")),
    ("clock", late(r"(?<![\d:.])(?P<clock>(?:1[0-2]|0?[1-9]):[0-5]\d)(?P<half> ?[AaPp][Mm])\b")),
    ("epoch", late(r"(?<![\d.])(?P<epoch>1[1-9]\d{8}|2[01]\d{8})(?:\.\d{1,9})?(?!\d)")),
    ("epoch-ms", late(r"(?<![\d.])(?P<epoch>1[1-9]\d{11}|2[01]\d{11})(?!\d)")),
    ("year", late(r"(?:[Cc]opyright|\([Cc]\)|©)[^\n]{0,24}?(?P<year>20[0-4]\d)(?!\d)(?!\s*-\s*20)")),
)  # fmt: skip


def stamps_in(text: str) -> list[FoundStamp]:
    """The dates and times in a text, in order, without overlaps; the most complete spelling wins."""
    found: list[FoundStamp] = []
    taken: list[tuple[int, int]] = []
    if not _ANY.search(text):
        return found
    named = any(month in text or month.upper() in text for month in MONTHS)
    for form, pattern in _FORMS:
        if _NEEDED.get(form, "") not in text or (form in _NAMED and not named):
            continue
        for match in pattern.finditer(text):
            start, end = match.span()
            if form == "year":
                start, end = match.span("year")
            if any(start < other_end and other_start < end for other_start, other_end in taken):
                continue
            stamp = _stamp(form, match)
            if stamp is not None and not (form.startswith("epoch") and _is_part_of_hash(text, start, end)):
                found.append(FoundStamp(start, end, stamp))
                taken.append((start, end))
    return sorted(found, key=lambda item: item.start)


def _is_part_of_hash(text: str, start: int, end: int) -> bool:
    """True if the digits belong to a longer hexadecimal word."""
    while start > 0 and text[start - 1] in "0123456789abcdefABCDEF":
        start -= 1
    while end < len(text) and text[end] in "0123456789abcdefABCDEF":
        end += 1
    return end - start >= HASH_LENGTH or text[start - 1 : start] in ("x", "X")


def zone_offset(name: str | None) -> int | None:
    """Seconds east of UTC for a zone as written; None if there is none or its name is unknown."""
    if name is None:
        return None
    numeric = re.fullmatch(r"([+-])(\d\d):?(\d\d)?", name)
    if numeric:
        seconds = int(numeric[2]) * 3600 + int(numeric[3] or 0) * 60
        return -seconds if numeric[1] == "-" else seconds
    return _ZONES.get(name)


def _stamp(form: str, match: re.Match[str]) -> Stamp | None:
    groups = match.groupdict()
    if "epoch" in groups:
        seconds = int(groups["epoch"])
        if form == "epoch-ms":
            seconds //= 1000
        if not EPOCH_FIRST <= seconds <= EPOCH_LAST:
            return None
        return Stamp(form, seconds, 0, None, None)
    when: tuple[int, int, int] | None = None
    if groups.get("year") or groups.get("yy"):
        if form == "year":
            return Stamp(form, None, None, (int(groups["year"]), 0, 0), None)
        when = _date(form, match, groups)
        if when is None:
            return None
    clock: int | None = None
    if groups.get("clock"):
        hours, minutes, seconds = (*(int(part) for part in groups["clock"].split(":")), 0)[:3]
        half = (groups.get("half") or "").strip().upper()
        if half:
            hours = hours % 12 + (12 if half == "PM" else 0)
        clock = hours * 3600 + minutes * 60 + seconds
    elif groups.get("hm"):
        hours, minutes = (int(part) for part in groups["hm"].split(":"))
        clock = hours * 3600 + minutes * 60
    elif groups.get("H"):
        clock = int(groups["H"]) * 3600 + int(groups["M"]) * 60 + int(groups.get("S") or 0)
    zone_name = groups.get("zone") or groups.get("zone2")
    total = None
    if when is not None and clock is not None:
        total = (date(*when).toordinal() - 719163) * 86400 + clock
    return Stamp(form, total, zone_offset(zone_name), when, clock, zone_name)


def _date(form: str, match: re.Match[str], groups: dict[str, str]) -> tuple[int, int, int] | None:
    year = int(groups.get("year") or f"20{groups['yy']}")
    if groups.get("x"):
        first, second = int(groups["x"]), int(groups["y"])
        month, day = (first, second) if second > 12 or (groups["sep"] == "/" and first <= 12) else (second, first)
    elif groups.get("m"):
        month, day = int(groups["m"]), int(groups["d"])
    else:
        month, day = MONTHS[groups["mon"].capitalize()], int(groups.get("day") or 1)
    try:
        date(year, month, day)
    except ValueError:
        return None
    return year, month, day


def instant(stamp: Stamp) -> int | None:
    """Seconds since 1970-01-01 UTC when the text tells its zone; else as if it were UTC; None without date and
    clock."""
    if stamp.seconds is None:
        return None
    return stamp.seconds - (stamp.zone or 0)


def reads_as_time(value: int) -> bool:
    """True for a number of seconds or milliseconds between 2004 and 2039."""
    return EPOCH_FIRST <= value <= EPOCH_LAST or EPOCH_FIRST <= value // MILLISECONDS <= EPOCH_LAST
