"""Dates and times that a clock, a file or a script left in texts and embedded archives."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from elfdiff.causes._times import names_a_time
from elfdiff.comparison.texts.find import SHT_PROGBITS
from elfdiff.elf.model import Section
from elfdiff.evidence.model import Stamp
from elfdiff.inspection.model import Confidence, Place
from elfdiff.inspection.sign import MAX_PLACES, Sign, sign
from elfdiff.inspection.subject import StampUse, Subject
from elfdiff.patterns import late
from elfdiff.span import Span

_BUILD_WORDS = late(
    r"(?i)\b(?:built|compiled|generated|packaged|linked|"
    r"build[ _-]?(?:date|time|stamp|timestamp|epoch|at|on|info))\b|\bbuild[:=]|_build_|\bbuilt(?=\d)"
)
_BANNER = late(r"Linux version \d\S* \(|#\d+ (?:SMP|PREEMPT)")
_NOT_BUILDS = late(
    r"(?i)copyright|\(c\)|©|expires?|release[ds]?\b|since|version of|draft|rfc ?\d|standard|"
    r"last.modified|\$Id|\$Date|\$Revision|\$Header"
)
_NEVER_BUILDS = late(
    r"(?i)copyright|expires?|rfc ?\d|\$Id|\$Date|\$Revision|\$Header|vcs\.time|example|e\.g\.|format|parse|layout"
)
_ZONED = b" UTC"
_NEAR = 64
_OLDEST = 2005
_GO_LAYOUT = (2006, 1, 2)
_EMBEDDED = ((b"\x1f\x8b\x08", "gzip"), (b"PK\x03\x04", "zip"), (b"070701", "cpio"), (b"ustar", "tar"))
_MAX_EMBEDDED_TRIES = 20_000
_UTC_NAMES = frozenset({"Z", "UTC", "GMT"})


def find(subject: Subject) -> Iterator[Sign]:
    """Faces of build-time, file-times and time-zone."""
    uses = [use for use in subject.stamps if _is_plausible(use.stamp)]
    banner = [] if subject.is_go else [use for use in uses if _BANNER.match(use.context)]
    left = [use for use in uses if not _BANNER.match(use.context)]
    macros = list(_macros(left))
    taken = {id(use) for use in macros}
    files = [use for use in left if id(use) not in taken and _is_file_time(subject, use)]
    taken.update(id(use) for use in files)
    scripts = [use for use in left if id(use) not in taken and _is_script(subject, use)]
    taken.update(id(use) for use in scripts)
    clocks = [use for use in left if id(use) not in taken and _is_clock(use)]
    if banner:
        yield _sign(
            subject, "build-time", "time-kernel-banner", "the kernel's banner holds the time of the build", banner
        )
    if macros:
        clocked = any(use.stamp.clock is not None for use in macros)
        title = "the compiler's __DATE__ or __TIME__ is compiled in"
        yield sign(
            "build-time",
            "time-cpp-date-time",
            title,
            "shows" if clocked else "hints",
            (_place(subject, use) for use in macros[:MAX_PLACES]),
            len(macros),
            None if clocked else "a date alone may have been typed by somebody",
        )
    if scripts or clocks:
        title = "a date that a build script wrote is compiled in"
        places = (_place(subject, use) for use in (*scripts, *clocks)[:MAX_PLACES])
        sure: Confidence = "shows" if scripts else "hints"
        yield sign("build-time", "time-build-script-date", title, sure, places, len(scripts) + len(clocks))
    if files:
        note = "__TIMESTAMP__ has this form, and so has ctime()"
        places = (_place(subject, use) for use in files[:MAX_PLACES])
        yield sign(
            "file-times",
            "time-cpp-timestamp",
            "a file's time of change is compiled in",
            "hints",
            places,
            len(files),
            note,
        )
    zoned = [
        use
        for use in (*banner, *files, *scripts, *clocks)
        if use.stamp.zone_name and use.stamp.zone_name not in _UTC_NAMES and use.stamp.zone != 0
    ]
    if zoned:
        yield _sign(subject, "time-zone", "env-timezone", "a time is written in the builder's time zone", zoned)
    yield from _embedded(subject)


def _sign(subject: Subject, root: str, face: str, title: str, uses: Sequence[StampUse]) -> Sign:
    return sign(root, face, title, "shows", (_place(subject, use) for use in uses[:MAX_PLACES]), len(uses))


def _place(subject: Subject, use: StampUse) -> Place:
    return subject.place(use.spot, use.start, use.end)


def _is_plausible(stamp: Stamp) -> bool:
    """A day on which this file may have been built; a time of day alone cannot tell."""
    if stamp.form == "year" or stamp.date == _GO_LAYOUT:
        return False
    if stamp.date is not None:
        return stamp.date[0] >= _OLDEST
    return stamp.form in ("cpp-time", "epoch")


def _macros(uses: Sequence[StampUse]) -> Iterator[StampUse]:
    """__DATE__ and __TIME__: exactly that form, and nothing else in the text, or both next to each other."""
    dates = [use for use in uses if use.stamp.form == "cpp-date"]
    for use in uses:
        form, context = use.stamp.form, use.context
        if _NOT_BUILDS.search(context):
            continue
        alone = use.is_whole or _BUILD_WORDS.search(context) is not None
        clock = form == "cpp-time" and any(_is_beside(use, other) for other in dates[:200])
        if form == "cpp-date-time" or (alone and (form == "cpp-date" or clock)):
            yield use


def _is_beside(use: StampUse, other: StampUse) -> bool:
    a, b = use.spot, other.spot
    return a.section.index == b.section.index and abs(a.offset + use.start - b.offset - other.start) <= _NEAR


def _is_file_time(subject: Subject, use: StampUse) -> bool:
    """The form of __TIMESTAMP__, unless the words around it say that it is something else: no macro names a zone."""
    if use.spot.text[use.end : use.end + len(_ZONED)].upper() in (_ZONED, b" GMT"):
        return False
    return use.stamp.form == "asctime" and (_is_build(subject, use) or not _NOT_BUILDS.search(use.context))


def _is_build(subject: Subject, use: StampUse) -> bool:
    if _NOT_BUILDS.search(use.context):
        return False
    return bool(_BUILD_WORDS.search(_around(use))) or names_a_time(_symbol(subject, use))


def _around(use: StampUse) -> str:
    """The words near the time: texts of Rust and Go run into each other."""
    at = use.context.find(use.text)
    return use.context if len(use.context) < 200 or at < 0 else use.context[max(0, at - 40) : at + 60]


def _symbol(subject: Subject, use: StampUse) -> str | None:
    return _place(subject, use).symbol if use.is_whole else None


def _is_script(subject: Subject, use: StampUse) -> bool:
    stamp = use.stamp
    if stamp.form in ("cpp-time", "cpp-date") or (
        use.spot.section.name == ".go.buildinfo" and "vcs.time" in use.context
    ):
        return False
    if _is_build(subject, use):
        return True
    if use.spot.section.name == ".go.buildinfo":
        return "-ldflags" in use.context
    return False


def _is_clock(use: StampUse) -> bool:
    """A day with a time of day to the second, whatever the words around it: people who type a date leave that out."""
    stamp = use.stamp
    exact = stamp.date is not None and stamp.clock is not None and stamp.clock % 60 != 0
    return exact and stamp.form in ("date-command", "iso", "rfc2822") and not _NEVER_BUILDS.search(_around(use))


def _embedded(subject: Subject) -> Iterator[Sign]:
    """Archives inside data that record the times of their members; each header is checked field by field."""
    places: list[Place] = []
    total = 0
    for section in subject.data_sections:
        if section.type != SHT_PROGBITS or not section.is_allocated:
            continue
        data = subject.contents(section)
        for magic, kind in _EMBEDDED:
            at, tries = data.find(magic), 0
            while at >= 0 and tries < _MAX_EMBEDDED_TRIES:
                tries += 1
                what = _member(kind, data, at)
                if what:
                    total += 1
                    if len(places) < MAX_PLACES:
                        places.append(_embedded_place(subject, section, at, what))
                at = data.find(magic, at + 1)
    if places:
        title = "an embedded archive records the times of its members"
        yield sign("file-times", "time-file-mtime-in-data", title, "shows", places, total)


def _embedded_place(subject: Subject, section: Section, at: int, what: str) -> Place:
    span = section.span or Span(0, 0)
    return subject.file_place(Span(span.start + at, span.start + at + 4), what, section.name)


def _member(kind: str, data: bytes, at: int) -> str | None:
    """The header as words if it is one and holds a time; None otherwise."""
    if kind == "gzip":
        seconds = int.from_bytes(data[at + 4 : at + 8], "little")
        fits = (
            len(data) > at + 20
            and data[at + 3] < 0x20
            and data[at + 8] in (0, 2, 4)
            and data[at + 9] in (3, 10, 11, 255)
        )
        return f"gzip member, mtime {seconds}" if fits and 1_000_000_000 < seconds < 2_200_000_000 else None
    if kind == "zip":
        length = int.from_bytes(data[at + 26 : at + 28], "little")
        name = data[at + 30 : at + 30 + length]
        day = int.from_bytes(data[at + 12 : at + 14], "little")
        fits = 10 <= int.from_bytes(data[at + 4 : at + 6], "little") <= 63 and data[at + 8 : at + 10] in (
            b"\0\0",
            b"\x08\0",
        )
        if (
            not fits
            or not 1 <= length <= 512
            or len(name) != length
            or not name.isascii()
            or not name.decode().isprintable()
        ):
            return None
        # 1980-01-01 is what tools write that leave the time out.
        return f"zip member {name.decode()}" if 1 <= (day >> 5) & 15 <= 12 and day & 31 and day != 0x21 else None
    if kind == "cpio":
        fields = data[at + 6 : at + 110]
        if len(fields) != 104 or not re.fullmatch(rb"[0-9A-Fa-f]{104}", fields):
            return None
        seconds = int(fields[40:48], 16)
        return f"cpio member, mtime {seconds}" if seconds > 1_000_000_000 else None
    mtime = data[max(at - 121, 0) : max(at - 110, 0)]
    if at < 257 or not re.fullmatch(rb"[0-7]{11}", mtime) or data[at + 5 : at + 6] not in (b"\0", b" "):
        return None
    return f"tar member, mtime {int(mtime, 8)}" if int(mtime, 8) > 1_000_000_000 else None
