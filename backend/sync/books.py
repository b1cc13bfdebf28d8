"""The agent's books about one device: what of it is due, done, failed or held."""

from __future__ import annotations

import json
import random
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import Connection, Select, Update, bindparam, case, func, select, update

from backend.domain.access.results import Loss
from backend.domain.enums import HeldKind
from backend.services.door_states import planned_removals
from backend.services.drift_rows import standing
from backend.store import tables as t
from backend.store.rows import ROW
from backend.store.work import Work

BACKOFF_FIRST = 2.0
BACKOFF_LONGEST = 300.0
READ_BACK_EVERY = timedelta(days=1)
"""A belief about a device that is older is compared with the device itself."""
AT_ONCE = datetime.min.replace(tzinfo=UTC)
"""An instant that is always over."""


@dataclass(frozen=True, slots=True)
class SyncRow:
    """What the worker of a device must know before it starts."""

    gen: int
    done_gen: int
    attempt: int
    not_before: datetime | None
    next_change_at: datetime | None
    read_back_at: datetime | None
    held_reason: str
    held_plan: str
    released: bool

    @property
    def released_removals(self) -> int:
        """How many removals a person has said yes to."""
        return planned_removals(self.held_plan) if self.released else 0

    @property
    def released_at(self) -> datetime | None:
        """When removals that a person said yes to were done last; those count for nothing that comes after."""
        done = json.loads(self.held_plan).get("done_at") if self.held_plan else None
        return datetime.fromisoformat(done) if done else None

    def due_at(self, *, wanted: bool = False, held_gen: int | None = None) -> datetime | None:
        """When the device is to be reconciled by itself: the earliest instant for at once, None for not at all.

        `wanted` asks for it now; `held_gen` is the generation whose mass removal was stopped last. Whatever it is
        waits for `not_before`, else a device that cannot be reached would be tried without a pause.
        """
        if self.held_reason and not self.released and self.gen == held_gen and not wanted:
            return None
        moments = [self.next_change_at, self.read_back_at and self.read_back_at + READ_BACK_EVERY]
        if wanted or self.gen > self.done_gen:
            moments.append(AT_ONCE)
        first = min((moment for moment in moments if moment is not None), default=None)
        if first is None or self.not_before is None:
            return first
        return max(first, self.not_before)


def load_sync(connection: Connection, device_id: int) -> SyncRow:
    """The sync row of a device, as it stands."""
    return SyncRow(*connection.execute(_sync_row(), {ROW: device_id}).one())


@cache
def _sync_row() -> Select[Any]:
    s = t.device_sync
    return select(
        s.c.gen,
        s.c.done_gen,
        s.c.attempt,
        s.c.not_before,
        s.c.next_change_at,
        s.c.read_back_at,
        s.c.held_reason,
        s.c.held_plan,
        s.c.released,
    ).where(s.c.id == bindparam(ROW))


def backoff(attempt: int, chance: random.Random) -> float:
    """Seconds to wait before try number `attempt` (from 1): full jitter under a doubling roof, 2 s to 5 min."""
    roof = min(BACKOFF_LONGEST, BACKOFF_FIRST * 2.0 ** min(attempt - 1, 20))
    return BACKOFF_FIRST / 2 + chance.random() * (roof - BACKOFF_FIRST / 2)


def _kept(loss: Loss) -> str | list[int | str]:
    """A loss as it is kept: of a record that the device refused, whose it is too."""
    refused = loss.code == "refused" and loss.holder_id is not None
    return [int(loss.holder_id or 0), loss.text] if refused else loss.text


def note_done(
    work: Work,
    device_id: int,
    gen: int,
    *,
    next_change_at: datetime | None,
    losses: Iterable[Loss],
    unmanaged: int | None,
) -> None:
    """The device holds what generation `gen` wanted; it stays dirty when a newer generation came meanwhile.

    `unmanaged` is None where the device was not read.
    """
    told = {
        ROW: device_id,
        "gen_": gen,
        "released_": json.dumps({"done_at": work.at.isoformat()}),
        "next_change_": next_change_at,
        "losses_": json.dumps([_kept(loss) for loss in losses]),
        "unmanaged_": unmanaged,
    }
    work.connection.execute(_note_done(), told)
    work.touch("sync")


@cache
def _note_done() -> Update:
    s, h = t.device_sync, t.held
    device_id = bindparam(ROW, type_=s.c.id.type)
    gen = bindparam("gen_", type_=s.c.gen.type)
    users = select(func.count()).where(h.c.device_id == device_id, h.c.kind == HeldKind.USER, h.c.to_at.is_(None))
    values = {
        "done_gen": case((s.c.done_gen > gen, s.c.done_gen), else_=gen),
        "since": case((s.c.gen > gen, s.c.since), else_=None),
        "attempt": 0,
        "not_before": None,
        "last_error": "",
        "pending": 0,
        "drift": standing(device_id),
        "held_reason": "",
        "held_plan": case(
            (s.c.released.is_(True), bindparam("released_", type_=s.c.held_plan.type)),
            (s.c.held_reason == "", s.c.held_plan),
            else_="",
        ),
        "released": False,
        "next_change_at": bindparam("next_change_"),
        "losses": bindparam("losses_"),
        "users_held": users.scalar_subquery(),
        "users_unmanaged": func.coalesce(bindparam("unmanaged_", type_=s.c.users_unmanaged.type), s.c.users_unmanaged),
    }
    return update(s).where(s.c.id == device_id).values(values)


def note_read(work: Work, device_id: int, *, unmanaged: int) -> None:
    """The device was read back: how many differences wait, and how many users there are nobody's."""
    work.connection.execute(_note_read(), {ROW: device_id, "at_": work.at, "unmanaged_": unmanaged})
    work.touch("sync")


@cache
def _note_read() -> Update:
    s = t.device_sync
    device_id = bindparam(ROW, type_=s.c.id.type)
    read: dict[str, Any] = {"read_back_at": bindparam("at_"), "users_unmanaged": bindparam("unmanaged_")}
    return update(s).where(s.c.id == device_id).values(read | {"drift": standing(device_id)})


def note_failed(work: Work, device_id: int, attempt: int, *, not_before: datetime, error: str) -> None:
    """A try failed: when the next one is due, and why in words."""
    s = t.device_sync
    work.connection.execute(
        update(s).where(s.c.id == device_id).values(attempt=attempt, not_before=not_before, last_error=error)
    )
    work.touch("sync")


def note_asked(work: Work, device_id: int) -> None:
    """A person asks for the next try now."""
    s = t.device_sync
    work.connection.execute(update(s).where(s.c.id == device_id).values(not_before=None))


def note_held(work: Work, device_id: int, removals: int, held: int, went: int = 0) -> None:
    """A mass removal stopped the device until a person releases it by its count, or rules no longer want it.

    `went` are those who lost the door a moment ago, as the first of the many.
    """
    s = t.device_sync
    before = f", after {went:,} who went just now" if went else ""
    text = f"{removals:,} of {held:,} users would be removed{before}"
    work.connection.execute(
        update(s)
        .where(s.c.id == device_id)
        .values(held_reason=text, held_plan=json.dumps({"removals": removals}), pending=removals, released=False)
    )
    work.touch("sync")
