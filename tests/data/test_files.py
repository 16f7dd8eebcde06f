"""Files of every kind are read as they are, or refused with a reason; nothing is skipped or guessed."""

import gzip
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pytest
from builders import check_plain, csv, read_table, write, write_exports

from saypro_analysis.data.files import find_tables, first_line, literal, quoted
from saypro_analysis.errors import DataError
from saypro_analysis.kpi import Column

PLAIN = "a,b\nx,1\ny,2\n"
HOSTILE = [
    "<script>alert(1)</script>",
    "$x$",
    "=cmd|' /C calc'!A0",
    'O\'Brien "x"',
    "back\\slash",
    "Ж漢🙂",
    "-1+1",
    "@a",
    "x" * 100_000,
]


def refused(root: Path, files: dict[str, Any], name: str = "t", columns: Any = None) -> str:
    """The text of the DataError that reading this table raises."""
    with pytest.raises(DataError) as caught:
        read_table(root, files, name, columns)
    assert caught.value.exit_code == 3
    return check_plain(caught.value, root)


def test_no_folder(tmp_path: Path) -> None:
    """A source that does not exist is said so by its name."""
    with pytest.raises(DataError, match=r"none: does not exist; set data\.source") as caught:
        find_tables(tmp_path / "none")
    check_plain(caught.value, tmp_path)


def test_empty_folder(tmp_path: Path) -> None:
    """A folder without exports is a fault; other files and hidden ones do not count."""
    with pytest.raises(DataError, match="no CSV, Parquet or Excel file"):
        find_tables(write_exports(tmp_path, {"notes.txt": "x", ".hidden.csv": PLAIN, "~$open.xlsx": "x"}))


def test_a_file_that_is_no_source(tmp_path: Path) -> None:
    """A single CSV file is no source."""
    with pytest.raises(DataError, match=r"is no folder and no \.duckdb file"):
        find_tables(write(tmp_path / "x.csv", PLAIN))


@pytest.mark.parametrize("twin", ["t.csv.gz", "t.parquet", "T.csv"])
def test_two_files_of_one_name(tmp_path: Path, twin: str) -> None:
    """Two files of one name, be it in other capitals, are a fault: nobody knows which is meant."""
    with pytest.raises(DataError, match="keep one file of each name"):
        find_tables(write_exports(tmp_path, {"t.csv": PLAIN, twin: PLAIN}))


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_delimiters(tmp_path: Path, delimiter: str) -> None:
    """Commas, semicolons, tabs and bars are told apart by the header."""
    table = read_table(tmp_path, {"t.csv": PLAIN.replace(",", delimiter)}, "t")
    assert table.to_dict("list") == {"a": ["x", "y"], "b": [1, 2]}


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("t.csv", PLAIN),
        ("t.csv", PLAIN.replace("\n", "\r\n")),
        ("t.csv", "\ufeff" + PLAIN),
        ("t.csv", PLAIN + "\n\n"),
        ("t.tsv", PLAIN.replace(",", "\t")),
        ("t.csv.gz", gzip.compress(PLAIN.encode(), mtime=0)),
        ("T.CSV", PLAIN),
        ("t.csv.gz", gzip.compress(PLAIN.encode("utf-8-sig"), mtime=0)),
        ("t.csv", '"a","b"\n"x","1"\n"y","2"\n'),
        ("t.csv", PLAIN.rstrip()),
    ],
)
def test_forms_of_csv(tmp_path: Path, name: str, content: Any) -> None:
    """Line ends, byte-order marks, quotes, compression and a missing last line end make no difference."""
    assert read_table(tmp_path, {name: content}, name[0])["a"].tolist() == ["x", "y"]


