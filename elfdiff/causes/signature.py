"""The file carries a signature, and a signature is made with a key or a time of its own.

## What it looks like

A kernel module ends, behind everything that ELF describes, with PKCS#7, 12 bytes of lengths, and

    ~Module signature appended~

Some formats use a section: AppImage's `.sha256_sig` and `.sig_key`, `.signature`, `.sig`.

## Why it happens

Each build draws its own key (CONFIG_MODULE_SIG without a kept key), or signs with a scheme that is random by design,
or only one side was signed. The key's certificate is compiled into vmlinux too.

## How to be sure

Cut the signature off both files (`strip --strip-debug` does it for modules): if the rest is equal, the signature is
the only difference. A signature covers the content, so where the content differs it must differ, and then it is no
cause: fix the rest first.
"""

from __future__ import annotations

from collections.abc import Iterator

from elfdiff.actions import Do
from elfdiff.causes._facts import covered_differs
from elfdiff.causes.model import Claim, Proof, cause
from elfdiff.evidence.model import Context, EvidenceSet, LoneSectionChange, SectionChange, TailChange
from elfdiff.report import Effect, Fix, Role

_SECTIONS = frozenset({".sig", ".sig_key", ".sha256_sig", ".signature", ".digest_md5"})

_KEY = Fix(
    "kbuild",
    Do(
        "keep one signing key with the sources (CONFIG_MODULE_SIG_KEY), or build with "
        "CONFIG_MODULE_SIG_ALL=n and sign afterwards"
    ),
    Effect.REMOVES,
    ("kernel-module-signature",),
)
_DETACHED = Fix(
    "any",
    Do("compare the files without their signature; sign outside of the build and keep the signature as an input"),
    Effect.REMOVES,
    ("kernel-module-signature", "elf-embedded-signature"),
)


def choose(context: Context, faces: tuple[str, ...]) -> tuple[Fix, ...]:
    """kbuild's own switch for modules, then what holds for every signature."""
    return (_KEY, _DETACHED) if "kernel-module-signature" in faces else (_DETACHED,)


@cause(
    title="the signatures differ",
    role=Role.ROOT,
    faces={
        "kernel-module-signature": "a kernel module carries another signature, or one side has none",
        "elf-embedded-signature": "a section holds a signature",
    },
    fixes=(_KEY, _DETACHED),
    references=(
        "Linux: Documentation/admin-guide/module-signing.rst and kbuild/reproducible-builds.rst",
        "reproducible-builds.org: embedded signatures",
        "AppImage specification: signing",
    ),
    choose=choose,
    after_link=True,
)
def detect(evidence: EvidenceSet) -> Iterator[Claim]:
    others = covered_differs(evidence)
    for tail in evidence.of(TailChange):
        if tail.kind != "module-signature":
            continue
        if tail.a is None or tail.b is None:
            side = "b" if tail.a is None else "a"
            yield Claim("kernel-module-signature", (tail,), Proof.RECORDED, f"only {side} is signed")
        elif not others:
            yield Claim(
                "kernel-module-signature",
                (tail,),
                Proof.RECORDED,
                "the signatures differ, and everything they cover is equal",
            )
    one_sided = [s for s in evidence.of(SectionChange) if s.name in _SECTIONS and s.status in ("added", "removed")]
    if one_sided:
        side = "b" if one_sided[0].status == "added" else "a"
        yield Claim(
            "elf-embedded-signature",
            tuple(one_sided),
            Proof.RECORDED,
            f"only {side} has {one_sided[0].name}",
        )
    lone = [change for change in evidence.of(LoneSectionChange) if change.name in _SECTIONS]
    if lone:
        yield Claim(
            "elf-embedded-signature",
            tuple(lone),
            Proof.RECORDED,
            f"only {lone[0].name} differs, and everything it covers is equal",
        )
