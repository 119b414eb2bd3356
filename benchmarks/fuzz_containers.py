"""Damaged containers of every format: each must end in a tree or in one sentence, soon, and within the limits.

    python -m benchmarks.fuzz_containers [COUNT] [SEED]

Seeds are made here with the standard library; what damages them is harmless to other programs or is never written to a
file that outlives the run. Prints a line for each format, and every fault; exit code 1 if there was one.
"""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import os
import random
import shutil
import signal
import struct
import subprocess
import sys
import tarfile
import tempfile
import time
import traceback
import zipfile
from collections import Counter
from collections.abc import Callable
from types import FrameType

import zstandard

from benchmarks.carried import carchive, deno, par, pyz, sea
from elfdiff.containers.limits import Limits
from elfdiff.errors import ElfdiffError
from elfdiff.trees.options import TreeOptions
from elfdiff.trees.paths import compare_paths

SECONDS = 20
LIMITS = Limits(entries=2000, entry_bytes=8 << 20, all_bytes=32 << 20, ratio_from=4 << 20)
FILES = {
    "bin/app": bytes(range(256)) * 6,
    "etc/x.conf": b"prefix=/home/ci/build/x\nbuilt=2026-01-02\n",
    "doc/" + "long/" * 30 + "name": b"text\n",
    "x.gz": gzip.compress(b"inner text\n", mtime=1),
}


class TooSlow(BaseException):
    """A damaged input took longer than SECONDS."""


def tar_of(files: dict[str, bytes], form: int = tarfile.GNU_FORMAT, mtime: int = 5) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=form) as archive:
        for name, data in files.items():
            info = tarfile.TarInfo(name)
            info.size, info.mtime = len(data), mtime
            archive.addfile(info, io.BytesIO(data))
        link = tarfile.TarInfo("link")
        link.type, link.linkname = tarfile.SYMTYPE, "../../elsewhere"
        archive.addfile(link)
    return out.getvalue()


