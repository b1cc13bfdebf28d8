"""How long a transaction holds the write lock while residents are added, doors are synced and logs come in."""

from __future__ import annotations

import secrets
import subprocess
import sys

from backend.engine import Engine
from smartplus_tui.bench.result import Result, machine, rounded
from smartplus_tui.bench.workshop import LONGEST, Workshop, answer

GOAL = 50.0


def lock(shop: Workshop) -> Result:
    """The longest of three processes, against a bare commit."""
    residents = shop.pick(60, 1_000)
    root, password = shop.place / "lock", secrets.token_urlsafe(18)
    Engine.create(
        root,
        community="Bench Court",
        timezone="Europe/Warsaw",
        admin_email="installer@bench.example",
        admin_name="Ines Moreau",
        password=password,
        key_file=True,
    ).close()
    command = [sys.executable, "-m", "backend.bench", "lock", str(root), str(residents)]
    done = subprocess.run(  # noqa: S603 - ours
        command, input=f"{password}\n", capture_output=True, text=True, timeout=LONGEST, check=False
    )
    found = answer("lock", done)
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
