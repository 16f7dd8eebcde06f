"""The pages that lead to a published month: written when it is there, in a process that has what they take."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

from saypro_analysis.errors import Fault, ReportError
from saypro_analysis.execute.child import Tell
from saypro_analysis.execute.pool import Pool
from saypro_analysis.kpi import Company, Params
from saypro_analysis.publish.index import write_archive, write_members
from saypro_analysis.publish.links import link_later
from saypro_analysis.publish.work import Work
from saypro_analysis.texts import speaking


def list_months(work: Work, hands: Pool) -> None:
    """Set the links of later months anew, which may lead to this one now, and write the page of all months.

    Raises ReportError when that fails: the month itself is published.
    """
    try:
        link_later(work.out, work.month)
    except OSError as error:
        raise _not_listed(work.month, work.out, f"writing failed ({error.strerror})") from error
    member_of = work.order.by.replace("_", " ")
    pages = partial(write_archive, work.out, company=work.params.company.name, names=work.names, member_of=member_of)
    if failed := _aside(hands, work.params.company, pages, str(work.private)):
        raise _not_listed(work.month, work.out, failed)


def list_members(out: Path, place: Path, params: Params, dimension: str, hands: Pool, scratch: str) -> None:
    """Write the page of a dimension's members in ``place``, and the archive above it anew: it leads there."""
    names = {key: department.name for key, department in params.departments.items()}
    company, name = params.company.name, dimension.replace("_", " ")
    members = partial(write_members, place, company=company, names=names, dimension=name)
    for pages in (members, partial(write_archive, out, company=company, names=names)):
        if failed := _aside(hands, params.company, pages, scratch):
            raise _not_listed(dimension, place, failed)


def _not_listed(what: str, place: Path, found: str) -> ReportError:
    fault = Fault(where=f"{place.name}/index.html", found=found)
    return ReportError(f"{what} was published; the page of all months was not.", (fault,))


def _aside(hands: Pool, company: Company, write: Callable[[], Path], scratch: str) -> str:
    """Write a page in a child, where what that takes is imported; what went wrong, or nothing."""
    ended = hands.submit(partial(_written, company.language, write), scratch=scratch).result()
    return ended.reason or str(ended.result)


def _written(language: str, write: Callable[[], Path], _tell: Tell) -> str:
    try:
        with speaking(language):
            write()
    except OSError as error:
        return f"writing failed ({error.strerror})"
    return ""
