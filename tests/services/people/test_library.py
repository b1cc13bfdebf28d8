"""The Library: every PIN and card found, replaced, taken away, through to the owner (LIB-01, LIB-02)."""

from __future__ import annotations

import re
import time
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import insert, select

from backend.catalog.library import LIBRARY_CARD, LIBRARY_PIN
from backend.catalog.model import Record
from backend.catalog.specs import filter_specs
from backend.domain.codes import card_formats
from backend.domain.context import agent_context, new_id
from backend.domain.enums import PinMode, Role
from backend.domain.errors import Conflict, Forbidden, Invalid, NotFound, Stale
from backend.domain.filter import parse
from backend.domain.paging import ListQuery, ListRow
from backend.domain.residents import ResidentPatch
from backend.domain.staff import StaffPatch
from backend.services.credentials import value_place
from backend.services.library import Library
from backend.services.library_list import CardList, PinList
from backend.services.operations import Operations
from backend.services.personnel import Staff
from backend.store import tables as t
from backend.store.work import Work
from tests.services.people.crowd import fill
from tests.services.people.park import Park
from tests.services.people.pins import add_staff, switch
from tests.support.rows import ManagerContext

CARD = "0A3C7F20"


def library(park: Park) -> Library:
    return Library(park.store)


def rows(park: Park, record: Record, text: str = "", sort: str = "") -> list[ListRow]:
    """The rows of a list that fit an expression."""
    wanted = parse(text, filter_specs(record), now=park.clock(), zone="UTC") if text else None
    service = PinList(park.store) if record is LIBRARY_PIN else CardList(park.store)
    return service.list(park.act, ListQuery(wanted, sort)).first(100)


def names(park: Park, record: Record, text: str = "") -> list[str]:
    return [str(row.values["name"]) for row in rows(park, record, text)]


def code(park: Park, record: Record, text: str = "") -> int:
    """The one code that fits."""
    (row,) = rows(park, record, text)
    return row.id


def version(park: Park, credential_id: int) -> int:
    return library(park).get(park.context, credential_id).version


def replace(park: Park, credential_id: int, value: str) -> int:
    """Replace a value as it stands; answers the new credential."""
    return library(park).edit(park.act, credential_id, version(park, credential_id), value).id


@pytest.mark.feature("LIB-01")
@pytest.mark.feature("LIB-02")
def test_every_column_of_a_code_is_told_and_the_code_is_masked(park: Park) -> None:
    anna = park.add(pin="2741", cards=(CARD,)).id
    park.add(first="Jan", last=None, pin="3852")
    add_staff(park, "5566")
    told = {row.values["name"]: row.values for row in rows(park, LIBRARY_PIN)}
    assert {name: values["identity"] for name, values in told.items()} == {
        "Kowalska, Anna": "master",
        "Kowalska, Jan": "member",
        "Berg, Ola": "staff",
    }
    mine = told["Kowalska, Anna"]
    assert (mine["building"], mine["apartment"], mine["masked"]) == ("A", "1001", "··41")
    assert (mine["made_by"], mine["made_at"], mine["last_used_at"]) == ("Ines", park.clock(), None)
    assert mine["groups"] == "Default A" or "A" in mine["groups"]
    assert mine["holder_id"] == anna
    assert "2741" not in str(told)
    (card,) = rows(park, LIBRARY_CARD)
    assert card.values["masked"] == "··20"


@pytest.mark.feature("LIB-01")
def test_temporary_keys_are_not_listed(park: Park) -> None:
    guest = add_staff(park, "5566")
    with park.store.write(park.act, "test") as work:
        work.require("visitor.write")
        work.update(t.holder, guest, kind="visitor")
    assert rows(park, LIBRARY_PIN) == []
    with pytest.raises(NotFound):
        library(park).by_pin(park.act, "5566")


