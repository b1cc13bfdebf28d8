"""Deleting residents: what goes, what stays, what is refused."""

from __future__ import annotations

import pytest

from backend.domain.enums import Role
from backend.domain.errors import Conflict, Forbidden, Invalid, NotFound
from backend.services import slices
from backend.store import tables as t
from tests.services.people.park import Park, killed
from tests.support.rows import ManagerContext

LICENCE = "The licence of A 1001 dies with its master. A new master must be bought and activated again."


@pytest.mark.feature("RES-07")
def test_preview_counts_what_is_taken_away(park: Park) -> None:
    anna = park.add(pin="2041", cards=("0A1B2C3D",))
    jan = park.add(first="Jan", last=None, cards=("0A1B2C3E",))
    taken = park.residents.deletion(park.context, [anna.id, jan.id])
    assert taken.ids == (jan.id, anna.id)
    assert taken.names == ("Kowalska, Jan", "Kowalska, Anna")
    assert (taken.accounts, taken.pins, taken.cards) == (2, 1, 2)
    assert taken.doors == ("Gate", "Lobby")
    assert (taken.licences, taken.blocked) == ((LICENCE,), "")
    assert [[line.what for line in door.removes] for door in taken.plans] == [["PIN and 1 card", "1 card"]] * 2


@pytest.mark.feature("RES-07")
def test_master_cannot_leave_a_family_behind(park: Park) -> None:
    anna = park.add()
    park.add(first="Jan", last=None)
    blocked = (
        "Kowalska, Anna is the master of A 1001, where 1 family member would be left. "
        "Delete the whole family, or the members first."
    )
    assert park.residents.deletion(park.context, [anna.id]).blocked == blocked
    with pytest.raises(Conflict) as caught:
        park.delete(anna.id)
    assert str(caught.value) == blocked
    assert len(park.rows(t.resident)) == 2


def test_whole_family_or_the_last_account_may_go(park: Park) -> None:
    anna, jan = park.add(), park.add(first="Jan", last=None)
    other = park.add(number="1002", first="Ewa")
    park.delete(anna.id, jan.id)
    park.delete(other.id)
    assert park.rows(t.resident) == []


@pytest.mark.feature("SYNC-03")
def test_deleted_resident_leaves_a_tombstone_and_cooling_codes(park: Park) -> None:
    anna = park.add(pin="2041", cards=("0A1B2C3D",))
    owned = [row["id"] for row in park.rows(t.credential, holder_id=anna.id)]
    gens = park.gens()
    saved = park.delete(anna.id)
    (holder,) = park.rows(t.holder, id=anna.id)
    assert (holder["status"], holder["removed_at"], holder["apartment_id"]) == ("suspended", park.clock.now, None)
    assert holder["name"] == "Kowalska, Anna"
    assert [(row["status"], row["freed_at"]) for row in park.rows(t.credential)] == [("cooling", park.clock.now)] * 2
    assert park.rows(t.access_group_member) == park.rows(t.resident) == []
    assert park.unproved(anna.id) == {(device, one) for device in (park.gate, park.lobby) for one in owned}
    assert saved.doors == park.gens() == {device: gen + 1 for device, gen in gens.items()}
    (operation,) = park.rows(t.operation, id=saved.operation)
    assert (operation["action"], operation["entity_name"]) == ("Deleted resident", "Kowalska, Anna · A 1001")


def test_more_than_twenty_want_their_count(park: Park) -> None:
    ids = [park.add(group_ids=()).id, *(park.add(first=f"Jan {n}", last=None, group_ids=()).id for n in range(20))]
    for expected in (None, 20):
        with pytest.raises(Invalid) as caught:
            park.residents.delete(park.act, ids, expected=expected)
        assert caught.value.fields == {"expected": "This deletes 21 residents. Type 21 to go on."}
    park.residents.delete(park.act, ids[1:])
    assert len(park.rows(t.resident)) == 1


def test_batch_is_one_operation_however_many_slices_it_takes(park: Park, monkeypatch: pytest.MonkeyPatch) -> None:
    ids = [
        park.add(number=number, pin=pin).id for number, pin in (("1001", "2041"), ("1002", "2042"), ("1003", "2043"))
    ]
    monkeypatch.setattr(slices, "LOCK_FOR", 0.0)
    gens = park.gens()
    saved = park.delete(*ids)
    assert {row["operation_id"] for row in park.rows(t.change, table_name="resident") if not row["after_sealed"]} == {
        saved.operation
    }
    (operation,) = park.rows(t.operation, id=saved.operation)
    assert (operation["action"], operation["entity_id"]) == ("Deleted 3 residents", None)
    assert operation["entity_name"] == "Kowalska, Anna · A 1001 and 2 more"
    assert saved.doors == park.gens() == {device: gen + 3 for device, gen in gens.items()}


def test_same_request_goes_on_where_it_was_broken_off(park: Park, monkeypatch: pytest.MonkeyPatch) -> None:
    ids = [park.add(number=number).id for number in park.apartments]
    monkeypatch.setattr(slices, "LOCK_FOR", 0.0)
    context = park.act
    park.store.after_commit.append(killed)
    with pytest.raises(KeyboardInterrupt):
        park.residents.delete(context, ids)
    assert len(park.rows(t.resident)) == 2
    park.store.after_commit.remove(killed)
    saved = park.residents.delete(context, ids)
    assert park.rows(t.resident) == []
    park.take_back(saved)
    assert len(park.rows(t.resident)) == 3
    assert park.residents.delete(context, ids).operation == saved.operation
    assert len(park.rows(t.resident)) == 3


def test_who_is_gone_is_said(park: Park) -> None:
    anna, jan = park.add(), park.add(number="1002", first="Jan")
    park.delete(anna.id)
    with pytest.raises(NotFound, match="This resident does not exist any more"):
        park.delete(anna.id)
    with pytest.raises(NotFound, match="Some of these residents do not exist any more"):
        park.residents.deletion(park.context, [anna.id, jan.id])
    with pytest.raises(Invalid, match="Choose a resident"):
        park.delete()


@pytest.mark.edge(40)
def test_switch_of_the_account_takes_the_right_away(park: Park, manager_context: ManagerContext) -> None:
    anna = park.add()
    careful = manager_context(Role.MANAGER, community_id=park.context.community_id, delete_residents=False)
    with pytest.raises(Forbidden):
        park.residents.delete(careful, [anna.id])
    with pytest.raises(Forbidden):
        park.residents.deletion(careful, [anna.id])


def test_apartment_of_deleted_people_can_be_deleted(park: Park) -> None:
    from backend.services.apartments import Apartments

    park.delete(park.add(pin="2041").id)
    Apartments(park.store).delete(park.act, park.apartments["1001"])
    assert [row["number"] for row in park.rows(t.apartment)] == ["1002", "1003"]
