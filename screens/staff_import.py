"""`i` on the list of staff: the RF card template, an import, the reports (feature VIS-07)."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from backend.domain.enums import ImportKind
from backend.domain.import_columns import STAFF_COLUMNS as TEMPLATE
from backend.domain.import_columns import TemplateColumn
from screens.base.page import Page
from screens.base.session import Session
from screens.import_drawing import STAFF_COLUMNS
from screens.import_files import FileDialog, TargetDialog
from screens.import_menu import LISTS
from screens.import_page import ImportPage
from screens.import_report import ImportsPage
from widgets.dialog import PickDialog, PickRow

if TYPE_CHECKING:
    from backend.domain.imports import ImportDraft
    from backend.served import Importing

_ACTS = (
    ("import", "Import RF Card", "staff and cards of a list"),
    ("template", "Download RF card template", "an empty list with hints"),
    ("reports", "Reports of imports", "what each did"),
)
"""Answer, words of the guide, what it does."""


class StaffImportPage(ImportPage):
    """A list of staff being taken over."""

    MODULE = "v"
    TITLE_TEXT = "Import staff"
    COLUMNS = STAFF_COLUMNS
    ONE, MANY = "staff member", "staff members"

    def __init__(self, session: Session, *, path: Path | None = None, pasted: str = "") -> None:
        super().__init__(session, ImportKind.CARDS, path=path, pasted=pasted)

    @property
    def imports(self) -> Importing:
        """The service that takes staff over."""
        return self.session.engine.staff_imports

    @property
    def template(self) -> tuple[TemplateColumn, ...]:
        """The columns of the guide."""
        return TEMPLATE

    @property
    def meanings(self) -> list[str]:
        """The fields that a column may hold."""
        return [column.field for column in TEMPLATE]

    async def begin(self) -> ImportDraft:
        """The list as a draft."""
        session = self.session
        sheets = await session.ask(self.read_sheets)
        return await session.ask(session.engine.staff_imports.begin, session.context, sheets)


def take_staff_lines(page: Page, text: str) -> bool:
    """Open the preview of several pasted lines; answers False for a single one, and for who may not import."""
    if len([line for line in text.splitlines() if line.strip()]) < 2 or not page.session.may("visitor.write"):
        return False
    page.app.push_screen(StaffImportPage(page.session, pasted=text))
    return True


def open_staff_import(page: Page) -> None:
    """Ask what to import or to write."""
    rows = [PickRow(answer, name, ((what, "$sp-t3"),)) for answer, name, what in _ACTS]
    page.app.push_screen(PickDialog("Import", rows), lambda answer: _chosen(page, answer))


def _chosen(page: Page, answer: str | None) -> None:
    session = page.session
    if answer == "reports":
        page.app.push_screen(ImportsPage(session))
    elif answer == "template":
        dialog = TargetDialog(session, "Write a template", "template-staff.xlsx", lambda path: _write(session, path))
        page.app.push_screen(dialog, lambda path: page.say("Written", path) if path else None)
    elif answer == "import":
        page.app.push_screen(FileDialog("Which list", LISTS, session.export_folder), lambda path: _picked(page, path))


async def _write(session: Session, path: Path) -> None:
    await session.ask(session.engine.files.write_staff_template, path)


def _picked(page: Page, answer: str | None) -> None:
    if answer is not None:
        page.session.export_folder = str(Path(answer).parent)
        page.app.push_screen(StaffImportPage(page.session, path=Path(answer)))
