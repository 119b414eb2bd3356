"""A generator or a tool walked a hash table, or shuffled on purpose.

## What it looks like

The same texts in another order, in one section and with equal sizes; pointers to them change places in `.data.rel.ro`
and `.rela.dyn`. Two runs of one generator:

    a  "red" "blue" "green" "black"
    b  "black" "red" "green" "blue"

With `--shuffle-sections` functions change places while the objects keep their order. Kernels with randomised
structures say `RANDSTRUCT_<hash>` in their vermagic, and member offsets differ all over the code.

## Why it happens

Python, Perl, Ruby, Qt's tools and Rust's HashMap walk hash tables in an order that a seed decides, and the seed is
drawn in every run. A table that such a script writes into a source file is then another table each time. Linkers
shuffle when told to; randstruct draws a seed in every clean kernel build.

## How to be sure

The texts are equal as a set, the objects of the link kept their order, and no tool, flag or source digest differs.
That leaves a shuffled table, but not who shuffled it: somebody may have sorted it by hand. Build twice on one
machine: a hash order differs again, a directory's order (link-order) does not, and with PYTHONHASHSEED=0 a Python
generator's stops changing. Rust's HashMap has no seed from outside.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from elfdiff.actions import Do
from elfdiff.causes._code import differs_in_numbers
from elfdiff.causes._facts import besides, inputs_differ, values
from elfdiff.causes._order import collated_records
from elfdiff.causes._tools import languages
from elfdiff.causes.model import Claim, Proof, cause
from elfdiff.evidence.entries import EntryOrderChange
from elfdiff.evidence.facts import ItemOrderChange
from elfdiff.evidence.files import BytecodeChange
from elfdiff.evidence.model import (
    Context,
    DataChange,
    EvidenceSet,
    FunctionChange,
    OrderChange,
    TextChange,
    TextOrderChange,
    WordChange,
)
from elfdiff.patterns import late
from elfdiff.report import Effect, Fix, Role

_MANY = 5
_TAKEN_OUT = 3
_PIECES = 8
"""Somebody who moves functions about in a source file leaves it in fewer pieces."""
"""Who sorts a table by hand takes one text or two out and puts them elsewhere; a shuffle leaves few in order."""

_ITEMS = {
    "objects": "pieces of named data",
    "records": "records of a table",
    "numbers": "constants of a function",
    "pieces": "pieces of a section",
}
_QUOTED = late(r'"([^"]*)"')
_COMPILED = frozenset({"rust", "go", "zig", "haskell", "ocaml", "d", "ada"})
"""Languages whose own generators read no seed from outside."""

_KEYS = "keys of a hash, or a listing of a directory"
_SEEDS = Fix(
    "any",
    Do(
        f"sort what the generator writes, {_KEYS}; generators in Python and Perl, and Qt's, take a seed",
        "export PYTHONHASHSEED=0 PERL_HASH_SEED=0 PERL_PERTURB_KEYS=0 QT_HASH_SEED=0",
    ),
    Effect.REMOVES,
    ("hash-seed-order",),
    note="the files do not say which generator wrote the table",
)
_SORT = Fix(
    "any",
    Do(f"sort what the generator writes, {_KEYS} (in Rust macros: BTreeMap or IndexMap instead of HashMap)"),
    Effect.REMOVES,
    ("hash-seed-order",),
    note="Rust's HashMap takes no seed from outside",
)
_SHUFFLE = Fix(
    "lld, mold",
    Do("take --shuffle-sections (Go: -ldflags=-randlayout) out of the link, or give it a fixed seed other than 0"),
    Effect.REMOVES,
    ("linker-shuffle",),
)
_STRUCT = Fix(
    "kbuild",
    Do("keep scripts/basic/randstruct.seed with the sources (clang: -frandomize-layout-seed=NAME)"),
    Effect.REMOVES,
    ("randstruct-seed",),
)
_ALL = (_SEEDS, _SORT, _SHUFFLE, _STRUCT)


def choose(context: Context, faces: tuple[str, ...]) -> tuple[Fix, ...]:
    """The fixes that reach a face of this pair."""
    own = bool(context.languages) and set(context.languages) <= _COMPILED
    unfit = _SEEDS if own else _SORT
    return tuple(fix for fix in _ALL if set(fix.reaches) & set(faces) and fix is not unfit)


@cause(
    title="a hash table's order, or a shuffle, decided an order",
    role=Role.ROOT,
    faces={
        "hash-seed-order": "a generator wrote the same items in another order",
        "randstruct-seed": "structure members were laid out by another random seed",
        "linker-shuffle": "the linker shuffled sections",
    },
    fixes=_ALL,
    references=(
        "reproducible-builds.org: stable outputs; theunreproduciblepackage: hash",
        "Python documentation: PYTHONHASHSEED; perlrun: PERL_HASH_SEED",
        "reviews.llvm.org/D74791 (--shuffle-sections)",
        "Linux: Documentation/kbuild/reproducible-builds.rst (randstruct.seed)",
    ),
    choose=choose,
)
def detect(evidence: EvidenceSet) -> Iterator[Claim]:
    yield from _structures(evidence)
    sets = [change for change in evidence.of(BytecodeChange) if change.what == "set-order"]
    if sets:
        yield Claim(
            "hash-seed-order", tuple(sets), Proof.RECORDED, "bytecode holds the items of a set in another order"
        )
    zips = [order for order in evidence.of(EntryOrderChange) if order.hashed]
    if zips:
        who = "PAR::Packer" if zips[0].container == "PAR" else "PyInstaller"
        summary = f"{zips[0].count} files stand in another order, in which {who} took them out of a hash table"
        yield Claim("hash-seed-order", tuple(zips), Proof.RECORDED, summary)
    moved = {change.what for change in evidence.of(OrderChange)}
    if inputs_differ(evidence) or moved & {"file-symbols", "units", "frames", "members"}:
        return
    if collated_records(evidence):
        return  # two collations explain the order
    # What is sorted on a side was sorted there, and hashed by nobody.
    tables = tuple(table for table in evidence.of(TextOrderChange) if not (table.a_sorted or table.b_sorted))
    orders = (TextOrderChange, ItemOrderChange)
    if tables and "functions" not in moved and not besides(evidence, *orders, DataChange, FunctionChange):
        shuffled_much = any(
            (table.moved or table.count) >= _MANY and (table.moved or table.count) - table.kept >= _TAKEN_OUT
            for table in tables
        )
        changed = [change for change in evidence.of(FunctionChange) if change.certain]
        yield Claim(
            "hash-seed-order",
            (*tables, *evidence.of(ItemOrderChange)),
            Proof.SHAPE if shuffled_much and all(map(differs_in_numbers, changed)) else Proof.CONSISTENT,
            f"{tables[0].section or 'a section'} holds the same {tables[0].count} texts in another order",
            "in a stripped file another link order looks the same" if evidence.context.stripped else None,
        )
    elif not tables and "functions" not in moved:
        yield from _items(evidence)
    shuffled = tuple(change for change in evidence.of(OrderChange) if change.what == "functions")
    linker = evidence.context.has_tool("mold") or evidence.context.has_tool("lld")
    told = bool(shuffled) and shuffled[0].count >= _MANY and not evidence.context.stripped
    if told and not linker and not besides(evidence):
        much = _runs(shuffled[0]) > _PIECES
        yield Claim(
            "hash-seed-order",
            shuffled,
            Proof.SHAPE if much else Proof.CONSISTENT,
            f"the same {shuffled[0].count} functions stand in another order, and the objects of the link do not",
            "whoever moves functions within a source file makes the same picture",
        )
    if shuffled and linker and not evidence.context.stripped and not besides(evidence, TextOrderChange):
        yield Claim(
            "linker-shuffle",
            shuffled,
            Proof.CONSISTENT,
            f"{shuffled[0].count} functions changed places, and the objects of the link did not",
        )


def _runs(order: OrderChange) -> int:
    """Into how many runs that keep their order a's items part in b: two or three for what somebody moved by hand."""
    places = {name: index for index, name in enumerate(order.b_order)}
    known = [places[name] for name in order.a_order if name in places]
    return 1 + sum(y != x + 1 for x, y in pairwise(known))


