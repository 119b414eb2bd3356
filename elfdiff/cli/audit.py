"""``elfdiff audit``: known vulnerabilities of the dependency lists in files, offline."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import replace

from elfdiff.cli.options import NO_WARNINGS, add_output_options
from elfdiff.cli.output import emit, fail, progress, warn
from elfdiff.errors import ElfdiffError
from elfdiff.payload.package import DependencyList, State
from elfdiff.sbom.reading import joined, read_lists, read_sbom

EXAMPLES = """\
examples:
  git clone --depth 1 https://github.com/RustSec/advisory-db
  elfdiff audit --db advisory-db target/release/app
  elfdiff audit --db advisory-db --allow-missing /usr/local/bin/*
  elfdiff audit --db osv-crates.zip -f json app | jq -r '.vulnerabilities[].id'

exit codes: 0 clean, 1 vulnerable, 2 trouble or no list"""

FORMATS = ("text", "json")
NO_PROGRAM = "it is no ELF, PE or Mach-O file"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The files and the options of ``audit``."""
    parser.add_argument(
        "files",
        nargs="+",
        metavar="FILE",
        help="ELF, PE or Mach-O files, or packages and directories that hold ELF files",
    )
    parser.add_argument(
        "--db", required=True, metavar="DIR", help="RustSec advisory-db checkout, or a directory or zip of OSV records"
    )
    parser.add_argument(
        "--ignore",
        action="append",
        default=[],
        metavar="ID",
        help="an advisory, or an alias of one, not to be counted",
    )
    parser.add_argument(
        "--ignore-file", metavar="FILE", help="such advisories, one a line, each with the reason behind it"
    )
    add_output_options(parser, FORMATS, "text", NO_WARNINGS)
    parser.add_argument(
        "--allow-missing",
        action="store_true",
        help="a file without a list that can be checked is fine, and so is a script",
    )


def execute(args: argparse.Namespace) -> int:
    """0 clean, 1 vulnerable, 2 if a file could not be checked; what could be checked is reported all the same."""
    from elfdiff.sbom.audit import audit_list, load_database
    from elfdiff.sbom.auditreport import audit_json, audit_text
    from elfdiff.sbom.ignoring import ignored

    spared = ignored(args.ignore, args.ignore_file)
    used: set[str] = set()
    with progress(f"reading {args.db}"):
        database = load_database(args.db)
    code = 0
    reports: list[str] = []
    for found in _lists(args.files):
        if isinstance(found, ElfdiffError):
            if args.allow_missing and NO_PROGRAM in str(found):
                warn(f"{found}; nothing was checked")
                continue
            more = "; --allow-missing passes over it" if NO_PROGRAM in str(found) else ""
            fail(f"{found}{more}")
            code = 2
            continue
        path = found.path
        for warning in () if args.quiet else found.warnings:
            warn(f"{path}: {warning}")
        missing = _missing(found)
        if missing:
            if args.allow_missing:
                warn(f"{path}: {missing}; nothing was checked")
            else:
                fail(f"{path}: {missing}; nothing was checked")
                code = 2
            continue
        audit = audit_list(found, database, spared)
        used.update(name for hit, _ in audit.ignored for name in (hit.advisory.id, *hit.advisory.aliases))
        if audit.vulnerabilities:
            code = max(code, 1)
        reports.append(audit_json(audit) if args.format == "json" else audit_text(audit))
    for name in () if args.quiet else sorted(spared.reasons.keys() - used):
        warn(f"--ignore {name}: no file has it")
    emit(("" if args.format == "json" else "\n").join(reports), args.output)
    return code


def _lists(paths: Sequence[str]) -> Iterator[DependencyList | ElfdiffError]:
    """The list of each file; of packages and directories, those of all their ELF files that have one."""
    for path in paths:
        try:
            with progress(f"reading {path}"):
                held = read_lists(path)
                alone = [read_sbom(path)] if held is None else []
            yield from alone
            if held is None:
                continue
        except ElfdiffError as error:
            yield error
            continue
        present = [item for item in held if _missing(item) is None]
        yield from (replace(item, path=f"{path}: {item.path}") for item in present)
        if not present:
            yield joined(path, held)


def _missing(found: DependencyList) -> str | None:
    """Why the database can say nothing about a file: a clean bill would be a lie."""
    if found.state is State.ABSENT:
        return "no SBOM found"
    if found.source not in ("cargo-auditable", "recovered"):
        return f"its list is {found.source}, and the database covers crates.io only"
    return None
