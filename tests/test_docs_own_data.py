"""The page on bringing one's own data: its files work as they stand there, and give the figures that it states."""

import re
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from saypro_analysis.data.params import read_params
from saypro_analysis.data.registers import ACTION_COLUMNS, EVIDENCE_COLUMNS
from saypro_analysis.data.snapshot import Snapshot, take_snapshot
from saypro_analysis.errors import SayproError

PAGE = Path(__file__).resolve().parents[1] / "docs" / "bring-your-own-data.md"
FILE = re.compile(r"^`([\w./-]+)`:\n```\w+\n(.*?)^```$", re.MULTILINE | re.DOTALL)
MONTHS = {"January": "2026-01", "February": "2026-02", "March": "2026-03"}


def write_example(folder: Path) -> Path:
    """The files of the page, as a reader would make them; returns the folder of params."""
    for name, text in FILE.findall(PAGE.read_text("utf-8")):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return folder / "params"


def snapshot_of(params: Path) -> Snapshot:
    settings = read_params(params)
    return take_snapshot(settings, params / settings.company.data.source, today=date(2026, 4, 6))


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    return snapshot_of(write_example(tmp_path_factory.mktemp("mine")))


def stated() -> list[tuple[str, dict[str, float], tuple[float, ...]]]:
    """The rows of the page's table of figures: KPI, value by month, target in March (two numbers for a range)."""
    text = PAGE.read_text("utf-8")
    table = re.search(r"^\| KPI \| January .*?\n\n", text, re.MULTILINE | re.DOTALL)
    assert table
    rows = [[cell.strip() for cell in line.strip("| ").split("|")] for line in table[0].strip().splitlines()]
    assert rows[0] == ["KPI", *MONTHS, "target in March"]
    return [
        (
            row[0],
            {month: number(cell) for month, cell in zip(MONTHS.values(), row[1:4], strict=True)},
            tuple(number(part) for part in "".join(row[4:]).split(" to ") if part),
        )
        for row in rows[2:]
    ]


def number(cell: str) -> float:
    value = float(cell.replace(",", "").rstrip("% "))
    return value / 100 if cell.endswith("%") else value


def test_the_figures_are_those_on_the_page(snapshot: Snapshot, tmp_path: Path) -> None:
    """Every figure of the page's table is what the page's files give, to the digits shown."""
    params = read_params(write_example(tmp_path))
    names = {kpi.name: kpi.key for department in params.departments.values() for kpi in department.kpis.values()}
    totals = snapshot.monthly[snapshot.monthly["dimension"] == ""]
    totals = totals.assign(key=totals["department"] + "." + totals["kpi"], month=totals["month"].astype(str))
    found = totals.set_index(["key", "month"])
    rows = stated()
    assert {name for name, _, _ in rows} == set(names)
    for name, values, target in rows:
        for month, value in values.items():
            digits = 0.0005001 if found["value"][names[name], month] < 1 else 0.005001
            assert found["value"][names[name], month] == pytest.approx(value, abs=digits), (name, month)
        march = found.loc[(names[name], "2026-03"), ["target", "target_upper"]]
        assert tuple(march.dropna()) == target, name


def test_segments_and_complete_months(snapshot: Snapshot) -> None:
    """March's revenue splits as the page says; April has begun, is held, and is not complete."""
    monthly = snapshot.monthly
    rows = monthly[monthly["kpi"].eq("revenue") & monthly["dimension"].eq("industry")]
    march = rows[rows["month"] == pd.Period("2026-03", "M")].set_index("segment")["value"]
    assert march.to_dict() == {"Shops": 2000.0, "(not given)": 1650.0, "Schools": 0.0}
    assert "2,000.00 from shops and 1,650.00 from customers without an industry" in PAGE.read_text("utf-8")
    assert str(snapshot.latest) == "2026-03"
    assert set(monthly.loc[~monthly["complete"], "month"].astype(str)) == {"2026-04"}
    assert not snapshot.made_up


def test_registers_are_read(tmp_path: Path) -> None:
    """The page's evidence and action files are read, and show all columns that there are."""
    params = write_example(tmp_path)
    settings = read_params(params)
    assert [seen.sign for seen in settings.observations["support"]] == ["overburdened_staff"]
    assert [planned.id for planned in settings.register["support"]] == ["SUP-01"]
    for kind, columns in (("evidence", EVIDENCE_COLUMNS), ("actions", ACTION_COLUMNS)):
        assert (params / kind / "support.csv").read_text("utf-8").splitlines()[0].split(",") == list(columns)


def swap(file: str, before: str, after: str) -> Callable[[Path], None]:
    def apply(params: Path) -> None:
        text = (params / file).read_text("utf-8")
        assert before in text
        (params / file).write_text(text.replace(before, after, 1), "utf-8")

    return apply


@pytest.mark.parametrize(
    "slip",
    [
        swap("departments/sales.yml", "measure: won_amount", "measure: won_amont"),
        swap("tables.yml", '"%d.%m.%Y"', '"%m.%d.%Y"'),
        swap("tables.yml", 'decimal: ",", thousands: ".", ', ""),
        swap("tables.yml", "missing_words: [n/a], ", ""),
        swap("tables.yml", "duplicates: 0.1", "duplicates: 0"),
        swap("departments/sales.yml", "segments: [industry]", "segments: [industries]"),
    ],
    ids=["name", "date", "number", "word", "repeated", "segment"],
)
def test_faults_look_as_on_the_page(tmp_path: Path, slip: Callable[[Path], None]) -> None:
    """Each slip that the page describes stops with the very message that it prints."""
    params = write_example(tmp_path)
    slip(params)
    with pytest.raises(SayproError) as error:
        snapshot_of(params)
    faults = [str(fault) for fault in error.value.faults]
    assert len(faults) == 1
    assert f"\n{faults[0]}\n" in PAGE.read_text("utf-8")


def test_every_printed_fault_is_tested() -> None:
    """The page prints as many messages as the test above provokes."""
    section = PAGE.read_text("utf-8").split("## What faults look like")[1].split("\n## ")[0]
    assert section.count("```text") == 6


def test_date_formats_of_the_page(tmp_path: Path) -> None:
    """Every format in the page's table of dates reads its example as 31 January 2026."""
    import duckdb

    section = PAGE.read_text("utf-8").split("### Dates")[1].split("\n### ")[0]
    rows = re.findall(r'^\| ([^|]+?) \| `"([^"]+)"` \|$', section, re.MULTILINE)
    assert len(rows) == 4
    for example, form in rows:
        read = duckdb.execute("SELECT CAST(strptime(?, ?) AS DATE)", [example, form]).fetchone()
        assert read == (date(2026, 1, 31),), example
