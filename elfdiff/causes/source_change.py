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

A source file's MD5 in the line table is decisive, and so are a source file that was compiled under another name
(`x.c` in one list of files, `y.c` in the other), lines that moved (everything behind line 11 of a file
is two lines further down), and another version of the program's own package in its dependency list. Without them
the same picture can come from `-D` options or from what configure found, so elfdiff says likely: in each case the
two builds were given different things. It says nothing of the kind where a compiler, recorded flags, incremental
units or a dependency's version explain changed code, and only "possible" where most functions changed at once, as
optimisation flags would do.

A single constant that looks like a time, in a function or in data, is no changed source: see `build-time`. A
directory, a date, a host name or a revision in a text has a cause of its own.

**No flag fixes this.** Build both from the same commit, with a clean tree, and compare again.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from elfdiff.causes._code import (
    code_changed,
    differs_in_numbers,
    edited,
    may_be_address,
    most_changed,
    nearly_all_changed,
    numbers_of,
)
from elfdiff.causes._codegen import is_clean, unrecorded
from elfdiff.causes._counters import counters
from elfdiff.causes._digests import digests as digest_texts
from elfdiff.causes._facts import values
from elfdiff.causes._mangling import swaps
from elfdiff.causes._paths import is_dependency, is_foreign, joined, lone_directories
from elfdiff.causes._profiles import hashes_explain, only_library, several_crates, units_set
from elfdiff.causes._programs import hardly_alike, two_programs
from elfdiff.causes._tools import compiler_changed, languages
from elfdiff.causes._wording import listed, quoted
from elfdiff.causes.model import Match, cause, matches_of
from elfdiff.evidence.facts import ImportOrderChange, LibcChange
from elfdiff.evidence.model import (
    CodegenUnitChange,
    CompressionChange,
    DataChange,
    DependencyDrift,
    DynamicChange,
    EmbeddedTimeChange,
    Evidence,
    EvidenceSet,
    FlagChange,
    FunctionChange,
    FunctionTotals,
    GoSettingChange,
    IntegerChange,
    LineNumbersChange,
    LoneSectionChange,
    MembersChange,
    ModuleInfoChange,
    OrderChange,
    PathChange,
    PathPlace,
    SectionChange,
    SourceDigestChange,
    SourceRenamed,
    SplitUnitIdChange,
    SymbolRenamed,
    SymbolSetChange,
    TextChange,
    TextOrderChange,
    TimeChange,
    ToolChange,
    UnitNaming,
    WordChange,
    WordKind,
)
from elfdiff.report import Confidence, Role

FEW = 10
BLOCK = 16
MOST_REPLACED, ENOUGH_KEPT = 80, 12
FIRST_TIME = 1_100_000_000
FIRST_LETTERS = 1 << 15
MARGIN = 4
FACE = "source-change"

_NOT_PROGRAM = (
    ".debug",
    ".zdebug",
    ".comment",
    ".note",
    ".GCC.command.line",
    ".gnu",
    ".go.buildinfo",
    ".modinfo",
    "__versions",
    ".interp",
    ".symtab",
    ".dyn",
    ".llvm",
    ".rmeta",
)
_IN_CODE = (PathChange, TimeChange, WordChange, TextChange, IntegerChange, DataChange)
"""Facts whose lengths or values compilers write into instructions."""
_ROUNDING = 1e-9
_RELEASE_NOTE = "cargo build --locked does not bring an older release of the program back"
_TYPED = (TimeChange, WordChange, TextChange, PathChange, TextOrderChange)
_TYPED_NOTE = "somebody may have written both; a build script that writes it looks the same"
_RANDOM_WORDS = frozenset({WordKind.RANDOM, WordKind.UUID, WordKind.TEMPORARY})


