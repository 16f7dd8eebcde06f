"""The month's data as the reports read them: computed once, stored beside the reports, recognised by a hash."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from saypro_analysis.data.aggregates import all_measures
from saypro_analysis.data.calendar import Span, last_complete, spans
from saypro_analysis.data.files import quoted
from saypro_analysis.data.fingerprint import fingerprint_of
from saypro_analysis.data.measures import monthly_tables
from saypro_analysis.data.scales import scale_faults
from saypro_analysis.data.sources import Source, need_all, open_source
from saypro_analysis.data.tables import AHEAD, MONTHLY, QUALITY, SOURCES, check_monthly, shape
from saypro_analysis.errors import DataError, Fault
from saypro_analysis.kpi import Params, Target

_NAMES = ("monthly", "ahead", "quality", "sources")


@dataclass(frozen=True, kw_only=True)
class Snapshot:
    """The monthly, quality and sources tables and the targets ahead (``data.tables``), with the day up to which the
    data are complete."""

    monthly: pd.DataFrame
    ahead: pd.DataFrame
    quality: pd.DataFrame
    sources: pd.DataFrame
    as_of: str
    made_up: bool

    @property
    def latest(self) -> pd.Period:
        """The latest month complete for at least half of all KPIs: one late source does not hold up the rest."""
        held = self.monthly[self.monthly["complete"] & self.monthly["dimension"].eq("")]
        last = sorted(held.groupby(["department", "kpi"])["month"].max(), reverse=True)
        return last[(len(last) - 1) // 2] if last else last_complete(pd.Timestamp(self.as_of))

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 of the tables' contents; the same data give the same value."""
        return fingerprint_of([getattr(self, name) for name in _NAMES], facts=[self.as_of, self.made_up])


def take_snapshot(params: Params, source_path: Path, *, today: date | None = None) -> Snapshot:
    """Check the data and compute the monthly tables of all departments.

    Raises DataError with everything that is broken in the data at once.
    """
    with open_source(source_path, params.tables) as source:
        need_all(source, _wanted(params))
        sample = _sample_facts(source_path)
        as_of = params.company.data.as_of or str(sample.get("as_of", ""))
        held = spans(source, all_measures(params), as_of=as_of, today=today or date.today())
        if not held:
            _stop_if_broken(source.quality(as_of=as_of))  # dates that do not parse are the likely reason
            fault = Fault(
                where=source_path.name, found="no dated record", hint="check the date columns of the measures"
            )
            raise DataError("The data cannot be used; nothing was run.", (fault,))
        day = pd.Timestamp(as_of) if as_of else max(span.last for span in held.values())
        quality = source.quality(as_of=f"{day:%Y-%m-%d}")
        _stop_if_broken(quality)
        monthly, ahead = monthly_tables(params, source, held, as_of=day)
        _stop_at_other_scales(params, monthly)
        sources = _sources(source, held.values())
    return Snapshot(
        monthly=monthly, ahead=ahead, quality=quality, sources=sources, as_of=f"{day:%Y-%m-%d}", made_up=bool(sample)
    )


def _wanted(params: Params) -> list[str]:
    targets = (k.target for d in params.departments.values() for k in d.kpis.values())
    from_tables = [target.table for target in targets if isinstance(target, Target) and target.table]
    return [measure.table for measure in all_measures(params).values()] + from_tables


def _sample_facts(source: Path) -> dict[str, object]:
    """What the made-up sample company says of itself; empty for anybody else's data."""
    marker = source / "sample.json"
    return dict(json.loads(marker.read_text("utf-8"))) if marker.is_file() else {}


def _stop_if_broken(quality: pd.DataFrame) -> None:
    broken = quality[quality["verdict"] == "broken"]
    if broken.empty:
        return
    faults = tuple(
        Fault(
            where=f"table {row.table}",
            key=str(row.column),
            found=f"{row.text}: {row.found} of {row.rows} rows" if row.check != "rows" else str(row.text),
            hint=f"at most {row.limit:.2%} are allowed by tables.yml" if row.check != "rows" else "export it again",
        )
        for row in broken.itertuples()
    )
    raise DataError("The data break their contract; nothing was run.", faults)


