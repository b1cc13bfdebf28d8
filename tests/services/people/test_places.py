"""Buildings, apartments, groups and the community's settings."""

from __future__ import annotations

from datetime import UTC, datetime, time

import pytest

from backend.catalog.apartments import APARTMENT, CALL_TYPES
from backend.catalog.buildings import BUILDING
from backend.domain.access.windows import describe
from backend.domain.apartments import ApartmentPatch
from backend.domain.countries import COUNTRIES, calling_code_of, find_country
from backend.domain.enums import CallType, Repeat, Role
from backend.domain.errors import Conflict, Forbidden, Invalid, NotFound, Stale
from backend.domain.filter import Filter, Term
from backend.domain.limits import limits_of
from backend.domain.paging import ListQuery
from backend.services import slices
from backend.services.apartments import Apartments
from backend.services.buildings import Buildings
from backend.services.communities import Communities
from backend.services.groups import Groups
from backend.services.rules import read_window
from backend.store import tables as t
from tests.services.people.park import Park, add_group
from tests.support.rows import ManagerContext


@pytest.fixture
def buildings(park: Park) -> Buildings:
    """The buildings of the park."""
    return Buildings(park.store)


@pytest.fixture
def apartments(park: Park) -> Apartments:
    """The apartments of the park."""
    return Apartments(park.store)


@pytest.mark.feature("AG-02")
def test_building_comes_with_a_group_for_every_public_door_of_all(park: Park, buildings: Buildings) -> None:
    made = buildings.add(park.act, " B ")
    record = buildings.get(park.context, made.id)
    assert (record.name, record.apartments, record.residents, record.devices) == ("B", 0, 0, 0)
    (group,) = park.rows(t.access_group, building_id=made.id)
    assert (group["id"], group["name"], group["system"]) == (record.default_group_id, "B (default)", True)
    assert [row["relay_id"] for row in park.rows(t.access_group_relay, group_id=group["id"])] == [park.gate_relay]
    (window,) = park.rows(t.access_window, group_id=group["id"])
    assert describe(read_window(window)) == "always"


def test_building_of_the_same_name_is_a_conflict(park: Park, buildings: Buildings) -> None:
    with pytest.raises(Conflict) as caught:
        buildings.add(park.act, "a")
    assert (caught.value.field, str(caught.value)) == ("name", "There is already a building of this name.")
    with pytest.raises(Invalid, match="Write a name"):
        buildings.add(park.act, " ")


def test_rename_takes_the_group_along(park: Park, buildings: Buildings) -> None:
    buildings.rename(park.act, park.building, 1, "North")
    assert [row["name"] for row in park.rows(t.access_group)] == ["North (default)"]
    with pytest.raises(Stale):
        buildings.rename(park.act, park.building, 1, "South")


@pytest.mark.edge(42)
def test_building_in_use_names_what_is_in_it(park: Park, buildings: Buildings, apartments: Apartments) -> None:
    with pytest.raises(Conflict) as caught:
        buildings.delete(park.act, park.building)
    assert str(caught.value) == "A still has 3 apartments: 1001, 1002, 1003. Delete them first."
    for apartment_id in park.apartments.values():
        apartments.delete(park.act, apartment_id)
    with pytest.raises(Conflict, match="A still has devices: Lobby"):
        buildings.delete(park.act, park.building)


def test_deleted_building_takes_its_group_and_the_rights_in_it_along(park: Park, buildings: Buildings) -> None:
    made = buildings.add(park.act, "B")
    group = buildings.get(park.context, made.id).default_group_id
    anna = park.add(pin="2041", group_ids=(group,))
    pin = park.rows(t.credential, holder_id=anna.id)[0]["id"]
    saved = buildings.delete(park.act, made.id)
    assert park.rows(t.building, id=made.id) == park.rows(t.access_group, id=group) == []
    assert saved.doors.keys() == {park.gate}
    assert park.unproved(anna.id) == {(park.gate, pin)}


