"""`smartplus apartment`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from backend.catalog.apartments import APARTMENT
from backend.domain.errors import Invalid
from smartplus_tui.cli.call import Call, pass_call
from smartplus_tui.cli.fields import Values
from smartplus_tui.cli.references import find_building
from smartplus_tui.cli.verbs import Binding, Typed, record_group
from smartplus_tui.cli.writes import finish

if TYPE_CHECKING:
    from backend.domain.apartments import ApartmentRecord
    from backend.domain.records import Saved


def _get(call: Call, apartment_id: int) -> ApartmentRecord:
    return call.engine.apartments.get(call.context, apartment_id)


def _add(call: Call, values: Values, _typed: Typed) -> Saved:
    building_id = values.get("building_id")
    if building_id is None:
        raise Invalid({"building_id": "Choose a building."})
    return call.engine.apartments.add(call.act(), building_id, values.get("number", ""), values.get("name", ""))


def _edit(call: Call, apartment_id: int, values: Values, _typed: Typed) -> Saved:
    from backend.domain.apartments import ApartmentPatch

    version = _get(call, apartment_id).version
    return call.engine.apartments.edit(call.act(), apartment_id, version, ApartmentPatch(**values))


def _delete(call: Call, ids: Sequence[int], _count: int | None) -> Saved:
    return call.engine.apartments.delete(call.act(), ids[0])


apartment = record_group(
    Binding(
        APARTMENT,
        get=_get,
        add=_add,
        edit=_edit,
        delete=_delete,
        without={"add": frozenset({"call_type"}), "edit": frozenset({"building_id", "number"})},
    )
)


@apartment.command("add-range")
@click.option("--building", required=True, metavar="BUILDING", help="Its name or id:N.")
@click.option("--first", required=True, metavar="NUMBER", help="The first number, as wide as all shall be: 0101.")
@click.option("--last", required=True, metavar="NUMBER", help="The last number, included.")
@pass_call
def add_range(call: Call, building: str, first: str, last: str) -> None:
    """Add the apartments of a range of numbers."""
    building_id = find_building(call.engine, call.context, building)
    saved = call.engine.apartments.add_range(call.act(), building_id, first, last)
    finish(call, saved, "Added apartments")
