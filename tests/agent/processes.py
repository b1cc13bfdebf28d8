"""Agents as processes of their own, for tests that kill them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

WITHIN = 40.0
"""Seconds that anything may take on a loaded machine."""


@contextmanager
def agent(root: Path, *flags: str) -> Iterator[subprocess.Popen[str]]:
    """An agent on the site in `root`; it is killed afterwards if it still runs."""
    process = subprocess.Popen(
        [sys.executable, "-m", "backend.agent", "--site", str(root), *flags],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def until(condition: Callable[[], bool], why: str, within: float = WITHIN) -> None:
    """Wait until `condition` holds, looking every 50 ms; fails after `within` seconds."""
    deadline = time.monotonic() + within
    while not condition():
        assert time.monotonic() < deadline, why
        time.sleep(0.05)


def kill(pid: int) -> None:
    """Kill a process at once."""
    os.kill(pid, signal.SIGKILL)


def lives(pid: int) -> bool:
    """Whether a process runs; one that has ended and waits for its parent does not."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8")
    except OSError:
        return False
    return stat.rsplit(")", 1)[1].split()[0] != "Z"
