"""The sample company's staff, time sheets, training and pulse surveys.

Planted: from six months before the last, more people leave Customer Support, where posts stand vacant and overtime
is high; Sales has had almost no training since the newest product was released, and says so.
"""

from dataclasses import dataclass

import numpy as np

from saypro_analysis.data import sample_draw as draw
from saypro_analysis.data.sample_draw import Floats, Records, Values
from saypro_analysis.data.sample_plan import DEPARTMENTS, Plan

HEADCOUNT = (90, 40, 120, 180, 50)
SALES, SUPPORT = 0, 2
LEAVERS = 4.1  # a month, of the whole company
MORE_LEAVERS = 3.6  # of Customer Support, from the planted month on
LEAVING_AGO = 6
VACANT_AGO = 7  # from when on posts of Customer Support stay vacant and overtime is high
UNTRAINED_AGO = 12  # from when on Sales is hardly trained
OVERTIME, OVERTIME_AFTER = 0.036, 0.112
TRAINING, TRAINING_AFTER = 4.2, 0.9  # hours a month for each employee
OUTPUT = 2.45  # pieces of work done in an hour
PULSE_MEAN, FRUSTRATED, FRUSTRATED_AFTER = 7.75, 0.09, 0.24
ANSWERS = 240


@dataclass(frozen=True, kw_only=True)
class Staff:
    """The staff list with days as dates; ``left`` is NaT for those who are still there."""

    number: Values
    hired: Values
    left: Values
    department: Values

    def present(self, day: np.datetime64) -> Values:
        """Who is employed on a day."""
        return (self.hired <= day) & (np.isnat(self.left) | (self.left > day))


def _leavers(plan: Plan) -> list[int]:
    """How many leave by month: whole numbers that follow the planned rate closely."""
    rate = LEAVERS + MORE_LEAVERS * plan.since(LEAVING_AGO)
    return [max(round(value), 0) for value in (rate + 4 * (plan.noise("leavers", 0.17) - 1)).tolist()]


def _who_leaves(rng: np.random.Generator, plan: Plan, i: int, n: int) -> list[int]:
    """Departments of those who leave in a month; in the planted months most are of Customer Support."""
    from_support = round(MORE_LEAVERS) if plan.since(LEAVING_AGO)[i] else 0
    shares = np.asarray(HEADCOUNT) / sum(HEADCOUNT)
    others = rng.choice(len(DEPARTMENTS), size=max(n - from_support, 0), p=shares).tolist()
    return [SUPPORT] * min(from_support, n) + [int(place) for place in others]


def make_staff_list(plan: Plan) -> Staff:
    """Who was there at the start, and who left and came since. A vacant post of Customer Support is filled late."""
    rng = plan.rng("staff rows")
    start = plan.months[0].astype("datetime64[D]")
    department = [place for place, n in enumerate(HEADCOUNT) for _ in range(n)]
    hired = [start - np.timedelta64(int(days), "D") for days in rng.integers(30, 3000, size=len(department))]
    left: list[np.datetime64] = [np.datetime64("NaT", "D")] * len(department)
    vacant = 0
    for i, (month, n) in enumerate(zip(plan.months, _leavers(plan), strict=True)):
        days = draw.days_of(month)
        for place in _who_leaves(rng, plan, i, n):
            there = [k for k, d in enumerate(department) if d == place and np.isnat(left[k]) and hired[k] < days[0]]
            left[there[int(rng.integers(len(there)))]] = days[int(rng.integers(len(days)))]
            waits = place == SUPPORT and bool(plan.since(VACANT_AGO)[i])
            vacant += waits
            if not waits or vacant % 3 == 0:
                department.append(place)
                hired.append(days[int(rng.integers(len(days)))])
                left.append(np.datetime64("NaT", "D"))
    numbers = np.array([f"E-{k:04d}" for k in range(1, len(department) + 1)])
    names = np.asarray(DEPARTMENTS)[department]
    return Staff(number=numbers, hired=np.array(hired), left=np.array(left), department=names)


def make_staff(plan: Plan, staff: Staff) -> Records:
    """The staff list as the HR system exports it."""
    team = plan.rng("teams").integers(1, 4, size=len(staff.number))
    teams = np.array([f"Team {number}" for number in team.tolist()])
    columns = {"employee_id": staff.number, "hired_on": staff.hired, "left_on": staff.left}
    return {**columns, "department": staff.department, "team": teams}


def _weeks(plan: Plan) -> Values:
    """Mondays whose Friday lies in the data."""
    first = plan.months[0].astype("datetime64[D]")
    days = np.arange(first, plan.end - np.timedelta64(3, "D"))
    mondays: Values = days[draw.weekday(days) == 0]
    return mondays