@pytest.mark.feature("LIB-01")
def test_filters_by_place_identity_name_and_whole_pin(park: Park) -> None:
    park.add(pin="2741")
    park.add(number="1002", first="Jan", last="Nowak", pin="27411")
    add_staff(park, "5566")
    assert names(park, LIBRARY_PIN, "b:A apt:1002") == ["Nowak, Jan"]
    assert names(park, LIBRARY_PIN, "who:staff") == ["Berg, Ola"]
    assert names(park, LIBRARY_PIN, "name:kowal") == ["Kowalska, Anna"]
    assert names(park, LIBRARY_PIN, "pin:2741") == ["Kowalska, Anna"]
    assert names(park, LIBRARY_PIN, "pin:274") == []
    assert names(park, LIBRARY_PIN, "2741") == [], "a word is no way to read codes"
    for bad in ("pin:27x1", "pin:1", "pin:2741,27411", "pin:2741 pin:27411"):
        with pytest.raises(Invalid):
            rows(park, LIBRARY_PIN, bad)


@pytest.mark.feature("LIB-01")
def test_a_look_up_by_pin_is_one_operation_and_needs_the_right_to_see_codes(
    park: Park, manager_context: ManagerContext
) -> None:
    park.add(pin="2741")
    wanted = parse("pin:2741", filter_specs(LIBRARY_PIN), now=park.clock(), zone="UTC")
    handle = PinList(park.store).list(park.context, ListQuery(wanted))
    assert len(handle.first(10)) == handle.count() == 1
    told = [row["action"] for row in park.rows(t.operation, type="library.pin")]
    assert told == ["Looked up a PIN"]
    assert "2741" not in str(park.rows(t.operation))
    viewer = manager_context(Role.VIEWER, community_id=park.context.community_id)
    with pytest.raises(Forbidden):
        PinList(park.store).list(viewer, ListQuery(wanted)).first(10)
    assert len(PinList(park.store).list(viewer, ListQuery()).first(10)) == 1
    with pytest.raises(Forbidden):
        library(park).by_pin(viewer, "2741")
    assert "2741" not in repr(handle.__dict__)


@pytest.mark.feature("LIB-02")
@pytest.mark.edge("8")
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(number=st.integers(1, 2**32 - 1), data=st.data())
def test_any_notation_of_a_card_finds_its_owner(park: Park, number: int, data: st.DataObject) -> None:
    stored = f"{number:08X}"
    holder = _holder(park, stored)
    forms = card_formats(stored)
    spelt = [forms.hex, forms.reversed, forms.decimal, f"dec:{forms.decimal}", forms.hn8, stored.lower()]
    spelt += [":".join(stored[at : at + 2] for at in range(0, 8, 2)), f" {stored[:4]} {stored[4:]} "]
    typed = data.draw(st.sampled_from(spelt))
    try:
        found = library(park).by_card(park.context, typed)
    except Conflict:
        return  # two cards of this test are each other's notation
    assert library(park).get(park.context, found).holder_id == holder


def _holder(park: Park, card: str) -> int:
    """A person with only this card; the same one for the same card."""
    known = _CARDS.setdefault(id(park.store), {})
    if card not in known:
        community_id, uuid = park.context.community_id, new_id()
        with park.store.write(park.act, "test") as work:
            work.require("visitor.write")
            known[card] = work.insert(
                t.holder, uuid=new_id(), kind="delivery", community_id=community_id, name="DHL", name_fold="dhl"
            )
            work.insert(
                t.credential,
                uuid=uuid,
                holder_id=known[card],
                community_id=community_id,
                scope=f"c:{community_id}",
                kind="card",
                value_sealed=work.sealer.seal_text(value_place(uuid), card),
                value_index=work.sealer.index("card", card),
            )
    return known[card]


_CARDS: dict[int, dict[str, int]] = {}


@pytest.mark.feature("LIB-02")
@pytest.mark.edge("8")
def test_a_card_is_found_in_the_list_by_any_notation_and_never_by_a_part(park: Park) -> None:
    park.add(cards=(CARD,))
    forms = card_formats(CARD)
    for typed in (forms.hex, forms.reversed, forms.decimal, forms.hn8, "0a3c7f20"):
        assert names(park, LIBRARY_CARD, f"card:{typed}") == ["Kowalska, Anna"]
    assert names(park, LIBRARY_CARD, "card:0A3C7F") == []
    assert names(park, LIBRARY_CARD, "0A3C7F20") == []
    with pytest.raises(NotFound, match="Nobody has this card"):
        library(park).by_card(park.context, "11223344")


