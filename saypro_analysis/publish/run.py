"""One run: check everything, open everything once, make what is due, month by month and place by place."""

import re
import shutil
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

from saypro_analysis.data.earlier import earlier_report, read_published
from saypro_analysis.data.params import read_params
from saypro_analysis.data.reader import nearest
from saypro_analysis.data.snapshot import Snapshot, take_snapshot
from saypro_analysis.errors import Fault, ParamsError, ReportError
from saypro_analysis.execute.pool import Pool
from saypro_analysis.kpi import DepartmentMonth, Params
from saypro_analysis.month import company_month, resolve_month, source_path
from saypro_analysis.publish.fingerprints import page_parts
from saypro_analysis.publish.inputs import own_notebooks, own_params
from saypro_analysis.publish.listing import list_members
from saypro_analysis.publish.lock import locked
from saypro_analysis.publish.month_run import make_month
from saypro_analysis.publish.order import Order
from saypro_analysis.publish.pdf import need_browser
from saypro_analysis.publish.places import Place, need_no_older_data, places_of
from saypro_analysis.publish.raw import RawInputs, choice, raw_inputs, with_sample
from saypro_analysis.publish.runs import RunRecord, recorded
from saypro_analysis.publish.warm import workers
from saypro_analysis.publish.work import MonthResult, RunResult, Work
from saypro_analysis.publish.workers import Progress

__all__ = ["MonthResult", "Order", "RunResult", "check", "run"]

_SPAN = re.compile(r"(\d{4}-\d{2})\.\.(\d{4}-\d{2}|latest)")


def check(order: Order) -> tuple[Params, Snapshot]:
    """Read params and data and check all of it; raises ParamsError or DataError with everything that is wrong."""
    params = _checked(order, order.params)
    return params, take_snapshot(params, source_path(params))


def _checked(order: Order, folder: Path) -> Params:
    """``folder``: where the params are read; a data source in them is meant as seen from ``order.params``."""
    params = replace(read_params(folder), folder=str(order.params))
    unknown = [name for name in order.departments if name not in params.departments]
    faults = [Fault(where="--department", found=n, hint=nearest(n, params.departments)) for n in unknown]
    wanted = [n for n in (order.departments or params.departments) if n not in unknown]
    faults += [
        Fault(where=order.notebooks.name, found=f"no {name}.ipynb", hint="'saypro new notebooks' makes what is missing")
        for name in [*wanted, "overview"]
        if not (order.notebooks / f"{name}.ipynb").is_file()
    ]
    faults += [
        Fault(where=f"{order.notebooks.name}/{name}.ipynb", found="a link that leads out of the folder", hint="copy it")
        for name in [*wanted, "overview"]
        if not (order.notebooks / f"{name}.ipynb").resolve().is_relative_to(order.notebooks.resolve())
    ]
    if faults:
        raise ParamsError("The reports asked for cannot be made; nothing was run.", tuple(faults))
    return params


def run(
    order: Order, *, progress: Progress = lambda _name, _state: None, raw: RawInputs | None = None,
    hands: Pool | None = None,
) -> RunResult:  # fmt: skip
    """Make and publish the reports of a month, or of several.

    ``raw``: what lies on the disk, where that is known. ``hands``: the processes (``warm.workers``), where they have
    been started already; they end with the run.

    Raises ParamsError or DataError before anything is run. A report that fails does not stop the others: its Outcome
    carries the reason, and the overview says what is missing. Raises ReportError when nothing could be published.
    """
    if order.pdf:
        need_browser()
    raw = raw or raw_inputs(order)  # before any of it is read: what changes from now on is seen by the next run
    # The processes get ready while this one checks params and data.
    with own_params(order.params) as copy, closing(hands) if hands else workers(order) as hands:
        params = _checked(order, copy)
        notebooks = own_notebooks(order.notebooks, copy.parent)
        if not raw.source:
            source_path(params)
            raw = with_sample(raw, order)
        places, company = places_of(order, params)
        months = _months(order.month, company)
        need_no_older_data(order, places, months)
        with (
            locked(order.out),
            recorded(
                order.out, [str(month) for month in months], raw, {**choice(order), "engine": order.engine}
            ) as record,
        ):
            job = _Run(
                order=order, copy=copy, notebooks=notebooks, hands=hands, progress=progress, raw=raw, record=record
            )
            results = [result for month in months for result in job.month(places, month)]
            if order.by:
                list_members(order.out, places[0].out.parent, params, order.by, hands, str(copy.parent))
            record.finish(results)
    return RunResult(months=tuple(results), made_up=company.made_up)


