"""The run's own copy of the params: a file edited while it works cannot give one month pages of two minds."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from saypro_analysis.errors import Fault, ParamsError

_FOLDERS = ("departments", "evidence", "actions")


@contextmanager
def own_params(params: Path) -> Iterator[Path]:
    """A copy of ``params`` in a folder that only this run uses and that is gone at its end.

    The copy has the same name, so that what is found wrong in it is named as the user knows it. Beside it there is
    room for what workers and kernels write for a moment.
    """
    with tempfile.TemporaryDirectory(prefix="saypro-", ignore_cleanup_errors=True) as private:
        copy = Path(private) / (params.resolve().name or "params")
        copy.mkdir()
        for path in params_files(params):
            place = copy / path.relative_to(params)
            place.parent.mkdir(exist_ok=True)
            _copy(path, place, f"{copy.name}/{place.relative_to(copy).as_posix()}")
        yield copy


def _copy(path: Path, place: Path, name: str) -> None:
    try:
        shutil.copyfile(path, place)
    except OSError as error:
        fault = Fault(where=name, found=f"cannot be copied ({error.strerror})", hint="allow reading, or make room")
        raise ParamsError("The params cannot be read; nothing was run.", (fault,)) from error


def params_files(params: Path) -> list[Path]:
    """Every file that params are read from; data that lie in the same folder are none of them."""
    folders = [path for name in _FOLDERS for path in (params / name).glob("*")]
    return sorted(path for path in [*params.glob("*.y*ml"), params / "outcomes.csv", *folders] if path.is_file())
