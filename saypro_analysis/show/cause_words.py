"""Words about causes and actions: what the evidence points to, how sure that is, what to do and what remains."""

from collections.abc import Sequence

from markupsafe import Markup

from saypro_analysis.actions import Plan, Recommendation
from saypro_analysis.causes import CauseFinding, Diagnosis, Evidence
from saypro_analysis.gates import is_unsteady
from saypro_analysis.show.numbers import Numbers, capital, count, date_name, listed
from saypro_analysis.show.story import Told

CLOSE = 0.10  # causes this near to each other are named together
HALF_KNOWN, WELL_KNOWN = 0.4, 0.66  # coverage below the first is low confidence, from the second on high
SHOWN_ACTIONS = 2  # in the four-part block
SHOWN_SIGNS = 4  # for and against each cause; the heaviest come first

VERDICTS = {
    "likely": "Likely",
    "possible": "Possible",
    "not indicated": "Not indicated",
    "weak": "Some evidence, not enough",
    "no evidence": "No evidence either way",
}
GATED = {
    "lock in": "It is better than usual and meets its target: learn what worked and keep it.",
    "keep going": "It is getting better: keep going, and check that it holds.",
    "on the way": "It is getting better but misses its target by its usual range: keep the plan.",
    "leave alone": "Its usual range meets the target: nothing needs to be done.",
    "reduce variation": "It swings more than it should: work on steadiness, not on a single month.",
    "ordinary variation": "No single month explains this; work on the process, not on the month.",
    "redesign": "Its usual range misses the target: change the process, its capacity or the target, not one month.",
    "find the event": "Something happened to a process that used to meet its target: find what, and undo it.",
    "investigate": "Something has changed for the worse: find out what, and protect the target meanwhile.",
    "escalate": "It has become worse and keeps missing its target: find what happened, and change the process.",
    "too little data": "There is too little data to say what kind of answer it needs.",
}


def score(finding: CauseFinding) -> int:
    """A cause's chance after the signs, from 0 to 100."""
    return round(100 * finding.posterior)


def confidence(diagnosis: Diagnosis) -> str:
    """How much the known signs can tell: "high", "medium" or "low"."""
    if diagnosis.coverage < HALF_KNOWN:
        return "low"
    return "high" if diagnosis.coverage >= WELL_KNOWN and diagnosis.robust else "medium"


def supported(diagnosis: Diagnosis | None) -> tuple[CauseFinding, ...]:
    """The causes that the signs make likely or possible, the best supported first."""
    return tuple(found for found in diagnosis.findings if found.verdict in ("likely", "possible")) if diagnosis else ()


def points_to(diagnosis: Diagnosis) -> str:
    """What the evidence points to, as a sentence."""
    found = supported(diagnosis)
    sure = f"{confidence(diagnosis)} confidence"
    if not found:
        return "No cause is well supported by the signs that are known."
    first, second = found[0], found[1] if len(found) > 1 else None
    lead = f"The evidence points first to {lower(first.cause.name)} ({score(first)} of 100, {sure})"
    if second is None:
        return f"{lead}."
    if first.posterior - second.posterior <= CLOSE:
        both = f"{lower(first.cause.name)} and {lower(second.cause.name)}"
        return f"The evidence points to {both} alike ({score(first)} and {score(second)} of 100, {sure})."
    return f"{lead}, then to {lower(second.cause.name)} ({score(second)})."


def why(told: Told | None) -> Markup:
    """The part "why" of the four-part block."""
    if told is None:
        return Markup("There is no shortfall to explain.")
    if told.diagnosis is None:
        return Markup("{}").format(f"The causes of {told.kpi.name} were not looked at.")
    text = points_to(told.diagnosis)
    check = told.diagnosis.next_check
    if not supported(told.diagnosis) and check is not None:
        text += f" Next to check: {check.question or lower(check.name)}"
    return Markup("{}").format(text)


def plan_words(told: Told | None) -> Markup:
    """The part "what to do" of the four-part block."""
    if told is None or told.plan is None:
        return Markup("No action is needed. Keep watching the scorecard.")
    items = told.plan.recommendations
    if not items:
        return Markup("{}").format(GATED.get(told.plan.gated, "Nothing is recommended."))
    shown = [_do(item) for item in items[:SHOWN_ACTIONS]]
    if len(items) > SHOWN_ACTIONS:
        shown.append(f"{capital(count(len(items) - SHOWN_ACTIONS, 'more action'))} for it below.")
    foot = together(told, told.plan)
    closing = Markup(" <b>{}</b>").format(foot) if foot else ""
    return Markup("{}{}").format(" ".join(shown), closing)


