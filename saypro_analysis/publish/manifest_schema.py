"""The JSON schema (draft 2020-12) of manifest.json: every key of it, and what it means."""

import json
from pathlib import Path
from typing import Any

from saypro_analysis.publish.manifest import SCHEMA
from saypro_analysis.show.schema_types import COUNT, DAY, FLAG, SET_MONTH, TEXT, a_list, a_word, an_object, known

_HASH: dict[str, Any] = {"type": "string", "pattern": "^[0-9a-f]{64}$"}
_MOMENT: dict[str, Any] = {"type": "string", "format": "date-time"}
_RUN: dict[str, Any] = {"type": "string", "pattern": "^[0-9]{6}-[0-9]{8}T[0-9]{6}$"}


def manifest_schema() -> dict[str, Any]:
    """The schema that every published manifest.json follows."""
    whole = an_object(
        "What a month's reports were made from, and what became of them",
        schema=known({"const": SCHEMA}, "The version of this form"),
        month=known(SET_MONTH, "The month reported"),
        member=known(TEXT, "Whose reports these are: a member of the dimension in `order.by`; empty: the company's"),
        made_at=known(_MOMENT, "When the month was published"),
        run=known(_RUN, "The run that published it: the name of its folder in `.runs`"),
        commit=known(TEXT, "The commit of the git repository that the params lie in; empty: none"),
        versions=_named(TEXT, "Versions of Python, this package and what its numbers and pictures depend on"),
        order=_order(),
        inputs=_inputs(),
        data=_data(),
        reports=_named(_report(), "Each page, by its name; `index` is the overview, `pdfs` the printing of all"),
        files=_named(_HASH, "SHA-256 of every file of the month but this one, by name"),
    )
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Manifest of a month's reports",
        **whole,
    }


def _named(values: dict[str, Any], about: str) -> dict[str, Any]:
    return {"type": "object", "additionalProperties": values, "description": about}


def _order() -> dict[str, Any]:
    return an_object(
        "What the run was asked for",
        month=known(TEXT, "As it was asked for: a month, `latest`, or several"),
        departments=a_list(TEXT, "Ids of the departments asked for; none: all"),
        by=known(TEXT, "The dimension whose members have reports of their own; empty: the company's"),
        members=a_list(TEXT, "The members asked for; none: all"),
        pdf=known(FLAG, "Whether PDFs were asked for"),
    )


def _inputs() -> dict[str, Any]:
    return an_object(
        "What lay on the disk when the run began",
        params=known(_HASH, "SHA-256 of the files of the params"),
        notebooks=known(_HASH, "SHA-256 of the notebooks' files"),
        source=known(_HASH, "SHA-256 of the files of the data source"),
        code=known(_HASH, "SHA-256 of this package's files"),
        day=known({"anyOf": [DAY, {"const": ""}]}, "The day, where it decides which data are complete"),
    )


def _data() -> dict[str, Any]:
    source = an_object(
        "",
        table=known(TEXT, "The table"),
        file=known(TEXT, "Its file, or `view`"),
        rows=known(COUNT, "Its rows"),
        sha256=known({"type": "string", "pattern": "^([0-9a-f]{64})?$"}, "SHA-256 of the file; empty: a view"),
    )
    return an_object(
        "The data that the reports were made from",
        as_of=known(DAY, "The day up to which they are held"),
        fingerprint=known(_HASH, "SHA-256 of the monthly tables"),
        made_up=known(FLAG, "Whether they are the sample company's"),
        latest=known(FLAG, "Whether the month was the latest complete one"),
        sources=a_list(source, "The tables"),
    )


def _report() -> dict[str, Any]:
    return an_object(
        "",
        status=a_word(("ok", "stale", "failed"), "stale: the page of an earlier run is kept, for the `reason`"),
        reason=known(TEXT, "Why it failed; empty: it did not"),
        run=known(_RUN, "The run that made the page"),
        seconds=known({"type": "number", "minimum": 0}, "How long that took"),
        why=a_list(TEXT, "Why it was made"),
        inputs=_named(TEXT, "SHA-256 of each part that it was made from; `not known` is a notebook that reads more"),
        parameters=_named({}, "What went into its notebook"),
    )


def write_manifest_schema(folder: Path) -> Path:
    """Write ``manifest.json`` into the folder of schemas and return its path."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "manifest.json"
    path.write_text(json.dumps(manifest_schema(), indent=2, ensure_ascii=False) + "\n", "utf-8")
    return path
