"""Random reservations, moves, cancellations and undos never seat more people than there are places (BOOK-02)."""

from __future__ import annotations

import dataclasses
import shutil
import tempfile
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from backend.domain.amenities import Slot
from backend.domain.bookings import joined, peak
from backend.domain.errors import SmartPlusError
from backend.store import tables as t
from backend.store.opening import open_site
from tests.services.people.park import Park
from tests.services.people.resort import Resort, make_resort
from tests.support.clock import START, FakeClock

CAPACITY = 2
HALF_HOURS = st.tuples(st.integers(18, 30), st.integers(1, 4))
ACTS = st.lists(
    st.one_of(
        st.tuples(st.just("book"), st.integers(0, 2), HALF_HOURS),
        st.tuples(st.just("move"), st.integers(0, 9), HALF_HOURS),
        st.tuples(st.just("cancel"), st.integers(0, 9), st.just((0, 0))),
        st.tuples(st.just("undo"), st.integers(0, 9), st.just((0, 0))),
    ),
    max_size=14,
)


def most_at_once(slots: Iterable[Slot]) -> int:
    """How many share an instant, counted instant by instant."""
    taken = list(slots)
    return max((sum(slot.start <= one.start < slot.end for slot in taken) for one in taken), default=0)


def minutes(start: int, end: int) -> Slot:
    return Slot(START + timedelta(minutes=start), START + timedelta(minutes=end))


SLOTS = st.tuples(st.integers(0, 20), st.integers(1, 8)).map(lambda pair: minutes(pair[0], pair[0] + pair[1]))


@pytest.mark.feature("BOOK-02")
@given(taken=st.lists(SLOTS, max_size=8), wanted=SLOTS)
def test_a_peak_is_what_counting_finds(taken: list[Slot], wanted: Slot) -> None:
    met = [slot for slot in taken if slot.meets(wanted)]
    inside = [Slot(max(slot.start, wanted.start), min(slot.end, wanted.end)) for slot in met]
    assert peak(taken, wanted) == most_at_once(inside)


@pytest.mark.feature("BOOK-02")
@given(wanted=SLOTS, gap=st.integers(1, 5))
def test_slots_that_touch_become_one_and_no_others(wanted: Slot, gap: int) -> None:
    before = Slot(wanted.start - timedelta(minutes=7), wanted.start)
    apart = Slot(wanted.end + timedelta(minutes=gap), wanted.end + timedelta(minutes=gap + 3))
    assert joined(wanted, [before, apart]) == Slot(before.start, wanted.end)


def check(resort: Resort, gym: int) -> None:
    """No instant has more people than places, nobody has two at once, and keys live with their reservations."""
    rows = resort.park.rows(t.booking, amenity_id=gym, cancelled_at=None)
    slots = {row["id"]: Slot(row["starts_at"], row["ends_at"]) for row in rows}
    assert most_at_once(slots.values()) <= CAPACITY
    for row in rows:
        others = [slots[one["id"]] for one in rows if one["resident_id"] == row["resident_id"] and one is not row]
        assert not any(other.meets(slots[row["id"]]) for other in others)
        assert slots[row["id"]].length <= timedelta(minutes=120)
        assert resort.park.statuses(row["id"]) == ["active"]
    live = set(slots)
    for row in resort.park.rows(t.booking, amenity_id=gym):
        if row["id"] not in live:
            assert "active" not in resort.park.statuses(row["id"])


@pytest.mark.feature("BOOK-02")
@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts=ACTS)
def test_no_instant_is_ever_overbooked(
    park_template: tuple[Path, Park], acts: list[tuple[str, int, tuple[int, int]]]
) -> None:
    root, made = park_template
    with tempfile.TemporaryDirectory() as folder:
        clock = FakeClock()
        store = open_site(Path(shutil.copytree(root, Path(folder) / "site")), clock=clock)
        try:
            park = dataclasses.replace(made, store=store, clock=clock)
            resort = make_resort(park)
            people = [park.add(number, name).id for number, name in zip(park.apartments, "abc", strict=True)]
            gym = resort.gym(capacity=CAPACITY, hours="0-24", duration=120).id
            _act(resort, gym, people, acts)
        finally:
            store.close()


def _act(resort: Resort, gym: int, people: list[int], acts: list[tuple[str, int, tuple[int, int]]]) -> None:
    made, operations = [], []
    for act, which, (start, length) in acts:
        try:
            if act == "book":
                saved = resort.book(gym, people[which], start / 2, (start + length) / 2)
                made.append(saved.id)
            elif act == "undo" and operations:
                saved = resort.park.undo.undo(resort.park.act, operations[which % len(operations)])
            elif act == "move" and made:
                saved = resort.move(made[which % len(made)], start / 2, (start + length) / 2)
            elif act == "cancel" and made:
                saved = resort.cancel(made[which % len(made)])
            else:
                continue
            operations.append(saved.operation)
        except SmartPlusError:
            continue
        check(resort, gym)
