"""The processes that make reports: several at a time, each report in one of its own, none left behind."""

import io
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, as_completed
from contextlib import contextmanager
from functools import partial
from importlib import import_module

from saypro_analysis.execute.child import Ended
from saypro_analysis.execute.pool import Pool, pool
from saypro_analysis.publish.order import Order
from saypro_analysis.publish.report import Job, Outcome, make_report
from saypro_analysis.show.fragment import compile_templates

Progress = Callable[[str, str], None]  # report's name, what became of it


@contextmanager
def workers(order: Order) -> Iterator[Pool]:
    """Processes that make reports, as many as the order says. When the run is broken off they are ended at once."""
    with pool(order.jobs, prepare=warm, limits=order.limits) as one:
        yield one


def warm() -> None:
    """Import what notebooks need, and set up what is the same for all, before any is run."""
    modules = (
        "matplotlib.pyplot", "matplotlib_inline.backend_inline", "papermill", "seaborn", "saypro_analysis.api",
        "saypro_analysis.execute.client", "saypro_analysis.publish.page_check", "saypro_analysis.show.causes_section",
    )  # fmt: skip
    for name in modules:
        import_module(name)
    compile_templates()
    _use_once()


def _use_once() -> None:
    """What is found or compiled at its first use is so here, and not in every child: fonts, schemas, the page."""
    import nbformat
    from matplotlib.figure import Figure

    from saypro_analysis.publish.html import export_html

    shown = nbformat.v4.new_output("display_data", {"text/html": "<p>1</p>"})
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("1", outputs=[shown])])
    export_html(nbformat.reads(nbformat.writes(notebook), as_version=4))
    figure = Figure()
    axes = figure.add_subplot()
    axes.plot([0, 1], label="1")
    axes.annotate("1 %", (0, 0))
    axes.legend()
    figure.savefig(io.BytesIO(), format="svg")


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
