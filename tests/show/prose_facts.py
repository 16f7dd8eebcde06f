"""The numbers of a KPI that a page may tell: those of its results, and those that a named rule derives from them."""

import math
from decimal import Decimal
from functools import partial
from typing import Any

import pandas as pd
from prose_numbers import Fact, rounded
from prose_series import (
    Data,
    at,
    before,
    extremes,
    judged,
    levels,
    missed_before,
    possible,
    rows,
    run,
    shown,
    with_value,
)


def facts_of(kpi: Data) -> dict[str, list[Fact]]:
    """The facts of a KPI by name."""
    value, held = partial(value_facts, kpi), {}
    held["actual"], held["target"] = value(kpi["actual"]), value(kpi["target"], kpi["target_upper"])
    held["gap"] = [*value(kpi["gap"]["size"]), *shares(kpi["gap"]["percent"])]
    held["previous"] = value(at(kpi, before(kpi, 1)))
    held["misses"] = [*counts(kpi["misses"]), *months(kpi["missed_since"])]
    held["first misses"] = [*counts(len(judged(kpi))), *months(missed_before(kpi))]
    held["severity"] = plain(*(math.floor(score + 0.5) for score in [kpi["severity"]["score"]] if score is not None))
    held["views"] = [*shares(kpi["severity"]["relative"]), *plain(kpi["severity"]["noise"], failures(kpi))]
    held["usual"] = value(*possible(kpi, kpi["limits"]["lower"], kpi["limits"]["upper"]))
    held["now usual"] = value(*possible(kpi, *((kpi["current"] or {}).get(name) for name in ("lower", "upper"))))
    held["mean"] = value(kpi["limits"]["mean"])
    held["points"] = counts(kpi["limits"]["points"], len(with_value(kpi)))
    held["since"] = months(kpi["limits"]["since"], kpi["trend"]["since"])
    held["levels"] = value(*levels(kpi))
    steps = abs(run(kpi))
    held["run"] = [*counts(steps), *value(at(kpi, before(kpi, steps))), *months(before(kpi, steps))]
    held["run since"] = months(before(kpi, steps - 1))
    held["cost"] = cost(kpi)
    held["row"] = [fact for row in rows(kpi) for fact in (*counts(row), *months(before(kpi, row - 1)))]
    held["trend"] = [*value(*trend(kpi)), *shares(kpi["trend"]["change_percent"])]
    held["trend figures"] = value(*(kpi["trend"][name] for name in ("change", "change_low", "change_high")))
    held["trend share"] = shares(kpi["trend"]["change_percent"])
    held["p"], held["adjusted p"] = (plain(max(kpi["trend"][name] or 0.0, 0.001)) for name in ("p", "adjusted_p"))
    held["proposal"] = proposal(kpi, value)
    held["extremes"] = [fact for row in extremes(kpi) for fact in (*value(row["value"]), *months(row["month"]))]
    held["shown"] = months(*(row["month"] for row in (shown(kpi)[0], shown(kpi)[-1])))
    held["signals"] = counts(*(sum(row["signal"] == signal for row in shown(kpi)) for signal in SIGNALS))
    held["outlook"] = [fact for month in kpi["outlook"]["months"] for fact in coming(month, value)]
    held["outlook figures"] = [
        fact for part in kpi["outlook"]["months"]
        for fact in (*value(part["value"], part["low"], part["high"]), *months(part["month"]))
    ]  # fmt: skip
    held["coming"] = months(*(part["month"] for part in kpi["outlook"]["months"]), kpi["outlook"]["recovers"])
    held["year end"] = year(kpi["year"], kpi["outlook"]["months"], value) if kpi["year"] else []
    held["actions"] = [fact for action in kpi["actions"] for fact in value(*(action[name] for name in EFFECTS))]
    held["effects"] = [fact for action in kpi["actions"] for fact in value(action["written"])]
    held["together"] = value(kpi["actual"], *together(kpi))
    held["kinds"] = counts(*kinds(kpi["actions"]))
    held["causes"] = plain(*(percentage(cause["posterior"]) for cause in kpi["causes"]))
    held["coverage"] = shares((kpi["diagnosis"] or {}).get("coverage"))
    held["month"] = months(kpi["series"][-1]["month"], before(kpi, 1))
    return held


SIGNALS = ("concerning", "improving", "missing")
EFFECTS = ("written", "effect_low", "effect_high")


def value_facts(kpi: Data, *numbers: float | None) -> list[Fact]:
    """Values of a KPI, or differences of two."""
    unit = "points" if kpi["unit"] == "score" else kpi["unit"]
    return [Fact(unit=unit, value=number) for number in numbers if number is not None]


def counts(*numbers: int | None) -> list[Fact]:
    """Counts of things."""
    return [Fact(unit="count", value=number) for number in numbers if number is not None]


def shares(*numbers: float | None) -> list[Fact]:
    """Shares, told in percent."""
    return [Fact(unit="share", value=number) for number in numbers if number is not None]


