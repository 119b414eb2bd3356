"""Every format: entries, their contents, and layers covered to the byte."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import tarfile
from typing import Any

import pytest

from elfdiff.containers.limits import Limits
from elfdiff.containers.model import Container, EntryKind
from elfdiff.containers.opening import open_bytes
from elfdiff.errors import ElfdiffError

FILES = {"bin/app": b"\x00\x01" * 700, "doc/" + "n" * 120: b"long name\n", "empty": b""}


def opened(data: bytes) -> Container:
    found = open_bytes(data, "x", Limits())
    assert found is not None
    return found


def covered(container: Container) -> None:
    """Every byte of every layer belongs to one piece or one entry."""
    for number, layer in enumerate(container.layers):
        spans = [piece.span for piece in layer.pieces]
        spans += [e.span for e in container.entries if e.layer == number and e.span is not None and e.span.length]
        at = 0
        for span in sorted(spans):
            assert span.start == at
            at = span.end
        assert at == len(layer.data)


def every(made: Any) -> dict[str, bytes]:
    tar = made.tar(FILES)
    return {
        "tar": tar,
        "pax": made.tar(FILES, form=tarfile.PAX_FORMAT),
        "tar.gz": gzip.compress(tar),
        "tar.xz": lzma.compress(tar),
        "tar.bz2": bz2.compress(tar),
        "zip": made.zip(FILES),
        "deb": made.deb(FILES),
    }


@pytest.mark.parametrize("kind", ["tar", "pax", "tar.gz", "tar.xz", "tar.bz2", "zip", "deb"])
def test_entries_and_every_byte(made: Any, kind: str) -> None:
    container = opened(every(made)[kind])
    assert container.kind == ("tar" if kind == "pax" else kind)
    found = {entry.path: entry.read() for entry in container.entries}
    assert {name: found[name] for name in FILES} == FILES
    covered(container)
    for layer in container.layers:
        for piece in layer.pieces:
            for field in piece.fields():
                assert field.span is None or piece.span.start <= field.span.start <= field.span.end <= piece.span.end


@pytest.mark.parametrize("kind", ["tar", "pax", "tar.gz", "tar.xz", "tar.bz2", "zip", "deb"])
def test_a_cut_container_is_a_sentence(made: Any, kind: str) -> None:
    data = every(made)[kind]
    sentences = []
    for size in (len(data) // 3, len(data) // 2, len(data) - 700):
        try:
            container = open_bytes(data[:size], "x", Limits())
            for entry in container.entries if container is not None else ():
                entry.read()
        except ElfdiffError as error:
            sentences.append(str(error))
    assert sentences
    assert all(sentence.startswith("x: ") for sentence in sentences)


def test_links_and_devices_are_entries_without_contents() -> None:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for name, kind, target in (
            ("l", tarfile.SYMTYPE, "../x"),
            ("h", tarfile.LNKTYPE, "f"),
            ("d", tarfile.DIRTYPE, ""),
        ):
            info = tarfile.TarInfo(name)
            info.type, info.linkname = kind, target
            archive.addfile(info)
    found = opened(out.getvalue()).entries
    assert [(e.kind, e.target) for e in found] == [
        (EntryKind.SYMLINK, "../x"),
        (EntryKind.HARDLINK, "f"),
        (EntryKind.DIRECTORY, None),
    ]


def test_a_gzip_file_holds_one_thing() -> None:
    container = opened(gzip.compress(b"text\n"))
    assert container.wraps
    assert [entry.read() for entry in container.entries] == [b"text\n"]


@pytest.mark.parametrize(
    ("limits", "word"),
    [
        (Limits(entries=2), "more than 2 entries"),
        (Limits(all_bytes=2000), "more than 2000 bytes when inflated"),
        (Limits(name=50), "longer than 50 bytes"),
        (Limits(ratio=2, ratio_from=1000), "over 2 times as many"),
    ],
)
def test_limits_end_in_one_sentence(made: Any, limits: Limits, word: str) -> None:
    data = made.tar(FILES)
    if limits.all_bytes < 1 << 30 or limits.ratio == 2:
        data = gzip.compress(data)
    with pytest.raises(ElfdiffError, match=word):
        open_bytes(data, "x", limits)


def test_an_entry_over_the_limit_raises_when_it_is_read(made: Any) -> None:
    container = open_bytes(made.tar(FILES), "x", Limits(entry_bytes=100))
    assert container is not None
    entry = max(container.entries, key=lambda entry: entry.size)
    with pytest.raises(ElfdiffError, match="the limit is 100"):
        entry.read()


def test_a_container_too_deep_is_a_plain_file(made: Any) -> None:
    assert open_bytes(made.tar(FILES), "x", Limits(depth=1), depth=1) is None


def test_names_are_data(made: Any) -> None:
    names = ["../up", "/absolute", "line\nfeed", "twice", "twice "]
    found = opened(made.tar(dict.fromkeys(names, b"x"))).entries
    assert [entry.name for entry in found] == names


def test_a_zstd_stream_that_is_cut_off_is_damage() -> None:
    zstandard = pytest.importorskip("zstandard")
    data = b"".join(b"%d\n" % number for number in range(90_000))
    stream = zstandard.ZstdCompressor().compress(data)
    skipped = b"\x50\x2a\x4d\x18\x06\0\0\0skipme"
    whole = open_bytes(stream + skipped + zstandard.ZstdCompressor().compress(b"more"), "x", Limits())
    assert whole is not None
    assert whole.entries[0].read() == data + b"more"
    for size in (len(stream) - 1, len(stream) - 9_000, 9):
        with pytest.raises(ElfdiffError, match="the zstd stream at offset 0x0 has no end"):
            open_bytes(stream[:size], "x", Limits())
