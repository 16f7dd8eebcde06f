"""What makes up a gap: the waterfall by segment, and by factor where the KPI has a formula, with its reading."""

from collections.abc import Sequence

from markupsafe import Markup

from saypro_analysis.analysis import Analysis
from saypro_analysis.contributions import Basis
from saypro_analysis.drivers import split_kpi
from saypro_analysis.errors import Fault, ParamsError
from saypro_analysis.show.beside import beside_html
from saypro_analysis.show.company_language import in_company_language
from saypro_analysis.show.driver_reading import driver_reading, main_first
from saypro_analysis.show.driver_words import (
    Cards,
    heads,
    is_nothing,
    part_name,
    signed,
    split_description,
    split_subtitle,
    split_title,
)
from saypro_analysis.show.figures import Figure, figure_html
from saypro_analysis.show.fragment import Fragment, render
from saypro_analysis.show.segments import find_verdict
from saypro_analysis.show.story import Told, tell
from saypro_analysis.show.waterfall import Bar, stack, waterfall_chart
from saypro_analysis.show.written import written, written_split
from saypro_analysis.splits import Part, Split, bad_way
from saypro_analysis.texts import n, t

MOST_BARS = 8  # with the one that gathers the others, without the whole


def drivers_html(told: Told, cards: Cards) -> Markup | str:
    """The cards of a KPI's drivers; a gap inside ordinary variation is folded away. Empty when nothing is known."""
    if told.drivers is None:
        return ""
    drivers = written(told, told.drivers)
    groups = [main_first(drivers, held) for held in (drivers.splits, drivers.formula) if held]
    figures = [_figure(told, held, cards) for held in groups]
    if drivers.compared:
        figures.append(beside_html(told, drivers.compared))
    if not figures:
        return ""
    folded = _folded(groups[0][0]) if groups and groups[0][0].ordinary else ""
    return render("drivers", figures=figures, reading=driver_reading(told, drivers, cards), folded=folded)


@in_company_language
def show_drivers(analysis: Analysis, kpi: str, by: str = "", against: Basis = "target") -> Fragment:
    """What makes up a KPI's difference by the dimension ``by`` ("": by factor of its formula), for analysts.

    ``against`` is "target", "last month" or "last year". Raises ParamsError when the KPI, the dimension or the formula
    does not exist, or nothing is known to compare with.
    """
    told, cards = tell(analysis, find_verdict(analysis, kpi)), analysis.month.department.kpis
    try:
        split = written_split(told, split_kpi(analysis.month, told.verdict, by, against))
    except ValueError as error:
        fault = Fault(where=told.kpi.key, found=str(error))
        raise ParamsError("The difference cannot be split so.", (fault,)) from error
    figure = _figure(told, [split], cards, name=f"split-{against.replace(' ', '-')}")
    html = render("segments", figure=figure, id=f"split-{kpi}-{by or 'factors'}", heading=told.kpi.name)
    return Fragment(html=html, text=split_title(told, split, cards))


def _folded(split: Split) -> str:
    if split.basis == "target":
        return t("What makes up the gap: ordinary variation")
    return t("What makes up the change: ordinary variation")


def _figure(told: Told, splits: Sequence[Split], cards: Cards, *, name: str = "drivers") -> Markup:
    """The waterfall of the first split; the table behind it has the contributions on every basis."""
    split = splits[0]
    kind = "formula" if split.method == "formula" else split.dimension
    figure = Figure(
        name=f"{name}-{told.kpi.id}-{kind}",
        title=split_title(told, split, cards),
        subtitle=split_subtitle(told, split),
        description=split_description(told, split, cards),
        heads=heads(told, splits, t("Factor") if split.method == "formula" else kind.replace("_", " ").capitalize()),
        rows=_rows(told, splits, cards),
        kind="waterfall",
    )
    held = bars(told, split, cards)
    return figure_html(figure, lambda narrow: waterfall_chart(held, narrow=narrow))


def bars(told: Told, split: Split, cards: Cards) -> list[Bar]:
    """The bars of a waterfall, most adverse first: the largest parts, the others together, and the whole."""
    way = bad_way(told.kpi, split.actual, split.change, told.verdict)
    parts = [part for part in split.parts if not is_nothing(told, part.change)]
    largest = sorted(parts, key=lambda part: -abs(part.change))[: MOST_BARS - 1 if len(parts) > MOST_BARS else None]
    others = [part for part in split.parts if part not in largest]
    shown = [(part_name(split, p, cards), *_subs(told, split, p, cards), p.change) for p in parts if p in largest]
    if not is_nothing(told, sum(part.change for part in others)):  # else the table behind the chart has them
        rest = n("{number} other", "{number} others", len(others), number=len(others))
        shown.append((rest, "", "", sum(part.change for part in others)))
    places = stack([way * change for *_, change in shown])
    held = [
        Bar(label=name, sub=sub, short=short, start=start, end=end, text=signed(told, change))
        for (name, sub, short, change), (start, end) in zip(shown, places, strict=True)
    ]
    whole = t("Gap") if split.basis == "target" and told.verdict.gap.status == "missed" else t("Together")
    text = signed(told, split.change)
    return [*held, Bar(label=whole, start=0.0, end=way * split.change, text=text, total=True)]


def _subs(told: Told, split: Split, part: Part, cards: Cards) -> tuple[str, str]:
    """What stands below a label: a segment's share and level, or a value with its reference; and the short of it."""
    kpi, numbers = told.kpi, told.numbers
    if part.kind in ("new", "lost"):
        word = t("new") if part.kind == "new" else t("none this month")
        return word, word
    own = cards.get(part.name) if split.method == "formula" else kpi
    if part.kind == "rest" or own is None or part.after is None:
        return "", ""
    level = numbers.value(own, part.after)
    if split.method == "ratio" and part.share_after is not None:
        text = t("{share}, at {level}", share=numbers.percent(part.share_after), level=level)
        return text, text
    if part.before is None:
        return level, level
    return t("{level} against {reference}", level=level, reference=numbers.value(own, part.before)), level


def _rows(told: Told, splits: Sequence[Split], cards: Cards) -> list[tuple[str, ...]]:
    """A row per part of any split, in the order of the first, and the sum of each column."""
    first = splits[0]
    order: dict[tuple[str, str], Part] = {}
    for split in splits:
        for part in split.parts:
            order.setdefault((part.name, "rest" if part.kind == "rest" else ""), part)
    by_key = [{(p.name, "rest" if p.kind == "rest" else ""): p for p in split.parts} for split in splits]
    rows = []
    for key, part in order.items():
        own = cards.get(part.name, told.kpi) if first.method == "formula" else told.kpi
        now = told.numbers.value(own, part.after) if part.after is not None else "–"
        if key[1] and all(is_nothing(told, held[key].change) for held in by_key if key in held):
            continue
        cells = [signed(told, held[key].change) if key in held else "–" for held in by_key]
        rows.append((part_name(first, part, cards), now, *cells))
    whole = told.numbers.value(told.kpi, first.actual)
    return [*rows, (t("Together"), whole, *(signed(told, split.change) for split in splits))]
