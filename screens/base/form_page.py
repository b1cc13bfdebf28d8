"""The base of every form page: fields, the plan per door beside them, saving, and asking before work is lost."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.timer import Timer
from textual.widget import Widget
from textual.widgets import Input

from backend.domain.errors import Conflict, Invalid, NotFound, SmartPlusError, Stale
from screens.base.merging import MergingPage
from screens.base.page import Page
from screens.base.plan_pane import PlanPane, PlanSum, loses
from screens.base.session import Session
from widgets.dialog import Choice, ConfirmDialog
from widgets.form import Form, FormField
from widgets.frame import Title

if TYPE_CHECKING:
    from backend.domain.access.results import DoorPlan
    from backend.domain.records import Saved

PLAN_AFTER = 0.3
"""Seconds after the last key until the plan is drawn anew."""
PLAN_HOLDS = 3.0
"""Seconds for which a plan that is drawn counts as the present one: longer, and somebody may have changed the rules."""
GONE = "Somebody took it away meanwhile. What you typed stays here until you leave."
KEPT = "What you typed is kept: F2 saves it, ctrl+t takes theirs in a field."
KEPT_HERE = "What you typed is kept here; Esc and e show what it is now."
MOST_LOSSES = 12
"""Doors that a question names."""


class FormPage(MergingPage):
    """A record being made or changed. A concrete form builds its fields, its plan and its save."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f2,ctrl+s", "save", "Save", id="form.save", tooltip="Save", priority=True, show=False),
        Binding("f4,ctrl+j", "save_next", "Save and next", id="form.next", tooltip="Save, start the next", show=False),
        Binding("f3,ctrl+r", "plan", "Plan", id="form.plan", tooltip="What each door receives", show=False),
        Binding("tab", "app.focus_next", "Next", id="form.tab", tooltip="Next field", show=False),
        Binding("shift+tab", "app.focus_previous", "Back", id="form.back-tab", tooltip="Field above", show=False),
    ]
    HINTS: ClassVar[tuple[tuple[str, str], ...]] = (
        ("F2 ctrl+s", "Save"),
        ("F4", "Save and next"),
        ("F3 ctrl+r", "Plan"),
        ("Esc", "Cancel"),
        ("Tab", "Next"),
    )

    MAKES: ClassVar[str] = ""
    """The record type that a save makes or changes, as the catalog names it; a list of it stands on it then."""

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._timer: Timer | None = None
        self.waiting = True
        self._saving = False
        self._planned: tuple[float, dict[str, Any], Sequence[DoorPlan] | None] = (0.0, {}, None)
        self._cursor: Widget | None = None

    def compose_page(self) -> Iterable[Widget]:
        """Fields at the left, plan at the right; on narrow terminals the plan is a page behind F3."""
        with Horizontal(id="form-body"):
            yield Form(self.sections())
            yield PlanPane(self.session.formats)
        yield PlanSum()

    def sections(self) -> dict[str, Sequence[FormField]]:
        """The fields by section."""
        raise NotImplementedError(type(self).__name__)

    async def plan(self) -> Sequence[DoorPlan] | None:
        """What each door would receive; None while the form cannot tell."""
        return None

    async def save(self) -> Saved:
        """Save; errors name their fields."""
        raise NotImplementedError(type(self).__name__)

    def saved_title(self) -> str:
        """Whose way to the doors the status line counts."""
        return ""

    def next_form(self) -> FormPage | None:
        """The form that "save and next" starts."""
        return None

    async def advise(self) -> Mapping[str, str]:
        """What to know of the fields before saving, a sentence each."""
        return {}

    @property
    def makes(self) -> str:
        """The record type of what is saved."""
        return self.MAKES

    def about(self) -> str:
        """Which record the form changes; "" for a new one."""
        return ""

    def hints(self) -> Iterable[tuple[str, str]]:
        """ "Save and next" where there is a next one, "take theirs" while two have changed the same."""
        series = type(self).next_form is not FormPage.next_form
        merging = [("ctrl+t", "Take theirs")] if self.merging else []
        return [*merging, *(hint for hint in self.HINTS if series or hint[0] != "F4")]

    def heading(self) -> Title:
        """The title, which record it is, and how much is not saved."""
        count = self.unsaved
        word = f"{count} change{'s' if count != 1 else ''}"
        more = "" if self.has_class("-narrow") else ", not saved"
        right = ((f"◐ {word}{more}", "$sp-warn"),) if count else ()
        return Title(self.TITLE_TEXT, ((self.about(), "$sp-t2"),) if self.about() else (), right)

    @property
    def unsaved(self) -> int:
        """How many fields differ from what they began with."""
        return len(self.form.changes()) if self.is_mounted and self.form.is_mounted else 0

    def touched(self, topics: frozenset[str]) -> None:
        """A form is not read again under the hands of whoever types."""

    def failed(self, error: SmartPlusError) -> None:
        """Show errors at their fields; what was typed stays, and the cursor where it was."""
        self._saving = False
        if isinstance(error, Invalid):
            self.form.show_errors(error.fields)
        elif isinstance(error, Conflict):
            self.form.show_errors({error.field: str(error)})
        elif isinstance(error, Stale):
            can = type(self).now is not MergingPage.now
            self.form.show_errors({"": f"{error} {KEPT if can else KEPT_HERE}"})
            self.start(self.merge)
        elif isinstance(error, NotFound):
            self.form.show_errors({"": f"{error} {GONE}"})
        else:
            super().failed(error)
        if self.focused is None:
            self._return_to_cursor()

    @on(FormField.Changed)
    def _one_changed(self, event: FormField.Changed) -> None:
        event.stop()
        self.field_changed(event.field)

    def field_changed(self, field: FormField) -> None:
        """Count the changes and draw the plan after a pause."""
        del field
        self.refresh_frame()
        self.plan_soon()

    def plan_soon(self) -> None:
        """Have the plan drawn anew after a pause in typing."""
        if self._timer is not None:
            self._timer.stop()
        self._timer = self.set_timer(PLAN_AFTER, self._plan_now)

    def _plan_now(self) -> None:
        self._timer = None
        self.start(self._plan, group="plan", exclusive=True)

    async def _plan(self) -> None:
        values = self.form.values()
        try:
            plans = await self.plan()
        except SmartPlusError:
            plans = None
        self._planned = (time.monotonic(), values, plans)
        if not self.query(PlanSum):
            return  # saved and left meanwhile
        self.query_one(PlanPane).show(plans)
        self.query_one(PlanSum).show(plans)
        try:
            told = await self.advise()
        except SmartPlusError:
            told = {}
        if self.query(PlanSum):
            self.form.show_notes({**told, **self.merging})

    async def _load(self) -> None:
        try:
            await super()._load()
        finally:
            self.end_wait()

    def action_reload(self) -> None:
        """What was typed is not read over."""

    def action_save(self) -> None:
        """Save and leave."""
        self._save(then=None)

    def action_save_next(self) -> None:
        """Save and start the next."""
        self._save(then=self.next_form())

    def _save(self, then: FormPage | None) -> None:
        if self._saving:
            return
        self._saving = True
        if self.focused is not None:
            self._cursor = self.focused
            self.set_focus(None)  # a picker takes its first hit when it is left
        self.call_after_refresh(lambda: self.start(self._save_what_fits, then))

    async def _save_what_fits(self, then: FormPage | None) -> None:
        """What fits no choice is said, and nothing saved in its place."""
        if missed := self.form.missed():
            raise Invalid(missed)
        await self._save_unless_lost(then)

    async def _present_plan(self) -> Sequence[DoorPlan] | None:
        """The plan that stands beside the fields, where it is of these fields and fresh."""
        drawn_at, values, plans = self._planned
        if plans is not None and time.monotonic() - drawn_at < PLAN_HOLDS and values == self.form.values():
            return plans
        return await self.plan()

    def losing(self, plans: Sequence[DoorPlan]) -> list[DoorPlan]:
        """The doors at which a save takes so much away that it asks first."""
        return [plan for plan in plans if plan.removes]

    def loss_question(self, losing: Sequence[DoorPlan]) -> str:
        """What is asked before a save that takes access away at these doors."""
        return f"{self.saved_title()} loses access at {len(losing)} door{'s' if len(losing) != 1 else ''}. Save?"

    async def _save_unless_lost(self, then: FormPage | None) -> None:
        """A save that takes access away asks first."""
        try:
            plans = await self._present_plan() or ()
        except SmartPlusError:
            plans = ()  # saving says what is wrong, at its field
        losing = self.losing(plans)
        if not losing:
            await self._save_now(then)
            return
        self._saving = False
        lines = [((("- "), "$sp-bad"), (plan.device_name, "$sp-t1"), (f"  {loses(plan)}", "$sp-t2")) for plan in losing]
        dialog = ConfirmDialog(
            "Save",
            self.loss_question(losing),
            lines=lines[:MOST_LOSSES],
            choices=[Choice("y", "Save", "save", danger=True)],
            opened_by="f2",
        )

        def answered(answer: str | None) -> None:
            if answer:
                self.start(self._save_now, then)

        self.app.push_screen(dialog, answered)

    async def _save_now(self, then: FormPage | None) -> None:
        self._saving = True
        try:
            saved = await self.save()
        finally:
            self._saving = False
        self.watch_save(self.saved_title(), saved)
        below = self.app.screen_stack[-2]
        if isinstance(below, Page):
            below.stand_on(self.makes, saved.id)
        self.dismiss()
        if then is not None:
            self.app.push_screen(then)

    def action_plan(self) -> None:
        """Show the plan as a page, or the fields again."""
        if self.has_class("-plan"):
            self._leave_plan()
        else:
            self._cursor = self.focused
            self.set_focus(None)
            self.add_class("-plan")

    def _return_to_cursor(self) -> None:
        """Go on typing where one was; nothing is selected, so nothing typed is replaced."""
        line = self._cursor
        if isinstance(line, Input):
            selects, line.select_on_focus = line.select_on_focus, False
            self.set_focus(line)
            line.call_later(setattr, line, "select_on_focus", selects)
        elif line is not None:
            self.set_focus(line)

    def _leave_plan(self) -> None:
        self.remove_class("-plan")
        self._return_to_cursor()

    def action_back(self) -> None:
        """Leave the plan, then the form; ask when something was typed."""
        if self.has_class("-plan"):
            self._leave_plan()
        else:
            self.ask_leave(self.dismiss)

    def ask_leave(self, then: Callable[[], object]) -> None:
        """Throw away what was typed only after one question."""
        count = self.unsaved
        if not count:
            then()
            return
        dialog = ConfirmDialog(
            "Leave the form",
            f"Throw away {count} change{'s' if count != 1 else ''}?",
            lines=[((self.about() or self.TITLE_TEXT, "$sp-t2"),)],
            choices=[Choice("x", "Throw away", "leave", danger=True)],
            opened_by="escape",
        )

        def answered(answer: str | None) -> None:
            if answer:
                self.form.begin(self.form.values())
                then()

        self.app.push_screen(dialog, answered)
