"""``make bench``: every benchmark, or those named (``python -m benchmarks run report``)."""

import sys

from benchmarks import drivers, monthly_run, records, report, verdicts

_ALL = {
    "run": monthly_run.main,
    "records": records.main,
    "verdicts": verdicts.main,
    "drivers": drivers.main,
    "report": report.main,
}


def main(names: list[str]) -> None:
    """Run the benchmarks by name; none given: all."""
    unknown = [name for name in names if name not in _ALL]
    if unknown:
        sys.exit(f"no benchmark {', '.join(unknown)}; there are: {', '.join(_ALL)}")
    for name in names or _ALL:
        _ALL[name]()


main(sys.argv[1:])
