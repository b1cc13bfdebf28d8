"""Resetting an apartment: exactly what the guide removes goes, exactly what it keeps stays (feature APT-04)."""

from __future__ import annotations

import dataclasses
import shutil
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import insert

from backend.domain.context import agent_context, new_id
from backend.domain.enums import Role
from backend.domain.errors import Conflict, Forbidden, Invalid, NotFound
from backend.services import apartment_reset, slices
from backend.services.apartments import Apartments
from backend.services.buildings import Buildings
from backend.services.outbox import post_mail
from backend.store import tables as t
from backend.store.opening import open_site
from tests.services.people.families import CONTACT, add_guest, family
from tests.services.people.park import Park, killed
from tests.support.clock import FakeClock
from tests.support.rows import ManagerContext

LIVE = {"active", "scheduled", "suspended"}


def reset(park: Park, number: str = "1001", typed: str | None = None) -> Any:
    """Reset an apartment, its number typed."""
    return Apartments(park.store).reset(park.act, park.apartments[number], number if typed is None else typed)


def preview(park: Park, number: str = "1001") -> Any:
    """What a reset would do."""
    return Apartments(park.store).reset_preview(park.context, park.apartments[number])


def add_log(park: Park, *, holder_id: int | None = None, apartment: str = "") -> int:
    """A line of the door log."""
    with park.store.books(agent_context(park.context.community_id)) as work:
        key = work.connection.execute(
            insert(t.door_log).values(
                community_id=park.context.community_id,
                device_id=park.lobby,
                holder_id=holder_id,
                apartment=apartment,
                happened_at=park.clock(),
                received_at=park.clock(),
                type="release",
                action="pin",
                response="success",
                remote_key=new_id(),
            )
        ).inserted_primary_key
    assert key is not None
    return int(key[0])


@pytest.mark.feature("APT-04")
@pytest.mark.edge("34")
def test_contact_data_family_and_codes_go_account_and_settings_stay(park: Park) -> None:
    anna, jan = family(park)
    with park.store.write(park.act, "test.prepare") as work:
        work.require("resident.write")
        work.update(t.resident, anna, account_status="expired", expires_at=park.clock(), app_status="registered")
        work.update(t.apartment, park.apartments["1001"], sip_or_ip="ip", call_type="monitor_app", allow_qr=False)
    apartment, community = park.rows(t.apartment), park.rows(t.community)
    before = park.rows(t.resident, id=anna)[0]
    reset(park)
    (after,) = park.rows(t.resident, apartment_id=park.apartments["1001"])
    gone = {name: after[name] for name in before if before[name] != after[name]}
    version = before["row_version"] + 1
    assert gone == {
        "email": None,
        "mobile": None,
        "calling_code": "",
        "country": "",
        "phone1": "",
        "app_status": "unregistered",
        "row_version": version,
    }
    assert (after["account_status"], after["expires_at"], after["remark"]) == ("expired", park.clock(), "quiet")
    assert (park.rows(t.apartment), park.rows(t.community)) == (apartment, community)
    assert set(park.statuses(anna) + park.statuses(jan)) == {"cooling"}


@pytest.mark.feature("APT-04")
@pytest.mark.feature("SYNC-03")
@pytest.mark.edge("36")
def test_every_code_is_proved_gone_from_every_door_guests_too(park: Park) -> None:
    anna, jan = family(park)
    guests = [add_guest(park, "1001", "visitor", "5074"), add_guest(park, "1001", "booking", "6085")]
    other = add_guest(park, "1002", "visitor", "7096")
    saved = reset(park)
    doors = {park.gate, park.lobby}
    assert saved.doors.keys() == doors
    for one in (anna, jan, *guests):
        owned = {row["id"] for row in park.rows(t.credential, holder_id=one)}
        assert owned
        assert park.unproved(one) == {(door, credential) for door in doors for credential in owned}
    assert park.statuses(other) == ["active"]
    assert [row["removed_at"] is not None for row in park.rows(t.holder, kind="visitor")] == [True, False]


