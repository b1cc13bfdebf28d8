"""Amenities: what is right about one, and that its device leaves the default groups for good (BOOK-01, BOOK-03)."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest

from backend.domain.amenities import AmenityDraft
from backend.domain.device_drafts import DeviceDraft
from backend.domain.enums import DeviceKind
from backend.domain.errors import Conflict, Invalid, NotFound, Stale
from backend.services.amenities import Amenities
from backend.services.buildings import Buildings
from backend.services.device_setup import DeviceSetup
from backend.services.devices import Devices
from backend.store import tables as t
from backend.store.opening import open_site
from backend.store.site import Site
from tests.services.people.park import Park
from tests.services.people.resort import HOURS, Resort, make_resort

JPEG = b"\xff\xd8 a gym"


@pytest.fixture
def resort(park: Park) -> Resort:
    """The park with a premium plan."""
    return make_resort(park)


@pytest.mark.feature("BOOK-01")
def test_an_amenity_keeps_what_was_typed(resort: Resort) -> None:
    saved = resort.gym(description="Ground floor", picture=JPEG, lead_days=3, uses=5)
    page = resort.amenities.get(resort.park.context, saved.id)
    assert (page.name, page.description, page.device, page.place) == ("Gym", "Ground floor", "Lobby", "A")
    assert (page.duration, page.lead_days, page.capacity, page.uses) == (60, 3, 2, 5)
    assert page.hours == "daily 8-12; daily 14-22"
    assert resort.amenities.picture(resort.park.context, saved.id) == JPEG
    assert page.everywhere


@pytest.mark.feature("BOOK-01")
def test_a_community_public_device_is_called_so(resort: Resort) -> None:
    saved = resort.gym(device_id=resort.park.gate)
    assert resort.amenities.get(resort.park.context, saved.id).place == "Community Public Device"


@pytest.mark.feature("BOOK-01")
@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("name", "x" * 65),
        ("description", "x" * 129),
        ("hours", ""),
        ("hours", "8-12; 11-14"),
        ("hours", "22-6"),
        ("hours", "9-9"),
        ("duration", 0),
        ("lead_days", 0),
        ("capacity", 0),
        ("uses", -1),
        ("device_id", 999),
        ("building_ids", (999,)),
    ],
)
def test_what_is_not_right_is_told_at_its_field(resort: Resort, field: str, value: object) -> None:
    with pytest.raises(Invalid) as caught:
        resort.gym(**{field: value})
    assert set(caught.value.fields) == {field}


@pytest.mark.feature("BOOK-01")
def test_name_and_description_may_be_as_long_as_the_guide_says(resort: Resort) -> None:
    saved = resort.gym(name="x" * 64, description="y" * 128)
    assert len(resort.amenities.get(resort.park.context, saved.id).description) == 128


@pytest.mark.feature("BOOK-01")
def test_without_everywhere_buildings_are_chosen(resort: Resort) -> None:
    with pytest.raises(Invalid, match="Choose the buildings"):
        resort.gym(everywhere=False)
    saved = resort.gym(everywhere=False, building_ids=(resort.park.building,))
    assert resort.amenities.get(resort.park.context, saved.id).buildings == ((resort.park.building, "A"),)


@pytest.mark.feature("BOOK-01")
def test_a_monitor_and_a_private_phone_are_no_amenity(resort: Resort) -> None:
    setup = DeviceSetup(resort.park.store)
    version = resort.park.rows(t.device, id=resort.park.lobby)[0]["row_version"]
    setup.place(resort.park.act, resort.park.lobby, version, apartment_id=resort.park.apartments["1001"])
    with pytest.raises(Invalid, match="stands in an apartment"):
        resort.gym()


@pytest.mark.feature("BOOK-01")
def test_a_name_is_free_again_after_its_amenity_was_deleted(resort: Resort) -> None:
    first = resort.gym()
    with pytest.raises(Conflict, match="of this name"):
        resort.gym(device_id=resort.park.gate)
    resort.amenities.delete(resort.park.act, first.id)
    resort.gym()
    with pytest.raises(NotFound):
        resort.amenities.get(resort.park.context, first.id)


@pytest.mark.feature("BOOK-01")
def test_two_who_edit_the_same_amenity_do_not_overwrite_each_other(resort: Resort) -> None:
    saved = resort.gym()
    resort.change(saved.id, capacity=3)
    with pytest.raises(Stale):
        resort.amenities.edit(resort.park.act, saved.id, 1, AmenityDraft(capacity=4))


@pytest.mark.feature("BOOK-01")
@pytest.mark.edge("44")
def test_a_device_is_in_one_amenity_only(resort: Resort) -> None:
    resort.gym()
    with pytest.raises(Conflict) as caught:
        resort.gym(name="Spa")
    assert caught.value.field == "device_id"


@pytest.mark.edge("44")
def test_two_drafts_saved_at_once_get_one_device_between_them(resort: Resort, site: Site) -> None:
    stores = [open_site(site.root, clock=resort.park.clock) for _ in range(2)]
    ready, told = threading.Barrier(2), list[str]()

    def save(number: int) -> None:
        ready.wait(10)
        try:
            draft = AmenityDraft(name=f"Gym {number}", device_id=resort.park.lobby, hours=HOURS)
            Amenities(stores[number]).add(resort.park.act, draft)
            told.append("saved")
        except Conflict as error:
            told.append(error.field)

    threads = [threading.Thread(target=save, args=(number,)) for number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    for store in stores:
        store.close()
    assert sorted(told) == ["device_id", "saved"]


@pytest.mark.feature("BOOK-03")
def test_the_device_leaves_the_default_group_and_comes_back(resort: Resort) -> None:
    park = resort.park
    anna = park.add(pin="2468").id
    saved = resort.gym(out_of_group=True)
    assert resort.opened_by_default() == {park.gate_relay}
    assert {device for device, _ in park.unproved(anna)} == {park.lobby}
    assert park.lobby in saved.doors
    resort.change(saved.id, out_of_group=False)
    assert resort.opened_by_default() == {park.gate_relay, park.lobby_relay}
    assert not park.unproved(anna)


@pytest.mark.feature("BOOK-03")
def test_deleting_the_amenity_puts_the_device_back(resort: Resort) -> None:
    saved = resort.gym(out_of_group=True)
    gone = resort.amenities.delete(resort.park.act, saved.id)
    assert resort.park.lobby_relay in resort.opened_by_default()
    resort.park.take_back(gone)
    assert resort.park.lobby_relay not in resort.opened_by_default()


@pytest.mark.feature("BOOK-03")
def test_undoing_the_amenity_puts_the_device_back(resort: Resort) -> None:
    saved = resort.gym(out_of_group=True)
    resort.park.take_back(saved)
    assert resort.park.lobby_relay in resort.opened_by_default()


@pytest.mark.feature("BOOK-03")
def test_another_device_takes_the_place_of_the_first(resort: Resort) -> None:
    park = resort.park
    saved = resort.gym(out_of_group=True)
    resort.change(saved.id, device_id=park.gate)
    assert resort.opened_by_default() == {park.lobby_relay}


@pytest.mark.edge("43")
@pytest.mark.feature("BOOK-03")
def test_moving_the_device_does_not_put_it_back(resort: Resort) -> None:
    park = resort.park
    resort.gym(out_of_group=True)
    other = Buildings(park.store).add(park.act, "B").id
    setup = DeviceSetup(park.store)
    for building_id in (other, None, park.building):
        version = park.rows(t.device, id=park.lobby)[0]["row_version"]
        setup.place(park.act, park.lobby, version, building_id=building_id)
        assert not park.rows(t.access_group_relay, relay_id=park.lobby_relay)


@pytest.mark.edge("43")
@pytest.mark.feature("BOOK-03")
def test_a_new_building_does_not_get_a_gate_that_is_out(resort: Resort) -> None:
    park = resort.park
    resort.gym(device_id=park.gate, out_of_group=True)
    buildings = Buildings(park.store)
    group = buildings.get(park.context, buildings.add(park.act, "B").id).default_group_id
    assert resort.opened_by_default(group) == set()


def _again(park: Park, mac: str) -> int:
    draft = DeviceDraft(
        name="Lobby again",
        building_id=park.building,
        kind=DeviceKind.MULTI_DOOR_PHONE,
        model="R20A",
        mac=mac,
        firmware="1",
        profile="R20A",
        scheme="http",
        host="192.0.2.77",
        port=80,
        auth="none",
        relay_names=("Lobby Door",),
    )
    return Devices(park.store).add(park.act, draft).id


@pytest.mark.edge("43")
@pytest.mark.feature("BOOK-03")
def test_removing_and_adding_the_device_does_not_put_it_back(resort: Resort) -> None:
    park = resort.park
    amenity_id, anna = resort.gym(out_of_group=True).id, park.add().id
    booking_id = resort.book(amenity_id, anna, 10, 11).id
    mac = park.rows(t.device, id=park.lobby)[0]["mac"]
    Devices(park.store).delete(park.act, park.lobby)
    page = resort.amenities.get(park.context, amenity_id)
    assert (page.device_id, page.out_of_group) == (None, True)
    with pytest.raises(Invalid, match="has no device"):
        resort.book(amenity_id, anna, 15, 16)
    lobby = _again(park, mac)
    assert resort.amenities.get(park.context, amenity_id).device_id == lobby
    assert resort.opened_by_default() == {park.gate_relay}
    assert resort.page(booking_id).doors == ("Lobby Door",)


@pytest.mark.edge("43")
def test_undoing_what_came_before_does_not_put_it_back(resort: Resort) -> None:
    park = resort.park
    buildings = Buildings(park.store)
    other = buildings.add(park.act, "B").id
    gone = buildings.delete(park.act, other)
    saved = resort.gym(device_id=park.gate, out_of_group=True)
    with pytest.raises(Conflict, match="taken out of the default groups"):
        park.take_back(gone)
    park.take_back(saved)
    park.take_back(gone)


@pytest.mark.feature("BOOK-01")
def test_an_edit_and_its_picture_are_taken_back(resort: Resort) -> None:
    saved = resort.gym(picture=JPEG)
    changed = resort.change(saved.id, name="Spa", picture=b"\xff\xd8 a spa")
    resort.park.take_back(changed)
    assert resort.amenities.get(resort.park.context, saved.id).name == "Gym"
    assert resort.amenities.picture(resort.park.context, saved.id) == JPEG


@pytest.mark.feature("BOOK-01")
def test_a_building_that_goes_leaves_the_amenity_to_the_others(resort: Resort) -> None:
    park = resort.park
    buildings = Buildings(park.store)
    other = buildings.add(park.act, "B").id
    saved = resort.gym(everywhere=False, building_ids=(park.building, other))
    gone = buildings.delete(park.act, other)
    assert resort.amenities.get(park.context, saved.id).buildings == ((park.building, "A"),)
    park.take_back(gone)
    assert len(resort.amenities.get(park.context, saved.id).buildings) == 2


@pytest.mark.feature("BOOK-01")
def test_without_the_premium_plan_there_is_nothing_to_add(resort: Resort) -> None:
    resort.premium(None)
    with pytest.raises(Conflict, match="premium feature plan"):
        resort.gym()
    assert "does not have" in resort.amenities.closed(resort.park.context).reason


@pytest.mark.feature("BOOK-03")
def test_the_plan_of_an_amenity_names_the_door_that_people_lose(resort: Resort) -> None:
    park = resort.park
    park.add(pin="2468")
    draft = AmenityDraft(name="Gym", device_id=park.lobby, hours=HOURS, out_of_group=True)
    plans = resort.amenities.plan(park.context, None, draft)
    assert [(plan.device_name, len(plan.removes)) for plan in plans] == [("Lobby", 1)]
    saved = resort.amenities.add(park.act, draft)
    back = resort.amenities.plan(park.context, saved.id, AmenityDraft(out_of_group=False))
    assert [(plan.device_name, len(plan.adds)) for plan in back] == [("Lobby", 1)]


@pytest.mark.feature("BOOK-01")
def test_deleting_an_amenity_cancels_what_was_reserved(resort: Resort) -> None:
    park = resort.park
    amenity_id, anna = resort.gym().id, park.add().id
    booking_id = resort.book(amenity_id, anna, 10, 11).id
    gone = resort.amenities.delete(park.act, amenity_id)
    assert resort.page(booking_id).status.value == "cancelled"
    assert park.statuses(booking_id) == ["cooling"]
    park.take_back(gone)
    assert resort.page(booking_id).status.value == "upcoming"
    assert park.statuses(booking_id) == ["active"]


@pytest.mark.feature("BOOK-01")
def test_a_plan_that_has_ended_says_so(resort: Resort) -> None:
    resort.premium(resort.park.clock() - timedelta(days=1))
    assert "has ended" in resort.amenities.closed(resort.park.context).reason


@pytest.mark.feature("BOOK-01")
def test_a_change_of_only_the_buildings_is_a_change(resort: Resort) -> None:
    park = resort.park
    other = Buildings(park.store).add(park.act, "B").id
    saved = resort.gym(everywhere=False, building_ids=(park.building,))
    changed = resort.change(saved.id, building_ids=(park.building, other))
    with pytest.raises(Stale):
        resort.amenities.edit(park.act, saved.id, 1, AmenityDraft(capacity=4))
    park.take_back(changed)
    assert resort.amenities.get(park.context, saved.id).buildings == ((park.building, "A"),)


@pytest.mark.edge("43")
@pytest.mark.feature("BOOK-03")
def test_an_undo_gives_the_gate_to_a_building_that_came_meanwhile(resort: Resort) -> None:
    park = resort.park
    buildings = Buildings(park.store)
    saved = resort.gym(device_id=park.gate, out_of_group=True)
    group = buildings.get(park.context, buildings.add(park.act, "B").id).default_group_id
    assert resort.opened_by_default(group) == set()
    back = park.take_back(saved)
    assert resort.opened_by_default(group) == {park.gate_relay}
    park.take_back(back)
    assert resort.opened_by_default(group) == set()
