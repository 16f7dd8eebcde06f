"""Year-end estimates on real data: A&E attendances and breaches of English trusts, against seven single methods."""

import os
import sys
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from saypro_analysis.kpi import Kpi
from saypro_analysis.many import judge_table

ROOT = Path(__file__).resolve().parents[2]
DATA = Path(os.environ.get("SAYPRO_SHARED") or ROOT.parent / "shared") / "data" / "nhs_ae_attendances"
RAW = DATA / "ae_attendances.csv.gz"

pytestmark = [
    pytest.mark.skipif(
        not RAW.is_file(), reason="nhs_ae_attendances is not here: set SAYPRO_SHARED to the folder that holds data/"
    ),
    pytest.mark.xdist_group("year_end_backtest"),  # its fixtures are computed once
]

YEAR = 12
MEASURES = ("attendances", "breaches")
ELAPSED = (3, 6, 9)  # months of the fiscal year (April to March) that are over
CELLS = [(measure, months) for measure in MEASURES for months in ELAPSED]
#: The trust that tripled in July 2018, when another one joined it. The reference backtest leaves it out.
MERGED = "RRK"
#: MAPE in percent over the other 129, by cell. Source: forecast/year_end_backtest_ae_type1.csv (COMPUTED).
REFERENCE = {
    "run rate": (2.42, 2.15, 0.94, 20.01, 15.08, 9.13),
    "share of last year": (3.41, 2.39, 1.71, 26.25, 15.66, 6.68),
    "remainder of last year": (4.86, 3.59, 2.34, 14.64, 10.77, 5.95),
    "remainder times growth": (4.69, 3.08, 1.82, 23.38, 17.85, 7.96),
    "last three months": (2.42, 2.21, 0.51, 20.01, 13.81, 6.89),
    "median of three": (2.93, 2.33, 1.66, 19.78, 13.90, 6.54),
    "Holt-Winters, damped": (3.19, 2.30, 1.30, 16.69, 8.92, 6.08),
}


@pytest.fixture(scope="module")
def trusts() -> dict[str, pd.DataFrame]:
    """Each measure of the trusts' type-1 departments with 36 months above zero of both: months by trust."""
    raw = pd.read_csv(RAW, parse_dates=["period"], dtype={"type": str})
    raw = raw[raw["type"] == "1"].assign(month=lambda rows: rows["period"].dt.to_period("M"))
    tables = {name: raw.pivot(index="month", columns="org_code", values=name).sort_index() for name in MEASURES}
    whole = np.logical_and.reduce([((table > 0).sum() == 3 * YEAR).to_numpy() for table in tables.values()])
    return {name: table.loc[:, whole] for name, table in tables.items()}


@pytest.fixture(scope="module")
def estimates(trusts: dict[str, pd.DataFrame]) -> dict[tuple[str, int], pd.DataFrame]:
    """Our verdicts of every trust in the last fiscal year, by measure and months that are over."""
    card = Kpi(id="it", department="ae", name="It", definition="", unit="count", year="total")
    return {
        (measure, months): judge_table(trusts[measure].iloc[: 2 * YEAR + months], card, fiscal_year_start=4)
        for measure, months in CELLS
    }


def single_methods(values: np.ndarray, months: int) -> dict[str, np.ndarray]:
    """The year's total by seven single methods; ``values`` (trusts, months held) end with the last month known."""
    left = YEAR - months
    so_far, recent = values[:, -months:].sum(axis=1), values[:, -3:].mean(axis=1)
    last_year = values[:, -months - YEAR : values.shape[1] - months]
    before, remainder = last_year[:, :months].sum(axis=1), last_year[:, months:].sum(axis=1)
    growth = values[:, -YEAR:].sum(axis=1) / values[:, -2 * YEAR : -YEAR].sum(axis=1)
    run_rate, share, rest = so_far / months * YEAR, last_year.sum(axis=1) * so_far / before, so_far + remainder
    return {
        "run rate": run_rate,
        "share of last year": share,
        "remainder of last year": rest,
        "remainder times growth": so_far + remainder * growth,
        "last three months": so_far + left * recent,
        "median of three": np.median([run_rate, share, so_far + remainder * growth], axis=0),
        "Holt-Winters, damped": so_far + np.array([holt_winters(row, left) for row in values]),
    }


