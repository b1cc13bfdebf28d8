"""What services and the agent know alike of the rows of drift: where details are sealed, how many stand."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import BindParameter, ScalarSelect, func, select, update

from backend.store import tables as t
from backend.store.work import Work


def detail_place(uuid: str) -> str:
    """The place of the sealed detail of a difference."""
    return f"drift.detail:{uuid}"


def standing(device_id: int | BindParameter[Any]) -> ScalarSelect[int]:
    """How many differences of a device wait: for a choice, or for the door."""
    d = t.drift
    return select(func.count()).where(d.c.device_id == device_id, d.c.ended_at.is_(None)).scalar_subquery()


def recount(work: Work, device_ids: Iterable[int]) -> None:
    """Keep the number of differences that stand on the sync row of each device."""
    s = t.device_sync
    for device_id in sorted(set(device_ids)):
        work.connection.execute(update(s).where(s.c.id == device_id).values(drift=standing(device_id)))
    work.touch("sync")
