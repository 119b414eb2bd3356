"""What the replay, which cannot open b, gives: only where it equals b is a byte derived (DESIGN.md, law 2)."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from elfdiff.accounting.books import Books
from elfdiff.accounting.derived import emptied
from elfdiff.accounting.explanation import Deflated, Explanation
from elfdiff.accounting.fips import CheckedSum
from elfdiff.accounting.hashing import HashTable
from elfdiff.accounting.padding import paddings
from elfdiff.accounting.pools import made_pool
from elfdiff.accounting.proof import explain
from elfdiff.accounting.relative import PackedTable
from elfdiff.accounting.replay import compress, image
from elfdiff.accounting.side import Bytes, Class
from elfdiff.accounting.tails import merged, parted
from elfdiff.span import SpanSet


def check_replayed(books: Books) -> None:
    """DESIGN.md, law 2: only bytes where the replay, which cannot open b, equals b are owned by what derives
    them."""
    if not books.alignment.outcomes and not books.alignment.changes:
        return
    size = len(books.alignment.b.elf.data)
    source = books.alignment.a.elf.data
    explanation = explain(books.alignment, False)
    got = image(source, explanation)
    truth = books.alignment.b.array
    # Compressing takes longest of all, and other contents give another stream.
    right = [
        part
        for part in explanation.deflated
        if np.array_equal(got[part.image_at :][: part.size], truth[part.image_at :][: part.size])
    ]
    compress(got, right, explanation.little)
    got = got[:size]
    _recompressed(books, got, right)
    _made(books, got, explanation)
    label = books.label((), "not what the replay gives")
    for part in books.b.blocks(0, size):
        kind = books.b.kind[part]
        derived = (kind == Class.CONSEQUENCE) | (kind == Class.ROOT)
        wrong = derived & books.b.differs[part] & (got[part] != books.b.data[part])
        kind[wrong] = Class.UNEXPLAINED
        books.b.owner[part][wrong] = label


def _recompressed(books: Books, got: Bytes, parts: Iterable[Deflated]) -> None:
    """Compressed sections follow from their contents if compressing what the replay gives makes b's bytes.

    Only where every changed word of the contents has an owner.
    """
    label = books.label((), "compressed from its contents")
    for part in parts:
        end = part.image_at + part.size
        changes = [c for c in books.alignment.changes if part.image_at <= c.b_at < end]
        if not all(books.owners.get(change.rewrite) for change in changes):
            continue
        low, high = min(part.size_at, part.at), part.at + part.length
        if not bool((got[low:high] == books.b.data[low:high]).all()):
            continue
        books.b.kind[low:high] = Class.CONSEQUENCE
        books.b.owner[low:high] = label
        for x, y in books.alignment.pieces:
            if x is not None and y is not None and y.start <= low < y.end:
                books.a.own(x.start, x.end, Class.CONSEQUENCE, label)


def _made(books: Books, got: Bytes, explanation: Explanation) -> None:
    """Padding of code, and tables that the replay makes anew, word by word."""
    label = books.label((), "padding")
    found = paddings(books.alignment)
    understood = np.array([(span.start, span.end) for span in SpanSet.of(found.known)], dtype=np.int64)
    starts, ends = understood.reshape(-1, 2).T
    back = books.alignment.runs.inverse()
    for gap in found.made:
        low, high = gap.at, min(gap.at + gap.length, len(got))
        equal = got[low:high] == books.b.data[low:high]
        if equal.all():
            books.b.kind[low:high] = Class.CONSEQUENCE
            books.b.owner[low:high] = label
        books.contradicted[low:high] |= ~equal & ~books.b.differs[low:high]
        # What a has in the place of padding must be padding, too.
        theirs = low + np.flatnonzero(books.b.differs[low:high]).astype(np.int64)
        ours, paired = back.map_fields(theirs, 1)
        row = np.searchsorted(starts, ours, side="right") - 1
        held = row >= 0
        held[held] = ours[held] < ends[row[held]]
        books.b.kind[theirs[paired & ~held]] = 0
    for span in found.known:
        for begin, stop in books.a.lone_within(span.start, span.end):
            books.a.kind[begin:stop] = Class.CONSEQUENCE
            books.a.owner[begin:stop] = label
    label = books.label((), "end of another text")
    for _, low, n in parted(books.alignment):
        for begin, stop in books.b.lone_within(low, low + n):
            books.b.kind[begin:stop] = Class.CONSEQUENCE
            books.b.owner[begin:stop] = label
    for span in merged(books.alignment):
        for begin, stop in books.a.lone_within(span.start, span.end):
            books.a.kind[begin:stop] = Class.CONSEQUENCE
            books.a.owner[begin:stop] = label
    label = books.label((), "section of texts")
    for pool in explanation.pools:
        for at, content in made_pool(books.alignment.a.elf.data, pool):
            low, high = at, min(at + len(content), len(got))
            if bool((got[low:high] == books.b.data[low:high]).all()):
                books.b.kind[low:high] = Class.CONSEQUENCE
                books.b.owner[low:high] = label
    for span in emptied(books.alignment):
        for begin, stop in books.a.lone_within(span.start, span.end):
            books.a.own(begin, stop, Class.CONSEQUENCE, label)
    made: list[tuple[HashTable | PackedTable | CheckedSum, str, int]] = [
        *((checked, "checksum of Go's FIPS code", checked.length) for checked in explanation.sums),
        *((table, "hash table of symbols", 4) for table in explanation.hash_tables),
        *((table, "packed relocations", table.word) for table in explanation.packed),
    ]
    for table, how, word in made:
        label = books.label((), how)
        low, high = table.at, table.at + table.length
        equal = got[low:high] == books.b.data[low:high]
        words = np.arange(high - low) // word
        whole = np.bincount(words[~equal], minlength=len(words) // word + 1)[words] == 0
        books.b.kind[low:high][whole] = Class.CONSEQUENCE
        books.b.owner[low:high][whole] = label
        books.contradicted[low:high] |= ~equal & ~books.b.differs[low:high]
        if isinstance(table, PackedTable) and equal.all():
            # A shorter table leaves something over.
            for begin, stop in books.a.lone_within(table.a_at, table.a_at + table.a_length):
                books.a.kind[begin:stop] = Class.CONSEQUENCE
                books.a.owner[begin:stop] = label
