"""A mail as the bytes that a server takes (feature AGT-07)."""

from __future__ import annotations

from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from backend.domain.site_settings import MailServer
from backend.services.outbox import Content


def make_mail(server: MailServer, to: str, content: Content, *, message_id: str, made_at: datetime) -> bytes:
    """The whole mail in plain ASCII with CRLF; pictures follow the text, shown inline by programs that can.

    `message_id` is the same at each try, so that a mail that arrives twice can be told to be one.
    """
    domain = server.sender.rpartition("@")[2]
    mail = EmailMessage(policy=SMTP)
    mail["From"] = Address(server.sender_name, addr_spec=server.sender)
    mail["To"] = Address(addr_spec=to)
    mail["Subject"] = content.subject
    mail["Date"] = format_datetime(made_at)
    mail["Message-ID"] = f"<{message_id}@{domain}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(content.text, cte="quoted-printable")
    for name, png in content.drawn():
        mail.add_attachment(png, maintype="image", subtype="png", filename=name, disposition="inline")
    return mail.as_bytes()
