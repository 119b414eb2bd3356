"""Random numbers: UUIDs, section seeds, addresses of the compiler's own memory, keys."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

from elfdiff.comparison.texts.find import Spot
from elfdiff.inspection.sign import MAX_PLACES, Sign, sign
from elfdiff.inspection.subject import Subject
from elfdiff.patterns import late
from elfdiff.span import Span

_UUID = late(r"(?<![0-9A-Fa-f-])[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}(?![0-9A-Fa-f-])")
_BUILD_UUID = late(r"(?i)\bbuild[ _-]?(?:uuid|guid|id|tag|nonce)\b|\b(?:session|nonce|cookie|run[ _-]?id)\b")
_ADDRESS = late(r"(?<![0-9A-Za-z])0x(?:7f|5[56])[0-9a-f]{10}(?![0-9a-f])")
_KEY = late(r"-----BEGIN ((?:[A-Z0-9]+ )?PRIVATE KEY|CERTIFICATE)-----\r?\n[A-Za-z0-9+/=]{40,76}\r?\n")
_LTO = late(r"\.gnu\.lto_.+\.([0-9a-f]{8,16})")
_FEW_CERTIFICATES = 2

_Found: TypeAlias = tuple[Spot, int, int]


def find(subject: Subject) -> Iterator[Sign]:
    """Faces of random-value, random-seed, memory-layout and build-path's bytecode."""
    uuids: list[_Found] = []
    addresses: list[_Found] = []
    keys: list[_Found] = []
    certificates: list[_Found] = []
    for spot in subject.plain_spots:
        text = spot.text.decode("latin-1")
        if (
            "-4" in text
            and (uuid := _UUID.search(text))
            and _BUILD_UUID.search(text[max(0, uuid.start() - 60) : uuid.start()])
        ):
            uuids.append((spot, *uuid.span()))
        if (
            "0x" in text
            and (address := _ADDRESS.search(text))
            and "ffffff" not in address.group()
            and "00000" not in address.group()
        ):
            addresses.append((spot, *address.span()))
        if "-----BEGIN" in text and (key := _KEY.search(text)):
            (certificates if key.group(1) == "CERTIFICATE" else keys).append((spot, *key.span(1)))
    if len(certificates) <= _FEW_CERTIFICATES:
        keys += certificates
    for found, root, face, title, note in (
        (
            uuids,
            "random-value",
            "uuid-or-random-in-source-generation",
            "a random UUID that names this build is compiled in",
            None,
        ),
        (
            addresses,
            "memory-layout",
            "aslr-pointer-order",
            "an address of some program's memory was written as text",
            None,
        ),
        (
            keys,
            "random-value",
            "generated-keys-or-certs",
            "a key or certificate is compiled in",
            "a build may have generated it",
        ),
    ):
        if found:
            places = (subject.place(*item) for item in found[:MAX_PLACES])
            yield sign(root, face, title, "hints", places, len(found), note)
    yield from _bytecode(subject)


def _bytecode(subject: Subject) -> Iterator[Sign]:
    sections = [section for section in subject.elf.sections if section.name.startswith(".gnu.lto_") and section.span]
    seeded = [section for section in sections if _LTO.fullmatch(section.name)]
    if not seeded:
        return
    places = [
        subject.file_place(section.span or Span(0, 0), section.name, section.name) for section in seeded[:MAX_PLACES]
    ]
    title = "LTO bytecode is kept in sections whose names end in a random number"
    yield sign("random-seed", "gcc-lto-section-id", title, "shows", places, len(seeded))
    title = "LTO bytecode holds the working directory, compressed"
    yield sign("build-path", "gcc-lto-bytecode-cwd", title, "hints", places[:1], len(seeded))
