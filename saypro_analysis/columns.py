"""Results of many series side by side: one array per field, one entry per series; and one entry as a result."""

from collections.abc import Mapping
from dataclasses import Field
from typing import Any, ClassVar, Protocol, TypeVar

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Columns = Mapping[str, npt.NDArray[Any]]


class _Dataclass(Protocol):
    __dataclass_fields__: ClassVar[dict[str, Field[Any]]]


Result = TypeVar("Result", bound=_Dataclass)


def row(kind: type[Result], columns: Columns, at: int) -> Result:
    """Entry ``at`` of the columns as a result of this kind; NaN, which is not known, becomes None.

    >>> from saypro_analysis.severity import Severity
    >>> row(Severity, {"score": np.array([12.0, np.nan]), "level": np.array(["on track", ""])}, 1).score is None
    True
    """
    names = set(kind.__dataclass_fields__)
    return kind(**{name: _plain(column[at]) for name, column in columns.items() if name in names})


def _plain(entry: Any) -> Any:
    if isinstance(entry, np.generic):
        entry = entry.item()
    return None if isinstance(entry, float) and not np.isfinite(entry) else entry


def named(names: tuple[str, ...], codes: npt.NDArray[Any]) -> npt.NDArray[np.object_]:
    """The name of each code, as text.

    >>> named(("no", "yes"), np.array([1, 0])).tolist()
    ['yes', 'no']
    """
    return np.asarray(np.array(names, dtype=object)[codes])