@pytest.mark.feature("APT-04")
@pytest.mark.edge("35")
@pytest.mark.edge("36")
def test_no_mail_goes_out_and_what_waited_is_stopped(park: Park) -> None:
    anna, jan = family(park)
    with park.store.write(park.act, "test.prepare") as work:
        work.require("resident.write")
        post_mail(work, purpose="Note", key="note", to="anna@example.com", subject="Note", text="x", holder_id=anna)
    waiting = {row["id"] for row in park.rows(t.outgoing)}
    assert waiting
    reset(park)
    assert {row["id"] for row in park.rows(t.outgoing)} == waiting
    assert {row["state"] for row in park.rows(t.outgoing) if row["holder_id"] in (anna, jan)} == {"withdrawn"}
    (login,) = park.rows(t.resident_login, id=anna)
    assert (login["state"], login["password_sealed"]) == ("waiting", None)


@pytest.mark.feature("APT-04")
@pytest.mark.feature("RES-03")
@pytest.mark.edge("35")
def test_nobody_can_sign_in_until_an_address_is_typed_in_then_the_login_goes_out_once(park: Park) -> None:
    anna, _ = family(park)
    apartments = Apartments(park.store)
    assert apartments.get(park.context, park.apartments["1001"]).unreachable == ""
    reset(park)
    told = apartments.get(park.context, park.apartments["1001"]).unreachable
    assert "Nobody here can sign in" in told
    assert "Anna Kowalska" in told
    before = len(park.rows(t.outgoing))
    park.edit(anna, email="new@example.com")
    (mail,) = park.rows(t.outgoing)[before:]
    assert (mail["address"], mail["holder_id"]) == ("new@example.com", anna)
    assert apartments.get(park.context, park.apartments["1001"]).unreachable == ""


@pytest.mark.feature("APT-04")
@pytest.mark.edge("57")
def test_log_lines_of_the_apartment_go_the_operation_log_stays(park: Park, monkeypatch: pytest.MonkeyPatch) -> None:
    anna, jan = family(park)
    for _ in range(3):
        add_log(park, holder_id=anna, apartment="A 1001")
    add_log(park, holder_id=jan)
    add_log(park, apartment="A 1001")
    kept = [add_log(park, apartment="B 1001"), add_log(park, apartment="A 1002"), add_log(park)]
    operations = [row["id"] for row in park.rows(t.operation)]
    changes = len(park.rows(t.change))
    monkeypatch.setattr(apartment_reset, "LOGS_AT_ONCE", 2)
    reset(park)
    assert [row["id"] for row in park.rows(t.door_log)] == kept
    assert [row["id"] for row in park.rows(t.operation)][:-1] == operations
    assert len(park.rows(t.change)) > changes


@pytest.mark.feature("APT-04")
def test_what_is_said_before_is_what_is_done(park: Park) -> None:
    anna, _ = family(park)
    park.edit(anna, floors=("2", "G1"))
    add_guest(park, "1001", "visitor", "5074")
    add_log(park, apartment="A 1001")
    found = preview(park)
    assert dict(found.goes) == {
        "family members": 1,
        "e-mail, phones, country": 4,
        "PINs": 3,
        "RF cards": 1,
        "faces": 0,
        "ID access": 0,
        "QR codes": 0,
        "temporary keys, bookings": 1,
        "lines of door logs": 1,
        "messages not sent yet": len(park.rows(t.outgoing)),
    }
    stays = dict(found.stays)
    assert (stays["Master"], stays["Account"], stays["Groups"]) == ("Anna Kowalska", "Inactive", "A (default)")
    assert (stays["Floors"], stays["Remark"]) == ("G1, 2", "quiet")
    assert stays["Calls"] == "SIP, SmartPlus and indoor monitors"
    assert (found.place, found.number, found.master, found.doors) == (
        "A 1001",
        "1001",
        "Anna Kowalska",
        ("Gate", "Lobby"),
    )
    reset(park)
    assert {count for _, count in preview(park).goes} == {0}


