"""Text from outside stays text: in every field that people or systems fill in, it neither runs nor changes the page."""

import dataclasses
import types
import typing
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from cases import MONTH
from pages import SHAPE, Opened
from texts import ATTACKS, hostile

from saypro_analysis import kpi as nouns

PAGES = (f"hostile/{MONTH}/sales", f"hostile/{MONTH}/index", "hostile/index")

#: Fields of the nouns that take any text, and are given hostile text in the case; True: the department's page shows it.
TEXTS: Mapping[str, bool] = {
    "Action.name": True,
    "Action.owner": True,
    "Cause.description": False,
    "Cause.name": True,
    "Column.missing_words": False,
    "Column.values": False,
    "Company.contact": True,
    "Company.name": True,
    "Department.action_texts": True,
    "Department.name": True,
    "Department.owner": False,
    "Kpi.definition": True,
    "Kpi.name": True,
    "Kpi.noun": True,
    "Kpi.owner": False,
    "Observation.note": True,
    "Observation.source": True,
    "Observation.who": True,
    "PlannedAction.action": True,
    "PlannedAction.id": False,
    "PlannedAction.note": True,
    "PlannedAction.owner": True,
    "Rebase.reason": True,
    "RecordedOutcome.action": False,
    "RecordedOutcome.id": False,
    "Sign.group": False,
    "Sign.name": True,
    "Sign.question": True,
    "Table.file": True,
}
#: Fields of the nouns that are text and yet take no free text: what stands in them is checked when params are read.
CHECKED: Mapping[str, str] = {
    "*.id": "the key it stands under",
    "Kpi.department": "the department's id",
    **dict.fromkeys(("Measure.table", "Target.table"), "a table's id"),
    **dict.fromkeys(("Measure.value", "Measure.where", "Target.where", "Kpi.formula", "Table.view"), "SQL, parsed"),
    **dict.fromkeys(
        ("Measure.date", "Measure.opened", "Measure.closed", "Measure.snapshot", "Target.month", "Target.column"),
        "a column's name",
    ),
    **dict.fromkeys(("Ratio.numerator", "Ratio.denominator", "Kpi.measure"), "a measure's id"),
    **dict.fromkeys(
        (
            "Measure.first_month", "Measure.last_month", "Rebase.month", "Baseline.first", "Baseline.last",
            "DataSource.first_month", "DataSource.as_of", "PlannedAction.start", "PlannedAction.due",
            "PlannedAction.review", "Published.as_of",
        ),
        "a day or a month",
    ),
    **dict.fromkeys(("SignRule.kpi", "Observation.kpi", "PlannedAction.kpi"), "a KPI's key"),
    **dict.fromkeys(("Observation.sign", "PlannedAction.cause", "Sign.effect_of"), "an id"),
    **dict.fromkeys(("Sign.departments", "Action.departments", "RecordedOutcome.department"), "a department's id"),
    **dict.fromkeys(("PlannedAction.segment", "PlannedAction.comparator"), "a segment of the KPI: data.segment"),
    **dict.fromkeys(("Column.format", "Column.thousands"), "how a number or date is written"),
    "Kpi.segments": "columns of the table",
    **dict.fromkeys(("Company.currency", "Company.locale", "Company.language"), "a code"),
    **dict.fromkeys(("DataSource.source", "Params.folder"), "a path, not shown"),
    **dict.fromkeys(("Mail.host", "Mail.user", "Mail.sender", "Mail.to"), "of the e-mail, not of a page"),
    "DepartmentMonth.departments": "Department.name",
    "PartOf.dimension": "one of Kpi.segments",
    "PartOf.label": "a segment of the data; tests/show/test_part_words.py fills it",
    "DepartmentMonth.provenance": "Table.file, and what the program writes",
}  # fmt: skip


def _holds_text(hint: Any) -> bool:
    """Whether free text may stand in a field: in itself, in a tuple, or as a value of a mapping."""
    if hint is str:
        return True
    origin, parts = typing.get_origin(hint), typing.get_args(hint)
    if origin in (typing.Union, types.UnionType, tuple):
        return any(map(_holds_text, parts))
    return origin is Mapping and _holds_text(parts[1])


