"""The release of the build machine's kernel is compiled in.

## What it looks like

    a  build system Linux 6.1.0-18-amd64
    b  build system Linux 6.6.15-cloud

`uname -a`, Python's `platform.platform()` (`Linux-6.1.0-18-amd64-x86_64-with-glibc2.36`) and CMake's CMAKE_SYSTEM and
CMAKE_HOST_SYSTEM_VERSION put it there.

## Why it happens

A build script or a configure test records the output of `uname`. The kernel belongs to the machine, not to the
container or chroot: two hosts with one image still differ.

## How to be sure

The word has the form of a kernel release and stands behind "Linux". The `vermagic` of a kernel module and the banner
of a kernel image name the kernel that the file is *for*; when these differ, another kernel was built against, and
nothing is claimed here. Rebuild one side under `setarch --uname-2.6`: if the text follows, this was it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from elfdiff.causes._facts import became, named_context
from elfdiff.causes.model import Match, cause
from elfdiff.evidence.model import EvidenceSet, WordChange, WordKind
from elfdiff.report import Confidence, Effect, Fix, Role

_TARGET = re.compile(r"(?i)vermagic|^Linux version |SMP (?:preempt )?mod_unload|kernel headers|LINUX_VERSION_CODE")
_HOST = re.compile(
    r"(?i)(?<![\w-])Linux[- ]\d|CMAKE_(?:HOST_)?SYSTEM|\buname\b|-with-glibc|\b(?:build|built|on) linux\b|\bkernel\b"
)
_RELEASE = re.compile(r"(?:Linux-)?\d+\.\d+\.\d+[-.+]\w|(?:Linux-)?2\.6\.\d+")


@cause(
    title="the kernel release of the build machine is compiled in",
    role=Role.ROOT,
    faces={"env-uname-kernel": "the output of uname is compiled in"},
    fixes=(
        Fix(
            "any",
            "let the build script name the system it builds for (CMAKE_SYSTEM_NAME instead of "
            "CMAKE_SYSTEM), not the kernel "
            "it runs on",
            Effect.REMOVES,
            ("env-uname-kernel",),
        ),
        Fix(
            "any",
            "run both builds under setarch --uname-2.6, or on hosts with one kernel release",
            Effect.MASKS,
            ("env-uname-kernel",),
            note="--uname-2.6 derives its number from the real release: hosts of other series still differ",
        ),
    ),
    references=(
        "Debian reproducible notes: captures_kernel_version (37 packages), captures_kernel_version_via_CMAKE_SYSTEM",
        "arXiv 2501.15919: uname output among the prevalent causes in nixpkgs",
    ),
)
def detect(evidence: EvidenceSet) -> Iterator[Match]:
    found = [(word, _judge(word)) for word in evidence.of(WordChange)]
    words = [(word, level) for word, level in found if level is not None]
    if not words:
        return
    sure = any(level is Confidence.CERTAIN for _, level in words)
    yield Match(
        "env-uname-kernel",
        tuple(word for word, _ in words),
        Confidence.CERTAIN if sure else Confidence.LIKELY,
        became(words[0][0].a_word, words[0][0].b_word),
    )


def _judge(word: WordChange) -> Confidence | None:
    """A release with its local part ("6.1.0-18-amd64") behind the word Linux is certain; either alone is likely."""
    if word.kind is not WordKind.KERNEL or _is_target(word):
        return None
    said = _HOST.search(named_context(word)) is not None
    shaped = _RELEASE.match(word.a_word) is not None and _RELEASE.match(word.b_word) is not None
    if said and shaped:
        return Confidence.CERTAIN
    return Confidence.LIKELY if said or shaped else None


def _is_target(word: WordChange) -> bool:
    """The release of the kernel that the file is built for."""
    return word.section == ".modinfo" or bool(_TARGET.search(word.context))
