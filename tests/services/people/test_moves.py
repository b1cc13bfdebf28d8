"""Families move out and in as one act, now or ahead; the licence stays (feature RES-16; rules 4.2; edge case 36)."""

from __future__ import annotations

import shutil
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete

from backend.domain.context import agent_context
from backend.domain.enums import MoveState, Role
from backend.domain.errors import Conflict, Forbidden, Invalid, Stale
from backend.domain.moves import MoveDraft, MovePatch, MoveRecord, parse_move_time
from backend.domain.receipts import receipt_lines
from backend.domain.residents import ResidentDraft
from backend.services import slices
from backend.services.apartments import Apartments
from backend.services.move_acts import carry_out as carry_out_move
from backend.services.move_acts import moves_due
from backend.services.moves import Moves
from backend.services.outbox import post_mail
from backend.store import tables as t
from backend.store.opening import open_site
from tests.services.people.families import add_guest, family
from tests.services.people.park import Park, killed
from tests.support.clock import FakeClock
from tests.support.rows import ManagerContext

NEXT: dict[str, Any] = {
    "first": "Ewa", "last": "Nowak", "email": "ewa@example.com", "pin": "5263", "cards": ("9F8E7D6C",)
}  # fmt: skip
LIVE = {"active", "scheduled", "suspended"}


def draft(park: Park, number: str = "1001", *, out: bool = True, at: datetime | None = None, **come: Any) -> MoveDraft:
    """A move as typed; nobody comes without `come`."""
    incoming = ResidentDraft(**come) if come else None
    return MoveDraft(apartment_id=park.apartments[number], out=out, incoming=incoming, at=at)


def move(park: Park, number: str = "1001", **more: Any) -> Any:
    """Move, the number typed."""
    return Moves(park.store).move(park.act, draft(park, number, **more), number)


def record(park: Park, move_id: int) -> MoveRecord:
    """A move as it stands."""
    return Moves(park.store).get(park.context, move_id)


def carry_out(park: Park) -> int:
    """What the agent does when it looks."""
    due = moves_due(park.store)
    for context, move_id in due:
        carry_out_move(park.store, context, move_id)
    return len(due)


def people(park: Park, number: str = "1001") -> list[str]:
    """Who lives in an apartment."""
    return [name for _, name, _ in Apartments(park.store).get(park.context, park.apartments[number]).residents]


def lines(park: Park, move_id: int) -> str:
    """The receipt as text."""
    return "\n".join(receipt_lines(Moves(park.store).receipt(park.context, move_id)))


@pytest.mark.feature("RES-16")
@pytest.mark.edge("36")
def test_a_family_leaves_with_all_it_had_and_the_next_one_comes_in_one_operation(park: Park) -> None:
    anna, jan = family(park)
    guests = [add_guest(park, "1001", "visitor", "5074"), add_guest(park, "1001", "booking", "6085")]
    other = add_guest(park, "1002", "visitor", "7096")
    before = len(park.rows(t.operation))
    saved = move(park, **NEXT)
    assert people(park) == ["Nowak, Ewa"]
    for one in (anna, jan, *guests):
        owned = {row["id"] for row in park.rows(t.credential, holder_id=one)}
        assert park.statuses(one) == ["cooling"] * len(owned)
        assert park.unproved(one) == {(door, code) for door in (park.gate, park.lobby) for code in owned}
        assert park.rows(t.access_group_member, holder_id=one) == []
    assert park.statuses(other) == ["active"]
    assert saved.doors.keys() == {park.gate, park.lobby}
    (made,) = park.rows(t.operation)[before:]
    assert (made["id"], made["action"], made["entity_name"]) == (saved.operation, "Moved out and in", "A 1001")
    (ewa,) = park.rows(t.resident, apartment_id=park.apartments["1001"])
    assert (ewa["role"], park.codes(ewa["id"])) == ("master", ["5263", "9F8E7D6C"])
    assert [row["group_id"] for row in park.rows(t.access_group_member, holder_id=ewa["id"])] == [park.default_group]


@pytest.mark.feature("RES-16")
@pytest.mark.edge("36")
def test_letters_to_the_old_family_stop_and_the_new_login_goes_out(park: Park) -> None:
    anna, jan = family(park)
    with park.store.write(park.act, "test.prepare") as work:
        work.require("resident.write")
        post_mail(work, purpose="Note", key="note", to="anna@example.com", subject="Note", text="x", holder_id=jan)
    before = {row["id"] for row in park.rows(t.outgoing)}
    move(park, **NEXT)
    rows = park.rows(t.outgoing)
    assert {row["state"] for row in rows if row["holder_id"] in (anna, jan)} == {"withdrawn"}
    (mail,) = [row for row in rows if row["id"] not in before]
    assert (mail["address"], mail["purpose"]) == ("ewa@example.com", "Login information")


