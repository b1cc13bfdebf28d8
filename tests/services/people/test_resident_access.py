"""What opens doors for a resident: floors, several PINs and cards, faces, ID access, and what to know before."""

from __future__ import annotations

import io

import pytest
from PIL import Image
from sqlalchemy import update

from backend.documents.photos import read_photo
from backend.domain.context import agent_context
from backend.domain.enums import CredentialStatus, Origin
from backend.domain.errors import Conflict, Invalid, NotFound
from backend.domain.residents import ResidentPatch
from backend.services.rules import load_rules
from backend.store import tables as t
from backend.sync.cooling import free_cooled
from tests.services.people.park import Park


def jpeg(colour: str = "navy") -> bytes:
    """A photo as the engine hands it to a draft."""
    written = io.BytesIO()
    Image.new("RGB", (200, 260), colour).save(written, "PNG")
    return read_photo(written.getvalue())


def switch(park: Park, **columns: object) -> None:
    """Turn switches of the community."""
    with park.store.write(park.act, "test.switch") as work:
        work.require("community.write")
        work.connection.execute(update(t.community).values(**columns))
        work.tell("Switched", "community", None, "", undoable=False)


def limit(park: Park, members: int) -> None:
    """Limit the family members of A 1001."""
    with park.store.write(park.act, "test.limit") as work:
        work.require("apartment.write")
        rows = {"member_limit_on": True, "member_limit": members}
        work.update(t.apartment, park.apartments["1001"], **rows)
        work.tell("Limited", "apartment", None, "", undoable=False)


@pytest.mark.edge("41")
@pytest.mark.feature("RES-05")
def test_floors_are_kept_on_the_person_and_cleared_again(park: Park) -> None:
    anna = park.add(floors=("3", "g1", "-10", "128"))
    assert park.residents.get(park.context, anna.id).floors == ("-10", "G1", "3", "128")
    park.edit(anna.id, remark="x")
    assert park.residents.get(park.context, anna.id).floors == ("-10", "G1", "3", "128")
    park.edit(anna.id, floors=("All Floors",))
    assert park.residents.get(park.context, anna.id).floors == ("All Floors",)
    for bad in (("All Floors", "3"), ("129",), ("-11",), ("G3",)):
        with pytest.raises(Invalid) as caught:
            park.edit(anna.id, floors=bad)
        assert caught.value.fields.keys() == {"floors"}
    park.edit(anna.id, floors=())
    assert park.residents.get(park.context, anna.id).floors == ()


@pytest.mark.feature("RES-05")
def test_pins_come_beside_the_one_there_is_and_a_door_gets_one(park: Park) -> None:
    anna = park.add(pin="2041")
    park.edit(anna.id, pins_add=("3052", "3052", "2041"))
    assert park.codes(anna.id) == ["2041", "3052"]
    plans = park.residents.plan_edit(park.context, anna.id, ResidentPatch(pins_add=("4063",)))
    assert [loss.text for plan in plans for loss in plan.losses] == [
        "A door holds one PIN per person: Kowalska, Anna has 3, the oldest is used."
    ] * 2
    park.edit(anna.id, pin="5074")
    assert park.codes(anna.id) == ["5074"]


@pytest.mark.edge("2")
@pytest.mark.feature("RES-05")
def test_an_old_pin_with_a_leading_9_is_reported_and_stops_nothing(park: Park) -> None:
    anna = park.add(pin="2041")
    (row,) = park.rows(t.credential)
    sealed = park.store.sealer.seal_text(f"credential.value:{row['uuid']}", "9041")
    with park.store.write(park.act, "test.old") as work:
        work.require("resident.write")
        work.update(t.credential, row["id"], value_sealed=sealed, value_index=park.store.sealer.index("pin", "9041"))
        work.tell("Took over", "resident", anna.id, "", undoable=False)
    told = park.residents.advise_edit(park.context, anna.id, ResidentPatch(remark="x"))
    assert told["pin"].startswith("This PIN begins with 9")
    park.edit(anna.id, remark="x")
    assert park.codes(anna.id) == ["9041"]
    assert "pin" not in park.residents.advise_edit(park.context, anna.id, ResidentPatch(pin="2041"))


@pytest.mark.edge("6")
@pytest.mark.feature("RES-05")
def test_a_pin_inside_another_is_told_without_saying_whose(park: Park) -> None:
    park.add(pin="2741")
    for pin, said in (("27", True), ("27411", True), ("741", True), ("2841", False)):
        told = park.residents.advise_add(park.context, park.draft("1002", "Ewa", pin=pin)).get("pin", "")
        assert ("Another PIN holds this one" in told) is said, pin
        assert "Kowalska" not in told


