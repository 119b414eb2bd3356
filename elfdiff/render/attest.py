"""Provenance for people and for programs: verified, shown, compared."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from textwrap import wrap

from elfdiff.provenance.difference import InputDifference, ProvenanceDifference, Standing
from elfdiff.provenance.inputs import Group, Inputs
from elfdiff.provenance.outcome import Outcome, Result, Verification
from elfdiff.render.escape import shorten, visible

SCHEMA = "elfdiff/attest/1"
SCHEMA_SHOWN = "elfdiff/attest-show/1"
SCHEMA_DIFFERENCE = "elfdiff/attest-diff/1"
_WIDTH = 100
_SHOWN = 12
"""Values of one group that are shown without -v."""
_NOT_CHECKED = "not checked: whether the trusted root is the newest, and whether the key or the workflow was withdrawn"


def verification_json(found: Verification) -> str:
    """CONTRACT.md, "attest"."""
    best = found.decisive
    signer = best.identity
    return _dumped(
        {
            "schema": SCHEMA,
            "file": {"path": visible(found.path), "sha256": found.sha256},
            "verified": best.result is Result.VERIFIED,
            "reason": _text(best.reason),
            "identity": _text(signer.subject),
            "issuer": _text(signer.issuer),
            "predicate_type": _text(best.predicate_type),
            "source": {"repo": _text(signer.repository), "ref": _text(signer.ref), "digest": _text(signer.digest)},
            "builder": _text(best.builder),
            "log_index": best.log_index,
            "time": best.time,
        }
    )


def verification_text(found: Verification, quiet: bool) -> str:
    """The answer, what it rests on, and what became of the other bundles; the last line is for grep."""
    best = found.decisive
    last = f"elfdiff: result={best.result.value} bundles={len(found.outcomes)} exit={found.exit_code}\n"
    if quiet:
        return last
    lines = [f"elfdiff: {best.result.value.upper()}  {visible(found.path)}", ""]
    if best.reason is not None:
        lines += [f"{visible(best.where)}:", *_wrapped(best.reason), ""]
    lines += [f"  {name:<10} {visible(value)}" for name, value in _facts(found, best)]
    for other in found.outcomes:
        if other is not best:
            lines.append(f"  also       {visible(other.where)}: {other.result.value}" + _because(other))
    if best.result is Result.VERIFIED:
        lines += ["", _NOT_CHECKED]
    return "\n".join(lines) + "\n" + last


def _wrapped(sentence: str) -> list[str]:
    return wrap(visible(sentence), _WIDTH, initial_indent="    ", subsequent_indent="    ", break_long_words=False)


def _because(outcome: Outcome) -> str:
    return f": {visible(outcome.reason)}" if outcome.reason is not None else ""


def _facts(found: Verification, best: Outcome) -> Iterator[tuple[str, str]]:
    signer = best.identity
    # What a refused bundle says of itself is shown as its word, not as a fact.
    said = "" if best.result is Result.VERIFIED else " (as the bundle says)"
    yield "sha256", found.sha256
    yield "bundle", best.where
    for name, value in (
        ("signer", "the key that was given" if best.key and not said else signer.subject),
        ("issuer", signer.issuer),
        ("source", " ".join(part for part in (signer.repository, signer.ref, signer.digest) if part) or None),
        ("predicate", best.predicate_type),
        ("builder", best.builder),
        ("log", f"entry {best.log_index}" if best.log_index is not None else None),
        ("time", best.time),
    ):
        if value is not None:
            yield name, value + said


def inputs_json(found: Sequence[Inputs]) -> str:
    """Every recorded value by group; nothing is verified."""
    return _dumped(
        {
            "schema": SCHEMA_SHOWN,
            "verified": False,
            "statements": [
                {"where": visible(item.where), "kind": visible(item.kind), "values": _by_group(item)} for item in found
            ],
        }
    )


def inputs_text(found: Sequence[Inputs], everything: bool) -> str:
    """What each statement records, its run's own names folded."""
    lines: list[str] = []
    for item in found:
        lines += [f"{visible(item.where)}: not verified (attest verify does that)", f"  {visible(item.kind)}"]
        for group in Group:
            values = [(key, value) for (name, key), value in item.values.items() if name is group]
            if not values:
                continue
            most = len(values) if everything else (0 if group is Group.RUN else _SHOWN)
            lines.append(f"{group.value}:")
            lines += [f"  {shorten(f'{key} = {value}', _WIDTH - 2)}" for key, value in values[:most]]
            if len(values) > most:
                lines.append(f"  ({len(values) - most} more with -v)")
        lines.append("")
    return "\n".join(lines)


def difference_json(found: ProvenanceDifference) -> str:
    """Every difference with its group and standing; ``hidden_input`` is true where equal inputs gave other bytes."""
    return _dumped(
        {
            "schema": SCHEMA_DIFFERENCE,
            "a": {"where": visible(found.a.where), "kind": visible(found.a.kind)},
            "b": {"where": visible(found.b.where), "kind": visible(found.b.kind)},
            "verified": False,
            "same_inputs": found.same_inputs,
            "hidden_input": found.hidden,
            "differences": [
                {
                    "group": item.group.value,
                    "key": visible(item.key),
                    "a": _text(item.a),
                    "b": _text(item.b),
                    "standing": item.standing.value if item.standing else None,
                }
                for item in found.differences
            ],
        }
    )


def difference_text(found: ProvenanceDifference, everything: bool) -> str:
    """Differing inputs by group, both values on lines of their own; names of the run are folded to a count."""
    code = 0 if found.same_inputs and not found.hidden else 1
    count = len(found.inputs)
    lines = [f"elfdiff: provenance of {visible(found.a.where)} and {visible(found.b.where)} (neither is verified)", ""]
    if found.hidden:
        lines += [
            "THE SAME RECORDED INPUTS, DIFFERENT BYTES: an input that provenance does not record differed.",
            "Compare the two files: elfdiff A B says what in them.",
            "",
        ]
    for group in Group:
        items = [item for item in found.differences if item.group is group]
        if not items:
            continue
        if group is Group.RUN and not everything:
            lines += [f"run: {len(items)} values of the run itself differ, as they must (-v shows them)", ""]
            continue
        lines.append(f"{group.value}:")
        most = len(items) if everything else _SHOWN
        for item in items[:most]:
            lines += _difference(item)
        if len(items) > most:
            lines.append(f"  ({len(items) - most} more with -v)")
        lines.append("")
    if not found.differences:
        lines += ["nothing that is recorded differs", ""]
    result = "hidden-input" if found.hidden else "same-inputs" if found.same_inputs else "inputs-differ"
    lines.append(f"elfdiff: result={result} inputs={count} exit={code}")
    return "\n".join(lines) + "\n"


def _difference(item: InputDifference) -> list[str]:
    standing = {
        None: "",
        Standing.EXPLAINED: "  (explained: the two files say the same)",
        Standing.POSSIBLE: "  (possible: the files do not say it)",
    }[item.standing]
    return [
        f"  {shorten(item.key, 60)}{standing}",
        f"    a  {_value(item.a)}",
        f"    b  {_value(item.b)}",
    ]


def _value(value: str | None) -> str:
    return "(not recorded)" if value is None else shorten(value, _WIDTH - 8)


def _by_group(item: Inputs) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for (group, key), value in item.values.items():
        found.setdefault(group.value, {})[visible(key)] = visible(value)
    return found


def _text(value: str | None) -> str | None:
    return visible(value) if value is not None else None


def _dumped(value: object) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"
