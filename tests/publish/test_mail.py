"""A month as a mail: headline, summary and attachments are those of the published month; nothing is smuggled in."""

import io
import json
import re
import shutil
import subprocess
import sys
import zipfile
from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from months import action, kpi, write_month

from saypro_analysis.errors import ParamsError, ReportError
from saypro_analysis.kpi import Mail, Params
from saypro_analysis.publish.mail import compose, letter, write_draft
from saypro_analysis.publish.mail_summary import Summary, one_line
from saypro_analysis.publish.outside import outside_references
from saypro_analysis.publish.run import RunResult
from saypro_analysis.publish.share import pack

pytestmark = pytest.mark.xdist_group("run")

HOSTILE = "<img src=http://evil.example/x.png onerror=alert(1)>\r\nBcc: victim@example.org\r\n\r\n$x$"


def _params(params: Params, **mail: Any) -> Params:
    settings = {"sender": "reports@example.org", "to": ("board@example.org",), **mail}
    return replace(params, company=replace(params.company, mail=Mail(**settings)))


def _mail(out: Path, params: Params, **settings: Any) -> EmailMessage:
    """The message as a recipient's program reads its bytes."""
    message = message_from_bytes(compose(letter(out, "2026-10", params, **settings)).as_bytes(), policy=default)
    assert isinstance(message, EmailMessage)
    return message


def _part(message: EmailMessage, kind: str) -> str:
    body = message.get_body((kind,))
    assert body is not None
    return str(body.get_content()).replace("\r\n", "\n")


@pytest.fixture
def sent(published: RunResult, sample_params: Params) -> EmailMessage:
    """The mail about the published month, to the board."""
    return _mail(published.folder.parent, _params(sample_params))


def test_the_subject_is_the_headline(sent: EmailMessage, published: RunResult) -> None:
    """Company, month, and the overview's own lead sentence, cut at a word."""
    page = (published.folder / "index.html").read_text("utf-8")
    lead = unescape(re.sub(r"<[^>]+>", "", re.search(r'<p class="lead">(.*?)</p>', page)[1]))
    subject = sent["Subject"]
    assert subject.startswith("SayPro, October 2026: Seven of 18 targets")
    assert len(subject) <= 150
    whole = f"SayPro, October 2026: {lead}"
    assert subject == whole or (subject.endswith("…") and f"{whole} ".startswith(f"{subject[:-1]} "))
    assert lead in _part(sent, "plain")


def test_the_summary_is_what_results_json_says(sent: EmailMessage, published: RunResult) -> None:
    """Each department with its missed of judged targets and the KPI furthest off, in text and in HTML."""
    document = json.loads((published.folder / "results.json").read_text("utf-8"))
    text, html = _part(sent, "plain"), unescape(_part(sent, "html"))
    assert len(document["departments"]) == 5
    for part in document["departments"].values():
        statuses = {one["name"]: one["gap"] for one in part["kpis"] if one["scorecard"]}
        missed = {name: gap for name, gap in statuses.items() if gap["status"] == "missed"}
        judged = len(missed) + sum(gap["status"] == "met" for gap in statuses.values())
        worst = max(missed, key=lambda name: missed[name]["percent"])
        line = next(line for line in text.splitlines() if line.startswith(f"- {part['name']}: {len(missed)} of "))
        assert f"{len(missed)} of {judged} targets missed; worst: {worst}, " in line
        assert f">{len(missed)} of {judged} targets missed<" in html
        assert f">{worst}, " in html
    assert "- Sales: 2 of 4 targets missed; worst: Revenue, $250,000 against $300,000\n" in text
    assert "Made-up sample data" in text
    assert "Made-up sample data" in html


