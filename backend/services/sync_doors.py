"""The doors by how they hold what they should: worst first, what waits and why, and what caused a stop (SYNC-01)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from sqlalchemy import Connection, case, func, select

from backend.domain.context import Context
from backend.domain.enums import SyncState
from backend.domain.errors import NotFound
from backend.domain.paging import ListQuery
from backend.domain.sync import DoorStanding
from backend.services.agents import agent_record
from backend.services.base import Service
from backend.services.device_list import device_listing
from backend.services.door_states import WORST_FIRST, devices_now, formats_of
from backend.services.lists import ListHandle
from backend.services.undo import PERMISSIONS
from backend.store import tables as t
from backend.store.listing import Listing


class SyncDoors(Service):
    """Every device with its sync; nothing is written."""

    def list(self, context: Context, query: ListQuery) -> ListHandle:
        """The devices, the worst first."""
        return ListHandle(self.store, context, "sync.read", self._listing(context), query)

    def get(self, context: Context, device_id: int) -> DoorStanding:
        """How one device stands, why it waits, and which act stopped it; raises NotFound."""
        with self.store.read(context, "sync.read") as connection:
            now = self.store.clock()
            device = devices_now(connection, context.community_id, now).get(device_id)
            if device is None:
                raise NotFound("There is no such device.")
            alive, formats = agent_record(connection, now).alive, formats_of(connection, context.community_id)
            waits = device.sync.state is not SyncState.IN_SYNC and not device.done(device.gen)
            cause, operation = _cause(connection, context, device_id) if device.sync.held_reason else ("", None)
        return DoorStanding(
            id=device_id,
            device=device.name,
            status=device.status,
            sync=device.sync,
            waiting=device.waiting(agent_alive=alive, now=now, formats=formats) if waits else "",
            not_before=device.not_before,
            cause=cause,
            operation=operation,
        )

    def _listing(self, context: Context) -> Listing:
        listing = device_listing(context, self.store.clock())
        sync, d = t.device_sync, t.device
        state = listing.columns["sync"]
        worst = case({one.value: str(at) for at, one in enumerate(WORST_FIRST)}, value=state, else_="9") + d.c.name_fold
        columns = {name: listing.columns[name] for name in ("name", "status", "status_since", "sync", "sync_count")}
        more = {
            "users": sync.c.users_held + sync.c.users_unmanaged,
            "profile": d.c.profile,
            "attempt": sync.c.attempt,
            "not_before": sync.c.not_before,
            "since": sync.c.since,
            "read_back_at": sync.c.read_back_at,
            "held_reason": case((sync.c.released, ""), else_=sync.c.held_reason),
            "last_error": sync.c.last_error,
        }
        return replace(
            listing,
            columns={**columns, **more},
            sorts={
                "worst": worst,
                "name": d.c.name_fold,
                "read_back_at": func.coalesce(sync.c.read_back_at, datetime(1970, 1, 1, tzinfo=UTC)),
            },
            default_sort="worst",
        )


def _cause(connection: Connection, context: Context, device_id: int) -> tuple[str, int | None]:
    """The act that takes most away of those since the device has waited, as words and number.

    What a stop would remove is the sum of what came since it was last in order; the act that changed or took away the
    most of what there was is the one to look at first.
    """
    o, change, sync = t.operation, t.change, t.device_sync
    since = connection.execute(select(sync.c.since).where(sync.c.id == device_id)).scalar()
    if since is None:
        return "", None
    found = connection.execute(
        select(o.c.id, o.c.action, o.c.entity_name, o.c.actor, o.c.at, o.c.type)
        .join(change, change.c.operation_id == o.c.id)
        .where(o.c.community_id == context.community_id, o.c.at >= since, change.c.before_sealed.is_not(None))
        .group_by(o.c.id, o.c.action, o.c.entity_name, o.c.actor, o.c.at, o.c.type)
        .order_by(func.count().desc(), o.c.id)
        .limit(1)
    ).one_or_none()
    if found is None:
        return "", None
    formats = formats_of(connection, context.community_id)
    named = f" {found.entity_name}" if found.entity_name else ""
    text = f"{found.action}{named}, {formats.moment(found.at)}, {found.actor}"
    return text, found.id if found.type in PERMISSIONS else None
