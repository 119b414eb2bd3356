"""Reads the dependency list of a file, whatever wrote it, and never guesses past a broken one."""

from __future__ import annotations

import hashlib

from elfdiff.payload import auditable, gobuildinfo, packagenote
from elfdiff.payload.carrier import SHF_COMPRESSED, SHT_NOBITS, BadCarrier, Carrier, RawSection, open_carrier
from elfdiff.payload.package import DependencyList, Package, Source, State
from elfdiff.payload.recovered import recover_packages
from elfdiff.values import replace

__all__ = ["DependencyList", "Package", "Source", "State", "read_dependencies"]

_NAMES = frozenset({auditable.SECTION, gobuildinfo.SECTION_ELF, gobuildinfo.SECTION_MACHO})
_NOT_CHECKED = "it has no section names, so a {section} section would not be found"


def read_dependencies(data: bytes, path: str, recover: bool = False) -> DependencyList:
    """The dependency list of a file held in memory; ``path`` is only repeated in what is said about it.

    Sources in order of trust: ``.dep-v0``, ``.go.buildinfo``, ``.note.package``; with ``recover`` and none of them,
    crates named in panic paths. A source that is there but malformed ends the search: state ``malformed``, with
    ``problem`` a sentence. Never raises for what the file holds.
    """
    empty = DependencyList(path, len(data), hashlib.sha256(data).hexdigest(), "unknown", State.ABSENT)
    try:
        carrier = open_carrier(data, _NAMES)
    except BadCarrier as error:
        return replace(empty, state=State.MALFORMED, problem=str(error))
    if carrier is None:
        return replace(empty, state=State.MALFORMED, problem="it is no ELF, PE or Mach-O file")
    found = _first_source(data, carrier, replace(empty, container=carrier.container))
    if not recover or found.state is State.MALFORMED:
        return found
    return _with_recovered(data, found)


def _first_source(data: bytes, carrier: Carrier, empty: DependencyList) -> DependencyList:
    warnings: tuple[str, ...] = ()
    if not carrier.has_sections:
        warnings = (_NOT_CHECKED.format(section=auditable.SECTION),)
    sections = [section for section in carrier.sections if section.name == auditable.SECTION]
    try:
        if sections:
            return _from_auditable(data, sections, replace(empty, source=Source.CARGO_AUDITABLE))
    except auditable.BadPayload as error:
        problem = f"its {auditable.SECTION} section {error}"
        return replace(empty, state=State.MALFORMED, source=Source.CARGO_AUDITABLE, problem=problem)
    try:
        go = gobuildinfo.read_build_info(data, carrier)
    except gobuildinfo.BadBuildInfo as error:
        problem = f"its Go build information {error}"
        return replace(empty, state=State.MALFORMED, source=Source.GO_BUILDINFO, problem=problem)
    if go is not None:
        return _from_go(go, replace(empty, source=Source.GO_BUILDINFO))
    try:
        notes = packagenote.read_package_notes(data, carrier)
        if notes:
            return _from_notes(notes, replace(empty, source=Source.PACKAGE_NOTE, warnings=warnings))
    except auditable.BadPayload as error:
        problem = f"its {packagenote.SECTION} note {error}"
        return replace(empty, state=State.MALFORMED, source=Source.PACKAGE_NOTE, problem=problem)
    return replace(empty, warnings=warnings)


def _from_auditable(data: bytes, sections: list[RawSection], base: DependencyList) -> DependencyList:
    """Sections of one name must agree byte for byte: tools differ in which one they read, and so could be misled."""
    stored = [_checked_bytes(data, section) for section in sections]
    if any(other != stored[0] for other in stored[1:]):
        where = ", ".join(f"section {section.index} at offset {section.offset:#x}" for section in sections[:4])
        raise auditable.BadPayload(f"stands {len(sections)} times with different contents ({where})")
    streams, warnings = auditable.inflate(stored[0])
    if len(stored) > 1:
        warnings.append(f"{len(stored)} sections are named {auditable.SECTION}; their contents are equal")
    lists = [auditable.decode(stream) for stream in streams]
    for number, other in enumerate(lists[1:], 2):
        root = next((package for package in other.packages if package.root), None)
        named = f", of {root.name} {root.version}" if root else ""
        which = f"list {number} of {len(lists)} in {auditable.SECTION}"
        warnings.append(f"{which} has {len(other.packages)} packages{named}; scanners read only list 1")
    return replace(
        base,
        state=State.PRESENT,
        format=lists[0].format,
        warnings=(*warnings, *lists[0].warnings),
        packages=lists[0].packages,
        further=tuple(other.packages for other in lists[1:]),
    )


