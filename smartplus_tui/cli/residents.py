"""`smartplus resident` (features RES-01, RES-02, RES-05 to RES-08)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from backend.catalog.residents import RESIDENT
from backend.domain.errors import Conflict
from smartplus_tui.cli.call import Call, pass_call
from smartplus_tui.cli.fields import Values
from smartplus_tui.cli.importing import add_import_commands
from smartplus_tui.cli.moves import move_out_command
from smartplus_tui.cli.output import tell
from smartplus_tui.cli.people import add_photo, add_reveal, advise, as_patch, code_options, loss_lines
from smartplus_tui.cli.references import find_resident
from smartplus_tui.cli.verbs import Binding, Typed, record_group
from smartplus_tui.cli.writes import confirm, finish

if TYPE_CHECKING:
    from backend.domain.records import Saved
    from backend.domain.residents import ResidentRecord


def _get(call: Call, resident_id: int) -> ResidentRecord:
    return call.engine.residents.get(call.context, resident_id)


def _add(call: Call, values: Values, _typed: Typed) -> Saved:
    from backend.domain.residents import ResidentDraft

    draft = ResidentDraft(**values)
    advise(call.engine.residents.advise_add(call.context, draft))
    return call.engine.residents.add(call.act(), draft)


def _edit(call: Call, resident_id: int, values: Values, typed: Typed) -> Saved:
    from backend.domain.residents import ResidentPatch

    patch = ResidentPatch(**as_patch(values, typed))
    version = _get(call, resident_id).version if typed["version"] is None else typed["version"]
    advise(call.engine.residents.advise_edit(call.context, resident_id, patch))
    return call.engine.residents.edit(call.act(), resident_id, version, patch)


def _delete(call: Call, ids: Sequence[int], count: int | None) -> Saved:
    return call.engine.residents.delete(call.act(), ids, count)


def _losses(call: Call, ids: Sequence[int]) -> list[str]:
    """What deleting them takes away; raises Conflict where it is forbidden."""
    loss = call.engine.residents.deletion(call.context, ids)
    if loss.blocked:
        whole = " ".join(f"id:{one}" for one in loss.families)
        raise Conflict("", f"{loss.blocked} The whole family: smartplus resident delete {whole}")
    return loss_lines(loss)


resident = record_group(
    Binding(
        RESIDENT,
        get=_get,
        add=_add,
        edit=_edit,
        delete=_delete,
        losses=_losses,
        without={"edit": frozenset({"apartment_id", "role"})},
        extra={"edit": lambda: code_options(RESIDENT.singular)},
        also={"role": "kind"},
    )
)
add_import_commands(resident)
resident.add_command(move_out_command())
add_reveal(resident, RESIDENT, lambda call: call.engine.residents)
add_photo(resident, RESIDENT, lambda call: call.engine.residents)


@resident.command("reset-password")
@click.argument("record_id", metavar="ID")
@pass_call
def reset_password(call: Call, record_id: str) -> None:
    """End the app password of one resident and send a new one by the four rules; asks first."""
    resident_id = find_resident(call.engine, call.context, record_id)
    record = _get(call, resident_id)
    to = (
        f"goes to {record.login.to}" if record.login.to else "waits: neither the resident nor the master has an address"
    )
    confirm(call, f"Give {record.name} a new app password? The old one ends now, the new one {to}.")
    saved = call.engine.residents.reset_password(call.act(), resident_id)
    login = _get(call, resident_id).login
    if not call.json:
        tell(f"New app password: {login.news}.")
    finish(call, saved, "Reset app password", login=login)


@resident.command()
@click.argument("record_id", metavar="ID")
@click.option("--reason", required=True, metavar="TEXT", help="Why: it is shown beside the locked fields.")
@pass_call
def link(call: Call, record_id: str, reason: str) -> None:
    """Lock e-mail, mobile and calling code of a linked user; installers only."""
    resident_id = find_resident(call.engine, call.context, record_id)
    if not reason.strip():
        raise click.UsageError("--reason must say something.")
    finish(call, call.engine.residents.link(call.act(), resident_id, reason), "Linked resident")


@resident.command()
@click.argument("record_id", metavar="ID")
@pass_call
def unlink(call: Call, record_id: str) -> None:
    """Open the contact data of a linked user again; installers only."""
    resident_id = find_resident(call.engine, call.context, record_id)
    finish(call, call.engine.residents.link(call.act(), resident_id, ""), "Unlinked resident")
