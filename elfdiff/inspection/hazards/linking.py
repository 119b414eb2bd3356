"""Dynamic entries and post-link tools: run paths, names of libraries, rewritten files."""

from __future__ import annotations

from collections.abc import Iterator

from elfdiff.causes._paths import is_build_place, is_foreign
from elfdiff.inspection.sign import Sign, sign
from elfdiff.inspection.subject import Subject
from elfdiff.patterns import late
from elfdiff.span import Span

DT_NEEDED, DT_SONAME, DT_RPATH, DT_RUNPATH = 1, 14, 15, 29
_REPAIRED = late(r"[\w.+-]+-[0-9a-f]{8}\.so[.\d]*")
_BOLT = (".bolt.org.text", ".note.bolt_info")


def find(subject: Subject) -> Iterator[Sign]:
    """Faces of build-path, toolchain-path, post-processing and parallel-build."""
    runs, homes, named, repaired = [], [], [], []
    for entry in subject.elf.dynamic:
        if entry.text is None or entry.text_span is None:
            continue
        place = subject.file_place(entry.text_span, entry.text, ".dynstr")
        if entry.tag in (DT_RPATH, DT_RUNPATH):
            parts = [part for part in entry.text.split(":") if part.startswith("/")]
            if any(is_foreign(part) and not part.startswith(("/usr/", "/lib")) for part in parts):
                homes.append(place)
            elif any(is_build_place(part) and not is_foreign(part) for part in parts):
                runs.append(place)
        elif entry.tag in (DT_NEEDED, DT_SONAME) and "/" in entry.text and not entry.text.startswith("$ORIGIN"):
            named.append(place)
        elif entry.tag == DT_NEEDED and _REPAIRED.fullmatch(entry.text):
            repaired.append(place)
    if runs:
        yield sign("build-path", "path-rpath-runpath", "the run path names a directory of the build", "shows", runs)
    if homes:
        yield sign(
            "toolchain-path",
            "path-sysroot-toolchain-install",
            "the run path names the place of a toolchain",
            "hints",
            homes,
        )
    if named:
        yield sign("build-path", "path-linker-map-or-script-strings", "a library is named by a path", "shows", named)
    if repaired:
        title = "auditwheel named libraries after a hash of their contents"
        yield sign("post-processing", "postlink-patching", title, "hints", repaired)
    yield from _rewritten(subject)


def _rewritten(subject: Subject) -> Iterator[Sign]:
    elf = subject.elf
    prelink = elf.section(".gnu.prelink_undo")
    if prelink is not None and prelink.span is not None:
        place = subject.file_place(prelink.span, prelink.name, prelink.name)
        yield sign("post-processing", "postlink-patching", "prelink rewrote the file", "shows", [place])
    elif not elf.sections and (at := elf.data.find(b"UPX!", 0, 4096)) >= 0:
        place = subject.file_place(Span(at, at + 4), "UPX!")
        yield sign("post-processing", "postlink-patching", "UPX packed the file", "shows", [place])
    bolt = next((section for name in _BOLT if (section := elf.section(name)) is not None and section.span), None)
    if bolt is not None and bolt.span is not None:
        place = subject.file_place(bolt.span, bolt.name, bolt.name)
        yield sign("post-processing", "post-link-optimizer", "BOLT moved code by a profile", "shows", [place])
    types = elf.section(".BTF")
    if types is not None and types.span is not None and elf.section(".modinfo") is not None:
        place = subject.file_place(types.span, ".BTF", ".BTF")
        yield sign("parallel-build", "btf-type-id-order", "type IDs that a parallel pahole numbered", "hints", [place])
