r"""The source differs.

## What it looks like

Functions whose instructions differ by more than addresses, functions or variables on one side only, texts that
one side lacks, constants that changed; with clang's DWARF 5 the MD5 of the source file:

```
parse_line    a  cmp $0x50,%eax        .rodata  a  usage: store [-v] FILE
              b  cmp $0x78,%eax                 b  usage: store [-v] [-q] FILE
.debug_line   parse.c  a  MD5 0c5a…91  b  MD5 7be2…04
```

## Why it happens

Another commit, a dirty tree, a patch that one build applied, a generated file that came out otherwise, or
somebody changed the source on purpose. The last is what comparing builds is for, so no such difference is ever
explained away.

## How to be sure

A source file's MD5 in the line table is decisive, and so are a source file that was compiled under another name, lines
that moved, and another version of the program's own package in its dependency list. Without them `-D` options or what
configure found make the same picture, so elfdiff says likely. It says nothing of the kind where a compiler, recorded
flags, incremental units or a dependency's version explain changed code, and only "possible" where most functions
changed at once, where more than six and three in a hundred did and no text, name or object beside them, or where those
that did hold the same constants and calls in another arrangement: flags do that, too.

A single constant that looks like a time, in a function or in data, is no changed source: see `build-time`. A
directory, a date, a host name or a revision in a text has a cause of its own. Bytes that look drawn at random, and
the same items in another order, are no sign of another source either: builds of one source draw and order anew.

**No flag fixes this.** Build both from the same commit, with a clean tree, and compare again.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from elfdiff.causes._alone import unspoken
from elfdiff.causes._code import code_changed, nearly_all_changed
from elfdiff.causes._codegen import is_clean
from elfdiff.causes._commits import two_commits
from elfdiff.causes._doubts import explained, is_other_version, weighed
from elfdiff.causes._images import image_order
from elfdiff.causes._leftover import is_program, leftover
from elfdiff.causes._paths import is_dependency, is_foreign
from elfdiff.causes._places import is_loader
from elfdiff.causes._programs import hardly_alike, two_programs
from elfdiff.causes._wording import listed
from elfdiff.causes.model import Claim, Fallout, Others, Proof, cause
from elfdiff.evidence.model import (
    CodegenUnitChange,
    DependencyDrift,
    DynamicChange,
    Evidence,
    EvidenceSet,
    IntegerChange,
    LineNumbersChange,
    MembersChange,
    ModuleInfoChange,
    OrderChange,
    PathChange,
    SourceDigestChange,
    SourceRenamed,
    SymbolRenamed,
    TextChange,
    TextOrderChange,
    TimeChange,
    WordChange,
    WordKind,
)
from elfdiff.report import Role

FACE = "source-change"

_RELEASE_NOTE = "cargo build --locked does not bring an older release of the program back"
_TYPED_NOTE = "somebody may have written both; a build script that writes it looks the same"
_MEMBERS_NOTE = (
    "a list of sources that configure made can be the reason; in each case the builds were given other objects"
)


def _residue(evidence: EvidenceSet, others: Others) -> Iterator[Claim]:
    """Code, names, texts and data that nobody claimed, where nothing explains that code and texts changed."""
    proved = bool(_releases(evidence)) or evidence.has(SourceDigestChange)
    sums = [entry for entry in evidence.of(ModuleInfoChange) if entry.key == "srcversion"]
    if sums and all(entry.a_value and entry.b_value for entry in sums) and not _stamped(evidence, others):
        summary = "another srcversion in .modinfo: kbuild's digest of the module's own source files"
        yield Claim(FACE, tuple(sums), Proof.RECORDED, summary, explains_code=True)
    if hardly_alike(evidence) or others.explains_code or explained(evidence):
        return
    lines = [change for change in evidence.of(LineNumbersChange) if _is_own(change.file)]
    sure = bool(lines) and not evidence.has(OrderChange) and not evidence.has(TextOrderChange)
    if lines:
        shown = (f"line {change.a_line} of {_name(change.file)} became {change.b_line}" for change in lines)
        proof, note = (
            (Proof.RECORDED, None)
            if sure
            else (Proof.SHAPE, "a generated file whose parts stand in another order looks the same")
        )
        yield Claim(FACE, tuple(lines), proof, listed(shown), note, explains_code=sure)
    if any(
        change.tag == "DT_NEEDED" and not is_loader(change.a_value or change.b_value or "")
        for change in evidence.of(DynamicChange)
    ):
        return  # what configure found, or the source: configure-result speaks of both
    anew = nearly_all_changed(evidence) and is_clean(evidence)
    if not proved and (others.explain(Fallout.HASHES) or anew):
        return  # flags do that, or a compiler without a mark: build-flags speaks of it
    left = leftover(evidence, others)
    if left.members:
        given = not evidence.has(CodegenUnitChange)
        yield Claim(
            FACE,
            left.members,
            Proof.SHAPE if given else Proof.CONSISTENT,
            _members(left.members),
            _MEMBERS_NOTE if given else None,
        )
    facts: list[Evidence] = [*left.functions, *left.names, *left.texts, *left.data]
    if not facts:
        if left.typed and not left.members:
            yield Claim(FACE, left.typed, Proof.CONSISTENT, left.typed_summary, _TYPED_NOTE)
        elif not others.owned and not lines and not left.members:
            for alone, proof, summary in unspoken(evidence):
                yield Claim(FACE, alone, proof, summary)
        return
    if is_other_version(left):
        facts += [change for change in evidence.of(SymbolRenamed) if change.scheme.startswith("rust")]
    proof, note = (Proof.RECORDED, None) if proved or sure else weighed(evidence, left)
    summary = _versions(left.texts) + left.summary if left.functions else left.summary
    yield Claim(FACE, tuple(facts), proof, summary, note, explains_code=bool(left.functions))


@cause(
    title="the source differs",
    role=Role.INPUT,
    faces={FACE: "other functions, texts or constants"},
    references=(
        "Reproducible Builds, what a difference may mean: https://reproducible-builds.org/docs/definition/",
        "DWARF 5, section 6.2.4.1, MD5 of source files: https://dwarfstd.org/dwarf5std.html",
    ),
    of_two_programs=True,
    residue=_residue,
)
def detect(evidence: EvidenceSet) -> Iterator[Claim]:
    """Decisive facts: other programs, other digests, another release, another name of a source file, other steps."""
    yield from image_order(evidence)
    programs = two_programs(evidence)
    if programs is not None:
        summary = f"two programs, not two builds of one: {programs.a} and {programs.b}"
        yield Claim(FACE, (programs.fact,), Proof.RECORDED, summary, explains_code=True, apart=True)
        return
    unlike = hardly_alike(evidence)
    if unlike is not None:
        least = min(unlike.a_only, unlike.b_only) + unlike.common
        summary = f"two programs? Of {least} texts of the smaller one {unlike.common} are in both"
        yield Claim(FACE, (unlike,), Proof.SHAPE, summary, explains_code=True)
        return
    digests = tuple(evidence.of(SourceDigestChange))
    if digests:
        summary = f"{listed(change.file for change in digests)}: another MD5 in the line table"
        yield Claim(FACE, digests, Proof.RECORDED, summary, explains_code=True)
    releases = _releases(evidence)
    if releases:
        summary = f"another release of the program itself: {listed(map(_release, releases))}"
        yield Claim(FACE, releases, Proof.RECORDED, summary, _RELEASE_NOTE, explains_code=True)
    sonames = [change for change in evidence.of(DynamicChange) if change.tag == "DT_SONAME"]
    named = tuple(change for change in sonames if change.a_value and change.b_value)
    if named:
        summary = f"another release or name of the library: {named[0].a_value} became {named[0].b_value}"
        yield Claim(FACE, named, Proof.RECORDED, summary, explains_code=False)
    commits = two_commits(evidence)
    if commits:
        first = commits[0]
        summary = f"built from two commits: {first.a_value} became {first.b_value}"
        yield Claim(FACE, commits, Proof.RECORDED, summary, explains_code=True)
    renamed = tuple(evidence.of(SourceRenamed))
    if renamed:
        pairs = listed(f"{change.a_name} became {change.b_name}" for change in renamed)
        said = "a source file was exchanged" if code_changed(evidence) else "a source file has another name"
        yield Claim(FACE, (*renamed, *_naming(evidence, renamed)), Proof.RECORDED, f"{said}: {pairs}")


def _releases(evidence: EvidenceSet) -> tuple[DependencyDrift, ...]:
    """The program's own packages in the dependency lists, if they have another version."""
    return tuple(
        drift
        for drift in evidence.of(DependencyDrift)
        if drift.local and drift.a_version != drift.b_version and drift.change != "format"
    )


