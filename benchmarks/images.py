"""Pairs of images that differ in known ways: is the root right, are the digests' effects right, does the fix hold?

``python benchmarks/images.py`` prints a row a pair. Layouts are written by hand (benchmarks/layouts.py); umoci, buildah
and skopeo make theirs where they are installed, and are named where they are not. A fix is applied by building both
sides again.
"""

from __future__ import annotations

import gzip
import hashlib
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.layouts import (  # isort: skip
    DOCKER,
    PLAIN,
    ZSTD,
    compact,
    config_of,
    crane,
    crane_append,
    crane_digest,
    layout,
    tar_of,
)

SAMPLES = Path(__file__).resolve().parents[1] / "samples"
FILES = {"app": b"#!/bin/sh\necho hello\n" * 200, "etc/app.conf": b"level = 3\n", "etc/b": b"b\n", "etc/c": b"c\n"}
T1, T2 = "2026-02-01T12:00:00Z", "2026-03-01T12:34:56Z"
Make = Callable[[Path], None]


@dataclass(frozen=True)
class Case:
    """``layers`` are the expected states of the layers; ``fixed`` builds both sides with the fix (None: no fix);
    ``inputs`` are causes that say that the builds were given different things (None: whatever they are).
    """

    name: str
    a: Make
    b: Make
    roots: frozenset[str]
    config_same: bool
    layers: tuple[str, ...]
    fixed: tuple[Make, Make] | None = None
    inputs: frozenset[str] | None = None


def made(*layers: bytes, **options: Any) -> Make:
    """A layout of these layers."""
    return lambda place: (layout(place, layers or (tar_of(FILES),), **options), None)[1]


def config(**changes: Any) -> bytes:
    """The config of the plain layer, changed."""
    return compact(config_of([tar_of(FILES)], **changes))


def edited(**fields: Any) -> bytes:
    """The plain layer with these fields of each header."""

    def edit(info: tarfile.TarInfo) -> None:
        for name, value in fields.items():
            setattr(info, name, value)

    return tar_of(FILES, edit)


def sample(name: str, side: str) -> dict[str, bytes]:
    """The plain layer with a program of the samples in it."""
    return FILES | {"bin/app": (SAMPLES / name / side).read_bytes()}


def archived(*layers: bytes, **options: Any) -> Make:
    """An archive as crane writes it."""
    return lambda place: (place.write_bytes(crane(layers or (tar_of(FILES),), **options)), None)[1]


def timed(data: bytes, seconds: int) -> bytes:
    """gzip with this time in its header, and nothing else."""
    made_so = bytearray(gzip.compress(data, 6, mtime=0))
    made_so[4:8] = seconds.to_bytes(4, "little")
    return bytes(made_so)


def zstandard(level: int) -> Callable[[bytes], bytes]:
    """zstd at this level."""
    import zstandard as library

    return library.ZstdCompressor(level=level).compress


