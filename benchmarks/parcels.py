"""Pairs of packages of one small tree, written by the tools that users have: the same files at another path and time.

A writer that is not installed gives None.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import os
import py_compile
import shutil
import subprocess
import tarfile
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path

from benchmarks.fuzz_containers import ar_of

SAMPLES = Path(__file__).parent.parent / "samples"
SIDES = {"a": ("/home/ci/build-1", 1772366400), "b": ("/srv/b2", 1772452861)}
"""The directory in which a side was built, and its time."""


def tree(folder: Path, side: str) -> Path:
    """A program, texts, a page, bytecode, a list of digests and links, as a build of one side leaves them."""
    place, time = SIDES[side]
    for name in ("usr/bin", "usr/lib/x", "usr/share/man/man1", "usr/share/doc/x"):
        (folder / name).mkdir(parents=True)
    shutil.copy(SAMPLES / "build-path-file-macro" / side, folder / "usr/bin/tool")
    (folder / "usr/bin/tool").chmod(0o755)
    (folder / "usr/lib/x/x.pc").write_text(f"prefix=/usr\nsrcdir={place}/src\nLibs: -lx\nVersion: 1.4\n")
    (folder / "usr/share/doc/x/README").write_text("A text that is the same on both sides.\n" * 30)
    (folder / "usr/share/doc/x/info.json").write_text(
        json.dumps({"name": "x", "dir": place, "sizes": [1, 2, 3]}) + "\n"
    )
    page = f'.TH X 1 "2026-03-0{1 if side == "a" else 2}"\n.SH NAME\nx \\- a tool\n' + ".P\nMore of it.\n" * 40
    (folder / "usr/share/man/man1/x.1.gz").write_bytes(gzip.compress(page.encode(), 9, mtime=time))
    source = folder / "usr/lib/x/m.py"
    source.write_text("def f(x):\n    return x + 1\n")
    os.utime(source, (time, time))
    py_compile.compile(str(source), str(folder / "usr/lib/x/m.pyc"), "/usr/lib/x/m.py", doraise=True)
    (folder / "usr/lib/x/libx.so.1").write_bytes(b"text of a library\n")
    (folder / "usr/lib/x/libx.so").symlink_to("libx.so.1")
    os.link(folder / "usr/lib/x/x.pc", folder / "usr/lib/x/y.pc")
    for path in [*folder.rglob("*"), folder]:
        os.utime(path, (time, time), follow_symlinks=False)
    return folder


def ran(command: Sequence[str], data: bytes = b"", **options: object) -> bytes:
    """What a command writes. CalledProcessError, FileNotFoundError."""
    return subprocess.run(command, input=data, capture_output=True, check=True, timeout=120, **options).stdout  # type: ignore[call-overload, no-any-return]


def deb(packing: str) -> Callable[[Path, str], bytes]:
    """dpkg-deb -Z of this packing."""

    def write(folder: Path, side: str) -> bytes:
        control = folder / "DEBIAN"
        control.mkdir()
        files = [path for path in sorted(folder.rglob("*")) if path.is_file() and not path.is_symlink()]
        sums = [f"{hashlib.md5(path.read_bytes()).hexdigest()}  {path.relative_to(folder)}\n" for path in files]
        (control / "md5sums").write_text("".join(sums))
        told = "Package: x\nVersion: 1.4\nArchitecture: amd64\nMaintainer: x <x@example.org>\nDescription: x\n"
        (control / "control").write_text(told)
        time = SIDES[side][1]
        environment = {**os.environ, "SOURCE_DATE_EPOCH": str(time)}
        for path in (control, *control.iterdir()):
            os.utime(path, (time, time))
        out = folder.parent / f"{folder.name}.deb"
        ran(["dpkg-deb", "--root-owner-group", f"-Z{packing}", "-b", str(folder), str(out)], env=environment)
        return out.read_bytes()

    return write


def tarball(form: str, *packing: str) -> Callable[[Path, str], bytes]:
    """GNU tar in a format, through a compressor."""

    def write(folder: Path, side: str) -> bytes:
        words = ["tar", f"--format={form}", "--sort=name", "--owner=0", "--group=0", "-C", str(folder), "-cf", "-", "."]
        return ran(packing, ran(words))

    return write


def info_zip(folder: Path, side: str) -> bytes:
    """zip -r."""
    out = folder.parent / f"{folder.name}.zip"
    ran(["zip", "-qr", str(out), "usr"], cwd=folder)
    return out.read_bytes()


def jar(folder: Path, side: str) -> bytes:
    """jar of the JDK."""
    out = folder.parent / f"{folder.name}.jar"
    ran(["jar", "--create", "--file", str(out), "-C", str(folder), "usr"])
    return out.read_bytes()


def wheel(folder: Path, side: str) -> bytes:
    """zipfile, with RECORD."""
    out, record = io.BytesIO(), []
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(folder.rglob("*")):
            if path.is_file() and not path.is_symlink():
                name = str(path.relative_to(folder))
                archive.write(path, name)
                record.append(f"{name},sha256={hashlib.sha256(path.read_bytes()).hexdigest()},{path.stat().st_size}\n")
        archive.writestr(zipfile.ZipInfo("x-1.4.dist-info/RECORD", (2026, 1, 2, 3, 4, 6)), "".join(record))
    return out.getvalue()


def rpm(payload: str) -> Callable[[Path, str], bytes]:
    """rpmbuild, with a payload such as w9.gzdio."""

    def write(folder: Path, side: str) -> bytes:
        top = folder.parent / f"{folder.name}.rpms"
        top.mkdir()
        spec = top / "x.spec"
        spec.write_text(
            "Name: x\nVersion: 1.4\nRelease: 1\nSummary: x\nLicense: MIT\nAutoReqProv: no\n%description\nx\n"
            f"%install\ncp -a {folder}/. %{{buildroot}}\n%files\n/usr/bin/tool\n/usr/lib/x\n/usr/share/doc/x\n"
            "/usr/share/man/man1/x.1.gz\n"
        )
        told = {"_topdir": top, "_binary_payload": payload, "__os_install_post": "%{nil}", "_buildhost": "host"}
        told |= {"_build_id_links": "none", "debug_package": "%{nil}", "use_source_date_epoch_as_buildtime": "1"}
        words = [word for name, value in told.items() for word in ("--define", f"{name} {value}")]
        environment = {**os.environ, "SOURCE_DATE_EPOCH": str(SIDES[side][1])}
        ran(["rpmbuild", "-bb", "--quiet", *words, str(spec)], env=environment)
        return next(top.rglob("x-1.4*.rpm")).read_bytes()

    return write


def apk(folder: Path, side: str) -> bytes:
    """Control and data as members of gzip, as abuild writes them."""
    time = SIDES[side][1]
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for path in sorted((folder / "usr").rglob("*")):
            info = archive.gettarinfo(path, str(path.relative_to(folder)))
            info.uid = info.gid = 0
            info.uname = info.gname = "root"
            if info.isreg():
                body = path.read_bytes()
                told = hashlib.sha1(body, usedforsecurity=False).hexdigest()
                info.pax_headers = {"APK-TOOLS.checksum.SHA1": told}
                archive.addfile(info, io.BytesIO(body))
            else:
                archive.addfile(info)
    data = gzip.compress(out.getvalue(), 9, mtime=0)
    control = f"pkgname = x\npkgver = 1.4-r0\nbuilddate = {time}\ndatahash = {hashlib.sha256(data).hexdigest()}\n"
    head = io.BytesIO()
    with tarfile.open(fileobj=head, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        info = tarfile.TarInfo(".PKGINFO")
        info.size, info.mtime = len(control), time
        archive.addfile(info, io.BytesIO(control.encode()))
    return gzip.compress(head.getvalue()[:1024], 9, mtime=0) + data


def ar_of_tars(folder: Path, side: str) -> bytes:
    """A tar, and what Python's gzip makes of another, in an archive of GNU ar's form inside a tar."""
    inner = tarball("ustar", "gzip", "-6n")(folder, side)
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.GNU_FORMAT) as archive:
        for name, body in (("one.tar.gz", inner), ("lib.a", ar_of({"x.o/": (folder / "usr/bin/tool").read_bytes()}))):
            info = tarfile.TarInfo(name)
            info.size, info.mtime = len(body), SIDES[side][1]
            archive.addfile(info, io.BytesIO(body))
    return out.getvalue()


WRITERS: dict[str, Callable[[Path, str], bytes]] = {
    "deb, xz": deb("xz"),
    "deb, gzip": deb("gzip"),
    "deb, zstd": deb("zstd"),
    "tar.gz, GNU": tarball("gnu", "gzip", "-9n"),
    "tar.gz, PAX, pigz": tarball("posix", "pigz", "-n"),
    "tar.xz, ustar": tarball("ustar", "xz", "-T1"),
    "tar.bz2, V7": tarball("v7", "bzip2"),
    "tar.zst, PAX": tarball("posix", "zstd", "-3", "-q"),
    "zip of Info-ZIP": info_zip,
    "jar": jar,
    "wheel": wheel,
    "rpm, gzip": rpm("w9.gzdio"),
    "rpm, xz": rpm("w6.xzdio"),
    "rpm, zstd": rpm("w19.zstdio"),
    "apk": apk,
    "tar.gz and .a in tar": ar_of_tars,
}


def pair(kind: str, folder: Path) -> tuple[bytes, bytes] | None:
    """Both packages of a kind, made below an empty folder; None where its tool is missing or fails."""
    sides = []
    for side in "ab":
        try:
            sides.append(WRITERS[kind](tree(folder / side, side), side))
        except (FileNotFoundError, subprocess.SubprocessError):
            return None
    return sides[0], sides[1]