@pytest.mark.feature("RES-16")
@pytest.mark.edge("34")
@pytest.mark.parametrize("steps", ["together", "one after the other"])
def test_the_licence_stays_with_the_apartment(park: Park, steps: str) -> None:
    anna, _ = family(park)
    with park.store.write(park.act, "test.prepare") as work:
        work.require("resident.write")
        work.update(t.resident, anna, account_status="expired", expires_at=park.clock())
    if steps == "together":
        move(park, **NEXT)
    else:
        move(park)
        assert people(park) == []
        page = Apartments(park.store).get(park.context, park.apartments["1001"])
        assert (page.account_status, page.expires_at) == ("expired", park.clock())
        move(park, out=False, **NEXT)
    (ewa,) = park.rows(t.resident, apartment_id=park.apartments["1001"])
    assert (ewa["account_status"], ewa["expires_at"]) == ("expired", park.clock())
    (apartment,) = park.rows(t.apartment, id=park.apartments["1001"])
    assert (apartment["licence"], apartment["licence_until"]) == (None, None)


@pytest.mark.feature("RES-16")
def test_a_master_who_is_added_by_hand_takes_the_waiting_licence(park: Park) -> None:
    anna, _ = family(park)
    with park.store.write(park.act, "test.prepare") as work:
        work.require("resident.write")
        work.update(t.resident, anna, account_status="active")
    move(park)
    ewa = park.add(first="Ewa", last="Nowak")
    assert park.rows(t.resident, id=ewa.id)[0]["account_status"] == "active"
    park.take_back(ewa)
    assert park.rows(t.apartment, id=park.apartments["1001"])[0]["licence"] == "active"


@pytest.mark.feature("RES-16")
@pytest.mark.feature("SYNC-07")
def test_undo_brings_the_old_family_back_with_every_code(park: Park) -> None:
    anna, jan = family(park)
    guest = add_guest(park, "1001", "visitor", "5074")
    before = (park.codes(anna), park.codes(jan), park.statuses(guest), park.rows(t.apartment))
    saved = move(park, **NEXT)
    (ewa,) = park.rows(t.resident, apartment_id=park.apartments["1001"])
    park.take_back(saved)
    assert people(park) == ["Kowalska, Anna", "Kowalska, Jan"]
    after = (park.codes(anna), park.codes(jan), park.statuses(guest), park.rows(t.apartment))
    assert after[:3] == before[:3]
    assert [(row["licence"], row["id"]) for row in after[3]] == [(row["licence"], row["id"]) for row in before[3]]
    assert set(park.statuses(ewa["id"])) == {"cooling"}
    assert record(park, saved.id).taken_back
    assert carry_out(park) == 0
    assert people(park) == ["Kowalska, Anna", "Kowalska, Jan"]


@pytest.mark.feature("RES-16")
@pytest.mark.feature("SYNC-07")
def test_undo_is_refused_once_the_new_family_has_grown(park: Park) -> None:
    family(park)
    saved = move(park, **NEXT)
    park.add(first="Ola", last=None)
    with pytest.raises(Conflict, match="Ola Nowak lives with the family that would go"):
        park.take_back(saved)
    assert people(park) == ["Nowak, Ewa", "Nowak, Ola"]


@pytest.mark.feature("RES-16")
@pytest.mark.feature("SYNC-07")
def test_undo_is_refused_once_the_new_family_has_guests(park: Park) -> None:
    family(park)
    saved = move(park, **NEXT)
    guest = add_guest(park, "1001", "visitor", "7096")
    with pytest.raises(Conflict, match="temporary keys or bookings by now"):
        park.take_back(saved)
    assert park.statuses(guest) == ["active"]


@pytest.mark.feature("RES-16")
def test_the_number_has_to_be_typed_and_somebody_has_to_move(park: Park) -> None:
    moves = Moves(park.store)
    with pytest.raises(Conflict, match="nobody to move out"):
        moves.move(park.act, draft(park), "1001")
    with pytest.raises(Invalid, match="Choose who leaves"):
        moves.move(park.act, draft(park, out=False), "1001")
    anna, _ = family(park)
    with pytest.raises(Invalid, match="Type 1001"):
        moves.move(park.act, draft(park, **NEXT), "1002")
    with pytest.raises(Conflict, match="A family lives here"):
        moves.move(park.act, draft(park, out=False, **NEXT), "1001")
    assert park.statuses(anna) == ["active", "active"]
    assert park.rows(t.move) == []


