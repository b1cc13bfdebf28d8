"""The JSON that wraps every answer of the HTTP API, read as if the device were hostile (protocol 1.3)."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NoReturn

from backend.devices.errors import BadAnswer, NotAkuvox
from backend.devices.results import ItemResult

Record = dict[str, Any]

LOCAL_SOURCES = frozenset({"", "1"})
"""Values of a record's `SourceType` that may be changed locally; clouds own the others (protocol 1.6)."""

_MAX_DEPTH = 8
_WRAPPER_KEYS = frozenset({"retcode", "action", "message"})
_UNSUPPORTED = re.compile(
    r"api unsupported|unsupport(ed)? action|no han(dl|ld)ers for this request|use new interface", re.I
)
_FULL = re.compile(r"\bfull\b|no (more )?(space|memory)|reach.*(limit|max)|(limit|max).*reach", re.I)
_CODE_LIKE = re.compile(r"(?=[A-Fa-f]*[0-9])[0-9A-Fa-f]{2,}")


@dataclass(frozen=True, slots=True)
class Envelope:
    """One answer: 0 and above is success; `data` is {} where the device sent none; texts are safe to show."""

    retcode: int
    action: str
    message: str
    data: Record

    @property
    def ok(self) -> bool:
        """Success, whatever the HTTP status was."""
        return self.retcode >= 0

    @property
    def unsupported(self) -> bool:
        """The firmware has no such call, hence did nothing."""
        return not self.ok and (bool(_UNSUPPORTED.search(self.message)) or self.action == "unknow")

    @property
    def full(self) -> bool:
        """The refusal reads like a full memory."""
        return not self.ok and bool(_FULL.search(self.message))

    @property
    def total(self) -> int | None:
        """How many records the device says it has in all (`num`), None if it does not say."""
        return whole(self.data.get("num"))

    @property
    def items(self) -> list[Record]:
        """The records of a list answer: `item` or `Item`, a list or a single object. Raises `BadAnswer`."""
        found = self.data.get("item", self.data.get("Item", []))
        records = [found] if isinstance(found, dict) else found
        if not isinstance(records, list) or not all(isinstance(record, dict) for record in records):
            raise BadAnswer("sent a list that is none")
        return records


def read_envelope(body: bytes, *, ambiguous: bool = False) -> Envelope:
    """Parse an answer. Raises `NotAkuvox` for pages and foreign bytes, `BadAnswer` for broken or too deep JSON.

    Bytes behind the JSON value and text that is not UTF-8 are tolerated: both occur. `data` may be missing, its
    content then stands beside the retcode.
    """
    text = body.decode("utf-8", errors="replace").lstrip("\ufeff \t\r\n\0")
    if not text.startswith("{"):
        raise NotAkuvox(ambiguous=ambiguous)
    try:
        value, _ = _DECODER.raw_decode(text)
    except (ValueError, RecursionError):
        raise BadAnswer("sent an answer that is cut off or garbled", ambiguous=ambiguous) from None
    if not _is_shallow(value, _MAX_DEPTH):
        raise BadAnswer("sent an answer that is nested too deeply", ambiguous=ambiguous)
    retcode = whole(value.get("retcode"))
    data = value.get("data")
    if retcode is None:
        if not {"data", "Status"} & value.keys():
            raise NotAkuvox(ambiguous=ambiguous)
        retcode = 0
    if isinstance(data, list):
        data = {"item": data}
    if not isinstance(data, dict):
        data = {key: part for key, part in value.items() if key not in _WRAPPER_KEYS and key != "data"}
    return Envelope(retcode, device_text(value.get("action")), device_text(value.get("message")), data)


def item_results(envelope: Envelope, sent: int, first: int) -> list[ItemResult]:
    """The outcome of each of `sent` records, the first of which has the index `first` (protocol 1.3).

    The device's own `Ret` per record counts where there is one for each; else its answer stands for all of them.
    """
    try:
        replies = [reply for reply in envelope.items if "Ret" in reply or "ID" in reply]
    except BadAnswer:
        replies = []
    if len(replies) != sent:
        failed = not envelope.ok or any(whole(reply.get("Ret")) not in (None, 0) for reply in replies)
        return [
            ItemResult(
                first + n,
                not failed,
                envelope.retcode,
                envelope.message if failed else "",
                certain=sent == 1 or not failed,
            )
            for n in range(sent)
        ]
    return [_item_result(envelope, reply, first + n) for n, reply in enumerate(replies)]


def _item_result(envelope: Envelope, reply: Record, index: int) -> ItemResult:
    code = whole(reply.get("Ret"))
    code = envelope.retcode if code is None else code
    ok = code == 0 or (code > 0 and "Ret" not in reply)
    text = device_text(reply.get("Message") or reply.get("message")) or ("" if ok else envelope.message)
    return ItemResult(index, ok, code, text, remote_id=text_of(reply.get("ID")) or None)


def device_text(value: object) -> str:
    """A device's words, fit for a person: one short line, with whatever looks like a PIN or card blanked out."""
    return _CODE_LIKE.sub("**", device_label(value))


def device_label(value: object) -> str:
    """A device's word for something, fit for a person: one short line without control characters."""
    line = "".join(c if c.isprintable() else " " for c in text_of(value)[:400])
    return " ".join(line.split())[:120]


def text_of(value: object) -> str:
    """A field as text: devices send numbers and texts for the same field; "" for anything that is neither."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    return str(value)


def whole(value: object) -> int | None:
    """A field as a whole number within 64 bits, None if it is none."""
    text = text_of(value).strip()
    if not re.fullmatch(r"[+-]?[0-9]{1,18}", text, re.ASCII):
        return None
    return int(text)


def first_text(record: Record, names: Sequence[str]) -> str:
    """The first of the named fields that holds a text which is not empty."""
    return next((found for name in names if (found := text_of(record.get(name)).strip())), "")


def _is_shallow(value: object, levels: int) -> bool:
    if isinstance(value, dict):
        children: Sequence[object] = list(value.values())
    elif isinstance(value, list):
        children = value
    else:
        return True
    return levels > 0 and all(_is_shallow(child, levels - 1) for child in children if isinstance(child, dict | list))


def _reject(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


_DECODER = json.JSONDecoder(parse_constant=_reject)
