"""Containers made with the standard library alone."""

from __future__ import annotations

import gzip
import io
import tarfile
import zipfile
from collections.abc import Callable, Mapping

import pytest

Files = Mapping[str, bytes]


Links = Mapping[str, tuple[bytes, str]]
"""Name → type of tar, and target."""


def tar_of(
    files: Files, mtime: int = 1, form: int = tarfile.GNU_FORMAT, mode: int = 0o644, links: Links | None = None
) -> bytes:
    """A tar of files in this order, and of links behind them."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=form) as archive:
        for name, data in files.items():
            info = tarfile.TarInfo(name)
            info.size, info.mtime, info.mode = len(data), mtime, mode
            archive.addfile(info, io.BytesIO(data))
        for name, (kind, target) in (links or {}).items():
            info = tarfile.TarInfo(name)
            info.type, info.linkname, info.mtime = kind, target, mtime
            archive.addfile(info)
    return out.getvalue()


def zip_of(files: Files, year: int = 2020, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A zip archive of files in this order."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, data in files.items():
            info = zipfile.ZipInfo(name, (year, 1, 2, 3, 4, 6))
            info.compress_type, info.external_attr, info.create_system = method, 0o100644 << 16, 3
            archive.writestr(info, data)
    return out.getvalue()


def ar_of(members: Files, mtime: int = 0) -> bytes:
    """An ar archive, as dpkg-deb writes it."""
    out = [b"!<arch>\n"]
    for name, data in members.items():
        out.append(b"%-16s%-12d0     0     100644  %-10d`\n" % (name.encode(), mtime, len(data)))
        out.append(data + b"\n" * (len(data) % 2))
    return b"".join(out)


def deb_of(
    files: Files, mtime: int = 1, packed: Callable[[bytes], bytes] = lambda data: gzip.compress(data, mtime=0)
) -> bytes:
    """A Debian package; ``packed`` compresses its parts."""
    control = tar_of({"./control": b"Package: x\n"}, mtime)
    data = tar_of({f"./{name}": body for name, body in files.items()}, mtime)
    suffix = ".gz" if packed(b"")[:2] == b"\x1f\x8b" else ".xz"
    return ar_of(
        {"debian-binary": b"2.0\n", f"control.tar{suffix}": packed(control), f"data.tar{suffix}": packed(data)}, mtime
    )


@pytest.fixture
def made() -> type:
    """The makers."""

    class Made:
        tar, zip, ar, deb = staticmethod(tar_of), staticmethod(zip_of), staticmethod(ar_of), staticmethod(deb_of)

    return Made
