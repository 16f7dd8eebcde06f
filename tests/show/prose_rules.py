"""Which numbers each text of a page may tell: by the section it stands in, what kind of text it is, and its KPI."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from prose_facts import counts, facts_of, plain
from prose_month_facts import departments_of, month_counts
from prose_numbers import Fact, Token, explained, tokens_of
from prose_page_facts import page_facts, scores_of
from prose_pages import Block
from prose_row_facts import row_facts
from prose_series import Data

from saypro_analysis.kpi import Params

OVERVIEW = "overview"
_KPI_TEXT = ("actual", "target", "gap", "misses", "first misses", "since", "run", "levels", "coming", "month")
#: Section and kind of a text, and the names of the facts that it may tell. The first line that fits holds.
RULES = (
    ("/title|/sample", ("month",)),
    ("/lead", ("actual", "target", "gap", "misses", "first misses", "tally", "coming", "month")),
    ("/fact: What$", ("tally", "month", "names")),
    ("/fact: Since when", ("misses", "first misses", "since", "levels", "coming", "real", "month", "trend")),
    ("/fact: Why", ("causes", "hundred", "tally")),
    ("/fact: What to do", ("together", "kinds", "all kinds")),
    ("/(heading|text|item)|decisions/", ("asked", "effects", "due", "by", "amounts")),
    ("matrix/", ("named", "tally", "month")),
    ("months/cell", ("month's targets", "year")),
    ("by-month/(sub|head|cell: Department)( |$)", ("year", "shades")),
    ("by-month/cell", ("targets met",)),
    ("by-month/svg desc", ("targets met", "month")),
    ("by-month/", ("ends", "quarter")),
    (".*/head( |$)|progress/caption", ("month", "window", "last year", "zero to hundred", "year")),
    ("scorecard/caption", ("month", "window")),
    ("scorecard/(heading|item)|missed/(heading|caption)", ("tally",)),
    ("scorecard/provenance: Forecast", ("nine of ten",)),
    ("missed/sub", ("cost",)),
    (".*/caption$", ("kinds",)),
    ("(scorecard|missed)/cell: Actual$", ("actual", "previous", "month")),
    ("(scorecard|missed)/cell: Target$|(kpi-.*|watch)/item", ("target", "month")),
    (".*/cell: Gap to target", ("gap",)),
    ("(scorecard|missed)/cell: Status", ("misses",)),
    (".*/cell: Best-supported", ("causes", "hundred")),
    ("scorecard/cell: Forecast", ("outlook",)),
    ("(scorecard|missed)/svg title", ("shown", "extremes", "target")),
    ("changes/heading", ("moves", "month")),
    ("changes/item", (*_KPI_TEXT, "moves", "due", "restated", "previous")),
    ("changes/sub", ("misses", "last report")),
    ("(kpi-.*|watch)/kicker", ("rank",)),
    ("(kpi-.*|watch)/heading", (*_KPI_TEXT, "tally")),
    ("(kpi-[^/]*|watch)/sub xmr", ("shown", "coming")),
    ("kpi-[^/]*/sub$", ("gap", "misses", "severity", "hundred", "cost")),
    (".*/figure title xmr|.*/svg title xmr", ("row", "month")),
    (".*/svg desc xmr", ("shown", "extremes", "target", "usual", "signals", "outlook figures", "month")),
    (".*/cell: Month xmr", ("row's month",)),
    (".*/cell: Actual or forecast", ("row's value",)),
    (".*/cell: Target xmr", ("row's target",)),
    (".*/cell: Usual or forecast range", ("row's range",)),
    (".*/reading: What happened", ("actual", "previous", "mean", "levels", "since", "run", "trend", "month", "cost")),
    (".*/reading: Is it a real change", ("row", "run", "run since", "usual", "points", "since", "month", "least")),
    (".*/reading: Will it", ("now usual", "usual", "target", "misses", "since", "coming", "least", "ahead")),
    (".*/reading: What if nothing", ("outlook", "coming")),
    (".*/reading: Where does the year end", ("year end",)),
    (".*/reading: Why", ("causes", "hundred")),
    (".*/reading: What does it cost", ("cost", "month")),
    (".*/term: (Size|How long|Doubt|Where)", ("term",)),
    (".*/term: Change over|.*/term: Its 90% interval", ("trend figures",)),
    (".*/term: As a share", ("trend share",)),
    (".*/term: p of", ("p",)),
    (".*/term: p among", ("adjusted p",)),
    ("(kpi-.*|watch)/text", ("views", "proposal", "cost")),
    (".*(drivers|split)-", ("split",)),
    (".*/reading: (Largest|What already|Do the|By month)", ("drivers", "month", "last year")),
    (".*/cell: Evidence", ("row's cause",)),
    ("department-causes/note of caption", ("department's coverage",)),
    (".*/note of caption", ("coverage",)),
    (".*/cell: (Due|Expected effect)", ("row's action",)),
    (".*/foot", ("together",)),
    ("progress/heading", ("states",)),
    ("progress/sub", ("rates",)),
    ("progress/cell: State", ("row's outcome",)),
    ("departments/", ("tally", "gap", "actual", "target", "causes", "hundred", "coming", "month's targets")),
    ("causes/sub causes", ("strong",)),
    ("causes/(figure|svg) title", ("zero to hundred",)),
    ("causes/cell", ("row's score",)),
    ("causes/", ("scores", "strong", "alike")),
    ("method/sub", ("budget",)),
    ("method/(summary|text|cell: (Rows|Of|Share))", ("quality", "proposal", "conventions")),
    ("/provenance: Data as of", ("as of",)),
    ("/provenance", ("made of",)),
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Page:
    """A page and what it may tell from: ``results`` by department, its own only or, on the overview, all of them.

    ``overview`` holds the overview's own, ``quoted`` are the texts with numbers that it may quote word for word.
    """

    params: Params = field(repr=False)
    results: Mapping[str, Data] = field(repr=False)
    overview: Data | None = field(repr=False, default=None)
    quoted: tuple[str, ...] = field(repr=False, default=())

    @cached_property
    def whole(self) -> dict[str, list[Fact]]:
        """The facts that belong to no one KPI."""
        return page_facts(self.results, self.overview)

    @cached_property
    def kpis(self) -> list[tuple[str, Data, dict[str, list[Fact]]]]:
        """Every KPI with its department and its facts."""
        return [(name, kpi, facts_of(kpi)) for name, part in self.results.items() for kpi in part["kpis"]]


def unexplained(page: Page, block: Block) -> list[Token]:
    """The numbers of a text that neither results nor a rule explain."""
    text = without_quotes(_RUN_TIME.sub(" … ", block.text), page.quoted)
    company = page.params.company
    held = tokens_of(text, locale=company.locale, currency=company.currency)
    if not held:
        return []
    facts = list(allowed(page, block))
    return [token for token in held if not explained(token, facts) and not idiom(text, token)]


def without_quotes(text: str, quoted: Iterable[str]) -> str:
    """The text with what is quoted word for word from params, evidence or actions taken out."""
    for quote in quoted:
        if quote in text:
            text = text.replace(quote, " … ")
    return text


#: When the run was: in the manifest, and in no result, as the same data give the same results.
_RUN_TIME = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d UTC$")
#: Words that are numbers in form but count nothing, by the words around them.
_IDIOMS = re.compile(r"(?i)no one month|one month down|up one month|in one place|not one month|one of the next")


def idiom(text: str, token: Token) -> bool:
    """Whether a number word counts nothing where it stands."""
    return token.kind == "word" and any(hit.start() <= token.start < hit.end() for hit in _IDIOMS.finditer(text))


def place_of(block: Block) -> str:
    """Section, kind and figure of a text, as RULES names them."""
    return f"{block.section}/{block.kind}" + (f" {block.figure}" if block.figure else "")


def allowed(page: Page, block: Block) -> list[Fact]:
    """The facts that a text may tell."""
    place = place_of(block)
    names = next((names for pattern, names in RULES if re.match(pattern, place)), ())
    spoken = spoken_of(page, block)
    parts = list(departments_of(page.results, block).values())
    held = [page.whole, month_counts(parts, block), {"named": counts(len(spoken) if block.text != "0" else 0)},
            {"row's score": plain(*scores_of(parts, block.row))}]  # fmt: skip
    for department, kpi, facts in spoken:
        cards = page.params.departments[department].kpis
        held += [facts, row_facts(block, page.results[department], kpi, cards)]
    return [fact for one in held for name in names for fact in one.get(name, ())]


def spoken_of(page: Page, block: Block) -> list[tuple[str, Data, dict[str, list[Fact]]]]:
    """The KPIs that a text tells of: its own, else those that it names, else all of the page."""
    own = [
        held for held in page.kpis
        if block.kpi in (held[1]["name"], f"{held[1]['name']} {page.results[held[0]]['name']}")
    ]  # fmt: skip
    named = [held for held in page.kpis if held[1]["name"] in block.text]
    return own or named or page.kpis
