"""Values of fields as people read them, by what the catalog says of the field."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum
from typing import Any

from backend.catalog.model import Field, Kind
from backend.catalog.states import told
from backend.catalog.words import label_of
from backend.domain.formats import Formats, age


@dataclass(frozen=True, slots=True)
class Cells:
    """How values are written: the community's formats, and the instant now for ages."""

    formats: Formats
    now: datetime

    def text(self, field: Field, value: Any) -> str:
        """The value of a field; "" for none."""
        if value is None or value == "":
            return ""
        if isinstance(value, datetime):
            return self._instant(field.kind, value)
        if isinstance(value, bool):
            return "Yes" if value else "No"
        if isinstance(value, str) and field.vocabulary:
            return told(field.vocabulary, value)
        if isinstance(value, str) and field.choices:
            return label_of(field.choices, value)
        return self.bare(value)

    def bare(self, value: Any) -> str:
        """A value of which nothing is known but its type."""
        if value is None:
            return ""
        if isinstance(value, bool):
            return "Yes" if value else "No"
        if isinstance(value, Enum):
            return str(value.value).replace("_", " ")
        if isinstance(value, datetime):
            return self.formats.moment(value, seconds=True)
        if isinstance(value, date):
            return self.formats.day(value)
        return str(value)

    def _instant(self, kind: Kind, value: datetime) -> str:
        if kind is Kind.AGE:
            return age(self.now - value)
        if kind is Kind.DATE:
            return self.formats.day(value)
        return self.formats.moment(value, seconds=True)
