"""Path → Inspection."""

from __future__ import annotations

import os

from elfdiff.elf.file import ElfFile, parse
from elfdiff.elf.reading import read_bytes
from elfdiff.evidence.places import readable
from elfdiff.inspection.directories import directories
from elfdiff.inspection.hardening import hardening
from elfdiff.inspection.hazards import hazards
from elfdiff.inspection.hazards.notes import build_id_kind
from elfdiff.inspection.model import Hazard, Inspection, NoteFact, Place, SbomFact
from elfdiff.inspection.subject import Subject
from elfdiff.payload.dependencies import read_dependencies
from elfdiff.payload.package import DependencyList
from elfdiff.report import FileFormat
from elfdiff.version import __version__

MAX_TIMES = 20
MAX_NOTES = 200
_IDENTITY_FACES = frozenset({"env-user-host", "env-uname-kernel"})
_TEXT_NOTES = frozenset({("Go", 4), ("GNU", 4), ("FDO", 0xCAFE1A7E), ("Linux", 0x100)})
DT_NEEDED, DT_SONAME, DT_RPATH, DT_RUNPATH = 1, 14, 15, 29


def inspect_file(path: str | os.PathLike[str]) -> Inspection:
    """What one ELF file is, what was compiled into it, and what of that may differ elsewhere.

    Raises ElfdiffError if it cannot be read, is no ELF file, or is malformed.
    """
    name = os.fspath(path)
    data = read_bytes(name)
    return inspect_bytes(data, name)


def inspect_bytes(data: bytes, path: str) -> Inspection:
    """The same for bytes in memory; ``path`` is only repeated."""
    elf = parse(data, path)
    sbom = read_dependencies(data, path)
    subject = Subject(elf, sbom)
    found = hazards(subject)
    header = elf.header
    return Inspection(
        tool_version=__version__,
        path=path,
        size=len(data),
        sha256=sbom.sha256,
        format=FileFormat(header.elf_class, header.byte_order, header.machine_name, header.type_name),
        stripped=elf.is_stripped,
        toolchain=tuple(tool.text for tool in subject.tools),
        languages=subject.languages,
        build_id=elf.build_id.hex() if elf.build_id else None,
        build_id_kind=build_id_kind(elf),
        interpreter=_interpreter(elf),
        soname=next(iter(_texts(elf, DT_SONAME)), None),
        needed=_texts(elf, DT_NEEDED),
        run_path=tuple(part for text in _texts(elf, DT_RPATH, DT_RUNPATH) for part in text.split(":")),
        notes=_notes(elf),
        directories=directories(subject),
        times=_times(found),
        identities=tuple(place for hazard in found if hazard.face in _IDENTITY_FACES for place in hazard.places),
        sbom=_sbom(sbom),
        hardening=hardening(elf, subject.is_go or subject.is_rust),
        hazards=found,
        warnings=elf.warnings,
    )


def _texts(elf: ElfFile, *tags: int) -> tuple[str, ...]:
    return tuple(entry.text for entry in elf.dynamic if entry.tag in tags and entry.text is not None)


def _interpreter(elf: ElfFile) -> str | None:
    segment = next((segment for segment in elf.segments if segment.type_name == "INTERP"), None)
    if segment is None:
        return None
    return readable(elf.data[segment.span.start : segment.span.end][:4096].split(b"\0", 1)[0])


def _notes(elf: ElfFile) -> tuple[NoteFact, ...]:
    return tuple(
        NoteFact(
            note.owner,
            note.type,
            note.section,
            readable(note.description.rstrip(b"\0"))
            if (note.owner, note.type) in _TEXT_NOTES
            else note.description[:256].hex(),
        )
        for note in elf.notes[:MAX_NOTES]
    )


def _times(found: tuple[Hazard, ...]) -> tuple[Place, ...]:
    """The times that hazards name, each place once, in the order of the file."""
    roots = ("build-time", "file-times", "time-zone")
    places = {
        (place.location.within, place.location.offset): place
        for hazard in found
        if hazard.root in roots
        for place in hazard.places
    }
    return tuple(places[key] for key in sorted(places))[:MAX_TIMES]


def _sbom(found: DependencyList) -> SbomFact:
    root = found.root
    named = None if root is None else f"{root.name} {root.version}".strip()
    return SbomFact(
        found.state.value, found.source.value if found.source else None, len(found.packages), named, found.problem
    )
