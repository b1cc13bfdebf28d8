"""Adding residents: what is filled in, what is refused and in which words."""

from __future__ import annotations

from datetime import timedelta

import pytest

from backend.domain.enums import ResidentRole, Role
from backend.domain.errors import Conflict, Forbidden, Invalid
from backend.store import tables as t
from tests.services.people.park import Park, add_group
from tests.support.rows import ManagerContext


@pytest.mark.feature("RES-01")
@pytest.mark.feature("RES-13")
def test_first_account_becomes_the_master_with_the_buildings_group(park: Park) -> None:
    saved = park.add(
        email="Anna@Example.com", mobile="601 402 118", pin="2041", cards=("0a1b2c3d",), remark="Two  bicycles"
    )
    record = park.residents.get(park.context, saved.id)
    assert (record.role, record.name, record.building, record.apartment) == ("master", "Kowalska, Anna", "A", "1001")
    assert (record.email, record.calling_code, record.mobile) == ("anna@example.com", "48", "+48601402118")
    assert record.groups == ((park.default_group, "A (default)"),)
    assert [one.masked for one in record.credentials] == ["··41", "··3D"]
    assert record.remark == "Two bicycles"
    assert park.codes(saved.id) == ["0A1B2C3D", "2041"]


@pytest.mark.feature("RES-02")
def test_member_takes_last_name_and_group_from_the_master(park: Park) -> None:
    park.add()
    member = park.residents.get(park.context, park.add(first="Jan", last=None).id)
    assert (member.role, member.last) == ("member", "Kowalska")
    assert member.groups == ((park.default_group, "A (default)"),)


def test_uid_is_a_number_of_six_digits_of_its_own(park: Park) -> None:
    uids = [park.residents.get(park.context, park.add(first=name).id).uid for name in ("Anna", "Jan")]
    assert len(set(uids)) == 2
    assert all(uid.isdigit() and len(uid) >= 6 for uid in uids)


@pytest.mark.feature("SYNC-01")
def test_doors_of_the_groups_become_dirty_with_a_generation_to_wait_for(park: Park) -> None:
    before = park.gens()
    saved = park.add(pin="2041")
    assert saved.doors == {device: gen + 1 for device, gen in before.items()} == park.gens()


def test_empty_choice_of_groups_is_kept_and_concerns_no_door(park: Park) -> None:
    saved = park.add(pin="2041", group_ids=())
    assert saved.doors == {}
    assert park.residents.get(park.context, saved.id).groups == ()


def test_same_request_adds_once_and_answers_the_same(park: Park) -> None:
    context, draft = park.act, park.draft(pin="2041")
    first = park.residents.add(context, draft)
    assert park.residents.add(context, draft) == first
    assert len(park.rows(t.resident)) == 1


@pytest.mark.edge(1)
@pytest.mark.feature("RES-05")
@pytest.mark.parametrize(
    ("pin", "sentence"),
    [
        ("9123", "A PIN cannot start with 9: those are temporary keys."),
        ("1", "A PIN has 2 to 8 digits, this one has 1."),
        ("123456789", "A PIN has 2 to 8 digits, this one has 9."),
        ("12a4", "A PIN has digits only, 2 to 8 of them."),
    ],
)
def test_bad_pin_is_refused_in_words(park: Park, pin: str, sentence: str) -> None:
    with pytest.raises(Invalid) as caught:
        park.add(pin=pin)
    assert caught.value.fields == {"pin": sentence}
    assert park.rows(t.holder) == []


def test_every_bad_field_is_told_at_once(park: Park) -> None:
    park.add(first="Jan", last="Nowak", pin="7777")
    with pytest.raises(Invalid) as caught:
        park.add(
            number="1002",
            first=" ",
            last=None,
            email="anna.kowalska@mail",
            mobile="60",
            phone2="12",
            pin="7777",
            cards=("0A1B2C3D", "zz"),
            remark="x" * 129,
            group_ids=(999,),
        )
    assert caught.value.fields == {
        "first": "Write a name.",
        "last": "Write a name.",
        "email": "The part after the @-sign is not valid. It should have a period. One looks like anna@example.com.",
        "mobile": "This mobile number is too short. With +48 one looks like 512 345 678.",
        "phone2": "A telephone number has 3 to 15 digits, as in 030 1234567.",
        "pin": "This PIN belongs to Jan Nowak, A 1001.",
        "cards": "Card 2: A card number has the digits 0-9 and A-F, or dec: and a decimal number.",
        "remark": "At most 128 characters, this has 129.",
        "group_ids": "One of these access groups does not exist here any more.",
    }


