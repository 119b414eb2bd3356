"""in-toto statements (https://in-toto.io/Statement/v0.1 and v1): what was built, and what was said of it."""

from __future__ import annotations

from collections.abc import Mapping

from elfdiff.jsonvalues import listed, mapping, text
from elfdiff.patterns import late
from elfdiff.provenance.document import MalformedProvenance, parsed
from elfdiff.values import dataclass

PAYLOAD_TYPE = "application/vnd.in-toto+json"
TYPES = ("https://in-toto.io/Statement/v0.1", "https://in-toto.io/Statement/v1")
PROVENANCE = ("https://slsa.dev/provenance/v0.2", "https://slsa.dev/provenance/v1")
COSIGN_SIGNATURE = "https://sigstore.dev/cosign/sign/v1"
_SHA256 = late(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Subject:
    """One thing the statement speaks of; ``sha256`` in lower-case hex, None where another digest is given."""

    name: str
    sha256: str | None


@dataclass(frozen=True, slots=True)
class Statement:
    """A parsed statement; nothing in it is trusted before its envelope is verified."""

    subjects: tuple[Subject, ...]
    predicate_type: str
    predicate: Mapping[str, object]

    def speaks_of(self, sha256: str) -> bool:
        """True if a subject has this digest."""
        return any(subject.sha256 == sha256 for subject in self.subjects)


def statement_of(payload: bytes, where: str) -> Statement:
    """The statement in an envelope's payload. MalformedProvenance if it is none."""
    value = parsed(payload, where)
    if value.get("_type") not in TYPES:
        raise MalformedProvenance(f"{where}: its payload is no in-toto statement of version 0.1 or 1")
    predicate_type = text(value.get("predicateType"))
    subjects = tuple(_subject(mapping(item)) for item in listed(value.get("subject")))
    if predicate_type is None or not subjects:
        raise MalformedProvenance(f"{where}: its statement names no predicate type or no subject")
    return Statement(subjects, predicate_type, mapping(value.get("predicate")))


def _subject(item: Mapping[str, object]) -> Subject:
    digest = text(mapping(item.get("digest")).get("sha256"))
    return Subject(text(item.get("name")) or "", digest if digest and _SHA256.fullmatch(digest) else None)