@pytest.mark.feature("LIB-02")
@pytest.mark.feature("SYNC-03")
def test_replacing_takes_the_old_value_out_first_and_every_door_has_to_prove_it(park: Park) -> None:
    anna = park.add(pin="2741", cards=(CARD,)).id
    gens = park.gens()
    old = code(park, LIBRARY_CARD)
    new = replace(park, old, "9f8e7d6c")
    assert park.codes(anna) == ["2741", "9F8E7D6C"]
    assert [row["status"] for row in park.rows(t.credential, id=old)] == ["cooling"]
    assert new != old
    assert park.unproved(anna) == {(park.lobby, old), (park.gate, old)}
    assert park.gens()[park.lobby] == gens[park.lobby] + 1
    told = park.rows(t.operation, type="library.edit")[-1]
    assert (told["action"], told["entity"], told["entity_id"]) == ("Replaced a card", "resident", anna)
    assert "9F8E7D6C" not in str(told)


@pytest.mark.feature("LIB-01")
@pytest.mark.edge("5")
def test_a_number_that_is_taken_names_its_owner_whoever_that_is(park: Park) -> None:
    park.add(pin="2741", cards=(CARD,))
    park.add(number="1002", first="Jan", last="Nowak", pin="3852", cards=("11223344",))
    add_staff(park, "5566")
    pin = code(park, LIBRARY_PIN, "kowal")
    with pytest.raises(Conflict, match="This PIN belongs to Jan Nowak, A 1002") as error:
        replace(park, pin, "3852")
    assert error.value.field == "value"
    with pytest.raises(Conflict, match="belongs to Ola Berg"):
        replace(park, pin, "5566")
    with pytest.raises(Conflict, match="Card ··44 belongs to Jan Nowak"):
        replace(park, code(park, LIBRARY_CARD, "kowal"), "44:33:22:11"[::-1].replace(":", ""))
    switch(park, PinMode.APT_PIN)
    with pytest.raises(Conflict, match="belongs to Ola Berg"):
        replace(park, pin, "5566")
    replace(park, pin, "3852")  # another apartment's PIN is no clash in APT+PIN mode


@pytest.mark.feature("LIB-02")
def test_a_card_that_the_person_has_already_is_not_given_twice(park: Park) -> None:
    park.add(cards=(CARD, "11223344"))
    first, _ = (row.id for row in rows(park, LIBRARY_CARD))
    with pytest.raises(Conflict, match="has this card already"):
        replace(park, first, "11223344")


@pytest.mark.feature("LIB-01")
def test_a_bad_value_is_said_at_its_field_and_the_same_one_changes_nothing(park: Park) -> None:
    anna = park.add(pin="2741").id
    pin = code(park, LIBRARY_PIN)
    for bad in ("91234", "1", "", "12a4"):
        with pytest.raises(Invalid) as error:
            replace(park, pin, bad)
        assert set(error.value.fields) == {"value"}
        assert len(bad) < 3 or bad not in str(error.value)
    gens = park.gens()
    assert replace(park, pin, "2741") == pin
    assert (park.gens(), park.codes(anna)) == (gens, ["2741"])


@pytest.mark.feature("LIB-01")
@pytest.mark.edge("75")
def test_two_at_one_code_and_a_form_of_the_owner_are_told_apart_by_versions(park: Park) -> None:
    anna = park.add(pin="2741").id
    opened = park.residents.get(park.context, anna).version
    pin = code(park, LIBRARY_PIN)
    seen = version(park, pin)
    replaced = replace(park, pin, "3852")
    with pytest.raises(NotFound, match="taken away or replaced"):
        library(park).edit(park.act, pin, seen, "4963")
    seen = version(park, replaced)
    with park.store.write(park.act, "test") as work:
        work.require("resident.write")
        work.update(t.credential, replaced, status="suspended")
    with pytest.raises(Stale, match="PIN of Anna Kowalska meanwhile"):
        library(park).edit(park.act, replaced, seen, "4963")
    with pytest.raises(Stale, match="codes"):
        park.residents.edit(park.act, anna, opened, ResidentPatch(remark="x"))


@pytest.mark.feature("LIB-01")
def test_what_the_app_made_is_read_only(park: Park) -> None:
    park.add(pin="2741", cards=(CARD,))
    with park.store.write(park.act, "test") as work:
        work.require("resident.write")
        for row in park_credentials(work):
            work.update(t.credential, row, origin="app")
    pin = code(park, LIBRARY_PIN)
    with pytest.raises(Conflict, match="in the app: it is read-only here"):
        replace(park, pin, "3852")
    with pytest.raises(Conflict, match="read-only here"):
        library(park).delete(park.act, [pin, code(park, LIBRARY_CARD)])
    assert len(rows(park, LIBRARY_PIN)) == 1


