"""Staff and deliveries: adding, finding, changing, deleting (rules 7.3, 7.4; features VIS-05, VIS-06)."""

from __future__ import annotations

from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from backend.catalog.specs import filter_specs
from backend.catalog.staff import DELIVERY, STAFF
from backend.domain.context import Context
from backend.domain.enums import PinMode, Role
from backend.domain.errors import Conflict, Forbidden, Invalid, NotFound, Stale
from backend.domain.filter import parse
from backend.domain.paging import ListQuery
from backend.domain.records import Saved
from backend.domain.staff import StaffDraft, StaffPatch
from backend.services.communities import Communities
from backend.services.personnel import Deliveries, Personnel, Staff
from backend.services.undo import Undo
from backend.store import tables as t
from tests.services.people.park import Park, add_group, add_relay
from tests.support.rows import ManagerContext, insert_device

KINDS = [Staff, Deliveries]


def add(service: Personnel, park: Park, name: str = "Jan Nowak", **more: Any) -> Saved:
    """Add a person as typed."""
    return service.add(park.act, StaffDraft(name=name, **more))


def edit(service: Personnel, park: Park, person_id: int, **patch: Any) -> Saved:
    """Change a person as they stand."""
    version = service.get(park.context, person_id).version
    return service.edit(park.act, person_id, version, StaffPatch(**patch))


def found(service: Personnel, context: Context, text: str, park: Park) -> list[str]:
    """The names that a filter of the list finds."""
    record = STAFF if isinstance(service, Staff) else DELIVERY
    filtered = parse(text, filter_specs(record), zone="Europe/Berlin", now=park.clock())
    handle = service.list(context, ListQuery(filtered))
    return [str(row.values["name"]) for row in handle.first(50)]


@pytest.mark.feature("VIS-05")
@pytest.mark.feature("VIS-06")
@pytest.mark.parametrize("kind", KINDS)
def test_somebody_new_opens_what_the_default_group_opens(park: Park, kind: type[Personnel]) -> None:
    service = kind(park.store)
    saved = add(service, park, pin="4321", cards=("0A1B2C3D",), floors=("1", "G0"))
    record = service.get(park.context, saved.id)
    assert (record.name, record.floors) == ("Jan Nowak", ("G0", "1"))
    assert record.groups == ((park.default_group, "A (default)"),)
    assert [one.masked for one in record.credentials] == ["··21", "··3D"]
    assert {door.device for door in record.doors} == {"Gate", "Lobby"}
    assert saved.doors.keys() == {park.gate, park.lobby}
    (holder,) = park.rows(t.holder, id=saved.id)
    assert (holder["kind"], holder["apartment_id"]) == (kind.KIND.value, None)
    (operation,) = park.rows(t.operation, id=saved.operation)
    assert (operation["type"], operation["entity_name"]) == (f"{kind.KIND.value}.add", "Jan Nowak")


@pytest.mark.feature("VIS-05")
def test_a_delivery_needs_a_pin_or_a_card_and_nothing_else(park: Park) -> None:
    service = Deliveries(park.store)
    with pytest.raises(Invalid) as error:
        add(service, park, "")
    assert error.value.fields == {"name": "Write a name.", "pin": "A delivery needs a PIN or a card."}
    with pytest.raises(Invalid) as error:
        add(service, park, "DHL", pin="12", face=b"\xff\xd8\xff")
    assert error.value.fields == {"face": "A delivery has a PIN and cards, nothing else."}
    saved = add(service, park, "DHL", pin="1204")
    with pytest.raises(Invalid, match="needs a PIN or a card"):
        edit(service, park, saved.id, pin="")
    edit(service, park, saved.id, pin="", cards_add=("0A1B2C3D",))
    assert [one.kind.value for one in service.get(park.context, saved.id).credentials if one.status == "active"] == [
        "card"
    ]


@pytest.mark.feature("VIS-05")
@pytest.mark.edge("41")
def test_a_delivery_has_ten_floors_at_most_and_staff_as_many_as_there_are(park: Park) -> None:
    floors = tuple(str(floor) for floor in range(11))
    with pytest.raises(Invalid, match="At most 10 floors, these are 11"):
        add(Deliveries(park.store), park, "DHL", pin="1204", floors=floors)
    assert len(Staff(park.store).get(park.context, add(Staff(park.store), park, floors=floors).id).floors) == 11
    delivery = add(Deliveries(park.store), park, "DHL", pin="1204", floors=floors[:10])
    with pytest.raises(Invalid, match="At most 10 floors"):
        edit(Deliveries(park.store), park, delivery.id, floors=floors)


