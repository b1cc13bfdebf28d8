"""What a door that nobody reaches may still open is owed, relay by relay, whatever was taken and given meanwhile."""

from __future__ import annotations

from collections import defaultdict

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event

from backend.domain.doors import WHOLE
from backend.domain.groups import GroupDraft, GroupPatch
from backend.services.groups import Groups
from backend.services.holders import reaching
from backend.services.proofs_due import lost
from backend.store import tables as t
from tests.services.people.crowd import fill
from tests.services.people.park import Park, add_relay
from tests.support.rows import insert_device

RELAYS = (1, 2, 3)
DEVICES = ("Gym", "Pool")
PLACES = [(name, number) for name in DEVICES for number in RELAYS]

Places = frozenset[tuple[str, int]]
some = st.frozensets(st.sampled_from(PLACES), min_size=1)
acts = st.lists(
    st.one_of(
        st.tuples(st.just("person"), st.frozensets(st.sampled_from([0, 1]))),
        st.tuples(st.sampled_from([0, 1]), some),
        st.tuples(st.just("undo"), st.none()),
    ),
    min_size=1,
    max_size=6,
)


class Town:
    """Two devices with three relays each, two groups for them, and Anna, whom both devices hold for every relay."""

    def __init__(self, park: Park) -> None:
        self.park, self.groups = park, Groups(park.store)
        self.device_ids: dict[str, int] = {}
        self.relay_ids: dict[tuple[str, int], int] = {}
        for name in DEVICES:
            with park.store.write(park.act, "test.prepare") as work:
                work.require("device.write")
                self.device_ids[name] = insert_device(work, park.context.community_id, name, profile="X916")
            for number in RELAYS:
                relay_id = add_relay(park.store, park.context, self.device_ids[name], f"{name} {number}", number=number)
                self.relay_ids[name, number] = relay_id
        drafts = [GroupDraft(name=f"Group {one}", schedule="daily", relay_ids=self._relays(PLACES)) for one in (0, 1)]
        self.group_ids = [self.groups.add(park.act, draft).id for draft in drafts]
        self.anna = park.add(pin="2041", cards=("0A1B2C3D",), group_ids=()).id
        for device_id in self.device_ids.values():
            park.hold(device_id, self.anna, park.clock.now, pin="2041", cards=("0A1B2C3D",), relays=RELAYS)

    def _relays(self, places: object) -> tuple[int, ...]:
        return tuple(self.relay_ids[place] for place in places)  # type: ignore[attr-defined]

    def join(self, chosen: frozenset[int]) -> int:
        """Make these the groups of Anna."""
        return self.park.edit(self.anna, group_ids=tuple(self.group_ids[one] for one in chosen)).operation

    def reach(self, group: int, places: Places) -> int:
        """Make these the doors of a group."""
        group_id = self.group_ids[group]
        patch = GroupPatch(relay_ids=self._relays(places))
        return self.groups.edit(
            self.park.act, group_id, self.groups.get(self.park.context, group_id).version, patch
        ).operation

    def owed(self) -> set[Places]:
        """What waits for its proof, of each code."""
        names = {device_id: name for name, device_id in self.device_ids.items()}
        found: dict[int, set[tuple[str, int]]] = defaultdict(set)
        for row in self.park.rows(t.read_back, absent_at=None):
            found[row["credential_id"]].add((names[row["device_id"]], row["relay"]))
        codes = [row["id"] for row in self.park.rows(t.credential, holder_id=self.anna)]
        return {frozenset(found[code]) for code in codes}


def expected(opens: Places) -> Places:
    """The rows that say exactly what is honoured and not given."""
    open_devices = {name for name, _ in opens}
    whole = {(name, WHOLE) for name in DEVICES if name not in open_devices}
    return frozenset(whole | {place for place in PLACES if place[0] in open_devices and place not in opens})


@pytest.mark.feature("SYNC-03")
@pytest.mark.feature("SYNC-07")
def test_what_a_door_honours_beyond_the_rules_is_owed_exactly(park: Park) -> None:
    town = Town(park)

    @given(acts)
    @settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck), print_blob=True)
    def whatever_is_done(steps: list[tuple[object, object]]) -> None:
        doors = [frozenset(PLACES), frozenset(PLACES)]
        for group in (0, 1):
            town.reach(group, doors[group])
        town.join(frozenset({0, 1}))
        member, last = frozenset({0, 1}), None
        assert town.owed() == {frozenset()}
        for what, value in steps:
            before = (member, tuple(doors))
            if what == "person":
                member, operation = value, town.join(value)  # type: ignore[assignment, arg-type]
            elif what == "undo":
                if last is None:
                    continue
                (member, kept), operation = last[1], town.park.undo.undo(park.act, last[0]).operation
                doors = list(kept)
            else:
                doors[what] = value  # type: ignore[call-overload]
                operation = town.reach(what, value)  # type: ignore[arg-type]
            last = (operation, before) if (member, tuple(doors)) != before else None
            opens = frozenset().union(*(doors[one] for one in member))
            assert town.owed() == {expected(opens)}

    whatever_is_done()


@given(some, some)
def test_what_is_lost_is_named_once_and_never_what_is_still_open(before: Places, after: Places) -> None:
    numbers = {name: at for at, name in enumerate(DEVICES, 1)}
    old, new = ({(numbers[name], number) for name, number in side} for side in (before, after))
    gone = lost(old | {(device_id, WHOLE) for device_id, _ in old}, new)
    assert not gone & new
    wholes = {device_id for device_id, number in gone if number == WHOLE}
    assert wholes == {device_id for device_id, _ in old} - {device_id for device_id, _ in new}
    assert {place for place in gone if place[0] not in wholes} == {one for one in old - new if one[0] not in wholes}


@pytest.mark.feature("SYNC-03")
def test_a_relay_that_many_lose_takes_no_statement_for_each_of_them(park: Park) -> None:
    fill(park, 4)
    relay_ids = {
        number: add_relay(park.store, park.context, park.gate, f"Gate {number}", (park.default_group,), number=number)
        for number in (2, 3)
    }
    counted = []
    for number, more in ((2, 0), (3, 40)):
        for first in range(more):
            park.add(first=f"P{first}", pin=f"{30_000 + first}")
        counted.append(len(narrowed(park, relay_ids[number])))
        owed = [row["credential_id"] for row in park.rows(t.read_back, device_id=park.gate, relay=number)]
        assert sorted(owed) == [row["id"] for row in park.rows(t.credential)]
    assert counted[0] == counted[1]


def narrowed(park: Park, relay_id: int) -> list[str]:
    """Everybody loses a relay; the statements that it took."""
    seen: list[str] = []

    def heard(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        seen.append(statement)

    (row,) = park.rows(t.access_group_relay, relay_id=relay_id)
    holders = [one["id"] for one in park.rows(t.holder)]
    with park.store.write(park.act, "test.narrow") as work:
        work.require("access_group.write")
        event.listen(park.store._writer, "before_cursor_execute", heard)
        with reaching(work, holders, "narrower"):
            work.delete(t.access_group_relay, row["id"])
        event.remove(park.store._writer, "before_cursor_execute", heard)
    return seen
