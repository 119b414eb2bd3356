"""Flags that nobody recorded, as code, imports and build attributes show them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from elfdiff.causes._code import certain_changes, differs_in_numbers, most_changed, nearly_all_changed
from elfdiff.causes._facts import (
    besides,
    dependencies_differ,
    inputs_differ,
    is_code_text,
    sources_differ,
    tools_differ,
)
from elfdiff.causes._profiles import units_set
from elfdiff.causes._wording import listed
from elfdiff.causes.model import Claim, Fallout, Proof
from elfdiff.evidence.model import (
    AttributesChange,
    DataChange,
    EntryMarks,
    Evidence,
    EvidenceSet,
    FunctionChange,
    FunctionTotals,
    InstructionSetChange,
    IntegerChange,
    LineNumbersChange,
    OrderChange,
    PathChange,
    SourceNamesLost,
    SourcesKept,
    SymbolRenamed,
    SymbolSetChange,
    TextChange,
    TextOrderChange,
    UnitNaming,
)
from elfdiff.patterns import late

FACE = "tool-flags-optimisation"

_OPTIONS = {
    "endbr64": "-fcf-protection",
    "endbr32": "-fcf-protection",
    "paciasp": "-mbranch-protection",
    "pacibsp": "-mbranch-protection",
    "bti c": "-mbranch-protection",
    "bti jc": "-mbranch-protection",
}
_EXPANDED = frozenset(
    (
        "memcpy", "memset", "memmove", "memcmp", "strlen", "strcpy", "stpcpy", "strcat", "strcmp", "strchr", "printf",
        "puts", "putchar", "atoi", "strtol", "fprintf", "fputs", "fputc", "fwrite", "sprintf", "abort",
        "_Unwind_Resume", "stdin", "stdout", "stderr", "optarg", "optind", "opterr", "environ",
    )
)  # fmt: skip
"""Library calls that compilers make of others, and variables that a program has itself or not (copy relocations)."""
_CHECKED = late(r"__(\w+?)_chk\Z")
_UNCHECKED = {"__longjmp_chk": ("longjmp", "_longjmp", "siglongjmp")}
"""What <bits/setjmp2.h> redirects to one checked function."""
_PRINTERS = late(r"(?:v?(?:f|s|sn|as|d|ob)?printf|v?fw?printf|v?wprintf|v?syslog|printf)\Z")
_GUARDS = frozenset({"__stack_chk_fail", "__stack_chk_guard", "__stack_chk_fail_local"})
_ASSERTIONS = frozenset(
    (
        "__assert_fail", "__assert_rtn", "__assert_func", "__assert13", "__assert", "_d_assert", "_d_assertp",
        "_d_assert_msg", "_d_arraybounds", "_d_arrayboundsp", "_d_arraybounds_index", "_d_arraybounds_slice",
        "_d_arraybounds_indexp", "_d_arraybounds_slicep", "_d_unittest", "_d_unittestp", "_d_unittest_msg",
    )
)  # fmt: skip
_CHECKS = {
    "Zig": (
        late(
            r"index out of bounds: index |integer overflow|attempt to use null value|reached unreachable code|"
            r"integer does not fit in destination type|start index is larger than end index"
        ),
        "optimisation mode",
    ),
    "Nim": (
        late(
            r"@value out of range|@index out of bounds, the container is empty|@over- or underflow|"
            r"@ not in 0 \.\. |@division by zero"
        ),
        "-d:danger or --checks",
    ),
}
_CLONE = late(r"\.(?:constprop|isra|part|cold|localalias|lto_priv)(?:\.\d+)*")
_MOST = 0.5
_ENOUGH = 8
_MANY = 20
_SOME, _SHARE = 4, 0.1
_MARKED = 2


def unrecorded(evidence: EvidenceSet) -> Iterator[Claim]:
    """What the bytes say of flags: first what proves one, and only without such a mark the shape of the code."""
    found = [
        *_marks(evidence),
        *_attributes(evidence),
        *_imports(evidence),
        *_link_time(evidence),
        *_run_time_checks(evidence),
        *_kept(evidence),
        *_unused(evidence),
    ]
    yield from found
    if not found:
        yield from _shape(evidence)


def _match(facts: Iterable[Evidence], proof: Proof, summary: str, note: str | None = None) -> Claim:
    return Claim(FACE, tuple(facts), proof, summary, note, explains_code=True, explains=(Fallout.ORDER,))


def _marks(evidence: EvidenceSet) -> Iterator[Claim]:
    """Instructions at the entry of functions of one side, and of none on the other."""
    if tools_differ(evidence):
        return
    for mark in evidence.of(EntryMarks):
        count, other = max(mark.a_count, mark.b_count), min(mark.a_count, mark.b_count)
        if count < _MARKED or other:
            continue
        side = "a" if mark.a_count else "b"
        yield _match(
            (mark,),
            Proof.RECORDED if count > _MARKED and count >= _SHARE * mark.total else Proof.SHAPE,
            f"only in {side} {count} of {mark.total} functions begin with {mark.mark}: "
            f"{_OPTIONS.get(mark.mark, 'another option')}",
        )


def _attributes(evidence: EvidenceSet) -> Iterator[Claim]:
    """Build attributes are merged from those of all objects, and the compiler wrote them."""
    changes = tuple(evidence.of(AttributesChange))
    if changes and not tools_differ(evidence) and not dependencies_differ(evidence):
        shown = listed(
            f"{change.name} {change.a_value or 'absent'} in a, {change.b_value or 'absent'} in b" for change in changes
        )
        yield _match(changes, Proof.RECORDED, f"{changes[0].section}: {shown}")


def _imports(evidence: EvidenceSet) -> Iterator[Claim]:
    """Imports that _FORTIFY_SOURCE, the stack protector and assertions make."""
    if tools_differ(evidence) or dependencies_differ(evidence):
        return
    for change in evidence.of(SymbolSetChange):
        if not change.imports or change.a_count + change.b_count > 200:
            continue
        sides = [{name.split("@")[0] for name in names} for names in (change.a_only, change.b_only)]
        checked = [{name for name in side if _CHECKED.match(name) and name not in _GUARDS} for side in sides]
        plain = [
            {form for name in side for form in _UNCHECKED.get(name, (_CHECKED.sub(r"\1", name),))} for side in checked
        ]
        guards, asserts = ([side & names for side in sides] for names in (_GUARDS, _ASSERTIONS))
        rest = [
            sides[index] - guards[index] - asserts[index] - checked[index] - plain[1 - index] - _EXPANDED
            for index in (0, 1)
        ]
        if rest[0] or rest[1] or (checked[0] and checked[1]):
            continue
        found = list(_checks(evidence, change, sides, checked, plain, guards, asserts))
        if found:
            yield from found
            return


def _checks(
    evidence: EvidenceSet,
    change: SymbolSetChange,
    sides: list[set[str]],
    checked: list[set[str]],
    plain: list[set[str]],
    guards: list[set[str]],
    asserts: list[set[str]],
) -> Iterator[Claim]:
    if checked[0] or checked[1]:
        index = 0 if checked[0] else 1
        swapped = plain[index] & sides[1 - index]
        certain = any(map(_PRINTERS.match, swapped)) and not sources_differ(evidence)
        yield _match(
            (change,),
            Proof.RECORDED if certain else Proof.SHAPE,
            f"only {'ab'[index]} was built with _FORTIFY_SOURCE: it imports {listed(sorted(checked[index]))}",
        )
    if bool(asserts[0]) != bool(asserts[1]):
        index = 0 if asserts[0] else 1
        yield _match(
            (change, *(text for text in evidence.of(TextChange) if (text.a is None) == (index == 1))),
            Proof.SHAPE,
            f"only {'ab'[index]} checks assertions, the other was built with "
            f"{'-frelease' if any(name.startswith('_d_') for name in asserts[index]) else '-DNDEBUG'}: "
            f"{listed(sorted(asserts[index]))}",
        )
        return
    texts = any(not is_code_text(text) for text in evidence.of(TextChange))
    if bool(guards[0]) != bool(guards[1]) and not texts and not sources_differ(evidence):
        side = "a" if guards[0] else "b"
        yield _match(
            (change,),
            Proof.SHAPE,
            f"only {side} was built with a stack protector: it imports __stack_chk_fail",
        )


def _link_time(evidence: EvidenceSet) -> Iterator[Claim]:
    """Local names that GCC's link-time optimisation made: on one side only, or others on each side."""
    if inputs_differ(evidence):
        return
    for lost in evidence.of(SourceNamesLost):
        if certain_changes(evidence):
            yield _match(
                (lost, *certain_changes(evidence), *evidence.of(SymbolSetChange)),
                Proof.SHAPE,
                f"{lost.side} names no {listed(lost.names)} among its units, as -flto leaves it",
            )
            return
    for change in evidence.of(SymbolSetChange):
        counts = [sum(".lto_priv." in name for name in names) for names in (change.a_only, change.b_only)]
        if not change.imports and max(counts) >= _MARKED and min(counts) == 0:
            side = "a" if counts[0] else "b"
            yield _match(
                (change, *certain_changes(evidence)),
                Proof.SHAPE,
                f"only {side} has {max(counts)} names that -flto made local (.lto_priv): it is optimised "
                "at the link, or cut into other parts there",
            )


