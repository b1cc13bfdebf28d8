"""Rules for everybody with very many residents: they change at once, what doors have to prove follows in slices."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import func, select

from backend.domain.community_drafts import CommunitySwitches
from backend.domain.context import Context
from backend.domain.progress import Progress
from backend.domain.records import Saved
from backend.services import slices
from backend.services.communities import Communities
from backend.services.group_members import AT_ONCE
from backend.services.undo import Undo
from backend.store import tables as t
from tests.services.people.crowd import fill
from tests.services.people.park import Park, killed
from tests.services.people.resort import Resort, make_resort

PEOPLE = 500
CODES = 2
"""Codes of each of the crowd."""
ALL = PEOPLE * CODES


@pytest.fixture
def town(park: Park, monkeypatch: pytest.MonkeyPatch) -> Park:
    """Some hundred people, in some thousand rows, whom the lobby lets in; every slice takes one step only."""
    monkeypatch.setattr(slices, "LOCK_FOR", 0.0)
    fill(park, PEOPLE)
    return park


@pytest.fixture
def private(town: Park) -> Park:
    """The lobby stands in no public area."""
    with town.store.write(town.act, "test.prepare") as work:
        work.require("device.write")
        work.update(t.device, town.lobby, public=False)
    return town


@pytest.fixture
def proofs(town: Park) -> Iterator[list[int]]:
    """How many proofs the lobby owes, after each commit."""
    counted: list[int] = []

    def count(topics: frozenset[str]) -> None:
        del topics
        counted.append(owed(town))

    town.store.after_commit.append(count)
    yield counted
    town.store.after_commit.remove(count)


def owed(park: Park) -> int:
    r = t.read_back
    with park.store.read() as connection:
        query = select(func.count()).where(r.c.device_id == park.lobby, r.c.absent_at.is_(None))
        return int(connection.execute(query).scalar_one())


def flip(park: Park, on: bool, context: Context | None = None, **more: object) -> Saved:
    communities, switches = Communities(park.store), CommunitySwitches(only_public_area=on)
    version = communities.get(park.context).version
    return communities.switch(context or park.act, version, switches, **more)  # type: ignore[arg-type]


def in_slices(proofs: list[int], begin: int, end: int) -> None:
    """The rules came first, alone, and then the proofs, a step's people at a time."""
    first, *more = [after - before for before, after in zip([begin, *proofs], proofs, strict=False)]
    assert first == 0
    assert max(map(abs, more)) == AT_ONCE * CODES
    assert begin + sum(more) == end


@pytest.mark.feature("AG-06")
@pytest.mark.feature("SYNC-03")
@pytest.mark.edge("45")
def test_only_public_area_is_one_short_act_and_what_doors_prove_follows(private: Park, proofs: list[int]) -> None:
    told: list[Progress] = []
    saved = flip(private, True, tell=told.append)
    in_slices(proofs, 0, ALL)
    assert set(saved.doors) == {private.lobby}
    assert saved.doors == {private.lobby: private.gens()[private.lobby]}
    assert [one.done for one in told] == list(range(1, PEOPLE // AT_ONCE + 1))
    assert told[-1].total == PEOPLE // AT_ONCE
    del proofs[:]
    flip(private, False)
    in_slices(proofs, ALL, 0)


@pytest.mark.feature("AG-06")
@pytest.mark.feature("SYNC-07")
def test_the_undo_of_only_public_area_gives_the_doors_back_in_slices(private: Park, proofs: list[int]) -> None:
    saved = flip(private, True)
    del proofs[:]
    private.take_back(saved)
    in_slices(proofs, ALL, 0)
    assert not private.rows(t.operation, unfinished=True)


@pytest.mark.feature("AG-06")
def test_a_switch_that_was_stopped_holds_and_the_same_request_goes_on(private: Park, proofs: list[int]) -> None:
    act = private.act
    stopped = iter([False, False, True])
    flip(private, True, act, stopped=lambda: next(stopped))
    assert owed(private) == 2 * AT_ONCE * CODES
    someone = private.rows(t.holder)[0]["id"]
    assert not private.access.why(private.context, holder_id=someone, relay_id=private.lobby_relay).allowed
    flip(private, True, act)
    assert owed(private) == ALL


@pytest.mark.feature("AG-06")
def test_a_process_that_ended_after_the_switch_left_one_act_that_can_be_taken_back(private: Park) -> None:
    act = private.act
    private.store.after_commit.append(killed)
    with pytest.raises(KeyboardInterrupt):
        flip(private, True, act)
    private.store.after_commit.remove(killed)
    assert owed(private) == 0
    (row,) = private.rows(t.operation, type="community.switch")
    Undo(private.store).undo(private.act, row["id"])
    flip(private, True, act)  # what was taken back is not gone on with
    assert owed(private) == 0


@pytest.fixture
def resort(town: Park) -> Resort:
    return make_resort(town)


@pytest.mark.feature("BOOK-03")
@pytest.mark.feature("SYNC-07")
@pytest.mark.edge("43")
def test_an_amenity_takes_its_door_from_everybody_in_slices_and_its_undo_gives_it_back(
    resort: Resort, proofs: list[int]
) -> None:
    saved = resort.gym(out_of_group=True)
    in_slices(proofs, 0, ALL)
    del proofs[:]
    back = resort.park.take_back(saved)
    in_slices(proofs, ALL, 0)
    del proofs[:]
    resort.park.take_back(back)
    in_slices(proofs, 0, ALL)
    del proofs[:]
    (amenity,) = resort.park.rows(t.amenity)
    resort.change(amenity["id"], out_of_group=False)
    in_slices(proofs, ALL, 0)