@pytest.mark.feature("VIS-06")
@pytest.mark.edge("5")
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("mode", list(PinMode))
def test_a_pin_equals_no_residents_in_either_mode(park: Park, kind: type[Personnel], mode: PinMode) -> None:
    communities = Communities(park.store)
    if communities.get(park.context).pin_mode != mode.value:
        communities.set_pin_mode(park.act, communities.get(park.context).version, mode)
    park.add(pin="2041")
    service = kind(park.store)
    with pytest.raises(Conflict, match="This PIN belongs to Anna Kowalska, A 1001") as error:
        add(service, park, pin="2041")
    assert error.value.field == "pin"
    saved = add(service, park, pin="3052")
    with pytest.raises(Conflict, match="This PIN belongs to Jan Nowak"):
        park.add("1002", "Ada", "Moss", pin="3052")
    with pytest.raises(Conflict, match="Anna Kowalska"):
        edit(service, park, saved.id, pin="2041")
    assert service.get(park.context, saved.id).version == 1


@pytest.mark.feature("VIS-06")
@pytest.mark.edge("8")
@pytest.mark.edge("10")
def test_a_card_is_one_card_in_every_notation(park: Park) -> None:
    service = Staff(park.store)
    add(service, park, cards=("0A1B2C3D", "", "0a:1b:2c:3d"))
    with pytest.raises(Conflict, match="Card ··3D belongs to Jan Nowak"):
        add(service, park, "Eva", cards=("dec:0169552957",))
    with pytest.raises(Conflict, match="belongs to Jan Nowak"):
        park.add(cards=("0A1B2C3D",))
    assert found(service, park.context, "card:0169552957", park) == ["Jan Nowak"]
    assert found(service, park.context, "card:0A1B2C3D", park) == ["Jan Nowak"]
    assert found(service, park.context, "card:0A1B2C3E", park) == []


@pytest.mark.feature("VIS-05")
@pytest.mark.feature("VIS-06")
@pytest.mark.parametrize("kind", KINDS)
def test_the_list_finds_by_name_group_method_and_a_whole_pin(
    park: Park, kind: type[Personnel], manager_context: ManagerContext
) -> None:
    service = kind(park.store)
    night = add_group(park.store, park.context, "Night", (park.gate_relay,))
    add(service, park, "Łukasz Moss", pin="4321")
    add(service, park, "Eva Moss", cards=("0A1B2C3D",), group_ids=(night,))
    assert found(service, park.context, "", park) == ["Eva Moss", "Łukasz Moss"]
    assert found(service, park.context, "lukasz", park) == ["Łukasz Moss"]
    assert found(service, park.context, "group:night", park) == ["Eva Moss"]
    assert found(service, park.context, "method:pin", park) == ["Łukasz Moss"]
    assert found(service, park.context, "pin:4321", park) == ["Łukasz Moss"]
    assert found(service, park.context, "-pin:4321", park) == ["Eva Moss"]
    assert found(service, park.context, "pin:432", park) == []
    looked_up = park.rows(t.operation, action="Looked up a PIN")
    assert len(looked_up) == 3
    assert all("4321" not in str(row) for row in looked_up)
    viewer = manager_context(Role.VIEWER, community_id=park.context.community_id)
    assert found(service, viewer, "moss", park) == ["Eva Moss", "Łukasz Moss"]
    with pytest.raises(Forbidden, match="seeing codes"):
        found(service, viewer, "pin:4321", park)
    with pytest.raises(Invalid, match="whole value"):
        found(service, park.context, "pin:4*", park)
    other = Deliveries if kind is Staff else Staff
    assert found(other(park.store), park.context, "", park) == []


