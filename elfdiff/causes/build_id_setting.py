"""The build ID is made in another way, or from a value of its own.

## What it looks like

The descriptor of `.note.gnu.build-id` has another length, or the note is on one side only. The length tells the
style: 8 bytes is LLD's `fast`, 16 is md5 or uuid, 20 is sha1, 32 is mold's sha256; any other length was set by hand
with `--build-id=0x…`.

    a  edc1b7e04f7a6d1c93aa0f5be2c4478b1d0ed78e     20 bytes, sha1
    b  9d2f11c04be7a6e3                               8 bytes, LLD's fast

A note that is missing moves every allocated section behind it. Kernels add a salt of their own in `.note.Linux`
(CONFIG_BUILD_SALT).

## Why it happens

`-Wl,--build-id=STYLE` differs; one compiler passes `--build-id` by default and the other does not; a script sets the
ID from a version or a counter; a distribution salts it with the package's release.

## How to be sure

Lengths cannot differ by content, so a difference is proof of another setting, unless another linker was used: then
its default explains it, and toolchain-version is the finding. An ID of equal and usual length that differs is a hash
of something else that differs (content-hash), or drawn at random (random-build-id).
"""

from __future__ import annotations

from collections.abc import Iterator

from elfdiff.actions import AddWords, Do
from elfdiff.causes._facts import tools_differ, two_kernels, values
from elfdiff.causes._tools import languages
from elfdiff.causes.model import Claim, Proof, cause
from elfdiff.evidence.model import Context, EvidenceSet, NoteChange, SectionHole
from elfdiff.report import Effect, Fix, Role

_USUAL = frozenset({8, 16, 20, 32})

_C = Fix(
    "gcc, clang",
    AddWords(("LDFLAGS",), ("-Wl,--build-id=sha1",)),
    Effect.REMOVES,
    note="the last --build-id given wins; a salt in .note.Linux needs one CONFIG_BUILD_SALT for both",
)
_RUST = Fix("rustc", AddWords(("RUSTFLAGS",), ("-Clink-arg=-Wl,--build-id=sha1",)), Effect.REMOVES)
_GO = Fix(
    "go", Do("pass the same -B to both links (go build -ldflags=-B=gobuildid), or none to either"), Effect.REMOVES
)
_NONE = Fix(
    "any",
    AddWords(("LDFLAGS",), ("-Wl,--build-id=none",)),
    Effect.MASKS,
    note="debuggers lose the link between the program and its debug file",
)
_SALT = Fix("kbuild", Do("give both kernels one CONFIG_BUILD_SALT, or an empty one"), Effect.REMOVES)


def choose(context: Context, faces: tuple[str, ...]) -> tuple[Fix, ...]:
    """The flag for what links this program."""
    spoken = languages(context)
    if context.kernel_module:
        return (_SALT,)
    found = [fix for language, fix in (("go", _GO), ("rust", _RUST)) if language in spoken]
    if not found or "c" in spoken or "c++" in spoken:
        found.append(_C)
    return (*found, _NONE)


@cause(
    title="the build ID is made in another way",
    role=Role.ROOT,
    unread=True,
    faces={"build-id-fixed-or-salted": "the build ID has another style, or a value or salt set from outside"},
    fixes=(_C, _RUST, _GO, _SALT, _NONE),
    references=(
        "ld(1): --build-id",
        "reviews.llvm.org/D18091 (styles of LLD)",
        "Linux: CONFIG_BUILD_SALT",
    ),
    choose=choose,
)
def detect(evidence: EvidenceSet) -> Iterator[Claim]:
    salts = [note for note in evidence.of(NoteChange) if note.kind == "build-salt"]
    if salts and not two_kernels(evidence):
        a, b = values(salts[0])
        yield Claim(
            "build-id-fixed-or-salted",
            tuple(salts),
            Proof.RECORDED,
            f"the salt in {salts[0].section or '.note.Linux'} is {a or 'absent'} in a, {b or 'absent'} in b",
        )
    if tools_differ(evidence) or any(hole.name == ".note.gnu.build-id" for hole in evidence.of(SectionHole)):
        return
    notes = [note for note in evidence.of(NoteChange) if note.kind == "build-id" and _is_setting(note)]
    if notes:
        first = notes[0]
        yield Claim(
            "build-id-fixed-or-salted",
            tuple(notes),
            Proof.RECORDED,
            f"{_style(first.a_length)} in a, {_style(first.b_length)} in b",
            None if first.a_length and first.b_length else "objcopy --remove-section takes it away too",
        )


def _is_setting(note: NoteChange) -> bool:
    return note.a_length != note.b_length or note.a_length not in _USUAL


def _style(length: int) -> str:
    named = {
        0: "no build ID",
        8: "8 bytes (fast)",
        16: "16 bytes (md5 or uuid)",
        20: "20 bytes (sha1)",
        32: "32 bytes (sha256)",
    }
    return named.get(length, f"{length} bytes (set by hand)")
