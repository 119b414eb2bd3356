"""Script: the lines that elfdiff printed, given to a build as a shell would take them."""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Sequence
from pathlib import Path

from elfdiff.actions import Action, AddWords, Export, Run
from elfdiff.values import dataclass

_OF_C = {
    "CFLAGS": re.compile(r"(?:[\w.+-]+-)?(?:cc|gcc|clang)(?:-[\d.]+)?"),
    "CXXFLAGS": re.compile(r"(?:[\w.+-]+-)?(?:c\+\+|g\+\+|clang\+\+)(?:-[\d.]+)?"),
}
"""Variables of compilers, and what the compilers are called that a wrapper can stand before."""
_BEFORE_A_BUILD = ("export", "umask")
_NO_LINK = "-c", "-S", "-E", "-M", "-MM"


@dataclass(frozen=True, slots=True)
class Script:
    """Actions that a machine can apply. ``wrapping``: words for C compilers and the linker go past the build system.

    They then reach the compiler by a wrapper in front of it on PATH, as they would if they were added where the build
    sets its flags itself.
    """

    actions: tuple[Action, ...] = ()
    wrapping: bool = False

    @property
    def lines(self) -> tuple[str, ...]:
        """What a shell runs before the command, at the top of the tree."""
        return tuple(action.line for action in self.actions)

    def wrapped(self, command: Sequence[str]) -> tuple[str, ...]:
        """The command, after these lines."""
        if not self.actions:
            return tuple(command)
        return ("sh", "-c", "\n".join(("set -e", *self.lines, 'exec "$@"')), "sh", *command)

    def write_wrappers(self, place: Path, path: str, tree: Path) -> None:
        """Put a wrapper for every C compiler on PATH into ``place``; ``tree`` is the top of the source tree."""
        for directory in path.split(os.pathsep):
            for name in sorted(os.listdir(directory)) if os.path.isdir(directory) else ():
                real = os.path.join(directory, name)
                own = [variable for variable, pattern in _OF_C.items() if pattern.fullmatch(name)]
                if own and not (place / name).exists() and os.access(real, os.X_OK):
                    (place / name).write_text(self._wrapper(real, own[0], tree))
                    (place / name).chmod(0o755)

    def _wrapper(self, real: str, variable: str, tree: Path) -> str:
        """A compiler that adds the words behind its own.

        They are expanded twice, as they are on their way through a makefile: at the top of the tree when the variable
        is set, and where the compiler is called; between the two, make puts the target where ``$@`` stands.
        """
        options = "|".join(f'*" {option} "*' for option in _NO_LINK)
        return "\n".join(
            (
                "#!/bin/sh",
                "target= last=",
                'for word; do if [ "$last" = -o ]; then target=$word; fi; last=$word; done',
                f"words=$(cd {shlex.quote(str(tree))} && printf '%s ' {self._words(variable)})",
                f'case " $* " in {options}) ;;',
                f"*) words=\"$words $(cd {shlex.quote(str(tree))} && printf '%s ' {self._words('LDFLAGS')})\" ;;",
                "esac",
                """words=$(printf '%s' "$words" | sed "s|[$]@|$target|g")""",
                'eval "set -- \\"\\$@\\" $words"',
                f'exec {shlex.quote(real)} "$@"',
                "",
            )
        )

    def _words(self, variable: str) -> str:
        return " ".join(
            f'"{word}"'
            for action in self.actions
            if isinstance(action, AddWords) and variable in action.variables
            for word in action.words
        )


def is_applicable(action: Action, commits: bool) -> bool:
    """True for a line that a shell runs before the build; not for a command that takes another one's place.

    ``commits``: git knows a commit of the tree.
    """
    if isinstance(action, Run):
        first = action.command.partition(" ")[0]
        return first in _BEFORE_A_BUILD or (first == "git" and commits)
    return isinstance(action, Export | AddWords)


def for_compilers(actions: Sequence[Action]) -> bool:
    """True if some words are for variables that a build system may set itself, so that exporting them does nothing."""
    return any(
        isinstance(action, AddWords) and not {*_OF_C, "LDFLAGS"}.isdisjoint(action.variables) for action in actions
    )