def test_what_to_do_is_the_first_action_of_the_severest(tmp_path: Path, sample_params: Params) -> None:
    """Missed KPIs by severity, each with its first action, owner and day; one that is late is called so, none twice."""
    sales = [
        kpi("Revenue", score=40, actions=[action("Train everybody."), action("Second")]),
        kpi("Leads", score=90, actions=[action("Fill posts", late=True, owner="Head of People")]),
        kpi("Calls", score=10, actions=[action("Fill posts")]),
        kpi("Visits", status="met", score=99, actions=[action("Not needed")]),
    ]
    write_month(tmp_path, sales=sales)
    text = _part(_mail(tmp_path, _params(sample_params)), "plain")
    block = text.split("What to do\n")[1].split("\n\n")[0]
    assert block.splitlines() == [
        "- Fill posts (Sales, Leads; Head of People, overdue since 30 Nov 2026)",
        "- Train everybody (Sales, Revenue; Head of Sales, by 30 Nov 2026)",
    ]


@pytest.mark.parametrize(
    ("days", "sentence"),
    [
        (["2026-11-13"], "1 decision is asked for by 13 Nov 2026; the reports say which."),
        (["2026-11-20", "2026-11-13"], "2 decisions are asked for by 13 Nov 2026; the reports say which."),
    ],
)
def test_decisions_that_are_asked_for_are_counted(
    tmp_path: Path, sample_params: Params, days: list[str], sentence: str
) -> None:
    """How many, and the first day by which one is needed; without any, nothing is said of them."""
    path = write_month(tmp_path, sales=[kpi("Revenue")]) / "results.json"
    document = json.loads(path.read_text("utf-8"))
    assert "decision" not in _part(_mail(tmp_path, _params(sample_params)), "plain")
    document["departments"]["sales"]["decisions"] = [{"by": day} for day in days]
    path.write_text(json.dumps(document), "utf-8")
    message = _mail(tmp_path, _params(sample_params))
    assert f"\n{sentence}\n" in _part(message, "plain")
    assert f"<b>{sentence}</b>" in _part(message, "html")


def test_a_month_without_misses_asks_for_nothing(tmp_path: Path, sample_params: Params) -> None:
    """All met: no action, no worst KPI."""
    write_month(tmp_path, lead="All targets were met.", sales=[kpi("Revenue", status="met")])
    message = _mail(tmp_path, _params(sample_params))
    for text in (_part(message, "plain"), _part(message, "html")):
        assert "No action is needed." in text
        assert "0 of 1 target missed" in text
        assert "against" not in text
    assert message["Subject"] == "SayPro, October 2026: All targets were met."


def test_nothing_can_be_smuggled_in(tmp_path: Path, sample_params: Params) -> None:
    """HTML and line breaks in every field that people fill in stay text: no header, no element, no new line of text."""
    write_month(
        tmp_path,
        company=HOSTILE,
        lead=HOSTILE.replace("<", "&lt;").replace(">", "&gt;"),
        sales=[kpi(HOSTILE, actions=[action(HOSTILE, owner=HOSTILE)])],
    )
    path = tmp_path / "2026-10" / "results.json"
    path.write_text(path.read_text("utf-8").replace('"Sales"', json.dumps(HOSTILE)), "utf-8")
    params = _params(sample_params)
    params = replace(params, company=replace(params.company, name=HOSTILE))
    message = _mail(tmp_path, params)
    assert set(message) == {"Subject", "From", "To", "Date", "MIME-Version", "Content-Type", "Message-ID"}
    assert len(message.keys()) == 7
    assert [str(address) for address in message["To"].addresses] == ["board@example.org"]
    assert [address.addr_spec for address in message["From"].addresses] == ["reports@example.org"]
    assert len(message["Subject"].splitlines()) == 1
    html = _part(message, "html")
    assert outside_references(html) == ()
    assert "<img" not in html
    assert html.count("&lt;img src=http://evil.example/x.png onerror=alert(1)&gt;") >= 5
    assert not [line for line in _part(message, "plain").splitlines() if line.startswith("Bcc:")]
    names = [part.get_filename() for part in message.iter_attachments()]
    assert all(re.fullmatch(r"[a-z0-9-]+\.zip", name or "") for name in names)


