"""Taking acts back: what comes again, what stays proved, what forbids it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import event

from backend.domain.enums import Role
from backend.domain.errors import Conflict, Forbidden, NotFound, Stale
from backend.domain.residents import ResidentPatch
from backend.services import slices, undo_changes
from backend.services.apartments import Apartments
from backend.services.buildings import Buildings
from backend.services.communities import Communities
from backend.services.undo import looked_at
from backend.services.undo_taking import Look, Taking
from backend.store import tables as t
from tests.services.people.park import Park, killed
from tests.support.rows import ManagerContext

pytestmark = pytest.mark.feature("SYNC-07")

RULES = [table for table in t.metadata.tables.values() if table.info.get("rule")]


def everything(park: Park) -> dict[str, list[dict[str, Any]]]:
    """All rule rows, versions apart."""
    return {
        table.name: [{name: value for name, value in row.items() if name != "row_version"} for row in park.rows(table)]
        for table in RULES
    }


def refusal(park: Park, operation: int) -> str:
    """Why an act cannot be taken back; the list of candidates must say the same where it says anything."""
    with pytest.raises(Conflict) as caught:
        park.undo.undo(park.act, operation)
    listed = {one.id: one.blocked for one in park.undo.candidates(park.context, 50)}
    assert listed.get(operation, "") in ("", str(caught.value))
    return str(caught.value)


def test_undo_of_adding_leaves_a_tombstone_and_cooling_codes(park: Park) -> None:
    anna = park.add(pin="2041")
    pin = park.rows(t.credential)[0]["id"]
    gens = park.gens()
    undone = park.take_back(anna)
    assert park.rows(t.resident) == park.rows(t.access_group_member) == []
    (holder,) = park.rows(t.holder)
    assert (holder["status"], holder["apartment_id"]) == ("suspended", None)
    assert holder["removed_at"] is not None
    assert park.statuses(anna.id) == ["cooling"]
    assert park.unproved(anna.id) == {(park.gate, pin), (park.lobby, pin)}
    assert undone.doors == {device: gen + 1 for device, gen in gens.items()}
    with pytest.raises(Conflict, match="was taken from Anna Kowalska"):
        park.add(number="1002", first="Jan", pin="2041")


def test_undo_of_an_undo_adds_the_person_again(park: Park) -> None:
    anna = park.add(pin="2041", cards=("0A1B2C3D",))
    before = everything(park)
    park.take_back(park.take_back(anna))
    assert everything(park) == before
    assert park.unproved(anna.id) == set()
    assert park.codes(anna.id) == ["0A1B2C3D", "2041"]


def test_undo_of_editing_puts_every_value_back(park: Park) -> None:
    anna = park.add(pin="2041", cards=("0A1B2C3D",), email="anna@example.com")
    before = everything(park)
    card = park.residents.get(park.context, anna.id).credentials[1].id
    saved = park.edit(
        anna.id, last="Nowak", pin="3052", credentials_remove=(card,), cards_add=("9F8E7D6C",), email="", group_ids=()
    )
    undone = park.take_back(saved)
    after = everything(park)
    made = [row for row in after["credential"] if row["status"] == "cooling"]
    after["credential"] = [row for row in after["credential"] if row not in made]
    assert after == {**before, "access_group_member": after["access_group_member"]}
    assert [row["group_id"] for row in after["access_group_member"]] == [park.default_group]
    assert len(made) == 2
    assert park.codes(anna.id) == ["0A1B2C3D", "2041"]
    assert undone.doors.keys() == {park.gate, park.lobby}
    assert park.unproved(anna.id) == set(), "the new codes never had a door"


def test_code_of_an_edit_taken_back_must_still_be_proved_gone(park: Park) -> None:
    anna = park.add(pin="2041")
    park.take_back(park.edit(anna.id, pin="3052"))
    new = park.rows(t.credential, status="cooling")[0]["id"]
    assert park.codes(anna.id) == ["2041"]
    assert park.unproved(anna.id) == {(park.gate, new), (park.lobby, new)}


def test_undo_of_deleting_restores_exactly(park: Park) -> None:
    anna, jan = park.add(pin="2041", cards=("0A1B2C3D",)), park.add(first="Jan", last=None, pin="3052")
    before = everything(park)
    saved = park.delete(anna.id, jan.id)
    assert park.unproved(anna.id)
    park.take_back(saved)
    assert everything(park) == before
    assert park.unproved(anna.id) == park.unproved(jan.id) == set()
    assert park.residents.get(park.context, anna.id).role == "master"


def test_batch_is_taken_back_as_one_over_slices(park: Park, monkeypatch: pytest.MonkeyPatch) -> None:
    ids = [park.add(number=number, pin=f"204{n}").id for n, number in enumerate(park.apartments)]
    before = everything(park)
    saved = park.delete(*ids)
    monkeypatch.setattr(slices, "LOCK_FOR", 0.0)
    monkeypatch.setattr(undo_changes, "AT_ONCE", 1)
    undone = park.take_back(saved)
    assert everything(park) == before
    (operation,) = park.rows(t.operation, id=undone.operation)
    assert (operation["undo_of"], operation["action"]) == (
        saved.operation,
        f"Undid {saved.operation}: Deleted 3 residents",
    )
    assert undone.doors == park.gens()


def test_broken_off_undo_goes_on_with_the_same_request(park: Park, monkeypatch: pytest.MonkeyPatch) -> None:
    ids = [park.add(number=number, pin=f"204{n}").id for n, number in enumerate(park.apartments)]
    before = everything(park)
    saved = park.delete(*ids)
    monkeypatch.setattr(slices, "LOCK_FOR", 0.0)
    monkeypatch.setattr(undo_changes, "AT_ONCE", 1)
    context = park.act
    park.store.after_commit.append(killed)
    with pytest.raises(KeyboardInterrupt):
        park.undo.undo(context, saved.operation)
    park.store.after_commit.remove(killed)
    assert everything(park) != before
    park.undo.undo(context, saved.operation)
    assert everything(park) == before


@pytest.fixture
def sliced(monkeypatch: pytest.MonkeyPatch) -> None:
    """One person in each slice."""
    monkeypatch.setattr(slices, "LOCK_FOR", 0.0)
    monkeypatch.setattr(undo_changes, "AT_ONCE", 1)


def three_deleted(park: Park) -> tuple[dict[str, list[dict[str, Any]]], int]:
    """Everything before three people were deleted, and the act."""
    ids = [park.add(number=number, pin=f"204{n}").id for n, number in enumerate(park.apartments)]
    before = everything(park)
    return before, park.delete(*ids).operation


@pytest.mark.usefixtures("sliced")
def test_another_undo_goes_on_with_one_that_was_broken_off(park: Park) -> None:
    before, operation = three_deleted(park)
    park.store.after_commit.append(killed)
    with pytest.raises(KeyboardInterrupt):
        park.undo.undo(park.act, operation)
    park.store.after_commit.remove(killed)
    (half,) = park.rows(t.operation, type="undo.undo")
    acts = {act.id: act for act in park.undo.candidates(park.context, 5)}
    assert (acts[operation].half_undone, acts[operation].blocked) == (True, "")
    assert (
        refusal(park, half["id"]) == f"This undo is not finished. Undo {operation} again first, which goes on with it."
    )
    assert park.undo.undo(park.act, operation).operation == half["id"]
    assert everything(park) == before
    assert refusal(park, operation) == f"Undone already, by {half['id']}."
    park.undo.undo(park.act, half["id"])
    assert not [row for row in park.rows(t.holder) if row["removed_at"] is None]


@pytest.mark.usefixtures("sliced")
def test_a_stopped_undo_says_what_is_left_and_goes_on(park: Park) -> None:
    before, operation = three_deleted(park)
    seen: list[tuple[int, int]] = []
    half = park.undo.undo(
        park.act,
        operation,
        tell=lambda progress: seen.append((progress.done, progress.total)),
        stopped=lambda: bool(seen),
    )
    ((done, total),) = seen
    assert 0 < done < total
    assert half.skipped == {"undo": f"Stopped: {done} of {total} rows are taken back. Undo {operation} again goes on."}
    assert everything(park) != before
    assert park.undo.undo(park.act, operation).skipped == {}
    assert everything(park) == before


@pytest.mark.usefixtures("sliced")
def test_who_changed_what_is_left_of_a_half_undone_act_is_named(park: Park) -> None:
    _, operation = three_deleted(park)
    stop: list[object] = []
    park.undo.undo(park.act, operation, tell=stop.append, stopped=lambda: bool(stop))
    (back,) = (row["id"] for row in park.rows(t.holder) if row["removed_at"] is None)
    park.edit(back, last="Nowak")  # back already: this is in nobody's way
    assert park.undo.plan(park.context, operation)
    gone = next(row["id"] for row in park.rows(t.holder) if row["removed_at"] is not None)
    with park.store.write(park.act, "test.rename") as work:
        work.require("resident.write")
        work.update(t.holder, gone, name="Somebody")
        work.tell("Renamed", "resident", gone, "", undoable=False)
    assert "Changed again since" in refusal(park, operation)


@pytest.mark.usefixtures("sliced")
def test_two_who_go_on_with_one_undo_do_not_put_rows_back_twice(park: Park) -> None:
    before, operation = three_deleted(park)
    others: list[int] = []

    def overtake(_progress: object) -> None:
        if not others:
            others.append(park.undo.undo(park.act, operation).operation)

    with pytest.raises(Conflict, match="Somebody else goes on"):
        park.undo.undo(park.act, operation, tell=overtake)
    assert everything(park) == before
    assert [row["id"] for row in park.rows(t.operation, type="undo.undo")] == others


def test_what_changes_between_look_and_lock_is_looked_at_again(park: Park) -> None:
    anna = park.add(pin="2041")
    saved = park.edit(anna.id, last="Nowak")
    looks: list[Look] = []

    def look() -> Look:
        with park.store.read() as connection:
            looks.append(looked_at(connection, park.store.sealer, park.context, saved.operation))
        if len(looks) == 1:
            park.edit(anna.id, first="Maria")
        return looks[-1]

    with pytest.raises(Conflict, match="Changed again since"):
        Taking(park.store, park.act, look, slices.quiet, slices.going_on).run(lambda _row: "Undid")
    assert len(looks) == 1, "the second look refuses"
    assert park.residents.get(park.context, anna.id).last == "Nowak"


def test_many_people_come_back_in_few_statements(park: Park, monkeypatch: pytest.MonkeyPatch) -> None:
    """A person more costs no statement more: 20 in one slice take as many as 5."""
    monkeypatch.setattr(slices, "LOCK_FOR", 60.0)
    counted: list[int] = []
    for start, many in ((2000, 5), (2100, 20)):
        people = [
            park.add(last="Kowalska" if not n else None, first=f"P{n}", pin=f"{start + n}").id for n in range(many)
        ]
        deleted = park.delete(*people)
        undone = park.take_back(deleted)
        with statements(park) as seen:
            park.take_back(undone)
        counted.append(len(seen))
    assert counted[0] == counted[1]


@contextmanager
def statements(park: Park) -> Iterator[list[str]]:
    """The statements that are run meanwhile while the lock is held."""
    seen: list[str] = []

    def heard(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        seen.append(statement)

    event.listen(park.store._writer, "before_cursor_execute", heard)
    try:
        yield seen
    finally:
        event.remove(park.store._writer, "before_cursor_execute", heard)


def test_same_request_undoes_once(park: Park) -> None:
    anna = park.add(pin="2041")
    context = park.act
    first = park.undo.undo(context, anna.operation)
    assert park.undo.undo(context, anna.operation).operation == first.operation
    assert len(park.rows(t.operation, type="undo.undo")) == 1


def test_later_change_forbids_it_and_is_named(park: Park) -> None:
    anna = park.add()
    edited = park.edit(anna.id, remark="x")
    assert refusal(park, anna.operation) == f"Changed again since, by {edited.operation}. Undo that first."
    park.take_back(edited)
    undo = park.rows(t.operation, type="undo.undo")[0]["id"]
    assert refusal(park, edited.operation) == f"Undone already, by {undo}."
    assert refusal(park, anna.operation).startswith("Changed again since, by ")


def test_value_given_to_somebody_else_forbids_it(park: Park) -> None:
    anna = park.add(pin="2041")
    saved = park.delete(anna.id)
    park.prove()
    park.add(number="1002", first="Jan", pin="2041")
    assert refusal(park, saved.operation) == "This cannot be undone. This PIN belongs to Jan Kowalska, A 1002."


def test_form_opened_before_an_undo_is_stale(park: Park) -> None:
    anna = park.add(pin="2041")
    edited = park.edit(anna.id, pin="3052")
    seen = park.residents.get(park.context, anna.id).version
    park.take_back(edited)
    with pytest.raises(Stale):
        park.residents.edit(park.act, anna.id, seen, ResidentPatch(pin="4063"))


def test_redo_is_refused_when_the_code_was_given_anew_meanwhile(park: Park) -> None:
    anna = park.add(pin="2041")
    undone = park.take_back(park.edit(anna.id, pin="3052"))
    park.prove()
    again = park.edit(anna.id, pin="3052")
    assert refusal(park, undone.operation) == f"Changed again since, by {again.operation}. Undo that first."
    with pytest.raises(Conflict, match="Changed again since"):
        park.undo.plan(park.context, undone.operation)


def test_proof_by_the_agent_does_not_forbid_it(park: Park) -> None:
    anna = park.add(pin="2041")
    saved = park.delete(anna.id)
    park.prove()
    assert park.statuses(anna.id) == ["gone"]
    park.take_back(saved)
    assert park.codes(anna.id) == ["2041"]


def test_new_master_and_reused_mail_forbid_it(park: Park) -> None:
    anna = park.add(email="anna@example.com")
    saved = park.delete(anna.id)
    jan = park.add(first="Jan")
    assert refusal(park, saved.operation) == (
        "This cannot be undone: the apartment has another family master by now, Jan Kowalska."
    )
    park.delete(jan.id)
    park.add(number="1002", first="Ewa", email="anna@example.com")
    assert refusal(park, saved.operation) == (
        "This cannot be undone: the e-mail address belongs to Ewa Kowalska by now."
    )


def test_no_family_is_left_without_its_master(park: Park) -> None:
    anna = park.add()
    jan = park.add(first="Jan", last=None)
    assert refusal(park, anna.operation) == "This cannot be undone: a family would be without its master."
    left = park.delete(jan.id)
    park.delete(anna.id)
    assert refusal(park, left.operation) == "This cannot be undone: a family would be without its master."


def test_deleted_apartment_forbids_it(park: Park) -> None:
    saved = park.delete(park.add().id)
    apartments = Apartments(park.store)
    gone = apartments.delete(park.act, park.apartments["1001"])
    assert refusal(park, saved.operation) == "This cannot be undone: an apartment of it was deleted since."
    park.take_back(gone)
    park.take_back(saved)
    assert [row["first"] for row in park.rows(t.resident)] == ["Anna"]


def test_apartment_in_use_cannot_be_unmade(park: Park) -> None:
    made = Apartments(park.store).add(park.act, park.building, "1004")
    park.apartments["1004"] = made.id
    anna = park.add(number="1004")
    assert refusal(park, made.operation) == "This cannot be undone: an apartment that it made is used by now."
    park.take_back(anna)
    park.take_back(made)
    assert len(park.rows(t.apartment)) == 3


def test_buildings_apartments_and_settings_come_back(park: Park) -> None:
    buildings, before = Buildings(park.store), everything(park)
    made = buildings.add(park.act, "B")
    renamed = buildings.rename(park.act, made.id, 1, "C")
    deleted = buildings.delete(park.act, made.id)
    park.take_back(deleted)
    assert {row["name"] for row in park.rows(t.access_group)} == {"A (default)", "C (default)"}
    gens = park.gens()
    zone = Communities(park.store).edit(park.act, 2, timezone="Asia/Tokyo")
    assert park.gens() == {device: gen + 1 for device, gen in gens.items()}
    park.take_back(zone)
    assert park.gens() == {device: gen + 2 for device, gen in gens.items()}
    assert refusal(park, renamed.operation).startswith("Changed again since")
    buildings.delete(park.act, made.id)
    assert everything(park) == before


def test_plan_shows_what_each_door_would_get_back(park: Park) -> None:
    anna = park.add(pin="2041")
    park.add(first="Jan", last=None, pin="3052")
    saved = park.edit(anna.id, pin="4063", cards_add=("0A1B2C3D",))
    gate, lobby = park.undo.plan(park.context, saved.operation)
    assert [line.what for line in gate.changes] == ["new PIN"]
    assert [line.what for line in lobby.removes] == ["1 card"]
    deleted = park.edit(anna.id, group_ids=())
    again = park.undo.plan(park.context, deleted.operation)
    assert [[line.what for line in door.adds] for door in again] == [["PIN and 1 card"]] * 2
    assert park.codes(anna.id) == ["0A1B2C3D", "4063"]
    with pytest.raises(Conflict, match="Changed again"):
        park.undo.plan(park.context, anna.operation)


def test_candidates_are_newest_first_and_of_this_community(park: Park, manager_context: ManagerContext) -> None:
    anna = park.add()
    park.clock.advance(minutes=1)
    edited = park.edit(anna.id, remark="x")
    park.residents.reveal(park.act, anna.id)
    listed = park.undo.candidates(park.context, 2)
    assert [(one.id, one.blocked) for one in listed] == [
        (edited.operation, ""),
        (anna.operation, f"Changed again since, by {edited.operation}. Undo that first."),
    ]
    stranger = manager_context(Role.INSTALLER)
    assert park.undo.candidates(stranger, 10) == ()
    with pytest.raises(NotFound):
        park.undo.undo(stranger, anna.operation)


def test_what_cannot_be_undone_says_so(park: Park) -> None:
    anna = park.add(pin="2041")
    park.residents.reveal(park.act, anna.id)
    shown = park.rows(t.operation, type="resident.reveal")[0]["id"]
    prepared = park.rows(t.operation, type="test.prepare", community_id=park.context.community_id)[0]["id"]
    seen = f"Number {shown} cannot be undone (Showed PIN: Kowalska, Anna · A 1001): what was seen cannot be unseen."
    assert refusal(park, shown) == seen
    assert refusal(park, prepared).endswith("Take away by hand what is not wanted.")
    with pytest.raises(NotFound, match="There is no operation 9999"):
        park.undo.undo(park.act, 9999)


def test_undo_needs_the_right_of_the_act_itself(park: Park, manager_context: ManagerContext) -> None:
    home = park.context.community_id
    saved = park.delete(park.add().id)
    made = Apartments(park.store).add(park.act, park.building, "1004")
    careful = manager_context(Role.MANAGER, community_id=home, delete_residents=False)
    viewer = manager_context(Role.VIEWER, community_id=home)
    for context, operation in ((careful, saved.operation), (careful, made.operation), (viewer, made.operation)):
        with pytest.raises(Forbidden):
            park.undo.undo(context, operation)
    assert [one.blocked for one in park.undo.candidates(careful, 2)] == [
        "Your role does not allow this: adding apartments. An installer can grant it.",
        "An installer has switched this off for your account (Delete Account Permission).",
    ]
    undone = park.take_back(saved)
    with pytest.raises(Forbidden):
        park.undo.undo(careful, undone.operation)