def test_apartment_is_wanted_and_must_be_here(park: Park) -> None:
    for apartment, sentence in ((None, "Choose an apartment."), (999, "This apartment does not exist any more.")):
        with pytest.raises(Invalid) as caught:
            park.residents.add(park.act, park.draft().model_copy(update={"apartment_id": apartment}))
        assert caught.value.fields == {"apartment_id": sentence}


def test_member_without_a_master_is_refused(park: Park) -> None:
    with pytest.raises(Invalid) as caught:
        park.add(role=ResidentRole.MEMBER)
    assert caught.value.fields == {"role": "This apartment has no family master yet. Add the master first."}


@pytest.mark.edge(30)
def test_second_master_is_a_conflict_naming_the_first(park: Park) -> None:
    park.add()
    with pytest.raises(Conflict) as caught:
        park.add(first="Jan", role=ResidentRole.MASTER)
    assert (caught.value.field, str(caught.value)) == ("role", "A 1001 has a family master already: Anna Kowalska.")


@pytest.mark.edge(5)
def test_taken_values_name_their_owner(park: Park) -> None:
    park.add(first="Jan", last="Nowak", pin="2041", cards=("0A1B2C7F",), email="jan@example.com")
    for field, value, sentence in (
        ("pin", "2041", "This PIN belongs to Jan Nowak, A 1001."),
        ("cards", ("0a:1b:2c:7f",), "Card ··7F belongs to Jan Nowak, A 1001."),
        ("email", "JAN@example.com", "This e-mail address belongs to Jan Nowak."),
    ):
        with pytest.raises(Conflict) as caught:
            park.add(number="1002", **{field: value})
        assert (caught.value.field, str(caught.value)) == (field, sentence)


@pytest.mark.edge(3)
def test_pins_of_two_apartments_may_be_equal_in_apt_pin_mode(park: Park) -> None:
    with park.store.write(park.act, "test.prepare") as work:
        work.require("community.write")
        work.update(t.community, park.context.community_id, pin_mode="apt_pin")
    park.add(pin="2041", cards=("0A1B2C7F",))
    park.add(number="1002", first="Jan", pin="2041")
    with pytest.raises(Conflict, match="This PIN belongs to Anna Kowalska"):
        park.add(first="Piotr", pin="2041")
    with pytest.raises(Conflict, match="belongs to Anna Kowalska"):
        park.add(number="1003", first="Ewa", cards=("0A1B2C7F",))


@pytest.mark.edge(10)
def test_repeated_and_empty_cards_are_one(park: Park) -> None:
    saved = park.add(cards=("0A1B2C3D", " ", "0a1b2c3d", "dec:0169552957"))
    assert park.codes(saved.id) == ["0A1B2C3D"]


@pytest.mark.feature("LIB-02")
@pytest.mark.feature("SYNC-03")
def test_freed_pin_cools_until_proved_gone_then_is_free(park: Park) -> None:
    anna = park.add(pin="2041")
    park.delete(anna.id)
    with pytest.raises(Conflict) as caught:
        park.add(number="1002", first="Jan", pin="2041")
    assert caught.value.field == "pin"
    assert str(caught.value) == "This PIN was taken from Anna Kowalska and is not yet proved gone from every door."
    park.prove()
    assert park.codes(park.add(number="1002", first="Jan", pin="2041").id) == ["2041"]


def test_landline_needs_a_calling_code_where_the_country_gives_none(park: Park) -> None:
    with park.store.write(park.act, "test.prepare") as work:
        work.require("community.write")
        work.update(t.community, park.context.community_id, country="")
    with pytest.raises(Invalid) as caught:
        park.add(phone1="030 123456")
    assert caught.value.fields == {"calling_code": "A calling code has 1 to 3 digits, as in +48."}
    saved = park.add(phone1="030 123456", calling_code="+49")
    record = park.residents.get(park.context, saved.id)
    assert (record.phone1, record.calling_code) == ("030123456", "49")


