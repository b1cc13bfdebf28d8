"""Acts on residents that more than one screen offers: deleting, and showing codes for a minute."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from backend.catalog.residents import RESIDENT
from backend.domain.codes import card_formats
from backend.domain.enums import CredentialKind
from screens.base.drawing import wrapped
from screens.base.page import Page
from screens.resident_drawing import WORDS, enrolled
from widgets.dialog import Choice, ConfirmDialog
from widgets.frame import Part
from widgets.photo import PhotoDialog

if TYPE_CHECKING:
    from backend.domain.records import Deletion

_DELETE, _RESET = RESIDENT.verb("delete"), RESIDENT.verb("reset_password")
assert _DELETE is not None
assert _RESET is not None
DELETE, RESET = _DELETE, _RESET
PHOTO_WIDE, PHOTO_NARROW, PHOTO_HIGH = 40, 20, 34
"""Cells of a photo, and the lines of a terminal in which the wide one stands upright."""
SHOWN_FOR = 60
MANY = 20
MOST_LICENCES = 2


async def delete_residents(page: Page, ids: Sequence[int]) -> None:
    """Say what deleting takes away, ask, delete; the count is typed when there are more than twenty."""
    session = page.session
    found = await session.ask(session.engine.residents.deletion, session.context, tuple(ids))
    if found.blocked:
        page.app.push_screen(_family_dialog(found), partial(_delete_whole, page, found))
        return
    dialog = ConfirmDialog(
        "Delete",
        question(found),
        lines=deletion_lines(found),
        choices=[Choice(DELETE.confirm_key, "Delete", "delete", danger=True)],
        opened_by=DELETE.key,
        typed=str(len(found.ids)) if len(found.ids) > MANY else "",
    )

    def answered(answer: str | None) -> None:
        if answer:
            page.start(_delete, page, found)

    page.app.push_screen(dialog, answered)


def _family_dialog(found: Deletion) -> ConfirmDialog:
    """Nothing can be deleted like this; the whole family can."""
    return ConfirmDialog(
        "Delete",
        question(found),
        lines=[((("▲ "), "$sp-warn"), *wrapped(found.blocked, 66, "$sp-t2")[0])]
        + [(("  ", ""), *line) for line in wrapped(found.blocked, 66, "$sp-t2")[1:]],
        choices=[Choice("w", f"Whole family, {len(found.families)} people", "family", danger=True)],
        opened_by=DELETE.key,
    )


def _delete_whole(page: Page, found: Deletion, answer: str | None) -> None:
    """What the whole family would lose is asked like any other deletion."""
    if answer:
        page.start(delete_residents, page, found.families)


async def _delete(page: Page, found: Deletion) -> None:
    session = page.session
    expected = len(found.ids) if len(found.ids) > MANY else None
    saved = await session.ask(session.engine.residents.delete, session.act(), found.ids, expected)
    title = found.names[0] if len(found.names) == 1 else f"{len(found.ids)} residents"
    page.gone(found.ids)
    page.watch_save(f"{title} deleted", saved)
    page.say(f"{title} deleted", "u Undo")


def question(found: Deletion) -> str:
    """The question, naming the record."""
    return f"Delete {found.names[0]}?" if len(found.ids) == 1 else f"Delete these {len(found.ids)} residents?"


def deletion_lines(found: Deletion) -> list[tuple[Part, ...]]:
    """What goes, what to know, the way back."""
    lines: list[tuple[Part, ...]] = []
    if len(found.ids) > 1:
        names = "; ".join(found.names[:5]) + (f" and {len(found.names) - 5} more" if len(found.names) > 5 else "")
        lines += [((names, "$sp-t2"),), (("", ""),)]
    lines.append((("This takes away", "$sp-t1"),))
    for count, one, many in (
        (found.accounts, "account", "accounts"),
        (found.pins, "PIN", "PINs"),
        (found.cards, "card", "cards"),
        (found.faces, "face", "faces"),
        (found.id_access, "ID access", "ID accesses"),
    ):
        if count:
            lines.append((("- ", "$sp-bad"), (f"{count} {one if count == 1 else many}", "$sp-t1")))
    if found.doors:
        lines.append((("- ", "$sp-bad"), (f"{len(found.doors)} doors: ", "$sp-t1"), (", ".join(found.doors), "$sp-t2")))
    for text in found.licences[:MOST_LICENCES]:
        first, *more = wrapped(text, 66, "$sp-t2")
        lines += [(("▲ ", "$sp-warn"), *first), *((("  ", ""), *line) for line in more)]
    if len(found.licences) > MOST_LICENCES:
        lines.append((("▲ ", "$sp-warn"), (f"and {len(found.licences) - MOST_LICENCES} more licences", "$sp-t2")))
    return [*lines, (("", ""),), (("Logs stay. ", "$sp-t3"), ("u", "bold $sp-acc"), (" takes it back.", "$sp-t3"))]


async def show_codes(page: Page, resident_id: int) -> None:
    """Show PIN and cards of a person for a minute; one operation names what was shown."""
    session = page.session
    codes = await session.ask(session.engine.residents.reveal, session.act(), resident_id)
    lines: list[tuple[Part, ...]] = []
    for record, value in codes:
        if record.kind is not CredentialKind.FACE:
            lines.append(((f"{WORDS[record.kind.value]:<10}", "$sp-t3"), (value, "bold $sp-t1")))
        if record.kind is CredentialKind.CARD:
            lines += [((" " * 10, ""), (f"{word:<14}", "$sp-t3"), (text, "$sp-t2")) for word, text in _notations(value)]
    dialog = ConfirmDialog(
        "Codes", "Shown for a minute; the operation log says so.", lines=lines or [(("none", "$sp-t3"),)], choices=()
    )
    page.app.push_screen(dialog)
    page.set_timer(SHOWN_FOR, lambda: dialog.dismiss(None) if dialog.is_current else None)


def _notations(card: str) -> list[tuple[str, str]]:
    """A card in every notation that readers and lists use, to compare with what is printed on it (edge case 8)."""
    forms = card_formats(card)
    return [("decimal", forms.decimal), ("8HN, readers'", forms.hn8), ("8HR, reversed", forms.reversed)]


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
    told = f"on its way to {login.sent_to}" if login.sent_to else "waits for an address"
    page.say("New app password", told, bad=not login.sent_to)


async def show_photo(page: Page, resident_id: int) -> None:
    """Draw a person's face in half blocks, with when and by whom it was enrolled."""
    session = page.session
    record = await session.ask(session.engine.residents.get, session.context, resident_id)
    jpeg = await session.ask(session.engine.residents.photo, session.context, resident_id)
    face = next((one for one in record.credentials if one.kind is CredentialKind.FACE), None)
    if jpeg is None or face is None:
        page.say("No face photo", f"{record.name} has none; e Edit takes a file")
        return
    columns = PHOTO_WIDE if page.app.size.height >= PHOTO_HIGH else PHOTO_NARROW
    dots = await session.ask(session.engine.draw_photo, jpeg, columns)
    page.app.push_screen(PhotoDialog(record.name, enrolled(face, session.formats), dots))
