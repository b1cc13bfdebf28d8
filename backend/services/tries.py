"""Wrong tries of whoever wants in: written down, counted, and what they lock (feature ACC-01)."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import takewhile

from sqlalchemy import Connection, func, select

from backend.domain.context import Context, new_id
from backend.domain.enums import Via
from backend.domain.errors import Forbidden, Invalid, NotFound
from backend.domain.formats import age
from backend.domain.names import check_email
from backend.store import tables as t
from backend.store.store import Store

TRIES = 5
LOCKED_FOR = timedelta(minutes=15)

LOGIN, REFUSED = "manager.login", "manager.login_refused"
UNLOCK, PASSWORD = "manager.unlock", "manager.password"
RESET_REFUSED = "manager.reset_refused"
EVERY_ROLE = "community.read"
"""Asked where an account acts on itself only; no role is without it."""

_SOMEBODY = "not signed in"
_WORDS = {REFUSED: "Sign-in refused", RESET_REFUSED: "Password reset refused"}


def address_of(email: str) -> str:
    """The e-mail address as accounts have it; "" for text that is none, which no account has."""
    try:
        return check_email(email).lower()
    except Invalid:
        return ""


def first_community(connection: Connection) -> int:
    """Where the tries of an address that no account has are counted; raises NotFound in a site without community."""
    community_id = connection.execute(select(func.min(t.community.c.id))).scalar()
    if community_id is None:
        raise NotFound("This site has no community. Remove its directory and make it again.")
    return int(community_id)


def raise_if_locked(
    connection: Connection, community_id: int, address: str, now: datetime, wrong: str = REFUSED
) -> None:
    """Raise Forbidden while the last five tries of this address were `wrong` and the newest is no 15 minutes old.

    A right password, typed or new, ends the row of wrong ones. Tries of codes that reset a password are counted apart:
    whoever is locked out because of a forgotten password may still get a new one.
    """
    operation = t.operation
    tries = connection.execute(
        select(operation.c.type, operation.c.at)
        .where(
            operation.c.community_id == community_id,
            operation.c.at > now - LOCKED_FOR,
            operation.c.type.in_((LOGIN, UNLOCK, PASSWORD, wrong)),
            operation.c.entity_name == address,
        )
        .order_by(operation.c.at.desc(), operation.c.id.desc())
        .limit(TRIES)
    ).all()
    row = list(takewhile(lambda each: each.type == wrong, tries))
    if len(row) == TRIES:
        left = row[0].at + LOCKED_FOR - now
        raise Forbidden(LOGIN, f"Too many wrong tries. Signing in with this e-mail is locked for {age(left)} more.")


def refuse(
    store: Store, address: str, manager_id: int | None, community_id: int, via: Via, *, wrong: str = REFUSED
) -> None:
    """Write down a try that failed, unless so many did meanwhile that this one does not count any more."""
    nobody = Context(None, _SOMEBODY, community_id, via, new_id())
    with store.write(nobody, wrong) as work:
        work.require(EVERY_ROLE)
        raise_if_locked(work.connection, community_id, address, work.at, wrong)
        work.tell(_WORDS[wrong], "manager", manager_id, address, undoable=False)
