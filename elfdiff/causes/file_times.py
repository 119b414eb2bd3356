r"""The modification time of a source file is compiled in.

## What it looks like

A text in the form of asctime(3), 24 characters, without a zone:

```
.rodata  a  Sun Mar  1 12:00:00 2026
         b  Mon Mar  2 12:01:01 2026
```

That is `__TIMESTAMP__`: when the *source file* was last written, in the local time zone. Resource compilers put
such times into tables too: Qt's rcc stores eight bytes of milliseconds for each file in `qt_resource_struct`;
gzip, zip, tar and cpio images that are embedded in data keep one for each member.

## Why it happens

A fresh checkout gives every file the time of the checkout. Only a release archive, or a step that sets them,
gives the same times twice.

## How to be sure

Set every source's time to one moment in both trees and build again. `SOURCE_DATE_EPOCH` does not help with gcc:
it leaves `__TIMESTAMP__` alone (gcc 12 was tried), and the text follows TZ even then. clang 16 and later do
read it.

What the bytes cannot tell: whether a text of this form is `__TIMESTAMP__` or the output of ctime() in a build
script. The time of the source is often just before the build, so nearness to `__DATE__` decides nothing. `ls -l
--time-style=full-iso` on the source does. A whole number of quarter hours between the two means the time zone
instead: see `time-zone`.
"""

from __future__ import annotations

from collections.abc import Iterator

from elfdiff.causes._times import TimeKind, readings
from elfdiff.causes._tools import older_than, user_compiler
from elfdiff.causes._wording import became
from elfdiff.causes.model import Match, cause
from elfdiff.evidence.model import Context, DataChange, EmbeddedTimeChange, EvidenceSet
from elfdiff.report import Confidence, Effect, Fix, Role

STAMP, DATA = "time-cpp-timestamp", "time-file-mtime-in-data"

TOUCH = Fix(
    toolchain="any",
    action="set the time of every source before the build:  git ls-files -z | xargs -0 touch "
    '-d "@$(git log -1 --pretty=%ct)"',
    effect=Effect.REMOVES,
    note="and export TZ=UTC: __TIMESTAMP__ is written in local time",
)
EPOCH = Fix(
    toolchain="clang",
    action='export SOURCE_DATE_EPOCH="$(git log -1 --pretty=%ct)"',
    effect=Effect.REMOVES,
    reaches=(STAMP,),
    since="clang 16",
    note="gcc reads it for __DATE__ and __TIME__ only",
)
REDEFINE = Fix(
    toolchain="gcc, clang",
    action="add to CFLAGS and CXXFLAGS:  -Wno-builtin-macro-redefined -D__TIMESTAMP__=__VERSION__",
    effect=Effect.REMOVES,
    reaches=(STAMP,),
    note="the time then reads as the compiler's version",
)
RESOURCES = Fix(
    toolchain="rcc, gzip, tar",
    action="write archives and resources without times: rcc --format-version 1; gzip -n; "
    'tar --sort=name --mtime="@$SOURCE_DATE_EPOCH" --owner=0 --group=0 --numeric-owner',
    effect=Effect.REMOVES,
    reaches=(DATA,),
)


def choose(context: Context, faces: tuple[str, ...]) -> tuple[Fix, ...]:
    """clang from 16 on reads SOURCE_DATE_EPOCH here too; everybody else sets the times of the sources."""
    modern_clang = user_compiler(context) == "clang" and not older_than(context, "clang", 16)
    if STAMP not in faces:
        return (RESOURCES, TOUCH)
    order = (EPOCH, TOUCH, REDEFINE, RESOURCES) if modern_clang else (TOUCH, REDEFINE, RESOURCES)
    return tuple(fix for fix in order if not fix.reaches or set(fix.reaches) & set(faces))


@cause(
    title="the time of a source file is compiled in",
    role=Role.ROOT,
    faces={
        STAMP: "__TIMESTAMP__, when the source was last written",
        DATA: "file times in embedded resources or archives",
    },
    fixes=(TOUCH, EPOCH, REDEFINE, RESOURCES),
    references=(
        "GCC manual, __TIMESTAMP__: https://gcc.gnu.org/onlinedocs/cpp/Common-Predefined-Macros.html",
        "LLVM, SOURCE_DATE_EPOCH in clang and what gcc leaves: https://reviews.llvm.org/D135045",
        "Reproducible Builds, archives: https://reproducible-builds.org/docs/archives/",
    ),
    choose=choose,
)
def detect(evidence: EvidenceSet) -> Iterator[Match]:
    """Texts in asctime form; a changed table of Qt resources whose names and contents are unchanged."""
    texts = [item for item in readings(evidence) if item.kind is TimeKind.FILE]
    if texts:
        first = texts[0].change
        summary = became(first.a.value, first.b.value) if first.a and first.b else ""
        note = texts[0].note or "ctime() in a build script writes the same form"
        yield Match(STAMP, tuple(item.change for item in texts), Confidence.LIKELY, summary, note)
    stamps = list(evidence.of(EmbeddedTimeChange))
    if stamps:
        first_stamp = stamps[0]
        yield Match(
            DATA,
            tuple(stamps),
            Confidence.CERTAIN,
            f"a {first_stamp.kind} archive that is compiled in holds another time: "
            f"{became(str(first_stamp.a_value), str(first_stamp.b_value))}",
        )
    tables = [change for change in evidence.of(DataChange) if "qt_resource_struct" in (change.symbol or "")]
    contents = any(
        "qt_resource_data" in (c.symbol or "") or "qt_resource_name" in (c.symbol or "")
        for c in evidence.of(DataChange)
    )
    if tables and not contents:
        yield Match(
            DATA, tuple(tables), Confidence.LIKELY, "the table of Qt resources differs, their names and contents do not"
        )
