"""Acts on residents that more than one screen offers: deleting, and showing codes for a minute."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from backend.catalog.residents import RESIDENT
from screens.base.drawing import wrapped
from screens.base.page import Page
from screens.resident_drawing import WORDS
from widgets.dialog import Choice, ConfirmDialog
from widgets.frame import Part

if TYPE_CHECKING:
    from backend.domain.records import Deletion

_DELETE = RESIDENT.verb("delete")
assert _DELETE is not None
DELETE = _DELETE
SHOWN_FOR = 60
MANY = 20
MOST_LICENCES = 2


async def delete_residents(page: Page, ids: Sequence[int]) -> None:
    """Say what deleting takes away, ask, delete; the count is typed when there are more than twenty."""
    session = page.session
    found = await session.ask(session.engine.residents.deletion, session.context, tuple(ids))
    if found.blocked:
        page.say("Nothing was deleted", found.blocked, bad=True)
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
    lines: list[tuple[Part, ...]] = [
        ((f"{WORDS[record.kind.value]:<8}", "$sp-t3"), (value, "bold $sp-t1")) for record, value in codes
    ]
    dialog = ConfirmDialog(
        "Codes", "Shown for a minute; the operation log says so.", lines=lines or [(("none", "$sp-t3"),)], choices=()
    )
    page.app.push_screen(dialog)
    page.set_timer(SHOWN_FOR, lambda: dialog.dismiss(None) if dialog.is_current else None)
