"""A member's params: nothing that is known of the whole company only, and everything that is left out is named."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from saypro_analysis.data.fan_out import fan_out
from saypro_analysis.data.member_params import is_part, member_label, member_params, split_kpis
from saypro_analysis.data.snapshot import Snapshot
from saypro_analysis.formula import names_in
from saypro_analysis.kpi import (
    Department,
    Kpi,
    LeftOut,
    Measure,
    Params,
    PlannedAction,
    RecordedOutcome,
    SignRule,
    Target,
)
from saypro_analysis.month import department_month
from saypro_analysis.outcomes import Outcome, judge_actions
from saypro_analysis.texts import speaking

DIMENSIONS = ("region", "product", "new_customer", "channel", "device", "type", "carrier", "line", "department")
OCTOBER = pd.Period("2026-10", "M")
ACTION: dict[str, Any] = {
    "id": "A", "kpi": "conversion_rate", "cause": "lack_of_training", "action": "sales_training", "owner": "Head",
    "start": "2025-09-01", "due": "2025-10-31", "status": "done", "note": "seen", "cost": 5.0, "expected_effect": 0.02,
}  # fmt: skip


def action(id: str, **settings: Any) -> PlannedAction:
    return PlannedAction(**{**ACTION, "id": id, **settings})


def with_register(params: Params, *rows: PlannedAction, department: str = "sales") -> Params:
    return replace(params, register={**params.register, department: rows})


def with_sales(params: Params, **settings: Any) -> Params:
    sales = replace(params.departments["sales"], **settings)
    return replace(params, departments={**params.departments, "sales": sales})


def with_kpi(params: Params, kpi: str, **settings: Any) -> Params:
    kpis = dict(params.departments["sales"].kpis)
    return with_sales(params, kpis={**kpis, kpi: replace(kpis[kpi], **settings)})


def north(params: Params) -> Params:
    return member_params(params, "region", "North")[0]


def sales_of(params: Params) -> Department:
    return north(params).departments["sales"]


def lost(params: Params) -> LeftOut:
    return member_params(params, "region", "North")[1]["sales"]


def test_split_kpis(sample_params: Params) -> None:
    """A member has the KPIs that its dimension splits, in departments that have one of them on their scorecard."""
    assert split_kpis(sample_params, "region") == {
        "sales": ("revenue", "conversion_rate", "pipeline", "average_deal_size", "closed_opportunities"),
        "marketing": ("leads", "all_leads", "qualified_share"),
        "operations": ("on_time_delivery",),
    }
    assert list(split_kpis(sample_params, "type")) == ["customer_support"]
    assert split_kpis(sample_params, "weather") == {}


@pytest.mark.parametrize("dimension", DIMENSIONS)
def test_nothing_dangles(dimension: str, sample_params: Params) -> None:
    """Formulas, signs, registers and links name nothing that was left out, whatever the dimension."""
    narrowed, left_out = member_params(sample_params, dimension, "Some")
    assert narrowed.departments
    assert set(narrowed.departments) == set(narrowed.register) == set(narrowed.observations) == set(left_out)
    keys = {f"{d.id}.{name}" for d in narrowed.departments.values() for name in d.kpis}
    for department in narrowed.departments.values():
        rules = [rule.kpi if "." in rule.kpi else f"{department.id}.{rule.kpi}" for rule in department.signs.values()]
        assert set(rules) <= keys
        for kpi in department.kpis.values():
            assert dimension not in kpi.segments
            assert kpi.measures or kpi.formula
            assert not kpi.formula or set(names_in(kpi.formula)) <= set(department.kpis)
        assert {row.kpi for row in narrowed.register[department.id]} <= set(department.kpis)
    actions = narrowed.causes.actions.values()
    assert all(set(one.departments) <= set(sample_params.departments) for one in actions)


@pytest.mark.parametrize("dimension", DIMENSIONS)
def test_all_is_told(dimension: str, sample_params: Params) -> None:
    """What a department's report has and the member's has not is known: what is kept and what is left out is all."""
    narrowed, left_out = member_params(sample_params, dimension, "Some")
    for key, lacks in left_out.items():
        before, after = sample_params.departments[key], narrowed.departments[key]
        assert {kpi.id for kpi in lacks.kpis} | set(after.kpis) == set(before.kpis)
        assert len(lacks.kpis) + len(after.kpis) == len(before.kpis)
        aims = {name for name, kpi in before.kpis.items() if kpi.target is not None and name in after.kpis}
        assert {kpi.id for kpi in lacks.targets} == {name for name in aims if after.kpis[name].target is None}
        assert {sign.id for sign in lacks.signs} == set(before.signs) - set(after.signs)
        assert lacks.observations + narrowed.observations[key] == sample_params.observations[key]
        assert lacks.actions + narrowed.register[key] == sample_params.register[key]


def test_only_departments_that_are_there(sample_params: Params) -> None:
    """Departments that a member has no record of can be left out; signs that look at them are then not measured."""
    rule = SignRule(kpi="marketing.qualified_share", none_at=0.4, full_at=0.3)
    params = with_sales(sample_params, signs={"low_lead_conversions": rule})
    assert "low_lead_conversions" in sales_of(params).signs
    narrowed, left_out = member_params(params, "region", "North", departments={"sales"})
    assert list(narrowed.departments) == list(left_out) == ["sales"]
    assert narrowed.departments["sales"].signs == {}


def test_formula_with_a_part_left_out(sample_params: Params) -> None:
    """A formula that says what drives a measured KPI goes when a part of it is not split; the KPI itself stays."""
    assert sales_of(sample_params).kpis["revenue"].formula
    by_customer = member_params(sample_params, "new_customer", "yes")[0].departments["sales"]
    assert "closed_opportunities" not in by_customer.kpis
    assert by_customer.kpis["revenue"].formula == ""


def test_formula_alone_with_a_part_left_out(sample_params: Params) -> None:
    """A KPI that is nothing but a formula is left out with any of its parts, through other formulas too."""
    cards = dict(sample_params.departments["sales"].kpis)
    settings: dict[str, Any] = {"definition": "", "unit": "ratio", "department": "sales", "segments": ("new_customer",)}
    cards["size"] = Kpi(id="size", name="Size", formula="revenue / closed_opportunities", **settings)
    cards["double"] = Kpi(id="double", name="Double", formula="2 * size", **settings)
    cards["fine"] = Kpi(id="fine", name="Fine", formula="revenue * conversion_rate", **settings)
    kept = split_kpis(with_sales(sample_params, kpis=cards), "new_customer")["sales"]
    assert {"size", "double", "fine"} & set(kept) == {"fine"}


@pytest.mark.parametrize(
    ("measure", "part"),
    [
        ("sum(amount)", True),
        ("count(*)", True),
        ("count(DISTINCT seller)", True),
        ("COUNT (id)", True),
        ("median(amount)", False),
        ("quantile_cont(amount, 0.9)", False),
    ],
)
def test_parts(measure: str, part: bool) -> None:
    """Sums and counts are parts of the whole; a median or another quantile is a level of its own."""
    held = Measure(table="t", value=measure, date="day")
    card = Kpi(id="k", name="K", definition="", unit="count", measure="m")
    assert is_part(Department(name="D", owner="", kpis={"k": card}, measures={"m": held}), card) is part


def test_targets(sample_params: Params) -> None:
    """Ratios keep the common target; parts of a whole have none, nor one of the year, unless it follows last year."""
    kpis = sales_of(sample_params).kpis
    assert (kpis["conversion_rate"].target, kpis["average_deal_size"].target) == (0.25, 4500)
    assert kpis["revenue"].target is None
    assert kpis["pipeline"].target is None
    assert [kpi.id for kpi in lost(sample_params).targets] == ["revenue", "pipeline"]
    rule = Target(last_year=1.05)
    follows = with_kpi(with_kpi(sample_params, "revenue", target=rule, year_target=9e6), "pipeline", year_target=1e6)
    assert sales_of(follows).kpis["revenue"].target == rule
    assert sales_of(follows).kpis["revenue"].year_target is None
    assert sales_of(follows).kpis["pipeline"].year_target is None
    assert sales_of(with_kpi(sample_params, "conversion_rate", year_target=0.3)).kpis["conversion_rate"].year_target
    assert [kpi.id for kpi in lost(follows).targets] == ["pipeline"]


def test_worth(sample_params: Params) -> None:
    """What a unit of a sum costs, it costs in every part; what a point of a rate costs is by the whole's volume."""
    params = with_kpi(sample_params, "conversion_rate", worth=4000.0)
    assert sales_of(params).kpis["revenue"].worth == 1
    assert sales_of(params).kpis["conversion_rate"].worth is None
    assert [kpi.id for kpi in lost(params).costs] == ["conversion_rate"]


