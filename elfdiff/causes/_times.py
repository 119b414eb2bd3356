"""One reading of every time that changed, so that the causes about time never contradict each other."""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import StrEnum

from elfdiff.causes._facts import spelled
from elfdiff.causes._libraries import library_times
from elfdiff.causes.model import Proof
from elfdiff.evidence.model import (
    EvidenceSet,
    IntegerChange,
    Stamp,
    TimeChange,
    WordChange,
    WordKind,
)
from elfdiff.patterns import late
from elfdiff.values import dataclass, replace

QUARTER = 900
HOUR = 3600
DAY = 86_400
MOST_ZONES_APART = 26 * 3600
"""From UTC-12 to UTC+14."""
FAR_APART = 21 * 3600
"""From California to New Zealand. What lies farther apart are islands and the zones at the date line: full hours."""
AGREE = 2
MILLISECONDS = 1000
"""Seconds that two stamps of one moment may lie apart."""

CPP_FORMS = frozenset({"cpp-date", "cpp-time", "cpp-date-time"})
_BUILD_WORDS = late(
    r"(?i)\b(?:built|build|compiled|compilation|generated|packaged)\b|(?:built|build|compile)_?(?:at|on|date|time|stamp)"
    r"|(?:built|compiled|epoch)(?=\d)|\bmade (?=\d)"
)
_TOLD = late(
    r"(?i)\b(?:updated|revised|modified|changed|released?|as of|since|until|before|after|valid|expires?|effective|"
    r"published|written|version)\b"
)
_REVISION_WORDS = late(r"(?i)\bvcs\.|commit|revision|\bgit\b|\bhg\b|\bsvn\b|\$Id|\$Date")
_PSEUDO_VERSION = late(r"v\d+\.\d+\.\d+-(?:[0-9A-Za-z.]+\.)?(?:0\.)?\d{14}-[0-9a-f]{12}")
_BANNER = late(r"Linux version \d|#\d+ (?:SMP|PREEMPT|Debian)|^UTS_VERSION")
_NAMED = frozenset(
    {
        "time",
        "date",
        "timestamp",
        "stamp",
        "epoch",
        "built",
        "buildtime",
        "builddate",
        "mtime",
        "datetime",
        "birthtime",
        "modified",
        "created",
    }
)
_EITHER = "minutes and seconds agree, as one moment in two time zones does; one SOURCE_DATE_EPOCH settles both"
OF_FORMATS = frozenset({".TH", ".Dd", "CreationDate", "ModDate", "timestamp", "POT-Creation-Date"})
"""Where man pages, PDFs, SBOMs and message catalogues hold the time at which their generator ran."""
_NUMBERS = frozenset({"epoch", "epoch-ms", "compact", "compact-date", "clock"})
_TERSE = frozenset({"dotted-date", "short-date", "month-year"})
"""Forms that a version or a page of a manual has as well, without a time of day."""
ASCTIME = 24
"""Characters of what __TIMESTAMP__ and ctime() give."""
_SOURCE_WORDS = late(r"(?i)\b(?:sources?|file|changed|modified|mtime|updated|last)\b")
_CTIME = "a script that calls ctime() or date +%c writes the time of the build in this form"
_ANCIENT = frozenset({(1970, 1, 1), (1980, 1, 1), (1980, 1, 2)})


class TimeKind(StrEnum):
    """What a changed time is read as."""

    ZONE = "zone"
    FILE = "file"
    COMPILER = "compiler"
    SCRIPT = "script"
    COPYRIGHT = "copyright"
    BANNER = "banner"
    EPOCH_MISMATCH = "epoch-mismatch"


@dataclass(frozen=True, slots=True)
class TimeReading:
    """A time that changed, what it is, how sure that is, and a caveat for people."""

    change: TimeChange
    kind: TimeKind
    proof: Proof
    note: str | None = None


