"""One zip of a month for people without access to the reports' folder: it opens from anywhere, without a network."""

import io
import re
import unicodedata
import zipfile
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from saypro_analysis.errors import Fault, ReportError
from saypro_analysis.publish.kept import published_results
from saypro_analysis.publish.published import end_links, page_names, published_month, read_files, write_file

_NUMBERS = ("results.xlsx", "scorecard.csv")
_DATA = "results.json"
_FALLBACK = (1980, 1, 1)  # the first day that a zip can name


def share_month(out: Path, month: str, *, to: Path | None = None, data: bool = False) -> Path:
    """Write the zip of a published month ("2026-10" or "latest") and return its path; ``data``: with results.json.

    ``to`` is a file or a folder; without it the zip lies beside the month. Raises ParamsError when there is no such
    month, ReportError when it cannot be read or the zip cannot be written.
    """
    folder = published_month(out, month)
    name = f"{bundle_name(folder)}.zip"
    place = out / name if to is None else to / name if to.is_dir() else to
    return write_file(place, pack(folder, data=data))


def bundle_name(folder: Path) -> str:
    """What a month's bundle is called, by company and month: ``saypro-2026-10``."""
    return f"{_slug(str(published_results(folder).get('company', '')))}-{folder.name}"


def _slug(company: str) -> str:
    """The company as a file's name on every system.

    >>> _slug("Müller & Söhne GmbH"), _slug("../"), _slug("株式会社")
    ('muller-sohne-gmbh', 'reports', 'reports')
    """
    plain = unicodedata.normalize("NFKD", company).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:40].strip("-") or "reports"


def pack(folder: Path, *, data: bool = False) -> bytes:
    """The zip: pages, their PDFs, results.xlsx, scorecard.csv, in one folder. The same month gives the same bytes.

    Links between the pages work; those to the page of all months, which is not in it, are ended.
    """
    wanted = (*_NUMBERS, _DATA) if data else _NUMBERS
    missing = [name for name in wanted if not (folder / name).is_file()]
    if missing:
        faults = tuple(Fault(where=folder.name, found=f"no {name}", hint="run the month again") for name in missing)
        raise ReportError("The month is not whole; no zip was made.", faults)
    held = read_files(folder, sorted({*page_names(folder), *page_names(folder, "pdf"), *wanted}))
    name, day = bundle_name(folder), _day(published_results(folder))
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as bundle:
        for path, content in alone(held).items():
            entry = zipfile.ZipInfo(f"{name}/{path}", date_time=(*day, 0, 0, 0))
            entry.create_system, entry.external_attr = 3, 0o644 << 16  # the same on every system
            entry.compress_type = zipfile.ZIP_DEFLATED
            bundle.writestr(entry, content)
    return buffer.getvalue()


def alone(held: Mapping[str, bytes]) -> dict[str, bytes]:
    """Files by name, their pages with links to one another only."""
    names = frozenset(held)
    return {
        name: end_links(content.decode("utf-8"), names).encode() if name.endswith(".html") else content
        for name, content in held.items()
    }


def _day(document: Mapping[str, Any]) -> tuple[int, int, int]:
    """The day of the data, as the date of every file: the day of packing must not change the bytes."""
    try:
        day = date.fromisoformat(str(document.get("as_of")))
    except ValueError:
        return _FALLBACK
    return max((day.year, day.month, day.day), _FALLBACK)
