"""A step after the link was run on one side only, or in another way.

## What it looks like

`strip` takes `.symtab` and `.strtab`, and the loaded sections stay as they were. `strip -g` takes `.debug_*` and the
file symbols: one small program's `.symtab` went from 0x390 to 0x318 bytes, and its build ID stayed the same. `objcopy
--add-gnu-debuglink` adds `.gnu_debuglink`; dwz adds `.gnu_debugaltlink`. prelink leaves `.gnu.prelink_undo`; patchelf
overwrites the old strings of `.dynstr` with `XXXX…`; auditwheel puts a hash into sonames: `libz-dd453c56.so.1`. BOLT
leaves `.bolt.org.text` and `.note.bolt_info`.

## Why it happens

Packaging strips, splits debug information, patches RUNPATH or bundles libraries. One build went through that step,
the other did not, or through another version of the tool.

## How to be sure

The build ID is a digest, and GNU ld's and Go's can be computed again. Where both files carry one ID and it is the
digest of one of them, the other one was changed after its link: that is proof, whatever differs. Code or texts of the
program that differ then were changed in the finished file, by a tool or by hand, and not in the source.

Without that proof an equal ID is a strong sign, if nobody gave it by hand (`--build-id=0x…`). Without an equal ID, a
missing `.symtab` under equal code means a strip step or `-s` at the link; the difference does not matter to the fix.
If the code differs too, look at the other findings first.
"""

from __future__ import annotations

from collections.abc import Iterator

from elfdiff.actions import Do
from elfdiff.causes._facts import inputs_differ, tools_differ, values
from elfdiff.causes._finished import BOLT, DEBUG, EDITED, OPTIMIZER, PATCH, PRELINK, STRIP, proved
from elfdiff.causes._wording import listed
from elfdiff.causes.model import Claim, Proof, cause
from elfdiff.evidence.model import (
    BuildIdKept,
    CodegenUnitChange,
    CompressionChange,
    Context,
    DynamicChange,
    Evidence,
    EvidenceSet,
    ForeignBuildId,
    FunctionChange,
    GoSettingChange,
    HeaderChange,
    LoneSectionChange,
    PathChange,
    PathPlace,
    SectionChange,
    SectionHole,
    StaleGap,
    SymbolsAlone,
    SymbolSetChange,
    TextChange,
    ToolChange,
    UnitNaming,
)
from elfdiff.patterns import late
from elfdiff.report import Effect, Fix, Role

_STRIPPED = frozenset({".symtab", ".strtab"})
_OVERWRITTEN = late(r"X{8,}\Z")
_BUNDLED = late(r"-[0-9a-f]{8}(?=(?:\.\d+)*\.so)")

_STRIP = Fix(
    "binutils",
    Do(
        "run the same strip and objcopy steps on both files, with one version of the tool (strip -D, "
        "objcopy --compress-debug-sections; rustc: -C strip=…; Go: -ldflags=-s)"
    ),
    Effect.REMOVES,
    (STRIP,),
)
_COMPARE = Fix(
    "any",
    Do("compare the files as the linker wrote them, before packaging"),
    Effect.REMOVES,
    (STRIP, PATCH, DEBUG),
)
_PATCH = Fix(
    "any",
    Do("run the same patchelf, chrpath or auditwheel (one version) on both files, and no prelink"),
    Effect.REMOVES,
    (PATCH,),
)
_DWZ = Fix(
    "debugedit, dwz",
    Do("run the same dwz and debugedit on both, and build in a directory of fixed name"),
    Effect.REMOVES,
    (DEBUG,),
)
_BOLT_FIX = Fix(
    "llvm-bolt",
    Do("run one version of BOLT or propeller with one kept profile on both files, or on neither"),
    Effect.REMOVES,
    (OPTIMIZER,),
)
_COPY = Fix(
    "any",
    Do(
        "compare the changed file's checksum with that of the file that the linker wrote, and copy or build it anew: "
        "the source and the flags are not the reason"
    ),
    Effect.REMOVES,
    (EDITED,),
)
_ALL = (_COPY, _STRIP, _PATCH, _DWZ, _BOLT_FIX, _COMPARE)


def choose(context: Context, faces: tuple[str, ...]) -> tuple[Fix, ...]:
    """The fixes that reach a face of this pair."""
    return tuple(fix for fix in _ALL if set(fix.reaches) & set(faces))


