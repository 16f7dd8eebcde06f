"""Names that may be anything, as folder names that are safe everywhere and never the same for two."""

import hashlib
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable

LONGEST = 40  # letters of a name that are kept: a path has little room on some systems
DIGITS = 6  # of a hash: two of a few hundred names seldom share them, and then have more
#: Names that Windows keeps for devices, and what already stands in a folder of reports.
RESERVED = frozenset(
    {"con", "prn", "aux", "nul", "index", "latest"} | {f"{port}{n}" for port in ("com", "lpt") for n in range(10)}
)
_MONTH = re.compile(r"[0-9]{4}-[0-9]{2}")  # a month's folder


def slugs(names: Iterable[str]) -> dict[str, str]:
    """A folder name for each name: small letters, digits and single hyphens, from a letter or digit to another.

    No two are alike, whatever their capitals. A name that would be another's, a reserved word or nothing, or that is
    cut, carries a part of its SHA-256, so that which folder is whose depends on the names alone and on no order.

    >>> slugs(["North", "São Paulo"])
    {'North': 'north', 'São Paulo': 'sao-paulo'}
    >>> sorted(slugs(["A/B", "a b", "..", "CON"]).values())
    ['a-b-998d3e', 'a-b-c8687a', 'con-a3dbc4', 'name-5ec1f7']
    """
    plain = {name: _plain(name) for name in names}
    digits = {name: 0 if _is_sound(base) else DIGITS for name, base in plain.items()}
    while True:
        made = {name: _slug(name, base, digits[name]) for name, base in plain.items()}
        often = Counter(made.values())
        if len(often) == len(made):
            return made
        digits |= {name: max(digits[name] + 2, DIGITS) for name, slug in made.items() if often[slug] > 1}


def _plain(name: str) -> str:
    """What is left of a name in ASCII, with hyphens for the rest; perhaps nothing."""
    letters = unicodedata.normalize("NFKD", name.casefold()).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", letters.lower()).strip("-")


def _is_sound(base: str) -> bool:
    return 0 < len(base) <= LONGEST and base not in RESERVED and not _MONTH.fullmatch(base)


def _slug(name: str, base: str, digits: int) -> str:
    if not digits:
        return base
    stem = base[:LONGEST].strip("-") or "name"
    return f"{stem}-{hashlib.sha256(name.encode('utf-8', 'surrogatepass')).hexdigest()[:digits]}"