def _run_time_checks(evidence: EvidenceSet) -> Iterator[Claim]:
    """What Zig and Nim say when a check fails that the compiler puts in, on one side only."""
    if inputs_differ(evidence):
        return
    for language, (check, option) in _CHECKS.items():
        if language == "Zig" and "zig" not in evidence.context.languages:
            continue  # its words are plain English
        sides: tuple[dict[str, Evidence], dict[str, Evidence]] = ({}, {})
        for text in evidence.of(TextChange):
            for index, place in enumerate((text.a, text.b)):
                found = check.search(place.value) if place is not None else None
                if found is not None:
                    sides[index][found.group()] = text
        only = sides[0] or sides[1]
        if bool(sides[0]) != bool(sides[1]) and len(only) >= _MARKED:
            yield _match(
                (*dict.fromkeys(only.values()), *certain_changes(evidence)),
                Proof.SHAPE,
                f'only {"a" if sides[0] else "b"} checks itself at run time ("{min(only)}"): {language}\'s {option}',
            )


def _kept(evidence: EvidenceSet) -> Iterator[Claim]:
    """Code of another shape was compiled from the same sources, as their digests say; host-cpu speaks of its sets."""
    if (
        inputs_differ(evidence)
        or evidence.has(InstructionSetChange)
        or evidence.has(UnitNaming)
        or units_set(evidence)
        or not is_clean(evidence)
    ):
        return
    shaped = [
        change
        for change in certain_changes(evidence)
        if change.status == "changed" and (change.a_lines or change.b_lines) and not differs_in_numbers(change)
    ]
    for kept in evidence.of(SourcesKept):
        if shaped:
            yield _match(
                shaped,
                Proof.SHAPE,
                f"functions differ: {listed(change.name for change in shaped)}; all {kept.count} source files have the "
                "same MD5s",
            )