def readings(evidence: EvidenceSet) -> tuple[TimeReading, ...]:
    """Every changed time that says something, in order; times of a revision control system, and in texts
    by which libraries name their release, are left out."""
    released = set(map(id, library_times(evidence)))
    changes = [c for c in evidence.of(TimeChange) if id(c) not in released and not _belongs_to_revision(c)]
    revisions = any(word.kind in (WordKind.REVISION, WordKind.DESCRIBE) for word in evidence.of(WordChange))
    told = _Told(changes)
    read = [_reading(change, told, revisions) for change in changes]
    if "d" in evidence.context.languages:
        # In D, __TIMESTAMP__ is the time of the compilation (dlang.org/spec/lex.html, special tokens).
        read = [replace(item, kind=TimeKind.COMPILER) if item and item.kind is TimeKind.FILE else item for item in read]
    if evidence.context.plain:
        # No compiler wrote these files.
        read = [_of_script(item) if item else None for item in read]
    return tuple(item for item in read if item is not None)


def _of_script(item: TimeReading) -> TimeReading:
    """A time in a file that no compiler wrote: a script's; sure where a word of a build stands beside it."""
    if item.kind in (TimeKind.FILE, TimeKind.COMPILER):
        item = replace(item, kind=TimeKind.SCRIPT, proof=Proof.SHAPE, note=None)
    said = f"{spelled(item.change.symbol)} {item.change.context}"
    if item.kind is TimeKind.SCRIPT and item.proof is Proof.RECORDED and not _BUILD_WORDS.search(said):
        return replace(item, proof=Proof.SHAPE)
    return item


def instant(stamp: Stamp) -> int | None:
    """Seconds since 1970-01-01 UTC, taking a text without a zone as UTC; None without date or time of day."""
    return None if stamp.seconds is None else stamp.seconds - (stamp.zone or 0)


def says_built(change: TimeChange) -> bool:
    """True if a word about a build stands in the text, or in the name of the object that holds it."""
    return bool(_BUILD_WORDS.search(f"{spelled(change.symbol)} {change.context}")) or names_a_time(change.symbol)


def names_a_time(symbol: str | None) -> bool:
    """True if a word of an identifier says that it is a time: ``build_time``, ``kBuildDate``, not ``runtime``."""
    words = re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+", symbol or "")
    return any(word.lower() in _NAMED for word in words)


