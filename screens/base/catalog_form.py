"""Forms whose fields stand in the catalog: texts, switches and choices, begun from a record."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from backend.catalog.model import Field, Kind
from screens.base.plain_form import PlainForm
from widgets.dialog import PickRow
from widgets.form import FormField, PickField, SwitchField, TextField


def form_field(field: Field) -> FormField:
    """The field of a form for a field of the catalog; references are picked from rows that the form offers."""
    if field.kind is Kind.FLAG:
        return SwitchField(field.name, field.label, hint=field.hint)
    if field.choices:
        options = [PickRow(choice.value, choice.label) for choice in field.choices]
        return PickField(field.name, field.label, options=options, hint=field.hint, required=field.required)
    if field.kind is Kind.REFERENCE:
        return PickField(field.name, field.label, hint=field.hint, required=field.required)
    secret = field.kind is Kind.SECRET
    return TextField(
        field.name, field.label, required=field.required, hint=field.hint, max_length=field.max_length, secret=secret
    )


def begin_with(fields: Iterable[Field], record: Any) -> dict[str, Any]:
    """What a form of these fields begins with for a record."""
    return {field.name: _shown(getattr(record, field.name)) for field in fields if hasattr(record, field.name)}


class CatalogForm(PlainForm):
    """A form of the fields that `fields` names, in their sections."""

    def fields(self) -> Sequence[Field]:
        """The fields, in their order."""
        raise NotImplementedError(type(self).__name__)

    def sections(self) -> dict[str, Sequence[FormField]]:
        """As the catalog has them."""
        made: dict[str, list[FormField]] = {}
        for field in self.fields():
            made.setdefault(field.section, []).append(form_field(field))
        return {word: tuple(fields) for word, fields in made.items()}

    def typed(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Values of the form as services take them: figures as numbers where they are, nothing as ""."""
        by_name = {field.name: field for field in self.fields()}
        return {name: _read(by_name[name].kind, value) for name, value in values.items() if name in by_name}


def _shown(value: Any) -> Any:
    if value is None:
        return ""
    return value if isinstance(value, bool | str) else str(value)


def _read(kind: Kind, value: Any) -> Any:
    if isinstance(value, bool):
        return value
    text = str(value or "").strip()
    if kind is Kind.INTEGER:
        return int(text) if text.isascii() and text.isdecimal() and len(text) < 9 else -1
    return text