def _unused(evidence: EvidenceSet) -> Iterator[Claim]:
    """Functions of one side only that nothing can have called: no function that both sides have has changed."""
    if evidence.context.relocatable or inputs_differ(evidence) or any(True for _ in evidence.of(TextChange)):
        return
    names = [change for change in evidence.of(SymbolSetChange) if not change.imports and change.table == "symtab"]
    lone = [change for change in certain_changes(evidence) if change.status in ("added", "removed")]
    if len(names) != 1 or not lone or len({change.status for change in lone}) > 1 or evidence.has(SymbolRenamed):
        return
    if names[0].a_count and names[0].b_count:
        return
    changed = [change for change in certain_changes(evidence) if change.status == "changed"]
    if any(not differs_in_numbers(change) for change in changed) and 4 * len(changed) > len(lone):
        return
    side = "a" if lone[0].status == "removed" else "b"
    dropped = "_IO_stdin_used" in (*names[0].a_only, *names[0].b_only)
    if len(lone) == 1 and not dropped:
        return  # one function more is an edit
    yield _match(
        (names[0], *lone),
        Proof.SHAPE if dropped else Proof.CONSISTENT,
        f"only {side} has {listed(change.name for change in lone)}, which nothing there calls: --gc-sections with "
        "-ffunction-sections drops such functions",
        "a source without them looks the same",
    )


