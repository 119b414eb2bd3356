"""What a person or a program does in both builds: typed, rendered to one line, never parsed back."""

from __future__ import annotations

from elfdiff.values import dataclass

_UNQUOTED = frozenset({"RUSTFLAGS", "GOFLAGS"})
"""Variables that the tool splits at blanks itself, without any quoting."""
_ESCAPED = (
    ("${PWD%/*}", r"$(pwd | sed 's,/[^/]*$,,; s/ /\\ /g')"),
    ("$PWD", r"$(pwd | sed 's/ /\\ /g')"),
)
"""Directories as make, ninja and configure want them: they hand flags to a shell, so a blank needs a backslash."""


@dataclass(frozen=True, slots=True)
class Export:
    """Set an environment variable. ``value`` is what stands behind ``=`` in a shell line, quotes included."""

    name: str
    value: str

    @property
    def line(self) -> str:
        """One line that a shell takes."""
        return f"export {self.name}={self.value}"


@dataclass(frozen=True, slots=True)
class AddWords:
    """Add words to what each of these variables holds.

    ``words`` are as they stand inside double quotes of a shell line: ``$PWD``, the top of the source tree, is expanded
    when the line is run.
    """

    variables: tuple[str, ...]
    words: tuple[str, ...]

    @property
    def line(self) -> str:
        """One line that a shell takes; what the variables held stays in front."""
        return "export " + " ".join(f'{name}="${name} {self._written(name)}"' for name in self.variables)

    def _written(self, variable: str) -> str:
        words = " ".join(self.words)
        if variable not in _UNQUOTED:
            for plain, escaped in _ESCAPED:
                words = words.replace(plain, escaped)
        return words


@dataclass(frozen=True, slots=True)
class Run:
    """A command that is run in the build, or takes the place of one: ``gzip -n``."""

    command: str

    @property
    def line(self) -> str:
        """The command."""
        return self.command


@dataclass(frozen=True, slots=True)
class Do:
    """What a person must change; ``command`` is a line that helps with it, None where there is none."""

    sentence: str
    command: str | None = None

    @property
    def line(self) -> str:
        """The sentence, and behind a colon the command."""
        return f"{self.sentence}: {self.command}" if self.command is not None else self.sentence


Action = Export | AddWords | Run | Do


def is_pasted(action: Action) -> bool:
    """True if a shell takes ``line`` as it stands; what a person must do is no such line."""
    return not isinstance(action, Do)
