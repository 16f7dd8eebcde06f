"""The answers of the four-part block to "why" and "what to do"."""

from markupsafe import Markup, escape

from saypro_analysis.actions import Recommendation
from saypro_analysis.show.cause_words import GATED, lower, points_to, supported, together
from saypro_analysis.show.numbers import capital, numeral
from saypro_analysis.show.story import Told
from saypro_analysis.texts import later, n, t

SHOWN_ACTIONS = 2
_NOTHING = later("Nothing is recommended.")


def why(told: Told | None) -> Markup:
    """The part "why" of the four-part block."""
    if told is None:
        return escape(t("There is no shortfall to explain."))
    if told.diagnosis is None:
        return escape(t("The causes of {kpi} were not looked at.", kpi=told.kpi.name))
    text = points_to(told.diagnosis)
    check = told.diagnosis.next_check
    if not supported(told.diagnosis) and check is not None:
        text += " " + t("Next to check: {check}", check=check.question or lower(check.name))
    return escape(text)


def plan_words(told: Told | None) -> Markup:
    """The part "what to do" of the four-part block."""
    if told is None or told.plan is None:
        return escape(t("No action is needed. Keep watching the scorecard."))
    items = told.plan.recommendations
    if not items:
        return escape(t(GATED.get(told.plan.gated, _NOTHING)))
    # Without a supported cause a suggestion is for the table, beside its evidence, and promises nothing up here.
    firm = [item for item in items if item.kind != "suggested" or supported(told.diagnosis)]
    shown = [_do(item) for item in firm[:SHOWN_ACTIONS]]
    if (more := len(items) - len(shown)) > 0:
        rest = n(
            "{number} more action for it below.", "{number} more actions for it below.", more, number=numeral(more)
        )
        shown.append(capital(rest))
    foot = together(told, told.plan) if len(firm) == len(items) else ""
    closing = Markup(" <b>{}</b>").format(foot) if foot else ""
    return Markup("{}{}").format(" ".join(shown), closing)


def _do(item: Recommendation) -> str:
    text = item.text.strip().rstrip(".")
    if item.kind == "check":
        return t("Check first: {check}", check=lower(text) + ("" if text.endswith("?") else "."))
    return f"{capital(text)}."
