"""The steps by which a database reaches the present tables, oldest first; each file is one step of Alembic.

A step takes the operations object, `def upgrade(op: Operations) -> None`, and names types and constraints itself: it
must do the same when the tables have moved on. A new step is appended to `OURS.revisions`.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Scripts:
    """A directory of steps and their revisions in order; the last is the schema that the code knows."""

    directory: Path
    revisions: tuple[str, ...]


OURS = Scripts(Path(__file__).parent, tuple(f"{number:04}" for number in range(1, 15)))
