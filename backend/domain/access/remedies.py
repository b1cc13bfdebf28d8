"""The smallest changes of the rules that would let somebody in, and whom else each would let in (feature SYNC-05)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum

from backend.domain.access.decide import groups_on, methods_of, reaches
from backend.domain.access.rules import ALL_DAY_END, Credential, Group, Holder, Rules, Window
from backend.domain.access.who import Kinds, Moment
from backend.domain.access.windows import DAY, describe, union, week_of
from backend.domain.enums import CredentialKind, CredentialStatus, Repeat
from backend.domain.formats import zone_info
from backend.domain.walltime import WEEKDAYS, local_time

MOST = 3
"""Remedies that are worth a look."""

GIVEN = (CredentialKind.PIN, CredentialKind.CARD)
"""What a manager can give at once."""


class Way(StrEnum):
    """What a remedy changes; in the order in which equal effects are offered."""

    CODE = "code"
    CREDENTIAL = "credential"
    PERSON = "person"
    JOIN = "join"
    HOURS = "hours"
    METHOD = "method"


@dataclass(frozen=True, slots=True)
class Remedy:
    """One change that would let a holder in, and its effect.

    CODE gives one of `kinds`, CREDENTIAL and PERSON end a suspension (`credential_id`), JOIN adds the holder to
    `group_id`, HOURS adds `window` to it, METHOD has `relay_id` take `kinds` too. `others` are all other holders who
    could open some door then and there that they cannot now, ascending; `door_hours` how many hours a week the holder
    gains, counted at each door, single spans and holidays aside.
    """

    way: Way
    group_id: int | None = None
    window: Window | None = None
    relay_id: int | None = None
    kinds: tuple[CredentialKind, ...] = ()
    credential_id: int | None = None
    others: tuple[int, ...] = ()
    door_hours: float = 0.0


def remedies(
    rules: Rules, holder_id: int, relay_id: int, at: datetime, *, fixed: frozenset[int] = frozenset()
) -> tuple[Remedy, ...]:
    """Find the changes after each of which alone `decide` lets the holder open the relay at the aware instant `at`.

    The smallest of every way, at most three, those first that let in the fewest others, then those that add the fewest
    hours. Nothing where the holder may open it already, and where no single change is enough. The hours of groups in
    `fixed` stand.
    """
    holder, before = rules.holders.get(holder_id), Moment(rules, at)
    if holder is None or relay_id not in rules.relays or before.admits(holder, relay_id) is not None:
        return ()
    smallest: dict[Way, Remedy] = {}
    for candidate in _candidates(before, holder, relay_id):
        if candidate.way is Way.HOURS and candidate.group_id in fixed:
            continue
        after = Moment(applied(rules, holder_id, candidate), at)
        if after.admits(after.rules.holders[holder_id], relay_id) is None:
            continue
        gained = _week_minutes(after, holder_id) - _week_minutes(before, holder_id)
        remedy = replace(candidate, others=_others(before, after, holder_id, candidate), door_hours=gained / 60)
        if remedy.way not in smallest or _effect(remedy) < _effect(smallest[remedy.way]):
            smallest[remedy.way] = remedy
    return tuple(sorted(smallest.values(), key=_effect)[:MOST])


def _effect(remedy: Remedy) -> tuple[int, float, int, int]:
    return len(remedy.others), remedy.door_hours, list(Way).index(remedy.way), remedy.group_id or 0


def applied(rules: Rules, holder_id: int, remedy: Remedy) -> Rules:
    """Give the rules as they are after a remedy of the holder's."""
    holder, owned = rules.holders[holder_id], rules.credentials.get(holder_id, ())
    if remedy.way is Way.PERSON:
        return replace(rules, holders={**rules.holders, holder_id: replace(holder, active=True)})
    if remedy.way is Way.JOIN and remedy.group_id is not None:
        joined = replace(holder, groups=holder.groups | {remedy.group_id})
        return replace(rules, holders={**rules.holders, holder_id: joined})
    if remedy.way is Way.HOURS and remedy.group_id is not None and remedy.window is not None:
        group = rules.groups[remedy.group_id]
        widened = replace(group, windows=(*group.windows, remedy.window))
        return replace(rules, groups={**rules.groups, group.id: widened})
    if remedy.way is Way.METHOD and remedy.relay_id is not None:
        relay = rules.relays[remedy.relay_id]
        taking = replace(relay, methods=relay.methods | set(remedy.kinds))
        return replace(rules, relays={**rules.relays, relay.id: taking})
    if remedy.way is Way.CODE:
        codes = (*owned, *(Credential(0, holder_id, kind, "") for kind in remedy.kinds[:1]))
    else:
        active = CredentialStatus.ACTIVE
        codes = tuple(replace(one, status=active) if one.id == remedy.credential_id else one for one in owned)
    return replace(rules, credentials={**rules.credentials, holder_id: codes})


