"""The sample company: made-up records with planted answers.

All of it is invented. The records look like what a company's systems export, mess included, and they hold changes whose
month, segment and cause are known (``TRUTHS``), so that a test can ask whether the analysis finds them.
"""

import json
import re
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from saypro_analysis.data import sample_employees as employees
from saypro_analysis.data import sample_marketing as marketing
from saypro_analysis.data import sample_operations as operations
from saypro_analysis.data import sample_sales as sales
from saypro_analysis.data import sample_support as support
from saypro_analysis.data.sample_draw import Records, write_csv
from saypro_analysis.data.sample_plan import Plan, make_plan
from saypro_analysis.errors import Fault, ParamsError

NOTE = "sample.json"
TEXT = "All records in this folder are made up. They describe no real company, customer or employee."
MONTHS = range(13, 121)  # a year to compare with at least; ten years at most


@dataclass(frozen=True, kw_only=True)
class Truth:
    """What is planted in one KPI. Months are those of a sample that ends with October 2026."""

    kpi: str
    kind: Literal["shift", "decline", "fluctuation", "steady"]
    since: str = ""
    dimension: str = ""
    segment: str = ""
    direction: Literal["", "worse", "better"] = ""
    cause: str = ""


def _shift(
    kpi: str, since: str, where: tuple[str, str], direction: Literal["worse", "better"], cause: str = ""
) -> Truth:
    dimension, segment = where
    return Truth(
        kpi=kpi, kind="shift", since=since, dimension=dimension, segment=segment, direction=direction, cause=cause
    )


def _decline(kpi: str) -> Truth:
    return Truth(
        kpi=kpi,
        kind="decline",
        since="2025-11",
        dimension="product",
        segment="Analytics",
        direction="worse",
        cause="lack_of_training",
    )


TRUTHS: tuple[Truth, ...] = (
    _decline("sales.revenue"),
    _decline("sales.conversion_rate"),
    Truth(kpi="sales.pipeline", kind="steady"),
    Truth(kpi="sales.average_deal_size", kind="steady"),
    _shift("marketing.leads", "2026-06", ("channel", "Social"), "worse", "misalignment"),
    _shift("marketing.website_traffic", "2026-02", ("device", "mobile"), "better"),
    Truth(kpi="marketing.campaign_roi", kind="steady"),
    Truth(kpi="marketing.customer_acquisition_cost", kind="steady"),
    _shift("customer_support.response_time", "2025-09", ("channel", "Email"), "better"),
    _shift("customer_support.resolution_time", "2026-03", ("type", "Technical"), "worse", "resource_shortages"),
    Truth(kpi="customer_support.csat", kind="fluctuation", dimension="channel", segment="Phone"),
    Truth(kpi="customer_support.nps", kind="steady"),
    Truth(kpi="operations.on_time_delivery", kind="steady"),
    _shift("operations.cycle_time", "2026-02", ("line", "Assembly"), "worse", "inefficient_processes"),
    Truth(kpi="operations.utilisation", kind="steady"),
    Truth(kpi="employees.productivity", kind="steady"),
    Truth(kpi="employees.satisfaction", kind="steady"),
    _shift("employees.turnover", "2026-04", ("department", "Customer Support"), "worse", "resource_shortages"),
)


def make_sample(folder: Path, *, seed: int = 7, months: int = 36, last: str = "2026-10", planted: bool = True) -> None:
    """Write the sample company's tables into ``folder`` as CSV files, and a ``sample.json`` that says they are made up.

    The same seed gives the same bytes. The folder is written completely or not at all; an earlier sample in it is
    replaced, anything else is refused. With ``planted=False`` the company has the same tables, but nothing ever
    changes in it: no seasons, no growth, no shifts, only noise around levels that meet their targets.

    Raises:
        ParamsError: the folder holds something else, or ``months`` or ``last`` cannot be used.
    """
    _check(folder, months=months, last=last)
    plan = make_plan(seed=seed, months=months, last=last, planted=planted)
    folder.parent.mkdir(parents=True, exist_ok=True)
    staging = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    try:
        for name, records in _tables(plan):
            write_csv(staging / f"{name}.csv", records)
        _write_note(staging / NOTE, plan)
        staging.chmod(0o755)  # mkdtemp lets nobody else read it
        _replace(folder, staging)
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def _replace(folder: Path, staging: Path) -> None:
    """Put the finished folder in place of an earlier one, which is removed last."""
    earlier = staging.with_name(f"{staging.name}-earlier")
    if folder.exists():
        folder.rename(earlier)
    staging.rename(folder)
    shutil.rmtree(earlier, ignore_errors=True)


def _check(folder: Path, *, months: int, last: str) -> None:
    if months not in MONTHS:
        raise _refused("sample", "months", str(months), f"use {MONTHS.start} to {MONTHS.stop - 1}")
    if not re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])", last):
        raise _refused("sample", "last", repr(last), "use a month such as 2026-10")
    if folder.exists() and not _is_ours(folder):
        found = f"this is not a folder that an earlier sample was written to (it has no {NOTE})"
        raise _refused(str(folder), "", found, "choose an empty or new folder; nothing in this one was touched")


def _is_ours(folder: Path) -> bool:
    return folder.is_dir() and ((folder / NOTE).is_file() or not any(folder.iterdir()))


def _refused(where: str, key: str, found: str, hint: str) -> ParamsError:
    return ParamsError("The sample was not made.", (Fault(where=where, key=key, found=found, hint=hint),))


def _tables(plan: Plan) -> Iterator[tuple[str, Records]]:
    """Every table's name and records."""
    staff = employees.make_staff_list(plan)
    yield "opportunities", sales.make_opportunities(plan)
    yield "targets", sales.make_targets(plan)
    yield "leads", marketing.make_leads(plan)
    yield "web_sessions", marketing.make_web_sessions(plan)
    yield "campaigns", marketing.make_campaigns(plan, sales.plan_closings(plan))
    yield "tickets", support.make_tickets(plan)
    yield "surveys", support.make_surveys(plan)
    yield "deliveries", operations.make_deliveries(plan)
    yield "work_orders", operations.make_work_orders(plan)
    yield "machine_hours", operations.make_machine_hours(plan)
    yield "staff", employees.make_staff(plan, staff)
    yield "time_sheets", employees.make_time_sheets(plan, staff)
    yield "training", employees.make_training(plan, staff)
    yield "pulse_surveys", employees.make_pulse_surveys(plan)


def _write_note(path: Path, plan: Plan) -> None:
    note = {
        "made_up": True,
        "text": TEXT,
        "seed": plan.seed,
        "months": len(plan.months),
        "planted": plan.planted,
        "as_of": str(plan.end),
    }
    path.write_text(json.dumps(note, indent=2) + "\n", encoding="utf-8", newline="\n")
