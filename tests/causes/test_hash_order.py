from __future__ import annotations

from dataclasses import replace

from elfdiff.causes.hash_order import detect as hash_order
from elfdiff.causes.source_change import detect as source_change
from elfdiff.evidence.facts import ItemOrderChange
from elfdiff.evidence.model import SourceDigestChange, TextOrderChange, WordKind


def shuffled(count):
    return TextOrderChange(section=".rodata", count=count)


def test_the_same_texts_in_another_order_are_likely_at_most(seen, ask):
    assert ask(hash_order, seen.given(shuffled(12))) == {"hash-seed-order": "likely"}
    assert ask(hash_order, seen.given(shuffled(3))) == {"hash-seed-order": "possible"}
    assert ask(hash_order, seen.given(shuffled(12), seen.function("table"))) == {"hash-seed-order": "possible"}
    computed = seen.given(shuffled(12), seen.function("main", ["mov eax, 0x1f"], ["mov eax, 0x2e"]))
    assert ask(hash_order, computed) == {"hash-seed-order": "likely"}
    assert ask(source_change, computed) == {}


def test_a_few_texts_that_moved_may_have_been_moved_by_hand(seen, ask):
    for moved, kept in ((5, 3), (4, 1), (40, 38)):
        table = TextOrderChange(section=".rodata", count=304, moved=moved, kept=kept)
        assert ask(hash_order, seen.given(table)) == {"hash-seed-order": "possible"}
        assert ask(source_change, seen.given(table)) == {"source-change": "possible"}
    table = TextOrderChange(section=".rodata", count=304, moved=7, kept=3)
    assert ask(hash_order, seen.given(table)) == {"hash-seed-order": "likely"}
    assert ask(source_change, seen.given(table)) == {}


def test_a_link_order_moves_texts_too(seen, ask):
    for what in ("file-symbols", "units", "members"):
        order = seen.order(what, ["a.c", "b.c"], ["b.c", "a.c"])
        assert ask(hash_order, seen.given(shuffled(12), order)) == {}


def test_anything_known_to_differ_comes_first(seen, ask):
    assert ask(hash_order, seen.given(shuffled(12), seen.tool("gcc", "11", "12"))) == {}
    assert ask(hash_order, seen.given(shuffled(12), SourceDigestChange(file="table.c"))) == {}
    assert ask(hash_order, seen.given(shuffled(12), seen.path("/w/a", "/w/b", "x.c"))) == {}


def test_functions_that_move_alone_are_possibly_a_linkers_shuffle(seen, ask):
    order = seen.order("functions", ["f", "g", "h"], ["h", "f", "g"])
    assert ask(hash_order, seen.given(order, a_tools=(("mold", "1.10.1"),))) == {"linker-shuffle": "possible"}
    assert ask(hash_order, seen.given(order, a_tools=(("gcc", "12.2.0"),))) == {}


def test_functions_of_one_object_in_another_order_are_a_generators_or_moved_by_hand(seen, ask):
    names = [f"f{i}" for i in range(24)]
    drawn = seen.order("functions", names, [names[i * 7 % 24] for i in range(24)])
    assert ask(hash_order, seen.given(drawn)) == {"hash-seed-order": "likely"}
    moved = seen.order("functions", names, [*names[:4], *names[8:16], *names[4:8], *names[16:]])
    assert ask(hash_order, seen.given(moved)) == {"hash-seed-order": "possible"}
    assert ask(hash_order, seen.given(drawn, stripped=True)) == {}
    assert ask(hash_order, seen.given(drawn, seen.text("usage: a", "usage: b"))) == {}


def test_the_seed_of_structures_stands_in_vermagic(seen, ask):
    context = "6.1.0 SMP mod_unload RANDSTRUCT_0a1b"
    word = seen.word(WordKind.OTHER, "RANDSTRUCT_0a1b", "RANDSTRUCT_99ff", context)
    assert ask(hash_order, seen.given(word)) == {"randstruct-seed": "certain"}
    other = seen.word(WordKind.KERNEL, "6.1.0", "6.1.1", context)
    assert ask(hash_order, seen.given(other)) == {}


def items(what, count, symbol=None):
    return ItemOrderChange(section=".rodata", symbol=symbol, what=what, count=count, a_order=("x",), b_order=("y",))


def test_the_same_items_in_another_order(seen, ask):
    assert ask(hash_order, seen.given(items("objects", 10))) == {"hash-seed-order": "likely"}
    assert ask(hash_order, seen.given(items("records", 3))) == {"hash-seed-order": "possible"}
    assert ask(hash_order, seen.given(items("objects", 10), seen.function("main"))) == {"hash-seed-order": "possible"}
    assert ask(hash_order, seen.given(items("objects", 10), seen.tool("gcc", "11", "12"))) == {}


def test_no_seed_is_advised_where_rust_alone_was_at_work(seen):
    fixes = hash_order.fixes_for(seen.given(languages=("rust",)).context, ("hash-seed-order",))
    assert not any("PYTHONHASHSEED" in fix.line for fix in fixes)
    fixes = hash_order.fixes_for(seen.given(languages=("c",)).context, ("hash-seed-order",))
    assert any("PYTHONHASHSEED" in fix.line for fix in fixes)


def test_a_table_of_texts_and_the_table_of_their_addresses_are_one_order(seen, ask):
    assert ask(hash_order, seen.given(shuffled(12), items("records", 8))) == {"hash-seed-order": "likely"}


def test_pieces_without_names_in_another_order(seen, ask):
    pieces = items("pieces", 2)
    assert ask(hash_order, seen.given(pieces, languages=("rust",))) == {"hash-seed-order": "likely"}
    assert ask(hash_order, seen.given(pieces, languages=("c",))) == {"hash-seed-order": "possible"}
    beside = seen.word(WordKind.TEMPORARY, "/tmp/cargo-installxmn5lp", "/tmp/cargo-installJ3kQf9")
    assert ask(hash_order, seen.given(pieces, beside, languages=("rust",))) == {}


def test_a_table_that_a_locale_sorted_is_no_hash_order(seen, ask):
    table = replace(shuffled(12), a_sorted="C", b_sorted="locale")
    assert ask(hash_order, seen.given(table, items("records", 10))) == {}


def test_a_function_that_reads_one_place_of_the_table_follows(seen, ask):
    def reads(a, b):
        return seen.function("about", [f'lea rax, [rip + "{a}"]'], [f'lea rax, [rip + "{b}"]'])

    table = replace(items("records", 11), a_order=("croaring", "boost"), b_order=("poco", "boost"))
    assert ask(hash_order, seen.given(table, reads("croaring", "poco"))) == {"hash-seed-order": "likely"}
    assert ask(source_change, seen.given(table, reads("croaring", "poco"))) == {}
    assert ask(hash_order, seen.given(table, reads("croaring", "boost"))) == {"hash-seed-order": "possible"}
