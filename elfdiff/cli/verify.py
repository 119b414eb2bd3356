"""``elfdiff verify A B PROOF``: does the proof turn the one file into the other?"""

from __future__ import annotations

import argparse
import json

from elfdiff.cli.options import add_output_options
from elfdiff.cli.output import emit, progress

EXAMPLES = """\
examples:
  elfdiff --proof app.proof build-1/app build-2/app
  elfdiff verify build-1/app build-2/app app.proof

The proof is the whole explanation: which bytes moved, which words became which, which references follow, and what was
copied. It is replayed over the one file by a program that shares no code with what found it and cannot see the other.
Of two packages or directories every ELF entry that differs has its own; headers, order and compression have none.

exit codes: 0 the proof holds, 1 it does not, 2 trouble"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The two files and the proof."""
    parser.add_argument("a", metavar="A", help="the one file")
    parser.add_argument("b", metavar="B", help="the other")
    parser.add_argument("proof", metavar="PROOF", help="written by elfdiff A B --proof PROOF")
    add_output_options(parser, ("text", "json"), "text", "say nothing; the exit code does")


def execute(args: argparse.Namespace) -> int:
    """0 or 1. Raises ElfdiffError for what cannot be read."""
    from elfdiff.accounting.explanation import MalformedProof
    from elfdiff.elf.reading import read_bytes

    proof = read_bytes(args.proof)
    try:
        with progress(f"verifying {args.proof}"):
            good, sentence = _verified(args.a, args.b, proof)
    except MalformedProof as error:
        raise MalformedProof(f"{args.proof}: {error}") from error
    if not args.quiet:
        emit(_rendered(good, sentence, args.format), args.output)
    return 0 if good else 1


def _rendered(good: bool, sentence: str, form: str) -> str:
    if form == "json":
        return json.dumps({"schema": "elfdiff/verify/1", "holds": good, "sentence": sentence}, indent=2) + "\n"
    return f"{sentence}\n"


def _verified(a: str, b: str, proof: bytes) -> tuple[bool, str]:
    if proof.startswith(b"PK"):
        from elfdiff.containers.limits import Limits
        from elfdiff.trees.proof import verify_tree

        return verify_tree(a, b, proof, Limits())
    from elfdiff.accounting.verify import verify
    from elfdiff.elf.reading import read_bytes

    return verify(read_bytes(a), read_bytes(b), proof)
