from __future__ import annotations

from dataclasses import replace

import pytest

from elfdiff.causes.host_identity import choose
from elfdiff.causes.host_identity import detect as host_identity
from elfdiff.causes.source_change import detect as source_change
from elfdiff.evidence.model import SourceDigestChange, WordKind

FACE = "env-user-host"
HOST = "env-host-command"


def faces(kind, a, b, level):
    """What hostname prints, or a script reads of HOSTNAME, and user@host are both; uname alone is the machine's."""
    if kind is WordKind.HOST:
        return {FACE: level, HOST: level}
    both = "@" in a and a.partition("@")[2] != b.partition("@")[2]
    return {FACE: level, HOST: level} if both else {FACE: level}


@pytest.mark.parametrize(
    ("kind", "a", "b", "context"),
    [
        (WordKind.USER_HOST, "ci", "margarete", "built by ci"),
        (WordKind.USER_HOST, "root@3f9c2b7d1e55", "root@0123456789ab", "root@3f9c2b7d1e55"),
        (WordKind.USER_HOST, "alice@mill", "bob@tower", "compiled by alice@mill"),
        (WordKind.HOST, "runner-7", "buildd-arm-4", "on host runner-7"),
        (WordKind.HOST, "runner-7", "buildd-arm-4", "compiled on runner-7"),
    ],
)
def test_a_name_where_the_text_speaks_of_the_build_is_proof(seen, ask, kind, a, b, context):
    assert ask(host_identity, seen.given(seen.word(kind, a, b, context))) == faces(kind, a, b, "certain")


@pytest.mark.parametrize(
    ("kind", "a", "b", "context", "expected"),
    [
        (WordKind.USER_HOST, "name", "value", "sorted by name", {}),
        (WordKind.HOST, "exit", "abort", "clean up on exit", {}),
        (WordKind.USER_HOST, "bob@example.org", "al@example.org", "bugs to bob@example.org", {FACE: "possible"}),
        (WordKind.USER_HOST, "alice@mill", "bob@tower", "alice@mill", {FACE: "likely", HOST: "likely"}),
        (WordKind.HOST, "mill", "tower", "(host: mill)", {FACE: "likely", HOST: "likely"}),
        (WordKind.OTHER, "ci", "margarete", "ci", {}),
    ],
)
def test_a_name_alone_is_less(seen, ask, kind, a, b, context, expected):
    assert ask(host_identity, seen.given(seen.word(kind, a, b, context))) == expected


def test_changed_sources_lower_it(seen, ask):
    word = seen.word(WordKind.USER_HOST, "ci", "margarete", "built by ci")
    assert ask(host_identity, seen.given(word, SourceDigestChange(file="about.c"))) == {FACE: "likely"}


def test_an_object_named_for_the_builder_holds_a_name(seen, ask):
    stamped = replace(seen.text("alice", "bob"), symbol="stamp_user")
    assert ask(host_identity, seen.given(stamped)) == {FACE: "certain"}
    plain = replace(seen.text("alice", "bob"), symbol="default_user")
    assert ask(host_identity, seen.given(plain)) == {FACE: "likely"}
    other = replace(seen.text("alice", "bob"), symbol="greeting")
    assert ask(host_identity, seen.given(other)) == {}


def test_a_name_glued_to_other_texts_is_certain_only_behind_built_by(seen, ask):
    glued = seen.text("rtool 0.3.1\\nbuilt epoch by alice", "rtool 0.3.1\\nbuilt epoch by jenkins", fragment=True)
    assert ask(host_identity, seen.given(glued)) == {FACE: "certain"}
    host = seen.text("built for release on mill", "built for release on tower", fragment=True)
    assert ask(host_identity, seen.given(host)) == {FACE: "likely"}
    prose = seen.text("lines wrapped by width", "lines wrapped by words", fragment=True)
    assert ask(host_identity, seen.given(prose)) == {}


def test_lone_texts_with_one_head_are_partners(seen, ask):
    pair = seen.text("on host runner-7", None), seen.text(None, "on host buildd-arm-4")
    assert ask(host_identity, seen.given(*pair)) == {FACE: "likely"}
    assert ask(host_identity, seen.given(pair[0])) == {}
    assert ask(host_identity, seen.given(seen.text("sorted by name", None), seen.text(None, "sorted by value"))) == {}


def test_a_time_may_change_in_front_of_a_glued_name(seen, ask):
    glued = seen.text(
        "tool 0.3\nbuilt2026-11-23T01:29:37Zepochbyci", "tool 0.3\nbuilt2026-11-24T01:30:38Zepochbyeva", fragment=True
    )
    assert ask(host_identity, seen.given(glued)) == {FACE: "likely"}


