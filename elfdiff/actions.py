"""What a person or a program does in both builds: typed, rendered to one line, never parsed back."""

from __future__ import annotations

from elfdiff.values import dataclass


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

    ``words`` are as they stand inside double quotes of a shell line: ``$PWD`` is expanded when the line is run.
    """

    variables: tuple[str, ...]
    words: tuple[str, ...]

    @property
    def line(self) -> str:
        """One line that a shell takes; what the variables held stays in front."""
        words = " ".join(self.words)
        return "export " + " ".join(f'{name}="${name} {words}"' for name in self.variables)


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
        """The sentence."""
        return self.sentence


Action = Export | AddWords | Run | Do
