"""Editing residents: what is kept, what cools, which doors learn of it."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import select

from backend.domain.enums import CredentialStatus
from backend.domain.errors import Conflict, Forbidden, Invalid, NotFound, Stale
from backend.domain.residents import ResidentPatch
from backend.store import tables as t
from tests.services.people.park import Park, add_group
from tests.support.rows import ManagerContext


@pytest.mark.feature("RES-08")
def test_none_keeps_and_empty_clears(park: Park) -> None:
    anna = park.add(email="anna@example.com", mobile="601402118", remark="Two bicycles", pin="2041")
    park.edit(anna.id, email="", remark="One bicycle")
    record = park.residents.get(park.context, anna.id)
    assert (record.email, record.remark, record.mobile, record.first) == ("", "One bicycle", "+48601402118", "Anna")
    assert park.codes(anna.id) == ["2041"]


@pytest.mark.edge(75)
def test_stale_form_is_refused_with_the_version_of_now(park: Park) -> None:
    anna = park.add(pin="2041")
    seen = park.residents.get(park.context, anna.id).version
    for patch, what in (
        ({"remark": "first"}, "Remark"),
        ({"pin": "3052"}, "codes"),
        ({"group_ids": ()}, "access groups"),
        ({"floors": ("3",)}, "Floors"),
        ({"email": "anna@example.com", "cards_add": ("0A1B2C3D",)}, "E-mail, codes"),
    ):
        park.edit(anna.id, **patch)
        with pytest.raises(Stale) as caught:
            park.residents.edit(park.act, anna.id, seen, ResidentPatch(remark="second"))
        now = park.residents.get(park.context, anna.id).version
        assert caught.value.current == now > seen
        assert str(caught.value) == f"Ines changed Anna Kowalska meanwhile: {what}."
        seen = now


def test_same_request_edits_once(park: Park) -> None:
    anna = park.add()
    context, patch = park.act, ResidentPatch(remark="x", pin="2041")
    first = park.residents.edit(context, anna.id, 1, patch)
    assert park.residents.edit(context, anna.id, 1, patch) == first
    assert park.statuses(anna.id) == ["active"]


@pytest.mark.feature("LIB-01")
@pytest.mark.feature("SYNC-03")
def test_new_pin_takes_the_place_of_the_old_one_which_cools(park: Park) -> None:
    anna = park.add(pin="2041")
    old = park.rows(t.credential, holder_id=anna.id)[0]["id"]
    saved = park.edit(anna.id, pin="3052")
    assert park.codes(anna.id) == ["3052"]
    assert park.statuses(anna.id) == ["cooling", "active"]
    assert park.unproved(anna.id) == {(park.gate, old), (park.lobby, old)}
    assert saved.doors.keys() == {park.gate, park.lobby}


def test_same_pin_again_changes_nothing_at_the_doors(park: Park) -> None:
    anna = park.add(pin="2041")
    gens = park.gens()
    saved = park.edit(anna.id, pin=" 2041 ")
    assert (saved.doors, park.gens(), park.unproved(anna.id)) == ({}, gens, set())
    (operation,) = park.rows(t.operation, id=saved.operation)
    assert (operation["action"], operation["undoable"]) == ("Saved without a change", False)


def test_own_value_comes_back_to_life_while_it_cools(park: Park) -> None:
    anna = park.add(pin="2041", cards=("0A1B2C3D",))
    park.edit(anna.id, pin="")
    assert park.codes(anna.id) == ["0A1B2C3D"]
    park.edit(anna.id, pin="2041")
    assert park.codes(anna.id) == ["0A1B2C3D", "2041"]
    assert park.statuses(anna.id) == ["active", "active"]
    assert park.unproved(anna.id) == set()


@pytest.mark.feature("LIB-02")
def test_lost_card_is_replaced_in_one_step(park: Park) -> None:
    anna = park.add(cards=("0A1B2C3D", "0A1B2C3E"))
    lost = park.residents.get(park.context, anna.id).credentials[0]
    park.edit(anna.id, credentials_remove=(lost.id,), cards_add=("9F8E7D6C",))
    assert park.codes(anna.id) == ["0A1B2C3E", "9F8E7D6C"]
    shown = park.residents.get(park.context, anna.id).credentials
    assert [(one.masked, one.status) for one in shown][-1] == ("··3D", CredentialStatus.COOLING)


def test_code_of_somebody_else_cannot_be_removed(park: Park) -> None:
    anna, jan = park.add(pin="2041"), park.add(first="Jan", pin="3052")
    theirs = park.rows(t.credential, holder_id=jan.id)[0]["id"]
    with pytest.raises(Invalid) as caught:
        park.edit(anna.id, credentials_remove=(theirs,))
    assert caught.value.fields == {"credentials_remove": "One of these codes was taken away already."}


def test_taken_card_names_its_owner_and_own_card_is_no_news(park: Park) -> None:
    anna = park.add(cards=("0A1B2C7F",))
    jan = park.add(first="Jan", cards=("0A1B2C8F",))
    with pytest.raises(Conflict) as caught:
        park.edit(jan.id, cards_add=("0A1B2C7F", "0A1B2C8F"))
    assert (caught.value.field, str(caught.value)) == ("cards_add", "Card ··7F belongs to Anna Kowalska, A 1001.")
    park.edit(anna.id, cards_add=("0a1b2c7f",))
    assert park.statuses(anna.id) == ["active"]


def test_bad_fields_of_a_patch_are_told_at_once(park: Park) -> None:
    anna = park.add(mobile="601402118")
    with pytest.raises(Invalid) as caught:
        park.edit(anna.id, first="", email="anna", pin="9", calling_code="49", group_ids=(999,))
    assert caught.value.fields == {
        "first": "Write a name.",
        "email": "An email address must have an @-sign. One looks like anna@example.com.",
        "pin": "A PIN has 2 to 8 digits, this one has 1.",
        "mobile": "This number does not begin with +49, the calling code beside it.",
        "group_ids": "One of these access groups does not exist here any more.",
    }


@pytest.mark.feature("SYNC-01")
@pytest.mark.feature("SYNC-03")
def test_group_taken_away_makes_doors_before_and_after_dirty_and_is_proved(park: Park) -> None:
    anna = park.add(pin="2041")
    pin = park.rows(t.credential, holder_id=anna.id)[0]["id"]
    day = add_group(park.store, park.context, "Day", (park.lobby_relay,))
    gens = park.gens()
    park.edit(anna.id, group_ids=(day,))
    assert park.gens() == {device: gen + 1 for device, gen in gens.items()}
    assert park.unproved(anna.id) == {(park.gate, pin)}
    assert park.statuses(anna.id) == ["active"]
    park.edit(anna.id, group_ids=(day, park.default_group))
    assert park.unproved(anna.id) == set()


def test_door_that_still_holds_a_person_without_right_is_concerned(park: Park) -> None:
    anna = park.add(pin="2041", group_ids=())
    park.hold(park.lobby, anna.id, park.clock.now, pin="2041")
    saved = park.edit(anna.id, pin="")
    pin = park.rows(t.credential, holder_id=anna.id)[0]["id"]
    assert saved.doors.keys() == {park.lobby}
    assert park.unproved(anna.id) == {(park.lobby, pin)}


def test_new_name_reaches_doors_and_lists(park: Park) -> None:
    anna = park.add(pin="2041")
    saved = park.edit(anna.id, last="Łukasz")
    assert saved.doors.keys() == {park.gate, park.lobby}
    assert park.residents.find(park.context, "lukasz") == anna.id


def test_remark_concerns_no_door(park: Park) -> None:
    assert park.edit(park.add(pin="2041").id, remark="x").doors == {}


@pytest.mark.feature("SYNC-02")
def test_plan_of_a_patch_tells_gain_and_loss(park: Park) -> None:
    anna = park.add(pin="2041", cards=("0A1B2C3D",))
    park.hold(park.gate, anna.id, park.clock.now, pin="2041", cards=("0A1B2C3D",))
    park.set_sync(park.gate, users_held=12)
    card = park.residents.get(park.context, anna.id).credentials[1].id
    day = add_group(park.store, park.context, "Day", (park.lobby_relay,))
    patch = ResidentPatch(pin="3052", credentials_remove=(card,))
    gate, lobby = park.residents.plan_edit(park.context, anna.id, patch)
    assert [line.what for line in gate.removes] == ["1 card"]
    assert [line.what for line in gate.changes] == ["new PIN"]
    assert (gate.users_after, lobby.users_after) == (12, 1)
    gone, changed = park.residents.plan_edit(park.context, anna.id, ResidentPatch(group_ids=(day,)))
    assert (gone.device_name, [line.what for line in gone.removes], gone.users_after) == (
        "Gate",
        ["PIN and 1 card"],
        11,
    )
    assert (changed.device_name, [line.what for line in changed.changes]) == ("Lobby", ["new hours"])
    assert park.residents.plan_edit(park.context, anna.id, ResidentPatch(remark="x", pin="2041")) == ()


def test_plan_of_a_bad_pin_keeps_the_old_one(park: Park) -> None:
    anna = park.add(pin="2041")
    assert park.residents.plan_edit(park.context, anna.id, ResidentPatch(pin="9")) == ()
    assert len(park.residents.plan_edit(park.context, anna.id, ResidentPatch(pin=""))) == 2


@pytest.mark.feature("OPS-06")
def test_showing_codes_is_an_operation_that_names_what_was_shown(park: Park) -> None:
    anna = park.add(pin="2041", cards=("0A1B2C3D", "0A1B2C3E"))
    context = park.act
    shown = park.residents.reveal(context, anna.id)
    assert [value for _, value in shown] == ["2041", "0A1B2C3D", "0A1B2C3E"]
    assert park.residents.reveal(context, anna.id) == shown
    operations = park.rows(t.operation, type="resident.reveal")
    assert [(one["action"], one["undoable"]) for one in operations] == [("Showed PIN, 2 cards", False)]
    with park.store.read() as connection:
        kept = connection.execute(select(t.request.c.result).where(t.request.c.request_id == context.request_id))
        assert json.loads(kept.scalar_one())["result"] is None


def test_who_is_not_there_is_not_found(park: Park) -> None:
    with pytest.raises(NotFound, match="There is no such resident"):
        park.residents.get(park.context, 999)
    with pytest.raises(NotFound):
        park.residents.plan_edit(park.context, 999, ResidentPatch())
    with pytest.raises(NotFound):
        park.residents.edit(park.act, 999, 1, ResidentPatch())


def test_last_seen_is_for_those_who_may_read_logs(park: Park, manager_context: ManagerContext) -> None:
    anna = park.add(pin="2041")
    with park.store.books(park.context) as work:
        for number, response in enumerate(("success", "failed", "success")):
            work.insert(
                t.door_log, community_id=park.context.community_id, device_id=park.gate, holder_id=anna.id,
                happened_at=park.clock.advance(minutes=number), received_at=park.clock.now, door="Main Gate",
                type="release", action="pin", key="··41", response=response, remote_key=str(number),
            )  # fmt: skip
    record = park.residents.get(park.context, anna.id)
    assert record.last_seen is not None
    assert record.last_refusal is not None
    assert record.last_seen.happened_at == park.clock.now == record.credentials[0].last_used_at
    blind = manager_context(community_id=park.context.community_id, log_access=False)
    hidden = park.residents.get(blind, anna.id)
    assert (hidden.last_seen, hidden.last_refusal) == (None, None)
    with pytest.raises(Forbidden):
        park.access.why(blind, log_id=1)
