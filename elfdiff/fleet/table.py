"""The table of a fleet for people and for programs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from html import escape

from elfdiff.fleet.ranking import Group, Step, Summary
from elfdiff.render.escape import shorten, visible
from elfdiff.version import __version__

SCHEMA = "elfdiff/fleet/1"
_BAR = 30
_SHOWN = 20
_LONGEST = 90


def fleet_json(found: Summary) -> str:
    """CONTRACT.md, "fleet"; docs/fleet.md tells each field."""
    value = {
        "schema": SCHEMA,
        "tool": {"name": "elfdiff", "version": __version__},
        "pairs": found.pairs,
        "waiting": found.waiting,
        "packages": found.packages,
        "differing_packages": found.differing_packages,
        "failed": found.failed,
        "verdicts": dict(found.verdicts),
        "causes": [
            {
                "cause": item.cause,
                "pairs": item.pairs,
                "packages": item.packages,
                "bytes": item.bytes,
                "alone_pairs": item.alone_pairs,
                "alone_packages": item.alone,
            }
            for item in found.causes
        ],
        "inputs": [{"cause": item.cause, "pairs": item.pairs, "packages": item.packages} for item in found.inputs],
        "order": [{"cause": step.cause, "freed": step.freed, "total": step.total} for step in found.order],
        "unexplained": [
            {
                "toolchain": visible(group.toolchain),
                "where": visible(group.where),
                "pairs": group.pairs,
                "examples": [visible(name) for name in group.examples],
                "fact": visible(group.fact) if group.fact is not None else None,
                "sharing": group.sharing,
            }
            for group in found.unexplained
        ],
        "failures": [
            {
                "kind": item.kind,
                "pairs": item.pairs,
                "examples": [visible(name) for name in item.examples],
                "sentence": visible(item.sentence),
            }
            for item in found.failures
        ],
        "missing": [visible(name) for name in found.missing],
        "trouble": [visible(sentence) for sentence in found.trouble],
        "exit": found.exit_code,
    }
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"


def fleet_text(found: Summary) -> str:
    """The table, what to fix first, and what has no answer; the last line is for grep."""
    lines = [_headline(found), ""]
    if found.causes:
        most = max(item.packages for item in found.causes)
        lines.append(f"{'cause':<22} {'packages':>8} {'pairs':>7} {'alone':>7}")
        lines += [
            f"{item.cause:<22} {item.packages:>8,} {item.pairs:>7,} {item.alone:>7,}  {_bar(item.packages, most)}"
            for item in found.causes
        ]
        lines += ["", "alone: packages that would be equal if only that cause went", ""]
    if found.order:
        lines.append("FIX IN THIS ORDER (elfdiff explain ID: how):")
        lines += [f"  {number}. {_step(step.cause, step.freed, step.total)}" for number, step in _numbered(found)]
        lines.append("")
    lines += _rest(found)
    lines.append(
        f"elfdiff: result=fleet pairs={found.pairs} packages={found.packages} differ={found.differing_packages} "
        f"failed={found.failed} exit={found.exit_code}"
    )
    return "\n".join(lines) + "\n"


def fleet_markdown(found: Summary) -> str:
    """summary.md: the table first, then a bar chart in text, the order, and the rest."""
    lines = [f"# {_headline(found)}", ""]
    if found.causes:
        lines += ["| cause | packages | pairs | bytes | equal if only this went |", "|---|---:|---:|---:|---:|"]
        lines += [
            f"| {item.cause} | {item.packages:,} | {item.pairs:,} | {item.bytes:,} | {item.alone:,} |"
            for item in found.causes
        ]
        most = max(item.packages for item in found.causes)
        lines += ["", "```"]
        lines += [f"{item.cause:<22} {_bar(item.packages, most):<{_BAR}} {item.packages:,}" for item in found.causes]
        lines += ["```", ""]
    if found.order:
        lines += ["## Fix in this order", ""]
        lines += [f"{number}. {_step(step.cause, step.freed, step.total)}" for number, step in _numbered(found)]
        lines.append("")
    rest = _rest(found)
    if rest:
        lines += ["## The rest", "", "```", *(line.replace("```", "'''") for line in rest), "```", ""]
    return "\n".join(lines)


def fleet_html(found: Summary) -> str:
    """One self-contained page: the table with inline charts; no script, nothing fetched."""
    most = max((item.packages for item in found.causes), default=1)
    rows = "".join(
        f"<tr><th scope=row>{escape(item.cause)}</th><td>{item.packages:,}</td><td>{item.pairs:,}</td>"
        f"<td>{item.bytes:,}</td><td>{item.alone:,}</td><td><svg role=img "
        f"aria-label='{item.packages:,} packages' width=220 height=12>"
        f"<rect class=bar width={max(1, round(220 * item.packages / most))} height=12 /></svg></td></tr>"
        for item in found.causes
    )
    heads = "".join(
        f"<th scope=col>{name}</th>"
        for name in ("cause", "packages", "pairs", "bytes", "equal if only this went", "<span hidden>chart</span>")
    )
    table = f"<div class=wide><table><tr>{heads}</tr>{rows}</table></div>"
    order = "".join(f"<li>{escape(_step(step.cause, step.freed, step.total))}</li>" for step in found.order)
    rest = escape("\n".join(_rest(found)))
    return (
        "<!doctype html>\n<html lang=en><head><meta charset=utf-8>"
        "<meta http-equiv=Content-Security-Policy content=\"default-src 'none'; style-src 'unsafe-inline'\">"
        "<meta name=viewport content='width=device-width'><title>elfdiff fleet</title><style>"
        ":root{color-scheme:light dark}body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;"
        "padding:0 1rem}table{border-collapse:collapse}td,th{padding:.25rem .75rem;text-align:right}"
        "th[scope=row],th:first-child{text-align:left}tr{border-bottom:1px solid #8884}.bar{fill:#3b6fb6}"
        "@media(prefers-color-scheme:dark){.bar{fill:#86b0ee}}pre,.wide{overflow:auto}</style></head><body>"
        f"<h1>{escape(_headline(found))}</h1>"
        f"{table if rows else ''}{f'<h2>Fix in this order</h2><ol>{order}</ol>' if order else ''}"
        f"{f'<h2>The rest</h2><pre>{rest}</pre>' if rest else ''}</body></html>\n"
    )


def _headline(found: Summary) -> str:
    waiting = f"; {found.waiting:,} pairs still to run" if found.waiting else ""
    return (
        f"elfdiff fleet: {found.differing_packages:,} of {found.packages:,} packages differ ({found.pairs:,} pairs)"
        f"{waiting}"
    )


def _numbered(found: Summary) -> Iterator[tuple[int, Step]]:
    yield from enumerate(found.order[:_SHOWN], 1)


def _step(cause: str, freed: int, total: int) -> str:
    packages = "package" if freed == 1 else "packages"
    return (
        f"{cause}: {freed:,} more {packages} equal, {total:,} in all" if freed else f"{cause}, together with the next"
    )


def _rest(found: Summary) -> list[str]:
    """Inputs that differ, unexplained groups, failures, missing partners and rows in trouble."""
    lines: list[str] = []
    if found.inputs:
        lines.append("packages whose inputs differ, which no flag removes:")
        lines += [f"  {item.packages:>6,}  {item.cause}" for item in found.inputs]
    if found.unexplained:
        lines.append("pairs with something unexplained, by what they share:")
        lines += [line for group in found.unexplained[:_SHOWN] for line in _group(group)]
    if found.failures:
        lines.append("pairs that have no answer:")
        lines += [
            f"  {item.pairs:>6,}  {item.kind}: {shorten(item.examples[0], _LONGEST)}: {visible(item.sentence)}"
            for item in found.failures
        ]
    for name, items in (("no partner:", found.missing), ("rows that could not be run:", found.trouble)):
        if items:
            lines.append(name)
            lines += [f"  {visible(item)}" for item in items[:_SHOWN]]
            if len(items) > _SHOWN:
                lines.append(f"  and {len(items) - _SHOWN:,} more in summary.json")
    if lines:
        lines.append("")
    return lines


def _group(group: Group) -> Iterator[str]:
    yield f"  {group.pairs:>6,}  {shorten(f'{group.where}; {group.toolchain}', _LONGEST)}"
    seen = f"{group.sharing:,} with {shorten(repr(group.fact), _LONGEST)}, " if group.fact is not None else ""
    yield f"          {seen}e.g. {shorten(group.examples[0], _LONGEST)}"


def _bar(count: int, most: int) -> str:
    return "#" * max(1, round(_BAR * count / most))
