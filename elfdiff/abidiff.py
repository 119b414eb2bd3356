"""What abidiff says of two libraries: run where it is installed and both hold debug information, told in its limits."""

from __future__ import annotations

import os
import shutil
import subprocess

from elfdiff.elf.file import parse
from elfdiff.elf.reading import read_bytes
from elfdiff.errors import ElfdiffError

PROGRAM = "abidiff"
SECONDS = 300
TYPES = (".debug_info", ".zdebug_info", ".ctf", ".BTF")
"""Sections that tell types; without one, abidiff compares names alone and does not say so."""
MOST = 6
"""Lines of abidiff's summary that are told."""
_ERROR, _USAGE, _CHANGE, _INCOMPATIBLE = 1, 2, 4, 8
"""The bits of its exit code (its manual, "Return values")."""


def abi_notes(a_path: str, b_path: str) -> tuple[str, ...]:
    """One sentence on what abidiff found or why it was not run, then the lines of its summary.

    Suppression files of the machine and of the user are left out, so that the answer depends on the two files alone.
    """
    program = shutil.which(PROGRAM)
    if program is None:
        return ("--abi: abidiff is not installed (Debian: abigail-tools), so types were not compared",)
    for side, path in (("a", a_path), ("b", b_path)):
        if not _tells_types(path):
            return (f"--abi: {side} holds no debug information, so abidiff could compare names alone and was not run",)
    environment = {**os.environ, "LC_ALL": "C"}
    for who in ("SYSTEM", "USER"):
        environment[f"LIBABIGAIL_DEFAULT_{who}_SUPPRESSION_FILE"] = os.devnull
    command = [program, "--no-default-suppression", *map(os.path.abspath, (a_path, b_path))]
    try:
        result = subprocess.run(
            command, env=environment, stdin=subprocess.DEVNULL, capture_output=True, timeout=SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        return (f"--abi: abidiff took longer than {SECONDS} s and was ended",)
    except OSError as error:
        return (f"--abi: abidiff could not be run: {error.strerror or error}",)
    return (meaning(result.returncode, result.stderr.decode(errors="replace")), *summary(result.stdout))


def meaning(code: int, errors: str = "") -> str:
    """What its exit code says, and what it does not."""
    if code < 0 or code & (_ERROR | _USAGE):
        first = next((line.strip() for line in errors.splitlines() if line.strip()), f"exit code {code}")
        return f"--abi: abidiff failed: {first[:300]}"
    if code & _INCOMPATIBLE:
        return "--abi: abidiff found a change that it calls incompatible (something exported was removed)"
    if code & _CHANGE:
        return (
            "--abi: abidiff found a change of the ABI; it does not say whether callers still work: a person must look"
        )
    return (
        "--abi: abidiff found no change in exported functions, variables and their types; "
        "macros, inline functions and behaviour are beyond it"
    )


def summary(output: bytes) -> tuple[str, ...]:
    """The lines that count what changed."""
    lines = output[: 1 << 20].decode(errors="replace").splitlines()
    return tuple(f"abidiff: {line.strip()[:300]}" for line in lines if "changes summary:" in line)[:MOST]


def _tells_types(path: str) -> bool:
    try:
        elf = parse(read_bytes(path), path)
    except ElfdiffError:
        return False
    return any(section.name in TYPES and section.size for section in elf.sections)
