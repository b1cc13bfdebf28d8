"""Dialogs of the import page: one cell put right, and which cell or column is meant."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from backend.domain.import_columns import EDIT_COLUMNS, LABELS, STAFF, TemplateColumn
from backend.domain.imports import SECRET_FIELDS
from backend.domain.sheets import column_letter, text_of
from screens.base.entry_dialog import EntryDialog
from screens.base.session import Session
from screens.import_drawing import shown
from widgets.entries import Entry
from widgets.pick_list import PickRow

if TYPE_CHECKING:
    from backend.domain.imports import ImportDraft, PreviewRow

_HINTS = {column.field: column.hint for column in (*EDIT_COLUMNS, STAFF)}


class CellDialog(EntryDialog[str]):
    """What one cell should say."""

    KEYS = "Enter Take · Esc Cancel"

    def __init__(self, session: Session, row: PreviewRow, name: str) -> None:
        super().__init__(session)
        self.HEADING = f"Row {row.number}  {LABELS[name]}"  # type: ignore[misc]
        self.LEAD = (_HINTS[name],) if name in _HINTS else ()  # type: ignore[misc]
        self._field = name
        self._text = row.typed.get(name, "")

    def entries(self) -> tuple[Entry, ...]:
        """The cell as it is; a code is typed anew."""
        value = "" if self._field in SECRET_FIELDS else self._text
        return (Entry("cell", LABELS[self._field], value=value),)

    async def submit(self, values: dict[str, str]) -> str | None:
        """Answer what was typed; the preview judges it."""
        return values["cell"].strip()


def field_rows(row: PreviewRow, draft: ImportDraft, template: Iterable[TemplateColumn]) -> list[PickRow]:
    """The cells of a row to pick from, those that the list has first."""
    has = set(draft.columns.fields)
    fields = [column.field for column in template]
    fields.sort(key=lambda name: name not in has)
    return [PickRow(name, LABELS[name], ((shown(name, row), "$sp-t3"),)) for name in fields]


def meaning_rows(fields: Iterable[str]) -> list[PickRow]:
    """Everything that a column may hold."""
    return [*(PickRow(name, LABELS[name]) for name in fields), PickRow("-", "Nothing: leave it out")]


def column_rows(draft: ImportDraft) -> list[PickRow]:
    """The columns of a list with what they hold now."""
    first = next((row for row in draft.sheet.rows if row.number >= max(1, draft.columns.heading_row)), None)
    width = max((len(row.cells) for row in draft.sheet.rows), default=0)
    found = []
    for index in range(min(width, len(draft.columns.fields))):
        name = draft.columns.fields[index]
        says = text_of(first.cells[index]) if first is not None and index < len(first.cells) else ""
        title = f"{column_letter(index)}  {says}" if draft.columns.heading_row else column_letter(index)
        found.append(PickRow(str(index), title, ((LABELS.get(name, "left out"), "$sp-t3"),)))
    return found
