"""JSON that is safe on a terminal too, and that ``diff`` can work on."""

from __future__ import annotations

import json
from typing import Any


def json_text(value: Any) -> str:
    """Compact JSON in ASCII alone. DEL, which JSON lets stand, is escaped too."""
    return json.dumps(value, separators=(",", ":")).replace("\x7f", "\\u007f")


def json_lines(head: dict[str, Any], lists: dict[str, list[str]], tail: dict[str, Any] | None = None) -> str:
    """A JSON object with one line for each member of ``head``, ``tail`` and each item of ``lists``.

    The items of ``lists`` are JSON already. One item a line lets ``diff`` work on the result.
    """
    members = [f"{json_text(key)}:{json_text(value)}" for key, value in head.items()]
    for key, items in lists.items():
        body = "\n" + ",\n".join(items) + "\n" if items else ""
        members.append(f"{json_text(key)}:[{body}]")
    members += [f"{json_text(key)}:{json_text(value)}" for key, value in (tail or {}).items()]
    return "{\n" + ",\n".join(members) + "\n}\n"