def park_credentials(work: Work) -> list[int]:
    return list(work.connection.execute(select(t.credential.c.id)).scalars())


@pytest.mark.feature("LIB-02")
@pytest.mark.feature("SYNC-07")
def test_taking_away_names_codes_and_doors_and_undo_brings_them_back(park: Park) -> None:
    anna = park.add(pin="2741", cards=(CARD,)).id
    card = code(park, LIBRARY_CARD)
    told = library(park).taking(park.context, [card])
    assert told.codes == ("card ··20 of Kowalska, Anna · A 1001",)
    assert (told.pins, told.cards, told.doors) == (0, 1, ("Gate", "Lobby"))
    assert [plan.device_name for plan in told.plans] == ["Gate", "Lobby"]
    gone = library(park).delete(park.act, [card])
    assert park.codes(anna) == ["2741"]
    assert park.unproved(anna) == {(park.lobby, card), (park.gate, card)}
    acts = [row["action"] for row in park.rows(t.operation, type="library.delete")]
    assert acts == ["Took away card"]
    park.take_back(gone)
    assert park.codes(anna) == [CARD, "2741"] or park.codes(anna) == ["0A3C7F20", "2741"]
    assert park.unproved(anna) == set()
    edited = library(park).edit(park.act, card, version(park, card), "11223344")
    park.take_back(edited)
    assert park.codes(anna) == [CARD, "2741"]


@pytest.mark.feature("LIB-01")
@pytest.mark.edge("40")
def test_taking_away_is_refused_without_delete_account_permission_and_replacing_is_not(
    park: Park, manager_context: ManagerContext
) -> None:
    park.add(pin="2741")
    pin = code(park, LIBRARY_PIN)
    limited = manager_context(
        Role.MANAGER, community_id=park.context.community_id, name="Marco", delete_residents=False
    )
    for ids in ([pin], [pin, pin + 1]):
        with pytest.raises(Forbidden):
            library(park).delete(limited.again(), ids)
    with pytest.raises(Forbidden):
        library(park).taking(limited, [pin])
    library(park).edit(limited.again(), pin, version(park, pin), "3852")
    full = manager_context(Role.MANAGER, community_id=park.context.community_id, name="Maria")
    library(park).delete(full.again(), [code(park, LIBRARY_PIN)])
    assert rows(park, LIBRARY_PIN) == []


@pytest.mark.feature("LIB-01")
def test_many_need_their_count_and_a_repeated_request_does_nothing_twice(park: Park) -> None:
    holders = [add_staff(park, f"77{number:03}") for number in range(25)]
    ids = [row.id for row in rows(park, LIBRARY_PIN)]
    with pytest.raises(Invalid, match="Type 25 to go on"):
        library(park).delete(park.act, ids)
    again = park.act
    done = library(park).delete(again, ids, expected=25)
    assert library(park).delete(again, ids, expected=25).operation == done.operation
    assert {status for one in holders for status in park.statuses(one)} == {"cooling"}
    assert Operations(park.store).get(park.context, done.operation).action == "Took away 25 PINs"
    park.take_back(done)
    assert len(rows(park, LIBRARY_PIN)) == 25


@pytest.mark.feature("LIB-01")
@pytest.mark.edge("6")
@pytest.mark.edge("7")
def test_a_new_pin_is_advised_on_and_the_free_ones_are_counted(park: Park) -> None:
    park.add(pin="27")
    park.add(number="1002", first="Jan", last="Nowak", pin="6543")
    pin = code(park, LIBRARY_PIN, "nowak")
    advise = library(park).advise
    assert "a door may take one for the other" in advise(park.context, pin, "1273")
    assert advise(park.context, pin, "8134") == ""
    assert advise(park.context, pin, "65431") == "", "the PIN that goes is no clash"
    assert [(one.length, one.free, one.usable) for one in library(park).free_pins(park.context)] == [
        (2, 89, 90),
        (4, 8_999, 9_000),
    ]
    switch(park, PinMode.APT_PIN)
    assert library(park).free_pins(park.context) == ()
    switch(park, PinMode.PIN)
    for number in range(10, 83):
        if number != 27:
            add_staff(park, str(number))
    assert re.match(r"Only \d+ of 90 PINs with 2 digits", advise(park.context, pin, "88"))