@cause(
    title="a step after the link changed one of the files",
    role=Role.ROOT,
    unread=True,
    faces={
        DEBUG: "debugedit or dwz rewrote the debug information",
        STRIP: "strip or objcopy was run on one side",
        OPTIMIZER: "BOLT or another post-link optimiser ran on one side, or with other options",
        EDITED: "bytes of a finished file were changed, by hand or by damage",
        PATCH: "patchelf, chrpath, prelink or auditwheel changed the file",
    },
    fixes=_ALL,
    references=(
        "strip(1), objcopy(1): --only-keep-debug, --add-gnu-debuglink",
        "reproducible-builds.org: build path, on debugedit",
        "patchelf and auditwheel sources; prelink(8)",
        "llvm-project: bolt/README.md",
    ),
    choose=choose,
    after_link=True,
)
def detect(evidence: EvidenceSet) -> Iterator[Claim]:
    # Where only digests differ, it is one link with other debug files beside it.
    if evidence.changed_after_link is not None and not evidence.context.only_hashes_differ:
        yield from proved(evidence, evidence.changed_after_link)
        return
    names = [change for change in evidence.of(SymbolSetChange) if change.table == "symtab"]
    if names and evidence.has(SymbolsAlone) and evidence.context.has_debug:
        # Debug information names functions and variables as the source does, and it is equal.
        yield Claim(
            EDITED,
            (*names, *evidence.of(BuildIdKept)),
            Proof.SHAPE,
            "names of symbols differ, and all that the build ID covers, debug information included, is equal",
            "objcopy --redefine-sym and its like do this, an edit or damage too",
        )
    for foreign in evidence.of(ForeignBuildId):
        # A consequence names the bytes; here is why no other file has to be looked for.
        summary = f"the build ID of {foreign.side} is not the digest of its contents, and the other file's is"
        note = "stripped since, edited, damaged, or given by hand (--build-id=0x…)"
        yield Claim(EDITED, (foreign,), Proof.SHAPE, summary, note)
    for gap in evidence.of(StaleGap):
        summary = "debugedit or a tool like it moved sections, and left what stood in front of the section headers"
        note = "the directories that it took away were not equally long"
        yield Claim(DEBUG, (gap,), Proof.SHAPE, summary, note)
    one_sided = [s for s in evidence.of(SectionChange) if s.status in ("added", "removed")]
    kept = tuple(evidence.of(BuildIdKept))
    bare = [change for change in evidence.of(HeaderChange) if change.field_name == "section headers"]
    if bare:
        yield Claim(
            STRIP,
            tuple(bare),
            Proof.RECORDED if kept else Proof.SHAPE,
            f"only {'b' if bare[0].a_value == 'none' else 'a'} has section headers: "
            "sstrip or llvm-strip --strip-sections takes them away",
        )
        return
    holes = list(evidence.of(SectionHole))
    if holes:
        gone = [*holes, *(s for s in one_sided if s.name in {hole.name for hole in holes})]
        summary = f"{listed(hole.name for hole in holes)} was taken out of {holes[0].side} after the link"
        yield Claim(STRIP, (*gone, *kept), Proof.RECORDED, f"{summary}: its place is empty")
    named = _without_comment(evidence)
    if not tools_differ(named):
        yield from _strip(named, one_sided, kept)
    yield from _patched(evidence, one_sided, kept)
    bolt = [section for section in one_sided if section.name in BOLT]
    if bolt:
        yield Claim(
            OPTIMIZER,
            tuple(bolt),
            Proof.RECORDED,
            f"only {_side(bolt[0])} went through BOLT ({bolt[0].name})",
            explains_code=True,
        )
    options = [change for change in evidence.of(LoneSectionChange) if change.name == ".note.bolt_info"]
    if options:
        yield Claim(OPTIMIZER, tuple(options), Proof.RECORDED, "only BOLT's record of its options differs")
    dwz = [section for section in one_sided if section.name == ".gnu_debugaltlink"]
    if dwz:
        yield Claim(
            DEBUG,
            tuple(dwz),
            Proof.RECORDED,
            f"only {_side(dwz[0])} went through dwz (.gnu_debugaltlink)",
        )


def _without_comment(evidence: EvidenceSet) -> EvidenceSet:
    """The facts but for tools that only one side names because strip or objcopy took .comment from the other."""
    gone = any(s.name == ".comment" and s.status in ("added", "removed") for s in evidence.of(SectionChange))
    if not gone:
        return evidence
    kept = (
        item
        for item in evidence.items
        if not isinstance(item, ToolChange) or (item.a_tool is not None and item.b_tool is not None)
    )
    return EvidenceSet(tuple(kept), evidence.context)


