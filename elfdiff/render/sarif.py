"""The report as SARIF 2.1.0 (OASIS): a rule a cause, a result a root or input, for GitHub's code scanning and others.

GitHub shows 5,000 results of a run, 100 locations of a result and 20 tags of a rule, and takes 10 MB; a report stays
far below. It knows a result again by ``primaryLocationLineHash``, which is made of the cause and of the first name
among its places: a symbol, without what compilers draw or count, else a source file. So a build that moved or grew
opens no new alert, and a root that shows elsewhere opens one. An offset never enters.

Places in binaries are those of files: of what a package holds, an offset would mean nothing, so only its name is told.
"""

from __future__ import annotations

import hashlib
import itertools
import json
import re
import urllib.parse
from collections.abc import Iterator, Sequence

from elfdiff.causes import cause_of
from elfdiff.render import wording
from elfdiff.render.escape import shorten, visible
from elfdiff.render.pages import page_markdown, page_text
from elfdiff.render.style import TextStyle
from elfdiff.render.treetext import as_report
from elfdiff.report import Confidence, EvidenceItem, Finding, Report
from elfdiff.tree import Tree
from elfdiff.values import dataclass, replace
from elfdiff.wire.shapes import Json

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
LEVELS = {Confidence.CERTAIN: "error", Confidence.LIKELY: "warning", Confidence.POSSIBLE: "note"}
PLACES = 10
"""Places in the binaries that one result lists."""
DIRECTORY = "directory"
_LONGEST = 300
_SYSTEM = ("/usr/", "/opt/", "/nix/store/", "/gnu/store/")
"""Where toolchains and libraries are; nothing there is of the tree."""
_SOURCES = (
    *("c", "cc", "cpp", "cxx", "c++", "h", "hh", "hpp", "hxx", "inc", "m", "mm", "s", "S", "asm", "rs", "go", "zig"),
    *("nim", "d", "di", "pas", "pp", "lpr", "adb", "ads", "f", "f90", "f95", "f03", "F", "F90", "vala", "cr", "hs"),
    *("ml", "mli", "scm", "py", "pyx", "cu", "cl", "l", "y"),
)
_ENDINGS = "|".join(map(re.escape, _SOURCES))
_SOURCE = re.compile(rf"(?P<path>[\w./+~@-]*[\w+@-]\.(?:{_ENDINGS}))(?![\w.])(?::(?P<line>\d{{1,7}}))?")
_COUNTED = re.compile(r"17h[0-9a-f]{16}E|(?:\.(?:llvm|isra|constprop|part|lto_priv|cold|clone|\d+))+$")
"""What compilers add to a symbol's name that another build may give otherwise: Rust's hash, numbers of clones."""


@dataclass(frozen=True, slots=True)
class _Source:
    """A file of the source tree, relative to its top, and a line from 1."""

    path: str
    line: int = 1


def render_sarif(found: Report | Tree, build_file: str | None = None) -> str:
    """One run. ``build_file``, relative, is where a result without a source file is shown; None: in file a."""
    report = found if isinstance(found, Report) else as_report(found)
    shown = (*wording.inputs(report), *wording.roots(report))
    if not shown and report.differs:
        shown = wording.consequences(report)
    results = [_result(finding, report, _places(finding, found), build_file) for finding in shown]
    rules = [_rule(finding) for finding in shown]
    if report.differs and not shown:
        rules.append(_verdict_rule(report))
        results.append(_verdict_result(report, _of_files(report.observed, report.a.path, report.b.path), build_file))
    run: dict[str, Json] = {
        "tool": {"driver": {"name": "elfdiff", "version": report.tool_version, "rules": list(rules)}},
        "columnKind": "unicodeCodePoints",
        "results": list(results),
        "properties": {"verdict": report.verdict.value, "exit": found.exit, "lastLine": visible(_last(report))},
    }
    text = {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}
    return json.dumps(text, indent=2) + "\n"


def _last(report: Report) -> str:
    return wording.last_line(report, report.exit)


