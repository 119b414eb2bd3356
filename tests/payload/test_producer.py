"""Signatures as the tools really write them."""

from __future__ import annotations

import pytest

from elfdiff.payload.producer import Producer, identify, parse_producer, release


@pytest.mark.parametrize(
    ("text", "kind", "version"),
    [
        ("GCC: (Debian 12.2.0-14+deb12u1) 12.2.0", "gcc", "12.2.0"),
        ("GCC: (GNU) 4.8.5 20150623 (Red Hat 4.8.5-44)", "gcc", "4.8.5"),
        ("GCC: (Ubuntu 11.4.0-1ubuntu1~22.04) 11.4.0", "gcc", "11.4.0"),
        ("Debian clang version 14.0.6", "clang", "14.0.6"),
        ("clang version 22.1.0-rc2", "clang", "22.1.0-rc2"),
        ("Android (9352603, based on r450784d1) clang version 14.0.7 (https://example.org 4c603ef)", "clang", "14.0.7"),
        ("rustc version 1.95.0 (59807616e 2026-04-14)", "rustc", "1.95.0"),
        ("clang LLVM (rustc version 1.95.0 (59807616e 2026-04-14))", "rustc", "1.95.0"),
        ("rustc version 1.97.0-nightly (abcdef012 2026-05-01)", "rustc", "1.97.0-nightly"),
        ("Linker: LLD 22.1.2 (/checkout/src/llvm-project/llvm 1cb4e3833c19)", "lld", "22.1.2"),
        ("Linker: Debian LLD 14.0.6", "lld", "14.0.6"),
        ("mold 1.10.1 (compatible with GNU ld)", "mold", "1.10.1"),
        ("gold 1.16", "gold", "1.16"),
        ("GNU AS 2.40", "gas", "2.40"),
        ("GNU C17 12.2.0 -mtune=generic", "gcc", "12.2.0"),
        ("GNU C++17 12.2.0", "gcc", "12.2.0"),
        ("GNU GIMPLE 12.2.0 -g", "gcc", "12.2.0"),
        ("GNU Fortran2008 12.2.0 -g", "gfortran", "12.2.0"),
        ("GNU Ada 12.2.0 -gnatA", "gnat", "12.2.0"),
        ("GNU D 12.2.0 -g", "gdc", "12.2.0"),
        ("Go cmd/compile go1.27.3; regabi", "go", "1.27.3"),
        ("zig 0.17.1", "zig", "0.17.1"),
        ("GHC 9.0.2", "ghc", "9.0.2"),
        ("The Glorious Glasgow Haskell Compilation System 9.0.2", "ghc", "9.0.2"),
        ("NASM 2.16.01", "nasm", "2.16.01"),
        ("The Netwide Assembler 2.15.05", "nasm", "2.15.05"),
        ("something else 3", "other", ""),
        ("", "other", ""),
    ],
)
def test_identify(text: str, kind: str, version: str) -> None:
    assert identify(text) == (kind, version)


def test_flags_keep_their_arguments() -> None:
    text = "GNU Fortran2008 12.2.0 -mtune=generic -fintrinsic-modules-path /usr/lib/gcc/12/finclude -g -O2"
    assert parse_producer(text) == Producer(
        "gfortran",
        "12.2.0",
        "GNU Fortran2008 12.2.0",
        ("-mtune=generic", "-fintrinsic-modules-path /usr/lib/gcc/12/finclude", "-g", "-O2"),
    )
    snapshot = parse_producer("GNU C17 13.2.1 20230801 -march=x86-64 --param=x=1")
    assert (snapshot.tool, snapshot.flags) == ("GNU C17 13.2.1 20230801", ("-march=x86-64", "--param=x=1"))


def test_clang_with_its_command_line() -> None:
    plain = parse_producer("Debian clang version 14.0.6")
    assert (plain.tool, plain.flags) == ("Debian clang version 14.0.6", ())
    recorded = parse_producer("Debian clang version 14.0.6 /usr/lib/llvm-14/bin/clang -g -O2 a.c -o a")
    assert recorded.tool == "Debian clang version 14.0.6"
    assert recorded.flags == ("-g", "-O2 a.c", "-o a")
    commit = parse_producer("clang version 17.0.1 (https://example.org/llvm 0123abc)")
    assert (commit.version, commit.flags) == ("17.0.1", ())


def test_go_and_rustc() -> None:
    go = parse_producer("Go cmd/compile go1.27.3; regabi")
    assert (go.tool, go.version, go.flags) == ("Go cmd/compile go1.27.3", "1.27.3", ("regabi",))
    rust = parse_producer("clang LLVM (rustc version 1.95.0 (59807616e 2026-04-14))")
    assert rust.flags == ()
    assert rust.tool == "clang LLVM (rustc version 1.95.0 (59807616e 2026-04-14))"


def test_releases_compare_as_numbers() -> None:
    assert release("12.2.0-14+deb12u1") == (12, 2, 0)
    assert release("10") > release("9.5.0")
    assert release("8.1") >= (8,)
    assert release("") == ()
    assert release("9" * 50) == (999999999,)
    assert parse_producer("GNU C17 7.5.0").release < (8,)
