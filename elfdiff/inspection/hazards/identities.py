"""Users, hosts and kernels of the machine that built the file."""

from __future__ import annotations

import re
from collections.abc import Iterator

from elfdiff.inspection.sign import MAX_PLACES, Sign, sign
from elfdiff.inspection.subject import Subject
from elfdiff.patterns import late

_BY = late(
    r"(?i)\b(?:built|compiled|packaged|linked|generated)[ -](?:by|on|at)[: ]+(?:host )?([A-Za-z_][\w.-]*@[\w.-]+)"
)
_BANNER = late(r"Linux version \d\S* \(([^()\s]+@[^()\s]+)\)")
_BUILDER = late(
    r"(?<![\w.@-])((?:root|builder|buildd|mockbuild|abuild|jenkins|runner|nixbld\d*|travis|vagrant|build)@[A-Za-z0-9][\w.-]*)(?![\w@])"
)
_DOCKER = late(r"(?<![\w.@-])([a-z_][\w-]*@[0-9a-f]{12})(?![\w.])")
_HOST = late(r"(?i)\b(?:build[ _-]?host(?:name)?|built on host|host(?:name)?)\s*[:=]\s*([0-9a-f]{12})(?![\w.])")
_USER = late(
    r"(?i)\b(?:built|packaged) by (?!the\b|gcc|clang|cc\b|g\+\+|rustc|go\b|ld\b|cmake|make\b)([a-z_][\w-]{0,31})\s*\Z"
)
_ON_HOST = late(r"(?i)\b(?:built )?on host ([a-z][\w.-]{0,63})\s*\Z")
_NODE = late(r"\bLinux ([\w.-]{1,64}) \d\.\d{1,3}\.\d{1,3}-[\w.+~-]{0,64}[a-z0-9]")
"""What uname -a begins with, where the name of the machine stands behind that of the system."""
_MAIL = late(r"@(?:localhost|example|[\w-]+\.(?:com|org|net|edu|io|gov|de|uk|invalid))\b")
_KERNEL = late(r"\bLinux(?:-| (?:[\w.-]{1,64} )?)(\d\.\d{1,3}\.\d{1,3}-[\w.+~-]{0,64}[a-z0-9])")
_COUNTER = late(r"(?:^|\) )#(\d+) (?:SMP|PREEMPT)|\b[Bb]uild #(\d+)\b")


def find(subject: Subject) -> Iterator[Sign]:
    """Faces of host-identity, kernel-version and build-counter."""
    people, kernels, counters, sure = [], [], [], False
    for spot in subject.plain_spots:
        text = spot.text.decode("latin-1")
        if "@" in text or "ost" in text or " by " in text:
            found, certain = _person(text)
            if found:
                people.append((spot, *found.span(1)))
                sure |= certain
        if "Linux " in text and (node := _NODE.search(text)) and node.group(1) != "version":
            people.append((spot, *node.span(1)))
            sure = True
        if "Linux" in text and (kernel := _KERNEL.search(text)) and not text.startswith("Linux version"):
            kernels.append((spot, *kernel.span()))
        if "#" in text and (counter := _COUNTER.search(text)) and counter.group(counter.lastindex or 1) != "1":
            counters.append((spot, *counter.span()))
    if people:
        places = (subject.place(*item) for item in people[:MAX_PLACES])
        title = "the user and host of the build are compiled in"
        yield sign("host-identity", "env-user-host", title, "shows" if sure else "hints", places, len(people))
    if kernels:
        places = (subject.place(*item) for item in kernels[:MAX_PLACES])
        yield sign(
            "kernel-version",
            "env-uname-kernel",
            "the kernel release of the builder is compiled in",
            "hints",
            places,
            len(kernels),
        )
    if counters:
        places = (subject.place(*item) for item in counters[:MAX_PLACES])
        yield sign(
            "build-counter",
            "env-rebuild-counter",
            "a build number that a counter made is compiled in",
            "hints",
            places,
            len(counters),
        )


def _person(text: str) -> tuple[re.Match[str] | None, bool]:
    """A user at a host, and whether the text says that it is the builder's. E-mail addresses are none."""
    for pattern in (_BANNER, _BY, _DOCKER):
        found = pattern.search(text)
        if found and (pattern is _BANNER or not _MAIL.search(found.group(1))):
            return found, True
    builder = _BUILDER.search(text)
    if builder and not _MAIL.search(builder.group(1)) and len(text) < 400:
        return builder, False
    return _HOST.search(text) or _USER.search(text) or _ON_HOST.search(text), False
