"""Make reports several at a time, each in a process of its own."""

from collections.abc import Callable, Sequence
from concurrent.futures import Future, as_completed
from functools import partial

from saypro_analysis.execute.child import Ended
from saypro_analysis.execute.pool import Pool
from saypro_analysis.publish.report import Job, Outcome, make_report

Progress = Callable[[str, str], None]  # report's name, what became of it


def make_all(
    jobs: Sequence[Job], hands: Pool, *, rank: int, scratch: str, named: Callable[[str], str], progress: Progress,
    done: Callable[[Outcome], None] = lambda _outcome: None,
) -> list[Outcome]:  # fmt: skip
    """Make the reports; the outcomes come back in the order of the jobs, and to ``done`` as they come in."""
    for job in jobs:
        progress(named(job.page), "waiting")

    def cell_of(job: Job) -> Callable[[int], None]:
        return lambda index: progress(named(job.page), f"cell {index + 1}")

    running: dict[Future[Ended], Job] = {
        hands.submit(partial(make_report, job), scratch=scratch, rank=rank, on_cell=cell_of(job)): job for job in jobs
    }
    held: dict[str, Outcome] = {}
    for future in as_completed(running):
        ended, page = future.result(), running[future].page
        held[page] = Outcome(page=page, reason=ended.reason) if ended.reason else ended.result
        done(held[page])
        progress(named(page), held[page].reason or f"made in {held[page].seconds:.1f} s")
    return [held[job.page] for job in jobs]
