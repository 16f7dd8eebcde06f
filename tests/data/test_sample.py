"""The sample company: the same bytes for a seed, the worked examples to the unit, and the planted answers."""

import hashlib
import json
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pytest
import yaml

from saypro_analysis.data.sample import TRUTHS, Truth, make_sample
from saypro_analysis.errors import ParamsError

PARAMS = Path(__file__).parents[2] / "params"
TABLES = {
    "opportunities", "targets", "leads", "web_sessions", "campaigns", "tickets", "surveys", "deliveries",
    "work_orders", "machine_hours", "staff", "time_sheets", "training", "pulse_surveys",
}  # fmt: skip
OCTOBER = "2026-10"

REVENUE = (
    "SELECT strftime(closed_on, '%Y-%m') AS month, sum(amount::DOUBLE) AS value FROM {} WHERE stage = 'won' GROUP BY 1"
)
LEADS = "SELECT strftime(created_on, '%Y-%m') AS month, count(*) AS value FROM {} WHERE qualified = 'yes' GROUP BY 1"
HOURS = """
    SELECT strftime(resolved_at, '%Y-%m') AS month, avg(date_diff('second', opened_at, resolved_at)) / 3600 AS value
    FROM (SELECT DISTINCT * FROM {}) WHERE resolved_at IS NOT NULL GROUP BY 1
"""


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample as the monthly run makes it."""
    folder = tmp_path_factory.mktemp("sample") / "sample"
    make_sample(folder)
    return folder


@pytest.fixture(scope="module")
def noise(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The company in which nothing changes."""
    folder = tmp_path_factory.mktemp("noise") / "noise"
    make_sample(folder, planted=False)
    return folder


def monthly(folder: Path, table: str, sql: str) -> "pd.Series[float]":
    """Values by month, straight from the CSV file and without the package's own data layer."""
    file = (folder / f"{table}.csv").as_posix()
    frame = duckdb.execute(sql.format(f"read_csv('{file}')")).df().sort_values("month")
    values: pd.Series[float] = frame.set_index("month")["value"]
    return values


def column(folder: Path, table: str, name: str) -> list[str]:
    """A column's raw text."""
    frame = pd.read_csv(folder / f"{table}.csv", usecols=[name], dtype=str, keep_default_na=False)
    return [str(value) for value in frame[name]]


def fingerprints(folder: Path) -> dict[str, str]:
    """SHA-256 of every file."""
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(folder.iterdir())}


def settings(name: str) -> dict[str, Any]:
    """A YAML file of params, read without the package's own reader."""
    loaded: dict[str, Any] = yaml.safe_load((PARAMS / name).read_text(encoding="utf-8"))
    return loaded


def test_a_seed_gives_the_same_bytes(sample: Path, tmp_path: Path) -> None:
    """Two samples of one seed are equal file by file; another seed gives other records in every table drawn."""
    make_sample(tmp_path / "again")
    make_sample(tmp_path / "other", seed=8)
    assert fingerprints(tmp_path / "again") == fingerprints(sample)
    other = fingerprints(tmp_path / "other")
    same = {name for name, digest in fingerprints(sample).items() if other[name] == digest}
    assert same == {"targets.csv"}  # targets are set, not drawn


def test_all_tables_are_there_and_small(sample: Path) -> None:
    """The folder holds the fourteen tables and the note, below 30 MB in all."""
    assert {path.stem for path in sample.glob("*.csv")} == TABLES
    assert sum(path.stat().st_size for path in sample.iterdir()) < 30e6


def test_the_note_says_that_it_is_made_up(sample: Path) -> None:
    """sample.json names seed, months and the last day, and says plainly that the records are made up."""
    note = json.loads((sample / "sample.json").read_text(encoding="utf-8"))
    assert note["made_up"] is True
    assert "made up" in note["text"]
    assert (note["seed"], note["months"], note["as_of"]) == (7, 36, "2026-10-31")


@pytest.mark.parametrize("seed", [7, 11])
def test_october_holds_the_worked_examples(sample: Path, tmp_path: Path, seed: int) -> None:
    """October 2026 has revenue 250,000, 150 qualified leads and 6 hours to resolve a ticket, whatever the seed."""
    folder = sample
    if seed != 7:
        folder = tmp_path / "sample"
        make_sample(folder, seed=seed)
    assert monthly(folder, "opportunities", REVENUE)[OCTOBER] == 250_000
    assert monthly(folder, "leads", LEADS)[OCTOBER] == 150
    assert monthly(folder, "tickets", HOURS)[OCTOBER] == pytest.approx(6.0, abs=1e-9)


