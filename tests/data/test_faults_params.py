"""Faults in params that no other test shows (docs/faults.md): words for numbers, odd names and places, other types."""

import dataclasses
import types
import typing
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from builders import (
    COMPANY,
    TODAY,
    check_plain,
    department,
    every_day,
    kpi,
    orders,
    params_faults,
    snapshot_of,
    write,
    write_exports,
    write_params,
)

from saypro_analysis import kpi as nouns
from saypro_analysis.data.params import read_params
from saypro_analysis.data.reader import read_yaml
from saypro_analysis.data.snapshot import read_snapshot, take_snapshot, write_snapshot
from saypro_analysis.data.sources import open_source
from saypro_analysis.data.validate import validate
from saypro_analysis.errors import DataError, ParamsError, SayproError
from saypro_analysis.month import resolve_month

SUM = {"m": {"table": "orders", "value": "sum(amount)", "date": "day"}}
KPIS = {"k": kpi(measure="m")}
ORDERS = orders(*every_day("2026-10-01", "2026-12-31"))
#: What a noun cannot do without.
NEEDED: dict[str, dict[str, Any]] = {
    "Action": {"name": "A", "effects": {}, "owner": "B"},
    "Cause": {"name": "A", "signs": {}},
    "Company": {"name": "A"},
    "Department": {"name": "A", "owner": "B", "kpis": {}},
    "Kpi": {"name": "A", "definition": "B", "unit": "count"},
    "Sign": {"name": "A"},
    "SignRule": {"kpi": "a"},
}
READ = ("Action", "Baseline", "Cause", "Column", "Company", "Department", "Kpi", "Mail", "Sign", "SignRule", "Table")
READ += ("Target", "Thresholds")


def _is_number(hint: Any) -> bool:
    parts = typing.get_args(hint) if typing.get_origin(hint) in (typing.Union, types.UnionType) else (hint,)
    return bool({int, float} & set(parts))


NUMBERS = [
    (name, field.name)
    for name in READ
    for field in dataclasses.fields(getattr(nouns, name))
    if _is_number(typing.get_type_hints(getattr(nouns, name))[field.name])
]


def test_every_noun_with_numbers_is_looked_at() -> None:
    """A new setting that is a number is tested below, whichever noun it stands in."""
    from_registers = {"Observation", "PlannedAction", "RecordedOutcome"}
    held = {
        name
        for name, noun in vars(nouns).items()
        if dataclasses.is_dataclass(noun) and any(map(_is_number, typing.get_type_hints(noun).values()))
    }
    assert held - from_registers == {name for name, _ in NUMBERS}
    assert len(NUMBERS) > 30


@pytest.mark.parametrize(("noun", "name"), NUMBERS)
@pytest.mark.parametrize("text", ["nan", "NaN", "inf", "-Infinity"])
def test_no_number_is_nan_or_infinite(tmp_path: Path, noun: str, name: str, text: str) -> None:
    """Words that a program may take for a number are none in any setting, in quotes or not: one fault names the key."""
    for written in (text, f'"{text}"'):
        lines = [f"{key}: {value!r}" for key, value in NEEDED.get(noun, {}).items()]
        document, unread = read_yaml(write(tmp_path / "x.yml", "\n".join([*lines, f"{name}: {written}"])), "x.yml")
        _, faults = validate(document, getattr(nouns, noun))
        assert [fault.key.split(".")[0] for fault in (*unread, *faults)] == [name]


@pytest.mark.parametrize("name", ["na", "nan", "null", "none", "true", "on", "no", "select", "class", "index_"])
def test_words_are_good_names(tmp_path: Path, name: str) -> None:
    """A department, a measure and a KPI may be called by a word that other programs take for something else."""
    body = department({name: SUM["m"]}, {name: kpi(measure=name, target=30)})
    params = read_params(write_params(tmp_path, departments={name: body}))
    snapshot = take_snapshot(params, write_exports(tmp_path, {"orders.csv": ORDERS}), today=TODAY)
    (tmp_path / "stored").mkdir()
    write_snapshot(snapshot, tmp_path / "stored")
    monthly = read_snapshot(tmp_path / "stored").monthly
    assert monthly[["department", "kpi"]].drop_duplicates().to_numpy().tolist() == [[name, name]]
    assert monthly["value"].tolist() == [31, 30, 31]


