"""The mail block of company.yml: every address that is none, and every setting that does not fit, at once."""

import shutil
from pathlib import Path

import pytest

from saypro_analysis.data.checks_mail import is_address
from saypro_analysis.data.params import read_params
from saypro_analysis.errors import ParamsError
from saypro_analysis.kpi import Mail

ROOT = Path(__file__).parents[2]


def _with(tmp_path: Path, block: str) -> Path:
    shutil.copytree(ROOT / "params", tmp_path / "params")
    with (tmp_path / "params" / "company.yml").open("a", encoding="utf-8") as file:
        file.write(f"\nmail:\n{block}")
    return tmp_path / "params"


def test_the_block_in_company_yml_is_valid_once_its_marks_are_gone(tmp_path: Path) -> None:
    """The commented example of the project's company.yml is read as it stands there."""
    lines = (ROOT / "params" / "company.yml").read_text("utf-8").splitlines()
    at = lines.index("# mail:")
    block = [line.removeprefix("# ") for line in lines[at : lines.index("", at)]]
    mail = read_params(_with(tmp_path, "\n".join(block[1:]) + "\n")).company.mail
    assert mail.host == "smtp.example.org"
    assert mail.to == ("board@example.org", "coo@example.org")


def test_without_the_block_nothing_is_set(sample_params: object) -> None:
    """The block is optional."""
    assert sample_params.company.mail == Mail()


def test_all_faults_of_the_block_are_told_at_once(tmp_path: Path) -> None:
    """Each wrong setting has its own line, with its place, what was found, and what is allowed."""
    block = """  host: smtp://mail.example.org:25
  port: 70000
  security: none
  user: reports
  sender: Reports <reports@example.org>
  to: [board@example.org, board@, "a@example.org\\nBcc: b@example.org"]
  limit_mb: 0
"""
    with pytest.raises(ParamsError) as caught:
        read_params(_with(tmp_path, block))
    keys = [fault.key for fault in caught.value.faults]
    expected = ["host", "port", "security", "sender", "to.1", "to.2", "limit_mb"]
    assert keys == [f"mail.{name}" for name in expected]
    assert all(fault.where.startswith("params/company.yml:") for fault in caught.value.faults)
    assert all(fault.hint for fault in caught.value.faults)


@pytest.mark.parametrize(
    ("block", "part"),
    [
        ("  password: secret\n", "mail.password: unknown key"),
        ("  security: ssl\n", "allowed: none, starttls, tls"),
        ('  port: "25"\n', "mail.port"),
        ("  to: board@example.org\n", "mail.to"),
        ("  host: smtp.example.org\n", "mail.sender: is missing"),
    ],
)
def test_a_fault_is_told_with_its_key(tmp_path: Path, block: str, part: str) -> None:
    """A password has no place in the file, and a host needs a sender."""
    with pytest.raises(ParamsError) as caught:
        read_params(_with(tmp_path, block))
    assert part in str(caught.value)
    assert len(caught.value.faults) == 1


@pytest.mark.parametrize(
    "text",
    ["a@b.org", "first.last+tag@sub.example.co.za", "o'brien@example.org", "root@localhost", f"{'a' * 64}@example.org"],
)
def test_plain_addresses_are_taken(text: str) -> None:
    """What mail servers deliver to."""
    assert is_address(text)


@pytest.mark.parametrize(
    "text",
    [
        "", "a", "@example.org", "a@", "a@b", "a b@example.org", "a@example..org", ".a@example.org", "a.@example.org",
        "a@-example.org", "a@example.org\n", "a@example.org\r\nBcc: b@example.org", "a@example.org,b@example.org",
        "A <a@example.org>", "a@b@example.org", "jürgen@example.org", f"{'a' * 65}@example.org", "a@exämple.org",
    ],
)  # fmt: skip
def test_others_are_not(text: str) -> None:
    """No names, lists, line breaks, empty parts or letters beyond ASCII."""
    assert not is_address(text)