def test_the_targets_of_the_worked_examples(sample: Path) -> None:
    """The targets for October 2026 are 300,000 of revenue, 200 leads and 4 hours."""
    targets = pd.read_csv(sample / "targets.csv").set_index(["kpi", "month"])["target"]
    assert (targets["revenue", "2026-10-01"], targets["leads", "2026-10-01"]) == (300_000, 200)
    assert settings("departments/customer_support.yml")["kpis"]["resolution_time"]["target"] == 4


def test_only_october_is_round(sample: Path) -> None:
    """No other month has a round revenue, number of leads or resolution time: they would look typed in."""
    earlier = slice(None, "2026-09")
    assert not (monthly(sample, "opportunities", REVENUE)[earlier] % 100 == 0).any()
    assert not (monthly(sample, "leads", LEADS)[earlier] % 10 == 0).any()
    hours = monthly(sample, "tickets", HOURS)[earlier] * 10
    assert not ((hours - hours.round()).abs() < 1e-6).any()


def test_revenue_falls_from_above_its_target(sample: Path) -> None:
    """Revenue falls in each of the last twelve months, starts above 340,000, and misses 300,000 in the last four."""
    revenue = monthly(sample, "opportunities", REVENUE)[-13:]
    assert (revenue.diff().dropna() < 0).all()
    assert revenue.iloc[0] > 340_000
    assert (revenue < 300_000).tolist() == [False] * 9 + [True] * 4


def test_the_fall_lies_in_the_newest_product(sample: Path) -> None:
    """Fewer offers of Analytics are won; the other products are won as often as before."""
    sql = """
        SELECT CASE WHEN closed_on >= DATE '2026-08-01' THEN 'late' ELSE 'early' END AS month,
               count(*) FILTER (stage = 'won') / count(*) AS value
        FROM {} WHERE stage <> 'open' AND product %s 'Analytics'
        AND (closed_on >= DATE '2026-08-01' OR closed_on < DATE '2025-10-01') GROUP BY 1
    """
    newest, others = (monthly(sample, "opportunities", sql % sign) for sign in ("=", "<>"))
    assert newest["late"] < 0.5 * newest["early"]
    assert others["late"] == pytest.approx(others["early"], abs=0.02)


def test_resolution_steps_up_in_march(sample: Path) -> None:
    """Tickets take below 4 hours up to February 2026 and above 5 from March on; technical ones most of all."""
    hours = monthly(sample, "tickets", HOURS)
    assert (hours[:"2026-02"] < 4).all()
    assert (hours["2026-03":] > 5).all()
    technical = monthly(sample, "tickets", HOURS.replace("IS NOT NULL", "IS NOT NULL AND type = 'Technical'"))
    assert technical["2026-03"] - technical["2026-02"] > 2 * (hours["2026-03"] - hours["2026-02"])


def test_leads_step_down_in_june(sample: Path) -> None:
    """Above 200 qualified leads up to May 2026, below 170 from June on; Social loses them."""
    leads = monthly(sample, "leads", LEADS)
    assert (leads[:"2026-05"] > 200).all()
    assert (leads["2026-06":] < 170).all()
    social = monthly(sample, "leads", LEADS.replace("'yes'", "'yes' AND lower(trim(channel)) = 'social'"))
    assert leads["2026-05"] - leads["2026-06"] == pytest.approx(social["2026-05"] - social["2026-06"], abs=10)


def test_csat_goes_up_and_down_inside_its_range(sample: Path) -> None:
    """Customer satisfaction turns every month and never leaves 80 to 92 %."""
    sql = """
        SELECT strftime(answered_on, '%Y-%m') AS month, count(*) FILTER (score >= 4) / count(*) AS value
        FROM {} WHERE survey = 'csat' GROUP BY 1
    """
    csat = monthly(sample, "surveys", sql)
    steps = csat.diff().dropna()
    assert csat.between(0.8, 0.92).all()
    assert (steps * steps.shift() < 0)[1:].all()


def test_the_mess_of_real_exports_is_there(sample: Path) -> None:
    """Missing labels, repeated rows, mistyped years, differing spellings, words in a number column, d/m/Y dates."""
    regions, channels = column(sample, "leads", "region"), column(sample, "leads", "channel")
    assert 0.005 < regions.count("") / len(regions) < 0.05
    tickets = column(sample, "tickets", "ticket_id")
    assert len(tickets) - len(set(tickets)) == 12
    assert sum(day > "2060" for day in column(sample, "training", "date")) == 2
    assert sum(day > "2060" for day in column(sample, "leads", "created_on")) == 2
    assert len(set(channels)) > len({name.strip().lower() for name in channels}) == 5
    assert "N/A" in column(sample, "opportunities", "amount")
    assert column(sample, "deliveries", "delivered_on")[0] == "01/11/2023"


