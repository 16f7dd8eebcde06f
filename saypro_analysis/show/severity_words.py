"""How severe a miss is, in words: the level, the four terms of its score, and the gap seen in other ways."""

import math
from collections.abc import Sequence

from saypro_analysis.severity import DIRECTION, DOUBT, LEVELS, PERSISTENCE, SIZE, STEPS
from saypro_analysis.show.numbers import listed
from saypro_analysis.show.story import Told
from saypro_analysis.texts import later, t

LEVEL = {
    "on track": later("on track"),
    "watch": later("watch"),
    "moderate": later("moderate"),
    "severe": later("severe"),
    "critical": later("critical"),
}
#: A miss is never "on track", and one that is "watch" is there, not yet to come.
MISSED = {**LEVEL, "on track": later("slight"), "watch": later("only to watch")}
_TERMS = (
    (later("Size of the gap"), "size", SIZE),
    (later("How long it has missed"), "persistence", PERSISTENCE),
    (later("Doubt that next month meets the target"), "doubt", DOUBT),
    (later("Where it is heading"), "direction", DIRECTION),
)
_CRITICAL = STEPS[LEVELS.index("critical") - 1]  # the score from which a level is critical by itself


def level_word(told: Told) -> str:
    """The severity level in one or two words; empty where there is none."""
    level, words = told.verdict.severity.level, MISSED if told.verdict.gap.status == "missed" else LEVEL
    return t(words[level]) if level else ""


def severity_line(told: Told) -> str:
    """Level and score: "Severity: severe, 68 of 100."; empty where there is none, or nothing is wrong."""
    severity = told.verdict.severity
    if severity.score is None or not severity.level or (told.verdict.gap.status != "missed" and severity.score == 0):
        return ""
    return t("Severity: {level}, {score} of 100.", level=level_word(told), score=rounded(severity.score))


def severity_terms(told: Told) -> tuple[tuple[str, str], ...]:
    """The terms of the score, as pairs of term and points: ("Size of the gap", "45 of 45"); they add up to it."""
    severity = told.verdict.severity
    held = [getattr(severity, name) for _, name, _ in _TERMS]
    if severity.score is None or any(value is None for value in held):
        return ()
    points = whole_points(held, rounded(severity.score))
    return tuple(
        (t(words), t("{points} of {most}", points=shown, most=f"{most:.0f}"))
        for (words, _, most), shown in zip(_TERMS, points, strict=True)
    )


def whole_points(parts: Sequence[float], total: int) -> list[int]:
    """The parts as whole numbers that add up to the total: those with the largest rest are rounded up.

    >>> whole_points([11.6, 6.5, 7.2, 3.2], 29)
    [12, 7, 7, 3]
    """
    floors = [math.floor(part + 1e-9) for part in parts]
    order = sorted(range(len(parts)), key=lambda at: floors[at] - parts[at])
    for at in order[: max(total - sum(floors), 0)]:
        floors[at] += 1
    return floors


def rounded(score: float) -> int:
    """A score as it is told, half points up."""
    return math.floor(score + 0.5)


def severity_notes(told: Told) -> tuple[str, ...]:
    """What else is to be known of a severity: other views of the gap, and why its level is not that of its score."""
    severity = told.verdict.severity
    notes = [_views(told)]
    if severity.capped:
        notes.append(t("The miss lies inside the KPI's usual month-to-month noise, so it is only to watch."))
    if severity.level == "critical" and severity.score is not None and severity.score < _CRITICAL:
        notes.append(t("A miss of this size is critical for this KPI, whatever its score."))
    return tuple(note for note in notes if note)


def _views(told: Told) -> str:
    """The gap of a missed target as a part of it, against the noise, and as failures, where these make sense."""
    severity, numbers = told.verdict.severity, told.numbers
    if told.verdict.gap.status != "missed":
        return ""
    parts = []
    if severity.relative is not None:
        parts.append(_relative(told, numbers.percent(severity.relative, 1)))
    if severity.noise is not None:
        noise = numbers.plain(severity.noise, 1)
        parts.append(t("{number} times its usual month-to-month noise", number=noise))
    said = [t("The gap is {parts}.", parts=listed(parts))] if parts else []
    if severity.odds is not None:
        odds = numbers.plain(severity.odds + 1, 1)
        said.append(t("Failures are {number} times those that the target allows.", number=odds))
    return " ".join(said)


def _relative(told: Told, share: str) -> str:
    """A gap as a part of the target, or of a target of zero as a part of what the card compares it with."""
    scale = told.kpi.gap_scale
    if told.verdict.gap.percent is not None or scale is None:
        return t("{share} of the target", share=share)
    compared = told.numbers.value(told.kpi, scale, long=True)
    return t("{share} of the {amount} it is compared with", share=share, amount=compared)
