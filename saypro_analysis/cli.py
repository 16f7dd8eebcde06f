"""The command line: ``saypro run | runs | verify | pdf | share | mail | check | learn | sample | schema | new ...``.

Exit codes: 0 all done; 1 some reports (or the PDFs) failed, the rest are published, or nothing could be published,
written or sent, or not to everyone, or what is published is not what a run wrote; 2 params or usage wrong, or a browser
is missing, nothing was run; 3 data contract broken, nothing was run; 4 another run is writing to the same folder,
nothing was run; 130 interrupted (Ctrl-C), 143 ended by SIGTERM: either way, what is published is whole. Heavy libraries
are imported by the commands that need them, so that ``--help`` is quick.
"""

import signal
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from saypro_analysis import __version__, cli_run
from saypro_analysis.cli_options import (
    OUT,
    PARAMS,
    NotebooksOption,
    OutOption,
    ParamsOption,
    PublishedOption,
    beside,
    stop,
)
from saypro_analysis.errors import SayproError

app = typer.Typer(
    help="SayPro's monthly KPI reports: which KPIs fall short, why, and what to do.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
new = typer.Typer(help="Start something new.", no_args_is_help=True, rich_markup_mode=None)
app.add_typer(new, name="new")


class Attach(StrEnum):
    """What a mail brings along."""

    ZIP = "zip"
    PAGE = "page"


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"saypro {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    _shown: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    pass


@app.command()
def pdf(month: PublishedOption = "latest", out: OutOption = OUT) -> None:
    """Print a PDF beside every page of a published month, through an installed Chromium."""
    from saypro_analysis.publish.pdf import print_month

    signal.signal(signal.SIGTERM, stop)
    for path in print_month(out, month):
        typer.echo(f"Wrote {path}")


@app.command()
def share(
    month: PublishedOption = "latest",
    out: OutOption = OUT,
    to: Annotated[Path | None, typer.Option("--to", help="The zip, or its folder; default: beside the month.")] = None,
    data: Annotated[bool, typer.Option("--data", help="With results.json.")] = False,
) -> None:
    """Pack a published month into one zip that opens from any folder: pages, PDFs, workbook, scorecard."""
    from saypro_analysis.publish.share import share_month

    typer.echo(f"Wrote {share_month(out, month, to=to, data=data)}")


@app.command()
def mail(
    month: PublishedOption = "latest",
    out: OutOption = OUT,
    params: ParamsOption = PARAMS,
    eml: Annotated[
        Path | None, typer.Option("--eml", help="Where to write the mail; default: beside the month.")
    ] = None,
    send: Annotated[bool, typer.Option("--send", help="Send it through the mail server of company.yml.")] = False,
    to: Annotated[list[str] | None, typer.Option("--to", help="Who gets it instead; may be given again.")] = None,
    attach: Annotated[Attach, typer.Option(help="The month's zip, or the overview page and the PDFs.")] = Attach.ZIP,
) -> None:
    """Write a published month as an e-mail with its headline and attachments, or send it.

    Without --send it becomes a file that mail programs open as a draft. The server's password comes from the
    environment variable SAYPRO_SMTP_PASSWORD.
    """
    from saypro_analysis.data.params import read_params
    from saypro_analysis.publish.mail import letter, post, write_draft

    one = letter(out, month, read_params(params), to=to or (), attach=attach.value)
    if send:
        typer.echo(f"Sent to {', '.join(post(one))}")
    if eml is not None or not send:
        typer.echo(f"Wrote {write_draft(one, to=eml)}")


@app.command()
def check(params: ParamsOption = PARAMS, notebooks: NotebooksOption = None) -> None:
    """Check params and data, and run nothing."""
    from saypro_analysis.publish.order import Order
    from saypro_analysis.publish.run import check as check_all

    settings, snapshot = check_all(Order(params=params, notebooks=beside(params, notebooks), out=OUT))
    kpis = sum(len(department.kpis) for department in settings.departments.values())
    notes = int((snapshot.quality["verdict"] == "note").sum())
    typer.echo(f"Params are fine: {len(settings.departments)} departments, {kpis} KPIs.")
    first = snapshot.monthly["month"].min()
    typer.echo(
        f"Data are fine: {len(snapshot.sources)} tables, complete months {first} to {snapshot.latest}, {notes} notes."
    )


@app.command()
def learn(
    month: Annotated[str, typer.Option(help="Month as 2026-10, or 'latest' for the latest complete one.")] = "latest",
    params: ParamsOption = PARAMS,
) -> None:
    """Judge the actions that are done, and record new verdicts in outcomes.csv of the params.

    The verdicts are observational: months since an action against those before it. Each is recorded once, with its
    month, and stays; "too early" and "not judged" are not recorded. They move the chance of success that each kind of
    action is chosen by. Look the file over, then keep it with the params. Exit code 2: something in the params or in
    outcomes.csv is wrong, and nothing was written.
    """
    from saypro_analysis.learn import learn as learn_month
    from saypro_analysis.learn import lines

    for line in lines(learn_month(params, month)):
        typer.echo(line)


@app.command()
def sample(
    folder: Annotated[Path, typer.Argument(help="Where to write the tables.")],
    seed: Annotated[int, typer.Option(help="The same seed gives the same bytes.")] = 7,
    months: Annotated[int, typer.Option(help="13 to 120 months, ending with October 2026.")] = 36,
) -> None:
    """Write the made-up sample company's tables, as its systems would export them."""
    from saypro_analysis.data.sample import make_sample

    make_sample(folder, seed=seed, months=months)
    typer.echo(f"Wrote {months} months of a made-up company to {folder}.")


@new.command("department")
def new_department(
    department: Annotated[str, typer.Argument(metavar="ID", help="Small letters, digits and _, such as legal.")],
    name: Annotated[str, typer.Option(help="What the reports call it; default: from the id.")] = "",
    table: Annotated[str, typer.Option(help="Table of the first KPI; default: the first with a date.")] = "",
    params: ParamsOption = PARAMS,
    notebooks: NotebooksOption = None,
) -> None:
    """Start a department: params, notebook, empty evidence and actions, ready to run."""
    from saypro_analysis.publish.new import make_department

    where = beside(params, notebooks)
    for path in make_department(department, name=name, table=table, params=params, notebooks=where):
        typer.echo(f"Wrote {path}")
    typer.echo(f"Next: saypro run --department {department}" + (f" --params {params}" if params != PARAMS else ""))


@new.command("notebooks")
def new_notebooks(params: ParamsOption = PARAMS, notebooks: NotebooksOption = None) -> None:
    """Write the standard notebook of every department that has none, and of the overview."""
    from saypro_analysis.publish.new import make_notebooks

    made = make_notebooks(params=params, notebooks=beside(params, notebooks))
    for path in made:
        typer.echo(f"Wrote {path}")
    if not made:
        typer.echo("Every department has its notebook.")


@app.command()
def schema(folder: Annotated[Path, typer.Argument(help="Where to write the schemas.")] = PARAMS / "schema") -> None:
    """Write the JSON schemas of the params, of results.json and of manifest.json, for editors and other programs."""
    from saypro_analysis.data.schema import write_schemas
    from saypro_analysis.publish.manifest_schema import write_manifest_schema
    from saypro_analysis.publish.results_schema import write_results_schema

    for path in (*write_schemas(folder), write_results_schema(folder), write_manifest_schema(folder)):
        typer.echo(f"Wrote {path}")


app.command()(cli_run.run)
app.command()(cli_run.runs)
app.command()(cli_run.verify)


def main(arguments: list[str] | None = None) -> None:
    """Run the command line; a user's mistake ends with its message and exit code, without a traceback."""
    try:
        app(arguments)
    except SayproError as error:
        typer.echo(str(error), err=True)
        sys.exit(error.exit_code)
    except OSError as error:  # no room, too many open files, a folder that went away: nothing that a traceback mends
        typer.echo(f"The system refused: {error.strerror or error}; what was published before is untouched.", err=True)
        sys.exit(1)
    except KeyboardInterrupt:
        typer.echo("Interrupted; what was published before is untouched.", err=True)
        sys.exit(130)
