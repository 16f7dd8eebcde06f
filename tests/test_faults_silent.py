"""What would be wrong in silence (docs/faults.md): the numbers of another month, last month's file, other hosts."""

import json
import re
import socket
import sys
from pathlib import Path
from typing import Any

import nbformat
import pandas as pd
import pytest

sys.path.insert(0, str(Path(__file__).parent / "data"))  # the builders of small companies

from builders import TODAY, check_plain, company_of, every_day, kpi, orders

from saypro_analysis.analysis import Analysis, analyse
from saypro_analysis.data.snapshot import take_snapshot
from saypro_analysis.errors import ParamsError
from saypro_analysis.month import department_month, resolve_month
from saypro_analysis.publish.html import export_html
from saypro_analysis.show import sections
from saypro_analysis.show.results import RESULTS_MIME, export_results

SUM = {"m": {"table": "orders", "value": "sum(amount)", "date": "day"}}
MONTHS = pd.period_range("2025-01", "2026-12", freq="M")


def _page(analysis: Analysis) -> str:
    """A department's page of the sections that hold numbers."""
    parts = (sections.show_head, sections.show_scorecard, sections.show_missed, sections.show_watch_list)
    outputs = []
    for part in parts:
        data, metadata = part(analysis)._repr_mimebundle_()
        outputs.append(nbformat.v4.new_output("display_data", data=data, metadata=metadata))
    return export_html(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("show()", outputs=outputs)]))


def _results(analysis: Analysis) -> Any:
    return json.loads(json.dumps(export_results(analysis)._repr_mimebundle_()[RESULTS_MIME], allow_nan=False))


def _amounts() -> str:
    """On the first and last day of each month, amounts that sum to another number in every month: 1001, 1002, ..."""
    ends = [(f"{day:%Y-%m-%d}", 1000 if last else n) for n, m in enumerate(MONTHS, 1)
            for last, day in enumerate((m.start_time, m.end_time))]  # fmt: skip
    return orders(*ends)


@pytest.mark.parametrize("month", ["2026-12", "2026-11", "2026-02", "2025-12"])
def test_a_report_has_the_numbers_of_the_month_in_its_title(tmp_path: Path, month: str) -> None:
    """Title, page and results speak of one month, and the actual is that month's and no other's, whichever it is."""
    params, exports = company_of(tmp_path, {"orders.csv": _amounts()}, SUM, {"k": kpi(measure="m", target=2000)})
    snapshot = take_snapshot(params, exports, today=TODAY)
    analysis = analyse(department_month(params, snapshot, "sales", pd.Period(month, "M")))
    results, page, number = _results(analysis), _page(analysis), 1001 + list(MONTHS.astype(str)).index(month)
    assert (results["month"], results["kpis"][0]["actual"]) == (month, number)
    assert max(point["month"] for point in results["kpis"][0]["series"]) == month
    assert f"{pd.Period(month, 'M'):%B %Y}" in re.search(r"<title>([^<]*)</title>", page)[1]
    assert f"{number:,}" in page


@pytest.mark.parametrize("last", ["2026-11-30", "2026-12-20"])
def test_last_months_file_makes_no_report_of_this_month(tmp_path: Path, last: str) -> None:
    """Where the folder has the export of an earlier day, the month asked for is refused, and what is held is named."""
    text = orders(*every_day("2026-01-01", last))
    params, exports = company_of(tmp_path, {"orders.csv": text}, SUM, {"k": kpi(measure="m")})
    snapshot = take_snapshot(params, exports, today=TODAY)
    assert str(snapshot.latest) == "2026-11"
    with pytest.raises(ParamsError) as caught:
        resolve_month("2026-12", snapshot)
    check_plain(caught.value, tmp_path, words=["2026-01 to 2026-11", f"data as of {last}"])


def test_nothing_of_a_report_needs_a_network(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """From the exports to the page no connection is tried, no name is looked up."""

    def asked(*where: Any, **_: Any) -> None:
        raise AssertionError(f"a connection was tried: {where}")

    for name in ("connect", "connect_ex", "sendto"):
        monkeypatch.setattr(socket.socket, name, asked)
    monkeypatch.setattr(socket, "getaddrinfo", asked)
    params, exports = company_of(tmp_path, {"orders.csv": _amounts()}, SUM, {"k": kpi(measure="m", target=2000)})
    analysis = analyse(department_month(params, take_snapshot(params, exports, today=TODAY), "sales", MONTHS[-1]))
    assert "1,024" in _page(analysis)