def _shape(evidence: EvidenceSet) -> Iterator[Claim]:
    """Functions differ as options make them differ, and nothing else does that would explain it."""
    if inputs_differ(evidence) or evidence.has(UnitNaming) or units_set(evidence):
        return
    if any(item.scheme not in ("gcc-clone", "lto-priv") for item in evidence.of(SymbolRenamed)):
        return
    clean = is_clean(evidence)
    functions = [change for change in evidence.of(FunctionChange) if change.certain]
    added, removed = ({c.name for c in functions if c.status == status} for status in ("added", "removed"))
    replaced = len(added & removed)
    if not clean and not nearly_all_changed(evidence):
        # Functions without names that changed beyond recognition have no partners.
        replaced = replaced or min(len(added), len(removed))
        if replaced < _ENOUGH or not most_changed(evidence):
            return
    for totals in evidence.of(FunctionTotals):
        whole, changed = totals.compared + replaced, totals.changed + replaced
        if whole >= _ENOUGH and changed >= _MOST * whole:
            read = [change for change in functions if change.a_lines or change.b_lines]
            shaped = sum(not differs_in_numbers(change) for change in read)
            sure = clean and not evidence.context.unnamed and changed >= _MANY and 2 * shaped > len(read)
            yield _match(
                tuple(functions),
                Proof.SHAPE if sure else Proof.CONSISTENT,
                f"{changed} of {whole} functions have other code, and "
                + ("neither file names its compiler" if evidence.context.unnamed else "no tool differs"),
                "a source change that many functions see looks the same; rebuild with -g -frecord-gcc-switches to know",
            )
        elif is_flaglike(evidence):
            yield _match(
                tuple(functions),
                Proof.CONSISTENT,
                f"{changed} of {whole} functions have other code, and no text, number, import or tool differs",
                "another option or profile, and a change of the source, look the same here",
            )


def is_clean(evidence: EvidenceSet) -> bool:
    """True if beside code nothing differs but what options change: clones, inlined functions, expanded calls."""
    others = besides(
        evidence,
        FunctionChange,
        InstructionSetChange,
        PathChange,
        SymbolRenamed,
        SymbolSetChange,
        TextOrderChange,
        OrderChange,
    )
    return not others and all(_is_fallout(change) for change in evidence.of(SymbolSetChange))


def is_flaglike(evidence: EvidenceSet) -> bool:
    """True if some functions changed their shape, more than one edit touches, and nothing else differs."""
    if not is_clean(evidence) or any(map(evidence.has, (DataChange, IntegerChange, LineNumbersChange))):
        return False
    shaped = [
        change
        for change in certain_changes(evidence)
        if change.status == "changed" and (change.a_lines or change.b_lines) and not differs_in_numbers(change)
    ]
    return any(
        len(shaped) >= _SOME and totals.changed >= _SHARE * totals.compared for totals in evidence.of(FunctionTotals)
    )


def _is_fallout(change: SymbolSetChange) -> bool:
    """Names that come and go with optimisation: library calls that compilers expand, and a few inlined functions."""
    if change.imports or change.table == "dynsym":
        return all(name.split("@")[0] in _EXPANDED for name in (*change.a_only, *change.b_only))
    ours, theirs = ({_CLONE.sub("", name) for name in names} for names in (change.a_only, change.b_only))
    return len(ours ^ theirs) <= change.total // 4
