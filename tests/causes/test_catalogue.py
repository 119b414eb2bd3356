"""The catalogue as data: promised ids, pages that say what a page must say, commands that a shell reads."""

from __future__ import annotations

import importlib.util
import json
import re
import subprocess
from collections import Counter
from pathlib import Path

import pytest

from elfdiff.actions import is_pasted
from elfdiff.causes import Cause, catalogue, cause_of
from elfdiff.report import Effect, Role

HERE = Path(__file__).parent
PROMISED = json.loads((HERE / "ids.json").read_text("utf-8"))
INPUTS = {
    "source-change",
    "dependency-version",
    "toolchain-version",
    "build-flags",
    "configure-result",
    "profile-data",
    "appended-data",
    "file-set",
    "link-target",
}
HEADINGS = ["## What it looks like", "## Why it happens", "## How to be sure"]

each_cause = pytest.mark.parametrize("cause", catalogue(), ids=lambda cause: cause.id)


MID_SENTENCE = {"for", "before", "or", "and", "not", "in", "on", "once", "where", "but", "to", "as"}


@each_cause
def test_a_note_is_a_sentence_of_its_own(cause: Cause):
    """It stands behind "as above;": words that go on with something else have nothing to go on with."""
    for fix in cause.fixes:
        assert not fix.note or fix.note.split()[0] not in MID_SENTENCE, fix.note


def test_every_promised_root_is_there():
    assert set(PROMISED) <= {cause.id for cause in catalogue()}


def test_every_promised_face_belongs_to_its_root_and_each_face_to_one():
    faces = {cause.id: set(cause.face_ids) for cause in catalogue()}
    assert {root: set(promised) - faces[root] for root, promised in PROMISED.items()} == {
        root: set() for root in PROMISED
    }
    counts = Counter(face for cause in catalogue() for face in cause.face_ids)
    assert max(counts.values()) == 1


def test_no_promise_is_taken_back():
    assert len(PROMISED) >= 36
    assert sum(map(len, PROMISED.values())) >= 110


@each_cause
def test_a_cause_is_found_by_its_id_and_by_each_face(cause: Cause):
    assert cause_of(cause.id) is cause
    assert all(cause_of(face) is cause for face in cause.face_ids)


@each_cause
def test_the_role_is_the_one_that_was_promised(cause: Cause):
    if cause.id not in PROMISED:
        pytest.skip("a new cause: its role is its own to say")
    expected = Role.INPUT if cause.id in INPUTS else Role.CONSEQUENCE if cause.id == "content-hash" else Role.ROOT
    assert cause.role is expected


@each_cause
def test_the_page_has_its_three_headings_with_text_under_each(cause: Cause):
    assert re.findall(r"^## .*$", cause.doc, re.MULTILINE) == HEADINGS
    parts = re.split(r"^## .*$", cause.doc, flags=re.MULTILINE)
    assert all(len(part.split()) >= 8 for part in parts[1:])
    first = parts[0].strip()
    assert first.endswith(".")
    assert len(first) <= 110


@each_cause
def test_the_page_has_a_fix_or_says_that_there_is_none(cause: Cause):
    assert cause.fixes or "no flag fixes this" in cause.doc.lower()


@each_cause
def test_the_page_names_public_sources_and_no_private_place(cause: Cause):
    assert cause.references
    text = "\n".join([cause.doc, *cause.references, *(f"{fix.action.line} {fix.note}" for fix in cause.fixes)])
    assert "/work/" not in text


@each_cause
def test_title_and_faces_are_short_phrases(cause: Cause):
    for text in (cause.title, *(title for _, title in cause.faces)):
        assert 3 <= len(text) <= 80
        assert not text.endswith(".")


@each_cause
def test_each_command_is_one_line_that_bash_reads(cause: Cause):
    for fix in cause.fixes:
        assert "\n" not in fix.action.line
        if is_pasted(fix.action):
            done = subprocess.run(["bash", "-n", "-c", fix.action.line], check=False, capture_output=True, text=True)
            assert done.returncode == 0, done.stderr
        else:
            assert len(fix.action.sentence.split()) >= 3
            assert not fix.action.sentence.endswith(":")


@each_cause
def test_fixes_reach_faces_of_their_own_root(cause: Cause):
    for fix in cause.fixes:
        assert set(fix.reaches) <= set(cause.face_ids)


@each_cause
def test_what_hides_is_called_a_mask(cause: Cause):
    for fix in cause.fixes:
        if "--build-id=none" in fix.action.line:
            assert fix.effect is Effect.MASKS


def test_the_pages_under_docs_are_those_of_the_catalogue():
    path = HERE.parents[1] / "docs" / "generate.py"
    if not path.exists():
        pytest.skip("docs/ is not part of this distribution")
    spec = importlib.util.spec_from_file_location("docs_generate", path)
    generate = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(generate)
    assert generate.stale() == []
