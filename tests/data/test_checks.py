"""Every check that looks at more than the shape of the YAML finds its fault, with place, key, finding and advice."""

import copy
from pathlib import Path
from typing import Any

import pytest
from builders import CAUSES, COMPANY, department, kpi, params_faults

from saypro_analysis.data.checks import cycles

MEASURES: dict[str, Any] = {
    "total": {"table": "orders", "value": "sum(amount)", "date": "day"},
    "orders": {"table": "orders", "value": "count(*)", "date": "day"},
    "middle": {"table": "orders", "value": "median(amount)", "date": "day"},
}
KPIS: dict[str, Any] = {
    "revenue": kpi(measure="total"),
    "size": kpi(ratio={"numerator": "total", "denominator": "orders"}),
}


def one(found: list[str], where: str, *parts: str) -> None:
    """There is one fault: it begins with ``where`` and has all the parts."""
    assert len(found) == 1, found
    assert found[0].startswith(where), found
    for part in parts:
        assert part in found[0], found
    assert "; " in found[0], "no advice"


@pytest.mark.parametrize(
    ("settings", "key", "part"),
    [
        ({"currency": "dollar"}, "currency: dollar", "ISO 4217"),
        ({"locale": "english"}, "locale: english", "en_US"),
        ({"language": "klingon"}, "language: klingon", "en or pt; docs/languages.md"),
        ({"locale": "xx_YY_ZZ_WW!"}, "locale: ", "en_US"),
        ({"fiscal_year_start": 0}, "fiscal_year_start: 0", "1 to 12"),
        ({"decide_within": -1}, "decide_within: -1", "from 0 to 365"),
        ({"fiscal_year_start": 13}, "fiscal_year_start: 13", "1 to 12"),
        ({"data": {"as_of": "31.10.2026"}}, "data.as_of: 31.10.2026", "2026-10-31"),
        ({"data": {"as_of": "2026-02-30"}}, "data.as_of: 2026-02-30", "2026-10-31"),
        ({"data": {"as_of": "2026-10"}}, "data.as_of: 2026-10", "2026-10-31"),
        ({"data": {"first_month": "2026-13"}}, "data.first_month: 2026-13", "2023-11"),
        ({"data": {"first_month": "0000-01"}}, "data.first_month: 0000-01", "2023-11"),
        ({"data": {"first_month": "2026-1"}}, "data.first_month: 2026-1", "2023-11"),
        ({"thresholds": {"amber": 0.2}}, "thresholds: amber 0.2, red 0.1", "amber < red"),
        ({"thresholds": {"amber": 0}}, "thresholds: amber 0, red 0.1", "0 < amber"),
        ({"thresholds": {"materiality": 1.5}}, "thresholds.materiality: 1.5", "between 0 and 1"),
        ({"thresholds": {"significance": 0}}, "thresholds.significance: 0", "between 0 and 1"),
    ],
)
def test_company(tmp_path: Path, settings: dict[str, Any], key: str, part: str) -> None:
    """company.yml: codes, months, days and thresholds must make sense."""
    one(params_faults(tmp_path, company={**COMPANY, **settings}), "params/company.yml:", key, part)


