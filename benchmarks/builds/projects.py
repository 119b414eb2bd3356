"""The projects: one function a build system; a planted cause is a line of its sources or of its build."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

Files = Mapping[str, str]

FACTS = {
    "host": 'printf \'#define FACT "%s"\\n\' "$(uname -n)"',
    "locale": 'printf \'#define FACT "%s"\\n\' "${LC_ALL:-none} $(locale charmap)"',
    "script-time": "printf '#define FACT \"%s\"\\n' \"$(date '+%Y-%m-%d %H:%M:%S')\"",
    "random": "printf '#define FACT \"%s\"\\n' \"$(od -An -N16 -tx1 /dev/urandom | tr -d ' ')\"",
}
"""Causes that a generated header carries, and the command that writes it."""
PLAIN = "printf '#define FACT \"plain\"\\n'"
SAID = {"path": "__FILE__", "time": '__DATE__ " " __TIME__', "two": '__FILE__ " " __DATE__ " " __TIME__'}
"""Causes that the compiler carries, and the words in the source."""


@dataclass(frozen=True)
class Build:
    """One project: its files, the command, which files are compared, and what must come out.

    ``guilty`` are the variations that must be named (those in ``perhaps`` may be); ``nondeterministic``: two controls
    must differ by more than the clock; ``proof`` is how the proof must end, None where nothing differs.
    """

    name: str
    files: Files
    command: tuple[str, ...]
    artifact: str
    guilty: frozenset[str]
    perhaps: frozenset[str] = frozenset()
    nondeterministic: bool = False
    proof: str | None = None
    tools: tuple[str, ...] = ()


CLOCK = frozenset({"clock"})
ZONE = frozenset({"time-zone"})
PATH = frozenset({"build-path"})
NOTHING: frozenset[str] = frozenset()
CULPRITS: Mapping[str, tuple[frozenset[str], frozenset[str], bool, str | None]] = {
    "none": (NOTHING, NOTHING, False, None),
    "path": (PATH, NOTHING, False, "identical"),
    "time": (CLOCK, ZONE, False, "identical"),
    "two": (PATH | CLOCK, ZONE, False, "identical"),
    "host": (frozenset({"hostname"}), NOTHING, False, "unfixed"),
    "locale": (frozenset({"locale"}), NOTHING, False, "identical"),
    "script-time": (CLOCK, ZONE, False, "unfixed"),
    "random": (NOTHING, NOTHING, True, "unfixed"),
    "file-order": (frozenset({"file-order"}), NOTHING, False, "unfixed"),
    "parallel": (frozenset({"parallelism"}), NOTHING, False, "unfixed"),
}
"""Cause → variations that must be named, that may be, whether controls differ, and how the proof must end."""


def program(cause: str) -> dict[str, str]:
    """A C program of two files and a script that writes its header."""
    said = SAID.get(cause, '"nothing"')
    return {
        "main.c": '#include <stdio.h>\n#include "facts.h"\nint part(int);\n'
        f'int main(void) {{ puts({said} " " FACT); return part(3); }}\n',
        "part.c": "int part(int a) { return a * 3 - 9; }\n",
        "facts.sh": FACTS.get(cause, PLAIN) + "\n",
    }


def make(cause: str) -> Build:
    """A makefile; sources are named by absolute paths, as in builds outside of the tree."""
    files = program(cause)
    objects = "main.o part.o"
    if cause == "file-order":
        files |= {f"more{n}.c": f"int more{n}(void) {{ return {n}; }}\n" for n in range(4)}
        objects = "$(patsubst %.c,%.o,$(shell find . -name '*.c'))"
    makefile = (
        "CFLAGS ?= -O2\n"
        f"app: {objects}\n\t$(CC) $(LDFLAGS) -o $@ $^\n"
        "%.o: %.c facts.h\n\t$(CC) $(CFLAGS) -c -o $@ $(CURDIR)/$<\n"
    )
    if cause == "parallel":
        # What comes first writes the header: with one job that is always the first part.
        makefile += (
            "facts.h: one two\n\tcp first.h facts.h\n"
            "one:\n\tsleep 0.4; test -e first.h || echo '#define FACT \"one\"' > first.h\n"
            "two:\n\ttest -e first.h || echo '#define FACT \"two\"' > first.h\n"
        )
    else:
        makefile += "facts.h:\n\tsh facts.sh > facts.h\n"
    files["Makefile"] = makefile
    return _built("make", cause, files, ("make",), "app", ("cc", "make"))


def autotools(cause: str) -> Build:
    """configure.ac and Makefile.am; configure without arguments compiles with -g, and so with the path."""
    files = program(cause)
    files["configure.ac"] = (
        "AC_INIT([app], [1.0])\nAM_INIT_AUTOMAKE([foreign])\nAC_PROG_CC\nAC_CONFIG_FILES([Makefile])\nAC_OUTPUT\n"
    )
    files["Makefile.am"] = (
        "bin_PROGRAMS = app\napp_SOURCES = main.c part.c\nBUILT_SOURCES = facts.h\n"
        "facts.h:\n\tsh $(srcdir)/facts.sh > facts.h\n"
    )
    flags = "" if cause in ("path", "two") else " CFLAGS=-O2"
    command = ("sh", "-c", f"autoreconf -fi && ./configure{flags} && make")
    return _built("autotools", cause, files, command, "app", ("cc", "make", "autoreconf", "automake"))


def cmake(cause: str) -> Build:
    """CMake with Ninja; CMake compiles by absolute paths."""
    files = program(cause)
    files["CMakeLists.txt"] = (
        "cmake_minimum_required(VERSION 3.13)\nproject(app C)\n"
        "add_custom_command(OUTPUT ${CMAKE_BINARY_DIR}/facts.h\n"
        "  COMMAND sh ${CMAKE_SOURCE_DIR}/facts.sh > ${CMAKE_BINARY_DIR}/facts.h)\n"
        "add_executable(app main.c part.c ${CMAKE_BINARY_DIR}/facts.h)\n"
        "target_include_directories(app PRIVATE ${CMAKE_BINARY_DIR})\n"
    )
    command = ("sh", "-c", "cmake -G Ninja -B build . && ninja -C build")
    return _built("cmake", cause, files, command, "build/app", ("cc", "cmake", "ninja"))


def meson(cause: str) -> Build:
    """Meson, which compiles by relative paths and with -g."""
    files = program(cause)
    files["meson.build"] = (
        "project('app', 'c')\nfacts = custom_target('facts', output : 'facts.h', capture : true,\n"
        "  command : ['sh', meson.current_source_dir() / 'facts.sh'])\n"
        "executable('app', 'main.c', 'part.c', facts)\n"
    )
    kind = "" if cause in ("path", "two") else " --buildtype=release"
    command = ("sh", "-c", f"meson setup build{kind} && ninja -C build")
    return _built("meson", cause, files, command, "build/app", ("cc", "meson", "ninja"))


def cargo(cause: str) -> Build:
    """A crate without dependencies; a debug build holds the path, a build script the time."""
    said = 'env!("FACT")'
    script = 'fn main() { println!("cargo:rustc-env=FACT=plain"); }\n'
    if cause == "time":
        script = (
            "use std::time::*;\nfn main() {\n"
            "let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();\n"
            'println!("cargo:rustc-env=FACT=built at {}", now); }\n'
        )
    files = {
        "Cargo.toml": '[package]\nname = "app"\nversion = "0.1.0"\nedition = "2021"\nbuild = "build.rs"\n',
        "build.rs": script,
        "src/main.rs": f'fn main() {{ println!("{{}}", {said}); }}\n',
    }
    words = ("cargo", "build", "--offline") if cause == "path" else ("cargo", "build", "--offline", "--release")
    built = _built("cargo", cause, files, words, f"target/{'debug' if cause == 'path' else 'release'}/app", ("cargo",))
    if cause == "time":
        return replace(built, perhaps=NOTHING, proof="unfixed")
    return built


def go(cause: str) -> Build:
    """A module; go build holds the path, -X a time."""
    files = {
        "go.mod": "module example.com/app\n\ngo 1.19\n",
        "main.go": 'package main\n\nvar date = "none"\n\nfunc main() { println("app", date) }\n',
    }
    flags = "" if cause in ("path", "two") else " -trimpath"
    stamp = ' -ldflags "-X main.date=$(date +%Y-%m-%dT%H:%M:%S)"' if cause in ("time", "two") else ""
    command = ("sh", "-c", f"go build{flags}{stamp} -o app .")
    built = _built("go", cause, files, command, "app", ("go",))
    return replace(built, proof="unfixed") if stamp else built


def wheel(cause: str) -> Build:
    """A Python package with an extension in C; its path is in the debug information that sysconfig asks for."""
    said = SAID.get(cause, '"nothing"')
    files = {
        "setup.py": "import os\nfrom setuptools import setup, Extension\n"
        "setup(name='app', version='1', py_modules=[], "
        "ext_modules=[Extension('app', [os.path.abspath('app.c')], extra_compile_args=['-g0'])])\n",
        "app.c": "#include <Python.h>\n"
        'static struct PyModuleDef app = {PyModuleDef_HEAD_INIT, "app", ' + said + ", -1, NULL};\n"
        "PyMODINIT_FUNC PyInit_app(void) { return PyModule_Create(&app); }\n",
    }
    command = ("sh", "-c", "python3 setup.py -q build_ext --inplace")
    return _built("wheel", cause, files, command, "*.so", ("cc", "python3"))


def debian(cause: str) -> Build:
    """A Debian source package; dpkg maps the path away and sets SOURCE_DATE_EPOCH by itself."""
    files = dict(make("none" if cause not in FACTS else cause).files)
    files["Makefile"] += "install:\n\tinstall -D app $(DESTDIR)/usr/bin/app\nclean:\n\trm -f app *.o facts.h\n"
    files |= {
        "debian/control": "Source: app\nMaintainer: A <a@example.com>\nStandards-Version: 4.6.2\n"
        "Build-Depends: debhelper-compat (= 13)\n\n"
        "Package: app\nArchitecture: any\nDescription: a program\n It says what it was built with.\n",
        "debian/changelog": "app (1.0) unstable; urgency=low\n\n  * First.\n\n"
        " -- A <a@example.com>  Mon, 01 Jan 2024 00:00:00 +0000\n",
        "debian/rules": "#!/usr/bin/make -f\n%:\n\tdh $@\noverride_dh_auto_test:\noverride_dh_dwz:\n",
        "debian/source/format": "3.0 (native)\n",
    }
    command = ("sh", "-c", "chmod +x debian/rules && dpkg-buildpackage -b -us -uc -d")
    return _built("debian", cause, files, command, "debian/app/usr/bin/app", ("cc", "dpkg-buildpackage", "dh"))


def _built(
    system: str, cause: str, files: Files, command: tuple[str, ...], artifact: str, tools: tuple[str, ...]
) -> Build:
    guilty, perhaps, nondeterministic, proof = CULPRITS[cause]
    return Build(f"{system}-{cause}", files, command, artifact, guilty, perhaps, nondeterministic, proof, tools)


PLANTED: Mapping[Callable[[str], Build], tuple[str, ...]] = {
    make: ("none", "path", "time", "two", "host", "locale", "script-time", "random", "file-order", "parallel"),
    autotools: ("none", "two"),
    cmake: ("none", "path", "time"),
    meson: ("none", "two", "host"),
    cargo: ("none", "path", "time"),
    go: ("none", "path", "time"),
    wheel: ("none", "path", "two"),
    debian: ("none", "host", "script-time"),
}


def projects() -> tuple[Build, ...]:
    """All builds."""
    return tuple(system(cause) for system, causes in PLANTED.items() for cause in causes)
