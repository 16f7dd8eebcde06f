"""The nouns: what a company, a department, a measure, a KPI, a sign, a cause and an action are.

All are frozen; the YAML in ``params/`` is validated into these same classes (``data.params``), so there is one
definition of each. ``id`` is the key under which a thing stands in its file.

Glossary. *Actual*: the KPI's value in a month. *Target*: what it should be. *Gap*: actual against target, in the
KPI's unit. *Process limits*: the range that the KPI's own month-to-month variation explains. *Special cause*: a
pattern that this variation does not explain. *Assurance*: whether the process limits lie on the good side of the
target. *Sign*: something observed that points to a cause. *Prior*, *posterior*: the chance of a cause before and after
the signs.
"""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal

import pandas as pd

Better = Literal["higher", "lower", "inside"]
Unit = Literal["currency", "percent", "count", "hours", "minutes", "days", "score", "ratio"]
Cost = Literal["none", "low", "medium", "high"]
Strength = Literal["weak", "moderate", "strong", "decisive"]
#: How the size of a gap is judged: as a part of the target (fully at the company's ``red``), in noise units, that is
#: sigmas of the process (fully at 3), or as odds of failure, for shares near 0 or 1 (fully when failures double).
GapView = Literal["relative", "noise", "odds"]
#: What a fiscal year of a KPI is: the sum of its months, the mean of its months, its last month, or nothing sensible.
YearKind = Literal["", "total", "average", "last", "none"]
ColumnType = Literal["text", "integer", "number", "boolean", "date", "datetime"]

#: What the words of causes.yml mean as probabilities. Source: the link words of the noisy-OR method, decided with
#: the four steps that experts tell apart reliably (Zagorecki & Druzdzel 2004, on eliciting noisy-OR parameters).
STRENGTH: Mapping[str, float] = {"weak": 0.3, "moderate": 0.5, "strong": 0.7, "decisive": 0.9}
#: How common a cause is before any sign is seen, in words.
PRIOR: Mapping[str, float] = {"rare": 0.1, "occasional": 0.15, "common": 0.2}

#: Which way is better, as a sign: 1 up, -1 down, 0 towards a range.
WAYS: Mapping[Better, int] = {"higher": 1, "lower": -1, "inside": 0}

_NEVER_NEGATIVE = ("currency", "percent", "count", "hours", "minutes", "days")
_ADDITIVE = re.compile(r"\s*(sum|count|count_if)\s*\((?!\s*distinct\b)", re.IGNORECASE)
_STRICT = {"extra": "forbid"}  # read by pydantic: an unknown key in the YAML is a fault


@dataclass(frozen=True, kw_only=True)
class Column:
    """What a table's column must hold. Shares are parts of all rows, from 0 to 1."""

    type: ColumnType = "text"
    format: str | tuple[str, ...] = ()  # strptime format(s) of dates that are written as text
    decimal: Literal[".", ","] = "."
    thousands: str = ""  # "," in "1,234.50"
    missing_words: tuple[str, ...] = ()  # words that mean "not known", such as "N/A"
    key: bool = False  # together with the other key columns: no two rows alike
    missing: float = 1.0  # largest share of empty values that is still fine
    invalid: float = 0.0  # largest share of values that do not parse; above it, numbers would be wrong
    min: float | None = None
    max: float | None = None
    values: tuple[str, ...] = ()  # the labels that are allowed
    future: bool = True  # False: dates after the data's own date are faults

    __pydantic_config__: ClassVar[dict[str, Any]] = _STRICT


@dataclass(frozen=True, kw_only=True)
class Table:
    """A table: a file (or a DuckDB table) of the source, or a view, one SELECT over such files and other tables."""

    id: str = ""
    file: str = ""  # the file's name without ending; default: the table's id
    view: str = ""  # a SELECT in DuckDB's dialect
    columns: Mapping[str, Column] = field(default_factory=dict)
    duplicates: float = 0.0  # largest share of rows that repeat a key

    __pydantic_config__: ClassVar[dict[str, Any]] = _STRICT


