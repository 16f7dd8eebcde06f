"""The notes on the method, as a reader needs them: how status, forecasts, severity, trends and causes are found."""

from saypro_analysis.severity import DIRECTION, DOUBT, LEVELS, PERSISTENCE, SIZE, STEPS
from saypro_analysis.texts import later

#: The numbers that the texts name: the most that each term counts, and the scores from which the levels hold.
SCALE: dict[str, float] = {
    "size": SIZE,
    "persistence": PERSISTENCE,
    "doubt": DOUBT,
    "direction": DIRECTION,
    **dict(zip(LEVELS[1:], STEPS, strict=False)),
}
#: Titles, each with its texts.
METHOD = (
    (
        later("How status, variation and assurance are decided"),
        (
            later(
                "Status compares the month with its target. At risk means that the target is met now, but that one of "
                "the next three months is forecast to miss. Met, watch means that the target is met but the KPI gets "
                "worse, is worse than usual, or swings more than it should."
            ),
            later(
                "The usual range is the average plus and minus 2.66 times the average month-to-month change (an XmR "
                "chart). It follows the season where three years agree on one."
            ),
            later(
                "A month is unlike usual when it lies outside the range, or when seven months lie on one side of the "
                "average. So it is when seven months go the same way, or two of three lie near the edge."
            ),
            later(
                "Assurance says what the usual range does with the target: it will meet it, will miss it, or does both "
                "by turns. After a confirmed step the usual range is that of the months before it, and assurance is "
                "judged by the months since. A KPI that is worse than usual and has missed three months running will "
                "miss it."
            ),
            later(
                "Limits start anew only where params say so, with the reason. When a KPI has held a new level for "
                "eight months, new limits are proposed; nothing changes until somebody who knows the reason enters it."
            ),
        ),
    ),
    (
        later("How forecasts and year-ends are made"),
        (
            later(
                "A forecast says what comes if the process goes on as it is. It carries on the average, the level "
                "since the last step, or the trend, which flattens. Last year's season is added where the years before "
                "repeat."
            ),
            later(
                "Its range comes from the KPI's usual month-to-month changes and is meant to hold nine of ten months. "
                "The chance of meeting a target also weighs how far the last months were off."
            ),
            later(
                "The year-end is the mean of several simple projections. Two carry on a pace, of the year so far or of "
                "the last three months. Two follow last year: the share it had reached by now, or its remaining "
                "months."
            ),
            later(
                "Each counts by how well it did at the same month of last year. After a step, or with a trend, the "
                "monthly forecasts take their place."
            ),
            later(
                "What the months left have to bring is compared with what is forecast of them, and with the edge of "
                "the usual range."
            ),
        ),
    ),
    (
        later("How severity is made up"),
        (
            later(
                "Severity adds four terms to a score of 100. The size of the gap counts up to {size}, and how many of "
                "the last six months missed up to {persistence}. The chance that next month misses counts up to "
                "{doubt}, and where the KPI is heading up to {direction}."
            ),
            later(
                "From {watch} it is to watch, from {moderate} moderate, from {severe} severe, from {critical} "
                "critical; below that a miss is slight. The weights are a convention, not a measurement."
            ),
            later(
                "A miss that lies inside the usual month-to-month noise, of a target that next month will rather meet, "
                "is only to watch. A KPI may be marked so that a gap of full size is critical at once."
            ),
        ),
    ),
    (
        later("How trends and causes are found"),
        (
            later(
                "A rank test looks for trends; it allows for seasons and for months that resemble their neighbours. A "
                "trend is declared when the test finds one and the change is large enough to matter."
            ),
            later(
                "The rate of false findings is held over the whole report, that is, over the KPIs of all departments. "
                "The change a year is that of the trend, not of two months; its range is meant to hold nine times of "
                "ten."
            ),
            later(
                "Causes are scored from signs that are measured or were observed, for and against. The number is the "
                "chance of the cause given the signs, from 0 to 100. It shows what the evidence points to, not what "
                "must be so."
            ),
            later(
                "Expected effects of actions are estimates to plan by: how much of the gap the causes they address "
                "explain, times the chance that they work."
            ),
        ),
    ),
)
