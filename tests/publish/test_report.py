"""One report: a failure is an outcome with its reason and leaves nothing behind."""

import os
from pathlib import Path

import nbformat
import pytest

from saypro_analysis.publish import html, report
from saypro_analysis.publish.report import Job, make_report


def test_a_disk_that_fills_up_leaves_no_half_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """When the page cannot be written whole, neither it nor its notebook stays in the staging folder."""

    def fills_up(self: Path, text: str, encoding: str) -> int:
        self.write_bytes(text.encode(encoding)[:10])
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(report, "execute", lambda *_, **__: nbformat.v4.new_notebook())
    monkeypatch.setattr(html, "export_html", lambda *_, **__: "<!doctype html> a page")
    monkeypatch.setattr(report, "check_page", lambda *_: None)
    monkeypatch.setattr(Path, "write_text", fills_up)
    job = Job(
        page="sales",
        notebook="sales.ipynb",
        folder=".",
        staging=str(tmp_path),
        parameters={},
        environment={},
        log=os.devnull,
    )
    assert make_report(job, lambda *_: None).reason == "writing failed: No space left on device"
    assert list(tmp_path.iterdir()) == []