def zip_of(files: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(zipfile.ZipInfo(name, (2020, 1, 2, 3, 4, 6)), data, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def ar_of(members: dict[str, bytes]) -> bytes:
    out = [b"!<arch>\n"]
    for name, data in members.items():
        out.append(b"%-16s%-12d0     0     100644  %-10d`\n" % (name.encode(), 1, len(data)))
        out.append(data + b"\n" * (len(data) % 2))
    return b"".join(out)


def rpm_of() -> bytes:
    """A lead, two headers of two tags each, and a gzipped cpio of one file."""

    def header(tags: dict[int, bytes]) -> bytes:
        index, store = b"", b""
        for tag, value in tags.items():
            index += struct.pack(">IIII", tag, 6, len(store), 1)
            store += value + b"\0"
        return b"\x8e\xad\xe8\x01" + bytes(4) + struct.pack(">II", len(tags), len(store)) + index + store

    def entry(name: bytes, data: bytes) -> bytes:
        numbers = (1, 0o100644, 0, 0, 1, 5, len(data), 0, 0, 0, 0, len(name) + 1, 0)
        head = b"070701" + b"".join(b"%08x" % number for number in numbers) + name + b"\0"
        head += bytes(-len(head) % 4)
        return head + data + bytes(-len(data) % 4)

    first = header({1000: b"x", 1004: b"y"})
    payload = entry(b"./bin/app", FILES["bin/app"]) + entry(b"TRAILER!!!", b"")
    lead = b"\xed\xab\xee\xdb\x03" + bytes(91)
    return lead + first + bytes(-len(lead + first) % 8) + header({1000: b"n", 1007: b"host"}) + gzip.compress(payload)


def seeds() -> dict[str, bytes]:
    """One container of each format."""
    tar = tar_of(FILES)
    found = {
        "tar": tar,
        "pax": tar_of(FILES, tarfile.PAX_FORMAT),
        "tar.gz": gzip.compress(tar, mtime=1),
        "tar.xz": lzma.compress(tar),
        "tar.bz2": bz2.compress(tar),
        "gzip": gzip.compress(b"some text\n" * 40, mtime=1),
        "zip": zip_of(FILES),
        "jar in zip": zip_of({"x.jar": zip_of(FILES), **FILES}),
        "deb": ar_of(
            {
                "debian-binary": b"2.0\n",
                "control.tar.gz": gzip.compress(tar_of({"./control": b"Package: x\n"}), mtime=1),
                "data.tar.xz": lzma.compress(tar),
            }
        ),
        "apk": gzip.compress(tar_of({".PKGINFO": b"pkgname = x\n"})[:-1024], mtime=1) + gzip.compress(tar, mtime=1),
        "rpm": rpm_of(),
        "ar in tar": tar_of({"lib.a": ar_of({"x.o/": b"abc", "y.o/": b"defg"})}),
    }
    found |= {
        "streamed zip": streamed_zip(FILES),
        "CArchive": carchive({"app": b"print(1)\n" * 9, "PYZ.pyz": pyz({"x": b"\xe3" * 40})}),
        "PYZ": pyz({"x": b"\xe3" * 40, "y": b"\xe3" * 30}),
        "deno": deno(1772366400123),
        "Node.js SEA": sea(b"console.log(1)\n", b"cache" * 9),
        "PAR": par({"A.pm": b"1;\n", "B.pm": b"2;\n" * 9}),
        "tar.zst": zstandard.ZstdCompressor(write_checksum=True).compress(tar),
        "deb of zstd": ar_of(
            {
                "debian-binary": b"2.0\n",
                "control.tar.zst": zstandard.compress(tar_of({"./control": b"Package: x\n"})),
                "data.tar.zst": zstandard.compress(tar[:5000]) + zstandard.compress(tar[5000:]),
            }
        ),
    }
    return found | squashfs()


class Pipe(io.BytesIO):
    """Where nobody can go back to fill sizes in: a data descriptor behind the contents tells them."""

    def seekable(self) -> bool:
        return False

    def seek(self, *_: int) -> int:
        raise OSError


def streamed_zip(files: dict[str, bytes]) -> bytes:
    """Entries with data descriptors."""
    out = Pipe()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(zipfile.ZipInfo(name, (2020, 1, 2, 3, 4, 6)), data, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def squashfs() -> dict[str, bytes]:
    """Images by three compressors; nothing where there is no mksquashfs."""
    found: dict[str, bytes] = {}
    with tempfile.TemporaryDirectory() as folder:
        tree = os.path.join(folder, "tree")
        os.makedirs(os.path.join(tree, "usr"))
        with open(os.path.join(tree, "usr", "data"), "wb") as file:
            file.write(FILES["bin/app"] * 20)
        os.symlink("usr/data", os.path.join(tree, "link"))
        for method in ("gzip", "xz", "zstd") if shutil.which("mksquashfs") else ():
            image = os.path.join(folder, method)
            words = ["mksquashfs", tree, image, "-comp", method, "-all-root", "-quiet", "-no-progress"]
            if subprocess.run(words, capture_output=True, check=False).returncode == 0:
                with open(image, "rb") as file:
                    found[f"squashfs, {method}"] = file.read()
    return found


def damaged(data: bytes, draw: random.Random) -> bytes:
    """One to four kinds of damage."""
    out = bytearray(data)
    for _ in range(draw.randint(1, 4)):
        if not out:
            break
        at = draw.randrange(len(out))
        match draw.randrange(7):
            case 0:
                out[at] ^= 1 << draw.randrange(8)
            case 1:
                out[at] = draw.choice((0, 0xFF, 0x7F, 0x80, ord("9"), ord(" ")))
            case 2:
                del out[at : at + draw.randint(1, 600)]
            case 3:
                out[at:at] = out[at : at + draw.randint(1, 600)]
            case 4:
                width = draw.choice((2, 4, 8))
                out[at : at + width] = draw.choice((0, 1, (1 << 8 * width) - 1, 1 << (8 * width - 1))).to_bytes(
                    width, "little"
                )
            case 5:
                del out[at:]
            case 6:
                out[at : at + 12] = b"%011o\0" % draw.choice((0, 1, 511, 513, 1 << 32))
    return bytes(out)


def _ring(signum: int, frame: FrameType | None) -> None:
    raise TooSlow


def run(paths: tuple[str, str], compare: Callable[[str, str], object]) -> str:
    """What became of one damaged input."""
    signal.alarm(SECONDS)
    try:
        compare(*paths)
        return "tree"
    except ElfdiffError as error:
        text = str(error)
        return (
            "sentence" if "\n" not in text and text.startswith(("a: ", "b: ")) else f"FAULT: an odd sentence: {text!r}"
        )
    except TooSlow:
        return "FAULT: too slow"
    except Exception:
        return f"FAULT: {traceback.format_exc()}"
    finally:
        signal.alarm(0)


def main() -> int:
    """0 if no input was a fault."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 5280
    draw = random.Random(int(sys.argv[2]) if len(sys.argv) > 2 else 1)
    signal.signal(signal.SIGALRM, _ring)
    os.environ["ELFDIFF_DEBUG"] = "1"
    options = TreeOptions(limits=LIMITS)
    made = seeds()
    faults = 0
    with tempfile.TemporaryDirectory() as folder:
        paths = os.path.join(folder, "a"), os.path.join(folder, "b")
        for name, seed in made.items():
            results: Counter[str] = Counter()
            begun, slowest = time.monotonic(), 0.0
            with open(paths[0], "wb") as file:
                file.write(seed)
            for number in range(-(-count // len(made))):
                data = damaged(seed, draw)
                with open(paths[1], "wb") as file:
                    file.write(data)
                start = time.monotonic()
                result = run(paths if number % 2 else paths[::-1], lambda a, b: compare_paths(a, b, options))
                slowest = max(slowest, time.monotonic() - start)
                results[result.partition(":")[0]] += 1
                if result.startswith("FAULT"):
                    faults += 1
                    print(f"{name} #{number}: {result}")
            took = time.monotonic() - begun
            counts = ", ".join(f"{results[word]} {word}" for word in ("tree", "sentence", "FAULT"))
            print(f"{name:14} {sum(results.values())} inputs: {counts}; {took:.0f} s, slowest {slowest:.2f} s")
    print(f"{faults} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
