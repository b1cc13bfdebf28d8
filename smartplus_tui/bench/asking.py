"""Who may open a door and what a person may open, with 10,000 people and a hundred doors."""

from __future__ import annotations

from smartplus_tui.bench.result import Result, machine, rounded
from smartplus_tui.bench.workshop import Workshop

NOW_GOAL, PAST_GOAL = 100.0, 1_000.0


def who_and_can(shop: Workshop) -> Result:
    """Milliseconds of processor for `who`; the reference is reading the rows of the people and nothing else."""
    residents, devices, runs = shop.pick(500, 10_000), shop.pick(10, 100), shop.pick(3, 7)
    found = {name: min(seconds) * 1000 for name, seconds in shop.on_new_site("who", residents, devices, runs).items()}
    now, past = max(found["who"], found["can"]), max(found["past"], found["past-can"])
    return Result(
        name="who",
        figure=rounded(found["who"]),
        unit="ms",
        reference=rounded(found["bare"]),
        ratio=rounded(found["who"] / found["bare"]),
        goal=(
            f"who and can <= {NOW_GOAL:g} ms for {residents:,} x {devices}: can {found['can']:.0f} ms; "
            f"a past date {past:.0f} ms <= {PAST_GOAL:g} ms"
        ),
        ok=now <= NOW_GOAL and past <= PAST_GOAL,
        runs=runs,
        machine=machine(),
    )
