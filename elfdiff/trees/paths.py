"""Two paths → Report or Tree: files as ever, and everything that holds files.

What only containers need is imported where one is met: two programs start faster without it.
"""

from __future__ import annotations

import hashlib
import os

from elfdiff.clock import Clock
from elfdiff.containers.model import Container, Entry, EntryKind
from elfdiff.containers.opening import ELF, is_directory, is_static_archive, open_bytes
from elfdiff.diagnose import Look, Looked, diagnose_bytes
from elfdiff.elf.file import parse
from elfdiff.elf.reading import read_bytes, shown
from elfdiff.errors import UsageError
from elfdiff.provenance import beside
from elfdiff.report import Report, Verdict
from elfdiff.steps import on_side
from elfdiff.tree import NARROWED, ContainerFacts, Tree
from elfdiff.trees.options import TreeOptions
from elfdiff.values import replace
from elfdiff.version import __version__

_KIND_WORDS = {
    "directory": "a directory",
    "deb": "a Debian package",
    "apk": "an Alpine package",
    "rpm": "an RPM package",
    "zip": "a zip archive",
    "tar": "a tar archive",
    "compressed": "a compressed file",
    "file": "a plain file",
    "empty": "an empty file",
}


def compare_paths(
    a_path: str, b_path: str, options: TreeOptions, with_proof: bool = False, clock: Clock | None = None
) -> Report | Tree:
    """Compare two things and explain the difference. Raises ElfdiffError, its sentence beginning with the side.

    ELF files, static archives and files of equal bytes give a Report; directories, packages, archives and plain files a
    Tree, of one entry in the last case. As :func:`elfdiff.diagnose.diagnose` for proof and clock.
    """
    found = _compare(a_path, b_path, replace(options, prove=with_proof), with_proof, clock or Clock())
    told = tuple(beside.notes(a_path, b_path))
    return replace(found, notes=(*found.notes, *told)) if told else found


def _compare(a_path: str, b_path: str, options: TreeOptions, with_proof: bool, clock: Clock) -> Report | Tree:
    kinds = is_directory(a_path), is_directory(b_path)
    if any(kinds):
        with clock.running("the directories were read"):
            a = on_side("a", lambda: _opened(a_path, options))
            b = on_side("b", lambda: _opened(b_path, options))
        return _compared(a, b, options, clock)
    with clock.running("the files were read"):
        a_bytes = on_side("a", lambda: read_bytes(a_path))
        b_bytes = on_side("b", lambda: read_bytes(b_path))
    programs = _is_program(a_bytes), _is_program(b_bytes)
    if a_bytes == b_bytes or all(programs):
        found = diagnose_bytes(a_path, a_bytes, b_path, b_bytes, with_proof, clock, _look(options))
        if found.verdict is not Verdict.CAUSE_NOT_IN_FILES:
            return found
        from elfdiff.trees import debugfiles

        return debugfiles.of_programs(found, (a_path, a_bytes), (b_path, b_bytes), clock)
    with clock.running("the containers were read"):
        listed = _listed(a_path, a_bytes, options), _listed(b_path, b_bytes, options)
        if listed[0] is not None and listed[1] is not None:
            return _compared(listed[0], listed[1], options, clock)
        a = on_side("a", lambda: _of_bytes(a_path, a_bytes, options))
        b = on_side("b", lambda: _of_bytes(b_path, b_bytes, options))
    return _compared(a, b, options, clock)


def _look(options: TreeOptions) -> Look:
    def look(name: str, a: bytes, b: bytes) -> Looked | None:
        from elfdiff.trees.compare import nested_with
        from elfdiff.trees.entries import look_with

        return look_with(nested_with(options), options.limits)(name, a, b)

    return look


def _is_program(data: bytes) -> bool:
    return data.startswith(ELF) or is_static_archive(data)


def _opened(path: str, options: TreeOptions) -> Container:
    from elfdiff.containers.directory import read_directory
    from elfdiff.containers.limits import Budget

    if is_directory(path):
        return read_directory(path, Budget(shown(path), options.limits))
    return _of_bytes(path, read_bytes(path), options)


