"""Make one report: execute its notebook, export it, check the page, and write both into the staging folder.

Runs in a child of its own. What comes back is small and plain, so that it survives the way between processes.
"""

import json
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from traceback import format_exception, format_exception_only
from typing import Any

from saypro_analysis.errors import ReportError, SayproError
from saypro_analysis.execute.child import CELL, Tell
from saypro_analysis.execute.limits import FORK
from saypro_analysis.execute.notebook import execute
from saypro_analysis.show.results import RESULTS_MIME


@dataclass(frozen=True, kw_only=True)
class Job:
    """One report to make. ``page`` is the file's name without ending; ``parameters`` go into the notebook, which is run
    in ``folder``."""

    page: str
    notebook: str
    folder: str
    staging: str
    parameters: Mapping[str, Any]
    environment: Mapping[str, str]
    log: str  # where to write what its cells print
    engine: str = FORK
    departments: Mapping[str, Any] = field(default_factory=dict)  # the overview's: id -> numbers of each page


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What became of a report. ``reason`` is empty when it is there; ``results`` are its numbers.

    ``state``: "made", "unchanged" (the published page is up to date) or "resumed" (an earlier run, which was broken
    off, had made it). ``why`` says why it was made, ``inputs`` from what (``fingerprints``),
    ``parameters`` what went into its notebook.
    """

    page: str
    reason: str = ""
    seconds: float = 0.0
    results: Mapping[str, Any] = field(default_factory=dict)
    state: str = "made"
    why: tuple[str, ...] = ()
    inputs: Mapping[str, str] = field(default_factory=dict)
    parameters: Mapping[str, Any] = field(default_factory=dict)

    @property
    def made(self) -> bool:
        """Whether the report is there."""
        return not self.reason


def make_report(job: Job, tell: Tell) -> Outcome:
    """Make one report; a failure is an Outcome with its reason, and leaves nothing in the staging folder.

    ``tell`` hears of each cell that starts.
    """
    start = time.monotonic()
    try:
        results = _make(job, tell)
    except SayproError as error:
        return Outcome(page=job.page, reason=error.message, seconds=time.monotonic() - start)
    except Exception as error:
        for ending in ("html", "ipynb"):
            (Path(job.staging) / f"{job.page}.{ending}").unlink(missing_ok=True)
        return Outcome(page=job.page, reason=_reason(error, job), seconds=time.monotonic() - start)
    return Outcome(page=job.page, seconds=time.monotonic() - start, results=results)


def _reason(error: Exception, job: Job) -> str:
    """What to say of an error that nobody raised for people: a full disk, or a mistake of ours (whole in the log)."""
    if isinstance(error, OSError):
        return f"writing failed: {error.strerror}"
    with suppress(OSError), Path(job.log).open("a", encoding="utf-8", errors="replace") as log:
        log.writelines(format_exception(error))
    return f"the report could not be made: {''.join(format_exception_only(error)).strip()}"


def _make(job: Job, tell: Tell) -> dict[str, Any]:
    import nbformat

    from saypro_analysis.publish.html import export_html

    with Path(job.log).open("w", encoding="utf-8", errors="replace") as log:
        notebook = execute(
            Path(job.notebook), job.parameters, folder=Path(job.folder), engine=job.engine,
            environment=job.environment, log=log, on_cell=lambda index: tell(CELL, index),
        )  # fmt: skip
    page = export_html(notebook)
    check_page(page, notebook, job)
    staging = Path(job.staging)
    nbformat.write(notebook, staging / f"{job.page}.ipynb")
    (staging / f"{job.page}.html").write_text(page, "utf-8")
    return results_of(notebook)


def results_of(notebook: Any) -> dict[str, Any]:
    """The numbers that the notebook's results cell put out; empty when there is none."""
    for cell in notebook.cells:
        for output in cell.get("outputs", ()):
            found = output.get("data", {}).get(RESULTS_MIME)
            if found is not None:
                # Plain: a notebook's own kind of mapping would be imported, with all of nbformat, by who receives it.
                return dict(json.loads(found if isinstance(found, str) else json.dumps(found)))
    return {}


def check_page(page: str, notebook: Any, job: Job) -> None:
    """Raise ReportError unless the page is the right one, whole, and shows the numbers that the notebook put out."""
    from saypro_analysis.publish.page_check import page_faults

    results = results_of(notebook)
    if not results:
        raise ReportError("the notebook put out no results; keep its last cell")
    faults = page_faults(
        page, results, page_name=job.page, month=str(job.parameters["month"]), departments=job.departments
    )
    if faults:
        raise ReportError(faults[0])
