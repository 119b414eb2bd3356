"""Facts about what containers say of their entries, beside the contents: times, owners, modes, order, names."""

from __future__ import annotations

from elfdiff.evidence.model import Evidence
from elfdiff.values import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryFieldChange(Evidence):
    """A field that a container, a compressed stream or a file system keeps beside an entry's contents differs.

    ``container`` is the format that writes the field: directory, ar, deb, tar, zip, gzip, rpm, xz, zstd, bzip2.
    ``entry`` is a's name of the entry, "" for the container as a whole. ``field_name``: time, access-time,
    change-time, uid, gid, user, group, mode (octal text), target (of a link), links (which name of a file with hard
    links came first), name (of the entry, or of what was compressed), flags, type (the letter of tar), text (of a
    package's header), number (that nobody reads here), system (the operating system that made it), level (how the
    stream was compressed), compression (another codec, or none), extra, xattr, comment, end (how the end is filled
    up), cache (what V8 made of the script that the value names), format, packing (what an image is kept in), or
    layer-order (numbers of a's layers).
    ``a_value`` and ``b_value`` are for people, "" where a side lacks the field; ``a_number`` and ``b_number`` are
    seconds since 1970 for times (zip: as if its local time were UTC), the mode's bits for modes, ids for uid and gid,
    None for every other. ``spans`` are places in the layer of the container that ``section`` names.
    """

    container: str
    entry: str
    field_name: str
    a_value: str
    b_value: str
    a_number: int | None = None
    b_number: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryOrderChange(Evidence):
    """The entries that both containers hold stand in another order.

    ``a_order`` and ``b_order`` are names in file order, at most 2,000; ``count`` is how many there are; ``a_sorted``
    and ``b_sorted`` name the collation that a side follows ("C" or "locale"), None for none. ``hashed`` is True for a
    container whose writer walks a hash table: PyInstaller's modules of the standard library, PAR::Packer's files.
    """

    container: str
    a_order: tuple[str, ...]
    b_order: tuple[str, ...]
    count: int
    a_sorted: str | None
    b_sorted: str | None

    @property
    def hashed(self) -> bool:
        """PyInstaller/building/utils.py, create_base_library_zip, goes through a set of modules; PAR::Packer through a
        hash of files."""
        return self.container in ("zip.modules", "PAR")


@dataclass(frozen=True, slots=True, kw_only=True)
class EntriesChange(Evidence):
    """Entries that only one of two containers has, by name, at most 200 a side; the counts are of all.

    ``a_cut`` and ``b_cut``: the end of that container is missing, so that what only the other has may have been there.
    """

    container: str
    a_only: tuple[str, ...]
    b_only: tuple[str, ...]
    a_count: int
    b_count: int
    total: int
    a_cut: bool = False
    b_cut: bool = False
