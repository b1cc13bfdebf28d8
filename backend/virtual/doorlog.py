"""The door log: a ring of lines with ascending IDs in the device's own time (device protocol 1.10)."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

from backend.virtual.envelope import Record


class DoorLog:
    """The newest `capacity` lines; IDs go on ascending after the oldest are lost."""

    def __init__(self, capacity: int) -> None:
        self._capacity = capacity
        self._lines: deque[Record] = deque()
        self._next = 1

    def __len__(self) -> int:
        return len(self._lines)

    def __iter__(self) -> Iterator[Record]:
        """Newest first."""
        return reversed(self._lines)

    def append(
        self, local: datetime, *, kind: str, code: str, name: str, relays: tuple[int, ...], opened: bool
    ) -> None:
        """Write a line; `kind` is "PIN" or "Card", `code` what was typed or read."""
        self._lines.append(
            {
                "ID": str(self._next),
                "Date": local.strftime("%Y-%m-%d"),
                "Time": local.strftime("%H:%M:%S"),
                "Name": name,
                "Code": code,
                "Type": kind,
                "Relay": "".join(map(str, relays)),
                "Status": "Succ" if opened else "Failed",
                "AccessMode": "0",
            }
        )
        self._next += 1
        self.trim(self._capacity)

    def past(self, records: Iterable[Record]) -> None:
        """Have lines from the time before the site was started, oldest first; they get their IDs here."""
        for record in records:
            self._lines.append({"AccessMode": "0", "Relay": ""} | record | {"ID": str(self._next)})
            self._next += 1
        self.trim(self._capacity)

    def trim(self, size: int) -> None:
        """Lose the oldest lines until `size` are left."""
        while len(self._lines) > size:
            self._lines.popleft()

    def found(self, wanted: Mapping[str, str]) -> list[Record]:
        """Newest first, only lines of `Status` and with `NameOrCode` in name or code where these are given."""
        status, text = wanted.get("Status", ""), wanted.get("NameOrCode", "").casefold()
        return [
            line
            for line in self
            if status in ("", line["Status"]) and (text in line["Name"].casefold() or text in line["Code"].casefold())
        ]

    def dump(self) -> Record:
        """What the flash keeps."""
        return {"next": self._next, "lines": list(self._lines)}

    def load(self, state: Record) -> None:
        """Take back what `dump` gave."""
        self._next = state["next"]
        self._lines = deque(state["lines"])
        self.trim(self._capacity)
