"""Holidays: the list and its form, behind the second digit of Access Groups (feature AG-08)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

from backend.catalog.groups import HOLIDAY
from backend.catalog.model import Field
from screens.base.catalog_form import CatalogForm, begin_with
from screens.base.session import Session
from screens.group_tabs import GroupTab
from widgets.dialog import Choice, ConfirmDialog

if TYPE_CHECKING:
    from backend.domain.groups import HolidayRecord
    from backend.domain.records import Saved

_DELETE = HOLIDAY.verb("delete")
assert _DELETE is not None
DELETE = _DELETE


class HolidaysTab(GroupTab):
    """The holidays of the community."""

    RECORD = HOLIDAY
    TOPICS = HOLIDAY.topics
    TAB = 2
    DETAIL_PAGES: ClassVar[tuple[str, ...]] = ()

    def hints(self) -> list[tuple[str, str]]:
        """Nothing is ticked here, and doors are opened elsewhere."""
        return [hint for hint in super().hints() if hint[0] not in ("o", "space")]

    def open_row(self, row_id: int) -> None:
        """Enter changes it, for who may."""
        if self.session.may("access_group.write"):
            self.verb_edit((row_id,))

    def verb_add(self, _ids: tuple[int, ...]) -> None:
        """A new holiday."""
        self.app.push_screen(HolidayForm(self.session))

    def verb_edit(self, ids: tuple[int, ...]) -> None:
        """Change one."""
        self.app.push_screen(HolidayForm(self.session, ids[0]))

    def verb_delete(self, ids: tuple[int, ...]) -> None:
        """Take one away, after one question."""
        self.start(self._ask, ids[0])

    async def _ask(self, holiday_id: int) -> None:
        session = self.session
        record = await session.ask(session.engine.holidays.get, session.context, holiday_id)
        dialog = ConfirmDialog(
            "Delete",
            f"Delete {record.name}, {days_of(record)}?",
            lines=[((("Groups that keep holidays are open again on these days."), "$sp-t2"),),
                   ((("u"), "bold $sp-acc"), (" takes it back.", "$sp-t3"))],
            choices=[Choice(DELETE.confirm_key, "Delete", "delete", danger=True)],
            opened_by=DELETE.key,
        )  # fmt: skip

        def answered(answer: str | None) -> None:
            if answer:
                self.start(partial(self._delete, record))

        self.app.push_screen(dialog, answered)

    async def _delete(self, record: HolidayRecord) -> None:
        session = self.session
        saved = await session.ask(session.engine.holidays.delete, session.act(), record.id)
        self.watch_save(f"{record.name} deleted", saved)
        self.say(f"{record.name} deleted", "u Undo")


def days_of(record: HolidayRecord) -> str:
    """The days of a holiday, ISO."""
    same = record.first_day == record.last_day
    return record.first_day if same else f"{record.first_day} to {record.last_day}"


class HolidayForm(CatalogForm):
    """Adds a holiday, or changes the one given."""

    MODULE = "g"
    MAKES = "holiday"
    TITLE_TEXT = "Holiday"

    def __init__(self, session: Session, holiday_id: int | None = None) -> None:
        super().__init__(session)
        self._holiday_id = holiday_id
        self._record: HolidayRecord | None = None

    def fields(self) -> Sequence[Field]:
        """Name and days."""
        return HOLIDAY.formed()

    def about(self) -> str:
        """Which holiday."""
        return f"{self._record.name} · {days_of(self._record)}" if self._record else ""

    async def load(self) -> None:
        """Begin with what is there."""
        if self._holiday_id is not None:
            self.form.begin(await self.now())
        self.form.focus_first()

    async def now(self) -> Mapping[str, Any]:
        """The holiday as it stands."""
        session = self.session
        assert self._holiday_id is not None
        self._record = await session.ask(session.engine.holidays.get, session.context, self._holiday_id)
        return begin_with(self.fields(), self._record)

    async def save(self) -> Saved:
        """Add it or change it."""
        session, values = self.session, self.typed(self.form.values())
        if self._record is None:
            return await session.ask(partial(session.engine.holidays.add, session.act(), **values))
        changes = self.typed(self.form.changes())
        edit = session.engine.holidays.edit
        return await session.ask(partial(edit, session.act(), self._record.id, self._record.version, **changes))

    def saved_title(self) -> str:
        """Its name."""
        return str(self.form.fields["name"].value)