@pytest.mark.feature("RES-16")
@pytest.mark.parametrize(
    ("wrong", "field"),
    [({"pin": "9123"}, "pin"), ({"pin": "2041"}, "pin"), ({"cards": ("0A1B2C3D",)}, "cards"), ({"first": ""}, "first")],
)
def test_nothing_happens_where_the_newcomer_cannot_come(park: Park, wrong: dict[str, Any], field: str) -> None:
    """A PIN of the old family is not free either: doors may still hold it."""
    anna, _ = family(park)
    for at in (None, park.clock() + timedelta(days=1)):
        with pytest.raises((Invalid, Conflict)) as caught:
            move(park, at=at, **{**NEXT, "last": "", **wrong})
        found = caught.value
        assert field in (found.fields if isinstance(found, Invalid) else (found.field,))
    assert park.statuses(anna) == ["active", "active"]
    assert people(park) == ["Kowalska, Anna", "Kowalska, Jan"]


@pytest.mark.feature("RES-16")
def test_the_address_of_who_leaves_is_free_for_who_comes(park: Park) -> None:
    family(park)
    move(park, **{**NEXT, "email": "anna@example.com"})
    assert park.rows(t.resident, apartment_id=park.apartments["1001"])[0]["email"] == "anna@example.com"


@pytest.mark.edge("40")
@pytest.mark.feature("RES-16")
def test_without_the_permission_to_delete_accounts_nobody_moves(park: Park, manager_context: ManagerContext) -> None:
    anna, _ = family(park)
    later = park.clock() + timedelta(days=1)
    saved = move(park, at=later, **NEXT)
    manager = manager_context(Role.MANAGER, community_id=park.context.community_id, delete_residents=False)
    moves = Moves(park.store)
    for act in (
        lambda: moves.move(manager.again(), draft(park, "1001", **NEXT), "1001"),
        lambda: moves.move(manager.again(), draft(park, "1001", at=later), "1001"),
        lambda: moves.change(manager.again(), saved.id, 1, MovePatch(first="Eva")),
        lambda: moves.cancel(manager.again(), saved.id),
        lambda: moves.preview(manager, park.apartments["1001"]),
    ):
        with pytest.raises(Forbidden):
            act()
    assert park.statuses(anna) == ["active", "active"]


@pytest.mark.edge("45")
@pytest.mark.feature("RES-16")
@pytest.mark.feature("AG-06")
def test_under_only_public_area_a_manager_gives_a_newcomer_no_groups_of_their_choice(
    park: Park, manager_context: ManagerContext
) -> None:
    family(park)
    with park.store.write(park.act, "test.prepare") as work:
        work.require("community.write")
        work.update(t.community, park.context.community_id, only_public_area=True)
    manager = manager_context(Role.MANAGER, community_id=park.context.community_id)
    moves = Moves(park.store)
    with pytest.raises(Invalid, match="Only Public Area is on"):
        moves.move(manager.again(), draft(park, **NEXT, group_ids=()), "1001")
    assert people(park) == ["Kowalska, Anna", "Kowalska, Jan"]
    moves.move(manager.again(), draft(park, **NEXT), "1001")
    assert people(park) == ["Nowak, Ewa"]


@pytest.mark.feature("RES-16")
def test_a_dated_move_waits_is_carried_out_once_and_told(park: Park) -> None:
    anna, _ = family(park)
    saved = move(park, at=park.clock() + timedelta(days=2), **NEXT)
    assert saved.doors == {}
    assert park.statuses(anna) == ["active", "active"]
    waits = record(park, saved.id)
    assert (waits.state, waits.comes, waits.leaves) == (
        MoveState.PLANNED, "Ewa Nowak", ("Anna Kowalska", "Jan Kowalska"),
    )  # fmt: skip
    assert [masked for _, masked in waits.codes] == ["··63", "··6C"]
    assert [one.id for one in Moves(park.store).planned(park.context)] == [saved.id]
    assert carry_out(park) == 0
    park.clock.advance(days=2, seconds=1)
    assert carry_out(park) == 1
    assert carry_out(park) == 0
    assert people(park) == ["Nowak, Ewa"]
    done = record(park, saved.id)
    assert (done.state, done.problem) == (MoveState.DONE, "")
    (operation,) = park.rows(t.operation, id=done.operation)
    assert (operation["via"], operation["action"]) == ("agent", "Moved out and in (planned by Ines)")
    assert park.rows(t.move)[0]["incoming_sealed"] is None
    park.undo.undo(park.act, done.operation or 0)
    assert people(park) == ["Kowalska, Anna", "Kowalska, Jan"]
    assert carry_out(park) == 0