def test_mess_makes_no_number_wrong(sample: Path) -> None:
    """No won offer lacks its amount, no mistyped lead is a qualified one, and repeated rows are equal."""
    offers = pd.read_csv(sample / "opportunities.csv", dtype=str, keep_default_na=False)
    assert (offers.loc[offers["amount"] == "N/A", "stage"] == "lost").all()
    leads = pd.read_csv(sample / "leads.csv", dtype=str)
    assert (leads.loc[leads["created_on"] > "2060", "qualified"] == "no").all()
    tickets = pd.read_csv(sample / "tickets.csv", dtype=str)
    assert not tickets.drop_duplicates()["ticket_id"].duplicated().any()


@pytest.mark.parametrize("truth", TRUTHS, ids=lambda truth: truth.kpi)
def test_truths_speak_of_params(truth: Truth) -> None:
    """Every truth names a KPI on the scorecard, one of its segments' columns, and a cause of causes.yml."""
    department, kpi = truth.kpi.split(".")
    card = settings(f"departments/{department}.yml")["kpis"][kpi]
    assert card.get("scorecard", True)
    assert not truth.dimension or truth.dimension in card["segments"]
    assert not truth.cause or truth.cause in settings("causes.yml")["causes"]


def test_truths_cover_the_scorecards() -> None:
    """There is one truth for each of the 18 KPIs on the scorecards."""
    departments = sorted((PARAMS / "departments").glob("*.yml"))
    kpis = [
        f"{path.stem}.{name}"
        for path in departments
        for name, card in settings(f"departments/{path.name}")["kpis"].items()
        if card.get("scorecard", True)
    ]
    assert sorted(truth.kpi for truth in TRUTHS) == sorted(kpis)
    assert len(kpis) == 18


@pytest.mark.parametrize(("table", "sql"), [("opportunities", REVENUE), ("leads", LEADS), ("tickets", HOURS)])
def test_noise_has_no_step(noise: Path, table: str, sql: str) -> None:
    """Without plants the last year's mean lies within the noise of the months before, and targets are met."""
    values = monthly(noise, table, sql)
    assert len(values) == 36
    before, after = values[:-12], values[-12:]
    assert abs(after.mean() - before.mean()) < 3 * before.std() * (1 / 12 + 1 / 24) ** 0.5
    met = {"opportunities": values > 300_000, "leads": values > 200, "tickets": values < 4}
    assert met[table].mean() > 0.9


def test_a_foreign_folder_is_refused(tmp_path: Path) -> None:
    """A folder with anything but an earlier sample is left as it is; the message says why."""
    (tmp_path / "mine.txt").write_text("keep me")
    with pytest.raises(ParamsError, match="choose an empty or new folder"):
        make_sample(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_an_earlier_sample_is_replaced(tmp_path: Path) -> None:
    """An earlier sample gives way completely, and nothing else is left beside it."""
    folder = tmp_path / "deep" / "sample"
    make_sample(folder, months=13)
    (folder / "stale.csv").write_text("a\n1\n")
    make_sample(folder, months=13, seed=8)
    assert {path.stem for path in folder.iterdir()} == TABLES | {"sample"}
    assert [path.name for path in folder.parent.iterdir()] == ["sample"]


@pytest.mark.parametrize("wrong", [{"months": 3}, {"last": "2026-13"}, {"last": "October"}], ids=str)
def test_settings_that_cannot_be_used(tmp_path: Path, wrong: dict[str, Any]) -> None:
    """Months out of bounds or malformed are refused before anything is written."""
    with pytest.raises(ParamsError, match="was not made"):
        make_sample(tmp_path / "sample", **wrong)
    assert not (tmp_path / "sample").exists()


def test_the_last_month_can_be_another(tmp_path: Path) -> None:
    """A sample that ends earlier holds the worked examples in its own last month, and nothing after it but slips."""
    make_sample(tmp_path / "sample", months=18, last="2026-02")
    revenue = monthly(tmp_path / "sample", "opportunities", REVENUE)
    assert (revenue.index[0], revenue.index[-1], revenue.iloc[-1]) == ("2024-09", "2026-02", 250_000)
