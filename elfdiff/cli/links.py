"""Where the pages of causes are on the web: a link in each finding."""

from __future__ import annotations

import argparse
import json
import re

from elfdiff.report import Finding, Report
from elfdiff.tree import Tree
from elfdiff.values import replace

_WEB = re.compile(r"https?://[\w.:@-]+(?:/[\w./~@+%-]*)?")
_REPOSITORY = re.compile(r"(?:git\+)?(https://(?:github\.com|gitlab\.[\w.-]+)/[\w./-]+?)(?:\.git)?/?")
"""Of these hosts it is known how they show a file of a commit: REPOSITORY/blob/COMMIT/PATH."""


def add_docs_option(parser: argparse.ArgumentParser) -> None:
    """--docs."""
    parser.add_argument(
        "--docs",
        metavar="URL",
        type=web_address,
        help="findings link to the pages of their causes: docs/causes of elfdiff's repository stands below it "
        "(default: the repository and commit that pip installed elfdiff from, if it says so)",
    )


def web_address(text: str) -> str:
    """An address without a slash at its end; ArgumentTypeError for what is none."""
    if not _WEB.fullmatch(text):
        raise argparse.ArgumentTypeError(f"{text!r} is no address that begins with https:// or http://")
    return text.rstrip("/")


def installed_from() -> str | None:
    """The repository and commit that pip says it installed elfdiff from (PEP 610), as an address; None elsewhere."""
    from importlib.metadata import PackageNotFoundError, distribution

    try:
        found = json.loads(distribution("elfdiff").read_text("direct_url.json") or "{}")
    except (PackageNotFoundError, ValueError):
        return None
    return _shown(found)


def _shown(recorded: object) -> str | None:
    """None for what is no commit of a repository of a host that is known."""
    if not isinstance(recorded, dict) or recorded.get("subdirectory"):
        return None
    source, commit = _REPOSITORY.fullmatch(str(recorded.get("url"))), (recorded.get("vcs_info") or {}).get("commit_id")
    return f"{source[1]}/blob/{commit}" if source and commit else None


def with_links(found: Report | Tree, args: argparse.Namespace) -> Report | Tree:
    """The report whose findings link to their pages; as it is for text alone, and where nobody knows the address."""
    if all(name == "text" for name, _ in args.formats):
        return found
    return linked(found, args.docs or installed_from())


def linked(found: Report | Tree, base: str | None) -> Report | Tree:
    """The report with ``docs`` of its findings as addresses, those of entries too; as it is without a base."""
    if base is None:
        return found
    if isinstance(found, Report):
        return replace(found, findings=tuple(_linked(finding, base) for finding in found.findings))
    merged = tuple(replace(item, finding=_linked(item.finding, base)) for item in found.findings)
    entries = tuple(
        replace(entry, report=linked(entry.report, base)) if isinstance(entry.report, Report | Tree) else entry
        for entry in found.entries
    )
    return replace(found, findings=merged, entries=entries)


def _linked(finding: Finding, base: str) -> Finding:
    return replace(finding, docs=f"{base}/{finding.docs}") if finding.docs.startswith("docs/") else finding
