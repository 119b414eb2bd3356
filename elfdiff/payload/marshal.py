"""Python's marshal format (Python/marshal.c): what a .pyc file holds behind its header, as a tree with places."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import field

from elfdiff.span import Span
from elfdiff.values import dataclass

FLAG_REF = 0x80
MAX_NODES = 2_000_000
MAX_NESTED = 400
NONE = b"0NFTS."
SIZED = b"stuaA"
SHORT = b"zZ"
FIXED = {b"i": 4, b"I": 8, b"g": 8, b"y": 16, b"r": 4}
SETS = b"<>"
STRINGS = b"tuaAzZ"


class NotMarshal(Exception):
    """The bytes are no marshalled value of a version that is known."""


@dataclass(frozen=True, eq=False, slots=True)
class Node:
    """One value: ``kind`` is its type byte without FLAG_REF, ``span`` all its bytes, ``payload`` those of its own.

    ``children`` are values inside it, in order. ``index`` numbers what can be referred to; -1 for the rest. Numbers of
    a code object are nodes of kind ``#``, with four bytes.
    """

    kind: bytes
    span: Span
    payload: Span
    children: tuple[Node, ...] = field(repr=False)
    index: int = -1


def code_layout(magic: int) -> str:
    """The fields of a code object for a magic number: ``#`` a number, ``o`` a value. Raises NotMarshal.

    3.7 has no count of positional-only arguments; 3.11 keeps no nlocals, and has a qualified name and a table of
    exceptions.
    """
    if 3390 <= magic < 3400:
        return "#" * 5 + "o" * 8 + "#o"
    if 3400 <= magic < 3450:
        return "#" * 6 + "o" * 8 + "#o"
    if 3450 <= magic < 3800:
        return "#" * 5 + "o" * 8 + "#oo"
    raise NotMarshal(f"bytecode of magic number {magic}")


class Reader:
    """Reads one value; ``data`` from ``start`` to its end."""

    def __init__(self, data: bytes, start: int, magic: int) -> None:
        self.data = data
        self.at = start
        self.layout = code_layout(magic)
        self.count = 0
        self.flagged: list[Node | None] = []

    def read(self) -> Node:
        """The value, which must reach to the end. Raises NotMarshal."""
        node = self._value(0)
        if self.at != len(self.data):
            raise NotMarshal("bytes behind the value")
        return node

    def _take(self, size: int) -> Span:
        if size < 0 or size > len(self.data) - self.at:
            raise NotMarshal("a value that is cut off")
        self.at += size
        return Span(self.at - size, self.at)

    def _number(self, size: int) -> int:
        span = self._take(size)
        return int.from_bytes(self.data[span.start : span.end], "little", signed=size == 4)

    def _value(self, depth: int) -> Node:
        self.count += 1
        if self.count > MAX_NODES or depth > MAX_NESTED:
            raise NotMarshal("too many values")
        start = self.at
        head = self.data[self._take(1).start]
        kind = bytes([head & ~FLAG_REF])
        index = -1
        if head & FLAG_REF:
            index = len(self.flagged)
            self.flagged.append(None)
        payload = Span(self.at, self.at)
        children: tuple[Node, ...] = ()
        if kind in FIXED:
            payload = self._take(FIXED[kind])
        elif kind == b"l":
            payload = self._take(2 * abs(self._number(4)))
        elif kind == b"f" or kind in SHORT:
            payload = self._take(self._number(1))
        elif kind == b"x":
            first = self._take(self._number(1))
            payload = Span(first.start, self._take(self._number(1)).end)
        elif kind in SIZED:
            payload = self._take(self._number(4))
        elif kind in (b"(", b"[", b"<", b">", b")"):
            children = self._several(self._number(1 if kind == b")" else 4), depth)
        elif kind == b":":
            children = self._several(3, depth)
        elif kind == b"{":
            children = tuple(self._pairs(depth))
        elif kind == b"c":
            children = tuple(self._code(depth))
        elif kind not in NONE:
            raise NotMarshal("a value of an unknown type")
        node = Node(kind, Span(start, self.at), payload, children, index)
        if index >= 0:
            self.flagged[index] = node
        return node

    def _several(self, count: int, depth: int) -> tuple[Node, ...]:
        if not 0 <= count <= len(self.data) - self.at:
            raise NotMarshal("a value that is cut off")
        return tuple(self._value(depth + 1) for _ in range(count))

    def _pairs(self, depth: int) -> Iterator[Node]:
        while True:
            node = self._value(depth + 1)
            yield node
            if node.kind == b"0":
                return

    def _code(self, depth: int) -> Iterator[Node]:
        for part in self.layout:
            if part == "#":
                span = self._take(4)
                yield Node(b"#", span, span, ())
            else:
                yield self._value(depth + 1)


@dataclass(frozen=True, eq=False)
class Bytecode:
    """One marshalled value with all that can be referred to in it."""

    data: bytes = field(repr=False)
    root: Node
    flagged: tuple[Node | None, ...] = field(repr=False)

    def strings(self) -> Iterator[Node]:
        """Every text, in file order."""
        stack = [self.root]
        while stack:
            node = stack.pop()
            if node.kind in STRINGS:
                yield node
            stack += reversed(node.children)

    def text(self, node: Node) -> bytes:
        """The bytes of a node's own."""
        return self.data[node.payload.start : node.payload.end]

    def digest(self, rewrite: Callable[[bytes], bytes] = lambda text: text, ordered: bool = True) -> bytes:
        """A digest of the value that does not depend on what is written as a reference.

        ``rewrite`` is applied to texts. Without ``ordered``, items of sets count in any order.
        """
        known: dict[int, bytes] = {}
        return self._digest(self.root, rewrite, ordered, known)

    def _digest(self, node: Node, rewrite: Callable[[bytes], bytes], ordered: bool, known: dict[int, bytes]) -> bytes:
        if node.kind == b"r":
            index = int.from_bytes(self.text(node), "little")
            target = self.flagged[index] if index < len(self.flagged) else None
            if target is None or target.span.end > node.span.start:
                return b"within itself"
            return known.get(id(target)) or self._digest(target, rewrite, ordered, known)
        parts = [self._digest(child, rewrite, ordered, known) for child in node.children]
        if node.kind in (b"<", b">") and not ordered:
            parts.sort()
        text = self.text(node)
        kind = node.kind
        if kind in STRINGS:
            # One text is interned, short or ASCII in one file and not in the other.
            kind, text = b"u", rewrite(text)
        elif kind == b")":
            kind = b"("
        digest = hashlib.sha256(b"".join((kind, len(text).to_bytes(8, "little"), text, *parts))).digest()
        known[id(node)] = digest
        return digest


def bytecode(data: bytes, start: int, magic: int) -> Bytecode:
    """The value behind a header. Raises NotMarshal."""
    reader = Reader(data, start, magic)
    root = reader.read()
    return Bytecode(data, root, tuple(reader.flagged))


def replayed(code: Bytecode, rewrite: Callable[[bytes], bytes]) -> Iterator[bytes]:
    """The bytes of the value in pieces, its texts rewritten and their lengths with them."""
    at = code.root.span.start
    for node in code.strings():
        old = code.text(node)
        new = rewrite(old)
        if new == old:
            continue
        width = 1 if node.kind in SHORT else 4
        if len(new) >= 1 << 8 * width - (width == 4):
            return
        yield code.data[at : node.payload.start - width]
        yield len(new).to_bytes(width, "little") + new
        at = node.payload.end
    yield code.data[at : code.root.span.end]
