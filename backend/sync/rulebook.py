"""The rules that all doors are compiled from, read once until one of them changes."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Connection, Select, func, select

from backend.domain.access.compile import compile_device
from backend.domain.access.prepared import Prepared, prepare
from backend.domain.access.results import Compiled
from backend.services.rules import load_rules
from backend.store import tables as t
from backend.store.seal import Sealer


@dataclass(frozen=True, slots=True)
class _Edition:
    """The rules of a community as they were after so many changes."""

    last_change: int
    prepared: Prepared


@cache
def _last_change() -> Select[Any]:
    return select(func.coalesce(func.max(t.change.c.id), 0))


class RuleBook:
    """Shared by the workers of one process; every call may come from a thread of its own.

    Rule tables change in units of work only, and each of those leaves images in `change`: as long as the last image is
    the same, so are the rules.
    """

    def __init__(self, sealer: Sealer) -> None:
        self._sealer = sealer
        self._lock = threading.Lock()
        self._editions: dict[int, _Edition] = {}

    def read(self, connection: Connection, community_id: int) -> Prepared:
        """The rules of a community as this connection sees them; raises NotFound, Unreachable as `load_rules`."""
        last_change = int(connection.execute(_last_change()).scalar_one())
        with self._lock:
            edition = self._editions.get(community_id)
            if edition is None or edition.last_change != last_change:
                prepared = prepare(load_rules(connection, self._sealer, community_id))
                edition = self._editions[community_id] = _Edition(last_change, prepared)
            return edition.prepared

    def compile(self, prepared: Prepared, device_id: int, now: datetime) -> Compiled:
        """What a device should hold; one at a time, since what is prepared keeps what doors have in common."""
        with self._lock:
            return compile_device(prepared, device_id, now)
