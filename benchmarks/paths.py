"""One program built in two drawn directories, again and again: is build-path found, certain, and is every byte owned?

    python benchmarks/paths.py [--pairs N] [--seed N] [--kinds c-g,rs,...]

The directories differ in length, depth and alphabet, so that texts change their length, their place and their section.
They are prefix maps of the compiler: no directory of that name is made. Each pair that is not explained to the last byte
is printed; the exit code is 1 if there is one. Kinds whose compiler is missing are left out.
"""

from __future__ import annotations

import argparse
import random
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from elfdiff.diagnose import diagnose

SOURCES = {
    "util.h": "const char *where(void); int helper(int);\n",
    "main.c": """#include <stdio.h>
#include <stdlib.h>
#include "util.h"
struct entry { const char *name; int value; };
static const struct entry table[] = {{"alpha", 1}, {"beta", 2}, {"gamma", 3}};
int check(int x) { if (x < 0) { fprintf(stderr, "%s:%d: check failed: x=%d\\n", __FILE__, __LINE__, x); abort(); } return x; }
int main(int c, char **v)
{ for (int i = 0; i < 3; i++) printf("%s=%d (%s)\\n", table[i].name, check(table[i].value), where()); return helper(c); }
""",
    "util.c": """#include "util.h"
#include <assert.h>
#include <stdio.h>
const char *where(void) { return __FILE__ " built"; }
int helper(int n) { assert(n < 100); printf("helper %d from %s\\n", n, __FILE__); return n > 3; }
""",
    "app.cpp": """#include <iostream>
#include <map>
#include <stdexcept>
#include <string>
static std::map<std::string, int> m = {{"one", 1}, {"two", 2}};
template <class T> T get(const std::string &k)
{ auto it = m.find(k); if (it == m.end()) throw std::runtime_error(std::string(__FILE__) + ": no " + k); return it->second; }
int main() { try { std::cout << get<int>("one") << get<long>("three"); } catch (std::exception &e) { std::cerr << e.what(); } }
""",
    "m.rs": """use std::collections::HashMap;
fn pick(m: &HashMap<String, u32>, k: &str) -> u32 { *m.get(k).unwrap_or_else(|| panic!("missing {} in {}", k, file!())) }
fn main() {
    let mut m = HashMap::new();
    m.insert("a".to_string(), std::env::args().count() as u32);
    println!("{} {}", pick(&m, "a"), file!());
    let v: Vec<u32> = vec![1, 2, 3];
    println!("{}", v[pick(&m, "a") as usize]);
}
""",
}
KINDS: dict[str, tuple[str, ...]] = {
    "c": ("gcc",), "c-g": ("gcc", "-g"), "c-O2": ("gcc", "-O2"), "c-O2-g": ("gcc", "-O2", "-g"),
    "c-dwarf4": ("gcc", "-g", "-gdwarf-4", "-O1"), "c-no-pie": ("gcc", "-g", "-no-pie"), "c-gz": ("gcc", "-g", "-gz"),
    "c-static": ("gcc", "-O1", "-static"), "c-strip": ("gcc", "-O2", "-s"),
    "c-shared": ("gcc", "-O2", "-g", "-shared", "-fPIC"), "clang-g": ("clang", "-g"),
    "lld": ("clang", "-g", "-O2", "-fuse-ld=lld"), "cpp": ("g++", "-O1"), "cpp-g": ("g++", "-O1", "-g"),
    "rs": ("rustc", "-C", "opt-level=1"), "rs-g": ("rustc", "-C", "opt-level=1", "-g"),
    "o": ("gcc", "-c"), "o-g": ("gcc", "-c", "-g"), "o-O2-g": ("gcc", "-c", "-O2", "-g"),
    "o-clang-g": ("clang", "-c", "-g"), "o-aarch64-g": ("aarch64-linux-gnu-gcc", "-c", "-O2", "-g"),
    "o-sections-g": ("gcc", "-c", "-O2", "-g", "-ffunction-sections", "-fdata-sections"),
    "o-i386-g": ("i686-linux-gnu-gcc", "-c", "-O2", "-g"), "o-clang-O2-g": ("clang", "-c", "-O2", "-g"),
    "cpp-o": ("g++", "-c", "-O2"), "cpp-o-g": ("g++", "-c", "-O2", "-g"),
    "a": ("gcc", "-c", "-O2"), "a-g": ("gcc", "-c", "-g"), "a-aarch64-g": ("aarch64-linux-gnu-gcc", "-c", "-O2", "-g"),
}  # fmt: skip
HOMES = (
    "/build",
    "/home/user",
    "/root",
    "/work",
    "/builds",
    "/var/lib/jenkins/workspace",
    "/github/workspace",
    "/data",
)
WORDS = ("build", "src", "proj", "hello-2.10", "app_1.2.3", "libfoo", "x", "foo.git", "my-app", "pkg+dfsg", "a1b2c3")
LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789"


