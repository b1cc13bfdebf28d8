"""Devices by hand, and how one is reached when that changes (features SET-06, DEV-01; rules 13.7)."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from backend.domain.device_drafts import Reach
from backend.domain.enums import DeviceStatus
from backend.domain.errors import Conflict, Invalid, Stale
from backend.domain.paging import ListQuery
from backend.services.device_setup import DeviceSetup
from backend.services.devices import Devices, device_secrets
from backend.store import tables as t
from tests.services.things.conftest import Park

pytestmark = pytest.mark.feature("SET-06")


def readdress(park: Park, device_id: int, **values: object) -> str:
    """Change how a device is reached; answers the words of the operation."""
    version = Devices(park.store).get(park.installer, device_id).version
    saved = DeviceSetup(park.store).readdress(park.installer.again(), device_id, version, Reach.model_validate(values))
    with park.store.read() as connection:
        words = select(t.operation.c.action).where(t.operation.c.id == saved.operation)
        return str(connection.execute(words).scalar_one())


def test_a_device_that_was_added_by_hand_has_never_been_seen(park: Park) -> None:
    device_id = park.device("Gate")
    record = Devices(park.store).get(park.technician, device_id)
    assert record.status is DeviceStatus.NEVER_SEEN
    rows = Devices(park.store).list(park.installer, ListQuery()).first(5)
    assert [row.values["status"] for row in rows] == ["never_seen"]


def test_a_device_of_an_apartment_is_private_and_joins_no_default_group(park: Park) -> None:
    building = park.building("A")
    park.resident(building)
    with park.store.read() as connection:
        flat = connection.execute(select(t.apartment.c.id)).scalar_one()
    device_id = park.device("Monitor", apartment_id=flat)
    with park.store.read() as connection:
        assert connection.execute(select(t.access_group_relay)).all() == []
        row = connection.execute(select(t.device).where(t.device.c.id == device_id)).one()
    assert (row.building_id, row.apartment_id, row.public) == (building, flat, False)
    with pytest.raises(Invalid) as refused:
        park.device("Other", apartment_id=4711)
    assert refused.value.fields.keys() == {"apartment_id"}


def test_another_address_keeps_what_is_known_and_has_it_read_back(park: Park) -> None:
    device_id = park.device("Gate")
    park.in_sync(device_id)
    told = readdress(park, device_id, address="http://192.0.2.99:8080", http_user="boss", password="new one")
    assert told == "Changed address of device"
    record = Devices(park.store).get(park.installer, device_id)
    assert record.address == "http://192.0.2.99:8080"
    assert record.sync.read_back_at is None
    with park.store.read() as connection:
        secrets = device_secrets(connection, park.store.sealer, device_id)
    assert (secrets.http_user, secrets.password) == ("boss", "new one")


@pytest.mark.feature("SYNC-03")
def test_another_mac_is_another_device_of_which_nothing_is_known(park: Park) -> None:
    building = park.building("A")
    anna = park.resident(building)
    pin = park.credential(anna, "2741")
    device_id = park.device("Gate", building_id=building)
    park.in_sync(device_id)
    park.freed(device_id, pin, park.store.clock())
    told = readdress(park, device_id, mac="0C-11-05-99-99-99")
    assert told == "Replaced device; 1 revocations there were never proved"
    record = Devices(park.store).get(park.installer, device_id)
    assert (record.mac, record.status) == ("0C:11:05:99:99:99", DeviceStatus.NEVER_SEEN)
    assert record.sync.state.value == "pending"


def test_what_is_wrong_is_said_at_its_field(park: Park) -> None:
    device_id, other = park.device("Gate"), park.device("Yard")
    with pytest.raises(Invalid) as refused:
        readdress(park, device_id, address="ftp://x", mac="12", auth="magic", tls_pin="abc")
    assert refused.value.fields.keys() == {"address", "mac", "auth", "tls_pin"}
    taken = Devices(park.store).get(park.installer, other)
    with pytest.raises(Conflict) as twice:
        readdress(park, device_id, mac=taken.mac)
    assert twice.value.field == "mac"
    with pytest.raises(Stale):
        DeviceSetup(park.store).readdress(park.installer.again(), device_id, 99, Reach(address="10.0.0.9"))
