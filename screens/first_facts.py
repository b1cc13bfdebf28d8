"""How far a new site has come: what the first steps have made, read from the site itself (feature OPS-01)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from backend.domain.paging import ListQuery
from screens.base.session import Session

if TYPE_CHECKING:
    from backend.domain.communities import CommunityRecord
    from backend.domain.doors import DoorRecord
    from backend.domain.paging import ListRow

STEPS = 5


@dataclass(frozen=True, slots=True)
class Facts:
    """What there is of each step: the first record and how many there are."""

    community: CommunityRecord
    building: ListRow | None
    apartments: int
    apartment: ListRow | None
    door: DoorRecord | None
    residents: int
    resident: ListRow | None

    @property
    def told(self) -> bool:
        """Whether somebody has looked at the facts of the community."""
        return self.community.version > 1 or bool(self.community.city) or self.building is not None

    @property
    def done(self) -> int:
        """How many of the steps are done, one after the other."""
        made = (self.told, self.building, self.apartment, self.door, self.resident)
        return next((number for number, one in enumerate(made) if not one), STEPS)


def read_facts(session: Session) -> Facts:
    """What there is now; blocks on the database."""
    engine, context = session.engine, session.context
    apartments = engine.list("apartment", context, ListQuery())
    residents = engine.list("resident", context, ListQuery())
    doors = engine.doors.all(context)
    return Facts(
        community=engine.communities.get(context),
        building=next(iter(engine.list("building", context, ListQuery()).first(1)), None),
        apartments=apartments.count(),
        apartment=next(iter(apartments.first(1)), None),
        door=doors[0] if doors else None,
        residents=residents.count(),
        resident=next(iter(residents.first(1)), None),
    )