def test_lists_and_records_count_who_is_there(park: Park, buildings: Buildings, apartments: Apartments) -> None:
    anna = park.add()
    park.add(first="Jan", last=None)
    (row,) = buildings.list(park.context, ListQuery()).first(10)
    assert row.values == {"name": "A", "apartments": 3, "residents": 2, "devices": 1}
    assert set(row.values) == {one.name for one in BUILDING.listed()}
    rows = apartments.list(park.context, ListQuery()).first(10)
    assert {one.name for one in (*APARTMENT.listed(), *APARTMENT.in_files())} <= set(rows[0].values)
    assert [(one.values["number"], one.values["master"], one.values["residents"]) for one in rows] == [
        ("1001", "Kowalska, Anna", 2),
        ("1002", "", 0),
        ("1003", "", 0),
    ]
    record = apartments.get(park.context, park.apartments["1001"])
    assert [(person_id, role) for person_id, _, role in record.residents] == [
        (anna.id, "master"),
        (anna.id + 1, "member"),
    ]


@pytest.mark.feature("APT-01")
@pytest.mark.edge(38)
def test_apartments_are_ordered_as_figures_within_their_building(
    park: Park, buildings: Buildings, apartments: Apartments
) -> None:
    other = buildings.add(park.act, "B").id
    for number in ("9", "0009", "12"):
        apartments.add(park.act, other, number)
    apartments.add(park.act, park.building, "12")
    rows = apartments.list(park.context, ListQuery()).first(10)
    shown = [f"{row.values['building']} {row.values['number']}" for row in rows]
    assert shown == ["A 12", "A 1001", "A 1002", "A 1003", "B 9", "B 0009", "B 12"]
    only = ListQuery(filter=Filter((Term("building", "eq", ("b",)), Term("number", "eq", ("12",)))))
    assert [row.values["building"] for row in apartments.list(park.context, only).first(10)] == ["B"]


def test_apartment_is_checked_and_unique_in_its_building(park: Park, apartments: Apartments) -> None:
    with pytest.raises(Invalid) as caught:
        apartments.add(park.act, 999, "12a", "x" * 65)
    assert caught.value.fields == {
        "building_id": "There is no such building.",
        "number": "An apartment number has 1 to 6 digits, nothing else.",
        "name": "At most 64 characters, this has 65.",
    }
    with pytest.raises(Conflict) as taken:
        apartments.add(park.act, park.building, "1001")
    assert taken.value.field == "number"


def test_range_is_made_as_wide_as_written(park: Park, apartments: Apartments, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slices, "LOCK_FOR", 0.0)
    saved = apartments.add_range(park.act, park.building, "0098", "0101")
    made = [row["number"] for row in park.rows(t.apartment)][3:]
    assert made == ["0098", "0099", "0100", "0101"]
    (operation,) = park.rows(t.operation, id=saved.operation)
    assert (operation["action"], operation["entity_name"]) == ("Added 4 apartments", "A 0098 to 0101")
    park.take_back(saved)
    assert len(park.rows(t.apartment)) == 3


def test_range_says_what_is_wrong_with_it(park: Park, apartments: Apartments) -> None:
    for first, last, fields in (
        ("a", "", {"first": "An apartment number has 1 to 6 digits, nothing else.",
                   "last": "An apartment number has 1 to 6 digits, nothing else."}),
        ("20", "10", {"last": "The last number is below the first."}),
        ("1", "1001", {"last": "At most 1000 apartments at once, this would be 1001."}),
    ):  # fmt: skip
        with pytest.raises(Invalid) as caught:
            apartments.add_range(park.act, park.building, first, last)
        assert caught.value.fields == fields
    with pytest.raises(Conflict, match="A already has 1002, 1003"):
        apartments.add_range(park.act, park.building, "1002", "1005")


@pytest.mark.feature("APT-03")
def test_name_and_call_type_can_be_changed(park: Park, apartments: Apartments) -> None:
    apartment_id = park.apartments["1001"]
    apartments.edit(park.act, apartment_id, 1, ApartmentPatch(name=" Sea  view ", call_type="monitor_app"))
    record = apartments.get(park.context, apartment_id)
    assert (record.name, record.call_type) == ("Sea view", "monitor_app")
    with pytest.raises(Stale):
        apartments.edit(park.act, apartment_id, 1, ApartmentPatch(name="x"))
    with pytest.raises(Invalid) as caught:
        apartments.edit(park.act, apartment_id, 2, ApartmentPatch(name="x" * 65, call_type="fax"))
    assert set(caught.value.fields) == {"name", "call_type"}
    assert [choice.value for choice in CALL_TYPES] == list(CallType)


