"""JSON that is safe on a terminal too, and that ``diff`` can work on."""

from __future__ import annotations

import io
import json
from collections.abc import Iterable
from typing import Any

# json.dumps builds a new encoder for each call with other separators.
_ENCODER = json.JSONEncoder(separators=(",", ":"))


def json_text(value: Any) -> str:
    """Compact JSON in ASCII alone. DEL, which JSON lets stand, is escaped too."""
    return _ENCODER.encode(value).replace("\x7f", "\\u007f")


def json_lines(head: dict[str, Any], lists: dict[str, Iterable[str]]) -> str:
    """A JSON object with one line for each member of ``head`` and each item of ``lists``.

    The items of ``lists`` are JSON already. One item a line lets ``diff`` work on the result.
    """
    text = io.StringIO()
    text.write("{\n" + ",\n".join(f"{json_text(key)}:{json_text(value)}" for key, value in head.items()))
    for key, items in lists.items():
        text.write(f",\n{json_text(key)}:[")
        separator = "\n"
        for item in items:
            text.write(separator)
            text.write(item)
            separator = ",\n"
        text.write("]" if separator == "\n" else "\n]")
    text.write("\n}\n")
    return text.getvalue()
