"""Flags that producers recorded and that let code follow the machine or a profile."""

from __future__ import annotations

import re
from collections.abc import Iterator

from elfdiff.inspection.model import Place
from elfdiff.inspection.sign import Sign, sign
from elfdiff.inspection.subject import Subject
from elfdiff.patterns import late
from elfdiff.report import Location

EM_386, EM_X86_64 = 3, 62
_BASELINE = late(r"x86-64(?:-v[234])?|i[3-6]86|pentium\w*|generic|core2|nocona|k8")
_CACHES = late(r"--param[= ]l[12]-cache-(?:size|line-size)=\d+")
_PROFILE = late(r"-fprofile-(?:use|instr-use|sample-use)|-fauto-profile|-fbranch-probabilities")


def find(subject: Subject) -> Iterator[Sign]:
    """Faces of host-cpu and profile-data."""
    x86 = subject.elf.header.machine in (EM_386, EM_X86_64)
    native: list[str] = []
    named: list[str] = []
    profiled: list[str] = []
    for flags in _recorded(subject):
        march = next((flag.partition("=")[2] for flag in reversed(flags) if flag.startswith("-march=")), "")
        # GCC writes what -march=native became: the CPU's name and the sizes of its caches (driver-i386.cc).
        if march == "native" or any(_CACHES.fullmatch(flag) for flag in flags):
            native.append(f"-march={march}" if march else "--param l1-cache-size")
        elif x86 and march and not _BASELINE.fullmatch(march):
            named.append(f"-march={march}")
        profiled += [flag for flag in flags if _PROFILE.match(flag)][:1]
    if native:
        title = "code was compiled for the CPU of the builder (-march=native)"
        yield sign("host-cpu", "env-cpu-native", title, "shows", _places(subject, native[0]), len(native))
    elif named:
        title = "code was compiled for one CPU model"
        yield sign("host-cpu", "env-cpu-native", title, "hints", _places(subject, named[0]), len(named))
    if profiled:
        title = "code was optimised by a recorded profile"
        yield sign(
            "profile-data", "pgo-profile-variation", title, "hints", _places(subject, profiled[0]), len(profiled)
        )


def _recorded(subject: Subject) -> Iterator[tuple[str, ...]]:
    for producer in subject.producers:
        yield producer.flags
    section = subject.elf.section(".GCC.command.line")
    if section is not None:
        words = subject.contents(section)[: 1 << 20].decode("utf-8", "replace")
        yield tuple(flag for flag in re.split(r"[\0\s]+(?=-)|\0", words) if flag)


def _places(subject: Subject, flag: str) -> Iterator[Place]:
    for name in (".debug_str", ".debug_line_str", ".debug_info", ".GCC.command.line"):
        section = subject.elf.section(name)
        at = subject.contents(section).find(flag.encode()) if section is not None else -1
        if section is not None and at >= 0:
            yield subject.name_place(section, at, flag.encode())
            return
    yield Place(None, 0, None, Location(0, 0, "file", flag))