@pytest.mark.parametrize(
    ("company", "name"),
    [
        ("SayPro, Inc.", "SayPro Inc."),
        ("Müller & Söhne", "Müller & Söhne"),
        ('"Boss" <boss@example.com>' * 9, "Boss boss example.com"),
    ],
)
def test_the_sender_is_the_companys_address_whatever_it_is_called(
    tmp_path: Path, sample_params: Params, company: str, name: str
) -> None:
    """One address, the one of company.yml, with the company as its name."""
    write_month(tmp_path, sales=[kpi("Revenue")])
    params = _params(sample_params)
    params = replace(params, company=replace(params.company, name=company))
    (sender,) = _mail(tmp_path, params)["From"].addresses
    assert sender.addr_spec == "reports@example.org"
    assert sender.display_name.startswith(name)


@pytest.mark.parametrize(
    "lead",
    [
        "Überall wurden Ziele verfehlt: Kundenzufriedenheit am weitesten " * 5,
        "株式会社の売上高は目標を下回りました。" * 20,
        "Short.",
        "wordwithoutanyend" * 40,
    ],
)
def test_a_subject_in_any_writing_arrives_as_it_was_meant(tmp_path: Path, sample_params: Params, lead: str) -> None:
    """RFC 2047: what is not ASCII is encoded, lines are short, at most 150 characters, and it reads back the same."""
    write_month(tmp_path, lead=lead, sales=[kpi("Revenue")])
    raw = compose(letter(tmp_path, "2026-10", _params(sample_params))).as_bytes()
    head = raw.split(b"\r\n\r\n")[0]
    assert head.isascii()
    assert max(map(len, head.split(b"\r\n"))) <= 998
    subject = message_from_bytes(raw, policy=default)["Subject"]
    assert len(subject) <= 150
    assert subject == one_line(f"SayPro, October 2026: {lead}", most=150)


def test_a_line_is_cut_at_a_word() -> None:
    """Never inside a word, unless the word alone is too long; control characters and breaks are gone."""
    assert one_line("one two three", most=9) == "one two…"
    assert one_line("a\x00b\x1b[31m\u2028c\r\nd", most=50) == "ab[31m c d"
    assert one_line("x" * 30, most=10) == f"{'x' * 9}…"
    month = Summary(company="A", month="May 2026", lead="B", todo=(), departments=())
    assert month.subject == "A, May 2026: B"


def test_the_zip_is_attached(sent: EmailMessage, published: RunResult) -> None:
    """By default the attachment is the zip of ``saypro share``, byte by byte."""
    attached = list(sent.iter_attachments())
    assert [(one.get_content_type(), one.get_filename()) for one in attached] == [
        ("application/zip", "saypro-2026-10.zip")
    ]
    assert attached[0].get_content() == pack(published.folder)
    assert "saypro-2026-10/index.html" in zipfile.ZipFile(io.BytesIO(attached[0].get_content())).namelist()


def test_the_page_and_its_pdfs_can_be_attached_instead(tmp_path: Path, sample_params: Params) -> None:
    """``page``: the overview, whose links to pages that are not attached are ended, and the PDFs of the month."""
    folder = write_month(tmp_path, sales=[kpi("Revenue")])
    (folder / "sales.pdf").write_bytes(b"%PDF-1.4")
    attached = list(_mail(tmp_path, _params(sample_params), attach="page").iter_attachments())
    assert [one.get_filename() for one in attached] == ["index.html", "sales.pdf"]
    assert [one.get_content_type() for one in attached] == ["text/html", "application/pdf"]
    assert "href=" not in attached[0].get_content()
    assert 'data-page="sales.html#top"' in attached[0].get_content()


def test_date_and_message_id_are_the_runs(tmp_path: Path, sample_params: Params) -> None:
    """The same month to the same people is the same message, byte by byte; to others it is another one."""
    write_month(tmp_path, sales=[kpi("Revenue")])
    params = _params(sample_params)
    first = compose(letter(tmp_path, "latest", params))
    assert first["Date"].datetime == datetime(2026, 11, 2, 6, tzinfo=UTC)
    assert first.as_bytes() == compose(letter(tmp_path, "2026-10", params)).as_bytes()
    other = compose(letter(tmp_path, "2026-10", params, to=("cfo@example.org",)))
    assert other["Message-ID"] != first["Message-ID"]
    assert re.fullmatch(r"<saypro\.2026-10\.[0-9a-f]{24}@example\.org>", first["Message-ID"])
    assert other["To"] == "cfo@example.org"