@pytest.mark.parametrize(
    ("tables", "key", "part"),
    [
        ({"a": {"file": "x", "view": "SELECT 1 AS b"}}, "a: has a file and a view", "keep one"),
        ({"a": {"columns": {"b": {"missing": 1.5}}}}, "a.columns.b.missing: 1.5", "from 0 to 1"),
        ({"a": {"columns": {"b": {"invalid": -0.1}}}}, "a.columns.b.invalid: -0.1", "from 0 to 1"),
        ({"a": {"view": "SELEC x"}}, "a.view: ", "one SELECT"),
        ({"a": {"view": "DROP TABLE x"}}, "a.view: is not one SELECT", "one SELECT"),
        ({"a": {"view": "SELECT 1; SELECT 2"}}, "a.view: is not one SQL expression", "one SELECT"),
        ({"a": {"view": "SELECT * FROM read_csv('/etc/passwd')"}}, "a.view: reads from a function", "one SELECT"),
        ({"a": {"view": "SELECT * FROM 'x.csv'"}}, "a.view: reads 'x.csv'", "without ending"),
        ({"a": {"view": "SELECT * FROM '/etc/passwd'"}}, "a.view: reads '/etc/passwd'", "without ending"),
        ({"a": {"view": "SELECT * FROM raw.b"}}, "a.view: reads 'b'", "without ending"),
        ({"a": {"view": "SELECT * FROM a"}}, "a.view: a reads a", "another name"),
        (
            {"a": {"view": "SELECT * FROM b"}, "b": {"view": "SELECT * FROM a"}},
            "a.view: a reads b reads a",
            "another name",
        ),
        ({"a": {}, "A": {}}, "A: differs from 'a' in capitals only", "rename"),
        ({"a": {"columns": {"b": {"format": "%d"}}}}, "a.columns.b.format: type: text", "type: date or datetime"),
        ({"a": {"columns": {"b": {"future": False}}}}, "a.columns.b.future: type: text", "type: date or datetime"),
        ({"a": {"columns": {"b": {"min": 0}}}}, "a.columns.b.min: type: text", "type: number or integer"),
        ({"a": {"columns": {"b": {"max": 0, "type": "date"}}}}, "a.columns.b.max: type: date", "number or integer"),
        ({"a": {"columns": {"b": {"values": ["x"], "type": "number"}}}}, "a.columns.b.values: type: number", "text"),
        ({"a": {"columns": {"b": {"thousands": ","}}}}, "a.columns.b.thousands: type: text", "number or integer"),
        ({"a": {"columns": {"b": {"decimal": ","}}}}, "a.columns.b.decimal: type: text", "type: number"),
        (
            {"a": {"columns": {"b": {"type": "number", "thousands": "."}}}},
            "a.columns.b.thousands: thousands '.', decimal '.'",
            "another",
        ),
        (
            {"a": {"columns": {"b": {"type": "number", "thousands": ",,"}}}},
            "a.columns.b.thousands: thousands ',,'",
            "one character",
        ),
        ({"a": {"columns": {"b": {"type": "number", "min": 2, "max": 1}}}}, "a.columns.b: min 2, max 1", "below"),
    ],
)
def test_tables(tmp_path: Path, tables: dict[str, Any], key: str, part: str) -> None:
    """tables.yml: shares are shares, views are one SELECT over tables, settings fit their column's type."""
    one(params_faults(tmp_path, tables=tables), "params/tables.yml:", key, part)


@pytest.mark.parametrize(
    ("place", "value", "key", "part"),
    [
        (("causes", "idle"), {"name": "Idle", "signs": {}}, "causes.idle.signs: no sign", "at least one"),
        (("causes", "shortage", "prior"), 1.0, "causes.shortage.prior: 1", "between 0 and 1"),
        (("causes", "shortage", "prior"), 0, "causes.shortage.prior: 0", "or a word"),
        (
            ("causes", "shortage", "signs", "overlaod"),
            0.5,
            "causes.shortage.signs.overlaod: no such sign",
            "'overload'",
        ),
        (("causes", "shortage", "signs", "queues"), 1.2, "causes.shortage.signs.queues: 1.2", "weak, moderate"),
        (("causes", "shortage", "signs", "queues"), -0.1, "causes.shortage.signs.queues: -0.1", "weak, moderate"),
        (("signs", "noise"), {"name": "Noise"}, "signs.noise: no cause shows in it", "name it under"),
        (("signs", "queues", "group"), "waiting", "signs.queues.group: 'waiting' has this sign only", "two signs"),
        (("signs", "queues", "leak"), 1, "signs.queues.leak: 1", "between 0 and 1"),
        (("signs", "queues", "effect_of"), ["revenu"], "signs.queues.effect_of: no KPI 'revenu'", "'revenue'"),
        (("signs", "queues", "effect_of"), ["sale.revenue"], "effect_of: no KPI 'sale.revenue'", "'sales.revenue'"),
        (
            ("signs", "queues"),
            {"name": "Queues", "departments": ["sales"], "effect_of": ["csat"]},
            "signs.queues.effect_of: no KPI 'csat'",
            "known: revenue",
        ),
        (("signs", "queues", "leak"), 0, "signs.queues.leak: 0", "between 0 and 1"),
        (("signs", "queues", "departments"), ["slaes"], "signs.queues.departments: no department 'slaes'", "'sales'"),
        (("actions", "hire", "departments"), ["sale"], "actions.hire.departments: no department 'sale'", "'sales'"),
        (("actions", "hire", "success"), 1.2, "actions.hire.success: 1.2", "1 at most"),
        (("actions", "hire", "days"), -90, "actions.hire.days: -90", "0 or more"),
        (("actions", "hire", "lead_months"), -1, "actions.hire.lead_months: -1", "0 or more"),
        (("actions", "hire", "success"), 0, "actions.hire.success: 0", "above 0"),
        (("actions", "hire", "effects", "shrotage"), 0.5, "actions.hire.effects.shrotage: no such cause", "'shortage'"),
        (("actions", "hire", "effects", "shortage"), 0, "actions.hire.effects.shortage: 0", "weak, moderate"),
    ],
)
def test_causes(tmp_path: Path, place: tuple[str, ...], value: object, key: str, part: str) -> None:
    """causes.yml: every name exists, every probability is one."""
    causes = copy.deepcopy(CAUSES)
    inner: Any = causes
    for name in place[:-1]:
        inner = inner[name]
    inner[place[-1]] = value
    one(params_faults(tmp_path, causes=causes), "params/causes.yml:", key, part)


