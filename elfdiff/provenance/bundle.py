"""What a file of bundles holds, told by its form before anything is verified.

Sigstore bundles (protobuf-specs, sigstore_bundle.proto) hold an envelope or a message signature, the signer's
certificate and entries of a transparency log. Bare DSSE envelopes (secure-systems-lab/dsse) hold the first alone.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from enum import StrEnum
from functools import partial
from typing import TypeVar

from elfdiff.errors import ElfdiffError
from elfdiff.jsonvalues import listed, mapping, text
from elfdiff.provenance.document import Document, MalformedProvenance, decoded, parsed, texts
from elfdiff.provenance.statement import PAYLOAD_TYPE, Statement, statement_of
from elfdiff.values import dataclass

_MEDIA_TYPES = {
    "application/vnd.dev.sigstore.bundle+json;version=0.1": "0.1",
    "application/vnd.dev.sigstore.bundle+json;version=0.2": "0.2",
    "application/vnd.dev.sigstore.bundle+json;version=0.3": "0.3",
    "application/vnd.dev.sigstore.bundle.v0.3+json": "0.3",
}


T = TypeVar("T")


class Content(StrEnum):
    """What is signed."""

    ENVELOPE = "dsse"
    MESSAGE = "message"


@dataclass(frozen=True, slots=True)
class Bundle:
    """One bundle. ``version`` is None for a bare envelope; ``statement`` is None for message signatures.

    ``unsupported`` says why this form cannot be verified here; None if it can be tried.
    """

    where: str
    version: str | None
    content: Content
    payload_type: str | None
    statement: Statement | None
    unsupported: str | None
    by_key: bool
    raw: str


@dataclass(frozen=True, slots=True)
class Unreadable:
    """One of several that is no bundle, and why, as a sentence."""

    where: str
    reason: str


def bundles(paths: Iterable[str]) -> Iterator[Bundle | Unreadable]:
    """Every bundle of these files, in order. MalformedProvenance for a file that cannot be read at all."""
    for path in paths:
        for where, content in texts(path):
            yield attempted(where, partial(_bundle_in, content, where))


def _bundle_in(content: str, where: str) -> Bundle:
    return bundle_of(Document(where, parsed(content, where)))


def attempted(where: str, read: Callable[[], T]) -> T | Unreadable:
    """What ``read`` gives, or why it cannot."""
    try:
        return read()
    except ElfdiffError as error:
        return Unreadable(where, str(error).removeprefix(f"{where}: "))


def bundle_of(document: Document) -> Bundle:
    """The form of one document. MalformedProvenance if it is neither a Sigstore bundle nor a DSSE envelope."""
    value, where = document.value, document.where
    if "payload" in value and "payloadType" in value and "mediaType" not in value:
        kind, statement = _envelope(value, where)
        why = "a bare DSSE envelope, without the log entry that proves when it was signed, is not supported"
        return Bundle(where, None, Content.ENVELOPE, kind, statement, why, False, json.dumps(value))
    media_type = text(value.get("mediaType"))
    if media_type is None or "sigstore.bundle" not in media_type:
        raise MalformedProvenance(f"{where}: is neither a Sigstore bundle nor a DSSE envelope")
    material = mapping(value.get("verificationMaterial"))
    version = _MEDIA_TYPES.get(media_type)
    unsupported = _unsupported(media_type, version, material)
    by_key = isinstance(material.get("publicKey"), dict)
    raw = json.dumps(value)
    if isinstance(value.get("dsseEnvelope"), dict):
        kind, statement = _envelope(mapping(value["dsseEnvelope"]), where)
        return Bundle(where, version, Content.ENVELOPE, kind, statement, unsupported, by_key, raw)
    if isinstance(value.get("messageSignature"), dict):
        return Bundle(where, version, Content.MESSAGE, None, None, unsupported, by_key, raw)
    raise MalformedProvenance(f"{where}: the bundle holds neither an envelope nor a message signature")


def _envelope(value: Mapping[str, object], where: str) -> tuple[str, Statement | None]:
    kind = text(value.get("payloadType"))
    payload = decoded(value.get("payload"), where)
    if kind is None:
        raise MalformedProvenance(f"{where}: its envelope names no payload type")
    return kind, statement_of(payload, where) if kind == PAYLOAD_TYPE else None


def _unsupported(media_type: str, version: str | None, material: Mapping[str, object]) -> str | None:
    if version is None:
        return f"bundles of media type {media_type} are not supported (0.1, 0.2 and 0.3 are)"
    entries = [mapping(entry) for entry in listed(material.get("tlogEntries"))]
    if not entries:
        return (
            "a bundle without an entry of a transparency log (private repositories; a key, and no log) is not supported"
        )
    for entry in entries:
        kind = mapping(entry.get("kindVersion"))
        name = f"{kind.get('kind')} {kind.get('version')}"
        if kind.get("kind") == "intoto":
            return f"a log entry of kind {name} is not supported (dsse and hashedrekord are)"
        if not mapping(entry.get("inclusionProof")).get("checkpoint"):
            return "a log entry without an inclusion proof and checkpoint is not supported"
    return None
