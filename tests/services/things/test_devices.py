"""Devices: found by the agent, added with their doors, edited, removed (features DEV-01, DEV-02, DEV-13)."""

from __future__ import annotations

import base64
import json
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from backend.domain.context import Context
from backend.domain.enums import DeviceKind, DeviceStatus, SyncState
from backend.domain.errors import Conflict, Forbidden, Invalid, NotFound, Stale
from backend.domain.paging import ListQuery
from backend.domain.records import FindingRecord
from backend.services.device_remove import AT_ONCE
from backend.services.devices import Devices, DeviceSecrets, device_of_token, device_secrets
from backend.services.operations import Operations
from backend.store import tables as t
from tests.services.things.conftest import Park
from tests.support.clock import FakeClock


@pytest.fixture
def devices(park: Park) -> Devices:
    """The devices of the park."""
    return Devices(park.store)


def rows(park: Park, table: Any, *where: Any) -> list[Any]:
    """Rows of a table, oldest first."""
    with park.store.read() as connection:
        return list(connection.execute(select(table).where(*where).order_by(*table.primary_key)))


def secrets(park: Park, device_id: int) -> DeviceSecrets:
    """What the agent reads."""
    with park.store.read() as connection:
        return device_secrets(connection, park.store.sealer, device_id)


def groups_of(park: Park, device_id: int) -> set[tuple[str, int]]:
    """Name of group and number of relay, of every door of the device in a group."""
    opens, group, relay = t.access_group_relay, t.access_group, t.relay
    with park.store.read() as connection:
        found = connection.execute(
            select(group.c.name, relay.c.number)
            .join(opens, opens.c.group_id == group.c.id)
            .join(relay, relay.c.id == opens.c.relay_id)
            .where(relay.c.device_id == device_id)
        )
        return {(row.name, row.number) for row in found}


def found(**values: Any) -> str:
    """What the agent writes for a device that can be added."""
    return FindingRecord(state="ok", sentence="An X916 that we can speak to.", model="X916", **values).model_dump_json()


@pytest.mark.feature("DEV-13")
def test_an_address_is_asked_by_the_agent_and_its_password_goes_sealed(park: Park, devices: Devices) -> None:
    command_id = devices.identify(park.technician.again(), " 192.0.2.7 ", "admin", "httpapi-secret")
    (command,) = rows(park, t.command)
    args = json.loads(command.args)
    assert (command.id, command.verb, command.device_id) == (command_id, "identify", None)
    assert command.expires_at - command.made_at == timedelta(seconds=60)
    assert (args["address"], args["user"]) == ("192.0.2.7", "admin")
    assert "httpapi-secret" not in command.args
    sealed = base64.b64decode(args["password"])
    assert park.store.sealer.open_text(f"command.args:{command.uuid}", sealed) == "httpapi-secret"


@pytest.mark.feature("DEV-13")
def test_the_finding_is_told_once_the_agent_has_answered(park: Park, devices: Devices, clock: FakeClock) -> None:
    command_id = devices.identify(park.installer.again(), "192.0.2.7", "", "")
    assert devices.finding(park.installer, command_id) is None
    park.put(t.command, command_id, state="claimed", claimed_at=clock())
    assert devices.finding(park.installer, command_id) is None
    park.put(t.command, command_id, state="done", result=found(host="192.0.2.7"), ended_at=clock())
    finding = devices.finding(park.installer, command_id)
    assert finding is not None
    assert (finding.usable, finding.host) == (True, "192.0.2.7")


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"state": "failed", "result": "No connection to the device."}, "No connection to the device."),
        ({"state": "done", "result": "{broken"}, "cannot be read"),
        ({"state": "expired", "result": "not sent in time"}, "Check that it runs"),
        ({"state": "unknown", "result": ""}, "Check that it runs"),
    ],
)
def test_a_search_that_came_to_nothing_says_so(
    park: Park, devices: Devices, values: dict[str, str], sentence: str
) -> None:
    command_id = devices.identify(park.installer.again(), "192.0.2.7", "", "")
    park.put(t.command, command_id, **values)
    finding = devices.finding(park.installer, command_id)
    assert finding is not None
    assert finding.state == "no_answer"
    assert sentence in finding.sentence


def test_a_search_that_no_agent_took_ends_by_itself(park: Park, devices: Devices, clock: FakeClock) -> None:
    command_id = devices.identify(park.installer.again(), "192.0.2.7", "", "")
    clock.advance(seconds=60)
    finding = devices.finding(park.installer, command_id)
    assert finding is not None
    assert finding.state == "no_answer"


def test_the_search_of_another_community_is_nobodys_business(park: Park, devices: Devices, elsewhere: Context) -> None:
    command_id = devices.identify(park.installer.again(), "192.0.2.7", "", "")
    with pytest.raises(NotFound):
        devices.finding(elsewhere, command_id)


@pytest.mark.parametrize("address", ["", "two words", "line\nbreak", "x" * 256])
def test_what_is_no_address_is_not_asked(park: Park, devices: Devices, address: str) -> None:
    with pytest.raises(Invalid) as caught:
        devices.identify(park.installer.again(), address, "", "")
    assert caught.value.fields.keys() == {"address"}
    assert rows(park, t.command) == []


