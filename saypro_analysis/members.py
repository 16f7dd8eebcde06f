"""The monthly table of a department as arrays, grouped once: the totals of every KPI, and the segments of some."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from saypro_analysis.kpi import DepartmentMonth

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

MONTHS = 24  # up to the month: six months are looked back upon, each with the year before it and its changes
COLUMNS = ("value", "numerator", "denominator", "rows")
TARGETS = ("target", "target_upper")


@dataclass(frozen=True, kw_only=True)
class Whole:
    """A KPI's totals of the last ``MONTHS`` months, in order (n,), as in the monthly table; NaN where not known."""

    value: Floats
    numerator: Floats
    denominator: Floats
    rows: Floats
    target: Floats
    target_upper: Floats


@dataclass(frozen=True, kw_only=True)
class Members:
    """The segments of a KPI by dimension: arrays of dimension, month and member (d, n, m).

    Where a segment has no record, and beyond the last segment of a dimension, all are NaN. ``names`` are the segments
    of each dimension, in order of the alphabet.
    """

    dimensions: tuple[str, ...]
    names: tuple[tuple[str, ...], ...]
    value: Floats
    numerator: Floats
    denominator: Floats
    rows: Floats


@dataclass(frozen=True, kw_only=True)
class Grouped:
    """What ``group_members`` makes: totals and segments by the KPI's id."""

    wholes: Mapping[str, Whole]
    members: Mapping[str, Members]


def group_members(month: DepartmentMonth, kpis: Collection[str]) -> Grouped:
    """The totals of the department's KPIs, and the segments of ``kpis`` (ids) by the dimensions on their cards.

    Both up to the month, in the units of the monthly table. Raises ValueError when a month stands there twice for a
    KPI and segment.
    """
    rows, at = _rows(month, kpis)
    names, code = _codes(rows)
    series, place = np.unique(code, return_inverse=True)
    flat = place * MONTHS + at
    if len(flat) and np.bincount(flat).max() > 1:
        kpi, _, _ = _parts(int(code[np.bincount(flat)[flat].argmax()]), names)
        raise ValueError(f"{month.department.id}.{kpi}: a month stands there twice for one segment")
    cube = np.full((len(series) * MONTHS, len(COLUMNS) + len(TARGETS)), np.nan)
    cube[flat] = rows[[*COLUMNS, *TARGETS]].to_numpy(dtype=np.float64)
    table = np.where(np.isfinite(cube), cube, np.nan).reshape(len(series), MONTHS, -1).transpose(2, 0, 1)
    totals, blocks = _blocks(series, names)
    labels, cards = names[2][series % max(len(names[2]), 1)], month.department.kpis
    return Grouped(
        wholes={kpi: Whole(**dict(zip((*COLUMNS, *TARGETS), table[:, at], strict=True))) for kpi, at in totals.items()},
        members={kpi: _members(cards[kpi].segments, blocks.get(kpi, {}), labels, table) for kpi in kpis},
    )


def _blocks(series: Ints, names: list[npt.NDArray[np.object_]]) -> tuple[dict[str, int], dict[str, dict[str, slice]]]:
    """Where each KPI's total stands among the series, and where the segments of each of its dimensions."""
    totals: dict[str, int] = {}
    blocks: dict[str, dict[str, slice]] = {}
    starts = np.flatnonzero(np.diff(series // max(len(names[2]), 1), prepend=-1)).tolist()
    for start, end in zip(starts, [*starts[1:], len(series)] if starts else [], strict=True):
        kpi, dimension, _ = _parts(int(series[start]), names)
        if dimension:
            blocks.setdefault(kpi, {})[dimension] = slice(start, end)
        else:
            totals[kpi] = start
    return totals, blocks


def _rows(month: DepartmentMonth, kpis: Collection[str]) -> tuple[pd.DataFrame, Ints]:
    """The rows that are needed, and the place of their month."""
    held = month.monthly
    at = held["month"].astype("int64").to_numpy() - month.month.ordinal + MONTHS - 1
    needed = (held["department"] == month.department.id).to_numpy() & (at >= 0) & (at < MONTHS)
    total = ((held["dimension"] == "") & (held["segment"] == "")).to_numpy()
    needed &= total | ((held["dimension"] != "") & held["kpi"].isin(list(kpis))).to_numpy()
    return held[needed], at[needed].astype(np.int64)


def _codes(rows: pd.DataFrame) -> tuple[list[npt.NDArray[np.object_]], Ints]:
    """The names of KPIs, dimensions and segments, and one number for the three of each row, in their order."""
    code, names = np.zeros(len(rows), dtype=np.int64), []
    for column in ("kpi", "dimension", "segment"):
        number, found = pd.factorize(rows[column], sort=True)
        code = code * max(len(found), 1) + number
        names.append(np.asarray(found, dtype=object))
    return names, code


def _parts(code: int, names: list[npt.NDArray[np.object_]]) -> tuple[str, str, str]:
    rest, segment = divmod(code, len(names[2]))
    kpi, dimension = divmod(rest, len(names[1]))
    return str(names[0][kpi]), str(names[1][dimension]), str(names[2][segment])


def _members(
    order: tuple[str, ...], blocks: Mapping[str, slice], labels: npt.NDArray[np.object_], table: Floats
) -> Members:
    """One KPI's dimensions side by side, in the order of its card, filled up to the same number of members."""
    dimensions = tuple(name for name in order if name in blocks)
    most = max((blocks[name].stop - blocks[name].start for name in dimensions), default=0)
    parts = np.full((len(COLUMNS), len(dimensions), MONTHS, most), np.nan)
    for place, name in enumerate(dimensions):
        block = table[: len(COLUMNS), blocks[name]]
        parts[:, place, :, : block.shape[1]] = block.swapaxes(1, 2)
    names = tuple(tuple(map(str, labels[blocks[name]])) for name in dimensions)
    return Members(dimensions=dimensions, names=names, **dict(zip(COLUMNS, parts, strict=True)))
