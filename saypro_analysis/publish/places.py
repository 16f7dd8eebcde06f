"""The places that a run works on: a company's reports, or those of every member of a dimension."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from saypro_analysis.data.fan_out import Member, fan_out
from saypro_analysis.data.snapshot import Snapshot, take_snapshot
from saypro_analysis.errors import DataError, Fault
from saypro_analysis.kpi import Params
from saypro_analysis.month import source_path
from saypro_analysis.publish.manifest import held_manifest
from saypro_analysis.publish.order import Order


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where the reports of a company, or of one member of it, go, and what they are made from."""

    out: Path
    params: Params
    snapshot: Snapshot
    member: Member | None = None

    @property
    def name(self) -> str:
        """The member's name, or nothing."""
        return self.member.label if self.member is not None else ""

    def in_month(self, month: pd.Period) -> Params:
        """The params with the departments that there is something to report of: a member has not all in every month."""
        if self.member is None:
            return self.params
        return self.member.params_in(month)


def places_of(order: Order, params: Params) -> tuple[list[Place], Snapshot]:
    """The company, or every member of the dimension that was asked for. All data are read and checked once."""
    source = source_path(params)
    if not order.by:
        company = take_snapshot(params, source)
        return [Place(out=order.out, params=params, snapshot=company)], company
    found = fan_out(params, source, order.by, members=order.members)
    places = [
        Place(out=order.out / found.folder / one.slug, params=one.params, snapshot=one.snapshot, member=one)
        for one in found.members
    ]
    return places, found.company


def need_no_older_data(order: Order, places: Sequence[Place], months: Sequence[pd.Period]) -> None:
    """Raise DataError when a month was published from data of a later day: an old export would undo what is known."""
    faults = [
        Fault(
            where=f"{place.out.name}/{month}", found=f"published from data as of {held}; these: {place.snapshot.as_of}",
            hint="bring the newer data, or --force these",
        )
        for place in places
        for month in months
        for held in [str(held_manifest(place.out / str(month)).get("data", {}).get("as_of", ""))]
        if held > place.snapshot.as_of
    ]  # fmt: skip
    if faults and not order.force:
        raise DataError("The data are older than what is published; nothing was run.", tuple(faults))
