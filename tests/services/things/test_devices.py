"""Devices: found by the agent, added with their doors, edited, removed (features DEV-01, DEV-02, DEV-13)."""

from __future__ import annotations

import base64
import json
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from backend.domain.context import Context
from backend.domain.device_drafts import FindingRecord
from backend.domain.enums import DeviceKind, DeviceStatus, SyncState
from backend.domain.errors import Conflict, Invalid, NotFound
from backend.services.devices import Devices, DeviceSecrets, device_of_token, device_secrets
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


def test_what_a_device_says_of_itself_is_made_safe_to_draw(park: Park, devices: Devices) -> None:
    device_id = park.device("Gate", model="X916\x1b[2J\u202e" + "x" * 99, firmware="916\n30")
    record = devices.get(park.viewer, device_id)
    assert record.model == "X916[2J" + "x" * 56
    assert record.firmware == "916 30"


def test_a_building_of_another_community_is_none(park: Park, devices: Devices, elsewhere: Context) -> None:
    other = Devices(park.store)
    with park.store.write(elsewhere, "test.building") as work:
        work.require("building.write")
        building_id = work.insert(t.building, uuid="x", community_id=elsewhere.community_id, name="Z", name_fold="z")
    with pytest.raises(Invalid) as caught:
        other.add(park.installer.again(), park.draft("Gate", building_id=building_id))
    assert caught.value.fields.keys() == {"building_id"}
    assert rows(park, t.device) == []


def test_a_password_moved_to_another_device_does_not_open(park: Park) -> None:
    first, second = park.device("Gate"), park.device("Pool")
    with park.store.write(park.agent, "test.swap") as work:
        work.require("device.write")
        stolen = work.row(t.device, first)["password_sealed"]
        work.connection.execute(update(t.device).where(t.device.c.id == second).values(password_sealed=stolen))
    with pytest.raises(Exception, match=r"device\.password"):
        secrets(park, second)
