"""Compiling one door with 10,000 people, and a hundred doors of the same community."""

from __future__ import annotations

from smartplus_tui.bench.result import Result, machine, rounded
from smartplus_tui.bench.workshop import Workshop, child

ONE_GOAL, ALL_GOAL = 100.0, 2_000.0


def compile_doors(shop: Workshop) -> Result:
    """Milliseconds of CPU for one door; the reference is a door's share when all are compiled together."""
    residents, devices = shop.pick(1_000, 10_000), shop.pick(10, 100)
    seconds = child("compile", str(residents), str(devices), str(shop.pick(3, 5)))
    one, everything = min(seconds["one"]) * 1000, min(seconds["all"]) * 1000
    share = everything / devices
    return Result(
        name="compile",
        figure=rounded(one),
        unit="ms",
        reference=rounded(share),
        ratio=rounded(one / share),
        goal=f"one door <= {ONE_GOAL:g} ms; all {devices} together {everything:,.0f} ms <= {ALL_GOAL:g} ms",
        ok=one <= ONE_GOAL and everything <= ALL_GOAL,
        runs=len(seconds["one"]),
        machine=machine(),
    )
