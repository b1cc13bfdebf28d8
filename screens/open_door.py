"""Opening a door by hand: pick it, confirm with one key, and hear honestly how it went (feature DEV-12)."""

from __future__ import annotations

import asyncio
import contextlib
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from textual import work
from textual.app import App

from backend.catalog.states import drawn
from backend.domain.errors import SmartPlusError
from backend.domain.formats import age
from screens.base.page import Page
from screens.base.session import Session
from screens.base.waits import Waits
from widgets.dialog import Choice, ConfirmDialog, PickDialog, PickRow
from widgets.frame import Part

if TYPE_CHECKING:
    from backend.domain.doors import CommandRecord, DoorRecord

LOOK_EVERY = 0.5
"""Seconds between two looks at the command while nothing is written: one that nobody took ends by the clock alone."""
GIVE_UP_AFTER = 45.0
"""Seconds: longer than a command lives and the slowest device answers."""


class OpenDoor(Waits, PickDialog):
    """The doors, used last first; `y` opens the one that was picked. With a door or device given there is no list."""

    def __init__(self, session: Session, *, relay_id: int | None = None, device_id: int | None = None) -> None:
        super().__init__("Open a door", empty="There is no such door.")
        self._session = session
        self._relay_id = relay_id
        self._device_id = device_id
        self._doors: dict[str, DoorRecord] = {}
        self.waiting = True

    def on_mount(self) -> None:
        """Read the doors."""
        super().on_mount()
        self._read()

    @work
    async def _read(self) -> None:
        session = self._session
        try:
            doors = await session.ask(session.engine.doors.all, session.context)
        except SmartPlusError as error:
            _say(self.app, "The doors cannot be read", str(error), bad=True)
            self.dismiss(None)
            return
        self._doors = {str(door.relay_id): door for door in doors}
        self._rows = tuple(self._row(door) for door in doors)
        only = [door for door in doors if self._is_meant(door)]
        if len(only) == 1:
            self.dismiss(str(only[0].relay_id))
        else:
            if only:
                self._rows = tuple(self._row(door) for door in only)
            self.typed("")
            self.end_wait()

    def _is_meant(self, door: DoorRecord) -> bool:
        return door.relay_id == self._relay_id or (self._device_id is not None and door.device_id == self._device_id)

    def _row(self, door: DoorRecord) -> PickRow:
        return PickRow(
            str(door.relay_id), door.name, state_parts(door, self._session.now()), f"{door.device} {door.building}"
        )

    def door(self, answer: str | None) -> DoorRecord | None:
        """The door that was picked."""
        return self._doors.get(answer or "")


def confirm_opening(app: App[None], session: Session, door: DoorRecord) -> None:
    """Ask once, naming the door and how it is; `y` opens it."""
    place = f"{door.building} · {door.device}" if door.building else door.device
    dialog = ConfirmDialog(
        "Open door",
        f"Open {door.name} now?",
        lines=[((place, "$sp-t2"),), state_parts(door, session.now())],
        choices=[Choice("y", "Open", "open")],
    )
    app.push_screen(dialog, lambda answer: start_opening(app, session, door) if answer else None)


def state_parts(door: DoorRecord, now: datetime) -> tuple[Part, ...]:
    """State of a door's device with the age of the last sign of life."""
    look = drawn("device", door.status)
    seen = age(max(timedelta(0), now - door.last_seen_at)) if door.last_seen_at else "never"
    return (
        (f"{look.symbol} ", f"$sp-{look.symbol_tone}"),
        (look.word, f"$sp-{look.word_tone}"),
        (f"  {seen}", "$sp-t3"),
    )


def start_opening(app: App[None], session: Session, door: DoorRecord) -> None:
    """Send the opening and say how it ended, wherever the manager is by then."""
    app.run_worker(_open(app, session, door), group="openings", exit_on_error=False)


async def _open(app: App[None], session: Session, door: DoorRecord) -> None:
    try:
        command_id = await session.ask(session.engine.doors.open, session.act(), door.relay_id)
        record = await until_ended(session, command_id)
    except SmartPlusError as error:
        session.tell(f"{door.name}: ", str(error), "bad")
        _say(app, f"{door.name} was not asked", str(error), bad=True)
        return
    opened = record.state == "done"
    session.tell(f"{door.name}: ", record.text, "ok" if opened else "bad")
    word = "opened" if opened else "may have opened" if record.state == "unknown" else "did not open"
    if opened and (session.watched is None or not session.watched.text):
        _refresh(app)  # the status line says it
    else:
        _say(app, f"{door.name} {word}", record.text, bad=not opened)


def _say(app: App[None], text: str, more: str, *, bad: bool) -> None:
    """A toast over whatever page is shown."""
    page = _refresh(app)
    if page is not None:
        page.say(text, more, bad=bad)


def _refresh(app: App[None]) -> Page | None:
    """Draw the status line of the page that is shown."""
    page = next((one for one in reversed(app.screen_stack) if isinstance(one, Page)), None)
    if page is not None:
        page.refresh_frame()
    return page


async def until_ended(session: Session, command_id: int) -> CommandRecord:
    """An opening once it has ended, or as it stands when it takes too long."""
    loop, written = asyncio.get_running_loop(), asyncio.Event()
    deadline = loop.time() + GIVE_UP_AFTER
    with session.engine.feed.attend(lambda: loop.call_soon_threadsafe(written.set)):
        while True:
            written.clear()
            record = await session.ask(session.engine.doors.command, session.context, command_id)
            if record.ended or loop.time() > deadline:
                return record
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(LOOK_EVERY):
                    await written.wait()
