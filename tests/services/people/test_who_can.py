"""Who may open a door and what a person may open, by the rules and by what the doors truly held (SYNC-06)."""

from __future__ import annotations

from datetime import datetime, time, timedelta

import pytest
from sqlalchemy import update

from backend.domain.answers import CanAnswer, WhoAnswer
from backend.domain.enums import CredentialKind, HolderKind, Role
from backend.domain.errors import Forbidden, Invalid, NotFound
from backend.services import past
from backend.services.rules import RuleRows
from backend.store import tables as t
from backend.store.seal import Sealer
from tests.services.people.park import Park, add_group
from tests.support.rows import ManagerContext

pytestmark = pytest.mark.feature("SYNC-06")


def who(park: Park, at: datetime | None = None, relay_id: int | None = None) -> WhoAnswer:
    """Everybody at the gate."""
    return park.access.who(park.context, relay_id or park.gate_relay, at)


def told(answer: WhoAnswer) -> list[tuple[str, str, str]]:
    """Name, group and mark of each line."""
    return [(one.name, one.group, one.mark) for one in answer.openers]


def doors(answer: CanAnswer) -> list[tuple[str, bool, str, str]]:
    """Door, whether it opens, group and mark of each line."""
    return [(one.door, one.allowed, one.group, one.mark) for one in answer.doors]


def test_everybody_at_the_door_with_group_place_and_kinds(park: Park) -> None:
    night = add_group(park.store, park.context, "Night", (park.gate_relay,), time(22), time(6))
    anna = park.add(pin="2041", cards=("0A1B2C3D",))
    park.add("1002", "Jan", "Nowak", pin="3052", group_ids=(night,))
    park.add("1003", "Ola", "Adamska")
    now = who(park)
    assert (now.door, now.device, now.at, now.past, now.known) == ("Main Gate", "Gate", park.clock.now, False, False)
    (only,) = now.openers
    assert (only.holder_id, only.kind, only.place) == (anna.id, HolderKind.RESIDENT, "A 1001")
    assert only.kinds == (CredentialKind.PIN, CredentialKind.CARD)
    assert only.mark == "", "a door that was never read has nothing to differ from"
    late = park.clock.now + timedelta(hours=13)
    assert told(who(park, late)) == [("Kowalska, Anna", "A (default)", ""), ("Nowak, Jan", "Night", "")]


def test_own_rights_give_a_door_under_their_own_name(park: Park) -> None:
    anna = park.add(pin="2041", group_ids=())
    with park.store.write(park.act, "test.prepare") as work:
        work.require("resident.write")
        work.update(t.device, park.gate, apartment_id=park.apartments["1001"])
        work.insert(t.own_relay, holder_id=anna.id, relay_id=park.gate_relay)
        work.insert(t.own_window, holder_id=anna.id, repeat="daily", start=time(0), end=time(23, 59))
    assert told(who(park)) == [("Kowalska, Anna", "Self Devices Authorisation", "")]
    assert doors(park.access.can(park.context, anna.id))[0][:3] == ("Main Gate", True, "Self Devices Authorisation")


def test_the_door_is_asked_too_and_differences_are_marked(park: Park) -> None:
    anna, jan = park.add(pin="2041"), park.add("1002", "Jan", "Nowak", pin="3052", cards=("0A1B2C3D",))
    ola = park.add("1003", "Ola", "Adamska", pin="4063")
    start = park.clock.now
    for one, pin, cards in ((jan, "3052", ("0A1B2C3D",)), (ola, "4063", ())):
        park.hold(park.gate, one.id, start, pin=pin, cards=cards)
    park.set_sync(park.gate, read_back_at=start, users_unmanaged=2)
    park.clock.advance(minutes=5)
    card = next(one for one in park.residents.get(park.context, jan.id).credentials if one.kind is CredentialKind.CARD)
    park.edit(jan.id, credentials_remove=(card.id,))
    park.edit(ola.id, group_ids=())
    park.clock.advance(minutes=5)
    answer = who(park)
    assert (answer.read_at, answer.strangers, answer.known) == (start, 2, True)
    assert told(answer) == [
        ("Adamska, Ola", "", "the door still holds their PIN"),
        ("Kowalska, Anna", "A (default)", "not written yet"),
        ("Nowak, Jan", "A (default)", "the door still holds their card"),
    ]
    assert [door[3] for door in doors(park.access.can(park.context, anna.id)) if door[0] == "Main Gate"] == [
        "not written yet"
    ]
    assert doors(park.access.can(park.context, ola.id)) == [("Main Gate", False, "", "the door still holds their PIN")]


