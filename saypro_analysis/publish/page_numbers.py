"""What a page has to show of a KPI, by its results: the values, unrounded, and how they are written.

Texts are made by the page's own rules: in the language spoken, with the company's locale and the KPI's decimals.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pandas as pd

from saypro_analysis.kpi import Kpi
from saypro_analysis.numbers import Numbers, rounded
from saypro_analysis.show.cause_words import FIRM
from saypro_analysis.show.outlook_words import coarse
from saypro_analysis.show.severity_words import MISSED
from saypro_analysis.show.severity_words import rounded as whole
from saypro_analysis.show.story import SHOWN_MONTHS
from saypro_analysis.show.words import ASSURANCE, STATUS, VARIATION
from saypro_analysis.texts import month_name, t

Part = Mapping[str, Any]  # a KPI's part of the results
Number = float | None


@dataclass(frozen=True, kw_only=True)
class Shown:
    """One text of the page: the ``values`` behind it, and what it reads.

    It reads exactly ``words``; or it has every one of ``numbers``, each in one of its ways of writing. Other digits
    stand only in ``besides``, unless it is ``loose``: a sentence with other numbers in it.
    """

    values: tuple[Number | str, ...]
    words: str = ""
    numbers: tuple[tuple[str, ...], ...] = ()
    besides: tuple[str, ...] = ()
    loose: bool = False


@dataclass(frozen=True, kw_only=True)
class Card:
    """A KPI's part of the results, with how its numbers are written."""

    part: Part
    month: pd.Period
    kpi: Kpi
    numbers: Numbers

    def value(self, number: Number, *, bare: bool = False) -> str:
        """A value as the page writes it."""
        return self.numbers.value(self.kpi, number, bare=bare)

    def bounds(self, low: Number, high: Number, *, bare: bool = False) -> list[str]:
        """The numbers of a target: one, or the ends of a range."""
        held = (low, high) if self.kpi.better == "inside" else (low,)
        return [self.value(bound, bare=bare) for bound in held if bound is not None]

    @property
    def target(self) -> tuple[Number, Number]:
        """The month's target, or the bounds of its range."""
        return self.part["target"], self.part["target_upper"]

    @cached_property
    def months(self) -> Sequence[Part]:
        """The months that charts show."""
        return list(self.part["series"][-SHOWN_MONTHS:])


def card_of(part: Part, *, month: str, decimals: str, locale: str, currency: str) -> Card:
    """The card of a KPI's part of the results; ``decimals`` as the page has it, empty: by the unit."""
    digits = int(decimals) if decimals.isdecimal() else None
    kpi = Kpi(name=part["name"], definition="", unit=part["unit"], better=part["better"], decimals=digits)
    numbers = Numbers(locale=locale or "en_US", currency=currency)
    return Card(part=part, month=pd.Period(month, "M"), kpi=kpi, numbers=numbers)


def row_of(card: Card) -> dict[str, Shown]:
    """What a scorecard's row must show, by the name of each text."""
    part, limits = card.part, card.part["limits"]
    status, variation = status_of(part), limits["variation"]
    texts = {
        "actual": Shown(values=(part["actual"],), numbers=_each(card.value(part["actual"]))),
        "target": Shown(values=card.target, numbers=_each(*card.bounds(*card.target))),
        "status": Shown(values=(status,), words=t(STATUS[status])),
        "standing": _standing(part),
        "variation": Shown(values=(variation,), words=t(VARIATION[variation])),
        "assurance": Shown(values=(limits["assurance"],), words=_assurance(part)),
        "months": _spark(card),
    }
    if part["gap"]["size"] is not None:
        texts["gap"] = _gap(card)
    return texts | _before(card)


def aside_of(card: Card) -> dict[str, Shown]:
    """What a scorecard's row may show: the forecast in a department's, the cause in the overview's."""
    texts = {}
    ahead = card.part["outlook"]["months"]
    if ahead:
        value, low, high = (ahead[-1][name] for name in ("value", "low", "high"))
        texts["forecast"] = Shown(values=(value, low, high), numbers=_each(*_estimate(card, value, low, high)))
    found = [cause for cause in card.part["causes"] if cause["verdict"] in ("likely", "possible")]
    scores = [int(100 * rounded(cause["posterior"], 2) + 0.5) for cause in found]
    at = next((at for at, score in enumerate(scores) if score >= FIRM), None)
    if at is not None:
        texts["cause"] = Shown(values=(found[at]["posterior"],), numbers=((str(scores[at]),), ("100", "")))
    return texts