def _rule(finding: Finding) -> dict[str, Json]:
    rule: dict[str, Json] = {
        "id": finding.cause,
        "shortDescription": {"text": visible(finding.title)},
        "fullDescription": {"text": visible(finding.title)},
        "defaultConfiguration": {"level": LEVELS[finding.confidence]},
        "properties": {"tags": ["reproducible-builds", finding.role.value]},
    }
    page = wording.page_address(finding)
    if page is not None:
        rule["helpUri"] = page
    cause = cause_of(finding.cause)
    if cause is not None:
        rule["help"] = {"text": page_text(cause, TextStyle(), cause.id), "markdown": page_markdown(cause)}
    return rule


@dataclass(frozen=True, slots=True)
class _Place:
    """A place in a binary: the file, the bytes if they are the file's own, and what is there in words."""

    path: str
    region: tuple[int, int] | None
    words: str


def _result(finding: Finding, report: Report, places: Sequence[_Place], build_file: str | None) -> dict[str, Json]:
    identity = "\n".join([finding.cause, *_names(finding.evidence[:PLACES])[:1]])
    related: list[Json] = [
        {"id": number, **_physical(place.path, place.region), "message": {"text": place.words}}
        for number, place in enumerate(places, 1)
    ]
    result: dict[str, Json] = {
        "ruleId": finding.cause,
        "level": LEVELS[finding.confidence],
        "message": {"text": _message(finding)},
        "locations": [_location(next(_sources(finding.evidence), None), places, report, build_file)],
        "relatedLocations": related,
        "partialFingerprints": _fingerprints(identity),
        "properties": {"confidence": finding.confidence.value, "bytes": finding.bytes.most},
    }
    if finding.cause in report.allowed:
        result["suppressions"] = [{"kind": "external", "justification": "allowed by --allow"}]
    return result


def _message(finding: Finding) -> str:
    lines = [visible(finding.title)]
    if finding.summary and finding.summary != finding.title:
        lines.append(visible(finding.summary))
    fixes = wording.best_fixes(finding)
    lines += [f"{fix.effect.value}: {visible(fix.line)}" for fix in fixes]
    lines += [] if fixes else ["no flag fixes this"]
    return "\n".join(lines)


def _names(evidence: Sequence[EvidenceItem]) -> list[str]:
    """Symbols that the evidence names, sorted; where it names none, source files."""
    symbols = {_COUNTED.sub("", item.symbol) for item in evidence if item.symbol}
    return sorted(symbols or {source.path for source in _sources(evidence)})


def _fingerprints(identity: str) -> dict[str, Json]:
    digest = hashlib.sha256(identity.encode("utf-8", "backslashreplace")).hexdigest()
    return {"primaryLocationLineHash": f"{digest[:16]}:1", "elfdiff/v1": digest}


def _location(
    source: _Source | None, places: Sequence[_Place], report: Report, build_file: str | None
) -> dict[str, Json]:
    """Where the result is shown: the source file, else the build file, else the first place in a binary."""
    if source is not None:
        return _physical(source.path, line=source.line)
    if build_file is not None:
        return _physical(build_file, line=1)
    for place in places:
        return _physical(place.path, place.region)
    return _physical(report.a.path, (0, report.a.size))


def _places(finding: Finding, found: Report | Tree) -> list[_Place]:
    """The first places in the binaries; in a tree those of its entries, or what its own bytes show."""
    if isinstance(found, Report):
        return _of_files(finding.evidence, found.a.path, found.b.path)
    inside = itertools.islice(_of_entries(finding.cause, found, found.a.kind == found.b.kind == DIRECTORY), PLACES)
    return list(inside) or [
        replace(place, region=None) for place in _of_files(finding.evidence, found.a.path, found.b.path)
    ]


