"""Handing one mail over to the mail server, step by step, with an honest end (feature AGT-07)."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
from collections.abc import Awaitable, Callable

from aiosmtplib import (
    SMTP,
    SMTPDataError,
    SMTPException,
    SMTPRecipientRefused,
    SMTPResponseException,
    SMTPSenderRefused,
)

from backend.domain.enums import MailSecurity
from backend.domain.site_settings import MailServer
from backend.outbox.outcome import End, Outcome

OnData = Callable[[], Awaitable[None]]
"""Awaited right before the mail itself goes out: from then on it may have arrived."""

STEPS = 6
"""Steps of one try, each within the time limit: a server that answers slowly at each is left in the end."""
GOODBYE = 2.0
"""Seconds that the server gets to say goodbye; what it said before counts in any case."""
UNANSWERED = "The server took the mail and did not say whether it keeps it. It may have arrived."
_TOO_LARGE = 552


async def send_mail(server: MailServer, to: str, mail: bytes, on_data: OnData) -> Outcome:
    """Try once. Refused before the mail went out means later or never; silence after that means unknown."""
    try:
        context = _tls(server) if server.security is not MailSecurity.NONE else None
    except OSError:
        return Outcome(End.LATER, f"The authority in {server.ca_file} cannot be read.", server_down=True)
    client = SMTP(
        hostname=server.host,
        port=server.port,
        local_hostname=socket.gethostname(),
        timeout=server.timeout,
        use_tls=server.security is MailSecurity.TLS,
        start_tls=server.security is MailSecurity.STARTTLS,
        tls_context=context,
        username=server.user or None,
        password=server.password or None,
    )
    sent = False

    async def going_out() -> None:
        nonlocal sent
        await on_data()
        sent = True

    try:
        async with asyncio.timeout(server.timeout * STEPS):
            outcome = await _hand_over(client, server.sender, to, mail, going_out)
        with contextlib.suppress(SMTPException, OSError, TimeoutError):
            await client.quit(timeout=GOODBYE)
    except (SMTPException, OSError, TimeoutError) as error:
        return _ended(error, sent=sent)
    finally:
        client.close()
    return outcome


async def _hand_over(client: SMTP, sender: str, to: str, mail: bytes, going_out: OnData) -> Outcome:
    await client.connect()
    await client.ehlo()
    options = []
    if client.supports_extension("size"):
        limit = client.esmtp_extensions.get("size", "")
        if limit.isdigit() and 0 < int(limit) < len(mail):
            return Outcome(End.REFUSED, f"The mail has {len(mail):,} bytes; the server takes {int(limit):,} at most.")
        options.append(f"size={len(mail)}")
    await client.mail(sender, options=options)
    await client.rcpt(to)
    await going_out()
    answer = await client.data(mail)
    return Outcome(End.ACCEPTED, f"{answer.code} {answer.message}")


def _tls(server: MailServer) -> ssl.SSLContext:
    """Certificates are checked against the system's authorities and the one that the settings name."""
    context = ssl.create_default_context()
    if server.ca_file:
        context.load_verify_locations(cafile=server.ca_file)
    return context


def _ended(error: Exception, *, sent: bool) -> Outcome:
    """What an error means: the server's word counts where there is one, else whether the mail had gone out."""
    if isinstance(error, SMTPResponseException):
        answer = f"{error.code} {error.message}"
        final = isinstance(error, SMTPRecipientRefused | SMTPDataError) and error.code >= 500
        if final or (isinstance(error, SMTPSenderRefused) and error.code == _TOO_LARGE):
            return Outcome(End.REFUSED, answer)
        about_this_mail = isinstance(error, SMTPRecipientRefused | SMTPDataError)
        return Outcome(End.LATER, answer, server_down=not about_this_mail)
    if sent:
        return Outcome(End.UNKNOWN, UNANSWERED)
    return Outcome(End.LATER, _sentence(error), server_down=True)


def _sentence(error: Exception) -> str:
    """An error without an answer of the server, for people."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return f"The server's certificate is not trusted: {cause.verify_message}."
        cause = cause.__cause__ or cause.__context__
    if isinstance(error, TimeoutError):
        return "The server did not answer in time."
    return str(error) or "The connection to the server was lost."
