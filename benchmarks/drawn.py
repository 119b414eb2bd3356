"""Drawn programs with drawn causes: what elfdiff says of pairs that nobody wrote.

    python benchmarks/drawn.py [--pairs N] [--seed N] [--causes path,clock,...] [--keep DIR]

A program of a few C or C++ files is drawn, then a compiler, its options, a linker and a kind of product, and a cause
with its values. Each pair is built and asked about. A root that was not planted, one that was missed, and bytes that
nothing accounts for where all of them must follow are printed; the exit code is 1 if there is one.
"""

from __future__ import annotations

import argparse
import dataclasses
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.paths import directories
from elfdiff.diagnose import diagnose
from elfdiff.report import Report

VERBS = (
    "read",
    "write",
    "parse",
    "emit",
    "scan",
    "push",
    "find",
    "load",
    "store",
    "merge",
    "split",
    "count",
    "hash",
    "walk",
)
NOUNS = (
    "node",
    "line",
    "item",
    "block",
    "table",
    "entry",
    "token",
    "page",
    "field",
    "queue",
    "range",
    "state",
    "label",
)
TEXTS = (
    "cannot open %s: %s\\n", "usage: %s [-v] FILE\\n", "line %d: unexpected token\\n", "out of memory", "%s: %d items in %d blocks\\n",
    "warning: value %d is out of range\\n", "done", "error %d", "checksum %08x does not match\\n", "version", "yes", "no", "a", "%d", "[%s]",
)  # fmt: skip


def name(draw: random.Random) -> str:
    return f"{draw.choice(VERBS)}_{draw.choice(NOUNS)}{draw.choice(('', '', '_all', '2', '_at', '_from'))}"


def function(draw: random.Random, called: str, callees: Sequence[str], static: bool) -> str:
    """A function of one int and one text that gives an int; ``callees`` are functions of the same kind."""
    lines = [f"{'static ' if static else ''}int {called}(int n, const char *s)", "{", "    int r = n;"]
    for _ in range(draw.randrange(1, 6)):
        kind = draw.randrange(9)
        number = draw.choice((1, 2, 3, 7, 10, 100, 255, 1000, 4096, 65537, 1234567))
        text = draw.choice(TEXTS)
        if kind == 0:
            lines.append(f"    for (int i = 0; i < n; i++) r = r * {number} + s[i % 3];")
        elif kind == 1:
            lines.append(f'    if (r > {number}) fprintf(stderr, "{text.replace("%s", "-")}", r, n);')
        elif kind == 2 and callees:
            lines.append(f'    r += {draw.choice(callees)}(r - {number}, "{text}");')
        elif kind == 3:
            cases = "".join(f"case {k}: r ^= {draw.randrange(1, 9999)}; break; " for k in range(draw.randrange(3, 9)))
            lines.append(f"    switch (r & 15) {{ {cases}default: r += {number}; }}")
        elif kind == 4:
            lines.append(f"    static int seen_{len(lines)}; r += ++seen_{len(lines)} * {number};")
        elif kind == 5:
            lines.append(f"    double d_{len(lines)} = r * {number}.5; r = (int)(d_{len(lines)} / 3.25);")
        elif kind == 6:
            lines.append(
                '    if (r == -1) printf("%s:%d\\n", __FILE__, __LINE__);'
                if draw.random() < 0.5
                else f'    puts("{draw.choice(("ready", "busy", "closed", "half done"))}");'
            )
        elif kind == 7:
            items = ", ".join(str(draw.randrange(1, 60000)) for _ in range(draw.randrange(3, 12)))
            lines.append(
                f"    static const int values_{len(lines)}[] = {{{items}}}; r += values_{len(lines)}[(unsigned)r % 3];"
            )
        else:
            lines.append("    assert(r != 0);" if draw.random() < 0.5 else f"    r = r << 3 ^ {number};")
    return "\n".join((*lines, "    return r;", "}"))


