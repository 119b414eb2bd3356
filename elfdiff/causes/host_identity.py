"""The name of the user or of the machine that built it is compiled in.

## What it looks like

    a  built by ci
    b  built by margarete

or `root@buildkitsandbox`, `runner@fv-az1423`, `root@3f9c2b7d1e55` (a container's ID is its host name), `on host
runner-7`. Same length or not, in C it is a string of `.rodata`; a longer name shifts what follows.

## Why it happens

A build script, config.h or `-X main.builtBy=…` records `$USER`, `whoami`, `hostname`, `uname -n` or the GECOS field;
the kernel's banner holds `(user@host)`.

## How to be sure

The word stands where a text speaks of who or where: "built by", "compiled on", "host", "user@host". An e-mail address
or a default host in the source may change too; then nothing speaks of a build beside it, and elfdiff says "likely" or
"possible". Rebuild one side under the other's names (`unshare --uts`, a container with `--hostname`): if the text
follows, this was it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from elfdiff.causes._facts import became, lower, sources_differ
from elfdiff.causes.model import Match, cause
from elfdiff.evidence.model import Context, EvidenceSet, WordChange, WordKind
from elfdiff.report import Confidence, Effect, Fix, Role

_BUILD = re.compile(
    r"(?i)\b(?:built|build|builder|compiled|compile|packaged|packager|linked|made|produced|prepared|generated|configured|uname|ci)\b"
    r"|\b(?:on|at) (?:host|node|machine)\b|_(?:built?|compiled?)_|linux version"
)
_ROLE = re.compile(r"(?i)\b(?:user(?:name)?|logname|host(?:name)?|node(?:name)?|machine|whoami|login)\b\s*[:=]?")
_BY = re.compile(
    r"(?i)\b(?:built|build|compiled|packaged|linked|made|produced|prepared|generated|"
    r"configured)[- ]?(?:by|on|at|host|user)?\b"
)
_CONTAINER = re.compile(r"@[0-9a-f]{12}\Z")
_RUNNER = re.compile(
    r"(?i)@(?:fv-az\d|runner|buildkit|build|ip-\d|localhost|jenkins)|\A(?:runner|jenkins|buildd?|root|mockbuild|abuild|nixbld\d*)@"
)
_MAIL = re.compile(r"@[\w-]+(?:\.[\w-]+)*\.(?:com|org|net|io|dev|edu|gov|de|fr|uk|eu|cn|jp|ru|info|me)\b")


def choose(context: Context, faces: tuple[str, ...]) -> tuple[Fix, ...]:
    """The kernel has variables of its own."""
    return _FIXES if context.kernel_module else _FIXES[1:]


_FIXES = (
    Fix("kbuild", "export KBUILD_BUILD_USER=builder KBUILD_BUILD_HOST=localhost", Effect.REMOVES, ("env-user-host",)),
    Fix(
        "any",
        "export USER=builder LOGNAME=builder HOSTNAME=localhost",
        Effect.REMOVES,
        ("env-user-host",),
        note="for scripts that read these variables; one that calls whoami, hostname or uname -n "
        "must be changed to leave the name out",
    ),
    Fix(
        "any",
        "leave the user and host out of the build script, or run both builds in a container with one "
        "user and one host name",
        Effect.REMOVES,
        ("env-user-host",),
    ),
)


@cause(
    title="the name of the user or host is compiled in",
    role=Role.ROOT,
    faces={"env-user-host": "a user or host name is compiled in"},
    fixes=_FIXES,
    references=(
        "Debian reproducible notes: user_hostname_manually_added (77 packages), captures_users_gecos (12)",
        "Linux: Documentation/kbuild/reproducible-builds.rst (KBUILD_BUILD_USER, KBUILD_BUILD_HOST)",
    ),
    choose=choose,
)
def detect(evidence: EvidenceSet) -> Iterator[Match]:
    found: dict[Confidence, list[WordChange]] = {}
    for word in evidence.of(WordChange):
        confidence = _judge(word)
        if confidence is not None:
            found.setdefault(confidence, []).append(word)
    for confidence in (Confidence.CERTAIN, Confidence.LIKELY, Confidence.POSSIBLE):
        words = found.get(confidence)
        if words:
            others = tuple(word for level, more in found.items() if level is not confidence for word in more)
            yield Match(
                "env-user-host",
                (*words, *others),
                lower(confidence, sources_differ(evidence)),
                became(words[0].a_word, words[0].b_word),
                "the sources differ too, so the name may have been changed there" if sources_differ(evidence) else None,
            )
            return


def _judge(word: WordChange) -> Confidence | None:
    """How sure it is that a word is the builder's name; None if nothing says so."""
    pair = word.a_word, word.b_word
    if word.kind is WordKind.USER_HOST and all("@" in side for side in pair):
        if any(_CONTAINER.search(side) or _RUNNER.search(side) for side in pair) or _BUILD.search(word.context):
            return Confidence.CERTAIN
        return Confidence.POSSIBLE if all(_MAIL.search(side) for side in pair) else Confidence.LIKELY
    if word.kind is WordKind.USER_HOST:
        if _BY.search(word.context):
            return Confidence.CERTAIN
        return Confidence.LIKELY if _ROLE.search(word.context) else None
    if word.kind is WordKind.HOST:
        if _BUILD.search(word.context):
            return Confidence.CERTAIN
        return Confidence.LIKELY if _ROLE.search(word.context) else None
    return None