@dataclass(frozen=True, kw_only=True)
class Measure:
    """An aggregate of one table by month and segment.

    ``value`` is a SQL aggregate: ``sum(amount)``, ``count(*)`` (both additive), ``count(DISTINCT agent)``,
    ``median(hours)`` or ``quantile_cont(hours, 0.9)``. Its month comes from exactly one of: ``date`` (what happened
    in the month), ``opened`` with ``closed`` (what was open at the month's end), or ``snapshot`` (the last stock
    list of the month). ``first_month`` and ``last_month`` bound the months in which its records can be trusted, where
    the data reach further than they are whole.
    """

    id: str = ""
    table: str
    value: str
    date: str = ""
    opened: str = ""
    closed: str = ""
    snapshot: str = ""
    where: str = ""
    first_month: str = ""
    last_month: str = ""

    @property
    def adds_up(self) -> bool:
        """Whether segments sum to the whole: a sum or a count of records, not of distinct things, and no quantile."""
        return bool(_ADDITIVE.match(self.value))

    __pydantic_config__: ClassVar[dict[str, Any]] = _STRICT


@dataclass(frozen=True, kw_only=True)
class Ratio:
    """Two measures of the department; they may come from different tables."""

    numerator: str
    denominator: str

    __pydantic_config__: ClassVar[dict[str, Any]] = _STRICT


@dataclass(frozen=True, kw_only=True)
class Target:
    """What a KPI should reach: exactly one of a number, numbers by month, a range, a table, or last year's value.

    ``by_month`` holds from each month on, until the next one given. ``last_year`` is a factor on the same month of
    last year: 1.05 asks for 5 % more.
    """

    value: float | None = None
    by_month: Mapping[str, float] = field(default_factory=dict)
    low: float | None = None
    high: float | None = None
    table: str = ""
    month: str = "month"  # column of ``table``: a date in the month
    column: str = "target"  # column of ``table``: the target
    where: str = ""
    last_year: float | None = None

    __pydantic_config__: ClassVar[dict[str, Any]] = _STRICT


@dataclass(frozen=True, kw_only=True)
class Rebase:
    """A month from which the process limits are computed anew, and what changed the process then."""

    month: str
    reason: str

    __pydantic_config__: ClassVar[dict[str, Any]] = _STRICT


@dataclass(frozen=True, kw_only=True)
class Baseline:
    """Which months make a KPI's process limits: all (the default), or some of them, frozen.

    ``points`` freezes the limits on the first months with a value (at least 12), after each rebase anew. ``first`` and
    ``last`` freeze them on the months of that span; they hold for the months before and after it, up to a rebase.
    ``screen=False`` keeps outlying month-to-month changes in.
    """

    points: int | None = None
    first: str = ""
    last: str = ""
    rebase: tuple[Rebase, ...] = ()
    screen: bool = True

    __pydantic_config__: ClassVar[dict[str, Any]] = _STRICT