@pytest.mark.parametrize("name", ["select", "and", "case", "null", "not"])
def test_a_word_of_sql_in_a_formula_is_told(tmp_path: Path, name: str) -> None:
    """A KPI whose name is a word of SQL cannot stand in a formula; that is one fault and never other arithmetic."""
    kpis = {name: kpi(measure="m"), "f": kpi(formula=f"{name} * 2")}
    (found,) = params_faults(tmp_path, departments={"sales": department(SUM, kpis)})
    assert "kpis.f.formula" in found
    assert "KPI names with + - * /" in found


@pytest.mark.parametrize("text", ["a\0b", "../exports\n", "\x1b[31mexports", "a\tb"])
def test_a_source_with_control_characters_is_a_fault(tmp_path: Path, text: str) -> None:
    """A path that no file system takes, or that would paint the terminal, is a fault of company.yml."""
    (found,) = params_faults(tmp_path, company={**COMPANY, "data": {"source": text}})
    assert "data.source: " in found
    assert found.endswith("; no control characters")
    assert found.isprintable()


@pytest.mark.parametrize("text", ["x" * 300, "x/" * 3000, "\u202eexports", "🙂", "~nobody", "*", "a" * 254 + "🙂"])
def test_a_source_of_any_name_is_said_not_to_be_there(tmp_path: Path, text: str) -> None:
    """A path that is too long or odd is no crash: the source cannot be read, exit code 3."""
    with pytest.raises(DataError) as caught, open_source(tmp_path / text, {}):
        pass
    text = check_plain(caught.value, tmp_path, words=["set data.source in company.yml"])
    assert len(text) < 400


@pytest.mark.parametrize("text", ["../outside", "/etc/passwd", "a\0b", "x" * 300, "\u202evsc", "🙂", "sub/orders", "."])
def test_a_table_is_a_file_of_the_source_and_of_no_other_place(tmp_path: Path, text: str) -> None:
    """Whatever ``file`` says, it is looked up among the source's files; nothing else is opened."""
    write(tmp_path / "outside.csv", ORDERS)
    write(tmp_path / "exports" / "sub" / "orders.csv", ORDERS)
    with pytest.raises(DataError, match="no such table or file"):
        snapshot_of(tmp_path, {"orders.csv": ORDERS}, SUM, KPIS, tables={"orders": {"file": text}})


def test_a_link_out_of_the_source_is_not_followed(tmp_path: Path) -> None:
    """A link in the folder of exports that leads elsewhere is no way to read what lies there: the run stops."""
    secret = write(tmp_path / "secret" / "orders.csv", ORDERS)
    folder = write_exports(tmp_path, {})
    (folder / "orders.csv").symlink_to(secret)
    with pytest.raises(SayproError) as caught:
        snapshot_of(tmp_path, {}, SUM, KPIS)
    check_plain(caught.value, tmp_path)


@pytest.mark.parametrize("text", ["\x1b[31mday", "d\x1b]8;;http://x\x1b\\ay", "\u202eyad", "da\x07y"])
def test_a_fault_paints_no_terminal(tmp_path: Path, text: str) -> None:
    """Columns and names of any letters are told with their control characters as escapes."""
    tables = {"orders": {"columns": {"day": {"type": "date"}}}}
    with pytest.raises(DataError, match="no such column") as caught:
        snapshot_of(tmp_path, {"orders.csv": ORDERS.replace("day", text, 1)}, SUM, KPIS, tables=tables)
    assert str(caught.value).replace("\n", "").isprintable()


@pytest.mark.parametrize(
    "month",
    [202610, 2026.1, None, True, date(2026, 10, 1), pd.Timestamp("2026-10-01"), pd.Period("2026-10"), Decimal(1)],
)
def test_a_month_of_another_type_is_told(tmp_path: Path, month: Any) -> None:
    """A number, a date or a period where the month should stand in quotes is a fault, not a traceback."""
    snapshot = snapshot_of(tmp_path, {"orders.csv": ORDERS}, SUM, KPIS)
    with pytest.raises(ParamsError, match="write it as 2026-10, or 'latest', in quotes"):
        resolve_month(month, snapshot)
