"""`smartplus building`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from backend.catalog.buildings import BUILDING
from smartplus_tui.cli.call import Call
from smartplus_tui.cli.fields import Values
from smartplus_tui.cli.verbs import Binding, Typed, record_group

if TYPE_CHECKING:
    from backend.domain.communities import BuildingRecord
    from backend.domain.records import Saved


def _get(call: Call, building_id: int) -> BuildingRecord:
    return call.engine.buildings.get(call.context, building_id)


def _add(call: Call, values: Values, _typed: Typed) -> Saved:
    return call.engine.buildings.add(call.act(), values.get("name", ""))


def _edit(call: Call, building_id: int, values: Values, _typed: Typed) -> Saved:
    found = _get(call, building_id)
    return call.engine.buildings.rename(call.act(), building_id, found.version, values.get("name", found.name))


def _delete(call: Call, ids: Sequence[int], _count: int | None) -> Saved:
    return call.engine.buildings.delete(call.act(), ids[0])


building = record_group(Binding(BUILDING, get=_get, add=_add, edit=_edit, delete=_delete))
