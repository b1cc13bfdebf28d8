"""The first page of a login that is kept, read by a process beside while this one loads what draws it."""

from __future__ import annotations

import os
import pickle
import select
import signal
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from smartplus_tui.first_page import FirstPage

WITHIN = 10.0
"""Seconds in which it has to answer; then the site is opened as if there had been none."""
AT_ONCE = 65536


class HeadStart:
    """A child of this process, forked before any library with threads is loaded."""

    def __init__(self, root: Path, email: str) -> None:
        self._answer, answer = os.pipe()
        self._child = os.fork()
        if self._child == 0:
            _read(root, email, answer)
        os.close(answer)

    def wait(self) -> FirstPage | None:
        """What it has read; None where nobody is signed in any more, or it cannot tell. Blocks; once only."""
        with suppress(EOFError, pickle.UnpicklingError):
            found: FirstPage | None = pickle.loads(self._received())  # noqa: S301 - from our own child
            return found
        return None

    def _received(self) -> bytes:
        until, parts = time.monotonic() + WITHIN, []
        try:
            while select.select([self._answer], [], [], max(0.0, until - time.monotonic()))[0]:
                part = os.read(self._answer, AT_ONCE)
                if not part:
                    return b"".join(parts)
                parts.append(part)
            return b""
        finally:
            os.close(self._answer)
            with suppress(ProcessLookupError):
                os.kill(self._child, signal.SIGKILL)
            os.waitpid(self._child, 0)


def _read(root: Path, email: str, answer: int) -> NoReturn:
    """Everything that the child does; it leaves without what a process does at its end, which is its parent's."""
    try:
        with os.fdopen(answer, "wb") as target:
            target.write(pickle.dumps(_first_page(root, email)))
    finally:
        os._exit(0)


def _first_page(root: Path, email: str) -> FirstPage | None:
    from backend.domain.enums import Via
    from backend.domain.errors import SmartPlusError
    from backend.engine import Engine
    from smartplus_tui.cli.signing_in import kept_session
    from smartplus_tui.first_page import read_first_page

    engine = Engine(root)
    try:
        if not engine.is_current():
            return None  # bringing the schema up is not for a process that may be ended
        engine.start()
        kept = kept_session(engine)
        if kept is None or kept.email != email.lower():
            return None
        return read_first_page(engine, engine.sessions.resume(kept.token, Via.APP))
    except SmartPlusError:
        return None