@dataclass(frozen=True, kw_only=True)
class Kpi:
    """A KPI: a measure, a ratio of two, or a formula over other KPIs of the department.

    ``percent`` KPIs hold shares (0.25 is 25 %). ``scale`` multiplies a ratio (100 for an NPS, 12 for a yearly rate).
    With a measure or a ratio, ``formula`` says how the KPI follows from others, for finding what drives it; alone, it
    is the definition.
    """

    id: str = ""
    department: str = ""
    name: str
    definition: str
    unit: Unit
    better: Better = "higher"
    noun: str = ""  # what is counted: "leads"
    decimals: int | None = None
    measure: str = ""
    ratio: Ratio | None = None
    formula: str = ""
    scale: float = 1.0
    target: float | Target | None = None
    segments: tuple[str, ...] = ()
    scorecard: bool = True  # False: measured for the signs only
    seasonal: bool = True
    materiality: float | None = None  # smallest 12-month change that matters, relative; default: company's
    amber: float | None = None
    red: float | None = None  # size of the gap that counts fully, as ``gap_view`` says; default: see ``GapView``
    gap_view: GapView = "relative"
    gap_scale: float | None = None  # what a gap is compared with where the target is 0; in the KPI's unit
    critical: bool = False  # a miss as large as ``red`` is critical, however short it lasts
    baseline: Baseline = Baseline()
    year: YearKind = ""  # what a fiscal year of this KPI is; "": decided by its definition
    year_target: float | None = None  # of the fiscal year; default: what the months' targets come to
    worth: float | None = None  # money that one unit (one point, for percent) of the gap costs in a month
    owner: str = ""

    __pydantic_config__: ClassVar[dict[str, Any]] = _STRICT

    @property
    def measures(self) -> tuple[str, ...]:
        """The measures that the KPI is made of: none for a formula over other KPIs."""
        if self.ratio:
            return self.ratio.numerator, self.ratio.denominator
        return (self.measure,) if self.measure else ()

    @property
    def bounds(self) -> tuple[float, float]:
        """What values are possible: no negative amounts, counts and times; shares of a whole from 0 to 1."""
        share = self.unit == "percent" and self.ratio is not None and self.scale == 1
        return 0.0 if self.unit in _NEVER_NEGATIVE else -math.inf, 1.0 if share else math.inf

    @property
    def key(self) -> str:
        """The KPI's name across departments: ``sales.revenue``."""
        return f"{self.department}.{self.id}"


@dataclass(frozen=True, kw_only=True)
class SignRule:
    """How a sign's degree is measured: a ramp over a KPI's value, or the KPI's verdict.

    ``kpi`` is a KPI of the department, or ``other_department.kpi``. With ``none_at`` and ``full_at`` the degree
    rises from none to full between the two values (either may be the larger). With ``verdict`` it is full when the
    KPI is missed (``missed``), gets worse (``declining``), or moves up and down without need (``fluctuating``).
    """

    kpi: str
    none_at: float | None = None
    full_at: float | None = None
    verdict: Literal["", "missed", "declining", "fluctuating"] = ""

    __pydantic_config__: ClassVar[dict[str, Any]] = _STRICT


@dataclass(frozen=True, kw_only=True)
class Department:
    """A department: its KPIs, what they are computed from, and what measures the signs of causes there."""

    id: str = ""
    name: str
    owner: str
    order: int = 100  # place in the overview
    measures: Mapping[str, Measure] = field(default_factory=dict)
    kpis: Mapping[str, Kpi]
    signs: Mapping[str, SignRule] = field(default_factory=dict)
    priors: Mapping[str, float | Literal["rare", "occasional", "common"]] = field(default_factory=dict)
    links: Mapping[str, Mapping[str, float | Strength]] = field(default_factory=dict)  # over causes.yml; 0 removes one
    action_texts: Mapping[str, str] = field(default_factory=dict)  # "action" or "kpi.action" -> what it means here
    capacity: int | None = None  # actions that it can carry at a time, the open ones of the register included
    budget: Cost = "high"  # the costliest actions that are suggested

    __pydantic_config__: ClassVar[dict[str, Any]] = _STRICT


@dataclass(frozen=True, kw_only=True)
class Sign:
    """Something that can be observed and points to a cause."""

    id: str = ""
    name: str
    question: str = ""  # what to ask or look at to observe it
    leak: float = 0.1  # chance that it shows without any of the causes
    departments: tuple[str, ...] = ()  # empty: all
    effect_of: tuple[str, ...] = ()  # KPI ids that this sign restates; not counted as evidence for them
    group: str = ""  # signs that say the same thing: only the strongest of a group counts

    __pydantic_config__: ClassVar[dict[str, Any]] = _STRICT


