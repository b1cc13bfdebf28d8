"""`i` on the list of residents: templates, imports, batch edit, cards, faces, reports (feature RES-09)."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from backend.domain.enums import ImportKind
from screens.import_files import FileDialog, TargetDialog
from screens.import_page import ImportPage
from screens.import_report import ImportsPage
from widgets.dialog import PickDialog, PickRow

if TYPE_CHECKING:
    from screens.base.page import Page

LISTS = (".xlsx", ".xlsm", ".csv", ".tsv", ".txt")
_ACTS = (
    ("add", "Batch Add Resident", "residents of a list"),
    ("edit", "Batch Edit Resident", "a list that Export Resident wrote"),
    ("cards", "Import RF Card/PIN", "cards and PINs of a list"),
    ("faces", "Import Face", "photos of a zip"),
    ("template add", "Download Import Template", "an empty list with hints"),
    ("template cards", "Download RF card/PIN template", "an empty list with hints"),
    ("export", "Export Resident", "everybody, for a batch edit"),
    ("reports", "Reports of imports", "what each did"),
)
"""Answer, words of the guide, what it does."""


def take_lines(page: Page, text: str) -> bool:
    """Open the preview of several pasted lines; answers False for a single one, and for who may not import."""
    if len([line for line in text.splitlines() if line.strip()]) < 2 or not page.session.may("resident.write"):
        return False
    page.app.push_screen(ImportPage(page.session, ImportKind.ADD, pasted=text))
    return True


def open_import_menu(page: Page) -> None:
    """Ask what to import or to write."""
    rows = [PickRow(answer, name, ((what, "$sp-t3"),)) for answer, name, what in _ACTS]
    page.app.push_screen(PickDialog("Import", rows), lambda answer: _chosen(page, answer))


def _chosen(page: Page, answer: str | None) -> None:
    if answer is None:
        return
    if answer == "reports":
        page.app.push_screen(ImportsPage(page.session))
    elif answer == "export":
        _write(page, ImportKind.EDIT, "residents.xlsx", filled=True)
    elif answer.startswith("template"):
        kind = ImportKind(answer.partition(" ")[2])
        _write(page, kind, f"template-{kind.value}.xlsx", filled=False)
    else:
        _pick(page, ImportKind(answer))


def _pick(page: Page, kind: ImportKind) -> None:
    session = page.session

    def picked(answer: str | None) -> None:
        if answer is not None:
            session.export_folder = str(Path(answer).parent)
            page.app.push_screen(ImportPage(session, kind, path=Path(answer)))

    faces = kind is ImportKind.FACES
    dialog = FileDialog("Which zip" if faces else "Which list", (".zip",) if faces else LISTS, session.export_folder)
    page.app.push_screen(dialog, picked)


def _write(page: Page, kind: ImportKind, name: str, *, filled: bool) -> None:
    session = page.session

    async def write(path: Path) -> None:
        await session.ask(session.engine.files.write_template, session.context, kind, path, filled=filled)

    heading = "Export residents for a batch edit" if filled else "Write a template"
    dialog = TargetDialog(session, heading, name, write)
    page.app.push_screen(dialog, lambda path: page.say("Written", path) if path else None)
