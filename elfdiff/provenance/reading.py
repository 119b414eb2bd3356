"""Files of bundles, envelopes, statements or .buildinfo → the recorded inputs in them; nothing is verified."""

from __future__ import annotations

from collections.abc import Iterator

from elfdiff.elf.reading import read_bytes, shown
from elfdiff.provenance.buildinfo import is_buildinfo, read_buildinfo
from elfdiff.provenance.bundle import bundle_of
from elfdiff.provenance.document import MAX_BYTES, MalformedProvenance, documents, parsed
from elfdiff.provenance.inputs import Inputs, inputs_of
from elfdiff.provenance.statement import TYPES, statement_of


def inputs_in(path: str) -> Iterator[Inputs]:
    """What each statement in a file records. MalformedProvenance if it holds none."""
    data = read_bytes(path, MAX_BYTES)
    if is_buildinfo(data):
        yield read_buildinfo(path)
        return
    if _is_statement(data):
        yield inputs_of(statement_of(data, shown(path)), shown(path))
        return
    empty = True
    for document in documents(path):
        bundle = bundle_of(document)
        if bundle.statement is not None:
            empty = False
            yield inputs_of(bundle.statement, bundle.where)
    if empty:
        raise MalformedProvenance(f"{shown(path)}: holds no statement: it signs a file without saying anything of it")


def single_inputs(path: str) -> Inputs:
    """The recorded inputs of a file that holds one statement. MalformedProvenance for none or several."""
    found = list(inputs_in(path))
    if len(found) != 1:
        raise MalformedProvenance(f"{shown(path)}: holds {len(found)} statements; give a file with one")
    return found[0]


def _is_statement(data: bytes) -> bool:
    if data.lstrip()[:1] != b"{" or b'"_type"' not in data:
        return False
    try:
        return parsed(data, "").get("_type") in TYPES
    except MalformedProvenance:
        return False
