"""The texts that bring a resident the account of their app (features RES-03, RES-08, APP-01)."""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import quote


@dataclass(frozen=True, slots=True)
class Account:
    """The account of a resident's app: any SIP phone rings and talks with it."""

    name: str
    apartment: str
    community: str
    server: str
    number: str
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail: subject, plain text, and what its QR code says."""

    subject: str
    text: str = field(repr=False)
    code: str = field(repr=False)


def login_letter(account: Account, *, own: bool, again: bool) -> Letter:
    """The mail with an account: to the person (`own`) or to the master; `again` where it ends an older password."""
    whose = "your app" if own else f"the app of {account.name}"
    subject = f"{account.community}: {'new ' if again else ''}login for {whose}"
    ended = "\nThe password that was sent before works no longer.\n" if again else ""
    text = f"""Hello{f" {account.name}" if own else ""},

this is the account for {whose} in apartment {account.apartment}, {account.community}.
{ended}
{_lines(account)}

Type it into the app, or let the app read the QR code that is attached.
Whoever has this password can answer the door as you do: pass it on to nobody.
"""
    return Letter(subject, text, provisioning(account))


def login_message(account: Account, *, own: bool, again: bool) -> str:
    """The same as a text message, as short as it can be."""
    whose = "" if own else f" of {account.name}"
    new = "new login" if again else "login"
    return (
        f"{account.community}, {account.apartment}: {new}{whose}. "
        f"Server {account.server or '-'}, number {account.number}, password {account.password}"
    )


def provisioning(account: Account) -> str:
    """The account as one line for a QR code: a SIP address with its password."""
    server = f"@{account.server}" if account.server else ""
    return f"sip:{quote(account.number)}:{quote(account.password)}{server};name={quote(account.name)}"


def _lines(account: Account) -> str:
    server = account.server or "ask your property manager"
    return f"    Server    {server}\n    Number    {account.number}\n    Password  {account.password}"
