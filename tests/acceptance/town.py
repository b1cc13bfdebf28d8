"""A community on virtual devices for a test that decides step by step: acts, faults, time, and what must hold after."""

from __future__ import annotations

import asyncio
import shutil
from collections import Counter
from collections.abc import Callable, Coroutine
from contextlib import AsyncExitStack
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from backend.domain.context import new_id
from backend.domain.enums import CommandState, CredentialKind, HolderKind, HolderStatus
from backend.domain.names import fold
from backend.services.credentials import Value, free, issue
from backend.services.holders import reaching
from backend.services.own_rights import set_own_rights
from backend.services.rules import read_window
from backend.store import tables as t
from backend.store.opening import open_site
from backend.store.work import Work
from backend.sync import cooling
from backend.sync.worker import Pace
from backend.virtual.core import VirtualDevice
from backend.virtual.faults import Faults
from tests.acceptance.oracle import Oracle, Person, Window
from tests.support.clock import FakeClock
from tests.support.rows import manager_contexts
from tests.support.world import ZONE, small_world

T = TypeVar("T")
NO_PAUSE = Pace(status=0, door_log=0, silent=0)
AHEAD = timedelta(hours=26)
EVERYBODY = "A (default)"


class Town:
    """Two doors under one injected clock; everything runs on the town's own event loop, step by step."""

    def __init__(self, template: Path, root: Path, start: datetime, models: dict[str, str], relays: int) -> None:
        self.clock = FakeClock(start)
        self.store = open_site(Path(shutil.copytree(template, root / "site")), clock=self.clock)
        self.loop = asyncio.new_event_loop()
        self.stack = AsyncExitStack()
        made = small_world(self.store, manager_contexts(self.store), models, relays=relays, reboot_seconds=0)
        self.world = self.run(self.stack.enter_async_context(made))
        self.workers = {name: self.world.worker(name, NO_PAUSE) for name in models}
        self.opened: Counter[str] = Counter()
        """How often each device was opened from the network."""
        self.ledger: dict[str, dict[str, bool]] = {name: {} for name in models}
        """Lines of each device's log; False for one that was lost at the device before anybody could read it."""
        self.strangers: dict[str, set[str]] = {name: set() for name in models}
        self.unseen: set[str] = set()
        """Devices on which something happened that no device tells: a person has to ask for a look."""
        self.oracle = Oracle(ZONE)
        self.visitors: set[int] = set()
        """Who in the oracle is no resident."""
        self.group_ids: dict[str, int] = {}
        self._groups(models, relays)
        for name in models:
            self._count_openings(name, self.device(name))

    def close(self) -> None:
        """Give everything back."""
        self.run(self.stack.aclose())
        self.loop.close()
        self.store.close()

    def run(self, step: Coroutine[Any, Any, T]) -> T:
        """Run one step to its end."""
        return self.loop.run_until_complete(step)

    def device(self, name: str) -> VirtualDevice:
        """The virtual device."""
        return self.world.door(name)

    # -- what managers do beyond the services -----------------------------------------------------

    def act(self, name: str, change: Callable[[Work], None]) -> None:
        """One unit of work as the manager."""
        with self.store.write(self.world.context.again(), name) as work:
            work.require("resident.write")
            change(work)
            work.tell("Changed by hand", "resident", None, "")

    def set_windows(self, group: str, windows: list[Window]) -> None:
        """Give a group other hours."""
        group_id = self.group_ids[group]
        devices = {self.world.device_ids[name] for name, _ in self.oracle.doors[group]}

        def change(work: Work) -> None:
            for row in self.world.rows(t.access_window, t.access_window.c.group_id == group_id):
                work.delete(t.access_window, row.id)
            for window in windows:
                work.insert(t.access_window, group_id=group_id, **_window_row(window))
            work.dirty(devices, "hours")

        self.act("group.edit", change)
        self.oracle.windows[group] = windows

    def set_pin_validity(self, person_id: int, since: datetime | None, until: datetime | None) -> None:
        """Let the PIN of a person count for a while only."""
        person = self.oracle.people[person_id]
        c = t.credential
        mine = self.world.rows(c, c.c.holder_id == person_id, c.c.kind == "pin", c.c.status == "active")

        def change(work: Work) -> None:
            work.update(c, mine[0].id, valid_from=since, valid_to=until)
            work.dirty(self.world.device_ids.values(), "validity")

        if mine:
            self.act("credential.edit", change)
            person.since, person.until = since, until

    def suspend(self, person_id: int, *, on: bool) -> None:
        """Suspend a person or let them in again."""
        status = HolderStatus.SUSPENDED if on else HolderStatus.ACTIVE

        def change(work: Work) -> None:
            with reaching(work, [person_id], "suspended"):
                work.update(t.holder, person_id, status=status.value)

        self.act("holder.suspend", change)
        self.oracle.people[person_id].suspended = on

    def set_holidays(self, days: list[tuple[date, date]], keeping: set[str]) -> None:
        """Make these the holidays, and these the groups that keep them."""
        community_id, h = self.world.context.community_id, t.holiday

        def change(work: Work) -> None:
            for row in self.world.rows(h):
                work.delete(h, row.id)
            for first, last in days:
                row = {"name": "Fair", "first_day": first.isoformat(), "last_day": last.isoformat()}
                work.insert(h, community_id=community_id, **row)
            for name, group_id in self.group_ids.items():
                work.update(t.access_group, group_id, keeps_holidays=name in keeping)
            work.dirty(self.world.device_ids.values(), "holidays")

        self.act("holiday.edit", change)
        self.oracle.holidays, self.oracle.keeping = days, keeping

    def set_zone(self, zone: str) -> None:
        """The community moves to another time zone; whoever sets up the devices sets their clocks, too."""
        community_id = self.world.context.community_id

        def change(work: Work) -> None:
            work.update(t.community, community_id, timezone=zone)
            work.dirty(self.world.device_ids.values(), "time zone")

        self.act("community.edit", change)
        for name in self.workers:
            self.device(name)._zone = ZoneInfo(zone)
        self.oracle.zone = zone

    def visit(self, visits: list[tuple[str, Window, list[str]]]) -> None:
        """Visitors get a code each, with hours and doors of its own."""
        made: list[int] = []
        community_id = self.world.context.community_id

        def change(work: Work) -> None:
            values = {"community_id": community_id, "kind": HolderKind.VISITOR.value}
            made.extend(work.insert(t.holder, uuid=new_id(), name=pin, **values) for pin, _, _ in visits)
            with reaching(work, made, "visit"):
                for holder_id, (pin, window, doors) in zip(made, visits, strict=True):
                    issue(work, holder_id, Value(CredentialKind.PIN, pin, f"c:{community_id}"))
                    relays = [self.world.relay(device, 1) for device in doors]
                    set_own_rights(work, holder_id, [read_window(_window_row(window))], relays)

        self.act("visit", change)
        for holder_id, (pin, window, doors) in zip(made, visits, strict=True):
            own = f"own{holder_id}"
            self.oracle.doors[own], self.oracle.windows[own] = frozenset((device, 1) for device in doors), [window]
            self.oracle.put(holder_id, Person(pin, "", pin, groups=frozenset({own})))
        self.visitors.update(made)

    def leave(self, person_id: int) -> None:
        """The code of a visitor is taken away."""
        c = t.credential
        mine = self.world.rows(c, c.c.holder_id == person_id, c.c.status == "active")

        def change(work: Work) -> None:
            with reaching(work, [person_id], "left"):
                for row in mine:
                    free(work, row.id)

        self.act("leave", change)
        self.visitors.discard(person_id)
        self.oracle.put(person_id, None)

    def to_edge(self, before: timedelta) -> None:
        """Let time pass until the next instant at which a door is to change, or so long before it."""
        coming = [moment for name in self.workers if (moment := self.next_change_at(name))]
        later = [moment for moment in coming if moment > self.clock() + before]
        if later:
            self.clock.now = min(later) - before

    def cool(self) -> None:
        """What the agent does once a minute."""
        cooling.free_cooled(self.store, self.world.agent)

    # -- what happens at the doors ----------------------------------------------------------------

    def enter(self, name: str, *, pin: str = "", card: str = "") -> None:
        """Somebody stands at a door and tries a code."""
        device = self.device(name)
        outcome = device.press_pin(pin) if pin else device.present_card(card)
        if outcome.reason != "off":
            self.ledger[name][_line_of(next(iter(device.log)))] = True
        self.note_lost_lines(name)

    def note_lost_lines(self, name: str) -> None:
        """Lines that the device has no more and nobody has read are lost."""
        there = {_line_of(line) for line in self.device(name).log}
        read = set(self.lines_of(name))
        for line in self.ledger[name].keys() - there - read:
            self.ledger[name][line] = False

    def open_by_hand(self, name: str) -> None:
        """A manager opens a door; however it goes, the door never opens twice, nor unless it is said."""
        before = self.opened[name]
        command = self.world.command(self.world.open(name))
        self.run(self.workers[name].serve())
        state = self.world.command(command.id).state
        allowed = {CommandState.DONE: {1}, CommandState.UNKNOWN: {0, 1}}.get(CommandState(state), {0})
        assert self.opened[name] - before in allowed, f"{state} after {self.opened[name] - before} openings"

    def restart(self, name: str, *, wiped: bool) -> None:
        """The device restarts; one that was wiped was set up again with the same login."""
        self.clock.advance(minutes=3)
        device = self.device(name)
        if wiped:
            faults = device.faults
            device.restore()
            device.faults = faults
            self.strangers[name].clear()
        device.reboot()
        self.note_lost_lines(name)

    def work(self, name: str) -> None:
        """One round of a device's worker."""
        self.run(self.workers[name].work())

    def lines_of(self, name: str) -> list[str]:
        """Number and time of the lines that we have of a device's own log."""
        log = t.door_log
        rows = self.world.rows(log, log.c.device_id == self.world.device_ids[name])
        return [row.remote_key.rpartition(":")[0] for row in rows if row.remote_key[0].isdigit()]

    # -- the end of all unrest --------------------------------------------------------------------

    def settle(self) -> None:
        """Mend every device and let the agent work until nothing is left to do."""
        for name in self.workers:
            self.device(name).faults = Faults()
            self.run(self.world.power_on(name))
        for name in sorted(self.unseen):
            self.world.sync.check(self.world.context.again(), self.world.device_ids[name])
            self.run(self.workers[name].serve())
        self.unseen.clear()
        for _ in range(12):
            for name in (*self.workers, *self.workers):  # twice: a round may find out what the next one has to mend
                self.work(name)
            if all(self._is_clean(name) for name in self.workers):
                return
            self.clock.advance(minutes=5, seconds=1)
        rows = {name: dict(self.world.row(t.device_sync, name)._mapping) for name in self.workers}
        raise AssertionError(f"the doors do not come to rest: {rows}")

    def _is_clean(self, name: str) -> bool:
        row = self.world.row(t.device_sync, name)
        later = row.next_change_at is None or row.next_change_at > self.clock()
        return bool(row.gen == row.done_gen and row.attempt == 0 and later)

    def next_change_at(self, name: str) -> datetime | None:
        """When a door is to be written next by itself."""
        moment: datetime | None = self.world.row(t.device_sync, name).next_change_at
        return moment

    # -- building ---------------------------------------------------------------------------------

    def _groups(self, models: dict[str, str], relays: int) -> None:
        first, second = models
        self._group(EVERYBODY, [(name, number) for name in models for number in range(1, relays + 1)], made=True)
        self._group("Gym", [(first, 1)], made=False)
        self._group("Cellar", [(first, relays), (second, 1)], made=False)

    def _group(self, name: str, doors: list[tuple[str, int]], *, made: bool) -> None:
        group, community_id = t.access_group, self.world.context.community_id
        self.oracle.doors[name] = frozenset(doors)
        self.oracle.windows[name] = [{"repeat": "daily", "start": "00:00", "end": "23:59"}]
        if made:
            self.group_ids[name] = self.world.rows(group, group.c.name_fold == fold(name))[0].id
            return
        with self.store.write(self.world.context.again(), "group.add") as work:
            work.require("resident.write")
            self.group_ids[name] = work.insert(
                group,
                uuid=new_id(),
                community_id=community_id,
                number=100 + len(self.group_ids),
                name=name,
                name_fold=fold(name),
            )
            for device, number in doors:
                work.insert(
                    t.access_group_relay, group_id=self.group_ids[name], relay_id=self.world.relay(device, number)
                )
            work.insert(t.access_window, group_id=self.group_ids[name], **_window_row(self.oracle.windows[name][0]))

    def _count_openings(self, name: str, device: VirtualDevice) -> None:
        opening = device.open_relay

        def counted(number: int, *, seconds: int = 0) -> None:
            self.opened[name] += 1
            opening(number, seconds=seconds)

        device.open_relay = counted  # type: ignore[method-assign]


def _window_row(window: Window) -> dict[str, Any]:
    start, end = window.get("start"), window.get("end")
    return {
        "repeat": window["repeat"],
        "days": window.get("days", ""),
        "start": datetime.strptime(str(start), "%H:%M").time() if start else None,
        "end": datetime.strptime(str(end), "%H:%M").time() if end else None,
        "begins_at": window.get("begins"),
        "ends_at": window.get("ends"),
    }


def _line_of(line: dict[str, Any]) -> str:
    return f"{line['ID']}:{line['Date']}T{line['Time']}"