@pytest.mark.parametrize(
    ("rule", "kept"),
    [
        (SignRule(kpi="conversion_rate", verdict="missed"), True),
        (SignRule(kpi="conversion_rate", none_at=0.3, full_at=0.2), True),
        (SignRule(kpi="marketing.qualified_share", none_at=0.3, full_at=0.2), True),
        (SignRule(kpi="revenue", verdict="declining"), True),
        (SignRule(kpi="revenue", verdict="missed"), False),  # it has no target of its own
        (SignRule(kpi="revenue", none_at=9e5, full_at=5e5), False),  # sizes of the whole
        (SignRule(kpi="sales.revenue", none_at=9e5, full_at=5e5), False),
        (SignRule(kpi="overtime_share", none_at=0.05, full_at=0.1), False),  # not split by region
        (SignRule(kpi="customer_support.csat", verdict="declining"), False),  # nor is any of that department
    ],
)
def test_signs(rule: SignRule, kept: bool, sample_params: Params) -> None:
    """A sign is measured by a KPI that the member has, never by a size or a target of the whole; else it is named."""
    params = with_sales(sample_params, signs={"rework": rule})
    assert list(sales_of(params).signs) == (["rework"] if kept else [])
    assert [sign.id for sign in lost(params).signs] == ([] if kept else ["rework"])