def program(draw: random.Random, plus: bool) -> dict[str, str]:
    """File names and texts: a main file and one to four others, and a header."""
    files: dict[str, str] = {}
    end = "cpp" if plus else "c"
    known: list[str] = []
    heads = ["#include <assert.h>", "#include <stdio.h>", "#include <stdlib.h>", "#include <string.h>"]
    if plus:
        heads += ["#include <map>", "#include <string>", "#include <vector>"]
    for number in range(draw.randrange(1, 5)):
        bodies = []
        for _ in range(draw.randrange(1, 7)):
            called = f"{name(draw)}_{number}{len(bodies)}"
            bodies.append(function(draw, called, known, draw.random() < 0.2 and bool(known)))
            if "static int " + called not in bodies[-1]:
                known.append(called)
        if plus and draw.random() < 0.6:
            bodies.append(
                f"std::map<std::string, std::vector<int>> table_{number};\nint add_{number}(int n, const char *s) {{ table_{number}[s].push_back(n); return (int)table_{number}.size(); }}"
            )
            known.append(f"add_{number}")
        if draw.random() < 0.5:
            items = ", ".join(f'{{"{draw.choice(NOUNS)}", {draw.choice(known)}}}' for _ in range(3))
            bodies.append(
                f"struct row_{number} {{ const char *name; int (*call)(int, const char *); }};\nstruct row_{number} rows_{number}[] = {{{items}}};"
            )
        files[f"{draw.choice(NOUNS)}{number}.{end}"] = "\n".join((*heads, '#include "all.h"', *bodies, ""))
    files["all.h"] = "#pragma once\n" + "\n".join(f"int {k}(int, const char *);" for k in known) + "\n"
    calls = " + ".join(f"{k}(c, v[0])" for k in draw.sample(known, min(len(known), 5)))
    stamp = "\n#ifdef STAMP\nconst char stamp[] = STAMP;\n#define TELL puts(stamp);\n#else\n#define TELL\n#endif\n"
    files[f"main.{end}"] = "\n".join(
        (*heads, '#include "all.h"', stamp, f"int main(int c, char **v) {{ TELL return {calls}; }}", "")
    )
    return files


@dataclasses.dataclass(frozen=True)
class Build:
    """One build: where it stands, with what it is made, and in which order."""

    directory: str
    compiler: str
    words: list[str]
    link: list[str]
    product: str
    epoch: int
    stamp: str = ""
    files: dict[str, str] = dataclasses.field(default_factory=dict)
    reverse: bool = False
    absolute: bool = False
    strip: bool = False

    def make(self, root: Path, out: Path) -> None:
        home = root / self.directory.strip("/")
        home.mkdir(parents=True, exist_ok=True)
        for called, text in self.files.items():
            (home / called).write_text(text)
        env = {**os.environ, "SOURCE_DATE_EPOCH": str(self.epoch), "TZ": "UTC", "LC_ALL": "C.UTF-8"}
        sources = sorted(called for called in self.files if not called.endswith(".h"))
        pic = ["-fPIC"] if self.product == "shared" else []
        objects = []
        for source in sources:
            stamp = [f'-DSTAMP="{self.stamp}"'] if self.stamp and source.startswith("main") else []
            subprocess.run(
                [
                    self.compiler,
                    *self.words,
                    *pic,
                    *stamp,
                    "-c",
                    str(home / source) if self.absolute else source,
                    "-o",
                    f"{source}.o",
                ],
                cwd=home,
                env=env,
                check=True,
                stderr=subprocess.DEVNULL,
            )
            objects.append(f"{source}.o")
        if self.reverse:
            objects.reverse()
        if self.product == "archive":
            out.unlink(missing_ok=True)
            subprocess.run(["ar", "rcD", str(out), *objects], cwd=home, check=True)
        elif self.product == "object":
            shutil.copy(home / objects[0], out)
        else:
            kind = {"shared": ["-shared"], "static": ["-static"], "fixed": ["-no-pie"]}.get(self.product, [])
            subprocess.run(
                [self.compiler, *self.words, *pic, *kind, *objects, *self.link, "-o", out.name],
                cwd=home,
                env=env,
                check=True,
                stderr=subprocess.DEVNULL,
            )
            shutil.move(home / out.name, out)
        if self.strip:
            subprocess.run(["strip", "-g" if self.product in ("archive", "object") else "-s", str(out)], check=True)


