"""docs/faults.md: every fault has its row, in order, and each row names tests that are there and are run."""

import ast
import re
from pathlib import Path

import pytest

TESTS = Path(__file__).parent
PAGE = (TESTS.parent / "docs" / "faults.md").read_text("utf-8")
ROWS = [line for line in PAGE.splitlines() if re.match(r"\| \d", line)]
NAMED = re.compile(r"`([\w/]+\.py)::(\w+)`")
NOT_HERE = "does not apply: "


def _cells(row: str) -> list[str]:
    return [cell.strip() for cell in row.strip().strip("|").split("|")]


def test_every_number_has_its_row() -> None:
    """1 to 64, each once and in order: a fault that is left out would look like one that cannot happen."""
    assert [_cells(row)[0] for row in ROWS] == [str(number) for number in range(1, 65)]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: _cells(row)[0])
def test_a_row_is_shown_by_tests(row: str) -> None:
    """A row says what happens in one sentence, and by which tests it is shown, or why it does not apply."""
    _, fault, happens, shown = _cells(row)
    assert fault
    assert happens
    if not shown.startswith(NOT_HERE):
        assert [f"`{file}::{name}`" for file, name in NAMED.findall(shown)] == shown.split(", ")
    assert len(shown) > len(NOT_HERE)


@pytest.mark.parametrize(("file", "name"), sorted(set(NAMED.findall(PAGE))))
def test_a_named_test_is_there_and_is_run(file: str, name: str) -> None:
    """Each named test stands in its file, and neither it nor its file is always skipped or expected to fail."""
    tree = ast.parse((TESTS / file).read_text("utf-8"))
    found = [node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == name]
    assert len(found) == 1, f"{file} has {len(found)} functions called {name}"
    assert name.startswith("test_")
    marks = [
        mark.value for mark in tree.body if isinstance(mark, ast.Assign) and _names(mark.targets[0]) == "pytestmark"
    ]
    assert not [ast.unparse(mark) for mark in (*found[0].decorator_list, *marks) if _never_runs(mark)]
    first = [node for node in (*found[0].body[:2], *tree.body) if isinstance(node, ast.Expr)]
    assert not [ast.unparse(node) for node in first if _never_runs(node.value)]


def _names(node: ast.AST) -> str:
    return ast.unparse(node.func) if isinstance(node, ast.Call) else ast.unparse(node)


def _never_runs(node: ast.AST) -> bool:
    """Whether a mark, or a call, skips whatever the machine is like, or lets a failure pass."""
    if isinstance(node, ast.List | ast.Tuple):
        return any(map(_never_runs, node.elts))
    name = _names(node).removeprefix("pytest.").removeprefix("mark.")
    always = isinstance(node, ast.Call) and any(isinstance(part, ast.Constant) and part.value for part in node.args)
    return name in ("skip", "xfail") or (name == "skipif" and always)


@pytest.mark.parametrize(
    ("code", "never"),
    [
        ("pytest.mark.skip", True),
        ("pytest.mark.skip(reason='x')", True),
        ("pytest.mark.xfail(strict=True)", True),
        ("pytest.mark.skipif(True, reason='x')", True),
        ("[pytest.mark.xdist_group('run'), pytest.mark.skip]", True),
        ("pytest.skip('x')", True),
        ("pytest.mark.skipif(os.geteuid() == 0, reason='x')", False),
        ("pytest.mark.parametrize('a', [1])", False),
    ],
)
def test_what_never_runs_is_seen(code: str, never: bool) -> None:
    """The check can fail: marks and calls that always skip are told from those that depend on the machine."""
    assert _never_runs(ast.parse(code, mode="eval").body) == never
