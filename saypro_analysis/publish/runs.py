"""The records of runs: ``<out>/.runs/<id>/run.json``, and beside it a log for every report.

A record is there from the start of a run, so that one that was killed is known, and says at its end what is published.
"""

import json
import os
import shutil
import socket
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from saypro_analysis.errors import Fault, ParamsError, ReportError
from saypro_analysis.publish.folders import is_alive, no_place, write_whole
from saypro_analysis.publish.hashes import file_hash, intact
from saypro_analysis.publish.moments import now, spoken_moment
from saypro_analysis.publish.raw import RawInputs

if TYPE_CHECKING:
    from saypro_analysis.publish.work import MonthResult

FOLDER = ".runs"
#: How many records are kept.
KEPT = 100
_MONTH = "[0-9][0-9][0-9][0-9]-[0-9][0-9]"
RUNNING, OK, INCOMPLETE, FAILED, INTERRUPTED, DIED = "running", "ok", "incomplete", "failed", "interrupted", "died"


@dataclass(frozen=True, kw_only=True)
class RunRecord:
    """The record of the run at work. ``began_at`` is for people: "2026-11-04 07:30 UTC"."""

    id: str
    out: Path
    facts: Mapping[str, Any]
    began_at: str
    start: float  # of a clock that cannot jump

    @property
    def logs(self) -> Path:
        """The folder of the run's logs."""
        return self.out / FOLDER / self.id

    def finish(self, months: Sequence["MonthResult"]) -> None:
        """Write what the run did and what is published now."""
        status = OK if all(month.complete for month in months) else INCOMPLETE
        made = [_below(self.out, month.folder) for month in months]
        try:
            self._write(status, reports=_counts(months), made=made, published=published_state(self.out))
        except OSError as error:
            fault = Fault(
                where=f"{self.out.name}/{FOLDER}", found=f"writing failed ({error.strerror})", hint="make room"
            )
            raise ReportError("The reports were published; the record of the run was not written.", (fault,)) from error

    def give_up(self, status: str, reason: str) -> None:
        """Write that the run ended before its time."""
        with suppress(OSError):  # a full disk: what went wrong is told all the same, and the record says "died"
            self._write(status, reason=reason)

    def _write(self, status: str, **more: Any) -> None:
        ended = {} if status == RUNNING else {"ended": now(), "seconds": round(time.monotonic() - self.start, 3)}
        document = {**self.facts, "status": status, **ended, **more}
        write_whole(self.logs / "run.json", json.dumps(document, indent=1, ensure_ascii=False) + "\n")


@contextmanager
def recorded(out: Path, months: Sequence[str], raw: RawInputs, settings: Mapping[str, Any]) -> Iterator[RunRecord]:
    """The record of a run that is about to begin. Needs the lock of ``out``."""
    record = _begin(out, months, raw, settings)
    try:
        yield record
    except Exception as error:
        record.give_up(FAILED, str(error).splitlines()[0] if str(error) else type(error).__name__)
        raise
    except BaseException:
        record.give_up(INTERRUPTED, "")
        raise


def _begin(out: Path, months: Sequence[str], raw: RawInputs, settings: Mapping[str, Any]) -> RunRecord:
    place = out / FOLDER
    place.mkdir(parents=True, exist_ok=True)
    held = _ids(out)
    for old in held[: max(0, len(held) + 1 - KEPT)]:
        shutil.rmtree(place / old, ignore_errors=True)
    number = int(held[-1].split("-")[0]) + 1 if held else 1  # the clock may jump, this does not
    began = now()
    stamp = began.replace("-", "").replace(":", "").removesuffix("+0000")
    facts = {"id": f"{number:06}-{stamp}", "began": began, "pid": os.getpid(), "host": socket.gethostname(),
             "months": list(months), "settings": dict(settings), **raw.facts()}  # fmt: skip
    record = RunRecord(id=str(facts["id"]), out=out, facts=facts, began_at=spoken_moment(began), start=time.monotonic())
    try:
        record.logs.mkdir()
        record._write(RUNNING)
    except OSError as error:
        shutil.rmtree(record.logs, ignore_errors=True)
        raise no_place(out, error) from error
    return record


def _ids(out: Path) -> list[str]:
    place = out / FOLDER
    found = [path.name for path in place.iterdir() if path.is_dir()] if place.is_dir() else []
    return sorted(name for name in found if name.split("-")[0].isdigit())


def run_records(out: Path) -> list[dict[str, Any]]:
    """The records of the runs in ``out``, the latest last; "died" is the status of one whose process is gone."""
    found = []
    for name in _ids(out):
        try:
            record = json.loads((out / FOLDER / name / "run.json").read_text("utf-8"))
        except (OSError, ValueError):
            continue
        if not isinstance(record, dict) or not {"id", "status", "began"} <= set(record):
            continue
        here = record.get("host") == socket.gethostname()
        gone = record["status"] == RUNNING and here and not is_alive(int(record.get("pid", 0)))
        found.append({**record, "status": DIED} if gone else record)
    return found


def unchanged_since(out: Path, raw: RawInputs) -> str:
    """When the last run ended, if it had the same order and inputs and all that it published is there; else empty."""
    last = next(iter(run_records(out)[-1:]), None)
    same = ("versions", "order", "inputs")
    if last is None or last["status"] != OK or any(last.get(key) != raw.facts()[key] for key in same):
        return ""
    if last.get("published") != published_state(out):
        return ""
    folders = [out / name for name in last.get("made", ())]
    return str(last["ended"]) if folders and all(_whole(folder) for folder in folders) else ""


def _whole(folder: Path) -> bool:
    files = json.loads((folder / "manifest.json").read_text("utf-8"))["files"]
    return intact(folder, files, tuple(files))


def published_state(out: Path) -> dict[str, str]:
    """What is published below ``out``: the hash of every month's manifest, and of the pages that lead to them."""
    pages = [path for depth in ("", "*/", "*/*/") for path in out.glob(f"{depth}index.html")]
    manifests = [path for depth in ("", "*/*/") for path in out.glob(f"{depth}{_MONTH}/manifest.json")]
    held = {_below(out, path): path for path in (*pages, *manifests)}
    return {name: file_hash(held[name]) for name in sorted(held) if not name.startswith(".")}


def unfinished(out: Path) -> dict[str, Any]:
    """The record of the last run, when it did not do all it was asked for; raises ParamsError otherwise."""
    records = run_records(out)
    if not records or records[-1]["status"] in (OK, RUNNING):
        found = "there was no run" if not records else f"the last run is {records[-1]['status']}"
        fault = Fault(where="--resume", found=found, hint="run without it")
        raise ParamsError("There is no run to go on with; nothing was run.", (fault,))
    return records[-1]


def _counts(months: Sequence["MonthResult"]) -> dict[str, int]:
    states = [outcome.state if outcome.made else "failed" for month in months for outcome in month.outcomes]
    return {state: states.count(state) for state in ("made", "unchanged", "resumed", "failed") if state in states}


def _below(out: Path, path: Path) -> str:
    return path.relative_to(out).as_posix()
