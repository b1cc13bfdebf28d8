"""The first page of a login that is kept, read by a process beside while this one loads what draws it."""

from __future__ import annotations

import os
import pickle
import signal
from collections.abc import Iterator
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from threading import Timer
from typing import TYPE_CHECKING, NoReturn, cast

if TYPE_CHECKING:
    from smartplus_tui.first_page import Figures, Place

WITHIN = 10.0
"""Seconds in which it has to answer; then the site is opened as if there had been none."""
MEANWHILE = ("accounts", "communities", "dashboard", "doors")
"""What an answer is made of: loaded while it is awaited."""


class HeadStart:
    """A child of this process, forked before anything with threads is loaded; asked once for each of its answers."""

    def __init__(self, root: Path, email: str) -> None:
        answer, told = os.pipe()
        self._child = os.fork()
        if self._child == 0:
            _tell(root, email, told)
        os.close(told)
        self._answer = os.fdopen(answer, "rb")

    def place(self) -> Place | None:
        """Who has come in; None where nobody is signed in any more, or it cannot tell. Blocks."""
        for module in MEANWHILE:
            import_module(f"backend.domain.{module}")
        return cast("Place | None", self._next())

    def figures(self) -> Figures | None:
        """What the first page draws; None where it cannot tell. Blocks, and ends the child."""
        return cast("Figures | None", self._next())

    def close(self) -> None:
        """End the child, if it has not ended."""
        if not self._answer.closed:
            self._answer.close()
            self._end()
            os.waitpid(self._child, 0)

    def _next(self) -> object:
        patience = Timer(WITHIN, self._end)
        patience.start()
        try:
            return pickle.load(self._answer)  # noqa: S301 - from our own child
        except (EOFError, pickle.UnpicklingError):
            return None
        finally:
            patience.cancel()

    def _end(self) -> None:
        with suppress(ProcessLookupError):
            os.kill(self._child, signal.SIGKILL)


def _tell(root: Path, email: str, told: int) -> NoReturn:
    """Everything that the child does; it leaves without what a process does at its end, which is its parent's."""
    try:
        with os.fdopen(told, "wb") as target:
            for answer in _answers(root, email):
                pickle.dump(answer, target)
                target.flush()
    finally:
        os._exit(0)


def _answers(root: Path, email: str) -> Iterator[Place | Figures]:
    from backend.domain.enums import Via
    from backend.domain.errors import SmartPlusError
    from backend.engine import Engine
    from smartplus_tui.cli.signing_in import kept_session
    from smartplus_tui.first_page import read_figures, read_place

    engine = Engine(root)
    with suppress(SmartPlusError):
        if not engine.is_current():
            return  # bringing the schema up is not for a process that may be ended
        engine.start()
        kept = kept_session(engine)
        if kept is None or kept.email != email.lower():
            return
        context = engine.sessions.resume(kept.token, Via.APP)
        yield read_place(engine, context)
        yield read_figures(engine, context)
