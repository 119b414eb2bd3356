"""Texts, and bytes that print by chance; the latter are from real tables, keys and code."""

from __future__ import annotations

import pytest

from elfdiff.evidence.prose import reads_as_text


@pytest.mark.parametrize(
    "text",
    [
        "usage: store [-v] FILE",
        "fee for %s: %ld",
        "%d\n",
        "1.4.2",
        "0x7f",
        "api.c",
        "!parser->read_handler",
        "offset == 2",
        "/home/ci/build-1",
        "größer als",
        "Привет, мир",
        "日本語",
        "alice",
        "HTTP/1.1 200 OK",
        "no digit first",
        "getValue",
        "\x1b[1mbold\x1b[0m",
        "*** stack smashing detected ***",
    ],
)
def test_what_somebody_wrote(text):
    assert reads_as_text(text.encode())


@pytest.mark.parametrize(
    "text",
    [
        b"b(ahB",
        b"x;90u",
        b'2Hm"P',
        b"1MO N",
        b"UUUUUU\r@m;SV",
        b" svRU>",
        b" sf(0C",
        "KʹY1ȟ~".encode(),
        "0BN@оT9Q".encode(),
        b'LZIP="',
        b"                @@",
        b"\xff\xfe12",
    ],
)
def test_what_prints_by_chance(text):
    assert not reads_as_text(text)
