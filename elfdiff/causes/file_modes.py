"""A file has other permissions than any umask gives, or another capability.

## What it looks like

The same file in two packages, and a bit that a umask cannot set or take; or an extended attribute on one side only:

    usr/bin/passwd-helper   a  0755            b  4755            set-user-ID
    var/games               a  0755            b  2775            set-group-ID
    usr/bin/ping            a  (none)          b  SCHILY.xattr.security.capability=…

## Why it happens

A umask only takes bits of group and others from new files. Set-user-ID, set-group-ID and sticky bits, the owner's
bits, and capabilities are set by a step of its own: `chmod`, `install -m`, `setcap`, `setfacl`, a list of the package
(`dpkg-statoverride`, `%attr`, `%caps`, `tar --mode`, `COPY --chmod`). That step differed, did not run, or failed in
one build: `setcap` needs a right that a build without root has not, and a copy (`cp` without -a, a layer that is
unpacked by another tool) loses attributes and set-ID bits.

## How to be sure

Both values stand in the packages as they are printed. Build once more with the log open, and look for the step that
sets them: it ran in one build alone, or was told something else.

**No flag fixes this.** It is a difference of what the packages allow, and worth a look before either is shipped: let
one step set modes and capabilities in both builds.
"""

from __future__ import annotations

from collections.abc import Iterator

from elfdiff.causes._entries import changes_of, is_masked, told
from elfdiff.causes.model import Claim, Proof, cause
from elfdiff.evidence.entries import EntryFieldChange
from elfdiff.evidence.model import EvidenceSet
from elfdiff.report import Role

BITS, ATTRIBUTES = "mode-bits-no-umask-gives", "capabilities-of-files"
_GRANTS = ("security.capability=", "SCHILY.acl.", "posix_acl")
"""Attributes that say what a file may do, or who may use it; labels follow from the host's policy."""


@cause(
    title="a file has other permissions",
    role=Role.INPUT,
    faces={
        BITS: "mode bits differ that no umask sets: set-ID and sticky bits, bits of the owner",
        ATTRIBUTES: "a file has a capability or an access list on one side, or another one",
    },
    references=("chmod(2)", "capabilities(7)", "umask(2)"),
)
def detect(evidence: EvidenceSet) -> Iterator[Claim]:
    """Modes that no two umasks give, and attributes that grant something."""
    modes = [item for item in changes_of(evidence, "mode") if item.container != "ar" and _is_set(item)]
    if modes:
        yield Claim(BITS, tuple(modes), Proof.RECORDED, told(tuple(modes)))
    granted = [item for item in changes_of(evidence, "xattr") if _grants(item)]
    if granted:
        yield Claim(ATTRIBUTES, tuple(granted), Proof.RECORDED, told(tuple(granted)))


def _is_set(change: EntryFieldChange) -> bool:
    """True for two modes of one file; a list of many has its first one alone."""
    a, b = change.a_number, change.b_number
    return a is not None and b is not None and a != b and not is_masked(change)


def _grants(change: EntryFieldChange) -> bool:
    return any(word in value for value in (change.a_value, change.b_value) for word in _GRANTS)
