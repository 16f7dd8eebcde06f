"""results.json, results.xlsx and scorecard.csv: the numbers of the pages, as the notebooks put them out."""

import csv
import io
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from saypro_analysis.data.snapshot import Snapshot
from saypro_analysis.kpi import Params
from saypro_analysis.publish.workbook import write_workbook
from saypro_analysis.show.results import scorecard_rows


def write_numbers(
    folder: Path, params: Params, snapshot: Snapshot, month: str, results: Mapping[str, Mapping[str, Any]]
) -> None:
    """Write the three files into ``folder``. ``results``: department id -> its numbers, with ``inputs``."""
    ordered = {name: results[name] for name in params.departments if name in results}
    document = {
        "company": params.company.name,
        "month": month,
        "as_of": snapshot.as_of,
        "made_up": snapshot.made_up,
        "fingerprint": snapshot.fingerprint,
        "departments": ordered,
    }
    text = json.dumps(document, indent=1, ensure_ascii=False, allow_nan=False) + "\n"
    (folder / "results.json").write_text(text, "utf-8")
    write_workbook(folder / "results.xlsx", document)
    lines = [row for part in ordered.values() for row in scorecard_rows(part)]
    buffer = io.StringIO()
    if lines:
        writer = csv.DictWriter(buffer, fieldnames=list(lines[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(lines)
    (folder / "scorecard.csv").write_text(buffer.getvalue(), "utf-8")
