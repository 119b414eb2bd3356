"""Puts the manual page and the completions into the wheel; docs/shell.py makes them from the parsers of the commands.

The same sources give the same wheel: shell.py takes its date from SOURCE_DATE_EPOCH, and hatchling gives every file one
time. The parsers need none of elfdiff's libraries, so that they can be asked where only the build's own are.
"""

from __future__ import annotations

import runpy
import sys
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class ShellFiles(BuildHookInterface):
    """``share/`` of the wheel: where man, bash and zsh look below the prefix that it is installed to."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """An editable install has no such files: nothing would renew them."""
        if version == "editable":
            return
        self.made = tempfile.TemporaryDirectory()
        sys.path.insert(0, self.root)
        try:
            shell = runpy.run_path(str(Path(self.root) / "docs" / "shell.py"))
        finally:
            sys.path.remove(self.root)
        folder = Path(self.made.name)
        shell["write"](folder)
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                path.chmod(0o644)
                build_data["shared_data"][str(path)] = f"share/{path.relative_to(folder).as_posix()}"

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """The drafts are gone when the wheel holds them."""
        if version != "editable":
            self.made.cleanup()