def _do(item: Recommendation) -> str:
    text = item.text.strip().rstrip(".")
    if item.kind == "check":
        return f"Check first: {lower(text)}" + ("" if text.endswith("?") else ".")
    return f"{capital(text)}."


def together(told: Told, plan: Plan) -> str:
    """What all actions close of the gap, and what remains; empty where no effect is expected."""
    size, actual = told.verdict.gap.size, told.verdict.gap.actual
    if told.verdict.gap.status != "missed" or size is None or actual is None:
        return ""
    closed = size - plan.remaining
    if closed <= 0 or not any(item.effect for item in plan.recommendations):
        return ""
    toward = -1 if _too_high(told) else 1
    levels = f"from {told.numbers.value(told.kpi, actual)} to {told.numbers.value(told.kpi, actual + toward * closed)}"
    left = told.numbers.amount(told.kpi, plan.remaining, long=True)
    rest = f"that leaves {left} of the gap" if plan.remaining > 0 else "that closes the gap"
    doubt = any(item.doubt and item.effect for item in plan.recommendations)
    return f"Together: {levels}; {rest}." + (" What no sign speaks for is not counted." if doubt else "")


def effect_text(told: Told, item: Recommendation) -> tuple[str, str]:
    """The expected effect in the KPI's unit, and its range."""
    if item.kind == "check":
        return "Tells which cause it is", ""
    if not item.effect:
        return "Not estimated", ""
    better = (
        "less swing"
        if item.kind == "suggested" and is_unsteady(told.verdict)
        else "less"
        if _too_high(told)
        else "more"
    )
    amount = told.numbers.amount
    spread = ""
    if item.effect_low is not None and item.effect_high is not None:
        spread = f"{amount(told.kpi, item.effect_low, bare=True)} to {amount(told.kpi, item.effect_high)}"
    return f"{amount(told.kpi, item.effect, long=True)} {better}", spread


def _too_high(told: Told) -> bool:
    """Whether better means less: by the KPI's direction, or because it lies above its range."""
    gap = told.verdict.gap
    if told.kpi.better != "inside":
        return told.kpi.better == "lower"
    return gap.target_upper is not None and gap.actual is not None and gap.actual > gap.target_upper


def signs_of(finding: CauseFinding, evidence: Sequence[Evidence]) -> tuple[str, ...]:
    """The signs to print: those that the cause itself shows in, not those that only explain another cause away."""
    own = [item for item in evidence if item.sign.id in finding.cause.signs][:SHOWN_SIGNS]
    return tuple(f"{item.sign.name}: {item.text}" for item in own)


def evidence_caption(diagnosis: Diagnosis) -> str:
    """What the evidence table says, as its caption."""
    found = supported(diagnosis)
    if not found:
        return "No cause is well supported"
    if len(found) > 1 and found[0].posterior - found[1].posterior <= CLOSE:
        return f"{found[0].cause.name} and {lower(found[1].cause.name)} are the best-supported causes"
    return f"{found[0].cause.name} {'are' if is_many(found[0].cause.name) else 'is'} the best-supported cause"


def is_many(name: str) -> bool:
    """Whether the name of a cause is a plural: by the word that the others belong to.

    >>> is_many("Inefficient processes"), is_many("Misalignment of teams and goals"), is_many("Lack of progress")
    (True, False, False)
    """
    head = name.split(" of ", maxsplit=1)[0]
    return head.endswith("s") and not head.endswith("ss")


def coverage_words(diagnosis: Diagnosis, numbers: Numbers) -> str:
    """How much is known, how firm it is, and what to check next."""
    parts = [f"The signs that are known carry {numbers.percent(diagnosis.coverage)} of what all signs could tell."]
    if not diagnosis.robust:
        parts.append("Which cause leads depends on how strongly the signs are weighted.")
    if diagnosis.next_check is not None:
        check = diagnosis.next_check
        parts.append(f"Next to check: {check.question or check.name}")
    return " ".join(parts)


def plan_caption(plan: Plan) -> str:
    """The heading of the action table."""
    kinds = ["begun" if item.begun else item.kind for item in plan.recommendations]
    parts = [
        count(kinds.count("begun"), "action") + " under way" if "begun" in kinds else "",
        count(kinds.count("planned"), "action") + " planned" if "planned" in kinds else "",
        count(kinds.count("suggested"), "action") + " suggested" if "suggested" in kinds else "",
        count(kinds.count("check"), "thing") + " to check first" if "check" in kinds else "",
    ]
    return capital(listed([part for part in parts if part]))


def due_text(item: Recommendation) -> str:
    """The due date."""
    return date_name(item.due)


def lower(text: str) -> str:
    """The text with a small first letter, unless its first word is an abbreviation."""
    return text if text[1:2].isupper() else text[:1].lower() + text[1:]
