"""The dashboard and the top bar: counts, doors, a week of releases (features DASH-01, DASH-02, DASH-04, LOG-08)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, case, func, select

from backend.catalog.words import LOG_ACTIONS, label_of
from backend.domain.context import Context
from backend.domain.dashboard import Dashboard, DoorGlance, Summary
from backend.domain.enums import AccountStatus, DeviceStatus, ResidentRole, SyncState
from backend.domain.errors import Forbidden
from backend.domain.formats import age
from backend.services.agents import agent_record
from backend.services.base import Service
from backend.services.door_states import DeviceNow, devices_now, formats_of
from backend.services.door_week import Week, WeekCounter
from backend.services.outbox_list import outbox_counts
from backend.store import tables as t
from backend.store.permission import require
from backend.store.store import Store

EXPIRES_SOON = timedelta(days=30)

_RANKS = (
    ("device", DeviceStatus.OFFLINE.value),
    ("sync", SyncState.RED.value),
    ("sync", SyncState.HELD.value),
    ("sync", SyncState.REFUSED.value),
    ("sync", SyncState.CLOCK.value),
    ("sync", SyncState.DRIFT.value),
    ("device", DeviceStatus.RESTARTING.value),
    ("device", DeviceStatus.NEVER_SEEN.value),
    ("sync", SyncState.PENDING.value),
    ("door", "open"),
    ("device", DeviceStatus.ONLINE.value),
)
"""The words of a door, worst first: what a person has to do something about stands above what mends itself."""


class DashboardService(Service):
    """Figures of a community at one instant; counts by indexes, nothing is asked of a device."""

    def __init__(self, store: Store) -> None:
        super().__init__(store)
        self._week = WeekCounter()

    def read(self, context: Context) -> Dashboard:
        """Everything the dashboard draws but its live events.

        With Log Access Control off, or a role without logs, `days` and `methods` are empty. A day's label is "Mon 16",
        the last one's "today".
        """
        with self.store.read(context, "community.read") as connection:
            now = self.store.clock()
            counts = _counts(connection, context.community_id, now)
            devices = devices_now(connection, context.community_id, now)
            doors = _doors(connection, context.community_id, devices, now)
            week = self._releases(connection, context, now)
        online = sum(device.status is DeviceStatus.ONLINE for device in devices.values())
        read = [device.last_seen_at for device in devices.values() if device.last_seen_at]
        return Dashboard(
            **counts,
            devices=len(devices),
            devices_online=online,
            doors=doors,
            days=week.days,
            methods=tuple((label_of(LOG_ACTIONS, action), number) for action, number in week.actions),
            read_at=max(read, default=None),
        )

    def summary(self, context: Context) -> Summary:
        """The live figures of the top bar; doors are relays, the sync figures count devices."""
        with self.store.read(context, "community.read") as connection:
            now = self.store.clock()
            name = connection.execute(
                select(t.community.c.name).where(t.community.c.id == context.community_id)
            ).scalar_one()
            devices = devices_now(connection, context.community_id, now)
            relays = _relays(connection, context.community_id)
            agent = agent_record(connection, now)
            failed, waiting = outbox_counts(connection, context.community_id)
        states = [device.sync.state for device in devices.values()]
        return Summary(
            community=name,
            doors_online=sum(devices[relay.device_id].status is DeviceStatus.ONLINE for relay in relays),
            doors=len(relays),
            pending=states.count(SyncState.PENDING),
            red=states.count(SyncState.RED),
            held=states.count(SyncState.HELD),
            refused=states.count(SyncState.REFUSED),
            clock=states.count(SyncState.CLOCK),
            drift=states.count(SyncState.DRIFT),
            agent=agent,
            texts_failed=failed,
            texts_waiting=waiting,
        )

    def _releases(self, connection: Connection, context: Context, now: datetime) -> Week:
        try:
            require(connection, context, "door_log.read")
        except Forbidden:
            return Week((), ())
        return self._week.read(connection, context.community_id, formats_of(connection, context.community_id), now)


def _counts(connection: Connection, community_id: int, now: datetime) -> dict[str, int]:
    """Buildings, apartments and accounts by role and state; one pass over the residents."""
    r, h = t.resident, t.holder
    expired = r.c.account_status == AccountStatus.EXPIRED.value
    soon = r.c.expires_at.between(now, now + EXPIRES_SOON)
    sums = {
        "masters": r.c.role == ResidentRole.MASTER.value,
        "members": r.c.role == ResidentRole.MEMBER.value,
        "active": r.c.account_status == AccountStatus.ACTIVE.value,
        "inactive": r.c.account_status == AccountStatus.INACTIVE.value,
        "expired": expired,
        "expiring": soon,
    }
    row = connection.execute(
        select(*(func.coalesce(func.sum(case((condition, 1), else_=0)), 0) for condition in sums.values()))
        .select_from(r)
        .join(h, h.c.id == r.c.id)
        .where(h.c.community_id == community_id, h.c.removed_at.is_(None))
    ).one()
    buildings = select(t.building.c.id).where(t.building.c.community_id == community_id)
    return {
        "buildings": connection.execute(select(func.count()).select_from(buildings.subquery())).scalar_one(),
        "apartments": connection.execute(
            select(func.count()).select_from(t.apartment).where(t.apartment.c.building_id.in_(buildings))
        ).scalar_one(),
        **dict(zip(sums, row, strict=True)),
    }


def _relays(connection: Connection, community_id: int) -> list[Row[Any]]:
    relay, device = t.relay, t.device
    return list(
        connection.execute(
            select(relay.c.id, relay.c.device_id, relay.c.number, relay.c.name, relay.c.name_fold)
            .join(device, device.c.id == relay.c.device_id)
            .where(device.c.community_id == community_id)
        )
    )


def _doors(
    connection: Connection, community_id: int, devices: dict[int, DeviceNow], now: datetime
) -> tuple[DoorGlance, ...]:
    """Every door with its worst word, the worst doors first, then by name."""
    glances = [
        (_glance(relay, devices[relay.device_id], now), relay.name_fold) for relay in _relays(connection, community_id)
    ]
    ranked = sorted(
        glances, key=lambda pair: (_RANKS.index((pair[0].vocabulary, pair[0].state)), pair[1], pair[0].name)
    )
    return tuple(glance for glance, _ in ranked)


def _glance(relay: Row[Any], device: DeviceNow, now: datetime) -> DoorGlance:
    is_open = device.relays_open.get(relay.number, False)
    words = {
        ("device", device.status.value),
        ("sync", device.sync.state.value),
        *({("door", "open")} if is_open else ()),
    }
    vocabulary, state = next(word for word in _RANKS if word in words)
    since = device.offline_since if state == DeviceStatus.OFFLINE.value else None
    return DoorGlance(
        relay_id=relay.id,
        name=relay.name,
        vocabulary=vocabulary,
        state=state,
        detail=age(now - since) if since else "",
    )