def section_of(card: Card) -> dict[str, Shown]:
    """What the section of a missed KPI must show: its heading, and the line below it."""
    gap, score = card.part["gap"]["size"], card.part["severity"]["score"]
    size = card.numbers.amount(card.kpi, gap, bare=True)
    levels = [card.value(card.part["actual"], bare=True), *card.bounds(*card.target, bare=True)]
    told = [size] if card.part["progress"] == "recovering" else levels
    points = [str(whole(score))] if score is not None and card.part["severity"]["level"] else []
    return {
        "headline": Shown(values=(card.part["actual"], *card.target, gap), numbers=_each(*told), loose=True),
        "shortfall": Shown(values=(gap, score), numbers=_each(size, *points), loose=True),
    }


def figures_of(card: Card) -> list[tuple[str, list[str]]]:
    """The table behind a KPI's chart: in each row, newest first, the value, and the numbers of the target."""
    rows = [*card.part["outlook"]["months"][::-1], *card.months[::-1]]
    return [(card.value(row["value"]), card.bounds(row["target"], row["target_upper"])) for row in rows]


def status_of(part: Part) -> str:
    """The status that the page shows: a met KPI is at risk when it is forecast to miss, to watch when it gets worse."""
    status = str(part["gap"]["status"])
    if status != "met":
        return status
    return "at risk" if part["at_risk"] else "watch" if part["emerging"] else status


def _each(*texts: str) -> tuple[tuple[str, ...], ...]:
    return tuple((text,) for text in texts)


def _assurance(part: Part) -> str:
    """The word of the assurance; empty where the page says instead what would be if the KPI were as usual."""
    left = part["at_risk"] or (part["gap"]["status"] == "missed" and part["limits"]["variation"] == "concerning")
    assurance = part["limits"]["assurance"]
    return "" if left and assurance == "pass" else t(ASSURANCE[assurance])


def _gap(card: Card) -> Shown:
    size, share = card.part["gap"]["size"], card.part["gap"]["percent"]
    ways: list[tuple[str, ...]] = [(card.numbers.amount(card.kpi, size),)] if size else []
    if size and share is not None:  # a small share keeps a decimal
        ways.append(tuple(card.numbers.percent(abs(share), digits) for digits in (1, 0)))
    return Shown(values=(size, share), numbers=tuple(ways))


def _before(card: Card) -> dict[str, Shown]:
    month = card.month - 1
    value = next((row["value"] for row in card.months if row["month"] == str(month)), None)
    if value is None:
        return {}
    name = month_name(month, short=True)[:3]
    return {"before": Shown(values=(value,), numbers=_each(card.value(value)), besides=(name,))}


def _standing(part: Part) -> Shown:
    """How severe a miss is, and for how many months; one month may be told without its number."""
    if part["gap"]["status"] != "missed":
        return Shown(values=())
    level, misses = part["severity"]["level"], part["misses"]
    ways = [(t(MISSED[level]),)] if level else []
    return Shown(values=(level, misses), numbers=(*ways, (str(misses), "") if misses == 1 else (str(misses),)))


def _spark(card: Card) -> Shown:
    held = [row for row in card.months if row["value"] is not None]
    if not held:
        return Shown(values=(), besides=(card.kpi.name,))
    values = [row["value"] for row in held]
    ends = [month_name(pd.Period(held[at]["month"], "M"), short=True) for at in (0, -1)]
    texts = [card.value(value) for value in (values[0], values[-1], min(values), max(values))]
    return Shown(
        values=(values[0], values[-1]), numbers=_each(*texts, *card.bounds(*card.target)),
        besides=(card.kpi.name, *ends),
    )  # fmt: skip


def _estimate(card: Card, value: float, low: Number, high: Number) -> list[str]:
    """A forecast with its range, without the digits that the range makes void."""
    if low is None or high is None or not high > low:
        return [card.value(value)]
    value, low, high = coarse(high - low, value, low, high)
    first, last = card.value(low), card.value(high)
    return [card.value(value), *([card.value(low, bare=True), last] if first != last else [])]
