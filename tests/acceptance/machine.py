"""Random acts of managers, time, faults and people at doors; after every unrest the doors must equal the rules."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from backend.domain.errors import Conflict, SmartPlusError
from backend.domain.records import ResidentDraft, ResidentPatch
from backend.virtual.faults import Faults
from tests.acceptance.oracle import Person, Window, utc
from tests.acceptance.tampering import TAMPER, tamper
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
        self.last: Act | None = None
        """The last act of all, if it is one that undo knows."""
        self.number = 0

    @initialize(
        start=st.sampled_from(sorted(STARTS)), town=st.sampled_from(range(len(TOWNS))), people=st.integers(1, 4)
    )
    def begin(self, start: str, town: int, people: int) -> None:
        """A community somewhere in the year, in which some people live."""
        models, relays = TOWNS[town]
        self.town = Town(self.template, self.root, STARTS[start], models, relays)
        for number in range(people):
            self._add(APARTMENTS[number % 2], "new", number % 3, {EVERYBODY, "Gym"} if number % 2 else {EVERYBODY})
        self.town.settle()

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
        self._add(apartment, pin, cards, groups)

    @precondition(lambda self: self.town and self.town.oracle.people)
    @rule(who=WHO)
    def delete(self, who: int) -> None:
        """A resident moves out; a master with the whole family."""
        person_id = self._person(who)
        leaving = self.t.oracle.people[person_id]
        going = {person_id}
        if leaving.master:
            going = {one for one, person in self.t.oracle.people.items() if person.apartment == leaving.apartment}
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
        except Conflict:
            if pin != "used":
                raise
            return
        if wanted != changed.pin:
            changed.pin, changed.since, changed.until = wanted, None, None
        changed.cards = (frozenset() if dropped else changed.cards) | set(added)
        changed.groups = changed.groups if groups is None else frozenset(groups)
        if changed == self.t.oracle.people[person_id]:
            self.last = None  # saved without a change: nothing to undo
        else:
            self._done(saved.operation, {person_id: changed})

    @precondition(lambda self: self.acts)
    @rule(back=st.sampled_from([0, 0, 0, 1, 2]))
    def undo(self, back: int) -> None:
        """An act is taken back; the last one always can be, unless its value has another owner by now."""
        act = self.acts[-1 - min(back, len(self.acts) - 1)]
        try:
            saved = self.t.world.undo.undo(self.t.world.context.again(), act.operation)
        except SmartPlusError:
            assert act is not self.last, "the last act cannot be undone"
            return
        self.acts.remove(act)
        self._done(saved.operation, {one: self._back(one, act) for one in act.before})

    @rule(
        group=st.sampled_from([EVERYBODY, EVERYBODY, "Gym", "Cellar"]),
        hours=st.lists(HOURS, max_size=2),
        span=st.none() | st.tuples(st.integers(-300, 3000), st.sampled_from([1, 45, 240, 1500]), st.booleans()),
    )
    def hours(self, group: str, hours: list[Window], span: tuple[int, int, bool] | None) -> None:
        """A group gets other hours, opens once, or never."""
        if span is not None:
            begins = self.t.clock() + timedelta(minutes=span[0], seconds=30 * span[2])
            hours = [*hours[1:], {"repeat": "never", "begins": begins, "ends": begins + timedelta(minutes=span[1])}]
        self.t.set_windows(group, hours)
        self.last = None

    @precondition(lambda self: self.town and self.town.oracle.people)
    @rule(
        who=WHO,
        what=st.sampled_from(["validity", "suspend", "resume"]),
        since=st.none() | st.sampled_from([-60, 30, 200, 3000]),
        until=st.none() | st.sampled_from([20, 300, 2000]),
    )
    def limit(self, who: int, what: str, since: int | None, until: int | None) -> None:
        """A PIN counts from and until some time, or a person is suspended or let in again."""
        if what == "validity":
            self.t.set_pin_validity(self._person(who), self._in(since), self._in(until))
        else:
            self.t.suspend(self._person(who), on=what == "suspend")
        self.last = None

    # -- time, devices, people --------------------------------------------------------------------

    @rule(minutes=st.sampled_from([0, 0, 1, 17, 60, 180, 361, 1439, 1441, 4400]), short=st.booleans())
    def wait(self, minutes: int, short: bool) -> None:
        """Time passes: so long, or until something is to change at a door, or until just before."""
        if minutes:
            self.t.clock.advance(minutes=minutes)
        else:
            self.t.to_edge(timedelta(seconds=1 if short else 0))
        self.t.cool()

    @rule(name=DOORS, fault=st.sampled_from(FAULTS))
    def fault(self, name: str, fault: dict[str, object]) -> None:
        """Something is wrong with a device."""
        self.t.world.spoil(name, **fault)
        if UNTOLD & fault.keys():
            self.t.unseen.add(name)

    @rule(name=DOORS, what=st.sampled_from(["mend", "power off", "wipe", *TAMPER]), which=WHO)
    def trouble(self, name: str, what: str, which: int) -> None:
        """A device is mended, is not there, forgets everything, or somebody changes its records on the spot."""
        if what == "mend":
            self.t.device(name).faults = Faults()
            self.t.run(self.t.world.power_on(name))
        elif what == "power off":
            self.t.world.power_off(name)
        elif what == "wipe":
            self.t.wipe(name)
        else:
            self.t.unseen.add(name)
            tamper(self.t, name, what, which)

    @rule(name=DOORS, how=st.sampled_from(["pin", "card", "hand"]), which=WHO)
    def enter(self, name: str, how: str, which: int) -> None:
        """Somebody types a PIN or shows a card, whoever's it is or was, or a manager opens the door."""
        values = sorted(self.t.oracle.pins if how == "pin" else self.t.oracle.cards)
        if how == "hand":
            self.t.open_by_hand(name)
        elif values:
            self.t.enter(name, **{how: values[which % len(values)]})

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

    def _add(self, apartment: str, pin: str, cards: int, groups: set[str]) -> None:
        wanted = {"new": self._value("1{:05}"), "none": "", "used": self._used_pin()}[pin]
        owned = frozenset(self._value("0A{:06X}") for _ in range(cards))
        person = Person(f"P{self.number}", apartment, wanted, owned, frozenset(groups))
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
        except Conflict:
            if pin != "used":
                raise
            return
        assert not any(one.pin == wanted != "" for one in self.t.oracle.people.values()), "one PIN for two people"
        person.master = not any(one.master and one.apartment == apartment for one in self.t.oracle.people.values())
        self._done(saved.operation, {saved.id: person})

    def _used_pin(self) -> str:
        return min(self.t.oracle.pins, default="")

    def _in(self, minutes: int | None) -> datetime | None:
        return None if minutes is None else self.t.clock() + timedelta(minutes=minutes)

    def _done(self, operation: int, after: dict[int, Person | None]) -> None:
        before = {one: self.t.oracle.copy_of(one) for one in after}
        for one, person in after.items():
            self.t.oracle.put(one, person)
        self.last = Act(operation, before, {one: self.t.oracle.copy_of(one) for one in after})
        self.acts.append(self.last)

    def _back(self, one: int, act: Act) -> Person | None:
        """A person without what an act changed of them; what other acts changed stays."""
        was, became, now = act.before[one], act.after[one], self.t.oracle.copy_of(one)
        if was is None or became is None or now is None:
            return was
        for name, value in vars(was).items():
            if value != getattr(became, name):
                setattr(now, name, value)
        return now
