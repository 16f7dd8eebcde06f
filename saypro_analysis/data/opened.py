"""What a run has opened and checked, handed to its notebooks as it is.

So a page is made from exactly what its fingerprint was taken of, and nobody reads params and data a second time. The
files lie in the run's private folder and are read by its own processes only.
"""

import os
import pickle
from collections.abc import Mapping
from pathlib import Path

from saypro_analysis.kpi import DepartmentMonth

OPENED = "SAYPRO_OPENED"


def keep_opened(folder: Path, opened: Mapping[str, DepartmentMonth]) -> None:
    """Write a month's departments into ``folder``, which is there, in their order."""
    for place, (name, month) in enumerate(opened.items()):
        (folder / f"{place:04}-{name}.pickle").write_bytes(pickle.dumps(month, pickle.HIGHEST_PROTOCOL))


def opened_departments() -> dict[str, Path] | None:
    """Where each department's month lies, by id in their order; None where no run has opened any."""
    folder = os.environ.get(OPENED)
    if not folder:
        return None
    return {path.stem.split("-", 1)[1]: path for path in sorted(Path(folder).glob("*.pickle"))}


def read_opened(path: Path) -> DepartmentMonth:
    """One department's month as the run opened it."""
    month: DepartmentMonth = pickle.loads(path.read_bytes())  # noqa: S301 (the run wrote it, where only it can write)
    return month
