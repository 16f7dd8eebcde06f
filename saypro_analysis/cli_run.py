"""``saypro run``, ``saypro runs`` and ``saypro verify``."""

import gc
import os
import signal
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from saypro_analysis.cli_options import OUT, PARAMS, NotebooksOption, OutOption, ParamsOption, beside, stop

if TYPE_CHECKING:
    from saypro_analysis.publish.order import Order
    from saypro_analysis.publish.raw import RawInputs
    from saypro_analysis.publish.work import RunResult


class Engine(StrEnum):
    """What runs the notebooks."""

    FORK = "fork"
    KERNEL = "kernel"


def run(
    month: Annotated[
        str, typer.Option(help="Month as 2026-10, 'latest' for the latest complete one, or several: 2026-01..2026-06.")
    ] = "latest",
    department: Annotated[list[str] | None, typer.Option(help="Only this department; may be given again.")] = None,
    by: Annotated[str, typer.Option(help="Reports of every member of a dimension, such as region.")] = "",
    member: Annotated[
        list[str] | None, typer.Option(help="With --by: only this member, as in the data; may be given again.")
    ] = None,
    params: ParamsOption = PARAMS,
    notebooks: NotebooksOption = None,
    out: OutOption = OUT,
    jobs: Annotated[int, typer.Option(min=1, help="Reports made at the same time.")] = os.cpu_count() or 1,
    pdf: Annotated[bool, typer.Option("--pdf", help="Print a PDF beside every page; needs Chromium.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Make every report anew, also those up to date.")] = False,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with the last run, which did not end well.")] = False,
    explain: Annotated[bool, typer.Option("--explain", help="Say for each report why it is made, or not.")] = False,
    engine: Annotated[Engine, typer.Option(help="In forked processes, or in Jupyter kernels.")] = Engine.FORK,
    cell_timeout: Annotated[float, typer.Option(min=0.1, help="Seconds that one cell may take.")] = 600.0,
    timeout: Annotated[float, typer.Option(min=0.1, help="Seconds that one notebook may take.")] = 1800.0,
    memory: Annotated[float, typer.Option(min=0.1, help="GB of memory for each notebook (Linux).")] = 4.0,
    log_json: Annotated[
        bool, typer.Option("--log-json", help="Events as one JSON object a line on standard error.")
    ] = False,
) -> None:
    """Make and publish the reports of a month: those whose data, params, notebook or program changed."""
    from saypro_analysis.execute.limits import Limits
    from saypro_analysis.publish.order import Order
    from saypro_analysis.publish.raw import raw_inputs
    from saypro_analysis.publish.runs import unchanged_since

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    order = Order(
        params=params, notebooks=beside(params, notebooks), out=out, month=month,
        departments=tuple(dict.fromkeys(department or ())), by=by,
        members=tuple(dict.fromkeys(member or ())), jobs=jobs, pdf=pdf, force=force,
        engine=engine.value, limits=Limits(cell=cell_timeout, notebook=timeout, memory=memory),
    )  # fmt: skip
    if member and not by:
        raise typer.BadParameter("--member needs --by: the dimension that it is a member of")
    if resume:
        order = _resumed(order)
    raw = raw_inputs(order)
    since = "" if force else unchanged_since(out, raw)
    if since:
        _say_unchanged(order, since, log_json=log_json)
        return
    _run(order, raw, explain=explain, log_json=log_json)


def _resumed(order: "Order") -> "Order":
    """The order of the run that is to be gone on with. Months that are done are up to date, and cost nothing."""
    from dataclasses import replace

    from saypro_analysis.publish.runs import unfinished

    record = unfinished(order.out)
    held, months = record["settings"], record["months"]
    return replace(
        order, month=months[0] if len(months) == 1 else f"{months[0]}..{months[-1]}",
        departments=tuple(held["departments"]), by=held["by"], members=tuple(held["members"]),
        pdf=held["pdf"], engine=held["engine"],
    )  # fmt: skip


def _say_unchanged(order: "Order", since: str, *, log_json: bool) -> None:
    from saypro_analysis.publish.moments import spoken_moment

    if log_json:
        from saypro_analysis.publish.progress import write_event

        write_event("unchanged", since=since)
    typer.echo(
        f"Nothing has changed since the run of {spoken_moment(since)}; all reports in {order.out} are up to date."
    )


def _run(order: "Order", raw: "RawInputs", *, explain: bool, log_json: bool) -> None:
    from saypro_analysis.publish.warm import workers

    with workers(order) as hands:  # they get ready while this process imports the rest, too
        from saypro_analysis.publish.progress import progress_display, write_event
        from saypro_analysis.publish.run import run as run_months
        from saypro_analysis.publish.summary import summary_lines

        gc.freeze()  # else this process would look for garbage in what it imported before it may end
        with progress_display(as_json=log_json) as progress:
            result = run_months(order, progress=progress, raw=raw, hands=hands)
    if log_json:
        write_event("finished", exit_code=result.exit_code, folders=[str(month.folder) for month in result.months])
    for line in summary_lines(result, explain=explain):
        typer.echo(line)
    _say_failures(result)
    raise typer.Exit(result.exit_code)


def _say_failures(result: "RunResult") -> None:
    for month in result.months:
        if month.failure is not None:
            typer.echo(str(month.failure), err=True)
        for outcome in month.outcomes:
            if not outcome.made:
                typer.echo(
                    f"{' '.join(part for part in (month.member, outcome.page) if part)}: {outcome.reason}", err=True
                )


def runs(out: OutOption = OUT, last: Annotated[int, typer.Option(min=1, help="So many of the latest.")] = 20) -> None:
    """List the runs: when, what, how long, and how they ended."""
    from saypro_analysis.publish.runs import run_records
    from saypro_analysis.publish.summary import run_lines

    for line in run_lines(run_records(out)[-last:]):
        typer.echo(line)


def verify(
    month: Annotated[str, typer.Argument(help="Month as 2026-10, 'latest', or 'all'.")] = "all", out: OutOption = OUT
) -> None:
    """Check that what is published is what the runs wrote: every file by its hash, every page by its numbers."""
    from saypro_analysis.publish.verify import verify_months

    found = verify_months(out, month)
    for one in found:
        said = f"all of its {one.files} files are as they were written" if one.good else "not as it was written"
        typer.echo(f"{one.name}: {said}")
        for fault in one.faults:
            typer.echo(f"  {fault}", err=True)
    raise typer.Exit(0 if all(one.good for one in found) else 1)
