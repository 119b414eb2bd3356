"""The date and the time. libfaketime holds the clock still in each world, since one that runs differs by itself.

libfaketime is preloaded, so programs that ask the kernel themselves do not see it: Go, and everything static. rustc
hangs under it (wolfcw/libfaketime#402), so builds with Rust go without.
"""

from __future__ import annotations

from dataclasses import replace

from elfdiff.patterns import late
from elfdiff.rebuild.host import Host
from elfdiff.rebuild.variations.model import Asked, Variation
from elfdiff.rebuild.world import World

AN_HOUR = 3600
LATER = 400 * 86_400 + 7 * AN_HOUR + 19 * 60 + 23
"""Seconds: another year, month, day, hour, minute and second."""
FRACTION = 345_678_901
"""Nanoseconds, for builds that read nothing else of the clock."""

TIMES = frozenset({"build-time", "file-times"})
"""Causes that nothing but a clock brings about."""


def _lacking(host: Host) -> str | None:
    if host.rust:
        return f"{SECONDS}: rustc hangs under libfaketime"
    if host.faketime is None:
        return f"{SECONDS}: libfaketime is not installed (Debian: apt install libfaketime)"
    return None


def _weaker(host: Host) -> str | None:
    return "only for programs that are linked dynamically: Go reads the real clock" if host.go else None


def _still(world: World, host: Host, later: int, fraction: int) -> World:
    """Ahead by an hour, so that files of the build are never from the future."""
    return replace(world, now=host.begun + AN_HOUR + later, nanoseconds=fraction)


SECONDS = "not varied beyond the seconds between two builds"

variation = Variation(
    name="clock",
    what="date and time: seconds pass between builds always; libfaketime stands still, 400 days apart",
    causes=("build-time", "file-times", "archive-metadata", "build-counter", "signature"),
    witness="date +%Y-%m-%d",
    control=lambda world, host: _still(world, host, 0, 0),
    vary=lambda world, host: _still(world, host, LATER, FRACTION),
    lacking=_lacking,
    weaker=_weaker,
    asked=Asked(
        late(
            r"(?:^|[`(|;&\[]|\bshell\s)\s*date\s*(?:[`)\]|;]|$)"
            r"|(?:^|[\s`(|;&\[\"'=])date\s+(?:-u\s+|--utc\s+)?(?:['\"\\]*\+|-u\s*[`)\]|;]|-[RI]|--(?:rfc|iso))"
            r"|\bstrftime\b|\btime\.time\b|\bdatetime\.(?:now|today|utcnow)\b"
            r"|\bSystemTime::now\b|\bTime\.now\b|\bTIMESTAMP\b"
        ),
        "leave the time out, or take it from SOURCE_DATE_EPOCH",
    ),
)
