"""Two at one record: what was typed laid over what somebody else has saved meanwhile (edge case 75)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from textual.binding import Binding, BindingType

from screens.base.page import Page
from screens.base.session import Session
from widgets.form import Form, FormField

MINE = "Yours; nobody else changed it."
BOTH = "Both changed it. Theirs:"


class MergingPage(Page):
    """A page with a form that can be laid over what somebody else has saved; base of every form page."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+t", "theirs", "Take theirs", id="form.theirs", tooltip="Take what was saved", show=False),
    ]

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self.merging: dict[str, str] = {}
        """Per field in which two met: whose is what."""

    @property
    def form(self) -> Form:
        """The fields."""
        return self.query_one(Form)

    async def now(self) -> Mapping[str, Any] | None:
        """The values that the record has now, to save on top of from here on; None where the form cannot tell.

        A form that answers takes the record's present version over with it.
        """
        return None

    async def merge(self) -> None:
        """Lay what was typed over what somebody else has saved, and say field by field whose is what."""
        theirs = await self.now()
        if theirs is None:
            return
        self.merging = laid_over(self.form, theirs)
        self.form.show_notes(self.merging)
        both = next((key for key, note in self.merging.items() if note.startswith(BOTH)), None)
        if both is not None:
            self.form.fields[both].focus_value()
        self.refresh_frame()
        self.plan_soon()

    def action_theirs(self) -> None:
        """Take what somebody else saved in the field under the cursor."""
        field = next((one for one in self.form.fields.values() if one.has_focus_within), None)
        if field is not None and field.key in self.merging:
            field.begin(field.original)
            self._drop_note(field)
            self.field_changed(field)

    def _drop_note(self, field: FormField) -> None:
        self.merging = {key: note for key, note in self.merging.items() if key != field.key}
        field.show_note("")

    def field_changed(self, field: FormField) -> None:
        """A field is another: a form page counts it and draws its plan anew."""

    def plan_soon(self) -> None:
        """The fields are others: a form page draws its plan anew."""


def laid_over(form: Form, theirs: Mapping[str, Any]) -> dict[str, str]:
    """Have the form begin with `theirs` without losing what was typed, and answer a sentence a field that differs.

    What only they changed is taken over, what only you changed stays; what both changed stays yours, and the field
    says what theirs is.
    """
    notes: dict[str, str] = {}
    for key, value in theirs.items():
        field = form.fields.get(key)
        if field is not None and (note := _field_over(field, value)):
            notes[key] = note
    return notes


def _field_over(field: FormField, value: Any) -> str:
    before, mine, typed = field.original, field.value, field.changed
    field.rebase(value)
    theirs = field.original
    if theirs == before:
        return MINE if typed else ""
    if not typed:
        field.begin(value)
        return f"Theirs now; it was {field.told(before)}."
    if mine == theirs:
        return ""
    return f"{BOTH} {field.told(theirs)}."
