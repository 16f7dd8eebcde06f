"""What a run is asked for. Light to import: a run that has nothing to do needs no more."""

from dataclasses import dataclass, field
from pathlib import Path

from saypro_analysis.execute.limits import FORK, Limits

LATEST = "latest"
OVERVIEW = "index"


@dataclass(frozen=True, kw_only=True)
class Order:
    """What to run. ``departments`` empty: all. ``notebooks`` is the folder of the notebooks.

    ``month`` is "2026-10", "latest", or several as "2026-01..2026-06". ``by``: a dimension such as "region"; the run
    then makes the reports of each of its ``members`` (empty: of all) instead of the company's. ``force``: also what is
    up to date.
    """

    params: Path
    notebooks: Path
    out: Path
    month: str = LATEST
    departments: tuple[str, ...] = ()
    by: str = ""
    members: tuple[str, ...] = ()
    jobs: int = 2
    pdf: bool = False  # a PDF beside each page
    force: bool = False
    engine: str = FORK
    limits: Limits = field(default_factory=Limits)
