"""Bundles and records that lie beside a file: a release or a build often has them, and nobody thinks of them."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from typing import TYPE_CHECKING

from elfdiff.elf.reading import read_bytes, shown
from elfdiff.errors import ElfdiffError

if TYPE_CHECKING:
    from elfdiff.provenance.inputs import Inputs

SUFFIXES = (".intoto.jsonl", ".sigstore.json", ".sigstore")
"""Of slsa-github-generator, of sigstore-python and gh, and of older sigstore-python."""


MAX_RECORDS = 64
"""Files named .buildinfo in one directory that are looked into."""
_TOLD = 3


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
    yield from _recorded(a, b)


def _recorded(a: str, b: str) -> Iterator[str]:
    """What the .buildinfo files beside two packages record otherwise, if each names the package by its digest."""
    left, right = _record(a), _record(b)
    if left is None or right is None:
        return
    from elfdiff.provenance.difference import compare_inputs
    from elfdiff.provenance.inputs import Group

    recorded = (Group.SOURCE, Group.DEPENDENCIES, Group.PARAMETERS, Group.ENVIRONMENT, Group.BUILDER)
    found = [item for item in compare_inputs(left, right).differences if item.group in recorded]
    if found:
        found.sort(key=lambda item: recorded.index(item.group))
        told = [f"{item.key} {item.a or 'none'} became {item.b or 'none'}" for item in found[:_TOLD]]
        more = f" and {len(found) - _TOLD} more" if len(found) > _TOLD else ""
        yield (
            f"other inputs are recorded beside them: {', '.join(told)}{more} "
            f"(elfdiff attest diff {left.where} {right.where})"
        )


def _record(path: str) -> Inputs | None:
    """The first .buildinfo in the package's directory that lists the package with the digest that it has."""
    if not path.endswith((".deb", ".udeb")) or not os.path.isfile(path):
        return None
    folder = os.path.dirname(path) or "."
    from elfdiff.provenance.buildinfo import read_buildinfo
    from elfdiff.provenance.document import MAX_BYTES

    try:
        names = sorted(name for name in os.listdir(folder) if name.endswith(".buildinfo"))[:MAX_RECORDS]
        digest = hashlib.sha256(read_bytes(path)).hexdigest() if names else ""
    except (ElfdiffError, OSError):
        return None
    for name in names:
        place = os.path.join(folder, name) if folder != "." else name
        try:
            if digest.encode() in read_bytes(place, MAX_BYTES):
                return read_buildinfo(place)
        except ElfdiffError:
            continue
    return None