@pytest.mark.feature("APT-04")
@pytest.mark.edge("38")
@pytest.mark.parametrize("typed", ["", "1002", "A 1001", "01001"])
def test_the_number_has_to_be_typed(park: Park, typed: str) -> None:
    anna, _ = family(park)
    with pytest.raises(Invalid) as caught:
        reset(park, typed=typed)
    assert caught.value.fields == {"number": "Type 1001, the number of the apartment, to reset it."}
    assert park.statuses(anna) == ["active", "active"]


def test_an_apartment_without_anybody_has_nothing_to_reset(park: Park) -> None:
    with pytest.raises(Conflict, match="Nobody lives in A 1002"):
        reset(park, "1002")


@pytest.mark.edge("40")
def test_without_the_permission_to_delete_accounts_nobody_resets(park: Park, manager_context: ManagerContext) -> None:
    anna, _ = family(park)
    home = park.context.community_id
    manager = manager_context(Role.MANAGER, community_id=home, delete_residents=False)
    with pytest.raises(Forbidden):
        Apartments(park.store).reset(manager, park.apartments["1001"], "1001")
    assert park.statuses(anna) == ["active", "active"]
    stranger = manager_context(Role.INSTALLER)
    with pytest.raises(NotFound):
        Apartments(park.store).reset(stranger, park.apartments["1001"], "1001")


@pytest.mark.edge("38")
def test_the_same_number_in_another_building_is_left_alone(park: Park) -> None:
    family(park)
    other = Buildings(park.store).add(park.act, "B").id
    twin = Apartments(park.store).add(park.act, other, "1001").id
    park.apartments["B 1001"] = twin
    nowak = park.add("B 1001", "Eva", "Nowak", pin="4063", email="eva@example.com").id
    line = add_log(park, holder_id=nowak, apartment="B 1001")
    before = park.rows(t.resident, id=nowak)
    reset(park)
    assert park.rows(t.resident, id=nowak) == before
    assert park.statuses(nowak) == ["active"]
    assert [row["id"] for row in park.rows(t.door_log)] == [line]


@pytest.mark.feature("SYNC-07")
def test_undo_brings_back_all_but_logs_and_messages(park: Park) -> None:
    anna, jan = family(park)
    add_log(park, holder_id=anna)
    before = {row["id"]: row for row in park.rows(t.resident)}
    codes = park.codes(anna) + park.codes(jan)
    saved = reset(park)
    park.take_back(saved)
    after = {row["id"]: row for row in park.rows(t.resident)}
    passing = {"row_version", "app_status"}
    for one, row in before.items():
        assert {k: v for k, v in after[one].items() if k not in passing} == {
            k: v for k, v in row.items() if k not in passing
        }
    assert park.codes(anna) + park.codes(jan) == codes
    assert park.rows(t.door_log) == []


@pytest.mark.feature("APT-04")
def test_a_reset_that_was_broken_off_goes_on_with_the_same_request(park: Park, monkeypatch: pytest.MonkeyPatch) -> None:
    anna, jan = family(park)
    for name in ("Ola", "Ela"):
        park.add(first=name, last=None)
    add_log(park, holder_id=jan)
    monkeypatch.setattr(slices, "LOCK_FOR", -1.0)
    act, apartments = park.act, Apartments(park.store)
    park.store.after_commit.append(killed)
    with pytest.raises(KeyboardInterrupt):
        apartments.reset(act, park.apartments["1001"], "1001")
    park.store.after_commit.remove(killed)
    assert park.statuses(anna) == ["cooling", "cooling"], "the master's codes go first"
    assert len(park.rows(t.resident)) == 4
    first = apartments.reset(act, park.apartments["1001"], "1001")
    assert [row["id"] for row in park.rows(t.resident)] == [anna]
    assert park.rows(t.door_log) == []
    assert [row["id"] for row in park.rows(t.operation, type="apartment.reset")] == [first.operation]


