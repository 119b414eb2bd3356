"""Go's build information: ``.go.buildinfo`` (debug/buildinfo and runtime/debug in Go's standard library)."""

from __future__ import annotations

import re

from elfdiff.elf.model import ByteOrder
from elfdiff.errors import ElfdiffError
from elfdiff.patterns import late
from elfdiff.payload.carrier import SHT_NOBITS, Carrier, bytes_at, data_segments
from elfdiff.values import dataclass

SECTION_ELF = ".go.buildinfo"
SECTION_MACHO = "__go_buildinfo"
MAGIC = b"\xff Go buildinf:"
MAX_TEXT = 8 << 20
"""Bytes of module information; real ones are a few KB."""

_ALIGNMENT = 16
_HEADER = 32
_FRAME = 16


class BadBuildInfo(ElfdiffError):
    """The magic is there, but what follows is not Go build information."""


@dataclass(frozen=True, slots=True)
class Module:
    """A Go module; ``checksum`` is its ``h1:`` sum, empty if it has none; ``replacement`` stands in for it in the
    build.
    """

    path: str
    version: str
    checksum: str
    replacement: Module | None = None


@dataclass(frozen=True, slots=True)
class GoBuildInfo:
    """What ``go version -m`` prints. ``main`` is None for programs built outside a module.

    ``path`` is the main package's import path; ``settings`` are the lines ``build KEY=VALUE`` in their order.
    """

    go_version: str
    path: str
    main: Module | None
    modules: tuple[Module, ...]
    settings: tuple[tuple[str, str], ...]

    def setting(self, key: str) -> str | None:
        """The value of a build setting such as ``-trimpath`` or ``vcs.revision``; None if it is not recorded."""
        return next((value for name, value in self.settings if name == key), None)


def read_build_info(data: bytes, carrier: Carrier) -> GoBuildInfo | None:
    """Build information of a Go program; None if there is none. Raises BadBuildInfo.

    As Go's own reader does, looks into the section of that name, else into the writable segments.
    """
    named = [section for section in carrier.sections if section.name in (SECTION_ELF, SECTION_MACHO)]
    # In files of separated debug information the section is NOBITS: there is nothing to read.
    places = [(section.offset, section.size) for section in named if section.kind != SHT_NOBITS]
    if any(start + size > len(data) for start, size in places):
        raise BadBuildInfo("lies outside the file")
    if not places:
        places = [(segment.offset, segment.size) for segment in data_segments(carrier)]
    for start, size in places:
        end = min(start + size, len(data))
        at = data.find(MAGIC, start, end)
        while at >= 0 and (at - start) % _ALIGNMENT:
            at = data.find(MAGIC, at + 1, end)
        if at >= 0:
            return _decode(data, at, end, carrier)
    return None


def _decode(data: bytes, at: int, end: int, carrier: Carrier) -> GoBuildInfo:
    header = data[at : at + _HEADER]
    if len(header) < _HEADER:
        raise BadBuildInfo("is cut off")
    pointer_size, flags = header[14], header[15]
    if flags & 2:
        version, after = _inline_text(data, at + _HEADER, end)
        modules, _ = _inline_text(data, after, end)
    else:
        if pointer_size not in (4, 8):
            raise BadBuildInfo(f"has pointers of {pointer_size} bytes")
        order: ByteOrder = "big" if flags & 1 else "little"
        version = _pointed_text(data, carrier, header[16 : 16 + pointer_size], order)
        modules = _pointed_text(data, carrier, header[16 + pointer_size : 16 + 2 * pointer_size], order)
    if not version:
        raise BadBuildInfo("names no Go version")
    # The linker frames the text with 16 bytes on both sides, so that other tools find it in the running program too.
    framed = len(modules) >= 2 * _FRAME + 1 and modules[-_FRAME - 1 : -_FRAME] == b"\n"
    return parse_build_info(_strict(version), _strict(modules[_FRAME:-_FRAME]) if framed else "")


