"""Putting a list right in place: cells typed anew or left blank, rows left out, columns named (feature RES-15)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from textual import on

from backend.domain.import_columns import EDIT_COLUMNS, LABELS, NAME, PLACE
from backend.domain.imports import MAY_BE_BLANK
from screens.base.needs import needs
from screens.import_cells import CellDialog, column_rows, field_rows, meaning_rows
from screens.import_in_hand import InHand
from widgets.dialog import PickDialog
from widgets.table_messages import RowSelected

if TYPE_CHECKING:
    from backend.domain.imports import ImportDraft, PreviewRow


class Fixing(InHand):
    """The acts on the row under the cursor."""

    @property
    def meanings(self) -> list[str]:
        """The fields that a column of the list may hold."""
        return [*(column.field for column in EDIT_COLUMNS), NAME, PLACE]

    @on(RowSelected)
    def _selected(self, event: RowSelected) -> None:
        """Enter: pick a cell of the row."""
        event.stop()
        row = self._row
        if row is None or self._draft is None or self._progress is not None:
            return
        dialog = PickDialog(f"Row {row.number}", field_rows(row, self._draft, self.template))
        self.app.push_screen(dialog, lambda name: self._edit(row, name) if name else None)

    @needs("resident.write")
    def action_edit_cell(self) -> None:
        """Type what the cell should say."""
        row, note = self._row, self._note
        if row is not None and note is not None and note.field in LABELS:
            self._edit(row, note.field)

    def _edit(self, row: PreviewRow, name: str) -> None:
        def typed(text: str | None) -> None:
            if text is not None:
                self._change(lambda draft: draft.fixed(row.number, name, text))

        self.app.push_screen(CellDialog(self.session, row, name), typed)

    @needs("resident.write")
    def action_blank_cell(self) -> None:
        """Take the row without the cell."""
        row, note = self._row, self._note
        if row is not None and note is not None and note.field in MAY_BE_BLANK:
            self._change(lambda draft: draft.fixed(row.number, note.field, ""))

    @needs("resident.write")
    def action_leave_out(self) -> None:
        """Do not take the row."""
        if (row := self._row) is not None:
            self._change(lambda draft: draft.without(row.number))

    def _change(self, change: Callable[[ImportDraft], ImportDraft]) -> None:
        if self._draft is not None and self._progress is None:
            self._draft = change(self._draft)
            self._changes += 1
            self.reload()

    @needs("resident.write")
    def action_columns(self) -> None:
        """Say what a column means."""
        draft = self._draft
        if draft is None or self._progress is not None:
            return

        def named(index: int, name: str | None) -> None:
            if name is not None:
                fields = [("" if field == name else field) for field in draft.columns.fields]
                fields[index] = name if name != "-" else ""
                columns = replace(draft.columns, fields=tuple(fields))
                self._change(lambda present: replace(present, columns=columns))

        def picked(answer: str | None) -> None:
            if answer is not None:
                dialog = PickDialog("It holds", meaning_rows(self.meanings))
                self.app.push_screen(dialog, lambda name: named(int(answer), name))

        self.app.push_screen(PickDialog("Which column", column_rows(draft)), picked)
