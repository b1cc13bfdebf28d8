"""Ghost hunt: codes and records at doors that somebody should look at, worst first (feature LIB-03)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from textual.binding import Binding, BindingType

from backend.catalog.ghosts import GHOST
from backend.catalog.model import Field
from backend.domain.ghosts import WEIGHTS, Why
from screens.base.detail_pane import Detail
from screens.base.drawing import wrapped
from screens.base.messages import OpenRecord
from screens.base.needs import needs, of_row
from screens.library import LABEL, LibraryTab
from screens.library_acts import take_away
from widgets.dialog import Choice, ConfirmDialog
from widgets.frame import Part
from widgets.panel import fact
from widgets.table_source import Cell

if TYPE_CHECKING:
    from backend.domain.formats import Formats
    from backend.domain.paging import ListRow

BAD, WARN = 80, 40
"""Scores from which a row is drawn in these tones."""


class GhostsTab(LibraryTab):
    """What is suspicious, each with its reasons."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("w", "why", "Why", id="ghosts.why", tooltip="Every reason, with its weight", show=False),
    ]
    RECORD = GHOST
    TOPICS = GHOST.topics
    TAB = 3
    COUNTED = "ghosts"
    DETAIL_PAGES: ClassVar[tuple[str, ...]] = ("Why",)
    DETAIL_KEYS = "Enter owner · w why · d take away"

    def hints(self) -> Iterable[tuple[str, str]]:
        """The owner and the reasons first."""
        return [("Enter", "Owner"), ("w", "Why"), *super().hints()]

    def draw(self, field: Field, values: dict[str, Any], first: bool) -> str | Cell:
        """The score in colour."""
        if field.name == "score":
            return Cell(str(values["score"]), tone=tone_of(values["score"]))
        return super().draw(field, values, first)

    async def _ghost(self, ghost_id: int) -> ListRow:
        session = self.session
        return await session.ask(session.engine.ghosts.get, session.context, ghost_id)

    async def detail(self, row_id: int, page: str) -> Detail:
        """Every reason, last use, the doors that hold it."""
        values = (await self._ghost(row_id)).values
        width = max(40, self.content_size.width - 34)
        place = f"{values['building']} {values['apartment']}".strip()
        return Detail(ghost_lines(values, self.session.formats, width), ((place, "$sp-t3"),), heading=values["name"])

    def open_row(self, row_id: int) -> None:
        """Enter: the owner's page, the cursor on this code."""
        self.start(self._open_owner, row_id)

    async def _open_owner(self, row_id: int) -> None:
        values = (await self._ghost(row_id)).values
        if values["owner"] and values["there"]:
            self.post_message(OpenRecord(values["owner"], values["holder_id"], row_id))
        else:
            self.say("There is no page of its owner", "w says what is known", bad=True)

    @of_row
    @needs("library.read")
    def action_why(self) -> None:
        """Every reason with its weight."""
        for ghost_id in self.under_cursor():
            self.start(self._show_why, ghost_id)

    async def _show_why(self, ghost_id: int) -> None:
        values = (await self._ghost(ghost_id)).values
        lines: list[tuple[Part, ...]] = []
        for why, text in zip(values["reason"], values["why"], strict=True):
            first, *more = wrapped(text, 58, "$sp-t1")
            lines += [((f"+{WEIGHTS[Why(why)]:<4}", "$sp-warn"), *first), *((("     ", ""), *one) for one in more)]
        lines.append(((f"{values['score']:<5}", f"bold $sp-{tone_of(values['score'])}"), ("of 100", "$sp-t3")))
        what = f"{values['name']}  {values['masked']}".strip()
        self.app.push_screen(ConfirmDialog("Why", what, lines=lines, choices=()))

    def verb_delete(self, ids: Sequence[int]) -> None:
        """Take codes away; what only a door still has is cleaned there, one at a time."""
        self.start(self._take, tuple(ids))

    async def _take(self, ids: tuple[int, ...]) -> None:
        rows = [await self._ghost(one) for one in ids]
        alive = [row.id for row in rows if row.values["live"]]
        if alive:
            await take_away(self, alive)
        elif rows:
            self._ask_cleaning(rows[0])

    def _ask_cleaning(self, row: ListRow) -> None:
        values = row.values
        if values["holder_id"] is None:
            self.say("These users are only on the door", "g n Sync compares it: adopt or remove", bad=True)
            return
        lines: list[tuple[Part, ...]] = [
            ((values["reasons"], "$sp-t1"),),
            ((f"Held by: {values['doors'] or 'no door, as far as they were read'}", "$sp-t2"),),
            (("", ""),),
            (("The doors are written and read back. Nobody loses a right.", "$sp-t3"),),
        ]
        dialog = ConfirmDialog(
            "Clean doors",
            f"Have the doors of {values['name']} cleaned?",
            lines=lines,
            choices=[Choice("y", "Clean", "clean", danger=True)],
            opened_by="d",
        )

        def answered(answer: str | None) -> None:
            if answer:
                self.start(self._clean, row)

        self.app.push_screen(dialog, answered)

    async def _clean(self, row: ListRow) -> None:
        session = self.session
        saved = await session.ask(session.engine.ghosts.clean, session.act(), row.id)
        self.watch_save(f"{row.values['name']}: doors cleaned", saved)


def tone_of(score: int) -> str:
    """The tone of a score."""
    return "bad" if score >= BAD else "warn" if score >= WARN else "t2"


def ghost_lines(values: dict[str, Any], formats: Formats, width: int) -> list[tuple[Part, ...]]:
    """A line a reason, then last use and doors."""
    lines: list[tuple[Part, ...]] = []
    for at, text in enumerate(values["why"]):
        first, *more = wrapped(text, width, "$sp-t1")
        lines.append(fact("" if at else "Why", first, LABEL))
        lines += [((" " * LABEL, ""), *one) for one in more]
    used = values["last_used_at"]
    return [
        *lines,
        fact("Last used", ((formats.moment(used) if used else "–", "$sp-t1"),), LABEL),
        fact("Held by", ((values["doors"] or "no door", "$sp-t1"),), LABEL),
    ]
