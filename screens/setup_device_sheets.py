"""Devices from a spreadsheet, by keys: the file, what each row would add, then the good ones (feature SET-06)."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from backend.domain.formats import counted
from screens.base.drawing import column, wrapped
from screens.base.entry_dialog import EntryDialog
from widgets.dialog import Choice, ConfirmDialog
from widgets.entries import Entry
from widgets.frame import Part

if TYPE_CHECKING:
    from backend.domain.device_sheets import SheetDevice
    from screens.base.page import Page

MOST_SHOWN = 14
"""Lines about a file that the question shows; bad rows come first."""
INDENT, REASON = 21, 49
"""Cells before the reasons of a row, and those of a reason."""


class PickSheet(EntryDialog[tuple["SheetDevice", ...]]):
    """Which file; answers what each of its rows would add."""

    HEADING = "Devices from a spreadsheet"
    LEAD = (
        "xlsx or csv, with the headings of the template. Nothing is asked of",
        "the devices: they count as never seen.",
    )
    KEYS = "F2 Look at it · Esc Cancel"

    def entries(self) -> tuple[Entry, ...]:
        """The path."""
        return (Entry("file", "File", max_length=1024),)

    async def submit(self, values: dict[str, str]) -> tuple[SheetDevice, ...] | None:
        """Read and judge it."""
        session = self.session
        sheets = await session.ask(session.engine.files.read_sheets, Path(values["file"].strip()))
        return await session.ask(session.engine.device_sheets.check, session.context, sheets)


class WriteTemplate(EntryDialog[str]):
    """Where the empty template goes; answers its path."""

    HEADING = "Template of devices"
    LEAD = ("The headings, each with what may stand under it.",)
    KEYS = "F2 Write · Esc Cancel"

    def entries(self) -> tuple[Entry, ...]:
        """The path."""
        return (Entry("path", "File, ending in xlsx or csv", value="devices.xlsx", max_length=1024),)

    async def submit(self, values: dict[str, str]) -> str | None:
        """Write it."""
        path = Path(values["path"].strip())
        await self.session.ask(self.session.engine.files.write_device_template, path)
        return str(path)


def ask_to_add(page: Page, rows: tuple[SheetDevice, ...]) -> None:
    """Show what the rows would add, bad ones first; `y` adds the good ones."""
    good = [row for row in rows if row.good]
    bad = len(rows) - len(good)
    lines = [line for row in sorted(rows, key=lambda one: one.good) for line in _lines(row)]
    more: list[tuple[Part, ...]] = [((f"and {len(lines) - MOST_SHOWN} more lines", "$sp-t3"),)]
    question = f"Add {len(good)} of {counted(len(rows), 'device')}?" if good else "No row of this file can be added."
    choices = [Choice("y", f"Add {len(good)}" + (", leave the others" if bad else ""), "add")] if good else []
    dialog = ConfirmDialog(
        "Import devices",
        question,
        lines=lines[:MOST_SHOWN] + (more if len(lines) > MOST_SHOWN else []),
        choices=choices,
    )

    async def add() -> None:
        session = page.session
        drafts = [row.draft for row in good if row.draft is not None]
        await session.ask(session.engine.device_sheets.add, session.act(), drafts)
        page.say(
            f"{counted(len(drafts), 'device')} added",
            f"{counted(bad, 'row')} left out" if bad else "never seen until they answer",
        )

    def answered(answer: str | None) -> None:
        if answer:
            page.start(add)

    page.app.push_screen(dialog, answered)


def _lines(row: SheetDevice) -> list[tuple[Part, ...]]:
    """A row as it is judged: one line, or one for each thing that is wrong."""
    place: Part = (column(f"{row.row}", 5), "$sp-t3")
    if row.draft is not None:
        facts = f"{row.draft.model}  {row.draft.host}"
        return [(("+ ", "$sp-ok"), place, (column(row.name, 20), "$sp-t1"), (facts, "$sp-t2"))]
    head: tuple[Part, ...] = (("× ", "$sp-bad"), place, (column(row.name or "–", 14), "$sp-t1"))
    told = [line[1] for name, text in row.errors.items() for line in wrapped(f"{name}: {text}", REASON, "$sp-t2")]
    return [(*(head if at == 0 else ((" " * INDENT, ""),)), part) for at, part in enumerate(told)]
