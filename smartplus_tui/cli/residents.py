"""`smartplus resident` (features RES-01, RES-02, RES-05 to RES-08)."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from backend.catalog.residents import RESIDENT
from backend.domain.codes import card_formats
from backend.domain.enums import CredentialKind
from backend.domain.errors import Conflict, Invalid, NotFound
from smartplus_tui.cli.call import Call, pass_call
from smartplus_tui.cli.fields import Values
from smartplus_tui.cli.importing import add_import_commands
from smartplus_tui.cli.output import emit, say, tell
from smartplus_tui.cli.references import find_resident
from smartplus_tui.cli.secret_input import read_secret
from smartplus_tui.cli.tables import Column, print_table
from smartplus_tui.cli.verbs import Binding, Typed, record_group
from smartplus_tui.cli.words import counted, option_name
from smartplus_tui.cli.writes import confirm, finish

if TYPE_CHECKING:
    from backend.domain.records import CredentialRecord, ResidentRecord, Saved

_NAMED = 10


def _get(call: Call, resident_id: int) -> ResidentRecord:
    return call.engine.residents.get(call.context, resident_id)


def _add(call: Call, values: Values, _typed: Typed) -> Saved:
    from backend.domain.records import ResidentDraft

    draft = ResidentDraft(**values)
    _advise(call.engine.residents.advise_add(call.context, draft))
    return call.engine.residents.add(call.act(), draft)


def _edit(call: Call, resident_id: int, values: Values, typed: Typed) -> Saved:
    from backend.domain.records import ResidentPatch

    cards = values.pop("cards", ())
    pins = tuple(read_secret("Further PIN") for _ in range(typed["further_pins"] or 0))
    patch = ResidentPatch(**values, cards_add=cards, pins_add=pins, credentials_remove=typed["remove_code"])
    version = _get(call, resident_id).version if typed["version"] is None else typed["version"]
    _advise(call.engine.residents.advise_edit(call.context, resident_id, patch))
    return call.engine.residents.edit(call.act(), resident_id, version, patch)


def _advise(told: dict[str, str]) -> None:
    """Say what to know; nothing of it stops the act."""
    for name, sentence in told.items():
        say(f"{option_name(name)}: {sentence}")


def _delete(call: Call, ids: Sequence[int], count: int | None) -> Saved:
    return call.engine.residents.delete(call.act(), ids, count)


def _losses(call: Call, ids: Sequence[int]) -> list[str]:
    """What deleting them takes away; raises Conflict where it is forbidden."""
    loss = call.engine.residents.deletion(call.context, ids)
    if loss.blocked:
        whole = " ".join(f"id:{one}" for one in loss.families)
        raise Conflict("", f"{loss.blocked} The whole family: smartplus resident delete {whole}")
    more = f" and {len(loss.names) - _NAMED} more" if len(loss.names) > _NAMED else ""
    kinds = ((loss.accounts, "account"), (loss.pins, "PIN"), (loss.cards, "card"), (loss.faces, "face"))
    gone = ", ".join(counted(number, kind) for number, kind in kinds if number)
    doors = f" Doors concerned: {', '.join(loss.doors)}." if loss.doors else ""
    return ["; ".join(loss.names[:_NAMED]) + more, f"Goes: {gone}.{doors}", *loss.licences]


def _edit_options() -> list[click.Parameter]:
    remove = "Take away the code with this number of `show`; repeat it for several."
    further = "Ask for so many PINs that come beside the ones there are."
    version = "Refuse when somebody has changed the resident since this version of `show --json`."
    return [
        click.Option(["--remove-code"], type=int, multiple=True, metavar="N", help=remove),
        click.Option(["--further-pins"], type=click.IntRange(1, 9), metavar="N", help=further),
        click.Option(["--version"], type=int, metavar="N", help=version),
    ]


resident = record_group(
    Binding(
        RESIDENT,
        get=_get,
        add=_add,
        edit=_edit,
        delete=_delete,
        losses=_losses,
        without={"edit": frozenset({"apartment_id", "role"})},
        extra={"edit": _edit_options},
        also={"role": "kind"},
    )
)
add_import_commands(resident)


@resident.command()
@click.argument("record_id", metavar="ID")
@pass_call
def reveal(call: Call, record_id: str) -> None:
    """Show the codes of one resident; the operation log keeps that you did."""
    resident_id = find_resident(call.engine, call.context, record_id)
    shown = call.engine.residents.reveal(call.act(), resident_id)
    codes = [(one, code) for one, code in shown if one.kind is not CredentialKind.FACE]
    if call.json:
        emit({"id": resident_id, "codes": [_code(one, value) for one, value in codes]})
    else:
        columns = [Column("No.", align_right=True), Column("Kind"), Column("Code"), Column("Decimal"), Column("8HN")]
        found = [_code(one, value) for one, value in codes]
        rows = [
            [str(one["id"]), one["kind"], one["value"], one.get("decimal", ""), one.get("hn8", "")] for one in found
        ]
        print_table(columns, rows)


def _code(one: CredentialRecord, value: str) -> dict[str, Any]:
    """A code; a card in every notation, to compare with what is printed on it (edge case 8)."""
    told: dict[str, Any] = {"id": one.id, "kind": one.kind.value, "value": value}
    if one.kind is CredentialKind.CARD:
        forms = card_formats(value)
        told |= {"decimal": forms.decimal, "hn8": forms.hn8, "reversed": forms.reversed}
    return told


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
        tell(f"It {'is on its way to ' + login.sent_to if login.sent_to else 'waits for an address'}.")
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


@resident.command()
@click.argument("record_id", metavar="ID")
@click.argument("target", metavar="FILE.jpg", type=click.Path(dir_okay=False, path_type=Path))
@pass_call
def photo(call: Call, record_id: str, target: Path) -> None:
    """Write the face photo of one resident to a new file."""
    resident_id = find_resident(call.engine, call.context, record_id)
    jpeg = call.engine.residents.photo(call.context, resident_id)
    if jpeg is None:
        raise NotFound("This resident has no face photo.")
    try:
        with target.open("xb") as written:
            written.write(jpeg)
    except OSError:
        raise Invalid({"file": f"{target} cannot be written, or is there already."}) from None
    if call.json:
        emit({"id": resident_id, "file": str(target), "bytes": len(jpeg)})
    else:
        tell(f"Wrote {target}.")
