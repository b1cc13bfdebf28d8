"""Acts on residents that more than one screen offers: deleting, whole families too, and a new app password."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from backend.catalog.residents import RESIDENT
from screens.base.drawing import wrapped
from screens.base.page import Page
from screens.person_acts import ask_delete, question
from widgets.dialog import Choice, ConfirmDialog

if TYPE_CHECKING:
    from backend.domain.residents import Deletion

_DELETE, _RESET = RESIDENT.verb("delete"), RESIDENT.verb("reset_password")
assert _DELETE is not None
assert _RESET is not None
DELETE, RESET = _DELETE, _RESET
NOUN = ("resident", "residents")


async def delete_residents(page: Page, ids: Sequence[int]) -> None:
    """Say what deleting takes away, ask, delete; the count is typed when there are more than twenty."""
    session = page.session
    found = await session.ask(session.engine.residents.deletion, session.context, tuple(ids))
    if found.blocked:
        page.app.push_screen(_family_dialog(found), partial(_delete_whole, page, found))
        return
    ask_delete(page, session.engine.residents, found, NOUN)


def _family_dialog(found: Deletion) -> ConfirmDialog:
    """Nothing can be deleted like this; the whole family can."""
    return ConfirmDialog(
        "Delete",
        question(found, NOUN),
        lines=[((("▲ "), "$sp-warn"), *wrapped(found.blocked, 66, "$sp-t2")[0])]
        + [(("  ", ""), *line) for line in wrapped(found.blocked, 66, "$sp-t2")[1:]],
        choices=[Choice("w", f"Whole family, {len(found.families)} people", "family", danger=True)],
        opened_by=DELETE.key,
    )


def _delete_whole(page: Page, found: Deletion, answer: str | None) -> None:
    """What the whole family would lose is asked like any other deletion."""
    if answer:
        page.start(delete_residents, page, found.families)


async def reset_password(page: Page, resident_id: int) -> None:
    """Say where a new app password goes, ask, send it; the delivery stays on the person's page."""
    session = page.session
    record = await session.ask(session.engine.residents.get, session.context, resident_id)
    to = record.login.to
    goes = f"A new one goes to {to}." if to else record.login.error
    first, *more = wrapped(goes, 66, "$sp-t1")
    dialog = ConfirmDialog(
        "New app password",
        f"Give {record.name} a new app password?",
        lines=[
            (
                (
                    f"{record.building} {record.apartment} · {record.role.value.capitalize()} · UID {record.uid}",
                    "$sp-t2",
                ),
            ),
            (("", ""),),
            (("- ", "$sp-bad"), ("the password of today ends now, and the app with it", "$sp-t1")),
            (("◐ " if not to else "  ", "$sp-warn"), *first),
            *((("  ", ""), *line) for line in more),
            (("", ""),),
            (("Sent mail cannot be taken back.", "$sp-t3"),),
        ],
        choices=[Choice(RESET.confirm_key, "New password", "reset", danger=True)],
        opened_by=RESET.key,
    )

    def answered(answer: str | None) -> None:
        if answer:
            page.start(_reset_now, page, resident_id)

    page.app.push_screen(dialog, answered)


async def _reset_now(page: Page, resident_id: int) -> None:
    session = page.session
    await session.ask(session.engine.residents.reset_password, session.act(), resident_id)
    login = (await session.ask(session.engine.residents.get, session.context, resident_id)).login
    page.say("New app password", login.news, bad=not login.sent_to)
