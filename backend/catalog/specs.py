"""What of a record can be filtered, as the filter language wants to know it."""

from __future__ import annotations

from typing import Literal

from backend.catalog.model import Field, Kind, Record
from backend.catalog.states import VOCABULARIES
from backend.domain.filter import FieldSpec

FilterKind = Literal["text", "choice", "instant", "integer", "flag"]

_KINDS: dict[Kind, FilterKind] = {
    Kind.INTEGER: "integer",
    Kind.FLAG: "flag",
    Kind.CHOICE: "choice",
    Kind.STATE: "choice",
    Kind.DATE: "instant",
    Kind.INSTANT: "instant",
    Kind.AGE: "instant",
}
"""Kind of a field -> how it is compared; a date is a way to draw an instant, and rows hold the instant."""


def filter_specs(record: Record) -> tuple[FieldSpec, ...]:
    """The fields of the record that can be filtered, in their order; `on:` means the first instant of them."""
    return tuple(_spec(field) for field in record.fields if field.filtered)


def _spec(field: Field) -> FieldSpec:
    kind = _KINDS.get(field.kind, "text")
    choices = tuple((choice.value, choice.label) for choice in field.choices)
    if field.vocabulary and not choices:
        choices = tuple((state, drawn.word) for state, drawn in VOCABULARIES[field.vocabulary].items())
    return FieldSpec(field.name, field.short, kind, choices)