def test_whoever_is_held_outside_their_hours_is_held_rightly(park: Park) -> None:
    night = add_group(park.store, park.context, "Night", (park.gate_relay,), time(22), time(6))
    anna = park.add(pin="2041", group_ids=(night,))
    park.hold(park.gate, anna.id, park.clock.now, pin="2041")
    assert told(who(park)) == []


def test_a_record_that_was_never_confirmed_is_not_sure(park: Park) -> None:
    anna = park.add(pin="2041")
    park.hold(park.gate, anna.id, park.clock.now, pin="2041", unknown=True)
    assert told(who(park)) == [("Kowalska, Anna", "A (default)", "not sure: the door did not confirm the last write")]


def test_the_past_has_the_rules_and_the_records_of_then(park: Park) -> None:
    anna = park.add(pin="2041")
    park.hold(park.gate, anna.id, park.clock.now, park.clock.now + timedelta(minutes=30), pin="2041")
    then = park.clock.now + timedelta(minutes=5)
    park.clock.advance(minutes=10)
    park.edit(anna.id, last="Nowak", group_ids=())
    revoked = park.clock.advance(minutes=5)
    park.clock.advance(days=2)
    park.delete(anna.id)
    park.clock.advance(days=1)
    assert told(who(park, then)) == [("Kowalska, Anna", "A (default)", "")]
    assert told(who(park, revoked)) == [("Nowak, Anna", "", "the door still held their PIN")]
    assert told(who(park)) == []
    past_doors = park.access.can(park.context, anna.id, at=then)
    assert (past_doors.person, past_doors.past) == ("Kowalska, Anna", True)
    assert {door.door: door.allowed for door in past_doors.doors} == {"Main Gate": True, "Lobby Door": True}


def test_doors_of_a_person_open_ones_first_with_the_next_opening_of_others(park: Park) -> None:
    day = add_group(park.store, park.context, "Day", (park.gate_relay,))
    night = add_group(park.store, park.context, "Night", (park.lobby_relay,), time(22), time(6))
    anna = park.add(pin="2041", group_ids=(day, night))
    gate, lobby = park.access.can(park.context, anna.id).doors
    assert (gate.door, gate.allowed, gate.group, gate.hours) == ("Main Gate", True, "Day", "daily 08:00-18:00")
    assert (lobby.door, lobby.allowed, lobby.group) == ("Lobby Door", False, "Night")
    assert lobby.opens_next == park.clock.now.replace(hour=21, minute=0, second=0, microsecond=0)
    assert lobby.sentence == "Night ends Monday at 06:00; it was 10:00."
    (only,) = park.access.can(park.context, anna.id, park.lobby_relay).doors
    assert only == lobby


def test_a_question_about_nothing_is_refused(park: Park, manager_context: ManagerContext) -> None:
    anna = park.add(pin="2041")
    for ask in (
        lambda: who(park, relay_id=999),
        lambda: park.access.can(park.context, 999),
        lambda: park.access.can(park.context, anna.id, 999),
    ):
        with pytest.raises(NotFound):
            ask()
    stranger = manager_context(Role.INSTALLER)
    with pytest.raises(NotFound):
        park.access.who(stranger, park.gate_relay)
    technician = manager_context(Role.TECHNICIAN, community_id=park.context.community_id)
    with pytest.raises(Forbidden):
        park.access.who(technician, park.gate_relay)


