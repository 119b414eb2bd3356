"""What a build was given, as provenance tells it: SLSA 0.2 and 1 under the same names, in groups."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from enum import StrEnum

from elfdiff.jsonvalues import listed, mapping, text
from elfdiff.patterns import late
from elfdiff.provenance.statement import Statement
from elfdiff.values import dataclass

MAX_VALUES = 50_000
"""Values of one statement; real ones have some hundred."""


class Group(StrEnum):
    """What a recorded value is about; RUN names this run alone and is expected to differ."""

    OUTCOME = "outcome"
    SOURCE = "source"
    BUILDER = "builder"
    RUNNER = "runner"
    PARAMETERS = "parameters"
    DEPENDENCIES = "dependencies"
    ENVIRONMENT = "environment"
    RUN = "run"


@dataclass(frozen=True, slots=True)
class Inputs:
    """The recorded values of one statement; ``kind`` says in words what recorded them."""

    where: str
    kind: str
    values: Mapping[tuple[Group, str], str]


_RUN = late(
    r"(?:github_?)?(?:run_?(?:id|number|attempt)|event_payload(?:[.\[].*)?|job|retention_days|actor(?:_id)?|"
    r"triggering_actor(?:_id)?)|invocationid|buildinvocationid|startedon|finishedon|buildstartedon|buildfinishedon",
    re.IGNORECASE,
)
_RUNNER = late(r"(?:runner_?.*|image_?(?:os|version)|os|arch|environment)", re.IGNORECASE)
_SOURCE = late(r"(?:github_?)?(?:sha1?|ref(?:_name|_type)?|head_ref|base_ref|repository|workflow_sha)", re.IGNORECASE)
_AT = late(r"@(?:refs/)?[^@/]*(?:/[^@]*)?\Z")


def inputs_of(statement: Statement, where: str) -> Inputs:
    """The values of one SLSA statement (https://slsa.dev/provenance/v0.2 and v1); other predicates are parameters."""
    found = _Values()
    for subject in statement.subjects:
        found.add(Group.OUTCOME, subject.name, subject.sha256 or "")
    predicate = statement.predicate
    if isinstance(predicate.get("buildDefinition"), dict):
        _version_1(predicate, found)
    elif "invocation" in predicate or "materials" in predicate:
        _version_0(predicate, found)
    else:
        found.flatten(Group.PARAMETERS, "", predicate)
    return Inputs(where, statement.predicate_type, found.values)


class _Values:
    """Collects values, up to the limit."""

    def __init__(self) -> None:
        self.values: dict[tuple[Group, str], str] = {}

    def add(self, group: Group, key: str, value: object) -> None:
        if len(self.values) < MAX_VALUES and value not in (None, ""):
            self.values[group, key] = value if isinstance(value, str) else repr(value)

    def flatten(self, group: Group, prefix: str, value: object) -> None:
        for key, leaf in _leaves(prefix, value):
            self.add(group, key, leaf)

    def environment(self, value: object) -> None:
        """Values by what their name says: of the run, of the runner, of the source, or plain environment."""
        for key, leaf in _leaves("", value):
            name = key.removeprefix("github.")
            if _RUN.fullmatch(name):
                group = Group.RUN
            elif _RUNNER.fullmatch(name):
                group = Group.RUNNER
            elif _SOURCE.fullmatch(name):
                group = Group.SOURCE
            else:
                group = Group.ENVIRONMENT
            self.add(group, key, leaf)

    def materials(self, items: object) -> None:
        """Dependencies by their address without what stands behind @: places in the list mean nothing."""
        for item in map(mapping, listed(items)):
            uri = text(item.get("uri")) or text(item.get("name")) or "?"
            name, ref = _AT.sub("", uri), uri
            self.add(Group.DEPENDENCIES, f"{name} ref", ref.removeprefix(name).lstrip("@"))
            for kind, digest in sorted(mapping(item.get("digest")).items()):
                self.add(Group.DEPENDENCIES, f"{name} {kind}", digest)

    def source(self, value: Mapping[str, object]) -> None:
        uri = text(value.get("uri")) or ""
        name = _AT.sub("", uri)
        self.add(Group.SOURCE, "uri", name)
        self.add(Group.SOURCE, "ref", uri.removeprefix(name).lstrip("@"))
        self.flatten(Group.SOURCE, "digest", mapping(value.get("digest")))
        self.add(Group.SOURCE, "entryPoint", value.get("entryPoint"))


def _version_0(predicate: Mapping[str, object], found: _Values) -> None:
    invocation = mapping(predicate.get("invocation"))
    found.source(mapping(invocation.get("configSource")))
    found.add(Group.BUILDER, "id", mapping(predicate.get("builder")).get("id"))
    found.add(Group.BUILDER, "buildType", predicate.get("buildType"))
    found.flatten(Group.PARAMETERS, "", mapping(invocation.get("parameters")))
    found.flatten(Group.PARAMETERS, "buildConfig", mapping(predicate.get("buildConfig")))
    found.environment(invocation.get("environment"))
    found.materials(predicate.get("materials"))
    found.environment(predicate.get("metadata"))


def _version_1(predicate: Mapping[str, object], found: _Values) -> None:
    definition, details = mapping(predicate.get("buildDefinition")), mapping(predicate.get("runDetails"))
    external = dict(mapping(definition.get("externalParameters")))
    workflow = external.pop("workflow", None)
    if isinstance(workflow, dict):
        found.flatten(Group.SOURCE, "workflow", workflow)
    source = external.pop("source", None)
    if isinstance(source, dict):
        found.source(source)
    elif source is not None:
        found.flatten(Group.SOURCE, "source", source)
    found.flatten(Group.PARAMETERS, "", external)
    found.add(Group.BUILDER, "buildType", definition.get("buildType"))
    builder = mapping(details.get("builder"))
    found.add(Group.BUILDER, "id", builder.get("id"))
    found.flatten(Group.BUILDER, "version", mapping(builder.get("version")))
    found.environment(definition.get("internalParameters"))
    found.materials(definition.get("resolvedDependencies"))
    found.materials(builder.get("builderDependencies"))
    found.environment(details.get("metadata"))


def _leaves(prefix: str, value: object) -> Iterator[tuple[str, object]]:
    """Texts, numbers and truths of nested objects, with their path."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _leaves(f"{prefix}.{key}" if prefix else str(key), item)
    elif isinstance(value, list):
        for number, item in enumerate(value):
            yield from _leaves(f"{prefix}[{number}]", item)
    elif value is not None:
        yield prefix, value
