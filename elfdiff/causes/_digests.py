"""Texts that are digests of something else, by their own words."""

from __future__ import annotations

from elfdiff.causes._facts import besides, spelled, values
from elfdiff.evidence.model import EvidenceSet, TextChange, TimeChange, WordChange, WordKind
from elfdiff.patterns import late

_LENGTHS = (128, 96, 64, 56, 40, 32)
_DIGEST = late(rf"(?<![0-9A-Za-z])(?:{'|'.join(f'[0-9a-fA-F]{{{length}}}' for length in _LENGTHS)})(?![0-9A-Za-z])")
_BUILD_ID = late(r"(?i)\bbuild[ _-]?id(?:\[\w+\])?[=: ]*[0-9a-f]{16,}")
_NAMED = late(r"(?i)\b(?:sha-?(?:1|2|224|256|384|512)|md5|blake[23]\w*|xxh\w*|digest|checksum|fingerprint|hash)\b")


def digests(evidence: EvidenceSet) -> list[TextChange | WordChange]:
    """Texts that changed in a digest alone and call it one, where something else differs that it may cover."""
    facts: list[TextChange | WordChange] = [*evidence.of(TextChange), *evidence.of(WordChange)]
    found = [fact for fact in facts if _is_digest(fact)]
    covered = [fact for fact in besides(evidence) if fact not in found]
    return found if covered or evidence.has(TimeChange) else [fact for fact in found if _is_build_id(fact)]


def _is_build_id(fact: TextChange | WordChange) -> bool:
    """True for the build ID of a program, which covers that program, wherever it is told."""
    return bool(_BUILD_ID.search(fact.context if isinstance(fact, WordChange) else values(fact)[0]))


def _is_digest(fact: TextChange | WordChange) -> bool:
    if isinstance(fact, WordChange):
        left, right, context = fact.a_word, fact.b_word, fact.context
        if fact.kind not in (WordKind.RANDOM, WordKind.OTHER):
            return False
    else:
        left, right = values(fact)
        context = left
    if not _DIGEST.search(left) or _DIGEST.sub("#", left) != _DIGEST.sub("#", right):
        return False
    return bool(_NAMED.search(f"{spelled(fact.symbol)} {_DIGEST.sub(' ', context)}"))
