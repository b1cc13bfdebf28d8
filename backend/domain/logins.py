"""Who gets a resident's login information, and by which way: the guide's four rules (rules 5.2; feature RES-03)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from backend.domain.enums import OutgoingKind

PASSWORD_LETTERS = "abcdefghijkmnpqrstuvwxyz23456789"
"""No letter of it is taken for another: l, o, 0 and 1 are left out."""
PASSWORD_LENGTH = 12


@dataclass(frozen=True, slots=True)
class Contact:
    """The addresses of a person that login information can go to; "" for none."""

    email: str = ""
    mobile: str = ""


@dataclass(frozen=True, slots=True)
class Way:
    """Where login information goes: by mail or text message, to whom, and whether that is the person themselves."""

    kind: OutgoingKind
    to: str
    own: bool


def way_of(person: Contact, master: Contact | None) -> Way | None:
    """Where the login information of `person` goes; None is rule 4: it waits until there is an address.

    1. A person with e-mail or mobile gets it themselves, once: by mail where there is one. 2. Else it goes to the
    master's mail, 3. else to the master's mobile. `master` is None for the master.
    """
    for contact, own in ((person, True), (master, False)):
        if contact is not None and contact.email:
            return Way(OutgoingKind.MAIL, contact.email, own)
        if contact is not None and contact.mobile:
            return Way(OutgoingKind.SMS, contact.mobile, own)
    return None


def make_password(choose: Callable[[str], str]) -> str:
    """A password of the app, 59 bits; `choose` takes one of some letters, unguessably."""
    return "".join(choose(PASSWORD_LETTERS) for _ in range(PASSWORD_LENGTH))
