"""One month in one place: make what is due, keep what is up to date, publish the whole or nothing of it."""

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from saypro_analysis.data.opened import keep_opened
from saypro_analysis.data.snapshot import write_snapshot
from saypro_analysis.errors import Fault, ReportError
from saypro_analysis.execute.pool import Pool
from saypro_analysis.kpi import DepartmentMonth
from saypro_analysis.publish.fingerprints import digest, overview_parts, reasons
from saypro_analysis.publish.folders import keep_published, left_behind, prepare, publish, recover
from saypro_analysis.publish.hashes import intact
from saypro_analysis.publish.kept import due_pages, kept_pages, missing_pages
from saypro_analysis.publish.links import link_folder
from saypro_analysis.publish.listing import list_months
from saypro_analysis.publish.manifest import held_manifest, write_manifest
from saypro_analysis.publish.order import OVERVIEW
from saypro_analysis.publish.pdf import print_outcome
from saypro_analysis.publish.report import Outcome
from saypro_analysis.publish.results_file import write_numbers
from saypro_analysis.publish.staged import forget_done, has_finished, note_done, page_files, take_over
from saypro_analysis.publish.stand_in import write_stand_in
from saypro_analysis.publish.work import MonthResult, Work, report_job
from saypro_analysis.publish.workers import Progress, make_all
from saypro_analysis.texts import speaking

#: Overviews first: with its overview a month is finished, and what it holds in memory and on the disk is free again.
_FIRST, _NEXT = 0, 1
_STATES = {"unchanged": "up to date", "resumed": "made before the run was broken off"}


@dataclass(frozen=True, kw_only=True)
class _Bench:
    """What the making of a month works with: its staging folder, the processes, and the published month as it is."""

    work: Work
    staging: Path
    hands: Pool
    progress: Progress
    folder: Path
    manifest: Mapping[str, Any]

    def make(self, jobs: Sequence[Any], rank: int, inputs: Mapping[str, Any], why: Mapping[str, Any]) -> list[Outcome]:
        def noted(outcome: Outcome) -> Outcome:
            own = {job.page: job.parameters for job in jobs}[outcome.page]
            return replace(outcome, inputs=inputs[outcome.page], parameters=own, why=why[outcome.page])

        made = make_all(
            jobs, self.hands, rank=rank, scratch=str(self.work.private), named=self.work.label, progress=self.progress,
            done=lambda outcome: note_done(self.staging, noted(outcome)),
        )  # fmt: skip
        return [noted(outcome) for outcome in made]


def make_month(work: Work, hands: Pool, progress: Progress) -> MonthResult:
    """Make and publish a month in ``work.out``, and set the links and the archive of the other months.

    Raises ReportError when nothing could be published: what was published before is untouched.
    """
    with speaking(work.params.company.language):
        outcomes = _publish(work, hands, progress)
        list_months(work, hands)
    told = tuple(replace(one, results={}) for one in outcomes)  # the numbers are published, and a run may be long
    return MonthResult(folder=work.out / work.month, month=work.month, outcomes=told, member=work.member)


def _publish(work: Work, hands: Pool, progress: Progress) -> tuple[Outcome, ...]:
    """Build the month in a staging folder, and publish it when it is whole.

    A run that is broken off leaves its folder: the next one takes over what is finished.
    """
    staging = prepare(work.out, work.month)
    folder = work.out / work.month
    bench = _Bench(
        work=work, staging=staging, hands=hands, progress=progress, folder=folder, manifest=held_manifest(folder)
    )
    try:
        outcomes = _build(bench)
        if _says_something_new(bench):
            publish(work.out, work.month, staging)
        else:
            shutil.rmtree(staging)
    except OSError as error:
        shutil.rmtree(staging, ignore_errors=True)
        fault = Fault(where=work.out.name, found=f"writing failed ({error.strerror})", hint="make room, and run again")
        raise ReportError(
            "The reports could not be published; what was published before is untouched.", (fault,)
        ) from error
    except BaseException as error:
        if isinstance(error, Exception) or not has_finished(staging):
            shutil.rmtree(staging, ignore_errors=True)
        raise
    return outcomes


def _build(bench: _Bench) -> tuple[Outcome, ...]:
    """Everything of the month in the staging folder: pages, made or kept, with links, numbers, data and manifest."""
    work, staging = bench.work, bench.staging
    write_snapshot(work.snapshot, staging)
    keep_opened(work.private, {name: one for name, one in work.opened.items() if isinstance(one, DepartmentMonth)})
    outcomes = _departments(bench)
    made = {one.page: {**one.results, "inputs": digest(dict(one.inputs))} for one in outcomes if _is_new(one)}
    kept = kept_pages(bench.folder, tuple(work.params.departments), made)
    missing = missing_pages(outcomes, kept, work.inputs, work.month)
    _need_something(work, outcomes, missing)
    overview = _overview(bench, missing, {name: part for name, part in {**kept, **made}.items() if name not in missing})
    # The overview and the PDFs of pages that are made anew belong to the earlier run.
    gone = {f"{name}.pdf" for name in (*made, *([OVERVIEW] if _is_new(overview) or not overview.made else []))}
    gone |= set() if overview.state == "unchanged" else set(page_files(OVERVIEW))
    keep_published(work.out, work.month, staging, leave=gone)
    if not overview.made:
        _stand_in(work, staging, missing, overview.reason)
    link_folder(staging)
    printed = (print_outcome(staging, bench.progress),) if work.order.pdf else ()
    numbers = {name: part for name, part in {**kept, **made}.items() if part}
    write_numbers(staging, work.params, work.snapshot, work.month, numbers)
    pages = [*outcomes, overview, *printed]
    stays = {
        name: entry for name, entry in bench.manifest.get("reports", {}).items() if (staging / f"{name}.html").is_file()
    }
    forget_done(staging)
    write_manifest(staging, work, pages, stays)
    return tuple(pages)


