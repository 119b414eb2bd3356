r"""The modification time of a file is compiled in, or stored by an archive or package.

## What it looks like

A text in the form of asctime(3), 24 characters, without a zone:

```
.rodata  a  Sun Mar  1 12:00:00 2026
         b  Mon Mar  2 12:01:01 2026
```

That is `__TIMESTAMP__`: when the *source file* was last written, in the local time zone. Resource compilers put
such times into tables too: Qt's rcc stores eight bytes of milliseconds for each file in `qt_resource_struct`;
gzip, zip, tar and cpio images that are embedded in data keep one for each member.

Packages and archives keep one for each of their files, and often their own beside:

```
tar, .deb    usr/bin/app   a  2026-03-01 12:00:00   b  2026-03-02 12:01:01
zip, wheel   METADATA      a  2026-03-01 12:00:00   b  2026-03-02 12:01:00      even seconds, local time
gzip         header        a  69a43b40              b  69a58c7d                 bytes 4 to 7
.pyc         header        a  69a43b40              b  69a58c7d                 bytes 8 to 11, the source's time
```

## Why it happens

A fresh checkout gives every file the time of the checkout. Only a release archive, or a step that sets them,
gives the same times twice. tar, zip and gzip store the time of each file they read; whatever a build writes is as new
as the build. Python stores the source's time in bytecode, to see when it is stale (PEP 552 knows two other ways).

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

from elfdiff.actions import AddWords, Do, Export, Run
from elfdiff.causes._entries import by_face, changes_of, told
from elfdiff.causes._images import ARCHIVE, ARCHIVE_FIX, LAYER, LAYER_FIX
from elfdiff.causes._times import TimeKind, readings
from elfdiff.causes._tools import older_than, user_compiler
from elfdiff.causes._wording import became
from elfdiff.causes.model import Claim, Proof, cause
from elfdiff.evidence.entries import EntryFieldChange
from elfdiff.evidence.files import BytecodeChange
from elfdiff.evidence.model import Context, DataChange, EmbeddedTimeChange, EvidenceSet
from elfdiff.report import Effect, Fix, Role

STAMP, DATA = "time-cpp-timestamp", "time-file-mtime-in-data"
TAR, ZIP, GZIP, DEB = "time-in-tar", "time-in-zip", "time-in-gzip-header", "time-in-deb"
PAX, SDIST = "time-in-pax-header", "time-in-sdist"
SOURCES = "time-of-sources-in-deb"
SQUASHFS = "time-in-squashfs"
RPM, DISK, BYTECODE, HELD = "time-in-rpm", "time-on-disk", "time-in-bytecode", "time-in-container"
_BY_FORMAT = {
    "tar": TAR,
    "zip": ZIP,
    "gzip": GZIP,
    "deb": DEB,
    "ar": DEB,
    "rpm": RPM,
    "squashfs": SQUASHFS,
    "directory": DISK,
    "apk": TAR,
    "layer": LAYER,
    "OCI image": ARCHIVE,
    "docker archive": ARCHIVE,
}

TOUCH = Fix(
    toolchain="any",
    action=Run('git ls-files -z | xargs -0 touch -d "@$(git log -1 --pretty=%ct)"'),
    effect=Effect.REMOVES,
    note="do it before the build, and export TZ=UTC: __TIMESTAMP__ is written in local time",
)
EPOCH = Fix(
    toolchain="clang",
    action=Export("SOURCE_DATE_EPOCH", '"$(git log -1 --pretty=%ct)"'),
    effect=Effect.REMOVES,
    reaches=(STAMP,),
    since="clang 16",
    note="gcc reads it for __DATE__ and __TIME__ only",
)
REDEFINE = Fix(
    toolchain="gcc, clang",
    action=AddWords(("CFLAGS", "CXXFLAGS"), ("-Wno-builtin-macro-redefined", "-D__TIMESTAMP__=__VERSION__")),
    effect=Effect.REMOVES,
    reaches=(STAMP,),
    note="the time then reads as the compiler's version",
)
RESOURCES = Fix(
    toolchain="rcc, gzip, tar",
    action=Do(
        "write archives and resources without times: rcc --format-version 1; gzip -n; "
        'tar --sort=name --mtime="@$SOURCE_DATE_EPOCH" --owner=0 --group=0 --numeric-owner'
    ),
    effect=Effect.REMOVES,
    reaches=(DATA,),
)
TAR_FIX = Fix(
    toolchain="tar",
    action=Do(
        "write the archive with fixed times, owners and order; GNU tar reads them here, under make dist too",
        'export TAR_OPTIONS="--sort=name --mtime=@${SOURCE_DATE_EPOCH:-0} --owner=0 --group=0 --numeric-owner"',
    ),
    effect=Effect.REMOVES,
    reaches=(TAR,),
    since="GNU tar 1.28",
    note="--clamp-mtime beside it keeps older times; git archive: of a commit, not of a tree",
)
PAX_FIX = Fix(
    toolchain="tar",
    action=Do(
        "write the archive with fixed times, owners and order, by these options before the others",
        'tar --sort=name --mtime="@${SOURCE_DATE_EPOCH:-0}" --owner=0 --group=0 --numeric-owner '
        "--pax-option=exthdr.name=%d/PaxHeaders/%f,delete=atime,delete=ctime",
    ),
    effect=Effect.REMOVES,
    reaches=(PAX,),
    since="GNU tar 1.28",
    note="python: tarfile with a filter that sets mtime; sdist: flit and hatchling read SOURCE_DATE_EPOCH, setuptools "
    "does not, and what it made is packed again so",
)
SDIST_FIX = Fix(
    toolchain="python sdists",
    action=Export("SOURCE_DATE_EPOCH", '"$(git log -1 --pretty=%ct)"'),
    effect=Effect.REMOVES,
    reaches=(SDIST,),
    note="flit and hatchling read it; setuptools does not",
)
ZIP_EPOCH = Fix(
    toolchain="python wheels",
    action=Export("SOURCE_DATE_EPOCH", '"$(git log -1 --pretty=%ct)"'),
    effect=Effect.REMOVES,
    reaches=(ZIP, BYTECODE),
    note="bdist_wheel, hatchling, flit and others read it, and Python then writes bytecode that goes by a hash of "
    "its source; Info-ZIP's zip does not read it",
)
ZIP_TOUCH = Fix(
    toolchain="zip, jar",
    action=Do(
        "set the time of every file before it is packed, and pack without extra fields, below UTC (TZ=UTC zip -X -r …)",
        'find . -exec touch -h -d "@${SOURCE_DATE_EPOCH:-315532800}" {} +',
    ),
    effect=Effect.REMOVES,
    reaches=(ZIP,),
    note="jar from JDK 17 on takes --date=2026-01-01T00:00:00Z; Gradle: preserveFileTimestamps = false",
)
GZIP_FIX = Fix(
    toolchain="gzip",
    action=Do("compress with -n, which leaves time and name out", "gzip -n"),
    effect=Effect.REMOVES,
    reaches=(GZIP,),
    note="python: gzip.GzipFile(…, mtime=0); tar: -I 'gzip -n' in place of -z",
)
DEB_FIX = Fix(
    toolchain="dpkg-deb",
    action=Export("SOURCE_DATE_EPOCH", '"$(dpkg-parsechangelog -STimestamp)"'),
    effect=Effect.REMOVES,
    reaches=(DEB,),
    since="dpkg 1.18.11",
    note="dpkg-buildpackage sets it; dpkg-deb lowers later times to it, and uses it for the package's own",
)
SOURCES_FIX = Fix(
    toolchain="dpkg-deb",
    action=Run('find . -exec touch -h -d "@$(dpkg-parsechangelog -STimestamp)" {} +'),
    effect=Effect.REMOVES,
    reaches=(SOURCES,),
    note="do it before the build, at the top of the source tree; or unpack both from one source package",
)
RPM_FIX = Fix(
    toolchain="rpmbuild",
    action=Do(
        "build the package with these macros",
        'rpmbuild --define "use_source_date_epoch_as_buildtime 1" --define "clamp_mtime_to_source_date_epoch 1" '
        '--define "source_date_epoch_from_changelog 1" --define "_buildhost localhost"',
    ),
    effect=Effect.REMOVES,
    reaches=(RPM,),
    since="rpm 4.14",
    note="needs an entry in %changelog, or SOURCE_DATE_EPOCH exported",
)
SQUASHFS_FIX = Fix(
    toolchain="mksquashfs",
    action=Export("SOURCE_DATE_EPOCH", '"$(git log -1 --pretty=%ct)"'),
    effect=Effect.REMOVES,
    reaches=(SQUASHFS,),
    since="squashfs-tools 4.4",
    note="its options -mkfs-time 0 -all-time 0 do the same; with the variable set it refuses them",
)
BYTECODE_FIX = Fix(
    toolchain="python",
    action=Run("python -m compileall --invalidation-mode unchecked-hash ."),
    effect=Effect.REMOVES,
    reaches=(BYTECODE,),
    since="Python 3.7",
)
DISK_FIX = Fix(
    toolchain="any",
    action=Run('find . -exec touch -h -d "@${SOURCE_DATE_EPOCH:-0}" {} +'),
    effect=Effect.REMOVES,
    reaches=(DISK, HELD),
    note="do it in both trees, when they are built; times are only compared where --metadata asks for it",
)
_HOLDERS = {
    "gzip": "a gzip archive that is",
    "zip": "a zip archive that is",
    "Qt": "a table of Qt resources that is",
}
_HELD = (
    TAR_FIX,
    PAX_FIX,
    SDIST_FIX,
    DEB_FIX,
    SOURCES_FIX,
    GZIP_FIX,
    ZIP_EPOCH,
    ZIP_TOUCH,
    RPM_FIX,
    SQUASHFS_FIX,
    BYTECODE_FIX,
    DISK_FIX,
    LAYER_FIX,
    ARCHIVE_FIX,
)


def choose(context: Context, faces: tuple[str, ...]) -> tuple[Fix, ...]:
    """clang from 16 on reads SOURCE_DATE_EPOCH here too; everybody else sets the times of the sources."""
    held = tuple(fix for fix in _HELD if set(fix.reaches) & set(faces))
    if not {STAMP, DATA} & set(faces):
        return held
    return (*_compiled(context, faces), *held)


def _compiled(context: Context, faces: tuple[str, ...]) -> tuple[Fix, ...]:
    modern_clang = user_compiler(context) == "clang" and not older_than(context, "clang", 16)
    if STAMP not in faces:
        return (RESOURCES, TOUCH)
    order = (EPOCH, TOUCH, REDEFINE, RESOURCES) if modern_clang else (TOUCH, REDEFINE, RESOURCES)
    return tuple(fix for fix in order if not fix.reaches or set(fix.reaches) & set(faces))


def _is_own(change: EntryFieldChange) -> bool:
    """True for the time of a member of the package itself."""
    return (change.section or "").endswith("ar header")


def _of_tar(changes: tuple[EntryFieldChange, ...]) -> str:
    """The face of a tar by its format. flit gives PKG-INFO one time, setuptools that of the clock."""
    if not any("PAX" in (change.section or "") for change in changes):
        return TAR
    names = {change.entry.partition("/")[2] for change in changes}
    return SDIST if "pyproject.toml" in names and "PKG-INFO" not in names else PAX


@cause(
    title="the time of a file is compiled in or stored",
    role=Role.ROOT,
    faces={
        STAMP: "__TIMESTAMP__, when the source was last written",
        DATA: "file times in embedded resources or archives",
        TAR: "a tar holds the times of its files",
        PAX: "a tar holds the times of its files in PAX headers",
        SDIST: "a source distribution holds the times of its files",
        ZIP: "a zip, wheel or jar holds the times of its files",
        GZIP: "a gzip header holds the time of what was compressed",
        DEB: "a Debian package holds the times of its files, or its own",
        SOURCES: "files older than SOURCE_DATE_EPOCH keep their times in a Debian package",
        RPM: "an rpm holds the times of its files, or its own",
        SQUASHFS: "a squashfs image holds the times of its files, and its own",
        BYTECODE: "Python bytecode holds the time of its source",
        ARCHIVE: "the archive around an image holds the time of its writing",
        LAYER: "a layer of an image holds the times of its files",
        DISK: "files on disk were written at other times",
        HELD: "another container holds the times of its files",
    },
    fixes=(TOUCH, EPOCH, REDEFINE, RESOURCES, *_HELD),
    references=(
        "GCC manual, __TIMESTAMP__: https://gcc.gnu.org/onlinedocs/cpp/Common-Predefined-Macros.html",
        "LLVM, SOURCE_DATE_EPOCH in clang and what gcc leaves: https://reviews.llvm.org/D135045",
        "Reproducible Builds, archives: https://reproducible-builds.org/docs/archives/",
    ),
    choose=choose,
)
def detect(evidence: EvidenceSet) -> Iterator[Claim]:
    """Texts in asctime form; a changed table of Qt resources whose names and contents are unchanged."""
    texts = [item for item in readings(evidence) if item.kind is TimeKind.FILE]
    if texts:
        first = texts[0].change
        summary = became(first.a.value, first.b.value) if first.a and first.b else ""
        note = texts[0].note or "ctime() in a build script writes the same form"
        proof = min((item.proof for item in texts), key=list(Proof).index)
        yield Claim(STAMP, tuple(item.change for item in texts), proof, summary, note)
    stamps = list(evidence.of(EmbeddedTimeChange))
    if stamps:
        first_stamp = stamps[0]
        yield Claim(
            DATA,
            tuple(stamps),
            # Of Qt's entries it is the distance that tells; a number alone may be anything.
            Proof.SHAPE if first_stamp.kind == "Qt" and len(stamps) == 1 else Proof.RECORDED,
            f"{_HOLDERS[first_stamp.kind]} compiled in holds another time: "
            f"{became(str(first_stamp.a_value), str(first_stamp.b_value))}",
        )
    times = changes_of(evidence, "time", "access-time", "change-time")
    for face, changes in by_face(times, _BY_FORMAT, HELD):
        # dpkg-deb gives the package's own members SOURCE_DATE_EPOCH: where these agree, both builds had one.
        face = SOURCES if face == DEB and not any(_is_own(change) for change in changes) else face
        face = _of_tar(changes) if face == TAR else face
        yield Claim(face, changes, Proof.RECORDED, told(changes))
    sources = [change for change in evidence.of(BytecodeChange) if change.what == "source-mtime"]
    if sources:
        summary = became(sources[0].a_value, sources[0].b_value)
        yield Claim(BYTECODE, tuple(sources), Proof.RECORDED, f"the source of bytecode: {summary}")
    modes = [change for change in evidence.of(BytecodeChange) if change.what == "check-mode"]
    if modes:
        told_so = f"bytecode is checked {became(modes[0].a_value, modes[0].b_value)}"
        yield Claim(BYTECODE, tuple(modes), Proof.SHAPE, told_so, "SOURCE_DATE_EPOCH in one build only does this")
    tables = [change for change in evidence.of(DataChange) if "qt_resource_struct" in (change.symbol or "")]
    contents = any(
        "qt_resource_data" in (c.symbol or "") or "qt_resource_name" in (c.symbol or "")
        for c in evidence.of(DataChange)
    )
    if tables and not contents:
        yield Claim(
            DATA, tuple(tables), Proof.SHAPE, "the table of Qt resources differs, their names and contents do not"
        )
