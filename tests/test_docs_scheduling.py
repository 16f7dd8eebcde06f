"""The page on scheduling and its ready files: each is read by what will read it, and runs what the command line has."""

import configparser
import json
import os
import re
import shutil
import stat
import subprocess
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import yaml
from typer.testing import CliRunner

from saypro_analysis.cli import app

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "docs" / "schedule"
PAGE = (ROOT / "docs" / "scheduling.md").read_text("utf-8")
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```$", PAGE, flags=re.M | re.S)
FILES = sorted(path.name for path in FOLDER.iterdir())
HOME = "/srv/saypro"
UNITS = [name for name in FILES if name.startswith("saypro-")]
#: Commands and their options that the files and the page may use; the command line's own help has to name each.
USED = {
    "run": {"--month", "--resume", "--log-json"},
    "verify": {"month"},
    "runs": set(),
    "check": set(),
    "mail": {"--month", "--send"},
}
WORD = r'--[a-z-]+|\d{4}-\d\d|latest|"\$\w+"'
CALL = re.compile(rf'(?:\.venv/bin/saypro|"\$saypro"|(?<=`)saypro|(?<=&& )saypro) ([a-z-]+)((?: (?:{WORD}))*)')
OWN_ZONE = os.environ | {"TZ": "UTC"}
AIRFLOW = os.environ.get("SAYPRO_AIRFLOW_PYTHON", "") and os.path.abspath(os.environ["SAYPRO_AIRFLOW_PYTHON"])


def crontab_lines() -> list[tuple[str, str]]:
    """The jobs of the crontab: five fields, and the command as cron hands it to the shell."""
    jobs = []
    for line in (FOLDER / "crontab").read_text("utf-8").splitlines():
        if line and not line.startswith("#") and not re.match(r"[A-Z]+=", line):
            *fields, command = line.split(maxsplit=5)
            kept = re.split(r"(?<!\\)%", command)[0]  # cron ends the command at a bare percent sign
            jobs.append((" ".join(fields), kept.replace(r"\%", "%")))
    return jobs


def times(fields: str) -> list[set[int]]:
    """The values of each of the five fields of a cron expression; fails on one that cron would refuse."""
    bounds = ((0, 59), (0, 23), (1, 31), (1, 12), (0, 7))
    parts = fields.split()
    assert len(parts) == len(bounds), fields
    values = []
    for text, (low, high) in zip(parts, bounds, strict=True):
        found: set[int] = set()
        for part in text.split(","):
            match = re.fullmatch(r"(?:\*|(\d+)(?:-(\d+))?)(?:/(\d+))?", part)
            assert match, fields
            first = int(match[1] or low)
            last = int(match[2] or match[1] or high)
            found |= set(range(first, last + 1, int(match[3] or 1)))
        assert found, fields
        assert found <= set(range(low, high + 1)), fields
        values.append(found)
    return values


def third_working_day(year: int, month: int) -> date:
    """The third Monday to Friday of a month, by NumPy's calendar of working days."""
    found: date = np.busday_offset(f"{year}-{month:02d}-01", 2, roll="forward").astype(object)
    return found


THIRD = {third_working_day(year, month) for year in range(2026, 2031) for month in range(1, 13)}


