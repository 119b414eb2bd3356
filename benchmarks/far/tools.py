"""What tools do to finished files: the second build, in another directory, takes a step that the first one does not."""

from __future__ import annotations

from benchmarks.far.model import ASSERTING, PATH, Row

MAP = '-ffile-prefix-map="$PWD"=.'
OTHER = 'case "$PWD" in */another-directory) %s;; esac'
RELATIVE = 'gcc -g -O2 -ffile-prefix-map="$PWD"=. p.c -Wl,-rpath,/opt/far/lib -o p'


def step(name: str, version: str, command: str, says: str | None, build: str = RELATIVE) -> Row:
    """A step on one side only."""
    return Row(
        name,
        version,
        f"{build}\n{OTHER % command}",
        "p",
        {PATH: ("post-processing",)},
        {"p.c": ASSERTING},
        fixed=f"{build}\n{command}",
        removed="the same step on both",
        says=says,
    )


ROWS: tuple[Row, ...] = (
    step(
        "patchelf --set-rpath, longer",
        "patchelf --version",
        "patchelf --set-rpath /opt/far/another/lib/that/is/longer p",
        "patchelf",
    ),
    step("patchelf --set-rpath, shorter", "patchelf --version", "patchelf --set-rpath /opt p", "patchelf"),
    step(
        "patchelf --set-interpreter",
        "patchelf --version",
        "patchelf --set-interpreter /opt/far/lib/ld-linux-x86-64.so.2 p",
        "patchelf",
    ),
    step("patchelf --add-needed", "patchelf --version", "patchelf --add-needed libm.so.6 p", "patchelf"),
    step("chrpath -r", "chrpath --version", "chrpath -r /opt/lib p", "chrpath"),
    step("strip", "strip --version", "strip p", "strip"),
    step("strip -g", "strip --version", "strip -g p", "strip"),
    step("dwz", "dwz --version", "dwz p", "dwz"),
    step(
        "objcopy --compress-debug-sections", "objcopy --version", "objcopy --compress-debug-sections p", "strip|objcopy"
    ),
    Row(
        "debugedit on one side",
        "debugedit --version",
        "gcc -g -O2 p.c -o p\n" + OTHER % 'debugedit -b "$PWD" -d /usr/src/far p',
        "p",
        {PATH: ("build-path", "?post-processing")},
        {"p.c": ASSERTING},
        fixed=f"gcc -g -O2 {MAP} p.c -o p",
        removed="-ffile-prefix-map in place of debugedit",
        says="-ffile-prefix-map",
    ),
    Row(
        "debugedit on both sides",
        "debugedit --version",
        'gcc -g -O2 p.c -o p; debugedit -b "$PWD" -d /usr/src/far p',
        "p",
        {PATH: ("post-processing",)},
        {"p.c": ASSERTING},
        fixed=f"gcc -g -O2 {MAP} p.c -o p",
        removed="-ffile-prefix-map in place of debugedit, or a directory of one length: bytes of the old file stay in a gap",
        says="fixed name",
    ),
    Row(
        "gold --icf=all on one side",
        "ld.gold --version",
        f"gcc -O2 -ffunction-sections {MAP} -c p.c -o p.o\nicf=none\n{OTHER % 'icf=all'}\ngcc p.o -fuse-ld=gold -Wl,--icf=$icf -o p",
        "p",
        {PATH: ("build-flags",)},
        {
            "p.c": "int one(int v) { return v * 3 + 7; }\nint two(int v) { return v * 3 + 7; }\nint (*which[])(int) = {one, two};\nint main(int c, char **v) { (void)v; return which[c & 1](c); }\n"
        },
        removed="the same flags on both",
    ),
    Row(
        "ld --gc-sections on one side",
        "ld --version",
        f"gcc -O2 -ffunction-sections {MAP} -c p.c -o p.o\ngc=--no-gc-sections\n{OTHER % 'gc=--gc-sections'}\ngcc p.o -Wl,$gc -o p",
        "p",
        {PATH: ("build-flags",)},
        {"p.c": "int unused(int v) { return v * 3 + 7; }\nint main(int c, char **v) { (void)v; return c; }\n"},
        removed="the same flags on both",
    ),
)
