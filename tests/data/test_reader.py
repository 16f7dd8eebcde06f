"""YAML is read as plain values with their lines, and what readers of YAML disagree about is a fault."""

import json
import os
import tempfile
from pathlib import Path
from typing import Any

import pytest
from builders import write
from hypothesis import given
from hypothesis import strategies as st

from saypro_analysis.data.reader import MAX_BYTES, Document, nearest, read_yaml


def read(folder: Path, content: Any) -> tuple[Document, list[str]]:
    document, faults = read_yaml(write(folder / "x.yml", content), "params/x.yml")
    return document, [str(fault) for fault in faults]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("12", 12), ("-3", -3), ("+4", 4), ("0", 0), ("0.5", 0.5), ("-1.25", -1.25), ("1e3", 1000.0), ("1.5E-2", 0.015),
        ("true", True), ("False", False), ("null", None), ("~", None), ("", None), ("word", "word"),
        ("sum(amount)", "sum(amount)"), ("2026-10", "2026-10"), ("stage = 'won'", "stage = 'won'"), ("y", "y"),
        ("N", "N"),
        ('"NO"', "NO"), ("'012'", "012"), ('"2026-10-01"', "2026-10-01"), ('"true"', "true"), ('"12"', "12"),
        ("'1_000'", "1_000"), ("'12:30:00'", "12:30:00"), ('""', ""), ("|\n  NO\n", "NO\n"), (">\n  012\n", "012\n"),
        ("[1, a]", [1, "a"]), ("{a: 1}", {"a": 1}), ("NA", "NA"), ("!!str 012", "012"),
    ],
)  # fmt: skip
def test_plain_values(tmp_path: Path, text: str, value: object) -> None:
    """Numbers, truth values, nothing and text are what YAML 1.2 says; in quotes and blocks everything is text."""
    document, faults = read(tmp_path, f"key: {text}\n")
    assert faults == []
    assert document.value == {"key": value}
    assert type(document.value["key"]) is type(value)


SURPRISES = [
    "NO", "no", "Yes", "on", "Off", "012", "-012", "0x1F", "0b11", "1_000", "1_000.5", "12:30:00", "1:30", "2026-10-01",
    "2026-10-01 10:00:00", ".inf", "-.inf", ".NaN", ".5", "5.",
]  # fmt: skip


@pytest.mark.parametrize("text", SURPRISES)
def test_surprising_values(tmp_path: Path, text: str) -> None:
    """A value that readers of YAML take for different things is a fault that names the line and asks for quotes."""
    _, faults = read(tmp_path, f"first: 1\nkey: {text}\n")
    assert len(faults) == 1
    assert faults[0].startswith(f"params/x.yml:2: key: {text} is read as ")
    assert "in quotes" in faults[0]


@pytest.mark.parametrize("text", [text for text in SURPRISES if text not in (".5", "5.")])
def test_surprising_keys(tmp_path: Path, text: str) -> None:
    """The same holds for keys; the key is kept as it was written."""
    document, faults = read(tmp_path, f"first: 1\n{text}: value\n")
    assert document.value[text] == "value"
    assert [fault.split(": ")[0] for fault in faults] == ["params/x.yml:2"]


def test_surprise_in_list(tmp_path: Path) -> None:
    """Members of lists are looked at, too: the Norway problem."""
    _, faults = read(tmp_path, "countries:\n  - SE\n  - NO\n")
    assert faults[0].startswith("params/x.yml:3: countries.1: NO is read as yes or no")


def test_too_large_number(tmp_path: Path) -> None:
    """A number beyond what a computer holds is a fault, never infinity."""
    _, faults = read(tmp_path, "key: 1e999\n")
    assert faults == ["params/x.yml:1: key: 1e999 is too large; write a number that fits"]


def test_endless_digits(tmp_path: Path) -> None:
    """A number of thousands of digits is no number (and no crash)."""
    document, _ = read(tmp_path, "key: " + "9" * 5000 + "\n")
    assert document.value["key"] == "9" * 5000


def test_duplicate_key(tmp_path: Path) -> None:
    """A key that stands twice is a fault at its second place, at every depth; the first one is kept."""
    document, faults = read(tmp_path, "a:\n  b: 1\n  c: 2\n  b: 3\na: 4\n")
    assert faults == [
        "params/x.yml:4: a.b: the key stands twice; keep one of them",
        "params/x.yml:5: a: the key stands twice; keep one of them",
    ]
    assert document.value == {"a": {"b": 1, "c": 2}}


def test_duplicate_key_in_quotes(tmp_path: Path) -> None:
    """Quotes do not make another key of it."""
    assert len(read(tmp_path, "a: 1\n'a': 2\n")[1]) == 1


def test_alias(tmp_path: Path) -> None:
    """An alias is a fault: the file would no longer say itself what holds, and copies of copies grow without end."""
    document, faults = read(tmp_path, "a: &x [1]\nb: *x\n")
    assert document.value is None
    assert faults == ["params/x.yml:2: alias *x; write the values out"]


