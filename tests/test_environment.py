"""The environment is described once: pyproject.toml. The files for pip and conda follow it."""

import re
import tomllib
from pathlib import Path

import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]


def test_conda_environment_follows_pyproject() -> None:
    """environment.yml asks for the Python of pyproject.toml and for this package with its dev extra, nothing else."""
    environment = yaml.safe_load((ROOT / "environment.yml").read_text("utf-8"))
    assert environment["dependencies"] == [f"python{PROJECT['requires-python']}", "pip", {"pip": ["-e .[dev]"]}]
    assert "dev" in PROJECT["optional-dependencies"]


def test_lock_holds_every_requirement_in_an_allowed_version() -> None:
    """Each requirement of pyproject.toml is pinned in requirements.lock, within its bounds."""
    locked = dict(re.findall(r"^([a-z0-9._-]+)==([^ \\]+)", (ROOT / "requirements.lock").read_text("utf-8"), re.M))
    for text in [*PROJECT["dependencies"], *PROJECT["optional-dependencies"]["dev"]]:
        requirement = Requirement(text)
        assert any(bound.operator == ">=" for bound in requirement.specifier), text
        assert requirement.specifier.contains(locked[canonicalize_name(requirement.name)]), text


def test_lock_is_hashed_and_names_no_address() -> None:
    """Every pin has a hash, and the lock works with whatever index a user's pip is set to."""
    text = (ROOT / "requirements.lock").read_text("utf-8")
    pins = re.split(r"^(?=[a-z0-9._-]+==)", text, flags=re.M)[1:]
    assert pins
    assert all("--hash=sha256:" in pin for pin in pins)
    assert "://" not in text
