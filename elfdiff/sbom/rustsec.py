"""A checkout of RustSec's advisory-db: ``crates/NAME/RUSTSEC-*.md``, TOML front matter before Markdown."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

from elfdiff.elf.reading import shown
from elfdiff.patterns import late
from elfdiff.sbom.advisory import Advisory, BadDatabase, complement, requirement

MAX_ADVISORY = 1 << 20
"""Bytes of one advisory; the longest real one has some 10 KB."""

_FRONT_MATTER = late(r"\s*```toml\n(.*?)\n```", re.DOTALL)
_HEADING = late(r"^# (.*)$", re.MULTILINE)


def is_checkout(directory: Path) -> bool:
    """True if there is at least one advisory where RustSec keeps them."""
    return next(directory.glob("crates/*/RUSTSEC-*.md"), None) is not None


def load_checkout(directory: Path) -> list[Advisory]:
    """Every advisory about a crate, withdrawn ones too. Raises BadDatabase that names the file that cannot be read.

    ``rust/`` (the standard library, cargo, rustdoc) is left out: a dependency list does not say which toolchain built
    it.
    """
    return [_advisory(path) for path in sorted(directory.glob("crates/*/RUSTSEC-*.md"))]


def _advisory(path: Path) -> Advisory:
    try:
        with path.open("rb") as file:
            content = file.read(MAX_ADVISORY + 1)
        if len(content) > MAX_ADVISORY:
            raise BadDatabase(f"{shown(path)}: is longer than {MAX_ADVISORY} bytes")
        text = content.decode("utf-8")
        match = _FRONT_MATTER.match(text)
        if match is None:
            raise BadDatabase(f"{shown(path)}: has no TOML front matter")
        heading = _HEADING.search(text, match.end())
        return parse_front_matter(tomllib.loads(match[1]), heading[1] if heading else "")
    except OSError as error:
        raise BadDatabase(f"{shown(path)}: {error.strerror or 'cannot be read'}") from error
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
        raise BadDatabase(f"{shown(path)}: is not an advisory ({type(error).__name__})") from error
    except (KeyError, TypeError, AttributeError) as error:
        raise BadDatabase(f"{shown(path)}: lacks a field or has one of a wrong type ({error})") from error
    except BadDatabase as error:
        raise BadDatabase(str(error) if shown(path) in str(error) else f"{shown(path)}: {error}") from error


def parse_front_matter(document: dict[str, Any], title: str) -> Advisory:
    """The advisory of one front matter. Raises KeyError, TypeError or AttributeError for a field that is not as it
    must be.
    """
    head, ranges, affected = document["advisory"], document["versions"], document.get("affected", {})
    patched = _texts(ranges.get("patched", []))
    return Advisory(
        id=_text(head["id"]),
        package=_text(head["package"]),
        title=title.replace("`", ""),
        date=_text(head["date"]),
        url=f"https://rustsec.org/advisories/{head['id']}.html",
        affected=complement(requirement(item) for item in (*patched, *_texts(ranges.get("unaffected", [])))),
        aliases=_texts(head.get("aliases", [])),
        informational=_text(head["informational"]) if "informational" in head else None,
        withdrawn="withdrawn" in head,
        systems=_texts(affected.get("os", [])),
        vectors=(_text(head["cvss"]),) if "cvss" in head else (),
        patched=patched,
    )


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r:.40} is no text")
    return value


def _texts(value: object) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise TypeError(f"{value!r:.40} is no list")
    return tuple(_text(item) for item in value)
