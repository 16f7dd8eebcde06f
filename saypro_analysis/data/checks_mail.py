"""What YAML's shape cannot say about sending mail: addresses that are none, and settings that do not go together."""

import re
from collections.abc import Iterator

from saypro_analysis.data.reader import Document
from saypro_analysis.errors import Fault
from saypro_analysis.kpi import Mail

ADDRESS_HINT = "one plain address such as reports@example.org"
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_LOCAL = re.compile(rf"{_ATOM}(?:\.{_ATOM})*")
_DOMAIN = re.compile(rf"{_LABEL}(?:\.{_LABEL})+|localhost")
_HOST = re.compile(rf"{_LABEL}(?:\.{_LABEL})*\.?|\[?[0-9A-Fa-f:]+\]?")
_MOST_MB = 1000


def is_address(text: str) -> bool:
    """Whether ``text`` is a plain e-mail address: no name beside it, no line break, no letters beyond ASCII.

    >>> is_address("ada@example.org"), is_address("Ada <ada@example.org>"), is_address("ada@example")
    (True, False, False)
    """
    local, _, domain = text.rpartition("@")
    short = len(local) <= 64 and len(domain) <= 253
    return short and _LOCAL.fullmatch(local) is not None and _DOMAIN.fullmatch(domain) is not None


def check_mail(document: Document, mail: Mail) -> Iterator[Fault]:
    """The ``mail`` block of company.yml: server, addresses and limit."""
    if mail.host and not _HOST.fullmatch(mail.host):
        hint = "a name such as smtp.example.org, without port and protocol"
        yield document.fault(("mail", "host"), found=repr(mail.host), hint=hint)
    if mail.port is not None and not 1 <= mail.port <= 65535:
        yield document.fault(("mail", "port"), found=str(mail.port), hint="a port from 1 to 65535")
    if mail.user and mail.security == "none":
        found = "security: none with a user"
        hint = "the password would travel in clear; use starttls or tls, or leave the user out"
        yield document.fault(("mail", "security"), found=found, hint=hint)
    if mail.host and not mail.sender:
        yield document.fault(("mail", "sender"), found="is missing", hint="add it: a host sends for a sender")
    if mail.sender and not is_address(mail.sender):
        yield document.fault(("mail", "sender"), found=repr(mail.sender), hint=ADDRESS_HINT)
    for at, address in enumerate(mail.to):
        if not is_address(address):
            yield document.fault(("mail", "to", at), found=repr(address), hint=ADDRESS_HINT)
    if not 0 < mail.limit_mb <= _MOST_MB:
        yield document.fault(("mail", "limit_mb"), found=f"{mail.limit_mb:g}", hint=f"above 0, {_MOST_MB} at most")