@pytest.mark.parametrize(
    ("place", "value"),
    [
        (("actions", "hire", "success"), 1),
        (("signs", "queues", "effect_of"), ["revenue", "sales.revenue"]),
        (("signs", "queues", "effect_of"), ["csat"]),
        (("signs", "queues"), {"name": "Queues", "departments": ["support"], "effect_of": ["csat"]}),
    ],
)
def test_causes_that_are_sound(tmp_path: Path, place: tuple[str, ...], value: object) -> None:
    """A sure success; KPIs by id or key; and, for signs that are not of these departments alone, KPIs elsewhere."""
    causes = copy.deepcopy(CAUSES)
    inner: Any = causes
    for name in place[:-1]:
        inner = inner[name]
    inner[place[-1]] = value
    assert params_faults(tmp_path, causes=causes) == []


def test_groups(tmp_path: Path) -> None:
    """Two signs of one group are sound; a slip in the name of a group leaves two of one, with the nearest named."""
    causes = copy.deepcopy(CAUSES)
    for sign, group in (("overload", "workload"), ("queues", "workload")):
        causes["signs"][sign]["group"] = group
    assert params_faults(tmp_path, causes=causes) == []
    causes["signs"]["queues"]["group"] = "worklaod"
    found = params_faults(tmp_path, causes=causes)
    assert len(found) == 2
    assert all("did you mean" in fault for fault in found)


@pytest.mark.parametrize(
    ("settings", "key", "part"),
    [
        ({"value": "amount"}, ".value: 'amount' is no aggregate", "DuckDB"),
        ({"value": "sum(amount) / 2"}, ".value: 'sum(amount) / 2' must be one aggregate", "DuckDB"),
        ({"value": "avg(amount)"}, "avg does not add up", "DuckDB"),
        ({"value": "sum(("}, "does not parse as SQL", "DuckDB"),
        ({"value": "count(*); DROP TABLE x"}, "is not one SQL expression", "DuckDB"),
        ({"date": "sum(day)"}, ".date: 'sum(day)' has an aggregate", "DuckDB"),
        ({"where": "x IN (SELECT 1)"}, ".where: ", "put it in a view"),
        ({"where": "1; DROP TABLE x"}, "is not one SQL expression", "DuckDB"),
        ({"date": ""}, "measures.total: no date", "exactly one"),
        ({"snapshot": "day"}, "measures.total: date and snapshot", "exactly one"),
        ({"closed": "day"}, "measures.total.closed: closed without opened", "add opened"),
        (
            {"date": "", "opened": "day", "value": "median(amount)"},
            "measures.total.value: median(amount)",
            "sum(...) or count(*)",
        ),
    ],
)
def test_measures(tmp_path: Path, settings: dict[str, Any], key: str, part: str) -> None:
    """A measure is one aggregate with one kind of date."""
    body = department({"total": {**MEASURES["total"], **settings}}, {"revenue": kpi(measure="total")})
    one(params_faults(tmp_path, departments={"sales": body}), "params/departments/sales.yml:", key, part)


