"""Real deliveries, in a damaged copy, as an operations department: contracts and a view mend what is broken."""

import os
import shutil
from pathlib import Path

import pandas as pd
import pytest

from saypro_analysis.data.params import read_params
from saypro_analysis.data.snapshot import Snapshot, take_snapshot
from saypro_analysis.data.sources import open_source
from saypro_analysis.errors import DataError

ROOT = Path(__file__).resolve().parents[2]
PARAMS = Path(__file__).parent / "scms" / "params"
DATA = Path(os.environ.get("SAYPRO_SHARED") or ROOT.parent / "shared") / "data" / "scms_delivery_history"
RAW, CHECK = DATA / "SCMS_Delivery_History_Dataset.csv.gz", DATA / "monthly_check.csv"

pytestmark = pytest.mark.skipif(
    not RAW.is_file(), reason="scms_delivery_history is not here: set SAYPRO_SHARED to the folder that holds data/"
)

#: Column of monthly_check.csv -> KPI, decimals that the file is rounded to.
COLUMNS = {
    "lines": ("lines", 0),
    "value_usd": ("delivered_value", 2),
    "on_time": ("lines_on_time", 0),
    "median_po_to_delivery_days": ("order_to_delivery", 0),
    "median_quote_to_delivery_days": ("quote_to_delivery", 0),
    "n_po": ("lines_ordered", 0),
    "on_time_rate": ("on_time_delivery", 4),
    "avg_line_value": ("average_line_value", 4),
    "pipeline_quoted_not_delivered": ("pipeline", 0),
}
FIRST_QUOTE = pd.Period("2009-01", "M")


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
    return snapshot_of(company_in(tmp_path_factory.mktemp("scms")))


@pytest.fixture(scope="module")
def expected() -> pd.DataFrame:
    frame = pd.read_csv(CHECK)
    return frame.set_index(pd.PeriodIndex(frame.pop("month"), freq="M"))


@pytest.fixture(scope="module")
def raw() -> pd.DataFrame:
    return pd.read_csv(RAW, dtype=str, encoding="utf-8-sig", keep_default_na=False)


def series(snapshot: Snapshot, kpi: str) -> pd.Series:
    monthly = snapshot.monthly
    return monthly[monthly["kpi"].eq(kpi) & monthly["dimension"].eq("")].set_index("month")["value"]


def test_the_check_has_no_other_column(expected: pd.DataFrame) -> None:
    """Every column of the independent series is compared below."""
    assert set(expected.columns) == set(COLUMNS)


@pytest.mark.parametrize("column", COLUMNS)
def test_monthly_values_equal_the_independent_series(snapshot: Snapshot, expected: pd.DataFrame, column: str) -> None:
    """Each KPI equals the independent figure in each of the 113 months, and is missing where that is missing.

    The pipeline is compared from the first quote on: before it, see the next test.
    """
    kpi, decimals = COLUMNS[column]
    found, right = series(snapshot, kpi), expected[column].astype(float)
    if kpi == "pipeline":
        right = right[right.index >= FIRST_QUOTE]
    assert list(found.index) == list(right.index)
    assert list(found.isna()) == list(right.isna())
    rounding = 0.5 * 10.0**-decimals if decimals else 0.0
    off = (found - right).abs() - (rounding + 1e-9 * right.abs())
    assert not (off > 0).any(), f"{column}: {off[off > 0].index.astype(str).tolist()}"


def test_no_pipeline_before_quotes_were_recorded(snapshot: Snapshot, expected: pd.DataFrame, raw: pd.DataFrame) -> None:
    """A missing month is missing, never zero: the independent series has zeros before quotes were recorded at all.

    The raw rows decide: of the lines delivered before 2009 none has a quote's date, all say that there was no
    such process yet, or that the date was not captured. How much was quoted and not delivered is not known.
    """
    before = expected.index < FIRST_QUOTE
    assert (expected.loc[before, "pipeline_quoted_not_delivered"] == 0).all()
    assert series(snapshot, "pipeline").index.min() == FIRST_QUOTE
    delivered = pd.to_datetime(raw["Delivered to Client Date"], format="%d-%b-%y")
    early = raw.loc[delivered < "2009-01-01", "PQ First Sent to Client Date"]
    assert set(early) <= {"Pre-PQ Process", "Date Not Captured"}


