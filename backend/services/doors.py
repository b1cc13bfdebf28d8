"""Doors as people use them: all of them, one by its name, and opening it now (feature DEV-12)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, case, func, select

from backend.domain.context import Context
from backend.domain.doors import CommandRecord, DoorRecord
from backend.domain.enums import CommandState, CommandVerb, DeviceStatus
from backend.domain.errors import Conflict, NotFound
from backend.domain.names import fold
from backend.domain.paging import ListQuery
from backend.services.base import Service
from backend.services.commands import command_record, command_row, queue
from backend.services.lists import ListHandle
from backend.services.relay_rows import relay_row
from backend.store import tables as t
from backend.store.listing import FilterColumn, Listing

_NAMED_CANDIDATES = 6


class Doors(Service):
    """The relays of all door phones of a community."""

    def list(self, context: Context, query: ListQuery) -> ListHandle:
        """The doors, by name."""
        return ListHandle(self.store, context, "door.read", _listing(context), query)

    def all(self, context: Context) -> tuple[DoorRecord, ...]:
        """Every door: those that this manager opened last first, then those opened by anybody, then by name.

        `last_opened_at` is the last time it was opened by hand, by anybody.
        """
        with self.store.read(context, "door.read") as connection:
            rows = connection.execute(_doors(context)).all()
        ranked = sorted(rows, key=lambda row: (_newest(row.mine), _newest(row.opened_at), row.name_fold))
        return tuple(_record(row) for row in ranked)

    def find(self, context: Context, text: str) -> int:
        """The relay meant by an id, a name, or words of door, device and building.

        An exact name wins over words. Raises NotFound, or Conflict (door) naming the candidates.
        """
        with self.store.read(context, "door.read") as connection:
            rows = connection.execute(_doors(context)).all()
        wanted = fold(text)
        if wanted.isascii() and wanted.isdigit() and any(row.relay_id == int(wanted) for row in rows):
            return int(wanted)
        found = [row for row in rows if wanted == row.name_fold] or [row for row in rows if _has_words(row, wanted)]
        if not found:
            raise NotFound(f"There is no door '{text}'.")
        if len(found) > 1:
            names = sorted(f"{row.name} at {row.device} ({row.relay_id})" for row in found)
            more = ", …" if len(names) > _NAMED_CANDIDATES else ""
            raise Conflict("door", f"Several doors match '{text}': {', '.join(names[:_NAMED_CANDIDATES])}{more}.")
        return int(found[0].relay_id)

    def open(self, context: Context, relay_id: int) -> int:
        """Open a door now: the command for the agent, which has ten seconds to take it.

        The same request again answers the same command and opens nothing twice. Raises NotFound.
        """
        with self.store.write(context, "door.open") as work:
            work.require("door.open")
            if work.replayed is not None:
                return int(work.replayed)
            door = relay_row(work.connection, context, relay_id)
            work.result = queue(work, CommandVerb.OPEN, device_id=door.device_id, relay_id=relay_id)
            work.tell(f"Opened by hand: {door.name}", "door", relay_id, f"{door.name} at {door.device}", undoable=False)
            return int(work.result)

    def command(self, context: Context, command_id: int) -> CommandRecord:
        """A command and how it went: opened, refused, unknown or expired, in words. Raises NotFound."""
        with self.store.read(context, "door.read") as connection:
            return command_record(command_row(connection, context, command_id), self.store.clock())


def _doors(context: Context) -> Select[Any]:
    relay, device, building, state, c = t.relay, t.device, t.building, t.device_state, t.command
    opened = (
        select(
            c.c.relay_id,
            func.max(c.c.made_at).label("opened_at"),
            func.max(case((c.c.actor_id == context.actor_id, c.c.made_at))).label("mine"),
        )
        .where(c.c.verb == CommandVerb.OPEN.value, c.c.state == CommandState.DONE.value)
        .group_by(c.c.relay_id)
        .subquery()
    )
    return (
        select(
            relay.c.id.label("relay_id"),
            relay.c.device_id,
            relay.c.name,
            relay.c.name_fold,
            device.c.name.label("device"),
            func.coalesce(building.c.name, "").label("building"),
            state.c.status,
            state.c.last_seen_at,
            opened.c.opened_at,
            opened.c.mine,
        )
        .join(device, device.c.id == relay.c.device_id)
        .join(state, state.c.id == device.c.id)
        .outerjoin(building, building.c.id == device.c.building_id)
        .outerjoin(opened, opened.c.relay_id == relay.c.id)
        .where(device.c.community_id == context.community_id)
    )


def _record(row: Row[Any]) -> DoorRecord:
    return DoorRecord(
        relay_id=row.relay_id,
        device_id=row.device_id,
        name=row.name,
        device=row.device,
        building=row.building,
        status=DeviceStatus(row.status),
        last_seen_at=row.last_seen_at,
        last_opened_at=row.opened_at,
    )


def _newest(moment: datetime | None) -> float:
    """A sort key that puts the newest first and what never was last."""
    return -moment.timestamp() if moment else 0.0


def _has_words(row: Row[Any], wanted: str) -> bool:
    """Whether each word begins a word of the door, its device or its building."""
    words = f"{row.name_fold} {fold(row.device)} {fold(row.building)}".split()
    return bool(wanted) and all(any(word.startswith(part) for word in words) for part in wanted.split())


def _listing(context: Context) -> Listing:
    relay, device, building, state = t.relay, t.device, t.building, t.device_state
    building_fold = func.coalesce(building.c.name_fold, "")
    return Listing(
        source=relay.join(device, device.c.id == relay.c.device_id)
        .join(state, state.c.id == device.c.id)
        .outerjoin(building, building.c.id == device.c.building_id),
        id_column=relay.c.id,
        columns={
            "name": relay.c.name,
            "device": device.c.name,
            "device_id": device.c.id,
            "building": func.coalesce(building.c.name, ""),
            "status": state.c.status,
            "last_seen_at": state.c.last_seen_at,
        },
        sorts={"name": relay.c.name_fold, "device": device.c.name_fold, "building": building_fold},
        default_sort="name",
        filters={
            "name": FilterColumn(relay.c.name_fold, "contains"),
            "device": FilterColumn(device.c.name_fold, "contains"),
            "building": FilterColumn(building_fold, "folded"),
            "status": FilterColumn(state.c.status),
        },
        words=(relay.c.name_fold, device.c.name_fold, building_fold),
        where=device.c.community_id == context.community_id,
    )
