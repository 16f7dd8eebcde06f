"""Evidence and action registers: CSV files that people write in spreadsheets."""

import copy
from pathlib import Path

import pytest
from builders import CAUSES, DEPARTMENT, params_faults, write_params

from saypro_analysis.data.params import read_params

EVIDENCE = "month,sign,degree,source,who,note,kpi"
ACTIONS = "id,kpi,cause,action,owner,start,due,status,lead_months,expected_effect,review,cost,note"
SEEN = "2026-10,overload,yes,Talk,Ann,a note,"
PLANNED = "A-1,revenue,shortage,hire,Ann,2026-11-02,2026-11-30,planned,3,12.5,2027-02,100,a note"


def evidence(root: Path, text: str | bytes) -> list[str]:
    return params_faults(root, others={"evidence/sales.csv": text})


def actions(root: Path, text: str | bytes) -> list[str]:
    return params_faults(root, others={"actions/sales.csv": text})


def changed(line: str, header: str, **cells: str) -> str:
    """A CSV line with some cells changed."""
    row = dict(zip(header.split(","), line.split(","), strict=True)) | cells
    return ",".join(row.values())


def test_action_row(tmp_path: Path) -> None:
    """All cells of a row arrive, as numbers where they are numbers."""
    others = {
        "actions/sales.csv": f"{ACTIONS}\n{PLANNED}\nA-2,revenue,shortage,hire,Bo,2026-01-01,2026-01-01,done,,,,,\n"
    }
    first, second = read_params(write_params(tmp_path, others=others)).register["sales"]
    assert (first.id, first.lead_months, first.expected_effect, first.review, first.cost) == (
        "A-1",
        3,
        12.5,
        "2027-02",
        100,
    )
    assert (second.lead_months, second.expected_effect, second.review, second.cost) == (2, None, "", None)


@pytest.mark.parametrize(
    ("written", "degree"),
    [("yes", 0.95), ("No", 0.05), ("YES", 0.95), ("0", 0.0), ("1", 1.0), ("0.25", 0.25), (" 0.5 ", 0.5), ("1e-1", 0.1)],
)
def test_degrees(tmp_path: Path, written: str, degree: float) -> None:
    """A degree is yes, no, or a number from 0 to 1."""
    others = {"evidence/sales.csv": f"{EVIDENCE}\n{changed(SEEN, EVIDENCE, degree=written)}\n"}
    assert read_params(write_params(tmp_path, others=others)).observations["sales"][0].degree == pytest.approx(degree)


@pytest.mark.parametrize(
    ("cells", "fault"),
    [
        ({"month": "2026-13"}, "month: '2026-13'; a month such as 2026-10"),
        ({"month": "10/2026"}, "month: '10/2026'; a month such as 2026-10"),
        ({"month": "0000-01"}, "month: '0000-01'; a month such as 2026-10"),
        ({"month": ""}, "month: is empty; fill it in"),
        ({"sign": "overlaod"}, "sign: 'overlaod'; did you mean 'overload'?"),
        ({"sign": ""}, "sign: is empty; fill it in"),
        ({"degree": "1.4"}, "degree: '1.4'; yes, no, or a degree from 0 to 1"),
        ({"degree": "-0.1"}, "degree: '-0.1'; yes, no, or a degree from 0 to 1"),
        ({"degree": "nan"}, "degree: 'nan'; yes, no, or a degree from 0 to 1"),
        ({"degree": "maybe"}, "degree: 'maybe'; yes, no, or a degree from 0 to 1"),
        ({"degree": ""}, "degree: is empty; fill it in"),
        ({"source": ""}, "source: is empty; fill it in"),
        ({"who": "  "}, "who: is empty; fill it in"),
        ({"kpi": "revenu"}, "kpi: 'revenu'; did you mean 'revenue'?"),
    ],
)
def test_faults_of_evidence(tmp_path: Path, cells: dict[str, str], fault: str) -> None:
    """Each cell is checked; the fault names the row."""
    assert evidence(tmp_path, f"{EVIDENCE}\n{SEEN}\n{changed(SEEN, EVIDENCE, **cells)}\n") == [
        f"params/evidence/sales.csv:3: {fault}"
    ]


