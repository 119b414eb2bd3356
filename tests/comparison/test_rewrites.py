"""Prefix rewrites: inferred from votes, applied at component boundaries only."""

import pytest

from elfdiff.comparison.texts.rewrites import apply_prefix, infer_prefixes, paths_in, split_common_tail


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (b"/tmp/b1/src/x.c", b"/w/src/x.c"),
        (b"/tmp/b1", b"/w"),
        (b"/tmp/b10/x.c", b"/tmp/b10/x.c"),
        (b"-I/tmp/b1/include -I/tmp/b1", b"-I/w/include -I/w"),
        (b"/tmp/b1:/tmp/b1/lib", b"/w:/w/lib"),
        (b"/tmp/b1.old/x", b"/tmp/b1.old/x"),
    ],
)
def test_a_prefix_is_whole_components(text: bytes, expected: bytes) -> None:
    assert apply_prefix(b"/tmp/b1", b"/w", text) == expected


def test_paths_end_at_quotes_spaces_and_source_suffixes() -> None:
    assert paths_in(b'failed at "/a/b/c.c", line 3') == [b"/a/b/c.c"]
    assert paths_in(b"/a/b/lib.rsassertion failed: x") == [b"/a/b/lib.rs"]
    assert paths_in(b"/a/b/configure.ac/x") == [b"/a/b/configure.ac/x"]


def test_the_common_tail_is_whole_components() -> None:
    assert split_common_tail(b"/w/aa/src/x.c", b"/w/bb/src/x.c") == (b"/w/aa", b"/w/bb", b"src/x.c")
    assert split_common_tail(b"/w/aa", b"/w/bb") is None


def test_files_vote_for_the_directories_they_stand_in() -> None:
    a = [b"/home/ci/build-1/src/ldo.c", b"/home/ci/build-1/src/lgc.c", b"/usr/include/stdio.h"]
    b = [b"/tmp/b2/src/ldo.c", b"/tmp/b2/src/lgc.c", b"/usr/include/stdio.h"]
    assert infer_prefixes(a, b, []) == [(b"/home/ci/build-1", b"/tmp/b2", 2)]


def test_the_directories_of_a_unit_are_partners_without_a_common_tail() -> None:
    assert infer_prefixes([b"/home/ci/build-1"], [b"/tmp/b2"], [(b"/home/ci/build-1", b"/tmp/b2")]) == [
        (b"/home/ci/build-1", b"/tmp/b2", 2)
    ]


def test_equal_paths_vote_for_nothing() -> None:
    assert infer_prefixes([b"/a/x.c"], [b"/a/x.c"], [(b"/a", b"/a")]) == []


def test_an_ambiguous_name_does_not_vote() -> None:
    assert infer_prefixes([b"/a/x.c"], [b"/b/x.c", b"/c/x.c"], []) == []


def test_a_version_inside_the_path_is_no_directory() -> None:
    a, b = b"/w/a/vendor/tiny-1.0.1/src/lib.rs", b"/w/b/vendor/tiny-1.0.2/src/lib.rs"
    assert split_common_tail(a, b) == (b"/w/a", b"/w/b", b"vendor/tiny-1.0.1/src/lib.rs")
    a, b = b"/w/a/tiny-1.0.1/lib.rs", b"/w/a/tiny-1.0.2/lib.rs"
    assert split_common_tail(a, b) == (b"/w/a/tiny-1.0.1", b"/w/a/tiny-1.0.2", b"lib.rs")


@pytest.mark.parametrize(
    ("text", "paths"),
    [
        (b"/home/ci/two words/src/m.c", [b"/home/ci/two words/src/m.c"]),
        (b"/bin/sh -c /usr/x/y.c", [b"/bin/sh", b"/usr/x/y.c"]),
        (b"/usr/bin/cc -I foo/x.h", [b"/usr/bin/cc", b"/x.h"]),
        (b"/usr/share/a.txt and other/b.txt", [b"/usr/share/a.txt", b"/b.txt"]),
    ],
)
def test_spaces_in_a_directory_and_between_words(text, paths):
    assert paths_in(text) == paths


def test_a_relative_directory_begins_a_text():
    assert apply_prefix(b".", b"/w", b".") == b"/w"
    assert apply_prefix(b".", b"/w", b"./m.c") == b"/w/m.c"
    for text in (b"1.5", b"..", b"../m.c", b"see ./m.c", b".debug"):
        assert apply_prefix(b".", b"/w", text) == text


def test_a_name_that_counts_from_the_root_without_a_slash_is_no_second_path() -> None:
    """LDC writes ``tmp/one/p.d`` into debug information, and the whole path into texts."""
    a, b = [b"/tmp/x/one/p.d", b"tmp/x/one/p.d"], [b"/tmp/x/two/p.d", b"tmp/x/two/p.d"]
    assert infer_prefixes(a, b, []) == [(b"/tmp/x/one", b"/tmp/x/two", 1), (b"tmp/x/one", b"tmp/x/two", 1)]
    assert infer_prefixes(a[:1], b[:1], []) == [(b"/tmp/x/one", b"/tmp/x/two", 1)]


def test_of_two_that_end_alike_the_one_that_begins_alike_is_the_partner() -> None:
    a = [b"/tmp/x/one/p.c", b"/home/ci/one/p.c"]
    b = [b"/tmp/x/two/p.c", b"/home/ci/two/p.c"]
    assert {item[:2] for item in infer_prefixes(a, b, [])} == {
        (b"/tmp/x/one", b"/tmp/x/two"),
        (b"/home/ci/one", b"/home/ci/two"),
    }


def test_names_that_a_map_left_vote_as_directories_of_units() -> None:
    assert infer_prefixes([b"./aaa"], [b"./bbb"], [(b"./aaa", b"./bbb")]) == [(b"./aaa", b"./bbb", 2)]
    assert infer_prefixes([b"aaa"], [b"bbb"], [(b"aaa", b"bbb")]) == []