def holt_winters(values: np.ndarray, left: int) -> float:
    """Sum of the months left by damped additive Holt-Winters; started by the heuristic, which is quick."""
    from statsmodels.tsa.holtwinters import ExponentialSmoothing

    form = {"trend": "add", "damped_trend": True, "seasonal": "add", "seasonal_periods": YEAR}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that it did not converge: its forecast is used as it is, as in practice
        model = ExponentialSmoothing(values, **form, initialization_method="heuristic")
        return float(model.fit(use_brute=False, method="TNC").forecast(left).sum())


@pytest.fixture(scope="module")
def errors(
    trusts: dict[str, pd.DataFrame], estimates: dict[tuple[str, int], pd.DataFrame]
) -> dict[tuple[str, int], pd.DataFrame]:
    """Relative errors in percent by cell: a row per trust, a column per method; ours is the first one."""
    found = {}
    for measure, months in CELLS:
        values = trusts[measure].to_numpy().T
        made = {"ours": estimates[measure, months]["year_estimate"].to_numpy()}
        made |= single_methods(values[:, : 2 * YEAR + months], months)
        actual = values[:, 2 * YEAR :].sum(axis=1)
        table = pd.DataFrame({name: 100 * np.abs(guess / actual - 1) for name, guess in made.items()})
        found[measure, months] = table.set_axis(trusts[measure].columns)
    sys.stdout.write(f"\nMAPE (%) of {len(table)} trusts\n{_means(found).round(2).to_string()}\n")
    without = {cell: table.drop(index=MERGED) for cell, table in found.items()}
    sys.stdout.write(f"without {MERGED}\n{_means(without).round(2).to_string()}\n")
    return found


def _means(errors: dict[tuple[str, int], pd.DataFrame]) -> pd.DataFrame:
    """MAPE by method (row) and cell (column)."""
    return pd.DataFrame({cell: table.mean() for cell, table in errors.items()})


def test_the_trusts(trusts: dict[str, pd.DataFrame]) -> None:
    """130 trusts report all 36 months; without the one that merged they are the reference's 129."""
    assert trusts["attendances"].shape == trusts["breaches"].shape == (36, 130)
    size = trusts["attendances"][MERGED]
    assert size["2018-07"] > 3 * size["2018-06"]


@pytest.mark.parametrize("method", REFERENCE)
def test_the_single_methods_are_the_references(errors: dict[tuple[str, int], pd.DataFrame], method: str) -> None:
    """What ours is held against is what the reference backtest computed: the closed forms to the digits it gives.

    Holt-Winters only within a tenth: its optimiser starts elsewhere here.
    """
    found = [errors[cell].drop(index=MERGED)[method].mean() for cell in CELLS]
    if method == "Holt-Winters, damped":
        assert found == pytest.approx(REFERENCE[method], rel=0.1)
    else:
        assert found == pytest.approx(REFERENCE[method], abs=0.0051)


@pytest.mark.parametrize(("measure", "months"), CELLS)
def test_never_worse_than_the_median_method(
    errors: dict[tuple[str, int], pd.DataFrame], measure: str, months: int
) -> None:
    """The mean error of our estimate is at most that of the median of the seven single methods, merger or not."""
    for table in (errors[measure, months], errors[measure, months].drop(index=MERGED)):
        found = table.mean()
        assert found["ours"] <= found.drop("ours").median()


def test_near_the_best_method(errors: dict[tuple[str, int], pd.DataFrame]) -> None:
    """In at least 4 of the 6 cells our error is within 25 % of that of the best single method, whichever it is.

    With the merged trust; and without it, held against the reference's own best as well.
    """
    found = _means(errors)
    near = found.loc["ours"] <= 1.25 * found.drop("ours").min()
    assert near.sum() >= 4, found
    found = _means({cell: table.drop(index=MERGED) for cell, table in errors.items()})
    best = np.minimum(found.drop("ours").min(), np.min(list(REFERENCE.values()), axis=0))
    assert (found.loc["ours"] <= 1.25 * best).sum() >= 4, found


@pytest.mark.parametrize(("measure", "months"), CELLS)
def test_coverage(
    trusts: dict[str, pd.DataFrame], estimates: dict[tuple[str, int], pd.DataFrame], measure: str, months: int
) -> None:
    """The 90 % intervals hold the year's total of at least 80 % of the trusts."""
    found, actual = estimates[measure, months], trusts[measure].iloc[2 * YEAR :].sum()
    held = ((found["year_low"] <= actual) & (actual <= found["year_high"])).mean()
    assert held >= 0.8
