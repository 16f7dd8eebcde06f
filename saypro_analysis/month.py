"""Where data meets the nouns: open a department's, or the whole company's, month.

The monthly run opens every department once and hands that to its notebooks (``data.opened``). For what they open
beside it, it points them to the data that it computed with the environment variable ``SAYPRO_SNAPSHOT``, to its copy of
the params with ``SAYPRO_PARAMS``, and to the last month that was published before with ``SAYPRO_EARLIER`` (or none).
Without these, as in JupyterLab, the data are computed from their source, and published months are looked for in
``reports`` beside the params.
"""

import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path

import pandas as pd

from saypro_analysis import __version__
from saypro_analysis.analysis import Analysis, analyse
from saypro_analysis.data.earlier import earlier_report, read_published
from saypro_analysis.data.fingerprint import fingerprint_of
from saypro_analysis.data.opened import opened_departments, read_opened
from saypro_analysis.data.params import read_params
from saypro_analysis.data.reader import nearest
from saypro_analysis.data.sample import make_sample
from saypro_analysis.data.snapshot import Snapshot, read_snapshot, take_snapshot
from saypro_analysis.data.targets import targets_after
from saypro_analysis.data.views import tables_behind
from saypro_analysis.errors import Fault, ParamsError, ReportError
from saypro_analysis.family import weigh_family
from saypro_analysis.kpi import Department, DepartmentMonth, Kpi, Params, PlannedAction, Published
from saypro_analysis.numbers import numbers_of
from saypro_analysis.texts import n, speaking

SNAPSHOT = "SAYPRO_SNAPSHOT"
PARAMS = "SAYPRO_PARAMS"
EARLIER = "SAYPRO_EARLIER"
LATEST = "latest"


@dataclass(frozen=True, kw_only=True)
class CompanyMonth:
    """All departments of a month. ``missing``: department id -> why its report could not be made."""

    month: pd.Period
    analyses: tuple[Analysis, ...]
    missing: Mapping[str, str]


def open_month(department: str, month: str = LATEST, params: str = "params") -> DepartmentMonth:
    """One department in one month (``"2026-10"``, or ``"latest"`` for the latest complete one).

    ``params`` is looked for here and in the folders above. Raises ParamsError for an unknown department or a month
    that is not held, DataError for data that break their contract, ReportError when the department has no
    complete value in that month.
    """
    path = (opened_departments() or {}).get(department)
    if path is not None and str((opened := read_opened(path)).month) == month:
        return opened
    settings = read_params(find_params(params))
    if department not in settings.departments:
        fault = Fault(where="department", found=repr(department), hint=nearest(department, settings.departments))
        raise ParamsError("There is no such department; nothing was run.", (fault,))
    snapshot = load_snapshot(settings)
    held = resolve_month(month, snapshot)
    return department_month(settings, snapshot, department, held, published=_published(settings, held))


def open_company(
    month: str = LATEST, params: str = "params", *, missing: Mapping[str, str] | None = None
) -> CompanyMonth:
    """Every department in one month, analysed; those in ``missing``, and those without data, are left out."""
    reasons = dict(missing or {})
    if (paths := opened_departments()) is not None:
        opened = [read_opened(path) for name, path in paths.items() if name not in reasons]
        if all(str(one.month) == month for one in opened):
            analyses = tuple(analyse(one) for one in opened)
            return CompanyMonth(month=pd.Period(month, "M"), analyses=analyses, missing=reasons)
    settings = read_params(find_params(params))
    snapshot = load_snapshot(settings)
    held = resolve_month(month, snapshot)
    found = company_month(settings, snapshot, held, published=_published(settings, held))
    reasons = {**{name: error.message for name, error in found.items() if isinstance(error, ReportError)}, **reasons}
    months = [one for name, one in found.items() if isinstance(one, DepartmentMonth) and name not in reasons]
    return CompanyMonth(month=held, analyses=tuple(analyse(one) for one in months), missing=reasons)


def company_month(
    params: Params, snapshot: Snapshot, month: pd.Period, *, published: Published | None = None, prepared: str = ""
) -> dict[str, DepartmentMonth | ReportError]:
    """Every department in one month, in their order, or why there is none. ``prepared``: when the reports were made."""
    tests = {at: _family(params, snapshot, at) for at in (month, month - 1)}
    found: dict[str, DepartmentMonth | ReportError] = {}
    for name in params.departments:
        try:
            one = department_month(params, snapshot, name, month, published=published, tests=tests)
            prepared_at = {"Prepared": prepared} if prepared else {}
            found[name] = replace(one, provenance={**one.provenance, **prepared_at})
        except ReportError as error:
            found[name] = error
    return found


