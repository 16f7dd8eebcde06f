"""Make one report: execute its notebook, export it, check the page, and write both into the staging folder.

Runs in a worker process. What comes back is small and plain, so that it survives the way between processes.
"""

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import nbformat

from saypro_analysis.errors import ReportError, SayproError
from saypro_analysis.publish.engine import execute
from saypro_analysis.publish.outside import outside_references
from saypro_analysis.show.results import RESULTS_MIME


@dataclass(frozen=True, kw_only=True)
class Job:
    """One report to make. ``page`` is the file's name without ending; ``parameters`` go into the notebook."""

    page: str
    notebook: str
    staging: str
    parameters: Mapping[str, Any]
    environment: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What became of a job. ``reason`` is empty when the report was made; ``results`` are its numbers."""

    page: str
    reason: str = ""
    seconds: float = 0.0
    results: Mapping[str, Any] = field(default_factory=dict)

    @property
    def made(self) -> bool:
        """Whether the report was made."""
        return not self.reason


def make_report(job: Job) -> Outcome:
    """Make one report; a failure is an Outcome with its reason, and leaves nothing in the staging folder."""
    start = time.monotonic()
    try:
        results = _make(job)
    except SayproError as error:
        return Outcome(page=job.page, reason=error.message, seconds=time.monotonic() - start)
    except OSError as error:
        for ending in ("html", "ipynb"):
            (Path(job.staging) / f"{job.page}.{ending}").unlink(missing_ok=True)
        return Outcome(page=job.page, reason=f"writing failed: {error.strerror}", seconds=time.monotonic() - start)
    return Outcome(page=job.page, seconds=time.monotonic() - start, results=results)


def _make(job: Job) -> dict[str, Any]:
    from saypro_analysis.publish.html import export_html

    notebook = execute(Path(job.notebook), job.parameters, environment=job.environment)
    page = export_html(notebook, exporter=_exporter())
    check_page(page, notebook, job)
    staging = Path(job.staging)
    nbformat.write(notebook, staging / f"{job.page}.ipynb")
    (staging / f"{job.page}.html").write_text(page, "utf-8")
    return results_of(notebook)


@lru_cache(maxsize=1)
def _exporter() -> Any:
    from saypro_analysis.publish.html import make_exporter

    return make_exporter()


def results_of(notebook: Any) -> dict[str, Any]:
    """The numbers that the notebook's results cell put out; empty when there is none."""
    for cell in notebook.cells:
        for output in cell.get("outputs", ()):
            found = output.get("data", {}).get(RESULTS_MIME)
            if found is not None:
                return dict(json.loads(found) if isinstance(found, str) else found)
    return {}


def check_page(page: str, notebook: Any, job: Job) -> None:
    """Raise ReportError unless the page is the right one, whole, and asks for nothing outside itself."""
    results, month = results_of(notebook), job.parameters["month"]
    if not results:
        raise ReportError("the notebook put out no results; keep its last cell")
    if results.get("month") != month or results.get("department") != job.page.replace("index", "overview"):
        found = f"{results.get('department')} in {results.get('month')}"
        raise ReportError(f"the notebook reports {found} instead of {job.page} in {month}")
    outside = outside_references(page)
    if outside:
        raise ReportError(f"the page asks for something outside itself: {outside[0]}")
    if "<h1" not in page or not page.rstrip().endswith("</html>"):
        raise ReportError("the page is not whole")
