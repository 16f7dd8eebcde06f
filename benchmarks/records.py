"""20 million made-up records through the KPI queries, against the same aggregates in pandas."""

import sys
import tempfile
from pathlib import Path

from benchmarks.measure import compare, run_commands

ROWS = 20_000_000

_MAKE = """
COPY (
    SELECT DATE '2023-11-01' + CAST(hash(i) % 1096 AS INTEGER) AS day,
           (hash(i + 1) % 100000) / 100.0 AS amount,
           (hash(i + 2) % 9600) / 100.0 AS hours,
           'region ' || (hash(i + 3) % 12) AS region,
           'product ' || (hash(i + 4) % 20) AS product,
           hash(i + 5) % 4 = 0 AS won
    FROM range({rows}) AS t(i)
) TO '{path}' (FORMAT parquet)
"""

_OURS = """
import sys
from datetime import date
from pathlib import Path
import pandas as pd
from saypro_analysis.data.calendar import spans
from saypro_analysis.data.aggregates import all_measures
from saypro_analysis.data.measures import monthly_table
from saypro_analysis.data.sources import need_all, open_source
from saypro_analysis.kpi import *

measures = {
    "revenue": Measure(id="revenue", table="deals", value="sum(amount)", date="day", where="won"),
    "won": Measure(id="won", table="deals", value="count(*)", date="day", where="won"),
    "all": Measure(id="all", table="deals", value="count(*)", date="day"),
    "hours": Measure(id="hours", table="deals", value="median(hours)", date="day"),
}
shared = {"department": "sales", "definition": "", "segments": ("region", "product")}
share = Ratio(numerator="won", denominator="all")
kpis = {
    "revenue": Kpi(id="revenue", name="Revenue", unit="currency", measure="revenue", **shared),
    "conversion": Kpi(id="conversion", name="Conversion", unit="percent", ratio=share, **shared),
    "hours": Kpi(id="hours", name="Hours", unit="hours", measure="hours", **shared),
}
sales = Department(id="sales", name="Sales", owner="", measures=measures, kpis=kpis)
params = Params(folder="", company=Company(name=""), tables={}, causes=CauseModel(causes={}, signs={}, actions={}),
                departments={"sales": sales}, observations={}, register={})
with open_source(Path(sys.argv[1]), {}) as source:
    need_all(source, ["deals"])
    held = spans(source, all_measures(params), as_of="2026-10-31", today=date(2026, 10, 31))
    table = monthly_table(params, source, held, as_of=pd.Timestamp("2026-10-31"))
print(len(table))
"""

_PANDAS = """
import sys
import pandas as pd
frame = pd.read_parquet(sys.argv[1] + "/deals.parquet")
frame["month"] = frame["day"].astype("datetime64[s]").dt.to_period("M")
frame["revenue"] = frame["amount"].where(frame["won"])
for keys in (["month"], ["month", "region"], ["month", "product"]):
    grouped = frame.groupby(keys)
    result = grouped.agg(revenue=("revenue", "sum"), won=("won", "sum"), all=("won", "size"), hours=("hours", "median"))
    result["conversion"] = result["won"] / result["all"]
print(len(result))
"""


def main(*, rounds: int = 3) -> None:
    """Print time and peak memory of both ways and their ratio."""
    import duckdb

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "deals.parquet"
        duckdb.connect().execute(_MAKE.format(rows=ROWS, path=path))
        compare(
            f"{ROWS:,} records, 3 KPIs, in total and by 2 segment dimensions",
            {
                "the KPI queries (DuckDB)": lambda: run_commands([[sys.executable, "-c", _OURS, folder]]),
                "the same aggregates in pandas": lambda: run_commands([[sys.executable, "-c", _PANDAS, folder]]),
            },
            rounds=rounds,
        )
