"""Errors carry all faults and the exit code of the command."""

import pytest

from saypro_analysis.errors import DataError, Fault, ParamsError, ReportError, SayproError


@pytest.mark.parametrize(("kind", "code"), [(ReportError, 1), (ParamsError, 2), (DataError, 3)])
def test_exit_codes(kind: type[SayproError], code: int) -> None:
    """1: a report failed; 2: params or usage; 3: data."""
    assert kind("x").exit_code == code
    assert issubclass(kind, SayproError)


def test_text_lists_all_faults() -> None:
    """The text is the message and one line for each fault."""
    error = ParamsError("Two.", (Fault(where="a:1", key="b", found="c", hint="d"), Fault(where="e", found="f")))
    assert str(error) == "Two.\n  a:1: b: c; d\n  e: f"


@pytest.mark.parametrize(
    ("fault", "text"),
    [
        (Fault(where="a"), "a"),
        (Fault(where="a", hint="h"), "a; h"),
        (Fault(where="a", key="k", found="f"), "a: k: f"),
        (Fault(where="a", found="<script>$x$"), "a: <script>$x$"),
    ],
)
def test_fault_text(fault: Fault, text: str) -> None:
    """Empty parts leave no colons behind."""
    assert str(fault) == text


def test_equal_faults_are_one() -> None:
    """Faults compare by content, so that repeats can be dropped."""
    assert len({Fault(where="a", found="b"), Fault(where="a", found="b")}) == 1
