"""The stored data of a month: the same when read again, and recognised when changed."""

import json
import shutil
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from builders import TODAY, check_plain, company_of, csv, every_day, kpi, orders, snapshot_of

from saypro_analysis.data.snapshot import Snapshot, read_snapshot, take_snapshot, write_snapshot
from saypro_analysis.data.tables import AHEAD
from saypro_analysis.errors import DataError

SUM = {"m": {"table": "orders", "value": "sum(amount)", "date": "day"}}
KPIS = {"k": kpi(measure="m", target=3)}
ROWS = every_day("2026-10-01", "2026-12-31")
TABLES = {
    "orders": {"columns": {"day": {"type": "date", "missing": 0, "key": True}, "amount": {"type": "number", "min": 0}}}
}


@pytest.fixture
def stored(tmp_path: Path) -> tuple[Snapshot, Path]:
    """A snapshot and the folder it was written to."""
    snapshot = snapshot_of(tmp_path, {"orders.csv": orders(*ROWS)}, SUM, KPIS, tables=TABLES)
    folder = tmp_path / "stored"
    folder.mkdir()
    write_snapshot(snapshot, folder)
    return snapshot, folder


def test_round_trip(stored: tuple[Snapshot, Path]) -> None:
    """What is read is what was written, to the type."""
    snapshot, folder = stored
    again = read_snapshot(folder)
    for name in ("monthly", "ahead", "quality", "sources"):
        pd.testing.assert_frame_equal(getattr(snapshot, name), getattr(again, name))
    assert (again.as_of, again.made_up, again.fingerprint) == (snapshot.as_of, False, snapshot.fingerprint)


def test_json(stored: tuple[Snapshot, Path]) -> None:
    """snapshot.json says the data's day and fingerprint in plain JSON."""
    snapshot, folder = stored
    facts = json.loads((folder / "snapshot.json").read_text("utf-8"))
    assert facts == {"as_of": "2026-12-31", "made_up": False, "sha256": snapshot.fingerprint}


def test_plain_parquet(stored: tuple[Snapshot, Path]) -> None:
    """Months are text in Parquet, so that any program reads them."""
    assert pd.read_parquet(stored[1] / "monthly.parquet")["month"].tolist() == ["2026-10", "2026-11", "2026-12"]
    assert pd.read_parquet(stored[1] / "ahead.parquet")["month"].tolist()[:2] == ["2027-01", "2027-02"]


def test_round_trip_without_targets(tmp_path: Path) -> None:
    """Where no KPI has a target, the table of targets ahead is empty, with all its columns and types."""
    snapshot = snapshot_of(tmp_path, {"orders.csv": orders(*ROWS)}, SUM, {"k": kpi(measure="m")})
    write_snapshot(snapshot, tmp_path)
    ahead = read_snapshot(tmp_path).ahead
    assert {name: str(kind) for name, kind in ahead.dtypes.items()} == AHEAD
    assert ahead.empty


def change_value(folder: Path) -> None:
    frame = pd.read_parquet(folder / "monthly.parquet")
    frame.loc[0, "value"] += 1e-9
    frame.to_parquet(folder / "monthly.parquet", index=False)


def change_target_ahead(folder: Path) -> None:
    frame = pd.read_parquet(folder / "ahead.parquet")
    frame.loc[0, "target"] += 1e-9
    frame.to_parquet(folder / "ahead.parquet", index=False)


def no_targets_ahead(folder: Path) -> None:
    (folder / "ahead.parquet").unlink()


def change_verdict(folder: Path) -> None:
    frame = pd.read_parquet(folder / "quality.parquet")
    frame.loc[0, "verdict"] = "note"
    frame.to_parquet(folder / "quality.parquet", index=False)


def change_fact(folder: Path) -> None:
    path = folder / "snapshot.json"
    path.write_text(path.read_text().replace("2026-12-31", "2026-12-30"))


def drop_column(folder: Path) -> None:
    pd.read_parquet(folder / "monthly.parquet").drop(columns="rows").to_parquet(folder / "monthly.parquet")


def drop_fact(folder: Path) -> None:
    (folder / "snapshot.json").write_text('{"as_of": "2026-12-31"}')


def list_of_facts(folder: Path) -> None:
    (folder / "snapshot.json").write_text("[1]")


def cut_off(folder: Path) -> None:
    path = folder / "sources.parquet"
    path.write_bytes(path.read_bytes()[:-9])


def double_rows(folder: Path) -> None:
    frame = pd.read_parquet(folder / "monthly.parquet")
    pd.concat([frame, frame]).to_parquet(folder / "monthly.parquet", index=False)


@pytest.mark.parametrize(
    "damage",
    [
        change_value,
        change_target_ahead,
        no_targets_ahead,
        change_verdict,
        change_fact,
        drop_column,
        drop_fact,
        list_of_facts,
        cut_off,
        double_rows,
        shutil.rmtree,
    ],
)
def test_damage(stored: tuple[Snapshot, Path], damage: Any) -> None:
    """A snapshot that was changed, damaged or deleted is refused in plain words."""
    damage(stored[1])
    with pytest.raises(DataError) as caught:
        read_snapshot(stored[1])
    check_plain(caught.value, stored[1].parent, words=["stored", "run 'saypro run' again"])