@pytest.mark.feature("VIS-06")
@pytest.mark.edge("14")
def test_a_save_keeps_the_face_and_shows_when_it_was_enrolled(park: Park) -> None:
    service = Staff(park.store)
    photo = b"\xff\xd8\xff" + b"face"
    saved = add(service, park, face=photo, pin="4321")
    edit(service, park, saved.id, name="Jan Maria Nowak", floors=("1",))
    record = service.get(park.context, saved.id)
    face = next(one for one in record.credentials if one.kind == "face")
    assert service.photo(park.context, saved.id) == photo
    assert face.made_at is not None
    assert "face" not in type(record).model_fields
    assert "Face" in str(service.list(park.context, ListQuery()).first(1)[0].values["methods"])
    edit(service, park, saved.id, credentials_remove=(face.id,))
    assert service.photo(park.context, saved.id) is None


@pytest.mark.feature("VIS-06")
def test_id_access_is_for_staff_where_the_community_has_it(park: Park) -> None:
    service = Staff(park.store)
    with pytest.raises(Invalid, match="no ID access"):
        add(service, park, run="12.345.678-5", serial="ABC123456")
    with park.store.write(park.act, "test.prepare") as work:
        work.require("community.write")
        work.update(t.community, park.context.community_id, id_access=True)
    saved = add(service, park, run="12.345.678-5", serial="ABC123456")
    assert service.list(park.context, ListQuery()).first(1)[0].values["methods"] == "ID"
    with pytest.raises(Conflict, match="This RUN belongs to Jan Nowak"):
        add(service, park, "Eva", run="12.345.678-5", serial="ABC123457")
    edit(service, park, saved.id, run="")
    assert park.statuses(saved.id) == ["cooling"]


@pytest.mark.feature("VIS-06")
def test_groups_and_floors_are_those_of_last_time_but_never_wider_than_the_default(
    park: Park, manager_context: ManagerContext
) -> None:
    service = Staff(park.store)
    day = add_group(park.store, park.context, "Day", (park.gate_relay,))
    with park.store.write(park.act, "test.prepare") as work:
        work.require("device.write")
        vault = insert_device(work, park.context.community_id, "Vault")
    behind = add_relay(park.store, park.context, vault, "Vault Door")
    wide = add_group(park.store, park.context, "Vault people", (behind,))
    other = manager_context(Role.MANAGER, community_id=park.context.community_id)
    known = service.defaults(park.context)
    assert (known.group_ids, known.sources) == ((park.default_group,), {"group_ids": "default group"})
    add(service, park, group_ids=(day,), floors=("2",))
    known = service.defaults(park.context)
    assert (known.groups, known.floors) == (((day, "Day"),), ("2",))
    assert known.sources == {"group_ids": "as last time", "floors": "as last time"}
    assert service.get(park.context, add(service, park, "Eva").id).groups == ((day, "Day"),)
    assert service.defaults(other).group_ids == (park.default_group,)
    assert Deliveries(park.store).defaults(park.context).group_ids == (park.default_group,)
    add(service, park, "Otto", group_ids=(wide,))
    assert service.defaults(park.context).group_ids == (park.default_group,)


@pytest.mark.feature("VIS-06")
def test_a_group_of_another_community_is_refused(park: Park) -> None:
    with pytest.raises(Invalid) as error:
        add(Staff(park.store), park, group_ids=(4711,))
    assert error.value.fields == {"group_ids": "One of these access groups does not exist here any more."}


@pytest.mark.feature("VIS-06")
@pytest.mark.edge("75")
def test_an_older_form_is_told_what_changed_meanwhile(park: Park) -> None:
    service = Staff(park.store)
    saved = add(service, park, pin="4321")
    edit(service, park, saved.id, name="Jan Maria", cards_add=("0A1B2C3D",))
    with pytest.raises(Stale, match="Ines changed Jan Maria meanwhile: Name, codes") as error:
        service.edit(park.act, saved.id, 1, StaffPatch(pin="5555"))
    assert error.value.current == 2
    edit(service, park, saved.id, pin="5555")
    assert service.get(park.context, saved.id).version == 3
    nothing = edit(service, park, saved.id, name="Jan Maria")
    assert park.rows(t.operation, id=nothing.operation)[0]["action"] == "Saved without a change"


