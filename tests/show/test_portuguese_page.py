"""A page in Portuguese is in Portuguese, down to the evidence; what the user typed stays as it is."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

import planted
import pytest
from babel.dates import get_month_names
from babel.messages.pofile import read_po
from bs4 import BeautifulSoup

from saypro_analysis import texts
from saypro_analysis.analysis import Analysis, analyse
from saypro_analysis.api import (
    show_all_missed,
    show_causes,
    show_changes,
    show_decisions,
    show_departments,
    show_earlier_months,
    show_head,
    show_matrix,
    show_method,
    show_missed,
    show_overview_changes,
    show_overview_head,
    show_overview_method,
    show_progress,
    show_scorecard,
    show_segments,
    show_targets_by_month,
    show_watch_list,
)
from saypro_analysis.data.snapshot import Snapshot
from saypro_analysis.kpi import Params
from saypro_analysis.month import department_month, resolve_month
from saypro_analysis.texts import LANGUAGES, month_name, speaking

FIELD = re.compile(r"\{\w+\}")
WORD = re.compile(r"[^\W\d_]{2,}")
STORIES = [
    planted.shift, planted.fall, planted.first_miss, planted.no_signal, planted.all_met, planted.bare, planted.at_risk,
    planted.rebased,
]  # fmt: skip


@pytest.fixture(scope="module")
def spoken(sample_params: Params, sample_snapshot: Snapshot) -> dict[str, Analysis]:
    """The analyses of the sample company's October 2026, as a company that reports in Portuguese has them."""
    company = replace(sample_params.company, language="pt", locale="pt_PT")
    params, month = replace(sample_params, company=company), resolve_month("2026-10", sample_snapshot)
    return {name: analyse(department_month(params, sample_snapshot, name, month)) for name in params.departments}


def page(spoken: dict[str, Analysis], name: str) -> str:
    """The fragments of a page, one below the other."""
    every = tuple(spoken.values())
    if name == "index":
        shown = [
            show_overview_head(every, every[0].month.month, {}), show_decisions(every), show_departments(every, {}),
            show_overview_changes(every), show_all_missed(every), show_matrix(every), show_causes(every),
            show_targets_by_month(every), show_earlier_months(every), show_overview_method(every),
        ]  # fmt: skip
        return "\n".join(part.html for part in shown)
    story = spoken[name]
    dimensions = story.month.monthly.loc[lambda table: table["dimension"] != "", ["kpi", "dimension"]]
    own = dimensions[dimensions["kpi"].isin(story.month.department.kpis)].drop_duplicates().head(2)
    shown = [show(story) for show in (show_head, show_scorecard, show_changes, show_missed, show_watch_list,
                                      show_progress, show_method)]  # fmt: skip
    shown += [show_segments(story, row.kpi, row.dimension) for row in own.itertuples()]
    return "\n".join(part.html for part in shown)


def said(html: str) -> tuple[list[str], list[str]]:
    """Every text that a reader sees or hears, labels included; and the texts of charts, which cut and wrap names."""
    soup = BeautifulSoup(html, "html.parser")
    drawn = [text.get_text() for text in soup.select("svg text")]
    for part in soup.select("style, script, svg text"):
        part.decompose()
    labels = [part[name] for part in soup.find_all(True) for name in ("aria-label", "alt", "title") if part.get(name)]
    return [*soup.stripped_strings, *labels], drawn


