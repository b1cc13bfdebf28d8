"""Sync: doors, revocations and drift behind one letter, a digit for each (features SYNC-01 to SYNC-04)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from textual.binding import BindingType

from screens.base.tabs import TabbedScreen, tab_keys
from widgets.dialog import Choice, ConfirmDialog

if TYPE_CHECKING:
    from screens.base.page import Page

TABS = {"Doors": "sync.read", "Revocations": "sync.read", "Drift": "sync.read"}
"""In the order of their digits, each with what one must be allowed to go there."""


class SyncTab(TabbedScreen):
    """One list of Sync."""

    BINDINGS: ClassVar[list[BindingType]] = tab_keys("sync", TABS)
    MODULE = "n"
    TITLE_TEXT = "Sync"
    AGES = True
    TABS = TABS


async def read_back(page: Page, device_ids: Sequence[int]) -> None:
    """Ask the agent to read devices back now."""
    session = page.session
    for device_id in device_ids:
        await session.ask(session.engine.sync.check, session.act(), device_id)
    count = len(device_ids)
    page.say("Reading back", f"{count} device{'s' if count != 1 else ''}, the figures here follow")


async def ask_release(page: Page, device_id: int) -> None:
    """Let a mass removal at a device go on, by its typed count."""
    session = page.session
    found = await session.ask(session.engine.sync_doors.get, session.context, device_id)
    removals = found.sync.removals
    if not found.sync.held_reason:
        page.say(f"{found.device} is not held", "nothing waits to be released")
        return
    lines = [((found.sync.held_reason, "$sp-t2"),)]
    if found.cause:
        lines.append(((f"Cause: {found.cause}", "$sp-t2"),))
    if found.operation:
        lines.append(((f"The other way: undo operation {found.operation}", "$sp-t2"),))
    dialog = ConfirmDialog(
        "Release",
        f"Remove {removals} users from {found.device}?",
        lines=lines,
        choices=[Choice("y", "Remove them", "release", danger=True)],
        typed=str(removals),
    )

    def answered(answer: str | None) -> None:
        if answer:
            page.start(_release, page, device_id, found.device, removals)

    page.app.push_screen(dialog, answered)


async def _release(page: Page, device_id: int, name: str, removals: int) -> None:
    session = page.session
    saved = await session.ask(session.engine.sync.release, session.act(), device_id, removals)
    page.watch_save(f"{name} released", saved)
