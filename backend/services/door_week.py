"""Door releases of the last seven days by day and by method, counted along the index of the log."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import Connection, func, select

from backend.domain.enums import LogResponse, LogType
from backend.domain.formats import Formats, zone_info
from backend.domain.walltime import instant_of
from backend.store import tables as t

DAYS = 7
KEPT_FOR = timedelta(minutes=10)
"""How long the count of a closed day is kept at most."""


@dataclass(frozen=True, slots=True)
class Week:
    """Releases by day, the oldest first ("Mon 16" ... "today"), and by action, the commonest first."""

    days: tuple[tuple[str, int], ...]
    actions: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class _Day:
    counted_at: datetime
    actions: Counter[str]


class WeekCounter:
    """Counts the week of a community; closed days are remembered, so that a long log is not counted at each look."""

    def __init__(self) -> None:
        self._closed: dict[tuple[int, str, date], _Day] = {}
        self._seen_id = 0

    def read(self, connection: Connection, community_id: int, formats: Formats, now: datetime) -> Week:
        """The last seven days up to `now` in the community's zone; a day begins and ends at its local midnight."""
        today = formats.local(now).date()
        self._drop_if_late(connection, instant_of(today, zone_info(formats.zone)))
        days: list[tuple[str, int]] = []
        actions: Counter[str] = Counter()
        for day in (today - timedelta(days=back) for back in reversed(range(DAYS))):
            found = self._day(connection, community_id, formats.zone, day, now, closed=day != today)
            actions += found
            days.append(("today" if day == today else f"{day:%a} {day.day}", found.total()))
        self._forget(now)
        return Week(tuple(days), tuple(actions.most_common()))

    def _drop_if_late(self, connection: Connection, today: datetime) -> None:
        """A device that was offline adds lines to closed days: then they are counted anew."""
        log = t.door_log
        late = select(log.c.id).where(log.c.id > self._seen_id, log.c.happened_at < today).limit(1)
        if self._closed and connection.execute(late).first() is not None:
            self._closed = {}
        self._seen_id = connection.execute(select(func.max(log.c.id))).scalar() or 0

    def _day(
        self, connection: Connection, community_id: int, zone: str, day: date, now: datetime, *, closed: bool
    ) -> Counter[str]:
        key = (community_id, zone, day)
        known = self._closed.get(key) if closed else None
        if known is not None and now - known.counted_at < KEPT_FOR:
            return known.actions
        counted = Counter(dict(_count(connection, community_id, zone, day)))
        if closed:
            self._closed[key] = _Day(now, counted)
        return counted

    def _forget(self, now: datetime) -> None:
        self._closed = {key: day for key, day in tuple(self._closed.items()) if now - day.counted_at < KEPT_FOR}


def _count(connection: Connection, community_id: int, zone: str, day: date) -> Iterator[tuple[str, int]]:
    log, place = t.door_log, zone_info(zone)
    rows = connection.execute(
        select(log.c.action, func.count())
        .where(
            log.c.community_id == community_id,
            log.c.happened_at >= instant_of(day, place),
            log.c.happened_at < instant_of(day + timedelta(days=1), place),
            log.c.type == LogType.RELEASE.value,
            log.c.response == LogResponse.SUCCESS.value,
        )
        .group_by(log.c.action)
    )
    return ((action, number) for action, number in rows)