@dataclass(frozen=True, kw_only=True)
class Cause:
    """One of the causes of a shortfall, with the strength of its link to each sign."""

    id: str = ""
    name: str
    description: str = ""
    prior: float | Literal["rare", "occasional", "common"] = "occasional"
    signs: Mapping[str, float | Strength]

    __pydantic_config__: ClassVar[dict[str, Any]] = _STRICT


@dataclass(frozen=True, kw_only=True)
class Action:
    """Something to do about causes. ``effects``: how much of a cause it removes when it works."""

    id: str = ""
    name: str
    effects: Mapping[str, float | Strength]
    owner: str
    days: int = 30  # from the decision to the due date
    lead_months: int = 2  # from the due date until the KPI can show it
    success: float = 0.5  # chance that it works
    cost: Cost = "low"
    departments: tuple[str, ...] = ()

    __pydantic_config__: ClassVar[dict[str, Any]] = _STRICT


@dataclass(frozen=True, kw_only=True)
class CauseModel:
    """All of causes.yml."""

    causes: Mapping[str, Cause]
    signs: Mapping[str, Sign]
    actions: Mapping[str, Action]

    __pydantic_config__: ClassVar[dict[str, Any]] = _STRICT


@dataclass(frozen=True, kw_only=True)
class Thresholds:
    """Company-wide settings of the analysis; a KPI may override amber, red and materiality."""

    amber: float = 0.05  # a gap of this part of the target counts
    red: float = 0.10  # a gap of this part of the target counts fully
    materiality: float = 0.025  # smallest relative 12-month change that is called a trend: half of amber
    significance: float = 0.05
    evidence_months: int = 3  # an observation older than this has expired

    __pydantic_config__: ClassVar[dict[str, Any]] = _STRICT


@dataclass(frozen=True, kw_only=True)
class DataSource:
    """Where the records are: a folder of CSV, Parquet or Excel files, or a DuckDB file; relative to company.yml.

    Without a source the sample company is made and used. ``as_of`` is the day up to which the data are complete
    (default: the latest date found that is not in the future).
    """

    source: str = ""
    as_of: str = ""  # "2026-10-31"
    first_month: str = ""  # "2023-11": earlier months are left out

    __pydantic_config__: ClassVar[dict[str, Any]] = _STRICT


@dataclass(frozen=True, kw_only=True)
class Mail:
    """How a month is sent by e-mail: the server, the sender, and who gets it.

    The password of ``user`` is never in a file: it comes from the environment variable ``SAYPRO_SMTP_PASSWORD``.
    """

    host: str = ""
    port: int | None = None  # default: 25, 587 or 465, by the security
    security: Literal["none", "starttls", "tls"] = "starttls"
    user: str = ""
    sender: str = ""
    to: tuple[str, ...] = ()
    limit_mb: float = 20.0  # largest message, with its attachments as they travel, in millions of bytes

    __pydantic_config__: ClassVar[dict[str, Any]] = _STRICT


@dataclass(frozen=True, kw_only=True)
class Company:
    """All of company.yml."""

    name: str
    currency: str = "USD"
    locale: str = "en_US"
    language: str = "en"  # of the words; numbers follow the locale
    fiscal_year_start: int = 1
    decide_within: int = 14  # days after the month's end until which decisions are asked for
    contact: str = ""
    data: DataSource = DataSource()
    thresholds: Thresholds = Thresholds()
    mail: Mail = Mail()

    __pydantic_config__: ClassVar[dict[str, Any]] = _STRICT


@dataclass(frozen=True, kw_only=True)
class Observation:
    """One row of evidence/<department>.csv: how far a sign was seen in a month, by whom, from what."""

    month: pd.Period
    sign: str
    degree: float  # 0 to 1; 0.5 says nothing either way
    source: str
    who: str
    note: str = ""
    kpi: str = ""  # empty: holds for the whole department


