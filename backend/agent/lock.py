"""Exactly one agent per site: a file lock, and what to do with a holder that hangs."""

from __future__ import annotations

import fcntl
import json
import os
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import IO

HUNG_AFTER = 20.0
"""Seconds without a heartbeat after which the holder of the lock is ended: a lock alone never notices a hung holder."""

GIVE_WAY_WITHIN = 5.0
"""Seconds for the kernel to take the lock from a holder that was killed."""


class SiteLock:
    """The lock of a site's one agent; held until `release` or the end of the process."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: IO[str] | None = None

    def acquire(self, heartbeat_age: Callable[[], float | None]) -> bool:
        """Take the lock; answers False when a living agent has it.

        `heartbeat_age` tells how many seconds ago an agent gave a sign, None where none ever did. A holder that has
        been silent for `HUNG_AFTER`, counted from when it took the lock, is killed and replaced.
        """
        if self._try():
            return True
        age, held_for = heartbeat_age(), self._held_for()
        if held_for < HUNG_AFTER or (age is not None and age < HUNG_AFTER):
            return False
        self._end_holder()
        deadline = time.monotonic() + GIVE_WAY_WITHIN
        while time.monotonic() < deadline:
            if self._try():
                return True
            time.sleep(0.05)
        return False

    def release(self) -> None:
        """Give the lock up."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def _try(self) -> bool:
        file = os.fdopen(os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600), "r+", encoding="utf-8")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            file.close()
            return False
        file.seek(0)
        file.truncate()
        json.dump({"pid": os.getpid(), "born": born(os.getpid())}, file)
        file.flush()
        self._file = file
        return True

    def _held_for(self) -> float:
        """Seconds since the holder took the lock: a sign older than that was another agent's."""
        try:
            return time.time() - self._path.stat().st_mtime
        except FileNotFoundError:
            return 0.0

    def _end_holder(self) -> None:
        """Kill the process that wrote the lock file, if it is still that process and not another with its number."""
        try:
            holder = json.loads(self._path.read_text(encoding="utf-8"))
            if born(int(holder["pid"])) == holder["born"]:
                os.kill(int(holder["pid"]), signal.SIGKILL)
        except (OSError, ValueError, KeyError, TypeError):
            return


def born(pid: int) -> str:
    """When a process started, in the kernel's ticks, so that a number used again is told apart; "" when unknown."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rsplit(")", 1)[1].split()[19]
    except (OSError, IndexError):
        return ""
