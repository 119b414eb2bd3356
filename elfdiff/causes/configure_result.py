"""Configure found other things on the two machines.

## What it looks like

A library is needed on one side only, and its functions with it:

    a  NEEDED libz.so.1    imports inflate, inflateInit2_, inflateEnd
    b                      none of these

or a program of the system is named in another directory: `/bin/sed` and `/usr/bin/sed`.

## Why it happens

Configure scripts, CMake's find_package and meson's auto features use what is installed: a header, a library, a tool.
A builder with more packages builds a program with more features. A system with merged /usr finds its tools elsewhere
than one without.

## How to be sure

A needed library that only one side has was linked on that side only. Why, the files cannot say: a configure test, an
option, or a change of the source; so elfdiff says "likely" at most. The two config.log or CMakeCache.txt files say
it: compare them. If the library is needed and none of its functions is used, build-flags comes first: -l stood on one
command line only, from a flag or from a configure test that found the library, and --as-needed on neither.
"""

from __future__ import annotations

from collections.abc import Iterator

from elfdiff.actions import Do, Export, Run
from elfdiff.causes._facts import dependencies_differ, sources_differ, tools_differ
from elfdiff.causes._linking import is_static_on_one_side
from elfdiff.causes._places import is_system_tool, whole
from elfdiff.causes._programs import hardly_alike
from elfdiff.causes._runtimes import is_runtime
from elfdiff.causes._wording import listed
from elfdiff.causes.model import Claim, Proof, cause
from elfdiff.evidence.model import BuildIdKept, DynamicChange, EvidenceSet, PathChange, SymbolSetChange, TextChange
from elfdiff.patterns import late
from elfdiff.report import Effect, Fix, Role

_SHELL = late(r"/(?:usr/)?(?:local/)?bin/(?:ba|da|k|z)?sh\b")


_ENOUGH_NAMES = 20
_ENOUGH_OF_FAMILY = 2
_OPTIONAL = (
    (
        frozenset(
            {
                "gettext",
                "dcgettext",
                "dgettext",
                "ngettext",
                "dngettext",
                "dcngettext",
                "bindtextdomain",
                "textdomain",
                "bind_textdomain_codeset",
                "libintl_gettext",
                "libintl_bindtextdomain",
                "libintl_textdomain",
            }
        ),
        "--enable-nls or --disable-nls",
    ),
    (
        frozenset({"iconv", "iconv_open", "iconv_close", "libiconv", "libiconv_open", "libiconv_close"}),
        "--with-libiconv",
    ),
    (frozenset({"openlog", "syslog", "closelog", "vsyslog"}), "syslog, or none"),
)
"""Functions of the C library that programs call where configure found them or was told to use them."""


@cause(
    title="configure found other features or tools",
    role=Role.INPUT,
    faces={
        "env-configure-detected-features": "a library, feature or tool was found on one side only",
        "env-umask-and-file-modes": "file modes of the build are stored",
    },
    fixes=(
        Fix(
            "any",
            Do(
                "build both in one minimal container, and say what you want: --with-X or --without-X, "
                "-DCMAKE_DISABLE_FIND_PACKAGE_X=ON, -Dauto_features=disabled"
            ),
            Effect.REMOVES,
            ("env-configure-detected-features",),
        ),
        Fix(
            "autoconf",
            Export("CONFIG_SHELL", "/bin/sh"),
            Effect.REMOVES,
            ("env-configure-detected-features",),
            note="fixes scripts that record the shell; ac_cv_path_SED=/bin/sed and its like fix the other tools",
        ),
        Fix("any", Run("umask 022"), Effect.REMOVES, ("env-umask-and-file-modes",)),
    ),
    references=(
        "Debian reproducible notes: captures_shell_variable_in_autofoo_script (95 packages), "
        "different_due_to_umask (100)",
        "Autoconf manual: cache variables; CMake manual: CMAKE_DISABLE_FIND_PACKAGE",
    ),
)
def detect(evidence: EvidenceSet) -> Iterator[Claim]:
    if _are_two_programs(evidence) or hardly_alike(evidence) or is_static_on_one_side(evidence):
        return
    tools = [change for change in evidence.of(PathChange) if is_system_tool(change)]
    if tools:
        yield Claim(
            "env-configure-detected-features",
            tuple(tools),
            Proof.RECORDED,
            f"{whole(tools[0], 'a')} in a, {whole(tools[0], 'b')} in b",
            "one system has its tools in another directory (merged /usr)",
        )
    if tools_differ(evidence) or dependencies_differ(evidence):
        return
    lone = [
        change
        for change in evidence.of(DynamicChange)
        if change.tag == "DT_NEEDED" and (change.a_value is None or change.b_value is None)
    ]
    # Options bring in the compiler's own libraries, and whether the loader is needed follows from the code.
    needed = [change for change in lone if not is_runtime(change)]
    imports = [change for change in evidence.of(SymbolSetChange) if change.imports]
    if not needed:
        if not lone:
            yield from _families(evidence, imports)
        return
    first = needed[0]
    side, library = ("b", first.b_value) if first.a_value is None else ("a", first.a_value)
    if any(_follows(needed, change) for change in imports):
        texts = any(not text.fragment for text in evidence.of(TextChange))
        yield Claim(
            "env-configure-detected-features",
            (*needed, *imports),
            Proof.CONSISTENT if sources_differ(evidence) or not texts else Proof.SHAPE,
            f"only {side} needs {library}",
            "an option or a change of the source looks the same; compare the two config.log",
            explains_code=True,
        )
    elif not imports and not evidence.has(BuildIdKept):
        yield Claim(
            "env-configure-detected-features",
            tuple(needed),
            Proof.CONSISTENT,
            f"only {side} needs {library}, and no function of it is used",
            "a test that puts -l into LIBS does that where the linker has no --as-needed; so does a flag",
        )


def _families(evidence: EvidenceSet, imports: list[SymbolSetChange]) -> Iterator[Claim]:
    """Functions of the C library that an optional feature calls, on one side only: no library tells of it."""
    if sources_differ(evidence):
        return
    for change in imports:
        sides = [{name.split("@")[0] for name in names} for names in (change.a_only, change.b_only)]
        for family, option in _OPTIONAL:
            found = [side & family for side in sides]
            if bool(found[0]) != bool(found[1]) and max(map(len, found)) >= _ENOUGH_OF_FAMILY:
                side = "a" if found[0] else "b"
                names = listed(sorted(found[0] or found[1]))
                yield Claim(
                    "env-configure-detected-features",
                    (change, *evidence.of(TextChange)),
                    Proof.SHAPE,
                    f"only {side} calls {names}: {option}",
                    "an option or a change of the source looks the same; compare the two config.log",
                    explains_code=True,
                )
                return


def _follows(needed: list[DynamicChange], imports: SymbolSetChange) -> bool:
    """The side with more libraries imports more."""
    more_b = any(change.a_value is None for change in needed)
    more_a = any(change.b_value is None for change in needed)
    return (more_b and bool(imports.b_only)) or (more_a and bool(imports.a_only))


def _are_two_programs(evidence: EvidenceSet) -> bool:
    """True if hardly a name of their own is common to both files: no option of configure makes one of the other."""
    return any(
        not names.imports and min(names.a_count, names.b_count) >= _ENOUGH_NAMES and names.a_count * 5 > names.total * 4
        for names in evidence.of(SymbolSetChange)
    )
