"""The history of a record names what it refers to: a property manager knows no numbers of rows."""

from __future__ import annotations

import pytest

from backend.services.operations import Operations
from backend.services.temp_keys import TempKeys
from tests.services.people.park import Park
from tests.services.people.resort import make_resort
from tests.services.people.test_temp_keys import Keys

pytestmark = pytest.mark.feature("LOG-06")


def fields(park: Park, operation: int) -> dict[str, str]:
    """What an operation made: field to value."""
    return {line.field: line.after for line in Operations(park.store).fields(park.context, operation)}


def test_a_reservation_names_its_amenity_and_its_resident(park: Park) -> None:
    resort = make_resort(park)
    gym, anna = resort.gym().id, park.add().id
    told = fields(park, resort.book(gym, anna, 9, 10).operation)
    assert told["Resident"] == "Kowalska, Anna"
    assert told["Amenity"] == "Gym"


def test_a_temporary_key_names_who_made_it(park: Park) -> None:
    keys = Keys(park)
    saved = TempKeys(park.store).add(park.act, keys.draft())
    assert fields(park, saved.operation)["Made by"] == park.context.actor_name