@pytest.mark.edge("7")
@pytest.mark.feature("RES-05")
def test_how_many_short_pins_are_left_is_told_when_few_are(park: Park) -> None:
    for at, number in enumerate(("1001", "1002", "1003") * 25):
        park.add(number, f"P{at}", "Nowak", pin=f"{at + 10}", group_ids=())
    told = park.residents.advise_add(park.context, park.draft(pin="05"))
    assert told["pin"] == "Only 15 of 90 PINs with 2 digits are free: take longer ones."
    assert "pin" not in park.residents.advise_add(park.context, park.draft(pin="99123")), "no PIN that is taken"


@pytest.mark.edge("9")
@pytest.mark.feature("RES-05")
def test_many_cards_take_several_records_of_a_door_and_too_many_are_refused(park: Park) -> None:
    cards = tuple(f"0A1B2C{number:02X}" for number in range(6))
    anna = park.add(cards=cards)
    told = park.residents.advise_edit(park.context, anna.id, ResidentPatch(cards_add=("0A1B2CFF",)))
    assert told["cards_add"] == "A door keeps 4 cards of a person in a record: 7 cards take 2 of its records."
    with park.store.read() as connection:
        rules = load_rules(connection, park.store.sealer, park.context.community_id)
    from backend.domain.access.compile import compile_device

    held = compile_device(rules, park.gate, park.clock())
    assert sorted(card for user in held.users for card in user.cards) == sorted(cards)
    assert max(len(user.cards) for user in held.users) <= 4
    many = tuple(f"0B1B2C{number:02X}" for number in range(20))
    with pytest.raises(Invalid) as caught:
        park.edit(anna.id, cards_add=many)
    assert caught.value.fields == {"cards_add": "One person has at most 20 cards, these would be 26."}


@pytest.mark.edge("14")
@pytest.mark.feature("RES-05")
def test_a_face_is_kept_sealed_and_a_form_that_does_not_touch_it_leaves_it(park: Park) -> None:
    photo = jpeg()
    anna = park.add(face=photo)
    (face,) = park.residents.get(park.context, anna.id).credentials
    assert (face.kind, face.masked, face.origin, face.made_by) == ("face", "photo", Origin.MANAGER, "Ines")
    assert park.residents.photo(park.context, anna.id) == photo
    assert photo not in [row["jpeg_sealed"] for row in park.rows(t.face_photo)]
    park.edit(anna.id, remark="x", face=None)
    assert park.residents.photo(park.context, anna.id) == photo
    park.edit(anna.id, face=photo)
    assert park.statuses(anna.id) == ["active"], "the same photo again is no change"
    other = jpeg("olive")
    park.edit(anna.id, face=other)
    assert park.residents.photo(park.context, anna.id) == other
    assert park.statuses(anna.id) == ["cooling", "active"]


@pytest.mark.feature("SYNC-07")
def test_a_face_comes_back_by_undo_until_every_door_has_forgotten_it(park: Park) -> None:
    photo = jpeg()
    anna = park.add(face=photo)
    (face,) = park.residents.get(park.context, anna.id).credentials
    saved = park.edit(anna.id, credentials_remove=(face.id,))
    assert park.residents.photo(park.context, anna.id) is None
    park.take_back(saved)
    assert park.residents.photo(park.context, anna.id) == photo
    again = park.edit(anna.id, credentials_remove=(face.id,))
    park.prove()
    with pytest.raises(Conflict) as caught:
        park.take_back(again)
    assert "photo was destroyed" in str(caught.value)


def test_what_is_no_jpeg_or_too_large_is_no_face(park: Park) -> None:
    for bad in (b"GIF89a", b"\xff\xd8\xff" + b"x" * 200_001):
        with pytest.raises(Invalid) as caught:
            park.add(face=bad)
        assert caught.value.fields.keys() == {"face"}
    with pytest.raises(NotFound):
        park.residents.photo(park.context, 999)


@pytest.mark.feature("RES-05")
def test_what_no_door_takes_is_said_on_the_page(park: Park) -> None:
    anna = park.add(pin="2041")
    assert park.residents.get(park.context, anna.id).unsent == ""
    park.edit(anna.id, face=jpeg(), floors=("3",))
    assert park.residents.get(park.context, anna.id).unsent == "", "the gate takes both"
    park.edit(anna.id, floors=("3", "4"))
    only_one = "Floors stay here: doors take one floor from 1 to 128 per person."
    assert park.residents.get(park.context, anna.id).unsent == only_one
    with park.store.books(park.context) as work:
        work.connection.execute(t.device.update().values(profile="A08S"))
    said = park.residents.get(park.context, anna.id).unsent
    assert said == f"Face stays here: no door of this person takes it from the site. {only_one}"
    with park.store.books(park.context) as work:
        work.connection.execute(t.device.update().values(profile="R20A"))
    said = park.residents.get(park.context, anna.id).unsent
    assert said == "Face and floors stay here: no door of this person takes them from the site."
    park.edit(anna.id, group_ids=())
    assert park.residents.get(park.context, anna.id).unsent == "", "without a door there is nothing to say"