def test_a_mail_that_is_too_large_is_not_made(tmp_path: Path, sample_params: Params) -> None:
    """The limit counts the whole message as it travels; the message names both sizes and what to do."""
    folder = write_month(tmp_path, sales=[kpi("Revenue")])
    (folder / "results.xlsx").write_bytes(bytes(range(256)) * 8)
    size = len(compose(letter(tmp_path, "2026-10", _params(sample_params))).as_bytes())
    compose(letter(tmp_path, "2026-10", _params(sample_params, limit_mb=size / 1_000_000)))
    with pytest.raises(ParamsError, match="too large") as caught:
        write_draft(letter(tmp_path, "2026-10", _params(sample_params, limit_mb=(size - 1) / 1_000_000)))
    assert caught.value.exit_code == 2
    assert "--attach page" in str(caught.value)
    assert [path.name for path in tmp_path.iterdir()] == ["2026-10"]


def test_a_draft_is_for_sending_and_a_sent_mail_is_none(tmp_path: Path, sample_params: Params) -> None:
    """The file says that it was not sent, lies beside the month or where asked for; no sender, no From."""
    write_month(tmp_path / "reports", sales=[kpi("Revenue")])
    one = letter(tmp_path / "reports", "2026-10", sample_params)
    path = write_draft(one)
    assert path == tmp_path / "reports" / "saypro-2026-10.eml"
    draft = message_from_bytes(path.read_bytes(), policy=default)
    assert (draft["X-Unsent"], draft["From"], draft["To"]) == ("1", None, None)
    assert compose(one)["X-Unsent"] is None
    assert write_draft(one, to=tmp_path) == tmp_path / "saypro-2026-10.eml"
    assert write_draft(one, to=tmp_path / "x.eml").read_bytes() == path.read_bytes()


def test_bad_addresses_are_told_at_once(tmp_path: Path, sample_params: Params) -> None:
    """Every address that is none is named; exit code 2."""
    write_month(tmp_path, sales=[kpi("Revenue")])
    with pytest.raises(ParamsError) as caught:
        letter(tmp_path, "2026-10", sample_params, to=("ada@", "bob@example.org", "x@example.org\nBcc: y@example.org"))
    assert [fault.found for fault in caught.value.faults] == ["'ada@'", r"'x@example.org\nBcc: y@example.org'"]
    assert caught.value.exit_code == 2


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("results.json", "{}"),
        ("results.json", "[1]"),
        ("results.json", '{"company": "A", "month": "2026-10", "made_up": false, "departments": {"sales": {}}}'),
        ("manifest.json", "{}"),
        ("manifest.json", "no JSON"),
    ],
)
def test_a_month_that_cannot_be_read_is_told(tmp_path: Path, sample_params: Params, name: str, text: str) -> None:
    """Damaged files, or those of another version: one message that names the file; exit code 1."""
    folder = write_month(tmp_path, sales=[kpi("Revenue")])
    (folder / name).write_text(text, "utf-8")
    with pytest.raises(ReportError, match="run the month again") as caught:
        compose(letter(tmp_path, "2026-10", _params(sample_params)))
    assert name in str(caught.value)


def test_the_command_line_writes_a_draft(published: RunResult, project: Path, tmp_path: Path) -> None:
    """``saypro mail`` says where the draft is; a wrong address is exit code 2, without a traceback."""
    shutil.copytree(published.folder, tmp_path / "reports" / "2026-10")
    shutil.copytree(project / "params", tmp_path / "params")

    def saypro(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "saypro_analysis", "mail", *arguments]
        return subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)

    shown = saypro("--eml", "own.eml", "--attach", "page", "--to", "a@example.org", "--to", "b@example.org")
    assert (shown.returncode, shown.stdout, shown.stderr) == (0, "Wrote own.eml\n", "")
    assert (
        message_from_bytes((tmp_path / "own.eml").read_bytes(), policy=default)["To"] == "a@example.org, b@example.org"
    )
    wrong = saypro("--to", "nobody")
    assert (wrong.returncode, "Traceback" in wrong.stderr) == (2, False)
    assert "--to: 'nobody'" in wrong.stderr
