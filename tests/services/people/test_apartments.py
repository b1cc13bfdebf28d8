"""Apartments: their page, their settings and what is odd about these (features APT-02, APT-03)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from backend.catalog.apartments import APARTMENT
from backend.catalog.specs import filter_specs
from backend.domain.apartments import MEMBER_LIMIT_MOST, ApartmentPatch, ApartmentRecord
from backend.domain.context import agent_context, new_id
from backend.domain.enums import CallType, CredentialKind, CredentialStatus, Origin, ResidentRole, Role
from backend.domain.errors import Conflict, Invalid, SmartPlusError
from backend.domain.filter import parse
from backend.domain.paging import ListQuery
from backend.services.apartment_faces import follow_premium
from backend.services.apartments import Apartments
from backend.store import tables as t
from tests.services.people.park import Park
from tests.support.rows import ManagerContext, insert_device

PHONE_TYPES = ["phone_monitor", "app_monitor_phone", "monitor_phone", "monitor_app_phone"]


@pytest.fixture
def apartments(park: Park) -> Apartments:
    """The apartments of the park."""
    return Apartments(park.store)


def page(park: Park, number: str = "1001") -> ApartmentRecord:
    """The page of an apartment."""
    return Apartments(park.store).get(park.context, park.apartments[number])


def edit(park: Park, number: str = "1001", **changes: Any) -> Any:
    """Change an apartment as it stands."""
    return Apartments(park.store).edit(
        park.act, park.apartments[number], page(park, number).version, ApartmentPatch(**changes)
    )


def switch(park: Park, **columns: Any) -> None:
    """Flip switches of the community, as the installer does."""
    with park.store.write(park.act, "test.prepare") as work:
        work.require("community.write")
        work.update(t.community, park.context.community_id, **columns)


def add_face(park: Park, holder_id: int, origin: Origin) -> int:
    """A face as it stands after somebody made it."""
    uuid = new_id()
    with park.store.write(park.act, "test.prepare") as work:
        work.require("resident.write")
        return work.insert(
            t.credential,
            uuid=uuid,
            holder_id=holder_id,
            community_id=park.context.community_id,
            scope=f"h:{holder_id}:{origin}",
            kind=CredentialKind.FACE.value,
            value_sealed=work.sealer.seal_text(f"credential.value:{uuid}", f"face {origin}"),
            origin=origin.value,
        )


def status(park: Park, credential_id: int) -> str:
    """The status of a credential."""
    return str(park.rows(t.credential, id=credential_id)[0]["status"])


@pytest.mark.feature("APT-02")
def test_the_page_has_people_devices_calls_and_settings(park: Park) -> None:
    anna = park.add().id
    park.add(first="Jan", last=None)
    with park.store.write(park.act, "test.prepare") as work:
        work.require("device.write")
        work.update(t.resident, anna, account_status="active", expires_at=park.clock())
        insert_device(work, park.context.community_id, "Monitor", apartment_id=park.apartments["1001"])
    found = page(park)
    assert [(name, role) for _, name, role in found.residents] == [
        ("Kowalska, Anna", ResidentRole.MASTER),
        ("Kowalska, Jan", ResidentRole.MEMBER),
    ]
    assert (found.place, found.members, [one.name for one in found.devices]) == ("A 1001", 1, ["Monitor"])
    assert (found.call_type, found.sip_or_ip, found.allow_qr, found.allow_face, found.allow_card) == (
        CallType.APP_MONITOR,
        "sip",
        True,
        True,
        True,
    )
    assert (found.account_status, found.expires_at) == ("active", park.clock())
    assert (found.member_limit_on, found.allow_id_access, found.warnings) == (False, False, ())


@pytest.mark.feature("APT-03")
def test_every_setting_is_saved_and_taken_back(park: Park) -> None:
    switch(park, id_access=True, premium_until=park.clock() + timedelta(days=30))
    before = page(park)
    wanted = {
        "name": "Sea view",
        "call_type": "monitor_app",
        "sip_or_ip": "ip",
        "allow_qr": False,
        "allow_face": False,
        "member_limit_on": True,
        "member_limit": 63,
        "allow_id_access": True,
        "allow_card": False,
    }
    saved = edit(park, **wanted)
    assert {name: getattr(page(park), name) for name in wanted} == wanted
    park.take_back(saved)
    assert page(park).model_dump(exclude={"version"}) == before.model_dump(exclude={"version"})


@pytest.mark.feature("APT-03")
def test_every_bad_field_is_named_at_once_and_nothing_is_saved(park: Park) -> None:
    switch(park, premium_until=None, id_access=False)
    edit(park, allow_card=False)
    with pytest.raises(Invalid) as caught:
        edit(
            park,
            name="x" * 65,
            call_type="fax",
            sip_or_ip="wifi",
            member_limit=64,
            allow_id_access=True,
            allow_card=True,
        )
    assert caught.value.fields == {
        "name": "At most 64 characters, this has 65.",
        "call_type": "There is no call type 'fax'.",
        "sip_or_ip": "Calls are sip or ip.",
        "member_limit": "A limit is 0 to 63 family members; the master does not count.",
        "allow_id_access": "This community has no ID Access. An installer can switch it on.",
        "allow_card": "This needs the premium feature plan, which does not run here.",
    }
    assert page(park).name == ""


@pytest.mark.feature("APT-03")
@pytest.mark.parametrize("number", [-1, MEMBER_LIMIT_MOST + 1])
def test_a_limit_is_0_to_63(park: Park, number: int) -> None:
    with pytest.raises(Invalid, match="0 to 63"):
        edit(park, member_limit=number)
    for allowed in (0, MEMBER_LIMIT_MOST):
        edit(park, member_limit=allowed)


@pytest.mark.feature("APT-03")
@pytest.mark.parametrize("call_type", list(CallType))
def test_types_with_a_phone_are_saved_with_a_warning_where_no_phone_can_ring(park: Park, call_type: CallType) -> None:
    anna = park.add().id
    edit(park, call_type=call_type.value)
    said = page(park).warnings
    assert [text for text in said if "nobody here has a telephone number" in text] == list(said)
    assert bool(said) is (call_type.value in PHONE_TYPES)
    park.edit(anna, phone2="30 1234567", calling_code="48")
    assert page(park).warnings == ()
    switch(park, landline=False)
    assert bool(page(park).warnings) is (call_type.value in PHONE_TYPES)
    assert all("no Landline Service" in text for text in page(park).warnings)


@pytest.mark.feature("APT-02")
def test_a_missing_indoor_monitor_is_said_where_the_community_wants_one(park: Park) -> None:
    switch(park, with_indoor_monitor=True)
    assert page(park).warnings == ("No indoor monitor is here, and the community wants one in each apartment.",)
    with park.store.write(park.act, "test.prepare") as work:
        work.require("device.write")
        place = {"apartment_id": park.apartments["1001"], "kind": "indoor_monitor"}
        insert_device(work, park.context.community_id, "Monitor", **place)
    assert page(park).warnings == ()


@pytest.mark.feature("APT-03")
@pytest.mark.edge("37")
def test_a_limit_below_the_family_keeps_it_and_lets_nobody_in(park: Park) -> None:
    park.add()
    park.add(first="Jan", last=None)
    edit(park, member_limit_on=True, member_limit=0)
    found = page(park)
    assert found.members == 1
    assert found.warnings == ("1 family member lives here, the limit is 0: who is there stays, no more can be added.",)
    with pytest.raises(SmartPlusError, match="family member"):
        park.add(first="Ola", last=None)
    edit(park, member_limit=2)
    park.add(first="Ola", last=None)
    with pytest.raises(SmartPlusError, match="family member"):
        park.add(first="Ela", last=None)


@pytest.mark.edge("37")
def test_the_limit_does_not_count_the_master(park: Park) -> None:
    edit(park, member_limit_on=True, member_limit=1)
    park.add()
    park.add(first="Jan", last=None)
    assert page(park).warnings == ()


@pytest.mark.feature("APT-03")
@pytest.mark.edge("13")
def test_without_the_face_permission_only_faces_from_the_app_are_suspended(park: Park) -> None:
    switch(park, premium_until=park.clock() + timedelta(days=30))
    anna = park.add().id
    faces = {origin: add_face(park, anna, origin) for origin in Origin}
    saved = edit(park, allow_face=False)
    assert {origin: status(park, one) for origin, one in faces.items()} == {
        Origin.MANAGER: "active",
        Origin.APP: "suspended",
        Origin.IMPORT: "active",
    }
    assert set(saved.doors) == {park.lobby, park.gate} & set(saved.doors) != set()
    edit(park, allow_face=True)
    assert status(park, faces[Origin.APP]) == "active"
    edit(park, allow_face=False)
    park.take_back(edit(park, allow_face=True))
    assert status(park, faces[Origin.APP]) == "suspended"


@pytest.mark.edge("13")
def test_when_premium_ends_the_suspended_faces_work_again_and_the_page_warns(park: Park) -> None:
    switch(park, premium_until=park.clock() + timedelta(days=30))
    anna = park.add().id
    face = add_face(park, anna, Origin.APP)
    edit(park, allow_face=False)
    agent = agent_context(park.context.community_id)
    assert follow_premium(park.store, agent) == 0
    assert page(park).warnings == (
        "Faces from the app are suspended, but open doors again when the premium plan ends.",
    )
    park.clock.advance(days=31)
    assert page(park).warnings == (
        "Faces from the app open doors although they are not allowed: no premium feature plan runs.",
    )
    assert follow_premium(park.store, agent) == 1
    assert status(park, face) == CredentialStatus.ACTIVE
    newest = park.rows(t.operation)[-1]
    assert newest["action"] == "1 face from the app valid again: premium plan ended"
    switch(park, premium_until=park.clock() + timedelta(days=30))
    assert follow_premium(park.store, agent) == 1
    assert status(park, face) == CredentialStatus.SUSPENDED


@pytest.mark.feature("SET-06")
@pytest.mark.edge("38")
@pytest.mark.edge("39")
def test_the_same_number_written_otherwise_is_another_apartment_and_is_warned_of(
    park: Park, apartments: Apartments
) -> None:
    for number in ("0101", "101"):
        apartments.add(park.act, park.building, number)
    with pytest.raises(Conflict):
        apartments.add(park.act, park.building, "101")
    found = {row.values["number"]: row.id for row in apartments.list(park.context, ListQuery()).first(10)}
    assert apartments.get(park.context, found["0101"]).warnings == ("A also has 101: another apartment.",)
    assert apartments.get(park.context, found["1001"]).warnings == ()


@pytest.mark.feature("APT-01")
@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("apt:1001", ["1001"]),
        ("sea", ["1002"]),
        ("kowal", ["1001"]),
        ("call:monitor_app", ["1002"]),
        ("sip:ip", ["1002"]),
        ("residents>0", ["1001"]),
        ("devices:1", ["1003"]),
        ("face:no", ["1002"]),
        ("limited:yes limit<3", ["1002"]),
        ("b:B", []),
    ],
)
def test_the_list_is_searched_by_every_column(park: Park, apartments: Apartments, text: str, found: list[str]) -> None:
    park.add()
    edit(park, "1002", name="Sea view", call_type="monitor_app", sip_or_ip="ip", allow_face=False, member_limit_on=True)
    with park.store.write(park.act, "test.prepare") as work:
        work.require("device.write")
        insert_device(work, park.context.community_id, "Monitor", apartment_id=park.apartments["1003"])
    query = ListQuery(parse(text, filter_specs(APARTMENT), now=park.clock(), zone="Europe/Berlin"))
    assert [row.values["number"] for row in apartments.list(park.context, query).first(10)] == found


@pytest.mark.feature("APT-01")
@pytest.mark.parametrize("sort", [field.name for field in APARTMENT.fields if field.sorted])
def test_the_list_is_sorted_by_every_column_that_says_so(park: Park, apartments: Apartments, sort: str) -> None:
    park.add("1002")
    forwards = [row.id for row in apartments.list(park.context, ListQuery(sort=sort)).first(10)]
    backwards = [row.id for row in apartments.list(park.context, ListQuery(sort=sort, descending=True)).first(10)]
    assert forwards == backwards[::-1]
    assert len(forwards) == 3


@pytest.mark.feature("APT-03")
def test_a_property_manager_edits_and_makes_none(park: Park, manager_context: ManagerContext) -> None:
    manager = manager_context(Role.MANAGER, community_id=park.context.community_id)
    apartments = Apartments(park.store)
    apartments.edit(manager, park.apartments["1001"], 1, ApartmentPatch(allow_qr=False))
    with pytest.raises(SmartPlusError):
        apartments.add(manager.again(), park.building, "7")
