"""What rules and devices mean, read a second time from their description, slowly and apart from the product's code."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from backend.domain.access.results import Compiled, DoorSchedule
from backend.domain.access.rules import Credential, Rules, Window
from backend.domain.enums import CredentialKind, CredentialStatus, Repeat

_DAY = timedelta(days=1)


def window_open(window: Window, at: datetime, zone: str) -> bool:
    """Ask each day on which the window may have begun whether the wall clock stands between its start and its end."""
    if window.repeat is Repeat.NEVER:
        return not (window.begins and at < window.begins) and not (window.ends and at >= window.ends)
    shown = at.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    if any(first <= shown.date() and shown.date() <= last for first, last in window.closed):
        return False
    return any(_begun_on(window, day, shown) for day in (shown.date(), shown.date() - _DAY))


def _begun_on(window: Window, day: date, shown: datetime) -> bool:
    if window.repeat is Repeat.WEEKLY and day.weekday() not in window.days:
        return False
    start, end = datetime.combine(day, window.start), datetime.combine(day, window.end)
    if window.end == time(23, 59):
        end = datetime.combine(day, time()) + _DAY
    elif window.end <= window.start:
        end += _DAY
    return start <= shown < end


def may_open(rules: Rules, credential: Credential, relay_id: int, at: datetime) -> bool:
    """The rules in one expression per condition."""
    holder = rules.holders.get(credential.holder_id)
    relay = rules.relays.get(relay_id)
    if holder is None or relay is None or not holder.active or credential.kind not in relay.methods:
        return False
    if credential.status not in {CredentialStatus.ACTIVE, CredentialStatus.SCHEDULED}:
        return False
    if credential.valid_from and at < credential.valid_from:
        return False
    if credential.valid_to and at >= credential.valid_to:
        return False
    if rules.only_public_area and holder.resident and not rules.devices[relay.device_id].public:
        return False
    mine = [rules.groups[group_id] for group_id in holder.groups if group_id in rules.groups]
    return any(
        window_open(window, at, rules.zone) for group in mine if relay_id in group.relays for window in group.windows
    )


def schedule_allows(schedule: DoorSchedule, shown: datetime) -> bool:
    """A device compares minutes of its own wall clock; the last minute counts (device protocol 1.8)."""
    minute = f"{shown:%H:%M}"
    if schedule.kind is Repeat.NEVER:
        stamp = f"{shown:%Y%m%d} {minute}"
        first = f"{schedule.date_from:%Y%m%d} {schedule.start}"
        last = f"{schedule.date_to:%Y%m%d} {schedule.end}"
        return first <= stamp <= last
    if schedule.kind is Repeat.WEEKLY and shown.weekday() not in schedule.days:
        return False
    return schedule.start <= minute <= schedule.end


def door_allows(compiled: Compiled, credential: Credential, relay_number: int, at: datetime, zone: str) -> bool:
    """Show a credential to a door that holds `compiled` and nothing else, its clock on the community's time."""
    shown = at.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    schedules = {schedule.key: schedule for schedule in compiled.schedules}
    for user in compiled.users:
        held = {CredentialKind.PIN: [user.pin], CredentialKind.FACE: [user.face]}.get(credential.kind, list(user.cards))
        if credential.value not in held:
            continue
        for key, numbers in user.grants:
            if relay_number in numbers and (key == "always" or schedule_allows(schedules[key], shown)):
                return True
    return False


def held_open(compiled: Compiled, relay_number: int, at: datetime, zone: str) -> bool:
    """Whether a device that holds `compiled` and nothing else keeps a relay open."""
    shown = at.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    schedules = {schedule.key: schedule for schedule in compiled.schedules}
    keys = [key for hold in compiled.holds if hold.number == relay_number for key in hold.keys]
    return any(key == "always" or schedule_allows(schedules[key], shown) for key in keys)


def clock_changes(zone: str, year: int) -> list[datetime]:
    """The instants of a year, to the minute, at which a zone's offset changes."""
    place, changes = ZoneInfo(zone), []
    hour = datetime(year, 1, 1, tzinfo=UTC)
    while hour.year == year:
        following = hour + timedelta(hours=1)
        if hour.astimezone(place).utcoffset() != following.astimezone(place).utcoffset():
            minutes = (hour + timedelta(minutes=m) for m in range(1, 61))
            old = hour.astimezone(place).utcoffset()
            changes.append(next(m for m in minutes if m.astimezone(place).utcoffset() != old))
        hour = following
    return changes
