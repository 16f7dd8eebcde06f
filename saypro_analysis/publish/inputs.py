"""The run's own copies of params and notebooks: a file edited while it works cannot give one month pages of two minds.

Nor can a page be made from anything else than its fingerprint was taken of.
"""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from saypro_analysis.errors import Fault, ParamsError
from saypro_analysis.publish.folders import is_alive

_FOLDERS = ("departments", "evidence", "actions")
_PREFIX = "saypro-run-"


@contextmanager
def own_params(params: Path) -> Iterator[Path]:
    """A copy of ``params`` in a folder that only this run uses and that is gone at its end.

    The copy has the same name, so that what is found wrong in it is named as the user knows it. Beside it there is
    room for what workers and kernels write for a moment.
    """
    _remove_left_behind()
    with tempfile.TemporaryDirectory(prefix=f"{_PREFIX}{os.getpid()}-", ignore_cleanup_errors=True) as private:
        copy = Path(private) / (params.resolve().name or "params")
        copy.mkdir()
        for path in params_files(params):
            place = copy / path.relative_to(params)
            place.parent.mkdir(exist_ok=True)
            _copy(path, place, f"{copy.name}/{place.relative_to(copy).as_posix()}")
        yield copy


def _remove_left_behind() -> None:
    """Remove what runs of this user that were killed have left in the folder for temporary files."""
    for left in Path(tempfile.gettempdir()).glob(f"{_PREFIX}[0-9]*-*"):
        pid = left.name.removeprefix(_PREFIX).split("-")[0]
        if pid.isdigit() and not is_alive(int(pid)):
            shutil.rmtree(left, ignore_errors=True)  # another user's stays: it cannot be removed


def own_notebooks(notebooks: Path, private: Path) -> Path:
    """A copy of the notebooks in a folder of their own in ``private``."""
    copy = private / ".notebooks"
    copy.mkdir()
    for path in sorted(notebooks.glob("*.ipynb")):
        _copy(path, copy / path.name, f"{notebooks.name}/{path.name}")
    return copy


def _copy(path: Path, place: Path, name: str) -> None:
    try:
        shutil.copyfile(path, place)
    except OSError as error:
        fault = Fault(where=name, found=f"cannot be copied ({error.strerror})", hint="allow reading, or make room")
        raise ParamsError("What the reports are made from cannot be read; nothing was run.", (fault,)) from error


def params_files(params: Path) -> list[Path]:
    """Every file that params are read from; data that lie in the same folder are none of them."""
    folders = [path for name in _FOLDERS for path in (params / name).glob("*")]
    return sorted(path for path in [*params.glob("*.y*ml"), params / "outcomes.csv", *folders] if path.is_file())
