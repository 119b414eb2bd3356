"""cpio in the form "new ASCII" (cpio(5)), as RPM packages hold it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable

from elfdiff.containers.builder import Builder
from elfdiff.containers.fields import mode_text, readable, seconds_text
from elfdiff.containers.model import EntryKind, Field, FieldKind
from elfdiff.span import Span
from elfdiff.values import replace

HEADER = 110
END = b"TRAILER!!!"
_KINDS = {
    0o100000: EntryKind.FILE,
    0o040000: EntryKind.DIRECTORY,
    0o120000: EntryKind.SYMLINK,
    0o060000: EntryKind.DEVICE,
    0o020000: EntryKind.DEVICE,
    0o010000: EntryKind.FIFO,
    0o140000: EntryKind.SOCKET,
}
_FIELDS = ("inode", "mode", "uid", "gid", "links", "time", "size", "device", "extra", "extra", "extra", "length", "sum")


def add(builder: Builder, layer: int) -> None:
    """Read the cpio that a layer holds into the builder. Raises MalformedContainer.

    Of several names of one file the last has the contents, and the others are hard links to it.
    """
    data = builder.data(layer)
    at = 0
    files: dict[tuple[int, int, int], list[int]] = defaultdict(list)
    while True:
        if data[at : at + 6] not in (b"070701", b"070702") or at + HEADER > len(data):
            raise builder.malformed(f"there is no cpio header at offset {at:#x} of its payload")
        try:
            numbers = [int(data[at + 6 + 8 * i : at + 14 + 8 * i], 16) for i in range(13)]
        except ValueError as error:
            raise builder.malformed(f"the cpio header at offset {at:#x} of its payload holds no numbers") from error
        mode, size, length = numbers[1], numbers[6], numbers[11]
        named = Span(at + HEADER, at + HEADER + length)
        body = -(-named.end // 4) * 4
        if body + size > len(data) or not length:
            raise builder.malformed(f"the cpio entry at offset {at:#x} of its payload reaches past its end")
        name = data[named.start : named.end - 1]
        header = Span(at, body)
        if name == END:
            builder.piece(layer, "end of the cpio", Span(at, len(data)))
            for names in files.values():
                _link(builder, names)
            return
        kind = _KINDS.get(mode & 0o170000, EntryKind.OTHER)
        contents = Span(body, body + size)
        target = data[body : body + size].decode("utf-8", "surrogateescape") if kind is EntryKind.SYMLINK else None
        index = builder.entry(name, kind, layer, contents, target=target)
        if kind is EntryKind.FILE and numbers[4] > 1:
            files[numbers[0], numbers[7], numbers[8]].append(index)
        builder.piece(layer, "header", header, index, _reader(data, header, named))
        at = min(-(-contents.end // 4) * 4, len(data))
        builder.piece(layer, "padding", Span(contents.end, at), index, _padding(data, contents.end, at))


def _link(builder: Builder, names: list[int]) -> None:
    whole = names[-1]
    if all(builder.entries[name].size == 0 for name in names[:-1]):
        for name in names[:-1]:
            entry = builder.entries[name]
            builder.entries[name] = replace(entry, kind=EntryKind.HARDLINK, target=builder.entries[whole].name)


def _reader(data: bytes, header: Span, named: Span) -> Callable[[], tuple[Field, ...]]:
    def fields() -> tuple[Field, ...]:
        found = []
        for number, name in enumerate(_FIELDS):
            span = Span(header.start + 6 + 8 * number, header.start + 14 + 8 * number)
            value = int(data[span.start : span.end], 16)
            if name in ("size", "length"):
                found.append(Field(name, FieldKind.DERIVED, span, str(value), rule=_form(data[span.start : span.end])))
            else:
                shown = {"mode": mode_text, "time": seconds_text}.get(name, str)(value)
                known = name if name in ("mode", "uid", "gid", "time") else "extra"
                words = shown if known == name else f"{name} {shown}"
                found.append(Field(known, FieldKind.META, span, words, value))
        found.append(Field("name", FieldKind.META, named, readable(data[named.start : named.end - 1])))
        return tuple(found)

    return fields


def _form(raw: bytes) -> str | None:
    """How a number is written, None if not as any known writer does: the value then says all of the bytes."""
    value = int(raw, 16)
    forms = {"hexadecimal": b"%08x" % value, "hexadecimal, capitals": b"%08X" % value}
    return next((name for name, made in forms.items() if made == raw), None)


def _padding(data: bytes, start: int, end: int) -> Callable[[], tuple[Field, ...]]:
    rule = None if any(data[start:end]) else "zeros to four bytes"
    return lambda: (Field("padding", FieldKind.DERIVED, Span(start, end), "", rule=rule),)