def _versions(texts: Sequence[Evidence]) -> str:
    """What comes first where a text tells another version and the code differs as well."""
    for text in texts:
        if isinstance(text, WordChange) and text.kind is WordKind.VERSION:
            return f"another release? {text.a_word} became {text.b_word}; "
    return ""


def _naming(evidence: EvidenceSet, renamed: Sequence[SourceRenamed]) -> list[Evidence]:
    """Texts that hold the old name in a or the new one in b: __FILE__, and what debug information says."""
    found: list[Evidence] = []
    for fact in (*evidence.of(TextChange), *evidence.of(WordChange), *evidence.of(PathChange)):
        a, b = fact.a.value if fact.a else "", fact.b.value if fact.b else ""
        if any(
            (not a or a.endswith(change.a_name)) and (not b or b.endswith(change.b_name)) and (a or b)
            for change in renamed
        ):
            found.append(fact)
    return found


def _stamped(evidence: EvidenceSet, others: Others) -> bool:
    """True if a time or a word changed that another cause claims: it may stand in a generated header."""
    kinds = (TimeChange, WordChange, IntegerChange)
    return any(
        isinstance(fact, kinds) and id(fact) in others.owned | others.followed and is_program(fact)
        for fact in evidence.items
    )


def _is_own(file: str) -> bool:
    """False for a header of the system, of a toolchain or of a dependency: another version of those was installed."""
    return not is_foreign(file) and not is_dependency(file)


def _name(file: str) -> str:
    return file.rsplit("/", 1)[-1]


def _release(drift: DependencyDrift) -> str:
    if drift.a_version is None or drift.b_version is None:
        return f"{drift.name} is in {'b' if drift.a_version is None else 'a'} only"
    return f"{drift.name} {drift.a_version} became {drift.b_version}"


def _members(changes: Sequence[MembersChange]) -> str:
    """Objects that only one of two archives has; what they hold needs no further word."""
    return "; ".join(
        f"only {side} has the {'member' if len(names) == 1 else 'members'} {listed(names)}"
        for change in changes
        for side, names in (("a", change.a_only), ("b", change.b_only))
        if names
    )
