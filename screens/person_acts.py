"""Acts on residents, staff and deliveries alike: deleting them, showing codes for a minute, showing a face."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Protocol

from backend.domain.codes import card_formats
from backend.domain.enums import CredentialKind
from backend.domain.formats import counted
from screens.base.drawing import wrapped
from screens.base.page import Page
from screens.resident_drawing import WORDS, enrolled
from widgets.dialog import Choice, ConfirmDialog
from widgets.frame import Part
from widgets.photo import PhotoDialog

if TYPE_CHECKING:
    from backend.domain.context import Context
    from backend.domain.credentials import CredentialRecord
    from backend.domain.records import Saved
    from backend.domain.residents import Deletion
    from screens.resident_drawing import PersonRecord

PHOTO_WIDE, PHOTO_NARROW, PHOTO_HIGH = 40, 20, 34
"""Cells of a photo, and the lines of a terminal in which the wide one stands upright."""
SHOWN_FOR = 60
MANY = 20
MOST_LICENCES = 2

Noun = tuple[str, str]
"""What one and several of them are called."""


class People(Protocol):
    """A service of people with codes."""

    def get(self, context: Context, person_id: int, /) -> PersonRecord:
        """The page of one."""

    def delete(self, context: Context, ids: Iterable[int], expected: int | None = None, /) -> Saved:
        """Delete some, the count of many typed."""

    def reveal(self, context: Context, person_id: int, /) -> tuple[tuple[CredentialRecord, str], ...]:
        """The codes themselves, as an operation."""

    def photo(self, context: Context, person_id: int, /) -> bytes | None:
        """The JPEG of a face."""


def ask_delete(page: Page, people: People, found: Deletion, noun: Noun) -> None:
    """Say what deleting takes away, ask, delete; the count is typed when there are more than twenty."""
    dialog = ConfirmDialog(
        "Delete",
        question(found, noun),
        lines=deletion_lines(found),
        choices=[Choice("y", "Delete", "delete", danger=True)],
        opened_by="d",
        typed=str(len(found.ids)) if len(found.ids) > MANY else "",
    )

    def answered(answer: str | None) -> None:
        if answer:
            page.start(_delete, page, people, found, noun)

    page.app.push_screen(dialog, answered)


async def _delete(page: Page, people: People, found: Deletion, noun: Noun) -> None:
    session = page.session
    expected = len(found.ids) if len(found.ids) > MANY else None
    saved = await session.ask(people.delete, session.act(), found.ids, expected)
    title = found.names[0] if len(found.names) == 1 else f"{len(found.ids)} {noun[1]}"
    page.gone(found.ids)
    page.watch_save(f"{title} deleted", saved)
    page.say(f"{title} deleted", "u Undo")


def question(found: Deletion, noun: Noun) -> str:
    """The question, naming the record."""
    return f"Delete {found.names[0]}?" if len(found.ids) == 1 else f"Delete these {len(found.ids)} {noun[1]}?"


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
        (found.bookings, "reservation", "reservations"),
    ):
        if count:
            lines.append((("- ", "$sp-bad"), (f"{count} {one if count == 1 else many}", "$sp-t1")))
    if found.doors:
        lines.append(
            (
                ("- ", "$sp-bad"),
                (f"{counted(len(found.doors), 'door')}: ", "$sp-t1"),
                (", ".join(found.doors), "$sp-t2"),
            )
        )
    for text in found.licences[:MOST_LICENCES]:
        first, *more = wrapped(text, 66, "$sp-t2")
        lines += [(("▲ ", "$sp-warn"), *first), *((("  ", ""), *line) for line in more)]
    if len(found.licences) > MOST_LICENCES:
        lines.append((("▲ ", "$sp-warn"), (f"and {len(found.licences) - MOST_LICENCES} more licences", "$sp-t2")))
    return [*lines, (("", ""),), (("Logs stay. ", "$sp-t3"), ("u", "bold $sp-acc"), (" takes it back.", "$sp-t3"))]


async def show_codes(page: Page, people: People, person_id: int) -> None:
    """Show PIN and cards of a person for a minute; one operation names what was shown."""
    session = page.session
    codes = await session.ask(people.reveal, session.act(), person_id)
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


async def show_photo(page: Page, people: People, person_id: int) -> None:
    """Draw a person's face in half blocks, with when and by whom it was enrolled."""
    session = page.session
    record = await session.ask(people.get, session.context, person_id)
    jpeg = await session.ask(people.photo, session.context, person_id)
    face = next((one for one in record.credentials if one.kind is CredentialKind.FACE), None)
    if jpeg is None or face is None:
        page.say("No face photo", f"{record.name} has none; e Edit takes a file")
        return
    columns = PHOTO_WIDE if page.app.size.height >= PHOTO_HIGH else PHOTO_NARROW
    dots = await session.ask(session.engine.files.draw_photo, jpeg, columns)
    page.app.push_screen(PhotoDialog(record.name, enrolled(face, session.formats), dots))
