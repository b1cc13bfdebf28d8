"""The one shape of all answers of the local API: retcode, action, message, data (device protocol 1.3)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from itertools import islice
from typing import Any

from backend.virtual.profiles import Profile

Record = dict[str, Any]
"""One user, schedule, group, contact or log line as it goes over the wire."""

ERROR_PARAM = "Error param"
FAILED = "Failed"


class Refused(Exception):
    """The device declines; `ret` is the code of the item where the protocol gives one."""

    def __init__(self, message: str, *, ret: int = -1) -> None:
        super().__init__(message)
        self.message = message
        self.ret = ret


def reply(action: str, data: Mapping[str, Any] | None = None, *, retcode: int = 0, message: str = "OK") -> Record:
    """An answer of the device; `data` is an empty object where there is nothing to tell."""
    return {"retcode": retcode, "action": action, "message": message, "data": dict(data or {})}


def page_number(value: object) -> int | None:
    """The page asked for: None when absent, -1 for all; raises Refused on anything that is no number."""
    if value is None or value == "":
        return None
    try:
        number = int(str(value))
    except ValueError:
        raise Refused(ERROR_PARAM) from None
    return number if number == -1 else min(max(number, 1), 10**9)


def listing(
    profile: Profile,
    records: Iterable[Record],
    total: int,
    page: int | None,
    *,
    whole: bool = False,
    shown: Callable[[Record], Record] = lambda record: record,
) -> Record:
    """The `data` of a list: page `page` of `records`, an empty list past the end.

    `whole` says what an absent page means: everything, or page 1. Page -1 is everything on every model. `shown` turns
    a record into what goes over the wire.
    """
    first, last = 0, None
    if page != -1 and not (page is None and whole):
        first = ((page or 1) - 1) * profile.page_size
        last = first + profile.page_size
    items = [shown(record) for record in islice(records, first, last)]
    one = items[0] if profile.single_as_object and len(items) == 1 else items
    return {"num": total, "curPageNum": max(page or 1, 1), profile.item_key: one}


def items_of(data: Mapping[str, Any]) -> list[Record]:
    """The records of a mutation: `data.item` as a list or one record; raises Refused when there is none."""
    item = data.get("item", data.get("Item"))
    items = [item] if isinstance(item, dict) else item
    if not isinstance(items, list) or not items or not all(isinstance(one, dict) for one in items):
        raise Refused(ERROR_PARAM)
    return items


def id_of(record: Record) -> str:
    """The `ID` of a record in a request, an empty string unless it is one."""
    number = record.get("ID")
    return number if isinstance(number, str) else ""


def strings(record: Record, fields: Iterable[str]) -> None:
    """Raise Refused unless every one of `fields` that is given is a JSON string."""
    if any(not isinstance(record.get(name, ""), str) for name in fields):
        raise Refused(ERROR_PARAM)