@st.composite
def homes(draw: st.DrawFn) -> dict[str, Any]:
    """A family: which contact data the master has, how many members, which codes, logs and account."""
    return {
        "contact": {name: value for name, value in CONTACT.items() if draw(st.booleans())},
        "members": draw(st.integers(0, 3)),
        "codes": draw(st.lists(st.booleans(), min_size=4, max_size=4)),
        "logs": draw(st.lists(st.sampled_from(["A 1001", "A 1002", "B 1001", ""]), max_size=5)),
        "account": draw(st.sampled_from(["inactive", "active", "expired"])),
        "settings": {
            "sip_or_ip": draw(st.sampled_from(["sip", "ip"])),
            "allow_qr": draw(st.booleans()),
            "member_limit_on": draw(st.booleans()),
            "member_limit": draw(st.integers(3, 63)),
        },
    }


UNTOUCHED = (t.community, t.building, t.apartment, t.access_group, t.access_group_relay, t.device, t.relay, t.manager)


@pytest.mark.feature("APT-04")
@pytest.mark.edge("34")
@given(home=homes())
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_reset_leaves_exactly_what_is_kept(park_template: tuple[Path, Park], home: dict[str, Any]) -> None:
    root, made = park_template
    directory = Path(tempfile.mkdtemp(dir=root.parent))
    shutil.copytree(root, directory / "site")
    clock = FakeClock()
    store = open_site(directory / "site", clock=clock)
    rest = {one.name: getattr(made, one.name) for one in dataclasses.fields(made)}
    try:
        _check(Park(**{**rest, "store": store, "clock": clock}), home)
    finally:
        store.close()
        shutil.rmtree(directory)


def _check(park: Park, home: dict[str, Any]) -> None:
    pins = iter(["2041", "3052", "4063", "5074"])
    codes = iter(home["codes"])
    code = {"calling_code": "48"} if home["contact"].keys() & {"mobile", "phone1"} else {}
    anna = park.add(pin=next(pins) if next(codes) else "", **code, **home["contact"]).id
    people = [anna]
    for number in range(home["members"]):
        people.append(park.add(first=f"M{number}", last=None, pin=next(pins) if next(codes) else "").id)
    other = park.add("1002", "Eva", "Nowak", pin="6085", email="eva@example.com").id
    lines = {add_log(park, holder_id=None, apartment=place): place for place in home["logs"]}
    with park.store.write(park.act, "test.prepare") as work:
        work.require("resident.write")
        work.update(t.resident, anna, account_status=home["account"], expires_at=park.clock())
        work.update(t.apartment, park.apartments["1001"], **home["settings"])
    before = {table.name: park.rows(table) for table in UNTOUCHED}
    rows = {row["id"]: row for row in park.rows(t.resident)}
    groups = [row["group_id"] for row in park.rows(t.access_group_member, holder_id=anna)]
    operations = [row["id"] for row in park.rows(t.operation)]
    reset(park)
    assert {table.name: park.rows(table) for table in UNTOUCHED} == before
    after = {row["id"]: row for row in park.rows(t.resident)}
    assert after.keys() == {anna, other}
    assert after[other] == rows[other]
    cleared = {**apartment_reset.CONTACT, "app_status": "unregistered", "row_version": after[anna]["row_version"]}
    assert after[anna] == {**rows[anna], **cleared}
    assert {one for person in people for one in park.statuses(person)} <= {"cooling"}
    assert park.statuses(other) == ["active"]
    assert [row["group_id"] for row in park.rows(t.access_group_member, holder_id=anna)] == groups
    assert {row["id"] for row in park.rows(t.door_log)} == {one for one, place in lines.items() if place != "A 1001"}
    assert [row["id"] for row in park.rows(t.operation)][:-1] == operations
    unsent = {"queued", "waiting", "failed"}
    assert not [row for row in park.rows(t.outgoing) if row["holder_id"] in people and row["state"] in unsent]
