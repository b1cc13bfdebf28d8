"""What the demo doors have in their own logs at the start: a week of comings and goings."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random
from typing import Any

from smartplus_tui.demo.people import DemoDevice, DemoResident

PER_DAY = 9


def door_log(device: DemoDevice, people: list[DemoResident], local_now: datetime) -> list[dict[str, Any]]:
    """Log records of one device in its own wall time, oldest first; `local_now` is that wall time."""
    chance = Random(device.name)  # noqa: S311 - invented events
    mine = [one for one in people if not device.building or one.building == device.building]
    lines = []
    for back in range(6, -1, -1):
        day = (local_now - timedelta(days=back)).replace(hour=0, minute=0, second=0, microsecond=0)
        for _ in range(PER_DAY + chance.randrange(4)):
            at = day + timedelta(seconds=int(chance.triangular(21600, 86399, 61200)))
            if at < local_now - timedelta(minutes=2):
                lines.append(_line(at, chance.choice(mine), chance))
    if device.name == "Gym":
        lines += _last_night(local_now, people)
    lines.sort(key=lambda line: (line["Date"], line["Time"]))
    return lines


def _line(at: datetime, person: DemoResident, chance: Random) -> dict[str, Any]:
    refused = chance.random() < 0.06
    card = person.card and chance.random() < 0.6
    return {
        "Date": f"{at:%Y-%m-%d}",
        "Time": f"{at:%H:%M:%S}",
        "Name": "" if refused else f"{person.last}, {person.first}",
        "Code": "1111" if refused else (person.card if card else person.pin),
        "Type": "PIN" if refused or not card else "Card",
        "Status": "Failed" if refused else "Succ",
        "Relay": "1",
    }


def _last_night(local_now: datetime, people: list[DemoResident]) -> list[dict[str, Any]]:
    """Somebody was in the gym last night, so that the question who it was has an answer."""
    midnight = local_now.replace(hour=0, minute=0, second=0, microsecond=0)
    someone = [one for one in people if one.building == "B" and one.card][:2]
    times = (midnight - timedelta(minutes=52), midnight - timedelta(minutes=7))
    return [
        _line(at, one, Random(3))  # noqa: S311 - invented events
        for at, one in zip(times, someone, strict=True)
        if at < local_now
    ]
