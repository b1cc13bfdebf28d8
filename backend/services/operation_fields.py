"""What an operation changed, from the sealed images of its rows, in the words of the catalog."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, time
from typing import Any

from sqlalchemy import Connection, LargeBinary, Row, Table, select

from backend.catalog.history import TITLES, field_of
from backend.catalog.model import Field, Kind
from backend.catalog.states import drawn
from backend.catalog.words import label_of
from backend.domain.formats import Formats
from backend.domain.names import display_name
from backend.domain.operations import FieldChange
from backend.domain.walltime import WEEKDAYS
from backend.services.rules import open_image
from backend.store import tables as t
from backend.store.seal import Sealer

SECRET = "***"

Image = Mapping[str, Any]

_PLUMBING = frozenset(
    {"id", "uuid", "name_fold", "row_version", "community_id", "value_index", "token_index", "key_id", "scope"}
)
_REFERENCES = {
    "building_id": (t.building, "name"),
    "apartment_id": (t.apartment, "number"),
    "holder_id": (t.holder, "name"),
    "group_id": (t.access_group, "name"),
    "device_id": (t.device, "name"),
    "relay_id": (t.relay, "name"),
    "amenity_id": (t.amenity, "name"),
    "resident_id": (t.holder, "name"),
    "made_by_id": (t.manager, "name"),
}
"""Column -> the table it refers to and the column that names its rows."""

_TWINS = frozenset({"kind", "name", "apartment_id"})
"""Columns of a resident's holder that repeat the resident's own."""


class FieldReader:
    """Reads rows of `change` as fields before and after; secrets as "***", references by their names of now."""

    def __init__(self, connection: Connection, sealer: Sealer, formats: Formats) -> None:
        self._connection = connection
        self._sealer = sealer
        self._formats = formats
        self._names: dict[tuple[str, int], str] = {}

    def read(self, rows: Sequence[Row[Any]]) -> tuple[FieldChange, ...]:
        """The fields that these rows of `change` differ in, in their order; raises Unreachable for another key."""
        residents = {row.row_id for row in rows if row.table_name == t.resident.name}
        found: list[FieldChange] = []
        for row in rows:
            before, after = (self._image(row, sealed) for sealed in (row.before_sealed, row.after_sealed))
            hidden = _TWINS if row.table_name == t.holder.name and row.row_id in residents else frozenset()
            found += self._fields(t.metadata.tables[row.table_name], before, after, hidden)
        return tuple(found)

    def _image(self, row: Row[Any], sealed: bytes | None) -> Image:
        return open_image(self._sealer, row.table_name, row.row_id, sealed) or {}

    def _fields(self, table: Table, before: Image, after: Image, hidden: frozenset[str]) -> Iterator[FieldChange]:
        record = self._record(table, after or before)
        for column in table.c:
            if column.name in _PLUMBING or column.name in hidden:
                continue
            old, new = before.get(column.name), after.get(column.name)
            if old == new:
                continue
            field = field_of(table.name, column.name)
            secret = field.kind is Kind.SECRET or isinstance(column.type, LargeBinary)
            words = [SECRET if secret and value else self._text(field, value) for value in (old, new)]
            if words[0] != words[1] or secret:
                yield FieldChange(record=record, field=field.label, before=words[0], after=words[1])

    def _record(self, table: Table, row: Image) -> str:
        """What the row is and how it is called, "Resident Kowalska, Anna"."""
        title = TITLES.get(table.name, table.name)
        if table.name == t.resident.name:
            return f"{title} {display_name(row['first'], row['last'])}"
        if table.name == t.temp_key.name:
            return f"{title} of {self._name('holder_id', row['id'])}"
        name = row.get("name") or row.get("number") or row.get("email") or self._owner(row)
        return f"{title} {name}".rstrip()

    def _owner(self, row: Image) -> str:
        owner = next((column for column in ("holder_id", "group_id") if row.get(column) is not None), None)
        return f"of {self._name(owner, row[owner])}" if owner else ""

    def _text(self, field: Field, value: Any) -> str:
        if value is None:
            return ""
        if isinstance(value, bool):
            return "Yes" if value else "No"
        if isinstance(value, datetime):
            return self._formats.moment(value)
        if isinstance(value, time):
            return self._formats.wall(value)
        if field.name in _REFERENCES:
            return self._name(field.name, value)
        if field.name == "days":
            return " ".join(WEEKDAYS[int(day)][:2] for day in value)
        if field.choices:
            return label_of(field.choices, str(value))
        if field.vocabulary:
            return drawn(field.vocabulary, str(value)).word
        return str(value)

    def _name(self, column: str, row_id: int) -> str:
        """The name that a reference has now; its number where the record is gone."""
        table, name = _REFERENCES[column]
        if (column, row_id) not in self._names:
            found = self._connection.execute(select(table.c[name]).where(table.c.id == row_id)).scalar()
            self._names[column, row_id] = found or f"no. {row_id}"
        return self._names[column, row_id]
