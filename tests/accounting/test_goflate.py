"""Go's deflate to the bit. The digests were made by compress/zlib of Go 1.27.3, and by Go 1.26.6 and 1.21.13 alike."""

from __future__ import annotations

import hashlib
import random
import shutil
import subprocess
import zlib
from pathlib import Path

import pytest

from elfdiff.accounting import goflate


def contents() -> dict[str, bytes]:
    """Every size at which Go decides otherwise, and data for every kind of block."""
    rng = random.Random(20261123)
    common = bytes(rng.choices(range(256), weights=[1 / (k + 1) ** 1.5 for k in range(256)], k=40_000))
    words = [rng.randbytes(rng.randrange(1, 40)) for _ in range(300)]
    text = b"".join(rng.choices(words, k=9_000))
    runs = b"".join(bytes([rng.randrange(256)]) * rng.randrange(1, 900) for _ in range(300))
    noise = rng.randbytes(70_000)
    return {
        "nothing": b"",
        "one": b"x",
        "sixteen": text[:16],
        "thirty-two": noise[:32],
        "thirty-three": noise[:33],
        "small": text[:127],
        "text, small": bytes(rng.choices(b"etaoin", k=100)),
        "text": text[:400],
        "zeros": bytes(200_000),
        "words": text,
        "runs": runs,
        "noise": noise,
        "one block": text[:65535],
        "and one byte": text[:65536],
        "few letters": bytes(rng.choices(b"acgt", k=80_000)),
        "uneven": common,
        "mixed": (common + noise[:30_000] + common * 2 + noise + common) * 2,
        "noise with repeats": b"".join(noise[k : k + 200] + noise[:9] for k in range(0, 60_000, 200)),
        "numbers": b"".join((k * 7).to_bytes(4, "little") for k in range(60_000)),
    }


CONTENTS = contents()
DIGESTS = {
    "nothing": ("09d469dfeeaf4c43", "b8f45bcbd81d3edb"),
    "one": ("f14cbd0ed1aef666", "36bf5d70e9c86ad0"),
    "sixteen": ("14b709bd850606dc", "3d1c4b1d9de7a264"),
    "thirty-two": ("8ce98321ade9e1f3", "1e7eaf48ca824a26"),
    "thirty-three": ("822e21b729992a56", "5847cb4a1abcdbca"),
    "small": ("a70e35e40040d52d", "16bd54afa86c5828"),
    "text, small": ("0731f8042d410d16", "00d4f3f83a87558f"),
    "text": ("e787dfdd46a7cadb", "492cc9e035603e6d"),
    "zeros": ("62b2f856421d1412", "5b68dbe94fb66262"),
    "words": ("812988ee2dbe32d9", "6b107074bd99e32b"),
    "runs": ("217c26ef79405bcc", "2c24b4f2d6bf0b08"),
    "noise": ("2d430b7c54394833", "60e83be312d95fab"),
    "one block": ("daf373c3dc65fe58", "d33f7928b28952b5"),
    "and one byte": ("2d44dd803d8e7415", "93efd473d320cf58"),
    "few letters": ("7fef76f4733833a4", "c18f3b81a1ee3699"),
    "uneven": ("ef88211bf2831310", "78a8bbe9d64a4f6b"),
    "mixed": ("881ccd9f9d59be64", "3e0ef39b88c12d6c"),
    "noise with repeats": ("3dbe6a8edddd963f", "9d66b5ff3f92985c"),
    "numbers": ("133ed0eddb67a9dd", "aa88cc7e3cb50d01"),
}
PROGRAM = """
package main

import ("compress/zlib"; "io"; "os"; "strings"; "runtime")

func main() {
	if len(os.Args) > 1 { io.Copy(os.Stdout, strings.NewReader(runtime.Version())); return }
	data, _ := io.ReadAll(os.Stdin)
	w, _ := zlib.NewWriterLevel(os.Stdout, zlib.BestSpeed)
	w.Write(data)
	w.Close()
}
"""


@pytest.mark.parametrize("name", sorted(CONTENTS))
def test_what_go_wrote(name: str) -> None:
    got = tuple(goflate.compress(CONTENTS[name], v) for v in (goflate.GO_1_27, goflate.GO_1_26))
    assert tuple(hashlib.sha256(stream).hexdigest()[:16] for stream in got) == DIGESTS[name]
    assert all(zlib.decompress(stream) == CONTENTS[name] for stream in got)


def test_what_the_go_at_hand_writes(tmp_path: Path) -> None:
    go = shutil.which("go")
    if go is None:
        pytest.skip("no go on PATH")
    (tmp_path / "main.go").write_text(PROGRAM)
    subprocess.run([go, "build", "-o", "pack", "main.go"], cwd=tmp_path, check=True, timeout=300)
    pack = str(tmp_path / "pack")
    version = subprocess.run([pack, "version"], capture_output=True, check=True).stdout.decode()
    new = int(version.removeprefix("go").split(".")[1]) >= 27
    rng = random.Random(version)
    for _ in range(20):
        size = rng.choice((100, 129, 3_000, 65_535, 65_600, 140_000))
        words = [rng.randbytes(rng.randrange(1, 60)) for _ in range(rng.randrange(2, 3_000))]
        data = b"".join(rng.choices(words, k=size))[:size]
        wanted = subprocess.run([pack], input=data, capture_output=True, check=True).stdout
        assert goflate.compress(data, goflate.GO_1_27 if new else goflate.GO_1_26) == wanted
