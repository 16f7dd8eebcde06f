"""Send a message through the company's mail server; whatever goes wrong there is one clear message."""

import os
import smtplib
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from email.message import EmailMessage

from saypro_analysis.errors import Fault, ParamsError, ReportError
from saypro_analysis.kpi import Mail

PASSWORD = "SAYPRO_SMTP_PASSWORD"  # noqa: S105 (the name of the variable, not a password)
PORTS: Mapping[str, int] = {"none": 25, "starttls": 587, "tls": 465}
_PATIENCE = 30.0  # seconds that the server may take for each answer

Refused = Mapping[str, tuple[int, bytes]]


def need_server(mail: Mail, recipients: tuple[str, ...]) -> None:
    """Raise ParamsError with everything that is missing for sending."""
    wanted = {"mail.host": mail.host, "mail.sender": mail.sender, "mail.to": recipients}
    hints = {"mail.to": "add it, or give --to"}
    faults = [
        Fault(where="company.yml", key=key, found="is missing", hint=hints.get(key, "add it"))
        for key, value in wanted.items()
        if not value
    ]
    if mail.user and PASSWORD not in os.environ:
        faults.append(Fault(where="environment", key=PASSWORD, found="is not set", hint=f"the password of {mail.user}"))
    if faults:
        raise ParamsError("The mail cannot be sent; nothing was sent.", tuple(faults))


def send(message: EmailMessage, mail: Mail, recipients: tuple[str, ...], *, patience: float = _PATIENCE) -> None:
    """Send ``message`` to ``recipients``. Certificates are always checked, and nothing goes out unencrypted unasked.

    Raises ParamsError when settings are missing, ReportError when the server cannot be reached, is not trusted, or
    refuses; when it refuses some recipients only, they are named, and the others have the mail.
    """
    need_server(mail, recipients)
    with _told(mail), _connected(mail, patience) as server:
        if mail.user:
            server.login(mail.user, os.environ[PASSWORD])
        refused = server.send_message(message, from_addr=mail.sender, to_addrs=recipients)
    if refused:
        raise ReportError("The mail was sent, but not to everyone.", _refusals(refused))


@contextmanager
def _connected(mail: Mail, patience: float) -> Iterator[smtplib.SMTP]:
    port, context = mail.port or PORTS[mail.security], ssl.create_default_context()
    host = mail.host.strip("[]")  # an address of IPv6 stands in brackets
    if mail.security == "tls":
        server: smtplib.SMTP = smtplib.SMTP_SSL(host, port, timeout=patience, context=context)
    else:
        server = smtplib.SMTP(host, port, timeout=patience)
    try:
        if mail.security == "starttls":
            server.starttls(context=context)
        yield server
        with suppress(OSError, smtplib.SMTPException):  # what was sent is sent, however the server says goodbye
            server.quit()
    finally:
        server.close()


@contextmanager
def _told(mail: Mail) -> Iterator[None]:
    try:
        yield
    except smtplib.SMTPRecipientsRefused as error:
        raise ReportError("The mail was not sent: no recipient was accepted.", _refusals(error.recipients)) from error
    except UnicodeEncodeError as error:
        fault = Fault(
            where=f"mail.user or {PASSWORD}", found="has letters beyond ASCII", hint="choose another password"
        )
        raise ReportError("The mail was not sent.", (fault,)) from error
    except (OSError, smtplib.SMTPException) as error:  # a broken connection is either
        fault = Fault(where=f"{mail.host}:{mail.port or PORTS[mail.security]}", found=_found(error), hint=_hint(error))
        raise ReportError("The mail was not sent.", (fault,)) from error


def _refusals(refused: Refused) -> tuple[Fault, ...]:
    return tuple(Fault(where=to, found=f"was refused ({_answer(*answer)})") for to, answer in sorted(refused.items()))


def _found(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return f"user or password were refused ({_answer(error.smtp_code, error.smtp_error)})"
    if isinstance(error, smtplib.SMTPSenderRefused):
        return f"the sender {error.sender} was refused ({_answer(error.smtp_code, error.smtp_error)})"
    if isinstance(error, smtplib.SMTPResponseException):
        return f"the server refused ({_answer(error.smtp_code, error.smtp_error)})"
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"the server's certificate is not trusted ({error.verify_message})"
    if isinstance(error, ssl.SSLError):
        return f"no encrypted connection ({error.reason or error})"
    if isinstance(error, TimeoutError) or isinstance(error.__context__, TimeoutError):  # smtplib closes on it
        return "the server did not answer in time"
    if isinstance(error, smtplib.SMTPException):
        return _plain(str(error))
    return f"no connection ({error.strerror or error})" if isinstance(error, OSError) else str(error)


def _hint(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return f"see mail.user and {PASSWORD}"
    if isinstance(error, smtplib.SMTPSenderRefused):
        return "see mail.sender and mail.user"
    if isinstance(error, (ssl.SSLError, smtplib.SMTPNotSupportedError)):
        return "see mail.host, mail.port and mail.security"
    return "" if isinstance(error, smtplib.SMTPResponseException) else "see mail.host and mail.port, and try again"


def _answer(code: int, text: bytes | str) -> str:
    """What the server said, as one plain line: it is a stranger's text."""
    words = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    return f"{code} {_plain(words)}".strip()


def _plain(text: str) -> str:
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())[:200]
