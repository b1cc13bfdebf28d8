"""A virtual door for a site that has no device yet: a process on loopback, ended with the terminal (feature AGT-08)."""

from __future__ import annotations

import json
import os
import secrets
import socket
from pathlib import Path

from screens.base.session import StandIn
from smartplus_tui.demo.doors import VirtualDoors

NAME, MODEL, USER, HOST = "Virtual-Door", "E18C", "admin", "127.0.0.1"


class StandInDoor:
    """The virtual door of a site: made once, at the same address whenever the site is opened again."""

    def __init__(self, root: Path) -> None:
        self._place = root / "virtual"
        self._doors: VirtualDoors | None = None

    @property
    def made(self) -> bool:
        """Whether the site has one."""
        return (self._place / "door.json").is_file()

    def start(self, timezone: str) -> StandIn:
        """Start it, making it first where there is none; raises Unreachable when it does not start."""
        door = self._read() if self.made else self._make(timezone)
        if self._doors is None:
            ready = self._place / "ready.json"
            ready.unlink(missing_ok=True)
            self._doors = VirtualDoors(self._place / "door.toml", ready, self._place / "door.out")
            self._doors.wait()
        return door

    def close(self) -> None:
        """End it."""
        doors, self._doors = self._doors, None
        if doors is not None:
            doors.close()

    def _read(self) -> StandIn:
        return StandIn(**json.loads((self._place / "door.json").read_text(encoding="utf-8")))

    def _make(self, timezone: str) -> StandIn:
        self._place.mkdir(mode=0o700, exist_ok=True)
        port, password = _free_port(), secrets.token_urlsafe(12)
        door = StandIn(f"http://{HOST}:{port}", USER, password)
        _write(
            self._place / "door.toml",
            f'ready_file = "ready.json"\n\n[[device]]\nname = "{NAME}"\nmodel = "{MODEL}"\naddress = "{HOST}"\n'
            f'port = {port}\nhttps = false\ntimezone = "{timezone}"\nuser = "{USER}"\npassword = "{password}"\n',
        )
        plain = {"address": door.address, "user": door.user, "password": door.password}
        _write(self._place / "door.json", json.dumps(plain))
        return door


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def _write(path: Path, text: str) -> None:
    """Write a file that nobody but its owner can read, from its first byte on."""
    path.unlink(missing_ok=True)
    number = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(number, "w", encoding="utf-8") as target:
        target.write(text)
