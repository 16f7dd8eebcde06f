"""A month as an e-mail: headline, summary and attachments in one message, from what is published.

Date and Message-ID come from the run (``made_at`` of manifest.json), and the parts' boundaries from the content: the
same month, recipients and attachments give the same bytes. Sent twice, it is one message to most mail programs.
"""

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from typing import Literal

from saypro_analysis.data.checks_mail import ADDRESS_HINT, is_address
from saypro_analysis.errors import Fault, ParamsError, ReportError
from saypro_analysis.kpi import Params
from saypro_analysis.publish.kept import published_results
from saypro_analysis.publish.mail_send import need_server, send
from saypro_analysis.publish.mail_summary import Summary, one_line, summarise
from saypro_analysis.publish.mail_text import as_html, as_text
from saypro_analysis.publish.published import made_at, page_names, published_month, read_files, write_file
from saypro_analysis.publish.share import alone, bundle_name, pack
from saypro_analysis.texts import speaking

Attach = Literal["zip", "page"]

_MEGABYTE = 1_000_000
_KINDS: Mapping[str, tuple[str, str, dict[str, str]]] = {
    "zip": ("application", "zip", {}),
    "pdf": ("application", "pdf", {}),
    "html": ("text", "html", {"charset": "utf-8"}),
}


@dataclass(frozen=True, kw_only=True)
class Letter:
    """A month's mail: the folder it is about, who gets it (empty: company.yml's ``mail.to``), what is attached."""

    folder: Path
    params: Params
    to: tuple[str, ...] = ()
    attach: Attach = "zip"

    @property
    def recipients(self) -> tuple[str, ...]:
        """Every address once."""
        return tuple(dict.fromkeys(self.to or self.params.company.mail.to))


def letter(out: Path, month: str, params: Params, *, to: Sequence[str] = (), attach: Attach = "zip") -> Letter:
    """What is needed for a month's mail; raises ParamsError for a month that is not there and for each bad address."""
    faults = tuple(Fault(where="--to", found=repr(one), hint=ADDRESS_HINT) for one in to if not is_address(one))
    if faults:
        raise ParamsError("The mail cannot be addressed; nothing was written or sent.", faults)
    return Letter(folder=published_month(out, month), params=params, to=tuple(to), attach=attach)


def write_draft(one: Letter, *, to: Path | None = None) -> Path:
    """Write the mail as a file (default: beside the month) that mail programs open as a draft, and return its path."""
    message = compose(one)
    message["X-Unsent"] = "1"  # so Outlook opens it to be sent, not as one that came in
    name = f"{bundle_name(one.folder)}.eml"
    beside = one.folder.parent / name
    place = beside if to is None else to / name if to.is_dir() else to
    return write_file(place, message.as_bytes())


def post(one: Letter) -> tuple[str, ...]:
    """Send the mail and return who got it. Raises as ``mail_send.send`` and ``compose`` do."""
    need_server(one.params.company.mail, one.recipients)
    send(compose(one), one.params.company.mail, one.recipients)
    return one.recipients


def compose(one: Letter) -> EmailMessage:
    """The whole message; raises ReportError when the month is not whole or of another version, ParamsError when the
    message is larger than company.yml allows."""
    company = one.params.company
    with speaking(company.language):
        summary = _summary(one)
        subject, text, html = summary.subject, as_text(summary), as_html(summary)
    files = _attached(one)
    message = EmailMessage(policy=SMTP)
    message["Subject"] = subject
    if company.mail.sender:
        message["From"] = Address(display_name=_name(company.name), addr_spec=company.mail.sender)
    if one.recipients:
        message["To"] = tuple(Address(addr_spec=address) for address in one.recipients)
    message["Date"] = made_at(one.folder)
    message.set_content(text)
    message.add_alternative(html, subtype="html")
    for name, content in files.items():
        main, sub, more = _KINDS[name.rpartition(".")[2]]
        message.add_attachment(content, maintype=main, subtype=sub, filename=name, params=more)
    _sign(message, one, files)
    _need_room(message, one)
    return message


def _name(company: str) -> str:
    """The company as a sender's name, without what has a meaning in addresses: folding a line can lose its quotes."""
    return one_line(re.sub(r'[<>@,:;"()\[\]\\]', " ", company), most=60)


def _summary(one: Letter) -> Summary:
    page = read_files(one.folder, ("index.html",))["index.html"].decode("utf-8", "replace")
    try:
        return summarise(published_results(one.folder), page, one.params.company, one.params.departments)
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        fault = Fault(
            where=f"{one.folder.name}/results.json", found="is not of this version", hint="run the month again"
        )
        raise ReportError("The month cannot be summarised.", (fault,)) from error


def _attached(one: Letter) -> dict[str, bytes]:
    """What is attached, by name: the zip of the month, or the overview and the PDFs."""
    if one.attach == "zip":
        return {f"{bundle_name(one.folder)}.zip": pack(one.folder)}
    return alone(read_files(one.folder, ("index.html", *page_names(one.folder, "pdf"))))


def _sign(message: EmailMessage, one: Letter, files: Mapping[str, bytes]) -> None:
    """Message-ID and boundaries, made of what the message holds instead of the clock and of chance."""
    parts = [str(message["From"]), str(message["To"]), str(message["Date"]), str(message["Subject"])]
    seed = hashlib.sha256("\n".join(parts).encode())
    for name, content in files.items():
        seed.update(name.encode() + hashlib.sha256(content).digest())
    digest = seed.hexdigest()
    domain = one.params.company.mail.sender.rpartition("@")[2] or "saypro.invalid"
    message["Message-ID"] = f"<saypro.{one.folder.name}.{digest[:24]}@{domain}>"
    for at, part in enumerate(part for part in message.walk() if part.is_multipart()):
        part.set_boundary(f"=_{digest[24:48]}_{at}")


def _need_room(message: EmailMessage, one: Letter) -> None:
    size, limit = len(message.as_bytes()) / _MEGABYTE, one.params.company.mail.limit_mb
    if size > limit:
        hint = "attach less (--attach page), or raise limit_mb if the mail server takes more"
        fault = Fault(
            where="company.yml", key="mail.limit_mb", found=f"the mail has {size:.1f} MB of {limit:g}", hint=hint
        )
        raise ParamsError("The mail is too large; nothing was written or sent.", (fault,))
