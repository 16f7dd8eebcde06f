"""What a run works on, and what came of it."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from saypro_analysis.data.opened import OPENED
from saypro_analysis.data.snapshot import Snapshot
from saypro_analysis.errors import ReportError
from saypro_analysis.kpi import DepartmentMonth, Params
from saypro_analysis.month import EARLIER, PARAMS, SNAPSHOT
from saypro_analysis.publish.fingerprints import Parts
from saypro_analysis.publish.order import Order
from saypro_analysis.publish.report import Job, Outcome


@dataclass(frozen=True, kw_only=True)
class MonthResult:
    """One month's published folder and the outcome of every report, the overview last.

    PDFs that were asked for are one more outcome after it, ``pdf.PDFS``. ``failure`` is why nothing was published.
    """

    folder: Path
    month: str
    outcomes: tuple[Outcome, ...] = ()
    member: str = ""
    failure: ReportError | None = None

    @property
    def complete(self) -> bool:
        """Whether all that was asked for is there."""
        return self.failure is None and all(outcome.made for outcome in self.outcomes)


@dataclass(frozen=True, kw_only=True)
class RunResult:
    """What a run did, month by month. ``since``: nothing had changed since then, and nothing was run."""

    months: tuple[MonthResult, ...]
    made_up: bool
    since: str = ""

    @property
    def exit_code(self) -> int:
        """0 when all reports are there, 1 when some are not."""
        return 0 if all(month.complete for month in self.months) else 1

    @property
    def folder(self) -> Path:
        """The folder of the last month."""
        return self.months[-1].folder

    @property
    def month(self) -> str:
        """The last month."""
        return self.months[-1].month

    @property
    def outcomes(self) -> tuple[Outcome, ...]:
        """The outcomes of the last month."""
        return self.months[-1].outcomes


@dataclass(frozen=True, kw_only=True)
class Work:
    """The reports of one month in one place, whose params and data are checked.

    ``copy`` is the run's own copy of the params, ``notebooks`` that of the notebooks; ``opened`` has every
    department's month, or why there is none; ``inputs`` the parts that each department's page is made from (empty: it
    cannot be made), by id in their order; ``earlier`` is the folder of the month published before; ``private`` a folder
    that only this run uses.
    """

    order: Order
    out: Path
    copy: Path
    notebooks: Path
    private: Path
    params: Params
    snapshot: Snapshot
    month: str
    opened: Mapping[str, DepartmentMonth | ReportError]
    inputs: Mapping[str, Parts]
    earlier: Path | None
    logs: Path
    run: str  # the run's id
    began: str  # when: "2026-11-04 07:30 UTC"
    member: str = ""
    facts: Mapping[str, object] = field(default_factory=dict)  # of the run, for the manifest

    @property
    def names(self) -> dict[str, str]:
        """Every department's name by id."""
        return {key: department.name for key, department in self.params.departments.items()}

    def label(self, page: str) -> str:
        """What a report is called in the run's own output."""
        parts = [self.month if ".." in self.order.month else "", self.member, page]
        return " ".join(part for part in parts if part)


def report_job(work: Work, staging: Path, name: str) -> Job:
    """What a worker needs to make the page of a department, or of the overview."""
    order = work.order
    parameters = {"department": name, "month": work.month, "params": _relative(order.params, order.notebooks)}
    environment = {
        "SAYPRO_BATCH": "1",
        OPENED: str(work.private),
        SNAPSHOT: str(staging.resolve()),
        PARAMS: str(work.copy.resolve()),
        EARLIER: str(work.earlier.resolve()) if work.earlier is not None else "",
    }
    return Job(
        page=name,
        notebook=str(work.notebooks / f"{name}.ipynb"),
        folder=str(order.notebooks.resolve()),
        staging=str(staging),
        parameters=parameters,
        environment=environment,
        log=str(work.logs / _log_name(work, name)),
        engine=order.engine,
    )


def _log_name(work: Work, page: str) -> str:
    """A report's log among those of its run: by folders, as a member may be called anything."""
    return f"{'-'.join([work.month, *([work.out.name] if work.member else []), page])}.log"


def _relative(params: Path, notebooks: Path) -> str:
    """The params as seen from the notebooks' folder: a published notebook names no folder of this machine."""
    return Path(os.path.relpath(params.resolve(), notebooks.resolve())).as_posix()
