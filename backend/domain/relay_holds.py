"""Relays that hours keep open, and where a relay stands when an emergency is over (rules 13.1, 15.1; edge case 50)."""

from __future__ import annotations

from backend.domain.frozen import Frozen


class HoldOpen(Frozen):
    """A relay with the Relay Schedule: whether it is on, the groups whose hours keep the door open, those in words.

    `refusal` says why this device cannot do it, "" where it can. `told` says that the device is known to do it by the
    schedules that it has now.
    """

    relay_id: int
    version: int
    device_id: int
    door: str
    device: str
    on: bool
    group_ids: tuple[int, ...]
    groups: tuple[str, ...]
    hours: tuple[str, ...]
    refusal: str = ""
    told: bool = False


def open_after_close_all(*, held_now: bool, bistable: bool, open_before: bool, held_before: bool) -> bool:
    """Whether a relay stands open after "close all", which restores what was before an emergency (rules 15.1).

    Hours that keep it open count as they are now: a span that began meanwhile opens it, one that is over shuts it. A
    relay that goes back by itself is shut otherwise. A bistable one stays where somebody put it before the emergency,
    unless it stood open then only by hours that are over.
    """
    if held_now:
        return True
    return bistable and open_before and not held_before