@dataclass(frozen=True, kw_only=True)
class PlannedAction:
    """One row of actions/<department>.csv, the action register."""

    id: str
    kpi: str
    cause: str
    action: str
    owner: str
    start: str
    due: str
    status: Literal["planned", "started", "done", "stopped"]
    lead_months: int = 2
    expected_effect: float | None = None  # in the KPI's unit, positive is better
    review: str = ""  # month of the review
    cost: float | None = None
    note: str = ""
    segment: str = ""  # "region=North": the part of the KPI that it works on; empty: the whole
    comparator: str = ""  # "region=South", or a KPI: what it is held against when it is judged


@dataclass(frozen=True, kw_only=True)
class RecordedOutcome:
    """One row of outcomes.csv: what became of an action, as judged in ``month``; sizes are in the KPI's unit.

    ``telling``: it says something of its kind of action (``learned``); verdicts on several actions together do not.
    """

    department: str
    id: str
    action: str
    month: pd.Period
    verdict: Literal["worked", "no evidence", "worsened"]
    effect: float
    low: float
    high: float
    telling: bool


@dataclass(frozen=True, kw_only=True)
class Params:
    """Everything that params/ holds, validated."""

    folder: str
    company: Company
    tables: Mapping[str, Table]
    causes: CauseModel
    departments: Mapping[str, Department]
    observations: Mapping[str, tuple[Observation, ...]]
    register: Mapping[str, tuple[PlannedAction, ...]]
    outcomes: tuple[RecordedOutcome, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Published:
    """What the last report before this month had: the value of every KPI by month, and the day of its data.

    ``values`` has department, kpi, month and value.
    """

    month: pd.Period
    as_of: str
    values: pd.DataFrame = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class LeftOut:
    """What a department's report has and its member's has not, as it stands in the company's params.

    ``targets``: KPIs that are there without their target; ``costs``: without what a unit of their gap costs. ``signs``
    are no longer measured.
    """

    kpis: tuple[Kpi, ...] = ()
    targets: tuple[Kpi, ...] = ()
    costs: tuple[Kpi, ...] = ()
    signs: tuple[Sign, ...] = ()
    observations: tuple[Observation, ...] = ()
    actions: tuple[PlannedAction, ...] = ()


@dataclass(frozen=True, kw_only=True)
class PartOf:
    """The member of a dimension that a report is of, where it is not of the whole company, and what it lacks."""

    dimension: str
    label: str
    left_out: LeftOut


@dataclass(frozen=True, kw_only=True)
class DepartmentMonth:
    """One department in one month: everything the analysis needs, and nothing later than the month.

    ``monthly`` is the tidy monthly table (``data.tables.MONTHLY``) of this department's KPIs and of the KPIs of others
    that its signs look at (``looked_at``, by key). ``ahead`` holds the targets already set for the twelve months after
    (``data.tables.AHEAD``). ``trend_p`` holds the p of the trend test of every KPI of the company's report, by key
    (NaN: none), for the false discovery rate. ``quality`` is the data-quality table of the sources.
    ``provenance`` names the data's date, fingerprint and versions, as text. ``before`` is the same department a month
    earlier, by the same params and data, for what has changed since; ``published`` is the last report before this one.
    ``part``: the member of a dimension whose month it is; None where it is the whole company's.
    """

    company: Company
    department: Department
    departments: Mapping[str, str]  # id -> name of all departments, in the overview's order
    month: pd.Period
    causes: CauseModel
    observations: tuple[Observation, ...]
    register: tuple[PlannedAction, ...]
    monthly: pd.DataFrame = field(repr=False)
    quality: pd.DataFrame = field(repr=False)
    looked_at: Mapping[str, Kpi] = field(default_factory=dict)
    ahead: pd.DataFrame = field(default_factory=pd.DataFrame, repr=False)
    trend_p: Mapping[str, float] = field(default_factory=dict)
    provenance: Mapping[str, str] = field(default_factory=dict)
    before: "DepartmentMonth | None" = field(default=None, repr=False)
    published: Published | None = None
    sample: bool = False
    outcomes: tuple[RecordedOutcome, ...] = ()
    part: PartOf | None = None
