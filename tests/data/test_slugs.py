"""Names of anything as names of folders: safe on every system, never two alike."""

import hashlib
import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from saypro_analysis.data.slugs import DIGITS, LONGEST, RESERVED, slugs

NAMES = st.lists(st.text(max_size=60), max_size=25, unique=True)
#: The same few letters in many forms: what falls together once capitals, accents and signs are gone.
CLOSE = st.lists(st.text("aAäÄ -/.ß", max_size=4), max_size=25, unique=True)


@given(st.one_of(NAMES, CLOSE))
@example(["North", "NORTH", "north "])
@example(["", " ", "..", "/"])
@example([*sorted(RESERVED), "CON", "Aux", "2026-10"])
@example(["東京", "京都", "🚀"])
@example(["a" * 100, "a" * 101])
@example(["a b", "a-b", "a-b-c8687a"])  # the third is what the first is called beside the second
@example(["\ud800", "\ud801"])  # half of a character, as damaged exports hold it
def test_safe_and_unique(names: list[str]) -> None:
    """A folder for every name: plain ASCII, not empty, not reserved, no month, of bounded length, and nobody else's."""
    made = slugs(names)
    assert list(made) == names
    assert len({slug.casefold() for slug in made.values()}) == len(names)
    for slug in made.values():
        assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", slug)
        assert len(slug) <= LONGEST + 65
        assert slug not in RESERVED
        assert not re.fullmatch(r"[0-9]{4}-[0-9]{2}", slug)


def test_same_hash() -> None:
    """Of names that differ in signs only, so many that parts of their hashes are alike, no two get one folder."""
    names = ["a" + f"{at:014b}".replace("0", " ").replace("1", "-") for at in range(2**14)]
    parts = {hashlib.sha256(name.encode()).hexdigest()[:DIGITS] for name in names}
    assert len(parts) < len(names)
    assert len(set(slugs(names).values())) == len(names)


@given(NAMES, st.randoms())
def test_order(names: list[str], random: object) -> None:
    """The folder depends on the names and not on their order, so that no report is written over another's."""
    mixed = list(names)
    random.shuffle(mixed)
    assert slugs(mixed) == slugs(names)


@given(NAMES, st.text(max_size=60))
def test_newcomer(names: list[str], other: str) -> None:
    """A new name never takes the folder of one that was there: who had it keeps it, or both have another."""
    before, after = slugs(names), slugs(dict.fromkeys([*names, other]))
    if other not in names:
        assert after[other] not in before.values()


@pytest.mark.parametrize(
    ("name", "slug"),
    [("North", "north"), ("São Paulo", "sao-paulo"), ("new_customer", "new-customer"), ("Straße 7", "strasse-7")],
)
def test_readable(name: str, slug: str) -> None:
    """An ordinary name can be read in the folder's name."""
    assert slugs([name, "South"])[name] == slug
