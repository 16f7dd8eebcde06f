"""What YAML's shape cannot say about company, tables and causes: names that must exist, settings that must fit.

Every function returns faults with file, line, key, what was found, and what is allowed; none stops at the first.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date

from saypro_analysis.data.checks_mail import check_mail
from saypro_analysis.data.checks_signs import check_signs, check_strength, unknown
from saypro_analysis.data.expressions import ExpressionError, kind_of, parse_view, tables_of
from saypro_analysis.data.reader import Document, KeyPath, nearest
from saypro_analysis.errors import Fault
from saypro_analysis.kpi import CauseModel, Column, Company, Department, Table
from saypro_analysis.noisy_or import MAX_CAUSES
from saypro_analysis.texts import languages

_PLAIN = Column()
ID = re.compile(r"[a-z][a-z0-9_]{0,59}")
MONTH = re.compile(r"[12][0-9]{3}-(0[1-9]|1[0-2])")
_RESERVED = {"index", "overview"} | {"con", "nul", "aux", "prn"}  # the overview's files, and names Windows forbids
_RESERVED |= {f"{port}{number}" for port in ("com", "lpt") for number in range(1, 10)}


def check_company(document: Document, company: Company) -> Iterator[Fault]:
    """company.yml: currency, locale, language, dates, thresholds and mail."""
    from babel import Locale, UnknownLocaleError
    from babel.numbers import is_currency

    if not is_currency(company.currency, "en"):
        yield document.fault(("currency",), found=company.currency, hint="use an ISO 4217 code such as USD or ZAR")
    try:
        Locale.parse(company.locale)
    except (UnknownLocaleError, ValueError):
        yield document.fault(("locale",), found=company.locale, hint="use a code such as en_US, en_ZA or pt_BR")
    if company.language not in languages():
        hint = f"{' or '.join(languages())}; docs/languages.md says how to add one"
        yield document.fault(("language",), found=company.language, hint=hint)
    if not 1 <= company.fiscal_year_start <= 12:
        yield document.fault(("fiscal_year_start",), found=str(company.fiscal_year_start), hint="a month from 1 to 12")
    if not 0 <= company.decide_within <= 365:
        yield document.fault(
            ("decide_within",), found=str(company.decide_within), hint="days: a whole number from 0 to 365"
        )
    if any(unicodedata.category(letter) == "Cc" for letter in company.data.source):
        yield document.fault(("data", "source"), found=repr(company.data.source)[:100], hint="no control characters")
    if company.data.as_of and not is_day(company.data.as_of):
        yield document.fault(("data", "as_of"), found=company.data.as_of, hint='a day such as "2026-10-31"')
    if company.data.first_month and not MONTH.fullmatch(company.data.first_month):
        yield document.fault(("data", "first_month"), found=company.data.first_month, hint='a month such as "2023-11"')
    limits = company.thresholds
    if not 0 < limits.amber < limits.red:
        yield document.fault(
            ("thresholds",), found=f"amber {limits.amber:g}, red {limits.red:g}", hint="0 < amber < red"
        )
    for name in ("materiality", "significance"):
        if not 0 < getattr(limits, name) < 1:
            yield document.fault(("thresholds", name), found=f"{getattr(limits, name):g}", hint="between 0 and 1")
    yield from check_mail(document, company.mail)


def is_day(text: str) -> bool:
    """Whether ``text`` is a day of the calendar, written as 2026-10-31.

    >>> is_day("2026-10-31"), is_day("2026-02-30"), is_day("31.10.2026")
    (True, False, False)
    """
    try:
        return MONTH.fullmatch(text[:7]) is not None and date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def check_tables(document: Document, tables: Mapping[str, Table]) -> Iterator[Fault]:
    """tables.yml: views that parse, name no folder, and do not read themselves."""
    reads: dict[str, set[str]] = {}
    for one, other in clashes(tables):
        yield document.fault((other,), found=f"differs from '{one}' in capitals only", hint="rename one")
    for name, table in tables.items():
        if table.view and table.file:
            yield document.fault((name,), found="has a file and a view", hint="keep one of them")
        for column, contract in table.columns.items():
            yield from _check_column(document, (name, "columns", column), contract)
            for share in ("missing", "invalid"):
                if not 0 <= getattr(contract, share) <= 1:
                    found = f"{getattr(contract, share):g}"
                    yield document.fault((name, "columns", column, share), found=found, hint="a share from 0 to 1")
        try:
            reads[name] = tables_of(parse_view(table.view)) if table.view else set()
        except ExpressionError as error:
            yield document.fault((name, "view"), found=str(error), hint="write one SELECT in DuckDB's dialect")
    for circle in cycles(reads):
        found = " reads ".join([*circle, circle[0]])
        yield document.fault((circle[0], "view"), found=found, hint="give the file's table another name")


def _check_column(document: Document, path: KeyPath, column: Column) -> Iterator[Fault]:
    """Settings that mean nothing for the column's type would be ignored, or stop the run with a database's message."""
    fits = {
        "format": ("date", "datetime"), "future": ("date", "datetime"), "values": ("text",),
        "thousands": ("number", "integer"), "decimal": ("number",),
        "min": ("number", "integer"), "max": ("number", "integer"),
    }  # fmt: skip
    for name, types in fits.items():
        if getattr(column, name) != getattr(_PLAIN, name) and column.type not in types:
            hint = f"{name} goes with 'type: {' or '.join(types)}'"
            yield document.fault((*path, name), found=f"type: {column.type}", hint=hint)
    if column.thousands and (len(column.thousands) > 1 or column.thousands in "0123456789+-eE" + column.decimal):
        found = f"thousands '{column.thousands}', decimal '{column.decimal}'"
        yield document.fault((*path, "thousands"), found=found, hint="one character, another than the decimal's")
    if column.min is not None and column.max is not None and column.min > column.max:
        yield document.fault(path, found=f"min {column.min:g}, max {column.max:g}", hint="min below max")


def clashes(names: Iterable[str]) -> list[tuple[str, str]]:
    """Pairs of names that differ in capitals only: the same to a database, and to many a file system.

    >>> clashes(["orders", "Orders", "leads"])
    [('orders', 'Orders')]
    """
    first: dict[str, str] = {}
    return [(first[name.casefold()], name) for name in names if first.setdefault(name.casefold(), name) != name]


def check_id(name: str, where: str) -> Iterator[Fault]:
    """A department's id becomes a file name, so it is plain and not reserved."""
    if not ID.fullmatch(name) or name in _RESERVED:
        yield Fault(
            where=where,
            found=f"'{name}' cannot be an id",
            hint="a small letter, then small letters, digits and _; not a reserved word such as index or con",
        )


