"""What views are made of."""

from collections.abc import Iterable, Mapping

from saypro_analysis.data.expressions import parse_view, tables_of
from saypro_analysis.kpi import Table


def tables_behind(tables: Mapping[str, Table], names: Iterable[str]) -> set[str]:
    """The tables themselves and everything that their views read, directly or through other views.

    >>> tables = {"clean": Table(view="SELECT DISTINCT * FROM export")}
    >>> sorted(tables_behind(tables, ["clean"]))
    ['clean', 'export']
    """
    found: set[str] = set()
    waiting = set(names)
    while waiting:
        name = waiting.pop()
        found.add(name)
        view = tables[name].view if name in tables else ""
        waiting |= (tables_of(parse_view(view)) if view else set()) - found
    return found
