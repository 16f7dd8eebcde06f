"""Plain values become nouns strictly, and every fault says where, what and what is allowed."""

import copy
import dataclasses
from pathlib import Path
from typing import Any

import pytest
from builders import CAUSES, COMPANY, DEPARTMENT, kpi, params_faults, write

from saypro_analysis.data.reader import read_yaml
from saypro_analysis.data.validate import validate
from saypro_analysis.kpi import Company, Department, Kpi, Table, Target


def faults_of(folder: Path, text: str, noun: Any) -> list[str]:
    document, unread = read_yaml(write(folder / "x.yml", text), "x.yml")
    assert unread == ()
    value, faults = validate(document, noun)
    assert (value is None) == bool(faults)
    return [str(fault) for fault in faults]


def test_sound(tmp_path: Path) -> None:
    """Sound settings become the noun, with the defaults of what is left out and ids from the keys."""
    document, _ = read_yaml(write(tmp_path / "x.yml", DEPARTMENT), "x.yml")
    department, faults = validate(document, Department)
    assert faults == ()
    assert department is not None
    assert department.kpis["revenue"].id == "revenue"
    assert department.measures["total"].id == "total"
    assert department.order == 100


@pytest.mark.parametrize(
    ("text", "noun", "fault"),
    [
        ("name: A\ncurency: USD\n", Company, "x.yml:2: curency: unknown key; did you mean 'currency'?"),
        ("currency: USD\n", Company, "x.yml:1: name: is missing; add it"),
        ("name: 12\n", Company, "x.yml:1: name: 12; the value should be a valid string"),
        ("name: true\n", Company, "x.yml:1: name: true; the value should be a valid string"),
        ("name:\n", Company, "x.yml:1: name: null; the value should be a valid string"),
        (
            "name: A\nfiscal_year_start: '4'\n",
            Company,
            'x.yml:2: fiscal_year_start: "4"; the value should be a valid integer',
        ),
        (
            "name: A\nfiscal_year_start: true\n",
            Company,
            "x.yml:2: fiscal_year_start: true; the value should be a valid integer",
        ),
        (
            "name: A\nfiscal_year_start: 1.5\n",
            Company,
            "x.yml:2: fiscal_year_start: 1.5; the value should be a valid integer",
        ),
        (
            "name: A\nthresholds:\n  amber: x\n",
            Company,
            'x.yml:3: thresholds.amber: "x"; the value should be a valid number',
        ),
        (
            "name: A\nthresholds:\n  amber: true\n",
            Company,
            "x.yml:3: thresholds.amber: true; the value should be a valid number",
        ),
        (
            "name: A\nthresholds:\n  ambre: 0.1\n",
            Company,
            "x.yml:3: thresholds.ambre: unknown key; did you mean 'amber'?",
        ),
        (
            "columns: {a: {type: dat}}\n",
            Table,
            'x.yml:1: columns.a.type: "dat"; allowed: text, integer, number, boolean, date, datetime'
            " (did you mean 'date'?)",
        ),
        (
            "columns:\n  a: {missing: lots}\n",
            Table,
            'x.yml:2: columns.a.missing: "lots"; the value should be a valid number',
        ),
        ("columns:\n  a: {key: 1}\n", Table, "x.yml:2: columns.a.key: 1; the value should be a valid boolean"),
        ("- a\n- b\n", Company, 'x.yml:1: ["a", "b"]; settings as \'key: value\' are needed here'),
        ("just words\n", Company, "x.yml:1: \"just words\"; settings as 'key: value' are needed here"),
        ("id: x\nfile: a\n", Table, "x.yml:1: id: unknown key; known: columns, duplicates, file, view"),
    ],
)
def test_one_fault(tmp_path: Path, text: str, noun: Any, fault: str) -> None:
    """Each kind of mistake gives one fault: file, line, key, what is there, what is allowed."""
    assert faults_of(tmp_path, text, noun) == [fault]


def department_with(**settings: Any) -> dict[str, Any]:
    return {"sales": {**DEPARTMENT, "kpis": {"revenue": kpi(measure="total", **settings)}}}


@pytest.mark.parametrize("target", [12, 12.5, {"value": 3}, {"last_year": 1.05}, {"by_month": {"2026-01": 5}}])
def test_target_is_number_or_mapping(tmp_path: Path, target: object) -> None:
    """A target may be a number or settings."""
    assert params_faults(tmp_path, departments=department_with(target=target)) == []


@pytest.mark.parametrize(
    ("target", "fault"),
    [
        ("12", 'kpis.revenue.target: "12"; the value should be a valid number'),
        (True, "kpis.revenue.target: true; the value should be a valid number"),
        ({"valeu": 3}, "kpis.revenue.target.valeu: unknown key; did you mean 'value'?"),
        ({"value": "3"}, 'kpis.revenue.target.value: "3"; the value should be a valid number'),
        (
            {"by_month": {"2026-01": "x"}},
            'kpis.revenue.target.by_month.2026-01: "x"; the value should be a valid number',
        ),
        ([1], "kpis.revenue.target: [1]; the value should be a valid number"),
    ],
)
def test_fault_in_target(tmp_path: Path, target: object, fault: str) -> None:
    """Of a value that may be two things, one fault says what fits what was written."""
    (found,) = params_faults(tmp_path, departments=department_with(target=target))
    assert found.endswith(fault)


