"""What a DSSE signature signs (secure-systems-lab/dsse, protocol.md)."""

from __future__ import annotations


def pre_authentication_encoding(kind: str, payload: bytes) -> bytes:
    """PAE of a payload of this type."""
    name = kind.encode()
    return b"DSSEv1 %d %b %d %b" % (len(name), name, len(payload), payload)