def write_program(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{text}\n", "utf-8")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A project's folder with these docs, and a stand-in for saypro that writes its arguments down.

    It ends with the code in the environment variable that is named like the command (RUN=3 for 'saypro run').
    """
    folder = tmp_path / "project"
    shutil.copytree(FOLDER, folder / "docs" / "schedule")
    write_program(
        folder / ".venv" / "bin" / "saypro",
        'echo "$*" >>calls; echo "said by $1"\n'
        'case $1 in run) exit "${RUN:-0}" ;; verify) exit "${VERIFY:-0}" ;; mail) exit "${MAIL:-0}" ;; esac',
    )
    return folder


def calls(folder: Path) -> list[str]:
    """What saypro was called with since the last time."""
    path = folder / "calls"
    found = path.read_text("utf-8").splitlines() if path.exists() else []
    path.unlink(missing_ok=True)
    return found


def environment(folder: Path, today: date = date(2026, 11, 23), **more: str) -> dict[str, str]:
    """What cron hands to a job, with a clock that stands at ``today``, and nothing of this process's own."""
    programs = folder.parent / "programs"
    if not programs.exists():
        write_program(
            programs / "date",
            'case $1 in +%u-%d) echo "$WEEKDAY-$DAY" ;; +%Y-%m) echo "$MONTH" ;; *) exit 9 ;; esac',
        )
    return {
        "PATH": f"{programs}:/usr/local/bin:/usr/bin:/bin", "HOME": str(folder.parent), "SHELL": "/bin/sh",
        "WEEKDAY": f"{today:%u}", "DAY": f"{today:%d}", "MONTH": f"{today:%Y-%m}", **more,
    }  # fmt: skip


def shell(command: str, folder: Path, env: dict[str, str]) -> subprocess.CompletedProcess[str]:
    command = command.replace(HOME, str(folder))
    return subprocess.run(["/bin/sh", "-c", command], cwd=folder, env=env, capture_output=True, text=True, check=False)


# The page


def called() -> Iterator[tuple[str, str, set[str]]]:
    """Where saypro is called, with which command, and with which options; 'month' stands for one without an option."""
    texts = {name: (FOLDER / name).read_text("utf-8") for name in FILES} | {"scheduling.md": PAGE}
    for where, text in texts.items():
        for command, rest in CALL.findall(text):
            words = re.sub(r"(--month) \S+", r"\1", rest).split()
            yield where, command, {word if word.startswith("--") else "month" for word in words}


def test_commands_and_options_exist() -> None:
    """Every command and option of the page and the files is in USED, and the command line's help names each of USED."""
    used: dict[str, set[str]] = {}
    for where, command, options in called():
        assert options <= USED.get(command, set()), (where, command, options)
        used.setdefault(command, set()).update(options)
    assert used == USED
    named = {"run": USED["run"] | set(re.findall(r"`(--[a-z-]+)`", PAGE))}  # in running text
    for command, names in (USED | named).items():
        shown = CliRunner().invoke(app, [command, "--help"], env={"COLUMNS": "200"})
        assert shown.exit_code == 0, f"there is no 'saypro {command}'"
        missing = [name for name in sorted(names) if not re.search(rf"(?<![\w-]){name}\b", shown.output)]
        assert not missing, (command, missing)


def test_every_file_is_named_and_every_link_leads_somewhere() -> None:
    """The page's table has every ready file and no other; links lead to files and to headings that exist."""
    table = PAGE.split("| ready file")[1].split("\n\n")[0]
    assert sorted(re.findall(r"`([\w.@-]+)`", table.split("\n", 2)[2])) == FILES
    heads = {re.sub(r"[^\w -]", "", head).lower().replace(" ", "-") for head in re.findall(r"^#+ (.*)$", PAGE, re.M)}
    for target, anchor in re.findall(r"\]\(([^)#]*)#?([^)]*)\)", PAGE):
        assert (ROOT / "docs" / target).exists() if target else anchor in heads, (target, anchor)


def test_blocks_run(place: Path) -> None:
    """The page's blocks run in their order, with stand-ins for what would change the machine; files they hand on exist.

    After the block that changes the path no copy names the old one.
    """
    assert {language for language, _ in BLOCKS} == {"sh"}
    env = environment(place, CALLS=str(place / "handed"), AIRFLOW_HOME=str(place / "airflow"))
    (place / "airflow" / "dags").mkdir(parents=True)
    note = 'echo "$*" >>"$CALLS"'
    for name in ("sudo", "systemctl", "journalctl", "crontab", "gh", "airflow", "make"):
        write_program(place.parent / "programs" / name, note)
    for name in ("uv", "python"):
        write_program(place / ".venv" / "bin" / name, note)
    for _, block in BLOCKS:
        done = shell("set -eu\n" + block.replace(f"cd {HOME}\n", f"cd {place}\n").replace(HOME, "@"), place, env)
        assert done.returncode == 0, (block, done.stderr)
    handed = [word for line in (place / "handed").read_text("utf-8").splitlines() for word in line.split()]
    for word in handed:
        if word.startswith(("docs/", "mine/")):
            assert (place / word).is_file(), word
    assert sum(word.startswith("docs/schedule/saypro-") for word in handed) == len(UNITS)
    assert stat.S_IMODE((place.parent / ".saypro-smtp").stat().st_mode) == 0o600


def test_one_path_is_all_there_is_to_change(tmp_path: Path) -> None:
    """The page's own sed line leaves no trace of the path that the files come with, and changes nothing else."""
    shutil.copytree(FOLDER, tmp_path / "mine" / "schedule")
    line = next(line for _, block in BLOCKS for line in block.splitlines() if line.startswith("sed "))
    assert subprocess.run(["/bin/sh", "-c", line], cwd=tmp_path, check=False).returncode == 0
    changed = []
    for name in FILES:
        before, after = ((folder / name).read_text("utf-8") for folder in (FOLDER, tmp_path / "mine" / "schedule"))
        assert after == before.replace(HOME, "/home/reports/saypro"), name
        changed += [name] if after != before else []
    assert changed == ["airflow_dag.py", "crontab", "saypro-mail.service", "saypro-reports.service"]


def code_table() -> dict[int, bool]:
    """The page's exit codes: which of them are tried again by themselves."""
    rows = re.findall(r"^\| (\d+) \| [^|]+ \| ([^|]+) \| [^|]+ \|$", PAGE, flags=re.M)
    return {int(code): again.startswith("yes") for code, again in rows}


def test_exit_codes_are_those_of_the_command_line() -> None:
    """The page's table has README's codes; the unit tries again what the page says, and no stop is a failure."""
    readme = (ROOT / "README.md").read_text("utf-8").split("| exit code |")[1].split("\n\n")[0]
    codes = {int(code) for code in re.findall(r"\d+", " ".join(re.findall(r"^\| ([\d, ]+) \|", readme, flags=re.M)))}
    table = code_table()
    assert set(table) == codes
    service = unit("saypro-reports.service")["Service"]
    assert {int(code) for code in service["RestartPreventExitStatus"].split()} == {
        code for code, again in table.items() if not again and 0 < code < 100
    }
    assert service["SuccessExitStatus"] == "143"
    assert "Restart" not in unit("saypro-mail.service")["Service"]


# The mail


@pytest.mark.parametrize("today", [date(2026, 1, 1), date(2026, 10, 3), date(2026, 11, 5), date(2027, 12, 31)])
def test_the_mail_is_of_the_month_before(place: Path, today: date) -> None:
    """Without a month, or with 'latest', the one before today's is made, verified and sent; another one as named."""
    before = f"{today.replace(day=1) - timedelta(days=1):%Y-%m}"
    for argument, month in (("", before), (" latest", before), (" 2025-02", "2025-02")):
        done = shell(f"sh docs/schedule/mail-month.sh{argument}", place, environment(place, today))
        assert done.returncode == 0, done.stderr
        assert calls(place) == [f"run --month {month}", f"verify {month}", f"mail --month {month} --send"]


@pytest.mark.parametrize(("step", "code"), [("RUN", 1), ("RUN", 2), ("RUN", 4), ("VERIFY", 1), ("MAIL", 1)])
def test_nothing_is_mailed_after_a_failure(place: Path, step: str, code: int) -> None:
    """The first step that fails is the last, and the code is its own."""
    done = shell("sh docs/schedule/mail-month.sh", place, environment(place, **{step: str(code)}))
    assert done.returncode == code
    assert [call.split()[0].upper() for call in calls(place)][-1] == step


@pytest.mark.parametrize(("given", "expected"), [({}, "of-the-file"), ({"SAYPRO_SMTP_PASSWORD": "given"}, "given")])
def test_the_password(place: Path, given: dict[str, str], expected: str) -> None:
    """The file is read where the environment has no password; the command line never carries it."""
    (place.parent / ".saypro-smtp").write_text("of-the-file\n", "utf-8")
    write_program(
        place / ".venv" / "bin" / "saypro",
        'echo "$1 $SAYPRO_SMTP_PASSWORD" >>calls; case "$*" in *-file*) exit 9; esac',
    )
    done = shell("sh docs/schedule/mail-month.sh", place, environment(place, **given))
    assert (done.returncode, calls(place)[-1], done.stdout) == (0, f"mail {expected}", "")


# cron


def test_cron_runs_every_morning_and_on_the_third_working_one(place: Path) -> None:
    """Each job runs on the days that it is meant for, over five years, and prints nothing."""
    (daily, run), (monthly, send) = crontab_lines()
    assert times(daily)[2:] == times("* * * * *")[2:]
    assert min(times(monthly)[1]) > max(times(daily)[1])
    asked = [
        date(year, month, day) for year in range(2026, 2031) for month in times(monthly)[3] for day in times(monthly)[2]
    ]
    assert set(asked) >= THIRD
    for today in asked:
        done = shell(send, place, environment(place, today))
        assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
        assert bool(calls(place)) == (today in THIRD), today
    done = shell(run, place, environment(place))
    assert (done.returncode, done.stdout, done.stderr, calls(place)) == (0, "", "", ["run"])


def test_cron_tells_what_went_wrong(place: Path) -> None:
    """A job that fails prints its exit code and all that the command said; a folder that is gone is said too."""
    today = min(THIRD)
    for (_, command), code in zip(crontab_lines(), (3, 2), strict=True):
        done = shell(command, place, environment(place, today, RUN=str(code)))
        assert f"exit code {code}\n" in done.stdout
        assert "said by run" in done.stdout
        assert "said by mail" not in done.stdout
        gone = shell(command.replace(f"cd {HOME}", "cd /not/there"), place, environment(place, today))
        assert gone.returncode == 1
        assert "/not/there" in gone.stderr
    assert len(calls(place)) == 2


@pytest.mark.parametrize("text", ["60 6 * * *", "0 6 0 * *", "0 6 * *", "0 6 * * 8", "0 6 5-3 * *", "0 six * * *"])
def test_bad_cron_times_are_seen(text: str) -> None:
    """What cron refuses, or would never run, does not pass the test's own reader."""
    with pytest.raises(AssertionError):
        times(text)


# systemd


def unit(name: str) -> configparser.ConfigParser:
    """A unit's sections; of keys that stand there more than once, the last."""
    reader = configparser.ConfigParser(strict=False, interpolation=None, comment_prefixes=("#", ";"))
    reader.optionxform = str  # keys keep their capitals
    reader.read_string((FOLDER / name).read_text("utf-8"))
    return reader


def analyze(*arguments: str) -> str:
    program = shutil.which("systemd-analyze")
    if program is None:
        pytest.skip("systemd-analyze is not there")
    done = subprocess.run([program, *arguments], capture_output=True, text=True, check=False, env=OWN_ZONE)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def test_units_pass_systemd(place: Path) -> None:
    """systemd's own checker finds no fault in the units, once their path is a folder that is there."""
    units = []
    for name in UNITS:
        path = place.parent / name.replace("@.", "@saypro-reports.")
        path.write_text((FOLDER / name).read_text("utf-8").replace(HOME, str(place)), "utf-8")
        units.append(str(path))
    assert analyze("verify", "--man=no", "--recursive-errors=no", *units) == ""


@pytest.mark.parametrize("name", ["saypro-reports.service", "saypro-mail.service"])
def test_units_are_closed_in(name: str) -> None:
    """systemd's own measure of what a unit could reach is at most 3 of 10; the reports' has no network."""
    analyze("security", "--offline=true", "--threshold=30", str(FOLDER / name))
    service = unit(name)["Service"]
    assert service["ReadWritePaths"] == f"{HOME}/reports"
    assert service["KillMode"] == "mixed"
    assert ("PrivateNetwork" in service) == (name == "saypro-reports.service")


def test_timers_elapse_on_the_third_working_morning() -> None:
    """The mail's times are the third working mornings of five years; so are those that the reports' comment offers."""
    for name in ("saypro-mail.timer", "saypro-reports.timer"):
        offered = re.findall(r"^(?:# )?OnCalendar=(.*-0[345] .*)$", (FOLDER / name).read_text("utf-8"), flags=re.M)
        assert len(offered) == 3
        found = set()
        for text in offered:
            shown = analyze("calendar", "--base-time=2025-12-31", "--iterations=40", text)
            found |= {date.fromisoformat(day) for day in re.findall(r"(?:elapse|#\d+): \w{3} (\d{4}-\d\d-\d\d)", shown)}
        assert {day for day in found if day.year < 2031} == THIRD, name


def test_timers_start_services_that_are_there() -> None:
    """Each timer has its service, makes up for a machine that was off, and is wanted by the timers' target."""
    timers = [name for name in UNITS if name.endswith(".timer")]
    assert len(timers) == 2
    for name in timers:
        assert name.replace(".timer", ".service") in UNITS
        assert unit(name)["Timer"]["Persistent"] == "true"
        assert unit(name)["Install"]["WantedBy"] == "timers.target"
        alert = unit(name.replace(".timer", ".service"))["Unit"]["OnFailure"]
        assert alert.replace("%N", "") in UNITS


# GitHub


def workflow() -> dict[str, object]:
    """The workflow as YAML 1.1 reads it: its key 'on' becomes True."""
    document: dict[str, object] = yaml.safe_load((FOLDER / "github-actions.yml").read_text("utf-8"))
    return {"on" if key is True else key: value for key, value in document.items()}


def test_workflow_does_what_the_page_says() -> None:
    """Rights are minimal, runs never overlap or are broken off, actions have a version, and input is no script text."""
    flow: dict = workflow()
    assert flow["permissions"] == {"contents": "read"}
    assert flow["concurrency"]["cancel-in-progress"] is False
    steps = flow["jobs"]["reports"]["steps"]
    for step in steps:
        assert "uses" not in step or re.fullmatch(r"actions/[\w/-]+@v\d+", step["uses"]), step
        assert "${{" not in step.get("run", ""), step
    assert steps[0]["with"]["persist-credentials"] is False
    assert [step["name"] for step in steps if "secrets." in json.dumps(step)] == ["Mail"]
    assert 0 < flow["jobs"]["reports"]["timeout-minutes"] < 360


def test_workflow_mails_after_the_third_working_day() -> None:
    """Of the two times one is daily; the other is the one that the step named Mail asks for, on the 5th, after it."""
    flow: dict = workflow()
    daily, monthly = (entry["cron"] for entry in flow["on"]["schedule"])
    mail = next(step for step in flow["jobs"]["reports"]["steps"] if step.get("name") == "Mail")
    assert f"'{monthly}'" in mail["if"]
    assert times(daily)[2:] == times("* * * * *")[2:]
    assert times(monthly)[2] == {5}
    assert max(day.day for day in THIRD) == 5
    assert min(times(monthly)[1]) > max(times(daily)[1])


def test_workflow_passes_the_published_schema(tmp_path: Path) -> None:
    """GitHub's workflow schema, as check-jsonschema brings it along, accepts the file, and not one with a wrong key."""
    beside = [str(Path(AIRFLOW).parent)] if AIRFLOW else []
    program = shutil.which("check-jsonschema", path=os.pathsep.join([*beside, os.environ["PATH"]]))
    if program is None:
        pytest.skip("check-jsonschema is not there")
    text = (FOLDER / "github-actions.yml").read_text("utf-8")
    for given, code in ((text, 0), (text.replace("runs-on:", "runs_on:"), 1)):
        path = tmp_path / f"{code}.yml"
        path.write_text(given, "utf-8")
        ask = [program, "--builtin-schema", "vendor.github-workflows", str(path)]
        done = subprocess.run(ask, capture_output=True, text=True, check=False)
        assert done.returncode == code, done.stdout


# Airflow

PROBE = """
import json, sys
from datetime import datetime, timezone
from airflow.utils.db import initdb
initdb()
from airflow.dag_processing.dagbag import DagBag
bag = DagBag(dag_folder=sys.argv[1])
facts = {"errors": bag.import_errors, "dags": {}}
for dag in bag.dags.values():
    facts["dags"][dag.dag_id] = {
        "catchup": dag.catchup, "at_once": dag.max_active_runs, "retries": {t.task_id: t.retries for t in dag.tasks},
        "state": str(dag.test(logical_date=datetime(2026, 11, 5, 9, tzinfo=timezone.utc)).state),
    }
print("FACTS" + json.dumps(facts))
"""


def test_airflow_runs_the_dags(place: Path) -> None:
    """Airflow's loader takes the file without a fault, and a run of each DAG calls saypro in its order and succeeds.

    The mail's run of 5 November is about October, and gets the connection's password.
    """
    if not AIRFLOW:
        pytest.skip("SAYPRO_AIRFLOW_PYTHON names no Python with Airflow: see docs/scheduling.md")
    dags = place.parent / "dags"
    dags.mkdir()
    (dags / "saypro.py").write_text((FOLDER / "airflow_dag.py").read_text("utf-8").replace(HOME, str(place)), "utf-8")
    write_program(place / ".venv" / "bin" / "saypro", 'echo "$* ${SAYPRO_SMTP_PASSWORD:-}" >>calls')
    env = os.environ | {
        "AIRFLOW_HOME": str(place.parent / "airflow"), "AIRFLOW__CORE__DAGS_FOLDER": str(dags),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW_CONN_SAYPRO_SMTP": '{"conn_type": "generic", "password": "pw"}',
    }  # fmt: skip
    done = subprocess.run(
        [AIRFLOW, "-c", PROBE, dags], env=env, cwd=place.parent, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-3000:]
    facts = json.loads(re.findall(r"^FACTS(.*)$", done.stdout, flags=re.M)[-1])
    assert facts["errors"] == {}
    common = {"catchup": False, "at_once": 1, "state": "success"}
    assert facts["dags"] == {
        "saypro_reports": common | {"retries": {"check": 0, "run": 2, "verify": 0}},
        "saypro_mail": common | {"retries": {"mail": 0}},
    }
    found = [line.strip() for line in calls(place)]
    mail = ["run --month 2026-10 pw", "verify 2026-10 pw", "mail --month 2026-10 --send pw"]
    assert sorted(found) == sorted(["check", "run --month latest", "verify", *mail])
    for first, second in pairwise(["check", "run --month latest", "verify"]):
        assert found.index(first) < found.index(second)
