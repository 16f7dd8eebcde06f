"""The members of a dimension: their numbers are the company's segments, and what cannot be made is said."""

import random
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from builders import TODAY, check_plain, company_of, csv, department, kpi, write_exports, write_params

from saypro_analysis.data import loading, snapshot, sources
from saypro_analysis.data.fan_out import FanOut, Member, fan_out
from saypro_analysis.data.member_choice import MOST
from saypro_analysis.data.params import read_params
from saypro_analysis.data.snapshot import Snapshot, take_snapshot
from saypro_analysis.errors import DataError, ParamsError, ReportError
from saypro_analysis.kpi import Params
from saypro_analysis.month import department_month, resolve_month

VALUES = ["value", "numerator", "denominator", "rows", "complete"]
KEY = ["department", "kpi", "month"]
NONE = "(not given)"
#: Labels that a query, a crossed label or a folder could stumble over.
REGIONS = ["North", "5:North", "north", " padded ", "", "O'Brien; --", "Zürich 🚀", "e\u0301"]
PRODUCTS = ["Core", "5:NorthCore", "", "(not given)", "%_x", "Ünï\u200d", "a:b"]
MEASURES = {
    "total": {"table": "orders", "value": "sum(amount)", "date": "day"},
    "won_total": {"table": "orders", "value": "sum(amount)", "date": "day", "where": "stage = 'won'"},
    "number": {"table": "orders", "value": "count(*)", "date": "day"},
    "won": {"table": "orders", "value": "count(*)", "date": "day", "where": "stage = 'won'"},
    "buyers": {"table": "orders", "value": "count(DISTINCT buyer)", "date": "day"},
    "middle": {"table": "orders", "value": "median(amount)", "date": "day"},
    "open": {"table": "orders", "value": "count(*)", "opened": "day", "closed": "paid"},
    "visits": {"table": "visits", "value": "count(*)", "date": "day"},
}
BOTH = {"segments": ["region", "product"]}
KPIS = {
    "revenue": kpi(measure="total", unit="currency", target=900, formula="orders * middle", **BOTH),
    "orders": kpi(measure="number", target={"last_year": 1.5}, **BOTH),
    "share": kpi(unit="percent", ratio={"numerator": "won", "denominator": "number"}, target=0.4, **BOTH),
    "average": kpi(unit="currency", formula="revenue / orders", target=30, **BOTH),
    "buyers": kpi(measure="buyers", target=9, **BOTH),
    "middle": kpi(unit="currency", measure="middle", target={"by_month": {"2025-01": 40, "2026-03": 50}}, **BOTH),
    "open": kpi(measure="open", better="lower", segments=["region"]),
    "visits": kpi(measure="visits", target=3),
}
ADDITIVE = ("revenue", "orders", "open")


