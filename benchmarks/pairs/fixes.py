"""Takes a report's own fix lines and turns them, word for word, into the shell lines of a build.

A line has one of three forms (elfdiff.report.Fix): ``export NAME=VALUE``, ``add to NAME, NAME and NAME:  WORDS``, or a
sentence. The first two are shell text and are used as printed. A sentence is for people; ``SENTENCES`` says what a
person who follows it does to the programs here, and the benchmark counts such fixes apart.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from .model import Change

ADD = re.compile(r"^add to ((?:[A-Z][A-Z0-9_]*)(?:(?:, | and )[A-Z][A-Z0-9_]*)*):\s+(.+)$")
EXPORT = re.compile(r"^export [A-Za-z_][A-Za-z0-9_]*=")

#: Causes whose sentence ends in a shell line, after a colon and two spaces: it is run as printed.
SHELL_AFTER_COLON = ("file-times",)

#: What a person does on reading the sentence of a cause: a switch of the programs' build scripts, set on both sides,
#: or shell lines at the top of the tree.
SENTENCES: Mapping[str, Change] = {
    "link-order": Change(env={"LINK_ORDER": "sorted", "REVERSE": ""}),
    "dependency-version": Change(env={"LOCK": "committed", "CARGO_LOCKED": "--locked"}),
    "rust-metadata": Change(env={"LAYOUT": "workspace"}),
    "memory-layout": Change(wrap=("setarch", "-R")),
    "vcs-state": Change(before=('git checkout -q -f "$(git rev-list --max-parents=0 HEAD)"',)),
    "kernel-version": Change(env={"SYSTEM_NAME": "Linux"}),
    "random-value": Change(env={"BUILD_UUID": "7d444840-9dc0-11d1-b245-5ffdce74fad2"}),
    "build-counter": Change(env={"BUILD_NUMBER": "1"}),
    "build-measurement": Change(env={"JOBS": "4"}),
    "post-processing": Change(after=('${STRIP:-strip} "$1"',)),
    "toolchain-path": Change(env={"LDFLAGS": "-Wl,--dynamic-linker=/lib64/ld-linux-x86-64.so.2"}),
    "signature": Change(env={"SIGN_AFTERWARDS": "1"}),
    "archive-metadata": Change(env={"AR_MODE": "D"}),
    "host-identity": Change(env={"USER": "builder"}),
    "build-time": Change(env={"SCRIPT_READS_EPOCH": "1"}),
}


@dataclass(frozen=True, slots=True)
class Applied:
    """The shell text that applies fix lines, the switches that follow sentences, and lines that nothing applies."""

    script: str
    switches: Change
    sentences: tuple[str, ...]
    left: tuple[str, ...]


def shell_line(cause: str, action: str) -> str | None:
    """The shell text of one action; None for a sentence."""
    if EXPORT.match(action):
        return action
    if cause in SHELL_AFTER_COLON and ":  " in action:
        return action.partition(":  ")[2]
    match = ADD.match(action)
    if match is None:
        return None
    names = re.split(r", | and ", match.group(1))
    appended = "; ".join(f'{name}="${{{name}:+${name} }}$*"; export {name}' for name in names)
    return f"set -- {match.group(2)}\n{appended}\nset --"


def apply(actions: list[tuple[str, str]]) -> Applied:
    """``actions`` are (cause, action) in the order printed."""
    lines: list[str] = []
    switches = Change()
    sentences: list[str] = []
    left: list[str] = []
    for cause, action in actions:
        line = shell_line(cause, action)
        if line is not None:
            lines.append(line)
        elif cause in SENTENCES:
            switches = switches.merged(SENTENCES[cause])
            sentences.append(action)
        else:
            left.append(action)
    return Applied("\n".join(lines), switches, tuple(sentences), tuple(left))