def test_apartment_with_residents_or_devices_stays(park: Park, apartments: Apartments) -> None:
    park.add()
    with pytest.raises(Conflict) as caught:
        apartments.delete(park.act, park.apartments["1001"])
    assert str(caught.value) == "A 1001 still has residents: Kowalska, Anna. Delete them first."
    with park.store.write(park.act, "test.prepare") as work:
        work.require("device.write")
        work.update(t.device, park.lobby, apartment_id=park.apartments["1002"])
    with pytest.raises(Conflict, match="A 1002 still has devices: Lobby"):
        apartments.delete(park.act, park.apartments["1002"])


@pytest.mark.feature("SET-02")
def test_settings_are_checked_together(park: Park) -> None:
    communities = Communities(park.store)
    record = communities.get(park.context)
    assert (record.timezone, record.clock_format, record.date_format, record.country) == (
        "Europe/Berlin",
        "24",
        "iso",
        "PL",
    )
    with pytest.raises(Invalid) as caught:
        communities.edit(park.act, record.version, name="", timezone="Mars", clock_format="13", date_format="x")
    assert set(caught.value.fields) == {"name", "timezone", "clock_format", "date_format"}
    saved = communities.edit(park.act, record.version, name="Rosewood", clock_format="12")
    assert saved.doors == {}
    assert communities.get(park.context).name == "Rosewood"
    with pytest.raises(Stale):
        communities.edit(park.act, record.version, name="x")


def test_groups_are_listed_with_hours_and_doors(park: Park) -> None:
    day = add_group(park.store, park.context, "Day", (park.lobby_relay,), time(8), time(18))
    assert Groups(park.store).list_all(park.context) == (
        (park.default_group, "A (default)", "always", 2),
        (day, "Day", "daily 08:00-18:00", 1),
    )


def test_window_rows_are_read_as_windows() -> None:
    row = {"repeat": "weekly", "days": "04", "start": time(22), "end": time(6), "begins_at": None, "ends_at": None}
    assert describe(read_window(row)) == "Mo Fr 22:00-06:00"
    span = row | {
        "repeat": "never",
        "days": "",
        "start": None,
        "end": None,
        "ends_at": datetime(2026, 3, 2, tzinfo=UTC),
    }
    window = read_window(span)
    assert (window.repeat, window.ends, window.begins) == (Repeat.NEVER, span["ends_at"], None)


def test_other_communities_are_not_there(park: Park, manager_context: ManagerContext) -> None:
    stranger = manager_context(Role.INSTALLER)
    for act in (
        lambda: Buildings(park.store).get(stranger, park.building),
        lambda: Buildings(park.store).delete(stranger.again(), park.building),
        lambda: Apartments(park.store).get(stranger, park.apartments["1001"]),
        lambda: Apartments(park.store).edit(stranger.again(), park.apartments["1001"], 1, ApartmentPatch()),
    ):
        with pytest.raises(NotFound):
            act()
    assert Apartments(park.store).list(stranger, ListQuery()).first(10) == []


def test_setup_is_the_installers(park: Park, manager_context: ManagerContext) -> None:
    manager = manager_context(Role.MANAGER, community_id=park.context.community_id)
    for act in (
        lambda: Buildings(park.store).add(manager.again(), "B"),
        lambda: Buildings(park.store).rename(manager.again(), park.building, 1, "B"),
        lambda: Apartments(park.store).add(manager.again(), park.building, "7"),
        lambda: Apartments(park.store).add_range(manager.again(), park.building, "7", "8"),
        lambda: Apartments(park.store).delete(manager.again(), park.apartments["1001"]),
    ):
        with pytest.raises(Forbidden):
            act()
    Apartments(park.store).edit(manager.again(), park.apartments["1001"], 1, ApartmentPatch(name="x"))


@pytest.mark.feature("RES-04")
def test_country_gives_the_calling_code() -> None:
    assert (calling_code_of("PL"), calling_code_of("poland"), calling_code_of("Atlantis")) == ("48", "48", "")
    assert find_country("united kingdom") == find_country("gb")
    assert len({country.code for country in COUNTRIES}) == len(COUNTRIES) >= 40


def test_unknown_profile_is_planned_with_care() -> None:
    assert limits_of("x916").max_users == 10_000
    assert limits_of("generic") == limits_of("never heard of") == (1_000, 100, 4)