def test_parquet_excel_and_duckdb(tmp_path: Path) -> None:
    """The same table from Parquet, Excel and a DuckDB file."""
    frame = pd.DataFrame({"day": pd.to_datetime(["2026-01-05", "2026-01-06"]), "n": [1.5, None], "s": ["x", None]})
    folder = write_exports(tmp_path, {})
    frame.to_parquet(folder / "p.parquet")
    frame.to_excel(folder / "e.xlsx", index=False)
    with duckdb.connect(str(tmp_path / "d.duckdb")) as connection:
        connection.execute("CREATE TABLE d AS SELECT * FROM frame")
    for name in ("p", "e"):
        table = read_table(tmp_path, {}, name)
        assert pd.to_datetime(table["day"]).tolist() == frame["day"].tolist()
        assert table["n"].isna().tolist() == table["s"].isna().tolist() == [False, True]
    held = find_tables(tmp_path / "d.duckdb")
    assert [(raw.kind, raw.label) for raw in held.values()] == [("duckdb", "d.duckdb:d")]


@pytest.mark.parametrize("line", ["#x,1", "# a comment", "#"])
def test_no_line_is_a_comment(tmp_path: Path, line: str) -> None:
    """A line that begins with # is a record, or a fault; it is never passed over."""
    text = csv("a,b", "x,1", line, "y,2")
    if line == "#x,1":
        assert read_table(tmp_path, {"t.csv": text}, "t")["a"].tolist() == ["x", "#x", "y"]
    else:
        assert "line 3 has 1 cells, the header has 2" in refused(tmp_path, {"t.csv": text})


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "t.csv: is empty; export it again"),
        ("\n\n", "t.csv: is empty"),
        ("a,b\n1,2\n3\n", "line 3 has 1 cells, the header has 2"),
        ("a,b\n1,2\n3,4,5\n", "line 3 has 3 cells, the header has 2"),
        ("a,b\n1\n2\n", "line 2 has 1 cells, the header has 2"),
        ("a\n1\n2,3\n", "line 3 has 2 cells, the header has 1"),
        ('a,b\n1,2\n"x,4\n', "line 3 has a quotation mark that is not closed"),
        ("a,b,a\n1,2,3\n", "a: stands twice in the header"),
        ("a,b,A\n1,2,3\n", "A, a: stands twice in the header"),
        ("a,b\nZürich,1\n".encode("latin-1"), "is not UTF-8"),
        ("ä,b\nx,1\n".encode("latin-1"), "is not UTF-8"),
        (b"a,b\n" + b"x,1\n" * 50_000 + "Zürich,1\n".encode("latin-1"), "is not UTF-8"),
        ("a,b\nx,1\n".encode("utf-16"), "is not UTF-8"),
    ],
)
def test_refused_csv(tmp_path: Path, text: Any, words: str) -> None:
    """Empty, ragged, badly quoted, ambiguous and wrongly encoded files are faults that say where; no row is skipped."""
    assert words in refused(tmp_path, {"t.csv": text})


def test_a_late_ragged_row(tmp_path: Path) -> None:
    """A row that does not fit is found however late it stands."""
    text = csv("a,b", *["x,1"] * 60_000, "x", *["x,1"] * 10)
    assert "line 60002 has 1 cells" in refused(tmp_path, {"t.csv": text})


@pytest.mark.parametrize("cut", [12, 40, 2000])
def test_truncated_gzip(tmp_path: Path, cut: int) -> None:
    """A compressed file that was cut off is a fault, not a short table."""
    rows = [f"{n * 7919 % 10007},{n}" for n in range(5000)]
    content = gzip.compress(csv("a,b", *rows).encode())[:-cut]
    assert "t.csv.gz: " in refused(tmp_path, {"t.csv.gz": content})


@pytest.mark.parametrize("content", [b"no gzip", b"\x1f\x8b\x08\x00junkjunkjunk"])
def test_no_gzip(tmp_path: Path, content: bytes) -> None:
    """A .gz file that is none is a fault."""
    assert "t.csv.gz: is damaged" in refused(tmp_path, {"t.csv.gz": content})


