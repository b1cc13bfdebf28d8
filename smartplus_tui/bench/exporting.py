"""A long door log as a spreadsheet, beside the same rows as CSV."""

from __future__ import annotations

import time

from backend.domain.paging import ListQuery
from smartplus_tui.bench.result import Result, machine, rounded
from smartplus_tui.bench.workshop import Workshop

GOAL = 12.0
RUNS = 3


def export_logs(shop: Workshop) -> Result:
    """Seconds of CPU from the list to the xlsx; the reference is the CSV of the same rows."""
    rows = shop.pick(2_000, 100_000)
    engine, context = shop.logs(rows)

    def seconds(suffix: str) -> float:
        path = shop.place / f"door-logs{suffix}"
        began = time.process_time()
        written = engine.files.export("door-log", context, ListQuery(), path)
        if written != rows:
            raise RuntimeError(f"{written} of {rows} lines were written")
        return time.process_time() - began

    csv = min(seconds(".csv") for _ in range(RUNS))
    xlsx = min(seconds(".xlsx") for _ in range(RUNS))
    return Result(
        name="export",
        figure=rounded(xlsx),
        unit="s",
        reference=rounded(csv),
        ratio=rounded(xlsx / csv),
        goal=f"<= {GOAL:g} x the CSV for {rows:,} lines",
        ok=xlsx <= GOAL * csv,
        runs=RUNS,
        machine=machine(),
    )
