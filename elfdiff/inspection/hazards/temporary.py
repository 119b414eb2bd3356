"""Names that a tool made up for one run."""

from __future__ import annotations

import re
from collections.abc import Iterator

from elfdiff.inspection.sign import MAX_PLACES, Sign, sign
from elfdiff.inspection.subject import PathUse, Subject
from elfdiff.patterns import late

_FILE_SYMBOL = late(r"cc[A-Za-z0-9]{6}\.(?:o|s|ltrans\d+\.o)|tmp[a-z0-9_]{8}\.\w+|tmp\.[A-Za-z0-9]{10}\.\w+")
_GO = late(r"/go-build\d{6,}(?:/|$)")
_OCAML = late(r"/caml(?:startup|pp|obj)[0-9a-f]{6}")
_RUSTC = late(r"/rustc([A-Za-z0-9]{6})/")
_RANDOM = late(
    r"/(?:cc([A-Za-z0-9]{6})\.\w+$|tmp([a-z0-9_]{8})(?:/|$)|tmp\.([A-Za-z0-9]{6,10})(?:/|$)|\.tmp([A-Za-z0-9]{6})(?:/|$)|"
    r"(?:pip|build-via|build-env|\.tmp|\.mesonpy)-(?:[^/]*-)?([a-z0-9_]{8})(?:/|$)|cargo-install([A-Za-z0-9]{6})(?:/|$))"
)
_PYTHONS = late(r"^/tmp/tmp[a-z0-9_]{8}/")
"""What Python's tempfile makes, where it makes it: of eight letters some look like a word."""
_DATED = late(r"^/(?:var/)?tmp/[\w-]+\.20\d{12}\.\d{1,7}/")
_FACES = {
    "path-go-cgo-workdir": "a work directory of the go command is named",
    "ocaml-temp-names": "a temporary file of ocamlopt is named",
    "rustc-tmpdir-leak": "a temporary directory of rustc is named",
    "path-home-tmp-random": "a directory with a random name is named: each build has another",
}


def find(subject: Subject) -> Iterator[Sign]:
    """Faces of temporary-path."""
    files = [symbol for symbol in subject.elf.file_symbols if _FILE_SYMBOL.fullmatch(symbol.name)]
    if files:
        places = (subject.file_place(symbol.span, symbol.name, ".symtab") for symbol in files[:MAX_PLACES])
        title = "the symbol table names a temporary object of the compiler driver"
        yield sign("temporary-path", "sym-stt-file-temp", title, "shows", places, len(files))
    uses: dict[str, list[PathUse]] = {}
    for use in subject.paths:
        face = _face(use.path)
        if face:
            uses.setdefault(face, []).append(use)
    for face, title in _FACES.items():
        if face in uses:
            places = (subject.path_place(use) for use in uses[face][:MAX_PLACES])
            yield sign("temporary-path", face, title, "shows", places, len(uses[face]))


def is_temporary(path: str) -> bool:
    """True for a path through a directory whose name was drawn for one run: no map of the source tree reaches it."""
    return _face(path) is not None


def _face(path: str) -> str | None:
    if _GO.search(path):
        return "path-go-cgo-workdir"
    if _OCAML.search(path):
        return "ocaml-temp-names"
    found = _RUSTC.search(path)
    if found and _is_mixed(found.group(1)):
        return "rustc-tmpdir-leak"
    if _DATED.search(path) or _PYTHONS.search(path):
        return "path-home-tmp-random"
    found = _RANDOM.search(path)
    return "path-home-tmp-random" if found and _is_mixed(found.group(found.lastindex or 1)) else None


def _is_mixed(part: str) -> bool:
    """Not a word: digits among letters, or capitals inside."""
    return bool(re.search(r"[A-Za-z]\d|\d[A-Za-z]|[a-z][A-Z]", part))
