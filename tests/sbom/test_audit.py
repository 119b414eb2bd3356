"""Which versions an advisory touches, and audits against databases of both forms."""

from __future__ import annotations

import itertools
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from elfdiff.errors import UsageError
from elfdiff.payload.dependencies import read_dependencies
from elfdiff.payload.semver import parse_version
from elfdiff.sbom.advisory import Advisory, BadDatabase, Interval, complement, requirement
from elfdiff.sbom.audit import Audit, audit_list, load_database, runs_on, severity_of
from elfdiff.sbom.auditreport import audit_json, audit_text
from elfdiff.sbom.ignoring import ignored
from elfdiff.sbom.osv import parse_record

ADVISORY = """```toml
[advisory]
id = "{id}"
package = "{package}"
date = "{date}"
{head}
[versions]
{versions}
[affected]
{affected}
```

# Title of `{id}`

Text.
"""


def advisory(
    home: Path,
    number: int,
    package: str,
    versions: str,
    head: str = "",
    affected: str = "",
    date: str = "2024-01-01",
) -> None:
    """Writes one advisory of a RustSec checkout."""
    name = f"RUSTSEC-2024-{number:04}"
    place = home / "crates" / package
    place.mkdir(parents=True, exist_ok=True)
    text = ADVISORY.format(id=name, package=package, date=date, head=head, versions=versions, affected=affected)
    (place / f"{name}.md").write_text(text)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A small database: an ordinary advisory, all versions, informational, withdrawn, Windows only, two branches."""
    home = tmp_path / "db"
    cvss = 'cvss = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"\naliases = ["CVE-2024-1"]'
    advisory(home, 1, "plain", 'patched = [">= 1.2.3"]\nunaffected = ["< 1.0.0"]', head=cvss)
    advisory(home, 2, "hopeless", "patched = []", date="2024-05-06")
    advisory(home, 3, "plain", 'patched = [">= 2.0.0"]', head='informational = "unsound"')
    advisory(home, 4, "plain", "patched = []", head='withdrawn = "2024-02-02"')
    advisory(home, 5, "plain", "patched = []", affected='os = ["windows"]')
    advisory(home, 6, "branches", 'patched = ["^1.4.2", ">= 2.1.0-rc.2"]')
    return home


def audit(carry: Callable[..., bytes], home: Path, *crates: str, source: str = "crates.io") -> Audit:
    packages = [{"name": "app", "version": "1.0.0", "source": "local", "root": True}]
    for crate in crates:
        name, version = crate.split()
        packages.append({"name": name, "version": version, "source": source})
    return audit_list(read_dependencies(carry(packages), "app"), load_database(str(home)))


def ids(found: Audit) -> list[str]:
    return [f"{hit.advisory.id[-1]} {hit.package.name} {hit.package.version}" for hit in found.vulnerabilities]


# Bounds, after SemVer item 11 and rustsec's own conversion of requirements to ranges.


@pytest.mark.parametrize(
    ("text", "inside", "outside"),
    [
        (">= 1.2.3", "1.2.3 1.2.4-0 9.0.0", "1.2.3-rc.1 1.2.2"),
        ("> 1.2.3", "1.2.4-0 1.2.4", "1.2.3 1.2.3-zz 1.2.3+b"),
        (">1.2", "1.2.1 1.2.1-0", "1.2.0"),
        ("< 1.2.3", "1.2.3-0 1.2.2", "1.2.3 1.2.4-0"),
        ("<=1.2.3", "1.2.3 1.2.3-a", "1.2.4-0 1.2.4"),
        ("= 1.2.3", "1.2.3 1.2.3+b", "1.2.3-a 1.2.4-0 1.2.4"),
        ("=1.2.3-a", "1.2.3-a", "1.2.3-a.0 1.2.3"),
        ("^1.2.3", "1.2.3 1.99.0 1.2.4-a", "2.0.0-0 2.0.0-alpha 2.0.0 1.2.2 1.2.3-a"),
        ("1.2.3", "1.2.3 1.99.0", "2.0.0 2.0.0-alpha"),
        ("^ 0.2.3", "0.2.3 0.2.99", "0.3.0-0 0.3.0 0.2.2"),
        ("^0.0.3", "0.0.3", "0.0.4-0 0.0.4 0.0.2"),
        ("^0.0", "0.0.0 0.0.9", "0.1.0-0 0.1.0"),
        ("^0", "0.0.0 0.9.9", "1.0.0-0"),
        ("^1", "1.0.0 1.9.0", "2.0.0-0 0.9.9"),
        ("~1.2.3", "1.2.3 1.2.99", "1.3.0-0 1.3.0 1.2.2"),
        ("~1.2", "1.2.0 1.2.99", "1.3.0-0"),
        ("~1", "1.0.0 1.99.0", "2.0.0-0"),
        (">= 1.0, < 1.2.3-beta.2", "1.0.0 1.2.3-beta.1 1.2.3-alpha", "1.2.3-beta.2 1.2.3 1.0.0-rc.1"),
        ("< 2.0.0, >= 1.0.0", "1.0.0 2.0.0-rc.1", "2.0.0 0.9.9"),
    ],
)
def test_requirements(text: str, inside: str, outside: str) -> None:
    interval = requirement(text)
    for word in inside.split():
        version = parse_version(word)
        assert version is not None
        assert version in interval, word
    for word in outside.split():
        version = parse_version(word)
        assert version is not None
        assert version not in interval, word


@pytest.mark.parametrize(
    "text",
    ["", "*", "1.*", ">= 1.0 < 2.0", ">= x", "== 1.0.0", ">= 1.0, > 2.0", "< 1, <= 2", "^1, < 2", "1.0.0.0", ">="],
)
def test_requirements_that_are_not_allowed(text: str) -> None:
    with pytest.raises(BadDatabase, match="requirement"):
        requirement(text)


def test_complement_covers_what_the_intervals_do_not() -> None:
    texts = ["0.0.0-0", "0.9.0", "1.0.0-0", "1.0.0", "1.1.0", "2.0.0-0", "2.0.0", "3.0.0"]
    versions = [version for text in texts if (version := parse_version(text))]
    bounds = [None, *versions[1::2]]
    ranges = [Interval(low, high) for low in bounds for high in bounds if not (low and high and high.key <= low.key)]
    for some in itertools.chain(*(itertools.combinations(ranges, count) for count in range(4))):
        gaps = complement(some)
        for version in versions:
            assert any(version in gap for gap in gaps) != any(version in interval for interval in some)


def test_versions_of_an_advisory(carry: Callable[..., bytes], home: Path) -> None:
    found = audit(
        carry, home, "plain 0.9.9", "plain 1.0.0-rc.1", "plain 1.0.0", "plain 1.2.3-rc.1", "plain 1.2.3",
        "branches 1.4.1", "branches 1.4.2", "branches 2.0.0-alpha", "branches 2.0.0", "branches 2.1.0-rc.1",
        "branches 2.1.0-rc.2", "hopeless 7.0.0", "unknown 1.0.0",
    )  # fmt: skip
    # 1.0.0-rc.1 lies below 1.0.0 and so in "< 1.0.0"; 1.2.3-rc.1 lies below 1.2.3, which is the first patched one.
    assert ids(found) == [
        "6 branches 1.4.1",
        "6 branches 2.0.0",
        "6 branches 2.0.0-alpha",
        "6 branches 2.1.0-rc.1",
        "2 hopeless 7.0.0",
        "1 plain 1.0.0",
        "1 plain 1.2.3-rc.1",
    ]
    assert {(hit.advisory.informational, hit.package.version) for hit in found.warnings} == {
        ("unsound", version) for version in ("0.9.9", "1.0.0", "1.0.0-rc.1", "1.2.3", "1.2.3-rc.1")
    }
    assert found.checked == 13
    assert found.not_checked == ("yanked", "toolchain", "source:local")


@pytest.mark.parametrize("source", ["git", "local", "registry", "https://example.org/index"])
def test_only_crates_io_is_looked_up(carry: Callable[..., bytes], home: Path, source: str) -> None:
    found = audit(carry, home, "hopeless 1.0.0", source=source)
    assert (found.vulnerabilities, found.checked) == ((), 0)
    assert f"source:{source}" in found.not_checked


def test_further_lists_are_audited_too(make: Any, part: Any, home: Path) -> None:
    import zlib

    def stream(name: str) -> bytes:
        return zlib.compress(
            json.dumps({"packages": [{"name": name, "version": "1.0.0", "source": "crates.io"}]}).encode()
        )

    found = read_dependencies(make([part(".dep-v0", stream("innocent") + stream("hopeless"))]), "app")
    assert ids(audit_list(found, load_database(str(home)))) == ["2 hopeless 1.0.0"]


def test_build_dependencies_are_audited_and_told(carry: Callable[..., bytes], home: Path) -> None:
    packages = [{"name": "hopeless", "version": "1.0.0", "source": "crates.io", "kind": "build"}]
    found = audit_list(read_dependencies(carry(packages), "app"), load_database(str(home)))
    assert [hit.package.kind for hit in found.vulnerabilities] == ["build"]
    assert "only used by the build" in audit_text(found)


@pytest.mark.parametrize(
    ("container", "systems", "touched"),
    [
        ("elf", (), True),
        ("elf", ("windows",), False),
        ("elf", ("macos", "ios"), False),
        ("elf", ("windows", "linux"), True),
        ("elf", ("freebsd",), True),
        ("pe", ("windows",), True),
        ("pe", ("linux",), False),
        ("macho", ("ios",), True),
        ("macho", ("linux", "windows"), False),
    ],
)
def test_systems_that_run_the_file(container: str, systems: tuple[str, ...], touched: bool) -> None:
    assert runs_on(container, systems) is touched


@pytest.mark.parametrize(
    ("vectors", "word"),
    [
        ((), None),
        (("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",), "critical"),
        (("CVSS:3.0/AV:L/AC:H/PR:N/UI:R/S:U/C:N/I:N/A:L",), "low"),
        (("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:N",), "none"),
        (("CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N",), "critical"),
        (("AV:N/AC:L/Au:N/C:C/I:C/A:C",), "high"),
        (("nonsense",), None),
        (("nonsense", "CVSS:3.1/AV:L/AC:H/PR:N/UI:R/S:U/C:N/I:N/A:L"), "low"),
    ],
)
def test_severity(vectors: tuple[str, ...], word: str | None) -> None:
    assert severity_of(vectors) == word


# OSV


def record(**fields: Any) -> dict[str, Any]:
    package = {"ecosystem": "crates.io", "name": "plain"}
    return {
        "id": "GHSA-1", "published": "2024-03-04T00:00:00Z", "affected": [{"package": package, **fields}],
    }  # fmt: skip


def semver(*events: tuple[str, str]) -> list[dict[str, Any]]:
    return [{"type": "SEMVER", "events": [{kind: version} for kind, version in events]}]


@pytest.mark.parametrize(
    ("fields", "inside", "outside"),
    [
        ({"ranges": semver(("introduced", "0"), ("fixed", "1.2.3"))}, "0.0.0-0 1.2.2 1.2.3-rc.1", "1.2.3"),
        ({"ranges": semver(("introduced", "0.0.0-0"))}, "0.0.0-0 9.0.0", ""),
        ({"ranges": semver(("fixed", "2.0.0"), ("introduced", "1.0.0"))}, "1.0.0 2.0.0-a", "0.9.0 2.0.0 1.0.0-a"),
        ({"ranges": semver(("introduced", "1.0.0"), ("last_affected", "1.1.0"))}, "1.1.0 1.1.0+b", "1.1.1-0 1.1.1"),
        (
            {
                "ranges": semver(
                    ("introduced", "1.0.0"), ("fixed", "1.1.0"), ("introduced", "2.0.0"), ("fixed", "2.1.0")
                )
            },
            "1.0.0 2.0.0",
            "1.1.0 1.5.0 2.1.0",
        ),
        (
            {"ranges": semver(("introduced", "0"), ("fixed", "1.0.0"), ("introduced", "1.0.0"), ("fixed", "1.1.0"))},
            "0.5.0 1.0.0",
            "1.1.0",
        ),
        (
            {
                "ranges": semver(
                    ("introduced", "1.0.0"), ("fixed", "1.0.0"), ("introduced", "2.0.0"), ("fixed", "2.1.0")
                )
            },
            "2.0.0",
            "1.0.0 1.0.1",
        ),
        ({"versions": ["1.0.0", "1.0.5+x"]}, "1.0.0 1.0.5+x", "1.0.1"),
        ({"ranges": [{"type": "GIT", "events": [{"introduced": "0"}]}]}, "", "1.0.0"),
    ],
)
def test_osv_events(fields: dict[str, Any], inside: str, outside: str) -> None:
    (found,) = parse_record(record(**fields))
    assert isinstance(found, Advisory)
    assert found.date == "2024-03-04"
    assert [word for word in inside.split() if not found.touches(word)] == []
    assert [word for word in outside.split() if found.touches(word)] == []


def test_osv_fields() -> None:
    document = record(
        ranges=semver(("introduced", "0"), ("fixed", "1.2.3")),
        database_specific={"informational": "unmaintained"},
        ecosystem_specific={"affects": {"os": ["windows"]}},
    )
    document |= {
        "aliases": ["CVE-1"], "summary": "A `title`", "withdrawn": "2024-05-05T00:00:00Z",
        "severity": [{"type": "CVSS_V3", "score": "CVSS:3.1/AV:L/AC:H/PR:N/UI:R/S:U/C:N/I:N/A:L"}],
    }  # fmt: skip
    (found,) = parse_record(document)
    assert (found.aliases, found.title, found.withdrawn, found.systems) == (("CVE-1",), "A title", True, ("windows",))
    assert (found.informational, found.patched) == ("unmaintained", (">= 1.2.3",))
    assert severity_of(found.vectors) == "low"
    assert found.url == "https://osv.dev/vulnerability/GHSA-1"
    document["affected"][0]["package"]["ecosystem"] = "npm"
    assert list(parse_record(document)) == []


def test_osv_in_a_directory_and_in_a_zip(carry: Callable[..., bytes], tmp_path: Path) -> None:
    document = json.dumps(record(ranges=semver(("introduced", "0"), ("fixed", "1.2.3"))))
    (tmp_path / "osv" / "deep").mkdir(parents=True)
    (tmp_path / "osv" / "deep" / "GHSA-1.json").write_text(document)
    (tmp_path / "osv" / "README.md").write_text("no record")
    with zipfile.ZipFile(tmp_path / "osv.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("GHSA-1.json", document)
    for place in ("osv", "osv.zip"):
        found = audit(carry, tmp_path / place, "plain 1.0.0", "plain 1.2.3")
        assert [hit.package.version for hit in found.vulnerabilities] == ["1.0.0"]
        assert (found.database.kind, found.database.newest) == ("osv", "2024-03-04")


# Databases that cannot be believed


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ({}, "holds no advisory"),
        ({"crates/a/RUSTSEC-2024-0001.md": "# no front matter"}, "no TOML front matter"),
        ({"crates/a/RUSTSEC-2024-0001.md": "```toml\n[advisory\n```\n"}, "TOMLDecodeError"),
        ({"crates/a/RUSTSEC-2024-0001.md": '```toml\n[advisory]\nid = "x"\n```\n'}, "lacks a field"),
        ({"a.json": "{"}, "is not JSON"),
        ({"a.json": '{"id":"x","affected":[{"package":{}}]}'}, "lacks a field"),
        ({"a.json": '{"id":"x","affected":7}'}, "wrong type"),
        ({"a.json": json.dumps(record(ranges=semver(("introduced", "one"))))}, "no semantic version"),
        ({"a.json": "[" * 2_000}, "is not JSON"),
    ],
)
def test_broken_database_is_named(tmp_path: Path, files: dict[str, str], words: str) -> None:
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    with pytest.raises(BadDatabase, match=words) as caught:
        load_database(str(tmp_path))
    assert str(tmp_path) in str(caught.value)


def test_broken_requirement_names_its_file(home: Path) -> None:
    advisory(home, 9, "bad", 'patched = [">= 1.0 < 2.0"]')
    with pytest.raises(BadDatabase, match=r"RUSTSEC-2024-0009\.md: the version requirement"):
        load_database(str(home))


def test_paths_that_are_no_database(tmp_path: Path) -> None:
    with pytest.raises(BadDatabase, match="no such advisory database"):
        load_database(str(tmp_path / "missing"))
    (tmp_path / "file").write_bytes(b"no zip")
    with pytest.raises(BadDatabase, match="no zip archive"):
        load_database(str(tmp_path / "file"))


def test_a_record_just_past_the_limit_is_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "osv.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.json", b" " * ((8 << 20) + 1))
    with pytest.raises(BadDatabase, match="beyond a limit"):
        load_database(str(tmp_path / "osv.zip"))


# Output


def test_json_is_valid(carry: Callable[..., bytes], home: Path, schema: Callable[[str], Any]) -> None:
    found = audit(carry, home, "plain 1.0.0", "hopeless 1.0.0")
    text = audit_json(found)
    assert text.count("\n") == 1
    document = json.loads(text)
    schema("audit-1").validate(document)
    assert document["database"] == {"kind": "rustsec", "advisories": 6, "newest": "2024-05-06"}
    assert document["vulnerabilities"][1] == {
        "id": "RUSTSEC-2024-0001",
        "aliases": ["CVE-2024-1"],
        "package": "plain",
        "version": "1.0.0",
        "kind": "runtime",
        "severity": "critical",
        "patched": [">= 1.2.3"],
        "url": "https://rustsec.org/advisories/RUSTSEC-2024-0001.html",
    }
    assert document["warnings"] == [
        {"id": "RUSTSEC-2024-0003", "informational": "unsound", "package": "plain", "version": "1.0.0"}
    ]


def test_text_says_what_to_do_and_what_was_not_checked(carry: Callable[..., bytes], home: Path) -> None:
    text = audit_text(audit(carry, home, "plain 1.0.0", "hopeless 1.0.0"))
    lines = text.splitlines()
    assert lines[0] == "elfdiff: VULNERABLE  2 known vulnerabilities in 2 of 2 packages of app"
    assert "  plain 1.0.0: >= 1.2.3" in lines
    assert "  hopeless 1.0.0: no patched version is known; replace it" in lines
    assert "RUSTSEC-2024-0001  plain 1.0.0  critical" in lines
    assert "    Title of RUSTSEC-2024-0001" in lines
    assert any(line.startswith("not checked: yanked versions") for line in lines)
    assert lines[-1] == "elfdiff: result=vulnerable vulnerabilities=2 warnings=1 exit=1"


def test_clean_text(carry: Callable[..., bytes], home: Path) -> None:
    lines = audit_text(audit(carry, home, "other 1.0.0")).splitlines()
    assert lines[0] == "elfdiff: CLEAN  no known vulnerability in the 1 packages of app that were checked"
    assert lines[-1] == "elfdiff: result=clean vulnerabilities=0 warnings=0 exit=0"


# Advisories that are not counted


def test_ignored_advisories_are_told_apart(
    carry: Callable[..., bytes], home: Path, schema: Callable[[str], Any]
) -> None:
    (home.parent / "ignored").write_text("# looked into\n\nCVE-2024-1  only on input of our own\nRUSTSEC-2024-0002\n")
    packages = [{"name": name, "version": "1.0.0", "source": "crates.io"} for name in ("plain", "hopeless")]
    packages.append({"name": "app", "version": "1.0.0", "source": "local", "root": True})
    found = read_dependencies(carry(packages), "app")
    spared = ignored(["RUSTSEC-2024-0003"], str(home.parent / "ignored"))
    result = audit_list(found, load_database(str(home)), spared)
    assert (result.vulnerabilities, result.warnings) == ((), ())
    assert [(hit.advisory.id, reason) for hit, reason in result.ignored] == [
        ("RUSTSEC-2024-0002", ""),
        ("RUSTSEC-2024-0001", "only on input of our own"),
        ("RUSTSEC-2024-0003", ""),
    ]
    document = json.loads(audit_json(result))
    schema("audit-1").validate(document)
    assert document["ignored"][1]["reason"] == "only on input of our own"
    assert "ignored, not counted:" in audit_text(result).splitlines()


def test_a_line_without_an_identifier_is_named(tmp_path: Path) -> None:
    (tmp_path / "ignored").write_text("because\n")
    with pytest.raises(UsageError, match="line 1 does not begin with an identifier"):
        ignored([], str(tmp_path / "ignored"))
