"""What a page says with "no", "none", "all" and "every": each phrase, and what must hold in the results for it."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from prose_facts import percentage
from prose_numbers import tokens_of
from prose_page_facts import alike
from prose_pages import Block
from prose_rules import Page, spoken_of, without_quotes
from prose_series import Data, missed

_SUPPORTED, FIRM = ("likely", "possible"), 50


@dataclass(frozen=True, kw_only=True)
class Said:
    """A text with the departments and KPIs that it tells of."""

    page: Page
    block: Block
    parts: list[Data]
    kpis: list[Data]

    @property
    def kpi(self) -> Data:
        """The KPI that it tells of."""
        return self.kpis[0]


def scored(parts: list[Data]) -> list[Data]:
    """The KPIs of the scorecards."""
    return [kpi for part in parts for kpi in part["kpis"] if kpi["scorecard"]]


def any_missed(parts: list[Data]) -> bool:
    """Whether any target was missed."""
    return any(kpi["gap"]["status"] == "missed" for kpi in scored(parts))


def supports(kpi: Data) -> bool:
    """Whether any cause of the KPI is likely or possible, and more likely than not as it is written."""
    return any(cause["verdict"] in _SUPPORTED and percentage(cause["posterior"]) >= FIRM for cause in kpi["causes"])


def actions(parts: list[Data]) -> list[Data]:
    """All recommended actions."""
    return [action for part in parts for kpi in part["kpis"] for action in kpi["actions"]]


def moved(parts: list[Data]) -> bool:
    """Whether any KPI moved since the month before."""
    return any(change["move"] != "same" for part in parts for change in part["changes"]["kpis"])


def since_named(block: Block, kpi: Data) -> bool:
    """Whether every month from the one named on missed its target, and the one before did not."""
    first = re.search(r"every month since (\w+ \d{4})", block.text)
    month = str(tokens_of(first[1])[0].number) if first else ""
    rows = [(row["month"], missed(kpi, row)) for row in kpi["series"]]
    before = [short for at, short in rows if at < month]
    return all(short for at, short in rows if at >= month) and not (before and before[-1])


def outside(kpi: Data) -> bool:
    """Whether the whole range of the process as it is now misses the target."""
    now, better = kpi["current"], kpi["better"]
    if now is None or kpi["target"] is None:
        return False
    over = kpi["target_upper"] if better == "inside" else kpi["target"]
    above = better != "higher" and over is not None and now["lower"] > over
    return above or (better != "lower" and now["upper"] < kpi["target"])


def signs_known(said: Said) -> bool:
    """Whether any sign that the row's cause shows in speaks for it, or against it."""
    causes = said.parts[0]["causes"] if said.block.section == "department-causes" else said.kpi["causes"]
    side = "for" if "support it" in said.block.kind else "against"
    cause = next(cause for cause in causes if cause["name"] == said.block.row)
    return any(item["sign"] in said.page.params.causes.causes[cause["id"]].signs for item in cause[side])


def restated(parts: list[Data]) -> bool:
    """Whether past values of any KPI are not those of the last report."""
    return any(part["changes"]["restated"] for part in parts)