def test_sign_of_last_year(sample_params: Params) -> None:
    """A part whose target follows last year can miss it."""
    params = with_kpi(sample_params, "revenue", target=Target(last_year=1.05))
    params = with_sales(params, signs={"rework": SignRule(kpi="revenue", verdict="missed")})
    assert list(sales_of(params).signs) == ["rework"]


def test_evidence(sample_params: Params) -> None:
    """What was observed in the whole department was not observed in North."""
    assert all(len(rows) > 0 for rows in sample_params.observations.values())
    assert all(rows == () for rows in north(sample_params).observations.values())


def test_register(sample_params: Params) -> None:
    """North has the actions on its own segment, as actions on the whole of it, and no others."""
    rows = (
        action("OWN", segment="region=North", comparator="region=South"),
        action("OTHER", segment="region=South"),
        action("PRODUCT", segment="product=Core"),
        action("WHOLE", kpi="revenue"),
        action("GONE", kpi="overtime_share", segment="region=North"),
        action("LIKE", segment="region=North-East"),
    )
    params = with_register(sample_params, *rows)
    assert north(params).register["sales"] == (replace(rows[0], segment=""),)
    assert [row.id for row in lost(params).actions] == ["OTHER", "PRODUCT", "WHOLE", "GONE", "LIKE"]


def test_register_of_the_whole(sample_params: Params) -> None:
    """An action on the whole stays beside one of North's on the same KPI, which it shows with; without its amounts."""
    whole = action("WHOLE")
    rows = (
        whole,
        action("OWN", segment="region=North"),
        action("PLAN", status="planned"),
        action("KPI", kpi="revenue"),
    )
    held = north(with_register(sample_params, *rows)).register["sales"]
    assert [row.id for row in held] == ["WHOLE", "OWN"]
    assert held[0] == replace(whole, expected_effect=None, cost=None, note="")


@pytest.mark.parametrize(
    ("settings", "suggested"),
    [
        ({"status": "done"}, True),
        ({"status": "stopped"}, True),
        ({"status": "started"}, False),
        ({"status": "planned", "kpi": "overtime_share"}, False),
        ({"status": "started", "segment": "product=Core"}, False),
        ({"status": "started", "segment": "region=South"}, True),
    ],
)
def test_suggestions(settings: dict[str, Any], suggested: bool, sample_params: Params) -> None:
    """What is open for the whole department is not suggested to its member once more; elsewhere it may be."""
    params = with_register(sample_params, action("A", action="hire", **settings))
    params = replace(params, register={**params.register, "marketing": (), "operations": ()})
    known = north(params).causes.actions["hire"].departments
    assert (not known or "sales" in known) is suggested
    assert not known or "marketing" in known


