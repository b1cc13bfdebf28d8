"""Door logs, read within the switch Log Access Control (rules 1.1, 10.1; features LOG-01, LOG-08)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row, func, select

from backend.domain.context import Context
from backend.domain.doors import LogLine
from backend.domain.enums import LogAction, LogResponse
from backend.domain.errors import NotFound
from backend.domain.paging import ListQuery
from backend.services.base import Service
from backend.services.lists import ListHandle
from backend.services.since import since
from backend.store import tables as t
from backend.store.listing import FilterColumn, Listing

_LINE = ("id", "happened_at", "building", "device", "door", "initiated_by", "apartment", "type", "action", "key",
         "response", "reason", "holder_id", "device_id", "relay_id")  # fmt: skip


class DoorLogs(Service):
    """What the doors told; an account with Log Access Control off gets Forbidden for all of it."""

    def list(self, context: Context, query: ListQuery) -> ListHandle:
        """The log by time, oldest above; every page is read along an index, however long the log is."""
        return ListHandle(self.store, context, "door_log.read", _listing(context), since(query, "happened_at"))

    def get(self, context: Context, log_id: int) -> LogLine:
        """One line; raises NotFound."""
        log = t.door_log
        with self.store.read(context, "door_log.read") as connection:
            row = connection.execute(
                select(*(log.c[name] for name in _LINE)).where(
                    log.c.id == log_id, log.c.community_id == context.community_id
                )
            ).one_or_none()
        if row is None:
            raise NotFound("There is no such log line. Lines are kept for 30 days.")
        return log_line(row)

    def newest(self, context: Context, limit: int) -> tuple[LogLine, ...]:
        """The newest lines, the newest first."""
        log = t.door_log
        with self.store.read(context, "door_log.read") as connection:
            rows = connection.execute(
                select(*(log.c[name] for name in _LINE))
                .where(log.c.community_id == context.community_id)
                .order_by(log.c.happened_at.desc(), log.c.id.desc())
                .limit(limit)
            ).all()
        return tuple(log_line(row) for row in rows)


def log_line(row: Row[Any]) -> LogLine:
    """A row of `door_log` as it is shown; its key is masked already."""
    values = {name: getattr(row, name) for name in _LINE}
    return LogLine(**{**values, "action": LogAction(row.action), "response": LogResponse(row.response)})


def _listing(context: Context) -> Listing:
    """The log with the doors of today beside it: a line is found by the folded name of what it was written for."""
    log, building, device, relay = t.door_log, t.building, t.device, t.relay
    at_building = func.coalesce(building.c.name_fold, func.lower(log.c.building))
    at_device = func.coalesce(device.c.name_fold, func.lower(log.c.device))
    at_door = func.coalesce(relay.c.name_fold, func.lower(log.c.door))
    return Listing(
        source=log.outerjoin(building, building.c.id == log.c.building_id)
        .outerjoin(device, device.c.id == log.c.device_id)
        .outerjoin(relay, relay.c.id == log.c.relay_id),
        id_column=log.c.id,
        columns={name: log.c[name] for name in _LINE if name != "id"},
        sorts={"happened_at": log.c.happened_at},
        default_sort="happened_at",
        filters={
            "happened_at": FilterColumn(log.c.happened_at),
            "building": FilterColumn(at_building, "folded"),
            "device": FilterColumn(at_device, "contains"),
            "door": FilterColumn(at_door, "contains"),
            "initiated_by": FilterColumn(log.c.initiated_fold, "contains"),
            "apartment": FilterColumn(log.c.apartment),
            "type": FilterColumn(log.c.type),
            "action": FilterColumn(log.c.action),
            "response": FilterColumn(log.c.response),
        },
        words=(log.c.initiated_fold, at_door, at_device, log.c.apartment),
        where=log.c.community_id == context.community_id,
    )
