"""Mean processor seconds of wise-pizza's explain_changes_in_totals on one change of a KPI; run by ``drivers``.

It needs nothing of this project, only an environment with wise-pizza: each KPI has two months of 1,000 records, in
six dimensions of 20 segments, and one segment falls. That is the least it can be given; our monthly table is
already summed up by segment, so reading the records is in neither time.
"""

import logging
import time
import warnings

import numpy as np
import pandas as pd
from wise_pizza import explain_changes_in_totals

KPIS, RECORDS, SEGMENTS = 5, 1000, 20
DIMENSIONS = [f"d{place}" for place in range(6)]


def make_records(rng: np.random.Generator, *, fall: float) -> pd.DataFrame:
    """A month of records; one segment of the first dimension loses a part of its value."""
    table = pd.DataFrame(rng.integers(0, SEGMENTS, (RECORDS, len(DIMENSIONS))), columns=DIMENSIONS).astype(str)
    value = rng.gamma(4, 25, RECORDS) * np.where(table["d0"] == "3", 1 - fall, 1)
    return table.assign(size=1.0, total=value)


def explain(rng: np.random.Generator) -> float:
    """Processor seconds of one KPI."""
    before, after = make_records(rng, fall=0.0), make_records(rng, fall=0.8)
    start = time.process_time()
    explain_changes_in_totals(
        df1=before, df2=after, dims=DIMENSIONS, total_name="total", size_name="size", max_depth=1, max_segments=3,
        how="totals",
    )  # fmt: skip
    return time.process_time() - start


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    logging.disable()
    generator = np.random.default_rng(24)
    explain(generator)  # what is imported on first use is no part of the work
    print(np.mean([explain(generator) for _ in range(KPIS)]))
