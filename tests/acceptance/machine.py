"""Random acts of managers, time, faults and people at doors; after every unrest the doors must equal the rules."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from backend.domain.enums import MoveState
from backend.domain.errors import Conflict, SmartPlusError
from backend.domain.moves import MoveDraft
from backend.domain.residents import ResidentDraft, ResidentPatch
from backend.services.move_acts import carry_out, moves_due
from backend.services.moves import Moves
from backend.store import tables as t
from backend.virtual.faults import Faults
from tests.acceptance.checks import check
from tests.acceptance.oracle import Person, Window
from tests.acceptance.steps import APARTMENTS, NEEDS_PEOPLE, STARTS, STEPS, TOWNS, UNTOLD
from tests.acceptance.tampering import tamper
from tests.acceptance.town import EVERYBODY, Town


@dataclass
class Act:
    """One act that undo knows: its operation and the people as they were before and after."""

    operation: int
    before: dict[int, Person | None]
    after: dict[int, Person | None]


class Machine(RuleBasedStateMachine):
    """One rule, so that every kind of step comes as often as it should; `settled` compares."""

    def __init__(self, template: Path, root: Path) -> None:
        super().__init__()
        self.template, self.root = template, root
        self.town: Town | None = None
        self.acts: list[Act] = []
        self.last: Act | None = None
        """The last act of all, if it is one that undo knows."""
        self.number = 0
        self.planned: dict[int, Person | None] = {}
        """Moves that wait for their time, with who comes."""

    @initialize(
        start=st.sampled_from(sorted(STARTS)), town=st.sampled_from(range(len(TOWNS))), people=st.integers(1, 4)
    )
    def begin(self, start: str, town: int, people: int) -> None:
        """A community somewhere in the year, in which some people live."""
        models, relays = TOWNS[town]
        self.town = Town(self.template, self.root, STARTS[start], models, relays)
        for number in range(people):
            self.add(APARTMENTS[number % 2], "new", number % 3, {EVERYBODY, "Gym"} if number % 2 else {EVERYBODY})
        self.town.settle()

    @rule(name=st.sampled_from([name for name, (weight, _) in STEPS.items() for _ in range(weight)]), data=st.data())
    def step(self, name: str, data: st.DataObject) -> None:
        """Something happens."""
        if (name in NEEDS_PEOPLE and not self.t.oracle.people.keys() - self.t.visitors) or (
            name == "undo" and not self.acts
        ):
            name = "add"
        given = {key: data.draw(strategy, label=f"{name} {key}") for key, strategy in STEPS[name][1].items()}
        getattr(self, name)(**given)

    @property
    def t(self) -> Town:
        """The town, once it is there."""
        assert self.town is not None
        return self.town

    # -- managers ---------------------------------------------------------------------------------

    def add(self, apartment: str, pin: str, cards: int, groups: set[str]) -> None:
        """A resident moves in."""
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

    def delete(self, who: int) -> None:
        """A resident moves out; a master with the whole family."""
        person_id = self._person(who)
        leaving = self.t.oracle.people[person_id]
        going = {person_id}
        if leaving.master:
            going = {one for one, person in self.t.oracle.people.items() if person.apartment == leaving.apartment}
        saved = self.t.world.residents.delete(self.t.world.context.again(), sorted(going))
        self._done(saved.operation, dict.fromkeys(going))

    def move(self, apartment: str, comes: str, ahead: int | None) -> None:
        """A family moves out and the next one in, or one of them alone, now or ahead."""
        person = None
        if comes != "nobody":
            pin = self._value("1{:05}") if comes == "PIN" else ""
            cards = frozenset() if comes == "PIN" else frozenset({self._value("0A{:06X}")})
            person = Person(f"P{self.number}", apartment, pin, cards, frozenset({EVERYBODY}), master=True)
        draft = MoveDraft(
            apartment_id=self.t.world.apartment_ids[apartment],
            incoming=None
            if person is None
            else ResidentDraft(first=person.name, last="Q", pin=person.pin, cards=tuple(person.cards)),
            at=self._in(ahead),
        )
        try:
            saved = self._moves.move(self.t.world.context.again(), draft, apartment)
        except Conflict:  # nobody is there to leave, or another move is planned
            return
        self.planned[saved.id] = person
        self._moved()

    def _moved(self) -> None:
        """Families have moved whose time has come."""
        for context, due in moves_due(self.t.store):
            carry_out(self.t.store, context, due)
        for move_id, person in list(self.planned.items()):
            record = self._moves.get(self.t.world.context, move_id)
            if record.state is MoveState.PLANNED:
                continue
            del self.planned[move_id]
            if record.state is MoveState.DONE:
                home = {number for number, one in self.t.world.apartment_ids.items() if one == record.apartment_id}
                after: dict[int, Person | None] = {
                    one: None for one, old in self.t.oracle.people.items() if old.apartment in home
                }
                if person is not None:
                    (master,) = self.t.world.rows(t.resident, t.resident.c.apartment_id == record.apartment_id)
                    after[master.id] = person
                assert record.operation is not None
                self._done(record.operation, after)

    @property
    def _moves(self) -> Moves:
        return Moves(self.t.store)

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

    def hours(self, group: str, hours: list[Window], span: tuple[int, int, bool] | None) -> None:
        """A group gets other hours, opens once, or never."""
        if span is not None:
            hours = [*hours[1:], self._span(span)]
        self.t.set_windows(group, hours)
        self.last = None

    def visit(self, hours: Window, span: tuple[int, int, bool] | None, doors: list[str]) -> None:
        """A visitor gets a key with hours of its own, or for one span."""
        window = hours if span is None else self._span(span)
        self.t.visit([(self._value("9{:07}"), window, doors)])
        self.last = None

    def leave(self, who: int) -> None:
        """The key of a visitor is taken away."""
        visitors = sorted(self.t.visitors)
        if visitors:
            self.t.leave(visitors[who % len(visitors)])
            self.last = None

    def holiday(self, ahead: int | None, days: int, keeping: set[str]) -> None:
        """There is one holiday, or none, and some groups keep it."""
        today = self.t.clock().astimezone(ZoneInfo(self.t.oracle.zone)).date()
        first = today + timedelta(days=ahead or 0)
        spans = [] if ahead is None else [(first, first + timedelta(days=days - 1))]
        self.t.set_holidays(spans, keeping)
        self.last = None

    def zone(self, zone: str) -> None:
        """The community moves to another time zone."""
        self.t.set_zone(zone)
        self.last = None

    def limit(self, who: int, what: str, since: int | None, until: int | None) -> None:
        """A PIN counts from and until some time, or a person is suspended or let in again."""
        if what == "validity":
            self.t.set_pin_validity(self._person(who), self._in(since), self._in(until))
        else:
            self.t.suspend(self._person(who), on=what == "suspend")
        self.last = None

    # -- time, devices, people --------------------------------------------------------------------

    def wait(self, minutes: int, short: bool) -> None:
        """Time passes: so long, or until something is to change at a door, or until just before."""
        if minutes:
            self.t.clock.advance(minutes=minutes)
        else:
            self.t.to_edge(timedelta(seconds=1 if short else 0))
        self.t.cool()
        self._moved()

    def fault(self, name: str, fault: dict[str, object]) -> None:
        """Something is wrong with a device."""
        self.t.world.spoil(name, **fault)
        if UNTOLD & fault.keys():
            self.t.unseen.add(name)

    def trouble(self, name: str, what: str, which: int) -> None:
        """A device is mended, is not there, restarts, forgets everything, or somebody changes its records."""
        if what == "mend":
            self.t.device(name).faults = Faults()
            self.t.run(self.t.world.power_on(name))
        elif what == "power off":
            self.t.world.power_off(name)
        elif what in ("wipe", "restart"):
            self.t.restart(name, wiped=what == "wipe")
        else:
            self.t.unseen.add(name)
            tamper(self.t, name, what, which)

    def enter(self, name: str, how: str, which: int) -> None:
        """Somebody types a PIN or shows a card, whoever's it is or was, or a manager opens the door."""
        values = sorted(self.t.oracle.pins if how == "pin" else self.t.oracle.cards)
        if how == "hand":
            self.t.open_by_hand(name)
        elif values:
            self.t.enter(name, **{how: values[which % len(values)]})

    def work(self, name: str) -> None:
        """The agent works on a device as it stands."""
        self.t.work(name)

    def settled(self, minutes: list[int]) -> None:
        """All unrest ends."""
        self.t.settle()
        check(self.t, minutes)

    def teardown(self) -> None:
        """The last unrest ends too."""
        if self.town is not None:
            try:
                self.town.settle()
                check(self.town)
            finally:
                self.town.close()

    # -- help -------------------------------------------------------------------------------------

    def _span(self, span: tuple[int, int, bool]) -> Window:
        begins = self.t.clock() + timedelta(minutes=span[0], seconds=30 * span[2])
        return {"repeat": "never", "begins": begins, "ends": begins + timedelta(minutes=span[1])}

    def _person(self, which: int) -> int:
        people = sorted(self.t.oracle.people.keys() - self.t.visitors)
        return people[which % len(people)]

    def _value(self, form: str) -> str:
        self.number += 1
        return form.format(self.number)

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
