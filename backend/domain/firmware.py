"""Firmware versions: numbers that compare rightly, and which models keep a relay open by hours (rules 13.1)."""

from __future__ import annotations

RELAY_SCHEDULE_FROM: tuple[tuple[str, str], ...] = (
    ("S539", "539.30.10.213"),
    ("S532", "532.30.10.228"),
    ("X915V2", "2915.30.10.202"),
    ("X912", "912.30.11.49"),
    ("R29", "29.30.10.139"),
    ("R28V2", "228.30.10.135"),
    ("R20V5", "320.30.10.230"),
    ("E16V2", "216.30.10.106"),
    ("A01", "101.30.10.33"),
    ("A02", "101.30.10.33"),
    ("A03", "103.30.10.111"),
    ("A05V2", "205.30.10.104"),
    ("A08", "108.30.1.16"),
    ("A094", "92.30.10.112"),
)
"""Beginning of a model's name -> the firmware from which it has relay schedules."""


def firmware_numbers(firmware: str) -> tuple[int, ...]:
    """A firmware version as numbers that compare rightly; () where it is not dotted numbers."""
    parts = firmware.strip().split(".")
    if not all(part.isascii() and part.isdigit() and len(part) <= 9 for part in parts):
        return ()
    return tuple(map(int, parts))


def has_relay_schedules(model: str, firmware: str) -> bool:
    """Whether a device of this model keeps a relay open by hours.

    A firmware counts from the listed one on, number by number, and only within its model number (edge case 53).
    """
    name, numbers = model.strip().upper(), firmware_numbers(firmware)
    floors = [firmware_numbers(floor) for prefix, floor in RELAY_SCHEDULE_FROM if name.startswith(prefix)]
    return any(numbers[:1] == floor[:1] and numbers >= floor for floor in floors)