def test_before_a_door_or_a_person_was_there_is_said(park: Park) -> None:
    before = park.clock.now
    park.clock.advance(minutes=5)
    anna = park.add(pin="2041")
    with park.store.write(park.act, "test.prepare") as work:
        work.require("device.write")
        relay = work.insert(t.relay, uuid="side", device_id=park.gate, number=2, name="Side", name_fold="side")
    park.clock.advance(minutes=5)
    with pytest.raises(Invalid, match="Side was not there on"):
        who(park, before, relay)
    with pytest.raises(Invalid, match="This person was not there on"):
        park.access.can(park.context, anna.id, at=before)


@pytest.mark.parametrize(("limit", "most"), [("HORIZON", 2), ("IMAGES", 0)])
def test_beyond_the_horizon_it_is_said_how_far_the_past_is_known(
    park: Park, monkeypatch: pytest.MonkeyPatch, limit: str, most: int
) -> None:
    anna = park.add(pin="2041")
    then = park.clock.advance(minutes=10)
    for last in ("Nowak", "Adamska", "Lis"):
        park.clock.advance(minutes=10)
        park.edit(anna.id, last=last)
    park.clock.advance(days=1)
    monkeypatch.setattr(past, limit, most)
    with pytest.raises(
        Invalid, match=r"The rules of 2026-03-02 10:10 are not known any more.*back to 2026-03-02 10:40"
    ):
        who(park, then)
    assert len(who(park, park.clock.now - timedelta(hours=1)).openers) == 1


def test_a_slice_of_an_act_that_began_before_is_turned_back_too(park: Park) -> None:
    """A bulk act has one operation, that of its first slice, and goes on for minutes."""
    anna, jan = park.add(pin="2041"), park.add("1002", "Jan", "Nowak", pin="3052")
    park.clock.advance(minutes=1)
    with park.store.write(park.act, "test.bulk") as work:
        work.require("resident.write")
        work.update(t.holder, anna.id, name="Anna, later")
        work.tell("Renamed", "resident", None, "")
        operation = work.open_operation()
    between = park.clock.advance(minutes=1)
    park.clock.advance(minutes=1)
    with park.store.write(park.act, "test.bulk", operation_id=operation) as work:
        work.require("resident.write")
        work.update(t.holder, jan.id, name="Jan, later")
    park.clock.advance(minutes=1)
    assert [name for name, _, _ in told(who(park, between))] == ["Anna, later", "Nowak, Jan"]


def test_nothing_sealed_is_opened_for_who_and_can(park: Park, monkeypatch: pytest.MonkeyPatch) -> None:
    anna = park.add(pin="2041", cards=("0A1B2C3D",))
    opened: list[str] = []
    real = Sealer.open
    monkeypatch.setattr(Sealer, "open", lambda self, place, sealed: opened.append(place) or real(self, place, sealed))
    assert len(who(park).openers) == 1
    assert park.access.can(park.context, anna.id).doors
    assert opened == []
    with park.store.read() as connection:
        rows = RuleRows.fetch(connection, park.context.community_id, values=False)
    assert all(len(row) == len(rows.columns["credential"]) for row in rows.rows["credential"].values())


def test_only_public_area_counts_in_who(park: Park) -> None:
    anna = park.add(pin="2041")
    assert len(who(park).openers) == 1
    with park.store.write(park.act, "test.prepare") as work:
        work.require("community.write")
        work.update(t.community, park.context.community_id, only_public_area=True)
        work.update(t.device, park.gate, public=False)
    park.hold(park.gate, anna.id, park.clock.now, pin="2041")
    assert told(who(park)) == [("Kowalska, Anna", "", "the door still holds their PIN")]
    with park.store.books(park.context) as work:
        work.connection.execute(update(t.held).values(to_at=work.at))
    assert told(who(park)) == []
