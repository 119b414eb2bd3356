r"""The builds ran under different locales.

## What it looks like

The same things in two orders, each sorted in its own way, or a text in two languages:

```
order    a  Functions.c Lexer.c eval.c main.c      sorted by bytes: capitals first
         b  eval.c Functions.c Lexer.c main.c      sorted as a dictionary does
.rodata  a  Tuesday, 14 November 2023
         b  Dienstag, 14 November 2023
```

Where the link's order differs, every function has another address.

## Why it happens

`ls`, `sort` and the shell's `*.c` follow LC_COLLATE; `date`, `gcc --version` and error texts follow LC_TIME and
LC_MESSAGES; printf in awk and in the shell may write `1,5` for `1.5`. Some encodings (Latin-1, UTF-8) change
bytes above 0x7f.

## How to be sure

Both orders are sorted, under two collations, and the names are such that the collations differ (capitals, `_`,
`-`, `.`). With five or more names that does not happen by chance. With three or four it is likely; with two
names any order is sorted somehow, and elfdiff says `link-order`. Month and day names in two languages at the
same place of a text are decisive; a decimal comma is likely.

What the bytes cannot tell: which program sorted.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from elfdiff.actions import Export
from elfdiff.causes._order import CERTAIN_FROM, LIKELY_FROM, by_collation, collated_records
from elfdiff.causes._wording import became, listed, quoted
from elfdiff.causes.model import Claim, Proof, cause
from elfdiff.evidence.entries import EntryOrderChange
from elfdiff.evidence.facts import ItemOrderChange
from elfdiff.evidence.files import ListOrderChange
from elfdiff.evidence.model import EvidenceSet, TextOrderChange, WordChange, WordKind
from elfdiff.report import Effect, Fix, Role

ORDER, MESSAGES = "locale-sort-order", "env-locale-messages"

PLAIN = Fix(
    toolchain="any",
    action=Export("LC_ALL", "C"),
    effect=Effect.REMOVES,
    reaches=(ORDER, MESSAGES),
    note="C.UTF-8 where a tool needs UTF-8; LC_ALL overrides LANG and every other LC_ variable",
)


@cause(
    title="the builds ran under different locales",
    role=Role.ROOT,
    faces={
        ORDER: "both orders are sorted, under two collations",
        MESSAGES: "dates, numbers or messages in two languages",
    },
    fixes=(PLAIN,),
    references=(
        "Reproducible Builds, locales: https://reproducible-builds.org/docs/locales/",
        "POSIX, locale: https://pubs.opengroup.org/onlinepubs/9799919799/basedefs/V1_chap07.html",
    ),
)
def detect(evidence: EvidenceSet) -> Iterator[Claim]:
    """Orders that two collations give, and words in two languages."""
    for item in by_collation(evidence):
        proof = Proof.REPLAYED if item.decisive else Proof.SHAPE
        other = "b" if item.in_bytes == "a" else "a"
        summary = f"{item.in_bytes} sorts by bytes ({listed(item.names, 4)}), {other} as a dictionary does"
        yield Claim(ORDER, (item.order,), proof, summary)
    lists: list[EntryOrderChange | ListOrderChange] = [*evidence.of(EntryOrderChange), *evidence.of(ListOrderChange)]
    for order in lists:
        if {order.a_sorted, order.b_sorted} == {"C", "locale"}:
            side, other = ("a", "b") if order.a_sorted == "C" else ("b", "a")
            sure = Proof.REPLAYED if order.count >= CERTAIN_FROM else Proof.SHAPE
            names = listed(order.a_order, 3)
            yield Claim(ORDER, (order,), sure, f"{side} sorts files by bytes, {other} as a dictionary does: {names}")
    orders = (*evidence.of(TextOrderChange), *evidence.of(ItemOrderChange))
    for table in evidence.of(TextOrderChange):
        if {table.a_sorted, table.b_sorted} == {"C", "locale"} and (table.moved or table.count) >= LIKELY_FROM:
            side, other = ("a", "b") if table.a_sorted == "C" else ("b", "a")
            yield Claim(
                ORDER,
                (table, *evidence.of(ItemOrderChange)),
                Proof.REPLAYED if table.moved >= CERTAIN_FROM else Proof.SHAPE,
                f"a table of {table.moved} texts is sorted by bytes in {side}, as a dictionary sorts in {other}",
            )
    for records, side in collated_records(evidence)[:1]:
        other = "b" if side == "a" else "a"
        names = listed(records.a_order if side == "a" else records.b_order, 4)
        yield Claim(
            ORDER,
            (records, *(fact for fact in orders if fact is not records)),
            Proof.REPLAYED if records.count >= CERTAIN_FROM else Proof.SHAPE,
            f"a table of {records.count} records is sorted by bytes in {side} ({names}), "
            f"as a dictionary sorts in {other}",
        )
    words = [word for word in evidence.of(WordChange) if word.kind is WordKind.LOCALE]
    if words:
        named = any(re.search(r"[^\W\d_]", word.a_word + word.b_word) for word in words)
        summary = became(quoted(words[0].a_word), quoted(words[0].b_word))
        yield Claim(MESSAGES, tuple(words), Proof.REPLAYED if named else Proof.SHAPE, summary)
