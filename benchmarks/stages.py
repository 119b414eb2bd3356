"""Where the time and the memory of one comparison go: ``python benchmarks/stages.py A B`` (Linux).

Prints for every stage its own processor seconds, without those of stages inside it, and the peak of resident memory in
MB while it ran. The stages are functions of the pipeline, wrapped from outside.
"""

from __future__ import annotations

import argparse
import functools
import sys
import time
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

STAGES = (
    ("elfdiff.diagnose", "read_bytes", "read the files"),
    ("elfdiff.diagnose", "parse", "headers"),
    ("elfdiff.diagnose", "compare", "sections, texts, units"),
    ("elfdiff.comparison.pair", "align", "alignment"),
    ("elfdiff.comparison.references.code", "decode", "  of it: decode code"),
    ("elfdiff.comparison.alignment.drafting.code", "align_code", "  of it: pair functions"),
    ("elfdiff.diagnose", "gather", "evidence"),
    ("elfdiff.diagnose", "_explained", "causes, findings"),
    ("elfdiff.diagnose", "account", "ledger"),
    ("elfdiff.accounting.replayed", "explain", "  of it: write the explanation"),
    ("elfdiff.accounting.replayed", "replay", "  of it: replay it"),
    ("elfdiff.diagnose", "facts", "digests of the files"),
    ("elfdiff.render.text", "render_text", "text"),
)


class Stages:
    """Seconds and peaks by stage, filled in as wrapped functions return."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self.peaks: dict[str, int] = {}
        self.open: list[str] = []
        self.mark = time.process_time()

    def turn(self) -> None:
        """Book what has passed since the last turn on the innermost open stage; a peak counts for all open ones."""
        now, peak = time.process_time(), peak_of_memory()
        if self.open:
            self.seconds[self.open[-1]] = self.seconds.get(self.open[-1], 0.0) + now - self.mark
        for name in self.open:
            self.peaks[name] = max(self.peaks.get(name, 0), peak)
        self.mark = time.process_time()

    def wrap(self, module: str, name: str, label: str) -> None:
        """Put a function that keeps the books in the place of one."""
        place = import_module(module)
        work: Callable[..., Any] = getattr(place, name)

        @functools.wraps(work)
        def booked(*args: Any, **kwargs: Any) -> Any:
            self.turn()
            self.open.append(label)
            try:
                return work(*args, **kwargs)
            finally:
                self.turn()
                self.open.pop()

        setattr(place, name, booked)


def peak_of_memory() -> int:
    """The peak of resident memory in MB since this was asked last."""
    status = Path("/proc/self/status").read_text()
    peak = next(line for line in status.splitlines() if line.startswith("VmHWM"))
    Path("/proc/self/clear_refs").write_text("5")
    return int(peak.split()[1]) >> 10


def main() -> int:
    """Compare the two files once, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("a")
    parser.add_argument("b")
    args = parser.parse_args()
    stages = Stages()
    for stage in STAGES:
        stages.wrap(*stage)
    stages.seconds["start, imports"], stages.peaks["start, imports"] = time.process_time(), peak_of_memory()
    from elfdiff import diagnose
    from elfdiff.render import text
    from elfdiff.render.style import TextStyle

    report = diagnose.diagnose(args.a, args.b)
    text.render_text(report, TextStyle(), 1)
    whole = time.process_time()
    for label in ("start, imports", *(label for _, _, label in STAGES)):
        if label in stages.seconds:
            seconds = stages.seconds[label]
            print(f"  {label:32}{seconds:8.2f}{stages.peaks[label]:7}  {100 * seconds / whole:3.0f} %")
    rest = whole - sum(stages.seconds.values())
    print(f"  {'other':32}{rest:8.2f}{'':7}  {100 * rest / whole:3.0f} %")
    return 0


if __name__ == "__main__":
    sys.exit(main())
