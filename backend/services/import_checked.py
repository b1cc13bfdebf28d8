"""One row of an import as far as it has been looked at: whom it is about, what it does, what is wrong with it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Row

from backend.domain.enums import ResidentRole, Verdict
from backend.domain.import_rows import ParsedRow
from backend.domain.imports import Note
from backend.services.credentials import Value
from backend.services.import_world import FlatKey


@dataclass(slots=True)
class Checked:
    """One row: whom it is about, what it does (`acts`), and what is wrong with it."""

    parsed: ParsedRow
    building: tuple[int, str] | None = None
    number: str = ""
    role: ResidentRole | None = None
    master_row: int = 0
    """The row of its family master, where the master comes with the same list."""
    name: str = ""
    person: Row[Any] | None = None
    """The resident that the row is about; None for a new one."""
    acts: Verdict = Verdict.SAME
    columns: dict[str, Any] = field(default_factory=dict, repr=False)
    """Of a new resident: the columns of the row."""
    patch: dict[str, Any] = field(default_factory=dict, repr=False)
    """Of one who is there: the fields of `ResidentPatch`."""
    floors: str = ""
    flat_name: str | None = None
    makes_flat: bool = False
    group_ids: tuple[int, ...] = ()
    values: dict[str, list[Value]] = field(default_factory=dict, repr=False)
    """PIN and cards by the field they stand in."""
    does: list[str] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)

    @property
    def refused(self) -> bool:
        """Whether the row cannot be taken over as it stands."""
        return any(note.refuses for note in self.notes)

    @property
    def key(self) -> FlatKey | None:
        """Building and number of the apartment."""
        return (self.building[0], self.number) if self.building and self.number else None

    @property
    def verdict(self) -> Verdict:
        """The word of the row."""
        if self.refused:
            return Verdict.REFUSE
        return Verdict.WARN if self.notes else self.acts

    @property
    def place(self) -> str:
        """Building and apartment, as far as they are known."""
        building = self.building[1] if self.building else self.parsed.text("building")
        return f"{building} {self.number or self.parsed.text('apartment')}".strip()

    @property
    def reached(self) -> bool:
        """Whether the login of a new resident may go out now: by their own contact data or those of a master there."""
        contact = self.columns.get("email") or self.columns.get("mobile")
        return bool(contact) or (self.role is ResidentRole.MEMBER and not self.master_row)
