"""What the last published report had: found by month, read without trust."""

import json
from pathlib import Path

import pandas as pd
import pytest

from saypro_analysis.data.earlier import earlier_report, read_published, stamp
from saypro_analysis.data.snapshot import Snapshot, write_snapshot


def _publish(reports: Path, month: str, snapshot: Snapshot) -> Path:
    folder = reports / month
    folder.mkdir(parents=True)
    write_snapshot(snapshot, folder)
    return folder


def test_the_last_month_before(tmp_path: Path, sample_snapshot: Snapshot) -> None:
    """The latest month before the one asked for; later ones, other folders and those without data are passed over."""
    folders = {month: _publish(tmp_path, month, sample_snapshot) for month in ("2026-06", "2026-08", "2026-10")}
    (tmp_path / "2026-09").mkdir()
    (tmp_path / ".staging-2026-09").mkdir()
    (tmp_path / "notes").mkdir()
    assert earlier_report(tmp_path, pd.Period("2026-10", "M")) == folders["2026-08"]
    assert earlier_report(tmp_path, pd.Period("2026-08", "M")) == folders["2026-06"]
    assert earlier_report(tmp_path, pd.Period("2026-06", "M")) is None
    assert earlier_report(tmp_path / "none", pd.Period("2026-10", "M")) is None


def test_its_values(tmp_path: Path, sample_snapshot: Snapshot) -> None:
    """The complete totals of every KPI, with the day of the data."""
    found = read_published(_publish(tmp_path, "2026-08", sample_snapshot))
    assert found is not None
    assert (str(found.month), found.as_of) == ("2026-08", sample_snapshot.as_of)
    held = sample_snapshot.monthly
    totals = held[held["dimension"].eq("") & held["complete"] & held["value"].notna()]
    keys = ["department", "kpi", "month"]
    pd.testing.assert_frame_equal(
        found.values.sort_values(keys, ignore_index=True),
        totals[[*keys, "value"]].sort_values(keys, ignore_index=True),
        check_dtype=False,
    )


@pytest.mark.parametrize("broken", ["snapshot.json", "monthly.parquet"])
def test_a_damaged_month_is_no_reason_to_stop(tmp_path: Path, sample_snapshot: Snapshot, broken: str) -> None:
    """A published month that cannot be read gives no comparison, and no error."""
    folder = _publish(tmp_path, "2026-08", sample_snapshot)
    (folder / broken).write_text("{}", "utf-8")
    assert read_published(folder) is None
    assert read_published(None) is None


def test_the_stamp_tells_months_apart(tmp_path: Path, sample_snapshot: Snapshot) -> None:
    """Another month, or the same one with other data, gives another stamp; none gives none."""
    one, two = (_publish(tmp_path, month, sample_snapshot) for month in ("2026-08", "2026-09"))
    first = stamp(one)
    assert len({first, stamp(two), stamp(None)}) == 3
    facts = json.loads((one / "snapshot.json").read_text("utf-8"))
    (one / "snapshot.json").write_text(json.dumps({**facts, "sha256": "other"}), "utf-8")
    assert stamp(one) != first
    assert stamp(tmp_path / "none") == ""
