"""Facts about plain files, beside those of texts (model.py) and of containers (entries.py)."""

from __future__ import annotations

from elfdiff.evidence.model import Evidence
from elfdiff.values import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedDigestChange(Evidence):
    """A list of digests (RECORD, md5sums, Checksums-Sha256) has another digest or size for one of its files.

    ``listed`` is that file as the list names it; ``algorithm`` sha256, md5, size, …. ``covered`` is True if that file
    is known to differ, False if it is known to be equal, None if nothing is known of it.
    """

    listed: str
    algorithm: str
    a_value: str
    b_value: str
    covered: bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class BytecodeChange(Evidence):
    """Python bytecode differs in how it was written, not in what it does.

    ``what``: source-mtime, source-size, source-hash, check-mode (the header, PEP 552), references (FLAG_REF of
    marshal, which follows counts of references), set-order (items of a set or frozenset), magic (another Python).
    """

    what: str
    a_value: str
    b_value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RandomFieldChange(Evidence):
    """A field that is defined as random, or as an identifier of one run, differs: a PDF's ID, a CycloneDX serial
    number."""

    format: str
    field_name: str
    a_value: str
    b_value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WriterChange(Evidence):
    """A file names the program and version that wrote it, and the two sides name others.

    ``field_name``: Created-By, generator, Producer, Generator, build-backend, …
    """

    format: str
    field_name: str
    a_value: str
    b_value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclaredDependencyChange(Evidence):
    """A package says that it needs another version of ``package`` than before: ``Depends: libc6 (>= 2.34)``.

    ``relation`` is =, >=, <=, << or >> (Debian policy, 7.1).
    """

    package: str
    relation: str
    a_version: str
    b_version: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ListOrderChange(Evidence):
    """Lines or words that name files stand in another order (at most 2,000 of ``count`` are kept).

    ``a_sorted``/``b_sorted`` name the collation that a side follows: "C", "locale" or None.
    """

    a_order: tuple[str, ...]
    b_order: tuple[str, ...]
    count: int
    a_sorted: str | None
    b_sorted: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageFieldChange(Evidence):
    """A field of a container image's config, manifest or index differs.

    ``field_name``: created (the image's time, or that of an entry of its history), created_by and comment (of history
    that two builders wrote), mediaType, format (blanks and line ends), run (``key`` names a field of an attestation
    that each run fills anew), or label (``key`` names it, else ""). ``builder`` is what the config tells of who made
    it: buildah, umoci, buildkit, kaniko, or "" if nothing does. A value is "" where a side lacks the field.
    """

    field_name: str
    key: str
    builder: str
    a_value: str
    b_value: str
