"""Which months are held, and which of them are complete.

A table is complete up to its last record plus the longest pause between its own record dates in the last year (a table
that is written daily except on weekends pauses for three days, one written monthly for 31), and never beyond the
day up to which the data are declared complete (``as_of``).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import pandas as pd

from saypro_analysis.data.expressions import DIALECT, parse_scalar
from saypro_analysis.data.files import quoted
from saypro_analysis.kpi import Measure

if TYPE_CHECKING:
    from saypro_analysis.data.sources import Source


@dataclass(frozen=True, kw_only=True)
class Span:
    """The dates that a table's records have, and the longest pause between them in days."""

    first: pd.Timestamp
    last: pd.Timestamp
    pause: int

    def complete_to(self, as_of: pd.Timestamp) -> pd.Timestamp:
        """The last day for which the table is held to be complete."""
        return min(as_of, self.last + pd.Timedelta(days=self.pause))

    @property
    def first_month(self) -> pd.Period:
        """The first complete month: that of the first record, unless it lies later in it than a usual pause."""
        month: pd.Period = self.first.to_period("M")
        return month if self.first.day <= 1 + self.pause else month + 1


def date_columns(measures: Mapping[str, Measure]) -> dict[str, tuple[str, ...]]:
    """The expressions that date the records of each table: what happens, opens or is counted."""
    found: dict[str, dict[str, None]] = {}
    for measure in measures.values():
        found.setdefault(measure.table, {})[measure.date or measure.opened or measure.snapshot] = None
    return {table: tuple(dates) for table, dates in found.items()}


def span_of(source: "Source", table: str, dates: Sequence[str], *, until: str) -> Span | None:
    """The span of a table's records up to the day ``until``; None when it has no dated record by then."""
    days = " UNION ".join(
        f"SELECT CAST({parse_scalar(text).sql(DIALECT)} AS DATE) AS day FROM main.{quoted(table)}" for text in dates
    )
    frame = source.query(
        f"SELECT day FROM ({days}) WHERE day IS NOT NULL AND day <= DATE '{until}' ORDER BY day", about=table
    )
    if frame.empty:
        return None
    days_held = pd.to_datetime(frame["day"])
    recent = days_held[days_held > days_held.iloc[-1] - pd.Timedelta(days=365)]
    pauses = recent.diff().dt.days.dropna()
    return Span(first=days_held.iloc[0], last=days_held.iloc[-1], pause=int(pauses.max()) if len(pauses) else 1)


def spans(source: "Source", measures: Mapping[str, Measure], *, as_of: str, today: date) -> dict[str, Span]:
    """The span of every table that the measures read, by table."""
    until = as_of or today.isoformat()
    found = {
        table: span_of(source, table, dates, until=until) for table, dates in sorted(date_columns(measures).items())
    }
    return {table: span for table, span in found.items() if span}


def last_complete(day: pd.Timestamp) -> pd.Period:
    """The last month that is over on ``day``.

    >>> last_complete(pd.Timestamp("2026-10-31")), last_complete(pd.Timestamp("2026-10-30"))
    (Period('2026-10', 'M'), Period('2026-09', 'M'))
    """
    return (day + pd.Timedelta(days=1)).to_period("M") - 1
