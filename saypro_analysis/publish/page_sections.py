"""Which sections a page must have by its results, and which of them are not there."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from saypro_analysis.publish.page_tree import Element, blanks
from saypro_analysis.show.page import OVERVIEW

Results = Mapping[str, Any]


def missing_sections(elements: Sequence[Element], results: Results, parts: Sequence[Results]) -> Iterator[str]:
    """What the results demand and the page does not have. ``parts``: the departments' results that are known."""
    named = {one.attributes["id"]: one for one in elements if "id" in one.attributes}
    overview = results["department"] == OVERVIEW
    wanted = _of_overview(results, parts) if overview else _of_department(results)
    for ids, what in wanted:
        if not any(name in named and named[name].text for name in ids.split("|")):
            yield f"the page has no {what}"
    yield from _cards(elements, results) if overview else _rows(elements, results)
    if overview and "missed" in named:
        yield from _missed_rows(elements, results, parts)


def _of_department(results: Results) -> Iterator[tuple[str, str]]:
    """Ids that a department's page must have, one of those between "|", with what stands there."""
    yield "ask-h", "block of decisions (show_head)"
    yield "scorecard", "scorecard (show_scorecard)"
    if results["changes"] is not None:
        yield "changes", "section of changes (show_changes)"
    missed, watched = _missed(results), [kpi for kpi in _shown(results) if _is_watched(kpi)]
    for kpi in missed:
        yield f"kpi-{kpi['id']}", f"section of {kpi['name']}, which missed its target (show_missed)"
    if missed and sum(kpi["diagnosis"] is not None for kpi in results["kpis"]) > 1:
        yield "department-causes", "section of the department's causes (show_missed)"
    if watched:
        yield "watch", "watch list (show_watch_list)"
    for kpi in watched:
        yield f"kpi-{kpi['id']}", f"part of {kpi['name']} in the watch list (show_watch_list)"
    for kpi in (*missed, *watched):
        yield f"xmr-{kpi['id']}-h", f"chart of {kpi['name']} by month"
    if results["register"]:
        yield "progress", "section of earlier actions (show_progress)"
    yield "method", "section of method and data quality (show_method)"


def _of_overview(results: Results, parts: Sequence[Results]) -> Iterator[tuple[str, str]]:
    yield "departments", "section of the departments (show_departments)"
    if not results["departments"]:
        return
    yield "decisions|ask-h", "block of decisions (show_decisions)"
    if any(part["changes"] is not None for part in parts):
        yield "changes", "section of changes (show_overview_changes)"
    if any(held["missed"] for held in results["departments"]):
        yield "missed", "table of the missed targets (show_all_missed)"
    if any(held["judged"] for held in results["departments"]):
        yield "matrix", "table of variation and assurance (show_matrix)"
    found = (cause for part in parts for kpi in _missed(part) for cause in kpi["causes"])
    if any(cause["verdict"] != "no evidence" for cause in found):
        yield "causes", "section of the causes (show_causes)"
    yield "method", "section of method and data quality (show_overview_method)"


def _shown(results: Results) -> list[Mapping[str, Any]]:
    """The KPIs of the scorecard, in its order."""
    return [kpi for kpi in results["kpis"] if kpi["scorecard"]]


def _missed(results: Results) -> list[Mapping[str, Any]]:
    return [kpi for kpi in _shown(results) if kpi["gap"]["status"] == "missed"]


def _is_watched(kpi: Mapping[str, Any]) -> bool:
    return bool((kpi["emerging"] or kpi["at_risk"]) and kpi["gap"]["status"] != "missed")


def _keys(elements: Sequence[Element], section: str) -> list[str]:
    """The KPIs that have a row in the scorecard of this section."""
    held = next((one for one in elements if one.attributes.get("id") == section), None)
    rows = held.within("tr") if held is not None else iter(())
    return [row.attributes["data-kpi"] for row in rows if "data-kpi" in row.attributes]


def _rows(elements: Sequence[Element], results: Results) -> Iterator[str]:
    """Whether the scorecard has a row for each of its KPIs, in the order of the results."""
    wanted = {f"{results['department']}.{kpi['id']}": kpi["name"] for kpi in _shown(results)}
    found = _keys(elements, "scorecard")
    yield from (f"the scorecard has no row of {name}" for key, name in wanted.items() if key not in found)
    yield from (
        f"the scorecard has a row of {key}, which the results do not have" for key in found if key not in wanted
    )
    if sorted(found) == sorted(wanted) and found != list(wanted):
        yield "the rows of the scorecard are not in the order of the results, worst first"
    if len(found) != len(set(found)):
        yield "the scorecard has a KPI twice"


def _missed_rows(elements: Sequence[Element], results: Results, parts: Sequence[Results]) -> Iterator[str]:
    """Whether the overview has a row for each missed target."""
    found, told = _keys(elements, "missed"), sum(held["missed"] for held in results["departments"])
    if len(found) != told:
        yield f"the table of the missed targets has {len(found)} rows, the results {told} missed targets"
    held = {part["department"] for part in results["departments"]}
    wanted = {f"{part['department']}.{kpi['id']}" for part in parts for kpi in _missed(part)}
    for key in sorted(wanted - set(found)):
        if key.split(".")[0] in held:
            yield f"the table of the missed targets has no row of {key}"


def _cards(elements: Sequence[Element], results: Results) -> Iterator[str]:
    """Whether each department has its card, with its counts, or with the reason why there is no report."""
    cards = {one.attributes["data-department"]: one for one in elements if "data-department" in one.attributes}
    counts = {part["department"]: [part["missed"], part["judged"]] for part in results["departments"]}
    for key in (*counts, *results["missing"]):
        if key not in cards:
            yield f"the overview has no card of {key}"
    for key, card in cards.items():
        count = next((one for one in card.within("p") if "data-num" in one.attributes), None)
        wanted = f"{counts[key][0]} of {counts[key][1]}" if key in counts else "no counts"
        if wanted != _told(count):
            read = repr(count.text) if count is not None else "nothing"
            yield f"the card of {key} reads {read}, the results have {wanted}"
        if blanks(results["missing"].get(key, "")) not in card.text:
            yield f"the card of {key} does not say why there is no report"


def _told(count: Element | None) -> str:
    """The counts of a card, where the text and the values behind it are the same."""
    if count is None:
        return "no counts"
    made_of = count.attributes["data-num"].split(" ")[1:]
    return " of ".join(made_of) if made_of == re.findall(r"\d+", count.text) else ""
