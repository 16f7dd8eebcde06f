"""What is installed: a fingerprint of this package's own files, and the versions of what its reports depend on."""

import hashlib
import platform
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path

from saypro_analysis import __version__

_PACKAGE = Path(__file__).parents[1]
#: The packages whose version can change a number or a picture.
_PACKAGES = (
    "pandas", "numpy", "duckdb", "sqlglot", "pyarrow", "matplotlib", "seaborn", "jinja2", "nbconvert", "nh3", "Babel",
)  # fmt: skip


@lru_cache(maxsize=1)
def installed_code() -> str:
    """SHA-256 of every file of this package that is not compiled from another."""
    files = sorted(path for path in _PACKAGE.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    total = hashlib.sha256()
    for path in files:
        total.update(f"{path.relative_to(_PACKAGE).as_posix()}\0".encode())
        total.update(hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()


@lru_cache(maxsize=1)
def installed_versions() -> dict[str, str]:
    """Versions by name, Python's and this package's first."""
    return {
        "python": platform.python_version(),
        "saypro-analysis": __version__,
        **{name: version(name) for name in _PACKAGES},
    }
