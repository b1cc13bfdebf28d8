"""What goes to standard output, as JSON or for people; messages go to standard error."""

from __future__ import annotations

import dataclasses
import json
import sys
from collections.abc import Mapping
from datetime import date, datetime, time
from enum import Enum
from typing import TYPE_CHECKING, Any

import click

from backend.domain.names import printable

if TYPE_CHECKING:
    from backend.domain.formats import Formats

PARTS = {
    "checks": ("label", "found", "ok"),
    "goes": ("what", "count"),
    "groups": ("id", "name"),
    "own_doors": ("id", "name"),
    "private_doors": ("id", "name"),
    "residents": ("id", "name", "role"),
    "stays": ("what", "value"),
}
"""Fields of records that hold tuples, with the names of their parts."""


def tell(text: str) -> None:
    """An answer for people, on standard output; text of people and devices cannot steer the terminal."""
    click.echo(printable(text))


def say(text: str) -> None:
    """A message, on standard error."""
    click.echo(printable(text), err=True)


def emit(value: Any, formats: Formats | None = None) -> None:
    """One JSON document on standard output: one line, or indented where a person reads along."""
    indent = 2 if sys.stdout.isatty() else None
    click.echo(json.dumps(plain(value, formats), ensure_ascii=False, indent=indent))


def emit_line(value: Any, formats: Formats) -> None:
    """One line of a stream of JSON documents, on its way at once."""
    click.echo(json.dumps(plain(value, formats), ensure_ascii=False))
    sys.stdout.flush()


def plain(value: Any, formats: Formats | None) -> Any:
    """`value` in what JSON knows; instants are ISO 8601 in the zone of `formats`, their own without it."""
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime):
        return (formats.local(value) if formats else value).isoformat(timespec="milliseconds")
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(name): _part(str(name), inner, formats) for name, inner in value.items()}
    if isinstance(value, tuple | list | set | frozenset):
        return [plain(inner, formats) for inner in value]
    if (names := fields_of(value)) is not None:
        return {name: _part(name, getattr(value, name), formats) for name in names}
    return value


def fields_of(value: Any) -> tuple[str, ...] | None:
    """The names of the fields of a record, None for what is none."""
    if dataclasses.is_dataclass(value):
        return tuple(field.name for field in dataclasses.fields(value))
    found = getattr(type(value), "model_fields", None)
    return None if found is None else tuple(found)


def _part(name: str, value: Any, formats: Formats | None) -> Any:
    parts = PARTS.get(name)
    if parts and isinstance(value, tuple) and all(isinstance(inner, tuple) for inner in value):
        return [plain(dict(zip(parts, inner, strict=True)), formats) for inner in value]
    return plain(value, formats)
