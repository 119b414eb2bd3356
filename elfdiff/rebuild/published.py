"""Published: what ``--against`` names, a file, an image or a digest alone, and which artifact it is."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path, PurePosixPath

from elfdiff.errors import UsageError
from elfdiff.patterns import late
from elfdiff.rebuild.artifacts import Artifact
from elfdiff.values import dataclass

_DIGEST = late(r"(?:(?P<place>.+)@)?(?P<digest>sha256:[0-9a-f]{64})")
_REFERENCE = late(r"[a-z][a-z+-]*://.+|(?:[\w.-]+(?::\d+)?/)?[a-z0-9][\w./-]*:[\w.-]+")
"""How images in a registry are called, or by which transport."""
_MOST_NAMED = 8


@dataclass(frozen=True, slots=True)
class Published:
    """``words`` as given. ``path`` is None where a digest alone is named, ``digest`` where a path alone is.

    ``artifact`` is None where nothing says which one it is.
    """

    words: str
    path: str | None
    digest: str | None
    artifact: str | None


def published(words: str) -> Published:
    """``PATH``, ``PATH@sha256:…``, ``sha256:…`` or ``NAME@sha256:…``, and behind ``=`` an artifact.

    A name that is no path here is one in a registry, of which the digest is all that counts; nothing is fetched.
    UsageError for a name without a digest.
    """
    what, artifact = words, None
    if "=" in words and not os.path.exists(words):
        what, _, artifact = words.rpartition("=")
    match = _DIGEST.fullmatch(what) if not os.path.exists(what) else None
    if match is not None:
        path = match["place"]
        return Published(what, path if path and os.path.exists(path) else None, match["digest"], artifact)
    if not os.path.exists(what) and _is_reference(what):
        raise UsageError(
            f"--against {what}: nothing is fetched; NAME@sha256:DIGEST compares by the digest alone, and an OCI layout "
            "that skopeo copy brought here is explained too"
        )
    return Published(what, what, None, artifact)


def chosen(wanted: Published, made: Mapping[str, Artifact]) -> Artifact:
    """The artifact that it is compared with. UsageError where that could be several, or none."""
    if wanted.artifact is not None:
        fitting = [artifact for artifact in made.values() if artifact.name == wanted.artifact.removeprefix("./")]
    else:
        last = Path(wanted.path).name if wanted.path is not None else None
        fitting = [artifact for artifact in made.values() if PurePosixPath(artifact.name).name == last]
        fitting = fitting or list(made.values())
    if len(fitting) != 1:
        some = ", ".join(sorted(made)[:_MOST_NAMED])
        raise UsageError(f"--against {wanted.words}: which artifact is it? FILE=ARTIFACT says so; built were {some}")
    return fitting[0]


def _is_reference(words: str) -> bool:
    return _REFERENCE.fullmatch(words) is not None