def _months(text: str, snapshot: Snapshot) -> list[pd.Period]:
    """The months meant by "2026-10", "latest" or "2026-01..2026-06", in their order."""
    span = _SPAN.fullmatch(text)
    if span is None:
        return [resolve_month(text, snapshot)]
    first, last = (resolve_month(end, snapshot) for end in span.groups())
    if first > last:
        fault = Fault(where="month", found=text, hint="write the earlier month first")
        raise ParamsError("The months are not understood; nothing was run.", (fault,))
    return list(pd.period_range(first, last, freq="M"))


@dataclass(frozen=True, kw_only=True)
class _Run:
    """What is the same for all months of a run."""

    order: Order
    copy: Path
    notebooks: Path  # the run's own copies
    hands: Pool
    progress: Progress
    raw: RawInputs
    record: RunRecord

    def month(self, places: Sequence[Place], month: pd.Period) -> list[MonthResult]:
        """One month in every place, several at a time; a place that fails stops no other."""
        if not self.order.by:
            return [self._make(places[0], month, 0)]
        with ThreadPoolExecutor(max_workers=self.order.jobs + 1) as threads:
            try:
                return list(threads.map(lambda at: self._attempt(places[at], month, at), range(len(places))))
            except BaseException:
                threads.shutdown(wait=False, cancel_futures=True)
                self.hands.kill()  # else those at work would be waited for
                raise

    def _attempt(self, place: Place, month: pd.Period, at: int) -> MonthResult:
        try:
            if not place.in_month(month).departments:
                raise ReportError(f"There is nothing of {place.name} in {month}; nothing was published.")
            return self._make(place, month, at)
        except ReportError as error:
            folder = place.out / str(month)
            return MonthResult(folder=folder, month=str(month), member=place.name, failure=error)

    def _make(self, place: Place, month: pd.Period, at: int) -> MonthResult:
        work = self._work(place, month, at)
        try:
            return make_month(work, self.hands, self.progress)
        finally:
            shutil.rmtree(work.private, ignore_errors=True)

    def _work(self, place: Place, month: pd.Period, at: int) -> Work:
        earlier, params = earlier_report(place.out, month), place.in_month(month)
        opened = company_month(
            params, place.snapshot, month, published=read_published(earlier), prepared=self.record.began_at
        )
        if (member := place.member) is not None:
            opened = {
                name: replace(one, part=member.part_of(name)) if isinstance(one, DepartmentMonth) else one
                for name, one in opened.items()
            }
        private = self.copy.parent / f"{month}-{at}"
        private.mkdir()
        return Work(
            order=self.order, out=place.out, copy=self.copy, notebooks=self.notebooks, private=private, params=params,
            snapshot=place.snapshot, month=str(month), opened=opened, inputs=dict(self._inputs(opened)),
            earlier=earlier, logs=self.record.logs, run=self.record.id, began=self.record.began_at,
            member=place.name, facts=self.raw.facts(),
        )  # fmt: skip

    def _inputs(self, opened: dict[str, DepartmentMonth | ReportError]) -> Iterator[tuple[str, dict[str, str]]]:
        for name, month in opened.items():
            notebook = self.notebooks / f"{name}.ipynb"
            can = isinstance(month, DepartmentMonth) and notebook.is_file()
            yield name, page_parts(month, notebook) if can and isinstance(month, DepartmentMonth) else {}