@pytest.mark.parametrize(
    ("settings", "key", "part"),
    [
        (
            {"measure": "total", "ratio": {"numerator": "total", "denominator": "orders"}},
            "kpis.k: a measure and a ratio",
            "one of them",
        ),
        ({}, "kpis.k: names no measure", "give measure, ratio, or a formula"),
        ({"measure": "totl"}, "kpis.k.measure: no measure 'totl'", "'total'"),
        (
            {"ratio": {"numerator": "totl", "denominator": "orders"}},
            "kpis.k.ratio.numerator: no measure 'totl'",
            "'total'",
        ),
        (
            {"ratio": {"numerator": "total", "denominator": "odrers"}},
            "kpis.k.ratio.denominator: no measure",
            "'orders'",
        ),
        ({"ratio": {"numerator": "middle", "denominator": "orders"}}, "'middle' is a quantile", "sums or counts"),
        ({"formula": "revenue / sise"}, "kpis.k.formula: no KPI 'sise'", "'size'"),
        ({"formula": "revenue ^ 2"}, "kpis.k.formula: ", "KPI names with + - * /"),
        ({"formula": "sum(revenue)"}, "kpis.k.formula: ", "KPI names with + - * /"),
        ({"formula": "marketing.revenue / size"}, "its own department", "KPI names with + - * /"),
        ({"formula": "k * 2"}, "kpis.k.formula: k needs k", "lead back to itself"),
        ({"measure": "total", "amber": 0.1}, "kpis.k: amber and red do not fit", "give both"),
        ({"measure": "total", "amber": 0.2, "red": 0.1}, "kpis.k: amber and red do not fit", "amber < red"),
        ({"measure": "total", "target": {}}, "kpis.k.target: 0 forms of target", "exactly one"),
        (
            {"measure": "total", "target": {"value": 1, "last_year": 1}},
            "kpis.k.target: 2 forms of target",
            "exactly one",
        ),
        (
            {"measure": "total", "target": {"low": 1}, "better": "inside"},
            "kpis.k.target: low 1.0, high None",
            "give both",
        ),
        (
            {"measure": "total", "target": {"low": 2, "high": 1}, "better": "inside"},
            "low 2.0, high 1.0",
            "low below high",
        ),
        ({"measure": "total", "target": {"low": 1, "high": 2}}, "kpis.k.target: better: higher", "better: inside"),
        ({"measure": "total", "target": 3, "better": "inside"}, "kpis.k.target: better: inside", "better: inside"),
        (
            {"measure": "total", "target": {"by_month": {"2026-1": 3}}},
            "kpis.k.target.by_month.2026-1: 2026-1",
            "such as 2026-01",
        ),
        ({"measure": "total", "target": {"table": "t", "where": "kpi = ("}}, "kpis.k.target.where: ", "DuckDB"),
    ],
)
def test_kpis(tmp_path: Path, settings: dict[str, Any], key: str, part: str) -> None:
    """A KPI is a measure, a ratio or a formula, all of whose names exist, with one form of target."""
    body = department(MEASURES, {**KPIS, "k": kpi(**settings)})
    one(params_faults(tmp_path, departments={"sales": body}), "params/departments/sales.yml:", key, part)


@pytest.mark.parametrize("name", ["Revenue", "a b", "1st", "NO", "x" * 61, "é", "a-b", "<b>", "a.b"])
@pytest.mark.parametrize("kind", ["measures", "kpis"])
def test_names(tmp_path: Path, name: str, kind: str) -> None:
    """Names of measures and KPIs are plain: they stand in formulas, file names and addresses."""
    body = department(dict(MEASURES), dict(KPIS))
    body[kind] = {**body[kind], name: MEASURES["total"] if kind == "measures" else kpi(measure="total")}
    one(
        params_faults(tmp_path, departments={"sales": body}),
        "params/departments/sales.yml:",
        f"{kind}.{name}",
        "small letters",
    )


def test_too_many_causes(tmp_path: Path) -> None:
    """All combinations of causes are weighed: more than twelve are refused at the check, not in a report."""
    more = {f"c{at}": {"name": f"Cause {at}", "signs": {"queues": "weak"}} for at in range(12)}
    found = params_faults(tmp_path, causes={**CAUSES, "causes": {**CAUSES["causes"], **more}})
    one(found, "params/causes.yml:", "13 causes; at most 12")


def test_no_kpi(tmp_path: Path) -> None:
    """A department without KPIs is a fault."""
    one(params_faults(tmp_path, departments={"sales": department({}, {})}), "params/departments/sales.yml:", "no KPI")


def test_formula_cycle(tmp_path: Path) -> None:
    """Formulas that lead back to where they began are one fault that shows the whole circle."""
    kpis = {**KPIS, "a": kpi(formula="b * 2"), "b": kpi(formula="c + revenue"), "c": kpi(formula="a - 1")}
    found = params_faults(tmp_path, departments={"sales": department(MEASURES, kpis)})
    one(found, "params/departments/sales.yml:", "kpis.a.formula: a needs b needs c needs a")


