"""Options of a project: ``elfdiff.toml``, or ``[tool.elfdiff]`` of pyproject.toml, in the directory of the call."""

from __future__ import annotations

import argparse
import os
from typing import Any

from elfdiff.cli.links import web_address
from elfdiff.elf.reading import read_bytes
from elfdiff.errors import UsageError

OWN, SHARED = "elfdiff.toml", "pyproject.toml"
LISTS = ("allow", "only", "exclude")
FLAGS = ("metadata",)
ADDRESS = "docs"
LARGEST = 1 << 20
"""Bytes of a file of options."""


def apply_config(args: argparse.Namespace) -> str | None:
    """Add what the file says to what the command line says; the file's name, None without one.

    Raises UsageError for a key or a value that is none, and for a file that is no TOML.
    """
    for name in (OWN, SHARED):
        if not os.path.isfile(name):
            continue
        table = _table(name)
        if table is None:
            continue
        for key, value in table.items():
            if key in LISTS and isinstance(value, list) and all(isinstance(item, str) for item in value):
                setattr(args, key, [*value, *getattr(args, key)])
            elif key in FLAGS and isinstance(value, bool):
                setattr(args, key, value or getattr(args, key))
            elif key == ADDRESS and isinstance(value, str):
                args.docs = args.docs or _address(name, value)
            else:
                raise UsageError(f"{name}: {_wrong(key)}")
        return name
    return None


def _table(name: str) -> dict[str, Any] | None:
    data = read_bytes(name, LARGEST)
    if name == SHARED and b"elfdiff" not in data and b"\\" not in data:
        # Without a word of elfdiff, not even one in escapes, there is no table of its own.
        return None
    import tomllib

    try:
        found: dict[str, Any] = tomllib.loads(data.decode())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        if name == SHARED:
            # Whoever owns it will hear of it elsewhere; elfdiff wants nothing of it then.
            return None
        raise UsageError(f"{name}: is no TOML: {error}") from error
    if name == OWN:
        return found
    tool = found.get("tool")
    table = tool.get("elfdiff") if isinstance(tool, dict) else None
    if table is not None and not isinstance(table, dict):
        raise UsageError(f"{name}: tool.elfdiff is no table")
    return table


def _address(name: str, text: str) -> str:
    try:
        return web_address(text)
    except argparse.ArgumentTypeError as error:
        raise UsageError(f"{name}: {ADDRESS}: {error}") from error


def _wrong(key: str) -> str:
    if key in LISTS:
        return f"{key} is no list of texts"
    if key in FLAGS:
        return f"{key} is neither true nor false"
    if key == ADDRESS:
        return f"{key} is no text"
    return f"{key!r} is unknown; there are {', '.join((*LISTS, *FLAGS, ADDRESS))}"
