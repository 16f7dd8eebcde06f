"""Sending through real mail servers on this machine: what arrives, and what each failure says."""

import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP, default
from pathlib import Path
from typing import Any

import pytest
from months import kpi, write_month

from saypro_analysis.errors import ParamsError, ReportError, SayproError
from saypro_analysis.kpi import Mail
from saypro_analysis.publish.mail_send import PASSWORD, send

controller = pytest.importorskip("aiosmtpd.controller", reason="aiosmtpd is not installed")
trustme = pytest.importorskip("trustme", reason="trustme is not installed")

ROOT = Path(__file__).parents[2]
TO = ("board@example.org", "coo@example.org")
Serve = Callable[..., Any]


class Post:
    """A server's letter box; ``refuse`` are addresses that it does not take."""

    def __init__(self, refuse: tuple[str, ...] = ()) -> None:
        self.refuse = refuse
        self.letters: list[Any] = []

    async def handle_MAIL(self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any) -> str:  # noqa: N802 (the name that aiosmtpd calls)
        if address in self.refuse:
            return "550 not a sender of ours"
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any) -> str:  # noqa: N802 (the name that aiosmtpd calls)
        if address in self.refuse:
            return "550 no such user here"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 (the name that aiosmtpd calls)
        self.letters.append((envelope, session))
        return "554 a virus was found" if "virus@example.org" in envelope.rcpt_tos else "250 OK"


def _login(_server: Any, _session: Any, _envelope: Any, _mechanism: str, data: Any) -> Any:
    from aiosmtpd.smtp import AuthResult

    # Not handled: the server itself gives the answer.
    return AuthResult(success=(data.login, data.password) == (b"reports", b"open sesame"), handled=False)


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@pytest.fixture(scope="module")
def authority() -> Any:
    """A certificate authority that nobody knows."""
    return trustme.CA()