@pytest.mark.parametrize("name", ["t.parquet", "t.xlsx"])
@pytest.mark.parametrize("content", [b"", b"junk", b"PK\x03\x04junk", b"PAR1junk"])
def test_damaged_binary(tmp_path: Path, name: str, content: bytes) -> None:
    """Damaged Parquet and Excel files are faults by their name, without a folder."""
    assert f"{name}: " in refused(tmp_path, {name: content})


def test_truncated_parquet(tmp_path: Path) -> None:
    """A Parquet file that was cut off is a fault."""
    path = tmp_path / "whole.parquet"
    pd.DataFrame({"a": range(1000)}).to_parquet(path)
    assert "t.parquet: " in refused(tmp_path, {"t.parquet": path.read_bytes()[:-20]})


def test_damaged_duckdb(tmp_path: Path) -> None:
    """A DuckDB file that is none is a fault without its folder."""
    with pytest.raises(DataError) as caught:
        find_tables(write(tmp_path / "d.duckdb", b"junk" * 5000))
    check_plain(caught.value, tmp_path, words=["d.duckdb"])


def test_excel_header_twice(tmp_path: Path) -> None:
    """Two equal columns in Excel are a fault, as they are in CSV."""
    pd.DataFrame([["a", "A"], [1, 2]]).to_excel(write_exports(tmp_path, {}) / "t.xlsx", index=False, header=False)
    assert "stands twice in the header" in refused(tmp_path, {})


def test_empty_excel(tmp_path: Path) -> None:
    """An empty sheet is an empty file."""
    pd.DataFrame().to_excel(write_exports(tmp_path, {}) / "t.xlsx", index=False)
    assert "t.xlsx: is empty" in refused(tmp_path, {})


def test_excel_codes_with_gaps(tmp_path: Path) -> None:
    """Codes that Excel keeps as numbers stay whole although some cells are empty."""
    frame = pd.DataFrame({"code": [12, None, 14], "mixed": ["x", 3, None]})
    frame.to_excel(write_exports(tmp_path, {}) / "t.xlsx", index=False)
    table = read_table(tmp_path, {}, "t", {"code": Column(), "mixed": Column()})
    assert table["code"].tolist()[::2] == ["12", "14"]
    assert table["mixed"].tolist()[:2] == ["x", "3"]


@pytest.mark.parametrize(
    ("wanted", "hint"), [("amuont", "did you mean 'amount'?"), ("zzz", "known: amount, day"), ("Amount", "'amount'")]
)
@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_missing_column(tmp_path: Path, kind: str, wanted: str, hint: str) -> None:
    """A missing or renamed column is a fault with the nearest name that is there."""
    folder = write_exports(tmp_path, {})
    frame = pd.DataFrame({"day": ["2026-01-01"], "amount": [1]})
    frame.to_csv(folder / "t.csv", index=False) if kind == "csv" else frame.to_parquet(folder / "t.parquet")
    text = refused(tmp_path, {}, columns={wanted: Column()})
    assert f"{wanted}: no such column; " in text
    assert hint in text


def test_header_over_two_lines(tmp_path: Path) -> None:
    """A line break within a quoted column name is part of the name."""
    table = read_table(tmp_path, {"t.csv": '"amount\nin USD",b\n1,2\n'}, "t", {"amount\nin USD": Column(type="number")})
    assert table.iloc[0].tolist() == [1.0, 2]


def test_delimiter_within_quotes(tmp_path: Path) -> None:
    """Commas within quoted names do not count as delimiters."""
    assert list(read_table(tmp_path, {"t.csv": '"a, b, c";d\n1;2\n'}, "t")) == ["a, b, c", "d"]


def test_quoted_line_breaks(tmp_path: Path) -> None:
    """A line break within a quoted cell is part of the cell."""
    assert read_table(tmp_path, {"t.csv": 'a,b\n"x\ny",1\n'}, "t")["a"].tolist() == ["x\ny"]


