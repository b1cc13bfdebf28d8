"""The Relay Schedule of a door: access groups whose hours keep it open (rules 13.1; features DEV-02; edge case 49)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, Row, select

from backend.domain.context import Context
from backend.domain.errors import Invalid
from backend.domain.firmware import has_relay_schedules
from backend.domain.records import Saved
from backend.domain.relay_holds import HoldOpen
from backend.services.base import Service, replayed, saved
from backend.services.communities import community_row
from backend.services.group_list import hours_in_words
from backend.services.holders import known_groups
from backend.services.relay_rows import relay_row
from backend.store import tables as t
from backend.store.work import Work

REASON = "held open by other hours"
NO_HOURS = "no hours"


class RelayHolds(Service):
    """Doors that stay open in the hours of access groups."""

    def get(self, context: Context, relay_id: int) -> HoldOpen:
        """The Relay Schedule of a door, as it is; raises NotFound."""
        with self.store.read(context, "device.read") as connection:
            row = relay_row(connection, context, relay_id)
            zone = community_row(connection, context.community_id).timezone
            return hold_of(connection, row, zone)

    def set(self, context: Context, relay_id: int, version: int, *, on: bool, group_ids: Iterable[int]) -> Saved:
        """Keep a door open in the hours of these groups, or, off, in none; off keeps the groups for the next time.

        Its device is told, and where an hour of now ends by it the door is shut and seen to be shut. Raises Stale,
        NotFound, Invalid (groups): none while it is on, unknown ones; Invalid (on) for a device without relay
        schedules.
        """
        wanted = sorted(set(group_ids))
        with self.store.write(context, "relay.hold") as work:
            work.require("device.edit")
            if work.replayed is not None:
                return replayed(work)
            row = relay_row(work.connection, context, relay_id)
            _check(work.connection, row, on, wanted)
            moved = _set_groups(work, relay_id, wanted)
            switched = work.update(t.relay, relay_id, version=version, hold_open=on)
            if moved and not switched:
                work.update(t.relay, relay_id, row_version=version + 1)  # else a form opened before would still save
            if moved or switched:
                work.dirty([row.device_id], REASON)
            what = "Held open by hours" if on else "Held open by no hours"
            work.tell(what, "device", row.device_id, f"{row.name} at {row.device}", undoable=moved or switched)
            work.touch("devices", "doors", "groups")
            return saved(work, relay_id)


def hold_of(connection: Connection, row: Row[Any], zone: str) -> HoldOpen:
    """The Relay Schedule of a relay joined to its device (see `relays_with_device`)."""
    h, g = t.relay_hold, t.access_group
    groups = connection.execute(
        select(g.c.id, g.c.name).join(h, h.c.group_id == g.c.id).where(h.c.relay_id == row.id).order_by(g.c.number)
    ).all()
    hours = hours_in_words(connection, [group.id for group in groups], zone)
    r = t.relay_held
    told = connection.execute(
        select(r.c["keys"]).where(r.c.device_id == row.device_id, r.c.number == row.number, r.c.unknown.is_(False))
    ).scalar()
    return HoldOpen(
        relay_id=row.id,
        version=row.row_version,
        device_id=row.device_id,
        door=row.name,
        device=row.device,
        on=row.hold_open,
        group_ids=tuple(group.id for group in groups),
        groups=tuple(group.name for group in groups),
        hours=tuple(hours.get(group.id, NO_HOURS) for group in groups),
        refusal=refusal_of(row.model, row.firmware),
        told=bool(told),
    )


def held_words(connection: Connection, device_id: int) -> dict[int, tuple[str, ...]]:
    """Relay of a device -> the groups whose hours hold it open, each with these, by number of the group."""
    h, g, relay, device, community = t.relay_hold, t.access_group, t.relay, t.device, t.community
    rows = connection.execute(
        select(relay.c.id, g.c.id.label("group_id"), g.c.name, community.c.timezone)
        .join(h, h.c.relay_id == relay.c.id)
        .join(g, g.c.id == h.c.group_id)
        .join(device, device.c.id == relay.c.device_id)
        .join(community, community.c.id == device.c.community_id)
        .where(relay.c.device_id == device_id, relay.c.hold_open.is_(True))
        .order_by(g.c.number)
    ).all()
    hours = hours_in_words(connection, [row.group_id for row in rows], rows[0].timezone) if rows else {}
    found: dict[int, list[str]] = defaultdict(list)
    for row in rows:
        found[row.id].append(f"{row.name}, {hours.get(row.group_id, NO_HOURS)}")
    return {relay_id: tuple(words) for relay_id, words in found.items()}


def refusal_of(model: str, firmware: str) -> str:
    """Why a device of this model and firmware keeps no relay open by hours, "" where it does."""
    if has_relay_schedules(model, firmware):
        return ""
    named = f"{model or 'This model'} with firmware {firmware}" if firmware else model or "This model"
    return f"{named} has no relay schedules: it cannot hold a door open by hours."


def held_open_by(connection: Connection, group_ids: Iterable[int]) -> tuple[str, ...]:
    """The doors that the hours of these groups keep open, by name."""
    h, relay = t.relay_hold, t.relay
    rows = connection.execute(
        select(relay.c.name_fold, relay.c.name)
        .join(h, h.c.relay_id == relay.c.id)
        .where(h.c.group_id.in_(sorted(set(group_ids))), relay.c.hold_open.is_(True))
        .distinct()
    )
    return tuple(row.name for row in sorted(rows))


def devices_held_by(connection: Connection, group_ids: Iterable[int]) -> set[int]:
    """The devices with a relay that the hours of these groups may keep open."""
    h, relay = t.relay_hold, t.relay
    query = select(relay.c.device_id).join(h, h.c.relay_id == relay.c.id)
    return set(connection.execute(query.where(h.c.group_id.in_(sorted(set(group_ids))))).scalars())


def end_holds(work: Work, group_id: int) -> None:
    """A group that is deleted keeps no door open any more: its devices are told to shut them (edge case 49)."""
    h = t.relay_hold
    work.dirty(devices_held_by(work.connection, [group_id]), REASON)
    for row_id in work.connection.execute(select(h.c.id).where(h.c.group_id == group_id)).scalars().all():
        work.delete(h, row_id)


def _check(connection: Connection, row: Row[Any], on: bool, group_ids: list[int]) -> None:
    if on and (refusal := refusal_of(row.model, row.firmware)):
        raise Invalid({"on": refusal})
    if on and not group_ids:
        raise Invalid({"groups": "Choose the groups whose hours count."})
    device = t.device
    community_id = connection.execute(select(device.c.community_id).where(device.c.id == row.device_id)).scalar_one()
    if not known_groups(connection, community_id, group_ids):
        raise Invalid({"groups": "There is no such access group."})


def _set_groups(work: Work, relay_id: int, group_ids: list[int]) -> bool:
    h = t.relay_hold
    rows = work.connection.execute(select(h.c.id, h.c.group_id).where(h.c.relay_id == relay_id)).all()
    for row in rows:
        if row.group_id not in group_ids:
            work.delete(h, row.id)
    present = {row.group_id for row in rows}
    for group_id in group_ids:
        if group_id not in present:
            work.insert(h, relay_id=relay_id, group_id=group_id)
    return present != set(group_ids)
