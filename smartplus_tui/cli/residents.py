"""`smartplus resident` (features RES-01, RES-02, RES-05 to RES-08)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from backend.catalog.residents import RESIDENT
from backend.domain.errors import Conflict
from smartplus_tui.cli.call import Call, pass_call
from smartplus_tui.cli.fields import Values
from smartplus_tui.cli.output import emit
from smartplus_tui.cli.references import find_resident
from smartplus_tui.cli.tables import Column, print_table
from smartplus_tui.cli.verbs import Binding, Typed, record_group
from smartplus_tui.cli.words import counted

if TYPE_CHECKING:
    from backend.domain.records import ResidentRecord, Saved

_NAMED = 10


def _get(call: Call, resident_id: int) -> ResidentRecord:
    return call.engine.residents.get(call.context, resident_id)


def _add(call: Call, values: Values, _typed: Typed) -> Saved:
    from backend.domain.records import ResidentDraft

    return call.engine.residents.add(call.act(), ResidentDraft(**values))


def _edit(call: Call, resident_id: int, values: Values, typed: Typed) -> Saved:
    from backend.domain.records import ResidentPatch

    cards = values.pop("cards", ())
    patch = ResidentPatch(**values, cards_add=cards, credentials_remove=typed["remove_code"])
    return call.engine.residents.edit(call.act(), resident_id, _get(call, resident_id).version, patch)


def _delete(call: Call, ids: Sequence[int], count: int | None) -> Saved:
    return call.engine.residents.delete(call.act(), ids, count)


def _losses(call: Call, ids: Sequence[int]) -> list[str]:
    """What deleting them takes away; raises Conflict where it is forbidden."""
    loss = call.engine.residents.deletion(call.context, ids)
    if loss.blocked:
        raise Conflict("", loss.blocked)
    more = f" and {len(loss.names) - _NAMED} more" if len(loss.names) > _NAMED else ""
    kinds = ((loss.accounts, "account"), (loss.pins, "PIN"), (loss.cards, "card"))
    gone = ", ".join(counted(number, kind) for number, kind in kinds if number)
    doors = f" Doors concerned: {', '.join(loss.doors)}." if loss.doors else ""
    return ["; ".join(loss.names[:_NAMED]) + more, f"Goes: {gone}.{doors}", *loss.licences]


def _remove_code() -> list[click.Parameter]:
    text = "Take away the PIN or card with this number of `show`; repeat it for several."
    return [click.Option(["--remove-code"], type=int, multiple=True, metavar="N", help=text)]


resident = record_group(
    Binding(
        RESIDENT,
        get=_get,
        add=_add,
        edit=_edit,
        delete=_delete,
        losses=_losses,
        without={"edit": frozenset({"apartment_id", "role"})},
        extra={"edit": _remove_code},
        also={"role": "kind"},
    )
)


@resident.command()
@click.argument("record_id", metavar="ID")
@pass_call
def reveal(call: Call, record_id: str) -> None:
    """Show the codes of one resident; the operation log keeps that you did."""
    resident_id = find_resident(call.engine, call.context, record_id)
    shown = call.engine.residents.reveal(call.act(), resident_id)
    if call.json:
        emit({"id": resident_id, "codes": [{"id": one.id, "kind": one.kind, "value": code} for one, code in shown]})
    else:
        columns = [Column("No.", align_right=True), Column("Kind"), Column("Code")]
        print_table(columns, [[str(one.id), one.kind.value, code] for one, code in shown])