def strings(value: object) -> Iterator[str]:
    """Every text in a structure of params."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, part in value.items():
            yield from (*strings(key), *strings(part))
    elif isinstance(value, Iterable):
        for part in value:
            yield from strings(part)
    elif hasattr(value, "__dataclass_fields__"):
        for name in value.__dataclass_fields__:
            yield from strings(getattr(value, name))


def data_texts(analyses: Iterable[Analysis]) -> list[str]:
    """What the user typed, and the names of the data, the longest first."""
    found: set[str] = set()
    for analysis in analyses:
        month = analysis.month
        for part in (
            month.company.name,
            month.company.contact,
            month.company.currency,
            month.department,
            month.causes,
            month.register,
        ):
            found |= set(strings(part))
        found |= {text for seen in month.observations for text in (seen.who, seen.source, seen.note)}
        found |= {str(text) for column in ("dimension", "segment") for text in month.monthly[column].unique()}
        found |= {str(text) for column in ("table", "column") for text in month.quality[column].unique()}
        found |= {
            *month.departments.values(),
            *(month.provenance.get(name, "") for name in ("Made with", "Data fingerprint")),
        }
        found |= set(re.findall(r"[\w.]+\.csv", month.provenance.get("Sources", "")))
    found |= {text.replace("_", " ").replace("=", " ") for text in found}
    return sorted((text.strip().rstrip(".?") for text in found if WORD.search(text)), key=len, reverse=True)


def vocabulary() -> set[str]:
    """All words of the Portuguese catalogue and of its months."""
    with (LANGUAGES / "pt.po").open("rb") as file:
        held = [message.string for message in read_po(file, locale="pt") if message.id]
    own = [text for found in held for text in ([found] if isinstance(found, str) else found)]
    months = [name for width in ("wide", "abbreviated") for name in get_month_names(width, locale="pt").values()]
    return {word.casefold() for text in (*own, *months) for word in WORD.findall(FIELD.sub(" ", text))}


def strangers(analyses: dict[str, Analysis], name: str) -> dict[str, list[str]]:
    """The texts of a page that hold a word that is neither the catalogue's nor what the user typed."""
    known, typed = vocabulary() | {"us", "utc"}, data_texts(analyses.values())
    pattern = re.compile("|".join(rf"(?<!\w){re.escape(text)}(?!\w)" for text in typed), re.IGNORECASE)
    told, drawn = said(page(analyses, name))
    left = {text: WORD.findall(pattern.sub(" ", text)) for text in told}
    begun = {word.casefold()[:end] for text in typed for word in WORD.findall(text) for end in range(2, len(word) + 1)}
    left |= {text: [word for word in WORD.findall(text) if word.casefold() not in begun] for text in drawn}
    unknown = {text: [word for word in words if word.casefold() not in known] for text, words in left.items()}
    return {text: words for text, words in unknown.items() if words}


@pytest.mark.parametrize("name", ["index", "sales", "marketing", "customer_support", "operations", "employees"])
def test_a_portuguese_page_has_no_word_of_another_language(spoken: dict[str, Analysis], name: str):
    """Apart from what the user typed and the names of the data every word is one of the catalogue."""
    assert strangers(spoken, name) == {}


@pytest.mark.parametrize("story", STORIES)
def test_no_story_has_a_word_of_another_language(story: Callable[[], Analysis]):
    """Nor has any of the stories that a page may have to tell, as a department's page and as a company's overview."""
    month = story().month
    company = replace(month.company, language="pt", locale="pt_PT")
    month = replace(month, company=company, provenance={}, quality=month.quality.head(0))  # planted ones are English
    held = {"sales": analyse(month)}
    assert strangers(held, "sales") | strangers(held, "index") == {}


def test_a_word_of_another_language_is_found(spoken: dict[str, Analysis], monkeypatch: pytest.MonkeyPatch):
    """The tests above see an English text that the catalogue does not hold ("data" is a column's name as well)."""
    whole = texts._catalogue("pt")
    left = {key: text for key, text in whole.items() if key != "Method and data quality"}
    monkeypatch.setattr(texts, "_catalogue", lambda name: left if name == "pt" else {})
    assert strangers(spoken, "sales") == {"Method and data quality": ["Method", "and", "quality"]}


def test_a_range_breaks_between_its_ends(spoken: dict[str, Analysis]):
    """In the narrow column of forecasts a line may end before or after "a", and nowhere in an amount."""
    soup = BeautifulSoup(show_scorecard(spoken["sales"]).html, "html.parser")
    ranges = [part.get_text() for part in soup.select("td.fc .mut")]
    assert ranges
    assert all(re.fullmatch(r"[^ ]+ a [^ ]+", text) for text in ranges)


def test_months_and_evidence_are_portuguese(spoken: dict[str, Analysis]):
    """The texts that an analysis makes are in the company's language: months, signs, reasons, sources."""
    analysis = spoken["customer_support"]
    with speaking("pt"):
        assert month_name(analysis.month.month) == "outubro de 2026"
    evidence = [found.text for part in analysis.diagnoses for item in part.findings for found in item.evidence_for]
    assert any(text.startswith("observado por ") and "em outubro de 2026" in text for text in evidence)
    assert any("indício pleno com" in text for text in evidence)
    reasons = [outcome.reason for outcome in analysis.outcomes if outcome.reason]
    assert reasons
    assert not any(re.search(r"\b(with|the|is|are|months?)\b", reason) for reason in reasons)
