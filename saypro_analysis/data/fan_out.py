"""One report per member of a dimension: what ``take_snapshot`` is for a company, for each of its regions at once.

A member's numbers are the company's segment of that name, month by month: the same queries, the same rules and the
same completeness, which is that of an export and not of a region. A month without a record of the member is missing
(NaN), not zero, and stands in its table as long as the company's own months go on.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import pandas as pd

from saypro_analysis.data.crossed import Crossed, company_of, cross, uncross
from saypro_analysis.data.member_choice import MOST, choose_members, need_dimension
from saypro_analysis.data.member_params import member_label, member_params, of_departments
from saypro_analysis.data.member_rows import member_rows
from saypro_analysis.data.slugs import slugs
from saypro_analysis.data.snapshot import Snapshot, take_snapshot
from saypro_analysis.data.tables import AHEAD, AHEAD_KEY, MONTHLY, check_monthly, shape
from saypro_analysis.data.views import tables_behind
from saypro_analysis.errors import DataError
from saypro_analysis.kpi import LeftOut, Params, PartOf
from saypro_analysis.texts import speaking


@dataclass(frozen=True, kw_only=True)
class Member:
    """One member of a dimension as a company of its own: its params and its data.

    ``name`` is as in the data, ``label`` as pages call it, ``slug`` its folder (see ``slugs``). ``left_out`` says what
    each of its departments lacks, by id; ``without`` names the departments that have nothing of it, in any month.
    """

    dimension: str
    name: str
    label: str
    slug: str
    params: Params
    snapshot: Snapshot
    left_out: Mapping[str, LeftOut]
    without: tuple[str, ...]

    def departments_in(self, month: pd.Period) -> tuple[str, ...]:
        """The departments with a complete value in ``month``, by id; of the others there is nothing to report then."""
        held = self.snapshot.monthly
        there = set(held[_known(held) & (held["month"] == month)]["department"])
        return tuple(key for key in self.params.departments if key in there)

    def params_in(self, month: pd.Period) -> Params:
        """The params of the departments that there is something to report of in ``month``."""
        return of_departments(self.params, self.departments_in(month))

    def part_of(self, department: str) -> PartOf:
        """What the department's months carry, for pages that say whose report they are and what it lacks."""
        return PartOf(dimension=self.dimension, label=self.label, left_out=self.left_out[department])

    @property
    def last_month(self) -> pd.Period:
        """The last complete month with a value of the member."""
        held = self.snapshot.monthly
        last: pd.Period = held[_known(held)]["month"].max()
        return last


@dataclass(frozen=True, kw_only=True)
class FanOut:
    """The members of a dimension in the alphabet's order, and the company that they are parts of.

    ``company`` is what ``take_snapshot`` gives; months are to be looked up in it, as a member may end earlier.
    ``folder`` is the dimension as a folder's name. ``others`` are the labels in the data without a report: members
    that were not asked for, and records without a label, which nobody answers for.
    """

    dimension: str
    folder: str
    company: Snapshot
    members: tuple[Member, ...]
    others: tuple[str, ...]


def fan_out(
    params: Params, source_path: Path, dimension: str, *, members: Sequence[str] = (), today: date | None = None
) -> FanOut:
    """Check the data and compute the monthly tables of a dimension's members, all in one reading of the source.

    ``members``: names as in the data; none: all but the records without a label, which are made only when they are
    asked for by their name, ``(not given)``. Raises ParamsError for an unknown dimension or member, and for a dimension
    with fewer than two labels or more than ``MOST`` members; DataError as ``take_snapshot``.
    """
    kept = need_dimension(params, dimension)
    crossed = cross(params, dimension, members=members, most=MOST + 2)
    whole = _snapshot(params, crossed, source_path, today)
    company = company_of(whole, crossed)
    keys = [f"{department}.{kpi}" for department, kpis in kept.items() for kpi in kpis]
    rows = whole.monthly[(whole.monthly["department"] + "." + whole.monthly["kpi"]).isin(keys)]
    own = rows[rows["dimension"].eq(dimension)]
    labels = sorted(own.loc[_known(own), "segment"].unique(), key=lambda name: (name.casefold(), name))
    chosen = choose_members(labels, members, dimension=dimension)
    own = own[own["segment"].isin(chosen)].assign(member=own["segment"])
    totals, ahead = member_rows(own, company, params)
    monthly = dict(iter(pd.concat([totals, uncross(rows, crossed.others)]).groupby("member")))
    coming, folders = dict(iter(ahead.groupby("member"))), slugs(labels)
    made = (
        _member(params, company, dimension, name, folders[name], monthly[name], coming.get(name, ahead.iloc[:0]))
        for name in chosen
    )
    return FanOut(
        dimension=dimension,
        folder=slugs([dimension])[dimension],
        company=company,
        members=tuple(made),
        others=tuple(name for name in labels if name not in chosen),
    )


def _known(rows: pd.DataFrame) -> "pd.Series[bool]":
    return rows["complete"] & rows["value"].notna()


def _snapshot(params: Params, crossed: Crossed, source_path: Path, today: date | None) -> Snapshot:
    """The snapshot with all crossed segments. What is wrong with the data is told as of the company itself."""
    try:
        return take_snapshot(crossed.params, source_path, today=today)
    except DataError:
        take_snapshot(params, source_path, today=today)
        raise


def _member(
    params: Params, company: Snapshot, dimension: str, name: str, slug: str, monthly: pd.DataFrame, ahead: pd.DataFrame
) -> Member:
    """A member with the departments that have ever had a value of it."""
    there = set(monthly.loc[_known(monthly), "department"])
    narrowed, left_out = member_params(params, dimension, name, departments=there)
    with speaking(params.company.language):
        label = member_label(dimension, name)
    own, coming = (rows[rows["department"].isin(list(narrowed.departments))] for rows in (monthly, ahead))
    snapshot = replace(
        _of_tables(company, tables_behind(params.tables, _tables(narrowed))),
        monthly=check_monthly(shape(own, dict(MONTHLY))),
        ahead=shape(coming, dict(AHEAD)).sort_values(AHEAD_KEY, ignore_index=True),
    )
    return Member(
        dimension=dimension,
        name=name,
        label=label,
        slug=slug,
        params=narrowed,
        snapshot=snapshot,
        left_out=left_out,
        without=tuple(one.name for key, one in params.departments.items() if key not in narrowed.departments),
    )


def _tables(params: Params) -> set[str]:
    """The tables that KPIs are measured in."""
    departments = params.departments.values()
    return {d.measures[name].table for d in departments for kpi in d.kpis.values() for name in kpi.measures}


def _of_tables(company: Snapshot, tables: set[str]) -> Snapshot:
    """The snapshot with what is known of these tables only: another table's file makes no report stale."""
    quality, sources = company.quality, company.sources
    return replace(
        company,
        quality=quality[quality["table"].isin(tables)].reset_index(drop=True),
        sources=sources[sources["table"].isin(tables)].reset_index(drop=True),
    )
