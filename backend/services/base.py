"""What every service is made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from types import MappingProxyType

from backend.domain.records import Saved
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
    answer = Saved(id=record_id, operation=work.open_operation(), doors=work.generations(), skipped=dict(skipped))
    work.result = asdict(answer)
    return answer


def replayed(work: Work) -> Saved:
    """The answer given when this request was carried out the first time."""
    return Saved.of(work.replayed)
