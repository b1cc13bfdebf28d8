"""Acts on codes that more than one list offers: replace one, take away one or many (LIB-01, LIB-02, LIB-03)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from backend.domain.formats import figure
from screens.base.drawing import wrapped
from screens.base.page import Page
from screens.base.plan_pane import summary_parts
from widgets.dialog import Choice, ConfirmDialog
from widgets.frame import Part

if TYPE_CHECKING:
    from backend.domain.library import Taking

MANY = 20
"""Beyond so many codes their number is typed."""
NAMED = 6
"""Codes and doors that a question names."""


async def replace_code(page: Page, credential_id: int) -> None:
    """Open the form for a new value of a PIN or card."""
    from screens.library_form import CodeForm

    session = page.session
    record = await session.ask(session.engine.library.get, session.context, credential_id)
    page.app.push_screen(CodeForm(session, credential_id, record.kind))


async def take_away(page: Page, ids: Sequence[int]) -> None:
    """Say what taking codes away does, ask, do it; the count is typed when there are more than twenty."""
    session = page.session
    found = await session.ask(session.engine.library.taking, session.context, tuple(ids))
    one = len(found.ids) == 1
    dialog = ConfirmDialog(
        "Take away",
        f"Take {found.codes[0]} away?" if one else f"Take these {figure(len(found.ids))} codes away?",
        lines=taking_lines(found),
        choices=[Choice("y", "Take away", "take", danger=True)],
        opened_by="d",
        typed="" if len(found.ids) <= MANY else str(len(found.ids)),
    )

    def answered(answer: str | None) -> None:
        if answer:
            page.start(_take, page, found)

    page.app.push_screen(dialog, answered)


async def _take(page: Page, found: Taking) -> None:
    session = page.session
    expected = len(found.ids) if len(found.ids) > MANY else None
    saved = await session.ask(session.engine.library.delete, session.act(), found.ids, expected)
    title = found.codes[0] if len(found.ids) == 1 else f"{figure(len(found.ids))} codes"
    page.gone(found.ids)
    page.watch_save(f"{title} taken away", saved)
    page.say("Taken away", "u Undo")


def taking_lines(found: Taking) -> list[tuple[Part, ...]]:
    """Whose codes they are, where they open no more, the way back."""
    lines: list[tuple[Part, ...]] = []
    if len(found.ids) > 1:
        for text in found.codes[:NAMED]:
            lines.append((("- ", "$sp-bad"), (text, "$sp-t1")))
        if len(found.codes) > NAMED:
            lines.append(((f"  and {figure(len(found.codes) - NAMED)} more", "$sp-t2"),))
        lines.append((("", ""),))
    first, *more = wrapped(f"No more at: {', '.join(found.doors) or 'no door'}", 64, "$sp-t1")
    lines += [(("- ", "$sp-bad"), *first), *((("  ", ""), *line) for line in more)]
    if found.plans:
        lines.append((("- ", "$sp-bad"), ("plan: ", "$sp-t3"), *summary_parts(found.plans)))
    proof = (("Each door is read back as proof. ", "$sp-t3"), ("u", "bold $sp-acc"), (" takes it back.", "$sp-t3"))
    return [*lines, (("", ""),), proof]