def records(*, number: int = 4000, seed: int = 3) -> list[str]:
    """Orders of 16 months, every region and product on most days."""
    draw = random.Random(seed)
    days = pd.date_range("2025-09-01", "2026-12-31")
    rows = []
    for at in range(number):
        day = days[at * len(days) // number]
        paid = f"{day + pd.Timedelta(days=draw.randrange(60)):%Y-%m-%d}" if draw.random() < 0.7 else ""
        region, product = draw.choice(REGIONS), draw.choice(PRODUCTS)
        stage, buyer, amount = draw.choice(["won", "lost"]), draw.randrange(40), draw.randrange(1, 9999) / 100
        rows.append(f'{day:%Y-%m-%d},{paid},"{region}","{product}",{stage},{buyer},{amount}')
    return rows


def orders(rows: list[str]) -> str:
    return csv("day,paid,region,product,stage,buyer,amount", *rows)


VISITS = csv("day,page", *(f"{day:%Y-%m-%d},home" for day in pd.date_range("2025-09-01", "2026-12-31")))


def company(root: Path, rows: list[str], **settings: Any) -> tuple[Params, Path]:
    files = {"orders.csv": orders(rows), "visits.csv": VISITS}
    return company_of(root, files, MEASURES, KPIS, **settings)


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> tuple[Params, Path]:
    """A company with hostile labels."""
    return company(tmp_path_factory.mktemp("small"), records())


@pytest.fixture(scope="module")
def fanned(small: tuple[Params, Path]) -> FanOut:
    """All of its regions, the records without one included."""
    labels = [label.strip() or NONE for label in REGIONS]
    return fan_out(*small, "region", members=labels, today=TODAY)


@pytest.fixture(scope="module")
def sample_regions(sample_params: Params, sample_folder: Path) -> FanOut:
    """The sample company by region, the records without one included."""
    regions = ["North", "South", "East", "West", "Central", NONE]
    return fan_out(sample_params, sample_folder, "region", members=regions)


def totals(table: pd.DataFrame) -> pd.DataFrame:
    return table[table["dimension"].eq("")]


def check_segments(found: FanOut) -> None:
    """Fails unless every member's totals are the company's segments of its name, and nothing else is a number."""
    for member in found.members:
        cards = {(key, name) for key, one in member.params.departments.items() for name in one.kpis}
        company = found.company.monthly
        segment = company[company["dimension"].eq(found.dimension) & company["segment"].eq(member.name)]
        segment = segment[[card in cards for card in zip(segment["department"], segment["kpi"], strict=True)]]
        own = totals(member.snapshot.monthly).set_index(KEY)
        there = segment.set_index(KEY)
        assert len(there) > 12
        assert not there.index.difference(own.index).size
        pd.testing.assert_frame_equal(own.loc[there.index, VALUES], there[VALUES], check_exact=True)
        others = own.drop(index=there.index)
        assert others["value"].isna().all()
        assert others["rows"].eq(0).all()


def check_sums(found: FanOut, kpis: tuple[str, ...]) -> None:
    """Fails unless the members' values add up to the company's in every month."""
    own = pd.concat([totals(member.snapshot.monthly) for member in found.members])
    whole = totals(found.company.monthly)
    for name in kpis:
        sums = own[own["kpi"].eq(name)].groupby("month")["value"].sum()
        total = whole[whole["kpi"].eq(name)].set_index("month")["value"]
        assert len(total) > 12
        np.testing.assert_allclose(sums.reindex(total.index), total, rtol=1e-12)


def test_segments(fanned: FanOut, sample_regions: FanOut) -> None:
    """A member's totals are the company's segment of its name, month by month, to the last bit."""
    check_segments(fanned)
    check_segments(sample_regions)


def test_sums(fanned: FanOut, sample_regions: FanOut) -> None:
    """What adds up, adds up over the members and the records without a label to the company's total."""
    assert len(fanned.members) == len(REGIONS)
    check_sums(fanned, ADDITIVE)
    check_sums(sample_regions, ("revenue", "pipeline", "closed_opportunities", "leads", "all_leads"))


@pytest.mark.parametrize("label", ["North", "5:North", " padded ", "", "Zürich 🚀"])
def test_alone(label: str, small: tuple[Params, Path], fanned: FanOut, tmp_path: Path) -> None:
    """A member's totals and segments are those of a company that has only the member's records."""
    write_exports(tmp_path, {"visits.csv": VISITS})
    alone = [row for row in records() if row.split(",")[2] == f'"{label}"']
    exports = write_exports(tmp_path, {"orders.csv": orders(alone)})
    expected = take_snapshot(small[0], exports, today=TODAY).monthly
    member = next(one for one in fanned.members if one.name == (label.strip() or NONE))
    expected = expected[~expected["dimension"].eq("region") & ~expected["kpi"].eq("visits")]
    key = ["kpi", "dimension", "segment", "month"]
    both = member.snapshot.monthly.merge(expected, on=key, how="outer", suffixes=("", "_alone"), indicator=True)
    both = both[both["complete"].eq(True) & both["complete_alone"].eq(True)]
    assert both["_merge"].eq("both").all()
    assert both["dimension"].eq("product").sum() > 400
    np.testing.assert_allclose(both["value"], both["value_alone"], rtol=1e-12)
    assert (both["rows"] == both["rows_alone"]).all()


def test_company(small: tuple[Params, Path], fanned: FanOut) -> None:
    """The company beside its members is the one that is read without them, to the fingerprint."""
    plain = take_snapshot(*small, today=TODAY)
    for name in ("monthly", "ahead", "quality", "sources"):
        pd.testing.assert_frame_equal(getattr(fanned.company, name), getattr(plain, name))
    assert fanned.company.fingerprint == plain.fingerprint


def test_sample_company(sample_regions: FanOut, sample_snapshot: Snapshot) -> None:
    """The same of the sample company, whose tables are views over others."""
    assert sample_regions.company.fingerprint == sample_snapshot.fingerprint


def test_read_once(small: tuple[Params, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    """The source is opened once, and each file of it is read once, however many members there are."""
    opened: list[Path] = []
    loaded: list[str] = []

    def open_counted(path: Path, tables: Any) -> Any:
        opened.append(path)
        return sources.open_source(path, tables)

    def load_counted(connection: Any, raw: Any, *, as_text: Any) -> None:
        loaded.append(raw.name)
        loading.load(connection, raw, as_text=as_text)

    monkeypatch.setattr(snapshot, "open_source", open_counted)
    monkeypatch.setattr(sources, "load", load_counted)
    assert len(fan_out(*small, "region", today=TODAY).members) == 7
    assert len(opened) == 1
    assert sorted(loaded) == ["orders", "visits"]


def test_order(small: tuple[Params, Path], fanned: FanOut, tmp_path: Path) -> None:
    """Members come in one order with the same numbers, however the records are ordered or the members asked for."""
    mixed = records()
    random.Random(1).shuffle(mixed)
    exports = write_exports(tmp_path, {"orders.csv": orders(mixed), "visits.csv": VISITS})
    again = fan_out(small[0], exports, "region", members=[m.name for m in fanned.members][::-1], today=TODAY)
    names = [member.name for member in again.members]
    assert names == sorted(names, key=lambda name: (name.casefold(), name))
    assert [(m.name, m.slug) for m in again.members] == [(m.name, m.slug) for m in fanned.members]
    for one, other in zip(again.members, fanned.members, strict=True):
        pd.testing.assert_frame_equal(one.snapshot.monthly, other.snapshot.monthly, check_exact=True)


def test_without_label(small: tuple[Params, Path], fanned: FanOut) -> None:
    """Records without a label are nobody's: they have no report unless one asks for it, but are named."""
    found = fan_out(*small, "region", today=TODAY)
    assert found.others == (NONE,)
    expected = [member for member in fanned.members if member.name != NONE]
    assert [member.name for member in found.members] == [member.name for member in expected]
    for one, other in zip(found.members, expected, strict=True):
        pd.testing.assert_frame_equal(one.snapshot.monthly, other.snapshot.monthly)


def test_chosen(small: tuple[Params, Path], fanned: FanOut) -> None:
    """A member has the same folder, params and numbers, whoever is asked for beside it."""
    alone = fan_out(*small, "region", members=["North"], today=TODAY)
    same = next(member for member in fanned.members if member.name == "North")
    assert [member.slug for member in alone.members] == [same.slug]
    assert len(alone.others) == len(REGIONS) - 1
    assert alone.members[0].params == same.params
    assert alone.members[0].snapshot.fingerprint == same.snapshot.fingerprint


def table_of(days: Mapping[str, list[str]]) -> str:
    """orders.csv with one order a day of each region in the months given, and of South on every day."""
    rows = [f"{day:%Y-%m-%d},{day:%Y-%m-%d},South,Core,won,1,1" for day in pd.date_range("2025-09-01", "2026-12-31")]
    for region, months in days.items():
        rows += [f"{month}-{day:02d},,{region},Core,won,1,2" for month in months for day in range(1, 29)]
    return csv("day,paid,region,product,stage,buyer,amount", *sorted(rows))


def members_of(found: FanOut) -> dict[str, Member]:
    return {member.name: member for member in found.members}


def test_no_record_in_a_month(tmp_path: Path) -> None:
    """A month without a record of the member is missing, not zero; the member's report of that month says so."""
    files = {"orders.csv": table_of({"North": ["2026-09", "2026-11"]}), "visits.csv": VISITS}
    settings = company_of(tmp_path, files, MEASURES, KPIS)
    north = members_of(fan_out(*settings, "region", today=TODAY))["North"]
    rows = totals(north.snapshot.monthly)
    revenue = rows[rows["kpi"].eq("revenue")].set_index("month")
    assert revenue["value"].fillna(-1).tolist() == [56, -1, 56, -1]
    assert revenue["rows"].tolist() == [28, 0, 28, 0]
    # Its open orders are known in each month, since what was opened was never closed.
    assert north.departments_in(pd.Period("2026-10", "M")) == ("sales",)
    assert north.last_month == pd.Period("2026-12", "M")


def test_ended(tmp_path: Path) -> None:
    """A member that has ended is told so for a month that the company has, with its own last month."""
    kpis = {"revenue": KPIS["revenue"] | {"formula": ""}, "visits": KPIS["visits"]}
    files = {"orders.csv": table_of({"North": ["2026-06", "2026-07"]}), "visits.csv": VISITS}
    settings = company_of(tmp_path, files, MEASURES, kpis)
    north = members_of(fan_out(*settings, "region", today=TODAY))["North"]
    month = resolve_month("2026-12", north.snapshot)
    assert north.departments_in(month) == ()
    assert north.last_month == pd.Period("2026-07", "M")
    with pytest.raises(ReportError) as caught:
        department_month(north.params, north.snapshot, "sales", month)
    check_plain(caught.value, tmp_path, words=["Sales (North) has no complete data for 2026-12", "2026-07"])


def test_never_there(tmp_path: Path) -> None:
    """A department that has never had a record of the member is none of its departments, in data and params alike."""
    visited = csv("day,region", *(f"{day:%Y-%m-%d},South" for day in pd.date_range("2025-09-01", "2026-12-31")))
    web = department({"v": MEASURES["visits"]}, {"visits": kpi(measure="v", segments=["region"])}, name="Web")
    sales = department(MEASURES, {"orders": KPIS["orders"]})
    write_params(tmp_path, departments={"sales": sales, "web": web})
    exports = write_exports(tmp_path, {"orders.csv": table_of({"North": ["2026-12"]}), "visits.csv": visited})
    found = members_of(fan_out(read_params(tmp_path / "params"), exports, "region", today=TODAY))
    assert list(found["South"].params.departments) == ["sales", "web"]
    assert list(found["North"].params.departments) == ["sales"]
    assert set(found["North"].snapshot.monthly["department"]) == {"sales"}
    assert found["North"].without == ("Web",)


def test_not_in_every_department(tmp_path: Path) -> None:
    """In a month without a record in one department the others are reported on, and none of them looks at it."""
    days = [day for day in pd.date_range("2025-09-01", "2026-12-31") if day.month != 12 or day.year != 2026]
    rows = [f"{day:%Y-%m-%d},{region}" for day in days for region in ("North", "South")]
    visited = csv("day,region", *rows, *(f"2026-12-{day:02d},South" for day in range(1, 32)))
    web = department({"v": MEASURES["visits"]}, {"visits": kpi(measure="v", segments=["region"])}, name="Web")
    looks = {"overload": {"kpi": "web.visits", "verdict": "declining"}}
    sales = department(
        {"number": MEASURES["number"]}, {"orders": KPIS["orders"] | {"segments": ["region"]}}, signs=looks
    )
    write_params(tmp_path, departments={"sales": sales, "web": web})
    orders_of_both = table_of({"North": ["2026-11", "2026-12"]})
    exports = write_exports(tmp_path, {"orders.csv": orders_of_both, "visits.csv": visited})
    north = members_of(fan_out(read_params(tmp_path / "params"), exports, "region", today=TODAY))["North"]
    november, december = pd.Period("2026-11", "M"), pd.Period("2026-12", "M")
    assert north.params_in(november) == north.params
    assert list(north.params.departments["sales"].signs) == ["overload"]
    params = north.params_in(december)
    assert list(params.departments) == list(params.register) == list(params.observations) == ["sales"]
    assert department_month(params, north.snapshot, "sales", december).looked_at == {}


def test_targets(fanned: FanOut) -> None:
    """Ratios and medians keep the common target; sums, distinct counts and formulas have none of their own."""
    whole = totals(fanned.company.monthly).set_index(["kpi", "month"])["target"]
    for member in fanned.members:
        own = totals(member.snapshot.monthly).set_index(["kpi", "month"])["target"]
        for name in ("share", "middle"):
            assert own[name].notna().sum() > 12
            pd.testing.assert_series_equal(own[name], whole[name].reindex(own[name].index))
        for name in ("revenue", "buyers", "average"):
            assert own[name].isna().all()
            assert member.params.departments["sales"].kpis[name].target is None
        assert {kpi.id for kpi in member.left_out["sales"].targets} == {"revenue", "buyers", "average"}


def test_targets_of_last_year(fanned: FanOut) -> None:
    """A target relative to last year is each part's own; together they are the company's, in months to come too."""
    whole, parts = fanned.company, [member.snapshot for member in fanned.members]
    for name, least in (("monthly", 4), ("ahead", 12)):
        company = getattr(whole, name)
        company = company[company["kpi"].eq("orders") & company["target"].notna()]
        company = company[company.get("dimension", pd.Series("", company.index)).eq("")].set_index("month")["target"]
        own = pd.concat([getattr(part, name) for part in parts])
        sums = own[own["kpi"].eq("orders")].groupby("month")["target"].sum(min_count=len(parts))
        assert len(company) >= least
        pd.testing.assert_series_equal(sums[sums.notna()], company, check_exact=False)


def test_targets_ahead(fanned: FanOut) -> None:
    """The targets of months to come are the company's, of the KPIs that keep theirs."""
    whole = fanned.company.ahead
    expected = whole[whole["kpi"].isin(["share", "middle"])].reset_index(drop=True)
    assert len(expected) > 20
    for member in fanned.members:
        ahead = member.snapshot.ahead
        common = ahead[ahead["kpi"].ne("orders")].reset_index(drop=True)
        pd.testing.assert_frame_equal(common, expected)


def test_months_before_the_first(tmp_path: Path) -> None:
    """A member begins with its first record: earlier months, also those that the company lacks, have no target."""
    text = "".join(
        line for line in table_of({"North": ["2026-11", "2026-12"]}).splitlines(True) if "2026-02" not in line
    )
    settings = company_of(tmp_path, {"orders.csv": text, "visits.csv": VISITS}, MEASURES, KPIS)
    found = fan_out(*settings, "region", today=TODAY)
    north = members_of(found)["North"]
    assert str(totals(north.snapshot.monthly)["month"].min()) == "2026-11"
    assert str(found.company.ahead["month"].min()) == "2026-02"
    assert str(north.snapshot.ahead["month"].min()) >= "2026-11"


def test_month_that_is_not_over(tmp_path: Path) -> None:
    """A month that is not over makes no target for the same month of next year, for members as for the company."""
    found = fan_out(*company(tmp_path, records(number=1500), data={"as_of": "2026-12-15"}), "region", today=TODAY)
    for whole in (found.company, *(member.snapshot for member in found.members)):
        coming = whole.ahead.loc[whole.ahead["kpi"].eq("orders"), "month"].astype(str)
        assert coming.max() == "2027-11"


def test_what_is_read(fanned: FanOut) -> None:
    """A member's sources and data quality are those of the tables that its KPIs are measured in."""
    for member in fanned.members:
        assert member.snapshot.sources["table"].tolist() == ["orders"]
        assert set(member.snapshot.quality["table"]) == {"orders"}
        expected = fanned.company.sources.set_index("table").loc[["orders"]].reset_index()
        pd.testing.assert_frame_equal(member.snapshot.sources, expected)


def test_first_month(tmp_path: Path) -> None:
    """Months before the company's first one are left out of the members' too."""
    settings = company(tmp_path, records(number=1500), data={"first_month": "2026-03"})
    found = fan_out(*settings, "region", today=TODAY)
    for member in found.members:
        assert str(member.snapshot.monthly["month"].min()) == "2026-03"


def test_view_of_the_same_name(small: tuple[Params, Path], fanned: FanOut, tmp_path: Path) -> None:
    """A table that is called as the view would be keeps its name and its records."""
    measures = MEASURES | {"other": {"table": "orders by region", "value": "count(*)", "date": "day"}}
    kpis = KPIS | {"other": kpi(measure="other")}
    files = {"orders.csv": orders(records()), "visits.csv": VISITS, "orders by region.csv": VISITS}
    found = fan_out(*company_of(tmp_path, files, measures, kpis), "region", members=["North"], today=TODAY)
    same = next(member for member in fanned.members if member.name == "North")
    pd.testing.assert_frame_equal(found.members[0].snapshot.monthly, same.snapshot.monthly)
    whole = totals(found.company.monthly)
    assert whole.loc[whole["kpi"].eq("other"), "value"].between(28, 31).all()


def test_one_dimension(tmp_path: Path) -> None:
    """A dimension without another beside it needs no crossing; its members have totals alone."""
    kpis = {"orders": KPIS["orders"] | {"segments": ["region"]}}
    measures = {"number": MEASURES["number"]}
    settings = company_of(tmp_path, {"orders.csv": orders(records(number=1500))}, measures, kpis)
    found = fan_out(*settings, "region", today=TODAY)
    check_segments(found)
    assert all(member.snapshot.monthly["dimension"].eq("").all() for member in found.members)


def fault_of(settings: tuple[Params, Path], dimension: str, **asked: Any) -> str:
    with pytest.raises(ParamsError) as caught:
        fan_out(*settings, dimension, today=TODAY, **asked)
    assert caught.value.exit_code == 2
    return check_plain(caught.value, settings[1].parent, words=["nothing was run"])


@pytest.mark.parametrize(
    ("dimension", "members", "words"),
    [
        ("regoin", [], ["--by: no dimension 'regoin'", "did you mean 'region'?"]),
        ("weather", [], ["--by: no dimension 'weather'", "known: product, region"]),
        ("", [], ["no dimension ''"]),
        ("region'; --", [], ["no dimension"]),
        ("region", ["Nroth", "Sidney"], ["--member: region has no 'Nroth'; did you mean 'North'?", "'Sidney'; known:"]),
        ("region", ["NORTH"], ["region has no 'NORTH'"]),
    ],
)
def test_not_there(small: tuple[Params, Path], dimension: str, members: list[str], words: list[str]) -> None:
    """An unknown dimension, or all unknown members at once, with what is nearest or what there is."""
    message = fault_of(small, dimension, members=members)
    for word in words:
        assert word in message


def test_off_the_scorecard(tmp_path: Path) -> None:
    """A dimension that splits only what is on no scorecard makes no report."""
    kpis = {
        "orders": KPIS["orders"] | {"segments": ["product"]},
        "buyers": KPIS["buyers"] | {"segments": ["region"], "scorecard": False},
    }
    measures = {name: MEASURES[name] for name in ("number", "buyers")}
    settings = company_of(tmp_path, {"orders.csv": orders(records(number=60))}, measures, kpis)
    assert "'region' splits no KPI of a scorecard; known: product" in fault_of(settings, "region")


def regions(root: Path, names: list[str]) -> tuple[Params, Path]:
    """A company whose regions have an order in each of two months."""
    rows = [f"2026-{month}-{day:02d},{name},1" for month in (11, 12) for day in (1, 28) for name in names]
    measures = {"number": MEASURES["number"]}
    kpis = {"orders": kpi(measure="number", segments=["region"])}
    return company_of(
        root, {"orders.csv": csv("day,region,amount", *rows)}, measures, kpis, data={"as_of": "2026-12-31"}
    )


def test_one_member(tmp_path: Path) -> None:
    """A dimension with one label: the company's own report is that member's."""
    assert "region has one member, North; the company's own report" in fault_of(regions(tmp_path, ["North"]), "region")


def test_one_member_and_the_rest(tmp_path: Path) -> None:
    """One named member beside records without a label is not the company: it can be reported on."""
    found = fan_out(*regions(tmp_path, ["North", ""]), "region", today=TODAY)
    assert [member.name for member in found.members] == ["North"]


def test_no_member(tmp_path: Path) -> None:
    """A dimension whose records have no label at all has nobody to report on."""
    assert "region has one member, (not given)" in fault_of(regions(tmp_path, [""]), "region")


def test_most_members(tmp_path: Path) -> None:
    """As many members as are made in one run are made, one more is refused, and some of these can be named."""
    (tmp_path / "most").mkdir()
    settings = regions(tmp_path / "most", [f"Region {at:03d}" for at in range(MOST)] + [""])
    assert len(fan_out(*settings, "region", today=TODAY).members) == MOST
    (tmp_path / "more").mkdir()
    settings = regions(tmp_path / "more", [f"Region {at:03d}" for at in range(MOST + 60)])
    message = fault_of(settings, "region")
    assert f"region has more than {MOST} members" in message
    assert "--member" in message
    found = fan_out(*settings, "region", members=["Region 000", f"Region {MOST + 59}"], today=TODAY)
    assert [member.name for member in found.members] == ["Region 000", f"Region {MOST + 59}"]
    assert len(fault_of(settings, "region", members=["Elsewhere"])) < 400


def test_crossed_beyond_most(tmp_path: Path) -> None:
    """A member that is named has its segments, wherever it stands among very many."""
    rows = [f"2026-{m}-{d:02d},Region {at:03d},Core" for m in (11, 12) for d in (1, 28) for at in range(MOST + 60)]
    kpis = {"orders": kpi(measure="number", **BOTH)}
    files = {"orders.csv": csv("day,region,product", *rows)}
    settings = company_of(tmp_path, files, {"number": MEASURES["number"]}, kpis, data={"as_of": "2026-12-31"})
    last = fan_out(*settings, "region", members=[f"Region {MOST + 59}"], today=TODAY).members[0].snapshot.monthly
    assert last.loc[last["dimension"].eq("product"), "value"].tolist() == [2, 2]


def test_data_faults(tmp_path: Path) -> None:
    """What is wrong with the data is told in the same words as without members."""
    settings = company(tmp_path, records(number=300))
    broken = {
        "orders.csv": csv("day,paid,region,stage,buyer,amount", "2026-12-01,,North,won,1,1"),
        "visits.csv": VISITS,
    }
    write_exports(tmp_path, broken)
    messages = []
    for call in (lambda: take_snapshot(*settings, today=TODAY), lambda: fan_out(*settings, "region", today=TODAY)):
        with pytest.raises(DataError) as caught:
            call()
        messages.append(check_plain(caught.value, tmp_path, words=["product: no such column for a segment"]))
    assert messages[0] == messages[1]


def test_name_of_a_table(tmp_path: Path) -> None:
    """A table whose name cannot stand in a view is asked to have another one."""
    measures = {"number": {**MEASURES["number"], "table": "orders.2026"}}
    kpis = {"orders": kpi(measure="number", **BOTH)}
    settings = company_of(tmp_path, {"orders.2026.csv": orders(records(number=60))}, measures, kpis)
    assert "table orders.2026: a name with a dot or a slash" in fault_of(settings, "region")


def test_named(sample_regions: FanOut) -> None:
    """Company and departments carry the member's name, so that each of its pages says whose it is."""
    north = members_of(sample_regions)["North"]
    assert north.params.company.name == "SayPro (North)"
    assert [one.name for one in north.params.departments.values()] == [
        "Sales (North)", "Marketing (North)", "Operations (North)",
    ]  # fmt: skip
    assert north.without == ("Customer support", "Employees")
    assert (sample_regions.folder, north.slug) == ("region", "north")
    gone = [kpi.id for kpi in north.left_out["marketing"].kpis if kpi.scorecard]
    assert gone == ["website_traffic", "campaign_roi", "customer_acquisition_cost"]