def check_sql(document: Document, path: KeyPath, text: str, parse: Callable[[str], object]) -> Iterator[Fault]:
    """The fault that ``parse`` finds in an expression, if any."""
    try:
        parse(text)
    except ExpressionError as error:
        yield document.fault(path, found=f"{text!r} {error}", hint="write it in DuckDB's dialect")


def kind_if_sound(text: str) -> str:
    """An aggregate's kind (``expressions.kind_of``), or "" where it does not parse, which is told by itself."""
    try:
        return kind_of(text)
    except ExpressionError:
        return ""


def check_causes(document: Document, model: CauseModel, departments: Mapping[str, Department]) -> Iterator[Fault]:
    """causes.yml: every name exists, every strength is a probability, and nothing stands there without effect."""
    if len(model.causes) > MAX_CAUSES:
        found = f"{len(model.causes)} causes"
        yield document.fault(("causes",), found=found, hint=f"at most {MAX_CAUSES}: all their combinations are weighed")
    for name, cause in model.causes.items():
        if not cause.signs:
            yield document.fault(("causes", name, "signs"), found="no sign", hint="a cause needs at least one sign")
        if not isinstance(cause.prior, str) and not 0 < cause.prior < 1:
            yield document.fault(("causes", name, "prior"), found=f"{cause.prior:g}", hint="between 0 and 1, or a word")
        for sign, strength in cause.signs.items():
            path: KeyPath = ("causes", name, "signs", sign)
            if sign not in model.signs:
                yield document.fault(path, found="no such sign", hint=nearest(sign, model.signs))
            yield from check_strength(document, path, strength)
    yield from check_signs(document, model, departments)
    for name, action in model.actions.items():
        yield from unknown(document, ("actions", name, "departments"), action.departments, set(departments))
        for key in ("days", "lead_months"):
            if getattr(action, key) < 0:
                yield document.fault(("actions", name, key), found=str(getattr(action, key)), hint="0 or more")
        if not 0 < action.success <= 1:
            hint = "above 0, and 1 at most"
            yield document.fault(("actions", name, "success"), found=f"{action.success:g}", hint=hint)
        for cause_id, strength in action.effects.items():
            path = ("actions", name, "effects", cause_id)
            if cause_id not in model.causes:
                yield document.fault(path, found="no such cause", hint=nearest(cause_id, model.causes))
            yield from check_strength(document, path, strength)


def cycles(needs: Mapping[str, set[str]]) -> list[tuple[str, ...]]:
    """The circles in a graph of names, each once, from its alphabetically first member on.

    >>> cycles({"a": {"b"}, "b": {"c"}, "c": {"a"}, "d": {"a"}})
    [('a', 'b', 'c')]
    """
    found: dict[frozenset[str], tuple[str, ...]] = {}

    def walk(name: str, path: tuple[str, ...]) -> None:
        if name in path:
            circle = path[path.index(name) :]
            found.setdefault(frozenset(circle), circle)
            return
        for part in sorted(needs.get(name, ())):
            walk(part, (*path, name))

    for name in sorted(needs):
        walk(name, ())
    return list(found.values())
