from __future__ import annotations

from elfdiff.causes.configure_result import detect as configure_result
from elfdiff.causes.source_change import detect as source_change
from elfdiff.evidence.model import BuildIdKept, DynamicChange, SourceDigestChange, SymbolSetChange

FACE = "env-configure-detected-features"


def needed(a, b):
    return DynamicChange(tag="DT_NEEDED", a_value=a, b_value=b)


def imports(a=(), b=()):
    return SymbolSetChange(
        table="dynsym", imports=True, a_only=tuple(a), b_only=tuple(b), a_count=len(a), b_count=len(b), total=9
    )


def test_a_library_with_its_functions_on_one_side(seen, ask):
    facts = needed(None, "libz.so.1"), imports(b=["inflate", "inflateEnd"])
    assert ask(configure_result, seen.given(*facts)) == {FACE: "possible"}
    assert ask(configure_result, seen.given(*facts, seen.text("zlib: no", "zlib: yes"))) == {FACE: "likely"}
    with_digest = seen.given(*facts, seen.text("zlib: no", "zlib: yes"), SourceDigestChange(file="io.c"))
    assert ask(configure_result, with_digest) == {FACE: "possible"}


def test_a_library_without_use_may_come_from_a_configure_test(seen, ask):
    assert ask(configure_result, seen.given(needed(None, "libz.so.1"))) == {FACE: "possible"}
    assert ask(configure_result, seen.given(needed(None, "libz.so.1"), BuildIdKept(length=20))) == {}


def test_another_soname_or_imports_alone_are_no_feature(seen, ask):
    assert ask(configure_result, seen.given(needed("libz.so.1", "libz.so.2"), imports(b=["inflate"]))) == {}
    assert ask(configure_result, seen.given(imports(b=["socket"]))) == {}
    assert ask(configure_result, seen.given(needed(None, "libz.so.1"), imports(a=["inflate"]))) == {}


def test_drift_comes_first(seen, ask):
    facts = needed(None, "libz.so.1"), imports(b=["inflate"])
    assert ask(configure_result, seen.given(seen.tool("gcc", "11", "12"), *facts)) == {}
    assert ask(configure_result, seen.given(seen.drift("flate2", "1.0", "1.1"), *facts)) == {}


def test_a_tool_of_the_system_in_another_directory(seen, ask):
    assert ask(configure_result, seen.given(seen.path("/bin", "/usr/bin", "sed"))) == {FACE: "certain"}
    assert ask(configure_result, seen.given(seen.path("/home/ci/bin", "/usr/bin", "sed"))) == {}
    assert ask(configure_result, seen.given(seen.path("/bin", "/usr/bin", ""))) == {}


def test_functions_of_an_optional_feature_of_the_c_library(seen, ask):
    nls = imports(b=["gettext@GLIBC_2.2.5", "bindtextdomain@GLIBC_2.2.5", "textdomain@GLIBC_2.2.5"])
    assert ask(configure_result, seen.given(nls, seen.text("Without NLS", "With NLS"))) == {FACE: "likely"}
    assert ask(source_change, seen.given(nls, seen.text("Without NLS", "With NLS"))) == {}
    assert ask(configure_result, seen.given(imports(b=["gettext"]))) == {}
    assert ask(configure_result, seen.given(imports(b=["getline", "strdup"]))) == {}


def test_the_loader_is_no_library_that_configure_finds(seen, ask):
    facts = needed("ld-linux-x86-64.so.2", None), imports(["__tls_get_addr"]), seen.text("one", None)
    assert ask(configure_result, seen.given(*facts)) == {}