@pytest.mark.edge("12")
@pytest.mark.feature("RES-07")
def test_a_members_card_ends_with_the_member_and_the_masters_stay(park: Park) -> None:
    anna = park.add(cards=("0A1B2C3D", "0A1B2C3E"))
    jan = park.add(first="Jan", cards=("0A1B2C3F",))
    saved = park.delete(jan.id)
    assert park.codes(anna.id) == ["0A1B2C3D", "0A1B2C3E"]
    assert park.statuses(jan.id) == [CredentialStatus.COOLING.value]
    (operation,) = park.rows(t.operation, id=saved.operation)
    assert (operation["action"], operation["entity_id"]) == ("Deleted resident", jan.id)
    with pytest.raises(Conflict) as caught:
        park.edit(anna.id, cards_add=("0A1B2C3F",))
    assert "not yet proved gone" in str(caught.value)
    park.prove()
    park.edit(anna.id, cards_add=("0A1B2C3F",))
    assert len(park.codes(anna.id)) == 3


@pytest.mark.feature("RES-14")
def test_id_access_is_one_pair_of_its_own_and_only_where_the_community_has_it(park: Park) -> None:
    with pytest.raises(Invalid) as caught:
        park.add(run="12.345.678-5", serial="A123456789")
    assert caught.value.fields == {"run": "This community has no ID access. An installer can switch it on."}
    switch(park, id_access=True)
    anna = park.add(run="12.345.678-5", serial="a12345678")
    assert park.codes(anna.id) == ["12345678-5/A12345678"]
    with pytest.raises(Conflict) as clash:
        park.add("1002", "Ewa", run="12345678-5", serial="B12345678")
    assert (clash.value.field, str(clash.value)) == ("run", "This RUN belongs to Anna Kowalska, A 1001.")
    park.edit(anna.id, serial="C12345678")
    assert park.codes(anna.id) == ["12345678-5/C12345678"], "a renewed card has the RUN and another serial"
    with pytest.raises(Invalid) as half:
        park.edit(anna.id, serial="")
    assert half.value.fields.keys() == {"serial"}
    park.edit(anna.id, run="")
    assert park.codes(anna.id) == []
    park.edit(anna.id, run="12345678-5", serial="D12345678")
    assert park.codes(anna.id) == ["12345678-5/D12345678"], "one's own RUN comes back while it cools"


@pytest.mark.edge("37")
@pytest.mark.feature("RES-02")
def test_a_limit_of_members_blocks_new_ones_and_keeps_those_who_are_there(park: Park) -> None:
    limit(park, 0)
    park.add()
    with pytest.raises(Invalid) as caught:
        park.add(first="Jan")
    assert caught.value.fields == {"role": "A 1001 may have no family member and has 0. Raise its limit first."}
    limit(park, 1)
    jan = park.add(first="Jan")
    with pytest.raises(Invalid):
        park.add(first="Ola")
    limit(park, 0)
    park.edit(jan.id, remark="stays")
    park.add("1002", "Ewa", "Nowak")


@pytest.mark.feature("RES-02")
def test_more_members_than_are_free_are_said_to_want_a_fee(park: Park) -> None:
    anna = park.add()
    for name in ("Jan", "Ola", "Piotr"):
        assert "role" not in park.residents.advise_add(park.context, park.draft(first=name))
        park.add(first=name)
    assert park.residents.get(park.context, anna.id).fee == ""
    told = park.residents.advise_add(park.context, park.draft(first="Zoe"))["role"]
    assert told == "3 family members are free, 1 more needs an activation fee."
    park.add(first="Zoe")
    assert park.residents.get(park.context, anna.id).fee == told


@pytest.mark.feature("RES-07")
def test_a_master_whose_family_would_stay_is_offered_the_whole_family(park: Park) -> None:
    anna = park.add(pin="2041", face=jpeg())
    jan = park.add(first="Jan")
    found = park.residents.deletion(park.context, [anna.id])
    assert found.blocked
    assert found.families == (anna.id, jan.id)
    assert (found.pins, found.faces) == (1, 1)
    whole = park.residents.deletion(park.context, found.families)
    assert (whole.blocked, whole.families) == ("", ())
    assert whole.licences == (
        "The licence of A 1001 dies with its master. A new master must be bought and activated again.",
    )


