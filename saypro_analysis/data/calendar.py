"""Which months are held, and which of them are complete.

Records are complete up to their last date plus a usual pause between their dates in the last year (a table that is
written daily except on weekends pauses for three days, one written monthly for 31; a single closure is not usual),
never beyond yesterday, and never beyond the day up to which the data are declared complete (``as_of``). This is decided
for each date expression: what was opened may be known to a later day than what was paid.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

import pandas as pd

from saypro_analysis.data.expressions import DIALECT, parse_scalar
from saypro_analysis.data.files import quoted
from saypro_analysis.kpi import Measure

if TYPE_CHECKING:
    from saypro_analysis.data.sources import Source

#: This share of a year's pauses is at most as long as the usual one: a closure or two in it are exceptions.
USUAL = 0.95


@dataclass(frozen=True, kw_only=True)
class Span:
    """From when to when a measure's records reach. ``whole_to`` is the last day for which they are held complete.

    ``first`` is the first date of the whole table: an export begins with its first record of any kind.
    """

    table: str
    first: pd.Timestamp
    last: pd.Timestamp
    pause: int  # the usual pause between record dates, in days
    whole_to: pd.Timestamp

    @property
    def first_month(self) -> pd.Period:
        """The first complete month: that of the first record, unless it lies later in it than a usual pause."""
        month: pd.Period = self.first.to_period("M")
        return month if self.first.day <= 1 + self.pause else month + 1

    @property
    def last_month(self) -> pd.Period:
        """The last complete month."""
        return last_complete(self.whole_to)


def dated_by(measure: Measure) -> str:
    """The expression that puts a record into a month: when it happened, opened, or was listed."""
    return measure.date or measure.opened or measure.snapshot


def span_of(source: "Source", table: str, text: str, *, as_of: str, today: date) -> Span | None:
    """The span of one date expression of a table; None when no record is dated by then."""
    until = as_of or today.isoformat()
    day = f"CAST({parse_scalar(text).sql(DIALECT)} AS DATE)"
    # A name that no column has: were it the column's own, a missing column would be told as one used too early.
    days = f"SELECT DISTINCT {day} AS saypro_day FROM main.{quoted(table)}"
    kept = f"SELECT saypro_day FROM ({days}) WHERE saypro_day <= DATE '{until}' ORDER BY saypro_day"
    frame = source.query(kept, about=table)
    if frame.empty:
        return None
    held = pd.to_datetime(frame["saypro_day"])
    recent = held[held > held.iloc[-1] - pd.Timedelta(days=365)]
    pauses = recent.diff().dt.days.dropna()
    pause = int(pauses.quantile(USUAL, interpolation="higher")) if len(pauses) else 1
    bound = pd.Timestamp(as_of) if as_of else pd.Timestamp(today) - pd.Timedelta(days=1)
    whole_to = min(held.iloc[-1] + pd.Timedelta(days=pause), bound)
    return Span(table=table, first=held.iloc[0], last=held.iloc[-1], pause=pause, whole_to=whole_to)


def spans(source: "Source", measures: Mapping[str, Measure], *, as_of: str, today: date) -> dict[str, Span]:
    """The span of every measure that has a dated record, by the measure's name."""
    wanted = {(measure.table, dated_by(measure)) for measure in measures.values()}
    found = {key: span_of(source, *key, as_of=as_of, today=today) for key in sorted(wanted)}
    held = {key: span for key, span in found.items() if span}
    begins = {
        table: min(s.first for s in held.values() if s.table == table) for table in {s.table for s in held.values()}
    }
    return {
        name: replace(held[key], first=begins[measure.table])
        for name, measure in measures.items()
        if (key := (measure.table, dated_by(measure))) in held
    }


def last_complete(day: pd.Timestamp) -> pd.Period:
    """The last month that is over on ``day``.

    >>> last_complete(pd.Timestamp("2026-10-31")), last_complete(pd.Timestamp("2026-10-30"))
    (Period('2026-10', 'M'), Period('2026-09', 'M'))
    """
    return (day + pd.Timedelta(days=1)).to_period("M") - 1
