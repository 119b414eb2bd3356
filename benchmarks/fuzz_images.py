"""Damaged images in every form: each must end in a tree or in one sentence, soon, and within the limits.

    python benchmarks/fuzz_images.py [COUNT] [SEED]

Good ones are made here. Half of the damage keeps digests right, as a hostile builder would: what was changed gets the
name that its digest asks for, and everything that named it is changed as well. Prints a line for each form, and every
fault; exit code 1 if there was one.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import random
import resource
import signal
import sys
import tarfile
import tempfile
import time
import traceback
import zlib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import FrameType
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks import damage  # isort: skip
from benchmarks.layouts import ZSTD, compact, config_of, crane, descriptor, layout, tar_of  # isort: skip
from elfdiff.containers.limits import Limits  # isort: skip
from elfdiff.errors import ElfdiffError  # isort: skip
from elfdiff.render.jsonreport import render_json  # isort: skip
from elfdiff.render.style import TextStyle  # isort: skip
from elfdiff.render.treetext import render_tree_text  # isort: skip
from elfdiff.tree import Tree  # isort: skip
from elfdiff.trees.options import TreeOptions  # isort: skip
from elfdiff.trees.paths import compare_paths  # isort: skip

SECONDS, MEGABYTES = 5, 400
LIMITS = Limits(entries=2000, entry_bytes=8 << 20, all_bytes=32 << 20, ratio_from=4 << 20)
FILES = {"bin/app": bytes(range(256)) * 6, "etc/x.conf": b"built=2026-01-02\n", "etc/.wh.old": b""}
INDEX = "application/vnd.oci.image.index.v1+json"
BLOBS = "blobs/sha256/"
Files = dict[str, bytes]


class TooSlow(BaseException):
    """A damaged input took more than SECONDS of the processor: a busy machine stretches the clock."""


def laid_out(*layers: bytes, **options: Any) -> Files:
    """A layout as files."""
    with tempfile.TemporaryDirectory() as name:
        layout(Path(name, "x"), layers, **options)
        return _read(Path(name, "x"))


def forms() -> Mapping[str, tuple[Files, bool]]:
    """Name → files of an image, and whether they are put into a tar."""
    one, two = tar_of(FILES), tar_of({"more": b"x" * 900})
    plain = laid_out(one, two)
    found = {
        "layout": (plain, False),
        "layout archive": (plain, True),
        "layout, zstd": (laid_out(one, media=ZSTD, compress=_zstd), False),
        "nested indexes": (nested(plain, 3), False),
        "two platforms, attested": (several(), False),
        "crane archive": (_unpacked(crane([one, two], compress=_gzip)), True),
        "docker archive": (docker([one, two]), True),
        "docker archive, legacy": (docker([one, two], legacy=True), True),
    }
    return found


def nested(files: Files, depth: int) -> Files:
    """The same image below indexes in indexes."""
    made = dict(files)
    inner = made["index.json"]
    for _ in range(depth):
        made[BLOBS + hashlib.sha256(inner).hexdigest()] = inner
        inner = compact({"schemaVersion": 2, "mediaType": INDEX, "manifests": [descriptor(INDEX, inner)]})
    return made | {"index.json": inner}


def several() -> Files:
    """Two platforms and an attestation."""
    layer = tar_of(FILES)
    made: Files = {}
    parts: list[Any] = []
    for architecture in ("amd64", "arm64"):
        part = laid_out(layer, config=compact(config_of([layer], architecture=architecture)))
        parts.append(json.loads(part["index.json"])["manifests"][0])
        parts[-1]["platform"] = {"os": "linux", "architecture": architecture}
        made |= part
    told = dict(parts[0]) | {"platform": {"os": "unknown", "architecture": "unknown"}}
    told["annotations"] = {"vnd.docker.reference.type": "attestation-manifest"}
    return made | {"index.json": compact({"schemaVersion": 2, "manifests": [*parts, told]})}


def docker(layers: list[bytes], legacy: bool = False) -> Files:
    """What docker save writes; of old it writes a directory for each layer."""
    config = compact(config_of(layers))
    name = f"{hashlib.sha256(config).hexdigest()}.json"
    made: Files = {name: config}
    names: list[str] = []
    for number, layer in enumerate(layers):
        folder = hashlib.sha256(bytes([number])).hexdigest()
        names.append(f"{folder}/layer.tar")
        made[names[-1]] = layer
        if legacy:
            made |= {f"{folder}/VERSION": b"1.0", f"{folder}/json": compact({"id": folder, "parent": names[0][:64]})}
    made["manifest.json"] = compact([{"Config": name, "RepoTags": ["x:v1"], "Layers": names}])
    return made | ({"repositories": compact({"x": {"v1": names[-1][:64]}})} if legacy else {})


def harmed(files: Files, draw: random.Random) -> Files:
    """The files with one to three kinds of damage."""
    made = dict(files)
    for _ in range(draw.choice((1, 1, 2, 3))):
        name = draw.choice(sorted(made))
        match draw.randrange(12):
            case 0:
                del made[name]
            case 1:
                made[draw.choice(sorted(made))] = made[name]
            case 2:
                made["index.json" if "index.json" in made else name] = looped(made, draw)
            case 3:
                made[name] = crowded(made[name], draw)
            case _:
                made[name] = _harmed(made[name], draw)
        if name in made and draw.randrange(2):
            _renamed(made, name)
        if not made:
            return dict(files)
    return made


def _harmed(data: bytes, draw: random.Random) -> bytes:
    try:
        value = json.loads(data)
    except ValueError:
        pass
    else:
        return damage.raw(data, draw) if draw.randrange(6) == 0 else json.dumps(damage.tree(value, draw)).encode()
    if data[:2] == b"\x1f\x8b" and draw.randrange(3):
        try:
            return gzip.compress(damage.raw(gzip.decompress(data), draw), 1, mtime=0)
        except (OSError, EOFError, zlib.error):
            pass
    return damage.raw(data, draw)


def looped(files: Files, draw: random.Random) -> bytes:
    """An index that names indexes, itself maybe, some times over."""
    names = [name.removeprefix(BLOBS) for name in files if name.startswith(BLOBS)] or ["0" * 64]
    items = [
        {"mediaType": INDEX, "digest": f"sha256:{draw.choice(names)}", "size": draw.choice((0, 1, 1 << 62))}
        for _ in range(draw.choice((1, 3, 400)))
    ]
    inner = compact({"schemaVersion": 2, "manifests": items})
    # Under a name that is not its digest, so that it can name itself.
    files[BLOBS + names[0]] = inner
    return compact(
        {"schemaVersion": 2, "manifests": [items[0] | {"digest": f"sha256:{names[0]}"}] * draw.choice((1, 9))}
    )


def crowded(data: bytes, draw: random.Random) -> bytes:
    """A list in it many times as long."""
    try:
        value = json.loads(data)
    except ValueError:
        return data + data
    spots = [at for at in damage.places(value) if isinstance(damage.found(value, at), list)]
    if spots:
        at = draw.choice(spots)
        damage.found(value, at[:-1])[at[-1]] = damage.found(value, at) * draw.choice((2, 300, 1200))
    return json.dumps(value).encode()


def _renamed(files: Files, name: str) -> None:
    for _ in range(8):
        old, new = name.removeprefix(BLOBS), hashlib.sha256(files[name]).hexdigest()
        if not name.startswith(BLOBS) or old == new:
            return
        files[BLOBS + new] = files.pop(name)
        changed = [key for key, data in files.items() if old.encode() in data and len(data) < 200_000]
        for key in changed:
            files[key] = files[key].replace(old.encode(), new.encode())
        name = next((key for key in changed if key.startswith(BLOBS)), BLOBS + new)


def run(a: Path, b: Path, options: TreeOptions) -> str:
    """What became of one pair, in a word, or FAULT and what it was."""
    signal.setitimer(signal.ITIMER_PROF, SECONDS)
    try:
        try:
            found = compare_paths(str(a), str(b), options)
        except ElfdiffError as error:
            text = str(error)
            right = "\n" not in text and text.startswith(("a: ", "b: ", "a/", "--platform", str(a), str(b)))
            return "sentence" if right else f"FAULT: an odd sentence: {text!r}"
        if isinstance(found, Tree):
            render_tree_text(found, TextStyle(), found.exit)
            json.loads(render_json(found))
        return f"exit {found.exit}"
    except TooSlow:
        return "FAULT: too slow"
    except Exception:
        return f"FAULT: {traceback.format_exc()}"
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)


def _ring(signum: int, frame: FrameType | None) -> None:
    raise TooSlow


def fuzzed(count: int, draw: random.Random, tell: Callable[[str], None] = print) -> tuple[Counter[str], list[str]]:
    """``count`` damaged images in all, spread over the forms: how they ended, and the faults."""
    signal.signal(signal.SIGPROF, _ring)
    ends: Counter[str] = Counter()
    faults: list[str] = []
    made = forms()
    options = TreeOptions(limits=LIMITS)
    for name, (files, is_tar) in made.items():
        own: Counter[str] = Counter()
        begun, slowest = time.process_time(), 0.0
        for number in range(-(-count // len(made))):
            with tempfile.TemporaryDirectory() as folder:
                a, b = Path(folder, "a"), Path(folder, "b")
                _laid(a, files, is_tar)
                _laid(b, harmed(files, draw), is_tar)
                start = time.process_time()
                result = run(*((a, b) if number % 2 else (b, a)), options)
                slowest = max(slowest, time.process_time() - start)
            if result.startswith("FAULT"):
                faults.append(f"{name} #{number}: {result}")
            own[result.partition(":")[0]] += 1
        ends += own
        words = ", ".join(f"{own[word]} {word}" for word in sorted(own))
        tell(f"{name:26} {words}; {time.process_time() - begun:.0f} s, slowest {slowest:.2f} s")
    return ends, faults


def _laid(place: Path, files: Files, is_tar: bool) -> None:
    if is_tar:
        with tarfile.open(place, "w", format=tarfile.USTAR_FORMAT) as archive:
            for name, data in files.items():
                info = tarfile.TarInfo(name[:99])
                info.size = len(data)
                archive.addfile(info, io.BytesIO(data))
        return
    for name, data in files.items():
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        (place / name).write_bytes(data)


def _read(folder: Path) -> Files:
    return {str(file.relative_to(folder)): file.read_bytes() for file in sorted(folder.rglob("*")) if file.is_file()}


def _unpacked(data: bytes) -> Files:
    with tarfile.open(fileobj=io.BytesIO(data)) as archive:
        return dict(_members(archive))


def _members(archive: tarfile.TarFile) -> Iterator[tuple[str, bytes]]:
    for member in archive:
        file = archive.extractfile(member)
        if file is not None:
            yield member.name, file.read()


def _gzip(data: bytes) -> bytes:
    return gzip.compress(data, 6, mtime=0)


def _zstd(data: bytes) -> bytes:
    import zstandard

    return zstandard.ZstdCompressor().compress(data)


def main() -> int:
    """0 if no input was a fault."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 3200
    ends, faults = fuzzed(count, random.Random(int(sys.argv[2]) if len(sys.argv) > 2 else 15))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
    print(*faults, sep="\n")
    if peak > MEGABYTES:
        faults.append("memory")
    words = ", ".join(f"{ends[word]} {word}" for word in sorted(ends))
    print(f"{sum(ends.values())} inputs: {words}; {len(faults)} faults; {peak} MB at most")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
