"""More hours than a device has schedules: 300 visitors with windows of their own at a device of 100."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from backend.store import tables as t
from tests.acceptance.checks import check
from tests.acceptance.oracle import Window, utc
from tests.acceptance.town import Town

VISITORS = 300
ROUNDS = 7
START = utc("2026-03-27 06:00")


@pytest.fixture
def town(template_site: Path, tmp_path: Path) -> Iterator[Town]:
    """Two doors two days before the clocks go forward."""
    made = Town(template_site, tmp_path / "town", START, {"Gate": "A08S", "Yard": "E18C"}, 1)
    yield made
    made.close()


def window_of(number: int, chance: random.Random) -> Window:
    """A window that no other visitor has: every third a span, else by the day of the week."""
    minute = number * 4 % 1200
    start, end = f"{minute // 60:02}:{minute % 60:02}", f"{(minute + 97) // 60:02}:{(minute + 97) % 60:02}"
    if number % 3 == 0:
        begins = START + timedelta(minutes=number * 11 - 300)
        return {"repeat": "never", "begins": begins, "ends": begins + timedelta(minutes=chance.choice([45, 480, 2000]))}
    if number % 3 == 1:
        return {"repeat": "daily", "start": start, "end": end}
    return {"repeat": "weekly", "start": start, "end": end, "days": chance.choice(["01234", "56", "6", "0246"])}


@pytest.mark.feature("AG-07")
@pytest.mark.feature("SYNC-01")
def test_300_visitors_at_a_door_of_100_schedules(town: Town) -> None:
    chance = random.Random(4)
    town.visit([(f"9{number:07}", window_of(number, chance), ["Gate"]) for number in range(VISITORS)])
    town.settle()
    device, open_seen, lost_seen = town.device("Gate"), 0, 0
    for _ in range(ROUNDS):
        assert len([one for one in device.schedules if one["Name"].startswith("SP-")]) <= 100
        check(town, losses=True)
        lost_seen += "waits until a nearer one ends" in town.world.row(t.device_sync, "Gate").losses
        open_seen += sum(bool(town.oracle.by_pin(pin, "Gate", town.clock())) for pin in town.oracle.pins)
        assert not missing(town), "whoever may enter now is on the door, however many come later"
        town.to_edge(timedelta(0))
        town.clock.advance(minutes=chance.choice([0, 1, 30, 240]))
        town.settle()
    assert (open_seen > 50, lost_seen) == (True, ROUNDS)


def missing(town: Town) -> list[str]:
    """The codes that open by the rules at this instant and are not held by the door."""
    users = town.device("Gate").users
    opens = [pin for pin in sorted(town.oracle.pins) if town.oracle.by_pin(pin, "Gate", town.clock())]
    assert len(opens) <= 100, "the windows of the test are made so that those of one moment fit"
    return [pin for pin in opens if not users.with_pin(pin)]
