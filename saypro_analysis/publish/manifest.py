"""What a run made and from what, written last: a month without a manifest was not published by a run.

``schema.py`` documents every key. Hashes are SHA-256.
"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from saypro_analysis.errors import Fault, ReportError
from saypro_analysis.publish.folders import write_whole
from saypro_analysis.publish.hashes import folder_hashes
from saypro_analysis.publish.moments import now
from saypro_analysis.publish.report import Outcome
from saypro_analysis.publish.work import Work

NAME = "manifest.json"
#: The version of the manifest's form: a run does not build on what a newer one has written.
SCHEMA = 2


def write_manifest(folder: Path, work: Work, outcomes: Sequence[Outcome], reports: Mapping[str, Any]) -> None:
    """Write manifest.json: the run, its inputs, the status of each report, and the hash of every file.

    ``reports`` has what an earlier manifest says of the pages that stay as they were.
    """
    document: dict[str, Any] = {
        "schema": SCHEMA,
        "month": work.month,
        "member": work.member,
        "made_at": now(),
        "run": work.run,
        **work.facts,
        "data": {
            "as_of": work.snapshot.as_of,
            "fingerprint": work.snapshot.fingerprint,
            "made_up": work.snapshot.made_up,
            "latest": work.month == str(work.snapshot.latest),
            "sources": _sources(work),
        },
        "reports": {outcome.page: _report(work, outcome, reports.get(outcome.page)) for outcome in outcomes},
        "files": folder_hashes(folder, leave=NAME),
    }
    _write(folder, {**document, "reports": {**reports, **document["reports"]}})


def _sources(work: Work) -> list[dict[str, Any]]:
    columns = ["table", "file", "rows", "sha256"]
    return [dict(zip(columns, row, strict=True)) for row in work.snapshot.sources[columns].itertuples(index=False)]


def _report(work: Work, outcome: Outcome, before: Mapping[str, Any] | None) -> dict[str, Any]:
    if outcome.state == "unchanged" and before is not None:
        return {**before, "status": "ok", "reason": ""}
    status = "ok" if outcome.made else "stale" if before is not None else "failed"
    made = {
        "run": work.run,
        "seconds": round(outcome.seconds, 3),
        "why": list(outcome.why),
        "inputs": dict(outcome.inputs),
        "parameters": dict(outcome.parameters),
    }
    kept = {name: before[name] for name in made if name in before} if status == "stale" and before is not None else made
    return {"status": status, "reason": outcome.reason, **kept}


def list_again(folder: Path) -> None:
    """Write the hashes anew of what lies in a published month's ``folder``; all else in manifest.json stays."""
    try:
        document = dict(json.loads((folder / NAME).read_text("utf-8")))
    except (TypeError, ValueError) as error:
        fault = Fault(where=NAME, found="cannot be read", hint="run the month again")
        raise ReportError("The month is not whole.", (fault,)) from error
    _write(folder, {**document, "files": folder_hashes(folder, leave=NAME)})


def held_manifest(folder: Path) -> dict[str, Any]:
    """A month's manifest; empty when there is none, it is damaged, or of a form that this version does not know."""
    try:
        document = json.loads((folder / NAME).read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    known = (
        isinstance(document, dict) and document.get("schema") == SCHEMA and isinstance(document.get("reports"), dict)
    )
    return document if known else {}


def _write(folder: Path, document: dict[str, Any]) -> None:
    write_whole(folder / NAME, json.dumps(document, indent=2, ensure_ascii=False) + "\n")
