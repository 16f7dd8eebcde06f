"""Options that several commands share, and how a command is stopped."""

import os
import signal
from pathlib import Path
from types import FrameType
from typing import Annotated

import typer

ParamsOption = Annotated[Path, typer.Option("--params", help="Folder of params (company.yml and the rest).")]
NotebooksOption = Annotated[
    Path | None, typer.Option("--notebooks", help="Folder of the notebooks; default: 'notebooks' beside the params.")
]
PublishedOption = Annotated[
    str, typer.Option("--month", help="Month as 2026-10, or 'latest' for the latest published.")
]
OutOption = Annotated[Path, typer.Option("--out", help="Folder of the reports.")]
PARAMS, OUT = Path("params"), Path("reports")


def beside(params: Path, notebooks: Path | None) -> Path:
    """The folder of the notebooks: as given, or beside the params."""
    return notebooks or params.parent / "notebooks"


def stop(number: int, _frame: FrameType | None) -> None:
    """At SIGTERM or Ctrl-C the command ends its workers and clears up; a second one ends it at once."""
    for one in (signal.SIGINT, signal.SIGTERM):
        signal.signal(one, kill)
    typer.echo("Stopping; what is published is whole.", err=True)
    raise SystemExit(128 + number)


def kill(number: int, _frame: FrameType | None) -> None:
    """The second signal: nothing is cleared up but the processes. The next run removes what is left."""
    from saypro_analysis.execute.child import end_descendants

    end_descendants()
    os._exit(128 + number)
