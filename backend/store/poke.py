"""A poke: one datagram that tells the agent to look at once; polling the change feed is only the backstop."""

from __future__ import annotations

import asyncio
import os
import socket
import stat
from pathlib import Path
from types import TracebackType

from backend.domain.errors import Unreachable
from backend.store.site import Site

_NAME = "agent"
_LONGEST = 16


def poke(site: Site) -> None:
    """Wake the agent of `site`, if one listens; never waits and never fails, as a lost poke costs only time."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
        sender.setblocking(False)
        try:
            sender.sendto(b"1", os.fspath(site.socket(_NAME)))
        except OSError:
            return


class PokeListener:
    """The agent's end, as an asynchronous context manager; a socket file left by a killed agent is replaced.

    Raises Unreachable on entry when the place of the socket belongs to somebody else. Only one agent may listen: the
    lock of the site sees to that, not this.
    """

    def __init__(self, site: Site) -> None:
        self._path = site.socket(_NAME)
        self._own_directory = self._path.parent == site.root
        self._poked = asyncio.Event()
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)

    async def __aenter__(self) -> PokeListener:
        try:
            if not self._own_directory:
                _make_private(self._path.parent)
            _remove_stale(self._path)
            self._socket.setblocking(False)
            self._socket.bind(os.fspath(self._path))
            self._path.chmod(0o600)
        except OSError as error:
            self._socket.close()
            raise Unreachable(f"The agent cannot listen at {self._path}: {error}.") from None
        except Unreachable:
            self._socket.close()
            raise
        asyncio.get_running_loop().add_reader(self._socket, self._drain)
        return self

    async def __aexit__(self, *_exception: type[BaseException] | BaseException | TracebackType | None) -> None:
        asyncio.get_running_loop().remove_reader(self._socket)
        self._socket.close()
        self._path.unlink(missing_ok=True)

    async def wait(self, timeout: float) -> bool:  # noqa: ASYNC109
        """Whether a poke came within `timeout` seconds, or since the last call; many pokes count as one."""
        try:
            async with asyncio.timeout(timeout):
                await self._poked.wait()
        except TimeoutError:
            return False
        self._poked.clear()
        return True

    def _drain(self) -> None:
        try:
            while self._socket.recv(_LONGEST):
                self._poked.set()
        except BlockingIOError:
            return


def _make_private(directory: Path) -> None:
    """Make the stand-in directory, or make sure that nobody else made it."""
    directory.mkdir(mode=0o700, exist_ok=True)
    status = directory.lstat()
    if not stat.S_ISDIR(status.st_mode) or status.st_uid != os.geteuid() or status.st_mode & 0o077:
        raise Unreachable(f"{directory} must be a directory of the site's user alone. Remove it.")


def _remove_stale(path: Path) -> None:
    try:
        if stat.S_ISSOCK(path.lstat().st_mode):
            path.unlink()
    except FileNotFoundError:
        return
