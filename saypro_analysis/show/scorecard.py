"""The scorecard: every KPI in one row."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
from markupsafe import Markup

from saypro_analysis.show.cause_words import supported
from saypro_analysis.show.confidence import confidence_mark
from saypro_analysis.show.fragment import render
from saypro_analysis.show.marks import bullet, sparkline
from saypro_analysis.show.numbers import month_name
from saypro_analysis.show.outlook_words import estimate_text
from saypro_analysis.show.severity_words import level_word
from saypro_analysis.show.stated import stated, stated_decimals
from saypro_analysis.show.story import Told
from saypro_analysis.show.words import (
    ASSURANCE,
    STATUS,
    VARIATION,
    assurance_word,
    gap_text,
    status_of,
    target_note,
    target_text,
)
from saypro_analysis.texts import n, t

_STATUS_ICON = {
    "missed": "s-missed",
    "at risk": "s-risk",
    "watch": "s-watch",
    "met": "s-met",
    "no target": "s-none",
    "no data": "s-none",
}
_STATUS_CLASS = {
    "missed": "missed",
    "at risk": "risk",
    "watch": "risk",
    "met": "met",
    "no target": "none",
    "no data": "none",
}


@dataclass(frozen=True, kw_only=True)
class Row:
    """One row of a scorecard. ``href`` leads to where the KPI is explained; empty: nowhere."""

    told: Told
    prefix: str
    href: str = ""
    cause: tuple[str, str, str] | None = None  # the overview's column: cause, score, confidence; None: no such column


def scorecard_table(rows: Sequence[Row], *, caption: str) -> Markup:
    """Every KPI in one row: actual, target, gap with bullet, status with severity, variation, assurance, 24 months.

    The forecast stands in the last column, unless that is the overview's cause.
    """
    month = rows[0].told.verdict.month if rows else None
    causes = any(row.cause is not None for row in rows)
    ahead = [row.told.verdict.outlook.months[-1].month for row in rows if row.told.verdict.outlook.months]
    return render(
        "scorecard", caption=caption, rows=[_score_row(row) for row in rows],
        months=t("24 months to {month}", month=_month(month)) if month is not None else "",
        forecast=t("Forecast {month}", month=_month(ahead[0])) if ahead and not causes else "",
        causes=causes, locale=rows[0].told.numbers.locale if rows else "",
    )  # fmt: skip


def _month(month: pd.Period) -> str:
    return _unbroken(month_name(month, short=True))


def _unbroken(text: str) -> str:
    """A text that stays on one line."""
    return text.replace(" ", "\N{NO-BREAK SPACE}")


def _broken_between(span: str) -> str:
    """A range that breaks between its two ends only."""
    between = t("{low} to {high}", low="", high="")
    return between.join(_unbroken(end) for end in span.split(between))


def _score_row(row: Row) -> dict[str, object]:
    told, verdict = row.told, row.told.verdict
    status = status_of(verdict)
    has_target = verdict.gap.target is not None or verdict.gap.target_upper is not None
    run = n("this month", "{number} months", verdict.misses, number=verdict.misses)
    gap, percent = gap_text(told)
    ahead = verdict.outlook.months[-1] if verdict.outlook.months else None
    forecast, span = estimate_text(told, ahead.value, ahead.low, ahead.high) if ahead is not None else ("", "")
    return {
        "key": told.kpi.key,
        "decimals": stated_decimals(told.kpi),
        "stated": _stated(row, status),
        "name": told.kpi.name,
        "department": told.department,
        "href": row.href,
        "actual": told.numbers.value(told.kpi, verdict.gap.actual),
        "before": _before(told),
        "target": target_text(told) if has_target else t("not set"),
        "note": target_note(told.kpi) if has_target else "",
        "gap": gap,
        "percent": percent,
        "bullet": bullet(told),
        "status": t(STATUS[status]),
        "status_icon": _STATUS_ICON[status],
        "status_class": _STATUS_CLASS[status],
        "level": level_word(told) if verdict.gap.status == "missed" else "",
        "run": run if verdict.gap.status == "missed" else "",
        "variation": t(VARIATION[verdict.limits.variation]),
        "variation_icon": variation_icon(told),
        "assurance": assurance_word(verdict),
        "assurance_icon": assurance_icon(told),
        "spark": sparkline(told, prefix=row.prefix),
        "forecast": (forecast, _broken_between(span)),
        "cause": row.cause,
        "confidence": confidence_mark(row.cause[2]) if row.cause and row.cause[2] else "",
    }


def _stated(row: Row, status: str) -> dict[str, str]:
    """What the texts of a row were made of, by the name of each."""
    told, verdict = row.told, row.told.verdict
    gap, months = verdict.gap, verdict.outlook.months
    ahead, causes = months[-1] if months else None, supported(told.diagnosis)
    values: dict[str, tuple[Any, ...]] = {
        "actual": (gap.actual,),
        "before": (told.previous,),
        "target": (gap.target, gap.target_upper),
        "gap": (gap.size, gap.percent),
        "status": (status,),
        "standing": (verdict.severity.level, verdict.misses) if gap.status == "missed" else (),
        "variation": (verdict.limits.variation,),
        "assurance": (verdict.limits.assurance,),
        "forecast": (ahead.value, ahead.low, ahead.high) if ahead is not None else (),
        "cause": (causes[0].posterior,) if causes else (),
    }
    return {name: stated(name, *held) for name, held in values.items()}


def _before(told: Told) -> str:
    if told.previous is None:
        return ""
    month = month_name(told.verdict.month - 1, short=True)[:3]
    return t("{value} in {month}", value=told.numbers.value(told.kpi, told.previous), month=month)


def variation_icon(told: Told) -> str:
    """The symbol of the variation: worse and better with the way that the KPI went."""
    limits = told.verdict.limits
    kind = {"concerning": "worse", "improving": "better"}.get(limits.variation)
    if kind is None:
        return {"common": "v-usual", "neutral": "v-usual"}.get(limits.variation, "v-none")
    up = (told.verdict.gap.actual or 0.0) >= (limits.mean or 0.0)
    return f"v-{kind}-{'up' if up else 'down'}"


def assurance_icon(told: Told) -> str:
    """The symbol of the assurance: the block on the good or bad side of the target, or astride."""
    verdict, high_is_good = told.verdict, told.kpi.better != "lower"
    assurance = verdict.limits.assurance
    if assurance == "pass" and assurance_word(verdict) == t(ASSURANCE[assurance]):
        return f"a-meet-{'up' if high_is_good else 'down'}"
    if assurance == "fail":
        if told.kpi.better == "inside":
            high_is_good = (verdict.limits.mean or 0.0) < (verdict.gap.target or float("-inf"))
        return f"a-miss-{'up' if high_is_good else 'down'}"
    return "v-none" if assurance == "none" else "a-hit"