@pytest.mark.feature("RES-16")
@pytest.mark.feature("AGT-07")
def test_what_cannot_be_done_at_its_time_is_named_and_mailed_and_the_family_is_out(park: Park) -> None:
    family(park)
    saved = move(park, at=park.clock() + timedelta(days=2), **NEXT)
    park.add("1002", "Otto", "Other", pin="5263")
    park.clock.advance(days=3)
    carry_out(park)
    carry_out(park)
    failed = record(park, saved.id)
    assert failed.state is MoveState.FAILED
    assert failed.problem == "Ewa Nowak moved in without: This PIN belongs to Otto Other, A 1002."
    assert people(park) == ["Nowak, Ewa"]
    (ewa,) = park.rows(t.resident, apartment_id=park.apartments["1001"])
    assert park.codes(ewa["id"]) == ["9F8E7D6C"]
    (mail,) = park.rows(t.outgoing, purpose="Move not complete")
    manager = park.rows(t.manager, id=park.context.actor_id)[0]
    assert (mail["address"], mail["manager_id"]) == (manager["email"], manager["id"])
    assert "5263" not in lines(park, saved.id)
    assert "This PIN belongs to Otto Other" in lines(park, saved.id)


@pytest.mark.feature("RES-16")
def test_nobody_is_moved_out_who_was_not_meant(park: Park) -> None:
    """Another family has come since the move was planned: they stay."""
    anna, jan = family(park)
    saved = move(park, at=park.clock() + timedelta(days=2), **NEXT)
    park.delete(anna, jan)
    park.add(first="Otto", last="Other", pin="7781")
    park.clock.advance(days=3)
    carry_out(park)
    failed = record(park, saved.id)
    assert (failed.state, people(park)) == (MoveState.FAILED, ["Other, Otto"])
    assert "Otto Other lives there since this was planned" in failed.problem
    assert len(park.rows(t.outgoing, purpose="Move not complete")) == 1


@pytest.mark.feature("RES-16")
def test_a_planned_move_is_changed_and_cancelled_and_is_the_only_one(park: Park) -> None:
    family(park)
    moves, later = Moves(park.store), park.clock() + timedelta(days=2)
    saved = move(park, at=later, **NEXT)
    for at in (None, later + timedelta(days=1)):
        with pytest.raises(Conflict, match="A move is planned in A 1001"):
            move(park, at=at, **{**NEXT, "pin": "7781"})
    patch = MovePatch(at=later + timedelta(days=1), last="Nowakowa", pin="6374")
    moves.change(park.act, saved.id, 1, patch)
    with pytest.raises(Stale):
        moves.change(park.act, saved.id, 1, patch)
    with pytest.raises(Invalid, match="is over"):
        moves.change(park.act, saved.id, 2, MovePatch(at=park.clock()))
    changed = record(park, saved.id)
    assert (changed.at, changed.comes, changed.codes[0][1]) == (patch.at, "Ewa Nowakowa", "··74")
    park.clock.advance(days=2, seconds=1)
    assert carry_out(park) == 0
    moves.cancel(park.act, saved.id)
    park.clock.advance(days=5)
    assert carry_out(park) == 0
    assert record(park, saved.id).state is MoveState.CANCELLED
    assert people(park) == ["Kowalska, Anna", "Kowalska, Jan"]
    with pytest.raises(Conflict, match="cancelled already"):
        moves.cancel(park.act, saved.id)


@pytest.mark.feature("RES-16")
def test_an_apartment_with_a_planned_move_is_not_deleted(park: Park) -> None:
    move(park, "1003", out=False, at=park.clock() + timedelta(days=2), **NEXT)
    with pytest.raises(Conflict, match="A move is planned in A 1003"):
        Apartments(park.store).delete(park.act, park.apartments["1003"])


