"""Why an act is of a kind that nobody can take back, and what to do in its place (feature SYNC-07)."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from sqlalchemy import Row

_NOTHING = "it changed nothing that could be put back."
_LOOKED = "it only looked at something."
_SENT = "what was sent cannot be called back."
_AT_A_DEVICE = "a device was told to do it, and has done it."
_PASSWORD = "a password that was given or changed stays so. Give a new one."
_ACCOUNT = "accounts are changed by hand, so that nobody gets back in unseen."
_FOR_GOOD = "what it made holds everything that came after. Take away by hand what is not wanted."

_WHY: Mapping[str, str] = MappingProxyType(
    {
        "account": _PASSWORD,
        "apartment.cancel_move": "plan the move anew.",
        "apartment.change_move": "change the plan of the move again.",
        "apartment.plan_move": "cancel the planned move instead.",
        "booking.mail": _SENT,
        "community.add": _FOR_GOOD,
        "device.add": "remove the device instead.",
        "device.add_many": "remove the devices instead.",
        "device.delete": "its doors went with it. Add it again.",
        "device.identify": _LOOKED,
        "device.readdress": "set the old address again.",
        "door": _AT_A_DEVICE,
        "drift": "it was done at the device. Change the person, or decide anew.",
        "library": _LOOKED,
        "library.clean": _AT_A_DEVICE,
        "manager": _ACCOUNT,
        "manager.edit": "an e-mail address or a role is changed back by hand, so that nobody gets back in unseen.",
        "manager.first_password": _PASSWORD,
        "outgoing": _SENT,
        "outgoing.read": _LOOKED,
        "resident.reset_password": _PASSWORD,
        "resident.reveal": "what was seen cannot be unseen.",
        "search": _LOOKED,
        "setting": "set the old value again.",
        "setting.test": _SENT,
        "sync": _AT_A_DEVICE,
        "temp_key.resend": _SENT,
    }
)
"""Type of an act, or the part of it before the dot -> the reason."""


def why_never(row: Row[Any], *, changed: bool) -> str:
    """The sentence for an act that undo does not take; `changed` says whether it changed anything at all."""
    what = f"{row.action}: {row.entity_name}" if row.entity_name else row.action
    kind = row.type.partition(".")[0]
    why = _WHY.get(row.type) or _WHY.get(kind) or (_FOR_GOOD if changed else _NOTHING)
    return f"Number {row.id} cannot be undone ({what}): {why}"
