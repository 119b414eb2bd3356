"""Who signed: what Fulcio wrote into a certificate (sigstore/fulcio, docs/oid-info.md)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from elfdiff.values import dataclass

if TYPE_CHECKING:
    from cryptography.x509 import Certificate

GITHUB = "https://github.com/"
_FULCIO = "1.3.6.1.4.1.57264.1."
_UTF8_STRING = 0x0C


@dataclass(frozen=True, slots=True)
class Identity:
    """Each field is None where the certificate does not say it. ``subject`` is the subject alternative name.

    ``repository`` and ``owner`` are of the source, as addresses; ``signer_digest`` of the workflow that signed.
    """

    subject: str | None = None
    issuer: str | None = None
    repository: str | None = None
    owner: str | None = None
    ref: str | None = None
    digest: str | None = None
    runner: str | None = None
    signer_digest: str | None = None


UNNAMED = Identity()
"""Nobody: nothing that names a signer was read."""


def identity_of(certificate: Certificate) -> Identity:
    """What the certificate says; extensions 8 to 22 are DER UTF8String, the older 1 to 6 plain text."""
    from cryptography.x509 import (
        ExtensionNotFound,
        RFC822Name,
        SubjectAlternativeName,
        UniformResourceIdentifier,
        UnrecognizedExtension,
    )

    values: dict[int, str] = {}
    for extension in certificate.extensions:
        name = extension.oid.dotted_string
        if name.startswith(_FULCIO) and isinstance(extension.value, UnrecognizedExtension):
            number = name.removeprefix(_FULCIO)
            value = _plain(extension.value.value) if int(number) < 7 else _utf8_string(extension.value.value)
            if value is not None:
                values[int(number)] = value
    try:
        names = certificate.extensions.get_extension_for_class(SubjectAlternativeName).value
        subjects = [
            *names.get_values_for_type(UniformResourceIdentifier),
            *names.get_values_for_type(RFC822Name),
        ]
    except ExtensionNotFound:
        subjects = []
    repository = values.get(12) or (GITHUB + values[5] if 5 in values else None)
    return Identity(
        subject=subjects[0] if len(subjects) == 1 else None,
        issuer=values.get(8) or values.get(1),
        repository=repository,
        owner=values.get(16) or (repository.rsplit("/", 1)[0] if repository else None),
        ref=values.get(14) or values.get(6),
        digest=values.get(13) or values.get(3),
        runner=values.get(11),
        signer_digest=values.get(10),
    )


def _plain(data: bytes) -> str | None:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return None


def _utf8_string(data: bytes) -> str | None:
    """The text of one DER UTF8String that fills ``data`` (X.690, 8.1); None for anything else."""
    if len(data) < 2 or data[0] != _UTF8_STRING:
        return None
    length, start = data[1], 2
    if length >= 0x80:
        width = length & 0x7F
        if not 1 <= width <= 2 or len(data) < 2 + width:
            return None
        length, start = int.from_bytes(data[2 : 2 + width], "big"), 2 + width
    return _plain(data[start:]) if len(data) == start + length else None
