"""The SQL that params may hold: aggregates, expressions over one row, one SELECT, and formulas."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from saypro_analysis.data.expressions import (
    ExpressionError,
    kind_of,
    names_of,
    parse_aggregate,
    parse_formula,
    parse_scalar,
    parse_view,
    tables_of,
)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("sum(amount)", "sum"),
        ("SUM(a * b)", "sum"),
        ("sum(CASE WHEN x THEN 1 END)", "sum"),
        ("count(*)", "count"),
        ("count(x)", "count"),
        ("count_if(x > 1)", "count"),
        ("count(DISTINCT x)", "distinct"),
        ("median(x)", "quantile"),
        ("quantile_cont(x, 0.9)", "quantile"),
        ("quantile_disc(x, 0.9)", "quantile"),
        ("approx_quantile(x, 0.9)", "quantile"),
    ],
)
def test_kinds(text: str, kind: str) -> None:
    """Sums and counts add up; distinct counts and quantiles do not."""
    assert kind_of(text) == kind


@pytest.mark.parametrize(
    "text",
    [
        "amount",
        "1",
        "sum(a) + sum(b)",
        "sum(a) / count(*)",
        "avg(a)",
        "min(a)",
        "max(a)",
        "string_agg(a)",
        "",
        "sum(",
        "sum(a) OVER ()",
        "(SELECT sum(a))",
        "sum((SELECT 1))",
        "sum(a); sum(b)",
        "DROP TABLE x",
        "sum(sum(a))",
        "sum($x)",
        "sum(?)",
        "sum(a) FILTER (WHERE b)",
        "COPY x TO 'y'",
        "(" * 5000,
    ],
)
def test_no_aggregate(text: str) -> None:
    """Anything but one offered aggregate is refused with a reason."""
    with pytest.raises(ExpressionError, match=r"\w"):
        parse_aggregate(text)


@pytest.mark.parametrize(
    "text",
    [
        "day",
        "stage = 'won'",
        "a IS NULL AND b > 2",
        "strptime(d, '%d/%m/%Y')",
        '"Line Item"',
        "CAST(x AS DATE)",
        "NOT a",
    ],
)
def test_scalars(text: str) -> None:
    """An expression over one row's columns."""
    parse_scalar(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a; b",
        "sum(a)",
        "a IN (SELECT 1)",
        "EXISTS (SELECT 1)",
        "SELECT 1",
        "rank() OVER ()",
        "a AS b",
        "DROP TABLE a",
        "*",
    ],
)
def test_no_scalar(text: str) -> None:
    """Aggregates, queries and statements are refused."""
    with pytest.raises(ExpressionError):
        parse_scalar(text)


@pytest.mark.parametrize(
    ("text", "tables"),
    [
        ("SELECT * FROM a", {"a"}),
        ("SELECT * FROM a JOIN b USING (id)", {"a", "b"}),
        ("WITH c AS (SELECT * FROM a) SELECT * FROM c", {"a"}),
        ("SELECT 1 UNION ALL SELECT x FROM a", {"a"}),
        ("SELECT (SELECT max(x) FROM b) FROM a", {"a", "b"}),
        ('SELECT * FROM "Line Items"', {"Line Items"}),
        ("FROM a", {"a"}),
        ("SELECT * FROM a QUALIFY row_number() OVER (PARTITION BY b) = 1", {"a"}),
    ],
)
def test_views(text: str, tables: set[str]) -> None:
    """A view is one SELECT; its tables are those of the source, not its own names."""
    assert tables_of(parse_view(text)) == tables


@pytest.mark.parametrize(
    "text",
    [
        "SELECT * FROM read_csv('/etc/passwd')",
        "SELECT * FROM read_parquet('x')",
        "SELECT * FROM 'x.csv'",
        "SELECT * FROM '/etc/passwd'",
        "SELECT * FROM a, read_text('x')",
        "SELECT * FROM glob('*')",
        "SELECT * FROM (SELECT * FROM read_csv('x'))",
        "WITH c AS (FROM 'x.csv') SELECT * FROM c",
        "SELECT * FROM information_schema.tables",
        "SELECT * FROM source_file.a",
        "ATTACH 'x'",
        "COPY a TO 'x'",
        "CREATE TABLE a (b INT)",
        "INSERT INTO a VALUES (1)",
        "DELETE FROM a",
        "SELECT 1; DROP TABLE a",
        "PRAGMA x",
        "SET x = 1",
        "SELECT * FROM duckdb_settings()",
        "SELECT * FROM query('SELECT 1')",
        "",
    ],
)
def test_no_view(text: str) -> None:
    """Files, functions that read, other schemas and other statements are refused."""
    with pytest.raises(ExpressionError):
        parse_view(text)


def test_formula_names() -> None:
    """The names of a formula in their order, each once."""
    assert names_of(parse_formula("(a + b) * 2 / -a - 0.5 * c")) == ("a", "b", "c")


@pytest.mark.parametrize(
    "text", ["a ^ b", "a % b", "sum(a)", "'a'", "a > b", "a.b", "SELECT a", "a; b", "a AS b", "", "a AND b"]
)
def test_no_formula(text: str) -> None:
    """A formula has names of its own department, numbers, + - * / and brackets, nothing else."""
    with pytest.raises(ExpressionError):
        parse_formula(text)


@given(st.text(max_size=40))
def test_any_text(text: str) -> None:
    """Whatever the text, it is parsed or refused; nothing else is raised."""
    for parse in (parse_aggregate, parse_scalar, parse_view, parse_formula):
        with suppress(ExpressionError):
            parse(text)


def test_callers_cannot_change_the_parsed() -> None:
    """Each call gives a tree of its own."""
    first = parse_scalar("a = 1")
    first.set("expression", None)
    assert parse_scalar("a = 1").sql() == "a = 1"
