import json

import pytest

from elfdiff.actions import Do, Export
from elfdiff.causes.model import Cause
from elfdiff.render.pages import catalogue_json, catalogue_text, page_json, page_markdown, page_text
from elfdiff.render.style import TextStyle
from elfdiff.report import Effect, Fix, Role

DOC = """\
The clock is compiled in.

## What it looks like

A text that is long enough to be wrapped on a narrow terminal,
and that goes on here:

```
a  01:29:37      ## no heading
b  01:30:31
```

- one item
  that goes on
- another
"""


@pytest.fixture
def clock() -> Cause:
    return Cause(
        id="build-time",
        title="the clock is compiled in",
        role=Role.ROOT,
        fixes=(
            Fix("gcc", Export("SOURCE_DATE_EPOCH", "1"), Effect.REMOVES, ("date",), "gcc 7", "for __DATE__"),
            Fix("make", Do("write no dates from scripts"), Effect.REMOVES, ("date", "script")),
        ),
        references=("GCC manual: https://gcc.gnu.org/",),
        faces=(("date", "__DATE__ was used"), ("script", "a script wrote a date")),
        doc=DOC,
        detect=lambda evidence: (),
    )


def test_the_page_for_a_terminal(clock: Cause) -> None:
    assert (
        page_text(clock, TextStyle(width=60), "date")
        == """\
build-time (root): the clock is compiled in
  date is a face of it: __DATE__ was used

WHAT IT LOOKS LIKE

A text that is long enough to be wrapped on a narrow
terminal, and that goes on here:

  a  01:29:37      ## no heading
  b  01:30:31

- one item that goes on

- another

FIXES, best first
  1. removes it, gcc; gcc 7+; for __DATE__; reaches date:
       export SOURCE_DATE_EPOCH=1
  2. removes it, make:
       write no dates from scripts

FACES
  date: __DATE__ was used
  script: a script wrote a date

REFERENCES
  GCC manual: https://gcc.gnu.org/
"""
    )


def test_a_cause_without_a_fix_says_so(clock: Cause) -> None:
    from dataclasses import replace

    bare = replace(clock, fixes=(), references=())
    assert "FIXES, best first\n  no flag fixes this\n" in page_text(bare, TextStyle(), "build-time")
    assert "No flag fixes this." in page_markdown(bare)


def test_the_page_as_markdown(clock: Cause) -> None:
    text = page_markdown(clock)
    assert text.startswith("# build-time\n\nthe clock is compiled in (root)\n\nThe clock is compiled in.")
    assert "\n```\nexport SOURCE_DATE_EPOCH=1\n```\n" in text
    assert "- `date`: \\_\\_DATE\\_\\_ was used\n" in text


def test_the_page_as_json(clock: Cause) -> None:
    page = json.loads(page_json(clock))
    assert page["faces"][0] == {"id": "date", "title": "__DATE__ was used"}
    assert page["fixes"][0]["since"] == "gcc 7"


def test_the_list(clock: Cause) -> None:
    assert catalogue_text((clock,), TextStyle()).splitlines()[1].split(maxsplit=3) == [
        *("build-time", "root", "2", "the clock is compiled in")
    ]
    assert "    date: __DATE__ was used\n" in catalogue_text((clock,), TextStyle(verbose=True))
    assert json.loads(catalogue_json((clock,)))["causes"] == [
        {"id": "build-time", "role": "root", "title": "the clock is compiled in", "faces": ["date", "script"]}
    ]


def test_an_empty_list_is_no_crash() -> None:
    assert catalogue_text((), TextStyle()).startswith("id")
