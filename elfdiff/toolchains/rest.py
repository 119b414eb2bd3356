"""Rows: the clock, the CPU, seeds, build IDs and threads."""

from __future__ import annotations

from elfdiff.actions import AddWords, Do, Export
from elfdiff.toolchains.model import Purpose, Row

_C = ("CFLAGS", "CXXFLAGS")

ROWS = (
    Row(
        "gcc, clang",
        Purpose.FIX_CLOCK,
        Export("SOURCE_DATE_EPOCH", '"$(git log -1 --pretty=%ct)"'),
        "https://reproducible-builds.org/specs/source-date-epoch/",
        "gcc 12.2",
        since="gcc 7, clang 16",
        note="without git any fixed number does, the same in both builds; a build script must read it itself",
    ),
    Row(
        "gfortran",
        Purpose.FIX_CLOCK,
        Do("leave __DATE__ and __TIME__ out of the source, or define them (gfortran -cpp -D__DATE__=\"'none'\")"),
        "https://gcc.gnu.org/onlinedocs/gfortran/Preprocessing-Options.html",
        "gfortran 12.2",
        note="no variable does it: the preprocessor of gfortran 12 reads no SOURCE_DATE_EPOCH; a date from a build "
        "script must be taken out there",
    ),
    Row(
        "gnat",
        Purpose.FIX_CLOCK,
        Do("leave Compilation_Date, Compilation_Time and Compilation_ISO_Date of GNAT.Source_Info out of the source"),
        "https://gcc.gnu.org/onlinedocs/gnat_rm/",
        "gnat 12.2",
        note="no flag does it: gnat 12 reads no SOURCE_DATE_EPOCH; a date from a build script must be taken out there",
    ),
    Row(
        "fpc",
        Purpose.FIX_CLOCK,
        Do("leave {$I %DATE%} and {$I %TIME%} out of the source"),
        "https://www.freepascal.org/docs-html/prog/progsu41.html",
        "fpc 3.2.2",
        note="no flag does it: Free Pascal 3.2 reads no SOURCE_DATE_EPOCH; a build script's date must be taken out "
        "there",
    ),
    Row(
        "nim",
        Purpose.FIX_CLOCK,
        Export("SOURCE_DATE_EPOCH", '"$(git log -1 --pretty=%ct)"'),
        "https://github.com/nim-lang/Nim/pull/16617",
        "read",
        since="nim 1.4",
        note="CompileDate and CompileTime",
    ),
    Row(
        "gcc, clang",
        Purpose.NAME_CPU,
        AddWords(_C, ("-march=x86-64", "-mtune=generic")),
        "https://gcc.gnu.org/onlinedocs/gcc/x86-Options.html",
        "gcc 12.2",
        note="names x86-64, and must come behind -march=native to win; better still, drop native where it is written",
    ),
    Row(
        "rustc",
        Purpose.NAME_CPU,
        AddWords(("RUSTFLAGS",), ("-Ctarget-cpu=x86-64",)),
        "https://doc.rust-lang.org/rustc/codegen-options/#target-cpu",
        "rustc 1.95",
        note="names x86-64; drop target-cpu=native from .cargo/config.toml",
    ),
    Row(
        "zig",
        Purpose.NAME_CPU,
        Do("build with -mcpu=baseline (zig build -Dcpu=baseline)"),
        "https://github.com/ziglang/zig/issues/22663",
        "zig 0.17.1",
    ),
    Row(
        "gcc",
        Purpose.FIX_SEED,
        AddWords(_C, (r"-frandom-seed=\$@",)),
        "https://gcc.gnu.org/onlinedocs/gcc/Developer-Options.html",
        "gcc 12.2",
        note="make puts the object's name for $@; where make does not run the compiler, give each file a "
        "fixed seed of its own",
    ),
    Row(
        "nvcc",
        Purpose.FIX_SEED,
        Do("pass --objdir-as-tempdir and -Xcompiler -frandom-seed=NAME (one NAME a file) to nvcc, and fix TMPDIR"),
        "https://docs.nvidia.com/cuda/cuda-compiler-driver-nvcc/",
        "nvcc 11.8",
    ),
    Row(
        "ld, gold, lld, mold",
        Purpose.FIX_BUILD_ID,
        AddWords(("LDFLAGS",), ("-Wl,--build-id=sha1",)),
        "https://sourceware.org/binutils/docs/ld/Options.html",
        "ld 2.40",
        note="the last --build-id on the command line wins; take out the one that says uuid",
    ),
    Row(
        "rustc",
        Purpose.FIX_BUILD_ID,
        AddWords(("RUSTFLAGS",), ("-Clink-arg=-Wl,--build-id=sha1",)),
        "https://doc.rust-lang.org/rustc/codegen-options/#link-arg",
        "rustc 1.95",
        note="the last --build-id on the command line wins; take out the one that says uuid",
    ),
    Row(
        "ghc",
        Purpose.ONE_THREAD,
        Do("build with ghc -j1"),
        "https://gitlab.haskell.org/ghc/ghc/-/issues/12935",
        "read",
    ),
    Row(
        "zig",
        Purpose.ONE_THREAD,
        Do("give zig's compiler -j1 (zig build-exe -j1 …)"),
        "https://github.com/ziglang/zig/issues/22663",
        "zig 0.17",
        note="two builds of a Debug program with zig 0.17 were then equal, and without it were not",
    ),
)
