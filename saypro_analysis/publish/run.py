"""One monthly run: check everything, compute once, make every report, publish the whole month or nothing of it."""

import os
import shutil
from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

from saypro_analysis.data.earlier import earlier_report, stamp
from saypro_analysis.data.params import read_params
from saypro_analysis.data.reader import nearest
from saypro_analysis.data.snapshot import Snapshot, take_snapshot, write_snapshot
from saypro_analysis.errors import Fault, ParamsError, ReportError
from saypro_analysis.kpi import Params
from saypro_analysis.month import EARLIER, LATEST, PARAMS, SNAPSHOT, resolve_month, source_path
from saypro_analysis.publish.folders import keep_published, prepare, publish
from saypro_analysis.publish.index import write_archive
from saypro_analysis.publish.inputs import own_params, page_inputs
from saypro_analysis.publish.kept import kept_pages, missing_pages, stale_pages
from saypro_analysis.publish.links import link_folder
from saypro_analysis.publish.lock import locked
from saypro_analysis.publish.manifest import write_manifest
from saypro_analysis.publish.report import Job, Outcome
from saypro_analysis.publish.results_file import write_numbers
from saypro_analysis.publish.stand_in import write_stand_in
from saypro_analysis.publish.workers import Progress, make_all, workers

OVERVIEW = "index"
#: The children share the machine's cores: each computes on one.
_ENVIRONMENT = {"SAYPRO_BATCH": "1", "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}


@dataclass(frozen=True, kw_only=True)
class Order:
    """What to run. ``departments`` empty: all. ``notebooks`` is the folder of the notebooks."""

    params: Path
    notebooks: Path
    out: Path
    month: str = LATEST
    departments: tuple[str, ...] = ()
    jobs: int = 2


@dataclass(frozen=True, kw_only=True)
class RunResult:
    """What a run did: the published month's folder and the outcome of every report, the overview last."""

    folder: Path
    month: str
    outcomes: tuple[Outcome, ...]
    made_up: bool

    @property
    def exit_code(self) -> int:
        """0 when all reports were made, 1 when some were not."""
        return 0 if all(outcome.made for outcome in self.outcomes) else 1


@dataclass(frozen=True, kw_only=True)
class _Work:
    """A run whose params and data are checked.

    ``copy`` is the run's own copy of the params; ``inputs`` has the fingerprint of what each department's page is made
    from, by id; ``earlier`` is the folder of the month published before.
    """

    order: Order
    copy: Path
    params: Params
    snapshot: Snapshot
    month: str
    inputs: Mapping[str, str]
    earlier: Path | None

    @property
    def names(self) -> dict[str, str]:
        return {key: department.name for key, department in self.params.departments.items()}


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
    with own_params(order.params) as copy:
        params, snapshot = _checked(order, copy)
        period = resolve_month(order.month, snapshot)
        month, earlier = str(period), earlier_report(order.out, period)
        data = snapshot.fingerprint + stamp(earlier)
        inputs = {name: page_inputs(copy, order.notebooks / f"{name}.ipynb", data) for name in params.departments}
        work = _Work(
            order=order, copy=copy, params=params, snapshot=snapshot, month=month, inputs=inputs, earlier=earlier
        )
        with locked(order.out):
            outcomes = _publish(work, progress)
            _list_months(work)
    return RunResult(folder=order.out / month, month=month, outcomes=outcomes, made_up=snapshot.made_up)


def _publish(work: _Work, progress: Progress) -> tuple[Outcome, ...]:
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


def _build(work: _Work, staging: Path, progress: Progress) -> tuple[Outcome, ...]:
    """Everything of the month in ``staging``: pages, made or kept, with their links, numbers, data and manifest."""
    order, month = work.order, work.month
    write_snapshot(work.snapshot, staging)
    with workers(order.jobs) as pool:
        wanted = order.departments or tuple(work.params.departments)
        # A month tells one truth: pages made from other data or params are made anew with the ones that were asked for.
        wanted += tuple(name for name in stale_pages(order.out / month, work.inputs) if name not in wanted)
        outcomes = make_all([_job(work, staging, name) for name in wanted], pool, progress)
        made = {one.page: {**one.results, "inputs": work.inputs[one.page]} for one in outcomes if one.made}
        kept = kept_pages(order.out / month, tuple(work.params.departments), made)
        missing = missing_pages(outcomes, kept, work.inputs, month)
        _need_something(work, outcomes, missing)
        overview = _overview(work, staging, missing, pool, progress)
    keep_published(order.out, month, staging, leave={f"{OVERVIEW}.html", f"{OVERVIEW}.ipynb"})
    if not overview.made:
        _stand_in(work, staging, missing, overview.reason)
    link_folder(staging)
    numbers = {name: part for name, part in {**kept, **made}.items() if part}
    write_numbers(staging, work.params, work.snapshot, month, numbers)
    write_manifest(staging, month, [*outcomes, overview], work.snapshot)
    return (*outcomes, overview)


def _need_something(work: _Work, outcomes: Sequence[Outcome], missing: Mapping[str, str]) -> None:
    """Raise ReportError when no report could be made and no page of the month is up to date."""
    if any(outcome.made for outcome in outcomes) or set(work.params.departments) - set(missing):
        return
    faults = tuple(Fault(where=outcome.page, found=outcome.reason) for outcome in outcomes)
    raise ReportError("No report could be made; nothing was published, and what was before is untouched.", faults)


def _job(work: _Work, staging: Path, name: str) -> Job:
    order = work.order
    parameters = {"department": name, "month": work.month, "params": _relative(order.params, order.notebooks)}
    own = {
        SNAPSHOT: str(staging.resolve()),
        PARAMS: str(work.copy.resolve()),
        EARLIER: str(work.earlier.resolve()) if work.earlier is not None else "",
        "TMPDIR": str(work.copy.parent),
    }
    return Job(
        page=name,
        notebook=str((order.notebooks / f"{name}.ipynb").resolve()),
        staging=str(staging),
        parameters=parameters,
        environment={**_ENVIRONMENT, **own},
    )


def _relative(params: Path, notebooks: Path) -> str:
    """The params as seen from the notebooks' folder: a published notebook names no folder of this machine."""
    return Path(os.path.relpath(params.resolve(), notebooks.resolve())).as_posix()


def _overview(
    work: _Work, staging: Path, missing: Mapping[str, str], pool: ProcessPoolExecutor, progress: Progress
) -> Outcome:
    job = _job(work, staging, "overview")
    parameters = {"month": work.month, "params": job.parameters["params"], "missing": dict(missing)}
    return make_all([replace(job, page=OVERVIEW, parameters=parameters)], pool, progress)[0]


def _stand_in(work: _Work, staging: Path, missing: Mapping[str, str], reason: str) -> None:
    write_stand_in(
        staging, company=work.params.company.name, month=work.month, names=work.names, missing=missing, reason=reason,
        sample=work.snapshot.made_up,
    )  # fmt: skip


def _list_months(work: _Work) -> None:
    try:
        write_archive(work.order.out, company=work.params.company.name, names=work.names)
    except OSError as error:
        fault = Fault(where=f"{work.order.out.name}/index.html", found=f"writing failed ({error.strerror})")
        raise ReportError(f"{work.month} was published; the page of all months was not.", (fault,)) from error