def _stop_at_other_scales(params: Params, monthly: pd.DataFrame) -> None:
    faults = tuple(scale_faults(params, monthly))
    if faults:
        raise DataError("Values are on different scales; nothing was run.", faults)


def _sources(source: Source, spans_held: Iterable[Span]) -> pd.DataFrame:
    held: dict[str, list[Span]] = {}
    for span in spans_held:
        held.setdefault(span.table, []).append(span)
    prints = source.fingerprints()
    counts = {
        name: int(source.query(f"SELECT count(*) AS n FROM main.{quoted(name)}", about=name)["n"][0])
        for name in source.ready
    }
    lines = []
    for name in source.ready:
        table, own = source.tables.get(name), held.get(name, [])
        raw = None if table and table.view else source.raw[(table.file if table else "") or name]
        lines.append(
            {
                "table": name, "file": raw.label if raw else "view", "rows": counts[name],
                "first": _day(min((span.first for span in own), default=None)),
                "last": _day(max((span.last for span in own), default=None)),
                "complete_to": _day(min((span.whole_to for span in own), default=None)),
                "sha256": prints[raw.path.name] if raw else "",
            }
        )  # fmt: skip
    return shape(pd.DataFrame(lines), dict(SOURCES))


def _day(day: pd.Timestamp | None) -> str:
    return "" if day is None else f"{day:%Y-%m-%d}"


def _plain(frame: pd.DataFrame) -> pd.DataFrame:
    """Months as text, so that every reader of Parquet understands them."""
    return frame.assign(month=frame["month"].astype(str)) if "month" in frame else frame


def write_snapshot(snapshot: Snapshot, folder: Path) -> None:
    """Write the tables as Parquet and ``snapshot.json`` with their fingerprint into an existing folder."""
    for name in _NAMES:
        _plain(getattr(snapshot, name)).to_parquet(folder / f"{name}.parquet", index=False)
    facts = {"as_of": snapshot.as_of, "made_up": snapshot.made_up, "sha256": snapshot.fingerprint}
    (folder / "snapshot.json").write_text(json.dumps(facts, indent=2) + "\n", "utf-8")


def read_snapshot(folder: Path) -> Snapshot:
    """Read what ``write_snapshot`` wrote; raises DataError when it is not there or was changed since."""
    try:
        facts = json.loads((folder / "snapshot.json").read_text("utf-8"))
        stored = str(facts["sha256"])
        snapshot = _assembled(facts, *(pd.read_parquet(folder / f"{name}.parquet") for name in _NAMES))
    except (OSError, ValueError, KeyError, TypeError) as error:
        fault = Fault(where=folder.name, found="no readable snapshot", hint="run 'saypro run' again")
        raise DataError("The snapshot cannot be read.", (fault,)) from error
    if snapshot.fingerprint != stored:
        fault = Fault(where=folder.name, found="changed since it was written", hint="run 'saypro run' again")
        raise DataError("The snapshot cannot be trusted.", (fault,))
    return snapshot


def _assembled(
    facts: Mapping[str, Any], monthly: pd.DataFrame, ahead: pd.DataFrame, quality: pd.DataFrame, sources: pd.DataFrame
) -> Snapshot:
    for frame in (monthly, ahead):
        frame["month"] = pd.PeriodIndex(frame["month"], freq="M")
    return Snapshot(
        monthly=check_monthly(shape(monthly, dict(MONTHLY))),
        ahead=shape(ahead, dict(AHEAD)),
        quality=shape(quality, dict(QUALITY)),
        sources=shape(sources, dict(SOURCES)),
        as_of=facts["as_of"],
        made_up=facts["made_up"],
    )
