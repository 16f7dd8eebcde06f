"""What a run is asked for, what it works on, and what came of it."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from saypro_analysis.data.snapshot import Snapshot
from saypro_analysis.kpi import Params
from saypro_analysis.month import EARLIER, LATEST, PARAMS, RUN_AT, SNAPSHOT
from saypro_analysis.publish.report import Job, Outcome

#: The children share the machine's cores: each computes on one.
_ENVIRONMENT = {"SAYPRO_BATCH": "1", "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}


@dataclass(frozen=True, kw_only=True)
class Order:
    """What to run. ``departments`` empty: all. ``notebooks`` is the folder of the notebooks."""

    params: Path
    notebooks: Path
    out: Path
    month: str = LATEST
    departments: tuple[str, ...] = ()
    jobs: int = 2
    pdf: bool = False  # a PDF beside each page


@dataclass(frozen=True, kw_only=True)
class RunResult:
    """What a run did: the published month's folder and the outcome of every report, the overview last.

    PDFs that were asked for are one more outcome after it, ``pdf.PDFS``.
    """

    folder: Path
    month: str
    outcomes: tuple[Outcome, ...]
    made_up: bool

    @property
    def exit_code(self) -> int:
        """0 when all reports were made, 1 when some were not."""
        return 0 if all(outcome.made for outcome in self.outcomes) else 1


@dataclass(frozen=True, kw_only=True)
class Work:
    """A run whose params and data are checked.

    ``copy`` is the run's own copy of the params; ``inputs`` has the fingerprint of what each department's page is made
    from, by id; ``earlier`` is the folder of the month published before.
    """

    order: Order
    copy: Path
    params: Params
    snapshot: Snapshot
    month: str
    inputs: Mapping[str, str]
    earlier: Path | None
    began: str  # when: "2026-11-04 07:30 UTC"

    @property
    def names(self) -> dict[str, str]:
        """Every department's name by id."""
        return {key: department.name for key, department in self.params.departments.items()}


def report_job(work: Work, staging: Path, name: str) -> Job:
    """What a worker needs to make the page of a department, or of the overview."""
    order = work.order
    parameters = {"department": name, "month": work.month, "params": _relative(order.params, order.notebooks)}
    own = {
        SNAPSHOT: str(staging.resolve()),
        PARAMS: str(work.copy.resolve()),
        EARLIER: str(work.earlier.resolve()) if work.earlier is not None else "",
        RUN_AT: work.began,
        "TMPDIR": str(work.copy.parent),
    }
    return Job(
        page=name,
        notebook=str((order.notebooks / f"{name}.ipynb").resolve()),
        staging=str(staging),
        parameters=parameters,
        environment={**_ENVIRONMENT, **own},
    )


def _relative(params: Path, notebooks: Path) -> str:
    """The params as seen from the notebooks' folder: a published notebook names no folder of this machine."""
    return Path(os.path.relpath(params.resolve(), notebooks.resolve())).as_posix()
