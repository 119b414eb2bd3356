import json

import pytest

from elfdiff.causes import catalogue
from elfdiff.cli.main import main

Capture = pytest.CaptureFixture[str]


@pytest.mark.parametrize("form", ["text", "markdown", "json"])
def test_every_cause_and_face_has_a_page(form: str, capsys: Capture) -> None:
    for cause in catalogue():
        for name in (cause.id, *cause.face_ids):
            assert main(["explain", name, "-f", form]) == 0
            assert cause.id in capsys.readouterr().out


def test_a_mistyped_id_gets_a_hint(capsys: Capture) -> None:
    assert main(["explain", "buld-path"]) == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err == "elfdiff: error: no cause is called buld-path; did you mean build-path?\n"


def test_the_catalogue_in_both_formats(capsys: Capture) -> None:
    assert main(["causes"]) == 0
    rows = capsys.readouterr().out.splitlines()
    assert rows[0].split() == ["id", "role", "faces", "title"]
    assert main(["causes", "-f", "json"]) == 0
    listed = [row["id"] for row in json.loads(capsys.readouterr().out)["causes"]]
    assert listed == sorted(listed)
    assert "build-path" in listed
    assert {row.split()[0] for row in rows[1:] if not row.startswith(" ")} >= set(listed)
