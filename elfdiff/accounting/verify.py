"""``python -m elfdiff.accounting.verify A B PROOF``: does the proof turn the one file into the other?

A small program that shares no code with the aligner: it reads the proof, replays it over the file that the proof
starts from, and compares. A proof goes one way; which of the two files it starts from, its digests say.
"""

from __future__ import annotations

import hashlib
import sys

from elfdiff.accounting.explanation import Explanation, MalformedProof, load
from elfdiff.accounting.replay import replay
from elfdiff.errors import ElfdiffError


def verify(a: bytes, b: bytes, proof: bytes) -> tuple[bool, str]:
    """Whether the proof holds, and one sentence about it. Raises MalformedProof."""
    explanation = load(proof)
    digests = [hashlib.sha256(data).hexdigest() for data in (a, b)]
    if digests == [explanation.a_digest, explanation.b_digest]:
        source, target, way = a, b, "a into b"
    elif digests == [explanation.b_digest, explanation.a_digest]:
        source, target, way = b, a, "b into a"
    else:
        return False, "the proof is about other files"
    got = replay(source, explanation)
    if got != target:
        return False, f"replaying {way} gives other bytes"
    copied = int(explanation.payload_length.sum())
    derived = _changed(source, target, explanation)
    return (
        True,
        f"the proof turns {way}: {derived} differing bytes derived, {copied} copied, "
        f"{len(explanation.breakpoints)} breakpoints",
    )


def _changed(source: bytes, target: bytes, explanation: Explanation) -> int:
    """Bytes of the target that differ from their partner, or have none, and were not copied."""
    differs = bytearray(b"\1") * len(target)
    for x, y, n in zip(*(table.tolist() for table in explanation.runs), strict=True):
        n = min(n, len(source) - x, len(target) - y)
        if n <= 0:
            continue
        if source[x : x + n] == target[y : y + n]:
            differs[y : y + n] = bytes(n)
        else:
            differs[y : y + n] = bytes(source[x + k] != target[y + k] for k in range(n))
    for at, n in zip(explanation.payload_at.tolist(), explanation.payload_length.tolist(), strict=True):
        differs[at : at + n] = bytes(n)
    return sum(differs)


def main(arguments: list[str]) -> int:
    """0: the proof holds. 1: it does not. 2: it cannot be read."""
    if len(arguments) != 3:
        print("usage: python -m elfdiff.accounting.verify A B PROOF", file=sys.stderr)
        return 2
    try:
        data = []
        for path in arguments:
            with open(path, "rb") as file:
                data.append(file.read())
        good, sentence = verify(*data)
    except (OSError, MalformedProof, ElfdiffError) as error:
        print(f"elfdiff: error: {error}", file=sys.stderr)
        return 2
    print(sentence)
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
