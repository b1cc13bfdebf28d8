"""The outcome of each record of a bulk request."""

from __future__ import annotations

from dataclasses import dataclass

NOT_SENT = -1000
"""The code of a record that was not sent at all, since the device no longer has it or does not own it."""


@dataclass(frozen=True, slots=True)
class ItemResult:
    """The outcome of one record of an add, set or delete (protocol 1.3).

    `index` is the place in the list that was handed in. `code` is the device's number or `NOT_SENT`, `remote_id` the
    record's id where the device names it. `certain` is False where the device refused a request of several records
    without saying which: read back before sending such a record again.
    """

    index: int
    ok: bool
    code: int
    text: str = ""
    remote_id: str | None = None
    certain: bool = True
