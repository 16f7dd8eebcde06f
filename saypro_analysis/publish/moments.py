"""Moments of the wall clock, as files and people read them."""

import os
from datetime import UTC, datetime


def now() -> str:
    """This moment as ISO 8601 in UTC, to the second.

    The environment variable ``SOURCE_DATE_EPOCH`` (seconds since 1970) sets it: two runs then write the same bytes.
    Source: reproducible-builds.org.
    """
    fixed = os.environ.get("SOURCE_DATE_EPOCH", "")
    moment = datetime.fromtimestamp(int(fixed), UTC) if fixed.isdigit() else datetime.now(UTC)
    return moment.isoformat(timespec="seconds")


def spoken_moment(iso: str) -> str:
    """A moment for people.

    >>> spoken_moment("2026-11-04T07:30:12+00:00")
    '2026-11-04 07:30 UTC'
    """
    return f"{datetime.fromisoformat(iso):%Y-%m-%d %H:%M} UTC"
