"""Method, data quality and provenance: how the numbers were made, and from what."""

from collections.abc import Mapping, Sequence

import pandas as pd

from saypro_analysis.budget import ErrorBudget
from saypro_analysis.show.fragment import Fragment, render
from saypro_analysis.show.method_notes import METHOD, SCALE
from saypro_analysis.show.numbers import Numbers, capital, numeral
from saypro_analysis.show.tables import quality_table
from saypro_analysis.texts import later, n, t

#: The names of the month's provenance.
_FACTS = {
    "Prepared": later("Prepared"),
    "Data as of": later("Data as of"),
    "Sources": later("Sources"),
    "Data fingerprint": later("Data fingerprint"),
    "Made with": later("Made with"),
}


def chance_words(budget: ErrorBudget, numbers: Numbers) -> str:
    """The report's error budget: what it flags and declares, against what chance alone would."""
    if not budget.kpis:
        return t("No KPI has enough data to tell what is unlike usual.")
    flags = t("none differs from usual this month")
    if budget.flags:
        flags = n(
            "{number} differs from usual this month", "{number} differ from usual this month",
            budget.flags, number=numeral(budget.flags),
        )  # fmt: skip
    first = n(
        "Of {number} KPI judged, {flags}; chance alone would make {expected} of it do so.",
        "Of {number} KPIs judged, {flags}; chance alone would make {expected} of them do so.",
        budget.kpis, number=numeral(budget.kpis), flags=flags, expected=_mean(budget.expected, numbers),
    )  # fmt: skip
    return " ".join(part for part in (first, _swings(budget, numbers), _trends(budget, numbers)) if part)


def _swings(budget: ErrorBudget, numbers: Numbers) -> str:
    """The KPIs that swing more than they should, where any is said to."""
    if not budget.swings:
        return ""
    return n(
        "{number} swings more than it should; by chance alone {expected} would.",
        "{number} swing more than they should; by chance alone {expected} would.",
        budget.swings, number=capital(numeral(budget.swings)), expected=_mean(budget.swings_expected, numbers),
    )  # fmt: skip


def _trends(budget: ErrorBudget, numbers: Numbers) -> str:
    """The trends declared among those tested, and how many of them may be false."""
    if not budget.tested:
        return ""
    tested = n("{number} trend tested", "{number} trends tested", budget.tested, number=numeral(budget.tested))
    if not budget.trends:
        return t("None of {trends} is declared.", trends=tested)
    return n(
        "{number} of {trends} is declared; at most {share} of such declarations are expected to be false.",
        "{number} of {trends} are declared; at most {share} of such declarations are expected to be false.",
        budget.trends, number=capital(numeral(budget.trends)), trends=tested, share=numbers.percent(budget.false_share),
    )  # fmt: skip


def _mean(expected: float, numbers: Numbers) -> str:
    """A mean number of flags, without decimals once there are ten: "about 0.1", "about 12"."""
    least = 0.05  # what a reader would see as 0.1
    if expected < least:
        return t("less than {number}", number=numbers.plain(2 * least, 1))
    return t("about {number}", number=numbers.plain(expected, 0 if expected >= 10 else 1))


def method_fragment(
    *, quality: pd.DataFrame, provenance: Mapping[str, str], contact: str, numbers: Numbers, sample: bool,
    budget: ErrorBudget, limits: Sequence[str],
) -> Fragment:  # fmt: skip
    """The closing section: collapsed notes, and the provenance. ``limits``: which limits start anew, or might."""
    notes = len(quality[quality["verdict"] != "ok"]) if len(quality) else 0
    facts = {t(_FACTS[name]) if name in _FACTS else name: text for name, text in provenance.items()}
    if sample:
        facts = {t("Data"): t("Made-up sample data: no company's real figures"), **facts}
    if contact:
        facts[t("Contact")] = contact
    method = [*method_texts(), *([(t("Limits that start anew"), tuple(limits))] if limits else [])]
    html = render(
        "method", method=method, chance=chance_words(budget, numbers), quality_title=_quality_title(notes),
        provenance=facts, quality=quality_table(quality, numbers),
    )  # fmt: skip
    return Fragment(html=html, text=t("Method and data quality"))


def method_texts() -> list[tuple[str, tuple[str, ...]]]:
    """The notes on the method: titles with their texts, in the language spoken."""
    scale = {name: f"{points:.0f}" for name, points in SCALE.items()}
    return [(t(title), tuple(t(text, **scale) for text in texts)) for title, texts in METHOD]


def _quality_title(notes: int) -> str:
    if not notes:
        return t("Data quality: nothing found")
    return n(
        "Data quality: {number} thing to know", "Data quality: {number} things to know", notes, number=numeral(notes)
    )