def _candidates(before: Moment, holder: Holder, relay_id: int) -> Iterator[Remedy]:
    """Give every single change that is worth a try; what stands in the way twice over no single change removes."""
    rules = before.rules
    methods, kinds = methods_of(rules, relay_id), before.kinds(holder.id)
    if not holder.active:
        yield Remedy(Way.PERSON)
        return
    if not reaches(rules, holder.resident, relay_id):
        return
    if not kinds & methods:
        given = tuple(kind for kind in GIVEN if kind in methods)
        yield from (Remedy(Way.CODE, kinds=given),) if given else ()
        yield from (
            Remedy(Way.CREDENTIAL, credential_id=one.id, kinds=(one.kind,))
            for one in rules.credentials.get(holder.id, ())
            if one.status is CredentialStatus.SUSPENDED
        )
        yield from (Remedy(Way.METHOD, relay_id=relay_id, kinds=(kind,)) for kind in sorted(kinds))
        return
    if -holder.id in holder.groups and not holder.resident:
        return  # a temporary key or a booking has its own hours and doors, which its form changes
    for group_id in sorted(before.opening(relay_id) - holder.groups):
        if group_id > 0:
            yield Remedy(Way.JOIN, group_id=group_id)
    for group in groups_on(rules, holder, relay_id):
        if group.id > 0 and group.windows:
            yield Remedy(Way.HOURS, group_id=group.id, window=hour_around(rules, group, before.at))


def hour_around(rules: Rules, group: Group, at: datetime) -> Window:
    """Give the hour of the wall clock around `at` as a window that the group lacks, up to the hours that it has.

    It comes every week where the group's hours come again, else only once.
    """
    local = local_time(at, zone_info(rules.zone))
    hour = local.replace(minute=0, second=0, microsecond=0)
    if all(window.repeat is Repeat.NEVER for window in group.windows):
        begins = hour.astimezone(UTC)
        return Window(Repeat.NEVER, begins=begins, ends=begins + timedelta(hours=1))
    today = local.weekday() * DAY
    minute, spans = today + local.hour * 60 + local.minute, _week(group)
    start = max([today + hour.hour * 60, *(end for _, end in spans if end <= minute)])
    end = min([today + hour.hour * 60 + 60, *(begin for begin, _ in spans if begin > minute)])
    last = ALL_DAY_END if end - today == DAY else time(*divmod(end - today, 60))
    closed = group.windows[0].closed
    return Window(Repeat.WEEKLY, time(*divmod(start - today, 60)), last, frozenset({local.weekday()}), closed=closed)


def hours_in_words(rules: Rules, group: Group, window: Window) -> str:
    """Say what `hour_around` adds to the group: "Sunday until 11:00", "Sunday from 10:00", "also Su 10:00-11:00"."""
    if window.repeat is Repeat.WEEKLY:
        (day,) = window.days
        ((start, end),) = week_of(window)
        if any(edge == start for _, edge in _week(group)):
            return f"{WEEKDAYS[day]} until {'24:00' if window.end == ALL_DAY_END else f'{window.end:%H:%M}'}"
        if any(edge == end for edge, _ in _week(group)):
            return f"{WEEKDAYS[day]} from {window.start:%H:%M}"
    return f"also {describe(replace(window, closed=()), rules.zone)}"


def _week(group: Group) -> tuple[tuple[int, int], ...]:
    """Give the minutes of the week at which a group is open, single spans aside."""
    return union(span for one in group.windows if one.repeat is not Repeat.NEVER for span in week_of(one))


def _others(before: Moment, after: Moment, holder_id: int, remedy: Remedy) -> tuple[int, ...]:
    """Find everybody else who may open a door after the change that they may not open before it."""
    if remedy.group_id is not None and remedy.way is Way.HOURS:
        relays = sorted(before.rules.groups[remedy.group_id].relays)
    elif remedy.relay_id is not None:
        relays = [remedy.relay_id]
    else:
        return ()
    gain: dict[tuple[frozenset[int], Kinds, bool], bool] = {}
    found = []
    for other_id, groups, kinds, resident in before.people():
        alike = (groups, kinds, resident)
        if alike not in gain:
            gain[alike] = any(after.gives(relay, *alike) and not before.gives(relay, *alike) for relay in relays)
        if gain[alike] and other_id != holder_id:
            found.append(other_id)
    return tuple(sorted(found))


def _week_minutes(moment: Moment, holder_id: int) -> int:
    """Count the minutes of a week that the holder may open doors, each door for itself."""
    rules, holder = moment.rules, moment.rules.holders[holder_id]
    kinds = moment.kinds(holder_id) if holder.active else frozenset()
    groups = [rules.groups[group_id] for group_id in holder.groups if group_id in rules.groups]
    relays = frozenset().union(*(group.relays for group in groups)) & rules.relays.keys()
    total = 0
    for relay_id in relays:
        if kinds & methods_of(rules, relay_id) and reaches(rules, holder.resident, relay_id):
            open_here = union(span for group in groups if relay_id in group.relays for span in _week(group))
            total += sum(end - start for start, end in open_here)
    return total
