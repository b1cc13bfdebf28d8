"""What the interface reads from files and writes to them, and what it draws of pictures and codes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from backend.domain.paths import at_home

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from backend.catalog.model import Record
    from backend.documents.photos import Dots
    from backend.domain.context import Context
    from backend.domain.enums import ImportKind
    from backend.domain.imports import FaceFile
    from backend.domain.paging import ListPages, ListQuery
    from backend.domain.receipts import Receipt
    from backend.domain.sheets import Sheet
    from backend.served import Served


class Files:
    """Files of the interface's machine; whatever libraries they take are loaded when they are needed."""

    def __init__(self, served: Served) -> None:
        self._served = served

    def export(
        self,
        record: str,
        context: Context,
        query: ListQuery,
        path: Path,
        told: Callable[[int, int], bool] = lambda _done, _total: True,
    ) -> int | None:
        """Write every row of a list as a file, xlsx or csv by its suffix, and answer how many; None when stopped.

        `told` is called between pages with the rows written and the rows there are, and answers whether to go on.
        Raises Forbidden as the list does, Invalid (path); an instant is written in the zone of the actor's community.
        """
        from backend.catalog.registry import RECORDS

        return self.export_pages(RECORDS[record], context, self._served.list(record, context, query), path, told)

    def export_pages(
        self,
        record: Record,
        context: Context,
        pages: ListPages,
        path: Path,
        told: Callable[[int, int], bool] = lambda _done, _total: True,
    ) -> int | None:
        """The same for rows of a record type that have been found already."""
        from backend.documents.lists import write_list

        return write_list(path, record, pages, self._served.communities.get(context).timezone, told)

    def read_photo(self, path: Path) -> bytes:
        """The photo of a face in a file, as a draft takes it: a JPEG of at most 200 kB; raises Invalid (face)."""
        from backend.documents.photos import read_photo_file

        return read_photo_file(path)

    def draw_photo(self, jpeg: bytes, columns: int) -> Dots:
        """A photo as rows of coloured dots, so many columns wide; two dots stand above each other in a cell."""
        from backend.documents.photos import dots_of

        return dots_of(jpeg, columns)

    def draw_qr(self, text: str) -> tuple[tuple[bool, ...], ...]:
        """The QR code of a text as rows of modules, True for dark, without its quiet zone."""
        from backend.services.qr import qr_modules

        return qr_modules(text)

    def read_sheets(self, path: Path) -> tuple[Sheet, ...]:
        """The sheets of an xlsx or csv file for `imports.begin`; raises Invalid (file) with one sentence."""
        from backend.documents.reading import read_file

        return read_file(at_home(path))

    def read_pasted(self, text: str) -> tuple[Sheet, ...]:
        """Pasted lines as a sheet for `imports.begin`; raises Invalid (file)."""
        from backend.documents.reading import read_pasted

        return read_pasted(text)

    def read_faces(
        self, path: Path, told: Callable[[int, int], bool] = lambda _done, _all: True
    ) -> tuple[FaceFile, ...]:
        """The photos of a zip for `imports.begin_faces`, made as devices take them; `told` hears how far it is.

        Raises Invalid (file) for the zip as a whole; a photo that cannot be taken comes with its reason.
        """
        from backend.documents.faces import read_faces

        return read_faces(at_home(path), told)

    def write_receipt(self, path: Path, receipt: Receipt) -> None:
        """Write a receipt as a file, text or PDF by its suffix; raises Invalid (path)."""
        from backend.documents.receipts import write_receipt

        write_receipt(at_home(path), receipt)

    def write_template(self, context: Context, kind: ImportKind, path: Path, *, filled: bool = False) -> int:
        """Write the template of an import with its hints; `filled` with everybody, for a batch edit.

        Answers how many residents are in it. Raises Invalid (path), Forbidden.
        """
        from backend.documents.writer import write_rows
        from backend.domain.imports import TEMPLATES, TITLES

        columns = TEMPLATES[kind]
        rows = self._served.imports.export(context) if filled else ()
        names, hints = [column.heading for column in columns], [column.hint for column in columns]
        return write_rows(at_home(path), names, rows, title=TITLES[kind], hints=hints)

    def write_staff_template(self, path: Path) -> None:
        """Write the guide's empty RF card template of staff with its hints; raises Invalid (path)."""
        from backend.documents.writer import write_rows
        from backend.domain.import_columns import STAFF_COLUMNS

        names, hints = [column.heading for column in STAFF_COLUMNS], [column.hint for column in STAFF_COLUMNS]
        write_rows(at_home(path), names, (), title="Staff", hints=hints)

    def write_device_template(self, path: Path) -> None:
        """Write the empty template of devices with its hints; raises Invalid (path)."""
        from backend.documents.writer import write_rows
        from backend.domain.device_sheets import COLUMNS

        names, hints = [heading for _, heading, _ in COLUMNS], [hint for _, _, hint in COLUMNS]
        write_rows(at_home(path), names, (), title="Devices", hints=hints)

    def write_report(self, context: Context, report_id: int, path: Path) -> int:
        """Write what became of each row of an import as a file; raises NotFound, Invalid (path)."""
        from backend.documents.writer import write_rows
        from backend.domain.imports import REPORT_COLUMNS, report_cells

        report = self._served.imports.report(context, report_id)
        return write_rows(at_home(path), REPORT_COLUMNS, report_cells(report), title=f"Import {report_id}")
