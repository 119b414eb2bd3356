"""Roots of trust, read from a file: nothing is fetched, and nothing of the user's home is read or written."""

from __future__ import annotations

import tempfile
from importlib.resources import as_file, files
from pathlib import Path
from typing import TYPE_CHECKING

from elfdiff.elf.reading import read_bytes, shown
from elfdiff.errors import ElfdiffError
from elfdiff.provenance.document import MAX_BYTES, MalformedProvenance, parsed

if TYPE_CHECKING:
    from sigstore.models import TrustedRoot

_PACKAGED = ("https%3A%2F%2Ftuf-repo-cdn.sigstore.dev", "trusted_root.json")
"""Where sigstore-python 4 keeps the root of the public instance that it was released with."""


class MissingExtra(ElfdiffError):
    """A part of elfdiff that is installed on request only is not there."""


def trusted_root(path: str | None) -> TrustedRoot:
    """The root in this file, or without one that of the installed sigstore package. MissingExtra without it."""
    try:
        from sigstore.models import TrustedRoot
    except ImportError as error:
        raise MissingExtra("attest verify needs the extra attest: pip install 'elfdiff[attest]'") from error
    if path is None:
        packaged = files("sigstore").joinpath("_store", *_PACKAGED)
        with as_file(packaged) as place:
            if not place.is_file():
                raise MissingExtra(
                    "the installed sigstore package brings no trusted root: give one with --trusted-root FILE"
                )
            return TrustedRoot.from_file(str(place))
    name = shown(path)
    data = read_bytes(path, MAX_BYTES)
    parsed(data, name)
    with tempfile.TemporaryDirectory(prefix="elfdiff-") as folder:
        copy = Path(folder, "trusted_root.json")
        copy.write_bytes(data)
        try:
            return TrustedRoot.from_file(str(copy))
        except Exception as error:
            raise MalformedProvenance(f"{name}: is no trusted root (sigstore trustedroot+json)") from error
