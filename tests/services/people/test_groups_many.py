"""Acts on a group with very many people: short transactions, whole at every commit (AG-03, AG-04)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import func, select

from backend.domain.groups import GroupDraft, GroupPatch
from backend.domain.records import Saved
from backend.services import slices
from backend.services.group_members import AT_ONCE
from backend.services.groups import Groups
from backend.services.holidays import Holidays
from backend.store import tables as t
from tests.services.people.crowd import fill
from tests.services.people.park import Park, add_group, add_relay, killed
from tests.support.rows import insert_device

PEOPLE = 110
CODES = 2
"""Codes of each of the crowd."""


@pytest.fixture
def gym(park: Park, monkeypatch: pytest.MonkeyPatch) -> tuple[int, int]:
    """A device and its relay that no default group opens; every slice takes one step only."""
    monkeypatch.setattr(slices, "LOCK_FOR", 0.0)
    fill(park, PEOPLE)
    with park.store.write(park.act, "test.prepare") as work:
        work.require("device.write")
        device_id = insert_device(work, park.context.community_id, "Gym", profile="R20A")
    return device_id, add_relay(park.store, park.context, device_id, "Gym")


@pytest.fixture
def group_id(park: Park, gym: tuple[int, int]) -> int:
    """Everybody in a group that opens the gym by day."""
    draft = GroupDraft(name="Gym", schedule="daily 8-18", relay_ids=(gym[1],))
    made = Groups(park.store).add(park.act, draft).id
    Groups(park.store).add_people(park.act, made, [row["id"] for row in park.rows(t.holder)])
    return made


@pytest.fixture
def proofs(park: Park, gym: tuple[int, int]) -> Iterator[list[int]]:
    """How many proofs the gym owes, after each commit."""
    counted: list[int] = []

    def count(topics: frozenset[str]) -> None:
        with park.store.read() as connection:
            r = t.read_back
            owed = select(func.count()).where(r.c.device_id == gym[0], r.c.absent_at.is_(None))
            counted.append(connection.execute(owed).scalar_one())

    park.store.after_commit.append(count)
    yield counted
    park.store.after_commit.remove(count)


def edit(park: Park, group_id: int, **patch: object) -> Saved:
    version = Groups(park.store).get(park.context, group_id).version
    return Groups(park.store).edit(park.act, group_id, version, GroupPatch.model_validate(patch))


def steps(numbers: list[int]) -> list[int]:
    return [after - before for before, after in zip([0, *numbers], numbers, strict=False)]


@pytest.mark.feature("AG-03")
def test_other_hours_are_one_transaction_for_however_many_people(
    park: Park, gym: tuple[int, int], group_id: int, proofs: list[int]
) -> None:
    before = park.gens()
    saved = edit(park, group_id, schedule="daily 9-17", keeps_holidays=True)
    park.take_back(saved)
    assert proofs == [0, 0]
    assert {one for one, gen in park.gens().items() if gen > before[one]} == {gym[0]}
    with park.store.read() as connection:
        written = select(func.count()).where(t.change.c.operation_id == saved.operation)
        assert connection.execute(written).scalar_one() == 3  # an hour away, another one, and the group


@pytest.mark.feature("AG-03")
@pytest.mark.feature("SYNC-03")
def test_other_doors_change_at_once_and_what_they_prove_follows_some_people_at_a_time(
    park: Park, gym: tuple[int, int], group_id: int, proofs: list[int]
) -> None:
    saved = edit(park, group_id, relay_ids=(park.lobby_relay,))
    first, *more = steps(proofs)
    assert first == 0
    assert max(more) == AT_ONCE * CODES
    assert sum(more) == PEOPLE * CODES
    assert set(saved.doors) == {gym[0], park.lobby}
    assert saved.doors == {one: park.gens()[one] for one in saved.doors}  # what is counted is what came last
    del proofs[:]
    park.take_back(saved)
    first, *more = steps([PEOPLE * CODES, *proofs])[1:]
    assert first == 0
    assert min(more) == -AT_ONCE * CODES
    assert proofs[-1] == 0


@pytest.mark.feature("AG-03")
def test_a_process_that_ends_after_the_rules_leaves_the_doors_dirty_and_one_act_to_undo(
    park: Park, gym: tuple[int, int], group_id: int
) -> None:
    before = park.gens()
    park.store.after_commit.append(killed)
    with pytest.raises(KeyboardInterrupt):
        edit(park, group_id, relay_ids=(park.lobby_relay,))
    park.store.after_commit.remove(killed)
    assert {one for one, gen in park.gens().items() if gen > before[one]} == {gym[0], park.lobby}
    (row,) = [one for one in park.rows(t.operation) if one["type"] == "group.edit"]
    park.undo.undo(park.act, row["id"])
    assert [door.relay_id for door in Groups(park.store).get(park.context, group_id).doors] == [gym[1]]
    assert not park.rows(t.read_back)


@pytest.mark.feature("SYNC-03")
def test_a_proof_given_meanwhile_is_not_asked_for_again_and_an_older_one_is(
    park: Park, gym: tuple[int, int], group_id: int
) -> None:
    early, late = [row["id"] for row in park.rows(t.credential)][:2]
    proved = {early: park.clock.now.replace(hour=1), late: park.clock.now.replace(hour=23)}
    with park.store.books(park.context) as work:
        for code, freed_at in proved.items():
            row = {"device_id": gym[0], "credential_id": code, "freed_at": freed_at, "absent_at": freed_at}
            work.connection.execute(t.read_back.insert().values(row))
    edit(park, group_id, relay_ids=(park.lobby_relay,))
    absent = {row["credential_id"]: row["absent_at"] for row in park.rows(t.read_back)}
    assert absent.pop(late) == proved[late]
    assert set(absent.values()) == {None}


@pytest.mark.feature("AG-03")
def test_a_group_goes_some_people_at_a_time_each_with_its_proofs(
    park: Park, gym: tuple[int, int], group_id: int, proofs: list[int]
) -> None:
    saved = Groups(park.store).delete(park.act, [group_id])
    assert max(steps(proofs)) == AT_ONCE * CODES
    assert proofs[-1] == PEOPLE * CODES
    assert set(saved.doors) == {gym[0]}
    park.take_back(saved)
    assert proofs[-1] == 0
    assert Groups(park.store).get(park.context, group_id).people == PEOPLE


@pytest.mark.feature("AG-08")
def test_a_holiday_is_one_transaction_for_however_many_people(park: Park, group_id: int, proofs: list[int]) -> None:
    saved = Holidays(park.store).add(park.act, "Fair", "2026-12-25")
    assert len(proofs) == 1
    assert set(saved.doors) == set(park.gens())


@pytest.mark.feature("AG-04")
def test_only_doors_that_hold_something_else_are_counted(park: Park, gym: tuple[int, int], group_id: int) -> None:
    groups = Groups(park.store)
    (one, *_), bare = [row["id"] for row in park.rows(t.holder)], park.add(first="Jan").id
    both = (gym[1], park.gate_relay)  # the default group opens the gate around the clock
    longer = groups.add(park.act, GroupDraft(name="Longer", schedule="daily 7-19", relay_ids=both)).id
    never = groups.add(park.act, GroupDraft(name="Gate", schedule="daily 8-18", relay_ids=(park.gate_relay,))).id
    assert set(groups.add_people(park.act, longer, [one]).doors) == {gym[0]}
    assert not groups.add_people(park.act, never, [one]).doors
    assert not groups.add_people(park.act, longer, [bare]).doors  # nothing to show
    assert set(groups.remove_people(park.act, longer, [one]).doors) == {gym[0]}
    assert not park.unproved(one)  # the gym is still theirs by day
    assert set(groups.remove_people(park.act, group_id, [one]).doors) == {gym[0]}
    assert {device for device, _ in park.unproved(one)} == {gym[0]}


@pytest.mark.feature("AG-08")
def test_a_door_around_the_clock_but_for_holidays_is_another_one_with_a_group_that_keeps_none(
    park: Park, gym: tuple[int, int]
) -> None:
    groups = Groups(park.store)
    one = park.rows(t.holder)[0]["id"]
    draft = GroupDraft(name="Not on holidays", schedule="daily 0-24", relay_ids=(gym[1],), keeps_holidays=True)
    groups.add_people(park.act, groups.add(park.act, draft).id, [one])
    day = add_group(park.store, park.context, "Day", (gym[1],))
    assert set(groups.add_people(park.act, day, [one]).doors) == {gym[0]}
