"""A family moves out, the next one in, or one of them alone: one page, now or ahead (feature RES-16)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from textual.containers import Horizontal, Vertical
from textual.widget import Widget

from backend.domain.errors import Invalid, SmartPlusError
from backend.domain.timewords import describe_moment
from screens.base.form_page import FormPage
from screens.base.plan_pane import PlanPane, PlanSum
from screens.base.session import Session
from screens.move_drawing import goes_and_stays, goes_lines, leaving_lines, stays_lines
from screens.resident_hints import take_person
from widgets.dialog import Choice, ConfirmDialog
from widgets.form import Form, FormField, TextField
from widgets.form_field import UNDERSTOOD
from widgets.frame import Title
from widgets.panel import Lines

if TYPE_CHECKING:
    from datetime import datetime

    from backend.domain.access.results import DoorPlan
    from backend.domain.moves import MoveDraft, MovePatch, MovePreview, MoveRecord
    from backend.domain.records import Saved
    from backend.domain.residents import ResidentDraft

WHO = ("first", "last", "email", "pin", "cards")
"""The fields of who comes, in the order of a note."""
LISTS_WIDE = 52
"""Cells under the fields."""


class MoveForm(FormPage):
    """Who comes and when; who leaves, what goes and stays, and the plan per door stand beside it."""

    MODULE = "a"
    TITLE_TEXT = "Move"
    HINTS = (("F2 ctrl+s", "Move"), ("F3 ctrl+r", "Plan"), ("Esc", "Cancel"), ("Tab", "Next"))

    def __init__(self, session: Session, apartment_id: int) -> None:
        super().__init__(session)
        self._apartment_id = apartment_id
        self._preview: MovePreview | None = None

    def compose_page(self) -> Iterable[Widget]:
        """Fields with the two lists under them, the plan at the right."""
        with Horizontal(id="form-body"):
            with Vertical(id="move-left"):
                yield Form(self.sections())
                yield Lines(id="move-lists")
            yield PlanPane(self.session.formats)
        yield PlanSum()

    def sections(self) -> dict[str, Sequence[FormField]]:
        """Who comes, then when."""
        return {"Who comes": self.who(), "When": (self.when(),)}

    def who(self) -> tuple[TextField, ...]:
        """The fields of who comes."""
        made = (
            TextField("first", "First name", hint="empty: nobody comes", max_length=64),
            TextField("last", "Last name", max_length=64),
            TextField("email", "E-mail", hint="gets the login", max_length=254),
            TextField("pin", "PIN", max_length=10),
            TextField("cards", "RF cards", hint="a;b for several", max_length=400),
        )
        for field in made[:3]:
            field.on_paste_into(lambda text: take_person(self.form, text))
        return made

    def when(self) -> TextField:
        """The field of the date."""
        return TextField("at", "Date", hint="now, or: fr 18", max_length=40)

    def heading(self) -> Title:
        """Out and in, or one of them."""
        title = super().heading()
        return title if self._preview is None else replace(title, name=self._words())

    def _words(self) -> str:
        found, comes = self._preview, self._comes()
        if found is None or not found.leaves:
            return "Move in"
        return "Move out and in" if comes else "Move out"

    def _comes(self) -> bool:
        return self.is_mounted and any(self.form.fields[name].value for name in WHO if name in self.form.fields)

    def about(self) -> str:
        """Which apartment."""
        return self._preview.place if self._preview else ""

    async def load(self) -> None:
        """Who leaves, what goes and stays, and a free PIN."""
        session = self.session
        found = self._preview = await session.ask(session.engine.moves.preview, session.context, self._apartment_id)
        self._show_lists(found)
        if found.free_pin:
            self.form.fields["pin"].set_hint(f"free: {found.free_pin}")
        self.form.focus_first()
        self.plan_soon()

    def _show_lists(self, found: MovePreview) -> None:
        blank = [(("", ""),)]
        head = [(("Leaves", "bold $sp-t1"),)]
        goes = [*head, *leaving_lines(found), *blank, *goes_lines(found), *blank] if found.leaves else []
        lists = [*(goes or [*leaving_lines(found), *blank]), *stays_lines(found, LISTS_WIDE)]
        self.query_one("#move-lists", Lines).lines = tuple(lists)

    def field_changed(self, field: FormField) -> None:
        """The title says what the fields come to."""
        super().field_changed(field)
        self.refresh_frame()

    def moment(self) -> datetime | None:
        """When, None for now; raises Invalid (at)."""
        from backend.domain.moves import parse_move_time

        session = self.session
        return parse_move_time(self.form.fields["at"].value, session.now(), session.formats.zone)

    def draft(self, at: datetime | None) -> MoveDraft:
        """The move as the fields say."""
        from backend.domain.moves import MoveDraft

        return MoveDraft(apartment_id=self._apartment_id, incoming=self.incoming(), at=at)

    def incoming(self) -> ResidentDraft | None:
        """Who comes, None where nothing was typed about them."""
        from backend.domain.residents import ResidentDraft

        if not self._comes():
            return None
        values = {name: self.form.fields[name].value.strip() for name in WHO}
        cards = tuple(card.strip() for card in values.pop("cards").split(";") if card.strip())
        return ResidentDraft(**values, cards=cards)

    async def plan(self) -> Sequence[DoorPlan] | None:
        """Per door what goes and what comes."""
        if self._preview is None:
            return None
        session = self.session
        return await session.ask(session.engine.moves.plan, session.context, self.draft(None))

    async def advise(self) -> Mapping[str, str]:
        """About codes, and the date in full as it was understood."""
        session = self.session
        told = dict(await session.ask(session.engine.moves.advise, session.context, self.draft(None)))
        try:
            at = self.moment()
        except Invalid as error:
            return {**told, **error.fields}
        return told if at is None else {**told, "at": f"{UNDERSTOOD}{describe_moment(at, session.formats)}"}

    async def _save_unless_lost(self, then: FormPage | None) -> None:
        """Whatever is wrong is said first; then the number of the apartment is typed again."""
        session, found = self.session, self._preview
        self._saving = False
        if found is None:
            return
        at = self.moment()
        await session.ask(session.engine.moves.check, session.context, self.draft(at))
        when = describe_moment(at, session.formats) if at else "now"
        dialog = ConfirmDialog(
            self._words(),
            f"{self._words()}: {found.place}, {when}?",
            lines=[*leaving_lines(found), (("", ""),), *goes_and_stays(found), *self._way_back(at)],
            choices=[Choice("f2", "Plan it" if at else "Move", "move", danger=True)],
            typed=found.number,
        )

        def answered(answer: str | None) -> None:
            if answer:
                self.start(self._save_now, then)

        self.app.push_screen(dialog, answered)

    def _way_back(self, at: datetime | None) -> list[tuple[tuple[str, str], ...]]:
        """How it can be stopped or taken back."""
        if at:
            return [(("C", "bold $sp-acc"), (" on the page of the apartment cancels it before its time.", "$sp-t3"))]
        return [(("u", "bold $sp-acc"), (" takes it back whole; messages that were stopped stay stopped.", "$sp-t3"))]

    async def save(self) -> Saved:
        """Move, or plan it."""
        session, found = self.session, self._preview
        assert found is not None
        return await session.ask(session.engine.moves.move, session.act(), self.draft(self.moment()), found.number)

    def saved_title(self) -> str:
        """Which apartment."""
        return f"{self.about()} moved" if self._planned_now() else f"{self.about()} planned"

    def _planned_now(self) -> bool:
        try:
            return self.moment() is None
        except SmartPlusError:
            return True


class MoveChange(MoveForm):
    """Changes a move that is planned: who comes, and when."""

    TITLE_TEXT = "Change move"
    HINTS = (("F2 ctrl+s", "Save"), ("F3 ctrl+r", "Plan"), ("Esc", "Cancel"), ("Tab", "Next"))

    def _words(self) -> str:
        return self.TITLE_TEXT

    async def load(self) -> None:
        """Begin with what is planned; codes are kept until others are typed."""
        await super().load()
        planned = self._waits
        if planned is None:
            raise Invalid({"": "This move is not planned any more."})
        masked = {kind.value: value for kind, value in planned.codes}
        at = f"{self.session.formats.local(planned.at):%Y-%m-%d %H:%M}"
        self.form.begin({"first": planned.first, "last": planned.last, "email": planned.email, "at": at})
        for name, kind in (("pin", "pin"), ("cards", "card")):
            self.form.fields[name].set_hint(f"{masked[kind]} is kept" if kind in masked else "none")

    async def _save_unless_lost(self, then: FormPage | None) -> None:
        """Nothing is moved yet: nothing is asked."""
        await self._save_now(then)

    async def save(self) -> Saved:
        """Change what differs."""
        session, planned = self.session, self._waits
        assert planned is not None
        patch = self._patch(self.moment() if self.form.fields["at"].changed else None)
        return await session.ask(session.engine.moves.change, session.act(), planned.id, planned.version, patch)

    async def plan(self) -> Sequence[DoorPlan] | None:
        """Per door, with the codes that are kept."""
        session, planned = self.session, self._waits
        if planned is None:
            return None
        return await session.ask(session.engine.moves.plan_change, session.context, planned.id, self._patch(None))

    @property
    def _waits(self) -> MoveRecord | None:
        return self._preview.planned if self._preview else None

    def _patch(self, at: datetime | None) -> MovePatch:
        from backend.domain.moves import MovePatch

        changes: dict[str, Any] = {name: value.strip() for name, value in self.form.changes().items() if name != "at"}
        if "cards" in changes:
            changes["cards"] = tuple(card.strip() for card in changes["cards"].split(";") if card.strip())
        return MovePatch(**changes, at=at)

    def saved_title(self) -> str:
        """Which apartment."""
        return f"{self.about()} planned"
