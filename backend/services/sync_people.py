"""Where a person is held: doors that they may open or that could still hold them, and the proof of what was freed."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from backend.domain.credentials import DoorHeld
from backend.domain.doors import WHOLE, door_words, relay_word
from backend.domain.enums import CredentialKind, DeviceStatus, HeldKind, SyncState
from backend.domain.records import Saved
from backend.domain.revocations import RevocationLine
from backend.services.agents import agent_record
from backend.services.credentials import shown, value_place
from backend.services.door_states import OVERDUE_AFTER, DeviceNow, devices_now, formats_of
from backend.services.holders import devices_by_holder
from backend.services.texts import KINDS, count_kinds
from backend.store import tables as t
from backend.store.seal import Sealer

MOST_ROWS = 500
"""Rows of an act that are looked at: one of more is about very many people."""
_HOLDERS = ("holder", "resident", "staff", "delivery", "temp_key")
_OF_PEOPLE = frozenset({*_HOLDERS, "credential", "access_group_member"})


@dataclass(frozen=True, slots=True)
class _Freed:
    """What of a person waits to be proved absent at one device."""

    kind: CredentialKind
    relay: int
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
        _door(
            door,
            opens=door.id in opens,
            unsure=held.get(door.id),
            freed=freed.get(door.id, []),
            refused=door.refused.get(holder_id, "") if door.id in opens else "",
        )
        for door in found.values()
        if door.id in opens or door.id in held or door.id in freed
    )


def people_of_act(connection: Connection, change: Saved | Mapping[int, int]) -> set[int] | None:
    """The people whose record an act wrote anew; None where it was about a rule for everybody, or is not known."""
    if not isinstance(change, Saved):
        return None
    c, code, member = t.change, t.credential, t.access_group_member
    rows = connection.execute(
        select(c.c.table_name, c.c.row_id).where(c.c.operation_id == change.operation).distinct().limit(MOST_ROWS + 1)
    ).all()
    by_table: dict[str, set[int]] = defaultdict(set)
    for row in rows:
        by_table[row.table_name].add(row.row_id)
    if len(rows) > MOST_ROWS or not by_table.keys() <= _OF_PEOPLE:
        return None
    found = {one for name in _HOLDERS for one in by_table[name]}
    for table in (code, member):
        query = select(table.c.holder_id).where(table.c.id.in_(by_table[table.name]))
        found |= set(connection.execute(query).scalars())
    return found


def revocations_of(
    connection: Connection, sealer: Sealer, community_id: int, holder_id: int, *, now: datetime
) -> tuple[RevocationLine, ...]:
    """The proof of a person's freed credentials, newest first and door by door; values are masked."""
    r, c = t.read_back, t.credential
    rows = connection.execute(
        select(r.c.device_id, r.c.relay, r.c.freed_at, r.c.absent_at, c.c.kind, c.c.uuid, c.c.value_sealed)
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
                device=door_words(door.name, row.relay),
                relay=row.relay,
                credential=f"{KINDS[CredentialKind(row.kind)][0]} {shown(CredentialKind(row.kind), value)}",
                freed_at=row.freed_at,
                absent_at=row.absent_at,
                reason="" if proved else door.waiting(agent_alive=alive, now=now, formats=formats),
            )
        )
    return tuple(sorted(lines, key=lambda line: (-line.freed_at.timestamp(), line.device, line.credential)))


def _door(door: DeviceNow, *, opens: bool, unsure: bool | None, freed: list[_Freed], refused: str) -> DoorHeld:
    """How one door stands for a person; `unsure` is None where nothing of theirs is on the device.

    `refused` is what the device said to their record as it should be now, "" where it took it.
    """
    state, detail = SyncState.IN_SYNC, ""
    late = [one for one in freed if one.late]
    if late:
        state, detail = SyncState.RED, _may_still(late)
    elif door.sync.held_reason:
        state, detail = SyncState.HELD, door.sync.held_reason
    elif freed:
        state, detail = SyncState.PENDING, _of_relays("removed, not read back", freed)
    elif not door.done(door.gen):
        state, detail = SyncState.PENDING, _not_yet(door)
    elif refused:
        state, detail = SyncState.RED, f"refused by the door: {refused.rpartition(': ')[2]}"
    elif unsure:
        state, detail = SyncState.PENDING, "not read back since a write failed"
    elif unsure is None:
        detail = "nothing on the door now"
    return DoorHeld(
        device_id=door.id, device=door.name, state=state, detail=detail, read_at=door.sync.read_back_at, opens=opens
    )


def _may_still(freed: Sequence[_Freed]) -> str:
    """What a door may still do: hold what was taken from it, or open relays that were taken from somebody."""
    whole = Counter(one.kind for one in freed if one.relay == WHOLE)
    return f"may still hold {count_kinds(whole)}" if whole else _of_relays("may still open", freed)


def _of_relays(words: str, freed: Iterable[_Freed]) -> str:
    """The words, with the relays where it is about these only: "removed, not read back: relay B"."""
    relays = {one.relay for one in freed}
    if WHOLE in relays:
        return words
    return f"{words}: {', '.join(relay_word(one) for one in sorted(relays))}"


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
        select(r.c.device_id, r.c.relay, r.c.freed_at, c.c.kind)
        .join(c, c.c.id == r.c.credential_id)
        .where(c.c.holder_id == holder_id, r.c.absent_at.is_(None))
    )
    found: dict[int, list[_Freed]] = {}
    for device_id, relay, freed_at, kind in rows:
        late = freed_at < now - OVERDUE_AFTER
        found.setdefault(device_id, []).append(_Freed(CredentialKind(kind), relay, late))
    return found