@pytest.mark.feature("RES-04")
def test_defaults_tell_what_is_known_and_where_it_is_from(park: Park) -> None:
    empty = park.residents.defaults(park.context, park.apartments["1001"])
    assert (empty.role, empty.last, empty.calling_code, empty.members) == ("master", "", "48", 0)
    assert empty.groups == ((park.default_group, "A (default)"),)
    assert empty.sources == {
        "role": "first account of A 1001",
        "calling_code": "from the community, Poland",
        "group_ids": "default of building A",
    }
    park.add(pin=empty.free_pin)
    park.add(first="Jan", last=None)
    family = park.residents.defaults(park.context, park.apartments["1001"])
    assert (family.role, family.last, family.members, family.free_members) == ("member", "Kowalska", 1, 3)
    assert family.sources["last"] == "from the master, Anna Kowalska"
    assert family.free_pin != empty.free_pin
    assert "free_pin" not in repr(family)


def test_defaults_without_an_apartment_wait_for_one(park: Park) -> None:
    nothing = park.residents.defaults(park.context, None)
    assert (nothing.free_pin, nothing.group_ids, nothing.free_members) == ("", (), 3)


@pytest.mark.feature("SYNC-02")
def test_plan_of_a_draft_counts_what_each_door_receives(park: Park) -> None:
    park.set_sync(park.gate, users_held=10, users_unmanaged=2)
    gate, lobby = park.residents.plan_add(park.context, park.draft(pin="2041", cards=("0A1B2C3D", "0A1B2C3E")))
    assert (gate.device_name, gate.users_after, gate.users_limit) == ("Gate", 13, 10_000)
    assert [(line.name, line.what) for line in gate.adds] == [("Kowalska, Anna", "PIN and 2 cards")]
    assert (lobby.device_name, lobby.users_after, lobby.users_limit) == ("Lobby", 1, 4_000)
    assert park.rows(t.holder) == []


def test_plan_of_a_half_typed_draft_leaves_out_what_is_not_understood(park: Park) -> None:
    assert park.residents.plan_add(park.context, park.draft(pin="9", cards=("zz",))) == ()
    nowhere = park.draft(pin="2041").model_copy(update={"apartment_id": None})
    assert park.residents.plan_add(park.context, nowhere) == ()


@pytest.mark.edge("9")
def test_plan_says_when_a_door_gets_full(park: Park) -> None:
    park.set_sync(park.lobby, users_held=4_000)
    lobby = park.residents.plan_add(park.context, park.draft(pin="2041"))[1]
    assert lobby.users_after == 4_001
    assert [loss.text for loss in lobby.losses] == ["This door holds 4,000 users; 1 user has no room."]


def test_plan_follows_the_groups_chosen(park: Park) -> None:
    group = add_group(park.store, park.context, "Day", (park.lobby_relay,))
    (door,) = park.residents.plan_add(park.context, park.draft(pin="2041", group_ids=(group, 999)))
    assert door.device_name == "Lobby"


def test_operation_names_the_person_and_no_code(park: Park) -> None:
    saved = park.add(pin="2041")
    (operation,) = park.rows(t.operation, id=saved.operation)
    assert (operation["type"], operation["action"]) == ("resident.add", "Added family master")
    assert operation["entity_name"] == "Kowalska, Anna · A 1001"
    assert "2041" not in str(operation)


def test_what_is_sealed_is_not_in_the_file(park: Park) -> None:
    park.add(pin="20417733", cards=("0A1B2C3D",))
    park.store.close()
    raw = b"".join(path.read_bytes() for path in park.store.path.parent.glob("smartplus.db*"))
    assert b"20417733" not in raw
    assert b"0A1B2C3D" not in raw


def test_role_without_the_right_is_refused(park: Park, manager_context: ManagerContext) -> None:
    viewer = manager_context(Role.VIEWER, community_id=park.context.community_id)
    with pytest.raises(Forbidden):
        park.residents.add(viewer, park.draft())
    with pytest.raises(Forbidden):
        park.residents.defaults(viewer, park.apartments["1001"])


def test_apartment_of_another_community_is_not_there(park: Park, manager_context: ManagerContext) -> None:
    stranger = manager_context(Role.INSTALLER)
    with pytest.raises(Invalid, match="does not exist any more"):
        park.residents.add(stranger, park.draft())


def test_made_and_last_used_stand_on_the_code(park: Park) -> None:
    park.clock.advance(timedelta(minutes=3))
    saved = park.add(pin="2041")
    (code,) = park.residents.get(park.context, saved.id).credentials
    assert (code.made_at, code.last_used_at) == (park.clock.now, None)