def base(draw: random.Random) -> Build:
    plus = draw.random() < 0.3
    c, cpp = draw.choice(
        [
            pair
            for pair in (("gcc", "g++"), ("gcc", "g++"), ("clang", "clang++"), ("gcc-11", "g++-11"))
            if shutil.which(pair[1])
        ]
    )
    words = [f"-O{draw.choice('012s')}"]
    if draw.random() < 0.5:
        words += [draw.choice(("-g", "-g", "-g1", "-g3", "-gdwarf-4", "-ggdb"))]
    words += draw.sample(
        (
            "-fstack-protector-strong",
            "-ffunction-sections",
            "-fno-plt",
            "-D_FORTIFY_SOURCE=2",
            "-fno-asynchronous-unwind-tables",
        ),
        draw.choice((0, 0, 1, 2)),
    )
    link = draw.choice(
        (
            [],
            [],
            [],
            ["-fuse-ld=gold"],
            ["-fuse-ld=lld"] if c == "clang" else ["-Wl,-z,now"],
            ["-Wl,--gc-sections"],
            ["-Wl,-O1"],
        )
    )
    product = draw.choice(("program", "program", "program", "shared", "shared", "fixed", "archive", "object", "static"))
    if product == "static" and plus:
        product = "program"
    one, _ = directories(draw)
    return Build(
        one,
        cpp if plus else c,
        words,
        link,
        product,
        draw.randrange(1_600_000_000, 1_790_000_000),
        files=program(draw, plus),
        absolute=draw.random() < 0.5,
        strip=draw.random() < 0.2,
    )


Planted = tuple[Build, Build, frozenset[str]]


def path(draw: random.Random, a: Build) -> Planted:
    while True:
        one, other = directories(draw)
        if one != other:
            break
    return dataclasses.replace(a, directory=one), dataclasses.replace(a, directory=other), frozenset({"build-path"})


FORMATS = (
    "%Y-%m-%d %H:%M:%S",
    "%c",
    "%s",
    "%b %d %Y %H:%M:%S",
    "%Y%m%d%H%M%S",
    "%Y-%m-%dT%H:%M:%SZ",
    "%a, %d %b %Y %H:%M:%S +0000",
    "%d/%m/%y %H:%M",
    "%Y%m%d",
    "%B %e, %Y",
    "%Y.%m.%d-%H%M",
)
WRAPS = ("%s", "built on %s", "app 1.2 (%s)", "%s by make", "Build: %s;", "compiled %s with cc")


def clock(draw: random.Random, a: Build) -> Planted:
    form, wrap = draw.choice(FORMATS), draw.choice(WRAPS)
    one = draw.randrange(1_650_000_000, 1_790_000_000)
    other = one + draw.choice((1, 59, 3700, 86_400, 86_400 * 40, 86_400 * 400, 12345678))
    texts = [wrap % time.strftime(form.replace("%s", str(t)), time.gmtime(t)) for t in (one, other)]
    if texts[0] == texts[1]:
        return clock(draw, a)
    return dataclasses.replace(a, stamp=texts[0]), dataclasses.replace(a, stamp=texts[1]), frozenset({"build-time"})


def macros(draw: random.Random, a: Build) -> Planted:
    files = {
        called: text.replace("TELL return", 'puts("built " __DATE__ " " __TIME__); TELL return')
        for called, text in a.files.items()
    }
    a = dataclasses.replace(a, files=files)
    return (
        a,
        dataclasses.replace(a, epoch=a.epoch + draw.choice((1, 61, 86_400, 86_400 * 33, 86_400 * 366))),
        frozenset({"build-time"}),
    )


HOSTS = ("buildd-x64", "runner-7", "ip-10-0-3-17", "vm", "lenovo", "fv-az1234-56", "build-02.example.org", "pbuilder")
USERS = ("root", "jenkins", "alice", "runner", "builder", "gitlab-runner")


def host(draw: random.Random, a: Build) -> Planted:
    (h1, h2), (u1, u2) = draw.sample(HOSTS, 2), draw.sample(USERS, 2)
    form = draw.choice(("%u@%h", "built by %u on %h", "host: %h", "user=%u", "(%u@%h) #1 SMP", "compiled on %h by %u"))
    texts = [form.replace("%u", u).replace("%h", h) for u, h in ((u1, h1), (u2, h2))]
    return dataclasses.replace(a, stamp=texts[0]), dataclasses.replace(a, stamp=texts[1]), frozenset({"host-identity"})


def order(draw: random.Random, a: Build) -> Planted:
    product = draw.choice(("program", "shared", "fixed", "archive"))
    a = dataclasses.replace(a, product=product)
    return a, dataclasses.replace(a, reverse=True), frozenset({"link-order"})


