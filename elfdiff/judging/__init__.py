"""Claim → Match: what becomes of the claims of all causes once each is held against the others."""

from __future__ import annotations

from elfdiff.judging.court import judged
from elfdiff.judging.model import Judgement, Match

__all__ = ["Judgement", "Match", "judged"]
