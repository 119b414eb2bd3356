"""Bundles that lie beside a file: a release often has them, and nobody thinks of them."""

from __future__ import annotations

import os
from collections.abc import Iterator

from elfdiff.elf.reading import shown

SUFFIXES = (".intoto.jsonl", ".sigstore.json", ".sigstore")
"""Of slsa-github-generator, of sigstore-python and gh, and of older sigstore-python."""


def notes(a: str, b: str) -> Iterator[str]:
    """A sentence for each bundle beside either file; none of them is verified here."""
    for side, path in (("a", a), ("b", b)):
        for suffix in SUFFIXES:
            bundle = path.rstrip("/") + suffix
            if os.path.isfile(bundle):
                yield (
                    f"{side}: {shown(bundle)} lies beside it and was not verified (elfdiff attest verify does that, "
                    "elfdiff attest diff compares two)"
                )
