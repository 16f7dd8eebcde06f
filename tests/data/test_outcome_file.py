"""outcomes.csv: what an analyst has recorded of actions, read with all faults at once and written whole."""

from dataclasses import replace
from pathlib import Path
from random import Random

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from saypro_analysis.data.outcome_file import VERDICTS, outcome_text, read_outcomes, write_outcomes
from saypro_analysis.kpi import RecordedOutcome

HEADER = "department,id,action,month,verdict,effect,low,high,telling"
ROW = "sales,A-1,train,2026-10,worked,4.5,3,6,yes"
DEPARTMENTS = ("sales", "marketing")


def read(folder: Path, text: str) -> tuple[tuple[RecordedOutcome, ...], list[str]]:
    path = folder / "outcomes.csv"
    path.write_text(text, "utf-8", newline="")
    rows, faults = read_outcomes(path, "params/outcomes.csv", DEPARTMENTS)
    return rows, [str(fault) for fault in faults]


def changed(**cells: str) -> str:
    """The row with some cells changed."""
    return ",".join((dict(zip(HEADER.split(","), ROW.split(","), strict=True)) | cells).values())


def test_a_row(tmp_path: Path) -> None:
    """All cells arrive, as numbers, month and truth value where they are these."""
    (row,), faults = read(tmp_path, f"{HEADER}\n{ROW}\n")
    assert (faults, row.department, row.id, row.action) == ([], "sales", "A-1", "train")
    assert (row.month, row.verdict, row.effect, row.low, row.high) == (pd.Period("2026-10"), "worked", 4.5, 3, 6)
    assert row.telling


def test_no_file_is_no_outcome(tmp_path: Path) -> None:
    """A file that is not there, or has a header only, has no rows and no faults."""
    assert read_outcomes(tmp_path / "none.csv", "none.csv", DEPARTMENTS) == ((), ())
    assert read(tmp_path, HEADER + "\n") == ((), [])


@pytest.mark.parametrize(
    ("cells", "fault"),
    [
        ({"department": "sale"}, "department: 'sale'; did you mean 'sales'?"),
        ({"id": ""}, "id: is empty; fill it in"),
        ({"action": ""}, "action: is empty; fill it in"),
        ({"month": "2026-13"}, "month: '2026-13'; a month such as 2026-10"),
        ({"month": ""}, "month: is empty; fill it in"),
        ({"verdict": "too early"}, "verdict: 'too early'; known: no evidence, worked, worsened"),
        ({"verdict": "worke"}, "verdict: 'worke'; did you mean 'worked'?"),
        ({"effect": "much"}, "effect: 'much'; a number such as 12.5"),
        ({"high": ""}, "high: is empty; fill it in"),
        ({"low": "5"}, "effect: 4.5; from low, 5, to high, 6"),
        (
            {"effect": "-4.5", "low": "-5"},
            "effect: -4.5; above 0 where it worked, below 0 where it worsened",
        ),
        ({"verdict": "worsened"}, "effect: 4.5; above 0 where it worked, below 0 where it worsened"),
        ({"telling": "perhaps"}, "telling: 'perhaps'; known: no, yes"),
    ],
)
def test_faults_of_cells(tmp_path: Path, cells: dict[str, str], fault: str) -> None:
    """Each cell is checked; the fault names file and row, and nothing else is said to be wrong with the cell."""
    _, faults = read(tmp_path, f"{HEADER}\n{changed(id='A-0')}\n{changed(**cells)}\n")
    assert f"params/outcomes.csv:3: {fault}" in faults
    assert all(found.startswith("params/outcomes.csv:3: ") for found in faults)


def test_one_action_has_one_outcome(tmp_path: Path) -> None:
    """The same id twice in a department is a fault of the second row; in two departments it is fine."""
    other = changed(department="marketing")
    _, faults = read(tmp_path, "\n".join([HEADER, ROW, other, changed(month="2026-11")]))
    assert faults == ["params/outcomes.csv:4: id: 'A-1' of sales stands twice; keep the first verdict, delete this row"]


def test_all_faults_at_once(tmp_path: Path) -> None:
    """The faults of all rows are told together."""
    _, faults = read(tmp_path, "\n".join([HEADER, changed(verdict="x"), changed(id="B", month="x")]))
    assert [fault.split(": ")[0][-1] for fault in faults] == ["2", "3"]


OUTCOMES = st.builds(
    RecordedOutcome,
    department=st.sampled_from(DEPARTMENTS), id=st.sampled_from([f"A-{n}" for n in range(30)]),
    action=st.sampled_from(["train", 'say "no", then go', "über"]),
    month=st.sampled_from(list(pd.period_range("2024-01", "2026-12", freq="M"))), verdict=st.sampled_from(VERDICTS),
    effect=st.integers(1, 999).map(float), low=st.just(-1000.0), high=st.just(1234.5), telling=st.booleans(),
).map(lambda row: replace(row, effect=-row.effect) if row.verdict == "worsened" else row)  # fmt: skip


@given(st.lists(OUTCOMES, unique_by=lambda row: (row.department, row.id)), st.randoms())
def test_written_and_read_is_the_same(
    tmp_path_factory: pytest.TempPathFactory, rows: list[RecordedOutcome], random: Random
) -> None:
    """What is written is read back, and the order in which it comes makes no difference to the bytes."""
    path = tmp_path_factory.mktemp("params") / "outcomes.csv"
    write_outcomes(path, rows)
    found, faults = read_outcomes(path, "outcomes.csv", DEPARTMENTS)
    assert (faults, list(found)) == ((), sorted(rows, key=lambda row: (row.department, row.id)))
    shuffled = list(rows)
    random.shuffle(shuffled)
    assert outcome_text(shuffled) == path.read_text("utf-8")


def test_a_failure_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """When writing fails half way, the old file stays as it was and nothing else is left in the folder."""
    path = tmp_path / "outcomes.csv"
    path.write_text("old", "utf-8")

    def fail(_: int) -> None:
        raise OSError("disk full")

    monkeypatch.setattr("saypro_analysis.data.outcome_file.os.fsync", fail)
    with pytest.raises(OSError, match="disk full"):
        write_outcomes(path, [])
    assert [(found.name, found.read_text("utf-8")) for found in tmp_path.iterdir()] == [("outcomes.csv", "old")]
