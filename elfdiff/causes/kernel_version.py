"""The release of a kernel is compiled in: the build machine's, or the one that a module is for.

## What it looks like

    a  build system Linux 6.1.0-18-amd64
    b  build system Linux 6.6.15-cloud

`uname -a`, Python's `platform.platform()` (`Linux-6.1.0-18-amd64-x86_64-with-glibc2.36`) and CMake's CMAKE_SYSTEM and
CMAKE_HOST_SYSTEM_VERSION put it there. A kernel module says in `.modinfo` which kernel it is for, and in `__versions`
it holds a checksum for each function that it takes from that kernel:

    .modinfo     a  vermagic=6.1.0-47-cloud-amd64 SMP preempt mod_unload modversions
                 b  vermagic=6.1.0-50-cloud-amd64 SMP preempt mod_unload modversions
    __versions   a  misc_register 0x4da58b43
                 b  misc_register 0xe6e2b2a8

## Why it happens

A build script or a configure test records the output of `uname`. The kernel belongs to the machine, not to the
container or chroot: two hosts with one image still differ. Modules are built against `/lib/modules/$(uname -r)/build`
unless they are told otherwise, and take types and inline functions from those headers: code, debug information,
BTF and the build ID's salt follow.

## How to be sure

The word has the form of a kernel release and stands behind "Linux": rebuild one side under `setarch --uname-2.6`, and
see whether the text follows. Two `vermagic` entries are proof of two kernels. Under one `vermagic`, other checksums
mean headers or a configuration that differ under one name; symbols of another module that was changed look the same.
The banner of a kernel image ("Linux version …") names the kernel itself, and nothing is claimed here.
"""

from __future__ import annotations

from collections.abc import Iterator

from elfdiff.actions import Do
from elfdiff.causes._facts import became, named_context
from elfdiff.causes.model import Claim, Proof, cause
from elfdiff.evidence.model import (
    Context,
    Evidence,
    EvidenceSet,
    ModuleInfoChange,
    ModuleVersionsChange,
    NoteChange,
    TextChange,
    WordChange,
    WordKind,
)
from elfdiff.patterns import late
from elfdiff.report import Effect, Fix, Role

_TARGET = late(r"(?i)vermagic|^Linux version |SMP (?:preempt )?mod_unload|kernel headers|LINUX_VERSION_CODE")
_HOST = late(
    r"(?i)(?<![\w-])Linux[-/_ ]\d|CMAKE_(?:HOST_)?SYSTEM|\buname\b|-with-glibc|\b(?:build|built|on) linux\b|\bkernel\b"
)
_OUTPUT = late(
    r"(?i)CMAKE_(?:HOST_)?SYSTEM|\buname\b|-with-glibc|\b(?:built|compiled|configured) (?:on|under|with)\b|"
    r"\bbuild (?:system|host|machine|kernel|os)\b|\bhost (?:system|kernel|os)\b"
)
_RELEASE = late(r"(?:Linux[-/_])?\d+\.\d+\.\d+[-.+]\w|(?:Linux[-/_])?2\.6\.\d+")
_UNAME = late(r"(?:\d+\.\d+\.\d+\S* )?#\d")
_PRINTED = late(r"\bLinux [\w.-]+ \d+\.\d+\.\d+\S* (?:#\d|[a-z][a-z0-9_]+\b)")
"""What uname prints with the name of the machine."""


HOST = "env-uname-kernel"
TARGET = "kernel-module-target"
_OF_KBUILD = frozenset({"vermagic", "depends", "retpoline", "intree", "rhelversion"})
"""Entries of .modinfo that scripts/mod/modpost.c writes for the kernel that it belongs to."""

_NAME = Fix(
    "any",
    Do(
        "let the build script name the system it builds for (CMAKE_SYSTEM_NAME instead of "
        "CMAKE_SYSTEM), not the kernel "
        "it runs on"
    ),
    Effect.REMOVES,
    (HOST,),
)
_SETARCH = Fix(
    "any",
    Do("run both builds under setarch --uname-2.6, or on hosts with one kernel release"),
    Effect.MASKS,
    (HOST,),
    note="--uname-2.6 derives its number from the real release: hosts of other series still differ",
)
_HEADERS = Fix(
    "kbuild",
    Do(
        "build both modules against the headers of one kernel, named in full (make -C /usr/src/linux-headers-RELEASE "
        'M="$PWD" modules), not of the kernel that runs'
    ),
    Effect.REMOVES,
    (TARGET,),
    note="modules of the kernel's own tree: build both from one tree and one .config",
)


