"""The one place that knows a database: opens a source and offers its tables, parsed and checked, to queries.

DuckDB is embedded. Raw files become ``raw.<name>``, what the contracts and views of tables.yml make of them
``<id>``. Only tables that something asks for are read.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from saypro_analysis.data.contracts import check_table, typed_select
from saypro_analysis.data.expressions import parse_view, tables_of
from saypro_analysis.data.files import RawTable, columns_of, find_tables, fingerprint, first_line, literal, quoted
from saypro_analysis.data.loading import load
from saypro_analysis.data.reader import nearest
from saypro_analysis.data.tables import QUALITY, shape
from saypro_analysis.errors import DataError, Fault
from saypro_analysis.kpi import Table

if TYPE_CHECKING:
    import duckdb


@dataclass(kw_only=True)
class Source:
    """An open source. ``tables`` are the definitions of tables.yml, ``raw`` what the source holds."""

    connection: "duckdb.DuckDBPyConnection"
    tables: Mapping[str, Table]
    raw: Mapping[str, RawTable]
    ready: dict[str, str] = field(default_factory=dict)  # table id -> relation that the contract judges
    loaded: dict[str, RawTable] = field(default_factory=dict)

    def need(self, name: str) -> None:
        """Make table ``name`` and everything it is made of; raises DataError that says what is held instead."""
        if name in self.ready:
            return
        table = self.tables.get(name, Table(id=name))
        if table.view:
            tree = parse_view(table.view)
            for part in sorted(tables_of(tree)):
                self.need(part)
            relation = f"raw.{quoted('view ' + name)}"
            self._run(name, f"CREATE TABLE {relation} AS {tree.sql(dialect='duckdb')}")
        else:
            relation = self._load(name, table)
        self._make_typed(name, table, relation)

    def _load(self, name: str, table: Table) -> str:
        file = table.file or name
        if file not in self.raw:
            known = [name for name in (*self.raw, *self.tables) if name != file]
            fault = Fault(where="data source", key=file, found="no such table or file", hint=nearest(file, known))
            raise DataError("A table is not in the data source.", (fault,))
        if file not in self.loaded:
            same_file = [t for t in self.tables.values() if not t.view and (t.file or t.id) == file]
            load(self.connection, self.raw[file], as_text=sorted({c for t in same_file for c in t.columns}))
            self.loaded[file] = self.raw[file]
        return f"raw.{quoted(file)}"

    def _make_typed(self, name: str, table: Table, relation: str) -> None:
        held = self.types_of(relation)
        missing = [column for column in table.columns if column not in held]
        if missing:
            faults = (Fault(where=name, key=c, found="no such column", hint=nearest(c, held)) for c in missing)
            raise DataError("A table lacks columns.", tuple(faults))
        kind = "TABLE" if self._parses_text(table, name) else "VIEW"
        self._run(name, f"CREATE {kind} main.{quoted(name)} AS {typed_select(table, relation, held)}")
        self.ready[name] = relation

    def _parses_text(self, table: Table, name: str) -> bool:
        """Whether parsing is worth doing once instead of in every query: text files with a contract."""
        return bool(table.columns) and not table.view and self.raw[table.file or name].kind in ("csv", "excel")

    def _run(self, name: str, sql: str) -> None:
        import duckdb

        try:
            self.connection.execute(sql)
        except duckdb.Error as error:
            fault = Fault(where=f"table {name}", found=self._said(error), hint="mend its definition in tables.yml")
            raise DataError("A table cannot be made.", (fault,)) from error

    def _said(self, error: Exception) -> str:
        return first_line(error, next(iter(self.raw.values())).path.parent)

    def types_of(self, relation: str) -> dict[str, str]:
        """Column names of a relation and their SQL types."""
        return {str(row[0]): str(row[1]) for row in self.connection.execute(f"DESCRIBE {relation}").fetchall()}

    def columns_of(self, name: str) -> tuple[str, ...]:
        """Column names of a table that was asked for with ``need``."""
        return columns_of(self.connection, f"main.{quoted(name)}")

    def query(self, sql: str, *, about: str) -> pd.DataFrame:
        """The result of one SELECT; ``about`` names the table in the message of a failure."""
        import duckdb

        try:
            return self.connection.execute(sql).df()
        except duckdb.Error as error:
            hint = "mend the measures over this table, or declare the column's type in tables.yml"
            fault = Fault(where=f"table {about}", found=self._said(error), hint=hint)
            raise DataError("A query failed.", (fault,)) from error

    def quality(self, *, as_of: str) -> pd.DataFrame:
        """The data-quality table of every table that was read."""
        parts = [self._quality_of(name, relation, as_of=as_of) for name, relation in self.ready.items()]
        return shape(pd.concat(parts), dict(QUALITY)) if parts else shape(pd.DataFrame(), dict(QUALITY))

    def _quality_of(self, name: str, relation: str, *, as_of: str) -> pd.DataFrame:
        import duckdb

        table = self.tables.get(name, Table(id=name))
        try:
            return check_table(self.connection, table, relation, self.types_of(relation), as_of=as_of)
        except duckdb.Error as error:
            fault = Fault(where=f"table {name}", found=self._said(error), hint="mend its columns in tables.yml")
            raise DataError("A table cannot be checked.", (fault,)) from error

    def fingerprints(self) -> dict[str, str]:
        """SHA-256 of each file that was read, by the file's name."""
        paths = {raw.path.name: raw.path for raw in self.loaded.values()}
        return {name: fingerprint(path) for name, path in sorted(paths.items())}


@contextmanager
def open_source(source: Path, tables: Mapping[str, Table]) -> Iterator[Source]:
    """Open a folder or DuckDB file for reading; nothing outside it can be read, and it is never written to."""
    import duckdb

    raw = find_tables(source)
    connection = duckdb.connect(":memory:")
    try:
        connection.execute("SET enable_progress_bar = false")
        connection.execute("SET TimeZone = 'UTC'")  # the month of a record must not depend on the machine's place
        connection.execute("CREATE SCHEMA raw")
        if source.is_file():
            connection.execute(f"ATTACH {literal(str(source))} AS source_file (READ_ONLY)")
        folder = source if source.is_dir() else source.parent
        connection.execute(f"SET allowed_directories = [{literal(str(folder))}]")
        connection.execute("SET enable_external_access = false")
        yield Source(connection=connection, tables=tables, raw=raw)
    finally:
        connection.close()


def need_all(source: Source, names: Iterable[str]) -> None:
    """Make all tables, and raise one DataError with the faults of all that cannot be made."""
    faults: list[Fault] = []
    for name in sorted(set(names)):
        try:
            source.need(name)
        except DataError as error:
            faults += error.faults
    if faults:
        raise DataError("The data cannot be used; nothing was run.", tuple(dict.fromkeys(faults)))
