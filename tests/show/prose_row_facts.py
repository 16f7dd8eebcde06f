"""The numbers of one row of a table, one chart of drivers, or one term of a list."""

import re
from collections.abc import Iterator, Mapping

from prose_facts import EFFECTS, counts, months, percentage, plain, shares, value_facts
from prose_numbers import Fact
from prose_pages import Block
from prose_series import Data, before, possible

from saypro_analysis.kpi import Kpi
from saypro_analysis.severity import DIRECTION, DOUBT, PERSISTENCE, SIZE

_TERMS = (("Size", "size", SIZE), ("How long", "persistence", PERSISTENCE), ("Doubt", "doubt", DOUBT),
          ("Where", "direction", DIRECTION))  # fmt: skip
Cards = Mapping[str, Kpi]


def row_facts(block: Block, part: Data, kpi: Data, cards: Cards) -> dict[str, list[Fact]]:
    """The facts of the row (or chart, or term) that a text belongs to, by name."""
    return {
        **month_facts(block, kpi),
        "row's cause": plain(*cause_scores(block, part, kpi)),
        "row's action": [*action_facts(block, kpi), *register_facts(block, part)],
        "row's outcome": outcome_facts(block, part),
        "rank": counts(rank(part, kpi)),
        "term": term_facts(block, kpi),
        "split": split_facts(block, kpi, cards),
        "drivers": driver_facts(kpi, cards),
    }


def rank(part: Data, kpi: Data) -> int | None:
    """The place of a missed KPI among those that are missed, in the order of the results: the worst first."""
    held = [one["id"] for one in part["kpis"] if one["gap"]["status"] == "missed" and one["scorecard"]]
    return held.index(kpi["id"]) + 1 if kpi["id"] in held else None


def month_facts(block: Block, kpi: Data) -> dict[str, list[Fact]]:
    """The month of a row below a chart, with its value, target and range."""
    name, rows = block.row.removesuffix(", forecast"), [*kpi["series"], *kpi["outlook"]["months"]]
    row = next((row for row in rows if written_month(row["month"]) == name), None)
    if row is None:
        return {}
    ends = possible(kpi, row["lower"], row["upper"]) if "lower" in row else [row["low"], row["high"]]
    return {
        "row's month": months(row["month"]),
        "row's value": value_facts(kpi, row["value"]),
        "row's target": value_facts(kpi, row["target"], row["target_upper"]),
        "row's range": value_facts(kpi, *ends),
    }


def written_month(month: str) -> str:
    """A month as the tables write it: "Oct 2026"."""
    names = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
    return f"{names[int(month[5:]) - 1]} {month[:4]}"


def cause_scores(block: Block, part: Data, kpi: Data) -> list[int]:
    """The score of the row's cause: of the KPI, or of the department as a whole."""
    causes = part["causes"] if block.section == "department-causes" else kpi["causes"]
    return [percentage(cause["posterior"]) for cause in causes if cause["name"] == block.row]


def action_facts(block: Block, kpi: Data) -> list[Fact]:
    """The due date and effect of the row's action."""
    held = [action for action in kpi["actions"] if action["text"] == block.row]
    return [
        fact for action in held
        for fact in (*value_facts(kpi, *(action[name] for name in EFFECTS)), *months(action["due"]))
    ]  # fmt: skip


def register_facts(block: Block, part: Data) -> list[Fact]:
    """The due date and expected effect of the register's row."""
    kpis = {kpi["id"]: kpi for kpi in part["kpis"]}
    held = [row for row in part["register"] if re.search(rf"(^| ){re.escape(row['id'])}(:|$)", block.row)]
    return [
        fact for row in held
        for fact in (*value_facts(kpis[row["kpi"].split(".")[-1]], row["expected_effect"]), *months(row["due"]))
    ]  # fmt: skip


def outcome_facts(block: Block, part: Data) -> list[Fact]:
    """What came of the row's action: effects, averages, months."""
    kpis, found = {kpi["id"]: kpi for kpi in part["kpis"]}, []
    for one in part["outcomes"]:
        if not re.search(rf"(^| ){re.escape(one['id'])}(:|$)", block.row):
            continue
        kpi, kept = kpis[one["kpi"]], one["recorded"] or {}
        sizes = ("effect", "low", "high", "expected", "smallest_visible", "drift", "baseline_mean", "post_mean")
        found += value_facts(kpi, *(one[name] for name in sizes), *(kept.get(n) for n in ("effect", "low", "high")))
        found += months(*(one[name] for name in ("first", "last", "rebase")), kept.get("month"))
        found += counts(one["months"])
    return found


def term_facts(block: Block, kpi: Data) -> list[Fact]:
    """A term of the severity: points, rounded so that they add up to the score, of how many."""
    for start, name, most in _TERMS:
        if block.kind.startswith(f"term: {start}") and kpi["severity"][name] is not None:
            return [Fact(unit="plain", value=kpi["severity"][name], near=True), *plain(most)]
    return []


