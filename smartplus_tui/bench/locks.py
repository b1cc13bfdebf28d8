"""How long a transaction holds the write lock while residents are added, doors are synced and logs come in."""

from __future__ import annotations

from smartplus_tui.bench.result import Result, machine, rounded
from smartplus_tui.bench.workshop import Workshop

GOAL = 50.0


def lock(shop: Workshop) -> Result:
    """The longest of three processes, against a bare commit."""
    residents = shop.pick(60, 1_000)
    found = shop.on_new_site("lock", residents)
    return Result(
        name="lock",
        figure=rounded(found["longest"]),
        unit="ms",
        reference=rounded(found["bare"]),
        ratio=rounded(found["longest"] / found["bare"]),
        goal=f"<= {GOAL:g} ms",
        ok=found["longest"] <= GOAL,
        runs=residents,
        machine=machine(),
    )