@cause(
    title="the source differs",
    role=Role.INPUT,
    faces={FACE: "other functions, texts or constants"},
    references=(
        "Reproducible Builds, what a difference may mean: https://reproducible-builds.org/docs/definition/",
        "DWARF 5, section 6.2.4.1, MD5 of source files: https://dwarfstd.org/dwarf5std.html",
    ),
)
def detect(evidence: EvidenceSet) -> Iterator[Match]:
    """Decisive facts first; code, names, texts and data only where nothing else explains them."""
    programs = two_programs(evidence)
    if programs is not None:
        summary = f"two programs, not two builds of one: {programs.a} and {programs.b}"
        yield Match(FACE, (programs.fact,), Confidence.CERTAIN, summary, explains_code=True)
        return
    unlike = hardly_alike(evidence)
    if unlike is not None:
        least = min(unlike.a_only, unlike.b_only) + unlike.common
        summary = f"two programs? Of {least} texts of the smaller one {unlike.common} are in both"
        yield Match(FACE, (unlike,), Confidence.LIKELY, summary, explains_code=True)
        return
    digests = list(evidence.of(SourceDigestChange))
    releases = [
        d for d in evidence.of(DependencyDrift) if d.local and d.a_version != d.b_version and d.change != "format"
    ]
    if digests:
        summary = f"{listed(change.file for change in digests)}: another MD5 in the line table"
        yield Match(FACE, tuple(digests), Confidence.CERTAIN, summary, explains_code=True)
    if releases:
        summary = f"another release of the program itself: {listed(map(_release, releases))}"
        yield Match(FACE, tuple(releases), Confidence.CERTAIN, summary, _RELEASE_NOTE, explains_code=True)
    claimed, maybe, explained = _claims_of_others(evidence)
    claimed.update(id(text) for text in digest_texts(evidence))
    sums = [entry for entry in evidence.of(ModuleInfoChange) if entry.key == "srcversion"]
    if all(entry.a_value and entry.b_value for entry in sums) and sums and not _stamped(evidence, claimed):
        summary = "another srcversion in .modinfo: kbuild's digest of the module's own source files"
        yield Match(FACE, tuple(sums), Confidence.CERTAIN, summary, explains_code=True)
    renamed = list(evidence.of(SourceRenamed))
    if renamed:
        pairs = listed(f"{change.a_name} became {change.b_name}" for change in renamed)
        said = "a source file was exchanged" if code_changed(evidence) else "a source file has another name"
        named = _naming(evidence, renamed)
        yield Match(FACE, (*renamed, *named), Confidence.CERTAIN, f"{said}: {pairs}")
        claimed.update(map(id, named))
    if explained or _explained(evidence):
        return
    lines = [change for change in evidence.of(LineNumbersChange) if _is_own(change.file)]
    if lines:
        sure = not evidence.has(OrderChange) and not evidence.has(TextOrderChange)
        shown = (f"line {change.a_line} of {_name(change.file)} became {change.b_line}" for change in lines)
        yield Match(
            FACE,
            tuple(lines),
            Confidence.CERTAIN if sure else Confidence.LIKELY,
            listed(shown),
            None if sure else "a generated file whose parts stand in another order looks the same",
            explains_code=sure,
        )
    if any(change.tag == "DT_NEEDED" for change in evidence.of(DynamicChange)):
        # What configure found, or the source: configure-result speaks of both.
        return
    if hashes_explain(evidence) and not digests and not releases:
        # Build-flags speaks of it.
        return
    if nearly_all_changed(evidence) and not digests and not releases:
        # Flags do that, or a compiler without a mark: build-flags speaks of it.
        return
    functions = [change for change in edited(evidence) if id(change) not in claimed]
    mangled = [swap.change for swap in swaps(evidence)]
    names = [change for change in evidence.of(SymbolSetChange) if not change.imports and change not in mangled]
    texts = _texts(evidence)
    data = _data(evidence)
    if evidence.has(LibcChange):
        functions = []  # the compiler beside another C library is another
    names = [change for change in names if id(change) not in claimed]
    texts = [text for text in texts if id(text) not in claimed]
    typed = [fact for fact in maybe if id(fact) not in claimed and _is_program(fact)]
    texts = [text for text in texts if text not in typed]
    data = [item for item in data if id(item) not in claimed]
    folded = [
        fact
        for fact in evidence.items
        if isinstance(fact, _IN_CODE) and id(fact) in claimed and not (fact.section or "").startswith(".debug")
    ] + [fact for fact in maybe if _is_folded_time(fact)]
    if folded:
        functions = [change for change in functions if not _is_folded(change, folded)]
    if any(id(table) in claimed for table in evidence.of(TextOrderChange)) and not (names or texts or data):
        # What the compiler computed from a table that stands in another order.
        functions = [change for change in functions if not differs_in_numbers(change)]
    members = list(evidence.of(MembersChange))
    facts: list[Evidence] = [*functions, *names, *texts, *data, *members]
    if not facts:
        if typed:
            yield Match(FACE, tuple(typed), Confidence.POSSIBLE, _typed_summary(typed), _TYPED_NOTE)
        elif not claimed and not lines:
            yield from _unspoken(evidence)
        return
    confidence, note = _confidence(evidence, functions, names, texts, data)
    if _is_other_version(functions, texts):
        facts += [change for change in evidence.of(SymbolRenamed) if change.scheme.startswith("rust")]
    if members and not evidence.has(CodegenUnitChange):
        note = (
            "a list of sources that configure made can be the reason; in each case the builds were given other objects"
        )
        confidence = Confidence.LIKELY
    if digests or releases or (lines and sure):
        confidence, note = Confidence.CERTAIN, None
    yield Match(
        FACE,
        tuple(facts),
        confidence,
        _members(members) or _summary(functions, names, texts, data),
        note,
        explains_code=bool(functions),
    )