@pytest.mark.feature("VIS-05")
@pytest.mark.feature("VIS-06")
@pytest.mark.edge("40")
@pytest.mark.parametrize("kind", KINDS)
def test_deleting_takes_codes_from_every_door_and_can_be_taken_back(
    park: Park, kind: type[Personnel], manager_context: ManagerContext
) -> None:
    service = kind(park.store)
    one, two = add(service, park, pin="4321").id, add(service, park, "Eva", cards=("0A1B2C3D",)).id
    loss = service.deletion(park.context, (one, two))
    assert (loss.names, loss.pins, loss.cards, loss.accounts) == (("Eva", "Jan Nowak"), 1, 1, 0)
    assert loss.doors == ("Gate", "Lobby")
    manager = manager_context(Role.MANAGER, community_id=park.context.community_id, delete_residents=False)
    with pytest.raises(Forbidden):
        service.delete(manager.again(), (one,))
    with pytest.raises(Forbidden):
        service.deletion(manager, (one,))
    act = park.act
    gone = service.delete(act, (one, two))
    assert service.delete(act, (one, two)).operation == gone.operation
    assert park.statuses(one) == park.statuses(two) == ["cooling"]
    assert {device for device, _ in park.unproved(one)} == {park.gate, park.lobby}
    with pytest.raises(NotFound):
        service.get(park.context, one)
    with pytest.raises(NotFound, match="Some of these"):
        service.delete(park.act, (one, two))
    with pytest.raises(Conflict, match="was taken from Jan Nowak"):
        park.add(pin="4321")
    Undo(park.store).undo(park.act, gone.operation)
    assert found(service, park.context, "", park) == ["Eva", "Jan Nowak"]
    assert service.get(park.context, one).groups == ((park.default_group, "A (default)"),)
    assert park.unproved(one) == set()


@pytest.mark.feature("VIS-05")
def test_adding_and_changing_can_be_taken_back(park: Park) -> None:
    service = Deliveries(park.store)
    saved = add(service, park, "DHL", pin="1204")
    changed = edit(service, park, saved.id, name="UPS", pin="1305")
    Undo(park.store).undo(park.act, changed.operation)
    assert service.get(park.context, saved.id).name == "DHL"
    assert [value for record, value in service.reveal(park.act, saved.id) if record.status == "active"] == ["1204"]
    added = add(service, park, "GLS", pin="1406")
    Undo(park.store).undo(park.act, added.operation)
    assert found(service, park.context, "", park) == ["DHL"]


@pytest.mark.feature("VIS-05")
@pytest.mark.edge("40")
def test_many_are_deleted_only_with_their_count_and_go_on_where_they_broke_off(park: Park) -> None:
    service = Deliveries(park.store)
    ids = [add(service, park, f"Courier {number}", pin=f"{3000 + number}").id for number in range(21)]
    with pytest.raises(Invalid, match=r"This deletes 21 deliveries\. Type 21 to go on"):
        service.delete(park.act, ids)
    with pytest.raises(Invalid, match="Choose a delivery"):
        service.delete(park.act, ())
    act = park.act
    park.store.after_commit.append(_killed)
    with pytest.raises(KeyboardInterrupt):
        service.delete(act, ids, 21)
    park.store.after_commit.remove(_killed)
    done = service.delete(act, ids, 21)
    assert found(service, park.context, "", park) == []
    Undo(park.store).undo(park.act, done.operation)
    assert len(found(service, park.context, "", park)) == 21


@pytest.mark.feature("SYNC-02")
@pytest.mark.parametrize("kind", KINDS)
def test_the_plan_says_per_door_what_is_written_before_it_is(park: Park, kind: type[Personnel]) -> None:
    service = kind(park.store)
    assert service.plan_add(park.context, StaffDraft(name="Jan", pin="9")) == ()
    plans = service.plan_add(park.context, StaffDraft(name="Jan", pin="4321"))
    assert [(plan.device_name, [line.name for line in plan.adds]) for plan in plans] == [
        ("Gate", ["Jan"]),
        ("Lobby", ["Jan"]),
    ]
    saved = add(service, park, "Jan", pin="4321")
    gate_only = add_group(park.store, park.context, "Day", (park.gate_relay,))
    plans = service.plan_edit(park.context, saved.id, StaffPatch(group_ids=(gate_only,)))
    assert [(plan.device_name, bool(plan.removes)) for plan in plans] == [("Gate", False), ("Lobby", True)]
    with pytest.raises(NotFound):
        service.plan_edit(park.context, park.add().id, StaffPatch())


