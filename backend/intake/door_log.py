"""Door log lines of a device become ours: each exactly once, with what is missing said."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import insert, select, update

from backend.devices.door_log import LogRead, RemoteLogLine
from backend.domain.context import Context, agent_context, new_id
from backend.domain.enums import LogAction, LogResponse, LogType
from backend.intake.naming import Namer
from backend.services.booking_ends import free_over
from backend.services.temp_key_ends import count_uses, free_ended
from backend.store import tables as t
from backend.store.store import Store
from backend.store.work import Work

SLICE = 100
"""Lines written in one transaction: they are named before it, so that the lock is held for some milliseconds."""


class DoorLogIntake:
    """Takes what devices log, each line exactly once."""

    def __init__(self, store: Store, context: Context) -> None:
        self._store = store
        self._context = context

    def last_id(self, device_id: int) -> int | None:
        """The number of the last line of this device that we have."""
        state = t.device_state
        with self._store.read() as connection:
            return connection.execute(select(state.c.log_last_id).where(state.c.id == device_id)).scalar_one_or_none()

    def take(self, device_id: int, read: LogRead) -> int:
        """Write the lines of one reading; answers how many were new.

        A line is known by device, number, time and a fingerprint of what was typed: a log that starts over at 1 after
        a reset brings new lines, a line that is read twice brings nothing. A gap leaves a line that says so.
        """
        new, used, known = 0, 0, self.last_id(device_id)
        for at in range(0, max(len(read.lines), 1), SLICE):
            part = read.lines[at : at + SLICE]
            rows = self._named(device_id, part)
            with self._store.books(self._context) as work:
                if at == 0 and (read.gap or read.reset):
                    _note_gap(work, device_id, read, known)
                    work.touch("door_logs")
                fresh = _insert_new(work, device_id, rows)
                used += count_uses(work, device_id, fresh)
                known = LogRead(list(part), gap=False, lost=None, reset=read.reset and not part).last_id(known)
                state = t.device_state
                work.connection.execute(
                    update(state).where(state.c.id == device_id).values(log_last_id=known, log_read_at=work.at)
                )
                if fresh:
                    work.touch("door_logs")
            new += len(fresh)
        if used:
            self._free_used_up(device_id)
        return new

    def _free_used_up(self, device_id: int) -> None:
        """A key without a use left leaves every door, with the priority of a revocation."""
        with self._store.read() as connection:
            query = select(t.device.c.community_id).where(t.device.c.id == device_id)
            community_id = connection.execute(query).scalar_one()
        free_ended(self._store, agent_context(community_id))
        free_over(self._store, agent_context(community_id))

    def _named(self, device_id: int, lines: Sequence[RemoteLogLine]) -> dict[str, dict[str, Any]]:
        """Our rows of these lines by their key, in their order."""
        if not lines:
            return {}
        with self._store.read() as connection:
            namer = Namer(connection, self._store.sealer, device_id, self._store.clock())
            return {(key := self._line_key(line)): {**namer.row(line), "remote_key": key} for line in lines}

    def _line_key(self, line: RemoteLogLine) -> str:
        typed = self._store.sealer.fingerprint(["log", line.code, line.name, str(line.method), line.ok]).hex()[:16]
        return f"{line.id}:{line.at.isoformat() if line.at else ''}:{typed}"


def _insert_new(work: Work, device_id: int, rows: dict[str, dict[str, Any]]) -> list[str]:
    """Insert the rows that are not there yet; answers their keys."""
    if not rows:
        return []
    log = t.door_log
    there = set(
        work.connection.execute(
            select(log.c.remote_key).where(log.c.device_id == device_id, log.c.remote_key.in_(rows))
        ).scalars()
    )
    fresh = [key for key in rows if key not in there]
    if fresh:
        work.connection.execute(insert(log), [rows[key] for key in fresh])
    return fresh


def _note_gap(work: Work, device_id: int, read: LogRead, known: int | None) -> None:
    """Say in the log itself that lines are missing after the one `known` last."""
    d = t.device
    place = work.connection.execute(
        select(d.c.community_id, d.c.building_id, d.c.name).where(d.c.id == device_id)
    ).one()
    text = "the device started its log anew" if read.reset else f"{read.lost or 'some'} lines were lost at the device"
    at = work.at.replace(microsecond=0)
    work.connection.execute(
        insert(t.door_log).values(
            community_id=place.community_id,
            device_id=device_id,
            building_id=place.building_id,
            happened_at=at,
            received_at=work.at,
            device=place.name,
            initiated_by="–",
            type=LogType.NOTE,
            action=LogAction.UNKNOWN,
            key="–",
            response=LogResponse.UNKNOWN,
            reason=text,
            remote_key=f"gap:{known}:{new_id()}",
        )
    )
