"""A run, and all runs, as a few lines for people."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from saypro_analysis.publish.moments import spoken_moment
from saypro_analysis.publish.work import MonthResult, RunResult

_STATES = {"made": "made", "unchanged": "up to date", "resumed": "taken over"}
#: Runs of more reports than these are summed up by place instead of listed.
_LISTED = 40


def summary_lines(result: RunResult, *, explain: bool = False) -> Iterator[str]:
    """One table of all reports, or of all places when there are many, and where to look."""
    if result.made_up:
        yield "The data are made up: the sample company. See README, 'Your own data'."
    reports = sum(len(month.outcomes) for month in result.months)
    rows = [
        row
        for month in result.months
        for row in (_reports(month, explain) if reports <= _LISTED or explain else _place(month))
    ]
    yield from (
        table(["report", "", "seconds", *(["why"] if explain else [])], rows)
        if reports <= _LISTED or explain
        else table(["reports of", "there", "failed", "seconds"], rows)
    )
    shown = result.months if len(result.months) <= _LISTED else result.months[-1:]
    for month in shown:
        if month.failure is None:
            yield f"Overview of {_name(month)}: {month.folder / 'index.html'}"


def _reports(month: MonthResult, explain: bool) -> Iterator[list[str]]:
    for outcome in month.outcomes:
        name = _name(month, outcome.page)
        state = _STATES.get(outcome.state, outcome.state) if outcome.made else "FAILED"
        seconds = f"{outcome.seconds:.1f}" if outcome.state == "made" else ""
        why = [", ".join(outcome.why) or "nothing changed"] if explain else []
        yield [name, state, seconds, *why]
    if month.failure is not None:
        yield [_name(month), "FAILED", "", *([""] if explain else [])]


def _place(month: MonthResult) -> Iterator[list[str]]:
    failed = sum(not outcome.made for outcome in month.outcomes)
    there = len(month.outcomes) - failed
    seconds = sum(outcome.seconds for outcome in month.outcomes if outcome.state == "made")
    yield [
        _name(month),
        str(there),
        str(failed) if month.failure is None else "all",
        f"{seconds:.1f}",
    ]


def _name(month: MonthResult, *more: str) -> str:
    return " ".join(part for part in (month.member, month.month, *more) if part)


def run_lines(records: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """The runs as a table, the latest last."""
    if not records:
        yield "There was no run here."
        return
    rows = [
        [
            str(one["id"]).split("-")[0].lstrip("0"), spoken_moment(str(one["began"])),
            ", ".join(one.get("months", ())), str((one.get("settings") or {}).get("by", "")), str(one["status"]),
            f"{one['seconds']:.1f}" if "seconds" in one else "",
            ", ".join(f"{number} {_STATES.get(state, state)}" for state, number in (one.get("reports") or {}).items())
            or str(one.get("reason", "")),
        ]
        for one in records
    ]  # fmt: skip
    yield from table(["run", "began", "months", "by", "ended", "seconds", "reports"], rows)


def table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Rows under their heads, each column as wide as it needs.

    >>> list(table(["report", "seconds"], [["sales", "1.2"]]))
    ['report  seconds', 'sales   1.2']
    """
    every = [list(heads), *(list(row) for row in rows)]
    widths = [max(len(row[column]) for row in every) for column in range(len(heads))]
    for row in every:
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
