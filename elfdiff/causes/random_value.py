"""A random value that the build drew is compiled in.

## What it looks like

A UUID of version 4 (the digit behind the second hyphen is 4, the one behind the third is 8, 9, a or b):

    a  build id 0b6e4f54-5d0c-4f0e-9a5e-1f2d8f3c7a10
    b  build id c1f0a8b7-93ad-4b27-8c55-7e0d6a9b4e02

A nonce, a session or salt string of fixed length; a key or certificate made during the build (`-----BEGIN …`, or DER
starting with `30 82`).

## Why it happens

A generator calls uuidgen, /proc/sys/kernel/random/uuid, `$RANDOM` or a random number library, or the build makes a
key for itself (a kernel without a signing key draws one in every build).

## How to be sure

Two version-4 UUIDs at one place are two draws; a constant GUID of an interface does not change between builds of one
source. A long hexadecimal word may be a digest of something else that changed: then elfdiff says "possible" and the
other cause comes first. Build twice on one machine: a random value differs again.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from elfdiff.actions import Do, Export
from elfdiff.causes._facts import became, besides, lower, named_context, sources_differ, values
from elfdiff.causes.model import Claim, Proof, cause
from elfdiff.evidence.facts import BlobChange
from elfdiff.evidence.files import RandomFieldChange
from elfdiff.evidence.model import (
    Context,
    Evidence,
    EvidenceSet,
    LoneSectionChange,
    TextChange,
    WordChange,
    WordKind,
)
from elfdiff.patterns import late
from elfdiff.report import Effect, Fix, Role

_VERSION_4 = late(r"(?i)[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
_VERSION_1 = late(r"(?i)[0-9a-f]{8}-[0-9a-f]{4}-[17][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
_DRAWN = late(r"(?i)\b(?:random|nonce|salt|seed|session|token|secret|instance[ _-]?id|build[ _-]?(?:id|key)|cookie)\b")
_OF_BUILD = late(r"(?i)\b(?:build|built|compiled|instance|generated|session|stamp|random|artifact|run)\b")
_DIGEST = frozenset({32, 40, 48, 56, 64, 96, 128})
_KEY = late(r"-----BEGIN [A-Z0-9 ]*(?:PRIVATE KEY|PUBLIC KEY|CERTIFICATE|PARAMETERS|KEY BLOCK)-----")
_BINDER = late(r"_lcompilers_|tmpxft_|\brandom_seed\b")
_BUILT_IN = late(r"(?i)auto-?generated|build[- ]time|temporary|ephemeral|throw-?away")


_DERIVE = Fix(
    "any",
    Do(
        "let the generator derive the value from its inputs (uuidgen --sha1 --namespace @url "
        "--name NAME-VERSION) instead of drawing it"
    ),
    Effect.REMOVES,
    ("uuid-or-random-in-source-generation",),
    note="no flag fixes this: whatever draws the value must change, or take it from outside",
)
_KEEP = Fix(
    "any",
    Do("make the key or certificate once and keep it with the sources (kbuild: CONFIG_MODULE_SIG_KEY)"),
    Effect.REMOVES,
    ("generated-keys-or-certs",),
)
_IDENTIFIER = Fix(
    "writers of SBOMs and PDFs",
    Export("SOURCE_DATE_EPOCH", '"$(git log -1 --pretty=%ct)"'),
    Effect.REMOVES,
    ("random-identifier-of-format",),
    note="cargo-cyclonedx, as maturin calls it, then leaves the serial number out, and pdfTeX derives the ID; other "
    "writers must be told which identifier to write",
)


def choose(context: Context, faces: tuple[str, ...]) -> tuple[Fix, ...]:
    """The fix of each face that shows."""
    return tuple(fix for fix in (_DERIVE, _KEEP, _IDENTIFIER) if set(fix.reaches) & set(faces))


@cause(
    title="a random value drawn by the build is compiled in",
    role=Role.ROOT,
    faces={
        "uuid-or-random-in-source-generation": "a UUID or another random value is compiled in",
        "generated-keys-or-certs": "a key or certificate was made by the build",
        "random-identifier-of-format": "a file format has a random identifier for each run of its writer",
    },
    fixes=(_DERIVE, _KEEP, _IDENTIFIER),
    choose=choose,
    references=(
        "RFC 4122, section 4.4: version 4 UUIDs",
        "reproducible-builds.org: randomness; theunreproduciblepackage: random",
        "Linux: Documentation/admin-guide/module-signing.rst",
    ),
)
def detect(evidence: EvidenceSet) -> Iterator[Claim]:
    found: list[tuple[Proof, WordChange]] = []
    for word in evidence.of(WordChange):
        proof = _judge(word, evidence)
        if proof is not None:
            found.append((proof, word))
    for level in (Proof.RECORDED, Proof.SHAPE, Proof.CONSISTENT):
        words = [word for proof, word in found if proof is level]
        if words:
            yield Claim(
                "uuid-or-random-in-source-generation",
                tuple(word for _, word in sorted(found, key=lambda item: item[0] is not level)),
                lower(level, sources_differ(evidence)),
                became(words[0].a_word, words[0].b_word),
                None if level is Proof.RECORDED else "an identifier that the source names may have been replaced there",
            )
            break
    drawn = list(evidence.of(RandomFieldChange))
    if drawn:
        field = drawn[0]
        told = f"{field.field_name}: {became(field.a_value, field.b_value)}"
        yield Claim("random-identifier-of-format", tuple(drawn), Proof.RECORDED, told)
    yield from _blobs(evidence)
    keys: list[Evidence] = []
    for text in evidence.of(TextChange):
        left, right = values(text)
        heads = [match.group() if (match := _KEY.search(value)) else None for value in (left, right)]
        if heads[0] and heads[0] == heads[1]:
            keys.append(text)
    if keys:
        yield Claim(
            "generated-keys-or-certs",
            tuple(keys),
            lower(Proof.SHAPE, sources_differ(evidence)),
            "a PEM block holds another key or certificate",
            "a key or a bundle of certificates that somebody put in place of another looks the same",
        )


def _blobs(evidence: EvidenceSet) -> Iterator[Claim]:
    """Certificates and keys by their form; bytes without a form by what stayed of them."""
    blobs = tuple(evidence.of(BlobChange))
    strange = tuple(blob for blob in blobs if blob.kind == "value")
    if strange:
        blob = strange[0]
        alone = len(blobs) == 1 and not besides(evidence, BlobChange, LoneSectionChange)
        yield Claim(
            "uuid-or-random-in-source-generation",
            strange,
            Proof.SHAPE if alone else Proof.CONSISTENT,
            f"{blob.a.length if blob.a else 0} bytes of {blob.symbol or blob.section}, hardly one of which stayed",
            "a digest of something that is not in the file looks the same, and so does a key that somebody exchanged; "
            "build once more in the same place to know",
        )
    formed = tuple(blob for blob in blobs if blob.kind != "value")
    if formed:
        blob = formed[0]
        built_in = _BUILT_IN.search(blob.name or "")
        named = f" of {blob.name}" if blob.name else ""
        yield Claim(
            "generated-keys-or-certs",
            formed,
            Proof.RECORDED if built_in else Proof.SHAPE,
            f"another {blob.kind}{named}" + (", valid from another time" if blob.dates else ""),
            None if built_in else "a certificate that somebody put in place of another looks the same",
        )


def _judge(word: WordChange, evidence: EvidenceSet) -> Proof | None:
    if _BINDER.search(word.context) or word.section == ".modinfo":
        # kbuild's srcversion is a digest of the module's sources.
        return None
    if word.kind is WordKind.UUID:
        if _VERSION_4.search(word.a_word) and _VERSION_4.search(word.b_word):
            # Interfaces have UUIDs too, drawn once by whoever wrote the source.
            return Proof.RECORDED if _OF_BUILD.search(named_context(word)) else Proof.SHAPE
        drawn = _VERSION_1.search(word.a_word) and _VERSION_1.search(word.b_word)
        return Proof.SHAPE if drawn or _DRAWN.search(word.context) else Proof.CONSISTENT
    if word.kind is not WordKind.RANDOM:
        return None
    if _DRAWN.search(word.context):
        return Proof.SHAPE
    hexadecimal = re.fullmatch(r"[0-9a-f]+", word.a_word) is not None
    if hexadecimal and len(word.a_word) in _DIGEST:
        return Proof.CONSISTENT if not besides(evidence, WordChange) else None
    return Proof.CONSISTENT
