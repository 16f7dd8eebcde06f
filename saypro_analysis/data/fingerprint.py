"""Recognise tables by their contents: the same values give the same hash, on every machine and in every process."""

import hashlib
import json
from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd


def fingerprint_of(tables: Iterable[pd.DataFrame], *, facts: object = None) -> str:
    """SHA-256 of the contents of tables, and of ``facts`` (what JSON can hold) beside them.

    Columns count with their names, kinds and order, rows in their order, the index not at all. Missing is missing,
    however it is written.

    >>> one, other = pd.DataFrame({"value": [1.0, None]}), pd.DataFrame({"value": ["1.0", None]})
    >>> fingerprint_of([one]) == fingerprint_of([one.set_axis(["x", "y"])])
    True
    >>> fingerprint_of([one]) == fingerprint_of([other])
    False
    """
    digest = hashlib.sha256(json.dumps(facts).encode())
    for table in tables:
        digest.update(json.dumps([len(table), *map(str, table.columns)]).encode())
        for _, column in table.items():
            kind, values = _plain(column)
            digest.update(json.dumps([kind, len(values)]).encode())
            digest.update(values)
    return digest.hexdigest()


def _plain(column: "pd.Series[Any]") -> tuple[str, bytes]:
    """What kind of values a column has, and the values: numbers as they are, months by number, the rest as text."""
    if isinstance(column.dtype, pd.PeriodDtype):
        return column.dtype.name, pd.PeriodIndex(column).asi8.astype("<i8").tobytes()
    if pd.api.types.is_bool_dtype(column.dtype) or pd.api.types.is_integer_dtype(column.dtype):
        if not column.hasnans:
            return "integer", column.to_numpy(dtype="<i8").tobytes()
    elif pd.api.types.is_float_dtype(column.dtype):
        values = column.to_numpy(dtype="<f8", na_value=np.nan)
        return "number", np.where(np.isnan(values), np.nan, values + 0.0).tobytes()  # of NaN and zero there are several
    held = zip(column.to_numpy(dtype=object), column.isna().to_numpy(), strict=True)
    return "text", json.dumps([None if missing else str(value) for value, missing in held]).encode()
