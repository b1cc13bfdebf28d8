"""The default group of a building has the public doors that one function names, wherever devices come from or go."""

from __future__ import annotations

import pytest

from backend.services.buildings import Buildings
from backend.services.default_groups import default_relays
from backend.services.device_setup import DeviceSetup
from backend.services.devices import Devices
from backend.store import tables as t
from tests.services.people.park import Park


def agree(park: Park) -> None:
    """Every default group has just the doors that the deciding function names."""
    with park.store.read() as connection:
        for group in park.rows(t.access_group, system=True):
            there = {row["relay_id"] for row in park.rows(t.access_group_relay, group_id=group["id"])}
            assert there == default_relays(connection, group["building_id"])


def move(park: Park, device_id: int, **place: int | None) -> None:
    version = Devices(park.store).get(park.context, device_id).version
    DeviceSetup(park.store).place(park.act, device_id, version, **place)


@pytest.mark.feature("AG-02")
def test_a_device_is_in_the_default_groups_of_where_it_stands(park: Park) -> None:
    other = Buildings(park.store).add(park.act, "B").id
    group = Buildings(park.store).get(park.context, other).default_group_id
    move(park, park.gate, building_id=None)
    agree(park)
    for place in ({"building_id": other}, {"building_id": None}, {"apartment_id": park.apartments["1001"]}):
        move(park, park.lobby, **place)
        agree(park)
    move(park, park.lobby, building_id=other)
    assert [row["relay_id"] for row in park.rows(t.access_group_relay, group_id=group)] == [
        park.gate_relay,
        park.lobby_relay,
    ]
    move(park, park.lobby, building_id=park.building)
    assert [row["relay_id"] for row in park.rows(t.access_group_relay, group_id=group)] == [park.gate_relay]
