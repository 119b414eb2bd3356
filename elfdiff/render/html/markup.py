"""Elements of HTML. A string is text and is escaped; only what was built here is markup."""

from __future__ import annotations

import base64
import hashlib
import html
from collections.abc import Collection, Iterable, Sequence

from elfdiff.render.escape import visible

_VOID = frozenset({"meta", "br", "hr", "rect", "path", "line"})


class Markup(str):
    """Text that is HTML already."""

    __slots__ = ()


def text(value: str) -> Markup:
    """Any text from anywhere, safe between tags and in attributes."""
    return Markup(html.escape(visible(value), quote=True))


def element(name: str, /, *content: str, **attributes: str | int | float | bool | None) -> Markup:
    """``<name attributes>content</name>``; ``class_`` is ``class``, ``_`` is ``-``; None and False are left out."""
    shown = "".join(
        f" {key.rstrip('_').replace('_', '-')}" + ("" if value is True else f'="{text(str(value))}"')
        for key, value in attributes.items()
        if value is not None and value is not False
    )
    if name in _VOID and not content:
        return Markup(f"<{name}{shown}/>")
    return Markup(f"<{name}{shown}>{joined(*content)}</{name}>")


def table(headers: Sequence[str], rows: Iterable[Sequence[str]], numbers: Collection[int] = ()) -> Markup:
    """A table that scrolls where it is too wide; the columns of ``numbers`` are set to the right."""
    classes = ["number" if column in numbers else None for column in range(len(headers))]
    cells = zip(headers, classes, strict=True)
    head = element("tr", *(element("th", name, scope="col", class_=kind) for name, kind in cells))
    body = [
        element("tr", *(element("td", cell, class_=kind) for cell, kind in zip(row, classes, strict=True)))
        for row in rows
    ]
    return element("div", element("table", element("thead", head), element("tbody", *body)), class_="wide")


def side_by_side(rows: Iterable[tuple[str, str, str]]) -> Markup:
    """What each row is called, and its values in a and in b; one under the other on narrow screens."""
    cells = [element("div", side, class_="head") for side in ("", "a", "b")]
    for key, *values in rows:
        cells.append(element("div", key, class_="key muted"))
        cells += [element("div", element("code", value)) for value in values]
    return element("div", *cells, class_="files")


def joined(*parts: str) -> Markup:
    """The parts one after another."""
    return Markup("".join(part if isinstance(part, Markup) else text(part) for part in parts))


def document(title: str, style: str, *body: str) -> str:
    """A whole page. Its policy allows this style sheet and nothing else: no script, no image, no request."""
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    head = element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", http_equiv="Content-Security-Policy", content=policy),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", name="color-scheme", content="light dark"),
        element("meta", name="referrer", content="no-referrer"),
        element("title", title),
        Markup(f"<style>{style}</style>"),
    )
    return f"<!doctype html>\n{element('html', head, element('body', *body), lang='en')}\n"
