"""Acts on moves of families: begin or change one, cancel it, save its receipt (feature RES-16)."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from screens.base.page import Page
from screens.import_files import TargetDialog
from screens.move_form import MoveChange, MoveForm
from widgets.dialog import Choice, ConfirmDialog

if TYPE_CHECKING:
    from backend.domain.moves import MoveRecord


async def move(page: Page, apartment_id: int) -> None:
    """Open the page of a move: a new one, or the one that is planned."""
    session = page.session
    found = await session.ask(session.engine.moves.preview, session.context, apartment_id)
    form = MoveForm if found.planned is None else MoveChange
    page.app.push_screen(form(session, apartment_id))


def cancel_move(page: Page, planned: MoveRecord) -> None:
    """Cancel a planned move after one question."""
    when = page.session.formats.moment(planned.at)
    dialog = ConfirmDialog(
        "Cancel the move",
        f"Cancel the move in {planned.place} on {when}?",
        lines=[((planned.title, "$sp-t1"),), (("Nobody moves. m plans another.", "$sp-t3"),)],
        choices=[Choice("y", "Cancel the move", "cancel", danger=True)],
        opened_by="C",
    )

    def answered(answer: str | None) -> None:
        if answer:
            page.start(_cancel, page, planned)

    page.app.push_screen(dialog, answered)


async def _cancel(page: Page, planned: MoveRecord) -> None:
    session = page.session
    await session.ask(session.engine.moves.cancel, session.act(), planned.id)
    page.say(f"The move in {planned.place} is cancelled", "m plans another")


def save_receipt(page: Page, done: MoveRecord) -> None:
    """Write the receipt of a move, as it is proved by now, to a file that is named."""
    session = page.session
    day = session.formats.local(done.ended_at or done.at).date().isoformat()
    name = f"handover-{done.place.replace(' ', '-')}-{day}.pdf"

    async def write(path: Path) -> None:
        receipt = await session.ask(session.engine.moves.receipt, session.context, done.id)
        await session.ask(session.engine.files.write_receipt, path, receipt)

    dialog = TargetDialog(session, "Receipt, .pdf or .txt", name, write)
    page.app.push_screen(dialog, lambda path: page.say("Receipt written", path) if path else None)
