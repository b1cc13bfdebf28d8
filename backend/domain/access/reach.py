"""What a person may open: each door of their groups with its hours and its next opening (feature SYNC-06)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo

from backend.domain.access.decide import groups_on
from backend.domain.access.explain import explain
from backend.domain.access.rules import Rules, Window
from backend.domain.access.who import Moment
from backend.domain.access.windows import DAY, describe, union, week_of
from backend.domain.enums import CredentialKind, Repeat
from backend.domain.formats import zone_info
from backend.domain.walltime import local_time


@dataclass(frozen=True, slots=True)
class Reach:
    """A person at one door: whether it opens, the group that gives or would give it (None: none), its hours in words.

    `kinds` work now; `opens_next` (UTC) is the first later instant at which it opens, None while it does or never will.
    """

    relay_id: int
    allowed: bool
    group_id: int | None
    hours: str
    kinds: frozenset[CredentialKind]
    sentence: str
    opens_next: datetime | None


def reach(rules: Rules, holder_id: int, at: datetime, relay_ids: Iterable[int] | None = None) -> list[Reach]:
    """Give each door of a holder's groups at the aware instant `at`, or these doors, by relay id."""
    holder = rules.holders.get(holder_id)
    if holder is None:
        return []
    moment = Moment(rules, at)
    theirs = (rules.groups[group_id].relays for group_id in holder.groups if group_id in rules.groups)
    wanted = frozenset().union(*theirs) & rules.relays.keys() if relay_ids is None else relay_ids
    found = []
    for relay_id in sorted(wanted):
        admitted = moment.admits(holder, relay_id)
        groups = groups_on(rules, holder, relay_id)
        told = explain(rules, holder_id, relay_id, at)
        group_id = admitted.group_id if admitted else groups[0].id if groups else None
        hours = "; ".join(describe(window, rules.zone) for group in groups for window in group.windows)
        kinds = admitted.kinds if admitted else frozenset()
        found.append(Reach(relay_id, admitted is not None, group_id, hours, kinds, told.sentence, told.opens_next))
    return found


def open_minutes(rules: Rules, holder_id: int, relay_id: int, at: datetime) -> tuple[tuple[int, int], ...]:
    """Give the minutes of the day of `at`, by the wall clock, at which a group of the holder's opens the relay.

    Ends are exclusive. Codes, suspensions and methods do not count: it is the day as the groups have it.
    """
    holder, zone = rules.holders.get(holder_id), zone_info(rules.zone)
    if holder is None:
        return ()
    day = local_time(at, zone).date()
    windows = [window for group in groups_on(rules, holder, relay_id) for window in group.windows]
    return union(span for window in windows for span in _on_day(window, day, zone))


def _on_day(window: Window, day: date, zone: tzinfo) -> list[tuple[int, int]]:
    if window.repeat is Repeat.NEVER:
        start = 0 if window.begins is None else _minute(window.begins, day, zone)
        end = DAY if window.ends is None else _minute(window.ends, day, zone)
        return [(start, end)] if start < end else []
    if any(first <= day <= last for first, last in window.closed):
        return []
    midnight = day.weekday() * DAY
    spans = ((max(start - midnight, 0), min(end - midnight, DAY)) for start, end in week_of(window))
    return [(start, end) for start, end in spans if start < end]


def _minute(at: datetime, day: date, zone: tzinfo) -> int:
    """Give the minute of `day` that the clocks show at an instant, 0 before it and 1,440 after it."""
    shown = local_time(at, zone).replace(tzinfo=None) - datetime.combine(day, datetime.min.time())
    return max(0, min(DAY, shown // timedelta(minutes=1)))