def find_params(params: str) -> Path:
    """The folder of params: the run's copy, the path itself, or the first of that name in the folders above."""
    here = Path.cwd()
    if os.environ.get(PARAMS):
        return Path(os.environ[PARAMS])
    for folder in (here, *here.parents):
        candidate = folder / params
        if (candidate / "company.yml").is_file():
            return candidate
    fault = Fault(where=params, found="no company.yml there or above", hint="give the folder that holds company.yml")
    raise ParamsError("There are no params to read; nothing was run.", (fault,))


def source_path(params: Params) -> Path:
    """The data source; the sample company is made first when none is configured and none was made yet."""
    folder = Path(params.folder)
    if params.company.data.source:
        return (folder / params.company.data.source).resolve()
    sample = folder.resolve().parent / "data" / "sample"
    if not (sample / "sample.json").is_file():
        try:
            make_sample(sample)
        except OSError:
            if not (sample / "sample.json").is_file():  # else another process has just made the same sample
                raise
    return sample


def load_snapshot(params: Params) -> Snapshot:
    """The data of the month: the run's snapshot where there is one, else computed from the source."""
    stored = os.environ.get(SNAPSHOT)
    if stored:
        return _stored(stored)
    return take_snapshot(params, source_path(params))


@lru_cache(maxsize=1)
def _stored(folder: str) -> Snapshot:
    return read_snapshot(Path(folder))


def _published(params: Params, month: pd.Period) -> Published | None:
    """What the last report before ``month`` had: where the run says, or in ``reports`` beside the params."""
    told = os.environ.get(EARLIER)
    if told is not None:
        return read_published(Path(told) if told else None)
    return read_published(earlier_report(Path(params.folder).resolve().parent / "reports", month))


def resolve_month(text: str, snapshot: Snapshot) -> pd.Period:
    """The month meant by ``text``; raises ParamsError for a month that is malformed, not over, or before the data."""
    if isinstance(text, str) and text == LATEST:
        return snapshot.latest
    if not isinstance(text, str) or not re.fullmatch(r"[12][0-9]{3}-(0[1-9]|1[0-2])", text):
        fault = Fault(where="month", found=repr(text), hint="write it as 2026-10, or 'latest', in quotes")
        raise ParamsError("The month is not understood; nothing was run.", (fault,))
    month = pd.Period(text, "M")
    first = snapshot.monthly.loc[snapshot.monthly["complete"], "month"].min()
    if not first <= month <= snapshot.latest:
        found = f"{text}; complete months are held from {first} to {snapshot.latest} (data as of {snapshot.as_of})"
        fault = Fault(where="month", found=found, hint="choose one of these, or bring newer data")
        raise ParamsError("The month is not held; nothing was run.", (fault,))
    return month


def department_month(
    params: Params, snapshot: Snapshot, name: str, month: pd.Period, *, published: Published | None = None,
    tests: Mapping[pd.Period, Mapping[str, float]] | None = None,
) -> DepartmentMonth:  # fmt: skip
    """One department in one month out of a snapshot, with the month before it where that has any value.

    ``published``: what the last report had; ``tests``: the p of all trend tests of both months, where they are known.
    Raises ReportError when the department has no complete value in the month.
    """
    held = tests or {}
    now = _department_month(params, snapshot, name, month, held.get(month))
    provenance = _provenance(params, now.department, snapshot, now.monthly)
    try:
        before = _department_month(params, snapshot, name, month - 1, held.get(month - 1))
    except ReportError:
        before = None
    return replace(now, before=before, provenance=provenance, published=_own_published(published, name))


def _own_published(published: Published | None, name: str) -> Published | None:
    if published is None:
        return None
    own = published.values["department"].eq(name)
    return replace(published, values=published.values[own].reset_index(drop=True))


def _family(params: Params, snapshot: Snapshot, month: pd.Period) -> dict[str, float]:
    every = (kpi for department in params.departments.values() for kpi in department.kpis.values())
    return weigh_family(snapshot.monthly, every, month)