@pytest.mark.feature("RES-16")
@pytest.mark.parametrize("crash", range(1, 6))
@pytest.mark.parametrize("dated", [False, True])
def test_a_move_that_is_broken_off_goes_on_and_ends_once(
    park: Park, monkeypatch: pytest.MonkeyPatch, crash: int, dated: bool
) -> None:
    """After every commit the process may end; whoever looks next goes on, in the same operation."""
    monkeypatch.setattr(slices, "LOCK_FOR", -1.0)
    anna, jan = family(park)
    guest = add_guest(park, "1001", "visitor", "5074")
    if dated:
        move(park, at=park.clock() + timedelta(days=2), **NEXT)
        park.clock.advance(days=2, seconds=1)
    commits: list[int] = []

    def count(topics: frozenset[str]) -> None:
        commits.append(1)
        if len(commits) == crash:
            killed(topics)

    park.store.after_commit.append(count)
    try:
        carry_out(park) if dated else move(park, **NEXT)
    except KeyboardInterrupt:
        pass
    else:
        assert crash > len(commits), "it ended before the crash"
    park.store.after_commit.clear()
    carry_out(park)
    assert carry_out(park) == 0
    assert people(park) == ["Nowak, Ewa"]
    (made,) = park.rows(t.move)
    assert made["state"] == "done"
    assert {row["status"] for one in (anna, jan, guest) for row in park.rows(t.credential, holder_id=one)} == {
        "cooling"
    }
    assert len(park.rows(t.operation, type="apartment.move")) == 1
    assert len([row for row in park.rows(t.outgoing) if row["address"] == "ewa@example.com"]) == 1
    park.undo.undo(park.act, made["operation_id"])
    assert people(park) == ["Kowalska, Anna", "Kowalska, Jan"]


@pytest.mark.feature("RES-16")
def test_what_is_taken_back_half_way_does_not_go_on(park: Park, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slices, "LOCK_FOR", -1.0)
    family(park)
    park.store.after_commit.append(killed)
    with pytest.raises(KeyboardInterrupt):
        move(park, **NEXT)
    park.store.after_commit.clear()
    (row,) = park.rows(t.move)
    park.undo.undo(park.act, row["operation_id"])
    carry_out(park)
    assert people(park) == ["Kowalska, Anna", "Kowalska, Jan"]
    assert park.rows(t.move)[0]["state"] == "cancelled"


@pytest.mark.feature("RES-16")
def test_the_same_request_moves_once(park: Park) -> None:
    family(park)
    act, moves = park.act, Moves(park.store)
    first = moves.move(act, draft(park, **NEXT), "1001")
    assert moves.move(act, draft(park, **NEXT), "1001").operation == first.operation
    assert people(park) == ["Nowak, Ewa"]
    assert len(park.rows(t.move)) == 1


@pytest.mark.feature("RES-16")
@pytest.mark.feature("SYNC-02")
def test_the_plan_says_what_each_door_loses_and_receives(park: Park) -> None:
    family(park)
    plans = Moves(park.store).plan(park.context, draft(park, **NEXT))
    told = {plan.device_name: (len(plan.removes), len(plan.adds), plan.users_after) for plan in plans}
    assert told == {"Gate": (2, 1, 1), "Lobby": (2, 1, 1)}
    assert {plan.device_name for plan in Moves(park.store).plan(park.context, draft(park))} == {"Gate", "Lobby"}


@pytest.mark.feature("RES-16")
def test_the_page_says_before_what_goes_and_stays(park: Park) -> None:
    anna, _ = family(park)
    add_guest(park, "1001", "visitor", "5074")
    with park.store.write(park.act, "test.prepare") as work:
        work.require("resident.write")
        work.update(t.resident, anna, account_status="active", expires_at=datetime(2027, 3, 1, tzinfo=UTC))
    found = Moves(park.store).preview(park.context, park.apartments["1001"])
    assert [(one.name, one.role) for one in found.leaves] == [
        ("Anna Kowalska", "Master"), ("Jan Kowalska", "Member"), ("Plumber", "Temporary key"),
    ]  # fmt: skip
    goes = dict(found.goes)
    assert (goes["people, with their logins"], goes["PINs"], goes["temporary keys, bookings"]) == (2, 3, 1)
    assert "lines of door logs" not in goes
    assert dict(found.stays)["Licence"] == "Active, until 2027-03-01: stays with the apartment"
    assert found.free_pin not in {"2041", "3052", "5074", ""}