def word(draw: random.Random) -> str:
    """A name as directories have it."""
    name = "".join(draw.choices(LETTERS, k=draw.choice((1, 2, 3, 5, 8, 12, 20))))
    if draw.random() < 0.5:
        name = draw.choice(WORDS)
    if draw.random() < 0.25:
        name += draw.choice("-_.+~") + "".join(draw.choices(LETTERS, k=draw.randrange(1, 6)))
    return name


def directories(draw: random.Random) -> tuple[str, str]:
    """Two directories: strangers, siblings, or one below or beside the other."""
    one, other = ("/".join((draw.choice(HOMES), *(word(draw) for _ in range(draw.randrange(1, 4))))) for _ in range(2))
    kind = draw.random()
    if kind < 0.4:
        return one, other
    if kind < 0.8:
        return one, one.rsplit("/", 1)[0] + "/" + word(draw)
    return one, one + draw.choice(("2", "-b", "/sub", ".new"))


def run(home: Path, *command: str) -> None:
    """A tool, in the directory of the sources."""
    subprocess.run(command, check=True, cwd=home, stderr=subprocess.DEVNULL)


def build(kind: str, home: Path, directory: str, out: Path) -> None:
    """One program, object or archive of ``kind`` as if its sources stood in ``directory``."""
    command = list(KINDS[kind])
    names = {"cpp": ["app.cpp"], "rs": ["m.rs"]}.get(kind.split("-")[0], ["main.c", "util.c"])
    flag = "--remap-path-prefix" if command[0] == "rustc" else "-ffile-prefix-map"
    command.append(f"{flag}={home}={directory}")
    if "-c" not in command:
        run(home, *command, *(str(home / name) for name in names), "-o", str(out))
        return
    if not kind.startswith("a"):
        run(home, *command, str(home / names[0]), "-o", str(out))
        return
    for name in names:
        run(home, *command, str(home / name), "-o", f"{name}.o")
    out.unlink(missing_ok=True)
    run(home, "ar", "rcD", str(out), *(f"{name}.o" for name in names))


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--pairs", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--kinds", default=",".join(KINDS))
    args = parser.parse_args(argv)
    kinds = [kind for kind in args.kinds.split(",") if shutil.which(KINDS[kind][0])]
    draw = random.Random(args.seed)
    counts: Counter[tuple[str, bool]] = Counter()
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        for name, text in SOURCES.items():
            (home / name).write_text(text)
        while counts.total() < args.pairs:
            kind, (one, other) = draw.choice(kinds), directories(draw)
            if one == other:
                continue
            build(kind, home, one, home / "A")
            build(kind, home, other, home / "B")
            report = diagnose(str(home / "A"), str(home / "B"))
            roots = [(found.cause, str(found.confidence)) for found in report.findings if found.role != "consequence"]
            right = report.verdict == "explained" and report.code == "same" and roots == [("build-path", "certain")]
            counts[kind, right] += 1
            if not right:
                print(
                    kind,
                    one,
                    other,
                    report.verdict,
                    report.code,
                    roots,
                    report.ledger and report.ledger.totals.unexplained,
                )
    for kind in sorted({kind for kind, _ in counts}):
        print(f"{kind:10} {counts[kind, True]:4} right {counts[kind, False]:4} not")
    right_ones = sum(count for (_, right), count in counts.items() if right)
    print(f"{right_ones} of {counts.total()} pairs explained to the last byte, build-path certain")
    return 0 if right_ones == counts.total() else 1


if __name__ == "__main__":
    sys.exit(main())