@pytest.mark.parametrize(
    "labels", [["NA", "null"], ["yes", "no"], ["NO", "SE"], ["T", "F"], ["012", "7"], ["N/A", "-"]]
)
def test_labels_stay(tmp_path: Path, labels: list[str]) -> None:
    """Labels are no missing values, truth values or numbers: they stay as they are written."""
    assert read_table(tmp_path, {"t.csv": csv("a,b", *(f"{x},1" for x in labels))}, "t")["a"].tolist() == labels


@pytest.mark.parametrize("cell", ["nan", "inf", "-Infinity"])
def test_not_a_number_without_contract(tmp_path: Path, cell: str) -> None:
    """Words that a database takes for numbers, and no sum survives, are a fault until the column is declared."""
    text = csv("a,b", "x,1.5", f"y,{cell}")
    assert "b: holds nan or infinity; declare" in refused(tmp_path, {"t.csv": text})
    assert read_table(tmp_path, {"t.csv": text}, "t", {"b": Column(type="text")})["b"].tolist() == ["1.5", cell]


@pytest.mark.parametrize("text", ["03/04/2026", "03.04.2026", "03/04/2026 10:00:00", "04-03-2026"])
def test_ambiguous_dates_stay_text(tmp_path: Path, text: str) -> None:
    """A date whose day and month could be swapped is never guessed."""
    assert read_table(tmp_path, {"t.csv": csv("d,b", f"{text},1", f"{text},2")}, "t")["d"].tolist() == [text, text]


@pytest.mark.parametrize("text", ["2026-04-03", "2026-04-03 10:00:00"])
def test_plain_dates(tmp_path: Path, text: str) -> None:
    """Dates in the one form that is not ambiguous are dates without a contract."""
    table = read_table(tmp_path, {"t.csv": csv("d,b", f"{text},1")}, "t")
    assert pd.to_datetime(table["d"])[0] == pd.Timestamp(text)


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("typed", [False, True])
def test_hostile_cells(tmp_path: Path, text: str, typed: bool) -> None:
    """Whatever a cell holds passes through unchanged."""
    cell = '"' + text.replace('"', '""') + '"'
    table = read_table(tmp_path, {"t.csv": csv("a,b", f"{cell},1")}, "t", {"a": Column()} if typed else None)
    assert table["a"].tolist() == [text]


@pytest.mark.parametrize("name", ['x"; DROP TABLE t; --', "it's", "<b>", "a b", "select", "a.b", "Ж", "x', 'y"])
def test_hostile_columns(tmp_path: Path, name: str) -> None:
    """A column's name is never run as SQL."""
    header = '"' + name.replace('"', '""') + '",b'
    table = read_table(tmp_path, {"t.csv": csv(header, "1,2")}, "t", {name: Column(type="number", min=0)})
    assert list(table) == [name, "b"]


@pytest.mark.parametrize("name", ["x'); DROP TABLE t; --", "it's", "a b", "<b>", "Ж", "select", "a;b", "*"])
def test_hostile_file_names(tmp_path: Path, name: str) -> None:
    """A file's name is never run as SQL, nor read as a pattern."""
    assert read_table(tmp_path, {f"{name}.csv": PLAIN, "other.csv": "c\n1\n"}, name)["a"].tolist() == ["x", "y"]


def test_quoting() -> None:
    """Names and literals end where they are meant to."""
    assert quoted('a"b') == '"a""b"'
    assert literal("a'b") == "'a''b'"


def test_first_line() -> None:
    """Of a library's message the first line, without the folder."""
    assert first_line(ValueError("cannot open /a/b/x.csv\nadvice"), Path("/a/b")) == "cannot open x.csv"
    assert first_line(FileNotFoundError(2, "No such file", "/a/b/x.csv"), Path("/a/b")) == "No such file"
    assert first_line(ValueError(), Path("/a")) == "ValueError"
