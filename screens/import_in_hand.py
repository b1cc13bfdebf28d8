"""A list in hand on the import page: its draft, its preview, and the row under the cursor."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from backend.domain.enums import ImportKind
from backend.domain.imports import TEMPLATES
from backend.domain.progress import Progress
from screens.base.page import Page
from screens.base.session import Session
from widgets.table import VirtualTable

if TYPE_CHECKING:
    from backend.domain.import_columns import TemplateColumn
    from backend.domain.imports import ImportDraft, Note, Preview, PreviewRow
    from backend.served import Importing


class InHand(Page):
    """What the parts of the import page share; `ONE` and `MANY` are whom the list is about."""

    ONE: ClassVar[str] = "resident"
    MANY: ClassVar[str] = "residents"

    def __init__(self, session: Session, kind: ImportKind, path: Path | None, pasted: str) -> None:
        super().__init__(session)
        self._kind = kind
        self._path = path
        self._pasted = pasted
        self._draft: ImportDraft | None = None
        self._preview: Preview | None = None
        self._show = "all"
        self._changes = 0
        self._checking = True
        self._progress: Progress | None = None
        self._stop = threading.Event()

    @property
    def imports(self) -> Importing:
        """The service that takes such lists over."""
        return self.session.engine.imports

    @property
    def template(self) -> tuple[TemplateColumn, ...]:
        """The columns of such lists."""
        return TEMPLATES[self._kind]

    @property
    def _row(self) -> PreviewRow | None:
        """The row under the cursor."""
        here = self.query_one(VirtualTable).cursor_row
        rows = self._preview.rows if self._preview else ()
        return next((row for row in rows if here is not None and row.number == here.id), None)

    @property
    def _note(self) -> Note | None:
        """The cell that wants a look in the row under the cursor, a refused one first."""
        notes = sorted(self._row.notes, key=lambda note: not note.refuses) if self._row else []
        return notes[0] if notes else None
