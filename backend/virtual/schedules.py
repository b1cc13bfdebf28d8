"""Schedules of a device: what it stores of them and when they allow (device protocol 1.8).

Readings the protocol leaves open, all inferred:

* Type 0 is ONE span from `DateStart TimeStart` through `DateEnd TimeEnd`, not a daily window between two dates.
* Types 1 and 2 ignore the dates.
* Times are compared in whole minutes of the device's wall clock and the end minute belongs to the window:
  08:00-17:59 allows 17:59:59 and refuses 18:00:00.
* A window whose end lies before its start never allows: a schedule does not run over midnight.
* Clock changes need no rule of their own, the wall clock decides: an hour that exists twice allows twice.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime, time
from typing import Any

from backend.virtual.envelope import ERROR_PARAM, FAILED, Record, Refused, id_of, strings
from backend.virtual.profiles import Profile

ALWAYS, NEVER = "1001", "1002"
DAYS = ("Sun", "Mon", "Tue", "Wed", "Thur", "Fri", "Sat")
"""Day flags in the order of the digits in `Week`; Thursday has four letters."""

FIELDS = (
    *("ID", "Name", "Type", "Mode", "DisplayID", "SourceType", "DateStart", "DateEnd", "TimeStart", "TimeEnd"),
    *("Week", "Daily", "Date"),
    *DAYS,
)
_FIRST_ID = 1003
_TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d")
_DATE = re.compile(r"\d{8}")


def grants(text: str) -> list[tuple[str, tuple[int, ...]]]:
    """Read a schedule-relay field into (schedule ID, relay numbers) pairs.

    `1001-12;1003-2` and `1001-12,1003-2` mean the same (protocol 1.6). Raises Refused on any other form.
    """
    pairs = []
    for part in filter(None, (piece.strip() for piece in re.split("[;,]", text))):
        match = re.fullmatch(r"(\d+)-([1-9]+)", part)
        if match is None:
            raise Refused(FAILED)
        pairs.append((match[1], tuple(int(digit) for digit in match[2])))
    return pairs


def device_form(text: str) -> str:
    """The same field as the device gives it back: every pair ends with `;`."""
    return "".join(f"{schedule}-{''.join(map(str, relays))};" for schedule, relays in grants(text))


def _built_in(number: str, name: str) -> Record:
    return dict.fromkeys(FIELDS, "") | {
        "ID": number,
        "DisplayID": number,
        "Name": name,
        "Type": "2",
        "Mode": "2",
        "SourceType": "1",
    }


class Schedules:
    """The schedule table of one device: two built-ins and up to `Profile.max_schedules` local ones."""

    def __init__(self, profile: Profile) -> None:
        self._profile = profile
        self._built_ins = {ALWAYS: _built_in(ALWAYS, "Always"), NEVER: _built_in(NEVER, "Never")}
        self._local: dict[str, Record] = {}
        self._next = _FIRST_ID

    def __len__(self) -> int:
        return len(self._built_ins) + len(self._local)

    def __iter__(self) -> Iterator[Record]:
        yield from self._built_ins.values()
        yield from self._local.values()

    def add(self, given: Record) -> None:
        """Store a schedule under a new ID; raises Refused when it makes no sense or the table is full."""
        if len(self._local) >= self._profile.max_schedules:
            raise Refused(FAILED)
        number = str(self._next)
        self._local[number] = self._stored(given, number)
        self._next += 1

    def set(self, given: Record) -> None:
        """Replace a local schedule whole; raises Refused for a built-in or unknown ID."""
        number = id_of(given)
        if number not in self._local:
            raise Refused(FAILED)
        self._local[number] = self._stored(given, number)

    def delete(self, given: Record) -> None:
        """Remove a local schedule; raises Refused for a built-in or unknown ID."""
        if self._local.pop(id_of(given), None) is None:
            raise Refused(FAILED)

    def clear(self) -> None:
        """Remove all local schedules; the built-ins stay."""
        self._local.clear()

    def allows(self, number: str, local: datetime) -> bool:
        """Whether schedule `number` is open at the wall-clock time `local`; an unknown one never is."""
        if number in self._built_ins:
            return number == ALWAYS
        schedule = self._local.get(number)
        return schedule is not None and _allows(schedule, local)

    def dump(self) -> Record:
        """What the flash keeps."""
        return {"next": self._next, "local": list(self._local.values())}

    def load(self, state: Record) -> None:
        """Take back what `dump` gave."""
        self._next = state["next"]
        self._local = {record["ID"]: record for record in state["local"]}

    def _stored(self, given: Record, number: str) -> Record:
        strings(given, FIELDS)
        record = dict.fromkeys(FIELDS, "") | given
        if record["Type"] not in ("0", "1", "2"):
            raise Refused(ERROR_PARAM)
        record |= {"ID": number, "DisplayID": number, "Mode": record["Type"], "SourceType": "1"}
        _fill_times(record)
        if record["Type"] == "0":
            _fill_dates(record)
        self._fill_days(record, given)
        return record

    def _fill_days(self, record: Record, given: Record) -> None:
        """Bring `Week` and the day flags to agree; where both are sent the flags win."""
        flagged = any(day in given for day in DAYS)
        if not flagged and not self._profile.week_digits:
            record["Week"] = ""
        for number, day in enumerate(DAYS):
            on = record[day] == "1" if flagged else str(number) in record["Week"]
            record[day] = "1" if on else "0"
        record["Week"] = "".join(str(number) for number, day in enumerate(DAYS) if record[day] == "1")


def _fill_times(record: Record) -> None:
    """`TimeStart` and `TimeEnd` rule; where they are missing `Daily` stands in, then the whole day."""
    start, end = record["TimeStart"], record["TimeEnd"]
    if not (start or end):
        start, _, end = record["Daily"].partition("-")
    start, end = start or "00:00", end or "23:59"
    if not (_TIME.fullmatch(start) and _TIME.fullmatch(end)):
        raise Refused(ERROR_PARAM)
    record |= {"TimeStart": start, "TimeEnd": end, "Daily": f"{start}-{end}"}


def _fill_dates(record: Record) -> None:
    start, end = record["DateStart"], record["DateEnd"]
    if not (start or end):
        start, _, end = record["Date"].partition("-")
    for text in (start, end):
        try:
            valid = _DATE.fullmatch(text) is not None and _date(text) is not None
        except ValueError:
            valid = False
        if not valid:
            raise Refused(ERROR_PARAM)
    record |= {"DateStart": start, "DateEnd": end, "Date": f"{start}-{end}"}


def _date(text: str) -> date:
    return date(int(text[:4]), int(text[4:6]), int(text[6:]))


def _allows(schedule: dict[str, Any], local: datetime) -> bool:
    minute = local.replace(second=0, microsecond=0, tzinfo=None, fold=0)
    start, end = time.fromisoformat(schedule["TimeStart"]), time.fromisoformat(schedule["TimeEnd"])
    if schedule["Type"] == "0":
        first = datetime.combine(_date(schedule["DateStart"]), start)
        return first <= minute <= datetime.combine(_date(schedule["DateEnd"]), end)
    if schedule["Type"] == "1" and schedule[DAYS[local.isoweekday() % 7]] != "1":
        return False
    return start <= minute.time() <= end