@pytest.mark.parametrize(
    ("settings", "key", "part"),
    [
        (
            {"signs": {"overlaod": {"kpi": "revenue", "verdict": "missed"}}},
            "signs.overlaod: no such sign",
            "'overload'",
        ),
        ({"signs": {"overload": {"kpi": "revenue"}}}, "signs.overload: no rule", "none_at and full_at"),
        ({"signs": {"overload": {"kpi": "revenue", "none_at": 1}}}, "signs.overload: none_at", "or verdict"),
        ({"signs": {"overload": {"kpi": "revenue", "none_at": 1, "full_at": 1}}}, "none_at and full_at", "different"),
        (
            {"signs": {"overload": {"kpi": "revenue", "none_at": 1, "full_at": 2, "verdict": "missed"}}},
            "signs.overload: none_at and full_at and verdict",
            "or verdict",
        ),
        (
            {"signs": {"overload": {"kpi": "revenue", "none_at": 1, "verdict": "missed"}}},
            "none_at and verdict",
            "or verdict",
        ),
        (
            {"signs": {"overload": {"kpi": "revenu", "verdict": "missed"}}},
            "signs.overload.kpi: no KPI 'revenu'",
            "'revenue'",
        ),
        ({"signs": {"overload": {"kpi": "hr.revenue", "verdict": "missed"}}}, "no KPI 'hr.revenue'", "did you mean"),
        ({"priors": {"shrotage": 0.5}}, "priors.shrotage: not in causes.yml", "'shortage'"),
        ({"priors": {"shortage": 1}}, "priors.shortage: 1", "between 0 and 1"),
        ({"action_texts": {"hiring": "x"}}, "action_texts.hiring: not in causes.yml", "hire"),
        ({"action_texts": {"revenue.hiring": "x"}}, "action_texts.revenue.hiring: not in causes.yml", "hire"),
        ({"action_texts": {"revenu.hire": "x"}}, "action_texts.revenu.hire: no KPI 'revenu'", "'revenue'"),
        ({"action_texts": {".hire": "x"}}, "action_texts..hire: no KPI ''", "revenue"),
        ({"action_texts": {"hire": " "}}, "action_texts.hire: no text", "delete"),
        ({"capacity": -1}, "capacity: -1", "0 or more"),
        ({"links": {"shrotage": {"queues": 0.5}}}, "links.shrotage: no such cause", "'shortage'"),
        ({"links": {"shortage": {"qeues": 0.5}}}, "links.shortage.qeues: no such sign", "'queues'"),
        ({"links": {"shortage": {"queues": -0.1}}}, "links.shortage.queues: -0.1", "0, between 0 and 1"),
        ({"links": {"shortage": {"queues": 1.5}}}, "links.shortage.queues: 1.5", "weak, moderate"),
        ({"links": {"shortage": {"queues": "strng"}}}, 'links.shortage.queues: "strng"', "'strong'"),
    ],
)
def test_links(tmp_path: Path, settings: dict[str, Any], key: str, part: str) -> None:
    """What a department says about signs, causes and actions must exist in causes.yml, and each sign have one rule."""
    body = department(MEASURES, KPIS, **settings)
    one(params_faults(tmp_path, departments={"sales": body}), "params/departments/sales.yml:", key, part)


def test_links_and_texts_of_the_department(tmp_path: Path) -> None:
    """Links in words and numbers, 0 among them, also of a sign that only this department links; texts for a KPI."""
    causes = copy.deepcopy(CAUSES)
    causes["signs"]["noise"] = {"name": "Noise"}
    body = department(
        MEASURES,
        KPIS,
        links={"shortage": {"queues": 0, "overload": "weak", "noise": 0.4}},
        action_texts={"hire": "Hire one seller", "revenue.hire": "Hire two sellers"},
    )
    assert params_faults(tmp_path, causes=causes, departments={"sales": body}) == []


def test_sign_of_other_department(tmp_path: Path) -> None:
    """A sign may look at another department's KPI."""
    signs = {"overload": {"kpi": "hr.revenue", "verdict": "missed"}}
    departments = {"sales": department(MEASURES, KPIS, signs=signs), "hr": department(MEASURES, KPIS)}
    assert params_faults(tmp_path, departments=departments) == []


def test_line_of_fault(tmp_path: Path) -> None:
    """The line is that of the key, not of the file's head."""
    text = "name: A\n\nthresholds:\n  # comment\n  materiality: 2\n"
    assert params_faults(tmp_path, company=text) == ["params/company.yml:5: thresholds.materiality: 2; between 0 and 1"]


def test_cycles() -> None:
    """Each circle is found once; a graph without circles has none."""
    assert cycles({"a": {"b", "c"}, "b": {"d"}, "c": {"d"}}) == []
    assert cycles({"a": {"a"}}) == [("a",)]
    assert cycles({"b": {"a"}, "a": {"b"}, "d": {"e"}, "e": {"d"}}) == [("a", "b"), ("d", "e")]
