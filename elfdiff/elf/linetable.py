"""The header of a line number program: its directories and files (DWARF 5, section 6.2.4; DWARF 4, 6.2.4)."""

from __future__ import annotations

from collections.abc import Iterator

from elfdiff.elf.bytestream import ByteStream, OutOfBytes
from elfdiff.elf.dwarfnumbers import LNCT
from elfdiff.elf.forms import MAX_STRING, Form, FormReader, Texts
from elfdiff.elf.model import ByteOrder
from elfdiff.elf.strings import decoded
from elfdiff.values import dataclass

_PATH = LNCT["path"]
_DIRECTORY_INDEX = LNCT["directory_index"]
_MD5 = LNCT["MD5"]


@dataclass(frozen=True, slots=True)
class LineTable:
    """File names joined with their directories; ``md5s`` are hex, one a file, and empty if no file has one."""

    files: tuple[str, ...] = ()
    md5s: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LineHeader:
    """The numbers in front of the tables, and where the program stands in .debug_line: from ``start`` to ``end``.

    ``lengths[n]`` is how many LEB128 operands standard opcode ``n + 1`` has.
    """

    version: int
    wide: bool
    address_size: int
    line_base: int
    line_range: int
    lengths: tuple[int, ...]
    start: int
    end: int


def read_line_header(stream: ByteStream, address_size: int) -> LineHeader:
    """The header at the stream's place, which is left at the tables; its end is that of the header."""
    length, wide = stream.initial_length()
    end = min(stream.end, stream.at + length)
    stream.end = end
    version = stream.u2()
    if not 2 <= version <= 5:
        raise OutOfBytes(f"the line program at {stream.at:#x} has version {version}, which is unknown")
    if version == 5:
        address_size = stream.u1()
        stream.skip(1)
    header_length = stream.offset(wide)
    stream.end = min(stream.end, stream.at + header_length)
    # minimum_instruction_length, maximum_operations_per_instruction (since 4), default_is_stmt
    stream.skip(3 if version >= 4 else 2)
    line_base = stream.u1()
    line_range = stream.u1()
    lengths = tuple(stream.take(max(stream.u1() - 1, 0)))
    return LineHeader(
        version,
        wide,
        address_size,
        line_base - 256 if line_base > 127 else line_base,
        line_range,
        lengths,
        stream.end,
        end,
    )


def read_line_table(
    offset: int, texts: Texts, byte_order: ByteOrder, address_size: int, limit: int
) -> tuple[LineTable, int]:
    """The table at ``offset`` of .debug_line, and how many entries were read; OutOfBytes past ``limit`` of them."""
    stream = ByteStream(texts.sections.get("line", b""), byte_order, offset)
    header = read_line_header(stream, address_size)
    if header.version < 5:
        return _old_table(stream, limit)
    forms = FormReader(texts, byte_order, header.wide, header.address_size, header.version)
    return _new_table(stream, forms, limit)


def _old_table(stream: ByteStream, limit: int) -> tuple[LineTable, int]:
    """Versions 2 to 4: two sequences of strings, each ended by an empty one. Directory 0 is the unit's own."""
    steps = 0
    directories = [""]
    files: list[str] = []
    while text := stream.string(MAX_STRING):
        steps = _counted(steps, limit)
        directories.append(decoded(text))
    while text := stream.string(MAX_STRING):
        steps = _counted(steps, limit)
        index = stream.uleb()
        stream.uleb()
        stream.uleb()
        files.append(_joined(directories, index, decoded(text)))
    return LineTable(tuple(files)), steps


def _new_table(stream: ByteStream, forms: FormReader, limit: int) -> tuple[LineTable, int]:
    """Version 5: both tables say which forms their entries have. Directory 0 is written out."""
    steps = 0
    directories: list[str] = []
    for entry in _entries(stream, forms):
        steps = _counted(steps, limit)
        directories.append(_path(entry, forms))
    files: list[str] = []
    md5s: list[str] = []
    for entry in _entries(stream, forms):
        steps = _counted(steps, limit)
        index = entry.get(_DIRECTORY_INDEX)
        at = index.value if index is not None and isinstance(index.value, int) else 0
        files.append(_joined(directories, at, _path(entry, forms)))
        digest = entry.get(_MD5)
        md5s.append(digest.value.hex() if digest is not None and isinstance(digest.value, bytes) else "")
    return LineTable(tuple(files), tuple(md5s) if any(md5s) else ()), steps


def _entries(stream: ByteStream, forms: FormReader) -> Iterator[dict[int, Form]]:
    formats = [(stream.uleb(), stream.uleb()) for _ in range(stream.u1())]
    count = stream.uleb()
    # An entry of no bytes would let a short table claim any number of them.
    if count > stream.end - stream.at:
        raise OutOfBytes(f"{count} entries of a line program do not fit")
    for _ in range(count):
        yield {content: forms.read(stream, form) for content, form in formats}


def _path(entry: dict[int, Form], forms: FormReader) -> str:
    path = entry.get(_PATH)
    return (forms.text(path) if path is not None else None) or ""


def _joined(directories: list[str], index: int, name: str) -> str:
    directory = directories[index] if index < len(directories) else ""
    if not directory or name.startswith("/"):
        return name
    return f"{directory.rstrip('/')}/{name}"


def _counted(steps: int, limit: int) -> int:
    if steps >= limit:
        raise OutOfBytes("the line programs have too many files to be read")
    return steps + 1
