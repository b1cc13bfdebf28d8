"""The ghost hunt on real rows: what is suspicious, in which order, and how it is ended (LIB-03)."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import insert, update

from backend.catalog.ghosts import GHOST
from backend.catalog.specs import filter_specs
from backend.domain.context import agent_context, new_id
from backend.domain.enums import CommandVerb, PinMode, Role
from backend.domain.errors import Conflict, Forbidden, Invalid, NotFound
from backend.domain.filter import parse
from backend.domain.paging import ListQuery, ListRow
from backend.services.ghosts import Ghosts
from backend.services.library import Library
from backend.store import tables as t
from tests.services.people.crowd import fill
from tests.services.people.park import Park
from tests.services.people.pins import add_staff, switch
from tests.support.rows import ManagerContext

CARD = "0A3C7F20"


def ghosts(park: Park, text: str = "", sort: str = "") -> list[ListRow]:
    """The ghosts as they stand now."""
    wanted = parse(text, filter_specs(GHOST), now=park.clock(), zone="UTC") if text else None
    return Ghosts(park.store).list(park.context, ListQuery(wanted, sort)).first(100)


def told(park: Park, text: str = "") -> dict[str, list[str]]:
    """Name -> the reasons."""
    return {row.values["name"]: list(row.values["reason"]) for row in ghosts(park, text)}


def log(park: Park, holder: int, key: str, *, minutes: float = 5, action: str = "card", **more: Any) -> None:
    """A line of the door log: it opened."""
    at = park.clock() - timedelta(minutes=minutes)
    line = {
        "community_id": park.context.community_id,
        "device_id": park.lobby,
        "holder_id": holder,
        "happened_at": at,
        "received_at": at,
        "device": "Lobby",
        "type": "release",
        "action": action,
        "key": key,
        "response": "success",
    }
    with park.store.books(agent_context(park.context.community_id)) as work:
        work.connection.execute(insert(t.door_log).values(**line | more))


@pytest.mark.feature("LIB-03")
def test_a_community_in_order_has_no_ghost(park: Park) -> None:
    anna = park.add(pin="2741", cards=(CARD,)).id
    park.hold(park.lobby, anna, park.clock(), pin="2741", cards=(CARD,))
    assert ghosts(park) == []


@pytest.mark.feature("LIB-03")
def test_guessable_pins_come_with_the_reason_in_words(park: Park) -> None:
    park.add(pin="1001")
    park.add(number="1002", first="Jan", last="Nowak", pin="5839")
    (row,) = ghosts(park)
    assert row.values["reasons"] == "guessable: the APT number"
    assert (row.values["score"], row.values["apartment"], row.values["masked"]) == (45, "1001", "··01")
    assert "1001" not in str({key: value for key, value in row.values.items() if key != "apartment"})


@pytest.mark.feature("LIB-03")
def test_codes_that_nobody_used_for_ninety_days(park: Park) -> None:
    anna = park.add(pin="2741", cards=(CARD,)).id
    log(park, anna, "··20", minutes=-1)
    park.clock.advance(days=91)
    log(park, anna, "··41", action="pin")
    found = {row.values["masked"]: row.values for row in ghosts(park)}
    assert {masked: values["reason"] for masked, values in found.items()} == {"··20": ("unused",)}
    assert found["··20"]["reasons"].startswith("not used for 90 days")
    assert found["··20"]["last_used_at"] is not None
    log(park, anna, "··20")
    assert ghosts(park) == []


@pytest.mark.feature("LIB-03")
@pytest.mark.feature("SYNC-03")
def test_a_card_that_opens_after_it_was_taken_away_comes_first_and_its_doors_are_cleaned(park: Park) -> None:
    anna = park.add(pin="1234", cards=(CARD,)).id
    card = park.rows(t.credential, kind="card")[0]["id"]
    Library(park.store).delete(park.act, [card])
    log(park, anna, "··20", minutes=-0.5)
    park.clock.advance(minutes=10)
    assert told(park) == {"Kowalska, Anna": ["guessable"]}, "a door learns of it within a minute"
    log(park, anna, "··20", minutes=1)
    first, second = ghosts(park)
    assert (first.id, first.values["reason"], first.values["score"]) == (card, ("used_after",), 95)
    assert first.values["reasons"] == "opened a door after it was taken away"
    assert second.values["reason"] == ("guessable",)
    gens = park.gens()
    Ghosts(park.store).clean(park.act, first.id)
    assert park.gens() == {device: gen + 1 for device, gen in gens.items()}
    asked = park.rows(t.command, verb=CommandVerb.READ_BACK.value)
    assert {row["device_id"] for row in asked} == {park.gate, park.lobby}
    with pytest.raises(Conflict, match="take it away instead"):
        Ghosts(park.store).clean(park.act, second.id)


@pytest.mark.feature("LIB-03")
def test_a_key_of_somebody_who_moved_out(park: Park) -> None:
    anna = park.add(pin="2741", cards=(CARD,)).id
    park.hold(park.lobby, anna, park.clock(), pin="2741")
    park.delete(anna)
    assert ghosts(park) == [], "the door is being told"
    park.clock.advance(minutes=5)
    log(park, anna, "··20", minutes=1)
    found = {row.id: row.values for row in ghosts(park)}
    card = park.rows(t.credential, kind="card")[0]["id"]
    assert found[card]["reasons"] == "opened a door after its owner had left"
    stray = found[-2 * anna]
    assert (stray["reason"], stray["doors"], stray["kind"]) == (("owner_gone",), "Lobby", "user")
    Ghosts(park.store).clean(park.act, -2 * anna)
    assert park.rows(t.operation, type="library.clean")[-1]["entity_name"] == "Kowalska, Anna"


@pytest.mark.feature("LIB-03")
def test_a_suspended_owner_and_a_record_without_a_code(park: Park) -> None:
    anna = park.add(pin="2741").id
    jan = park.add(number="1002", first="Jan", last="Nowak").id
    park.hold(park.gate, jan, park.clock(), name="Nowak, Jan")
    with park.store.write(park.act, "test") as work:
        work.require("resident.write")
        work.update(t.holder, anna, status="suspended")
    assert told(park) == {"Kowalska, Anna": ["owner_gone"], "Nowak, Jan": ["nobody"]}


@pytest.mark.feature("LIB-03")
def test_users_on_a_door_who_are_not_ours_are_named_and_left_to_the_comparison(park: Park) -> None:
    park.set_sync(park.lobby, users_unmanaged=3)
    (row,) = ghosts(park)
    assert (row.values["name"], row.values["reasons"]) == ("Lobby", "3 users there are nobody of this community")
    with pytest.raises(Conflict, match="Sync compares"):
        Ghosts(park.store).clean(park.act, row.id)
    with pytest.raises(NotFound):
        Ghosts(park.store).get(park.context, 4711)


@pytest.mark.feature("LIB-03")
def test_one_card_in_two_buildings_within_a_minute(park: Park) -> None:
    anna = park.add(cards=(CARD,)).id
    jan = park.add(number="1002", first="Jan", last="Nowak", cards=("11223344",)).id
    eva = park.add(number="1003", first="Eva", last="Zych", cards=("55667788",)).id
    for holder, key, apart in ((anna, "··20", 0.5), (jan, "··44", 2.0)):
        log(park, holder, key, minutes=10, building_id=1, door="A Lobby")
        log(park, holder, key, minutes=10 - apart, building_id=2, door="Gym")
    log(park, eva, "··88", minutes=10, building_id=None, door="Main Gate")
    log(park, eva, "··88", minutes=9.8, building_id=2, door="Gym")
    (row,) = ghosts(park)
    assert (row.values["name"], row.values["reasons"]) == ("Kowalska, Anna", "at A Lobby and Gym within a minute")


@pytest.mark.feature("LIB-03")
def test_one_pin_of_two_people_in_apt_pin_mode(park: Park) -> None:
    switch(park, PinMode.APT_PIN)
    park.add(pin="2741")
    park.add(number="1002", first="Jan", last="Nowak", pin="2741")
    assert told(park) == {"Kowalska, Anna": ["shared"], "Nowak, Jan": ["shared"]}


@pytest.mark.feature("LIB-03")
@pytest.mark.edge("6")
def test_a_pin_that_is_part_of_another_whoever_has_that(park: Park) -> None:
    park.add(pin="5839")
    add_staff(park, "158390")
    assert told(park) == {"Kowalska, Anna": ["contained"]}


@pytest.mark.feature("LIB-03")
def test_filters_sorts_and_pages_are_those_of_every_list(park: Park) -> None:
    for number, (first, pin) in enumerate((("Ada", "1234"), ("Ben", "0000"), ("Cid", "735"))):
        park.add(number=f"100{number + 1}", first=first, last="Abel", pin=pin)
    assert [row.values["name"] for row in ghosts(park, sort="name")] == ["Abel, Ada", "Abel, Ben", "Abel, Cid"]
    assert set(told(park, "ben")) == {"Abel, Ben"}
    assert set(told(park, "apt:1003")) == {"Abel, Cid"}
    assert set(told(park, "-ben why:guessable score>=45")) == {"Abel, Ada", "Abel, Cid"}
    assert told(park, "what:card") == told(park, "score>45") == told(park, "b:B") == {}
    assert len(told(park, "b:a who:master repeated")) == 1
    handle = Ghosts(park.store).list(park.context, ListQuery(sort="name"))
    rows = handle.first(10)
    assert handle.after(rows[0].key, 10) == rows[1:]
    assert handle.before(rows[2].key, 1) == rows[1:2]
    assert (handle.last(1), handle.count(), handle.estimate()) == (rows[2:], 3, 3)
    assert handle.around_rank(1.0, 2) == (1, rows[1:])
    assert (handle.seek(rows[1].id), handle.seek(4711)) == (rows[1].key, None)
    turned = Ghosts(park.store).list(park.context, ListQuery(sort="name", descending=True))
    assert turned.first(10) == rows[::-1]
    assert turned.after(rows[1].key, 10) == rows[:1]
    assert turned.before(rows[1].key, 10) == rows[2:]
    with pytest.raises(Invalid):
        Ghosts(park.store).list(park.context, ListQuery(sort="pin"))


@pytest.mark.feature("LIB-03")
def test_it_is_computed_again_after_an_act_and_not_for_every_page(park: Park) -> None:
    park.add(pin="1234")
    service = Ghosts(park.store)
    handle = service.list(park.context, ListQuery())
    (row,) = handle.first(10)
    park.set_sync(park.lobby, users_unmanaged=1)
    assert len(handle.first(10)) == 1
    Library(park.store).delete(park.act, [row.id])
    assert [one.values["kind"] for one in handle.first(10)] == ["user"]
    park.set_sync(park.lobby, users_unmanaged=0)
    park.clock.advance(seconds=11)
    assert handle.first(10) == []


@pytest.mark.feature("LIB-03")
@pytest.mark.edge("40")
def test_who_may_look_and_who_may_clean(park: Park, manager_context: ManagerContext) -> None:
    park.set_sync(park.lobby, users_unmanaged=1)
    viewer = manager_context(Role.VIEWER, community_id=park.context.community_id)
    (row,) = Ghosts(park.store).list(viewer, ListQuery()).first(5)
    with pytest.raises(Forbidden):
        Ghosts(park.store).clean(viewer.again(), row.id)
    stranger = manager_context(Role.MANAGER)
    assert Ghosts(park.store).list(stranger, ListQuery()).first(5) == []


@pytest.mark.feature("LIB-03")
def test_ten_thousand_residents_are_looked_at_in_a_moment(park: Park) -> None:
    fill(park)
    with park.store.books(agent_context(park.context.community_id)) as work:
        work.connection.execute(update(t.device_sync).values(users_unmanaged=0))
        first = park.rows(t.holder)[0]["id"]
        at = work.at - timedelta(hours=1)
        work.connection.execute(insert(t.door_log), [
            {"community_id": park.context.community_id, "device_id": park.gate, "holder_id": first + n % 10_000,
             "happened_at": at - timedelta(seconds=n), "received_at": at, "device": "Gate", "type": "release",
             "action": "card", "key": "··00", "response": "success", "remote_key": new_id()}
            for n in range(30_000)
        ])  # fmt: skip
    park.add(pin="1234")
    service = Ghosts(park.store)
    began = time.perf_counter()
    rows = service.list(park.context, ListQuery()).first(100)
    took = time.perf_counter() - began
    assert [row.values["reason"] for row in rows] == [("guessable", "contained")]
    assert took < 10.0, f"the hunt took {took:.2f} s"
