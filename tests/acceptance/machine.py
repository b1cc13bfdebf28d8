"""Random acts of managers, time, faults and people at doors; after every unrest the doors must equal the rules."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from backend.domain.errors import Conflict, SmartPlusError
from backend.domain.records import ResidentDraft, ResidentPatch
from tests.acceptance.oracle import Person, Window, utc
from tests.acceptance.town import EVERYBODY, Town

STARTS = {
    "a Monday": utc("2026-03-02 09:00"),
    "the night without an hour": utc("2026-03-28 20:30"),
    "the night with an hour twice": utc("2026-10-24 20:30"),
    "a new year": utc("2026-12-31 21:00"),
}
TOWNS = [
    ({"Gate": "E18C", "Yard": "R20A"}, 2),
    ({"Gate": "E18C", "Yard": "R20A"}, 2),
    ({"Gate": "R20A", "Yard": "A08S"}, 1),
    ({"Gate": "X916", "Yard": "E18C"}, 2),
]
APARTMENTS = ("1001", "1002", "1003")
DOORS = st.sampled_from(["Gate", "Yard"])
WHO = st.integers(0, 30)
CLOCKS = st.sampled_from(["00:00", "01:30", "02:00", "02:30", "03:00", "08:00", "18:00", "22:00", "23:30", "23:59"])
HOURS = st.one_of(
    st.builds(lambda start, end: {"repeat": "daily", "start": start, "end": end}, CLOCKS, CLOCKS),
    st.builds(
        lambda start, end, days: {"repeat": "weekly", "start": start, "end": end, "days": days},
        CLOCKS,
        CLOCKS,
        st.sampled_from(["01234", "56", "6", "0", "0123456"]),
    ),
)
FAULTS = (
    *({"drop_before": n} for n in (1, 2)),
    *({"drop_after": n} for n in (1, 2, 3)),
    {"reboot": 1},
    {"full": True},
    {"ignore_writes": True},
    {"ignore_deletes": True},
    {"unauthorized": True},
    {"garbage": True},
    {"not_found": True},
    {"redirect": True},
    {"log_wrap": 2},
    {"clock_offset": 5000.0},
    {"clock_offset": -5000.0},
)
UNTOLD = {"full", "ignore_writes", "ignore_deletes", "unauthorized"}
"""Faults after which the device says nothing: what it did not keep is found when somebody asks, or a day later."""


@dataclass
class Act:
    """One act that undo knows: its operation and the people as they were before and after."""

    operation: int
    before: dict[int, Person | None]
    after: dict[int, Person | None]


class Machine(RuleBasedStateMachine):
    """Rules are steps; `settled` compares."""

    def __init__(self, template: Path, root: Path) -> None:
        super().__init__()
        self.template, self.root = template, root
        self.town: Town | None = None
        self.acts: list[Act] = []
        self.masters: dict[str, int] = {}
        self.number = 0

    @initialize(start=st.sampled_from(sorted(STARTS)), town=st.sampled_from(range(len(TOWNS))))
    def begin(self, start: str, town: int) -> None:
        """A community somewhere in the year."""
        models, relays = TOWNS[town]
        self.town = Town(self.template, self.root, STARTS[start], models, relays)

    @property
    def t(self) -> Town:
        """The town, once it is there."""
        assert self.town is not None
        return self.town

    # -- managers ---------------------------------------------------------------------------------

    @rule(
        apartment=st.sampled_from(APARTMENTS),
        pin=st.sampled_from(["new", "new", "none", "used"]),
        cards=st.sampled_from([0, 0, 1, 2, 6]),
        groups=st.sets(st.sampled_from([EVERYBODY, "Gym", "Cellar"])),
    )
    def add(self, apartment: str, pin: str, cards: int, groups: set[str]) -> None:
        """A resident moves in."""
        wanted = {"new": self._value("1{:05}"), "none": "", "used": self._used_pin()}[pin]
        person = Person(
            f"P{self.number}",
            apartment,
            wanted,
            frozenset(self._value("0A{:06X}") for _ in range(cards)),
            frozenset(groups),
        )
        draft = ResidentDraft(
            apartment_id=self.t.world.apartment_ids[apartment],
            first=person.name,
            last="Q",
            pin=person.pin,
            cards=tuple(sorted(person.cards)),
            group_ids=tuple(self.t.group_ids[name] for name in sorted(groups)),
        )
        try:
            saved = self.t.world.residents.add(self.t.world.context.again(), draft)
        except Conflict as conflict:
            assert conflict.field == "pin"
            assert pin == "used"
            return
        assert not any(one.pin == wanted != "" for one in self.t.oracle.people.values()), "one PIN for two people"
        self._done(saved.operation, {saved.id: person})
        self.masters.setdefault(apartment, saved.id)

    @precondition(lambda self: self.town and self.town.oracle.people)
    @rule(who=WHO)
    def delete(self, who: int) -> None:
        """A resident moves out; a master with the whole family."""
        person_id = self._person(who)
        apartment = self.t.oracle.people[person_id].apartment
        going = {person_id}
        if self.masters.get(apartment) == person_id:
            going = {one for one, person in self.t.oracle.people.items() if person.apartment == apartment}
        saved = self.t.world.residents.delete(self.t.world.context.again(), sorted(going))
        self._done(saved.operation, dict.fromkeys(going))

    @precondition(lambda self: self.town and self.town.oracle.people)
    @rule(
        who=WHO,
        pin=st.sampled_from([None, "new", "none", "used"]),
        cards=st.sampled_from([0, 0, 1]),
        drop_cards=st.booleans(),
        groups=st.none() | st.sets(st.sampled_from([EVERYBODY, "Gym", "Cellar"])),
    )
    def edit(self, who: int, pin: str | None, cards: int, drop_cards: bool, groups: set[str] | None) -> None:
        """Codes and groups of a resident change."""
        world, person_id = self.t.world, self._person(who)
        changed = self.t.oracle.copy_of(person_id)
        assert changed is not None
        wanted = {"new": self._value("1{:05}"), "none": "", "used": self._used_pin(), None: changed.pin}[pin]
        record = world.residents.get(world.context, person_id)
        added = tuple(self._value("0A{:06X}") for _ in range(cards))
        dropped = tuple(c.id for c in record.credentials if drop_cards and c.kind == "card" and c.status == "active")
        patch = ResidentPatch(
            pin=None if pin is None else wanted,
            cards_add=added,
            credentials_remove=dropped,
            group_ids=None if groups is None else tuple(self.t.group_ids[name] for name in sorted(groups)),
        )
        try:
            saved = world.residents.edit(world.context.again(), person_id, record.version, patch)
        except Conflict as conflict:
            assert conflict.field == "pin"
            assert pin == "used"
            return
        if wanted != changed.pin:
            changed.pin, changed.since, changed.until = wanted, None, None
        changed.cards = (frozenset() if dropped else changed.cards) | set(added)
        changed.groups = changed.groups if groups is None else frozenset(groups)
        self._done(saved.operation, {person_id: changed})

    @precondition(lambda self: self.acts)
    @rule(back=st.sampled_from([0, 0, 0, 1, 2]))
    def undo(self, back: int) -> None:
        """An act is taken back; the last one always can be, unless its value has another owner by now."""
        act = self.acts[-1 - min(back, len(self.acts) - 1)]
        try:
            saved = self.t.world.undo.undo(self.t.world.context.again(), act.operation)
        except SmartPlusError:
            assert act is not self.acts[-1] or act.operation < self._newest_operation(), "the last act cannot be undone"
            return
        self.acts.remove(act)
        self._done(saved.operation, {one: self._back(one, act) for one in act.before})

    @rule(group=st.sampled_from([EVERYBODY, "Gym", "Cellar"]), hours=st.lists(HOURS, max_size=2))
    def hours(self, group: str, hours: list[Window]) -> None:
        """A group gets other hours, or none."""
        self.t.set_windows(group, hours)

    @rule(
        group=st.sampled_from(["Gym", "Cellar"]),
        begins=st.integers(-300, 3000),
        lasts=st.sampled_from([1, 45, 240, 1500]),
        whole=st.booleans(),
    )
    def span(self, group: str, begins: int, lasts: int, whole: bool) -> None:
        """A group opens once."""
        start = self.t.clock() + timedelta(minutes=begins, seconds=0 if whole else 30)
        self.t.set_windows(group, [{"repeat": "never", "begins": start, "ends": start + timedelta(minutes=lasts)}])

    @precondition(lambda self: self.town and self.town.oracle.people)
    @rule(
        who=WHO,
        since=st.none() | st.sampled_from([-60, 30, 200, 3000]),
        until=st.none() | st.sampled_from([20, 300, 2000]),
    )
    def validity(self, who: int, since: int | None, until: int | None) -> None:
        """A PIN counts from and until some time."""
        self.t.set_pin_validity(self._person(who), self._in(since), self._in(until))

    @precondition(lambda self: self.town and self.town.oracle.people)
    @rule(who=WHO, on=st.booleans())
    def suspend(self, who: int, on: bool) -> None:
        """A person is suspended or let in again."""
        self.t.suspend(self._person(who), on=on)

    # -- time -------------------------------------------------------------------------------------

    @rule(minutes=st.sampled_from([1, 17, 60, 180, 361, 1439, 1441, 4400]))
    def wait(self, minutes: int) -> None:
        """Time passes."""
        self.t.clock.advance(minutes=minutes)
        self.t.cool()

    @rule(short=st.booleans())
    def edge(self, short: bool) -> None:
        """Time passes until something is to change at a door, or until just before."""
        coming = [moment for name in self.t.workers if (moment := self.t._sync(name).next_change_at)]
        later = [moment for moment in coming if moment > self.t.clock() + timedelta(seconds=1)]
        if later:
            self.t.clock.now = min(later) - timedelta(seconds=1 if short else 0)

    # -- devices ----------------------------------------------------------------------------------

    @rule(name=DOORS, fault=st.sampled_from(FAULTS))
    def fault(self, name: str, fault: dict[str, object]) -> None:
        """Something is wrong with a device."""
        self.t.world.spoil(name, **fault)
        if UNTOLD & fault.keys():
            self.t.unseen.add(name)

    @rule(name=DOORS)
    def mend(self, name: str) -> None:
        """A device is all right again."""
        self.t.device(name).faults = type(self.t.device(name).faults)()
        self.t.run(self.t.world.power_on(name))

    @rule(name=DOORS)
    def power_off(self, name: str) -> None:
        """A device is not there."""
        self.t.world.power_off(name)

    @rule(name=DOORS)
    def wipe(self, name: str) -> None:
        """A device forgets everything and restarts."""
        self.t.wipe(name)

    @rule(name=DOORS, what=st.sampled_from(["stranger", "pin", "grant", "delete", "schedule"]), which=WHO)
    def tamper(self, name: str, what: str, which: int) -> None:
        """Somebody changes records at the device itself."""
        self.t.unseen.add(name)
        _tamper(self.t, name, what, which)

    # -- people and agent -------------------------------------------------------------------------

    @precondition(lambda self: self.town and self.town.oracle.pins)
    @rule(name=DOORS, which=WHO)
    def press(self, name: str, which: int) -> None:
        """Somebody types a PIN."""
        pins = sorted(self.t.oracle.pins)
        self.t.enter(name, pin=pins[which % len(pins)])

    @precondition(lambda self: self.town and self.town.oracle.cards)
    @rule(name=DOORS, which=WHO)
    def show(self, name: str, which: int) -> None:
        """Somebody shows a card."""
        cards = sorted(self.t.oracle.cards)
        self.t.enter(name, card=cards[which % len(cards)])

    @rule(name=DOORS)
    def open_by_hand(self, name: str) -> None:
        """A manager opens a door."""
        self.t.open_by_hand(name)

    @rule(name=DOORS)
    def work(self, name: str) -> None:
        """The agent works on a device as it stands."""
        self.t.work(name)

    @rule(minutes=st.lists(st.integers(1, 1560), max_size=3))
    def settled(self, minutes: list[int]) -> None:
        """All unrest ends."""
        self.t.settle()
        self.t.check(minutes)

    def teardown(self) -> None:
        """The last unrest ends too."""
        if self.town is not None:
            try:
                self.town.settle()
                self.town.check()
            finally:
                self.town.close()

    # -- help -------------------------------------------------------------------------------------

    def _person(self, which: int) -> int:
        people = sorted(self.t.oracle.people)
        return people[which % len(people)]

    def _value(self, form: str) -> str:
        self.number += 1
        return form.format(self.number)

    def _used_pin(self) -> str:
        return min(self.t.oracle.pins, default="")

    def _in(self, minutes: int | None) -> datetime | None:
        return None if minutes is None else self.t.clock() + timedelta(minutes=minutes)

    def _newest_operation(self) -> int:
        return max(act.operation for act in self.acts)

    def _done(self, operation: int, after: dict[int, Person | None]) -> None:
        before = {one: self.t.oracle.copy_of(one) for one in after}
        for one, person in after.items():
            self.t.oracle.put(one, person)
        self.acts.append(Act(operation, before, {one: self.t.oracle.copy_of(one) for one in after}))
        for apartment in APARTMENTS:
            if self.masters.get(apartment) not in self.t.oracle.people:
                self.masters.pop(apartment, None)

    def _back(self, one: int, act: Act) -> Person | None:
        """A person without what an act changed of them; what other acts changed stays."""
        was, became, now = act.before[one], act.after[one], self.t.oracle.copy_of(one)
        if was is None or became is None or now is None:
            return was
        for name, value in vars(was).items():
            if value != getattr(became, name):
                setattr(now, name, value)
        return now


def _tamper(town: Town, name: str, what: str, which: int) -> None:
    device = town.device(name)
    ours = [user for user in device.users if user["UserID"].startswith("SP")]
    if what == "stranger":
        pin = f"7{which:05}"
        if not device.users.with_pin(pin):
            device.users.add(
                {"UserID": f"X{which}", "Name": "Plumber", "PrivatePIN": pin, device.profile.alias: "1001-1;",
                 "WebRelay": "0", "LiftFloorNum": "0"}
            )  # fmt: skip
            town.strangers[name].add(pin)
    elif what == "schedule":
        local = [one for one in device.schedules if one["Name"].startswith("SP-") and one["Type"] != "0"]
        if local:
            changed = {**local[which % len(local)], "TimeStart": "00:00", "TimeEnd": "23:58", "Daily": "00:00-23:58"}
            device.schedules.set(changed)
    elif ours:
        user = ours[which % len(ours)]
        if what == "pin":
            device.users.set({**user, "PrivatePIN": "888888"})
        elif what == "grant":
            device.users.set({**user, device.profile.alias: "1001-1;"})
        else:
            device.users.delete({"ID": user["ID"]})
