"""Drift: what doors hold otherwise, its cause, and the choice: adopt, overwrite, leave alone (feature SYNC-04)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType

from backend.catalog.syncing import DRIFT
from backend.domain.errors import SmartPlusError
from backend.domain.filter import Filter, Term
from backend.domain.paging import ListQuery
from screens.base.detail_pane import Detail
from screens.base.messages import OpenRecord
from screens.drift_person import NEW, PersonPick
from screens.sync_drawing import drift_lines
from screens.sync_tabs import SyncTab
from widgets.dialog import Choice, ConfirmDialog
from widgets.frame import Part, Title
from widgets.table_ticks import Ticks

if TYPE_CHECKING:
    from backend.domain.context import Context
    from backend.domain.drift import DriftRecord
    from backend.domain.records import Saved

MANY = 20


class DriftScreen(SyncTab):
    """Every difference, what waits for a choice first."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("A", "verb('adopt')", "Adopt", id="drift.adopt", tooltip="A person takes it over", show=False),
        Binding("W", "verb('overwrite')", "Overwrite", id="drift.overwrite", tooltip="Write ours again", show=False),
        Binding("l", "verb('leave')", "Leave alone", id="drift.leave", tooltip="It stays at the door", show=False),
    ]
    RECORD = DRIFT
    TOPICS = DRIFT.topics
    TAB = 3
    DETAIL_PAGES: ClassVar[tuple[str, ...]] = ("Difference",)
    DETAIL_KEYS = "Enter device"

    _waiting: int = 0

    def heading(self) -> Title:
        """How many of them wait for a choice, also where none of those is in sight."""
        shown = super().heading()
        waits: list[Part] = (
            [("≠ ", "$sp-warn"), (f"{self._waiting:,} to decide   ", "$sp-warn")] if self._waiting else []
        )
        return Title(shown.name, shown.second, (*waits, *shown.right))

    async def load(self) -> None:
        """Read the list, and how many differences wait."""
        await super().load()
        session = self.session
        handle = session.engine.drift.list(session.context, ListQuery(Filter((Term("state", "eq", ("open",)),))))
        self._waiting = await session.ask(handle.count)

    def hints(self) -> Iterable[tuple[str, str]]:
        """Doors are opened elsewhere."""
        return [hint for hint in super().hints() if hint[0] != "o"]

    async def _get(self, row_id: int) -> DriftRecord:
        session = self.session
        return await session.ask(session.engine.drift.get, session.context, row_id)

    async def detail(self, row_id: int, page: str) -> Detail:
        """What is held on either side, and why."""
        found = await self._get(row_id)
        session = self.session
        lines = drift_lines(found, session.formats, session.now(), ways=session.may("sync.write"))
        return Detail(lines, ((found.device, "$sp-t3"),), heading=found.name)

    def open_row(self, row_id: int) -> None:
        """Enter: the page of the device."""
        self.start(self._open_device, row_id)

    async def _open_device(self, row_id: int) -> None:
        self.post_message(OpenRecord("device", (await self._get(row_id)).device_id))

    def verb_adopt(self, ids: Sequence[int]) -> None:
        """A person takes over what was found."""
        self.start(self._ask_adopt, ids[0])

    async def _ask_adopt(self, row_id: int) -> None:
        found = await self._get(row_id)
        if not found.can_adopt:
            self.say("Nothing to adopt", "no code that a person could take over", bad=True)
        elif found.stranger:
            self.app.push_screen(PersonPick(self.session, found.name), lambda hit: self._picked(found, hit))
        else:
            self._confirm_adopt(found, found.holder_id, found.name)

    def _picked(self, found: DriftRecord, hit: str | None) -> None:
        if hit is not None:
            number, _, name = hit.partition(":")
            self._confirm_adopt(found, None if number == NEW else int(number), name)

    def _confirm_adopt(self, found: DriftRecord, holder_id: int | None, name: str) -> None:
        new = found.stranger and holder_id is None
        whose = "the groups of last time for staff" if new else "hours of their own"
        told = [f"{name} opens with it in {whose}."]
        if "PIN " in found.theirs and not new:
            told.append("A PIN takes the place of theirs: a door holds one of each person.")
        if found.stranger:
            told.append(f"The record itself leaves {found.device}; undo does not bring it back.")
        dialog = ConfirmDialog(
            "Adopt",
            f"Make {name} a member of staff with {found.theirs}?" if new else f"Give {found.theirs} to {name}?",
            lines=[((line, "$sp-t2"),) for line in told],
            choices=[Choice("y", "Adopt", "adopt", danger=True)],
            opened_by="A",
        )

        def answered(answer: str | None) -> None:
            if answer:
                self.start(self._adopt, found, holder_id, name)

        self.app.push_screen(dialog, answered)

    async def _adopt(self, found: DriftRecord, holder_id: int | None, name: str) -> None:
        session = self.session
        new_staff = name if found.stranger and holder_id is None else ""
        saved = await session.ask(session.engine.drift.adopt, session.act(), found.id, holder_id, new_staff=new_staff)
        self.watch_save(f"{name} took it over", saved)

    def verb_overwrite(self, ids: Sequence[int]) -> None:
        """Doors are made to hold what we say."""
        self.start(self._ask_overwrite, tuple(ids))

    async def _ask_overwrite(self, ids: tuple[int, ...]) -> None:
        found = [await self._get(one) for one in ids]
        todo = [one for one in found if one.can_overwrite]
        if not todo:
            self.say("Nothing to overwrite", "the door holds what it should already", bad=True)
            return
        strangers = sum(one.stranger for one in todo)
        what = f"{todo[0].name} at {todo[0].device}" if len(todo) == 1 else f"{len(todo)} records"
        told = "Ours are written again."
        if strangers:
            who = "It leaves" if len(todo) == 1 else f"{strangers} of them leave"
            told = f"{who} the door. Undo does not bring that back."
        self._ask(
            "Overwrite",
            f"Overwrite {what}?",
            told,
            lambda context: self.session.engine.drift.overwrite(context, ids, strangers),
            typed=str(strangers) if strangers > MANY else "",
        )

    def verb_leave(self, ids: Sequence[int]) -> None:
        """They stay at the door and are no difference any more."""
        wanted = tuple(ids)
        what = "this person" if len(wanted) == 1 else f"these {len(wanted)} records"
        told = "They go on opening the door, and it counts as in sync until the record changes."
        leave = self.session.engine.drift.leave
        self._ask("Leave alone", f"Leave {what} at the door?", told, lambda context: leave(context, wanted))

    def _ask(self, heading: str, question: str, told: str, act: Callable[[Context], Saved], typed: str = "") -> None:
        dialog = ConfirmDialog(
            heading,
            question,
            lines=[((told, "$sp-t2"),)],
            choices=[Choice("y", heading, "do", danger=True)],
            typed=typed,
        )

        def answered(answer: str | None) -> None:
            if answer:
                self.start(self._act, heading, act)

        self.app.push_screen(dialog, answered)

    async def _act(self, heading: str, act: Callable[[Context], Saved]) -> None:
        session = self.session
        saved = await session.ask(act, session.act())
        self.table.ticks = Ticks()
        self.watch_save(heading, saved)

    def failed(self, error: SmartPlusError) -> None:
        """An error of a field is told as a sentence here: there is no form."""
        fields = getattr(error, "fields", None)
        self.say("; ".join(fields.values()) if fields else str(error), bad=True)
