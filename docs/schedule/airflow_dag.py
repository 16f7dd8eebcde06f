"""SayPro's reports by Airflow 3: every morning, and last month's by mail on the 5th.

Each command runs in the project's own environment: Airflow needs none of its packages.
"""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from airflow.providers.standard.operators.bash import BashOperator
from airflow.sdk import DAG, Param
from airflow.timetables.interval import CronDataIntervalTimetable

PROJECT = "/srv/saypro"
ZONE = "UTC"

BEGIN = datetime(2026, 1, 1, tzinfo=ZoneInfo(ZONE))
MONTH = r"^(latest|[0-9]{4}-(0[1-9]|1[0-2]))$"
COMMON = {
    "cwd": PROJECT,
    "append_env": True,
    "skip_on_exit_code": None,  # none of saypro's exit codes means "skipped"
    "execution_timeout": timedelta(hours=2),  # then SIGTERM: saypro ends its workers, what is published stays
    "do_xcom_push": False,
}

with DAG(
    "saypro_reports",
    description="The latest complete month; publishes nothing when nothing has changed",
    schedule="30 6 * * *",
    start_date=BEGIN,
    catchup=False,
    max_active_runs=1,
    params={"month": Param("latest", type="string", pattern=MONTH)},
    tags=["saypro"],
):
    # Params (2) and data (3) that are wrong stop here, and are not tried again: no second try would mend them.
    check = BashOperator(task_id="check", bash_command="exec .venv/bin/saypro check", **COMMON)
    # What is left is worth a second try: another run in the folder (4), a report that failed (1), a lost worker (143).
    run = BashOperator(
        task_id="run",
        bash_command='umask 027; exec nice -n 10 .venv/bin/saypro run --month "$MONTH"',
        env={"MONTH": "{{ params.month }}"},
        retries=2,
        retry_delay=timedelta(minutes=15),
        **COMMON,
    )
    verify = BashOperator(task_id="verify", bash_command="exec .venv/bin/saypro verify", **COMMON)
    check >> run >> verify

with DAG(
    "saypro_mail",
    description="Last month by mail, when all of it is published",
    # Not a plain cron text: in Airflow 3 its data interval is one moment, here it is from the 5th to the 5th.
    schedule=CronDataIntervalTimetable("0 9 5 * *", timezone=ZONE),
    start_date=BEGIN,
    catchup=False,
    max_active_runs=1,
    tags=["saypro"],
):
    # Not tried again: a mail that some have got already would reach them twice.
    BashOperator(
        task_id="mail",
        bash_command='exec sh docs/schedule/mail-month.sh "$MONTH"',
        env={
            "MONTH": "{{ data_interval_start.in_timezone(dag.timezone).strftime('%Y-%m') }}",
            "SAYPRO_SMTP_PASSWORD": "{{ conn.saypro_smtp.password or '' }}",
        },
        retries=0,
        **COMMON,
    )