def test_fingerprint_depends_on_content(tmp_path: Path) -> None:
    """The same files elsewhere have the same fingerprint; other values, targets or days have another."""
    prints = []
    changed = [*ROWS[:-1], (ROWS[-1][0], 2)]
    for n, (records, kpis) in enumerate(
        [(ROWS, KPIS), (ROWS, KPIS), (changed, KPIS), (ROWS, {"k": kpi(measure="m", target=4)})]
    ):
        root = tmp_path / f"company {n}"
        root.mkdir()
        prints.append(snapshot_of(root, {"orders.csv": orders(*records)}, SUM, kpis).fingerprint)
    assert prints[0] == prints[1]
    assert len(set(prints)) == 3


def test_order_of_rows(tmp_path: Path) -> None:
    """The order of a file's rows changes no number; the fingerprint tells that it is another file."""
    found = []
    for n, records in enumerate([ROWS, ROWS[::-1]]):
        (tmp_path / str(n)).mkdir()
        found.append(snapshot_of(tmp_path / str(n), {"orders.csv": orders(*records)}, SUM, KPIS))
    pd.testing.assert_frame_equal(found[0].monthly, found[1].monthly)
    assert found[0].fingerprint != found[1].fingerprint


def test_broken_contracts_all_at_once(tmp_path: Path) -> None:
    """Everything that is broken in the data is reported in one error, in words with counts."""
    text = csv("day,amount", *(f"{day},1" for day, _ in ROWS), "2026-12-31,1", "2026-12-30,x", "30/12/2026,1")
    with pytest.raises(DataError) as caught:
        snapshot_of(tmp_path, {"orders.csv": text}, SUM, KPIS, tables=TABLES)
    text = check_plain(caught.value, tmp_path, words=["rows that repeat a key: 2 of 95 rows"])
    assert "table orders: amount: not a number: 1 of 95 rows; at most 0.00% are allowed by tables.yml" in text
    assert "table orders: day: not a date: 1 of 95 rows" in text


def test_header_only_stops(tmp_path: Path) -> None:
    """A table without rows stops the run, while others are fine."""
    files = {"orders.csv": orders(*ROWS), "empty.csv": "day,amount\n"}
    measures = {**SUM, "e": {**SUM["m"], "table": "empty"}}
    with pytest.raises(DataError, match="table empty: no rows at all; export it again") as caught:
        snapshot_of(tmp_path, files, measures, {**KPIS, "e": kpi(measure="e")})
    check_plain(caught.value, tmp_path)


def test_notes_do_not_stop(tmp_path: Path) -> None:
    """What makes no number wrong is a note in the quality table."""
    found = snapshot_of(tmp_path, {"orders.csv": orders(*ROWS[:-1], (ROWS[-1][0], -5))}, SUM, KPIS, tables=TABLES)
    notes = found.quality[found.quality["verdict"] == "note"]
    assert notes[["column", "check", "found"]].to_numpy().tolist() == [["amount", "too low", 1]]


def test_sources(tmp_path: Path) -> None:
    """The sources table names file, rows, first and last day, and hash of each table."""
    (row,) = snapshot_of(tmp_path, {"orders.csv": orders(*ROWS)}, SUM, KPIS).sources.to_dict("records")
    assert len(row.pop("sha256")) == 64
    assert row == {
        "table": "orders", "file": "orders.csv", "rows": 92, "first": "2026-10-01", "last": "2026-12-31",
        "complete_to": "2026-12-31",
    }  # fmt: skip


def test_hostile_table_name(tmp_path: Path) -> None:
    """A table of any name gives a snapshot."""
    name = 'x"; DROP TABLE t; --'
    measures = {"m": {**SUM["m"], "table": name}}
    found = snapshot_of(tmp_path, {f"{name}.csv": orders(*ROWS)}, measures, KPIS)
    assert found.sources["table"].tolist() == [name]


def test_duckdb_source(tmp_path: Path) -> None:
    """A DuckDB file gives the same numbers as the folder."""
    import duckdb

    params, exports = company_of(tmp_path, {"orders.csv": orders(*ROWS)}, SUM, KPIS, tables=TABLES)
    path = tmp_path / "data.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute(f"CREATE TABLE orders AS SELECT * FROM read_csv('{exports}/orders.csv')")
    one, other = (take_snapshot(params, source, today=TODAY) for source in (exports, path))
    pd.testing.assert_frame_equal(one.monthly, other.monthly)
    assert other.sources["file"].tolist() == ["data.duckdb:orders"]


def test_missing_source(tmp_path: Path) -> None:
    """A source that is not there stops the run with code 3."""
    params, _ = company_of(tmp_path, {"orders.csv": orders(*ROWS)}, SUM, KPIS)
    with pytest.raises(DataError) as caught:
        take_snapshot(params, tmp_path / "nowhere")
    check_plain(caught.value, tmp_path, words=["nowhere: does not exist"])
