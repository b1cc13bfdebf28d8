"""`smartplus apartment`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from backend.catalog.apartments import APARTMENT
from backend.domain.errors import Invalid
from smartplus_tui.cli.call import Call, pass_call
from smartplus_tui.cli.fields import Values
from smartplus_tui.cli.lists import export_command
from smartplus_tui.cli.moves import handover_command, moves_group
from smartplus_tui.cli.output import emit, say
from smartplus_tui.cli.references import find_apartment, find_building
from smartplus_tui.cli.verbs import Binding, Typed, record_group
from smartplus_tui.cli.writes import finish

if TYPE_CHECKING:
    from backend.domain.apartments import ApartmentRecord, Reset
    from backend.domain.records import Saved


def _get(call: Call, apartment_id: int) -> ApartmentRecord:
    return call.engine.apartments.get(call.context, apartment_id)


def _add(call: Call, values: Values, _typed: Typed) -> Saved:
    building_id = values.get("building_id")
    if building_id is None:
        raise Invalid({"building_id": "Choose a building."})
    saved = call.engine.apartments.add(call.act(), building_id, values.get("number", ""), values.get("name", ""))
    _warn(call, saved.id)
    return saved


def _edit(call: Call, apartment_id: int, values: Values, _typed: Typed) -> Saved:
    from backend.domain.apartments import ApartmentPatch

    version = _get(call, apartment_id).version
    saved = call.engine.apartments.edit(call.act(), apartment_id, version, ApartmentPatch(**values))
    _warn(call, apartment_id)
    return saved


def _warn(call: Call, apartment_id: int) -> None:
    """Say what is saved all the same, but does not do what it says."""
    for sentence in _get(call, apartment_id).warnings:
        say(f"Note: {sentence}")


def _delete(call: Call, ids: Sequence[int], _count: int | None) -> Saved:
    return call.engine.apartments.delete(call.act(), ids[0])


_SETTINGS = frozenset(field.name for field in APARTMENT.formed()) - {"building_id", "number"}
"""What an apartment begins with by default and is set afterwards."""

apartment = record_group(
    Binding(
        APARTMENT,
        get=_get,
        add=_add,
        edit=_edit,
        delete=_delete,
        without={"add": _SETTINGS - {"name"}, "edit": frozenset({"building_id", "number"})},
    )
)
apartment.add_command(export_command(APARTMENT))
apartment.add_command(handover_command())
apartment.add_command(moves_group)


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


@apartment.command("reset")
@click.argument("record_id", metavar="ID")
@click.option("--number", metavar="NUMBER", help="The number of the apartment once more; without it you are asked.")
@click.option("--dry-run", is_flag=True, help="Only say what would go and what would stay.")
@pass_call
def reset(call: Call, record_id: str, number: str | None, dry_run: bool) -> None:
    """Empty an apartment for its next tenant: family, codes, contact data and logs go, the account stays."""
    found = call.engine.apartments.reset_preview(call.context, find_apartment(call.engine, call.context, record_id))
    if dry_run and call.json:
        emit(found, call.formats)
        return
    _say_reset(found)
    if dry_run:
        return
    typed = _typed_number(call, found) if number is None else number
    saved = call.engine.apartments.reset(call.act(), found.apartment_id, typed)
    finish(call, saved, "Reset apartment")
    if unreachable := _get(call, found.apartment_id).unreachable:
        say(unreachable)


def _typed_number(call: Call, found: Reset) -> str:
    """The number as typed; raises Invalid where nothing can be asked."""
    if call.yes:
        raise Invalid({"number": f"Repeat it with --number {found.number}."})
    try:
        return str(click.prompt(f"Type {found.number} to reset {found.place}", err=True))
    except click.Abort:
        raise Invalid({"": "Nothing was done."}) from None


def _say_reset(found: Reset) -> None:
    goes = [f"{words} {count:,}" for words, count in found.goes if count]
    say(f"{found.place}, goes: {'; '.join(goes) or 'nothing that is counted'}.")
    if found.doors:
        say(f"Doors concerned: {', '.join(found.doors)}.")
    for words, value in found.stays:
        say(f"Stays: {words}: {value}")
    say("The app has to be set up anew, and no mail says so. Undo brings back all but log lines and messages.")