def choose(context: Context, faces: tuple[str, ...]) -> tuple[Fix, ...]:
    """The fixes that reach a face of this pair."""
    return tuple(fix for fix in (_HEADERS, _NAME, _SETARCH) if set(fix.reaches) & set(faces))


@cause(
    title="the release of a kernel is compiled in",
    role=Role.ROOT,
    unread=True,
    faces={
        HOST: "the output of uname is compiled in",
        TARGET: "kernel modules are built against two kernels",
    },
    fixes=(_NAME, _HEADERS, _SETARCH),
    references=(
        "Debian reproducible notes: captures_kernel_version (37 packages), captures_kernel_version_via_CMAKE_SYSTEM",
        "arXiv 2501.15919: uname output among the prevalent causes in nixpkgs",
        'Linux: Documentation/kbuild/modules.rst, "Module Versioning"; include/linux/vermagic.h',
    ),
    choose=choose,
)
def detect(evidence: EvidenceSet) -> Iterator[Claim]:
    yield from _targets(evidence)
    found = [(word, _judge(word)) for word in evidence.of(WordChange)]
    words = [(word, level) for word, level in found if level is not None]
    if not words:
        return
    yield Claim(
        HOST,
        tuple(word for word, _ in words),
        min((level for _, level in words), key=list(Proof).index),
        became(words[0][0].a_word, words[0][0].b_word),
    )


def _targets(evidence: EvidenceSet) -> Iterator[Claim]:
    """Two values of vermagic, or other checksums under one."""
    entries = [change for change in evidence.of(ModuleInfoChange) if change.key in _OF_KBUILD]
    named = [change for change in entries if change.key == "vermagic" and change.a_value and change.b_value]
    checksums = list(evidence.of(ModuleVersionsChange))
    if named:
        # What modpost and the headers wrote beside it follows from the same kernel.
        texts: list[Evidence] = [text for text in evidence.of(TextChange) if _is_kernels(text)]
        texts += [word for word in evidence.of(WordChange) if _is_kernels(word)]
        salts = [note for note in evidence.of(NoteChange) if note.kind == "build-salt"]
        yield Claim(
            TARGET,
            (*named, *(entry for entry in entries if entry not in named), *checksums, *salts, *texts),
            Proof.RECORDED,
            became(*_releases(named[0])),
            explains_code=True,
        )
    elif checksums:
        first = checksums[0]
        yield Claim(
            TARGET,
            tuple(checksums),
            Proof.SHAPE,
            f"{first.count} of {first.total} symbols that both take have another checksum, {first.first} for one: "
            "headers or a configuration that differ under one release",
            explains_code=True,
        )


def _judge(word: WordChange) -> Proof | None:
    """A release with its local part ("6.1.0-18-amd64") behind the word Linux is certain, and so is what uname -a
    prints; such a release alone is likely.

    A bare number behind a word such as Linux may be what the program asks for: "requires Linux 5.10 or newer".
    """
    if word.kind is not WordKind.KERNEL or _is_target(word):
        return None
    if _UNAME.match(word.a_word) and _UNAME.match(word.b_word):
        return Proof.RECORDED
    said = _HOST.search(named_context(word)) is not None or _PRINTED.search(word.context) is not None
    shaped = _RELEASE.match(word.a_word) is not None and _RELEASE.match(word.b_word) is not None
    if said and shaped:
        return Proof.RECORDED
    if shaped:
        return Proof.SHAPE
    if not said:
        return None
    return Proof.SHAPE if _OUTPUT.search(named_context(word)) else Proof.CONSISTENT


def _releases(change: ModuleInfoChange) -> tuple[str, str]:
    """Both releases; the whole entries if two kernels of one release were configured otherwise."""
    entries = change.a_value or "", change.b_value or ""
    words = tuple(entry.split(" ", 1)[0] for entry in entries)
    return (words[0], words[1]) if words[0] != words[1] else entries


def _is_kernels(fact: Evidence) -> bool:
    """A text that modpost took from the kernel."""
    if fact.section == "__versions":
        return True
    texts = [place.value for place in (fact.a, fact.b) if place is not None]
    texts += [fact.context] if isinstance(fact, WordChange) else []
    return fact.section == ".modinfo" and any(text.split("=", 1)[0] in _OF_KBUILD for text in texts)


def _is_target(word: WordChange) -> bool:
    """The release of the kernel that the file is built for."""
    return word.section == ".modinfo" or bool(_TARGET.search(word.context))
