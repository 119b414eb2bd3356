"""When a build ID is random, and when it is a digest of what was linked."""

from __future__ import annotations

from elfdiff.causes.model import Proof
from elfdiff.evidence.model import DebugLinkChange, EvidenceSet, NoteChange

UUID_LENGTH = 16
"""--build-id=uuid; md5 has the same length."""
_OTHER_LINKERS = ("lld", "gold", "mold", "go", "zig")


def changed_ids(evidence: EvidenceSet) -> list[NoteChange]:
    """GNU build IDs that differ and have one length; another length is another setting, not another value."""
    return [note for note in evidence.of(NoteChange) if note.kind == "build-id" and note.a_length == note.b_length > 0]


def randomness(note: NoteChange, evidence: EvidenceSet) -> Proof | None:
    """How sure it is that a build ID is random; None if it is a digest, or may well be one.

    A digest of equal contents is equal. So where nothing else differs and nothing was stripped, a differing ID of 16
    bytes is random. If something was stripped, an md5 may have covered it. GNU ld's md5 is computed again; another
    linker's is not.
    """
    if note.a_length != UUID_LENGTH or note.b_length != UUID_LENGTH or note.digest:
        return None
    context = evidence.context
    if any(link.crc_differs for link in evidence.of(DebugLinkChange)):
        return None
    whole = (context.has_debug or context.whole) and not context.stripped
    if context.only_hashes_differ:
        return Proof.RECORDED if note.versioned_uuid or whole else Proof.CONSISTENT
    others = any(context.has_tool(linker) for linker in _OTHER_LINKERS)
    return Proof.SHAPE if note.versioned_uuid or (whole and not others) else Proof.CONSISTENT
