"""Pairs of images that elfdiff was not designed on: causes at once, causes alone in odd places, and inputs.

``python benchmarks/images.py`` runs them with the others. What each must say was written down before it was run.
"""

from __future__ import annotations

import gzip
import io
import json
import os
import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from benchmarks.images import FILES, SAMPLES, T1, T2, Case, Make, archived, config, edited, made
from benchmarks.layouts import (
    CONFIG,
    EPOCH,
    GZIP,
    MANIFEST,
    PLAIN,
    ZSTD,
    compact,
    config_of,
    descriptor,
    digest_of,
    go_fastest,
    layout,
    tar_of,
)

NONE = frozenset[str]()
META, TIME, TIMES = frozenset({"archive-metadata"}), frozenset({"build-time"}), frozenset({"file-times"})
SET, SOURCE = frozenset({"file-set"}), frozenset({"source-change"})
GRANTS = frozenset({"file-modes"})
BASE = tar_of(FILES)
MORE = tar_of({"more": b"x" * 300})
SAME, CHANGED, PACKED = ("same",), ("changed",), ("compression",)


def command(*words: str) -> Callable[[bytes], bytes]:
    """A compressor that reads and writes pipes."""
    return lambda data: subprocess.run(words, input=data, capture_output=True, check=True).stdout


def of_big(compress: Callable[[bytes], bytes], media: str = GZIP) -> Make:
    """One layer of a megabyte, compressed so."""
    program = (SAMPLES / "build-path-dwarf" / "a").read_bytes()
    files = FILES | {f"bin/app{n}": program[n:] + program[:n] for n in range(0, 1_200_000, max(len(program), 1))}
    return made(tar_of(files), compress=compress, media=media)


def two_platforms(created: str) -> Make:
    """An index of amd64 and arm64; the second one's time is given."""

    def make(place: Path) -> None:
        parts = []
        for architecture, when in (("amd64", T1), ("arm64", created)):
            part = place.with_name(f"{place.name}-{architecture}")
            layout(part, [BASE], config=compact(config_of([BASE], architecture=architecture, created=when)))
            index = json.loads((part / "index.json").read_text())
            parts.append(index["manifests"][0] | {"platform": {"os": "linux", "architecture": architecture}})
            shutil.copytree(part / "blobs", place / "blobs", dirs_exist_ok=True)
            shutil.copy(part / "oci-layout", place)
        (place / "index.json").write_bytes(compact({"schemaVersion": 2, "manifests": parts}))

    return make


def attested(run: str) -> Make:
    """An image with provenance as BuildKit attaches it; ``run`` is its invocation."""

    def make(place: Path) -> None:
        layout(place, [BASE])
        index = json.loads((place / "index.json").read_text())
        image = index["manifests"][0]
        metadata = {"buildInvocationID": run, "buildStartedOn": f"2026-01-01T00:00:{len(run):02}Z"}
        statement = compact(
            {
                "_type": "https://in-toto.io/Statement/v0.1",
                "subject": [{"name": "_", "digest": {"sha256": image["digest"].removeprefix("sha256:")}}],
                "predicateType": "https://slsa.dev/provenance/v0.2",
                "predicate": {"metadata": metadata},
            }
        )
        described = {"architecture": "unknown", "os": "unknown"}
        own = compact(described | {"rootfs": {"type": "layers", "diff_ids": [digest_of(statement)]}})
        layer = descriptor("application/vnd.in-toto+json", statement)
        manifest = compact(
            {"schemaVersion": 2, "mediaType": MANIFEST, "config": descriptor(CONFIG, own), "layers": [layer]}
        )
        for blob in (statement, own, manifest):
            (place / "blobs" / "sha256" / digest_of(blob).removeprefix("sha256:")).write_bytes(blob)
        notes = {
            "vnd.docker.reference.digest": image["digest"],
            "vnd.docker.reference.type": "attestation-manifest",
        }
        index["manifests"].append(descriptor(MANIFEST, manifest) | {"annotations": notes, "platform": described})
        (place / "index.json").write_bytes(compact(index))

    return make


def estargz(files: dict[str, bytes]) -> tuple[bytes, bytes]:
    """A layer in members that can be read one by one, a table of contents at its end: the tar, and the stream."""
    table = json.dumps({"version": 1, "entries": [{"name": name} for name in files]}).encode()
    whole, stream = b"", b""
    for name, content in (files | {"stargz.index.json": table}).items():
        part = tar_of({name: content})[: 512 + len(content) + -len(content) % 512]
        whole, stream = whole + part, stream + gzip.compress(part, 9, mtime=0)
    return whole + bytes(1024), stream + gzip.compress(bytes(1024), 9, mtime=0)


