"""The builds ran under different umasks, and the modes of files are stored.

## What it looks like

The same files in two packages, trees or archives, with group or other permissions on one side only:

    -rw-r--r-- usr/share/doc/app/README     -rw-rw-r-- usr/share/doc/app/README      umask 022 and 002
    drwxr-xr-x usr/share/doc/app            drwx------ usr/share/doc/app             umask 022 and 077

## Why it happens

A program that creates a file asks for 666 or 777, and the kernel takes the bits of the umask out. `git checkout`, `cp`
without -p, compilers and shell redirections all do; `install -m` and dh_fixperms set modes by themselves. Containers of
CI systems run with 022, some user accounts with 002, hardened ones with 027 or 077.

## How to be sure

All modes that differ lack the bits of one mask on one side and of another mask on the other, and the owner's bits are
equal. A single file whose mode somebody changed by hand can look the same, so with one file elfdiff says "likely".
Bits of the owner, setuid and sticky bits do not come from a umask: another packaging rule set them.
"""

from __future__ import annotations

from collections.abc import Iterator

from elfdiff.actions import Do, Run
from elfdiff.causes._entries import changes_of, is_masked, told
from elfdiff.causes.model import Claim, Proof, cause
from elfdiff.evidence.entries import EntryFieldChange
from elfdiff.evidence.model import EvidenceSet
from elfdiff.report import Effect, Fix, Role

MODES = "entry-modes"
_ENOUGH = 2

_UMASK = Fix("any", Run("umask 022"), Effect.REMOVES, (MODES,), note="do it before the checkout too")
_MODE = Fix(
    "tar",
    Do("write the archive with fixed modes: tar --mode=u+rwX,go+rX,go-w"),
    Effect.REMOVES,
    (MODES,),
    note="dh_fixperms or install -m does it in a package",
)


@cause(
    title="the modes of files follow the umask",
    role=Role.ROOT,
    faces={MODES: "the modes of files are stored, and two umasks made them"},
    fixes=(_UMASK, _MODE),
    references=(
        "umask(2)",
        "Debian reproducible notes: different_due_to_umask (100 packages)",
        "GNU tar manual, --mode: https://www.gnu.org/software/tar/manual/html_section/override.html",
    ),
)
def detect(evidence: EvidenceSet) -> Iterator[Claim]:
    """Modes that differ as two umasks make them."""
    changes = [change for change in changes_of(evidence, "mode") if is_masked(change)]
    if not changes:
        return
    taken = {_missing(change) for change in changes}
    alike = len(changes) >= _ENOUGH and len({side for pair in taken for side in pair if side}) <= _ENOUGH
    yield Claim(MODES, tuple(changes), Proof.RECORDED if alike else Proof.SHAPE, told(tuple(changes)))


def _missing(change: EntryFieldChange) -> tuple[int, int]:
    """The bits that one side lacks and the other has, whether or not the file may be executed."""
    a, b = change.a_number or 0, change.b_number or 0
    return a & ~b & 0o066, b & ~a & 0o066
