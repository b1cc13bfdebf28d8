"""Random acts of a manager on a few residents: what must hold after each of them, whatever came before."""

from __future__ import annotations

import dataclasses
import shutil
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from backend.domain.errors import Conflict, Invalid
from backend.domain.records import Saved
from backend.services.holders import devices_by_holder
from backend.services.library import Library
from backend.store import tables as t
from backend.store.opening import open_site
from tests.services.people.park import Park
from tests.support.clock import FakeClock

PINS = st.sampled_from(["", "2041", "3052", "4063"])
CARDS = st.sampled_from([(), ("0A1B2C3D",), ("0A1B2C3E", "0A1B2C3F")])
LIVE = {"active", "scheduled", "suspended"}

Person = tuple[Any, ...]
"""What a manager sees of one resident: account, live codes, groups."""


class People(RuleBasedStateMachine):
    """Adds, edits, deletes and undoes; the agent proves now and then that every door is clean."""

    def __init__(self, template: tuple[Path, Park]) -> None:
        super().__init__()
        root, made = template
        self.directory = Path(tempfile.mkdtemp(dir=root.parent))
        shutil.copytree(root, self.directory / "site")
        clock = FakeClock()
        store = open_site(self.directory / "site", clock=clock)
        rest = {one.name: getattr(made, one.name) for one in dataclasses.fields(made)}
        self.park = Park(**{**rest, "store": store, "clock": clock})
        self.before: dict[int, dict[int, Person]] = {}
        self.after: dict[int, dict[int, Person]] = {}
        self.exposed: set[tuple[int, int]] = set()

    def teardown(self) -> None:
        """Close the site and remove it."""
        self.park.store.close()
        shutil.rmtree(self.directory)

    def people(self) -> dict[int, Person]:
        """Every resident as a manager sees them."""
        codes, groups = Counter[tuple[int, bytes]](), Counter[tuple[int, int]]()
        for row in self.park.rows(t.credential):
            if row["status"] in LIVE:
                codes[row["holder_id"], row["value_index"]] += 1
        for row in self.park.rows(t.access_group_member):
            groups[row["holder_id"], row["group_id"]] += 1
        return {
            row["id"]: (
                tuple(value for name, value in row.items() if name != "row_version"),
                sorted(item for item in codes.items() if item[0][0] == row["id"]),
                sorted(item for item in groups.items() if item[0][0] == row["id"]),
            )
            for row in self.park.rows(t.resident)
        }

    def act(self, write: Any) -> Saved | None:
        """Carry out a write that may be refused; keeps what everybody was before and after."""
        self.park.clock.advance(minutes=1)
        before, state = self.people(), self.snapshot()
        try:
            saved: Saved = write()
        except (Conflict, Invalid):
            assert self.snapshot() == state, "a refused act changes nothing"
            return None
        self.before[saved.operation], self.after[saved.operation] = before, self.people()
        return saved

    def snapshot(self) -> list[Any]:
        """Everything that an act may change."""
        return [
            self.park.rows(table) for table in (t.holder, t.resident, t.credential, t.access_group_member, t.operation)
        ]

    def someone(self, number: int) -> int:
        """One of the residents."""
        rows = self.park.rows(t.resident)
        return int(rows[number % len(rows)]["id"])

    @rule(number=st.sampled_from(["1001", "1002"]), pin=PINS, cards=CARDS)
    def add(self, number: str, pin: str, cards: tuple[str, ...]) -> None:
        """A new account."""
        self.act(lambda: self.park.add(number, pin=pin, cards=cards))

    @precondition(lambda self: self.park.rows(t.resident))
    @rule(who=st.integers(0, 9), pin=PINS, cards=CARDS, groups=st.sampled_from([None, (), "default"]))
    def edit(self, who: int, pin: str, cards: tuple[str, ...], groups: Any) -> None:
        """Other codes and groups."""
        chosen = (self.park.default_group,) if groups == "default" else groups
        self.act(lambda: self.park.edit(self.someone(who), pin=pin, cards_add=cards, group_ids=chosen))

    @precondition(lambda self: self.park.rows(t.resident))
    @rule(who=st.integers(0, 9), family=st.booleans())
    def delete(self, who: int, family: bool) -> None:
        """One account or its whole family."""
        one = self.someone(who)
        rows = self.park.rows(t.resident)
        home = next(row["apartment_id"] for row in rows if row["id"] == one)
        ids = [row["id"] for row in rows if row["apartment_id"] == home] if family else [one]
        self.act(lambda: self.park.delete(*ids))

    def codes(self) -> list[int]:
        """The codes that are somebody's."""
        return [row["id"] for row in self.park.rows(t.credential) if row["status"] in LIVE]

    @precondition(lambda self: self.codes())
    @rule(which=st.integers(0, 9), value=st.sampled_from(["2041", "4063", "0A1B2C3D", "0A1B2C3E"]))
    def replace(self, which: int, value: str) -> None:
        """Another value for one code, in the Library; a number of the wrong kind is refused."""
        library, codes = Library(self.park.store), self.codes()
        one = codes[which % len(codes)]
        version = library.get(self.park.context, one).version
        self.act(lambda: library.edit(self.park.act, one, version, value))

    @precondition(lambda self: self.codes())
    @rule(which=st.integers(0, 9))
    def take_away(self, which: int) -> None:
        """One code, in the Library."""
        codes = self.codes()
        one = codes[which % len(codes)]
        self.act(lambda: Library(self.park.store).delete(self.park.act, [one]))

    @precondition(lambda self: self.before)
    @rule(which=st.integers(0, 9))
    def undo(self, which: int) -> None:
        """Any act of before, the newest most likely."""
        operations = sorted(self.before, reverse=True)
        chosen = operations[which % len(operations)]
        plan_is_refused = self.refused(lambda: self.park.undo.plan(self.park.context, chosen))
        saved = self.act(lambda: self.park.undo.undo(self.park.act, chosen))
        assert (saved is None) == plan_is_refused, "the plan refuses what the undo refuses"
        if saved is None:
            return
        was, became, now = self.before[chosen], self.after[chosen], self.people()
        for one in was.keys() | became.keys():
            if was.get(one) != became.get(one):
                assert now.get(one) == was.get(one), "undo restores exactly"

    @rule()
    def prove(self) -> None:
        """The agent finds every door clean, and what has cooled for a day is gone."""
        self.park.prove()

    def refused(self, call: Any) -> bool:
        """Whether a call ends in a refusal."""
        try:
            call()
        except Conflict:
            return True
        return False

    @invariant()
    def values_have_one_owner(self) -> None:
        """A value that is live or cooling is one person's."""
        taken = Counter(
            (row["kind"], row["value_index"]) for row in self.park.rows(t.credential) if row["status"] != "gone"
        )
        assert max(taken.values(), default=1) == 1

    @invariant()
    def families_have_one_master(self) -> None:
        """Every apartment with residents has exactly one master."""
        rows = self.park.rows(t.resident)
        masters = Counter(row["apartment_id"] for row in rows if row["role"] == "master")
        assert masters == Counter({row["apartment_id"] for row in rows})

    @invariant()
    def nobody_has_two_pins_or_codes_without_an_account(self) -> None:
        """One PIN each; live codes belong to residents; tombstones are in no group."""
        live = [row for row in self.park.rows(t.credential) if row["status"] in LIVE]
        residents = {row["id"] for row in self.park.rows(t.resident)}
        assert {row["holder_id"] for row in live} <= residents
        assert {row["holder_id"] for row in self.park.rows(t.access_group_member)} <= residents
        assert max(Counter(row["holder_id"] for row in live if row["kind"] == "pin").values(), default=1) == 1
        active = {row["id"] for row in self.park.rows(t.holder) if row["status"] == "active" and not row["removed_at"]}
        assert active == residents

    @invariant()
    def every_door_that_had_a_code_is_asked_for_its_proof(self) -> None:
        """A code that a door could hold is held by right, or waits for its proof there, or was proved absent."""
        live = {row["id"]: row["holder_id"] for row in self.park.rows(t.credential) if row["status"] in LIVE}
        with self.park.store.read() as connection:
            reach = devices_by_holder(connection, set(live.values()))
        right = {(device, one) for one, holder in live.items() for device in reach.get(holder, ())}
        noted = {(row["device_id"], row["credential_id"]) for row in self.park.rows(t.read_back)}
        self.exposed |= right
        assert noted == self.exposed - right


@pytest.mark.feature("SYNC-07")
@pytest.mark.feature("SYNC-03")
def test_whatever_is_done_and_undone(park_template: tuple[Path, Park]) -> None:
    run_state_machine_as_test(
        lambda: People(park_template),
        settings=settings(
            max_examples=10,
            stateful_step_count=14,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            print_blob=True,
        ),
    )