@pytest.mark.feature("VIS-06")
def test_only_public_area_does_not_bind_staff(park: Park) -> None:
    with park.store.write(park.act, "test.prepare") as work:
        work.require("community.write")
        work.update(t.community, park.context.community_id, only_public_area=True)
        work.update(t.device, park.lobby, public=False)
    plans = Staff(park.store).plan_add(park.context, StaffDraft(name="Jan", pin="4321"))
    assert [plan.device_name for plan in plans] == ["Gate", "Lobby"]
    saved = add(Staff(park.store), park, pin="4321")
    assert park.access.why(park.context, holder_id=saved.id, relay_id=park.lobby_relay).allowed


@pytest.mark.feature("VIS-06")
@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ({"pin": "20"}, "pin"),
        ({"group_ids": ()}, "group_ids"),
        ({"cards": tuple(f"0A1B2C{number:02X}" for number in range(5))}, "cards"),
    ],
)
def test_what_is_allowed_and_odd_is_said_before(park: Park, typed: dict[str, Any], told: str) -> None:
    park.add(pin="2041")
    service = Staff(park.store)
    assert list(service.advise_add(park.context, StaffDraft(name="Jan", **typed))) == [told]
    saved = add(service, park)
    patch = StaffPatch(**{{"cards": "cards_add"}.get(name, name): value for name, value in typed.items()})
    assert list(service.advise_edit(park.context, saved.id, patch)) == [{"cards": "cards_add"}.get(told, told)]


def _killed(topics: frozenset[str]) -> None:
    raise KeyboardInterrupt


@pytest.mark.feature("VIS-06")
@pytest.mark.parametrize("kind", KINDS)
def test_the_search_finds_by_name_card_and_pin(park: Park, kind: type[Personnel]) -> None:
    service = kind(park.store)
    saved = add(service, park, "Łukasz Moss", pin="4321", cards=("0A1B2C3D",))
    hit = (kind.KIND.value, saved.id, "Łukasz Moss")
    for typed in ("luk mo", "0A1B2C3D", "0169552957", "pin:4321"):
        hits = park.search.find(park.act, typed)
        assert [(one.record, one.id, one.title) for one in hits] == [hit], typed
    service.delete(park.act, (saved.id,))
    assert park.search.find(park.context, "luk mo") == park.search.find(park.context, "0A1B2C3D") == ()


_EXAMPLES = count()


@pytest.mark.feature("VIS-05")
@pytest.mark.edge("3")
@pytest.mark.edge("5")
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    mode=st.sampled_from(PinMode),
    acts=st.lists(
        st.tuples(st.sampled_from(("1001", "1002", "staff", "delivery")), st.integers(0, 1)), min_size=2, max_size=6
    ),
)
def test_a_pin_is_refused_exactly_where_a_door_could_not_tell_two_people_apart(
    park: Park, mode: PinMode, acts: list[tuple[str, int]]
) -> None:
    base = 1000 + 2 * next(_EXAMPLES)  # PINs that no example before has used
    communities = Communities(park.store)
    record = communities.get(park.context)
    if record.pin_mode != mode.value:
        communities.set_pin_mode(park.act, record.version, mode)
    services = {"staff": Staff(park.store), "delivery": Deliveries(park.store)}
    taken: list[tuple[str, str]] = []
    for home, which in acts:
        pin = str(base + which)
        alike = [other for other, used in taken if used == pin]
        apart = mode is PinMode.APT_PIN and home not in services and all(one not in (*services, home) for one in alike)
        refused = False
        try:
            if home in services:
                add(services[home], park, f"Somebody {pin}", pin=pin)
            else:
                park.add(home, f"Somebody {pin}", "May", pin=pin)
        except Conflict as error:
            refused = error.field == "pin"
        assert refused == (bool(alike) and not apart)
        if not refused:
            taken.append((home, pin))
    for person in [row["id"] for row in park.rows(t.holder, status="active")]:
        kind = park.rows(t.holder, id=person)[0]["kind"]
        if kind in services:
            services[kind].delete(park.act, (person,))
    residents = [row["id"] for row in park.rows(t.resident)]
    if residents:
        park.delete(*residents)
    park.prove()  # else codes that cool forbid the mode of the next example
