"""Tables: rows of plain values for the Jinja templates, which make the HTML and escape all text."""

from collections.abc import Sequence

import pandas as pd
from markupsafe import Markup

from saypro_analysis.actions import Plan
from saypro_analysis.causes import Diagnosis
from saypro_analysis.follow_up import FollowUp
from saypro_analysis.kpi import CauseModel, Kpi, PlannedAction
from saypro_analysis.outcomes import Outcome
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
from saypro_analysis.show.marks import evidence_bar
from saypro_analysis.show.numbers import Numbers, date_name
from saypro_analysis.show.outcome_words import outcome_text
from saypro_analysis.show.story import Told

_KIND = {"planned": "Planned", "suggested": "Suggested", "check": "Check first"}
_STATE = {"done": "Done", "on time": "On time", "late": "Late", "stopped": "Stopped", "not started": "Not started"}


def evidence_table(diagnosis: Diagnosis, numbers: Numbers, *, prefix: str) -> Markup:
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
    caption, note = evidence_caption(diagnosis), coverage_words(diagnosis, numbers)
    return render("evidence", caption=caption, note=note, rows=rows, name=f"{prefix}-causes")


def action_table(told: Told, plan: Plan) -> Markup:
    """What to do, who does it, by when and to what effect; in the foot what remains of the gap."""
    rows = []
    for item in plan.recommendations:
        effect, spread = effect_text(told, item)
        rows.append(
            {
                "action": item.text,
                "cause": (item.cause.name if item.cause is not None else "–")
                + (f", {item.doubt}" if item.doubt else ""),
                "owner": item.owner,
                "due": due_text(item),
                "effect": effect,
                "spread": spread,
                "kind": ("Started" if item.begun else _KIND[item.kind]) + (", late" * item.late),
            }
        )
    name = told.kpi.name
    note = f"Expected effects are on {name}, counted from this month: what is forecast without them is not in them."
    return render(
        "actions", caption=plan_caption(plan), note=note if rows else "", rows=rows, foot=together(told, plan)
    )


def follow_up_table(
    rows: Sequence[FollowUp],
    outcomes: Sequence[Outcome],
    kpis: "dict[str, Kpi]",
    causes: CauseModel,
    numbers: Numbers,
    *,
    caption: str,
) -> Markup:
    """The register: what was planned, for which KPI, by whom and when, how it stands, and what came of it."""
    shown, judged = [], {outcome.planned.id: outcome for outcome in outcomes}
    for row in rows:
        planned, kpi = row.planned, kpis.get(row.planned.kpi.split(".")[-1])
        cause = causes.causes.get(planned.cause)
        effect, outcome = planned.expected_effect, judged.get(planned.id)
        verdict, since = outcome_text(outcome, numbers) if outcome is not None else ("", "")
        shown.append(
            {
                "action": row.text,
                "note": f"{planned.id}: {planned.note}" if planned.note else planned.id,
                "kpi": _of_kpi(planned, kpi),
                "cause": cause.name if cause is not None else planned.cause or "–",
                "owner": planned.owner or "–",
                "due": day_text(planned.due),
                "effect": numbers.amount(kpi, effect, long=True) if effect is not None and kpi is not None else "–",
                "state": _STATE[row.state],
                "verdict": verdict,
                "since": since,
                "icon": {"done": "s-met", "late": "s-missed", "not started": "s-missed"}.get(row.state, "s-none"),
                "class": {"done": "met", "late": "missed", "not started": "missed"}.get(row.state, "none"),
            }
        )
    return render("follow_up", caption=caption, rows=shown)


def _of_kpi(planned: PlannedAction, kpi: Kpi | None) -> str:
    """The KPI that an action is meant for, with the segment where it is one: "Revenue (region North)"."""
    name = kpi.name if kpi is not None else planned.kpi
    return f"{name} ({planned.segment.replace('_', ' ').replace('=', ' ')})" if planned.segment else name


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
