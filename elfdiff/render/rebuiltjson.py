"""An experiment as JSON, ``elfdiff/rebuild/1``: elfdiff/schema/rebuild-1.json, made from the model."""

from __future__ import annotations

import json
from dataclasses import replace

from elfdiff.rebuild.result import Rebuilt
from elfdiff.render.escape import visible
from elfdiff.render.jsonreport import shown
from elfdiff.wire.records import record


def render_json(rebuilt: Rebuilt) -> str:
    """The experiment as indented JSON with a newline at its end."""
    artifacts = tuple(
        row if row.report is None else replace(row, report=shown(row.report)) for row in rebuilt.artifacts
    )
    against = rebuilt.against
    if against is not None and against.report is not None:
        against = replace(against, report=shown(against.report))
    value = record(Rebuilt).write(replace(rebuilt, artifacts=artifacts, against=against), visible)
    return json.dumps(value, indent=2) + "\n"
