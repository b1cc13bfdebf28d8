"""The base of every form page: fields, the plan per door beside them, saving, and asking before work is lost."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.timer import Timer
from textual.widget import Widget

from backend.domain.errors import Conflict, Invalid, SmartPlusError, Stale
from screens.base.page import Page
from screens.base.plan_pane import PlanPane
from screens.base.session import Session
from widgets.dialog import Choice, ConfirmDialog
from widgets.form import Form, FormField
from widgets.frame import Title

if TYPE_CHECKING:
    from backend.domain.access.results import DoorPlan
    from backend.domain.records import Saved

PLAN_AFTER = 0.3
"""Seconds after the last key until the plan is drawn anew."""


class FormPage(Page):
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

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._timer: Timer | None = None
        self._saving = False

    @property
    def form(self) -> Form:
        """The fields."""
        return self.query_one(Form)

    def compose_page(self) -> Iterable[Widget]:
        """Fields at the left, plan at the right; on narrow terminals the plan is a page behind F3."""
        with Horizontal(id="form-body"):
            yield Form(self.sections())
            yield PlanPane()

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

    def heading(self) -> Title:
        """The title, and how much is not saved."""
        count = len(self.form.changes()) if self.is_mounted and self.form.is_mounted else 0
        plural = "s" if count != 1 else ""
        unsaved = ((f"◐ {count} change{plural}, not saved", "$sp-warn"),) if count else ()
        return Title(self.TITLE_TEXT, right=unsaved)

    def touched(self, topics: frozenset[str]) -> None:
        """A form is not read again under the hands of whoever types."""

    def failed(self, error: SmartPlusError) -> None:
        """Show errors at their fields; what was typed stays."""
        self._saving = False
        if isinstance(error, Invalid):
            self.form.show_errors(error.fields)
        elif isinstance(error, Conflict):
            self.form.show_errors({error.field: str(error)})
        elif isinstance(error, Stale):
            self.form.show_errors({"": f"{error} Escape and open it again to see what changed."})
        else:
            super().failed(error)

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
        self._timer = self.set_timer(PLAN_AFTER, lambda: self.start(self._plan, group="plan", exclusive=True))

    async def _plan(self) -> None:
        pane = self.query_one(PlanPane)
        try:
            plans = await self.plan()
        except SmartPlusError:
            plans = None
        pane.show(plans)

    def action_save(self) -> None:
        """Save and leave."""
        self._save(then=None)

    def action_save_next(self) -> None:
        """Save and start the next."""
        self._save(then=self.next_form())

    def _save(self, then: FormPage | None) -> None:
        if not self._saving:
            self._saving = True
            if self.focused is not None:
                self.set_focus(None)  # a picker takes its first hit when it is left
            self.call_after_refresh(lambda: self.start(self._save_now, then))

    async def _save_now(self, then: FormPage | None) -> None:
        saved = await self.save()
        self._saving = False
        self.watch_save(self.saved_title(), saved)
        self.dismiss()
        if then is not None:
            self.app.push_screen(then)

    def action_plan(self) -> None:
        """Show the plan as a page, or the fields again."""
        self.toggle_class("-plan")

    def action_back(self) -> None:
        """Leave; ask when something was typed."""
        if self.has_class("-plan"):
            self.remove_class("-plan")
            return
        count = len(self.form.changes())
        if not count:
            self.dismiss()
            return
        dialog = ConfirmDialog(
            "Leave the form",
            f"Throw away {count} change{'s' if count != 1 else ''}?",
            choices=[Choice("x", "Throw away", "leave", danger=True)],
        )
        self.app.push_screen(dialog, self._left)

    def _left(self, answer: Any) -> None:
        if answer == "leave":
            self.dismiss()
