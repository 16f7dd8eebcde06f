"""Small analyses by hand, with planted stories: what the words, tables and charts have to tell of them is known."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from saypro_analysis.analysis import Analysis, analyse
from saypro_analysis.kpi import (
    Action,
    Baseline,
    Cause,
    CauseModel,
    Company,
    Department,
    DepartmentMonth,
    Kpi,
    Observation,
    PlannedAction,
    Rebase,
    Sign,
)
from saypro_analysis.outlook import Expected
from saypro_analysis.show.story import Told

OCTOBER = pd.Period("2026-10", "M")
NOISE = np.random.default_rng(11).normal(0, 1, 60)
NAN = math.nan


def card(ident: str, **settings: Any) -> Kpi:
    """A KPI of the sales department; ``ident`` makes its name where none is given."""
    given = {"id": ident, "department": "sales", "name": ident.replace("_", " ").capitalize(), "unit": "hours"}
    return Kpi(**{**given, "definition": f"the {ident} of the month", **settings})


def rows(
    kpi: Kpi, values: Sequence[float], target: Any = NAN, upper: Any = NAN, *, dimension: str = "", segment: str = ""
) -> pd.DataFrame:
    """The monthly rows of a KPI, the last one in October 2026."""
    table = pd.DataFrame({"month": pd.period_range(end=OCTOBER, periods=len(values), freq="M")})
    table["value"] = np.asarray(values, dtype=np.float64)
    table["target"], table["target_upper"] = target, upper
    table["department"], table["kpi"], table["dimension"], table["segment"] = "sales", kpi.id, dimension, segment
    table["numerator"], table["denominator"], table["rows"] = table["value"], 1.0, 20
    return table


def causes(**texts: str) -> CauseModel:
    """Two causes, three signs, two actions; ``texts`` replaces their names."""
    sign = texts.get("sign", "Overburdened staff")
    return CauseModel(
        causes={
            "shortage": Cause(
                id="shortage", name=texts.get("cause", "Resource shortages"), signs={"tired": "decisive"}
            ),
            "training": Cause(id="training", name="Lack of training", signs={"untrained": "strong", "tired": "weak"}),
        },
        signs={
            "tired": Sign(id="tired", name=sign, question=texts.get("question", "Is overtime high?")),
            "untrained": Sign(id="untrained", name="Little training", question="Were trainings called off?"),
        },
        actions={
            "hire": Action(
                id="hire", name=texts.get("action", "Hire staff"), effects={"shortage": "strong"}, owner="Head"
            ),
            "train": Action(id="train", name="Train staff", effects={"training": "strong"}, owner="Trainer"),
        },
    )


def planted(
    tables: Mapping[str, tuple[Kpi, Sequence[pd.DataFrame]]] | Sequence[tuple[Kpi, pd.DataFrame]],
    *,
    company: Company | None = None,
    model: CauseModel | None = None,
    observations: tuple[Observation, ...] = (),
    register: tuple[PlannedAction, ...] = (),
    **settings: Any,
) -> Analysis:
    """The analysis of a department with these KPIs; a KPI may come with several tables (totals and segments)."""
    pairs = list(tables)
    kpis = {kpi.id: kpi for kpi, _ in pairs}
    monthly = pd.concat([table for _, table in pairs], ignore_index=True)
    quality = pd.DataFrame(
        {
            "table": ["tickets", "tickets"],
            "column": ["hours", "agent"],
            "check": ["missing", "unknown label"],
            "found": [0, 7],
            "rows": [900, 900],
            "share": [0.0, 7 / 900],
            "limit": [0.0, 0.0],
            "verdict": ["ok", "note"],
            "text": ["empty", settings.pop("quality_text", "none of Ada, Ben")],
        }
    )
    month = DepartmentMonth(
        company=company or Company(name="Acme"),
        department=Department(id="sales", name=settings.pop("name", "Sales"), owner="Head of Sales", kpis=kpis),
        departments=settings.pop("departments", {"sales": "Sales", "support": "Support"}),
        month=OCTOBER,
        causes=model or causes(),
        observations=observations,
        register=register,
        monthly=monthly,
        quality=quality,
        provenance=settings.pop("provenance", {"Data as of": "2026-10-31", "Sources": "tickets.csv, 900 rows"}),
        **settings,
    )
    return analyse(month)


def seen(sign: str, degree: float, **settings: Any) -> Observation:
    """An observation of October 2026."""
    given = {"month": OCTOBER, "source": "Time sheets", "who": "Ada", "note": "as asked"}
    return Observation(sign=sign, degree=degree, **{**given, **settings})


def shift() -> Analysis:
    """Resolution time of 4 h for 16 months, then 6 h for 8; overtime was seen, and an action is planned and late."""
    kpi = card("resolution_time", unit="hours", better="lower", segments=("type",))
    values = [*(3.8 + 0.1 * NOISE[:16]), *(5.8 + 0.1 * NOISE[16:23]), 6.0]
    parts = [rows(kpi, [5.0] * 24, 4.0, dimension="type", segment=name) for name in ("billing", "technical")]
    planned = PlannedAction(
        id="A1", kpi="resolution_time", cause="shortage", action="hire", owner="Ben", start="2026-08-01",
        due="2026-09-30", status="started", expected_effect=0.9,
    )  # fmt: skip
    return planted(
        [(kpi, rows(kpi, values, 4.0)), *((kpi, part) for part in parts)],
        observations=(seen("tired", 0.95),),
        register=(planned,),
        sample=True,
    )


def fall() -> Analysis:
    """Revenue that falls month after month to 250,000 against 300,000."""
    kpi = card("revenue", unit="currency")
    values = [*(340_000 + 3_000 * NOISE[:14]), *np.linspace(338_000, 250_000, 10)]
    return planted([(kpi, rows(kpi, values, 300_000))])


def first_miss() -> Analysis:
    """Leads that met their target of 90 but for one month a year ago, and now miss it inside their usual range."""
    kpi = card("leads", name="Qualified leads", unit="count", noun="leads")
    values = np.array([100 + 6 * ((-1) ** i) for i in range(24)], dtype=np.float64)
    values[-13], values[-1] = 84, 88
    return planted([(kpi, rows(kpi, values, 90))])


def no_signal() -> Analysis:
    """A share that hits and misses by turns, inside its usual range."""
    kpi = card("on_time", name="On-time delivery", unit="percent")
    return planted([(kpi, rows(kpi, 0.95 + 0.01 * NOISE[:24] - 0.004, 0.95))])


def all_met() -> Analysis:
    """Two KPIs that meet their targets, with nothing else to tell."""
    deals, calls = card("deal_size", unit="currency"), card("calls", unit="count", noun="calls")
    return planted(
        [(deals, rows(deals, 4_800 + 30 * NOISE[:24], 4_500)), (calls, rows(calls, 95 + NOISE[20:44], 80))],
    )


def bare() -> Analysis:
    """A KPI without target, one without a value in the month, and one with a single month."""
    open_, late, new = card("open_tickets", unit="count", noun="tickets"), card("late"), card("new", better="lower")
    gap = [*(5 + 0.1 * NOISE[:23]), NAN]
    return planted([(open_, rows(open_, 40 + NOISE[:24])), (late, rows(late, gap, 4.0)), (new, rows(new, [9.0], 4.0))])


def ahead(kpi: Kpi, targets: Any, upper: Any = NAN) -> pd.DataFrame:
    """The targets of the twelve months after October 2026."""
    table = pd.DataFrame({"month": pd.period_range(OCTOBER + 1, periods=12, freq="M")})
    table["department"], table["kpi"], table["target"], table["target_upper"] = "sales", kpi.id, targets, upper
    return table


def at_risk() -> Analysis:
    """Open tickets that rise by four a month to 290, under 300: met now, and forecast to miss from January 2027 on."""
    kpi = card("open_tickets", unit="count", noun="tickets", better="lower")
    values = [*(240 + 2 * NOISE[:12]), *range(246, 294, 4)]
    calm = card("calls", unit="count", noun="calls")
    return planted(
        [(kpi, rows(kpi, values, 300.0)), (calm, rows(calm, 95 + NOISE[20:44], 80))],
        ahead=pd.concat([ahead(kpi, 300.0), ahead(calm, 80.0)], ignore_index=True),
    )


def rebased() -> Analysis:
    """Hours that fell from 6 to 5 when a phone system came, whose card rebases the limits there; 5 misses 4.5."""
    change = Rebase(month="2025-10", reason="the new phone system came into use")
    kpi = card("handling_time", unit="hours", better="lower", baseline=Baseline(rebase=(change,)))
    values = [*(6 + 0.1 * NOISE[:11]), *(5 + 0.1 * NOISE[11:24])]
    return planted([(kpi, rows(kpi, values, 4.5))], ahead=ahead(kpi, 4.5))


def expected(months: int, value: float, half: float, **settings: Any) -> Expected:
    """A forecast for so many months after October 2026, with its interval."""
    return Expected(month=OCTOBER + months, value=value, low=value - half, high=value + half, **settings)


def changed(told: Told, **fields: Any) -> Told:
    """The story with other fields of its verdict."""
    return replace(told, verdict=replace(told.verdict, **fields))


HOSTILE = ("<script>alert(1)</script>", "$x$ & $\\frac$", "=cmd|' /C calc'!A0", "\"><img src=x onerror='a()'>")


def hostile() -> Analysis:
    """Text from outside that wants to be code, in every place where text can stand."""
    evil, math_, formula, image = HOSTILE
    kpi = card(
        "time", name=evil, definition=image, unit="hours", better="lower", noun=evil, segments=("type",), owner=evil
    )
    values = [*(3.8 + 0.1 * NOISE[:16]), *(5.8 + 0.1 * NOISE[16:24])]
    parts = [(kpi, rows(kpi, [5.0] * 24, 4.0, dimension="type", segment=name)) for name in HOSTILE]
    planned = PlannedAction(
        id=evil, kpi="time", cause=evil, action=evil, owner=image, start="2026-08-01", due="2026-09-01",
        status="planned", note=math_,
    )  # fmt: skip
    return planted(
        [(kpi, rows(kpi, values, 4.0)), *parts],
        company=Company(name=evil, contact=image),
        model=causes(cause=evil, sign=image, question=evil, action=formula),
        observations=(seen("tired", 0.95, who=evil, note=image, source=math_),),
        register=(planned,),
        name=formula,
        departments={"sales": formula, "support": evil},
        provenance={evil: image},
        quality_text=image,
        sample=True,
    )
