"""results.xlsx: the numbers of results.json as tables, for whoever works on with them in a spreadsheet."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from saypro_analysis.publish.workbook_columns import column_rows
from saypro_analysis.show.scorecard_file import neutral, scorecard_rows

Row = dict[str, Any]

_PART = (
    "name", "kind", "change", "written", "before", "after", "share_before", "share_after", "size", "average", "rate",
    "mix",
)  # fmt: skip
_KPI = ("department", "kpi", "kpi_name")
_CAUSE = ("id", "name", "prior", "posterior", "verdict")
_EVIDENCE = ("sign", "degree", "weight", "text")
_ACTION = (
    "kind", "action", "text", "cause", "owner", "due", "effect", "effect_low", "effect_high", "begun", "late",
    "doubt",
)  # fmt: skip
_WIDEST = 60  # characters of a column
_NUMBER = "#,##0.00##"


def write_workbook(path: Path, document: Mapping[str, Any]) -> None:
    """Write the workbook of a month's ``document`` (as in results.json); the same document gives the same bytes.

    Texts are written as texts, and those that a spreadsheet could take for a formula get a leading apostrophe.
    """
    import xlsxwriter

    with xlsxwriter.Workbook(path, {"strings_to_formulas": False, "strings_to_urls": False}) as book:
        book.set_properties({"title": f"{document['company']}, {document['month']}", "created": _day(document)})
        number = book.add_format({"num_format": _NUMBER})
        formats = {"head": book.add_format({"bold": True, "bottom": 1}), "number": number}
        for name, rows in sheets(document).items():
            _write(book.add_worksheet(name), rows, formats)


def sheets(document: Mapping[str, Any]) -> dict[str, list[Row]]:
    """The sheets of the workbook by name, each a list of rows of the same columns; an empty one is left out."""
    parts = list(document["departments"].values())
    found = {
        "About": [{"what": key, "value": value} for key, value in document.items() if key != "departments"],
        "Scorecard": [row for part in parts for row in scorecard_rows(part)],
        "Changes": [row for part in parts for row in _changes(part)],
        "Drivers": [row for part, kpi in _kpis(parts) for row in _drivers(part, kpi)],
        "Causes": [row for part, kpi in _kpis(parts) for row in _each(part, kpi, kpi["causes"], _CAUSE)],
        "Evidence": [row for part, kpi in _kpis(parts) for row in _evidence(part, kpi)],
        "Actions": [row for part, kpi in _kpis(parts) for row in _each(part, kpi, kpi["actions"], _ACTION)],
        "Register": [{"department": part["department"], **row} for part in parts for row in part["register"]],
        "Outcomes": [row for part in parts for row in _outcomes(part)],
        "Decisions": [row for part in parts for row in _decisions(part)],
        "Rates": [{"department": part["department"], **row} for part in parts for row in part["rates"]],
        "Quality": [{"department": part["department"], **row} for part in parts for row in part["quality"]["found"]],
        "Months": [row for part, kpi in _kpis(parts) for row in _each(part, kpi, kpi["series"], ())],
    }
    held = {name: rows for name, rows in found.items() if rows}
    return {**held, "Columns": column_rows(held)}


def _kpis(parts: Iterable[Mapping[str, Any]]) -> Iterator[tuple[Mapping[str, Any], Mapping[str, Any]]]:
    return ((part, kpi) for part in parts for kpi in part["kpis"])


def _each(
    part: Mapping[str, Any], kpi: Mapping[str, Any], items: Iterable[Mapping[str, Any]], names: Sequence[str]
) -> Iterator[Row]:
    """Items of a KPI as rows; ``names`` empty: all that they hold."""
    for item in items:
        held = {name: item[name] for name in names} if names else dict(item)
        yield {"department": part["department"], "kpi": kpi["id"], "kpi_name": kpi["name"], **held}


def _changes(part: Mapping[str, Any]) -> Iterator[Row]:
    """Every kind of change in the same columns: what it is about, what it was, what it is."""
    held = part["changes"]
    if held is None:
        return
    first = {"department": part["department"], "since": held["since"]}
    for one in held["kpis"]:
        yield {**first, "what": one["move"], "about": one["kpi"], "before": one["level_before"], "now": one["level"]}
    for one in held["causes"]:
        yield {**first, "what": "cause", "about": one["kpi"], "before": one["before"], "now": one["now"]}
    for one in held["due"]:
        yield {**first, "what": "due", "about": one["id"], "before": None, "now": one["state"]}
    for one in held["restated"]:
        about = f"{one['kpi']}, {one['month']}"
        yield {**first, "what": "restated", "about": about, "before": one["before"], "now": one["now"]}


def _drivers(part: Mapping[str, Any], kpi: Mapping[str, Any]) -> Iterator[Row]:
    held = kpi["drivers"] or {"splits": (), "formula": ()}
    for split in (*held["splits"], *held["formula"]):
        about = {name: split[name] for name in ("basis", "dimension", "method")}
        for row in _each(part, kpi, split["parts"], _PART):
            yield {**{name: row.pop(name) for name in _KPI}, **about, **row}


def _evidence(part: Mapping[str, Any], kpi: Mapping[str, Any]) -> Iterator[Row]:
    for cause in kpi["causes"]:
        for side in ("for", "against"):
            for row in _each(part, kpi, cause[side], _EVIDENCE):
                yield {**{name: row.pop(name) for name in _KPI}, "cause": cause["id"], "side": side, **row}


def _decisions(part: Mapping[str, Any]) -> Iterator[Row]:
    """A row per KPI that a decision serves."""
    for decision in part["decisions"]:
        about = {key: value for key, value in decision.items() if key != "kpis"}
        for served in decision["kpis"]:
            yield {"department": part["department"], "kpi": served["kpi"], **about, "effect": served["effect"]}


def _outcomes(part: Mapping[str, Any]) -> Iterator[Row]:
    for outcome in part["outcomes"]:
        kept = outcome["recorded"] or {}
        recorded = {"recorded": kept.get("verdict"), "recorded_month": kept.get("month")}
        yield {"department": part["department"], **outcome, "joint": ", ".join(outcome["joint"]), **recorded}


def _write(sheet: Any, rows: Sequence[Row], formats: Mapping[str, Any]) -> None:
    """Heads, then the rows; the heads stay in sight and can be filtered by."""
    heads = list(rows[0])
    table = [[neutral(row[head]) for head in heads] for row in rows]
    sheet.write_row(0, 0, heads, formats["head"])
    for at, cells in enumerate(table, start=1):
        for column, cell in enumerate(cells):
            _cell(sheet, at, column, cell, formats["number"])
    for column, head in enumerate(heads):
        longest = max(len(str(cells[column])) for cells in table)
        sheet.set_column(column, column, min(max(len(head), longest) + 2, _WIDEST))
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, len(rows), len(heads) - 1)


def _cell(sheet: Any, row: int, column: int, value: Any, number: Any) -> None:
    """One cell by its type; what is not known stays empty."""
    if isinstance(value, bool):
        sheet.write_boolean(row, column, value)
    elif isinstance(value, float):
        sheet.write_number(row, column, value, number)
    elif isinstance(value, int):
        sheet.write_number(row, column, value)
    elif value is not None and value != "":
        sheet.write_string(row, column, str(value))


def _day(document: Mapping[str, Any]) -> datetime:
    """The day of the data, as the workbook's date: its making must not change its bytes."""
    return datetime.fromisoformat(str(document["as_of"]))
