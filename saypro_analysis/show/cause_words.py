"""Words about causes and actions: what the evidence points to, how sure that is, what to do and what remains."""

from collections import Counter
from collections.abc import Sequence

from saypro_analysis.actions import Plan, Recommendation
from saypro_analysis.causes import CauseFinding, Diagnosis, Evidence
from saypro_analysis.gates import is_unsteady
from saypro_analysis.show.numbers import Numbers, capital, date_name, listed, numeral, rounded
from saypro_analysis.show.story import Told
from saypro_analysis.show.written import toward, written_effects
from saypro_analysis.texts import language, later, n, t

CLOSE = 0.10  # causes this near to each other are named together
FIRM = 50  # of 100: a cause below it is not called supported
HALF_KNOWN, WELL_KNOWN = 0.4, 0.66  # coverage below the first is low confidence, from the second on high
_NOUNS_CAPITAL = ("de", "lb")  # languages in which a small first letter would be a fault
SHOWN_SIGNS = 4  # for and against each cause; the heaviest come first

CONFIDENCE = {
    "low": later("low confidence"),
    "medium": later("medium confidence"),
    "high": later("high confidence"),
}
VERDICTS = {
    "likely": later("Likely"),
    "possible": later("Possible"),
    "not indicated": later("Not indicated"),
    "weak": later("Some evidence, not enough"),
    "no evidence": later("No evidence either way"),
}
GATED = {
    "lock in": later("It is better than usual and meets its target: learn what worked and keep it."),
    "keep going": later("It is getting better: keep going, and check that it holds."),
    "on the way": later("It is getting better but misses its target by its usual range: keep the plan."),
    "leave alone": later("Its usual range meets the target: nothing needs to be done."),
    "reduce variation": later("It swings more than it should: work on steadiness, not on a single month."),
    "ordinary variation": later("No single month explains this; work on the process, not on the month."),
    "redesign": later(
        "Its usual range misses the target: change the process, its capacity or the target, not one month."
    ),
    "find the event": later("Something happened to a process that used to meet its target: find what, and undo it."),
    "investigate": later("Something has changed for the worse: find out what, and protect the target meanwhile."),
    "escalate": later("It has become worse and keeps missing its target: find what happened, and change the process."),
    "too little data": later("There is too little data to say what kind of answer it needs."),
}


def score(finding: CauseFinding) -> int:
    """A cause's chance after the signs, from 0 to 100."""
    return int(100 * rounded(finding.posterior, 2) + 0.5)


def confidence(diagnosis: Diagnosis) -> str:
    """How much the known signs can tell: "high", "medium" or "low"."""
    if diagnosis.coverage < HALF_KNOWN:
        return "low"
    return "high" if diagnosis.coverage >= WELL_KNOWN and diagnosis.robust else "medium"


def supported(diagnosis: Diagnosis | None) -> tuple[CauseFinding, ...]:
    """The causes that the signs make more likely than not, the best supported first."""
    if diagnosis is None:
        return ()
    return tuple(f for f in diagnosis.findings if f.verdict in ("likely", "possible") and score(f) >= FIRM)


def points_to(diagnosis: Diagnosis) -> str:
    """What the evidence points to, as a sentence."""
    found = supported(diagnosis)
    if not found:
        return t("No cause is well supported by the signs that are known.")
    first, second = found[0], found[1] if len(found) > 1 else None
    sure = t(CONFIDENCE[confidence(diagnosis)])
    fields = {"cause": lower(first.cause.name), "score": score(first), "confidence": sure}
    if second is None:
        return t("The evidence points first to {cause} ({score} of 100, {confidence}).", **fields)
    fields |= {"other": lower(second.cause.name), "second": score(second)}
    if first.posterior - second.posterior <= CLOSE:
        return t(
            "The evidence points to {cause} and {other} alike ({score} and {second} of 100, {confidence}).", **fields
        )
    return t(
        "The evidence points first to {cause} ({score} of 100, {confidence}), then to {other} ({second}).", **fields
    )


def together(told: Told, plan: Plan) -> str:
    """What all actions close of the gap, and what remains; empty where no effect is expected."""
    size, actual = told.verdict.gap.size, told.verdict.gap.actual
    if told.verdict.gap.status != "missed" or size is None or actual is None:
        return ""
    closed = size - plan.remaining
    if closed <= 0 or not any(item.effect for item in plan.recommendations):
        return ""
    amount, value = told.numbers.amount, told.numbers.value
    levels = {"now": value(told.kpi, actual), "then": value(told.kpi, actual + toward(told) * closed)}
    whole = sum(item.effect or 0.0 for item in plan.recommendations if not item.doubt)
    if amount(told.kpi, max(whole, closed)) != amount(told.kpi, closed):
        text = t("Together: from {now} to {then} or better; that closes the gap.", **levels)
    elif plan.remaining > 0:
        left = amount(told.kpi, plan.remaining, long=True)
        text = t("Together: from {now} to {then}; that leaves {amount} of the gap.", **levels, amount=left)
    else:
        text = t("Together: from {now} to {then}; that closes the gap.", **levels)
    doubt = any(item.doubt and item.effect for item in plan.recommendations)
    return text + " " + t("What no sign speaks for is not counted.") if doubt else text


