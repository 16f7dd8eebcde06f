"""Real hotel bookings as a sales department: params alone, without a line of code, give the independent figures."""

import os
import shutil
from pathlib import Path

import pandas as pd
import pytest

from saypro_analysis.data.params import read_params
from saypro_analysis.data.snapshot import Snapshot, take_snapshot
from saypro_analysis.errors import DataError

ROOT = Path(__file__).resolve().parents[2]
PARAMS = Path(__file__).parent / "hotel" / "params"
DATA = Path(os.environ.get("SAYPRO_SHARED") or ROOT.parent / "shared") / "data" / "hotel_bookings"
RAW, CHECK = DATA / "hotel_bookings.parquet", DATA / "monthly_check.csv"

pytestmark = pytest.mark.skipif(
    not RAW.is_file(), reason="hotel_bookings is not here: set SAYPRO_SHARED to the folder that holds data/"
)

#: Column of monthly_check.csv -> KPI, segment by hotel ("" for the total), decimals that the file is rounded to.
COLUMNS = {
    "bookings": ("bookings", "", 0),
    "kept": ("kept", "", 0),
    "revenue_eur": ("revenue", "", 2),
    "room_nights": ("room_nights", "", 0),
    "conversion_kept_rate": ("conversion_rate", "", 4),
    "avg_booking_value": ("average_deal_size", "", 4),
    "adr": ("daily_rate", "", 4),
    "occupancy_city": ("occupancy", "City Hotel", 4),
    "occupancy_resort": ("occupancy", "Resort Hotel", 4),
    "new_bookings_made": ("leads", "", 0),
    "pipeline_on_books_month_end": ("pipeline", "", 0),
}


def company_in(folder: Path) -> Path:
    """A stranger's copy: the params, and beside them the raw file in ``data``."""
    shutil.copytree(PARAMS, folder / "params")
    (folder / "data").mkdir()
    shutil.copy(RAW, folder / "data")
    return folder / "params"


def snapshot_of(params: Path) -> Snapshot:
    settings = read_params(params)
    return take_snapshot(settings, params / settings.company.data.source)


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    return snapshot_of(company_in(tmp_path_factory.mktemp("hotel")))


@pytest.fixture(scope="module")
def expected() -> pd.DataFrame:
    frame = pd.read_csv(CHECK)
    return frame.set_index(pd.PeriodIndex(frame.pop("month"), freq="M"))


def series(snapshot: Snapshot, kpi: str, segment: str = "") -> pd.Series:
    monthly = snapshot.monthly
    dimension = "hotel" if segment else ""
    rows = monthly[monthly["kpi"].eq(kpi) & monthly["dimension"].eq(dimension) & monthly["segment"].eq(segment)]
    return rows.set_index("month")["value"]


def test_the_check_has_no_other_column(expected: pd.DataFrame) -> None:
    """Every column of the independent series is compared below."""
    assert set(expected.columns) == set(COLUMNS)


@pytest.mark.parametrize("column", COLUMNS)
def test_monthly_values_equal_the_independent_series(snapshot: Snapshot, expected: pd.DataFrame, column: str) -> None:
    """Each KPI equals the independent figure in each of the 26 months, to the last digit that the file gives."""
    kpi, segment, decimals = COLUMNS[column]
    found, right = series(snapshot, kpi, segment), expected[column].astype(float)
    assert list(found.index) == list(right.index)
    rounding = 0.5 * 10.0**-decimals if decimals else 0.0
    off = (found - right).abs() - (rounding + 1e-9 * right.abs())
    assert (off <= 0).all(), f"{column}: {off[off > 0].index.astype(str).tolist()}"


def test_exact_ratios(snapshot: Snapshot, expected: pd.DataFrame) -> None:
    """Where the file rounds a ratio, the ratio of its own unrounded parts is met to 1e-9."""
    parts = {
        "conversion_rate": ("kept", "bookings"),
        "average_deal_size": ("revenue_eur", "kept"),
        "daily_rate": ("revenue_eur", "room_nights"),
    }
    for kpi, (top, bottom) in parts.items():
        right = expected[top] / expected[bottom]
        assert series(snapshot, kpi).to_numpy() == pytest.approx(right.to_numpy(), rel=1e-9), kpi


def test_segments_add_up(snapshot: Snapshot) -> None:
    """In each dimension the segments of what is counted or summed make up the total, records without a label too."""
    monthly = snapshot.monthly
    for kpi in ("revenue", "bookings", "leads", "pipeline"):
        own = monthly[monthly["kpi"] == kpi]
        total = own[own["dimension"] == ""].set_index("month")["value"]
        for dimension, rows in own[own["dimension"] != ""].groupby("dimension"):
            summed = rows.groupby("month")["value"].sum()
            assert summed.to_numpy() == pytest.approx(total.to_numpy(), rel=1e-9), (kpi, dimension)


def test_repeated_rows_are_kept(snapshot: Snapshot) -> None:
    """The 31,994 rows that repeat another are bookings: no key is declared, and none is dropped."""
    raw = pd.read_parquet(RAW)
    assert int(raw.duplicated().sum()) == 31_994
    assert series(snapshot, "bookings").sum() == len(raw)


def test_odd_rates_are_notes_in_the_report(snapshot: Snapshot) -> None:
    """A negative daily rate and one of 5,400 do not stop the run; the report says that they are there."""
    notes = snapshot.quality[snapshot.quality["verdict"] == "note"]
    assert sorted(zip(notes["column"], notes["check"], notes["found"], strict=True)) == [
        ("adr", "too high", 1),
        ("adr", "too low", 1),
    ]


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        (
            'format: "%Y-%m-%d"',
            'format: "%d/%m/%Y"',
            "table bookings_export: reservation_status_date: not a date as %d/%m/%Y: 119390 of 119390 rows",
        ),
        ("arrival_date_month: {missing: 0}", "arrival_date_month: {type: integer}", "not an integer: 119390"),
        ("'%Y %B %d'", "'%Y %m %d'", "table bookings: "),
        ("    lead_time: {", "    led_time: {", "led_time: no such column; did you mean 'lead_time'?"),
    ],
)
def test_a_wrong_contract_stops_the_run(tmp_path: Path, before: str, after: str, message: str) -> None:
    """A date format, type, view or column name that does not fit the file stops with a message that names it."""
    params = company_in(tmp_path)
    tables = params / "tables.yml"
    text = tables.read_text("utf-8")
    assert text.count(before) == 1
    tables.write_text(text.replace(before, after), "utf-8")
    with pytest.raises(DataError) as error:
        snapshot_of(params)
    assert message in str(error.value)
    assert str(tmp_path) not in str(error.value)