def _unspoken(evidence: EvidenceSet) -> Iterator[Match]:
    """What is left when nothing else was seen: constants without a name, or debug information alone."""
    if any(evidence.has(kind) for kind in (PathChange, TimeChange, OrderChange, SymbolRenamed)):
        return
    constants = [item for item in evidence.of(LoneSectionChange) if item.name.startswith((".rodata", ".data"))]
    debug = [item for item in evidence.of(SectionChange) if item.name.startswith((".debug_info", ".debug_line"))]
    others = [item for item in evidence.of(SectionChange) if not item.name.startswith(".debug")]
    if constants:
        yield Match(FACE, tuple(constants), Confidence.POSSIBLE, f"only constants in {constants[0].name} differ")
    elif any(item.name == ".debug_info" for item in evidence.of(LoneSectionChange)) and not _is_noise(evidence):
        facts = tuple(evidence.of(LoneSectionChange))
        summary = "only .debug_info differs, and no text in it: a declaration or constant that no code needs"
        yield Match(FACE, facts, Confidence.LIKELY, summary)
    elif debug and not others:
        summary = "only debug information differs: lines that moved, or a declaration that no code needs"
        yield Match(FACE, tuple(debug), Confidence.POSSIBLE, summary)


def _is_noise(evidence: EvidenceSet) -> bool:
    """True if IDs of split units or the form of compression may be all that differs in debug information."""
    return evidence.has(SplitUnitIdChange) or evidence.has(CompressionChange)


def _claims_of_others(evidence: EvidenceSet) -> tuple[set[int], list[Evidence], bool]:
    """Identities of the facts that other causes claim, texts that roots call possible only, and whether a claim says
    that code changes with it.

    A difference that has a cause of its own is no sign of another source.
    """
    from elfdiff.causes import catalogue

    claimed: set[int] = set()
    maybe: list[Evidence] = []
    explained = False
    for item, match in matches_of((item for item in catalogue() if item.id != FACE), evidence):
        if match.confidence is Confidence.POSSIBLE and item.role is Role.ROOT:
            maybe += [fact for fact in match.because if isinstance(fact, _TYPED) or _is_folded_time(fact)]
        if match.confidence is Confidence.POSSIBLE or item.role is Role.CONSEQUENCE:
            continue
        claimed.update(id(fact) for fact in match.because)
        explained |= match.explains_code
    return claimed, maybe, explained


def _explained(evidence: EvidenceSet) -> bool:
    """True if a tool, flags, incremental units or dependencies may have changed code and texts."""
    settings = any(not change.key.startswith("vcs") for change in evidence.of(GoSettingChange))
    foreign = any(not drift.local and drift.change != "format" for drift in evidence.of(DependencyDrift))
    return (
        settings
        or foreign
        or compiler_changed(evidence)
        or evidence.has(ToolChange)
        or evidence.has(FlagChange)
        or evidence.has(UnitNaming)
        or units_set(evidence)
    )


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


def _stamped(evidence: EvidenceSet, claimed: set[int]) -> bool:
    """True if a time or a word changed that another cause claims: it may stand in a generated header."""
    kinds = (TimeChange, WordChange, IntegerChange)
    return any(isinstance(fact, kinds) and id(fact) in claimed and _is_program(fact) for fact in evidence.items)


