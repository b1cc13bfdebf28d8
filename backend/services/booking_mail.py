"""The mail with the key of a reservation (rules 6, 7.1; edge case 23)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row, select

from backend.domain.amenities import Slot
from backend.domain.booking_letters import PURPOSE, reservation
from backend.domain.enums import OutgoingState
from backend.domain.names import display_name
from backend.services.booking_checks import formats_of, told
from backend.services.communities import community_row
from backend.services.credentials import credentials_of, open_value
from backend.services.outbox import post_mail, withdraw
from backend.store import tables as t
from backend.store.work import Work

_UNSENT = (OutgoingState.QUEUED.value, OutgoingState.WAITING.value, OutgoingState.FAILED.value)


def post_key(work: Work, booking_id: int, amenity: Row[Any], resident: Row[Any], *, slot: Slot, digits: str) -> bool:
    """Mail a key to its resident in this unit of work; False where they have no address.

    The key holds whatever becomes of the mail.
    """
    if not resident.email:
        return False
    community_id, r = amenity.community_id, t.relay
    doors = work.connection.execute(r.select().where(r.c.device_id == amenity.device_id).order_by(r.c.number))
    letter = reservation(
        name=resident.first or display_name("", resident.name),
        amenity=amenity.name,
        community=community_row(work.connection, community_id).name,
        when=told(slot, formats_of(work.connection, community_id)),
        digits=digits,
        doors=tuple(row.name for row in doors),
    )
    post_mail(
        work,
        purpose=PURPOSE,
        key=f"booking:{booking_id}:{work.context.request_id}",
        to=resident.email,
        subject=letter.subject,
        text=letter.text,
        holder_id=booking_id,
        codes=[("key.png", digits)],
        useful_until=slot.end,
    )
    return True


def renew_unsent(work: Work, booking_id: int, amenity: Row[Any], resident: Row[Any], slot: Slot) -> None:
    """A mail that has not left says the old slot: another one takes its place. One that has left is not sent again."""
    o = t.outgoing
    waiting = select(o.c.id).where(o.c.holder_id == booking_id, o.c.state.in_(_UNSENT))
    if work.connection.execute(waiting).first() is None:
        return
    withdraw(work, o.c.holder_id == booking_id, "The reservation was moved.")
    for one in credentials_of(work.connection, [booking_id]):
        post_key(work, booking_id, amenity, resident, slot=slot, digits=open_value(work.sealer, one))
