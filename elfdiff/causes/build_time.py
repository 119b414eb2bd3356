r"""The clock of the build is compiled in.

## What it looks like

Two texts that are equal but for a date or a time, the later build holding the later value:

```
.rodata  a  Nov 23 2026 01:29:37      from __DATE__ " " __TIME__
         b  Nov 23 2026 01:30:31
.rodata  a  built 2026-11-23T01:29:37Z     from a build script
         b  built 2026-11-23T01:30:31Z
.data    a  build_epoch = 1795397377
         b  build_epoch = 1795397431
```

`__DATE__` has 11 characters with the day padded by a space, `__TIME__` has 8. A minute apart, that is one or
two bytes; nothing else moves, as these texts keep their length. A year in a copyright line differs only across
New Year. In a kernel the banner (`Linux version … #1 SMP … Nov 23 01:29:37 UTC 2026`) holds the date beside
user, host and build counter, which are causes of their own.

## Why it happens

`__DATE__` and `__TIME__` are the compiler's clock, in the local time zone. Build scripts call `date`, CMake's
`string(TIMESTAMP)`, vergen in Rust or `-X main.date=$(date)` in Go. SOURCE_DATE_EPOCH is the agreement that
replaces all of them: seconds since 1970 of the last change of the source. A program has to read it. gcc does
since 7 and clang since 16; a line of shell does not unless somebody wrote so.

## How to be sure

The form gives the source away: `Mmm dd yyyy hh:mm:ss` is the compiler's, anything else a script's. `Ddd Mmm dd
hh:mm:ss yyyy` without a zone is `__TIMESTAMP__` or ctime(), see `file-times`. Two times that differ by whole
quarters of an hour, or whose texts name different zones of one moment, are `time-zone`. A commit's date goes
with the commit: see `vcs-state`. Both sides at midnight UTC, 1970-01-01 or 1980-01-01 mean that both builds did
fix their clock, to different values.

What the bytes cannot tell: whether SOURCE_DATE_EPOCH was set from a commit's time in both builds and the
commits differ (that looks like a clock), and who typed a date that stands alone. Two builds in a row with the
variable set tell it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from elfdiff.actions import AddWords, Do, Export
from elfdiff.causes._facts import besides
from elfdiff.causes._images import ATTESTATION_FIX, TIME_FACES, TIME_FIXES, image_attestations, image_times
from elfdiff.causes._rows import fix_for
from elfdiff.causes._times import OF_FORMATS, TimeKind, TimeReading, agreeing, names_a_time, readings, says_built
from elfdiff.causes._tools import has_c, older_than, user_compiler
from elfdiff.causes._wording import became
from elfdiff.causes.model import Claim, Proof, cause
from elfdiff.evidence.model import (
    Context,
    Evidence,
    EvidenceSet,
    FunctionChange,
    IntegerChange,
    TimeChange,
    WordChange,
    WordKind,
)
from elfdiff.patterns import late
from elfdiff.report import Effect, Fix, Role
from elfdiff.toolchains import Purpose

COMPILER, SCRIPT, COPYRIGHT = "time-cpp-date-time", "time-build-script-date", "time-copyright-year"
BANNER, MISMATCH = "time-kernel-banner", "env-sde-mismatch"
GENERATED, RECORD = "time-in-generated-file", "time-in-build-record"

_FACES = {
    TimeKind.COMPILER: COMPILER,
    TimeKind.SCRIPT: SCRIPT,
    TimeKind.COPYRIGHT: COPYRIGHT,
    TimeKind.BANNER: BANNER,
    TimeKind.EPOCH_MISMATCH: MISMATCH,
}

EPOCH = fix_for("gcc, clang", Purpose.FIX_CLOCK, COMPILER, MISMATCH)
REDEFINE = Fix(
    toolchain="gcc, clang",
    action=AddWords(
        ("CFLAGS", "CXXFLAGS"), ("-Wno-builtin-macro-redefined", "-D__DATE__=__VERSION__", "-D__TIME__=__VERSION__")
    ),
    effect=Effect.REMOVES,
    reaches=(COMPILER,),
    note="compilers that ignore SOURCE_DATE_EPOCH need it; the date then reads as the compiler's version",
)
SCRIPT_LINE = Fix(
    toolchain="build script",
    action=Do("where the script writes a date, let it call this", 'date -u -d "@${SOURCE_DATE_EPOCH:-$(date +%s)}"'),
    effect=Effect.REMOVES,
    reaches=(SCRIPT, COPYRIGHT),
    note="needs SOURCE_DATE_EPOCH exported; the variable alone does nothing unless the script reads it "
    "(CMake's string(TIMESTAMP) and vergen do)",
)
GENERATORS = Fix(
    toolchain="generators of documentation and packages",
    action=Export("SOURCE_DATE_EPOCH", '"$(git log -1 --pretty=%ct)"'),
    effect=Effect.REMOVES,
    reaches=(GENERATED, MISMATCH),
    note="help2man, Pod::Man, Sphinx, Doxygen, Asciidoctor, cairo, pdfTeX, cargo-cyclonedx and others read it",
)
RECORDED = Fix(
    toolchain="dpkg-genbuildinfo",
    action=Do("leave the record out of the comparison (--exclude '*.buildinfo'): it says when each build ran"),
    effect=Effect.MASKS,
    reaches=(RECORD,),
    note="Build-Date is the clock's, whatever SOURCE_DATE_EPOCH is",
)
ANY_SCRIPT = Fix(
    toolchain="build script",
    action=Do(
        "let the script that writes the date read SOURCE_DATE_EPOCH, and export it (python: "
        'time.gmtime(int(os.environ.get("SOURCE_DATE_EPOCH", time.time())))); in a shell',
        'date -u -d "@${SOURCE_DATE_EPOCH:-$(date +%s)}"',
    ),
    effect=Effect.REMOVES,
    reaches=(SCRIPT, COPYRIGHT),
    note="the variable alone does nothing unless the script reads it",
)
GO_VARIABLE = Fix(
    toolchain="go",
    action=Do(
        'leave the time out of -ldflags "-X …=…", or put there what this prints',
        'date -u -d "@${SOURCE_DATE_EPOCH:-$(date +%s)}" +%FT%TZ',
    ),
    effect=Effect.REMOVES,
    reaches=(SCRIPT, COPYRIGHT),
    note="go itself compiles no date in and reads no SOURCE_DATE_EPOCH",
)
ADA = fix_for("gnat", Purpose.FIX_CLOCK, COMPILER, SCRIPT)
FORTRAN = fix_for("gfortran", Purpose.FIX_CLOCK, COMPILER)
PASCAL = fix_for("fpc", Purpose.FIX_CLOCK, COMPILER, SCRIPT)
KERNEL = Fix(
    toolchain="kbuild",
    action=Export("KBUILD_BUILD_TIMESTAMP", '"$(git log -1 --pretty=%cI)"'),
    effect=Effect.REMOVES,
    reaches=(BANNER,),
    note="user, host and build counter of the banner have variables of their own: KBUILD_BUILD_USER, "
    "KBUILD_BUILD_HOST, KBUILD_BUILD_VERSION",
)


def choose(context: Context, faces: tuple[str, ...]) -> tuple[Fix, ...]:
    """SOURCE_DATE_EPOCH where the compiler knows it, the line for the script where a script wrote the date."""
    if context.plain:
        return tuple(
            fix
            for fix in (*TIME_FIXES, ATTESTATION_FIX, GENERATORS, ANY_SCRIPT, RECORDED)
            if set(fix.reaches) & set(faces)
        )
    found: list[Fix] = []
    spoken = set(context.languages)
    for language, fix in (("ada", ADA), ("pascal", PASCAL)):
        if language in spoken and not spoken & {"c", "c++"} and {COMPILER, SCRIPT} & set(faces):
            return (fix, *((EPOCH,) if MISMATCH in faces else ()))
    if COMPILER in faces and "fortran" in spoken and not spoken & {"c", "c++"}:
        found.append(FORTRAN)
    elif COMPILER in faces and _ignores_epoch(context):
        found.append(REDEFINE)
    if {COMPILER, MISMATCH, SCRIPT, COPYRIGHT} & set(faces) and not (found and set(faces) == {COMPILER}):
        found.append(EPOCH)
    found += [fix for fix in (GO_VARIABLE if "go" in spoken else SCRIPT_LINE, KERNEL) if set(fix.reaches) & set(faces)]
    return tuple(found)


def _ignores_epoch(context: Context) -> bool:
    if not has_c(context):
        return False
    if user_compiler(context) == "clang":
        return older_than(context, "clang", 16)
    return older_than(context, "gcc", 7)


@cause(
    title="the clock of the build is compiled in",
    role=Role.ROOT,
    faces={
        COMPILER: "__DATE__ and __TIME__, the compiler's clock",
        SCRIPT: "a date or time that a build script wrote",
        COPYRIGHT: "the year of the build in a copyright line",
        GENERATED: "a date that a generator of documentation, packages or SBOMs wrote",
        RECORD: "the date of the build in a .buildinfo, which records it",
        BANNER: "the date in a kernel's banner",
        MISMATCH: "both builds fixed their clock, to different values",
        **TIME_FACES,
    },
    fixes=(
        EPOCH,
        REDEFINE,
        SCRIPT_LINE,
        ANY_SCRIPT,
        RECORDED,
        GENERATORS,
        GO_VARIABLE,
        ADA,
        FORTRAN,
        PASCAL,
        KERNEL,
        *TIME_FIXES,
        ATTESTATION_FIX,
    ),
    references=(
        "SOURCE_DATE_EPOCH: https://reproducible-builds.org/specs/source-date-epoch/",
        "Reproducible Builds, timestamps: https://reproducible-builds.org/docs/timestamps/",
        "LLVM, SOURCE_DATE_EPOCH in clang: https://reviews.llvm.org/D135045",
        "Linux, reproducible builds: https://docs.kernel.org/kbuild/reproducible-builds.html",
    ),
    choose=choose,
)
def detect(evidence: EvidenceSet) -> Iterator[Claim]:
    """Texts by their form; numbers that repeat a text's two moments, or whose symbol says that they are times."""
    read = readings(evidence)
    released = any(word.kind is WordKind.VERSION for word in evidence.of(WordChange))
    found: dict[str, list[tuple[Evidence, Proof]]] = defaultdict(list)
    first: dict[str, TimeReading] = {}
    for item in read:
        face = _FACES.get(item.kind)
        if face == SCRIPT and evidence.context.plain and _is_generated(item):
            face = GENERATED
        if evidence.context.plain and face in (SCRIPT, GENERATED):
            face = _OF_RECORDS.get(item.change.symbol or "", face)
        if face is not None:
            found[face].append((item.change, _believed(item, released, evidence)))
            first.setdefault(face, item)
    for number in evidence.of(IntegerChange):
        if not number.seconds:
            continue
        text = agreeing(number, read)
        if text is not None and text.kind in _FACES:
            found[SCRIPT].append((number, Proof.RECORDED))
        elif text is None and names_a_time(number.symbol):
            found[SCRIPT].append((number, Proof.SHAPE))
        elif text is None and (number.section or "").startswith(".text"):
            found[SCRIPT].append((number, Proof.SHAPE if _is_alone(evidence) else Proof.CONSISTENT))
    summary = _summary(first, found)
    for face, facts in found.items():
        proof = min((level for _, level in facts), key=list(Proof).index)
        told = first[face].note if face in first else None
        yield Claim(face, tuple(fact for fact, _ in facts), proof, summary, told or _NOTES.get(face))
    yield from image_times(evidence)
    yield from image_attestations(evidence)


