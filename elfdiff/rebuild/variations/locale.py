"""The locale: language, order of letters, character set; as far as others are installed."""

from __future__ import annotations

from elfdiff.rebuild.host import Host
from elfdiff.rebuild.variations.model import Variation
from elfdiff.rebuild.world import World

_PLAIN = ("C", "POSIX")
_PREFERRED = ("et_EE", "sv_SE", "tr_TR", "de_DE", "fr_FR")
"""Languages whose alphabets have another order than that of English, or other rules for capitals."""
_NO_LANGUAGE = ("C.", "en_US.")


def _named(host: Host) -> tuple[str, ...]:
    return tuple(name for name in host.locales if name not in _PLAIN)


def _fixed(host: Host) -> str:
    """C with UTF-8 where it is installed, since some programs refuse to work without."""
    return next((name for name in _named(host) if name.startswith("C.")), "C")


def _other(host: Host) -> str:
    """An installed locale with another language, order and character set; else with another character set alone."""
    real = [name for name in _named(host) if not name.startswith(_NO_LANGUAGE)]
    wide = [name for name in real if "utf" in name.lower()]
    told = [name for wanted in _PREFERRED for name in wide if name.startswith(wanted)]
    left = [name for name in (*_named(host), "C") if name != _fixed(host)]
    return next(iter((*told, *wide, *real, *left)), "C")


def _speaking(world: World, name: str) -> World:
    return world.with_environment(LC_ALL=name, LANG=name, LANGUAGE=name.partition(".")[0])


def _lacking(host: Host) -> str | None:
    return None if _named(host) else "no locale but C is installed (locale -a)"


def _weaker(host: Host) -> str | None:
    if _other(host) in _PLAIN:
        return "only the character set: no locale of another language is installed"
    return None


variation = Variation(
    name="locale",
    what="LC_ALL, LANG and LANGUAGE name another installed locale",
    causes=("locale",),
    witness='echo "$LC_ALL"',
    control=lambda world, host: _speaking(world, _fixed(host)),
    vary=lambda world, host: _speaking(world, _other(host)),
    lacking=_lacking,
    weaker=_weaker,
)