def _says_something_new(bench: _Bench) -> bool:
    """Whether what was built differs from what is published, in a file or in what is said of a report."""
    built = held_manifest(bench.staging)
    return any(built[key] != bench.manifest.get(key) for key in ("files", "reports", "month", "member"))


def _is_new(outcome: Outcome) -> bool:
    return outcome.made and outcome.state != "unchanged"


def _departments(bench: _Bench) -> list[Outcome]:
    """The outcome of every department that was asked for, and of those whose published page is not up to date.

    A month tells one truth: pages made from other data or params are made anew with the ones asked for.
    """
    work = bench.work
    every = tuple(work.params.departments)
    wanted = tuple(name for name in work.order.departments or every if name in every)
    there = kept_pages(bench.folder, tuple(work.inputs), {})
    due = due_pages(bench.folder, bench.manifest, work.inputs, there, force=wanted if work.order.force else ())
    names = [*wanted, *(name for name in there if name not in wanted and work.inputs[name] and due[name])]
    names = [name for name in names if name in work.inputs]
    found = {name: _not_opened(work, name) for name in names if not work.inputs[name]}
    found |= {name: _unchanged(bench, name, there[name]) for name in names if work.inputs[name] and not due[name]}
    found |= _taken_over(bench, [name for name in names if name not in found])
    for name in found:
        bench.progress(work.label(name), found[name].reason or _STATES[found[name].state])
    open_ = _longest_first(bench, [name for name in names if name not in found])
    jobs = [report_job(work, bench.staging, name) for name in open_]
    found |= {one.page: one for one in bench.make(jobs, _NEXT, work.inputs, due)}
    return [found[name] for name in names]


def _taken_over(bench: _Bench, names: Sequence[str]) -> dict[str, Outcome]:
    """The pages among ``names`` that runs which were broken off had finished; what else they left is removed."""
    work, found = bench.work, dict[str, Outcome]()
    for left in () if work.order.force else left_behind(work.out, work.month):
        if left != bench.staging:
            found |= take_over(left, bench.staging, {name: work.inputs[name] for name in names if name not in found})
    recover(work.out, keep=bench.staging)
    return found


def _not_opened(work: Work, name: str) -> Outcome:
    error = work.opened[name]
    reason = error.message if isinstance(error, ReportError) else f"there is no {name}.ipynb"
    return Outcome(page=name, reason=reason)


def _unchanged(bench: _Bench, name: str, results: Mapping[str, Any]) -> Outcome:
    entry = bench.manifest["reports"][name]
    return Outcome(page=name, state="unchanged", seconds=0.0, results=results, inputs=entry["inputs"])


def _longest_first(bench: _Bench, names: Sequence[str]) -> list[str]:
    """The reports in the order of how long they took the last time, so that no long one is left for the end."""
    earlier = held_manifest(bench.work.earlier) if bench.work.earlier is not None else {}
    known = {**earlier.get("reports", {}), **bench.manifest.get("reports", {})}
    return sorted(names, key=lambda name: -float(known.get(name, {}).get("seconds", 0.0)))


def _need_something(work: Work, outcomes: Sequence[Outcome], missing: Mapping[str, str]) -> None:
    """Raise ReportError when no report could be made and no page of the month is up to date."""
    if any(outcome.made for outcome in outcomes) or set(work.params.departments) - set(missing):
        return
    faults = tuple(Fault(where=work.label(outcome.page), found=outcome.reason) for outcome in outcomes)
    raise ReportError("No report could be made; nothing was published, and what was before is untouched.", faults)


def _overview(bench: _Bench, missing: Mapping[str, str], numbers: Mapping[str, Any]) -> Outcome:
    work = bench.work
    parts = overview_parts(
        {name: parts for name, parts in work.inputs.items() if parts and name not in missing}, missing,
        work.notebooks / "overview.ipynb",
    )  # fmt: skip
    entry = bench.manifest.get("reports", {}).get(OVERVIEW, {})
    good = entry.get("status") == "ok" and intact(bench.folder, bench.manifest["files"], page_files(OVERVIEW))
    why = ("asked for with --force",) if work.order.force else reasons(entry.get("inputs") if good else None, parts)
    if not why:
        for name in page_files(OVERVIEW):
            shutil.copy2(bench.folder / name, bench.staging / name)
        bench.progress(work.label(OVERVIEW), _STATES["unchanged"])
        return Outcome(page=OVERVIEW, state="unchanged", inputs=parts)
    job = report_job(work, bench.staging, "overview")
    parameters = {"month": work.month, "params": job.parameters["params"], "missing": dict(missing)}
    job = replace(job, page=OVERVIEW, parameters=parameters, departments=numbers)
    return bench.make([job], _FIRST, {OVERVIEW: parts}, {OVERVIEW: why})[0]


def _stand_in(work: Work, staging: Path, missing: Mapping[str, str], reason: str) -> None:
    write_stand_in(
        staging, company=work.params.company.name, month=work.month, names=work.names, missing=missing, reason=reason,
        sample=work.snapshot.made_up,
    )  # fmt: skip