@pytest.mark.feature("RES-16")
@pytest.mark.feature("SYNC-03")
def test_the_receipt_masks_codes_and_follows_the_proof(park: Park) -> None:
    family(park)
    saved = move(park, **NEXT)
    text = lines(park, saved.id)
    assert not [secret for secret in ("2041", "3052", "0A1B2C3D", "5263", "9F8E7D6C") if secret in text]
    assert "Anna Kowalska  card  ··3D" in text
    assert text.count("removed, not read back yet") == 6
    park.clock.advance(days=1)
    assert lines(park, saved.id).count("NOT PROVED for 1 d") == 6
    park.prove()
    assert lines(park, saved.id).count("gone, read back") == 6
    with park.store.books(agent_context(park.context.community_id)) as work:
        work.connection.execute(delete(t.read_back))
    assert lines(park, saved.id).count("gone, proved by") == 6
    planned = move(park, at=park.clock() + timedelta(days=2))
    with pytest.raises(Conflict, match="no receipt"):
        Moves(park.store).receipt(park.context, planned.id)


@pytest.mark.feature("RES-16")
def test_no_secret_stands_open_in_the_rows_or_in_what_is_printed(park: Park) -> None:
    family(park)
    move(park, at=park.clock() + timedelta(days=2), **NEXT)
    stored = repr(park.rows(t.move)) + repr(park.rows(t.operation))
    shown = repr(draft(park, **NEXT)) + repr(MovePatch(pin="5263", cards=("9F8E7D6C",)))
    assert "5263" not in stored + shown
    assert "9F8E7D6C" not in stored + shown


@pytest.mark.feature("RES-16")
@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("", None),
        ("now", None),
        ("2026-12-01", datetime(2026, 11, 30, 23, tzinfo=UTC)),
        ("2026-12-01 12:00", datetime(2026, 12, 1, 11, tzinfo=UTC)),
        ("tomorrow", datetime(2026, 11, 28, 23, tzinfo=UTC)),
        ("fr 18", datetime(2026, 12, 4, 17, tzinfo=UTC)),
    ],
)
def test_the_date_is_understood_in_words(typed: str, meant: datetime | None) -> None:
    assert parse_move_time(typed, datetime(2026, 11, 28, 20, tzinfo=UTC), "Europe/Warsaw") == meant


@pytest.mark.feature("RES-16")
@pytest.mark.parametrize("typed", ["yesterday", "today", "soon", "2025-01-01"])
def test_a_date_that_is_over_or_not_understood_is_refused(typed: str) -> None:
    with pytest.raises(Invalid) as caught:
        parse_move_time(typed, datetime(2026, 11, 28, 20, tzinfo=UTC), "Europe/Warsaw")
    assert list(caught.value.fields) == ["at"]


@given(acts=st.lists(st.sampled_from(["out", "in", "both", "undo", "prove"]), max_size=7))
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@pytest.mark.feature("RES-16")
def test_whatever_moves_follow_each_other_nobody_keeps_a_code_of_a_home_that_is_left(
    park_template: tuple[Path, Park], acts: list[str]
) -> None:
    root, made = park_template
    with tempfile.TemporaryDirectory() as directory:
        store = open_site(Path(shutil.copytree(root, Path(directory) / "site")), clock=FakeClock())
        clock = store.clock
        assert isinstance(clock, FakeClock)
        park = Park(store, clock, park_again(made), *rest_of(made))
        family(park)
        done: list[Any] = []
        for number, act in enumerate(acts):
            come = {} if act == "out" else {"first": "N", "last": str(number), "pin": f"6{number}31"}
            try:
                if act == "undo":
                    park.take_back(done.pop()) if done else None
                elif act == "prove":
                    park.prove()
                else:
                    done.append(move(park, out=act != "in", **come))
            except Conflict:
                pass
            check_homes(park)
        store.close()


def park_again(made: Park) -> Any:
    """The installer of the template with a request of its own."""
    return made.context.again()


def rest_of(made: Park) -> tuple[Any, ...]:
    """What of the template does not hang on its store."""
    return (
        made.gate, made.lobby, made.gate_relay, made.lobby_relay, made.building, dict(made.apartments),
        made.default_group,
    )  # fmt: skip


def check_homes(park: Park) -> None:
    """Whoever has a live code has a home, every lived-in apartment one master, and no licence is there twice."""
    homes = {row["id"]: row["apartment_id"] for row in park.rows(t.resident)}
    alive = {row["holder_id"] for row in park.rows(t.credential) if row["status"] in LIVE}
    assert alive <= homes.keys()
    masters = [row["apartment_id"] for row in park.rows(t.resident, role="master")]
    assert sorted(masters) == sorted(set(homes.values()))
    kept = {row["id"] for row in park.rows(t.apartment) if row["licence"]}
    assert not kept & set(masters)
