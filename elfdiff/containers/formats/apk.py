"""Packages of Alpine (apk-tools 2): gzip members, one behind the other, each a tar: signature, control, data."""

from __future__ import annotations

import zlib

from elfdiff.containers.builder import Builder
from elfdiff.containers.codecs import gzip
from elfdiff.containers.formats import tar
from elfdiff.containers.model import Container
from elfdiff.span import Span

RANK = -1
"""Asked before the module that reads every gzip file."""
MAX_MEMBERS = 16
_KEYS = ("signature", "control", "data")


def recognises(data: bytes) -> bool:
    """True if the first name in the first member is that of a signature or of the control file."""
    if not data.startswith(b"\x1f\x8b\x08"):
        return False
    try:
        head = zlib.decompressobj(31).decompress(data[:8192], 512)
    except zlib.error:
        return False
    return head.startswith((b".SIGN.", b".PKGINFO\0"))


def read(builder: Builder) -> Container:
    """The container that the file is. Raises MalformedContainer, LimitExceeded."""
    data = builder.data(0)
    keys = list(_KEYS)
    at = 0
    for number in range(MAX_MEMBERS):
        if at >= len(data) or not data.startswith(b"\x1f\x8b", at):
            break
        key = keys.pop(0) if keys else f"part {number + 1}"
        target = len(builder.layers)
        contents, at = gzip.member(builder, 0, Span(at, len(data)), key, target)
        if key == "signature" and contents.startswith(b".PKGINFO\0"):
            key = keys.pop(0)
        # abuild-tar --cut leaves the end of all but the last out, so that the members can be joined to one tar.
        tar.add(builder, builder.layer(key, f"{key}.tar", contents), "", ended=False)
    if keys[:1] == ["data"] and any(entry.name == ".PKGINFO" for entry in builder.entries):
        raise builder.malformed("the Alpine package has no files behind its control files; it may be cut short")
    return builder.finish("apk")