def _checked_bytes(data: bytes, section: RawSection) -> bytes:
    """The section's bytes, after every doubt about where they are. Copies nothing beyond the limit."""
    if section.kind == SHT_NOBITS:
        raise auditable.BadPayload("is marked as having no bytes in the file")
    if section.flags & SHF_COMPRESSED:
        raise auditable.BadPayload("is marked as a compressed section, which cargo-auditable never writes")
    if section.offset + section.size > len(data):
        raise auditable.BadPayload(
            f"at offset {section.offset:#x} claims {section.size} bytes and runs past the end of the file"
        )
    if section.size > auditable.MAX_STORED:
        raise auditable.BadPayload(f"is {section.size} bytes long; the limit is {auditable.MAX_STORED}")
    return data[section.offset : section.offset + section.size]


_NO_MODULES = (
    "Go recorded no module (built outside of one, as with go build FILE, GOPATH or Bazel): "
    "what it depends on is missing"
)


def _from_go(info: gobuildinfo.GoBuildInfo, base: DependencyList) -> DependencyList:
    """The main module is the root; a program built outside a module is its own. Go records no edges."""
    main = _go_package(info.main, root=True) if info.main else Package(info.path or "main", "", "local", root=True)
    packages = [main]
    packages += [_go_package(module) for module in info.modules]
    packages.append(Package("stdlib", info.go_version.removeprefix("go").split(" ")[0], "go"))
    details = (("GoVersion", info.go_version), ("Path", info.path), *info.settings)
    found = replace(base, state=State.PRESENT, packages=tuple(packages), details=details)
    if info.main is None and not info.modules:
        return replace(found, partial=True, warnings=(*found.warnings, _NO_MODULES))
    return found


def _go_package(module: gobuildinfo.Module, root: bool = False) -> Package:
    """A module without a version that a proxy could serve is local: a working tree or another directory."""
    used = module.replacement or module
    local = used.version in ("", "(devel)")
    return Package(
        module.path,
        module.version,
        "local" if local else "go",
        root=root,
        checksum=used.checksum or None,
        replacement=(module.replacement.path, module.replacement.version) if module.replacement else None,
    )


def _from_notes(notes: list[packagenote.PackageNote], base: DependencyList) -> DependencyList:
    first = notes[0]
    if any(note != first for note in notes[1:]):
        raise auditable.BadPayload(f"stands {len(notes)} times with different contents")
    warnings = base.warnings
    if len(notes) > 1:
        warnings += (f"the package note stands {len(notes)} times; the contents are equal",)
    if not first.name:
        warnings += ("the package note names no package",)
    packages = (Package(first.name, first.version, first.type or "unknown", root=True),) if first.name else ()
    return replace(base, state=State.PRESENT, packages=packages, details=first.fields, warnings=warnings)


def _with_recovered(data: bytes, found: DependencyList) -> DependencyList:
    """Panic paths fill an absent list; beside a list of Cargo's they only show what it leaves out."""
    crates = recover_packages(data)
    if found.state is State.ABSENT and crates:
        return replace(
            found,
            state=State.PRESENT,
            source=Source.RECOVERED,
            partial=True,
            packages=crates,
            warnings=(*found.warnings, "recovered from panic paths: crates that never panic by path are missing"),
        )
    if found.source is Source.CARGO_AUDITABLE:
        known = {(package.name, package.version) for package in found.packages}
        known.update((package.name, package.version) for packages in found.further for package in packages)
        missing = [f"{crate.name} {crate.version}" for crate in crates if (crate.name, crate.version) not in known]
        if missing:
            shown = ", ".join(missing[:5]) + (f" and {len(missing) - 5} more" if len(missing) > 5 else "")
            return replace(found, warnings=(*found.warnings, f"panic paths name crates that the list lacks: {shown}"))
    return found
