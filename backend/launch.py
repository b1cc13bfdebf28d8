"""Seeing to it that the site has an agent while a terminal is open, from the terminal's side."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

from backend.domain.dashboard import AgentRecord
from backend.domain.errors import SmartPlusError
from backend.store.site import Site

LOOK_EVERY = 2.0
"""Seconds between two looks at the agent; a dead one is replaced at the next look."""
STARTS_WITHIN = 5.0
"""Seconds that a new agent gets before another is started: one that hangs is found out by its successor."""
DIES_WITHIN = 2.0
"""Seconds; an agent that ends so soon is likely to do it again, and the next one waits longer."""
FIRST_WAIT = 0.25
"""Seconds before the next start after one such end; twice as long after each further one, up to `STARTS_WITHIN`."""


class AgentKeeper:
    """Starts an agent when the site has none, and holds the connection that keeps it: it ends with the last terminal.

    The agent is a process of its own, so that its work never delays a key (architecture: processes).
    """

    def __init__(self, root: Path, state: Callable[[], AgentRecord]) -> None:
        self._site = Site(root)
        self._state = state
        self._stop = threading.Event()
        self._connection: socket.socket | None = None
        self._children: list[subprocess.Popen[bytes]] = []
        self._spawned_at = float("-inf")
        self._wait = 0.0
        self._thread = threading.Thread(target=self._keep, name="agent-keeper", daemon=True)

    def start(self) -> None:
        """Begin to look after the agent in a thread."""
        self._thread.start()

    def stop(self) -> None:
        """Let go of the agent: it ends by itself when no other terminal holds it."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join(timeout=5)
        self._disconnect()

    def _keep(self) -> None:
        while not self._stop.is_set():
            with contextlib.suppress(OSError, SmartPlusError):
                self._look()
            self._stop.wait(0.2 if self._connection is None else LOOK_EVERY)

    def _look(self) -> None:
        self._reap()
        if self._connection is not None and not self._still_connected():
            self._disconnect()
        if self._connection is None:
            self._connect()
        missing = self._connection is None or not self._state().alive
        wait = STARTS_WITHIN if self._children else self._wait
        if missing and time.monotonic() - self._spawned_at > wait:
            self._spawn()

    def _reap(self) -> None:
        """Forget the agents that have ended; those that end at their start make the next one wait longer."""
        living = [child for child in self._children if child.poll() is None]
        if self._children and not living:
            soon = time.monotonic() - self._spawned_at < DIES_WITHIN
            self._wait = min(max(FIRST_WAIT, self._wait * 2), STARTS_WITHIN) if soon else 0.0
        self._children = living

    def _connect(self) -> None:
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            connection.connect(str(self._site.socket("terminals")))
        except OSError:
            connection.close()
            return
        connection.setblocking(False)
        self._connection = connection

    def _still_connected(self) -> bool:
        assert self._connection is not None
        try:
            return self._connection.recv(1) != b""
        except BlockingIOError:
            return True
        except OSError:
            return False

    def _disconnect(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _spawn(self) -> None:
        """Start an agent of our own. One that finds another alive ends at once, so starting too many does no harm."""
        self._spawned_at = time.monotonic()
        self._site.log_directory.mkdir(exist_ok=True, mode=0o700)
        output = os.open(self._site.log_directory / "agent.out", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            child = subprocess.Popen(  # noqa: S603 - our own interpreter and module
                [sys.executable, "-m", "backend.agent", "--site", str(self._site.root), "--with-terminals"],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
            self._children.append(child)
        finally:
            os.close(output)
