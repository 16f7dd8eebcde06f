"""Whether a notebook takes the parameters that it is given: papermill only warns, and runs it on its own defaults."""

import ast
import re
from collections.abc import Mapping
from keyword import iskeyword
from typing import Any

from saypro_analysis.errors import ReportError

TAG = "parameters"


def check_parameters(notebook: Any, parameters: Mapping[str, Any]) -> None:
    """Raise ReportError unless ``notebook`` has one cell tagged "parameters" that sets each of the names to a value.

    A name that is none could be code: papermill writes names as they are.
    """
    bad = [name for name in parameters if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name) or iskeyword(name)]
    if bad:
        raise ReportError(f"not the name of a parameter: {bad[0]!r}; a name has letters, digits and _")
    cells = [cell for cell in notebook.cells if TAG in cell.get("metadata", {}).get("tags", ())]
    if len(cells) != 1:
        found = "no cell" if not cells else f"{len(cells)} cells"
        raise ReportError(f"the notebook has {found} tagged '{TAG}'; it needs one, for {', '.join(parameters)}")
    declared = _declared(cells[0].source)
    missing = [name for name in parameters if name not in declared]
    if missing:
        raise ReportError(f"the notebook's cell tagged '{TAG}' does not set {', '.join(missing)}")


def _declared(source: str) -> set[str]:
    """The names that the cell sets; raises ReportError where it does more than setting names to plain values."""
    try:
        return {name for line in ast.parse(source).body for name in _set_by(line)}
    except (SyntaxError, ValueError) as error:
        raise ReportError(f"the notebook's cell tagged '{TAG}' may only set names to plain values") from error


def _set_by(line: ast.stmt) -> set[str]:
    if not isinstance(line, ast.Assign | ast.AnnAssign) or line.value is None:
        raise ValueError
    ast.literal_eval(line.value)
    targets = line.targets if isinstance(line, ast.Assign) else [line.target]
    return {target.id for target in targets if isinstance(target, ast.Name)}