def _is_folded(change: FunctionChange, texts: Sequence[Evidence]) -> bool:
    """True if every constant that differs comes from a text that changed: its length, its letters, or a time.

    The length may stand there once, or twice as Rust writes it.
    """
    if not differs_in_numbers(change):
        return False
    places = [(text.a, text.b) for text in texts if text.a is not None and text.b is not None]
    years = {(a.value, b.value) for a, b in places}
    lengths = {b.length - a.length for a, b in places} - {0}
    return all(
        y - x in lengths
        or ((y - x) % 2 == 0 and (y - x) // 2 in lengths)
        or min(x, y) >= FIRST_TIME
        or (str(x), str(y)) in years
        or any(_spells(x, a.value) and _spells(y, b.value) for a, b in places)
        for x, y in numbers_of(change)
    )


def _is_folded_time(fact: Evidence) -> bool:
    """True for a number in an instruction that reads as a time on both sides."""
    return isinstance(fact, IntegerChange) and fact.seconds and (fact.section or "").startswith(".text")


def _moved(evidence: EvidenceSet) -> bool:
    """True if directories, times or words changed: lengths of texts may then stand in the code, and what
    follows longer texts has moved."""
    return any(evidence.has(kind) for kind in (PathChange, TimeChange, WordChange))


def _spells(number: int, text: str) -> bool:
    """True if the bytes of a number, lowest first, stand in the text: short texts become immediates."""
    if number < FIRST_LETTERS:
        return False
    letters = number.to_bytes((number.bit_length() + 7) // 8, "little")
    return letters.isascii() and letters.decode() in text


def _texts(evidence: EvidenceSet) -> list[TextChange | WordChange | PathChange]:
    """Texts of the program that changed for no reason that was seen; a path that nobody claims is a text too."""
    directories = [item.fact for item in lone_directories(evidence)]
    counted = [item.fact for item in counters(evidence)]
    reordered = evidence.has(OrderChange)
    pools = _pools(evidence) if evidence.has(LibcChange) or compiler_changed(evidence) else None
    # A path that stands in a longer text on one side and alone on the other: linkers merge the tails of texts.
    paths = {
        joined(head, path.tail) for path in evidence.of(PathChange) for head in (path.a_directory, path.b_directory)
    }
    found: list[TextChange | WordChange | PathChange] = [
        change
        for change in evidence.of(TextChange)
        if (not change.fragment or _is_replaced(change, evidence))
        and change not in directories
        and change not in counted
        and _is_program(change)
        and not (bool(change.a) != bool(change.b) and values(change)[0 if change.a else 1] in paths)
        and not (reordered and _is_cut_otherwise(change))
        and not (pools and _is_of_blocks(change, pools))
    ]
    found += [
        word
        for word in evidence.of(WordChange)
        if word.kind in (WordKind.OTHER, WordKind.VERSION) and word not in directories and _is_program(word)
    ]
    found += [path for path in evidence.of(PathChange) if path.place is PathPlace.TEXT and _is_program(path)]
    return found


def _is_replaced(change: TextChange, evidence: EvidenceSet) -> bool:
    """True if words in the middle of a text without ends became others, and nothing moved: no function changed, was
    added or was removed. Else it may only have met new neighbours."""
    if change.a is None or change.b is None or evidence.has(TextOrderChange) or evidence.has(OrderChange):
        return False
    if any(totals.changed or totals.added or totals.removed for totals in evidence.of(FunctionTotals)):
        return False
    a, b = change.a.value, change.b.value
    head = next((i for i, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))
    room = min(len(a), len(b)) - head
    tail = next((i for i in range(room) if a[-1 - i] != b[-1 - i]), room)
    middles = a[head : len(a) - tail], b[head : len(b) - tail]
    if min(head, tail) < MARGIN:
        return False  # numbers before or behind a text look like a letter or two of it
    return all(0 < len(middle) <= MOST_REPLACED for middle in middles) and head + tail >= ENOUGH_KEPT


def _pools(evidence: EvidenceSet) -> tuple[str, str]:
    """All changed texts of each side."""
    sides = [[part for change in evidence.of(TextChange) if (part := values(change)[i])] for i in (0, 1)]
    return "\0".join(sides[0]), "\0".join(sides[1])


def _is_of_blocks(change: TextChange, pools: tuple[str, str]) -> bool:
    """True if a text is made of blocks of 16 bytes of which the other side has most: compilers copy texts by blocks."""
    blocks = [
        (text[at : at + BLOCK], pool)
        for text, pool in zip(values(change), (pools[1], pools[0]), strict=True)
        for at in range(0, len(text) - BLOCK + 1, BLOCK)
    ]
    return len(blocks) > 1 and 2 * sum(block in pool for block, pool in blocks) >= len(blocks)


def _is_cut_otherwise(change: TextChange) -> bool:
    """True if one text is a part of the other: where constants stand in another order, runs of characters join.

    So do blocks of 16 bytes, by which code copies texts: the texts then part at the end of a block.
    """
    if change.a is None or change.b is None:
        return True
    pairs = enumerate(zip(change.a.value, change.b.value, strict=False))
    parted = next((index for index, (x, y) in pairs if x != y), 0)
    if parted and parted % BLOCK == 0:
        return True
    return change.a.value in change.b.value or change.b.value in change.a.value


def _is_program(change: Evidence) -> bool:
    return not (change.section or "").startswith(_NOT_PROGRAM)


def _is_stamped(item: DataChange, stamps: Sequence[EmbeddedTimeChange]) -> bool:
    """True if each word that differs holds the time of an archive that is compiled in."""
    times = [stamp.a.offset for stamp in stamps if stamp.a is not None]
    spans = [span for span, _ in item.spans if span is not None]
    return bool(spans) and all(any(span.start <= at < span.end for at in times) for span in spans)


def _data(evidence: EvidenceSet) -> list[DataChange | IntegerChange]:
    counted = [item.fact for item in counters(evidence)]
    numbers = [n for n in evidence.of(IntegerChange) if n not in counted and not _is_folded_time(n)]
    tables = [
        change
        for change in evidence.of(DataChange)
        if "qt_resource" not in (change.symbol or "") and "gcov" not in (change.symbol or "")
    ]
    stamps = list(evidence.of(EmbeddedTimeChange))
    return [*(table for table in tables if not _is_stamped(table, stamps)), *numbers]


def _confidence(
    evidence: EvidenceSet,
    functions: list[FunctionChange],
    names: list[SymbolSetChange],
    texts: list[TextChange | WordChange | PathChange],
    data: list[DataChange | IntegerChange],
) -> tuple[Confidence, str | None]:
    if any(item.scheme.startswith("rust") for item in evidence.of(SymbolRenamed)):
        if _is_other_version(functions, texts):
            return Confidence.LIKELY, "another version of the program, which cargo hashes into names"
        return Confidence.POSSIBLE, "hashes of crates differ too: profile, features or a dependency may be the reason"
    if evidence.has(ImportOrderChange) and not (texts or names or data):
        return Confidence.POSSIBLE, "the libraries were other builds, and so may the compiler be"
    if evidence.has(LibcChange):
        return Confidence.POSSIBLE, "what configure found in another C library can be the reason"
    if any(match.confidence is Confidence.POSSIBLE for match in unrecorded(evidence)):
        return Confidence.POSSIBLE, "options that nobody recorded may be the reason: see build-flags"
    # Options choose other instructions; other numbers in the same ones are given.
    numbers = all(differs_in_numbers(change) for change in functions)
    if not (texts or data or names or numbers) and functions and is_clean(evidence) and _is_tiny(evidence):
        return Confidence.POSSIBLE, "in so few functions, another option or profile and an edit look the same"
    if only_library(evidence) and not texts and not names:
        return Confidence.POSSIBLE, "only functions of Rust's own library differ: see build-flags"
    if several_crates(evidence):
        return Confidence.POSSIBLE, "functions of several crates differ: codegen-units or LTO may be the reason"
    if most_changed(evidence):
        return (
            Confidence.POSSIBLE,
            "most functions differ: optimisation flags or a compiler without a mark may be the reason",
        )
    random = any(word.kind in _RANDOM_WORDS for word in evidence.of(WordChange))
    reordered = evidence.has(OrderChange) and not functions and not names
    if random or reordered or evidence.has(TextOrderChange):
        return (
            Confidence.POSSIBLE,
            "constants in another order, or a generated file that came out otherwise, look the same",
        )
    shaped = any(
        not differs_in_numbers(change) and (change.status != "changed" or change.a_lines or change.b_lines)
        for change in functions
    )
    if not texts and not names and "go" in languages(evidence.context) and _moved(evidence):
        return Confidence.POSSIBLE, "texts of another length move constants in Go's code"
    if texts or names or shaped:
        return (
            Confidence.LIKELY,
            "a -D option or what configure found can look the same; in each case the builds were "
            "given different things",
        )
    if functions and _moved(evidence) and all(may_be_address(change, evidence) for change in functions):
        return Confidence.POSSIBLE, "addresses that are put together from several instructions look the same"
    if functions:
        return (
            Confidence.LIKELY,
            "only constants in the code differ; a value that the build script passed can look the same",
        )
    if any(_is_other_number(item) for item in data):
        return Confidence.LIKELY, "a -D option, or a table that a script computed, can look the same"
    return Confidence.POSSIBLE, "only data differs; a generated table can look the same"


def _is_other_version(functions: Sequence[Evidence], texts: Sequence[Evidence]) -> bool:
    """True if no code changed, and a text that tells a version did: cargo hashes that into names."""
    return not functions and any(isinstance(text, WordChange) and text.kind is WordKind.VERSION for text in texts)


def _is_tiny(evidence: EvidenceSet) -> bool:
    return any(totals.compared < FEW for totals in evidence.of(FunctionTotals))


def _is_other_number(item: DataChange | IntegerChange) -> bool:
    """A floating point constant that differs by more than two CPUs' arithmetic would."""
    return isinstance(item, DataChange) and any(abs(a - b) > _ROUNDING * abs(a) for a, b in item.doubles)


def _is_own(file: str) -> bool:
    """False for a header of the system, of a toolchain or of a dependency: another version of those was installed."""
    return not is_foreign(file) and not is_dependency(file)


def _name(file: str) -> str:
    return file.rsplit("/", 1)[-1]


def _release(drift: DependencyDrift) -> str:
    if drift.a_version is None or drift.b_version is None:
        return f"{drift.name} is in {'b' if drift.a_version is None else 'a'} only"
    return f"{drift.name} {drift.a_version} became {drift.b_version}"


def _members(changes: list[MembersChange]) -> str:
    """Objects that only one of two archives has; what they hold needs no further word."""
    return "; ".join(
        f"only {side} has the {'member' if len(names) == 1 else 'members'} {listed(names)}"
        for change in changes
        for side, names in (("a", change.a_only), ("b", change.b_only))
        if names
    )


def _summary(
    functions: list[FunctionChange],
    names: list[SymbolSetChange],
    texts: list[TextChange | WordChange | PathChange],
    data: list[DataChange | IntegerChange],
) -> str:
    parts = []
    if functions:
        verb = "functions differ" if len(functions) > 1 else "a function differs"
        parts.append(f"{verb}: {listed(change.name for change in functions)}")
    for side, only in (
        ("a", [n for change in names for n in change.a_only]),
        ("b", [n for change in names for n in change.b_only]),
    ):
        if only and not functions:
            parts.append(f"only {side} has {listed(only)}")
    if texts:
        parts.append(_text_summary(texts[0], len(texts)))
    if data and not parts:
        parts.append(f"data differs: {listed(map(_data_name, data))}")
    return "; ".join(parts)


def _data_name(item: DataChange | IntegerChange) -> str:
    if isinstance(item, DataChange) and item.doubles:
        a, b = item.doubles[0]
        return f"a constant in {item.section}, {a} became {b}"
    return item.symbol or item.section or "an object"


def _typed_summary(facts: Sequence[Evidence]) -> str:
    first = facts[0]
    if first.a is None or first.b is None:
        return "a text differs"
    if isinstance(first, TextOrderChange):
        return f"{first.section or 'a section'} holds its texts in another order"
    if isinstance(first, IntegerChange):
        return f"a number differs: {first.a_value} became {first.b_value}"
    return f"texts differ: {quoted(first.a.value)} became {quoted(first.b.value)}"


def _text_summary(text: TextChange | WordChange | PathChange, count: int) -> str:
    more = f" and {count - 1} more" if count > 1 else ""
    if text.a is not None and text.b is not None:
        return f"texts differ: {quoted(text.a.value)} became {quoted(text.b.value)}{more}"
    only = text.a or text.b
    return f"only {'a' if text.a else 'b'} has the text {quoted(only.value if only else '')}{more}"
