"""``elfdiff attest``: provenance of a binary or an image: verified, shown, compared; nothing is fetched."""

from __future__ import annotations

import argparse
import os

from elfdiff.cli.options import LAST_LINE, add_output_options
from elfdiff.cli.output import emit, fail, progress
from elfdiff.errors import UsageError

EXAMPLES = """\
examples:
  elfdiff attest verify app --bundle app.intoto.jsonl --repo OWNER/NAME
  elfdiff attest verify app --bundle app.intoto.jsonl --owner OWNER --signer-repo slsa-framework/slsa-github-generator
  elfdiff attest verify image-layout/ --cert-identity-regexp 'https://github\\.com/OWNER/.*' --cert-oidc-issuer ISSUER
  elfdiff attest verify image-dir/ --key cosign.pub
  elfdiff attest show app.intoto.jsonl
  elfdiff attest diff a.intoto.jsonl b.intoto.jsonl a b

exit codes: verify 0 verified, 1 refused; diff 0 same inputs, 1 different; 2 trouble, a form not supported among it"""

FORMATS = ("text", "json")
_SIGNERS = ("repo", "owner", "cert_identity", "cert_identity_regexp", "key")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What to do, the files, and who must have signed."""
    parser.add_argument("action", choices=("verify", "show", "diff"), help="what to do")
    parser.add_argument(
        "paths", nargs="+", metavar="FILE", help="verify: a file or an image; show: bundles; diff: two bundles [A B]"
    )
    add_output_options(parser, FORMATS, "text", LAST_LINE)
    parser.add_argument(
        "--bundle", action="append", default=[], metavar="FILE", help="verify: a bundle, or several, a line each"
    )
    signer = parser.add_argument_group("verify: who must have signed (one of these)")
    signer.add_argument("--repo", metavar="OWNER/NAME", help="a workflow of this repository, from its source")
    signer.add_argument("--owner", help="a workflow of this owner, from the owner's source")
    signer.add_argument("--cert-identity", metavar="ID", help="this signer, the whole string")
    signer.add_argument("--cert-identity-regexp", metavar="RE", help="a signer whose whole string matches")
    signer.add_argument("--key", metavar="PUBLIC_KEY", help="the owner of this key, in PEM")
    more = parser.add_argument_group("verify: what else must hold")
    more.add_argument("--cert-oidc-issuer", metavar="ISSUER", help="who vouched for the signer")
    more.add_argument("--signer-repo", metavar="OWNER/NAME", help="the repository of a reusable workflow that signs")
    more.add_argument("--signer-workflow", metavar="W", help="OWNER/NAME/PATH[@REF] of the workflow that signs")
    more.add_argument("--source-ref", metavar="REF", help="e.g. refs/tags/v1")
    more.add_argument("--source-digest", metavar="DIGEST", help="the commit")
    more.add_argument("--predicate-type", metavar="TYPE", help="default: SLSA provenance 0.2 or 1")
    more.add_argument("--deny-self-hosted-runners", action="store_true", help="only runners of GitHub")
    more.add_argument("--trusted-root", metavar="FILE", help="default: the root that came with sigstore-python")


def execute(args: argparse.Namespace) -> int:
    """The exit code of the action. Raises ElfdiffError for trouble."""
    match args.action:
        case "verify":
            return _verify(args)
        case "show":
            return _show(args)
    return _diff(args)


def _verify(args: argparse.Namespace) -> int:
    from elfdiff.provenance.outcome import Result
    from elfdiff.provenance.policy import Policy
    from elfdiff.provenance.verify import verify_file
    from elfdiff.render.attest import verification_json, verification_text

    if len(args.paths) != 1:
        raise UsageError(f"attest verify takes one file, not {len(args.paths)}")
    given = [name for name in _SIGNERS if getattr(args, name) is not None]
    if len(given) != 1:
        wanted = ", ".join("--" + name.replace("_", "-") for name in _SIGNERS)
        raise UsageError(f"who must have signed? give one of {wanted}")
    policy = Policy(
        repo=args.repo,
        owner=args.owner,
        subject=args.cert_identity,
        subject_pattern=args.cert_identity_regexp,
        issuer=args.cert_oidc_issuer,
        signer_repo=args.signer_repo,
        signer_workflow=args.signer_workflow,
        source_ref=args.source_ref,
        source_digest=args.source_digest,
        predicate_type=args.predicate_type,
        deny_self_hosted=args.deny_self_hosted_runners,
    )
    with progress(f"verifying {args.paths[0]}"):
        found = verify_file(args.paths[0], args.bundle, policy, args.trusted_root, args.key)
    emit(verification_json(found) if args.format == "json" else verification_text(found, args.quiet), args.output)
    if found.decisive.result in (Result.UNSUPPORTED, Result.UNREADABLE):
        fail(f"{found.decisive.where}: {found.decisive.reason}")
    return found.exit_code


def _show(args: argparse.Namespace) -> int:
    from elfdiff.provenance.reading import inputs_in
    from elfdiff.render.attest import inputs_json, inputs_text

    found = [item for path in args.paths for item in inputs_in(path)]
    emit(inputs_json(found) if args.format == "json" else inputs_text(found, args.verbose), args.output)
    return 0


def _diff(args: argparse.Namespace) -> int:
    from elfdiff.elf.reading import read_bytes
    from elfdiff.provenance.difference import compare_inputs
    from elfdiff.provenance.reading import single_inputs
    from elfdiff.render.attest import difference_json, difference_text

    if len(args.paths) not in (2, 4):
        raise UsageError("attest diff takes two bundles, or two bundles and the two files that were built")
    a, b = (single_inputs(path) for path in args.paths[:2])
    names = args.paths[2:]
    files = (read_bytes(names[0]), read_bytes(names[1])) if names and not any(map(os.path.isdir, names)) else None
    if names and files is None:
        raise UsageError("attest diff joins files, not directories: leave the two out")
    with progress("comparing what was recorded"):
        found = compare_inputs(a, b, files)
    emit(difference_json(found) if args.format == "json" else difference_text(found, args.verbose), args.output)
    return 0 if found.same_inputs and not found.hidden else 1
