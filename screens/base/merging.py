"""Two at one record: what was typed laid over what somebody else has saved meanwhile (edge case 75)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from widgets.form import Form, FormField

MINE = "Yours; nobody else changed it."


def merge(form: Form, theirs: Mapping[str, Any]) -> dict[str, str]:
    """Have the form begin with `theirs` without losing what was typed, and answer a sentence a field that differs.

    What only they changed is taken over, what only you changed stays; what both changed stays yours, and the field
    says what theirs is.
    """
    notes: dict[str, str] = {}
    for key, value in theirs.items():
        field = form.fields.get(key)
        if field is not None and (note := _laid_over(field, value)):
            notes[key] = note
    return notes


def _laid_over(field: FormField, value: Any) -> str:
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
    return f"Both changed it. Theirs: {field.told(theirs)}."