def _of_files(evidence: Sequence[EvidenceItem], a: str, b: str) -> list[_Place]:
    found = []
    for item in evidence[: PLACES // 2]:
        for side, path, place in (("a", a, item.a), ("b", b, item.b)):
            if place is not None:
                region = (place.offset, place.length) if place.within == "file" else None
                where = f" in {visible(item.section)}" if item.section else ""
                found.append(_Place(path, region, f"{side}{where}: {shorten(place.value, _LONGEST)}"))
    return found


def _of_entries(cause: str, tree: Tree, files: bool) -> Iterator[_Place]:
    """The first place in each entry that has the cause. ``files``: the entries are files of two directories."""
    for entry in tree.entries:
        if cause not in entry.causes or not isinstance(entry.report, Report) or None in (entry.a, entry.b):
            continue
        paths = [
            f"{side.path.rstrip('/')}/{facts.name}" if files and facts is not None else side.path
            for side, facts in ((tree.a, entry.a), (tree.b, entry.b))
        ]
        evidence = next((finding.evidence for finding in entry.report.findings if finding.cause == cause), ())
        for place in _of_files(evidence[:1], *paths):
            words = f"{visible(entry.name)}, {place.words}"
            yield place if files else replace(place, region=None, words=words)


def _physical(path: str, region: tuple[int, int] | None = None, line: int | None = None) -> dict[str, Json]:
    """A file, and bytes or a line of it; no bytes for what has none."""
    physical: dict[str, Json] = {"artifactLocation": {"uri": _uri(path)}}
    if line is not None:
        physical["region"] = {"startLine": line}
    elif region is not None:
        physical["region"] = {"byteOffset": region[0], "byteLength": region[1]}
    return {"physicalLocation": physical}


def _uri(path: str) -> str:
    raw = path.encode("utf-8", "surrogateescape" if not _halves(path) else "backslashreplace")
    quoted = urllib.parse.quote(raw, safe="/~@+")
    if path.startswith("/"):
        return f"file://{quoted}"
    return f"./{quoted}" if ":" in path.split("/", 1)[0] else quoted


def _halves(text: str) -> bool:
    """True if a lone surrogate stands in it that no byte became."""
    return any(0xD800 <= ord(char) <= 0xDFFF and not 0xDC80 <= ord(char) <= 0xDCFF for char in text)


def _sources(evidence: Sequence[EvidenceItem]) -> Iterator[_Source]:
    """Source files that the evidence names and that belong to the tree: they end alike on both sides.

    A path is of the tree if it is relative, or if its directory differs between the two builds: what stands behind the
    part that differs is the place in the tree.
    """
    for item in evidence:
        if item.a is None or item.b is None:
            continue
        for one, other in zip(_SOURCE.finditer(item.a.value), _SOURCE.finditer(item.b.value), strict=False):
            path = _within_tree(one["path"], other["path"])
            if path is not None:
                yield _Source(path, int(one["line"] or 1) or 1)


def _within_tree(a: str, b: str) -> str | None:
    left, right = a.split("/"), b.split("/")
    if a.startswith(_SYSTEM) and b.startswith(_SYSTEM):
        return None
    if a != b:
        pairs = zip(reversed(left), reversed(right), strict=False)
        same = list(itertools.takewhile(lambda pair: pair[0] == pair[1], pairs))
        left = left[len(left) - len(same) :]
    elif a.startswith("/"):
        return None
    if not left or ".." in left or "" in left:
        return None
    return "/".join(part for part in left if part != ".") or None


def _verdict_rule(report: Report) -> dict[str, Json]:
    return {
        "id": report.verdict.value,
        "shortDescription": {"text": f"the two builds differ: {wording.LABELS[report.verdict].lower()}"},
        "defaultConfiguration": {"level": "error"},
    }


def _verdict_result(report: Report, places: Sequence[_Place], build_file: str | None) -> dict[str, Json]:
    names = (visible(report.a.path), visible(report.b.path))
    return {
        "ruleId": report.verdict.value,
        "level": "error",
        "message": {"text": visible(wording.headline(report, names))},
        "locations": [_location(None, places, report, build_file)],
        "partialFingerprints": _fingerprints(report.verdict.value),
    }