@pytest.mark.parametrize(
    ("cells", "fault"),
    [
        ({"id": ""}, "id: is empty; fill it in"),
        ({"kpi": "revenu"}, "kpi: 'revenu'; did you mean 'revenue'?"),
        ({"cause": "shrotage"}, "cause: 'shrotage'; did you mean 'shortage'?"),
        ({"action": ""}, "action: is empty; fill it in"),
        ({"owner": ""}, "owner: is empty; fill it in"),
        ({"start": "2026-02-30"}, "start: '2026-02-30'; a day such as 2026-11-02"),
        ({"start": "02/11/2026"}, "start: '02/11/2026'; a day such as 2026-11-02"),
        ({"due": "2026-11"}, "due: '2026-11'; a day such as 2026-11-30"),
        ({"due": "2026-11-01"}, "due: 2026-11-01; not before the start, 2026-11-02"),
        ({"status": "waiting"}, "status: 'waiting'; known: done, planned, started, stopped"),
        ({"status": "Done"}, "status: 'Done'; did you mean 'done'?"),
        ({"lead_months": "-1"}, "lead_months: -1; a whole number of months, 0 or more"),
        ({"lead_months": "1.5"}, "lead_months: 1.5; a whole number of months, 0 or more"),
        ({"lead_months": "two"}, "lead_months: 'two'; a number such as 12.5"),
        ({"expected_effect": "5%"}, "expected_effect: '5%'; a number such as 12.5"),
        ({"expected_effect": "inf"}, "expected_effect: 'inf'; a number such as 12.5"),
        ({"cost": "nan"}, "cost: 'nan'; a number such as 12.5"),
        ({"review": "2026-10"}, "review: 2026-10; not before it is due, 2026-11-30"),
        ({"review": "2027-00"}, "review: '2027-00'; a month such as 2027-02"),
    ],
)
def test_faults_of_actions(tmp_path: Path, cells: dict[str, str], fault: str) -> None:
    """Each cell is checked; the fault names the row."""
    assert actions(tmp_path, f"{ACTIONS}\n{changed(PLANNED, ACTIONS, **cells)}\n") == [
        f"params/actions/sales.csv:2: {fault}"
    ]


def test_what_belongs_to_other_departments(tmp_path: Path) -> None:
    """A sign or an action that causes.yml keeps for other departments is a fault, not ignored."""
    causes = copy.deepcopy(CAUSES)
    causes["signs"]["overload"]["departments"] = ["support"]
    causes["actions"]["hire"]["departments"] = ["support"]
    departments = {"sales": DEPARTMENT, "support": DEPARTMENT}
    found = params_faults(
        tmp_path, causes=causes, departments=departments,
        others={"evidence/sales.csv": f"{EVIDENCE}\n{SEEN}\n", "actions/sales.csv": f"{ACTIONS}\n{PLANNED}\n"},
    )  # fmt: skip
    assert "params/evidence/sales.csv:2: sign: overload; causes.yml has it for support only" in found
    assert "params/actions/sales.csv:2: action: hire; causes.yml has it for support only" in found


def test_equal_ids(tmp_path: Path) -> None:
    """Two actions of one id are a fault, which names both rows."""
    assert actions(tmp_path, f"{ACTIONS}\n{PLANNED}\n{PLANNED}\n") == [
        "params/actions/sales.csv:3: id: 'A-1' stands twice; rename one; the first is in row 2"
    ]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "1: month: no such column"),
        ("sign,degree\n", "1: month: no such column"),
        (f"{EVIDENCE},sing\n", "1: sing: unknown column; did you mean 'sign'?"),
        (f"{EVIDENCE},sign\n", "1: sign: stands twice in the header; delete one"),
        (f"{EVIDENCE}\n{SEEN},x,y\n", "2: more cells than columns; quote commas"),
        (b"\xffmonth", " byte 0 is not UTF-8; save the file as UTF-8"),
        (f"{EVIDENCE}\n{SEEN.replace('a note', 'x' * 200_000)}\n", " is no CSV file (field larger than field limit"),
    ],
)
def test_faults_of_the_file(tmp_path: Path, text: str | bytes, fault: str) -> None:
    """What is wrong with header or form is a fault, never an ignored column or cell."""
    assert any(found.startswith(f"params/evidence/sales.csv:{fault}") for found in evidence(tmp_path, text))


@pytest.mark.parametrize(
    "text",
    [
        f"{EVIDENCE}\n{SEEN}\n",
        f"{EVIDENCE}\r\n{SEEN}\r\n",
        f"{EVIDENCE}\r{SEEN}\r",
        f"\ufeff{EVIDENCE}\n{SEEN}",
        f"{EVIDENCE}\n\n,,,,,,\n{SEEN}\n\n",
        f"{EVIDENCE}\n{SEEN}\n".replace(",", ";"),
        f"{EVIDENCE}\n{SEEN}\n".replace(",", " , "),
        "sign,month,who,source,degree,note\noverload,2026-10,Ann,Talk,yes,a note\n",
    ],
    ids=["plain", "windows", "old mac", "byte-order mark", "blank lines", "semicolons", "spaces", "other order"],
)
def test_forms_of_the_file(tmp_path: Path, text: str) -> None:
    """What spreadsheets make of a file is understood: line ends, marks, blank lines, semicolons, order of columns."""
    (seen,) = read_params(write_params(tmp_path, others={"evidence/sales.csv": text})).observations["sales"]
    assert (str(seen.month), seen.sign, seen.degree, seen.source, seen.who, seen.note) == (
        "2026-10", "overload", 0.95, "Talk", "Ann", "a note",
    )  # fmt: skip