def test_alias_bomb(tmp_path: Path) -> None:
    """Copies of copies are refused before anything is expanded."""
    lines = ["a0: &a0 [x, x]", *(f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]" for n in range(1, 60))]
    assert len(read(tmp_path, "\n".join(lines))[1]) == 1


def test_merge_key(tmp_path: Path) -> None:
    """A merge key is no setting: it is a fault and not a silent copy."""
    assert read(tmp_path, "<<: {a: 1}\n")[1][0].startswith("params/x.yml:1: <<: << is read as ")


@pytest.mark.parametrize("depth", [40, 2_000, 400_000])
def test_deep_nesting(tmp_path: Path, depth: int) -> None:
    """Brackets in brackets in brackets are a fault and do not end the process."""
    _, faults = read(tmp_path, "a: " + "[" * depth + "]" * depth)
    assert faults == ["params/x.yml:1: more than 30 levels deep; close the brackets"]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a: [1\nb: 2\n", 2),
        ("a: 1\nb: x: y\n", 2),
        ("a: 1\n\tb: 2\n", 2),
        ("a: 1\n---\nb: 2\n", 2),
        ("a: 1\nb: @x\n", 2),
    ],
)
def test_syntax_error(tmp_path: Path, text: str, line: int) -> None:
    """A mistake of syntax is one fault with its line."""
    document, faults = read(tmp_path, text)
    assert document.value is None
    assert len(faults) == 1
    assert faults[0].startswith(f"params/x.yml:{line}: ")
    assert faults[0].endswith("; mend the YAML syntax here")


def test_control_character(tmp_path: Path) -> None:
    """A character that YAML does not allow is named by its line, in one line of plain words."""
    assert read(tmp_path, "a: 1\nb: x\x01y\n")[1] == [
        "params/x.yml:2: a control character; delete it, or write it as an escape"
    ]


def test_python_tag_is_no_object(tmp_path: Path) -> None:
    """A tag never makes an object or runs anything."""
    document, _ = read(tmp_path, 'a: !!python/object/apply:os.system ["true"]\n')
    assert document.value == {"a": ["true"]}


def test_key_that_is_no_word(tmp_path: Path) -> None:
    """A list as a key is a fault."""
    assert "a key that is not a word" in read(tmp_path, "? [1, 2]\n: 3\n")[1][0]


@pytest.mark.parametrize("content", ["", "# only a comment\n", "~\n", "---\n", "null\n"])
def test_file_without_settings(tmp_path: Path, content: str) -> None:
    """A file without settings is an empty mapping; its missing keys are then the faults."""
    document, faults = read(tmp_path, content)
    assert (document.value, faults) == ({}, [])


def test_byte_order_mark(tmp_path: Path) -> None:
    """The mark that some editors write first is dropped."""
    assert read(tmp_path, "\ufeffa: 1\n".encode())[0].value == {"a": 1}


def test_windows_line_ends(tmp_path: Path) -> None:
    """Lines may end as on Windows."""
    document, faults = read(tmp_path, "a: word\r\nb: 2\r\n")
    assert (document.value, faults, document.lines["b",]) == ({"a": "word", "b": 2}, [], 2)


@pytest.mark.parametrize("content", ["a: Zürich".encode("latin-1"), "a: x".encode("utf-16"), b"\xff\xfe\x00"])
def test_not_utf8(tmp_path: Path, content: bytes) -> None:
    """A file in another encoding is one fault that says what to do."""
    document, faults = read(tmp_path, content)
    assert document.value is None
    assert len(faults) == 1
    assert faults[0].endswith("is not UTF-8; save the file as UTF-8")


def test_huge_file(tmp_path: Path) -> None:
    """A file larger than anybody writes is refused without being parsed."""
    assert read(tmp_path, "#" * (MAX_BYTES + 1))[1] == [
        f"params/x.yml: {MAX_BYTES + 1} bytes; at most {MAX_BYTES} are read"
    ]


def test_missing_file(tmp_path: Path) -> None:
    """A file that is not there is a fault without the folder's path."""
    _, faults = read_yaml(tmp_path / "none.yml", "params/none.yml")
    assert str(faults[0]).startswith("params/none.yml: cannot be read (No such file")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_unreadable_file(tmp_path: Path) -> None:
    """A file without permission is a fault."""
    path = write(tmp_path / "x.yml", "a: 1")
    path.chmod(0)
    assert "cannot be read" in str(read_yaml(path, "x")[1][0])


def test_folder_in_place_of_file(tmp_path: Path) -> None:
    """A folder of that name is a fault."""
    assert "cannot be read" in str(read_yaml(tmp_path, "params/x.yml")[1][0])


def test_lines(tmp_path: Path) -> None:
    """Every key and list member has its line, counted from 1."""
    document, _ = read(tmp_path, "# head\na:\n  b: 1\n\n  c:\n    - x\n    - y\n")
    assert document.lines == {(): 1, ("a",): 2, ("a", "b"): 3, ("a", "c"): 5, ("a", "c", 0): 6, ("a", "c", 1): 7}


def test_fault_at_missing_key(tmp_path: Path) -> None:
    """A fault at a key that is not there has the line of the nearest key above."""
    document, _ = read(tmp_path, "# head\na:\n  b: 1\n")
    assert document.fault(("a", "c"), found="is missing").where == "params/x.yml:2"


# JSON writes characters above as two escapes, which YAML does not know; a key has at most 1024 bytes.
TEXT = st.text(st.characters(max_codepoint=0xD7FF), max_size=20)
VALUES = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXT


@given(st.recursive(VALUES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3)))
def test_json_is_yaml(value: object) -> None:
    """JSON, where every text is in quotes, is read as what it says."""
    with tempfile.TemporaryDirectory() as folder:
        document, faults = read(Path(folder), json.dumps({"key": value}))
    assert (document.value, faults) == ({"key": value}, [])


def test_nearest() -> None:
    """The nearest name where one is near, else all of them."""
    assert nearest("reveneu", ["revenue", "leads"]) == "did you mean 'revenue'?"
    assert nearest("zzz", ["b", "a"]) == "known: a, b"
    assert nearest("zzz", []) == "known: none"
