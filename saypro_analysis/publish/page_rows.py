"""Compare the numbers of a page with its results: the value that each text was made of, and what it reads."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from saypro_analysis.publish.page_numbers import (
    Card,
    Shown,
    aside_of,
    card_of,
    figures_of,
    row_of,
    section_of,
)
from saypro_analysis.publish.page_tree import Element, blanks

Results = Mapping[str, Any]
_DIGIT = re.compile(r"\d")


def number_faults(elements: Sequence[Element], parts: Sequence[Results], *, month: str) -> Iterator[str]:
    """Every number of the page that is not that of ``parts``, the results of the departments that it tells of.

    A KPI that none of the parts holds is passed over.
    """
    held = {f"{part['department']}.{kpi['id']}": (part, kpi) for part in parts for kpi in part["kpis"]}
    locale = next((one.attributes["data-locale"] for one in elements if "data-locale" in one.attributes), "")
    figures = {one.attributes.get("aria-labelledby"): one for one in elements if one.tag == "table"}
    for element, texts in _stating(elements).items():
        if element.attributes["data-kpi"] not in held:
            continue
        part, kpi = held[element.attributes["data-kpi"]]
        decimals, table = element.attributes.get("data-decimals", ""), figures.get(f"xmr-{kpi['id']}-h")
        card = card_of(kpi, month=month, decimals=decimals, locale=locale, currency=part["currency"])
        yield from _kpi_faults(element, texts, card)
        if table is not None and element.tag == "tr":
            yield from _figure_faults(table, card)


def _stating(elements: Sequence[Element]) -> dict[Element, list[Element]]:
    """The rows and sections of KPIs, with the texts in them that state what they were made of."""
    held: dict[Element, list[Element]] = {one: [] for one in elements if "data-kpi" in one.attributes}
    for element in elements:
        if "data-num" in element.attributes:
            around = next((one for one in element.around() if one in held), None)
            if around is not None:
                held[around].append(element)
    return held


def _kpi_faults(element: Element, texts: Sequence[Element], card: Card) -> Iterator[str]:
    """What is wrong in a row of a scorecard, or in the heading of a section."""
    row = element.tag == "tr"
    needed, optional = (row_of(card), aside_of(card)) if row else (section_of(card), {})
    where = f"{'the row' if row else 'the section'} of {card.kpi.name}"
    names = [text.attributes["data-num"].split(" ")[0] for text in texts]
    yield from (f"{where} does not say its {name}" for name in needed if name not in names)
    for name, text in zip(names, texts, strict=True):
        shown = needed.get(name) or optional.get(name)
        if shown is None:
            yield f"{where} shows a {name}, {text.text!r}, that the results do not have"
        else:
            yield from _text_faults(text, shown, f"{where}, {name}")


def _text_faults(element: Element, shown: Shown, where: str) -> Iterator[str]:
    made_of = element.attributes["data-num"].split(" ")[1:]
    if len(made_of) != len(shown.values) or not all(map(_same, made_of, shown.values)):
        held = " and ".join("nothing" if value is None else str(value) for value in shown.values)
        yield f"{where}: the page was made of {' and '.join(made_of)}, the results have {held}"
    elif not reads(element.text, shown):
        wanted = shown.words or " and ".join(ways[0] for ways in shown.numbers) or "no number"
        yield f"{where}: the page reads {element.text!r}, the results make it {wanted!r}"


def _same(made_of: str, value: float | str | None) -> bool:
    """Whether a value as the page states it is exactly that of the results."""
    if value is None or isinstance(value, str):
        return made_of == ("-" if value is None else value.replace(" ", "_"))
    return made_of in (str(value), str(float(value)))


def reads(text: str, shown: Shown) -> bool:
    """Whether a text has the numbers that it must have, and no other.

    >>> reads("6.0 h in 24 days", Shown(values=(6.0,), numbers=(("6.0 h",),), besides=("24 days",)))
    True
    >>> reads("16.0 h", Shown(values=(6.0,), numbers=(("6.0 h",),)))
    False
    """
    if shown.words:
        return blanks(text) == blanks(shown.words)
    rest = blanks(text)
    for beside in sorted(shown.besides, key=len, reverse=True):
        rest = rest.replace(blanks(beside), " ", 1)
    for ways in sorted(shown.numbers, key=lambda ways: -len(ways[0])):
        left = next((left for left in (_without(rest, blanks(way)) for way in ways) if left is not None), None)
        if left is None:
            return False
        rest = left
    return shown.loose or not _DIGIT.search(rest)


def _without(text: str, number: str) -> str | None:
    """The text without the number, which stands there by itself, or a word; None when it does not."""
    alone = rf"(?<![\d.,−]){re.escape(number)}(?!\d|[.,]\d)" if _DIGIT.search(number) else re.escape(number)
    found = re.search(alone, text)
    return None if found is None else f"{text[: found.start()]} {text[found.end() :]}"


def _figure_faults(table: Element, card: Card) -> Iterator[str]:
    """What is wrong in the table behind a KPI's chart."""
    rows = [[cell.text for cell in row.within("td")] for row in table.within("tr")]
    rows, wanted = [row for row in rows if row], figures_of(card)
    where = f"the figures behind the chart of {card.kpi.name}"
    if len(rows) != len(wanted):
        yield f"{where} are of {len(rows)} months, in the results of {len(wanted)}"
        return
    for (value, target, *_), (own, bounds) in zip(rows, wanted, strict=True):
        if value != blanks(own) or not reads(target, Shown(values=(), numbers=tuple((bound,) for bound in bounds))):
            told = " to ".join(bounds) or "no target"
            yield f"{where} read {value!r} with target {target!r}, the results make it {own!r} and {told!r}"
