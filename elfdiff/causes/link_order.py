r"""The objects were linked in another order.

## What it looks like

The STT_FILE symbols of `.symtab` are the same names in another sequence, and so are the functions behind them:

```
a  main.c  list.c  hash.c        .text  main … list_add … hash_put
b  hash.c  list.c  main.c               hash_put … list_add … main
```

Every function is there, byte for byte but for addresses; tables of symbols, unwinding and relocation follow.
Two small objects swapped change 36 bytes of a tiny library, and most of `.text` in a large program.

## Why it happens

The order of a directory is the file system's: `os.listdir`, `readdir`, `find`, `file(GLOB)` in old CMake and
`$(wildcard)` in GNU make 3.82 to 4.2 do not sort. Another checkout or another file system gives another order,
and the linker keeps the order it is given. An archive's members come in the order of its inputs; `ar` sorts
nothing, with D or without.

## How to be sure

The same set of names in two sequences is decisive for the order. The files cannot tell who chose it: a
directory read unsorted, a hash table in a generator, or a person. elfdiff says which side is sorted; that side
had a sort in its build, or luck. Where both sides are sorted, each under its own collation, the answer is
`locale`.

After strip no STT_FILE symbol is left. If exported functions stand in another order then, in a few long
stretches, the order of the link is likely; many short stretches point at generated code (`hash-order`) or a
shuffling linker.
"""

from __future__ import annotations

from collections.abc import Iterator

from elfdiff.actions import Do
from elfdiff.causes._code import edited, most_changed
from elfdiff.causes._facts import flags_differ
from elfdiff.causes._order import by_collation, in_blocks, of_compiler, same_items, without_units
from elfdiff.causes._tools import compiler_changed, languages
from elfdiff.causes._wording import listed
from elfdiff.causes.model import Claim, Fallout, Proof, cause
from elfdiff.evidence.model import (
    DependencyDrift,
    EvidenceSet,
    FunctionTotals,
    OrderChange,
    SymbolRenamed,
    ToolChange,
    UnitNaming,
)
from elfdiff.report import Effect, Fix, Role

LINK, ARCHIVE = "link-input-order", "archive-member-order"
FOREIGN = "native-library-order"
EXPORTS, TABLES = "version-script-or-export-order", "dwarf-or-string-table-order"

_LINKED = frozenset({"file-symbols", "units", "frames", "needed"})

FEW = 0.1
"""The share of functions that an edit changes at most; more of them are a matter of flags."""

SORT = Fix(
    toolchain="make, cmake, shell",
    action=Do(
        "sort the inputs of the link.  make: $(sort $(wildcard *.c))  cmake: list(SORT SOURCES)  "
        "shell: printf '%s\\n' *.o | LC_ALL=C sort"
    ),
    effect=Effect.REMOVES,
    reaches=(LINK, ARCHIVE),
    note="-l options: one fixed order; python: sorted(glob.glob(…)); disorderfs shows whether a build depends on "
    "the order of directories",
)
SORT_NATIVE = Fix(
    toolchain="rustc, cargo",
    action=Do(
        "let build.rs compile and name its libraries in one order (cargo:rustc-link-lib, objects of the cc crate): no "
        "threads, no listing of a directory without a sort"
    ),
    effect=Effect.REMOVES,
    reaches=(FOREIGN,),
)
SORT_EXPORTS = Fix(
    toolchain="linker",
    action=Do("sort the lists from which the version script or the list of exports is made (LC_ALL=C sort)"),
    effect=Effect.REMOVES,
    reaches=(EXPORTS,),
)