def _department_month(
    params: Params, snapshot: Snapshot, name: str, month: pd.Period, tests: Mapping[str, float] | None
) -> DepartmentMonth:
    department = params.departments[name]
    register = _register_then(params.register.get(name, ()), month, snapshot.latest)
    monthly = _own_rows(department, snapshot.monthly, month, {row.comparator for row in register})
    now = monthly[(monthly["month"] == month) & (monthly["department"] == name) & monthly["value"].notna()]
    if now.empty:
        own = monthly[(monthly["department"] == name) & monthly["value"].notna()]
        last = f"the last complete month is {own['month'].max()}" if len(own) else "it has no complete month"
        raise ReportError(f"{department.name} has no complete data for {month}; {last}.")
    return DepartmentMonth(
        company=params.company,
        department=department,
        departments={key: value.name for key, value in params.departments.items()},
        month=month,
        causes=params.causes,
        observations=tuple(seen for seen in params.observations.get(name, ()) if seen.month <= month),
        outcomes=tuple(known for known in params.outcomes if known.month <= month),
        register=register,
        monthly=monthly,
        quality=_own_quality(params, department, snapshot.quality),
        looked_at=_looked_at(params, department),
        ahead=_own(department, targets_after(month, snapshot.monthly, snapshot.ahead)),
        trend_p=_family(params, snapshot, month) if tests is None else tests,
        sample=snapshot.made_up,
    )


def _register_then(rows: tuple[PlannedAction, ...], month: pd.Period, latest: pd.Period) -> tuple[PlannedAction, ...]:
    """The actions that an earlier month's report may know of: those begun by then. The latest month knows all plans.

    What was due later had no end yet then, and what its note says may have come later too.
    """
    end = f"{month.end_time:%Y-%m-%d}"
    if month >= latest:
        return rows
    begun = [row for row in rows if row.start <= end]
    return tuple(
        row if row.due <= end else replace(row, note="", status="planned" if row.status == "planned" else "started")
        for row in begun
    )


def _own_rows(department: Department, monthly: pd.DataFrame, month: pd.Period, compared: set[str]) -> pd.DataFrame:
    """Complete months up to ``month`` of the department's KPIs, and of those of others that it looks at."""
    return _own(department, monthly[monthly["complete"] & (monthly["month"] <= month)], compared)


def _own(department: Department, table: pd.DataFrame, compared: Iterable[str] = ()) -> pd.DataFrame:
    """The rows of the department's KPIs, and of those of others that its signs look at or it is ``compared`` with."""
    looked_at = {rule.kpi for rule in department.signs.values()} | set(compared)
    key = table["department"] + "." + table["kpi"]
    return table[table["department"].eq(department.id) | key.isin(looked_at)].reset_index(drop=True)


def _looked_at(params: Params, department: Department) -> dict[str, Kpi]:
    """The KPIs of other departments that this department's signs look at, by key."""
    keys = {rule.kpi for rule in department.signs.values() if "." in rule.kpi}
    every = {kpi.key: kpi for other in params.departments.values() for kpi in other.kpis.values()}
    return {key: every[key] for key in sorted(keys)}


def _own_tables(params: Params, department: Department) -> list[str]:
    used = {department.measures[m].table for kpi in department.kpis.values() for m in kpi.measures}
    return sorted(tables_behind(params.tables, used))


def _own_quality(params: Params, department: Department, quality: pd.DataFrame) -> pd.DataFrame:
    return quality[quality["table"].isin(_own_tables(params, department))].reset_index(drop=True)


def _provenance(params: Params, department: Department, snapshot: Snapshot, monthly: pd.DataFrame) -> dict[str, str]:
    import duckdb

    used = snapshot.sources[snapshot.sources["table"].isin(_own_tables(params, department))]
    files = used[used["file"] != "view"]
    return {
        "Prepared": f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC",
        "Data as of": snapshot.as_of,
        "Sources": _sources(params, files),
        "Data fingerprint": fingerprint_of([monthly, used])[:16],
        "Made with": f"saypro-analysis {__version__}, pandas {pd.__version__}, duckdb {duckdb.__version__}",
    }


def _sources(params: Params, files: pd.DataFrame) -> str:
    """The files with their numbers of rows, in the company's language."""
    numbers = numbers_of(params.company)
    with speaking(params.company.language):
        held = [
            n("{file}, {number} row", "{file}, {number} rows", rows, file=file, number=numbers.plain(rows))
            for file, rows in zip(files["file"], files["rows"], strict=True)
        ]
    return "; ".join(held)
