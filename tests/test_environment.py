"""The environment is described once: pyproject.toml. The files for pip and conda follow it."""

import re
import tomllib
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]


def test_conda_environment_follows_pyproject() -> None:
    """environment.yml asks for the Python of pyproject.toml and for this package with its dev extra, nothing else."""
    environment = yaml.safe_load((ROOT / "environment.yml").read_text("utf-8"))
    assert environment["dependencies"] == [f"python{PROJECT['requires-python']}", "pip", {"pip": ["-e .[dev]"]}]
    assert "dev" in PROJECT["optional-dependencies"]


def test_lock_holds_every_requirement_in_an_allowed_version() -> None:
    """Each requirement of pyproject.toml is pinned in requirements.lock, not older than its lower bound."""
    locked = dict(re.findall(r"^([a-z0-9._-]+)==([^ \\]+)", (ROOT / "requirements.lock").read_text("utf-8"), re.M))
    for requirement in [*PROJECT["dependencies"], *PROJECT["optional-dependencies"]["dev"]]:
        name, bound = re.fullmatch(r"([A-Za-z0-9._-]+)>=([0-9.]+)(?:; .*)?", requirement).groups()
        pinned = locked[name.lower().replace("_", "-")]
        assert _numbers(pinned) >= _numbers(bound), requirement


def test_lock_is_hashed_and_names_no_address() -> None:
    """Every pin has a hash, and the lock works with whatever index a user's pip is set to."""
    text = (ROOT / "requirements.lock").read_text("utf-8")
    pins = re.split(r"^(?=[a-z0-9._-]+==)", text, flags=re.M)[1:]
    assert pins
    assert all("--hash=sha256:" in pin for pin in pins)
    assert "://" not in text


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", version)[:3])
