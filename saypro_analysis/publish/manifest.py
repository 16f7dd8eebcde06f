"""What a run made and from what, written last: a month without a manifest was not published by a run."""

import hashlib
import json
import platform
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from saypro_analysis import __version__
from saypro_analysis.data.snapshot import Snapshot
from saypro_analysis.errors import Fault, ReportError
from saypro_analysis.publish.folders import write_whole
from saypro_analysis.publish.report import Outcome

NAME = "manifest.json"


def write_manifest(folder: Path, month: str, outcomes: Sequence[Outcome], snapshot: Snapshot) -> None:
    """Write manifest.json: time, versions, data fingerprint, status of each report, and the hash of every file."""
    document: dict[str, Any] = {
        "month": month,
        "made_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "versions": {"saypro-analysis": __version__, "python": platform.python_version()},
        "data": {"as_of": snapshot.as_of, "fingerprint": snapshot.fingerprint, "made_up": snapshot.made_up},
        "reports": {
            outcome.page: {
                "status": "ok" if outcome.made else "failed",
                "reason": outcome.reason,
                "seconds": round(outcome.seconds, 3),
            }
            for outcome in outcomes
        },
        "files": _files(folder),
    }
    _write(folder, document)


def list_again(folder: Path) -> None:
    """Write the hashes anew of what lies in a published month's ``folder``; all else in manifest.json stays."""
    try:
        document = dict(json.loads((folder / NAME).read_text("utf-8")))
    except (TypeError, ValueError) as error:
        fault = Fault(where=NAME, found="cannot be read", hint="run the month again")
        raise ReportError("The month is not whole.", (fault,)) from error
    _write(folder, {**document, "files": _files(folder)})


def _write(folder: Path, document: dict[str, Any]) -> None:
    write_whole(folder / NAME, json.dumps(document, indent=2, ensure_ascii=False) + "\n")


def _files(folder: Path) -> dict[str, str]:
    return {path.name: _sha256(path) for path in sorted(folder.iterdir()) if path.name != NAME}


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
