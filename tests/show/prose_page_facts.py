"""The numbers of a page that belong to no one KPI: counts of KPIs and actions, changes, error budget, data quality."""

from collections import Counter
from collections.abc import Iterable, Mapping

import pandas as pd
from prose_facts import counts, months, percentage, plain, shares, value_facts
from prose_numbers import Fact
from prose_series import Data, at, missed

from saypro_analysis.causes import LIKELY
from saypro_analysis.judgement import RUNNING_MISSES
from saypro_analysis.outlook import AHEAD
from saypro_analysis.rules import RUN
from saypro_analysis.severity import DIRECTION, DOUBT, LATELY, PERSISTENCE, SIZE, STEPS
from saypro_analysis.show.decision_words import SHOWN
from saypro_analysis.show.decisions import MOST
from saypro_analysis.show.story import SHOWN_MONTHS
from saypro_analysis.xmr import XMR_SCALE

#: What the method section tells of the engine: limits, rules, severity, and "nine of ten", "0 to 100", "four terms".
CONVENTIONS = (
    XMR_SCALE, RUN, RUNNING_MISSES, AHEAD, LATELY, SIZE, PERSISTENCE, DOUBT, DIRECTION, *STEPS, 0, 100, 9, 10, 8, 4, 2,
    1,
)  # fmt: skip


def page_facts(results: Mapping[str, Data], overview: Data | None = None) -> dict[str, list[Fact]]:
    """The facts of a page by name; ``results`` by department: one, or all on the overview, which has its own too."""
    parts = list(results.values())
    kpis = [kpi for part in parts for kpi in part["kpis"] if kpi["scorecard"]]
    month = pd.Period(parts[0]["month"], "M")
    held = {
        "tally": counts(*tally(kpis, str(month - 1)), len(parts)),
        "month": months(str(month), str(month - 1)),
        "nine of ten": counts(9, 10), "alike": counts(*alike(parts)),
        "last year": months(str(month - 12)),
        "window": [*months(str(month + AHEAD)), *counts(SHOWN_MONTHS)],
        "hundred": plain(100), "zero to hundred": plain(0, 100), "least": counts(6, RUN, 2, 3), "ahead": counts(AHEAD),
        "strong": plain(round(100 * LIKELY)),
        "conventions": [*plain(*CONVENTIONS), *counts(*(int(n) for n in CONVENTIONS))],
        "moves": counts(*moves(parts)),
        "due": months(*(row["due"] for part in parts for row in part["register"])),
        "restated": [fact for part in parts for fact in restated(part)],
        "last report": last_report(parts),
        "all kinds": counts(*every_kind(parts)),
        "real": counts(*real(kpis)),
        "states": counts(*states(parts)),
        "rates": [fact for part in parts for rate in part["rates"] for fact in learned(rate)],
        "budget": budget(overview or parts[0]),
        "asked": counts(*asked(parts)),
        "by": months(*(decision["by"] for part in parts for decision in part["decisions"])),
        "amounts": money(decision["cost"] for part in parts for decision in part["decisions"]),
        "made of": [Fact(unit="code", value=part["provenance"].get("Data fingerprint", "")) for part in parts],
        "as of": months(*(part["provenance"].get("Data as of") for part in parts)),
        "department's coverage": shares(*((part["diagnosis"] or {}).get("coverage") for part in parts)),
        "quality": quality(overview or parts[0]),
        "scores": [*scores(parts), *counts(len(parts))],
    }  # fmt: skip
    return held


def status(kpi: Data) -> str:
    """The status that the scorecard shows."""
    met = kpi["gap"]["status"]
    if met == "met":
        return "at risk" if kpi["at_risk"] else "watch" if kpi["emerging"] else "met"
    return "watch" if met == "no target" and kpi["emerging"] else str(met)


def tally(kpis: list[Data], earlier: str) -> list[int]:
    """KPIs by status, those judged, all, those missed a month earlier, and how many more or fewer that is."""
    by = Counter(status(kpi) for kpi in kpis)
    judged = sum(kpi["gap"]["status"] in ("missed", "met") for kpi in kpis)
    then = sum(bool(missed(kpi, row)) for kpi in kpis for row in kpi["series"] if row["month"] == earlier)
    return [*by.values(), by["missed"], judged, len(kpis), then, abs(by["missed"] - then)]


def moves(parts: list[Data]) -> list[int]:
    """KPIs by how they moved, those that stand as before, departments in which some moved, actions judged."""
    held = [part["changes"]["kpis"] for part in parts if part["changes"]]
    every = Counter(change["move"] for changes in held for change in changes)
    moved = sum(any(change["move"] != "same" for change in changes) for changes in held)
    judged = [outcome["verdict"] for part in parts for outcome in part["outcomes"] if outcome["due_now"]]
    own = [number for changes in held for number in Counter(change["move"] for change in changes).values()]
    restated = [len(part["changes"]["restated"]) for part in parts if part["changes"]]
    return [*every.values(), *own, moved, len(judged), judged.count("worked"), *restated]