@pytest.mark.parametrize(
    ("settings", "fault"),
    [
        ({"unit": "dollars"}, "allowed: currency, percent, count, hours, minutes, days, score, ratio"),
        ({"better": "highest"}, "allowed: higher, lower, inside (did you mean 'higher'?)"),
        ({"ratio": {"numerator": "total"}}, "kpis.revenue.ratio.denominator: is missing; add it"),
        ({"ratio": "a / b"}, "kpis.revenue.ratio"),
        ({"segments": "region"}, "kpis.revenue.segments"),
        ({"segments": [1]}, "kpis.revenue.segments.0: 1; the value should be a valid string"),
        ({"decimals": 1.5}, "kpis.revenue.decimals: 1.5; the value should be a valid integer"),
        ({"scorecard": "yes"}, 'kpis.revenue.scorecard: "yes"; the value should be a valid boolean'),
        ({"id": "x"}, "kpis.revenue.id: unknown key"),
        ({"department": "hr"}, "kpis.revenue.department: unknown key"),
    ],
)
def test_fault_in_kpi(tmp_path: Path, settings: dict[str, Any], fault: str) -> None:
    """A KPI's settings are checked; its id and department come from where it stands."""
    (found,) = params_faults(tmp_path, departments=department_with(**settings))
    assert fault in found
    assert found.startswith("params/departments/sales.yml:")


@pytest.mark.parametrize("place", ["department", "measure", "cause", "sign", "action", "table"])
def test_written_id(tmp_path: Path, place: str) -> None:
    """An ``id`` is nobody's setting, wherever it is written: it would be ignored."""
    department, causes, tables = copy.deepcopy(DEPARTMENT), copy.deepcopy(CAUSES), {"orders": {"file": "orders"}}
    where = {
        "department": department, "measure": department["measures"]["total"], "cause": causes["causes"]["shortage"],
        "sign": causes["signs"]["queues"], "action": causes["actions"]["hire"], "table": tables["orders"],
    }  # fmt: skip
    where[place]["id"] = "other"
    (found,) = params_faults(tmp_path, departments={"sales": department}, causes=causes, tables=tables)
    assert "id: unknown key; known: " in found


def test_hint_never_offers_id(tmp_path: Path) -> None:
    """``id`` and ``department`` are never named as what is known."""
    (found,) = params_faults(tmp_path, departments=department_with(zzz=1))
    known = found.split("known: ")[1].split(", ")
    assert "id" not in known
    assert "department" not in known
    assert set(known) == {field.name for field in dataclasses.fields(Kpi)} - {"id", "department"}


def test_all_faults_of_all_files(tmp_path: Path) -> None:
    """Every fault of every file is reported at once."""
    found = params_faults(
        tmp_path,
        company={**COMPANY, "curency": "USD", "fiscal_year_start": "x"},
        causes={**CAUSES, "sings": {}},
        tables={"orders": {"colums": {}}, "leads": {"view": 3}},
        departments={"sales": {**DEPARTMENT, "onwer": "x"}, "hr": {"name": "HR", "kpis": {}}},
    )
    text = "\n".join(found)
    for word in ("curency", "fiscal_year_start", "sings", "orders.colums", "leads.view", "onwer", "hr.yml:1: owner"):
        assert word in text
    assert len(found) == 7


@pytest.mark.parametrize(
    "text", ["<script>alert(1)</script>", "$x$", "=cmd|' /C calc'!A0", "'\"\\", "Ж 漢 ", "x" * 100_000]
)
def test_hostile_text(tmp_path: Path, text: str) -> None:
    """Text is kept as it is, whatever it holds."""
    document, _ = read_yaml(write(tmp_path / "x.yml", {"name": text}), "x.yml")
    company, faults = validate(document, Company)
    assert faults == ()
    assert company is not None
    assert company.name == text


def test_long_values_are_cut(tmp_path: Path) -> None:
    """A fault shows the beginning of a long value."""
    (fault,) = faults_of(tmp_path, "name: [" + ", ".join(["word"] * 100) + "]\n", Company)
    assert len(fault) < 200


def test_lists_become_tuples(tmp_path: Path) -> None:
    """Lists of the file are tuples of the noun, so that it cannot be changed."""
    document, _ = read_yaml(write(tmp_path / "x.yml", "columns: {a: {values: [x, y], format: ['%Y', '%d']}}"), "x")
    table, _ = validate(document, Table)
    assert table is not None
    assert table.columns["a"].values == ("x", "y")
    assert table.columns["a"].format == ("%Y", "%d")


def test_target_noun(tmp_path: Path) -> None:
    """Settings of a target become a Target."""
    document, _ = read_yaml(
        write(tmp_path / "x.yml", DEPARTMENT | {"kpis": {"a": kpi(target={"last_year": 1.05})}}), "x"
    )
    department, _ = validate(document, Department)
    assert department is not None
    assert department.kpis["a"].target == Target(last_year=1.05)
