"""Resetting an apartment between two tenants: what goes, what stays (guide, Reset apartments; rules 4.2; APT-04).

The licence stays with the master's account; contact data, family, codes, logs and messages of the old tenant go.
Nothing is sent: the new login goes out when an address is typed in (rule 4 of rules 5.2).
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, delete, func, or_, select

from backend.domain.apartments import Reset
from backend.domain.calling import CALL_TYPE_WORDS
from backend.domain.enums import (
    AccountStatus,
    AppStatus,
    CallType,
    CredentialKind,
    HolderKind,
    HolderStatus,
    OutgoingState,
    ResidentRole,
)
from backend.domain.floors import split_floors
from backend.services.apartment_pages import people_of
from backend.services.booking_rights import cancel_of_guests
from backend.services.communities import community_row
from backend.services.credentials import credentials_of, free, spoken
from backend.services.holders import devices_by_holder, devices_holding, groups_of, reaching, set_groups
from backend.services.logins import make_due
from backend.services.outbox import withdraw
from backend.services.resident_deletion import delete_family
from backend.services.resident_rows import family_of
from backend.services.slices import taken
from backend.store import tables as t
from backend.store.rows import chunks
from backend.store.work import Work

CONTACT: dict[str, Any] = {
    "email": None,
    "mobile": None,
    "calling_code": "",
    "country": "",
    "phone1": "",
    "phone2": "",
    "phone3": "",
    "linked": False,
    "linked_reason": "",
}
"""Column of the master -> what a reset leaves in it."""

_TOLD_CONTACT = ("email", "mobile", "country", "phone1", "phone2", "phone3")
_UNSENT = (OutgoingState.QUEUED.value, OutgoingState.WAITING.value, OutgoingState.FAILED.value)
_GUESTS = (HolderKind.VISITOR.value, HolderKind.BOOKING.value)
_CODES = {
    CredentialKind.PIN: "PINs",
    CredentialKind.CARD: "RF cards",
    CredentialKind.FACE: "faces",
    CredentialKind.ID_ACCESS: "ID access",
    CredentialKind.QR: "QR codes",
}
REASON = "apartment reset"
LOGS_AT_ONCE = 500
"""Log lines deleted in one transaction."""


def reset_of(connection: Connection, community_id: int, apartment: Row[Any]) -> Reset:
    """What resetting the apartment of this `apartment_row` takes away, and what stays."""
    people = people_of(connection, apartment.id)
    guests = guests_of(connection, apartment.id)
    ids = [one.id for one in people] + guests
    kinds = Counter(one.kind for part in chunks(ids) for one in credentials_of(connection, part))
    master = next((one for one in people if one.role == ResidentRole.MASTER.value), None)
    contact = sum(bool(getattr(master, name)) for name in _TOLD_CONTACT) if master is not None else 0
    o = t.outgoing
    waiting = select(func.count()).select_from(o).where(o.c.holder_id.in_(ids), o.c.state.in_(_UNSENT))
    logs = select(func.count()).select_from(t.door_log).where(_logs_of(community_id, apartment, ids))
    return Reset(
        apartment_id=apartment.id,
        place=f"{apartment.building} {apartment.number}",
        number=apartment.number,
        master=spoken(master.name) if master is not None else "",
        goes=(
            ("family members", sum(one.role == ResidentRole.MEMBER.value for one in people)),
            ("e-mail, phones, country", contact),
            *((words, kinds[kind.value]) for kind, words in _CODES.items()),
            ("temporary keys, bookings", len(guests)),
            ("lines of door logs", connection.execute(logs).scalar_one()),
            ("messages not sent yet", connection.execute(waiting).scalar_one()),
        ),
        stays=_stays(connection, community_id, apartment, master),
        doors=_doors(connection, ids),
    )


def _stays(
    connection: Connection, community_id: int, apartment: Row[Any], master: Row[Any] | None
) -> tuple[tuple[str, str], ...]:
    told = []
    if master is not None:
        until = f", until {master.expires_at.date().isoformat()}" if master.expires_at else ""
        groups = ", ".join(name for _, name in groups_of(connection, master.id)) or "none"
        told = [
            ("Master", spoken(master.name)),
            ("Account", f"{AccountStatus(master.account_status).value.capitalize()}{until}"),
            ("Groups", groups),
            *([("Floors", ", ".join(split_floors(master.floors)))] if master.floors else []),
            *([("Remark", master.remark)] if master.remark else []),
        ]
    return (
        *told,
        ("Free members", str(community_row(connection, community_id).free_members)),
        ("Calls", f"{apartment.sip_or_ip.upper()}, {CALL_TYPE_WORDS[CallType(apartment.call_type)]}"),
        ("Settings", "name, rights, devices"),
        ("Audit", "the operation log"),
    )


def clear_master(work: Work, apartment_id: int) -> None:
    """Take contact data, codes and login of the master, and what is still to be sent to anybody of the family."""
    people = people_of(work.connection, apartment_id)
    guests = guests_of(work.connection, apartment_id)
    told = t.outgoing.c.holder_id.in_([one.id for one in people] + guests)
    withdraw(work, told, "The apartment was reset.")
    for master in people:
        if master.role == ResidentRole.MASTER.value:
            with reaching(work, [master.id], REASON):
                for one in credentials_of(work.connection, [master.id]):
                    free(work, one.id)
            work.update(t.resident, master.id, app_status=AppStatus.UNREGISTERED.value, **CONTACT)
            make_due(work, master.id)
    work.touch("residents", "apartments", "outbox")


def others(connection: Connection, apartment_id: int) -> deque[Row[Any] | int]:
    """Who goes whole: the rows of the family members, then the ids of those with temporary keys and bookings."""
    rows = family_of(connection, [apartment_id])
    members: list[Row[Any] | int] = [row for row in rows if row.role == ResidentRole.MEMBER.value]
    return deque([*members, *guests_of(connection, apartment_id)])


def remove_others(work: Work, queue: deque[Row[Any] | int], reason: str = REASON) -> None:
    """Remove people from the front of the queue while there is time; their codes cool until each door is proved."""
    for one in taken(queue):
        if not isinstance(one, int):
            delete_family(work, [one])
            continue
        cancel_of_guests(work, [one], reason)
        with reaching(work, [one], reason):
            for credential in credentials_of(work.connection, [one]):
                free(work, credential.id)
            set_groups(work, one, ())
            work.update(t.holder, one, status=HolderStatus.SUSPENDED.value, removed_at=work.at, apartment_id=None)


def log_ids(connection: Connection, community_id: int, apartment: Row[Any], operation_id: int) -> deque[int]:
    """The door log lines of the apartment, and of whoever the operation took out of it."""
    c, here = t.change, [one.id for one in people_of(connection, apartment.id)]
    gone = select(c.c.row_id).where(c.c.operation_id == operation_id, c.c.table_name.in_(("resident", "holder")))
    ids = [*here, *connection.execute(gone).scalars()]
    found = connection.execute(select(t.door_log.c.id).where(_logs_of(community_id, apartment, ids)))
    return deque(found.scalars())


def remove_logs(work: Work, queue: deque[int]) -> None:
    """Delete log lines from the front of the queue, so many as one transaction may."""
    ids = [queue.popleft() for _ in range(min(LOGS_AT_ONCE, len(queue)))]
    work.connection.execute(delete(t.door_log).where(t.door_log.c.id.in_(ids)))
    work.touch("door_logs")


def _logs_of(community_id: int, apartment: Row[Any], holder_ids: Sequence[int]) -> ColumnElement[bool]:
    """A line names its apartment as it was called then: "A 1203"."""
    log = t.door_log
    here = log.c.apartment == f"{apartment.building} {apartment.number}"
    return (log.c.community_id == community_id) & or_(log.c.holder_id.in_(holder_ids), here)


def guests_of(connection: Connection, apartment_id: int) -> list[int]:
    """Who has a temporary key or a booking of this apartment."""
    h = t.holder
    return list(
        connection.execute(
            select(h.c.id)
            .where(h.c.apartment_id == apartment_id, h.c.kind.in_(_GUESTS), h.c.removed_at.is_(None))
            .order_by(h.c.id)
        ).scalars()
    )


def _doors(connection: Connection, holder_ids: Sequence[int]) -> tuple[str, ...]:
    """The devices that lose something."""
    found = [devices_by_holder(connection, holder_ids), devices_holding(connection, holder_ids)]
    ids = set().union(*(devices for one in found for devices in one.values()))
    d = t.device
    return tuple(connection.execute(select(d.c.name).where(d.c.id.in_(sorted(ids))).order_by(d.c.name_fold)).scalars())
