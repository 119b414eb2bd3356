"""Which encoder wrote a stream; what linkers write, and what hostile sizes cost."""

from __future__ import annotations

import random
import shutil
import subprocess
import zlib
from pathlib import Path

import pytest
import zstandard

from elfdiff.accounting import goflate, streams
from elfdiff.elf.file import parse

RNG = random.Random(7)
WORDS = [RNG.randbytes(RNG.randrange(2, 30)) for _ in range(200)]
SMALL = b"".join(RNG.choices(WORDS, k=200))
LARGE = b"".join(RNG.choices(WORDS, k=90_000))


@pytest.mark.parametrize("encoder", [*(name for names in streams.ZLIB.values() for name in names), *streams.ZSTD])
def test_every_encoder_is_recognised_and_inflates(encoder: str) -> None:
    data = SMALL * 20
    stream = streams.deflate(data, encoder)
    method = "zstd" if encoder in streams.ZSTD else "zlib"
    assert streams.inflate(stream, len(data), method) == data
    (found,) = streams.encoders_of([(data, stream)], [True])
    assert found is not None
    assert streams.deflate(data, found) == stream


def test_an_encoder_that_gives_other_bytes_is_none() -> None:
    engine = zlib.compressobj(6, zlib.DEFLATED, 15, 9, zlib.Z_FILTERED)
    stream = engine.compress(SMALL) + engine.flush()
    assert streams.encoders_of([(SMALL, stream)], [True]) == [None]
    with pytest.raises(streams.UnknownEncoder):
        streams.deflate(SMALL, "zlib 77")


def test_the_smallest_section_tells_for_slow_encoders(monkeypatch: pytest.MonkeyPatch) -> None:
    given: list[int] = []
    original = goflate.compress
    monkeypatch.setattr(goflate, "compress", lambda data, version: given.append(len(data)) or original(data, version))
    parts = [(data, original(data, goflate.GO_1_26)) for data in (LARGE, SMALL)]
    assert streams.encoders_of(parts, [True, False]) == [goflate.GO_1_26, None]
    assert set(given) == {len(SMALL)}


def test_slow_encoders_have_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams, "MAX_SLOW", len(SMALL) + 10)
    parts = [(data, goflate.compress(data, goflate.GO_1_27)) for data in (SMALL, SMALL + b"more than the rest")]
    assert streams.encoders_of(parts, [True, True]) == [goflate.GO_1_27, None]


def test_a_zstd_frame_that_is_cut_off_does_not_inflate() -> None:
    whole = zstandard.ZstdCompressor(write_checksum=True).compress(SMALL)
    assert streams.inflate(whole, len(SMALL), "zstd") == SMALL
    assert [streams.inflate(whole[:size], len(SMALL), "zstd") for size in (len(whole) - 1, len(whole) - 9, 7)] == [
        None
    ] * 3


def test_several_streams_inflate_and_lies_do_not() -> None:
    for method, pack in (("zlib", zlib.compress), ("zstd", zstandard.ZstdCompressor().compress)):
        two = pack(SMALL) + pack(LARGE)
        assert streams.inflate(two, len(SMALL) + len(LARGE), method) == SMALL + LARGE
        assert streams.inflate(two, len(SMALL), method) is None
        assert streams.inflate(two, 1 << 40, method) is None
        assert streams.inflate(two[:-9], len(SMALL) + len(LARGE), method) is None
        assert streams.inflate(pack(bytes(1 << 22)), 1000, method) is None


@pytest.mark.parametrize(
    ("linker", "options"),
    [
        ("bfd", "zlib"),
        ("bfd", "zlib-gnu"),
        ("gold", "zlib"),
        ("gold", "zlib-gnu"),
        ("mold", "zlib"),
        ("lld", "zlib"),
        ("lld", "zlib,-O2"),
        ("bfd", "zstd"),
    ],
)
def test_what_linkers_write(tmp_path: Path, linker: str, options: str) -> None:
    """Strings of more than a megabyte, so that LLD and mold cut them into shards."""
    gcc = shutil.which("gcc")
    if gcc is None or not any(shutil.which(name) for name in (f"ld.{linker}", linker)):
        pytest.skip(f"no gcc, or no {linker}")
    count = 12_000 if options != "zstd" else 200
    rng = random.Random(linker)
    body = "".join(f"int {rng.randbytes(48).hex().translate(LETTERS)}_{k};\n" for k in range(count))
    (tmp_path / "a.c").write_text(body + "int main(void){return 0;}\n")
    command = [gcc, "-g", "-o", "a", "a.c", f"-fuse-ld={linker}", f"-Wl,--compress-debug-sections={options}"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=300)
    if done.returncode:
        pytest.skip(f"{linker} does not take {options}: {done.stderr[-100:]}")
    elf = parse((tmp_path / "a").read_bytes(), "a")
    parts = []
    for section in elf.sections:
        if section.compression is not None:
            raw = elf.raw(section)
            parts.append((elf.inflated(section), raw[12 if section.compression == "zlib-gnu" else 24 :]))
    assert options == "zstd" or max(len(data) for data, _ in parts) > streams.SHARD
    found = streams.encoders_of(parts, [True] * len(parts))
    assert None not in found
    assert all(streams.deflate(data, name or "") == stream for (data, stream), name in zip(parts, found, strict=True))


LETTERS = str.maketrans("0123456789", "ghijklmnop")
