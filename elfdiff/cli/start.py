"""What makes a command start fast."""

from __future__ import annotations

import gc
import os
import sys
from importlib import import_module

_THREADS = "OPENBLAS_NUM_THREADS"
_COLLECT = (100_000, 50, 1_000)


def start_fast() -> None:
    """Import numpy without threads, and let the collector of cycles look less often.

    OpenBLAS starts a thread a core when it is loaded, and they spin: half of numpy's start. elfdiff multiplies no
    matrices. The environment, which processes started later inherit, stays as it was.
    """
    gc.set_threshold(*_COLLECT)
    if "numpy" in sys.modules or _THREADS in os.environ:
        return
    os.environ[_THREADS] = "1"
    try:
        import_module("numpy")
    finally:
        del os.environ[_THREADS]