def agreeing(number: IntegerChange, found: Sequence[TimeReading]) -> TimeReading | None:
    """The reading whose two moments a pair of integers repeats; None if there is none."""
    for item in found:
        a, b = instant(item.change.a_time), instant(item.change.b_time)
        if a is None or b is None:
            continue
        for scale in (1, MILLISECONDS):
            if abs(a - number.a_value // scale) <= AGREE and abs(b - number.b_value // scale) <= AGREE:
                return item
    return None


def _belongs_to_revision(change: TimeChange) -> bool:
    if change.section == ".go.buildinfo" and "vcs.time" in change.context:
        return True
    return bool(_PSEUDO_VERSION.search(change.context)) and change.a_time.form.startswith("compact")


class _Told:
    """What the times that changed tell together, worked out once for all of them."""

    def __init__(self, changes: Sequence[TimeChange]) -> None:
        self.alone = len({(change.a_time, change.b_time) for change in changes}) <= 1
        self.zone = _zone_shift(changes)
        named = any(_same_moment(change) for change in changes)
        # A text that names its zone vouches for those that name none.
        self.zone_proof = Proof.RECORDED if named else Proof.SHAPE
        # Nothing but a shift of full hours speaks for two zones: no text names one, and the shift is one hour or no
        # day is told.
        self.may_be_the_clock = (
            self.zone is not None
            and not named
            and (abs(self.zone) == HOUR or all(change.a_time.date is None for change in changes))
        )
        self.dated = any(change.a_time.form == "cpp-date-time" for change in changes)
        # __DATE__ alone may be a release date that somebody typed; with a time of day to the second it is the clock's.
        ticking = any(
            (change.a_time.clock or 0) % 60 or (change.b_time.clock or 0) % 60
            for change in changes
            if change.a_time.form in ("cpp-time", "cpp-date-time")
        )
        self.compiler_proof = Proof.RECORDED if ticking else Proof.SHAPE
        self._of_build = {(change.a_time, change.b_time) for change in changes if says_built(change)}
        self._moments: dict[tuple[int, int], set[str]] = {}
        if len({change.a_time.form for change in changes}) > 1:
            for change in changes:
                a, b = instant(change.a_time), instant(change.b_time)
                if a is not None and b is not None:
                    self._moments.setdefault((a, b), set()).add(change.a_time.form)

    def is_of_build(self, change: TimeChange) -> bool:
        """True if a text says so, or another one that tells the same two moments."""
        return (change.a_time, change.b_time) in self._of_build

    def repeats(self, change: TimeChange) -> bool:
        """True if another text of another form tells the same two moments."""
        a, b = instant(change.a_time), instant(change.b_time)
        if not self._moments or a is None or b is None:
            return False
        near = range(-AGREE, AGREE + 1)
        return any(self._moments.get((a + x, b + y), set()) - {change.a_time.form} for x in near for y in near)


def _reading(change: TimeChange, told: _Told, revisions: bool) -> TimeReading | None:
    a, b = change.a_time, change.b_time
    zone = told.zone
    if _BANNER.search(change.context):
        return TimeReading(change, TimeKind.BANNER, Proof.RECORDED)
    if _same_moment(change):
        return TimeReading(change, TimeKind.ZONE, Proof.RECORDED)
    if told.alone and _is_typed(change):
        return TimeReading(change, TimeKind.COMPILER if a.form in CPP_FORMS else TimeKind.SCRIPT, Proof.CONSISTENT)
    if zone is not None and _follows(change, zone):
        if a.form in CPP_FORMS and b.form in CPP_FORMS and told.may_be_the_clock:
            return TimeReading(change, TimeKind.COMPILER, Proof.SHAPE, _EITHER)
        return TimeReading(change, TimeKind.ZONE, told.zone_proof)
    if a.form == "year":
        return TimeReading(change, TimeKind.COPYRIGHT, Proof.SHAPE)
    if a.form == "asctime" and a.zone_name is None and b.zone_name is None and not told.is_of_build(change):
        if told.dated:
            note = "it is near the compiler's own date, so the source may have been written just before the build"
            return TimeReading(change, TimeKind.FILE, Proof.SHAPE, note)
        of_file = len(change.context.strip()) <= ASCTIME or bool(_SOURCE_WORDS.search(change.context))
        return TimeReading(
            change, TimeKind.FILE, Proof.SHAPE if of_file else Proof.CONSISTENT, None if of_file else _CTIME
        )
    if _is_normalised(a) and _is_normalised(b):
        fixed = any(stamp.date in _ANCIENT for stamp in (a, b))
        return TimeReading(change, TimeKind.EPOCH_MISMATCH, Proof.RECORDED if fixed else Proof.SHAPE)
    if a.form in CPP_FORMS and b.form in CPP_FORMS:
        return TimeReading(change, TimeKind.COMPILER, told.compiler_proof)
    return _script(change, told, revisions)


_PADDED = late(r"[A-Z][a-z]{2}  \d \d{4}")
"""__DATE__ on the first days of a month; nobody types two blanks."""


def _is_typed(change: TimeChange) -> bool:
    """True for a time of day in full minutes without a date, and a date in a sentence about something else than a
    build: a clock stands at :00 twice once in 3600 times. For the only time that changed."""
    a, b = change.a_time, change.b_time
    if says_built(change):
        return False
    if any(place is not None and _PADDED.match(place.value) for place in (change.a, change.b)):
        return False
    if a.date is None and b.date is None and a.clock is not None and b.clock is not None:
        return a.clock % 60 == b.clock % 60 == 0
    return a.clock is None and b.clock is None and a.form == "cpp-date" and bool(_TOLD.search(change.context))


def _script(change: TimeChange, told: _Told, revisions: bool) -> TimeReading | None:
    a, b = change.a_time, change.b_time
    named = told.is_of_build(change)
    of_revision = revisions or bool(_REVISION_WORDS.search(change.context))
    exact = instant(a) is not None and instant(b) is not None
    if of_revision and not named:
        return None
    if exact and not of_revision and (named or told.repeats(change)):
        return TimeReading(change, TimeKind.SCRIPT, Proof.RECORDED)
    # To the second a number of 14 digits is a time of day, and nothing that people type.
    ticking = a.form == b.form == "compact" and bool((a.clock or 0) % 60 or (b.clock or 0) % 60)
    terse = (a.form in _NUMBERS and not ticking) or (
        a.form in _TERSE and a.clock is None and change.symbol not in OF_FORMATS
    )
    if terse and not named and not told.repeats(change):
        # A seed, a limit or a version reads so too.
        return TimeReading(change, TimeKind.SCRIPT, Proof.CONSISTENT)
    return TimeReading(change, TimeKind.SCRIPT, Proof.SHAPE)


def _is_normalised(stamp: Stamp) -> bool:
    """Midnight UTC, or a day that tools write in place of a time: 1970-01-01, 1980-01-01."""
    if stamp.date in _ANCIENT:
        return True
    return stamp.date is not None and stamp.clock == 0 and stamp.zone in (None, 0)


def _follows(change: TimeChange, zone: int) -> bool:
    """True if a text that names no zone moved by the shift of the two zones, or is a date alone."""
    if change.a_time.form == "year" or change.a_time.zone is not None or change.b_time.zone is not None:
        return False
    shift = _shift(change)
    return shift is None or (shift - zone) % DAY == 0


def _same_moment(change: TimeChange) -> bool:
    """Two clocks that were read at one moment, each text naming its zone."""
    a, b = change.a_time, change.b_time
    if a.zone is None or b.zone is None:
        if a.zone_name is None or b.zone_name is None or a.zone_name == b.zone_name:
            return False
        shift = _shift(change)
        return shift is not None and shift % QUARTER == 0 and 0 < abs(shift) <= MOST_ZONES_APART
    if a.seconds is not None and b.seconds is not None:
        return (a.zone, a.zone_name) != (b.zone, b.zone_name) and instant(a) == instant(b)
    if a.clock is not None and b.clock is not None and a.zone != b.zone:
        return (a.clock - a.zone - b.clock + b.zone) % DAY == 0
    return False


def _shift(change: TimeChange) -> int | None:
    """Seconds by which b's clock is ahead of a's, the shorter way round for a time of day; None for a date."""
    a, b = change.a_time, change.b_time
    if a.seconds is not None and b.seconds is not None:
        return b.seconds - a.seconds
    if a.clock is None or b.clock is None:
        return None
    return (b.clock - a.clock + DAY // 2) % DAY - DAY // 2


def _zone_shift(changes: Sequence[TimeChange]) -> int | None:
    """The one shift that every text without a zone shows, if it can be the distance of two zones; else None.

    Whole days are no such distance: no two zones in use are exactly 24 hours apart, but two builds may well be. Nor is
    less than an hour, which only a text that names its zone can prove.
    """
    plain = [
        change
        for change in changes
        if change.a_time.zone is None and change.b_time.zone is None and change.a_time.form != "year"
    ]
    whole = [shift for change in plain if change.a_time.seconds is not None and (shift := _shift(change)) is not None]
    parts = [shift for change in plain if change.a_time.seconds is None and (shift := _shift(change)) is not None]
    shifts = whole or parts
    if not shifts or any(shift != shifts[0] for shift in shifts):
        return None
    shift = shifts[0]
    if whole and any((part - shift) % DAY for part in parts):
        return None
    if shift % QUARTER or shift % DAY == 0 or not HOUR <= abs(shift) <= MOST_ZONES_APART:
        return None
    if abs(shift) > FAR_APART and shift % HOUR:
        return None
    days = [_days(change) for change in plain if _shift(change) is None]
    return shift if all(day is None or abs(day) <= 1 for day in days) else None


def _days(change: TimeChange) -> int | None:
    """Days between two dates, near enough: None if they lie in different months."""
    a, b = change.a_time.date, change.b_time.date
    if a is None or b is None:
        return None
    if a[:2] == b[:2]:
        return b[2] - a[2]
    return 1 if {a[2], b[2]} & {1} and max(a[2], b[2]) >= 28 else 99