def _inline_text(data: bytes, at: int, end: int) -> tuple[bytes, int]:
    """A varint length and that many bytes; what follows them."""
    length = shift = 0
    while True:
        if at >= end or shift > 28:
            raise BadBuildInfo("has a length that is cut off or too large")
        byte = data[at]
        at += 1
        length |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            break
    if length > MAX_TEXT or at + length > end:
        raise BadBuildInfo(f"claims a text of {length} bytes, more than it holds")
    return data[at : at + length], at + length


def _pointed_text(data: bytes, carrier: Carrier, pointer: bytes, order: ByteOrder) -> bytes:
    """Go before 1.18: the pointer leads to a string header, which is a pointer and a length."""
    word = len(pointer)
    head = bytes_at(data, carrier, int.from_bytes(pointer, order), 2 * word)
    if head is None:
        return b""
    length = int.from_bytes(head[word:], order)
    if length > MAX_TEXT:
        raise BadBuildInfo(f"claims a text of {length} bytes, more than it holds")
    return bytes_at(data, carrier, int.from_bytes(head[:word], order), length) or b""


def _strict(text: bytes) -> str:
    try:
        return text.decode("utf-8")
    except UnicodeDecodeError as error:
        raise BadBuildInfo("is not UTF-8") from error


def parse_build_info(go_version: str, text: str) -> GoBuildInfo:
    """The lines of ``runtime/debug.BuildInfo.String``: path, mod, dep, => and build, fields set apart by tabs."""
    path = ""
    main: Module | None = None
    modules: list[Module] = []
    settings: list[tuple[str, str]] = []
    last_is_main = False
    for number, line in enumerate(text.split("\n"), 1):
        word, tab, rest = line.partition("\t")
        if not tab:
            continue
        if word == "path":
            path = rest
        elif word == "mod":
            main, last_is_main = _module(rest, number), True
        elif word == "dep":
            modules.append(_module(rest, number))
            last_is_main = False
        elif word == "=>":
            replaced = main if last_is_main else (modules[-1] if modules else None)
            if replaced is None:
                raise BadBuildInfo(f"replaces no module in line {number}")
            whole = Module(replaced.path, replaced.version, replaced.checksum, _module(rest, number))
            if last_is_main:
                main = whole
            else:
                modules[-1] = whole
        elif word == "build":
            settings.append(_setting(rest, number))
    return GoBuildInfo(go_version, path, main, tuple(modules), tuple(settings))


def _module(fields: str, number: int) -> Module:
    parts = fields.split("\t")
    if len(parts) not in (2, 3) or not parts[0]:
        raise BadBuildInfo(f"has a module with {len(parts)} fields in line {number}")
    return Module(parts[0], parts[1], parts[2] if len(parts) == 3 else "")


_QUOTED = late(r'"((?:[^"\\]|\\.)*)"|`([^`]*)`', re.DOTALL)
_ESCAPE = late(r"\\(?:([abfnrtv\\\"'])|x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-7]{3}))")
_PLAIN = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}


def _setting(text: str, number: int) -> tuple[str, str]:
    """``KEY=VALUE``, each side quoted as Go's strconv.Quote does where it holds blanks, quotes or an equals sign."""
    quoted = _QUOTED.match(text)
    if quoted:
        key, rest = _unquote(quoted), text[quoted.end() :]
        if not rest.startswith("="):
            raise BadBuildInfo(f"has a setting without a value in line {number}")
        value = rest[1:]
    else:
        key, equals, value = text.partition("=")
        if not equals or not key:
            raise BadBuildInfo(f"has a setting without a value in line {number}")
    whole = _QUOTED.fullmatch(value)
    return key, _unquote(whole) if whole else value


def _unquote(match: re.Match[str]) -> str:
    return match[2] if match[2] is not None else _ESCAPE.sub(_unescape, match[1])


def _unescape(match: re.Match[str]) -> str:
    plain, byte, short, long, octal = match.groups()
    if plain:
        return _PLAIN.get(plain, plain)
    code = int(octal, 8) if octal else int(byte or short or long, 16)
    return chr(code) if code < 0x110000 and not 0xD800 <= code < 0xE000 else "\ufffd"
