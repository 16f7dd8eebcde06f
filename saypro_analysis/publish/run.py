"""One monthly run: check everything, compute once, make every report, publish the whole month or nothing of it."""

import csv
import io
import json
import os
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from saypro_analysis.data.params import read_params
from saypro_analysis.data.reader import nearest
from saypro_analysis.data.snapshot import Snapshot, take_snapshot, write_snapshot
from saypro_analysis.errors import Fault, ParamsError, SayproError
from saypro_analysis.kpi import Params
from saypro_analysis.month import LATEST, SNAPSHOT, resolve_month, source_path
from saypro_analysis.publish.folders import keep_published, prepare, publish
from saypro_analysis.publish.index import write_archive
from saypro_analysis.publish.manifest import write_manifest
from saypro_analysis.publish.report import Job, Outcome, make_report
from saypro_analysis.show.results import scorecard_rows

OVERVIEW = "index"
#: The children share the machine's cores: each computes on one.
_ENVIRONMENT = {"SAYPRO_BATCH": "1", "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}

Progress = Callable[[str, str], None]  # report's name, what became of it


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


def check(order: Order) -> tuple[Params, Snapshot]:
    """Read params and data and check all of it; raises ParamsError or DataError with everything that is wrong."""
    params = read_params(order.params)
    unknown = [name for name in order.departments if name not in params.departments]
    faults = [Fault(where="--department", found=n, hint=nearest(n, params.departments)) for n in unknown]
    wanted = [n for n in (order.departments or params.departments) if n not in unknown]
    faults += [
        Fault(where=order.notebooks.name, found=f"no {name}.ipynb", hint="'saypro new department' makes one")
        for name in [*wanted, "overview"]
        if not (order.notebooks / f"{name}.ipynb").is_file()
    ]
    if faults:
        raise ParamsError("The reports asked for cannot be made; nothing was run.", tuple(faults))
    return params, take_snapshot(params, source_path(params))


def run(order: Order, *, progress: Progress = lambda _name, _state: None) -> RunResult:
    """Make and publish the reports of one month.

    Raises ParamsError or DataError before anything is run. A report that fails does not stop the others: its Outcome
    carries the reason, and the overview says what is missing.
    """
    params, snapshot = check(order)
    month = str(resolve_month(order.month, snapshot))
    staging = prepare(order.out, month)
    try:
        write_snapshot(snapshot, staging)
        wanted = order.departments or tuple(params.departments)
        jobs = [_job(order, staging, month, name) for name in wanted]
        with _workers(order.jobs) as pool:
            outcomes = _make_all(jobs, pool, progress)
            results = {outcome.page: dict(outcome.results) for outcome in outcomes if outcome.made}
            kept = _kept(order, month, params, results)
            missing = _missing(params, outcomes, kept, month, snapshot)
            outcomes += _make_all([_overview_job(order, staging, month, missing)], pool, progress)
        _write_numbers(staging, params, snapshot, month, {**kept, **results})
        keep_published(order.out, month, staging)
        write_manifest(staging, month, outcomes, snapshot)
        folder = publish(order.out, month, staging)
        names = {name: department.name for name, department in params.departments.items()}
        write_archive(order.out, company=params.company.name, names=names)
    except OSError as error:
        fault = Fault(where=order.out.name, found=f"writing failed ({error.strerror})", hint="make room, and run again")
        raise SayproError(
            "The reports could not be published; what was published before is untouched.", (fault,)
        ) from error
    finally:
        shutil.rmtree(staging, ignore_errors=True)
    return RunResult(folder=folder, month=month, outcomes=tuple(outcomes), made_up=snapshot.made_up)


def _job(order: Order, staging: Path, month: str, name: str) -> Job:
    parameters = {"department": name, "month": month, "params": _relative(order.params, order.notebooks)}
    return Job(
        page=name,
        notebook=str((order.notebooks / f"{name}.ipynb").resolve()),
        staging=str(staging),
        parameters=parameters,
        environment={**_ENVIRONMENT, SNAPSHOT: str(staging.resolve())},
    )


def _overview_job(order: Order, staging: Path, month: str, missing: Mapping[str, str]) -> Job:
    job = _job(order, staging, month, "overview")
    parameters = {"month": month, "params": job.parameters["params"], "missing": dict(missing)}
    return Job(
        page=OVERVIEW, notebook=job.notebook, staging=job.staging, parameters=parameters, environment=job.environment
    )


def _relative(params: Path, notebooks: Path) -> str:
    """The params as seen from the notebooks' folder: a published notebook names no folder of this machine."""
    return Path(os.path.relpath(params.resolve(), notebooks.resolve())).as_posix()


def _workers(count: int) -> ProcessPoolExecutor:
    """Processes that make reports; they start when there is work. Spawned, so that they share nothing with this one."""
    return ProcessPoolExecutor(max_workers=max(1, count), mp_context=get_context("spawn"))


def _make_all(jobs: Sequence[Job], pool: ProcessPoolExecutor, progress: Progress) -> list[Outcome]:
    """Make the reports in parallel processes; the outcomes come back in the order of the jobs.

    When a worker dies, the pool gives up all that it holds; what it gave up is made once more, each by itself.
    """
    for job in jobs:
        progress(job.page, "waiting")
    done: dict[str, Outcome] = {}
    try:
        running = {pool.submit(make_report, job): job for job in jobs}
        for outcome in _finished(running):
            done[outcome.page] = outcome
            progress(outcome.page, outcome.reason or f"made in {outcome.seconds:.1f} s")
    except BrokenProcessPool:
        for job in jobs:
            if job.page not in done:
                done[job.page] = _make_alone(job)
                progress(job.page, done[job.page].reason or f"made in {done[job.page].seconds:.1f} s")
    return [done[job.page] for job in jobs]


def _finished(running: Mapping["Future[Outcome]", Job]) -> Iterator[Outcome]:
    waiting = set(running)
    while waiting:
        ready, waiting = wait(waiting, return_when=FIRST_COMPLETED)
        for future in ready:
            yield future.result()


def _make_alone(job: Job) -> Outcome:
    with _workers(1) as pool:
        try:
            return pool.submit(make_report, job).result()
        except BrokenProcessPool:
            return Outcome(page=job.page, reason="the process that made it ended unexpectedly")


def _kept(order: Order, month: str, params: Params, made: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """The numbers of earlier pages of this month that stay: their departments were not made anew."""
    try:
        old = json.loads((order.out / month / "results.json").read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    pages = {name: part for name, part in old.get("departments", {}).items() if name not in made}
    return {
        name: {**part, "fingerprint": part.get("fingerprint", old.get("fingerprint", ""))}
        for name, part in pages.items()
        if name in params.departments and (order.out / month / f"{name}.html").is_file()
    }


def _missing(
    params: Params, outcomes: Sequence[Outcome], kept: Mapping[str, Any], month: str, snapshot: Snapshot
) -> dict[str, str]:
    """Why a department's page is not of this run: department id -> reason; those that are up to date are not in it."""
    failed = {outcome.page: outcome.reason for outcome in outcomes if not outcome.made}
    missing: dict[str, str] = {}
    for name in params.departments:
        stale = name in kept and kept[name]["fingerprint"] != snapshot.fingerprint
        if name in failed:
            also = "; the page of an earlier run is kept" if name in kept else ""
            missing[name] = failed[name] + also
        elif stale:
            missing[name] = f"not run again for {month}; the page of an earlier run, on other data, is kept"
        elif name not in kept and name not in {outcome.page for outcome in outcomes}:
            missing[name] = "not run"
    return missing


def _write_numbers(
    staging: Path, params: Params, snapshot: Snapshot, month: str, results: Mapping[str, dict[str, Any]]
) -> None:
    """results.json and scorecard.csv: the numbers of the pages, as the notebooks put them out."""
    ordered = {name: results[name] for name in params.departments if name in results}
    document = {
        "company": params.company.name,
        "month": month,
        "as_of": snapshot.as_of,
        "made_up": snapshot.made_up,
        "fingerprint": snapshot.fingerprint,
        "departments": ordered,
    }
    text = json.dumps(document, indent=1, ensure_ascii=False, allow_nan=False) + "\n"
    (staging / "results.json").write_text(text, "utf-8")
    lines = [row for part in ordered.values() for row in scorecard_rows(part)]
    buffer = io.StringIO()
    if lines:
        writer = csv.DictWriter(buffer, fieldnames=list(lines[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(lines)
    (staging / "scorecard.csv").write_text(buffer.getvalue(), "utf-8")
