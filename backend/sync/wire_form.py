"""Our records in the terms of the device client, and the schedules of ours among those of a device. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from backend.devices import schedules as device_schedules
from backend.devices.schedules import RemoteSchedule, ScheduleBody, ScheduleKind
from backend.devices.users import UserBody
from backend.domain.access.results import ALWAYS, DoorSchedule, DoorUser
from backend.domain.enums import Repeat
from backend.sync.difference import HeldSchedule

_KINDS = {Repeat.NEVER: ScheduleKind.SPAN, Repeat.DAILY: ScheduleKind.DAILY, Repeat.WEEKLY: ScheduleKind.WEEKLY}


def user_body(user: DoorUser, schedules: Mapping[str, HeldSchedule], remote_id: str = "") -> UserBody:
    """The record to send for `user`; `schedules` are ours on the device by key."""
    grants = tuple(
        (device_schedules.ALWAYS if key == ALWAYS else schedules[key].ref, relays) for key, relays in user.grants
    )
    return UserBody(user.key, user.name, user.pin, user.cards, grants, remote_id)


def schedule_body(schedule: DoorSchedule) -> ScheduleBody:
    """The schedule to send; it is named by its key, by which it is found again."""
    return ScheduleBody(
        name=schedule.key,
        kind=_KINDS[schedule.kind],
        start=schedule.start,
        end=schedule.end,
        days=tuple(sorted(schedule.days)),
        date_start=schedule.date_from,
        date_end=schedule.date_to,
    )


def ours(schedules: Iterable[RemoteSchedule]) -> dict[str, HeldSchedule]:
    """The schedules among these that carry a key of ours as their name."""
    return {
        one.name: HeldSchedule(one.remote_id, one.ref)
        for one in schedules
        if not one.builtin and one.name.startswith("SP-")
    }