def _items(evidence: EvidenceSet) -> Iterator[Claim]:
    """Named data, records of tables or constants of functions that are the same in another order."""
    # Pieces without names follow texts that changed: linkers lay constants out by what they hold.
    others = besides(evidence, ItemOrderChange)
    changes = [change for change in evidence.of(ItemOrderChange) if change.what != "pieces" or not others]
    if not changes:
        return
    named = {change.symbol for change in changes if change.what == "numbers"}
    functions = [change for change in evidence.of(FunctionChange) if change.certain]
    led = [change for change in functions if _leads_to_another(change, changes)]
    beside = [change for change in functions if change.symbol not in named and change not in led]
    first = max(changes, key=lambda change: change.count)
    # A generator in C sorts by hand as well; a compiler that lays code out in its own order does so in every build.
    many = first.count >= _MANY or (
        first.what == "pieces" and bool(languages(evidence.context)) and languages(evidence.context) <= _COMPILED
    )
    sure = many and not beside and not evidence.has(DataChange)
    yield Claim(
        "hash-seed-order",
        (*changes, *led, *(text for text in evidence.of(TextChange) if text.fragment or _is_inside(text, changes))),
        Proof.SHAPE if sure else Proof.CONSISTENT,
        f"{first.count} {_ITEMS[first.what]} in another order",
        "build once more in the same place: a hash table's order differs again",
    )


def _leads_to_another(change: FunctionChange, tables: Sequence[ItemOrderChange]) -> bool:
    """True if a function differs in what it reads out of one place of a table: another item stands there."""
    lines = list(zip(change.a_lines, change.b_lines, strict=False))
    if not lines or len(change.a_lines) != len(change.b_lines):
        return False
    stood = {pair for table in tables for pair in zip(table.a_order, table.b_order, strict=False)}
    for left, right in lines:
        if left == right:
            continue
        a, b = _QUOTED.findall(left), _QUOTED.findall(right)
        if _QUOTED.sub("", left) != _QUOTED.sub("", right) or not all(pair in stood for pair in zip(a, b, strict=True)):
            return False
    return True


def _is_inside(text: TextChange, changes: Sequence[ItemOrderChange]) -> bool:
    return any(
        text.a is not None
        and change.a is not None
        and change.a.offset <= text.a.offset
        and text.a.offset + text.a.length <= change.a.offset + change.a.length
        for change in changes
    )


def _structures(evidence: EvidenceSet) -> Iterator[Claim]:
    """The hash of the randstruct seed, as vermagic carries it."""
    words = [word for word in evidence.of(WordChange) if "RANDSTRUCT_" in word.context]
    words = [w for w in words if "RANDSTRUCT_" in w.a_word + w.b_word or "RANDSTRUCT_" in "".join(values(w))]
    if words:
        yield Claim(
            "randstruct-seed",
            tuple(words),
            Proof.RECORDED,
            f"{words[0].a_word} became {words[0].b_word}",
            explains_code=True,
        )
