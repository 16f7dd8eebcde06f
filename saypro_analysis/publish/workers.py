"""The processes that make reports: several at a time, none left behind."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing import active_children, get_context

from saypro_analysis.publish.report import Job, Outcome, make_report

Progress = Callable[[str, str], None]  # report's name, what became of it
#: How long workers are asked to end before they are ended, in seconds.
_PATIENCE = 10.0


@contextmanager
def workers(count: int) -> Iterator[ProcessPoolExecutor]:
    """Processes that make reports; they start when there is work. Spawned, so that they share nothing with this one.

    When the run is broken off, they and their kernels are ended at once instead of waited for.
    """
    pool = ProcessPoolExecutor(max_workers=max(1, count), mp_context=get_context("spawn"))
    try:
        yield pool
    except BaseException:
        _end(pool)
        raise
    pool.shutdown()


def _end(pool: ProcessPoolExecutor) -> None:
    """End the pool's processes. A worker that runs a notebook ends its kernel at SIGTERM, and itself at the next one;
    a kernel that loses its worker ends by itself."""
    pool.shutdown(wait=False, cancel_futures=True)
    end = time.monotonic() + _PATIENCE
    while (alive := active_children()) and time.monotonic() < end:
        for process in alive:
            process.terminate()
        for process in alive:
            process.join(0.5)
    for process in active_children():
        process.kill()


def make_all(jobs: Sequence[Job], pool: ProcessPoolExecutor, progress: Progress) -> list[Outcome]:
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
    try:
        with workers(1) as pool:
            return pool.submit(make_report, job).result()
    except BrokenProcessPool:
        return Outcome(page=job.page, reason="the process that made it ended unexpectedly")
