"""Every record type by its name; screens, commands, filters and help look them up here."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from backend.catalog.amenities import AMENITY
from backend.catalog.apartments import APARTMENT
from backend.catalog.bookings import BOOKING
from backend.catalog.buildings import BUILDING
from backend.catalog.communities import COMMUNITY
from backend.catalog.devices import DEVICE
from backend.catalog.door_logs import DOOR_LOG
from backend.catalog.doors import DOOR
from backend.catalog.ghosts import GHOST
from backend.catalog.groups import ACCESS_GROUP, HOLIDAY
from backend.catalog.library import LIBRARY_CARD, LIBRARY_PIN
from backend.catalog.managers import MANAGER
from backend.catalog.model import Record
from backend.catalog.operations import OPERATION, UNDO
from backend.catalog.outgoing import OUTGOING
from backend.catalog.residents import RESIDENT
from backend.catalog.staff import DELIVERY, STAFF
from backend.catalog.syncing import DRIFT, REVOCATION, SYNC_DOOR
from backend.catalog.temp_keys import TEMP_KEY

RECORDS: Mapping[str, Record] = MappingProxyType(
    {
        record.name: record
        for record in (
            COMMUNITY,
            BUILDING,
            APARTMENT,
            RESIDENT,
            TEMP_KEY,
            ACCESS_GROUP,
            HOLIDAY,
            DEVICE,
            DOOR,
            DOOR_LOG,
            OPERATION,
            UNDO,
            SYNC_DOOR,
            REVOCATION,
            DRIFT,
            MANAGER,
            OUTGOING,
            AMENITY,
            BOOKING,
            DELIVERY,
            STAFF,
            LIBRARY_PIN,
            LIBRARY_CARD,
            GHOST,
        )
    }
)
