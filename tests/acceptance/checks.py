"""What must hold once a town has come to rest."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from backend.domain.enums import DeviceStatus, SyncState
from backend.store import tables as t
from backend.sync import shadow
from backend.virtual.core import VirtualDevice
from tests.acceptance.town import Town

AHEAD = timedelta(hours=26)
PROBES: Counter[str] = Counter()
"""How often each door was asked whether a code opens it at an instant."""


def check(town: Town, minutes: Iterable[int] = (), *, losses: bool = False) -> None:
    """Every door equals the rules, now and until it is to be written next; books, proofs and logs are true.

    A door counts whole minutes: where the rules change within one it may open later and close earlier. The same
    holds where the product says that a change of the clocks cost something, and with `losses` where it says that there
    was no room. It never opens more.
    """
    for name in town.workers:
        _check_door(town, name, minutes, losses)
        _check_books(town, name)
        _check_log(town, name)
    for holder in town.world.rows(t.holder):
        for line in town.world.sync.revoked(town.world.context, holder.id):
            assert line.absent_at is not None, f"{line} is not proved"
    for _, name, sync in town.world.sync.devices(town.world.context):
        quiet = SyncState.DRIFT if town.strangers[name] else SyncState.IN_SYNC
        assert (name, sync.state, sync.last_error) == (name, quiet, "")


def _check_door(town: Town, name: str, minutes: Iterable[int], losses: bool) -> None:
    now, device = town.clock(), town.device(name)
    end = min(town.next_change_at(name) or now + AHEAD, now + AHEAD)
    span = end - now
    moments = {now, end - timedelta(microseconds=1), *(now + span * part / 5 for part in range(1, 5))}
    moments |= {now + timedelta(minutes=m) for m in minutes if now + timedelta(minutes=m) < end}
    lost = losses or any("clocks" in text for text in town.world.row(t.device_sync, name).losses.split('"'))
    for at in sorted(moments):
        for value, rules, holders in _probes(town, name):
            shown = at.astimezone(ZoneInfo(town.oracle.zone))
            opens = _opens(device, holders, shown)
            exact = not lost and rules(at) == rules(at.replace(second=0, microsecond=0)) == rules(_last_of_minute(at))
            said = f"{name} at {shown}: {value} opens {opens}, the rules say {rules(at)}"
            PROBES[name] += 1
            assert opens <= rules(at), said
            assert opens == rules(at) or not exact, said
        for pin in town.strangers[name]:
            shown = at.astimezone(ZoneInfo(town.oracle.zone))
            assert _opens(device, device.users.with_pin(pin), shown), "a user of somebody else was touched"


def _probes(town: Town, name: str) -> Iterable[tuple[str, Callable[[datetime], set[int]], list[dict[str, Any]]]]:
    """Every code that ever was: what it may open by the rules, and who carries it on the device."""
    users, oracle = town.device(name).users, town.oracle
    for pin in sorted(oracle.pins):
        yield pin, partial(oracle.by_pin, pin, name), users.with_pin(pin)
    for card in sorted(oracle.cards):
        yield card, partial(oracle.by_card, card, name), users.with_card(card)


def _check_books(town: Town, name: str) -> None:
    """What we believe is what the device holds, nothing twice."""
    device, strangers = town.device(name), town.strangers[name]
    with town.store.read() as connection:
        believed = shadow.load_shadow(connection, town.world.device_ids[name])
    held = [user["UserID"] for user in device.users if user["PrivatePIN"] not in strangers]
    assert sorted(held) == sorted(believed.users)
    assert not believed.doubtful
    schedules = sorted(one["Name"] for one in device.schedules if one["Name"].startswith("SP-"))
    assert schedules == sorted(believed.schedules)
    row = town.world.row(t.device_sync, name)
    assert (row.users_held, row.users_unmanaged) == (len(held), len(strangers))
    assert town.world.row(t.device_state, name).status == DeviceStatus.ONLINE


def _check_log(town: Town, name: str) -> None:
    """Each line of the device once, and none that it never wrote."""
    lines = Counter(town.lines_of(name))
    assert set(lines) <= set(town.ledger[name])
    for line, kept in town.ledger[name].items():
        assert lines[line] == 1 or (lines[line] == 0 and not kept), f"{line} came {lines[line]} times"


def _opens(device: VirtualDevice, holders: list[dict[str, Any]], local: datetime) -> set[int]:
    """The relays that a device would open for these records at a time of its clock, without anybody standing there."""
    return {
        relay
        for holder in holders
        for schedule, relays in device.users.grants_of(holder)
        for relay in relays
        if relay in device.relays and device.schedules.allows(schedule, local)
    }


def _last_of_minute(at: datetime) -> datetime:
    return at.replace(second=59, microsecond=999999)
