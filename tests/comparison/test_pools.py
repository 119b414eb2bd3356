"""String tables are aligned string by string; rewrites are applied only where b holds the result."""

from __future__ import annotations

from elfdiff.comparison.texts.pools import Rewriter, align_pool, align_text_in, pieces
from elfdiff.comparison.texts.rewrites import Rewrite, RewriteKind

PREFIX = Rewrite(0, RewriteKind.PREFIX, b"/home/ci", b"/tmp/longer/one")


def place(alignment, a, b, text, other=None):
    at = a.index(text)
    found = [y + at - x for x, y, n in alignment.runs.triples() if x <= at < x + n]
    return found == [b.index(other or text)]


def test_strings_in_another_order():
    a, b = b"\0alpha\0beta\0gamma\0", b"\0gamma\0alpha\0beta\0"
    done = align_pool(a, b, Rewriter(()))
    assert all(place(done, a, b, text) for text in (b"alpha\0", b"beta\0", b"gamma\0"))


def test_a_rewritten_string_is_a_partner_and_a_change():
    a, b = b"\0/home/ci/x.c\0tail\0", b"\0/tmp/longer/one/x.c\0tail\0"
    done = align_pool(a, b, Rewriter([PREFIX]))
    assert [(c.a_at, c.a_length, c.b_at, c.b_length, c.rewrite) for c in done.changes] == [(1, 8, 1, 15, 0)]
    assert place(done, a, b, b"/x.c")
    assert place(done, a, b, b"tail\0")


def test_one_other_string_between_partners_goes_with_its_like():
    a, b = b"\0one\0left\0two\0", b"\0one\0right\0two\0"
    done = align_pool(a, b, Rewriter(()))
    assert place(done, a, b, b"left", b"right")
    assert done.changes == ()


def test_hashes_in_names_do_not_part_partners():
    a = b"\0f.llvm.12345\0g\0h.llvm.12345\0"
    b = b"\0h.llvm.987654\0g\0f.llvm.987654\0"
    done = align_pool(a, b, Rewriter(()))
    assert place(done, a, b, b"f.llvm.")
    assert place(done, a, b, b"h.llvm.")


def test_pieces_of_several_rewrites():
    other = Rewrite(1, RewriteKind.TOKEN, b"v1", b"version2")
    assert pieces(b"/home/ci/v1/x", b"/tmp/longer/one/version2/x", [PREFIX, other]) == [
        (0, 8, 0, 15, 0),
        (9, 2, 16, 8, 1),
    ]
    assert pieces(b"/home/ci/v1/x", b"/tmp/longer/one/v1/y", [PREFIX, other]) is None


def test_text_among_data_is_rewritten_only_if_b_holds_it():
    a = b"\1\2\3\4binary data before\0/home/ci/main.c\0\7\7\7\7after it, more\0"
    b = a.replace(b"/home/ci", b"/tmp/longer/one")
    done = align_text_in(a, b, Rewriter([PREFIX]))
    assert [(c.a_length, c.b_length) for c in done.changes] == [(8, 15)]
    assert place(done, a, b, b"/main.c\0")
    assert place(done, a, b, b"after it")
    assert align_text_in(a, a[:-1] + b"!", Rewriter([PREFIX])).changes == ()


def test_a_text_that_changed_whole_stands_where_its_partner_stands():
    rewrite = Rewrite(0, RewriteKind.OPAQUE, b"v1.0", b"version 2.0")
    a = b"\1\2\3\4binary data before\0v1.0\0\7\7\7\7after it, more\0"
    b = a.replace(b"v1.0", b"version 2.0")
    done = align_text_in(a, b, Rewriter([rewrite]))
    assert [(c.a_length, c.b_length) for c in done.changes] == [(4, 11)]
    assert place(done, a, b, b"after it")
    twice = a + b"v1.0\0"
    assert align_text_in(twice, b, Rewriter([rewrite])).changes == ()


def test_a_whole_text_goes_with_its_like_wherever_its_neighbours_went():
    # lld draws the order of texts from what they hold; both files begin with one that goes on in another way.
    a = b"\1\0\2\0/home/ci/util.c\0some words\0/home/ci/util.c built\0other words\0/home/ci/main.c\0"
    b = (
        b"\1\0\2\0/tmp/longer/one/util.c built\0other words\0/tmp/longer/one/main.c\0some words\0"
        b"/tmp/longer/one/util.c\0"
    )
    done = align_text_in(a, b, Rewriter([PREFIX]))
    assert len(done.changes) == 3
    for text in (b"util.c\0", b"util.c built\0", b"main.c\0"):
        assert place(done, a, b, text)


def test_a_long_end_without_a_nul_is_walked_once():
    """At 300 kB a walk from each byte to the end would take minutes."""
    opaque = Rewrite(0, RewriteKind.OPAQUE, b"one text", b"another text")
    a, b = (b"\0" + text + b"\0" + b"x" * 300_000 for text in (opaque.a, opaque.b))
    done = align_text_in(a, b, Rewriter([opaque]))
    assert place(done, a, b, b"xx")