def test_header_only(tmp_path: Path) -> None:
    """A register without rows is fine: nothing was seen."""
    assert evidence(tmp_path, EVIDENCE + "\n") == []


def test_all_rows(tmp_path: Path) -> None:
    """The faults of all rows are reported, with a line for each."""
    rows = [changed(SEEN, EVIDENCE, who=""), SEEN, changed(SEEN, EVIDENCE, month="x", sign="y")]
    assert [fault.split(": ")[0][-2:] for fault in evidence(tmp_path, "\n".join([EVIDENCE, *rows]))] == [
        ":2",
        ":4",
        ":4",
    ]


SERIES = f"{ACTIONS},segment,comparator"
SALES = {"sales": {**DEPARTMENT, "kpis": {
    "revenue": {**DEPARTMENT["kpis"]["revenue"], "segments": ["region"]}, "orders": DEPARTMENT["kpis"]["revenue"],
}}}  # fmt: skip


def series_faults(root: Path, *rows: str) -> list[str]:
    """What is wrong with register rows of a department whose revenue is measured by region; orders has no segments."""
    others = {"actions/sales.csv": "\n".join([SERIES, *rows]) + "\n"}
    return params_faults(root, departments=SALES, others=others)


def test_old_registers_stay_valid(tmp_path: Path) -> None:
    """Without the columns segment and comparator, an action is about the whole KPI and held against nothing."""
    others = {"actions/sales.csv": f"{ACTIONS}\n{PLANNED}\n"}
    (row,) = read_params(write_params(tmp_path, others=others)).register["sales"]
    assert (row.segment, row.comparator) == ("", "")


def test_segment_and_comparator_arrive(tmp_path: Path) -> None:
    """A segment, and what it is held against: another segment, a KPI here, or one of another department."""
    rows = [f"{PLANNED.replace('A-1', name)},region=North,{against}" for name, against in (
        ("A-1", "region=South"), ("A-2", "orders"), ("A-3", "sales.orders"), ("A-4", "marketing.leads"),
    )]  # fmt: skip
    folder = write_params(tmp_path, departments=SALES, others={"actions/sales.csv": "\n".join([SERIES, *rows]) + "\n"})
    found = read_params(folder).register["sales"]
    assert {row.segment for row in found} == {"region=North"}
    assert [row.comparator for row in found] == ["region=South", "orders", "sales.orders", "marketing.leads"]


@pytest.mark.parametrize(
    ("segment", "comparator", "fault"),
    [
        ("regoin=North", "", "segment: 'regoin=North'; a segment of the KPI: region=..."),
        ("region", "", "segment: 'region'; a segment of the KPI: region=..."),
        ("region=", "", "segment: 'region='; a segment of the KPI: region=..."),
        ("", "channel=Web", "comparator: 'channel=Web'; a segment of the KPI: region=..."),
        ("region=North", "region=North", "comparator: 'region=North'; another segment than the one"),
        ("", "revenue", "comparator: 'revenue'; another KPI, or another segment"),
        ("region=North", "sales.revenue", "comparator: 'sales.revenue'; another KPI, or another segment"),
        ("", "ordres", "comparator: 'ordres'; a segment, or a KPI; did you mean 'orders'?"),
        ("", "sales.ordres", "comparator: 'sales.ordres'; a segment, or a KPI; did you mean 'orders'?"),
        ("", "marketing.leads.all", "comparator: 'marketing.leads.all'; a KPI of another department"),
        ("", "Marketing.", "comparator: 'Marketing.'; a KPI of another department"),
    ],
)
def test_faults_of_segment_and_comparator(tmp_path: Path, segment: str, comparator: str, fault: str) -> None:
    """A segment is one of the KPI's, a comparator is another series that can be there."""
    (found,) = series_faults(tmp_path, f"{PLANNED},{segment},{comparator}")
    assert found.startswith(f"params/actions/sales.csv:2: {fault}")


def test_a_kpi_without_segments_has_none(tmp_path: Path) -> None:
    """A segment of a KPI that is not measured by segment is a fault that says so."""
    (found,) = series_faults(tmp_path, f"{PLANNED.replace('revenue', 'orders')},region=North,")
    assert "nothing: the KPI has no segments" in found
