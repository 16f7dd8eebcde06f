"""One monthly run: check everything, compute once, make every report, publish the whole month or nothing of it."""

import shutil
from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from saypro_analysis.data.earlier import earlier_report, stamp
from saypro_analysis.data.params import read_params
from saypro_analysis.data.reader import nearest
from saypro_analysis.data.snapshot import Snapshot, take_snapshot, write_snapshot
from saypro_analysis.errors import Fault, ParamsError, ReportError
from saypro_analysis.kpi import Params
from saypro_analysis.month import resolve_month, source_path
from saypro_analysis.publish.folders import keep_published, prepare, publish
from saypro_analysis.publish.index import write_archive
from saypro_analysis.publish.inputs import own_params, page_inputs
from saypro_analysis.publish.kept import kept_pages, missing_pages, stale_pages
from saypro_analysis.publish.links import link_folder, link_later
from saypro_analysis.publish.lock import locked
from saypro_analysis.publish.manifest import write_manifest
from saypro_analysis.publish.order import Order, RunResult, Work, report_job
from saypro_analysis.publish.pdf import need_browser, print_outcome
from saypro_analysis.publish.report import Outcome
from saypro_analysis.publish.results_file import write_numbers
from saypro_analysis.publish.stand_in import write_stand_in
from saypro_analysis.publish.workers import Progress, make_all, workers
from saypro_analysis.texts import speaking

OVERVIEW = "index"


__all__ = ["Order", "RunResult", "check", "run"]


def check(order: Order) -> tuple[Params, Snapshot]:
    """Read params and data and check all of it; raises ParamsError or DataError with everything that is wrong."""
    return _checked(order, order.params)


def _checked(order: Order, folder: Path) -> tuple[Params, Snapshot]:
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
    if faults:
        raise ParamsError("The reports asked for cannot be made; nothing was run.", tuple(faults))
    return params, take_snapshot(params, source_path(params))


def run(order: Order, *, progress: Progress = lambda _name, _state: None) -> RunResult:
    """Make and publish the reports of one month.

    Raises ParamsError or DataError before anything is run. A report that fails does not stop the others: its Outcome
    carries the reason, and the overview says what is missing. Raises ReportError when nothing could be published.
    """
    if order.pdf:
        need_browser()
    with own_params(order.params) as copy:
        params, snapshot = _checked(order, copy)
        period = resolve_month(order.month, snapshot)
        month, earlier = str(period), earlier_report(order.out, period)
        data = snapshot.fingerprint + stamp(earlier)
        inputs = {name: page_inputs(copy, order.notebooks / f"{name}.ipynb", data) for name in params.departments}
        work = Work(
            order=order, copy=copy, params=params, snapshot=snapshot, month=month, inputs=inputs, earlier=earlier,
            began=f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC",
        )  # fmt: skip
        with locked(order.out), speaking(params.company.language):
            outcomes = _publish(work, progress)
            _list_months(work)
    return RunResult(folder=order.out / month, month=month, outcomes=outcomes, made_up=snapshot.made_up)


def _publish(work: Work, progress: Progress) -> tuple[Outcome, ...]:
    """Build the month in a staging folder, and publish it when it is whole."""
    out = work.order.out
    staging = prepare(out, work.month)
    try:
        outcomes = _build(work, staging, progress)
        publish(out, work.month, staging)
    except OSError as error:
        fault = Fault(where=out.name, found=f"writing failed ({error.strerror})", hint="make room, and run again")
        raise ReportError(
            "The reports could not be published; what was published before is untouched.", (fault,)
        ) from error
    finally:
        shutil.rmtree(staging, ignore_errors=True)
    return outcomes


def _build(work: Work, staging: Path, progress: Progress) -> tuple[Outcome, ...]:
    """Everything of the month in ``staging``: pages, made or kept, with their links, numbers, data and manifest."""
    order, month = work.order, work.month
    write_snapshot(work.snapshot, staging)
    with workers(order.jobs) as pool:
        wanted = order.departments or tuple(work.params.departments)
        # A month tells one truth: pages made from other data or params are made anew with the ones that were asked for.
        wanted += tuple(name for name in stale_pages(order.out / month, work.inputs) if name not in wanted)
        outcomes = make_all([report_job(work, staging, name) for name in wanted], pool, progress)
        made = {one.page: {**one.results, "inputs": work.inputs[one.page]} for one in outcomes if one.made}
        kept = kept_pages(order.out / month, tuple(work.params.departments), made)
        missing = missing_pages(outcomes, kept, work.inputs, month)
        _need_something(work, outcomes, missing)
        overview = _overview(work, staging, missing, pool, progress)
    # The overview and the PDFs of pages that are made anew belong to the earlier run.
    gone = {f"{OVERVIEW}.html", f"{OVERVIEW}.ipynb", *(f"{name}.pdf" for name in (*made, OVERVIEW))}
    keep_published(order.out, month, staging, leave=gone)
    if not overview.made:
        _stand_in(work, staging, missing, overview.reason)
    link_folder(staging)
    printed = (print_outcome(staging, progress),) if order.pdf else ()
    numbers = {name: part for name, part in {**kept, **made}.items() if part}
    write_numbers(staging, work.params, work.snapshot, month, numbers)
    write_manifest(staging, month, [*outcomes, overview, *printed], work.snapshot)
    return (*outcomes, overview, *printed)


def _need_something(work: Work, outcomes: Sequence[Outcome], missing: Mapping[str, str]) -> None:
    """Raise ReportError when no report could be made and no page of the month is up to date."""
    if any(outcome.made for outcome in outcomes) or set(work.params.departments) - set(missing):
        return
    faults = tuple(Fault(where=outcome.page, found=outcome.reason) for outcome in outcomes)
    raise ReportError("No report could be made; nothing was published, and what was before is untouched.", faults)


def _overview(
    work: Work, staging: Path, missing: Mapping[str, str], pool: ProcessPoolExecutor, progress: Progress
) -> Outcome:
    job = report_job(work, staging, "overview")
    parameters = {"month": work.month, "params": job.parameters["params"], "missing": dict(missing)}
    return make_all([replace(job, page=OVERVIEW, parameters=parameters)], pool, progress)[0]


def _stand_in(work: Work, staging: Path, missing: Mapping[str, str], reason: str) -> None:
    write_stand_in(
        staging, company=work.params.company.name, month=work.month, names=work.names, missing=missing, reason=reason,
        sample=work.snapshot.made_up,
    )  # fmt: skip


def _list_months(work: Work) -> None:
    try:
        link_later(work.order.out, work.month)
        write_archive(work.order.out, company=work.params.company.name, names=work.names)
    except OSError as error:
        fault = Fault(where=f"{work.order.out.name}/index.html", found=f"writing failed ({error.strerror})")
        raise ReportError(f"{work.month} was published; the page of all months was not.", (fault,)) from error