def test_no_suggestion_anywhere(sample_params: Params) -> None:
    """A kind of action that is open in every department is none that a member could still be told."""
    row = action("A", action="hire", status="started")
    params = replace(sample_params, register=dict.fromkeys(sample_params.register, (row,)))
    assert "hire" in params.causes.actions
    assert "hire" not in north(params).causes.actions


def test_words_and_room(sample_params: Params) -> None:
    """The department's words for actions are of the whole; its room for more is what the company's own leave."""
    rows = (action("A", status="started"), action("B", status="planned", kpi="revenue"), action("C"))
    params = with_register(with_sales(sample_params, capacity=3), *rows)
    assert params.departments["sales"].action_texts
    assert sales_of(params).action_texts == {}
    assert sales_of(params).capacity == 1
    assert sales_of(with_sales(params, capacity=1)).capacity == 0
    assert sales_of(with_sales(params, capacity=None)).capacity is None


def test_recorded_outcomes(sample_params: Params) -> None:
    """A recorded verdict is that of North's own action; the others count for their kind of action, and for no row."""
    own = RecordedOutcome(
        department="sales", id="OWN", action="hire", month=OCTOBER, verdict="worked", effect=1, low=0, high=2,
        telling=True,
    )  # fmt: skip
    whole, other = replace(own, id="WHOLE"), replace(own, id="OWN", department="marketing")
    rows = (action("OWN", segment="region=North"), action("WHOLE"))
    params = replace(with_register(sample_params, *rows), outcomes=(own, whole, other))
    assert north(params).outcomes == (own, replace(whole, department=""), replace(other, department=""))


@pytest.fixture(scope="module")
def judged(sample_params: Params, sample_folder: Path, sample_snapshot: Snapshot) -> tuple[dict[str, Outcome], ...]:
    """The same register judged in the company's report and in North's, by the actions' ids."""
    rows = (
        action("WHOLE", start="2025-08-01", due="2025-09-30"),
        action("OWN", segment="region=North"),
        action("AGAINST", kpi="average_deal_size", segment="region=North", comparator="region=South"),
    )
    params = with_register(sample_params, *rows)
    member = fan_out(params, sample_folder, "region", members=["North"]).members[0]
    whole = judge_actions(department_month(params, sample_snapshot, "sales", OCTOBER))
    own = judge_actions(department_month(member.params, member.snapshot, "sales", OCTOBER))
    return tuple({outcome.planned.id: outcome for outcome in outcomes} for outcomes in (whole, own))


def test_same_verdict(judged: tuple[dict[str, Outcome], ...]) -> None:
    """North's report says of North's action what the company's does: the same months, effect and company of others."""
    whole, own = (outcomes["OWN"] for outcomes in judged)
    assert whole.joint == ("WHOLE", "OWN")
    assert whole.months > 6
    assert replace(own, planned=whole.planned, kpi=whole.kpi) == whole


def test_against_another_member(judged: tuple[dict[str, Outcome], ...]) -> None:
    """An action that is held against another member is not judged without it, and says so."""
    whole, own = (outcomes["AGAINST"] for outcomes in judged)
    assert whole.verdict != "not judged"
    assert own.verdict == "not judged"
    assert own.reason == "no values of the comparator region=South in the baseline"


@pytest.mark.parametrize(
    ("dimension", "name", "label"),
    [
        ("region", "North", "North"),
        ("new_customer", "YES", "New customer: YES"),
        ("kept", "false", "Kept: false"),
        ("council_dist", "12", "Council dist: 12"),
        ("type", "--", "Type: --"),
        ("region", "(not given)", "Region: (not given)"),
        ("city", "東京", "東京"),
    ],
)
def test_label(dimension: str, name: str, label: str) -> None:
    """A member's name as it is, with its dimension where the name alone says too little."""
    assert member_label(dimension, name) == label


def test_label_in_portuguese(sample_params: Params) -> None:
    """The word for records without a label is of the company's language."""
    with speaking("pt"):
        assert member_label("region", "(not given)") == "Region: (não indicado)"
    company = replace(sample_params.company, language="pt")
    narrowed = member_params(replace(sample_params, company=company), "region", "(not given)")[0]
    assert narrowed.departments["sales"].name == "Sales (Region: (não indicado))"