@pytest.mark.feature("LIB-01")
def test_a_plan_per_door_before_a_value_is_replaced(park: Park) -> None:
    park.add(pin="2741")
    plans = library(park).plan_edit(park.context, code(park, LIBRARY_PIN), "3852")
    assert [(plan.device_name, len(plan.changes), plan.removes) for plan in plans] == [
        ("Gate", 1, ()),
        ("Lobby", 1, ()),
    ]
    with pytest.raises(Invalid):
        library(park).plan_edit(park.context, code(park, LIBRARY_PIN), "9")


@pytest.mark.feature("LIB-01")
def test_last_use_comes_from_the_log(park: Park) -> None:
    anna = park.add(pin="2741").id
    add_log(park, anna, "pin", "··41")
    add_log(park, anna, "pin", "··99")
    add_log(park, anna, "pin", "··41", response="failed", minutes=0)
    (row,) = rows(park, LIBRARY_PIN)
    assert row.values["last_used_at"] is not None
    assert (park.clock() - row.values["last_used_at"]).total_seconds() == 300


def add_log(park: Park, holder: int, action: str, key: str, *, response: str = "success", minutes: float = 5) -> None:
    """A line of the door log."""
    at = park.clock() - timedelta(minutes=minutes)
    with park.store.books(agent_context(park.context.community_id)) as work:
        work.connection.execute(
            insert(t.door_log).values(
                community_id=park.context.community_id,
                device_id=park.lobby,
                holder_id=holder,
                happened_at=at,
                received_at=at,
                device="Lobby",
                type="release",
                action=action,
                key=key,
                response=response,
            )
        )


@pytest.mark.feature("LIB-01")
def test_a_list_of_ten_thousand_pages_at_once(park: Park) -> None:
    fill(park)
    handle = PinList(park.store).list(park.context, ListQuery())
    handle.first(1)
    began = time.perf_counter()
    page = handle.first(100)
    following = handle.after(page[-1].key, 100)
    took = time.perf_counter() - began
    assert len(page) == len(following) == 100
    assert took < 2.0, f"two pages took {took:.2f} s"
    assert handle.count() > 5_000


@pytest.mark.feature("LIB-01")
@pytest.mark.feature("VIS-06")
def test_a_code_of_the_staff_goes_through_to_them_and_their_form_is_out_of_date(park: Park) -> None:
    ola = add_staff(park, "5566")
    staff = Staff(park.store)
    opened = staff.get(park.context, ola).version
    pin = code(park, LIBRARY_PIN)
    replaced = library(park).edit(park.act, pin, version(park, pin), "6677")
    assert [row["entity"] for row in park.rows(t.operation, type="library.edit")] == ["staff"]
    with pytest.raises(Stale):
        staff.edit(park.act, ola, opened, StaffPatch(name="Berg, Olga"))
    assert names(park, LIBRARY_PIN, "pin:6677") == ["Berg, Ola"]
    park.take_back(replaced)
    assert names(park, LIBRARY_PIN, "pin:5566") == ["Berg, Ola"]
    assert names(park, LIBRARY_PIN, "pin:6677") == []


@pytest.mark.feature("LIB-02")
@pytest.mark.edge("12")
def test_a_card_that_moves_to_another_person_is_proved_gone_first_and_both_acts_are_logged(park: Park) -> None:
    anna = park.add(cards=(CARD,)).id
    jan = park.add(first="Jan", last=None, cards=("11223344",)).id
    library(park).delete(park.act, [code(park, LIBRARY_CARD, "anna")])
    with pytest.raises(Conflict, match="taken from Anna Kowalska and is not yet proved gone"):
        replace(park, code(park, LIBRARY_CARD, "jan"), CARD)
    park.prove()
    replace(park, code(park, LIBRARY_CARD, "jan"), CARD)
    assert (park.codes(anna), park.codes(jan)) == ([], [CARD])
    acts = [row["action"] for row in park.rows(t.operation) if row["type"].startswith("library.")]
    assert acts == ["Took away card", "Replaced a card"]