def _listed(path: str, data: bytes, options: TreeOptions) -> Container | None:
    from elfdiff.containers.limits import Budget
    from elfdiff.containers.listed import read_listed

    return read_listed(path, data, Budget(shown(path), options.limits))


def _of_bytes(path: str, data: bytes, options: TreeOptions) -> Container:
    """What the bytes hold; a plain file is a container of itself. Raises ElfdiffError for damaged ELF files too."""
    container = None if _is_program(data) else open_bytes(data, shown(path), options.limits)
    return container or _plain(path, data)


def _plain(path: str, data: bytes) -> Container:
    """A file as a container of itself."""
    name = os.path.basename(path)
    kind = "file" if data else "empty"
    if data.startswith(ELF):
        parse(data, path)
        kind = "ELF"
    elif is_static_archive(data):
        kind = "static archive"
    return Container(path, kind, len(data), data, (Entry(name, EntryKind.FILE, len(data), lambda: data),), ())


def family(kind: str) -> str:
    """What two kinds must share to be two builds of one thing, however each is compressed."""
    from elfdiff.containers.codecs import SUFFIXES

    if kind in SUFFIXES:
        return "compressed"
    return kind.partition(".")[0]


def _compared(a: Container, b: Container, options: TreeOptions, clock: Clock) -> Tree:
    from elfdiff.images.pairing import pair_images
    from elfdiff.trees import debugfiles
    from elfdiff.trees.compare import compare_trees
    from elfdiff.trees.entries import not_two_builds

    pair = pair_images(a, b, options.platform)
    if pair is not None:
        wanted = replace(options, exclude=(*options.exclude, *sorted(pair.skipped)))
        tree = compare_trees(pair.a, pair.b, wanted, clock=clock).tree
        return replace(tree, image=pair.facts, notes=(*_narrowed(a, b, options), *pair.notes, *tree.notes))
    plain = {"file", "empty"}
    if plain & {a.kind, b.kind}:
        # Zeros are an archive of nothing only beside an archive.
        a, b = (_plain(s.path, s.whole) if s.kind == "tar" and not s.entries and s.whole else s for s in (a, b))
    families = family(a.kind), family(b.kind)
    if families[0] != families[1] and not set(families) <= plain:
        words = [_KIND_WORDS.get(name, f"an {name} file" if name == "ELF" else f"a {name}") for name in families]
        return _incomparable(a, b, not_two_builds(*words))
    if set(families) <= plain:
        # Two files are one entry, whatever each is called.
        entry = b.entries[0]
        b = Container(
            b.path, b.kind, b.size, b.whole, (Entry(a.entries[0].name, entry.kind, entry.size, entry.read),), ()
        )
    if set(families) <= plain or (a.wraps and b.wraps):
        # What has no entries of its own is compared whatever the globs say.
        options = replace(options, only=(), exclude=())
    narrowed = _narrowed(a, b, options)
    tree = debugfiles.of_packages(compare_trees(a, b, options, clock=clock).tree, a, b, options, clock)
    return replace(tree, notes=(*narrowed, *tree.notes))


def _narrowed(a: Container, b: Container, options: TreeOptions) -> tuple[str, ...]:
    """A note of what the globs leave out. UsageError if they leave nothing to compare."""
    names = {entry.path for side in (a, b) for entry in side.entries}
    kept = sum(options.wants(name) for name in names)
    if kept == len(names):
        return ()
    if kept == 0:
        raise UsageError("--only, --exclude: these globs leave no entry to compare; elfdiff inspect tells the entries")
    return (f"{NARROWED} left out {len(names) - kept} of {len(names)} entries, and the rest was compared",)


def _incomparable(a: Container, b: Container, reason: str) -> Tree:
    facts = [
        ContainerFacts(
            side.path,
            side.kind,
            side.size,
            hashlib.sha256(side.whole).hexdigest() if side.whole is not None else None,
            len(side.entries),
        )
        for side in (a, b)
    ]
    return Tree(
        tool_version=__version__,
        a=facts[0],
        b=facts[1],
        verdict=Verdict.INPUTS_DIFFER,
        fixable=None,
        code=None,
        findings=(),
        ledger=None,
        entries=(),
        incomparable=reason,
    )