def hand_made() -> Iterator[Case]:
    """Layouts written here."""
    base, same = made(), ("same",)
    time, meta, none = frozenset({"build-time"}), frozenset({"archive-metadata"}), frozenset[str]()
    yield Case("nothing", base, base, none, True, same)
    for words in ("umoci raw add-layer", "buildah", "RUN make # buildkit", "kaniko"):
        a, b = (config(created=t, history=[{"created": t, "created_by": words}]) for t in (T1, T2))
        yield Case(f"created ({words.split()[0]})", made(config=a), made(config=b), time, False, same, (base, base))
    labels = [{"Labels": {"org.opencontainers.image.created": t}} for t in (T1, T2)]
    yield Case("label created", *(made(config=config(config=v)) for v in labels), time, False, same, (base, base))
    labels = [{"Labels": {"org.opencontainers.image.revision": t * 5}} for t in ("4d329c75", "67f34fa5")]
    yield Case(
        "label revision", *(made(config=config(config=v)) for v in labels), frozenset({"vcs-state"}), False, same
    )
    labels = [{"Labels": {"io.buildah.version": t}} for t in ("1.28.2", "1.33.7")]
    yield Case("builder's version", *(made(config=config(config=v)) for v in labels), none, False, same)
    changed = ("changed",)
    times = frozenset({"file-times"})
    yield Case(
        "file times", made(edited(mtime=1)), made(edited(mtime=1_700_000_000)), times, False, changed, (base, base)
    )
    owner = frozenset({"host-identity"})
    yield Case("owner", base, made(edited(uid=1000, gid=1000)), owner, False, changed, (base, base))
    yield Case("user's name", base, made(edited(uname="builder")), owner, False, changed, (base, base))
    yield Case("mode", base, made(edited(mode=0o664)), frozenset({"umask"}), False, changed, (base, base))
    turned = tar_of(dict(reversed(FILES.items())))
    yield Case("order of entries", base, made(turned), frozenset({"file-order"}), False, changed, (base, base))
    pax = [
        tar_of(FILES, lambda i, t=t: i.pax_headers.update(atime=t), format=tarfile.PAX_FORMAT) for t in ("1.5", "2.5")
    ]
    yield Case("PAX atime", made(pax[0]), made(pax[1]), times, False, changed, (base, base))
    yield Case("tar format", base, made(tar_of(FILES, format=tarfile.GNU_FORMAT)), meta, False, changed, (base, base))
    whole = tar_of(FILES)
    body = len(whole.rstrip(b"\0"))
    short = whole[: body - body % 512 + 512] + bytes(1024)
    yield Case("padding at the end", base, made(short), meta, False, changed, (base, base))
    for name, compress in (
        ("level 9", lambda data: gzip.compress(data, 9, mtime=0)),
        ("level 1", lambda data: gzip.compress(data, 1, mtime=0)),
    ):
        yield Case(f"compression, {name}", base, made(compress=compress), meta, True, ("compression",), (base, base))
    yield Case("compression, none", base, made(media=PLAIN, compress=bytes), meta, True, ("compression",), (base, base))
    zst = made(media=ZSTD, compress=zstandard(3))
    yield Case("compression, zstd", base, zst, meta, True, ("compression",), (zst, zst))
    yield Case("zstd levels", zst, made(media=ZSTD, compress=zstandard(19)), meta, True, ("compression",), (zst, zst))
    stamped = made(compress=lambda data: timed(data, 1_700_000_000))
    plain = made(compress=lambda data: timed(data, 0))
    yield Case("gzip time", plain, stamped, times, True, ("compression",), (plain, plain))
    yield Case("media types", base, made(types=DOCKER), meta, True, same, (base, base))
    yield Case("manifest without media type", base, made(manifest={"mediaType": None}), meta, True, same, (base, base))
    yield Case("config's last newline", base, made(config=config() + b"\n"), meta, False, same, (base, base))
    path = [made(tar_of(sample("build-path-dwarf", side))) for side in "ab"]
    yield Case("path in a program", *path, frozenset({"build-path"}), False, changed, (path[0], path[0]))
    both = [
        made(
            tar_of(sample("build-path-dwarf", side)),
            config=compact(config_of([tar_of(sample("build-path-dwarf", side))], created=t)),
        )
        for side, t in (("a", T1), ("b", T2))
    ]
    yield Case("path and created", *both, frozenset({"build-path", "build-time"}), False, changed, (path[0], path[0]))
    other = made(tar_of(FILES | {"etc/app.conf": b"level = 4, and another\n"}))
    yield Case("another file", base, other, none, False, changed)
    more = made(tar_of(FILES), tar_of({"etc/.wh.b": b""}))
    yield Case("a whiteout layer more", base, more, none, False, ("same", "added"))
    yield Case(
        "crane archive, created",
        archived(),
        archived(config=config(created=T2)),
        time,
        False,
        same,
        (archived(), archived()),
    )


def with_tools(folder: Path) -> Iterator[Case]:
    """Layouts of real builders."""
    layer = folder / "layer.tar"
    layer.write_bytes(tar_of(FILES))
    time, same = frozenset({"build-time"}), ("same",)
    if shutil.which("umoci"):

        def umoci(*options: str) -> Make:
            created = ["--created=2026-01-01T00:00:00Z"] if options else []

            def make(place: Path) -> None:
                for command in (
                    ["init", "--layout", place],
                    ["new", "--image", f"{place}:v1"],
                    ["raw", "add-layer", "--image", f"{place}:v1", layer, *options],
                    ["config", "--image", f"{place}:v1", "--config.cmd", "/app", *created, *options],
                    ["gc", "--layout", place],
                ):
                    run("umoci", *command)

            return make

        fix = umoci("--history.created=2026-01-01T00:00:00Z")
        yield Case("umoci twice", umoci(), umoci(), time, False, same, (fix, fix))
    else:
        print("umoci is not installed: its pairs are left out")
    if shutil.which("buildah") and os.geteuid() == 0:
        root = folder / "rootfs"
        root.mkdir()
        (root / "app").write_bytes(FILES["app"])
        os.utime(root / "app", (0, 0))
        os.utime(root, (0, 0))

        def buildah(*options: str) -> Make:
            def make(place: Path) -> None:
                container = run("buildah", "from", "scratch").strip()
                run("buildah", "add", container, root, "/")
                run("buildah", "commit", "-q", *options, container, f"oci:{place}:v1")
                run("buildah", "rm", container)

            return make

        fix = buildah("--timestamp", "0")
        yield Case("buildah twice", buildah(), buildah(), time, False, same, (fix, fix))
    else:
        print("buildah is not installed, or needs root: its pairs are left out")
    if shutil.which("skopeo") and shutil.which("umoci"):

        def packed(place: Path) -> None:
            made()(place.with_suffix(".layout"))
            run("skopeo", "copy", "-q", f"oci:{place.with_suffix('.layout')}", f"oci-archive:{place}:v1")

        yield Case("skopeo's archive twice", packed, packed, frozenset({"file-times"}), True, same)


