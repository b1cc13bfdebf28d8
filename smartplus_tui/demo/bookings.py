"""Bookings of the demo community: a premium plan, the gym as an amenity, two reservations some days ahead."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from backend.domain.context import Context
    from backend.engine import Engine

AMENITY = "Gym"


def add_bookings(engine: Engine, context: Context) -> None:
    """Make them; residents pass the gym without a reservation too."""
    from backend.domain.amenities import AmenityDraft
    from backend.domain.bookings import BookingDraft, parse_slot
    from backend.domain.community_drafts import CommunitySwitches
    from backend.domain.paging import ListQuery

    community, now = engine.communities.get(context), engine.clock()
    plan = CommunitySwitches(premium_until=(now + timedelta(days=365)).date())
    engine.communities.switch(context.again(), community.version, plan)
    device_id = next(row.id for row in engine.list("device", context).first(20) if row.values["name"] == AMENITY)
    draft = AmenityDraft(
        name=AMENITY, description="Machines and mats, building B", device_id=device_id, hours="8-12; 14-22", capacity=2
    )
    amenity_id = engine.amenities.add(context.again(), draft).id
    people = [row.id for row in engine.list("resident", context, ListQuery()).first(2)]
    day = f"{(now + timedelta(days=3)).date()}"
    for resident_id, start in zip(people, ("18", "18:30"), strict=True):
        slot = parse_slot(day, start, "60m", now, community.timezone)
        booking = BookingDraft(amenity_id=amenity_id, resident_id=resident_id, starts_at=slot.start, ends_at=slot.end)
        engine.bookings.add(context.again(), booking)
