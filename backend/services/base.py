"""What every service is made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from types import MappingProxyType

from sqlalchemy import select

from backend.domain.records import Saved
from backend.store import tables as t
from backend.store.store import Store
from backend.store.work import Work


class Service:
    """A service: plain synchronous functions on the store of one site, each asking for its permission."""

    def __init__(self, store: Store) -> None:
        self.store = store


def saved(work: Work, record_id: int, *, skipped: Mapping[str, str] = MappingProxyType({})) -> Saved:
    """The answer of a write: number of its operation and the generations that its devices must reach.

    `skipped` says by field what was asked for and not done.
    """
    sync = t.device_sync
    rows = work.connection.execute(select(sync.c.id, sync.c.gen).where(sync.c.id.in_(sorted(work.dirtied))))
    answer = Saved(
        id=record_id, operation=work.open_operation(), doors={row.id: row.gen for row in rows}, skipped=dict(skipped)
    )
    work.result = asdict(answer)
    return answer


def replayed(work: Work) -> Saved:
    """The answer given when this request was carried out the first time."""
    return Saved.of(work.replayed)