def splits(kpi: Data) -> list[Data]:
    """All splits of a KPI."""
    return [*kpi["drivers"]["splits"], *kpi["drivers"]["formula"]] if kpi["drivers"] else []


def split_facts(block: Block, kpi: Data, cards: Cards) -> list[Fact]:
    """The parts of the chart's split, or its segments side by side; in a row those of the row's part."""
    kind = block.figure.rpartition("-")[2]
    held = [one for one in splits(kpi) if kind == ("formula" if one["method"] == "formula" else one["dimension"])]
    sides = [one for one in (kpi["drivers"] or {"compared": ()})["compared"] if one["dimension"] == kind]
    then = [fact for one in held for fact in basis_months(one, kpi)]
    parts = [fact for one in held for fact in parts_facts(block, one, kpi, cards)]
    beside = [fact for one in sides for fact in side_facts(block, one, kpi)]
    return [*then, *months(kpi["series"][-1]["month"]), *parts, *beside]


def basis_months(split: Data, kpi: Data) -> list[Fact]:
    """The month that a split is held against."""
    return months({"last month": before(kpi, 1), "last year": before(kpi, 12)}.get(split["basis"]))


def parts_facts(block: Block, split: Data, kpi: Data, cards: Cards) -> Iterator[Fact]:
    """Changes as written, alone and the leading ones together, and the values now and before."""
    column = re.match(r"cell: (Against|Since)", block.kind)
    for part in split["parts"]:
        own = cards.get(part["name"]) if split["method"] == "formula" else None
        if block.kind.startswith("cell: ") and not names_row(part, own, split, block.row):
            continue
        yield from value_facts(kpi, part["written"])
        if not column:
            yield from values_facts(own, kpi, part)
    if block.kind.startswith("cell: ") and block.row != "Together":
        return
    yield from value_facts(kpi, split["written"], None if column else split["actual"])
    named = [part for part in split["parts"] if part["kind"] != "rest"]
    leading = [part["written"] for part in named if part["name"] in split["leading"]]
    yield from value_facts(kpi, sum(leading[:3]))


def values_facts(own: Kpi | None, kpi: Data, part: Data) -> list[Fact]:
    """A part's value now and before, in the unit of its factor, and its share of the whole."""
    unit = {"unit": own.unit} if own is not None else kpi
    return [*value_facts(unit, part["after"], part["before"]), *shares(part["share_after"])]


def names_row(part: Data, own: Kpi | None, split: Data, row: str) -> bool:
    """Whether a row is the part's."""
    if part["kind"] == "rest":
        return row in ("In no segment", "Targets do not fit", "Not explained by the factors")
    name = own.name if own is not None else part["name"]
    return row in (name or "Not named", f"{split['dimension'].replace('_', ' ').capitalize()}: {name}")


def side_facts(block: Block, compared: Data, kpi: Data) -> Iterator[Fact]:
    """Segments side by side: values, references, records; how many of how many are on the wrong side."""
    held = [one for one in compared["members"] if one["value"] is not None and one["reference"] is not None]
    yield from counts(len(held), sum((one["value"] > one["reference"]) == (kpi["better"] == "lower") for one in held))
    for one in compared["members"]:
        if not block.kind.startswith("cell: ") or (one["name"] or "Not named") == block.row:
            yield from value_facts(kpi, one["value"], one["reference"])
            yield from counts(one["rows"])


def driver_facts(kpi: Data, cards: Cards) -> list[Fact]:
    """What the reading beside the drivers tells: parts, what they were, the whole without the lever, and effects."""
    found: list[Fact] = []
    for split in splits(kpi):
        found += value_facts(kpi, split["written"], split["reference"])
        for part in split["parts"]:
            own = cards.get(part["name"]) if split["method"] == "formula" else None
            found += [*value_facts(kpi, part["written"]), *values_facts(own, kpi, part)]
        found += value_facts(kpi, *effects(split))
    lever = (kpi["drivers"] or {}).get("lever")
    for split in splits(kpi) if lever else ():
        if (split["basis"], split["dimension"]) == (lever["basis"], lever["dimension"]):
            part = next(part for part in split["parts"] if part["name"] == lever["part"]["name"])
            found += value_facts(kpi, split["actual"] - part["written"])
        found += value_facts(kpi, *(split["reference"] + p["written"] for p in split["parts"] if p["kind"] == "rest"))
    return found


def effects(split: Data) -> list[float]:
    """How much of a change is by rate or size, by what else, and by new and lost segments."""
    new = sum(part["written"] for part in split["parts"] if part["kind"] in ("new", "lost"))
    for name in ("rate", "size"):
        sizes = [part[name] for part in split["parts"] if part[name] is not None]
        if sizes:
            return [sum(sizes), split["written"] - sum(sizes) - new, new]
    return [new]
