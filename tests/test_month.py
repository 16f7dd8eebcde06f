"""Opening a department's month: the right data, nothing later, and plain words where it cannot be done."""

import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

sys.path.insert(0, str(Path(__file__).parent / "data"))  # the builders of small companies

from builders import check_plain, csv, department, every_day, kpi, orders, write_exports, write_params

from saypro_analysis.data.params import read_params
from saypro_analysis.data.snapshot import take_snapshot, write_snapshot
from saypro_analysis.data.tables import AHEAD
from saypro_analysis.errors import ParamsError, ReportError
from saypro_analysis.kpi import PlannedAction
from saypro_analysis.month import SNAPSHOT, department_month, find_params, open_company, open_month

SUM = {"table": "orders", "value": "sum(amount)", "date": "day"}
EVIDENCE = "month,sign,degree,source,who,note,kpi\n2026-08,overload,yes,a,b,,\n2026-09,queues,no,a,b,,\n"


@pytest.fixture
def params(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A company of two departments, with data from 10 June to 15 October 2026; hr's records end in July."""
    monkeypatch.delenv(SNAPSHOT, raising=False)
    signs = {"overload": {"kpi": "hr.people", "verdict": "declining"}}
    departments = {
        "sales": department(
            {"m": SUM, "n": SUM}, {"revenue": kpi(measure="m", target=30), "other": kpi(measure="n")}, signs=signs
        ),
        "hr": department(
            {"p": {**SUM, "table": "people"}},
            {"people": kpi(measure="p", target=1), "q": kpi(measure="p", target=2)},
        ),
    }
    write_exports(
        tmp_path,
        {
            "orders.csv": orders(*every_day("2026-06-10", "2026-10-15")),
            "people.csv": orders(*every_day("2026-06-01", "2026-07-31")),
        },
    )
    return str(write_params(tmp_path, departments=departments, others={"evidence/sales.csv": EVIDENCE}))


def refused(root: Path, kind: type[Any], *args: str) -> str:
    with pytest.raises(kind) as caught:
        open_month(*args)
    return check_plain(caught.value, root) if caught.value.faults else str(caught.value)


def test_latest(params: str) -> None:
    """The latest month is the last one that is over."""
    assert str(open_month("sales", params=params).month) == "2026-09"


def test_nothing_later(params: str) -> None:
    """Neither values nor observations of later months are held, nor months that are incomplete."""
    month = open_month("sales", "2026-08", params)
    own = month.monthly[month.monthly["department"] == "sales"]
    assert sorted(own["month"].astype(str).unique()) == ["2026-07", "2026-08"]
    assert month.monthly["complete"].all()
    assert [str(seen.month) for seen in month.observations] == ["2026-08"]


def test_what_came_later_of_an_action_is_not_told(params: str, tmp_path: Path) -> None:
    """In July nobody knew that the action due in August would be done, nor what its note says; in September all is.

    Actions that began after the month are not known; what was due by its end is as it was entered.
    """
    rows = [
        ("A", "06-15", "07-31", "done"), ("B", "06-15", "08-31", "done"), ("C", "07-01", "08-31", "stopped"),
        ("D", "07-31", "08-31", "planned"), ("E", "08-01", "08-31", "done"), ("F", "06-15", "07-01", "stopped"),
    ]  # fmt: skip
    register = tuple(
        PlannedAction(
            id=name, kpi="revenue", cause="c", action="a", owner="o", start=f"2026-{start}", due=f"2026-{due}",
            status=status, note="known later",
        )
        for name, start, due, status in rows
    )  # fmt: skip
    settings = replace(read_params(Path(params)), register={"sales": register})
    snapshot = take_snapshot(settings, tmp_path / "exports")
    then = department_month(settings, snapshot, "sales", pd.Period("2026-07", "M")).register
    assert {row.id: (row.status, row.note) for row in then} == {
        "A": ("done", "known later"), "B": ("started", ""), "C": ("started", ""), "D": ("planned", ""),
        "F": ("stopped", "known later"),
    }  # fmt: skip
    assert department_month(settings, snapshot, "sales", pd.Period("2026-09", "M")).register == register


def test_kpis_of_others(params: str) -> None:
    """Of other departments only the KPIs that a sign looks at are held."""
    month = open_month("sales", "2026-07", params)
    assert set(month.monthly["department"] + "." + month.monthly["kpi"]) == {
        "sales.revenue",
        "sales.other",
        "hr.people",
    }


def test_targets_ahead(params: str) -> None:
    """The targets of the twelve months after the report's, held by now or not, of the KPIs that the month holds."""
    ahead = open_month("sales", "2026-07", params).ahead
    months = [str(month) for month in pd.period_range("2026-08", "2027-07", freq="M")]
    assert list(ahead["department"] + "." + ahead["kpi"]) == ["hr.people"] * 12 + ["sales.revenue"] * 12
    assert ahead["month"].astype(str).tolist() == months * 2
    assert ahead["target"].tolist() == [1.0] * 12 + [30.0] * 12
    assert ahead.index.tolist() == list(range(24))
    assert {name: str(kind) for name, kind in ahead.dtypes.items()} == AHEAD


def test_no_target_ahead(params: str, tmp_path: Path) -> None:
    """Where no target is set, there is none ahead: an empty table with all its columns."""
    settings = read_params(Path(params))
    snapshot = take_snapshot(settings, tmp_path / "exports")
    without = replace(snapshot, monthly=snapshot.monthly.assign(target=float("nan")), ahead=snapshot.ahead.iloc[:0])
    ahead = department_month(settings, without, "sales", pd.Period("2026-07", "M")).ahead
    assert ahead.empty
    assert {name: str(kind) for name, kind in ahead.dtypes.items()} == AHEAD


def test_quality_and_provenance_of_own_tables(params: str) -> None:
    """Quality and provenance are those of the tables that the department reads."""
    month = open_month("hr", "2026-07", params)
    assert set(month.quality["table"]) == {"people"}
    assert month.provenance["Sources"] == "people.csv, 61 rows"
    assert month.provenance["Data as of"] == "2026-10-15"
    assert not month.sample


def test_unknown_department(params: str, tmp_path: Path) -> None:
    """An unknown department is a fault with the nearest name."""
    assert "department: 'slaes'; did you mean 'sales'?" in refused(tmp_path, ParamsError, "slaes", "latest", params)


@pytest.mark.parametrize(
    "text",
    ["2026-13", "2026-1", "202610", "10/2026", "", "Latest", "2026-10-01", "0000-01", "２０２６-09", "2026-09\n"],
)
def test_malformed_month(params: str, tmp_path: Path, text: str) -> None:
    """A month is written as 2026-10."""
    assert "write it as 2026-10, or 'latest', in quotes" in refused(tmp_path, ParamsError, "sales", text, params)


@pytest.mark.parametrize("text", ["2026-10", "2027-01", "2026-05", "1999-12", "2999-01"])
def test_month_that_is_not_held(params: str, tmp_path: Path, text: str) -> None:
    """For months to come, not over, or before the data, the message names what is held."""
    words = f"month: {text}; complete months are held from 2026-06 to 2026-09 (data as of 2026-10-15)"
    assert words in refused(tmp_path, ParamsError, "sales", text, params)


@pytest.mark.parametrize(("name", "text", "last"), [("hr", "2026-09", "2026-07"), ("sales", "2026-06", "")])
def test_department_without_data(params: str, tmp_path: Path, name: str, text: str, last: str) -> None:
    """A department without complete rows in the month has no report; the others are not touched."""
    words = f"the last complete month is {last}" if last else "it has no complete month"
    assert words in refused(tmp_path, ReportError, name, text, params)


def test_company(params: str) -> None:
    """All departments of a month; those without data are named with the reason."""
    company = open_company("2026-09", params, missing={})
    assert [analysis.month.department.id for analysis in company.analyses] == ["sales"]
    assert "no complete data for 2026-09" in company.missing["hr"]


def test_missing_is_kept(params: str) -> None:
    """A department that failed before is not opened again."""
    assert open_company("2026-07", params, missing={"hr": "notebook failed"}).missing == {"hr": "notebook failed"}


def test_find_params_upwards(params: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Params are looked for here and in the folders above, as from a notebook's folder."""
    inner = tmp_path / "notebooks" / "deeper"
    inner.mkdir(parents=True)
    monkeypatch.chdir(inner)
    assert find_params("params").resolve() == Path(params).resolve()
    assert find_params(params) == Path(params)


def test_no_params(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without company.yml anywhere above there is nothing to read."""
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ParamsError, match=r"nowhere: no company\.yml there or above"):
        find_params("nowhere")


def test_snapshot_of_the_run(params: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Within a run the stored snapshot is read, and the source is not touched."""
    folder = tmp_path / "stored"
    folder.mkdir()
    write_snapshot(take_snapshot(read_params(Path(params)), tmp_path / "exports"), folder)
    before = open_month("sales", "2026-09", params)
    for path in (tmp_path / "exports").iterdir():
        path.write_text(csv("nothing", "1"))
    monkeypatch.setenv(SNAPSHOT, str(folder))
    after = open_month("sales", "2026-09", params)
    pd.testing.assert_frame_equal(before.monthly, after.monthly)
    pd.testing.assert_frame_equal(before.ahead, after.ahead)
    assert before.provenance == after.provenance
