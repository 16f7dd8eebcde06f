"""Will a missed target be met again, and a met one stay met? What limits, assurance and forecast say together."""

from saypro_analysis.assurance import assure
from saypro_analysis.outlook import AHEAD
from saypro_analysis.show.numbers import month_name, numeral
from saypro_analysis.show.outlook_words import coming_month, first_miss
from saypro_analysis.show.signal_words import LEAST
from saypro_analysis.show.story import Told
from saypro_analysis.show.words import target_text, usual_range
from saypro_analysis.texts import n, t


def recovery(told: Told) -> str:
    """The answer to "Will it recover by itself?" of a missed KPI, and to "Will it stay on target?" of the others."""
    verdict = told.verdict
    limits, now = verdict.limits, verdict.current
    if verdict.gap.target is None and verdict.gap.target_upper is None:
        return t("There is no target to come back to.")
    if verdict.at_risk:
        return _at_risk(told)
    if verdict.progress == "recovering" and now is not None:
        late = t("It is getting better, but not fast enough.") if _out_of_sight(told) else t("It is on its way.")
        bounds = t(
            "The usual range{since} is {bounds}; the target is {target}.",
            since=_since(told), bounds=usual_range(told, now), target=target_text(told),
        )  # fmt: skip
        return f"{late} {bounds}"
    if limits.assurance == "fail":
        return _will_miss(told)
    if limits.assurance == "none" or now is None:
        return _not_known(told)
    return _by_range(told, usual_range(told, now))


def _by_range(told: Told, bounds: str) -> str:
    """What the usual range does with the target, by turns or always, if the months go on as usual."""
    verdict = told.verdict
    worse = verdict.limits.variation == "concerning" or verdict.trend.worsening
    if worse and _met_ahead(told):
        return _for_now(told)
    if verdict.limits.assurance == "pass":
        fields = {"since": _since(told), "bounds": bounds}
        if not worse:
            return t("A usual month{since}, {bounds}, meets the target.", **fields)
        usual = t("A usual month{since}, {bounds}, meets the target; of late it is not usual.", **fields)
        return " ".join([t("Only if it returns to what is usual."), usual])
    straddles = t("the target lies within the usual range{since} of {bounds}", since=_since(told), bounds=bounds)
    if verdict.limits.seasonal:
        straddles = t("the usual range follows the season, and not all of it meets the target")
    return _by_turns(told, straddles, worse=worse)


def _for_now(told: Told) -> str:
    """The coming months meet the target, but the KPI gets worse."""
    last = coming_month(told, told.verdict.outlook.months[-1].month)
    if told.verdict.trend.worsening:
        return t(
            "For now: every month to {month} is forecast to meet the target, but it has been getting worse.", month=last
        )
    return t(
        "For now: every month to {month} is forecast to meet the target, but of late months are worse than usual.",
        month=last,
    )


def _by_turns(told: Told, straddles: str, *, worse: bool) -> str:
    """The usual range holds the target: some months meet it and some do not; ``straddles`` says so as a clause."""
    soon = _soon(told)
    if worse and soon:
        return t(
            "That is not certain: of late months are worse than usual, but {month} is forecast to meet it.", month=soon
        )
    if worse:
        return t("Not as things stand: {reason}, but of late months are worse than usual.", reason=straddles)
    if _met_ahead(told):
        return t("The next three months are forecast to meet it, but some months may miss: {reason}.", reason=straddles)
    return t("Some months will meet the target and some will miss it: {reason}.", reason=straddles)


def _soon(told: Told) -> str:
    """The month in which the target is forecast to be met again; empty where that is not one of the next."""
    month = told.verdict.outlook.recovers
    return coming_month(told, month) if month is not None and (month - told.verdict.month).n <= AHEAD else ""


def _at_risk(told: Told) -> str:
    month = first_miss(told)
    if month is None:
        return t("Not as things stand: the target is met now, but forecast to be missed.")
    return t(
        "Not as things stand: the target is met now, but forecast to be missed in {month}.",
        month=coming_month(told, month),
    )


def _out_of_sight(told: Told) -> bool:
    """Whether the coming months have targets, and none of the coming year is forecast to reach its own."""
    outlook = told.verdict.outlook
    known = all(part.target is not None or part.target_upper is not None for part in outlook.months)
    return bool(outlook.months) and known and outlook.recovers is None


def _met_ahead(told: Told) -> bool:
    """Whether a target that is met is forecast to be met in all coming months."""
    months = told.verdict.outlook.months
    known = all(part.target is not None or part.target_upper is not None for part in months)
    return bool(months) and told.verdict.gap.status == "met" and known and first_miss(told) is None


def _since(told: Told) -> str:
    """From when on the present range holds, with the space before it; empty where that is from the first month on."""
    trend = told.verdict.trend
    if trend.verdict != "step change" or trend.since is None:
        return ""
    return " " + t("since {month}", month=month_name(trend.since))


def _not_known(told: Told) -> str:
    if told.verdict.limits.sigma is None or not _since(told):
        return t("Not known yet: there is too little data for a usual range.")
    return n(
        "Not known yet: a usual range takes at least {number} month{since}.",
        "Not known yet: a usual range takes at least {number} months{since}.",
        LEAST, number=numeral(LEAST), since=_since(told),
    )  # fmt: skip


def _will_miss(told: Told) -> str:
    """Why it will go on missing: by its usual range, or since it has left a range that would do better."""
    verdict, gap, now = told.verdict, told.verdict.gap, told.verdict.current
    fields = {"since": _since(told), "bounds": usual_range(told, now)}
    by_range = now is not None and assure(
        now.lower, now.upper, better=told.kpi.better, target=gap.target, target_upper=gap.target_upper
    ) == "fail"  # fmt: skip
    missed = n(
        "it has missed {number} month in a row and is worse than usual",
        "it has missed {number} months in a row and is worse than usual",
        verdict.misses, number=numeral(verdict.misses),
    )  # fmt: skip
    if soon := _soon(told):
        why = t("its usual range{since}, {bounds}, misses the target", **fields) if by_range else missed
        return t("That is not certain: {reason}, though {month} is forecast to meet it.", reason=why, month=soon)
    if by_range:
        return t(
            "No. Its whole usual range{since}, {bounds}, misses the target; only a change of the process helps.",
            **fields,
        )
    return t(
        "Not by itself: {reason}. The usual range of {bounds} no longer holds.", reason=missed, bounds=usual_range(told)
    )
