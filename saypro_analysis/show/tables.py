"""Tables: rows of plain values for the Jinja templates, which make the HTML and escape all text."""

from collections.abc import Sequence

import pandas as pd
from markupsafe import Markup

from saypro_analysis.actions import Plan, Recommendation
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
from saypro_analysis.show.numbers import Numbers, date_name, is_written, rounded
from saypro_analysis.show.outcome_words import outcome_text
from saypro_analysis.show.quality_words import found_text
from saypro_analysis.show.story import Told
from saypro_analysis.texts import later, t

_KIND = {
    "begun": later("Started"),
    "planned": later("Planned"),
    "suggested": later("Suggested"),
    "check": later("Check first"),
}
_DOUBT = {"not indicated": later("not indicated"), "no evidence": later("no evidence")}
_STATE = {
    "done": later("Done"),
    "on time": later("On time"),
    "late": later("Late"),
    "stopped": later("Stopped"),
    "not started": later("Not started"),
}
_MARKS = {"done": "met", "late": "missed", "not started": "missed"}  # the icon and the colour of a state


def evidence_table(diagnosis: Diagnosis, numbers: Numbers, *, prefix: str) -> Markup:
    """The causes, best supported first, with the signs for and against each. A bare prior is not shown as a finding."""
    rows = [
        {
            "cause": found.cause.name,
            "score": score(found) if found.verdict != "no evidence" else None,
            "bar": evidence_bar(score(found)),
            "for": signs_of(found, found.evidence_for),
            "against": signs_of(found, found.evidence_against),
            "verdict": t(VERDICTS[found.verdict]),
            "strong": found in supported(diagnosis),
        }
        for found in diagnosis.findings
    ]
    caption, note = evidence_caption(diagnosis), coverage_words(diagnosis, numbers)
    return render("evidence", caption=caption, note=note, rows=rows, name=f"{prefix}-causes")


def action_table(told: Told, plan: Plan) -> Markup:
    """What to do, who does it, by when and to what effect; in the foot what remains of the gap."""
    rows = [_action_row(told, item) for item in plan.recommendations]
    note = t(
        "Expected effects on {kpi} start from this month’s value; what the forecast adds or takes is not in them.",
        kpi=told.kpi.name,
    )
    return render(
        "actions", caption=plan_caption(plan), note=note if rows else "", rows=rows, foot=together(told, plan)
    )


def _action_row(told: Told, item: Recommendation) -> dict[str, str]:
    effect, spread = effect_text(told, item)
    cause = item.cause.name if item.cause is not None else "–"
    state = "begun" if item.begun else item.kind
    kind = t(_KIND[state])
    return {
        "action": item.text,
        "cause": f"{cause}, {t(_DOUBT[item.doubt])}" if item.doubt else cause,
        "owner": item.owner,
        "due": due_text(item),
        "effect": effect,
        "spread": spread,
        "kind": t("{state}, late", state=kind) if item.late else kind,
    }


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
    judged, shown = {outcome.planned.id: outcome for outcome in outcomes}, []
    for row in rows:
        planned, kpi = row.planned, kpis.get(row.planned.kpi.split(".")[-1])
        cause, outcome = causes.causes.get(planned.cause), judged.get(planned.id)
        verdict, since = outcome_text(outcome, numbers) if outcome is not None else ("", "")
        came = {"cause": cause.name if cause is not None else planned.cause or "–", "verdict": verdict, "since": since}
        shown.append({**_follow_up_row(row, kpi, numbers), **came})
    return render("follow_up", caption=caption, rows=shown)


def _follow_up_row(row: FollowUp, kpi: Kpi | None, numbers: Numbers) -> dict[str, str]:
    planned = row.planned
    effect, mark = planned.expected_effect, _MARKS.get(row.state, "none")
    return {
        "action": row.text,
        "note": f"{planned.id}: {planned.note}" if planned.note else planned.id,
        "kpi": _of_kpi(planned, kpi),
        "owner": planned.owner or "–",
        "due": day_text(planned.due),
        "effect": numbers.amount(kpi, effect, long=True) if effect is not None and kpi is not None else "–",
        "state": t(_STATE[row.state]),
        "icon": f"s-{mark}",
        "class": mark,
    }


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
            "column": row["column"] or t("all"),
            "text": found_text(row["text"]),
            "found": numbers.plain(float(row["found"])),
            "rows": numbers.plain(float(row["rows"])),
            "share": _share(float(row["share"]), numbers),
        }
        for row in found.to_dict("records")
    ]
    return render("quality", rows=rows, fine=len(quality) - len(found), total=len(quality))


def _share(share: float, numbers: Numbers) -> str:
    """A share with one decimal; what there is, is never nothing, and what is missing from all is never all."""
    text, least = numbers.percent(share, 1), 0.001
    if share > 0 and not is_written(text):
        return t("less than {number}", number=numbers.percent(least, 1))
    if share < 1 and rounded(share, 3) == 1:
        return t("more than {number}", number=numbers.percent(1 - least, 1))
    return text
