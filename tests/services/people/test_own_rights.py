"""Rights of a holder's own, beside their groups, and holidays: rules like any other, for doors, undo and the past."""

from __future__ import annotations

from datetime import time

import pytest

from backend.domain.access.compile import compile_device
from backend.domain.access.decide import decide
from backend.domain.access.rules import Window
from backend.domain.enums import Repeat
from backend.services.holders import devices_by_holder, people_at, reaching
from backend.services.own_rights import relays_of, set_own_rights, windows_of
from backend.services.past import rules_at
from backend.services.rules import load_rules
from backend.store import tables as t
from tests.services.people.park import Park

EVENING = Window(Repeat.DAILY, time(18), time(22))


def allow(park: Park, holder_id: int, *relay_ids: int, windows: tuple[Window, ...] = (EVENING,)) -> None:
    """Give somebody rights of their own, as the services do."""
    with park.store.write(park.act, "resident.edit") as work:
        work.require("resident.write")
        with reaching(work, [holder_id], "rights"):
            assert set_own_rights(work, holder_id, windows, relay_ids)
        work.tell("Own rights", "resident", holder_id, "Anna")


def place(park: Park, device_id: int, apartment_id: int | None) -> None:
    with park.store.write(park.act, "device.place") as work:
        work.require("device.write")
        work.update(t.device, device_id, apartment_id=apartment_id)


def opens(park: Park, holder_id: int, relay_id: int, **at: int) -> bool:
    with park.store.read() as connection:
        rules = load_rules(connection, park.store.sealer, park.context.community_id)
        return decide(rules, rules.credentials[holder_id][0], relay_id, park.clock.now.replace(**at)).allowed


@pytest.mark.feature("AG-05")
@pytest.mark.edge(46)
def test_own_rights_open_the_devices_of_the_own_apartment_only(park: Park) -> None:
    anna = park.add(pin="2041", group_ids=()).id
    allow(park, anna, park.lobby_relay)
    assert not opens(park, anna, park.lobby_relay, hour=19)
    place(park, park.lobby, park.apartments["1001"])
    assert opens(park, anna, park.lobby_relay, hour=19)
    assert not opens(park, anna, park.lobby_relay, hour=12)
    with park.store.read() as connection:
        assert devices_by_holder(connection, [anna]) == {anna: {park.lobby}}
        assert anna in people_at(connection, [park.lobby])
    place(park, park.lobby, park.apartments["1002"])
    assert not opens(park, anna, park.lobby_relay, hour=19)
    with park.store.read() as connection:
        assert devices_by_holder(connection, [anna])[anna] == set()


def test_own_rights_are_written_once_and_replaced(park: Park) -> None:
    anna = park.add(pin="2041").id
    allow(park, anna, park.lobby_relay, park.gate_relay)
    night = Window(Repeat.WEEKLY, time(22), time(6), frozenset({4, 5}))
    with park.store.write(park.act, "resident.edit") as work:
        work.require("resident.write")
        assert not set_own_rights(work, anna, (EVENING, EVENING), (park.gate_relay, park.lobby_relay))
        assert set_own_rights(work, anna, (night,), (park.gate_relay,))
        assert windows_of(work.connection, t.own_window, anna) == (night,)
        assert relays_of(work.connection, t.own_relay, anna) == {park.gate_relay}


@pytest.mark.feature("SYNC-06")
def test_own_rights_of_the_past_are_known(park: Park) -> None:
    anna = park.add(pin="2041").id
    place(park, park.lobby, park.apartments["1001"])
    before = park.clock.now
    park.clock.advance(minutes=1)
    allow(park, anna, park.lobby_relay)
    with park.store.read() as connection:
        then = rules_at(connection, park.store.sealer, park.context.community_id, before)
        now = load_rules(connection, park.store.sealer, park.context.community_id)
    assert then is not None
    assert (-anna in then.groups, -anna in now.groups) == (False, True)


@pytest.mark.feature("AG-08")
def test_a_group_that_keeps_holidays_is_closed_on_them(park: Park) -> None:
    park.add(pin="2041")
    today = park.clock.now.date().isoformat()
    with park.store.write(park.act, "holiday.add") as work:
        work.require("access_group.write")
        work.insert(t.holiday, community_id=park.context.community_id, name="Fair", first_day=today, last_day=today)
        work.update(t.access_group, park.default_group, keeps_holidays=True)
    with park.store.read() as connection:
        rules = load_rules(connection, park.store.sealer, park.context.community_id)
    assert compile_device(rules, park.gate, park.clock.now).users == ()
