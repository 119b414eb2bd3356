"""A report with the digests of its two files modulo what is allowed.

The digests are equal exactly if nothing is left beside what is allowed, and all that is allowed is told by values: a
time, a path, a signature, what is computed from a and such values, and a build ID that was computed again. So an edit
that somebody plants in b beside such a value is seen. Where that cannot be said, :class:`Modulo` says why.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence

from elfdiff.accounting.claims import BESIDE
from elfdiff.accounting.modulo import masked_digests
from elfdiff.causes import cause_of
from elfdiff.elf.file import ElfFile, parse
from elfdiff.elf.reading import read_bytes
from elfdiff.errors import ElfdiffError, UnreadableFile
from elfdiff.outcome import only_allowed
from elfdiff.payload.buildid import is_as_linked
from elfdiff.payload.go import is_as_built
from elfdiff.report import FileFacts, Finding, Ledger, Location, Modulo, Report, Role
from elfdiff.values import replace

HASH = "content-hash"
"""The cause that owns digests: who allows it allows any digest."""
BUILD_ID = ".note.gnu.build-id"
LONGEST = 120
"""Characters of a value that are told."""
DRAWN = frozenset(
    {
        *("build-time", "file-times", "time-zone", "build-counter", "build-measurement"),
        *("memory-layout", "random-build-id", "random-seed", "random-value"),
    }
)
"""Causes whose values are made anew in each place. What others compile in (a commit, a user) is one for a build."""


def with_modulo(report: Report) -> Report:
    """The report with ``modulo``; None where nothing was accounted for. UnreadableFile if a file has changed since."""
    if report.ledger is None and report.differs:
        return report
    a, b = (_content(side, facts) for side, facts in (("a", report.a), ("b", report.b)))
    if report.ledger is None:
        return replace(report, modulo=Modulo(report.allowed, report.a.sha256, report.b.sha256))
    left = tuple(_left(report, a, b))
    digests = masked_digests(a, b, report.ledger, report.allowed, report.proof, not left)
    return replace(report, modulo=Modulo(report.allowed, *digests, left))


def _left(report: Report, a: bytes, b: bytes) -> Iterator[str]:
    """Why the files are not identical but for what is allowed, as phrases; nothing if they are."""
    assert report.ledger is not None
    if not only_allowed(report, report.allowed):
        yield f"more differs than {', '.join(report.allowed)}"
        return
    for finding in report.findings:
        known = cause_of(finding.cause)
        if finding.role is not Role.CONSEQUENCE and known is not None and not known.maskable:
            yield f"{finding.cause} cannot be masked: an edit that somebody plants would pass for its work"
    yield from _directories(report.directories)
    yield from _kept(report.directories, a, b)
    for finding in report.findings:
        if finding.role is not Role.CONSEQUENCE and finding.cause not in DRAWN:
            yield from _values(finding)
    beside = {run.section for run in report.ledger.runs if run.how == BESIDE}
    if beside:
        yield f"a text in {', '.join(sorted(name or 'no section' for name in beside))} differs beside its values"
    files = tuple(_parsed(data, facts) for data, facts in ((a, report.a), (b, report.b)))
    yield from _cut(report, files)
    linked = tuple(elf is not None and (is_as_linked(elf) or is_as_built(elf)) for elf in files)
    if linked[0] != linked[1]:
        yield f"{'b' if linked[0] else 'a'} was changed after its link: its build ID is not the digest of its bytes"
    elif HASH not in report.allowed and not _computed_again(report.ledger, files, linked[0]):
        yield f"a digest cannot be computed again from these files; --modulo {HASH} masks it as it is"


def _directories(found: Sequence[tuple[str, str]]) -> Iterator[str]:
    """Directories of a that became another in b than others of that build say."""
    for a, b in found:
        for above, became in found:
            inside = a == above or a.startswith(f"{above.rstrip('/')}/")
            if inside and (above, became) != (a, b) and b != became + a[len(above) :]:
                yield f"{above} became {became}, but {a} became {b}"
                return


def _kept(found: Sequence[tuple[str, str]], a: bytes, b: bytes) -> Iterator[str]:
    """A directory of a that became another in one text, and begins others of b as well; likewise one of b in a."""
    for one, other in found:
        for side, data, gone, came in (("b", b, one, other), ("a", a, other, one)):
            within, instead = (f"{directory.rstrip('/')}/".encode() for directory in (gone, came))
            count = data.count(within) - (data.count(instead) if instead.startswith(within) else 0)
            if len(within) > 1 and count > 0:
                yield f"{one} became {other}, but texts of {side} begin with {gone}"
                return


def _values(finding: Finding) -> Iterator[str]:
    """A value of a that became one in one place, and another elsewhere."""
    became: dict[str, str] = {}
    for item in finding.evidence:
        if item.a is None or item.b is None:
            continue
        if became.setdefault(item.a.value, item.b.value) != item.b.value:
            value, one, other = (
                text if len(text) <= LONGEST else f"{text[:LONGEST]}…"
                for text in (item.a.value, became[item.a.value], item.b.value)
            )
            yield f"{value} became {one}, but elsewhere {other}"
            return


def _cut(report: Report, files: Sequence[ElfFile | None]) -> Iterator[str]:
    """A value that ends where its section ends on one side alone: the section was made shorter, or longer."""
    for item in (item for finding in report.findings for item in finding.evidence):
        ends = [
            elf is not None and _ends_section(elf, item.section, place)
            for elf, place in zip(files, (item.a, item.b), strict=True)
            if place is not None
        ]
        if len(set(ends)) > 1:
            yield f"a text at the end of {item.section} is cut off on one side"
            return


def _ends_section(elf: ElfFile, name: str | None, place: Location) -> bool:
    """True if nothing of the section, not even the byte that ends a text, stands behind the value."""
    spans = (section.span for section in elf.sections if section.name == name and section.span is not None)
    return place.within == "file" and any(span.end == place.offset + place.length for span in spans)


def _computed_again(ledger: Ledger, files: Sequence[ElfFile | None], linked: bool) -> bool:
    """True if no digest differs but the build ID, and both files are what their linker made it of."""
    digests = {run.section for run in ledger.runs if run.owner == "hash"}
    return not digests or (linked and digests <= {BUILD_ID} and all(elf and is_as_linked(elf) for elf in files))


def _parsed(data: bytes, facts: FileFacts) -> ElfFile | None:
    """None for archives."""
    try:
        return parse(data, facts.path) if facts.format is not None else None
    except ElfdiffError:
        return None


def _content(side: str, facts: FileFacts) -> bytes:
    data = read_bytes(facts.path)
    if hashlib.sha256(data).hexdigest() != facts.sha256:
        raise UnreadableFile(f"{side}: {facts.path}: has changed while it was compared")
    return data