CRANE_FILE = "af42e7b87edf9c02709903a8f087b2c9a69c7b1203940eb7877c7a6f9a19637a"
CRANE_DIGEST = "sha256:314d1f2fa78da01603ef23b98a8e9f6c5e1b98f9d69550f6ac01f3e9260e51ba"
"""SHA-256 of what ``crane append`` makes of the plain layer, and what ``crane digest --tarball`` says of it, measured
with go-containerregistry 3f4ff3ca, built by Go 1.27.3."""


def as_crane_assembles(folder: Path) -> bool:
    """Whether the archive that is assembled here is crane's, byte for byte, and has its digest; says so."""
    layer = tar_of(FILES)
    ours = crane_append(layer)
    right = hashlib.sha256(ours).hexdigest() == CRANE_FILE and crane_digest(ours) == CRANE_DIGEST
    words = "as measured"
    if shutil.which("crane"):
        (folder / "crane.layer").write_bytes(layer)
        out = folder / "crane.tar"
        run("crane", "append", "-f", folder / "crane.layer", "-t", "example.com/app:v1", "-o", out)
        right = right and out.read_bytes() == ours
        words = "as the crane that is installed makes it"
    print(f"an archive assembled as crane does it: {'the same bytes' if right else 'OTHER BYTES'}, {words}")
    return right


def run(*command: object) -> str:
    env = os.environ | {"STORAGE_DRIVER": "vfs", "BUILDAH_ISOLATION": "chroot"}
    return subprocess.run(
        list(map(str, command)), check=True, capture_output=True, text=True, env=env, timeout=120
    ).stdout


def judged(case: Case, folder: Path) -> tuple[bool, bool, bool | None, str]:
    """Root right, digests right, fix right (None: there is none), and what was said."""
    import time

    from elfdiff.tree import Tree
    from elfdiff.trees.options import TreeOptions
    from elfdiff.trees.paths import compare_paths

    a, b = folder / "a", folder / "b"
    case.a(a)
    time.sleep(1.1 if "twice" in case.name else 0)
    case.b(b)
    tree = compare_paths(str(a), str(b), TreeOptions())
    if not isinstance(tree, Tree):
        return case.name == "nothing", True, None, tree.verdict.value
    sure = frozenset(
        i.finding.cause
        for i in tree.findings
        if i.finding.role.value == "root" and i.finding.confidence.value != "possible"
    )
    given = frozenset(i.finding.cause for i in tree.findings if i.finding.role.value == "input")
    image = tree.image
    digests = image is not None and tuple(layer.status for layer in image.layers) == case.layers
    digests = digests and image is not None and (image.config_digest[0] == image.config_digest[1]) == case.config_same
    fixed: bool | None = None
    if case.fixed is not None:
        for make, name in zip(case.fixed, ("c", "d"), strict=True):
            make(folder / name)
        again = compare_paths(str(folder / "c"), str(folder / "d"), TreeOptions())
        fixed = again.verdict.value == "identical"
    left = tree.ledger.totals.unexplained.most if tree.ledger else 0
    return (
        sure == case.roots and (case.inputs is None or case.inputs == given),
        digests,
        fixed,
        f"{tree.verdict.value}, {', '.join(sorted(sure | given)) or '-'}, {left} unexplained",
    )


def main() -> int:
    """The table; 1 if some pair is wrong."""
    wrong = 0
    with tempfile.TemporaryDirectory() as name:
        from benchmarks.more_images import unseen

        cases = [*hand_made(), *unseen(), *with_tools(Path(name))]
        wrong += not as_crane_assembles(Path(name))
        print(f"{'pair':<30} root digests fix   said")
        for number, case in enumerate(cases):
            folder = Path(name) / str(number)
            folder.mkdir()
            root, digests, fixed, said = judged(case, folder)
            wrong += not (root and digests and fixed is not False)
            words = ["yes" if value else "NO" for value in (root, digests)]
            words.append("-" if fixed is None else "yes" if fixed else "NO")
            print(f"{case.name:<30} {words[0]:<4} {words[1]:<7} {words[2]:<5} {said}")
        print(f"{len(cases) - wrong} of {len(cases)} pairs right")
    return min(wrong, 1)


if __name__ == "__main__":
    sys.exit(main())