def repeated() -> bytes:
    """The plain layer with one entry twice."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for name, content in (*FILES.items(), ("etc/b", b"b\n")):
            info = tarfile.TarInfo(name)
            info.size, info.mode, info.mtime = len(content), 0o644, 0
            archive.addfile(info, io.BytesIO(content))
    return out.getvalue()


def numbered(process: int) -> bytes:
    """A tar of GNU tar whose PAX headers are named by a process."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "f")
        file.write_text("x")
        os.utime(file, (5.5, 5.5))
        name = f"exthdr.name=%d/PaxHeaders.{process}/%f,delete=atime,delete=ctime"
        return command("tar", "--format=posix", "--pax-option", name, "-cf", "-", "-C", folder, "f")(b"")


def labelled(**labels: str) -> dict[str, Any]:
    """A config's inner config with these labels of opencontainers."""
    return {"Labels": {f"org.opencontainers.image.{name}": value for name, value in labels.items()}}


def stepped(*commands: str, **changes: Any) -> Make:
    """One layer, and history of these commands."""
    return made(config=config(history=[{"created": EPOCH, "created_by": text} for text in commands], **changes))


def tagged(tag: str) -> Make:
    """A layout whose index gives the image a tag."""

    def make(place: Path) -> None:
        layout(place, [BASE])
        index = json.loads((place / "index.json").read_text())
        index["manifests"][0]["annotations"] = {"org.opencontainers.image.ref.name": tag}
        (place / "index.json").write_bytes(compact(index))

    return make


def with_program(side: str, created: str) -> Make:
    """A program of the samples in the second of two layers."""
    layer = tar_of({"usr/bin/app": (SAMPLES / "build-path-dwarf" / side).read_bytes()})
    return made(BASE, layer, config=compact(config_of([BASE, layer], created=created)))


def capable(info: tarfile.TarInfo) -> None:
    """A file with a capability."""
    if info.name == "app":
        info.pax_headers = {"SCHILY.xattr.security.capability": "\1\0\0\2\0\4"}


def unseen() -> Iterator[Case]:
    """The pairs."""
    base = made()
    one = two_platforms(T1)
    yield Case("created of one platform of two", one, two_platforms(T2), TIME, True, SAME, (one, one))
    moved = ("moved", "moved")
    yield Case("layers in another order", made(BASE, MORE), made(MORE, BASE), NONE, False, moved, inputs=SOURCE)
    middle = made(BASE, tar_of({"new": b"new" * 99}), MORE)
    yield Case(
        "a layer more, in the middle", made(BASE, MORE), middle, NONE, False, ("same", "added", "same"), inputs=SET
    )
    later = made(edited(mtime=9), MORE, tar_of({"new": b"1"}))
    yield Case(
        "base rebuilt, a layer more",
        made(BASE, MORE),
        later,
        TIMES,
        False,
        ("changed", "same", "added"),
        inputs=SET,
    )
    both = [
        made(config=config(created=when, config=labelled(revision=word * 5)))
        for when, word in ((T1, "4d329c75"), (T2, "67f34fa5"))
    ]
    yield Case("revision and created", *both, TIME | {"vcs-state"}, False, SAME)
    yield Case(
        "another command in history",
        stepped("RUN make all"),
        stepped("RUN make all install"),
        NONE,
        False,
        SAME,
        inputs=SOURCE,
    )
    dated = [stepped(f"|1 BUILD_DATE={when} /bin/sh -c make") for when in (T1, T2)]
    yield Case("a date in a build argument", *dated, TIME, False, SAME)
    yield Case("history of two builders", stepped("umoci raw add-layer"), stepped("buildah commit"), META, False, SAME)
    empty = {"created": EPOCH, "created_by": "CMD /app", "empty_layer": True}
    step = {"created": EPOCH, "created_by": "make"}
    yield Case("an empty step more", base, made(config=config(history=[step, empty])), NONE, False, SAME, inputs=SOURCE)
    more = {"Cmd": ["/app"], "Env": ["PATH=/usr/bin"]}
    yield Case("a variable more", base, made(config=config(config=more)), NONE, False, SAME, inputs=SOURCE)
    bases = [
        made(manifest={"annotations": labelled(**{"base.digest": f"sha256:{digit * 64}"})["Labels"]}) for digit in "12"
    ]
    yield Case("another base image", *bases, NONE, True, SAME, inputs=frozenset({"dependency-version"}))
    yield Case("another tag", base, tagged("v2"), META, True, SAME)
    yield from _compressed(base)
    yield from _entries(base)
    runs = [attested(run) for run in ("q3j1kd0f8wmk", "z9x8c7v6b5nm")]
    yield Case("provenance attached, two runs", *runs, TIME, True, SAME, (base, base))
    yield Case("provenance attached to one", base, runs[0], NONE, True, SAME, inputs=SET)
    yield Case("layout and crane's archive", made(), archived(), META, True, PACKED, (base, base))
    crane = [archived(edited(mtime=when), compress=go_fastest) for when in (1, 1_700_000_000)]
    yield Case("file times in crane's archive", *crane, TIMES, False, CHANGED, (archived(), archived()))


