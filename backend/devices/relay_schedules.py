"""Relays that a device keeps open by its schedules, as its configuration writes them (protocol 1.8)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from backend.domain.doors import RELAY_LETTERS

_PREFIX = "Config.DoorSetting.RELAYSCHEDULE.Relay"


def keys_of(numbers: Iterable[int]) -> list[str]:
    """The configuration keys of these relays, counted from 1."""
    return [key for number in numbers for key in _keys(number)]


def write_relay_schedule(number: int, refs: Iterable[str]) -> dict[str, str]:
    """The values by which a relay is kept open in the schedules `refs`, or by none of them."""
    listed = "".join(f"{ref}/" for ref in refs)
    enable, schedules = _keys(number)
    return {enable: "1" if listed else "0", schedules: listed}


def read_relay_schedule(values: Mapping[str, str], number: int) -> tuple[str, ...]:
    """The schedules that keep a relay open, () while that is switched off or the device does not tell."""
    enable, schedules = _keys(number)
    if values.get(enable) != "1":
        return ()
    return tuple(ref for part in values.get(schedules, "").split("/") if (ref := part.strip()))


def _keys(number: int) -> tuple[str, str]:
    letter = RELAY_LETTERS[number - 1]
    return f"{_PREFIX}{letter}Enable", f"{_PREFIX}{letter}Schedule"
