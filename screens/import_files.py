"""Which file to take over and where to write one: a path typed with completion (feature RES-09)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection
from pathlib import Path

from textual.widgets import Input

from backend.domain.errors import Invalid
from backend.domain.formats import figure
from backend.domain.paths import at_home
from screens.base.entry_dialog import EntryDialog
from screens.base.session import Session
from widgets.entries import Entry
from widgets.pick_dialog import PickDialog
from widgets.pick_list import PickList, PickRow

MOST = 500
"""Entries of a folder that are looked at."""


class FileDialog(PickDialog):
    """Pick a file by typing its path: Enter goes into a folder, takes a file; Tab completes."""

    def __init__(self, heading: str, suffixes: Collection[str], folder: str = "") -> None:
        named = " ".join(suffixes)
        begin = f"{folder or Path.home()}/".replace("//", "/")  # the folder of last time
        super().__init__(heading, empty=f"No folder and no file ({named}) begins like this.", begin=begin)
        self._suffixes = tuple(suffixes)

    def typed(self, text: str) -> None:
        """The entries of the folder that begin as typed, folders first."""
        self.query_one(PickList).show(entries(text, self._suffixes), self._empty)

    def picked(self, row: PickRow) -> None:
        """Go into a folder, take a file."""
        if not row.answer.endswith("/"):
            self.dismiss(row.answer)
            return
        line = self.query_one(Input)
        line.value = row.answer
        line.cursor_position = len(row.answer)
        line.focus()

    def entered(self) -> None:
        """A path that is typed whole is taken as it is."""
        typed = path_of(self.query_one(Input).value)
        if typed.is_file():
            self.dismiss(str(typed))
        else:
            super().entered()


def path_of(text: str) -> Path:
    """A path as typed; one that begins anew at `/` or `~` behind the folder that stood there counts from there."""
    text = text.strip()
    anew = max(text.rfind("//"), text.rfind("/~"))
    return at_home(Path(text[anew + 1 :] if anew >= 0 else text))


def entries(text: str, suffixes: Collection[str]) -> list[PickRow]:
    """What a typed path can go on with."""
    path = path_of(text)
    folder, begin = (path, "") if text.endswith("/") or not text.strip() else (path.parent, path.name)
    try:
        found = sorted(folder.iterdir(), key=lambda one: (not one.is_dir(), one.name.casefold()))[:MOST]
    except OSError:
        return []
    rows = []
    for one in found:
        hidden = one.name.startswith(".") and not begin.startswith(".")
        if hidden or not one.name.casefold().startswith(begin.casefold()):
            continue
        if one.is_dir():
            rows.append(PickRow(f"{one}/", f"{one.name}/", (("folder", "$sp-t3"),)))
        elif one.suffix.lower() in suffixes:
            rows.append(PickRow(str(one), one.name, ((_size(one), "$sp-t3"),)))
    return rows


def _size(path: Path) -> str:
    try:
        return f"{figure(max(1, path.stat().st_size // 1000))} kB"
    except OSError:
        return "–"


class TargetDialog(EntryDialog[str]):
    """Where to write a file; it is written before the dialog closes, and an error stays under the path."""

    KEYS = "Enter Write · Esc Cancel"

    def __init__(self, session: Session, heading: str, name: str, write: Callable[[Path], Awaitable[None]]) -> None:
        super().__init__(session)
        self.HEADING = heading  # type: ignore[misc]
        self._proposed = Path(session.export_folder or Path.home()) / name
        self._write = write

    def entries(self) -> tuple[Entry, ...]:
        """One line, with the folder of last time."""
        return (Entry("path", "File", value=str(self._proposed), max_length=4096),)

    async def submit(self, values: dict[str, str]) -> str | None:
        """Write to a new file."""
        path = new_path(values["path"])
        await self._write(path)
        self.session.export_folder = str(path.parent)
        return str(path)


def new_path(typed: str) -> Path:
    """A path at which there is nothing yet; raises Invalid (path)."""
    path = path_of(typed).absolute()
    if path.exists():
        raise Invalid({"path": "There is a file of this name already. Type another name."})
    return path
