"""Our records in the terms of the device client, and the schedules of ours among those of a device. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from backend.devices import schedules as device_schedules
from backend.devices.profiles import Profile
from backend.devices.schedules import RemoteSchedule, ScheduleBody, ScheduleKind, same_schedule
from backend.devices.users import UserBody, check_user
from backend.domain.access.results import ALWAYS, DoorSchedule, DoorUser
from backend.domain.enums import Repeat
from backend.domain.errors import Invalid
from backend.sync.difference import HeldSchedule

_KINDS = {Repeat.NEVER: ScheduleKind.SPAN, Repeat.DAILY: ScheduleKind.DAILY, Repeat.WEEKLY: ScheduleKind.WEEKLY}
_KEY = re.compile(r"SP-[0-9a-f]{12}")


def user_body(
    user: DoorUser, schedules: Mapping[str, HeldSchedule], remote_id: str = "", *, new_face: bool = False
) -> UserBody:
    """The record to send for `user`; `schedules` are ours on the device by key.

    `new_face` says that its photo was put on the device for it.
    """
    grants = tuple(
        (device_schedules.ALWAYS if key == ALWAYS else schedules[key].ref, relays) for key, relays in user.grants
    )
    return UserBody(
        user.key,
        user.name,
        user.pin,
        user.cards,
        grants,
        remote_id,
        floor=user.floor,
        face=user.face,
        new_face=new_face,
    )


def unwritable(user: DoorUser, profile: Profile) -> str:
    """Why a device of this profile cannot take the record, "" where it can."""
    grants = tuple((device_schedules.ALWAYS, relays) for _, relays in user.grants)
    try:
        check_user(UserBody(user.key, user.name, user.pin, user.cards, grants), profile)
    except Invalid as error:
        return str(error)
    return ""


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


def ours(schedules: Iterable[RemoteSchedule], wanted: Iterable[DoorSchedule]) -> dict[str, HeldSchedule]:
    """The schedules among these that carry a key of ours as their name.

    One that was given other hours at the device, or is the second of its name, gets a key that nobody wants, so that
    its users are written anew and it goes.
    """
    bodies = {schedule.key: schedule_body(schedule) for schedule in wanted}
    found: dict[str, HeldSchedule] = {}
    for one in schedules:
        if one.builtin or not _KEY.fullmatch(one.name):
            continue
        right = one.name not in found and (one.name not in bodies or same_schedule(one, bodies[one.name]))
        found[one.name if right else f"{one.name}#{one.remote_id}"] = HeldSchedule(one.remote_id, one.ref)
    return found