def level(draw: random.Random, a: Build) -> Planted:
    one, other = draw.sample("0123s", 2)
    rest = a.words[1:]
    return (
        dataclasses.replace(a, words=[f"-O{one}", *rest]),
        dataclasses.replace(a, words=[f"-O{other}", *rest]),
        frozenset({"build-flags"}),
    )


def options(draw: random.Random, a: Build) -> Planted:
    more = draw.choice(
        (
            "-fstack-protector-all",
            "-fno-omit-frame-pointer",
            "-fcf-protection=none",
            "-march=x86-64-v2",
            "-ffast-math",
            "-D_FORTIFY_SOURCE=2",
            "-DNDEBUG",
            "-fno-inline",
            "-funroll-loops",
            "-g",
        )
    )
    return a, dataclasses.replace(a, words=[*a.words, more]), frozenset({"build-flags"})


def linking(draw: random.Random, a: Build) -> Planted:
    if a.product in ("archive", "object", "static"):
        a = dataclasses.replace(a, product="program")
    more = draw.choice(
        (
            "-Wl,-z,relro,-z,now",
            "-Wl,--hash-style=sysv",
            "-Wl,--as-needed",
            "-Wl,-z,noseparate-code",
            "-Wl,--build-id=none",
            "-Wl,--build-id=md5",
            "-Wl,-rpath,/opt/lib",
            "-s",
            "-Wl,--export-dynamic",
            "-Wl,--build-id=uuid",
        )
    )
    cause = {
        "-Wl,--build-id=none": "build-id-setting",
        "-Wl,--build-id=md5": "build-id-setting",
        "-Wl,--build-id=uuid": "build-id-setting",
        "-s": "post-processing",
    }.get(more, "build-flags")
    return a, dataclasses.replace(a, link=[*a.link, more]), frozenset({cause})


def compiler(draw: random.Random, a: Build) -> Planted:
    plus = a.compiler.startswith(("g++", "clang++"))
    known = [k for k in (("g++", "g++-11", "clang++") if plus else ("gcc", "gcc-11", "clang")) if shutil.which(k)]
    one, other = draw.sample(known, 2)
    link = [w for w in a.link if "lld" not in w]
    return (
        dataclasses.replace(a, compiler=one, link=link),
        dataclasses.replace(a, compiler=other, link=link),
        frozenset({"toolchain-version"}),
    )


def noise(draw: random.Random, a: Build) -> Planted:
    bits = [draw.getrandbits(128) for _ in range(2)]
    form = draw.choice(("%032x", "id-%032x", "{%032x}"))
    return (
        dataclasses.replace(a, stamp=form % bits[0]),
        dataclasses.replace(a, stamp=form % bits[1]),
        frozenset({"random-value"}),
    )


def commit(draw: random.Random, a: Build) -> Planted:
    one, other = (f"{draw.getrandbits(160):040x}" for _ in range(2))
    form = draw.choice(
        (
            lambda h: f"v1.2-3-g{h[:7]}",
            lambda h: f"commit {h}",
            lambda h: f"git-{h[:12]} (main)",
            lambda h: f"rev {h[:8]}",
            lambda h: f"1.4.0-dev+{h[:9]}",
        )
    )
    return dataclasses.replace(a, stamp=form(one)), dataclasses.replace(a, stamp=form(other)), frozenset({"vcs-state"})


def edit(draw: random.Random, a: Build) -> Planted:
    called = draw.choice([c for c in a.files if not c.endswith(".h") and not c.startswith("main")])
    lines = a.files[called].splitlines()
    places = [
        k for k, line in enumerate(lines) if line.startswith("    ") and "return" not in line and "int r" not in line
    ]
    if not places:
        return edit(draw, dataclasses.replace(a, files=program(draw, a.compiler.startswith(("g++", "clang++")))))
    place = draw.choice(places)
    what = draw.randrange(3)
    if what == 0:
        del lines[place]
    elif what == 1:
        lines.insert(place, "    r = r * 31 + 5;")
    else:
        lines.insert(place, '    puts("a new line of text");')
    files = {**a.files, called: "\n".join(lines) + "\n"}
    return a, dataclasses.replace(a, files=files), frozenset({"source-change"})


def nothing(draw: random.Random, a: Build) -> Planted:
    return a, a, frozenset()


