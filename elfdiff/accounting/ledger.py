"""account: every differing byte gets one class (CONTRACT.md, "The ledger")."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np

from elfdiff.accounting.books import Books
from elfdiff.accounting.claims import BESIDE, Claim, ClaimKind, Owner
from elfdiff.accounting.gaps import fill_gaps
from elfdiff.accounting.mirror import mirrored
from elfdiff.accounting.replayed import check_replayed
from elfdiff.accounting.side import BLOCK, Class
from elfdiff.accounting.totals import totals
from elfdiff.comparison.alignment.alignment import Alignment
from elfdiff.comparison.texts.rewrites import RewriteKind
from elfdiff.report import Ledger, Role
from elfdiff.span import SpanSet
from elfdiff.values import replace


def account(alignment: Alignment, owners: Mapping[int, tuple[Owner, ...]], claims: Sequence[Claim]) -> Ledger:
    """The ledger of an alignment.

    ``owners`` maps rewrite ids to the causes that own them; a rewrite without owner leaves its bytes unexplained.
    Raises UnbalancedLedger if the classes do not add up.
    """
    if not alignment.swapped:
        return ledger_of(Books(alignment.forward, owners, claims))
    turned = [replace(claim, a_span=claim.b_span, b_span=claim.a_span) for claim in claims]
    return mirrored(ledger_of(Books(alignment.forward, owners, turned)))


def ledger_of(books: Books) -> Ledger:
    """The ledger of one direction: all steps, in the order in which they may own a byte."""
    _compare(books)
    fill_gaps(books)
    _predicted(books)
    _rewritten(books)
    check_replayed(books)
    _claimed(books)
    _digests(books)
    _partners(books)
    return totals(books)


def _compare(books: Books) -> None:
    """Find the bytes that differ: unequal to their partners, or without one."""
    for a, b, n in books.alignment.runs.triples():
        for at in range(0, n, BLOCK):
            low, high = at, min(at + BLOCK, n)
            differs = books.a.data[a + low : a + high] != books.b.data[b + low : b + high]
            if differs.any():
                books.a.differs[a + low : a + high] = differs
                books.b.differs[b + low : b + high] = differs
    for side in (books.a, books.b):
        for start, end in zip(side.lone[0].tolist(), side.lone[1].tolist(), strict=True):
            side.differs[start:end] = True


def _predicted(books: Books) -> None:
    """Fields: the whole field must agree with b."""
    image = books.alignment.b
    for outcome in books.alignment.outcomes:
        group = outcome.prediction.fields
        label = books.label((), group.what)
        places = outcome.at[outcome.good]
        for index in range(group.width):
            books.b.kind[places + index] = Class.CONSEQUENCE
            books.b.owner[places + index] = label
        wrong = np.flatnonzero(~outcome.good & outcome.prediction.known[outcome.rows])
        if len(wrong):
            value = outcome.prediction.value[outcome.rows[wrong]]
            low = np.arange(group.width, dtype=np.int64)
            shift = 8 * (low if image.little else low[::-1])
            expected = (value[:, None] >> shift[None, :]) & 0xFF
            where = outcome.at[wrong][:, None] + low[None, :]
            agree = books.b.data[where] == expected
            books.contradicted[where] |= ~agree & ~books.b.differs[where]
        for index in range(group.width):
            books.contradicted[outcome.at[outcome.denied] + index] = True


def _rewritten(books: Books) -> None:
    """Words that a rewrite changed. A rewrite that was seen once derives nothing: it is as good as a copy."""
    uses = Counter(change.rewrite for change in books.alignment.changes)
    named = tuple(
        SpanSet.of(span for span in spans if span is not None)
        for spans in (
            [claim.a_span for claim in books.claims if not claim.beside],
            [claim.b_span for claim in books.claims if not claim.beside],
        )
    )
    for change in books.alignment.changes:
        owners = books.owners.get(change.rewrite, ())
        if not owners and books.rewrites[change.rewrite].kind is RewriteKind.OPAQUE:
            # A copied text excuses nothing: its place may still be claimed.
            continue
        if not owners:
            kind, label = Class.UNEXPLAINED, books.label((), "a rewrite that no cause owns")
        else:
            opaque = books.rewrites[change.rewrite].kind is RewriteKind.OPAQUE or uses[change.rewrite] < 2
            role = owners[0].role
            kind = Class.INPUT if role is Role.INPUT else Class.PAYLOAD if opaque else Class.ROOT
            causes = tuple(dict.fromkeys(owner.cause for owner in owners))
            label = books.label(causes, f"rewrite {change.rewrite}")
        whole = books.rewrites[change.rewrite].kind is RewriteKind.OPAQUE and bool(owners)
        for side, start, length, spans in (
            (books.a, change.a_at, change.a_length, named[0]),
            (books.b, change.b_at, change.b_length, named[1]),
        ):
            for span in spans.inside(start, start + length) if whole else ():
                side.own(span.start, span.end, kind, label)
            side.own(start, start + length, kind, books.label(books.labels[label][0], BESIDE) if whole else label)


def _claimed(books: Books) -> None:
    """What evidence covers and nothing derives."""
    for claim in dict.fromkeys(books.claims):
        label = books.label((claim.cause,), BESIDE if claim.beside else "claimed")
        kind = {ClaimKind.PAYLOAD: Class.PAYLOAD, ClaimKind.INPUT: Class.INPUT, ClaimKind.HASH: Class.HASH}[claim.kind]
        for side, span in ((books.a, claim.a_span), (books.b, claim.b_span)):
            if span is not None:
                side.own(span.start, min(span.end, len(side.data)), kind, label)
        if claim.kind is ClaimKind.PAYLOAD and claim.b_span is not None:
            # A cause says that something else stands here: what was predicted of it is void.
            books.contradicted[claim.b_span.start : claim.b_span.end] = False


def _digests(books: Books) -> None:
    """Build IDs and the debug link's CRC, where nobody claims them."""
    label = books.label((), "digest")
    for image, side in ((books.alignment.a, books.a), (books.alignment.b, books.b)):
        for note in image.elf.notes:
            known = (note.owner, note.type) in (("GNU", 3), ("Go", 4))
            if known and 8 <= note.description_span.length <= 128:
                side.own(note.description_span.start, note.description_span.end, Class.HASH, label)
        link = image.elf.section(".gnu_debuglink")
        if link is not None and link.span is not None and link.span.length >= 8:
            side.own(link.span.end - 4, link.span.end, Class.HASH, label)


def _partners(books: Books) -> None:
    """A byte of a has the class of its partner; what has none keeps its own."""
    back = books.alignment.runs.inverse()
    for part in books.b.blocks(0, len(books.b.data)):
        theirs = part.start + np.flatnonzero(books.b.differs[part]).astype(np.int64)
        ours, known = back.map_fields(theirs, 1)
        theirs, ours = theirs[known], ours[known]
        take = books.b.kind[theirs] != 0
        books.a.kind[ours[take]] = books.b.kind[theirs[take]]
        books.a.owner[ours[take]] = books.b.owner[theirs[take]]
        give = ~take & (books.a.kind[ours] != 0)
        books.b.kind[theirs[give]] = books.a.kind[ours[give]]
        books.b.owner[theirs[give]] = books.a.owner[ours[give]]
    for side in (books.a, books.b):
        for part in side.blocks(0, len(side.data)):
            kind, differs = side.kind[part], side.differs[part]
            kind *= differs
            kind[differs & (kind == 0)] = Class.UNEXPLAINED
