"""What a signer must be: each part that was asked for is compared as a whole string, never as a part of one."""

from __future__ import annotations

import re
from collections.abc import Iterator

from elfdiff.errors import UsageError
from elfdiff.patterns import late
from elfdiff.provenance.identity import GITHUB, Identity
from elfdiff.provenance.statement import COSIGN_SIGNATURE, PROVENANCE
from elfdiff.values import dataclass

GITHUB_ISSUER = "https://token.actions.githubusercontent.com"
_NAME = late(r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9_-])?")
_REPOSITORY = late(r"[A-Za-z0-9._-]+/[A-Za-z0-9._-]+")
_WORKFLOW = late(r"(?:https://)?(?:github\.com/)?(?P<path>[^/@\s]+/[^/@\s]+/[^@\s]+)(?:@(?P<ref>\S+))?")
_SIGNER = late(r"https://github\.com/(?P<repository>[^/@]+/[^/@]+)/(?P<path>[^@]+)@(?P<ref>[^@]+)")


@dataclass(frozen=True, slots=True)
class Policy:
    """What was asked for; None is "not asked".

    One of ``repo``, ``owner``, ``subject`` and ``subject_pattern`` is there, unless a key stands for the signer.
    UsageError for a value that cannot be what its option takes.
    """

    repo: str | None = None
    owner: str | None = None
    subject: str | None = None
    subject_pattern: str | None = None
    issuer: str | None = None
    signer_repo: str | None = None
    signer_workflow: str | None = None
    source_ref: str | None = None
    source_digest: str | None = None
    predicate_type: str | None = None
    deny_self_hosted: bool = False

    def __post_init__(self) -> None:
        for option, value in (("--repo", self.repo), ("--signer-repo", self.signer_repo)):
            if value is not None and not _REPOSITORY.fullmatch(value):
                raise UsageError(f"{option} {value}: is not of the form OWNER/NAME")
        if self.owner is not None and not _NAME.fullmatch(self.owner):
            raise UsageError(f"--owner {self.owner}: is no name of an owner")
        if self.signer_workflow is not None and not _WORKFLOW.fullmatch(self.signer_workflow):
            raise UsageError(
                f"--signer-workflow {self.signer_workflow}: is not of the form OWNER/NAME/PATH or OWNER/NAME/PATH@REF"
            )
        if self.subject_pattern is not None:
            try:
                re.compile(self.subject_pattern)
            except re.error as error:
                raise UsageError(f"--cert-identity-regexp: is no regular expression ({error})") from error

    @property
    def certificate_options(self) -> tuple[str, ...]:
        """The options given that only a signer's certificate can meet."""
        given = {
            "--repo": self.repo,
            "--owner": self.owner,
            "--cert-identity": self.subject,
            "--cert-identity-regexp": self.subject_pattern,
            "--cert-oidc-issuer": self.issuer,
            "--signer-repo": self.signer_repo,
            "--signer-workflow": self.signer_workflow,
            "--source-ref": self.source_ref,
            "--source-digest": self.source_digest,
            "--deny-self-hosted-runners": self.deny_self_hosted or None,
        }
        return tuple(name for name, value in given.items() if value is not None)

    def refusal(self, signer: Identity) -> str | None:
        """The first thing that is not as asked, as a sentence with what was found; None if all is."""
        return next(self._refusals(signer), None)

    def refuses_predicate(self, found: str | None, of_image: bool = False) -> str | None:
        """Why a predicate of this type is not what was asked for; ``found`` is None for plain signatures."""
        if self.predicate_type is not None:
            if found == self.predicate_type:
                return None
            return f"the predicate type is {found or 'none: this is a plain signature'}, not {self.predicate_type}"
        if found is None or found in PROVENANCE or (of_image and found == COSIGN_SIGNATURE):
            return None
        return f"the predicate type is {found}, which is no SLSA provenance: give --predicate-type to accept it"

    def _refusals(self, signer: Identity) -> Iterator[str]:
        issuer = self.issuer or (GITHUB_ISSUER if self.repo or self.owner else None)
        if issuer is not None and signer.issuer != issuer:
            yield f"the certificate's issuer is {signer.issuer or 'not named'}, not {issuer}"
        if self.subject is not None and signer.subject != self.subject:
            yield f"the signer is {signer.subject or 'not named'}, not {self.subject}"
        if self.subject_pattern is not None and not re.fullmatch(self.subject_pattern, signer.subject or ""):
            yield (
                f"the signer is {signer.subject or 'not named'}, and the whole of it does not match "
                f"{self.subject_pattern}"
            )
        if self.repo is not None:
            yield from _other("source repository", signer.repository, GITHUB + self.repo, fold=True)
        if self.owner is not None:
            yield from _other("owner of the source repository", signer.owner, GITHUB + self.owner, fold=True)
        if self.repo or self.owner or self.signer_repo or self.signer_workflow:
            yield from self._workflow(signer)
        if self.source_ref is not None:
            yield from _other("source ref", signer.ref, self.source_ref)
        if self.source_digest is not None:
            yield from _other("source digest", signer.digest, self.source_digest, fold=True)
        if self.deny_self_hosted and signer.runner != "github-hosted":
            yield f"the runner is {signer.runner or 'not named'}, and only GitHub's own are allowed"

    def _workflow(self, signer: Identity) -> Iterator[str]:
        """Who signed must be a workflow of the repository or owner, or the one that was named."""
        found = _SIGNER.fullmatch(signer.subject or "")
        if found is None:
            yield f"the signer is {signer.subject or 'not named'}, which is no workflow on GitHub"
            return
        repository = found["repository"]
        if self.signer_workflow is not None:
            wanted = _WORKFLOW.fullmatch(self.signer_workflow)
            path = f"{repository}/{found['path']}"
            if wanted is None or path.casefold() != wanted["path"].casefold():
                yield f"the workflow that signed is {path}, not {self.signer_workflow}"
            elif wanted["ref"] is not None and wanted["ref"] != found["ref"]:
                yield f"the workflow that signed was at {found['ref']}, not at {wanted['ref']}"
        elif self.signer_repo is not None:
            yield from _other("repository of the workflow that signed", repository, self.signer_repo, fold=True)
        elif self.repo is not None and repository.casefold() != self.repo.casefold():
            yield (
                f"the workflow that signed is of {repository}, not of {self.repo}: if that reusable workflow "
                f"is the one you trust, give --signer-repo {repository}"
            )
        elif self.owner is not None and repository.split("/")[0].casefold() != self.owner.casefold():
            yield (
                f"the workflow that signed is of {repository}, not of {self.owner}: if that reusable workflow "
                f"is the one you trust, give --signer-repo {repository}"
            )


def _other(what: str, found: str | None, wanted: str, fold: bool = False) -> Iterator[str]:
    equal = found is not None and (found.casefold() == wanted.casefold() if fold else found == wanted)
    if not equal:
        yield f"the {what} is {found or 'not named'}, not {wanted}"