#: Phrase, and what must hold of the departments and KPIs that the text tells of.
CLAIMS: tuple[tuple[str, Callable[[Said], bool]], ...] = (
    (r"no KPI has changed", lambda said: not moved(said.parts)),
    (r"none is in trouble", lambda said: not any(p["changes"]["kpis"] for p in said.parts)),
    (r"None of \w+ targets? missed", lambda said: not any_missed(said.parts)),
    (r"(?:Both|All \w+) are real changes", lambda said: all(
        kpi["limits"]["variation"] == "concerning" or "declining" in kpi["trend"]["verdict"]
        or kpi["trend"]["direction"] == "worse"
        for kpi in scored(said.parts) if kpi["gap"]["status"] == "missed")),
    (r"No sign of a real change", lambda said: not any(
        kpi["limits"]["variation"] == "concerning" or kpi["trend"]["verdict"] == "declining"
        for kpi in scored(said.parts) if kpi["gap"]["status"] == "missed")),
    (r"missed, none in", lambda said: not any(
        missed(kpi, kpi["series"][-2]) for kpi in scored(said.parts))),
    (r"(?i)no cause is well supported(?! in any)|none well supported",
     lambda said: not supports(said.kpi) if len(said.kpis) == 1 else not all(map(supports, said.kpis))),
    (r"No cause is well supported in any", lambda said: not alike(said.parts)),
    (r"No month of the coming year", lambda said: said.kpi["outlook"]["recovers"] is None),
    (r"no longer holds", lambda said: said.kpi["limits"]["variation"] == "concerning"),
    (r"No\. Its whole usual range", lambda said: outside(said.kpi)),
    (r"no planned action is overdue", lambda said: not any(
        row["state"] == "late" for part in said.parts for row in part["register"])),
    (r"No progress", lambda said: said.kpi["progress"] == "no progress"),
    (r"No sign of it", lambda said: said.kpi["limits"]["variation"] == "common"),
    (r"No trend and no step", lambda said: said.kpi["fluctuation"]["fluctuating"]),
    (r"^no trend$", lambda said: said.kpi["trend"]["verdict"] == "stable"),
    (r"No one month", lambda said: any(kpi["fluctuation"]["fluctuating"] for kpi in said.kpis)),
    (r"None of \w+ trends?", lambda said: not sum(p["budget"]["trends"] for p in said.parts)),
    (r"none differs", lambda said: not sum(p["budget"]["flags"] for p in said.parts)),
    (r"No past value has changed", lambda said: not restated(said.parts)),
    (r"None known", lambda said: not signs_known(said)),
    (r"No decision|No department asks", lambda said: not any(part["decisions"] for part in said.parts)),
    (r"(?i)nothing (more )?is suggested", lambda said: not any(a["kind"] == "suggested" for a in actions(said.parts))),
    (r"no planned action is overdue", lambda said: not any(action["late"] for action in actions(said.parts))),
    (r"(?i)all \w+ targets were met|all targets were met|Nothing is behind|no shortfall to",
     lambda said: not any_missed(said.parts)),
    (r"no other cause in as many", lambda said: sorted(alike(said.parts)).count(max(alike(said.parts))) == 1),
    (r"every month since", lambda said: since_named(said.block, said.kpi)),
)  # fmt: skip
#: Other phrases in which "no" counts nothing, or that repeat what is checked elsewhere.
NEUTRAL = (
    "no difference", "No action is needed", "No evidence", "What no sign speaks for", "no such sign", "no company's",
    "No single month", "no cause reaches", "none was in", "none worked", "no longer", "If nothing changes",
    "nothing is getting worse", ": no",
)  # fmt: skip
_NO = re.compile(r"(?i)\b(no|none|nothing)\b")


def said_by(page: Page, block: Block) -> Said:
    """The text with what it tells of: the departments it names, else all of the page."""
    parts = [part for part in page.results.values() if part["name"] in block.text] or list(page.results.values())
    return Said(page=page, block=block, parts=parts, kpis=[kpi for _, kpi, _ in spoken_of(page, block)])


def broken(page: Page, block: Block) -> Iterator[str]:
    """The phrases of a text that do not hold, and every "no" that no phrase knows."""
    text = without_quotes(block.text, page.quoted)
    known = [hit.span() for phrase in NEUTRAL for hit in re.finditer(re.escape(phrase), text)]
    for pattern, holds in CLAIMS:
        for hit in re.finditer(pattern, text):
            known.append(hit.span())
            if not holds(said_by(page, block)):
                yield hit[0]
    for hit in _NO.finditer(text):
        if not any(start <= hit.start() < end for start, end in known):
            yield f"not known: {text[max(0, hit.start() - 20) : hit.end() + 30]}"
