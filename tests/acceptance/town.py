"""A community on virtual devices for a test that decides step by step: acts, faults, time, and what must hold after."""

from __future__ import annotations

import asyncio
import shutil
from collections import Counter
from collections.abc import Callable, Coroutine, Iterable
from contextlib import AsyncExitStack
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from backend.domain.context import new_id
from backend.domain.enums import CommandState, DeviceStatus, HolderStatus, SyncState
from backend.domain.names import fold
from backend.services.holders import reaching
from backend.store import tables as t
from backend.store.opening import open_site
from backend.store.work import Work
from backend.sync import books, cooling, shadow
from backend.sync.worker import Pace
from backend.virtual.core import VirtualDevice
from backend.virtual.faults import Faults
from tests.acceptance.oracle import Oracle, Window
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

    def to_edge(self, before: timedelta) -> None:
        """Let time pass until the next instant at which a door is to change, or so long before it."""
        coming = [moment for name in self.workers if (moment := self._sync(name).next_change_at)]
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
            for name in self.workers:
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

    def _sync(self, name: str) -> books.SyncRow:
        with self.store.read() as connection:
            return books.load_sync(connection, self.world.device_ids[name])

    # -- what must hold then ----------------------------------------------------------------------

    def check(self, minutes: Iterable[int] = ()) -> None:
        """Every door equals the rules, now and until it is to be written next; books, proofs and logs are true.

        A door counts whole minutes: where the rules change within one it may open later and close earlier. The same
        holds where the product says that a change of the clocks cost something. It never opens more.
        """
        for name in self.workers:
            self._check_door(name, minutes)
            self._check_books(name)
            self._check_log(name)
        for holder in self.world.rows(t.holder):
            for line in self.world.sync.revoked(self.world.context, holder.id):
                assert line.absent_at is not None, f"{line} is not proved"
        for _, name, sync in self.world.sync.devices(self.world.context):
            assert (name, sync.state, sync.last_error) == (name, SyncState.IN_SYNC, "")

    def _check_door(self, name: str, minutes: Iterable[int]) -> None:
        now, device = self.clock(), self.device(name)
        end = min(self._sync(name).next_change_at or now + AHEAD, now + AHEAD)
        span = end - now
        moments = {now, end - timedelta(microseconds=1), *(now + span * part / 5 for part in range(1, 5))}
        moments |= {now + timedelta(minutes=m) for m in minutes if now + timedelta(minutes=m) < end}
        lost = any("clocks" in text for text in self.world.row(t.device_sync, name).losses.split('"'))
        for at in sorted(moments):
            for value, rules, holders in self._probes(name):
                opens = _opens(device, holders, at)
                exact = not lost and rules(at) == rules(at.replace(second=0, microsecond=0)) == rules(
                    _last_of_minute(at)
                )
                said = f"{name} at {at.astimezone(ZoneInfo(ZONE))}: {value} opens {opens}, the rules say {rules(at)}"
                assert opens <= rules(at), said
                assert opens == rules(at) or not exact, said
            for pin in self.strangers[name]:
                assert _opens(device, device.users.with_pin(pin), at), "a user of somebody else was touched"

    def _probes(self, name: str) -> Iterable[tuple[str, Callable[[datetime], set[int]], list[dict[str, Any]]]]:
        """Every code that ever was: what it may open by the rules, and who carries it on the device."""
        users, oracle = self.device(name).users, self.oracle
        for pin in sorted(oracle.pins):
            yield pin, lambda at, pin=pin: oracle.by_pin(pin, name, at), users.with_pin(pin)
        for card in sorted(oracle.cards):
            yield card, lambda at, card=card: oracle.by_card(card, name, at), users.with_card(card)

    def _check_books(self, name: str) -> None:
        """What we believe is what the device holds, nothing twice."""
        device, strangers = self.device(name), self.strangers[name]
        with self.store.read() as connection:
            believed = shadow.load_shadow(connection, self.world.device_ids[name])
        held = [user["UserID"] for user in device.users if user["PrivatePIN"] not in strangers]
        assert sorted(held) == sorted(believed.users)
        assert not believed.doubtful
        schedules = sorted(one["Name"] for one in device.schedules if one["Name"].startswith("SP-"))
        assert schedules == sorted(believed.schedules)
        row = self.world.row(t.device_sync, name)
        assert (row.users_held, row.users_unmanaged) == (len(held), len(strangers))
        assert self.world.row(t.device_state, name).status == DeviceStatus.ONLINE

    def _check_log(self, name: str) -> None:
        """Each line of the device once, and none that it never wrote."""
        lines = Counter(self.lines_of(name))
        assert set(lines) <= set(self.ledger[name])
        for line, kept in self.ledger[name].items():
            assert lines[line] == 1 or (lines[line] == 0 and not kept), f"{line} came {lines[line]} times"

    def lines_of(self, name: str) -> list[str]:
        """Number and time of the lines that we have of a device's own log."""
        log = t.door_log
        rows = self.world.rows(log, log.c.device_id == self.world.device_ids[name])
        return [row.remote_key.rpartition(":")[0] for row in rows if row.remote_key[0].isdigit()]

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


def _opens(device: VirtualDevice, holders: list[dict[str, Any]], at: datetime) -> set[int]:
    """The relays that a device would open for these records at an instant, without anybody standing there."""
    local = at.astimezone(ZoneInfo(ZONE))
    return {
        relay
        for holder in holders
        for schedule, relays in device.users.grants_of(holder)
        for relay in relays
        if relay in device.relays and device.schedules.allows(schedule, local)
    }


def _last_of_minute(at: datetime) -> datetime:
    return at.replace(second=59, microsecond=999999)


def _line_of(line: dict[str, Any]) -> str:
    return f"{line['ID']}:{line['Date']}T{line['Time']}"
