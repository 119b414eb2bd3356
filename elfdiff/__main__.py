"""``python -m elfdiff``, and the console script: nothing is imported here before an interrupt has an answer."""

import os
import signal
from types import FrameType
from typing import NoReturn

INTERRUPTED = 130


def run() -> NoReturn:
    """Import the command line and run it. An interrupt among the imports ends the program without a word."""
    signal.signal(signal.SIGINT, _leave)
    from elfdiff.cli import main

    signal.signal(signal.SIGINT, signal.default_int_handler)
    main.run()


def _leave(signum: int, frame: FrameType | None) -> NoReturn:
    os._exit(INTERRUPTED)


if __name__ == "__main__":
    run()
