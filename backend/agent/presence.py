"""Which terminals are there: an agent that a terminal started ends with the last of them."""

from __future__ import annotations

import asyncio
import contextlib
from pathlib import Path


class Presence:
    """Counts the terminals that hold a connection to a Unix socket; the kernel closes that of a killed one."""

    def __init__(self, path: Path, *, grace: float) -> None:
        self._path = path
        self._grace = grace
        self._count = 0
        self._changed = asyncio.Event()
        self._server: asyncio.Server | None = None

    async def start(self) -> None:
        """Listen; a socket file left behind by a dead agent is replaced."""
        self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with contextlib.suppress(FileNotFoundError):
            self._path.unlink()
        self._server = await asyncio.start_unix_server(self._terminal, self._path)
        self._path.chmod(0o600)

    async def stop(self) -> None:
        """Stop listening."""
        if self._server is not None:
            self._server.close()
        with contextlib.suppress(FileNotFoundError):
            self._path.unlink()

    async def until_alone(self) -> None:
        """Return once no terminal has been there for the grace time."""
        while True:
            self._changed.clear()
            if self._count:
                await self._changed.wait()
                continue
            try:
                async with asyncio.timeout(self._grace):
                    await self._changed.wait()
            except TimeoutError:
                return

    async def _terminal(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._count += 1
        self._changed.set()
        try:
            while await reader.read(64):
                pass
        except OSError:
            pass
        finally:
            self._count -= 1
            self._changed.set()
            writer.close()
