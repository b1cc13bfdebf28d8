"""A whole list out of pages, and whether it can be believed (protocol 1.3, 1.6)."""

from __future__ import annotations

import json

from backend.devices.envelope import Envelope, Record, text_of
from backend.devices.errors import BadAnswer, TooLarge

MAX_RECORDS = 20_000


class Listing:
    """Takes pages in order until the list ends. Pure: the session does the reading.

    `page_size` None: the whole list is expected in one reply; if it is not, pages are asked for all the same.
    """

    def __init__(self, target: str, page_size: int | None) -> None:
        self._target = target
        self._size = page_size
        self._records: dict[str, Record] = {}
        self._pages: list[tuple[int | None, int]] = []

    @property
    def next_page(self) -> int | None:
        """The page to ask for, None for the reply without pages."""
        return len(self._pages) + 1 if self._size is not None or self._pages else None

    def take(self, envelope: Envelope) -> bool:
        """Add an answer; True when the list has ended. Raises `BadAnswer` for repeated pages, `TooLarge`."""
        paged, items = self.next_page is not None, envelope.items
        before = len(self._records)
        self._records |= {_identity(item): item for item in items}
        if len(self._records) > MAX_RECORDS:
            raise TooLarge(f"{MAX_RECORDS} records")
        nothing_new = len(self._records) == before
        if items or not self._pages:
            self._pages.append((envelope.total, len(items)))
        enough = envelope.total is not None and len(self._records) >= envelope.total
        if items and nothing_new and not enough:
            raise BadAnswer(f"sends the same page of {self._target} again and again")
        if not paged:
            return envelope.total is None or enough
        return nothing_new or (enough and len(items) < (self._size or 0))

    def result(self) -> list[Record] | None:
        """The records, or None where they are fewer than the device says, or where its number changed meanwhile.

        Devices that give each page's own length as the number say nothing about the whole.
        """
        totals = {total for total, _ in self._pages}
        per_page = len(self._pages) > 1 and all(total == length for total, length in self._pages)
        if totals == {None} or per_page:
            return list(self._records.values())
        total = self._pages[0][0]
        believable = len(totals) == 1 and total is not None and len(self._records) >= total
        return list(self._records.values()) if believable else None


def _identity(item: Record) -> str:
    return text_of(item.get("ID")) or json.dumps(item, sort_keys=True)
