r"""The builds ran in different time zones.

## What it looks like

One moment, written twice:

```
.rodata  a  2023-11-14 22:13:20 UTC         .rodata  a  Nov 23 2026 01:29:37     (__DATE__ __TIME__)
         b  2023-11-14 17:13:20 EST                  b  Nov 23 2026 10:29:37
```

Either the texts name their zones and tell the same moment, or they name none and lie a whole number of quarter
hours apart, with equal minutes (or half an hour, or three quarters of one, off) and equal seconds.

## Why it happens

`date`, strftime(), `__DATE__`, `__TIME__` and `__TIMESTAMP__` use the zone of the machine. gcc writes UTC once
SOURCE_DATE_EPOCH is set, but `__TIMESTAMP__` follows TZ even then. Zip members hold local time as well.

## How to be sure

Texts that name two zones of one moment are decisive. Without a zone, two builds that really ran some hours apart
would differ in minutes and seconds too: by chance they agree once in 900 times. So elfdiff then says likely. Less
than an hour says nothing: hardly two zones lie so near, and builds do. A distance of whole days is read as
`build-time`: no two zones in use are exactly 24 hours apart, nightly builds often are. Winter and summer time of
one zone differ by an hour and tell two moments: that is no other zone either.
"""

from __future__ import annotations

from collections.abc import Iterator

from elfdiff.actions import Export
from elfdiff.causes._times import TimeKind, readings
from elfdiff.causes._wording import became
from elfdiff.causes.model import Claim, Proof, cause
from elfdiff.evidence.model import EvidenceSet, TimeChange
from elfdiff.report import Effect, Fix, Role

FACE = "env-timezone"
SUMMER_TIME = (1800, 3600)
"""By how much one zone's winter and summer differ (Lord Howe: half an hour)."""

UTC = Fix(
    toolchain="any",
    action=Export("TZ", "UTC"),
    effect=Effect.REMOVES,
    reaches=(FACE,),
    note="scripts do better with date -u; __DATE__ and __TIME__ are UTC too once SOURCE_DATE_EPOCH is set (gcc 7+)",
)


@cause(
    title="the builds ran in different time zones",
    role=Role.ROOT,
    faces={FACE: "one moment written in two time zones"},
    fixes=(UTC,),
    references=(
        "Reproducible Builds, time zones: https://reproducible-builds.org/docs/timezones/",
        "POSIX, TZ: https://pubs.opengroup.org/onlinepubs/9799919799/basedefs/V1_chap08.html",
    ),
)
def detect(evidence: EvidenceSet) -> Iterator[Claim]:
    """Times read as one moment; and texts that name two zones, though two moments as well."""
    found: list[TimeChange] = []
    certain = False
    for item in readings(evidence):
        if item.kind is TimeKind.ZONE:
            found.append(item.change)
            certain |= item.proof is Proof.RECORDED
        elif _names_two_zones(item.change):
            found.append(item.change)
            certain = True
    if not found:
        return
    first = found[0]
    summary = became(first.a.value, first.b.value) if first.a and first.b else ""
    note = "they lie full quarters of an hour apart, to the second; by chance two builds do so once in 900 times"
    yield Claim(
        FACE,
        tuple(found),
        Proof.RECORDED if certain else Proof.SHAPE,
        summary,
        None if certain else note,
    )


def _names_two_zones(change: TimeChange) -> bool:
    a, b = change.a_time.zone, change.b_time.zone
    return a is not None and b is not None and a != b and abs(a - b) not in SUMMER_TIME
