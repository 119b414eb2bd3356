"""The order in which directories are listed: backwards, which can be repeated, where another shuffle could not."""

from __future__ import annotations

from dataclasses import replace

from elfdiff.patterns import late
from elfdiff.rebuild.host import Host
from elfdiff.rebuild.variations.model import Asked, Variation


def _method(host: Host) -> str | None:
    if host.disorderfs is not None and host.mounts:
        return "disorderfs"
    return "preload" if host.compiler is not None else None


def _lacking(host: Host) -> str | None:
    return None if _method(host) else "neither disorderfs with /dev/fuse nor a C compiler is here"


def _weaker(host: Host) -> str | None:
    if _method(host) == "preload":
        return "by a preloaded readdir: not for Go, nor for static programs"
    return None


variation = Variation(
    name="file-order",
    what="directories are listed backwards (disorderfs, else a preloaded readdir)",
    causes=("file-order", "link-order", "hash-order"),
    witness="mkdir -p .elfdiff-order && cd .elfdiff-order && touch a b c d && ls -U && rm -r ../.elfdiff-order",
    vary=lambda world, host: replace(world, reorder=_method(host)),
    lacking=_lacking,
    weaker=_weaker,
    asked=Asked(
        late(
            r"(?:^|[\s`(|;&])find\s+(?!.*\bsort\b)|\bls\s+-\w*[Uf]|\bos\.(?:listdir|scandir|walk)\b|\bi?glob\(|\.iterdir\("
            r"|\bfile\(GLOB|\breaddir\b"
        ),
        "sort the names of files that were listed",
    ),
)
