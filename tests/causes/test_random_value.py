from __future__ import annotations

from dataclasses import replace

from elfdiff.causes.random_value import detect as random_value
from elfdiff.evidence.model import SourceDigestChange, WordKind

FACE = "uuid-or-random-in-source-generation"
A, B = "0b6e4f54-5d0c-4f0e-9a5e-1f2d8f3c7a10", "c1f0a8b7-93ad-4b27-8c55-7e0d6a9b4e02"


def test_two_draws_of_version_4_are_proof(seen, ask):
    word = seen.word(WordKind.UUID, A, B, f"build id {A}")
    assert ask(random_value, seen.given(word)) == {FACE: "certain"}
    assert ask(random_value, seen.given(word, SourceDigestChange(file="ids.c"))) == {FACE: "likely"}


def test_a_name_based_uuid_follows_from_something(seen, ask):
    a, b = A.replace("-4f0e-", "-5f0e-"), B.replace("-4b27-", "-5b27-")
    assert ask(random_value, seen.given(seen.word(WordKind.UUID, a, b))) == {FACE: "possible"}


def test_a_long_word_may_be_a_digest(seen, ask):
    digest = seen.word(WordKind.RANDOM, "0a" * 16, "1b" * 16)
    assert ask(random_value, seen.given(digest)) == {FACE: "possible"}
    assert ask(random_value, seen.given(digest, seen.function("main"))) == {}
    nonce = seen.word(WordKind.RANDOM, "0a" * 16, "1b" * 16, "nonce " + "0a" * 16)
    assert ask(random_value, seen.given(nonce)) == {FACE: "likely"}


def test_a_key_made_by_the_build_is_likely(seen, ask):
    key = seen.text("-----BEGIN PRIVATE KEY-----\\nMIIE", "-----BEGIN PRIVATE KEY-----\\nMIIF")
    assert ask(random_value, seen.given(key)) == {"generated-keys-or-certs": "likely"}
    public = seen.text("-----BEGIN PUBLIC KEY-----\\n5/+1", "-----BEGIN PUBLIC KEY-----\\nIJgK")
    assert ask(random_value, seen.given(public)) == {"generated-keys-or-certs": "likely"}
    one_side = seen.text("-----BEGIN PRIVATE KEY-----\\nMIIE", None)
    assert ask(random_value, seen.given(one_side)) == {}


def test_other_words_are_not_random(seen, ask):
    assert ask(random_value, seen.given(seen.word(WordKind.REVISION, "0a" * 20, "1b" * 20))) == {}
    assert ask(random_value, seen.given(seen.word(WordKind.OTHER, "left", "right"))) == {}


def test_the_digest_in_a_kernel_modules_own_entries_is_not_drawn(seen, ask):
    digest = seen.word(WordKind.RANDOM, "FFBE2768350A5D2E6244218", "5532AC18A05BA4E9CF3C8D1", "srcversion=FFBE")
    assert ask(random_value, seen.given(digest)) != {}
    assert ask(random_value, seen.given(replace(digest, section=".modinfo"))) == {}
