"""Where a person is held: doors that they may open or that could still hold them, and the proof of what was freed."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from backend.domain.credentials import DoorHeld
from backend.domain.enums import CredentialKind, DeviceStatus, HeldKind, SyncState
from backend.domain.revocations import RevocationLine
from backend.services.agents import agent_record
from backend.services.credentials import shown, value_place
from backend.services.door_states import OVERDUE_AFTER, DeviceNow, devices_now, formats_of
from backend.services.holders import devices_by_holder
from backend.services.texts import KINDS, count_kinds
from backend.store import tables as t
from backend.store.seal import Sealer


@dataclass(frozen=True, slots=True)
class _Freed:
    """What of a person waits to be proved absent at one device."""

    kind: CredentialKind
    late: bool


def doors_of(connection: Connection, community_id: int, holder_id: int, now: datetime) -> tuple[DoorHeld, ...]:
    """Every device that a holder may open by their groups, holds them now, or is not proved to be without them.

    `opens` says whether a group gives the right. Ordered by name of the device.
    """
    opens = devices_by_holder(connection, [holder_id]).get(holder_id, set())
    held = _held(connection, holder_id)
    freed = _unproved(connection, holder_id, now)
    found = devices_now(connection, community_id, now)
    return tuple(
        _door(door, opens=door.id in opens, unsure=held.get(door.id), freed=freed.get(door.id, []))
        for door in found.values()
        if door.id in opens or door.id in held or door.id in freed
    )


def revocations_of(
    connection: Connection, sealer: Sealer, community_id: int, holder_id: int, *, now: datetime
) -> tuple[RevocationLine, ...]:
    """The proof of a person's freed credentials, newest first and door by door; values are masked."""
    r, c = t.read_back, t.credential
    rows = connection.execute(
        select(r.c.device_id, r.c.freed_at, r.c.absent_at, c.c.kind, c.c.uuid, c.c.value_sealed)
        .join(c, c.c.id == r.c.credential_id)
        .where(c.c.holder_id == holder_id)
    ).all()
    found = devices_now(connection, community_id, now)
    alive, formats = agent_record(connection, now).alive, formats_of(connection, community_id)
    lines = []
    for row in rows:
        door = found[row.device_id]
        value = sealer.open_text(value_place(row.uuid), row.value_sealed)
        proved = row.absent_at is not None
        lines.append(
            RevocationLine(
                device=door.name,
                credential=f"{KINDS[CredentialKind(row.kind)][0]} {shown(CredentialKind(row.kind), value)}",
                freed_at=row.freed_at,
                absent_at=row.absent_at,
                reason="" if proved else door.waiting(agent_alive=alive, now=now, formats=formats),
            )
        )
    return tuple(sorted(lines, key=lambda line: (-line.freed_at.timestamp(), line.device, line.credential)))


def _door(door: DeviceNow, *, opens: bool, unsure: bool | None, freed: list[_Freed]) -> DoorHeld:
    """How one door stands for a person; `unsure` is None where nothing of theirs is on the device."""
    state, detail = SyncState.IN_SYNC, ""
    late = Counter(one.kind for one in freed if one.late)
    if late:
        state, detail = SyncState.RED, f"may still hold {count_kinds(late)}"
    elif door.sync.held_reason:
        state, detail = SyncState.HELD, door.sync.held_reason
    elif freed:
        state, detail = SyncState.PENDING, "removed, not read back"
    elif not door.done(door.gen):
        state, detail = SyncState.PENDING, _not_yet(door)
    elif unsure:
        state, detail = SyncState.PENDING, "not read back since a write failed"
    elif unsure is None:
        detail = "nothing on the door now"
    return DoorHeld(
        device_id=door.id, device=door.name, state=state, detail=detail, read_at=door.sync.read_back_at, opens=opens
    )


def _not_yet(door: DeviceNow) -> str:
    return "offline" if door.status is DeviceStatus.OFFLINE else door.sync.last_error or "waiting"


def _held(connection: Connection, holder_id: int) -> dict[int, bool]:
    """Devices with a record of the holder now, and whether any of it is in doubt."""
    h = t.held
    rows = connection.execute(
        select(h.c.device_id, h.c.unknown).where(
            h.c.holder_id == holder_id, h.c.kind == HeldKind.USER.value, h.c.to_at.is_(None)
        )
    )
    found: dict[int, bool] = {}
    for device_id, unknown in rows:
        found[device_id] = found.get(device_id, False) or bool(unknown)
    return found


def _unproved(connection: Connection, holder_id: int, now: datetime) -> dict[int, list[_Freed]]:
    r, c = t.read_back, t.credential
    rows = connection.execute(
        select(r.c.device_id, r.c.freed_at, c.c.kind)
        .join(c, c.c.id == r.c.credential_id)
        .where(c.c.holder_id == holder_id, r.c.absent_at.is_(None))
    )
    found: dict[int, list[_Freed]] = {}
    for device_id, freed_at, kind in rows:
        late = freed_at < now - OVERDUE_AFTER
        found.setdefault(device_id, []).append(_Freed(CredentialKind(kind), late))
    return found