def _text_fields() -> Iterator[str]:
    for name, noun in vars(nouns).items():
        if dataclasses.is_dataclass(noun) and isinstance(noun, type) and noun.__module__ == nouns.__name__:
            hints = typing.get_type_hints(noun)
            yield from (f"{name}.{f.name}" for f in dataclasses.fields(noun) if _holds_text(hints[f.name]))


def test_every_text_field_of_the_nouns_is_covered() -> None:
    """A new field that takes text is either filled with hostile text in the case, or is checked when it is read."""
    found = set(_text_fields())
    ids = {name for name in found if name.endswith(".id")} - set(TEXTS)
    assert sorted(found - set(TEXTS) - set(CHECKED) - ids) == []
    assert sorted(((set(TEXTS) | set(CHECKED)) - {"*.id"}) - found) == [], "these fields are no more"


def test_the_case_is_hostile_in_every_field(cases: Path) -> None:
    """Each text field stands with all attacks in the params, registers or file names that the case is made of."""
    made_of = cases / "hostile" / "made-of"
    held = "".join(p.name + p.read_text("utf-8") for p in made_of.rglob("*") if p.is_file())
    places = [*TEXTS, "data.segment"]
    assert [place for place in places if f"{place} {ATTACKS[0][:8]}".replace("/", "⁄") not in held] == []


def test_hostile_text_is_shown_as_it_is_written(show: Callable[[str], Opened]) -> None:
    """What is foreign is read on the page to the letter, also where it ends up in a chart, a title or a description."""
    shown = show(f"hostile/{MONTH}/sales")
    text = " ".join(shown.ask("document.documentElement.textContent").split())
    missing = [place for place, seen in TEXTS.items() if seen and f"{place} {ATTACKS[0]}"[:30] not in text]
    assert missing == []
    attack = " ".join(hostile("Kpi.name", "Handling time").split("\u202e")[0].split())
    assert attack in text


@pytest.mark.parametrize("name", PAGES)
def test_hostile_text_never_runs(show: Callable[[str], Opened], name: str) -> None:
    """No script, dialog, request, style or title of foreign text takes effect, though the page's policy is bypassed."""
    shown = show(name).at(1280)
    assert shown.heard == []
    assert shown.ask("window.owned") is None
    assert shown.ask("getComputedStyle(document.body).getPropertyValue('--owned')") == ""
    assert shown.ask("getComputedStyle(document.body).display") != "none"
    assert shown.page.title()
    assert shown.page.title() != "owned"


@pytest.mark.parametrize("name", PAGES)
def test_hostile_text_changes_no_structure(show: Callable[[str], Opened], name: str) -> None:
    """As many landmarks, headings, links, rows, pictures as with harmless text as long, and the same links."""
    shapes, links, ids = [], [], []
    for case in (name, name.replace("hostile", "harmless", 1)):
        shown = show(case).at(1280)
        shapes.append(shown.ask(SHAPE))
        links.append(shown.ask("[...document.querySelectorAll('a')].map(a => a.getAttribute('href'))"))
        ids.append(shown.ask("[...document.querySelectorAll('[id]')].map(e => e.id)"))
    assert shapes[0] == shapes[1]
    assert links[0] == links[1]
    assert ids[0] == ids[1]


@pytest.mark.parametrize("name", PAGES)
def test_no_control_character_reaches_a_page(cases: Path, name: str) -> None:
    """HTML allows no control characters but white space; what turns the writing direction is closed in its own text."""
    text = (cases / f"{name}.html").read_text("utf-8")
    assert (
        sorted(
            {
                f"U+{ord(sign):04X}"
                for sign in text
                if ord(sign) in (*range(9), 11, *range(14, 32), 127, *range(128, 160))
            }
        )
        == []
    )


def test_the_measures_find_what_runs(show: Callable[[str], Opened]) -> None:
    """The checks can fail: an attack that is put into a page as markup runs, and changes what is counted."""
    shown = show(f"plain/{MONTH}/index").at(1280)
    before = shown.ask(SHAPE)
    shown.ask(
        "html => document.querySelector('main').insertAdjacentHTML('beforeend', html)",
        f"<h2>x</h2>{ATTACKS[1][2:]}{ATTACKS[3][8:]}",
    )
    shown.page.wait_for_function("window.owned === 1", timeout=5000)
    assert shown.ask(SHAPE) != before
    assert shown.ask("getComputedStyle(document.body).getPropertyValue('--owned')") == "1"
    shown.page.reload()
