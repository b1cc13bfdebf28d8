"""The park with amenities: a premium plan, and a gym behind the lobby."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from backend.domain.amenities import AmenityDraft, Slot
from backend.domain.bookings import BookingDraft, BookingRecord
from backend.domain.records import Saved
from backend.services.amenities import Amenities
from backend.services.bookings import Bookings
from backend.store import tables as t
from tests.services.people.park import Park

HOURS = "8-12; 14-22"


@dataclass
class Resort:
    """Amenities and reservations of the park; times are written as hours of today, UTC."""

    park: Park

    def __post_init__(self) -> None:
        self.amenities = Amenities(self.park.store)
        self.bookings = Bookings(self.park.store)

    def premium(self, until: datetime | None) -> None:
        """Let the premium feature plan end then."""
        with self.park.store.write(self.park.act, "test.prepare") as work:
            work.require("community.write")
            work.update(t.community, self.park.context.community_id, premium_until=until)

    def gym(self, **more: Any) -> Saved:
        """An amenity for 60 minutes and two people behind the lobby."""
        draft = {"name": "Gym", "device_id": self.park.lobby, "hours": HOURS, "capacity": 2, **more}
        return self.amenities.add(self.park.act, AmenityDraft(**draft))

    def change(self, amenity_id: int, **more: Any) -> Saved:
        """Change an amenity as it stands."""
        version = self.amenities.get(self.park.context, amenity_id).version
        return self.amenities.edit(self.park.act, amenity_id, version, AmenityDraft(**more))

    def slot(self, start: float, end: float, days: int = 0) -> Slot:
        """From one hour to another."""
        midnight = self.park.clock().replace(hour=0, minute=0) + timedelta(days=days)
        return Slot(midnight + timedelta(hours=start), midnight + timedelta(hours=end))

    def book(self, amenity_id: int, resident_id: int, start: float, end: float, days: int = 0) -> Saved:
        """Reserve it."""
        slot = self.slot(start, end, days)
        draft = BookingDraft(amenity_id=amenity_id, resident_id=resident_id, starts_at=slot.start, ends_at=slot.end)
        return self.bookings.add(self.park.act, draft)

    def move(self, booking_id: int, start: float, end: float, days: int = 0) -> Saved:
        """Give a reservation another slot."""
        return self.bookings.move(self.park.act, booking_id, self.page(booking_id).version, self.slot(start, end, days))

    def cancel(self, *ids: int) -> Saved:
        """Cancel reservations."""
        return self.bookings.cancel(self.park.act, ids)

    def page(self, booking_id: int) -> BookingRecord:
        """A reservation's page."""
        return self.bookings.get(self.park.context, booking_id)

    def opened_by_default(self, group_id: int | None = None) -> set[int]:
        """The doors of the default group of building A, or of another group."""
        rows = self.park.rows(t.access_group_relay, group_id=group_id or self.park.default_group)
        return {row["relay_id"] for row in rows}


def make_resort(park: Park) -> Resort:
    """The resort, with a premium plan for a year."""
    made = Resort(park)
    made.premium(park.clock() + timedelta(days=365))
    return made
