"""The reference of params is in step with the program: every key, its default, and every file that is shown."""

import dataclasses
import re
from pathlib import Path
from typing import Any

import pytest

from saypro_analysis import kpi
from saypro_analysis.data.params import read_params
from saypro_analysis.data.registers import ACTION_COLUMNS, EVIDENCE_COLUMNS

DOCS = Path(__file__).resolve().parents[1] / "docs"
PAGE = DOCS / "params.md"
FILE = re.compile(r"^`([\w./-]+)`:\n```\w+\n(.*?)^```$", re.MULTILINE | re.DOTALL)
#: Heading on the page -> the class whose keys stand under it.
SECTIONS: dict[str, Any] = {
    "Company": kpi.Company,
    "Data source": kpi.DataSource,
    "Thresholds": kpi.Thresholds,
    "Mail": kpi.Mail,
    "Table": kpi.Table,
    "Column": kpi.Column,
    "Department": kpi.Department,
    "Measure": kpi.Measure,
    "KPI": kpi.Kpi,
    "Ratio": kpi.Ratio,
    "Target": kpi.Target,
    "Baseline": kpi.Baseline,
    "Rebase": kpi.Rebase,
    "Sign rule": kpi.SignRule,
    "Cause model": kpi.CauseModel,
    "Cause": kpi.Cause,
    "Sign": kpi.Sign,
    "Action": kpi.Action,
}
NOT_SETTINGS = {"id", "department"}  # they come from where a thing stands


def rows_under(heading: str) -> dict[str, list[str]]:
    """The cells of the table under a heading, by the key in its first cell."""
    parts = re.split(rf"^###? {re.escape(heading)}$", PAGE.read_text("utf-8"), flags=re.MULTILINE)
    assert len(parts) == 2, heading
    section = re.split(r"^##", parts[1], flags=re.MULTILINE)[0]
    lines = re.findall(r"^\| `(\w+)` \| (.*) \|$", section, re.MULTILINE)
    assert len({key for key, _ in lines}) == len(lines), heading
    return {key: [cell.strip() for cell in rest.split(" | ")] for key, rest in lines}


def default_of(field: "dataclasses.Field[Any]") -> str:
    """How the page writes a field's default."""
    if field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING:
        return "needed"
    value = field.default if field.default is not dataclasses.MISSING else {}
    if dataclasses.is_dataclass(value):
        return "its own defaults"
    if value is None or value in ("", ()) or value == {}:
        return "none"
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"


@pytest.mark.parametrize("heading", SECTIONS)
def test_every_key_is_described_with_its_default(heading: str) -> None:
    """The page lists exactly the keys that the program reads, in its order, with type, default, meaning and example."""
    fields = {field.name: field for field in dataclasses.fields(SECTIONS[heading]) if field.name not in NOT_SETTINGS}
    rows = rows_under(heading)
    assert list(rows) == list(fields)
    for name, cells in rows.items():
        assert len(cells) == 4, name
        assert all(cells), name
        assert cells[1] == default_of(fields[name]), name


def test_every_class_has_its_section() -> None:
    """No class that params are read into is left out: what the described classes refer to is described."""
    read_from_csv = {kpi.Observation, kpi.PlannedAction, kpi.RecordedOutcome}
    made = {kpi.Params, kpi.DepartmentMonth, kpi.Published, kpi.PartOf, kpi.LeftOut}
    known = {value for value in vars(kpi).values() if dataclasses.is_dataclass(value)}
    assert known - read_from_csv - made == set(SECTIONS.values())


@pytest.mark.parametrize(
    ("heading", "columns"),
    [("evidence/&lt;id&gt;.csv", EVIDENCE_COLUMNS), ("actions/&lt;id&gt;.csv", ACTION_COLUMNS)],
)
def test_every_column_of_the_registers_is_described(heading: str, columns: tuple[str, ...]) -> None:
    """The page lists the columns of the two kinds of CSV files, in their order."""
    assert tuple(rows_under(heading)) == columns


@pytest.mark.parametrize("word", [*kpi.STRENGTH, *kpi.PRIOR])
def test_words_and_their_numbers(word: str) -> None:
    """What the words for strengths and priors stand for is what the program takes them for."""
    number = {**kpi.STRENGTH, **kpi.PRIOR}[word]
    assert f"`{word}` {number:g}" in PAGE.read_text("utf-8").replace("\n", " ")


@pytest.mark.parametrize("page", ["params.md", "bring-your-own-data.md"])
def test_the_files_shown_are_valid(tmp_path: Path, page: str) -> None:
    """All complete files of a page, put into one folder, are params without a fault."""
    shown = FILE.findall((DOCS / page).read_text("utf-8"))
    for name, text in shown:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    names = {name for name, _ in shown}
    assert {"params/company.yml", "params/tables.yml", "params/causes.yml", "params/departments/sales.yml"} <= names
    assert "sales" in read_params(tmp_path / "params").departments


@pytest.mark.parametrize("page", ["params.md", "bring-your-own-data.md"])
def test_every_yaml_block_is_a_file(page: str) -> None:
    """A block of YAML on these pages is a whole file with its name above it, so that the test above reads it."""
    text = (DOCS / page).read_text("utf-8")
    assert text.count("```yaml") == sum(name.endswith(".yml") for name, _ in FILE.findall(text))