_GENERATOR = late(
    r"(?i)\b(?:doxygen|sphinx|help2man|pod::man|asciidoc(?:tor)?|docutils|javadoc|groff|cairo|pdftex|cyclonedx)\b"
)

_OF_RECORDS = {"Build-Date": RECORD, "SOURCE_DATE_EPOCH": MISMATCH}
"""Fields of a .buildinfo (deb-buildinfo(5)) → face."""


def _is_generated(item: TimeReading) -> bool:
    return item.change.symbol in OF_FORMATS or bool(_GENERATOR.search(item.change.context))


_NOTES = {
    SCRIPT: "SOURCE_DATE_EPOCH helps only where the script reads it",
    COPYRIGHT: "somebody may have changed the year by hand",
    MISMATCH: "both values look fixed: agree on one SOURCE_DATE_EPOCH",
}


_DATES = frozenset(
    {
        "iso-date",
        "slash-date",
        "numeric-date",
        "short-date",
        "dotted-date",
        "compact-date",
        "day-month-year",
        "month-day-year",
        "year-month-day",
        "month-year",
        "year",
    }
)
_TYPED = late(r"(?i)release|version|since|copyright|expir|valid|effective|snapshot|revised|\bv?\d+\.\d+")


def _is_alone(evidence: EvidenceSet) -> bool:
    """True if beside one function nothing differs but times and what follows: no edit changes such a number alone."""
    functions = sum(change.certain for change in evidence.of(FunctionChange))
    return functions <= 1 and not besides(evidence, FunctionChange, TimeChange, IntegerChange)


def _believed(item: TimeReading, released: bool, evidence: EvidenceSet) -> Proof:
    """People type dates too: years of a copyright, dates of a release. The clock mostly writes a time of day as
    well."""
    stamp = item.change.a_time
    if stamp.form == "year" and (item.change.section or "").startswith(".text"):
        return Proof.SHAPE if _is_alone(evidence) else Proof.CONSISTENT
    bare = stamp.form == "compact-date" and not says_built(item.change)
    typed = released or bare or stamp.form == "year" or _TYPED.search(item.change.context)
    if stamp.form in _DATES and stamp.clock is None and typed:
        return Proof.CONSISTENT
    return item.proof


def _summary(first: dict[str, TimeReading], found: dict[str, list[tuple[Evidence, Proof]]]) -> str:
    for item in first.values():
        if item.change.a is not None and item.change.b is not None:
            return became(item.change.a.value.strip(), item.change.b.value.strip())
    for facts in found.values():
        for fact, _ in facts:
            if isinstance(fact, IntegerChange):
                return f"{fact.symbol or 'a number'}: {became(str(fact.a_value), str(fact.b_value))}"
    return ""