@cause(
    title="the objects were linked in another order",
    role=Role.ROOT,
    faces={
        LINK: "objects or libraries came to the linker in another order",
        FOREIGN: "libraries of another language came to rustc's linker in another order",
        ARCHIVE: "an archive's members stand in another order",
        EXPORTS: "exports or symbol versions were listed in another order",
        TABLES: "string tables hold the same strings in another order",
    },
    fixes=(SORT, SORT_NATIVE, SORT_EXPORTS),
    references=(
        "Reproducible Builds, stable inputs: https://reproducible-builds.org/docs/stable-inputs/",
        "GNU make manual, wildcard and sort: https://www.gnu.org/software/make/manual/html_node/Wildcard-Function.html",
        "disorderfs: https://salsa.debian.org/reproducible-builds/disorderfs",
    ),
    choose=lambda context, faces: tuple(
        fix for fix in (SORT, SORT_NATIVE, SORT_EXPORTS) if set(fix.reaches) & set(faces)
    ),
)
def detect(evidence: EvidenceSet) -> Iterator[Claim]:
    """Equal sets in another order, unless a collation, a compiler or other code explains the order."""
    explained = [item.order for item in by_collation(evidence)]
    for order in evidence.of(OrderChange):
        if order in explained or order.count < 2 or not same_items(order):
            continue
        if of_compiler(order):
            foreign = without_units(order) if order.what == "file-symbols" else None
            if foreign is not None and not _tools_reorder(evidence):
                yield Claim(FOREIGN, (order,), Proof.SHAPE, _summary(foreign), "what rustc compiled stands as it did")
            continue
        if order.what == "members":
            yield Claim(ARCHIVE, (order,), Proof.REPLAYED, _summary(order), _note(order))
        elif order.what in _LINKED and (order.what == "needed" or not _tools_reorder(evidence)):
            # Flags that nobody recorded reorder functions as they change them.
            unless = (Fallout.ORDER,) if order.what != "needed" and edited(evidence) else ()
            yield Claim(LINK, (order,), _proof(order, evidence), _summary(order), _note(order), unless=unless)
        elif (
            order.what == "functions"
            and _without_file_symbols(evidence)
            and not _code_differs(evidence)
            and not edited(evidence)
        ):
            proof = Proof.SHAPE if in_blocks(order) else Proof.CONSISTENT
            yield Claim(LINK, (order,), proof, _summary(order), _note(order))


def _tools_reorder(evidence: EvidenceSet) -> bool:
    """Tools and flags reorder objects too: with -O2 gcc puts main into .text.startup, which comes first."""
    return evidence.has(ToolChange) or flags_differ(evidence) or most_changed(evidence)


def _proof(order: OrderChange, evidence: EvidenceSet) -> Proof:
    """Linkers write the symbols of source files in the order of their inputs, whatever an edit changed in one of those.
    Else other code casts doubt on the order: what was linked is not the same."""
    if order.what == "needed":
        return Proof.REPLAYED
    changed = len(edited(evidence))
    few = all(changed <= FEW * totals.compared for totals in evidence.of(FunctionTotals))
    return Proof.REPLAYED if not changed or (order.what == "file-symbols" and few) else Proof.SHAPE


def _without_file_symbols(evidence: EvidenceSet) -> bool:
    """True if no STT_FILE symbol can speak for the objects: after strip, and for compilers that write none."""
    return evidence.context.stripped or languages(evidence.context) <= {"fortran", "assembly"}


def _code_differs(evidence: EvidenceSet) -> bool:
    """True if the order of functions may follow from a compiler, from dependencies or from hashes in names."""
    renamed = any(item.scheme.startswith("rust") for item in evidence.of(SymbolRenamed))
    return renamed or compiler_changed(evidence) or evidence.has(DependencyDrift) or evidence.has(UnitNaming)


def _summary(order: OrderChange) -> str:
    where = next((i for i, (x, y) in enumerate(zip(order.a_order, order.b_order, strict=False)) if x != y), 0)
    left, right = (listed(side[where : where + 3], 3) for side in (order.a_order, order.b_order))
    return f"where they part, a goes on with {left}, b with {right}; {_sorted(order)}"


def _sorted(order: OrderChange) -> str:
    names = {"C": "sorted by bytes", "locale": "sorted as a dictionary does"}
    a, b = names.get(order.a_sorted or ""), names.get(order.b_sorted or "")
    if a and b:
        return f"a is {a}, b is {b}"
    if a or b:
        return f"{'a' if a else 'b'} is {a or b}, {'b' if a else 'a'} is not sorted"
    return "neither is sorted"


def _note(order: OrderChange) -> str:
    if order.what == "needed":
        return "the order of the -l options; the files cannot tell who chose it"
    return "the files cannot tell who chose the order"
