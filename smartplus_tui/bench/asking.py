"""Who may open a door and what a person may open, with 10,000 people and a hundred doors."""

from __future__ import annotations

import secrets
import subprocess
import sys

from backend.engine import Engine
from smartplus_tui.bench.result import Result, machine, rounded
from smartplus_tui.bench.workshop import LONGEST, Workshop, answer

NOW_GOAL, PAST_GOAL = 100.0, 1_000.0


def who_and_can(shop: Workshop) -> Result:
    """Milliseconds of processor for `who`; the reference is reading the rows of the people and nothing else."""
    residents, devices, runs = shop.pick(500, 10_000), shop.pick(10, 100), shop.pick(3, 7)
    root, password = shop.place / "asking", secrets.token_urlsafe(18)
    Engine.create(
        root,
        community="Bench Court",
        timezone="Europe/Warsaw",
        admin_email="installer@bench.example",
        admin_name="Ines Moreau",
        password=password,
        key_file=True,
    ).close()
    command = [sys.executable, "-m", "backend.bench", "who", str(root), str(residents), str(devices), str(runs)]
    done = subprocess.run(  # noqa: S603 - ours
        command, input=f"{password}\n", capture_output=True, text=True, timeout=LONGEST, check=False
    )
    found = {name: min(seconds) * 1000 for name, seconds in answer("who", done).items()}
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
