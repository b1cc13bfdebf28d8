"""Where an exported file goes: a name that is free, and paths as people write them."""

from __future__ import annotations

from pathlib import Path

from backend.catalog.model import Record
from backend.domain.exports import file_name
from screens.base.session import Session


def shown(path: Path) -> str:
    """A path as people write it: "~/list.xlsx" for what is at home."""
    home = Path.home()
    return f"~/{path.relative_to(home)}" if path.is_relative_to(home) else str(path)


def proposed(session: Session, record: Record, filter_text: str) -> Path:
    """A name that is free, in the folder and the format of last time."""
    day = session.formats.local(session.now()).date()
    name = file_name(record.title, filter_text, day, session.export_suffix)
    first = path = Path(session.export_folder or Path.home()) / name
    number = 2
    while path.exists():
        path = first.with_stem(f"{first.stem}-{number}")
        number += 1
    return path
