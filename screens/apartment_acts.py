"""Acts on apartments that list and page offer: reset, the next tenant's login, delete (features APT-04, RES-03)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from backend.catalog.apartments import APARTMENT
from backend.domain.enums import ResidentRole
from screens.apartment_drawing import reset_lines
from screens.base.page import Page
from widgets.dialog import Choice, ConfirmDialog

if TYPE_CHECKING:
    from backend.catalog.model import Verb
    from backend.domain.apartments import Reset

LOW = 30
"""Below so many lines a dialog leaves out what there is none of."""


def _verb(name: str) -> Verb:
    verb = APARTMENT.verb(name)
    assert verb is not None, name
    return verb


RESET, DELETE = _verb("reset"), _verb("delete")


async def reset_apartment(page: Page, apartment_id: int) -> None:
    """Show what goes and what stays, have the number typed, empty the apartment."""
    session = page.session
    found = await session.ask(session.engine.apartments.reset_preview, session.context, apartment_id)
    dialog = ConfirmDialog(
        "Reset apartment",
        f"Empty {found.place} for its next tenant?",
        lines=reset_lines(found, brief=page.app.size.height < LOW),
        choices=[Choice(RESET.confirm_key, "Reset", "reset", danger=True)],
        opened_by=RESET.key,
        typed=found.number,
    )

    def answered(answer: str | None) -> None:
        if answer:
            page.start(_reset, page, found)

    page.app.push_screen(dialog, answered)


async def _reset(page: Page, found: Reset) -> None:
    session = page.session
    saved = await session.ask(session.engine.apartments.reset, session.act(), found.apartment_id, found.number)
    page.watch_save(f"{found.place} reset", saved)
    page.say(f"{found.place} reset", "p New login: enter an address" if found.master else "u Undo")


async def enter_address(page: Page, apartment_id: int) -> None:
    """Open the form of the master, where an address sends the login (rule 4); say so where one has gone out."""
    from screens.resident_form import ResidentEdit

    session = page.session
    record = await session.ask(session.engine.apartments.get, session.context, apartment_id)
    master = next((one for one, _, role in record.residents if role is ResidentRole.MASTER), None)
    if master is None:
        page.say("Nobody lives here", "f adds the master: the login goes out with it")
    elif record.unreachable:
        page.app.push_screen(ResidentEdit(session, master))
    else:
        page.say("The login has an address", "p on the person's page sends a new one")


def delete_apartment(page: Page, apartment_id: int, place: str) -> None:
    """Delete an empty apartment after one question."""
    dialog = ConfirmDialog(
        "Delete apartment",
        f"Delete {place}?",
        lines=[
            (("Only an apartment without residents and devices can be deleted.", "$sp-t2"),),
            (("u", "bold $sp-acc"), (" takes it back.", "$sp-t3")),
        ],
        choices=[Choice(DELETE.confirm_key, "Delete", "delete", danger=True)],
        opened_by=DELETE.key,
    )

    def answered(answer: str | None) -> None:
        if answer:
            page.start(_delete, page, apartment_id, place)

    page.app.push_screen(dialog, answered)


async def _delete(page: Page, apartment_id: int, place: str) -> None:
    session = page.session
    await session.ask(session.engine.apartments.delete, session.act(), apartment_id)
    page.say(f"{place} deleted", "u Undo")
