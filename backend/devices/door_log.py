"""Door log lines in all their encodings, and reading on from the last one seen (protocol 1.10)."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from backend.devices.envelope import Record, text_of, whole
from backend.devices.errors import BadAnswer


class LogMethod(StrEnum):
    """How somebody tried to open."""

    PIN = "pin"
    PUBLIC_PIN = "public_pin"
    CARD = "card"
    FACE = "face"
    QR = "qr"
    BLUETOOTH = "bluetooth"
    DTMF = "dtmf"
    HTTP = "http"
    INPUT = "input"
    UNKNOWN = "unknown"


_METHODS = {
    LogMethod.PIN: ("2", "pin", "privatepin", "password", "code"),
    LogMethod.PUBLIC_PIN: ("3", "public", "publicpin", "publickey", "publiccode"),
    LogMethod.CARD: ("1", "card", "rf", "rfcard", "rfid", "nfc"),
    LogMethod.FACE: ("4", "face", "faceid"),
    LogMethod.QR: ("qr", "qrcode"),
    LogMethod.BLUETOOTH: ("bluetooth", "ble", "bt"),
    LogMethod.DTMF: ("dtmf", "call"),
    LogMethod.HTTP: ("http", "api", "httpapi", "remote"),
    LogMethod.INPUT: ("input", "exitbutton"),
}
_METHOD_OF = {word: method for method, words in _METHODS.items() for word in words}
_OK = frozenset({"succ", "success", "successful", "ok", "0"})
_FAILED = frozenset({"failed", "fail", "failure", "error", "1"})
_WHEN = ("%Y%m%d %H:%M:%S", "%Y%m%d %H:%M", "%Y%m%d %I:%M:%S %p", "%Y%m%d %I:%M %p")


@dataclass(frozen=True, slots=True)
class RemoteLogLine:
    """One line. `at` is device-local and naive; `ok` None where the device's word is unknown; `code` is a secret."""

    id: int | None
    at: datetime | None
    name: str
    method: LogMethod
    ok: bool | None
    code: str = field(repr=False)
    relay: str = ""
    access_mode: str = ""
    picture: str = ""
    raw: Record = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class LogPage:
    """One page, newest line first as devices send it; `total` None where the device does not say."""

    total: int | None
    items: list[RemoteLogLine]


@dataclass(frozen=True, slots=True)
class LogRead:
    """What came after a line, oldest first.

    `gap`: lines between the last one known and these are missing here. `lost` is their number where the device has
    dropped them; None where they were only not read yet, or unknown. `reset`: the device counts anew.
    """

    lines: list[RemoteLogLine]
    gap: bool
    lost: int | None
    reset: bool

    def last_id(self, before: int | None) -> int | None:
        """The id to go on from next time, `before` being the one this read went on from."""
        ids = [line.id for line in self.lines if line.id is not None]
        return max(ids, default=None if self.reset else before)


def read_log_line(record: Record) -> RemoteLogLine:
    """Normalise one record: names or numbers for type and status, dates with or without dashes."""
    kind = re.sub("[^a-z0-9]", "", text_of(record.get("Type")).lower())
    status = text_of(record.get("Status")).strip().lower()
    return RemoteLogLine(
        id=whole(record.get("ID")),
        at=_when(text_of(record.get("Date")), text_of(record.get("Time"))),
        name=text_of(record.get("Name")),
        method=_METHOD_OF.get(kind, LogMethod.UNKNOWN),
        ok=True if status in _OK else False if status in _FAILED else None,
        code=text_of(record.get("Code")),
        relay=text_of(record.get("Relay")),
        access_mode=text_of(record.get("AccessMode")),
        picture=text_of(record.get("Picture")),
        raw=record,
    )


def _when(day: str, time: str) -> datetime | None:
    text = f"{day.strip().replace('-', '').replace('/', '')} {time.strip().upper()}".strip()
    for form in _WHEN:
        try:
            return datetime.strptime(text, form)  # a device's own wall time
        except ValueError:
            continue
    return None


class LogCollector:
    """Takes pages from the newest on until it meets the last line known. Pure: the client does the reading."""

    def __init__(self, last_id: int | None) -> None:
        self._last_id = last_id
        self._lines: dict[int | str, RemoteLogLine] = {}
        self._first = True
        self._reset = self._reached = self._ended = False

    def take(self, page: LogPage) -> bool:
        """Add a page; True when no further page is needed. Raises `BadAnswer` for a log that runs the other way."""
        ids = [line.id for line in page.items if line.id is not None]
        if self._first:
            self._begin(page, ids)
        fresh = [(key, line) for line in page.items if (key := _key(line)) not in self._lines]
        self._lines.update(fresh)
        if not self._reset and self._last_id is not None and ids and min(ids) <= self._last_id:
            self._reached = True
        self._ended = not fresh or (page.total is not None and len(self._lines) >= page.total)
        return self._reached or self._ended

    def result(self) -> LogRead:
        """What was collected, without the lines already known."""
        known = None if self._reset else self._last_id
        lines = [line for line in self._lines.values() if line.id is None or known is None or line.id > known]
        lines.sort(key=lambda line: line.id or 0)
        if self._last_id is None or self._reached:
            return LogRead(lines, gap=False, lost=None, reset=False)
        if self._reset or not self._ended:
            return LogRead(lines, gap=not self._ended, lost=None, reset=self._reset)
        oldest = next((line.id for line in lines if line.id is not None), self._last_id + 1)
        lost = oldest - self._last_id - 1
        return LogRead(lines, gap=lost > 0, lost=lost or None, reset=False)

    def _begin(self, page: LogPage, ids: list[int]) -> None:
        self._first = False
        if len(ids) > 1 and ids[0] < ids[-1] and (page.total or 0) > len(ids):
            raise BadAnswer("lists its door log oldest first, which is not understood")
        self._reset = self._last_id is not None and max(ids, default=-1) < self._last_id


def _key(line: RemoteLogLine) -> int | str:
    return line.id if line.id is not None else repr(sorted(line.raw.items(), key=str))