@pytest.fixture
def trusted(authority: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The authority is trusted by this process, as docs/params.md tells a company to do."""
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))


@pytest.fixture
def serve(authority: Any) -> Iterator[Serve]:
    """A function that starts a server and returns its letter box and the settings that reach it."""
    with ExitStack() as running:

        def start(security: str = "none", *, login: bool = False, refuse: tuple[str, ...] = (), **mail: Any) -> Any:
            post, options = Post(refuse), {}
            if security != "none":
                import ssl

                context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
                authority.issue_cert("localhost").configure_cert(context)
                options = {"tls_context": context, "require_starttls": True}
                options = options if security == "starttls" else {"ssl_context": context}
            if login:  # a server that is all TLS does not know that a login is encrypted
                options |= {"authenticator": _login, "auth_required": True, "auth_require_tls": security == "starttls"}
            server = controller.Controller(post, hostname="127.0.0.1", port=_free_port(), **options)
            server.start()
            running.callback(server.stop)
            sender = "reports@example.org"
            return post, Mail(host="localhost", port=server.port, security=security, sender=sender, **mail)

        yield start


@pytest.fixture
def message() -> EmailMessage:
    """A small message with letters beyond ASCII."""
    made = EmailMessage(policy=SMTP)
    made["Subject"], made["From"], made["To"] = "Übersicht", "reports@example.org", ", ".join(TO)
    made.set_content("Größer als erwartet.\n.\nEin Punkt allein beendet nichts.\n")
    return made


def _message_of(error: SayproError) -> str:
    text = str(error)
    assert "Traceback" not in text
    assert "open sesame" not in text
    return text


@pytest.mark.parametrize("security", ["none", "starttls", "tls"])
def test_a_mail_arrives(serve: Serve, trusted: None, message: EmailMessage, security: str) -> None:
    """Plain, with STARTTLS and with TLS: one letter, for all recipients, as it was written."""
    post, mail = serve(security)
    send(message, mail, TO)
    ((envelope, session),) = post.letters
    assert (envelope.mail_from, tuple(envelope.rcpt_tos)) == ("reports@example.org", TO)
    assert (session.ssl is not None) == (security == "starttls")
    arrived = message_from_bytes(envelope.content, policy=default)
    assert arrived["Subject"] == "Übersicht"
    assert arrived.get_content().splitlines() == message.get_content().splitlines()


@pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS:UserWarning")
@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_server_that_asks_who_sends_is_told(
    serve: Serve, trusted: None, message: EmailMessage, monkeypatch: pytest.MonkeyPatch, security: str
) -> None:
    """User from company.yml, password from the environment; a wrong one is told with what to look at."""
    post, mail = serve(security, login=True, user="reports")
    monkeypatch.setenv(PASSWORD, "open sesame")
    send(message, mail, TO)
    assert len(post.letters) == 1
    monkeypatch.setenv(PASSWORD, "wrong")
    with pytest.raises(ReportError, match="user or password were refused") as caught:
        send(message, mail, TO)
    assert caught.value.exit_code == 1
    assert PASSWORD in _message_of(caught.value)
    monkeypatch.setenv(PASSWORD, "öffne")
    with pytest.raises(ReportError, match="letters beyond ASCII"):
        send(message, mail, TO)
    assert len(post.letters) == 1


def test_everything_that_is_missing_is_told_at_once(message: EmailMessage, monkeypatch: pytest.MonkeyPatch) -> None:
    """Host, sender, recipients and password, before anything is tried; exit code 2."""
    monkeypatch.delenv(PASSWORD, raising=False)
    with pytest.raises(ParamsError) as caught:
        send(message, Mail(user="reports"), ())
    assert [fault.key for fault in caught.value.faults] == ["mail.host", "mail.sender", "mail.to", PASSWORD]
    assert caught.value.exit_code == 2


def test_some_refused_recipients_are_named(serve: Serve, message: EmailMessage) -> None:
    """The others have the mail, and the message names who has not, and why; exit code 1."""
    post, mail = serve(refuse=(TO[1],))
    with pytest.raises(ReportError, match="not to everyone") as caught:
        send(message, mail, TO)
    assert [(fault.where, fault.found) for fault in caught.value.faults] == [
        (TO[1], "was refused (550 no such user here)")
    ]
    assert [envelope.rcpt_tos for envelope, _ in post.letters] == [[TO[0]]]


@pytest.mark.parametrize(
    ("refuse", "to", "part"),
    [
        (TO, TO, "no recipient was accepted"),
        (("reports@example.org",), TO, "the sender reports@example.org was refused (550 not a sender of ours)"),
        ((), ("virus@example.org",), "the server refused (554 a virus was found)"),
    ],
)
def test_what_the_server_refuses_is_told(
    serve: Serve, message: EmailMessage, refuse: tuple[str, ...], to: tuple[str, ...], part: str
) -> None:
    """All recipients, the sender, or the letter itself: the server's own words, and nothing was sent."""
    _, mail = serve(refuse=refuse)
    with pytest.raises(ReportError, match="The mail was not sent") as caught:
        send(message, mail, to)
    assert part in _message_of(caught.value)


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_certificate_that_nobody_vouches_for_is_refused(serve: Serve, message: EmailMessage, security: str) -> None:
    """Nothing is sent to a server that cannot show who it is."""
    post, mail = serve(security)
    with pytest.raises(ReportError, match="certificate is not trusted"):
        send(message, mail, TO)
    assert post.letters == []


def test_a_server_without_encryption_gets_nothing(serve: Serve, message: EmailMessage) -> None:
    """With ``security: starttls`` there is no falling back to plain text, nor with tls."""
    post, mail = serve("none")
    for security in ("starttls", "tls"):
        with pytest.raises(ReportError, match=r"see mail\.host, mail\.port and mail\.security"):
            send(message, Mail(host="localhost", port=mail.port, security=security, sender="a@example.org"), TO)
    assert post.letters == []


def test_a_server_that_is_not_there_or_silent_is_told(message: EmailMessage) -> None:
    """No connection, no such name, and no answer in time: where it was tried, and what to look at."""
    settings: dict[str, Any] = {"security": "none", "sender": "reports@example.org"}
    with pytest.raises(ReportError, match="no connection") as caught:
        send(message, Mail(host="localhost", port=_free_port(), **settings), TO)
    assert "localhost:" in _message_of(caught.value)
    with pytest.raises(ReportError, match=r"no-such-host\.invalid:25"):
        send(message, Mail(host="no-such-host.invalid", **settings), TO)
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        with pytest.raises(ReportError, match="did not answer in time"):
            send(message, Mail(host="127.0.0.1", port=silent.getsockname()[1], **settings), TO, patience=0.2)


def test_a_strangers_answer_stays_one_plain_line(message: EmailMessage) -> None:
    """What a server says reaches the terminal without control characters, and shortened."""
    with socket.socket() as rude:
        rude.bind(("127.0.0.1", 0))
        rude.listen()
        import threading

        def answer() -> None:
            client, _ = rude.accept()
            with client:
                client.sendall(b"554 \x1b[31mgo\x07 away " + b"x" * 400 + b"\r\n")
                client.recv(100)

        threading.Thread(target=answer, daemon=True).start()
        mail = Mail(host="127.0.0.1", port=rude.getsockname()[1], security="none", sender="a@example.org")
        with pytest.raises(ReportError) as caught:
            send(message, mail, TO)
    text = _message_of(caught.value)
    assert "554" in text
    assert text.replace("\n", "").isprintable()
    assert len(text) < 400


def test_the_command_line_sends(serve: Serve, authority: Any, tmp_path: Path) -> None:
    """``saypro mail --send``: the server has the month's mail, no file is left, and refusals are exit code 1."""
    write_month(tmp_path / "reports", sales=[kpi("Revenue")])
    shutil.copytree(ROOT / "params", tmp_path / "params")
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    post, mail = serve("starttls", login=True, refuse=("gone@example.org",))
    with (tmp_path / "params" / "company.yml").open("a", encoding="utf-8") as file:
        file.write(f"\nmail:\n  host: localhost\n  port: {mail.port}\n  user: reports\n  sender: reports@example.org\n")
        file.write("  to: [board@example.org]\n")
    environment = {**os.environ, "SSL_CERT_FILE": str(tmp_path / "ca.pem"), PASSWORD: "open sesame"}

    def saypro(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "saypro_analysis", "mail", "--send", *arguments]
        return subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)

    shown = saypro()
    assert (shown.returncode, shown.stdout, shown.stderr) == (0, "Sent to board@example.org\n", "")
    arrived = message_from_bytes(post.letters[0][0].content, policy=default)
    assert arrived["Subject"].startswith("SayPro, October 2026: One of two targets was missed.")
    assert arrived["X-Unsent"] is None
    assert [part.get_filename() for part in arrived.iter_attachments()] == ["saypro-2026-10.zip"]
    assert [path.name for path in (tmp_path / "reports").iterdir()] == ["2026-10"]
    refused = saypro("--to", "gone@example.org", "--to", "cfo@example.org")
    assert (refused.returncode, "Traceback" in refused.stderr) == (1, False)
    assert "gone@example.org: was refused" in refused.stderr
    assert [envelope.rcpt_tos for envelope, _ in post.letters] == [["board@example.org"], ["cfo@example.org"]]
    assert "open sesame" not in shown.stdout + shown.stderr + refused.stdout + refused.stderr
