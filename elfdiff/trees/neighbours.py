"""What is known of the entries beside one that is compared: lists of digests and sizes follow from them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

from elfdiff.containers.model import Container, Entry, EntryKind
from elfdiff.containers.pairing import EntryPair
from elfdiff.errors import ElfdiffError
from elfdiff.plain import Beside
from elfdiff.trees import frame
from elfdiff.trees.frame import Numbers
from elfdiff.trees.links import Links


class Neighbours:
    """The entries of two containers, by name and by pair; ``equal`` says of each pair whether its contents are."""

    def __init__(
        self,
        sides: tuple[Container, Container],
        pairs: Sequence[EntryPair],
        names: Sequence[str],
        numbers: Numbers,
        equal: Sequence[bool | None],
        links: Links,
    ) -> None:
        self.sides, self.pairs, self.numbers, self.equal, self.links = sides, pairs, numbers, equal, links
        self._others: dict[int, tuple[bool, bool]] = {}
        self.by_name: Mapping[str, int] = {name: number for number, name in enumerate(names)}

    def of(self, number: int) -> Beside:
        """What stands beside a pair of entries."""
        return Beside(self.changed, partial(self.others, number), self.read)

    def changed(self, name: str) -> bool | None:
        """Whether the entry of a name differs, None if there is none. The contents of a hard link are its file's."""
        number = self.by_name.get(name.removeprefix("./"))
        if number is None:
            return None
        numbers = [number]
        for side, entry in self._entries(number):
            file = self.links.file_of(side, entry)
            if file is not None:
                numbers.append(self.numbers[side].get(file, number))
        return any(self.equal[one] is not True for one in numbers)

    def others(self, number: int) -> tuple[bool, bool]:
        """Whether anything but one pair of entries differs, and whether anything else has another size."""
        if number not in self._others:
            self._others[number] = self._asked(number)
        return self._others[number]

    def _asked(self, number: int) -> tuple[bool, bool]:
        pairs = [[entry for _, entry in self._entries(n)] for n in range(len(self.pairs)) if n != number]
        sized = any(len(pair) == 1 or pair[0].size != pair[1].size for pair in pairs)
        differs = any(equal is not True for n, equal in enumerate(self.equal) if n != number)
        return differs or self._layers_differ(number), sized

    def _layers_differ(self, number: int) -> bool:
        """Whether layers in which the pair does not stand differ, or how they are compressed."""
        a, b = self.sides
        own = {entry.layer for _, entry in self._entries(number)}
        for i, j in frame.pair_layers(a, b):
            if i is None or j is None:
                return True
            if i not in (0, *own) and (a.layers[i].data != b.layers[j].data or a.packed(i) != b.packed(j)):
                return True
        return False

    def read(self, side: int, name: str) -> bytes | None:
        """The contents of the file of a name, of a hard link those of its file; None if they cannot be read.

        What an Alpine package calls datahash is of its last part, as it is compressed.
        """
        if name == "datahash" and self.sides[side].kind == "apk":
            return self._data_of_alpine(side)
        number = self.by_name.get(name.removeprefix("./"))
        entry = dict(self._entries(number)).get(side) if number is not None else None
        file = self.links.file_of(side, entry) if entry is not None else None
        entry = self.sides[side].entries[file] if file is not None else entry
        try:
            return entry.read() if entry is not None and entry.kind is EntryKind.FILE else None
        except ElfdiffError:
            return None

    def _data_of_alpine(self, side: int) -> bytes:
        file = self.sides[side].layers[0]
        spans = [piece.span for piece in file.pieces if piece.label.startswith("data ")]
        return b"".join(file.data[span.start : span.end] for span in spans)

    def _entries(self, number: int) -> list[tuple[int, Entry]]:
        """The entries of a pair, with their sides."""
        pair = self.pairs[number]
        found = enumerate((pair.a, pair.b))
        return [(side, self.sides[side].entries[index]) for side, index in found if index is not None]
