"""Which members of a dimension are reported on; what cannot be made is told before anything is."""

from collections.abc import Sequence

from saypro_analysis.data.member_params import split_kpis
from saypro_analysis.data.queries import NOT_GIVEN
from saypro_analysis.data.reader import nearest
from saypro_analysis.errors import Fault, ParamsError
from saypro_analysis.kpi import Params

MOST = 200  # members in one run: more reports than anybody reads, and most often a slip, such as a customer's number
_LONG = 200  # letters of a hint
_NOT_MADE = "The reports of members cannot be made; nothing was run."


def need_dimension(params: Params, dimension: str) -> dict[str, tuple[str, ...]]:
    """The KPIs that the dimension splits, by department; raises ParamsError where none is on a scorecard."""
    kept = split_kpis(params, dimension)
    if not kept:
        every = {one for d in params.departments.values() for kpi in d.kpis.values() for one in kpi.segments}
        known = [name for name in every if split_kpis(params, name)]
        found = f"{dimension!r} splits no KPI of a scorecard" if dimension in every else f"no dimension {dimension!r}"
        raise _fault(found, nearest(dimension, known))
    return kept


def choose_members(labels: Sequence[str], asked: Sequence[str], *, dimension: str) -> tuple[str, ...]:
    """The labels that are asked for, in their order; without any, all that name somebody.

    Raises ParamsError for labels that are not there, with all of them, for fewer than two labels, where the company is
    its own only member, and for more than ``MOST`` members.

    >>> choose_members(["North", "South", "(not given)"], [], dimension="region")
    ('North', 'South')
    """
    if len(labels) < 2:
        found = f"{dimension} has one member, {labels[0]}" if labels else f"{dimension} has no member with a value"
        raise _fault(found, "the company's own report says it all; choose another dimension")
    unknown = tuple(
        Fault(where="--member", found=f"{dimension} has no {name!r}", hint=_near(name, labels))
        for name in dict.fromkeys(asked)
        if name not in labels
    )
    if unknown:
        raise ParamsError(_NOT_MADE, unknown)
    chosen = tuple(name for name in labels if (name in asked if asked else name != NOT_GIVEN))
    if len(chosen) > MOST:
        found = f"{dimension} has more than {MOST} members, the most that one run makes"
        raise _fault(found, "name those that are wanted with --member, or choose another dimension")
    return chosen


def _near(name: str, labels: Sequence[str]) -> str:
    hint = nearest(name, labels)
    return hint if len(hint) <= _LONG else f"{len(labels)} are known, such as {', '.join(labels[:5])}"


def _fault(found: str, hint: str) -> ParamsError:
    return ParamsError(_NOT_MADE, (Fault(where="--by", found=found, hint=hint),))
