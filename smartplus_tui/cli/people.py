"""What the commands on residents, staff and deliveries share: codes that come and go, what deleting takes away."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import click

from backend.catalog.model import Record
from backend.domain.codes import card_formats
from backend.domain.enums import CredentialKind
from backend.domain.errors import Invalid, NotFound
from smartplus_tui.cli.call import Call, pass_call
from smartplus_tui.cli.fields import Values
from smartplus_tui.cli.options import Group
from smartplus_tui.cli.output import emit, say, tell
from smartplus_tui.cli.references import FINDERS
from smartplus_tui.cli.secret_input import read_secret
from smartplus_tui.cli.tables import Column, print_table
from smartplus_tui.cli.words import counted, option_name

if TYPE_CHECKING:
    from backend.domain.context import Context
    from backend.domain.credentials import CredentialRecord
    from backend.domain.residents import Deletion

_NAMED = 10


class Owners(Protocol):
    """A service whose records own codes."""

    def reveal(self, context: Context, record_id: int, /) -> tuple[tuple[CredentialRecord, str], ...]:
        """The codes themselves, as an operation."""

    def photo(self, context: Context, record_id: int, /) -> bytes | None:
        """The JPEG of a face."""


def advise(told: dict[str, str]) -> None:
    """Say what to know; nothing of it stops the act."""
    for name, sentence in told.items():
        say(f"{option_name(name)}: {sentence}")


def loss_lines(loss: Deletion) -> list[str]:
    """What deleting takes away, for the question."""
    more = f" and {len(loss.names) - _NAMED} more" if len(loss.names) > _NAMED else ""
    kinds = (
        (loss.accounts, "account"), (loss.pins, "PIN"), (loss.cards, "card"), (loss.faces, "face"),
        (loss.id_access, "ID access"), (loss.bookings, "reservation"),
    )  # fmt: skip
    gone = ", ".join(counted(number, kind) for number, kind in kinds if number) or "no code"
    doors = f" Doors concerned: {', '.join(loss.doors)}." if loss.doors else ""
    return ["; ".join(loss.names[:_NAMED]) + more, f"Goes: {gone}.{doors}", *loss.licences]


def code_options(noun: str) -> list[click.Parameter]:
    """The options of an edit that say which codes go or come beside, and which version is meant."""
    remove = "Take away the code with this number of `show`; repeat it for several."
    further = "Ask for so many PINs that come beside the ones there are."
    version = f"Refuse when somebody has changed the {noun} since this version of `show --json`."
    return [
        click.Option(["--remove-code"], type=int, multiple=True, metavar="N", help=remove),
        click.Option(["--further-pins"], type=click.IntRange(1, 9), metavar="N", help=further),
        click.Option(["--version"], type=int, metavar="N", help=version),
    ]


def as_patch(values: Values, typed: dict[str, Any]) -> Values:
    """The values of an edit as the fields of a patch; further PINs are asked for."""
    changes = {name: value for name, value in values.items() if name != "cards"}
    pins = tuple(read_secret("Further PIN") for _ in range(typed["further_pins"] or 0))
    return {
        **changes,
        "cards_add": values.get("cards", ()),
        "pins_add": pins,
        "credentials_remove": typed["remove_code"],
    }


def add_reveal(group: Group, record: Record, service: Callable[[Call], Owners]) -> None:
    """Give a group the command that shows the codes of one record."""

    def run(call: Call, record_id: str) -> None:
        found = FINDERS[record.name](call.engine, call.context, record_id)
        shown = service(call).reveal(call.act(), found)
        codes = [_code(one, code) for one, code in shown if one.kind is not CredentialKind.FACE]
        if call.json:
            emit({"id": found, "codes": codes})
            return
        columns = [Column("No.", align_right=True), Column("Kind"), Column("Code"), Column("Decimal"), Column("8HN")]
        print_table(
            columns,
            [[str(one["id"]), one["kind"], one["value"], one.get("decimal", ""), one.get("hn8", "")] for one in codes],
        )

    text = f"Show the codes of one {record.singular}; the operation log keeps that you did."
    group.add_command(group.command_class("reveal", callback=pass_call(run), params=[_one()], help=text))


def add_photo(group: Group, record: Record, service: Callable[[Call], Owners]) -> None:
    """Give a group the command that writes a face photo to a file."""

    def run(call: Call, record_id: str, target: Path) -> None:
        found = FINDERS[record.name](call.engine, call.context, record_id)
        jpeg = service(call).photo(call.context, found)
        if jpeg is None:
            raise NotFound(f"This {record.singular} has no face photo.")
        try:
            with target.open("xb") as written:
                written.write(jpeg)
        except OSError:
            raise Invalid({"file": f"{target} cannot be written, or is there already."}) from None
        if call.json:
            emit({"id": found, "file": str(target), "bytes": len(jpeg)})
        else:
            tell(f"Wrote {target}.")

    path = click.Argument(["target"], metavar="FILE.jpg", type=click.Path(dir_okay=False, path_type=Path))
    text = f"Write the face photo of one {record.singular} to a new file."
    group.add_command(group.command_class("photo", callback=pass_call(run), params=[_one(), path], help=text))


def _one() -> click.Argument:
    return click.Argument(["record_id"], metavar="ID")


def _code(one: CredentialRecord, value: str) -> dict[str, Any]:
    """A code; a card in every notation, to compare with what is printed on it (edge case 8)."""
    told: dict[str, Any] = {"id": one.id, "kind": one.kind.value, "value": value}
    if one.kind is CredentialKind.CARD:
        forms = card_formats(value)
        told |= {"decimal": forms.decimal, "hn8": forms.hn8, "reversed": forms.reversed}
    return told