CAUSES: dict[str, Callable[[random.Random, Build], Planted]] = {
    "path": path, "clock": clock, "macros": macros, "host": host, "order": order, "level": level, "options": options, "linking": linking,
    "compiler": compiler, "noise": noise, "commit": commit, "edit": edit, "nothing": nothing,
}  # fmt: skip
FOLLOWS = {"path", "clock", "macros", "host", "order", "commit", "nothing"}
"""Causes after which every byte must be owned: no code is generated anew."""


def is_silent(kind: str, a: Build, b: Build) -> bool:
    """True if nothing in the files can tell what was planted: flags that nobody records, a path that strip took away,
    and a number that may be drawn or a digest of what differs."""
    recorded = any(word.startswith("-g") for word in (*a.words, *b.words)) and not a.strip
    return kind == "noise" or (kind in ("level", "options") and not recorded) or (kind == "path" and a.strip)


def judge(report: Report, planted: frozenset[str], complete: bool, silent: bool) -> list[str]:
    """What is wrong with an answer, in words; nothing where all is right.

    ``complete``: every byte must be owned. ``silent``: nothing in the files tells the cause, so that saying so, or a
    cause that is only possible, is right.
    """
    faults = []
    named = {found.cause: str(found.confidence) for found in report.findings if found.role != "consequence"}
    for cause, confidence in named.items():
        if cause not in planted and not (silent and confidence == "possible"):
            faults.append(f"{confidence} {cause}")
    if not (silent and report.verdict in ("cause-not-in-files", "unexplained", "inputs-differ", "partly-explained")):
        faults += [f"missed {cause}" for cause in planted - set(named)]
        faults += [f"only {named[cause]}" for cause in planted if named.get(cause) == "possible"]
    left = max(report.ledger.totals.unexplained.a, report.ledger.totals.unexplained.b) if report.ledger else 0
    if complete and left:
        faults.append(f"{left} unexplained")
    if complete and report.code not in ("same", "reordered", None):
        faults.append(f"code {report.code}")
    return faults


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--pairs", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--causes", default=",".join(CAUSES))
    parser.add_argument("--keep", type=Path)
    args = parser.parse_args(argv)
    counts: Counter[tuple[str, bool]] = Counter()
    with tempfile.TemporaryDirectory() as folder:
        for number in range(args.pairs):
            draw = random.Random(f"{args.seed}/{number}")
            kind = draw.choice(args.causes.split(","))
            a, b, planted = CAUSES[kind](draw, base(draw))
            files = [Path(folder, side, "program") for side in "AB"]
            try:
                for build, out in zip((a, b), files, strict=True):
                    root = Path(folder, "root")
                    out.parent.mkdir(exist_ok=True)
                    build.make(root, out)
                    shutil.rmtree(root)
            except subprocess.CalledProcessError as error:
                print(f"{number} {kind}: not built: {error.cmd}")
                continue
            same = files[0].read_bytes() == files[1].read_bytes()
            report = diagnose(str(files[0]), str(files[1]))
            faults = [] if same else judge(report, planted, kind in FOLLOWS, is_silent(kind, a, b))
            if same and kind != "nothing":
                kind = f"{kind}="
            counts[kind, not faults] += 1
            if faults:
                print(
                    f"{number} {kind} {a.compiler} {' '.join(a.words)} {' '.join(a.link)} {a.product}{' stripped' if a.strip else ''}"
                    f"{' absolute' if a.absolute else ''}: {report.verdict}; {'; '.join(faults)}",
                    flush=True,
                )
                if kind in ("clock", "host", "noise", "commit"):
                    print("     ", a.stamp, "|", b.stamp)
                elif kind == "path":
                    print("     ", a.directory, "|", b.directory)
                elif a.words != b.words or a.link != b.link or a.compiler != b.compiler:
                    print("     ", b.compiler, *b.words, *b.link)
                if args.keep:
                    kept = args.keep / f"{args.seed}-{number}-{kind}"
                    kept.mkdir(parents=True, exist_ok=True)
                    for file in files:
                        shutil.copy(file, kept / file.parent.name)
    for kind in sorted({kind for kind, _ in counts}):
        print(f"{kind:10} {counts[kind, True]:4} right {counts[kind, False]:4} not")
    right = sum(count for (_, good), count in counts.items() if good)
    print(f"{right} of {counts.total()} pairs")
    return 0 if right == counts.total() else 1


if __name__ == "__main__":
    sys.exit(main())
