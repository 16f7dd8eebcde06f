"""wise-pizza's demo data (Apache-2.0): the split by type adds up and gives the exact effects; its solver's does not."""

import json
import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from saypro_analysis.decomposition import split_total

ROOT = Path(__file__).resolve().parents[2]
FOLDER = Path(os.environ.get("SAYPRO_SHARED") or ROOT.parent / "shared") / "reference" / "decomposition"
DATA, EXPECTED = FOLDER / "wise_pizza_synth_2months.csv", FOLDER / "wise_pizza_expected.json"

pytestmark = pytest.mark.skipif(
    not DATA.is_file(), reason="wise-pizza's data are not here: set SAYPRO_SHARED to the folder that holds reference/"
)


def test_the_exact_effects_by_type() -> None:
    """Size and average effect of every type, and their sum, as computed independently (wise_pizza_expected.json)."""
    expected = json.loads(EXPECTED.read_text("utf-8"))
    table = pd.read_csv(DATA, dtype={"TYPE": str})
    held = table.groupby(["TYPE", "COHORT_MONTH"])[["VOLUME", "TRANSACTION_COUNT"]].sum().unstack()
    (value0, value1), (size0, size1) = (held[name].to_numpy().T for name in ("VOLUME", "TRANSACTION_COUNT"))
    found = split_total(value0, size0, value1, size1)
    for name, change, size, average in zip(held.index, found.change, found.size, found.average, strict=True):
        exact = expected["exact_by_TYPE"][name]
        assert (change, size, average) == pytest.approx(
            (exact["change"], exact["size_effect"], exact["average_effect"]), rel=1e-9, abs=0.01
        )  # the file's volumes are rounded to four decimals
    assert float(np.sum(found.change)) == pytest.approx(expected["change"], rel=1e-9)
    lasso = expected["wise_pizza_run"]["lasso"]
    assert abs(lasso["sum_of_impacts"] - lasso["actual_change"]) > 0.1 * lasso["actual_change"]  # its own do not add up
