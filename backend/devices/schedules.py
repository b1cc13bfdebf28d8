"""Schedule records: our side, the device's side, and the way between them (protocol 1.8)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from backend.devices.envelope import Record, text_of
from backend.domain.errors import Invalid

ALWAYS = "1001"
NEVER = "1002"
"""References of the two schedules that every device is born with."""

_FLAGS = ("Mon", "Tue", "Wed", "Thur", "Fri", "Sat", "Sun")
_EVERY_DAY = tuple(range(7))
_TIME = re.compile(r"(?:[01][0-9]|2[0-3]):[0-5][0-9]", re.ASCII)
_DATE = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})", re.ASCII)


class ScheduleKind(StrEnum):
    """Repetition; the values are the device's `Type`."""

    SPAN = "0"
    WEEKLY = "1"
    DAILY = "2"


@dataclass(frozen=True, slots=True)
class ScheduleBody:
    """What a schedule on a device shall be.

    `days` count from 0 for Monday to 6 for Sunday and matter for WEEKLY only. `start` and `end` are "HH:MM" in the
    device's zone, the end minute included where the profile says so. SPAN needs both dates, which are included.
    `remote_id` and `base` as in `UserBody`.
    """

    name: str
    kind: ScheduleKind
    start: str
    end: str
    days: tuple[int, ...] = ()
    date_start: date | None = None
    date_end: date | None = None
    remote_id: str = ""
    base: Mapping[str, object] | None = field(default=None, repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class RemoteSchedule:
    """A schedule as the device holds it. `ref` is what a user's grants name it by, `kind` None where unknown."""

    remote_id: str
    ref: str
    name: str
    kind: ScheduleKind | None
    days: tuple[int, ...]
    start: str
    end: str
    date_start: date | None
    date_end: date | None
    source_type: str
    raw: Record = field(repr=False)

    @property
    def builtin(self) -> bool:
        """Always or Never, which belong to the device."""
        return self.ref in (ALWAYS, NEVER)


def read_schedule(record: Record) -> RemoteSchedule:
    """Parse a record; day flags count before `Week`, `Daily` stands in for missing times."""
    start, end = text_of(record.get("TimeStart")), text_of(record.get("TimeEnd"))
    if not start and not end:
        start, _, end = text_of(record.get("Daily")).partition("-")
    kind = text_of(record.get("Type"))
    remote_id = text_of(record.get("ID"))
    return RemoteSchedule(
        remote_id=remote_id,
        ref=text_of(record.get("DisplayID")) or remote_id,
        name=text_of(record.get("Name")),
        kind=ScheduleKind(kind) if kind in set(ScheduleKind) else None,
        days=_read_days(record),
        start=start[:5],
        end=end[:5],
        date_start=_read_date(text_of(record.get("DateStart"))),
        date_end=_read_date(text_of(record.get("DateEnd"))),
        source_type=text_of(record.get("SourceType")),
        raw=record,
    )


def write_schedule(body: ScheduleBody) -> Record:
    """The full record to send: `base` with our fields over it; the day flags are always there. Raises `Invalid`."""
    _check(body)
    days = body.days if body.kind is ScheduleKind.WEEKLY else _EVERY_DAY
    span = body.kind is ScheduleKind.SPAN
    record: Record = dict(body.base or {})
    record |= {
        "Name": body.name,
        "Type": body.kind.value,
        "Mode": body.kind.value,
        "DateStart": f"{body.date_start:%Y%m%d}" if span else "",
        "DateEnd": f"{body.date_end:%Y%m%d}" if span else "",
        "TimeStart": body.start,
        "TimeEnd": body.end,
        "Week": "".join(sorted(str((day + 1) % 7) for day in days)),
        "Daily": f"{body.start}-{body.end}",
    }
    record |= {flag: "1" if day in days else "0" for day, flag in enumerate(_FLAGS)}
    if body.remote_id:
        record["ID"] = body.remote_id
    return record


def same_schedule(remote: RemoteSchedule, body: ScheduleBody) -> bool:
    """Whether the device holds this schedule already, its name aside."""
    same = (remote.kind, remote.start, remote.end) == (body.kind, body.start, body.end)
    if body.kind is ScheduleKind.SPAN:
        return same and (remote.date_start, remote.date_end) == (body.date_start, body.date_end)
    if body.kind is ScheduleKind.WEEKLY:
        return same and remote.days == tuple(sorted(set(body.days)))
    return same


def _check(body: ScheduleBody) -> None:
    wrong: dict[str, str] = {}
    if not body.name.strip() or not body.name.isprintable():
        wrong["name"] = "A schedule on a device needs a name."
    if not _TIME.fullmatch(body.start) or not _TIME.fullmatch(body.end):
        wrong["start"] = "Times are written HH:MM."
    if body.kind is ScheduleKind.WEEKLY and (not body.days or not set(body.days) <= set(_EVERY_DAY)):
        wrong["days"] = "A weekly schedule needs at least one day, from 0 for Monday to 6 for Sunday."
    if body.kind is ScheduleKind.SPAN and (
        body.date_start is None or body.date_end is None or body.date_start > body.date_end
    ):
        wrong["date_start"] = "A schedule that does not repeat needs its first and its last day, in this order."
    if wrong:
        raise Invalid(wrong)


def _read_days(record: Record) -> tuple[int, ...]:
    flags = [text_of(record.get(flag)) for flag in _FLAGS]
    if any(flags):
        return tuple(day for day, flag in enumerate(flags) if flag == "1")
    week = text_of(record.get("Week"))
    return tuple(sorted({(int(digit) + 6) % 7 for digit in week if digit in "0123456"}))


def _read_date(text: str) -> date | None:
    match = _DATE.fullmatch(text.replace("-", "").replace("/", ""))
    try:
        return date(int(match[1]), int(match[2]), int(match[3])) if match else None
    except ValueError:
        return None
