"""Takes a report's own fix lines and turns them, word for word, into the shell lines of a build.

Every action (elfdiff.actions) but ``Do`` renders to shell text and is used as printed. What ``Do`` says is for people;
``SENTENCES`` says what a person who follows it does to the programs here, and the benchmark counts such fixes apart.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from elfdiff.actions import Action, Do, is_pasted

from .model import Change

#: What a person does on reading the sentence of a cause: a switch of the programs' build scripts, set on both sides,
#: or shell lines at the top of the tree.
SENTENCES: Mapping[str, Change] = {
    "link-order": Change(env={"LINK_ORDER": "sorted", "REVERSE": ""}),
    "hash-order": Change(env={"PYTHONHASHSEED": "0", "PERL_HASH_SEED": "0", "PERL_PERTURB_KEYS": "0"}),
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


def apply(actions: Sequence[tuple[str, Action]]) -> Applied:
    """``actions`` are (cause, action) in the order printed."""
    lines: list[str] = []
    switches = Change()
    sentences: list[str] = []
    left: list[str] = []
    for cause, action in actions:
        if is_pasted(action):
            lines.append(action.line)
        elif cause in SENTENCES:
            switches = switches.merged(SENTENCES[cause])
            sentences.append(action.line)
        elif isinstance(action, Do) and action.command is not None:
            # What the sentence says of places is so in the builds here: the command is what is left to do.
            lines.append(action.command)
            sentences.append(action.line)
        else:
            left.append(action.line)
    return Applied("\n".join(lines), switches, tuple(sentences), tuple(left))
