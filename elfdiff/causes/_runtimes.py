"""Libraries and functions that an option brings in: the compiler's own run-time parts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from elfdiff.causes._facts import lower, tools_differ
from elfdiff.causes._wording import listed
from elfdiff.causes.model import Claim, Proof
from elfdiff.evidence.model import DynamicChange, Evidence, EvidenceSet, FunctionTotals, SymbolSetChange
from elfdiff.patterns import late

FACE = "tool-flags-optimisation"

_OPTIONS = (
    ("-fsanitize=undefined", late(r"__ubsan_handle_\w+\Z"), late(r"libubsan\.so")),
    ("-fsanitize=address", late(r"__asan_\w+\Z"), late(r"libasan\.so")),
    ("-fsanitize=thread", late(r"__tsan_\w+\Z"), late(r"libtsan\.so")),
    ("-fsanitize=memory", late(r"__msan_\w+\Z"), None),
    ("-fsanitize=leak", late(r"__lsan_\w+\Z"), late(r"liblsan\.so")),
    ("-fsanitize=hwaddress", late(r"__hwasan_\w+\Z"), late(r"libhwasan\.so")),
    ("-fsanitize-coverage", late(r"__sanitizer_cov_trace_\w+\Z"), None),
    ("-pg", late(r"_?mcount\Z|__fentry__\Z"), None),
    ("--coverage", late(r"__gcov_(?:init|exit)\Z|llvm_gcov_init\Z"), None),
    (
        "-fopenmp",
        late(r"__offload_(?:(?:vars|funcs)_end|(?:var|func)_table)\Z|GOMP_parallel\Z"),
        late(r"lib(?:g|i)?omp\.so"),
    ),
    ("-ffast-math, -Ofast or -funsafe-math-optimizations at the link", late(r"set_fast_math\Z"), None),
    ("-finstrument-functions", late(r"__cyg_profile_func_(?:enter|exit)\Z"), None),
)
"""Options with the functions and tables that they bring into a program, and the libraries that have them."""
_STATIC = (
    ("-static-libstdc++", late(r"lib(?:std)?c\+\+(?:abi)?\.so")),
    ("-static-libgcc", late(r"libgcc_s\.so")),
    ("-static-libgfortran", late(r"libgfortran\.so|libquadmath\.so")),
    ("-static-libphobos", late(r"libg(?:phobos|druntime)\.so")),
)
_HELD = {
    "-static-libstdc++": late(r"_ZN?K?St|_ZN9__gnu_cxx|_ZN10__cxxabi|__cxa_|__gxx_|_ZGV"),
    "-static-libgcc": late(r"_Unwind_|__gcc_personality|__(?:de)?register_frame|__u?(?:div|mod|mul)\w*[0-9]\Z"),
}
"""Names of a library's own functions."""
_LOADER = late(r"ld-(?:linux[\w-]*|musl-\w+)\.so|ld64\.so|ld\.so")
_MANY = 20
"""Functions that come with a run-time library that is linked in."""


def runtimes(evidence: EvidenceSet) -> Iterator[Claim]:
    """Options that one side was given, by the compiler's own functions and libraries."""
    drift = tools_differ(evidence)
    for option, function, library in _OPTIONS:
        sides: list[list[str]] = [[], []]
        facts: list[Evidence] = []
        for names in evidence.of(SymbolSetChange):
            found = [[n for n in only if function.match(n.split("@")[0])] for only in (names.a_only, names.b_only)]
            if found[0] or found[1]:
                facts.append(names)
                sides = [[*side, *more] for side, more in zip(sides, found, strict=True)]
        if bool(sides[0]) == bool(sides[1]):
            continue
        facts += [entry for entry in _needed(evidence) if library and library.match(_name(entry))]
        yield Claim(
            FACE,
            tuple(facts),
            lower(Proof.RECORDED, drift),
            f"{option}: only {'a' if sides[0] else 'b'} has {listed(_bare(sides[0] or sides[1]))}",
            explains_code=True,
        )
    yield from _linked_in(evidence, drift)


def is_runtime(entry: DynamicChange) -> bool:
    """True for an entry that needs a compiler's own library, or the loader that such a library asks for."""
    names = [value for value in (entry.a_value, entry.b_value) if value]
    return bool(names) and all(_is_of_a_compiler(name) for name in names)


def _is_of_a_compiler(name: str) -> bool:
    known = [library for _, _, library in _OPTIONS if library] + [library for _, library in _STATIC] + [_LOADER]
    return any(library.match(name) for library in known)


def _linked_in(evidence: EvidenceSet, drift: bool) -> Iterator[Claim]:
    """A run-time library that one side needs, and whose functions the other side has in itself."""
    for option, library in _STATIC:
        entries = [entry for entry in _needed(evidence) if library.match(_name(entry))]
        sides = {"a" if entry.b_value is None else "b" for entry in entries}
        if len(sides) != 1:
            continue
        (side,) = sides
        imports = [names for names in evidence.of(SymbolSetChange) if names.imports and _only(names, side)]
        own = any((totals.added if side == "a" else totals.removed) >= _MANY for totals in evidence.of(FunctionTotals))
        if imports and own and _is_held(evidence, option, side):
            other = "b" if side == "a" else "a"
            yield Claim(
                FACE,
                (*entries, *imports),
                lower(Proof.SHAPE, drift),
                f"{option}: only {side} needs {_name(entries[0])}, {other} has its functions in itself",
                explains_code=True,
            )


def _is_held(evidence: EvidenceSet, option: str, side: str) -> bool:
    """False if the other side has symbols, and none of the library's: it is written in another language."""
    held = _HELD.get(option)
    tables = [names for names in evidence.of(SymbolSetChange) if names.table == "symtab" and not names.imports]
    if held is None or not evidence.context.whole or not tables:
        return True
    return any(held.match(name) for names in tables for name in (names.b_only if side == "a" else names.a_only))


def _needed(evidence: EvidenceSet) -> Iterator[DynamicChange]:
    """Libraries that one side alone needs."""
    entries = (entry for entry in evidence.of(DynamicChange) if entry.tag == "DT_NEEDED")
    return (entry for entry in entries if (entry.a_value is None) != (entry.b_value is None))


def _bare(names: Iterable[str]) -> Iterator[str]:
    """Names without the versions behind them."""
    return (name.split("@")[0] for name in names)


def _only(names: SymbolSetChange, side: str) -> tuple[str, ...]:
    return names.a_only if side == "a" else names.b_only


def _name(entry: DynamicChange) -> str:
    return entry.a_value or entry.b_value or ""