def _week(
    rng: np.random.Generator, staff: Staff, monday: np.datetime64, *, overtime: float, busy: float, output: float
) -> Records:
    here = np.flatnonzero(staff.present(monday))
    department = staff.department[here]
    share = np.where(department == DEPARTMENTS[SUPPORT], busy, overtime)
    planned = np.full(len(here), 40.0)
    regular = np.where(rng.random(len(here)) < 0.06, rng.choice((16.0, 24.0, 32.0), size=len(here)), planned)
    extra = regular * share / (1 - share) * draw.lognormal(rng, len(here), mean=1, spread=0.5)
    worked = regular + extra
    rate = output * draw.lognormal(rng, len(here), mean=1, spread=0.12)
    return {
        "week_start": np.repeat(monday, len(here)),
        "employee_id": staff.number[here],
        "department": department,
        "planned_hours": planned,
        "worked_hours": worked,
        "overtime_hours": extra,
        "output_units": np.rint(worked * rate).astype(np.int64),
    }


def make_time_sheets(plan: Plan, staff: Staff) -> Records:
    """One row for each employee and week."""
    rng = plan.rng("time rows")
    overtime = OVERTIME * plan.noise("overtime", 0.03)
    busy = plan.level("support overtime", OVERTIME, sd=0.03, after=OVERTIME_AFTER, ago=VACANT_AGO)
    output = OUTPUT * plan.noise("productivity", 0.014)
    batches = []
    for monday in _weeks(plan):
        i = int((monday.astype("datetime64[M]") - plan.months[0]).astype(int))
        batches.append(_week(rng, staff, monday, overtime=overtime[i], busy=busy[i], output=output[i]))
    return draw.stack(batches)


def _training_month(rng: np.random.Generator, staff: Staff, month: np.datetime64, hours: Floats) -> Records:
    """Half of each department attends, with ``hours`` for each of its employees on average."""
    present = staff.present((month + 1).astype("datetime64[D]") - draw.DAY)
    batches = []
    for name, mean in zip(DEPARTMENTS, hours, strict=True):
        here = np.flatnonzero(present & (staff.department == name))
        chosen = np.sort(rng.permutation(here)[: len(here) // 2])
        each = draw.lognormal(rng, len(chosen), mean=mean * len(here) / len(chosen), spread=0.3)
        batches.append(
            {
                "employee_id": staff.number[chosen],
                "date": draw.dates(rng, month, len(chosen), weekend=0.0),
                "department": staff.department[chosen],
                "hours": np.rint(each * 4) / 4,
            }
        )
    return draw.stack(batches)


def make_training(plan: Plan, staff: Staff) -> Records:
    """Training attended; two rows carry a year that was mistyped."""
    rng = plan.rng("training rows")
    noise = plan.noise("training", 0.03)
    sales = plan.level("sales training", TRAINING, sd=0.03, after=TRAINING_AFTER, ago=UNTRAINED_AGO)
    batches = []
    for i, month in enumerate(plan.months):
        hours = np.full(len(DEPARTMENTS), TRAINING * noise[i])
        hours[SALES] = sales[i]
        batches.append(_training_month(rng, staff, month, hours))
    rows = draw.arrange(draw.stack(batches), "date")
    rows["date"][[30, 90]] += draw.SLIP
    return rows


def _pulse_month(rng: np.random.Generator, month: np.datetime64, mean: float, frustrated: Floats) -> Records:
    counts = draw.split(ANSWERS, HEADCOUNT)
    total = round(mean * ANSWERS)
    score = draw.whole_numbers(rng, mean + 1.5 * draw.normal(rng, ANSWERS), total=total, low=0, high=10)
    pairs = zip(counts, frustrated, strict=True)
    return {
        "answered_on": draw.dates(rng, month, ANSWERS, weekend=0.1),
        "department": np.repeat(DEPARTMENTS, counts),
        "score": score,
        "often_frustrated": np.concatenate([draw.yes_no(rng, n, float(share)) for n, share in pairs]),
    }


def make_pulse_surveys(plan: Plan) -> Records:
    """Monthly answers of employees: satisfaction (0 to 10), and whether work often frustrates them."""
    rng = plan.rng("pulse rows")
    mean = PULSE_MEAN * plan.noise("pulse", 0.011)
    base = FRUSTRATED * plan.noise("frustration", 0.08)
    batches = []
    for i, month in enumerate(plan.months):
        shares = np.full(len(DEPARTMENTS), base[i])
        shares[SALES] = FRUSTRATED_AFTER if plan.since(UNTRAINED_AGO - 1)[i] else base[i]
        shares[SUPPORT] = 0.2 if plan.since(LEAVING_AGO)[i] else base[i]
        batches.append(_pulse_month(rng, month, float(mean[i]), shares))
    return draw.numbered(draw.arrange(draw.stack(batches), "answered_on"), "answer_id", "A")
