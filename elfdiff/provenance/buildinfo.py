"""Debian's .buildinfo files (deb-buildinfo(5)): what a build was given, in deb822 paragraphs, maybe signed in clear."""

from __future__ import annotations

from elfdiff.elf.reading import read_bytes, shown
from elfdiff.patterns import late
from elfdiff.provenance.document import MAX_BYTES, MalformedProvenance
from elfdiff.provenance.inputs import Group, Inputs

_FIELD = late(r"([A-Za-z0-9][A-Za-z0-9-]*):[ \t]*(.*)")
_DEPENDENCY = late(r"(?P<name>[a-z0-9][a-z0-9+.:-]*)\s*\(=\s*(?P<version>[^)]+)\)")
_ASSIGNMENT = late(r'([A-Za-z_][A-Za-z0-9_]*)="((?:[^"\\]|\\.)*)"')
_GROUPS = {
    "Source": Group.SOURCE,
    "Version": Group.SOURCE,
    "Binary-Only-Changes": Group.SOURCE,
    "Architecture": Group.PARAMETERS,
    "Binary": Group.PARAMETERS,
    "Build-Path": Group.PARAMETERS,
    "Build-Origin": Group.BUILDER,
    "Build-Architecture": Group.BUILDER,
    "Build-Kernel-Version": Group.RUNNER,
    "Build-Tainted-By": Group.RUNNER,
    "Build-Date": Group.RUN,
    "Checksums-Sha256": Group.OUTCOME,
    "Installed-Build-Depends": Group.DEPENDENCIES,
    "Environment": Group.ENVIRONMENT,
}


def is_buildinfo(data: bytes) -> bool:
    """True for text whose first field, a signature's head aside, is Format, and that names a Source."""
    head = data[:4096]
    return (head.startswith((b"Format:", b"-----BEGIN PGP SIGNED MESSAGE-----"))) and b"\nSource:" in data[:65536]


def read_buildinfo(path: str) -> Inputs:
    """The recorded inputs. MalformedProvenance if it is no .buildinfo; its signature is not checked."""
    name = shown(path)
    try:
        content = read_bytes(path, MAX_BYTES).decode("utf-8")
    except UnicodeDecodeError as error:
        raise MalformedProvenance(f"{name}: is no UTF-8 text at byte {error.start}") from error
    fields = _fields(content)
    if "Source" not in fields or "Format" not in fields:
        raise MalformedProvenance(f"{name}: is no .buildinfo file: it names no Format or no Source")
    values: dict[tuple[Group, str], str] = {}
    for field, lines in fields.items():
        group = _GROUPS.get(field)
        if group is not None:
            values |= {(group, key): value for key, value in _values(field, lines)}
    return Inputs(name, "Debian .buildinfo", values)


def _fields(content: str) -> dict[str, list[str]]:
    """The first paragraph's fields; a continued line begins with a blank (deb822(5))."""
    found: dict[str, list[str]] = {}
    last: list[str] | None = None
    signed = content.startswith("-----BEGIN PGP SIGNED MESSAGE-----")
    for number, line in enumerate(content.splitlines()):
        if signed and number == 0:
            continue
        if line.startswith("-----BEGIN PGP SIGNATURE-----"):
            break
        if line[:1] in (" ", "\t"):
            if last is not None:
                last.append(line.strip())
            continue
        match = _FIELD.fullmatch(line.rstrip())
        if match is not None and not (signed and match[1] == "Hash" and not found):
            last = found.setdefault(match[1], [])
            if match[2]:
                last.append(match[2])
    return found


def _values(field: str, lines: list[str]) -> list[tuple[str, str]]:
    if field == "Installed-Build-Depends":
        found = [(match["name"], match["version"].strip()) for match in _DEPENDENCY.finditer(" ".join(lines))]
    elif field == "Environment":
        found = [(match[1], match[2]) for match in map(_ASSIGNMENT.fullmatch, lines) if match]
    elif field == "Checksums-Sha256":
        found = [(parts[2], parts[0]) for parts in map(str.split, lines) if len(parts) == 3]
    else:
        found = [(field, " ".join(lines))]
    return found