def test_dates_are_mended_as_in_the_repaired_file(tmp_path: Path) -> None:
    """Two formats in the contract read all 10,324 quote and order dates as the repaired copy has them."""
    right = pd.read_csv(DATA / "repaired_dates.csv.gz", parse_dates=["pq_repaired", "po_repaired"])
    params = company_in(tmp_path)
    with open_source(tmp_path / "data", read_params(params).tables) as source:
        source.need("deliveries")
        found = source.query(
            "SELECT CAST(id AS BIGINT) AS ID, quoted_on, ordered_on FROM deliveries", about="deliveries"
        )
    both = right.merge(found, on="ID", validate="one_to_one")
    assert len(both) == 10_324
    for ours, theirs in (("quoted_on", "pq_repaired"), ("ordered_on", "po_repaired")):
        same = both[ours].eq(both[theirs]) | (both[ours].isna() & both[theirs].isna())
        assert same.all(), ours


def test_words_among_numbers_are_missing_not_zero(snapshot: Snapshot, raw: pd.DataFrame) -> None:
    """Freight is averaged over the lines that have a figure; words and pointers to other lines are no zeros."""
    freight = pd.to_numeric(raw["Freight Cost (USD)"], errors="coerce")
    delivered = pd.to_datetime(raw["Delivered to Client Date"], format="%d-%b-%y").dt.to_period("M")
    right = freight.groupby(delivered).mean()
    found = series(snapshot, "freight_per_line")
    assert list(found.isna()) == list(right.isna())
    assert found.dropna().to_numpy() == pytest.approx(right.dropna().to_numpy(), rel=1e-9)


def test_september_is_not_complete(snapshot: Snapshot) -> None:
    """The file ends on 14 September 2015, so the latest report is August's."""
    assert str(snapshot.latest) == "2015-08"
    lines = snapshot.monthly[snapshot.monthly["kpi"].eq("lines") & snapshot.monthly["dimension"].eq("")]
    assert lines.loc[~lines["complete"], "month"].astype(str).tolist() == ["2015-09"]


@pytest.mark.parametrize(
    ("before", "after", "messages"),
    [
        (  # the contract knows one notation only
            '["%m/%d/%y", "20%m-%d-%y"]',
            '"%m/%d/%y"',
            ("PO Sent to Vendor Date: not a date as %m/%d/%y: 1712 of 10324 rows",
             "PQ First Sent to Client Date: not a date as %m/%d/%y: 3148 of 10324 rows"),
        ),
        (  # no format at all
            'format: ["%m/%d/%y", "20%m-%d-%y"]',
            "missing: 1",
            ("PO Sent to Vendor Date: not a date: 2880 of 10324 rows",),
        ),
        (  # words that mean "not known" are not declared
            "missing_words: [N/A - From RDC, Date Not Captured]",
            "missing: 1",
            ("PO Sent to Vendor Date: not a date as %m/%d/%y or 20%m-%d-%y: 5732 of 10324 rows",),
        ),
        (  # a word among the numbers that the view does not know
            "IN ('Freight Included in Commodity Cost', 'Invoiced Separately')",
            "IN ('Freight Included in Commodity Cost')",
            ("table deliveries: freight: not a number: 239 of 10324 rows",),
        ),
    ],
)  # fmt: skip
def test_a_wrong_contract_stops_the_run(tmp_path: Path, before: str, after: str, messages: tuple[str, ...]) -> None:
    """What a contract does not know of is counted, named and stops the run; no number is guessed from the rest."""
    params = company_in(tmp_path)
    tables = params / "tables.yml"
    text = tables.read_text("utf-8")
    assert before in text
    tables.write_text(text.replace(before, after), "utf-8")
    with pytest.raises(DataError) as error:
        snapshot_of(params)
    for message in messages:
        assert message in str(error.value)
    assert str(tmp_path) not in str(error.value)