def _compressed(base: Make) -> Iterator[Case]:
    """Real compressors, on a megabyte."""
    yield Case("crane's gzip and Python's", of_big(go_fastest), of_big(gzip_6), META, True, PACKED)
    for name, tool, options, media in (
        ("zstd, checksum", "zstd", (("-3",), ("-3", "--no-check")), ZSTD),
        ("zstd, threads", "zstd", (("-3",), ("-10", "-T2")), ZSTD),
        ("pigz, block", "pigz", (("-n",), ("-n", "-b", "256")), GZIP),
        ("gzip, rsyncable", "gzip", (("-n",), ("-n", "--rsyncable")), GZIP),
    ):
        if shutil.which(tool):
            pair = [of_big(command(tool, "-c", *words), media) for words in options]
            yield Case(name, *pair, META, True, PACKED, (pair[0], pair[0]))
        else:
            print(f"{tool} is not installed: its pairs are left out")
    tar, stream = estargz(FILES)
    yield Case("estargz", base, made(tar, compress=lambda data: stream), META, False, CHANGED, inputs=SET)
    yield Case("plain and crane's", of_big(bytes, PLAIN), of_big(go_fastest), META, True, PACKED)


def gzip_6(data: bytes) -> bytes:
    """As Python writes it."""
    return gzip.compress(data, 6, mtime=0)


def _entries(base: Make) -> Iterator[Case]:
    """Layers whose entries differ beside their contents."""
    extra = tar_of({"x": b"1"})
    hidden = tar_of({"x": b"1", "etc/.wh.b": b""})
    yield Case("a whiteout more", made(BASE, extra), made(BASE, hidden), NONE, False, ("same", "changed"), inputs=SET)
    opaque, single = {"etc/.wh..wh..opq": b"", "etc/n": b"1"}, {"etc/.wh.b": b"", "etc/.wh.c": b"", "etc/n": b"1"}
    yield Case(
        "opaque and single whiteouts",
        made(BASE, tar_of(opaque)),
        made(BASE, tar_of(single)),
        NONE,
        False,
        ("same", "changed"),
        inputs=SET,
    )
    pax = [tar_of(FILES, how, format=tarfile.PAX_FORMAT) for how in (lambda info: None, capable)]
    yield Case("a capability", made(pax[0]), made(pax[1]), NONE, False, CHANGED, inputs=GRANTS)
    users = [made(edited(uid=uid, uname=name, mtime=when)) for uid, name, when in ((1, "ci", 5), (2, "me", 99_999))]
    yield Case("owner and times", *users, TIMES | {"host-identity"}, False, CHANGED, (base, base))
    three = [made(BASE, tar_of({"q": b"1"}, timed(when)), MORE) for when in (5, 1_700_000_000)]
    yield Case("times in one layer of three", *three, TIMES, False, ("same", "changed", "same"), (three[0], three[0]))
    programs = [with_program(*side) for side in (("a", T1), ("b", T2))]
    yield Case("path in layer 2, and created", *programs, TIME | {"build-path"}, False, ("same", "changed"))
    yield Case("setgid", made(edited(mode=0o755)), made(edited(mode=0o2755)), NONE, False, CHANGED, inputs=GRANTS)
    yield Case("an entry twice", base, made(repeated()), NONE, False, CHANGED, inputs=SET)
    if shutil.which("tar"):
        pids = [made(numbered(process)) for process in (123, 4567)]
        yield Case("PAX headers by process", *pids, META, False, CHANGED)
    logs = [made(tar_of(FILES | {"var/log/x.log": f"2026-0{n}-01 12:00:00 up\n".encode()})) for n in (2, 3)]
    yield Case("a log with a date", *logs, TIME, False, CHANGED)


def timed(seconds: int) -> Callable[[tarfile.TarInfo], None]:
    """Every entry at this time."""

    def edit(info: tarfile.TarInfo) -> None:
        info.mtime = seconds

    return edit