@pytest.mark.feature("DEV-01")
def test_a_device_comes_with_doors_books_and_secrets(park: Park, devices: Devices) -> None:
    saved = devices.add(
        park.installer.again(),
        park.draft("Gate", mac="0c:11:05:2a-41.17", host="192.0.2.134", port=443, relay_names=("Gate", "Barrier")),
    )
    record = devices.get(park.viewer, saved.id)
    assert (record.name, record.mac, record.address) == ("Gate", "0C:11:05:2A:41:17", "https://192.0.2.134:443")
    assert [(relay.number, relay.name, relay.open) for relay in record.relays] == [
        (1, "Gate", None),
        (2, "Barrier", None),
    ]
    assert (record.status, record.sync.state) == (DeviceStatus.NEVER_SEEN, SyncState.PENDING)
    assert record.sync.users_limit == 10_000
    assert saved.doors == {saved.id: 2}
    plain = secrets(park, saved.id)
    assert (plain.password, plain.http_user, plain.host, plain.port) == (
        "secret-of-the-door",
        "admin",
        "192.0.2.134",
        443,
    )
    assert "secret-of-the-door" not in repr(plain)
    assert plain.token not in repr(plain)


def test_every_device_is_known_by_a_token_of_its_own(park: Park) -> None:
    tokens = {park.device(name): "" for name in ("Gate", "Pool", "Gym")}
    for device_id in tokens:
        tokens[device_id] = secrets(park, device_id).token
    assert len(set(tokens.values())) == 3
    assert all(len(base64.urlsafe_b64decode(token)) == 18 for token in tokens.values())
    with park.store.read() as connection:
        for device_id, token in tokens.items():
            assert device_of_token(connection, park.store.sealer, token) == device_id
        assert device_of_token(connection, park.store.sealer, "stranger") is None


@pytest.mark.feature("AG-02")
def test_a_door_of_a_building_joins_that_buildings_default_group(park: Park) -> None:
    first, _ = park.building("A"), park.building("B")
    device_id = park.device("Lobby", building_id=first, relay_names=("Front", "Rear"))
    assert groups_of(park, device_id) == {("A (default)", 1), ("A (default)", 2)}


@pytest.mark.feature("AG-02")
@pytest.mark.edge(42)
def test_a_door_of_the_whole_community_joins_every_default_group(park: Park, elsewhere: Context) -> None:
    park.building("A")
    park.building("B")
    with park.store.write(elsewhere, "test.group") as work:
        work.require("building.write")
        work.insert(t.access_group, uuid="x", community_id=elsewhere.community_id, name="Z", name_fold="z", system=True)
    assert groups_of(park, park.device("Main Gate")) == {("A (default)", 1), ("B (default)", 1)}


def test_a_monitor_has_no_door_of_the_community(park: Park, devices: Devices) -> None:
    park.building("A")
    device_id = park.device("Monitor", kind=DeviceKind.INDOOR_MONITOR, relay_names=("Chime",))
    assert devices.get(park.viewer, device_id).relays == ()
    assert groups_of(park, device_id) == set()


def test_everything_wrong_with_a_device_is_said_at_once(park: Park, devices: Devices) -> None:
    bad = park.draft("", mac="0C", host="no host", port=0, relay_names=("a", "b", "c", "d", "e"))
    with pytest.raises(Invalid) as caught:
        devices.add(park.installer.again(), bad)
    assert caught.value.fields.keys() == {"name", "mac", "address", "relay_names"}


@pytest.mark.parametrize(
    ("values", "field"),
    [({"name": "gate"}, "name"), ({"mac": "0C1105999999"}, "mac"), ({"host": "192.0.2.99", "port": 80}, "address")],
)
def test_what_another_device_has_names_the_field(
    park: Park, devices: Devices, values: dict[str, Any], field: str
) -> None:
    park.device("Gate", mac="0C1105999999", host="192.0.2.99", port=80)
    with pytest.raises(Conflict) as caught:
        devices.add(park.installer.again(), park.draft(**{"name": "Pool", **values}))
    assert caught.value.field == field
    assert len(rows(park, t.device)) == 1


def test_a_building_of_another_community_is_none(park: Park, devices: Devices, elsewhere: Context) -> None:
    other = Devices(park.store)
    with park.store.write(elsewhere, "test.building") as work:
        work.require("building.write")
        building_id = work.insert(t.building, uuid="x", community_id=elsewhere.community_id, name="Z", name_fold="z")
    with pytest.raises(Invalid) as caught:
        other.add(park.installer.again(), park.draft("Gate", building_id=building_id))
    assert caught.value.fields.keys() == {"building_id"}
    assert rows(park, t.device) == []


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


def test_a_password_moved_to_another_device_does_not_open(park: Park) -> None:
    first, second = park.device("Gate"), park.device("Pool")
    with park.store.write(park.agent, "test.swap") as work:
        work.require("device.write")
        stolen = work.row(t.device, first)["password_sealed"]
        work.connection.execute(update(t.device).where(t.device.c.id == second).values(password_sealed=stolen))
    with pytest.raises(Exception, match=r"device\.password"):
        secrets(park, second)