def _side(section: SectionChange) -> str:
    return "b" if section.status == "added" else "a"


def _strip(evidence: EvidenceSet, one_sided: list[SectionChange], kept: tuple[BuildIdKept, ...]) -> Iterator[Claim]:
    """Tables or debug information that only one side has.

    An object file without debug information never had it as a rule: the compiler was not asked, which build-flags says.
    """
    if evidence.context.relocatable or any(change.key == "-ldflags" for change in evidence.of(GoSettingChange)):
        return
    loaded = any(section.allocated for section in one_sided)
    tables = [section for section in one_sided if section.name in _STRIPPED]
    debug = [section for section in one_sided if section.name.startswith((".debug_", ".zdebug_"))]
    links = [section for section in one_sided if section.name == ".gnu_debuglink"]
    found: list[Evidence] = []
    said: list[str] = []
    sure = True
    if any(section.name == ".symtab" for section in tables):
        side = "a" if _side(tables[0]) == "b" else "b"
        found += [*tables, *debug]
        said.append(f"{side} was stripped of its symbols")
        sure = not loaded and not _built_otherwise(evidence)
    elif debug and (kept or (_symtab_shrank(evidence, debug[0]) and not _built_otherwise(evidence))):
        side = "a" if _side(debug[0]) == "b" else "b"
        found += debug
        said.append(f"{side} was stripped of its debug information")
    if links:
        found += links
        said.append(f"only {_side(links[0])} has .gnu_debuglink")
    compressed = [c for c in evidence.of(CompressionChange) if c.a_method != c.b_method]
    if kept and compressed:
        found += compressed
        said.append("debug sections were compressed after the link")
    if found:
        yield Claim(
            STRIP,
            (*found, *kept),
            Proof.RECORDED if sure or kept else Proof.SHAPE,
            "; ".join(said),
            None if kept else "-s or -Wl,--strip-all at the link does the same",
        )


def _built_otherwise(evidence: EvidenceSet) -> bool:
    """True if the compiler was told other things: cargo's profiles, for one, strip as they go."""
    changed = any(function.certain for function in evidence.of(FunctionChange))
    named = any(not change.imports for change in evidence.of(SymbolSetChange))
    return changed or named or evidence.has(UnitNaming) or evidence.has(CodegenUnitChange) or inputs_differ(evidence)


def _symtab_shrank(evidence: EvidenceSet, debug: SectionChange) -> bool:
    """The side without debug information has the smaller symbol table: strip -g drops file and section symbols."""
    for section in evidence.of(SectionChange):
        if section.name == ".symtab" and section.a_size is not None and section.b_size is not None:
            return section.a_size < section.b_size if debug.status == "added" else section.b_size < section.a_size
    return False


def _patched(evidence: EvidenceSet, one_sided: list[SectionChange], kept: tuple[BuildIdKept, ...]) -> Iterator[Claim]:
    prelinked = [section for section in one_sided if section.name in PRELINK]
    overwritten = [
        text
        for text in evidence.of(TextChange)
        if text.section == ".dynstr" and any(_OVERWRITTEN.match(value) for value in values(text))
    ]
    if prelinked:
        yield Claim(PATCH, tuple(prelinked), Proof.RECORDED, f"only {_side(prelinked[0])} was prelinked")
    entries: list[Evidence] = [
        e for e in evidence.of(DynamicChange) if e.tag in ("DT_RUNPATH", "DT_RPATH", "DT_NEEDED", "DT_SONAME")
    ]
    entries += [p for p in evidence.of(PathChange) if p.place in (PathPlace.RUNPATH, PathPlace.INTERPRETER)]
    if overwritten or (kept and entries):
        shown = (
            "old strings of .dynstr were overwritten with X"
            if overwritten
            else "the build ID is equal, .dynamic is not"
        )
        yield Claim(PATCH, (*overwritten, *entries, *kept), Proof.RECORDED, shown)
        return
    bundled = [
        entry
        for entry in evidence.of(DynamicChange)
        if entry.a_value
        and entry.b_value
        and _BUNDLED.search(entry.a_value)
        and _same_library(entry.a_value, entry.b_value)
    ]
    if bundled:
        yield Claim(
            PATCH,
            tuple(bundled),
            Proof.SHAPE,
            f"{bundled[0].a_value} became {bundled[0].b_value}",
            "the hash is of the bundled library's content: compare that library",
        )


def _same_library(a: str, b: str) -> bool:
    return _BUNDLED.sub("", a) == _BUNDLED.sub("", b) and bool(_BUNDLED.search(b))
