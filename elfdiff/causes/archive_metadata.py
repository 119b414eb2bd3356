"""The member headers of a static archive hold times, owners and modes.

## What it looks like

Each member of an ar archive begins with 60 bytes of text. With GNU ar's mode U, and with its default D:

    table.o/        1772366400  1000  1000  100664  5288      `      U
    table.o/        0           0     0     644     5288      `      D

The members themselves are equal, and a program linked from the archive is not affected.

## Why it happens

ar copies the file's modification time, user, group and mode, unless it was configured or told to be deterministic.
Debian's is; many others are not, and `u` in `cru` (libtool's old default) asks for the times. Names of members carry
temporary parts (`_x004.o`, `ccQz3mPd.o`) or, in thin archives, whole paths.

## How to be sure

The fields are at fixed places, and the bytes behind them are equal: that is proof. If a member's contents differ,
that member is compared like a file, and its cause comes first. `lib.rmeta` of a Rust library follows from its
sources, flags and compiler; it is no cause of its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from elfdiff.causes.model import Match, cause
from elfdiff.evidence.model import ArchiveFieldChange, Context, EvidenceSet
from elfdiff.report import Confidence, Effect, Fix, Role

_VARIABLE = re.compile(r"(?<=cc)[A-Za-z0-9]{6}(?=\.o)|[0-9a-f]{16}|_x\d+(?=\.o)|(?<=\.)[a-z0-9]{20,25}(?=[.-])")

_DETERMINISTIC = Fix(
    "binutils",
    "call ar with D and without u, and ranlib with -D: ARFLAGS=Dcrs for make, AR_FLAGS=Dcr for libtool",
    Effect.REMOVES,
    ("ar-timestamps-uid-gid-mode",),
    since="binutils 2.20",
    note="a makefile that sets ARFLAGS itself does not read it from the environment; objcopy -D "
    "cleans a finished archive",
)
_MASKING = Fix(
    "binutils",
    "run strip -D --strip-unneeded, or objcopy -D, on both finished archives",
    Effect.REMOVES,
    ("ar-timestamps-uid-gid-mode",),
)
_NAMES = Fix(
    "any",
    "give objects fixed names (compile and archive in two steps), and do not ship thin archives",
    Effect.REMOVES,
    ("archive-member-names",),
)
_RLIB = Fix(
    "rustc", "fix what made the library's sources, flags or compiler differ", Effect.REMOVES, ("rlib-metadata",)
)
_ALL = (_DETERMINISTIC, _MASKING, _NAMES, _RLIB)


def choose(context: Context, faces: tuple[str, ...]) -> tuple[Fix, ...]:
    """The fixes that reach a face of this pair."""
    return tuple(fix for fix in _ALL if set(fix.reaches) & set(faces))


@cause(
    title="archive members carry times, owners or modes",
    role=Role.ROOT,
    faces={
        "ar-timestamps-uid-gid-mode": "member headers hold times, owners or modes",
        "archive-member-names": "member names have a part that varies",
        "rlib-metadata": "the metadata member of a Rust library differs",
    },
    fixes=_ALL,
    references=(
        "ar(1): modifiers D, U and u",
        "reproducible-builds.org: archives; Debian reproducible notes: timestamps_in_static_libraries",
        "golang/go#51812; rust-lang/rust PR 139453",
    ),
    choose=choose,
)
def detect(evidence: EvidenceSet) -> Iterator[Match]:
    fields = [
        change for change in evidence.of(ArchiveFieldChange) if change.field_name in ("time", "uid", "gid", "mode")
    ]
    if fields:
        kinds = list(dict.fromkeys(change.field_name for change in fields))
        first = fields[0]
        yield Match(
            "ar-timestamps-uid-gid-mode",
            tuple(fields),
            Confidence.CERTAIN,
            f"{', '.join(kinds)} of members; {first.member}: {first.field_name} {first.a_value} became {first.b_value}",
        )
    names = [change for change in evidence.of(ArchiveFieldChange) if change.field_name == "name"]
    if names:
        masked = all(_VARIABLE.sub("*", n.a_value) == _VARIABLE.sub("*", n.b_value) for n in names)
        yield Match(
            "archive-member-names",
            tuple(names),
            Confidence.CERTAIN if masked else Confidence.LIKELY,
            f"{names[0].a_value} became {names[0].b_value}",
        )
