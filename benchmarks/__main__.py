"""``make bench``: every benchmark, or those named (``python -m benchmarks run report``); ``soak`` only when named."""

import sys

from benchmarks import drivers, fan_out, monthly_run, records, report, soak, verdicts

_ALL = {
    "run": monthly_run.main,
    "fan_out": fan_out.main,
    "records": records.main,
    "verdicts": verdicts.main,
    "drivers": drivers.main,
    "report": report.main,
}
_NAMED = {"soak": soak.main}


def main(names: list[str]) -> None:
    """Run the benchmarks by name; none given: all."""
    unknown = [name for name in names if name not in _ALL | _NAMED]
    if unknown:
        sys.exit(f"no benchmark {', '.join(unknown)}; there are: {', '.join(_ALL | _NAMED)}")
    for name in names or _ALL:
        (_ALL | _NAMED)[name]()


main(sys.argv[1:])
