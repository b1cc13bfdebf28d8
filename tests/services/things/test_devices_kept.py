"""Devices that are there: edited, removed, listed with trouble first (features DEV-01, DEV-02)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from backend.domain.context import Context
from backend.domain.enums import SyncState
from backend.domain.errors import Forbidden, Invalid, NotFound, Stale
from backend.domain.paging import ListQuery
from backend.services.device_remove import AT_ONCE
from backend.services.devices import Devices
from backend.services.operations import Operations
from backend.store import tables as t
from tests.services.things.conftest import Park
from tests.services.things.test_devices import groups_of, rows, secrets
from tests.support.clock import FakeClock


@pytest.fixture
def devices(park: Park) -> Devices:
    """The devices of the park."""
    return Devices(park.store)


@pytest.mark.feature("DEV-02")
def test_names_and_codes_of_relays_are_edited_by_number(park: Park, devices: Devices) -> None:
    device_id = park.device("Gate", relay_names=("Gate", "Barrier"))
    saved = devices.edit(
        park.technician.again(), device_id, 1, name="Main Gate", relay_names={2: "Ramp"}, dtmf={1: "#", 2: "42"}
    )
    record = devices.get(park.viewer, device_id)
    assert (record.name, record.version, saved.doors) == ("Main Gate", 2, {})
    assert [(relay.name, relay.dtmf) for relay in record.relays] == [("Gate", "#"), ("Ramp", "42")]
    changed = Operations(park.store).fields(park.viewer, saved.operation)
    assert [(line.record, line.field, line.before, line.after) for line in changed] == [
        ("Device Main Gate", "Device", "Gate", "Main Gate"),
        ("Door Gate", "DTMF", "", "#"),
        ("Door Ramp", "Door", "Barrier", "Ramp"),
        ("Door Ramp", "DTMF", "", "42"),
    ]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": " "}, "name"),
        ({"relay_names": {1: "x" * 64}}, "relay_names"),
        ({"relay_names": {3: "Roof"}}, "relay_names"),
        ({"dtmf": {1: "12345"}}, "dtmf"),
        ({"dtmf": {1: "a"}}, "dtmf"),
        ({"dtmf": {1: "7", 2: "7"}}, "dtmf"),
        ({"dtmf": {9: "7"}}, "dtmf"),
    ],
)
def test_an_edit_that_breaks_a_rule_changes_nothing(
    park: Park, devices: Devices, change: dict[str, Any], field: str
) -> None:
    device_id = park.device("Gate", relay_names=("Gate", "Barrier"))
    before = devices.get(park.viewer, device_id)
    with pytest.raises(Invalid) as caught:
        devices.edit(park.installer.again(), device_id, 1, **change)
    assert caught.value.fields.keys() == {field}
    assert devices.get(park.viewer, device_id) == before


def test_an_edit_wants_the_version_that_was_seen(park: Park, devices: Devices) -> None:
    device_id = park.device("Gate")
    devices.edit(park.installer.again(), device_id, 1, name="Main Gate")
    with pytest.raises(Stale):
        devices.edit(park.installer.again(), device_id, 1, name="Side Gate")


def test_a_removed_device_leaves_nothing_but_its_history(park: Park, devices: Devices, clock: FakeClock) -> None:
    building_id = park.building("A")
    device_id = park.device("Gate", building_id=building_id)
    kept = park.device("Pool", building_id=building_id)
    anna = park.resident(building_id)
    park.freed(device_id, park.credential(anna, "1234"), clock())
    park.freed(device_id, park.credential(anna, "5678"), clock(), absent_at=clock())
    now = clock()
    for number in range(3):
        park.book(t.event, device_id=device_id, dedupe_key=str(number), received_at=now, kind="x")
        park.book(t.held, device_id=device_id, kind="user", key=str(number), mac=b"x", from_at=now, holder_id=anna)
    line = park.line(now, device_id=device_id, relay_id=park.door("Gate"))
    command_id = park.book(
        t.command, uuid="c", device_id=device_id, relay_id=park.door("Gate"), verb="open", made_at=now, expires_at=now,
        actor_id=park.installer.actor_id,
    )  # fmt: skip
    saved = devices.delete(park.installer.again(), device_id)
    operation = Operations(park.store).get(park.viewer, saved.operation)
    assert operation.action == "Removed device; 1 revocations there were never proved"
    assert (operation.entity_name, operation.undoable, saved.doors) == ("Gate", False, {})
    for table in (t.event, t.held, t.read_back, t.device_state, t.device_sync, t.relay):
        column = table.c.get("device_id", table.c.id)
        assert rows(park, table, column == device_id) == [], table.name
    assert [row.id for row in rows(park, t.device)] == [kept]
    assert groups_of(park, kept) == {("A (default)", 1)}
    (command,) = rows(park, t.command, t.command.c.id == command_id)
    assert (command.state, command.result, command.device_id) == ("refused", "the device was removed", None)
    assert rows(park, t.door_log)[0].id == line
    with pytest.raises(NotFound):
        devices.get(park.installer, device_id)


def test_long_books_go_in_slices_so_that_the_lock_is_held_for_moments_only(
    park: Park, devices: Devices, clock: FakeClock
) -> None:
    device_id, now = park.device("Gate"), clock()
    with park.store.books(park.agent) as work:
        work.connection.execute(
            t.event.insert(),
            [
                {"device_id": device_id, "dedupe_key": str(n), "received_at": now, "kind": "x"}
                for n in range(2 * AT_ONCE + 1)
            ],
        )
    commits: list[frozenset[str]] = []
    park.store.after_commit.append(commits.append)
    devices.delete(park.installer.again(), device_id)
    assert rows(park, t.event) == []
    assert len(commits) == 6, "unread, three slices of events, one of what it held, the device itself"


def test_a_removal_asked_twice_answers_the_same(park: Park, devices: Devices) -> None:
    device_id, request = park.device("Gate"), park.installer.again()
    saved = devices.delete(request, device_id)
    assert devices.delete(request, device_id) == saved
    with pytest.raises(NotFound):
        devices.delete(park.installer.again(), device_id)


def test_a_manager_may_not_remove_and_leaves_the_books_alone(park: Park, devices: Devices, clock: FakeClock) -> None:
    device_id = park.device("Gate")
    park.book(t.event, device_id=device_id, dedupe_key="1", received_at=clock(), kind="x")
    with pytest.raises(Forbidden):
        devices.delete(park.manager.again(), device_id)
    assert len(rows(park, t.event)) == 1


def test_the_devices_of_another_community_are_out_of_reach(park: Park, devices: Devices, elsewhere: Context) -> None:
    device_id = park.device("Gate")
    park.book(t.event, device_id=device_id, dedupe_key="1", received_at=park.store.clock(), kind="x")
    for act in (
        lambda: devices.get(elsewhere, device_id),
        lambda: devices.edit(elsewhere.again(), device_id, 1, name="Mine"),
        lambda: devices.delete(elsewhere.again(), device_id),
    ):
        with pytest.raises(NotFound):
            act()
    assert devices.list(elsewhere, ListQuery()).first(9) == []
    assert len(rows(park, t.event)) == 1


@pytest.mark.feature("DEV-01")
def test_the_list_puts_trouble_first(park: Park, devices: Devices, clock: FakeClock) -> None:
    building_id = park.building("A")
    credential = park.credential(park.resident(building_id), "1234")
    ids = {}
    for name in ("ok", "open", "pending", "new", "restarting", "drift", "held", "red", "offline"):
        ids[name] = park.device(name)
        park.in_sync(ids[name])
    park.put(t.device_state, ids["offline"], status="offline", offline_since=clock())
    park.put(t.device_state, ids["restarting"], status="restarting")
    park.put(t.device_state, ids["new"], status="never_seen")
    park.put(t.device_state, ids["open"], relay_states='{"1": true}')
    park.put(t.device_state, ids["ok"], relay_states='{"1": false}')
    park.held(ids["held"], 340)
    park.put(t.device_sync, ids["drift"], drift=2)
    park.put(t.device_sync, ids["pending"], gen=9)
    park.freed(ids["red"], credential, clock() - timedelta(seconds=61))
    listed = devices.list(park.viewer, ListQuery()).first(20)
    assert [row.values["name"] for row in listed] == [
        "offline", "red", "held", "drift", "restarting", "new", "pending", "open", "ok",
    ]  # fmt: skip
    states = {row.values["name"]: (row.values["status"], row.values["sync"], row.values["door"]) for row in listed}
    assert states["red"] == ("online", "red", "unknown")
    assert states["held"] == ("online", "held", "unknown")
    assert states["drift"][1:] == ("drift", "unknown")
    assert states["pending"][1] == "pending"
    assert states["open"] == ("online", "in_sync", "open")
    assert states["ok"] == ("online", "in_sync", "closed")
    for name, state in (("red", SyncState.RED), ("held", SyncState.HELD), ("drift", SyncState.DRIFT)):
        assert devices.get(park.viewer, ids[name]).sync.state is state


def test_a_page_of_a_device_has_no_secret(park: Park, devices: Devices) -> None:
    device_id = park.device("Gate")
    shown = repr(devices.get(park.viewer, device_id)) + repr(devices.list(park.viewer, ListQuery()).first(9))
    assert "secret-of-the-door" not in shown
    assert secrets(park, device_id).token not in shown
