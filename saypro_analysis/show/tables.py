"""Tables: rows of plain values for the Jinja templates, which make the HTML and escape all text."""

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd
from markupsafe import Markup

from saypro_analysis.actions import FollowUp, Plan
from saypro_analysis.causes import Diagnosis
from saypro_analysis.kpi import CauseModel, Kpi
from saypro_analysis.show.cause_words import (
    VERDICTS,
    coverage_words,
    due_text,
    effect_text,
    evidence_caption,
    plan_caption,
    score,
    signs_of,
    supported,
    together,
)
from saypro_analysis.show.fragment import render
from saypro_analysis.show.marks import bullet, evidence_bar, sparkline
from saypro_analysis.show.numbers import Numbers, count, date_name, month_name
from saypro_analysis.show.story import Told
from saypro_analysis.show.words import (
    STATUS,
    VARIATION,
    assurance_word,
    gap_text,
    status_of,
    target_note,
    target_text,
)

_KIND = {"late": "Planned, late", "planned": "Planned", "suggested": "Suggested", "check": "Check first"}
_STATE = {"done": "Done", "on time": "On time", "late": "Late", "stopped": "Stopped", "not started": "Not started"}
_STATUS_ICON = {"missed": "s-missed", "watch": "s-risk", "met": "s-met", "no target": "s-none", "no data": "s-none"}
_STATUS_CLASS = {"missed": "missed", "watch": "risk", "met": "met", "no target": "none", "no data": "none"}


@dataclass(frozen=True, kw_only=True)
class Row:
    """One row of a scorecard. ``href`` leads to where the KPI is explained; empty: nowhere."""

    told: Told
    prefix: str
    href: str = ""
    cause: tuple[str, str] | None = None  # the overview's column, cause and note; None: there is no such column


def scorecard_table(rows: Sequence[Row], *, caption: str) -> Markup:
    """Every KPI in one row: actual, target, gap with bullet, status, variation, assurance, 24 months."""
    month = rows[0].told.verdict.month if rows else None
    return render(
        "scorecard", caption=caption, rows=[_score_row(row) for row in rows],
        months=f"24 months to {month_name(month, short=True)}" if month is not None else "24 months",
        causes=any(row.cause is not None for row in rows),
    )  # fmt: skip


def _score_row(row: Row) -> dict[str, object]:
    told, verdict = row.told, row.told.verdict
    status = status_of(verdict)
    before, last_month = told.previous, month_name(verdict.month - 1)[:3]
    has_target = verdict.gap.target is not None or verdict.gap.target_upper is not None
    run = count(verdict.misses, "month", word=False) if verdict.misses > 1 else "this month"
    gap, percent = gap_text(told)
    return {
        "name": told.kpi.name,
        "department": told.department,
        "href": row.href,
        "actual": told.numbers.value(told.kpi, verdict.gap.actual),
        "before": "" if before is None else f"{told.numbers.value(told.kpi, before)} in {last_month}",
        "target": target_text(told) if has_target else "not set",
        "note": target_note(told.kpi) if has_target else "",
        "gap": gap,
        "percent": percent,
        "bullet": bullet(told),
        "status": STATUS[status],
        "status_icon": _STATUS_ICON[status],
        "status_class": _STATUS_CLASS[status],
        "run": run if verdict.gap.status == "missed" else "",
        "variation": VARIATION[verdict.limits.variation],
        "variation_icon": variation_icon(told),
        "assurance": assurance_word(verdict),
        "assurance_icon": assurance_icon(told),
        "spark": sparkline(told, prefix=row.prefix),
        "cause": row.cause,
    }


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
    if assurance == "pass" and assurance_word(verdict) == "Will meet":
        return f"a-meet-{'up' if high_is_good else 'down'}"
    if assurance == "fail":
        if told.kpi.better == "inside":
            high_is_good = (verdict.limits.mean or 0.0) < (verdict.gap.target or float("-inf"))
        return f"a-miss-{'up' if high_is_good else 'down'}"
    return "v-none" if assurance == "none" else "a-hit"


def evidence_table(told: Told, diagnosis: Diagnosis, *, prefix: str) -> Markup:
    """The causes, best supported first, with the signs for and against each. A bare prior is not shown as a finding."""
    rows = [
        {
            "cause": found.cause.name,
            "score": score(found) if found.verdict != "no evidence" else None,
            "bar": evidence_bar(score(found)),
            "for": signs_of(found, found.evidence_for),
            "against": signs_of(found, found.evidence_against),
            "verdict": VERDICTS[found.verdict],
            "strong": found in supported(diagnosis),
        }
        for found in diagnosis.findings
    ]
    caption, note = evidence_caption(diagnosis), coverage_words(told, diagnosis)
    return render("evidence", caption=caption, note=note, rows=rows, name=f"{prefix}-causes")


def action_table(told: Told, plan: Plan) -> Markup:
    """What to do, who does it, by when and to what effect; in the foot what remains of the gap."""
    rows = []
    for item in plan.recommendations:
        effect, spread = effect_text(told, item)
        rows.append(
            {
                "action": item.text,
                "cause": item.cause.name if item.cause is not None else "–",
                "owner": item.owner,
                "due": due_text(item),
                "effect": effect,
                "spread": spread,
                "kind": _KIND["late" if item.late else item.kind],
            }
        )
    name = told.kpi.name
    note = f"Expected effects are on {name}; they are estimates to plan by." if rows else ""
    return render("actions", caption=plan_caption(plan), note=note, rows=rows, foot=together(told, plan))


def follow_up_table(
    rows: Sequence[FollowUp], kpis: "dict[str, Kpi]", causes: CauseModel, numbers: Numbers, *, caption: str
) -> Markup:
    """The register: what was planned, for which KPI, by whom and when, and how it stands."""
    shown = []
    for row in rows:
        planned, kpi = row.planned, kpis.get(row.planned.kpi.split(".")[-1])
        cause = causes.causes.get(planned.cause)
        effect = planned.expected_effect
        shown.append(
            {
                "action": row.action.name if row.action is not None else planned.action,
                "note": planned.note,
                "kpi": kpi.name if kpi is not None else planned.kpi,
                "cause": cause.name if cause is not None else planned.cause or "–",
                "owner": planned.owner or "–",
                "due": day_text(planned.due),
                "effect": numbers.amount(kpi, effect, long=True) if effect is not None and kpi is not None else "–",
                "state": _STATE[row.state],
                "icon": {"done": "s-met", "late": "s-missed", "not started": "s-missed"}.get(row.state, "s-none"),
                "class": {"done": "met", "late": "missed", "not started": "missed"}.get(row.state, "none"),
            }
        )
    return render("follow_up", caption=caption, rows=shown)


def day_text(text: str) -> str:
    """A date of the register in words; one that is none stays as it was written."""
    day = pd.to_datetime(text, errors="coerce")
    return date_name(day) if isinstance(day, pd.Timestamp) else text or "–"


def quality_table(quality: pd.DataFrame, numbers: Numbers) -> Markup:
    """The checks of the sources that found something; those that found nothing are counted."""
    found = quality[quality["verdict"] != "ok"] if len(quality) else quality
    rows = [
        {
            "table": row["table"],
            "column": row["column"] or "all",
            "text": row["text"],
            "found": numbers.plain(float(row["found"])),
            "rows": numbers.plain(float(row["rows"])),
            "share": numbers.percent(float(row["share"]), 1),
        }
        for row in found.to_dict("records")
    ]
    return render("quality", rows=rows, fine=len(quality) - len(found), total=len(quality))
