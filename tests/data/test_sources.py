"""A source is read-only, sees nothing outside itself, and makes what its views and contracts describe."""

from pathlib import Path
from typing import Any

import duckdb
import pytest
from builders import check_plain, csv, read_table, write_exports

from saypro_analysis.data.sources import need_all, open_source
from saypro_analysis.errors import DataError
from saypro_analysis.kpi import Column, Table

ORDERS = csv("id,day,amount", "1,2026-01-05,10", "2,2026-01-06,20")


def view_of(root: Path, view: str, files: dict[str, Any] | None = None, **tables: Table) -> list[Any]:
    """The rows of one view over orders.csv."""
    with open_source(
        write_exports(root, files or {"orders.csv": ORDERS}), {"v": Table(id="v", view=view), **tables}
    ) as source:
        need_all(source, ["v"])
        return source.query("SELECT * FROM main.v", about="v").to_numpy().tolist()


def test_view(tmp_path: Path) -> None:
    """A view is a SELECT over files."""
    assert view_of(tmp_path, "SELECT id, amount * 2 FROM orders WHERE amount > 10") == [[2, 40]]


def test_view_over_view(tmp_path: Path) -> None:
    """Views read views, and what contracts made of a file."""
    clean = Table(id="clean", file="orders", columns={"amount": Column(type="number", missing_words=("10",))})
    assert view_of(tmp_path, "SELECT sum(amount) FROM clean", clean=clean) == [[20.0]]


def test_table_of_another_file(tmp_path: Path) -> None:
    """Several tables may be made of one file; each parses its own columns."""
    tables = {
        name: Table(id=name, file="orders", columns={column: Column()})
        for name, column in (("a", "id"), ("b", "amount"))
    }
    with open_source(write_exports(tmp_path, {"orders.csv": ORDERS}), tables) as source:
        need_all(source, ["a", "b"])
        assert source.types_of("main.a")["id"] == "VARCHAR"
        assert source.query("SELECT sum(amount::INT) AS s FROM b", about="b")["s"].tolist() == [30]


def test_missing_tables_all_at_once(tmp_path: Path) -> None:
    """Every table that is not there is a fault, with the nearest name."""
    folder = write_exports(tmp_path, {"orders.csv": ORDERS})
    with open_source(folder, {}) as source, pytest.raises(DataError) as caught:
        need_all(source, ["ordrs", "zzz", "orders"])
    text = check_plain(caught.value, tmp_path)
    assert "ordrs: no such table or file; did you mean 'orders'?" in text
    assert "zzz: no such table or file; known: orders" in text


@pytest.mark.parametrize("view", ["SELECT nothing FROM orders", "SELECT * FROM nowhere", "SELECT sum(day) FROM orders"])
def test_view_that_does_not_fit(tmp_path: Path, view: str) -> None:
    """A view that does not fit its tables is a fault, not a crash."""
    with pytest.raises(DataError) as caught:
        view_of(tmp_path, view)
    check_plain(caught.value, tmp_path)


def test_column_missing_in_view(tmp_path: Path) -> None:
    """A contract on a view names columns that the view has."""
    with (
        open_source(
            write_exports(tmp_path, {"orders.csv": ORDERS}),
            {"v": Table(id="v", view="SELECT id FROM orders", columns={"idd": Column()})},
        ) as source,
        pytest.raises(DataError, match="idd: no such column; did you mean 'id'"),
    ):
        source.need("v")


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM read_csv('{outside}')", "SELECT * FROM '{outside}'", "SELECT * FROM read_text('{outside}')",
        "SELECT * FROM read_csv('{folder}/../outside.csv')", "COPY (SELECT 1) TO '{root}/new.csv'",
        "ATTACH '{root}/new.duckdb'", "INSTALL httpfs", "LOAD httpfs", "SELECT * FROM 'https://example.com/x.csv'",
        "SET enable_external_access = true", "SET allowed_directories = ['/']", "SELECT * FROM glob('/etc/*')",
        "SELECT * FROM read_csv('{folder}2/x.csv')",
    ],
)  # fmt: skip
def test_nothing_outside(tmp_path: Path, sql: str) -> None:
    """Even SQL that got past the parser reads and writes nothing outside the source's folder."""
    (tmp_path / "outside.csv").write_text("secret\n1\n")
    (tmp_path / "exports2").mkdir()
    (tmp_path / "exports2" / "x.csv").write_text("secret\n1\n")
    folder = write_exports(tmp_path, {"orders.csv": ORDERS})
    with open_source(folder, {}) as source, pytest.raises(duckdb.Error):
        source.connection.execute(sql.format(outside=tmp_path / "outside.csv", folder=folder, root=tmp_path)).fetchall()
    assert not (tmp_path / "new.csv").exists()


def test_duckdb_file(tmp_path: Path) -> None:
    """A DuckDB file's tables are read, and the file stays as it was."""
    path = tmp_path / "d.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute("CREATE TABLE orders AS SELECT 1 AS id, DATE '2026-01-05' AS day, 2.5 AS amount")
        connection.execute("CREATE VIEW v AS SELECT * FROM orders")
    before = path.read_bytes()
    with open_source(path, {"orders": Table(id="orders", columns={"amount": Column(type="number")})}) as source:
        need_all(source, ["orders", "v"])
        assert source.query("SELECT amount FROM main.orders", about="orders")["amount"].tolist() == [2.5]
        with pytest.raises(duckdb.Error):
            source.connection.execute("DELETE FROM source_file.orders")
        assert list(source.fingerprints()) == ["d.duckdb"]
    assert path.read_bytes() == before


def test_failed_query_names_the_table(tmp_path: Path) -> None:
    """A query that fails says which table and what to do."""
    with open_source(write_exports(tmp_path, {"orders.csv": ORDERS}), {}) as source:
        need_all(source, ["orders"])
        with pytest.raises(DataError) as caught:
            source.query("SELECT sum(nothing) FROM orders", about="orders")
    check_plain(caught.value, tmp_path, words=["table orders", "mend the measures"])


def test_only_what_is_needed_is_read(tmp_path: Path) -> None:
    """A damaged file that nobody asks for stops nothing."""
    assert (
        len(read_table(tmp_path, {"orders.csv": ORDERS, "bad.csv": b"\xff\xfe", "bad2.parquet": b"x"}, "orders")) == 2
    )


def test_place_of_the_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The day of a time with a zone does not depend on where the machine stands."""
    monkeypatch.setenv("TZ", "Pacific/Auckland")
    rows = view_of(tmp_path, "SELECT CAST(CAST('2026-10-31 23:30:00+00' AS TIMESTAMPTZ) AS DATE)::VARCHAR FROM orders")
    assert rows[0] == ["2026-10-31"]