def effect_text(told: Told, item: Recommendation) -> tuple[str, str]:
    """The expected effect in the KPI's unit, and its range."""
    if item.kind == "check":
        return t("Tells which cause it is"), ""
    if not item.effect:
        return t("Not estimated"), ""
    amount, spread = told.numbers.amount, ""
    effect = _written_effect(told, item)
    if item.effect_low is not None and item.effect_high is not None:
        low, high = amount(told.kpi, item.effect_low, bare=True), amount(told.kpi, item.effect_high)
        spread = t("{low} to {high}", low=low, high=high)
    size = amount(told.kpi, effect, long=True)
    if item.kind == "suggested" and is_unsteady(told.verdict):
        return t("{size} less swing", size=size), spread
    return t("{size} less", size=size) if toward(told) < 0 else t("{size} more", size=size), spread


def _written_effect(told: Told, item: Recommendation) -> float:
    """The effect of an item of the KPI's plan, so that all of them add up; of another one as it is."""
    items = told.plan.recommendations if told.plan is not None else ()
    if told.plan is None or item not in items:
        return item.effect or 0.0
    return written_effects(told, told.plan)[items.index(item)] or 0.0


def signs_of(finding: CauseFinding, evidence: Sequence[Evidence]) -> tuple[str, ...]:
    """The signs to print: those that the cause itself shows in, not those that only explain another cause away."""
    own = [item for item in evidence if item.sign.id in finding.cause.signs][:SHOWN_SIGNS]
    return tuple(f"{item.sign.name}: {item.text}" for item in own)


def evidence_caption(diagnosis: Diagnosis) -> str:
    """What the evidence table says, as its caption."""
    found = supported(diagnosis)
    if not found:
        return t("No cause is well supported")
    if len(found) > 1 and found[0].posterior - found[1].posterior <= CLOSE:
        first, second = found[0].cause.name, lower(found[1].cause.name)
        return t("{first} and {second} are the best-supported causes", first=first, second=second)
    cause, number = found[0].cause.name, 2 if is_many(found[0].cause.name) else 1
    return n("{cause} is the best-supported cause", "{cause} are the best-supported cause", number, cause=cause)


def is_many(name: str) -> bool:
    """Whether the name of a cause is a plural: by the word that the others belong to.

    >>> is_many("Inefficient processes"), is_many("Misalignment of teams and goals"), is_many("Lack of progress")
    (True, False, False)
    """
    head = name.split(" of ", maxsplit=1)[0]
    return head.endswith("s") and not head.endswith("ss")


def coverage_words(diagnosis: Diagnosis, numbers: Numbers) -> str:
    """How much is known, how firm it is, and what to check next."""
    share = numbers.percent(diagnosis.coverage)
    parts = [t("The signs that are known carry {share} of what all signs could tell.", share=share)]
    if not diagnosis.robust:
        parts.append(t("Which cause leads depends on how strongly the signs are weighted."))
    if diagnosis.next_check is not None:
        check = diagnosis.next_check
        parts.append(t("Next to check: {check}", check=check.question or check.name))
    return " ".join(parts)


def plan_caption(plan: Plan) -> str:
    """The heading of the action table."""
    kinds = Counter("begun" if item.begun else item.kind for item in plan.recommendations)
    begun, planned, suggested, checks = (kinds[kind] for kind in ("begun", "planned", "suggested", "check"))
    parts = (
        (begun, n("{number} action under way", "{number} actions under way", begun, number=numeral(begun))),
        (planned, n("{number} action planned", "{number} actions planned", planned, number=numeral(planned))),
        (suggested, n("{number} action suggested", "{number} actions suggested", suggested, number=numeral(suggested))),
        (checks, n("{number} thing to check first", "{number} things to check first", checks, number=numeral(checks))),
    )
    return capital(listed([part for number, part in parts if number]))


def due_text(item: Recommendation) -> str:
    """The due date."""
    return date_name(item.due)


def lower(text: str) -> str:
    """The text with a small first letter, unless it begins with an abbreviation or the language has capital nouns."""
    kept = text[1:2].isupper() or language().partition("_")[0] in _NOUNS_CAPITAL
    return text if kept else text[:1].lower() + text[1:]
