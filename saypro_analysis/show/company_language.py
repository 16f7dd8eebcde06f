"""Sections speak the language of the company that they are about."""

from typing import Any

from saypro_analysis.analysis import Analysis
from saypro_analysis.texts import SOURCE, spoken


def _language(held: Any) -> str:
    first = held if isinstance(held, Analysis) else next(iter(held), None)
    return first.month.company.language if isinstance(first, Analysis) else SOURCE


#: For the functions that notebooks call with an analysis, or with all of a company's.
in_company_language = spoken(_language)