def restated(part: Data) -> list[Fact]:
    """Past values that are not those of the last report."""
    found = []
    for one in (part["changes"] or {"restated": []})["restated"]:
        kpi = next(kpi for kpi in part["kpis"] if kpi["id"] == one["kpi"])
        found += [*value_facts(kpi, one["before"], one["now"], at(kpi, one["month"]))]
        found += [*counts(one["months"]), *months(one["first"], one["month"])]
    return found


def last_report(parts: list[Data]) -> list[Fact]:
    """The last report before, the day of its data, and of how many KPIs past values have changed."""
    held = [part["changes"] for part in parts if part["changes"]]
    return [fact for c in held for fact in (*months(c["report"], c["as_of"]), *counts(len(c["restated"])))]


def every_kind(parts: list[Data]) -> list[int]:
    """All recommended actions by kind, the same action for two KPIs counted once; and how many are late."""
    items = {
        (part["department"], action["kind"], action["text"]): action
        for part in parts for kpi in part["kpis"] for action in kpi["actions"]
    }  # fmt: skip
    words = Counter(action["kind"] for action in items.values())
    return [*words.values(), sum(action["late"] for action in items.values())]


def asked(parts: list[Data]) -> list[int]:
    """How many decisions are asked for, and how many stand elsewhere."""
    number = sum(len(part["decisions"]) for part in parts)
    return [number, number - (SHOWN if len(parts) == 1 else MOST)]


def money(amounts: Iterable[float | None]) -> list[Fact]:
    """Amounts in the company's currency."""
    return [Fact(unit="currency", value=amount) for amount in amounts if amount is not None]


def real(kpis: list[Data]) -> list[int]:
    """How many missed KPIs are real changes, of how many."""
    held = [kpi for kpi in kpis if kpi["gap"]["status"] == "missed"]
    return [sum(k["limits"]["variation"] == "concerning" or worsening(k) for k in held), len(held)]


def worsening(kpi: Data) -> bool:
    """Whether a trend or step goes the wrong way."""
    trend = kpi["trend"]
    return trend["verdict"] == "declining" or (trend["verdict"] == "step change" and trend["direction"] == "worse")


def states(parts: list[Data]) -> list[int]:
    """Actions of the register by state, and those that are done by what came of them."""
    by = Counter(row["state"] for part in parts for row in part["register"])
    came = Counter((row["recorded"] or row)["verdict"] for part in parts for row in part["outcomes"])
    return [*by.values(), *came.values()]


def learned(rate: Data) -> list[Fact]:
    """How often a kind of action has worked, and its chance then and now."""
    return [*counts(rate["worked"], rate["worked"] + rate["failed"]), *shares(rate["prior"], rate["rate"])]


def budget(part: Data) -> list[Fact]:
    """The error budget; a mean of less than 0.05 is told as less than 0.1."""
    held = part["budget"]
    means = [0.1 if held[name] < 0.05 else held[name] for name in ("expected", "swings_expected")]
    whole = counts(*(held[name] for name in ("kpis", "flags", "swings", "tested", "trends")))
    return [*whole, *plain(*means), *shares(held["false_share"])]


def quality(part: Data) -> list[Fact]:
    """What the checks of the sources found, and how many found nothing; a small share is told as less than 0.1 %."""
    found, checks = part["quality"]["found"], part["quality"]["checks"]
    rows = [fact for row in found for fact in (*counts(row["found"], row["rows"]), *shares(max(row["share"], 0.001)))]
    return [*rows, *counts(len(found), checks, checks - len(found))]


def scores_of(parts: list[Data], cause: str) -> list[int]:
    """The highest score that a cause has for a missed KPI of each department."""
    found = [
        [percentage(c["posterior"]) for kpi in part["kpis"] if kpi["gap"]["status"] == "missed" for c in kpi["causes"]
         if c["name"] == cause]
        for part in parts
    ]  # fmt: skip
    return [max(held) for held in found if held]


def alike(parts: list[Data]) -> list[int]:
    """In how many departments each cause is likely for a KPI that is missed."""
    found: Counter[str] = Counter()
    for part in parts:
        held = [cause for kpi in part["kpis"] if kpi["gap"]["status"] == "missed" for cause in kpi["causes"]]
        found.update({cause["id"] for cause in held if percentage(cause["posterior"]) >= round(100 * LIKELY)})
    return list(found.values())


def scores(parts: list[Data]) -> list[Fact]:
    """The causes' scores of missed KPIs."""
    kpis = [kpi for part in parts for kpi in part["kpis"] if kpi["gap"]["status"] == "missed"]
    return plain(*(percentage(cause["posterior"]) for kpi in kpis for cause in kpi["causes"]))
