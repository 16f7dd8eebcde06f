"""The totals of every member by month, with their targets: the company's segments as the totals of companies."""

from collections.abc import Collection, Mapping

import numpy as np
import pandas as pd

from saypro_analysis.data.member_params import follows_last_year, is_part
from saypro_analysis.data.snapshot import Snapshot
from saypro_analysis.data.tables import AHEAD, MONTHLY
from saypro_analysis.kpi import Params, Target

_CARD = ["department", "kpi"]
_SERIES = ["member", *_CARD]
_MONTHS = [*_SERIES, "month"]
_VALUES = ["numerator", "denominator", "value", "rows"]
_TARGETS = ["target", "target_upper"]
Card = tuple[str, str]  # department and KPI


def member_rows(own: pd.DataFrame, company: Snapshot, params: Params) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The monthly rows and the targets ahead of all members, both with a column ``member``.

    ``own`` are the company's rows of the dimension, the label in ``member``; ``params`` are the company's. From its
    first month on a member has every month that the company has: where it has no record, values are NaN and ``rows`` is
    0. Targets are the company's; parts of a whole have none, or that of their own last year (``member_params``).
    """
    totals = company.monthly[company.monthly["dimension"].eq("")]
    first = own.groupby(_SERIES)["month"].min().rename("first").reset_index()
    months = first.merge(totals[[*_CARD, "month", "complete", *_TARGETS]], on=_CARD)
    months = months[months["month"] >= months["first"]]
    rows = months.merge(own[[*_MONTHS, *_VALUES]], on=_MONTHS, how="left")
    rows = rows.assign(rows=rows["rows"].fillna(0).astype("int64"), dimension="", segment="")
    coming = first.merge(company.ahead, on=_CARD)
    coming = coming[coming["month"] >= coming["first"]]
    parts, factors = _parts(params)
    rows, coming = (_without_targets(frame, parts) for frame in (rows, coming))
    followed = _a_year_after(rows, factors)
    rows = rows.merge(followed, on=_MONTHS, how="left")
    rows["target"] = rows["target"].fillna(rows.pop("followed"))
    beyond = followed.merge(rows[_MONTHS], on=_MONTHS, how="left", indicator="there")
    beyond = beyond[beyond["there"].eq("left_only")].rename(columns={"followed": "target"})
    ahead = pd.concat([coming.dropna(subset="target"), beyond])
    return rows[["member", *MONTHLY]], ahead.reindex(columns=["member", *AHEAD])


def _parts(params: Params) -> tuple[set[Card], dict[Card, float]]:
    """The KPIs that are parts of the whole, and the factors of those whose target follows last year."""
    every = {(d.id, kpi.id): (d, kpi) for d in params.departments.values() for kpi in d.kpis.values()}
    parts = {key for key, (department, kpi) in every.items() if is_part(department, kpi)}
    targets = {key: every[key][1].target for key in parts if follows_last_year(every[key][1])}
    return parts, {key: one.last_year or 0.0 for key, one in targets.items() if isinstance(one, Target)}


def _without_targets(frame: pd.DataFrame, parts: Collection[Card]) -> pd.DataFrame:
    """The rows without the whole's targets where their values are parts of the whole's."""
    part = pd.MultiIndex.from_frame(frame[_CARD]).isin(list(parts))
    return frame.assign(**{name: frame[name].mask(part) for name in _TARGETS})


def _a_year_after(rows: pd.DataFrame, factors: Mapping[Card, float]) -> pd.DataFrame:
    """The target ``followed`` a year after every complete month of the KPIs that have a factor on last year."""
    factor = [factors.get(key, np.nan) for key in pd.MultiIndex.from_frame(rows[_CARD])]
    made = rows[_MONTHS].assign(followed=(rows["value"] * np.array(factor, dtype=float)).where(rows["complete"]))
    return made.assign(month=made["month"] + 12).dropna(subset="followed")
