"""One query per table, the same meaning in every dialect."""

import sqlglot
from sqlglot import exp

from saypro_analysis.data.queries import adds_up, by_table, compose, is_level, parts_of, to_sql
from saypro_analysis.kpi import Measure

SUM = Measure(table="t", value="sum(amount)", date="day")
COUNT = Measure(table="t", value="count(*)", date="day", where="amount > 1")
LEVEL = Measure(table="t", value="count(*)", opened="day", closed="gone")


def test_one_pass_per_date() -> None:
    """Measures that share a date share a pass; a level has one for what opens and one for what closes."""
    assert [(part.date, part.sign, [i for i, _ in part.measures]) for part in parts_of([SUM, LEVEL, COUNT])] == [
        ("day", 1, [0, 2]), ("day", 1, [1]), ("gone", -1, [1]),
    ]  # fmt: skip


def test_one_query() -> None:
    """All measures and segments of a table are one SELECT with grouping sets."""
    query = compose([SUM, COUNT], ["region", "kind"])
    assert isinstance(query, exp.Select)
    assert len(list(query.find_all(exp.GroupingSets))) == 1


def test_compensated_sums_on_duckdb_only() -> None:
    """DuckDB adds with compensation; other engines get the plain sum."""
    query = compose([SUM], [])
    assert "FSUM" in to_sql(query)
    assert "FSUM" not in to_sql(query, dialect="spark")


def test_other_dialects_parse() -> None:
    """What is written for another engine parses there."""
    for dialect in ("spark", "postgres", "snowflake", "bigquery"):
        sqlglot.parse_one(to_sql(compose([SUM, COUNT, LEVEL], ["region"]), dialect=dialect), read=dialect)


def test_names_are_quoted() -> None:
    """A table or segment of any name is an identifier, never SQL."""
    hostile = 'x"; DROP TABLE t; --'
    text = to_sql(compose([Measure(table=hostile, value="count(*)", date="day")], [hostile]))
    assert len(sqlglot.parse(text, read="duckdb")) == 1
    assert not list(sqlglot.parse_one(text, read="duckdb").find_all(exp.Drop))


def test_kinds() -> None:
    """Levels are told by what opens; sums and counts add up."""
    assert [is_level(m) for m in (SUM, COUNT, LEVEL)] == [False, False, True]
    assert adds_up(SUM)
    assert not adds_up(Measure(table="t", value="median(x)", date="day"))
    assert not adds_up(Measure(table="t", value="count(DISTINCT x)", date="day"))


def test_by_table() -> None:
    """Measures are grouped by the table they read, in their order."""
    assert by_table({"a": SUM, "b": Measure(table="u", value="count(*)", date="d"), "c": COUNT}) == {
        "t": ("a", "c"),
        "u": ("b",),
    }
