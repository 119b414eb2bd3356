"""The report as the code quality JSON of GitLab: an object for each result of SARIF that is not allowed.

GitLab reads description, check_name, fingerprint, severity, location.path and location.lines.begin, and wants paths
relative to the repository.
"""

from __future__ import annotations

import json
import urllib.parse

from elfdiff.render.sarif import render_sarif
from elfdiff.report import Report
from elfdiff.tree import Tree

SEVERITIES = {"error": "major", "warning": "minor", "note": "info"}


def render_codequality(found: Report | Tree, build_file: str | None = None) -> str:
    """The list; empty for files that do not differ."""
    (run,) = json.loads(render_sarif(found, build_file))["runs"]
    issues = []
    for result in run["results"]:
        if "suppressions" in result:
            continue
        place = result["locations"][0]["physicalLocation"]
        path = urllib.parse.unquote(place["artifactLocation"]["uri"]).removeprefix("file://")
        issues.append(
            {
                "description": result["message"]["text"],
                "check_name": f"elfdiff/{result['ruleId']}",
                "fingerprint": result["partialFingerprints"]["elfdiff/v1"],
                "severity": SEVERITIES[result["level"]],
                "location": {"path": path, "lines": {"begin": place.get("region", {}).get("startLine", 1)}},
            }
        )
    return json.dumps(issues, indent=2) + "\n"