@pytest.mark.parametrize(
    ("a", "b", "left", "right", "expected"),
    [
        ("/home/alice/w", "/home/bob/w", "Alice? alice", "Alice? bob", {FACE: "certain"}),
        ("/home/ci/w", "/srv/b2", "stamp: ci", "stamp: margarete", {FACE: "likely"}),
        ("/srv/b2", "/Users/eva/w", "stamp: ci", "stamp: eva", {FACE: "likely"}),
        ("/home/ci/w", "/srv/b2", "special", "spal", {}),
        ("/home/ci/w", "/srv/b2", "circle", "oracle", {}),
        ("/home/ci/w", "/srv/b2", "stamp: jo", "stamp: eva", {}),
        ("/home/alice/one", "/home/alice/two", "alice", "bob", {}),
    ],
)
def test_the_owner_of_a_home_directory_is_a_witness(seen, ask, a, b, left, right, expected):
    paths = seen.path(a, b, "src/main.c")
    assert ask(host_identity, seen.given(paths, seen.text(left, right))) == expected


def test_where_texts_are_glued_a_name_needs_no_space(seen, ask):
    paths = seen.path("/home/ci/w", "/srv/b2", "src/main.rs")
    glued = seen.text("without a dateunknownci", "without a dateunknownmargarete", fragment=True)
    assert ask(host_identity, seen.given(paths, glued)) == {FACE: "likely"}


@pytest.mark.parametrize(
    ("a", "b", "context", "level"),
    [
        ("nobody", "www-data", "as user nobody", "possible"),
        ("alice", "bob", "runs as user alice", "possible"),
        ("alice", "bob", "user alice", "likely"),
        ("nobody", "alice", "built by nobody", "certain"),
    ],
)
def test_whom_a_program_runs_as_is_no_builder(seen, ask, a, b, context, level):
    assert ask(host_identity, seen.given(seen.word(WordKind.USER_HOST, a, b, context))) == faces(
        WordKind.USER_HOST, a, b, level
    )


def test_an_object_named_for_a_stamp_of_the_user_is_proof(seen, ask):
    named = replace(seen.word(WordKind.USER_HOST, "alice", "bob", "alice"), symbol="stamp_user")
    assert ask(host_identity, seen.given(named)) == {FACE: "certain"}
    other = replace(named, symbol="config_user")
    assert ask(host_identity, seen.given(other)) == {FACE: "likely"}


def test_go_programs_get_names_at_the_link(seen):
    fixes = host_identity.fixes_for(seen.given(languages=("go",)).context, (FACE,))
    assert "-ldflags" in fixes[0].action.line
    assert not any(fix.action.line.startswith("export USER") for fix in fixes)


def test_a_machine_that_uname_names_is_found_where_it_stands_alone(seen, ask):
    named = seen.word(WordKind.HOST, "lamb24", "build73", "Linux lamb24 5.14.21-default #1 SMP")
    alone = [seen.text("lamb24", None), seen.text("abuild", "build73"), seen.text(None, "root")]
    facts = seen.given(named, *alone)
    assert ask(host_identity, facts) == {FACE: "certain", HOST: "certain"}
    assert ask(source_change, facts) == {}


@pytest.mark.parametrize(
    ("a", "b", "level"),
    [
        ("lamb07", "i03-ch1b", {FACE: "possible", HOST: "possible"}),
        ("sha1", "md5", {}),
        ("level1", "level2", {}),
        ("alpha", "beta", {}),
    ],
)
def test_names_as_machines_of_a_pool_have_them(seen, ask, a, b, level):
    assert ask(host_identity, seen.given(seen.text(a, b))) == level


def test_by_whom_on_what_is_likely_where_both_changed(seen, ask):
    context = "@(#)$Version: tool 7.0.1 by alice on mill (x86_64-pc-linux-gnu) $"
    user = seen.word(WordKind.USER_HOST, "alice", "buildd", context)
    host = seen.word(WordKind.HOST, "mill", "tower", context)
    assert ask(host_identity, seen.given(user, host)) == {FACE: "likely", "env-host-command": "likely"}
    assert ask(host_identity, seen.given(user)) == {}


def test_no_variable_is_advised_for_what_uname_printed(seen, ask):
    context = "Linux mill 6.1.0-18-amd64 x86_64"
    found = seen.given(seen.word(WordKind.HOST, "mill", "tower", context))
    assert ask(host_identity, found) == {"env-host-command": "certain"}
    fixes = choose(seen.given().context, ("env-host-command",))
    assert fixes
    assert not any(fix.action.line.startswith("export ") for fix in fixes)


def test_letters_between_instructions_are_no_name(seen, ask):
    word = replace(seen.word(WordKind.HOST, "myhostnaM", "myhostnaM9", "built on host myhostnaM"), section=".text")
    assert ask(host_identity, seen.given(word)) == {}