def plain(*numbers: float | None) -> list[Fact]:
    """Numbers without unit."""
    return [Fact(unit="plain", value=number) for number in numbers if number is not None]


def months(*texts: str | None) -> list[Fact]:
    """Months and days."""
    return [Fact(unit="month", value=text) for text in texts if text is not None]


def percentage(share: float) -> int:
    """A score of 100, half points up."""
    return int(rounded(Decimal(repr(share)) * 100, 0))


def failures(kpi: Data) -> float | None:
    """How many times as many failures as the target allows."""
    odds = kpi["severity"]["odds"]
    return None if odds is None else odds + 1


def coarse(width: float, *numbers: float) -> list[float]:
    """The numbers to the second digit of a range's width: finer ones the range makes void. None behind the point."""
    step = 10.0 ** (math.floor(math.log10(width)) - 1) if width > 0 else 1.0
    if step <= 1:
        return list(numbers)
    return [float(rounded(Decimal(repr(number / step)), 0)) * step for number in numbers]


def trend(kpi: Data) -> list[float]:
    """A trend's change a year and its interval, coarse."""
    low, high, change = (kpi["trend"][name] for name in ("change_low", "change_high", "change"))
    if change is None:
        return []
    low, high = (change if end is None else end for end in (low, high))
    return coarse(abs(high - low), change, low, high)


def proposal(kpi: Data, value: Any) -> list[Fact]:
    """New limits that are proposed, and those that hold already."""
    held = kpi["proposal"] or {}
    anew = [rebase["month"] for rebase in kpi["baseline"]["rebases"]]
    since = months(held.get("month"), *anew)
    return [*value(held.get("before"), held.get("after")), *counts(held.get("months")), *since]


def chance(share: float | None) -> list[Fact]:
    """A chance: to the percent near nothing and certain, else to the nearest five; never finer than 1 % and 99 %."""
    if share is None:
        return []
    fine = share <= 0.1 or share >= 0.9
    told = 0.01 if share < 0.01 else 0.99 if share > 0.99 else share if fine else math.floor(20 * share + 0.5) / 20
    return shares(told)


def coming(part: Data, value: Any) -> list[Fact]:
    """A coming month as it is told: coarse, with its chance."""
    numbers = coarse(part["high"] - part["low"], part["value"], part["low"], part["high"])
    return [*value(*numbers, part["target"], part["target_upper"]), *chance(part["chance"]), *months(part["month"])]


def year(held: Data, ahead: list[Data], value: Any) -> list[Fact]:
    """The year's end: so far, estimate, target, chance, months so far and left, and what these have to bring.

    What is forecast of the months left is the outlook's, where it holds them all, else what the estimate leaves.
    """
    left = (pd.Period(held["last"], "M") - pd.Period(held["first"], "M")).n + 1 - held["months"]
    numbers = [held["so_far"], held["target"], held["target_upper"]]
    if held["estimate"] is not None:
        ends = [held[name] if held[name] is not None else held["estimate"] for name in ("low", "high")]
        numbers += coarse(ends[1] - ends[0], held["estimate"], *ends)
    if held["required"] is not None and held["usual"] is not None:
        near, usual = [month["value"] for month in ahead[:left]], held["usual"]
        if len(near) == left and (sum(near) / left >= held["required"]) == (usual >= held["required"]):
            usual = sum(near) / left
        best = held["best"] if held["best"] is not None else usual
        numbers += coarse(abs(max(best, 0.0) - usual), held["required"], usual, best)
        numbers += [0.0] if held["required"] < 0 else [1.0] if held["required"] > 1 else []
    return [*value(*numbers), *chance(held["chance"]), *months(held["last"]), *counts(held["months"], left)]


def cost(kpi: Data) -> list[Fact]:
    """What the gap costs, in the company's currency."""
    held = kpi["cost"]
    amounts = [Fact(unit="currency", value=held[name]) for name in ("month", "running")] if held else []
    return [*amounts, *months(held["since"])] if held else []


def together(kpi: Data) -> list[float]:
    """What the actions bring the KPI to, and what they leave of the gap."""
    if not kpi["plan"] or kpi["plan"]["remaining"] is None or kpi["gap"]["size"] is None:
        return []
    closed = kpi["gap"]["size"] - kpi["plan"]["remaining"]
    high = kpi["better"] == "lower" or (kpi["better"] == "inside" and kpi["actual"] > (kpi["target_upper"] or math.inf))
    return [kpi["actual"] + (-closed if high else closed), kpi["plan"]["remaining"]]


def kinds(actions: list[Data]) -> list[int]:
    """How many actions are begun, planned, suggested, to check first; and how many are not told of by name."""
    words = ["begun" if action["begun"] else action["kind"] for action in actions]
    return [*(words.count(word) for word in dict.fromkeys(words)), len(actions) - 2]
