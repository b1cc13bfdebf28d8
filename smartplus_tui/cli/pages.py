"""One record as its page: every field with its label, then what belongs to it."""

from __future__ import annotations

from typing import Any

from backend.catalog.model import Field, Record
from smartplus_tui.cli.call import Call
from smartplus_tui.cli.cells import Cells
from smartplus_tui.cli.output import PARTS, emit, fields_of, tell

_INTERNAL = ("version",)
_GAP = "  "


def show_record(call: Call, record: Record, value: Any) -> None:
    """Print a record: as a JSON object, or field by field."""
    if call.json:
        emit(value, call.formats)
        return
    for line in _lines(call.cells, value, record, ""):
        tell(line)


def _lines(cells: Cells, value: Any, record: Record | None, indent: str) -> list[str]:
    names = [name for name in fields_of(value) or () if name not in _INTERNAL and not name.endswith("_id")]
    plain: list[tuple[str, str]] = []
    parts: list[str] = []
    for name in names:
        inner = getattr(value, name)
        label = _label(record, name)
        if isinstance(inner, tuple):
            rows = [_row(cells, name, one) for one in inner]
            parts += [f"{indent}{label}", *(f"{indent}{_GAP}{row}" for row in rows)] if rows else []
        elif fields_of(inner) is not None:
            parts += [f"{indent}{label}", *_lines(cells, inner, None, indent + _GAP)]
        elif text := _text(cells, record, name, inner):
            plain.append((label, text))
    width = max((len(label) for label, _ in plain), default=0)
    return [f"{indent}{label:<{width}}{_GAP}{text}" for label, text in plain] + parts


def _row(cells: Cells, name: str, value: Any) -> str:
    """One of several things that belong to a record, on a line."""
    names = fields_of(value)
    if names is not None:
        found = [getattr(value, one) for one in names if one not in _INTERNAL]
    else:
        found = list(value) if isinstance(value, tuple) and name in PARTS else [value]
    return _GAP.join(text for one in found if not isinstance(one, tuple | bool) and (text := cells.bare(one)))


def _text(cells: Cells, record: Record | None, name: str, value: Any) -> str:
    field = _field(record, name)
    return cells.text(field, value) if field is not None else cells.bare(value)


def _field(record: Record | None, name: str) -> Field | None:
    return record.field(name) if record is not None and record.has(name) else None


def _label(record: Record | None, name: str) -> str:
    field = _field(record, name)
    if field is not None:
        return field.label
    return "No." if name == "id" else name.replace("_", " ").capitalize()
