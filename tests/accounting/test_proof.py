"""A proof replays one file into the other without seeing it, and bad proofs get a sentence."""

from __future__ import annotations

import contextlib
import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from elfdiff.accounting.explanation import MalformedProof, decoded, dump, encoded, load
from elfdiff.accounting.proof import prove
from elfdiff.accounting.replay import replay
from elfdiff.accounting.verify import main, verify


@given(st.lists(st.integers(min_value=-(1 << 62), max_value=1 << 62)))
def test_numbers_survive(values):
    array = np.array(values, dtype=np.int64)
    assert decoded(encoded(array), len(array)).tolist() == values


@pytest.mark.parametrize("flags", [("-g",), ("-g", "-gz"), ("-no-pie", "-fno-pie")], ids=" ".join)
def test_a_proof_turns_one_file_into_the_other(build, accounted, flags):
    pair = build(*flags)
    proof = dump(prove(accounted(pair.a, pair.b).alignment))
    assert verify(pair.a, pair.b, proof)[0]
    assert verify(pair.b, pair.a, proof)[0]
    explanation = load(proof)
    assert len(explanation.payload) <= 20
    assert len(explanation.breakpoints) >= 2
    assert all(reason for _, _, reason in explanation.breakpoints)


def test_a_proof_of_other_files_does_not_hold(build, accounted):
    pair = build("-g")
    proof = dump(prove(accounted(pair.a, pair.b).alignment))
    other = pair.a[:-1] + bytes([pair.a[-1] ^ 1])
    assert verify(other, pair.b, proof) == (False, "the proof is about other files")


def test_a_damaged_proof_does_not_hold(build, accounted):
    pair = build("-g")
    explanation = prove(accounted(pair.a, pair.b).alignment)
    first = explanation.groups[0]
    moved = replace(explanation, groups=(replace(first, at=first.at + 1), *explanation.groups[1:]))
    source = min(pair.a, pair.b)
    with contextlib.suppress(MalformedProof):
        assert replay(source, moved) != max(pair.a, pair.b)


def test_payload_is_not_needed_to_derive(build, accounted):
    pair = build("-g")
    explanation = prove(accounted(pair.a, pair.b).alignment)
    source, target = min(pair.a, pair.b), max(pair.a, pair.b)
    derived = replay(source, explanation, with_payload=False)
    wrong = sum(x != y for x, y in zip(derived, target, strict=True))
    assert wrong == len(explanation.payload)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{}",
        b"[]\n",
        b'{"format":"elfdiff/proof/9"}\n',
        b'{"format":"elfdiff/proof/1","head":4,"size":9,"packed":"bz2"}\nxx',
        b"\xff\n",
    ],
)
def test_what_is_no_proof_gets_a_sentence(data):
    with pytest.raises(MalformedProof):
        load(data)


def test_a_cut_proof_gets_a_sentence(build, accounted):
    pair = build("-g")
    proof = dump(prove(accounted(pair.a, pair.b).alignment))
    for size in (len(proof) // 2, len(proof) - 3):
        with pytest.raises(MalformedProof):
            load(proof[:size])


def test_the_verifier_as_a_program(build, accounted, tmp_path, capsys):
    pair = build("-g")
    proof = dump(prove(accounted(pair.a, pair.b).alignment))
    paths = []
    for name, data in (("a", pair.a), ("b", pair.b), ("proof", proof)):
        (tmp_path / name).write_bytes(data)
        paths.append(str(tmp_path / name))
    assert main(paths) == 0
    assert "the proof turns" in capsys.readouterr().out
    assert main(paths[:2]) == 2
    assert main([paths[0], paths[1], paths[0]]) == 2
    assert main([paths[0], paths[0], paths[2]]) == 1
    assert json.loads(proof.split(b"\n")[0])["format"] == "elfdiff/proof/1"


def test_a_small_proof_is_packed_with_the_words_that_all_proofs_share(build, accounted):
    """Damage in either part of it gets a sentence."""
    pair = build("-no-pie", "-fno-pie")
    proof = dump(prove(accounted(pair.a, pair.b).alignment))
    first, _, body = proof.partition(b"\n")
    outer = json.loads(first)
    assert outer["packed"] == "deflate, xz"
    for damaged in (b"\xff" * 8 + body[8:], body[: outer["front"]], body[: outer["front"]] + b"\xff" * 40):
        with pytest.raises(MalformedProof):
            load(first + b"\n" + damaged)