@pytest.mark.feature("RES-04")
def test_a_country_fills_in_the_calling_code(park: Park) -> None:
    anna = park.add(country="germany", mobile="0151 23456789")
    record = park.residents.get(park.context, anna.id)
    assert (record.country, record.calling_code, record.mobile) == ("DE", "49", "+4915123456789")
    ewa = park.residents.get(park.context, park.add("1002", "Ewa", "Nowak", mobile="601402118").id)
    assert (ewa.country, ewa.mobile) == ("PL", "+48601402118"), "the community's by default"
    with pytest.raises(Invalid) as caught:
        park.edit(anna.id, country="Poland")
    assert caught.value.fields == {"mobile": "This number does not begin with +48, the calling code beside it."}
    park.edit(anna.id, country="Poland", mobile="601402119")
    assert park.residents.get(park.context, anna.id).mobile == "+48601402119"
    with pytest.raises(Invalid) as unknown:
        park.edit(anna.id, country="Atlantis")
    assert unknown.value.fields.keys() == {"country"}


@pytest.mark.feature("RES-04")
@pytest.mark.parametrize(
    ("field", "typed", "sentence"),
    [
        ("mobile", "60", "This mobile number is too short. With +48 one looks like 512 345 678."),
        ("mobile", "601 402 118 999", "This mobile number is too long. With +48 one looks like 512 345 678."),
        ("mobile", "+49 151 23456789", "This number does not begin with +48, the calling code beside it."),
        ("mobile", "call Anna", "A telephone number has digits only, as in 512 345 678."),
        ("phone1", "12", "A telephone number has 3 to 15 digits, as in 030 1234567."),
        ("phone1", "12345", "This number is too short. With +48 one looks like 12 345 67 89."),
        (
            "email",
            "anna@mail",
            "The part after the @-sign is not valid. It should have a period. One looks like anna@example.com.",
        ),
        ("calling_code", "999", "No country has the calling code +999."),
    ],
)
def test_a_bad_address_says_what_is_wrong_and_how_right_looks(
    park: Park, field: str, typed: str, sentence: str
) -> None:
    draft = {"mobile": "601402118"} if field == "calling_code" else {}
    with pytest.raises(Invalid) as caught:
        park.add(**{**draft, field: typed})
    assert caught.value.fields == {field: sentence}


@pytest.mark.feature("RES-04")
def test_a_number_that_is_no_mobile_is_taken_with_a_doubt(park: Park) -> None:
    told = park.residents.advise_add(park.context, park.draft(mobile="22 123 45 67"))
    assert told["mobile"] == "This is no mobile number: a text message may not reach it."
    assert "mobile" not in park.residents.advise_add(park.context, park.draft(mobile="601402118"))


def test_an_old_number_stops_no_other_change_and_landlines_need_their_service(park: Park) -> None:
    anna = park.add()
    with park.store.write(park.act, "test.old") as work:
        work.require("resident.write")
        work.update(t.resident, anna.id, mobile="+481", phone1="55")
        work.tell("Took over", "resident", anna.id, "", undoable=False)
    park.edit(anna.id, remark="x")
    switch(park, landline=False)
    park.edit(anna.id, remark="y")
    with pytest.raises(Invalid) as caught:
        park.edit(anna.id, phone2="12 345 67 89")
    assert caught.value.fields["phone2"].startswith("Landline Service is off")


def test_a_photo_is_destroyed_when_every_door_has_forgotten_the_face(park: Park) -> None:
    anna = park.add(face=jpeg())
    park.delete(anna.id)
    agent = agent_context(park.context.community_id)
    assert free_cooled(park.store, agent) == 0
    with park.store.books(agent) as work:
        work.connection.execute(update(t.read_back).values(absent_at=work.at))
    assert len(park.rows(t.face_photo)) == 1
    park.clock.advance(hours=25)
    assert free_cooled(park.store, agent) == 1
    assert park.rows(t.face_photo) == []


@pytest.mark.feature("SYNC-03")
def test_a_deleted_persons_face_is_proved_gone_like_a_code(park: Park) -> None:
    anna = park.add(face=jpeg())
    park.delete(anna.id)
    assert park.statuses(anna.id) == [CredentialStatus.COOLING.value]
    assert {device for device, _ in park.unproved(anna.id)} == {park.gate, park.lobby}
