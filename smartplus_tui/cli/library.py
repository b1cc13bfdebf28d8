"""`smartplus library`: every PIN and RF card, and which of them are suspicious (features LIB-01 to LIB-03)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import click

from backend.catalog.ghosts import GHOST
from backend.catalog.library import LIBRARY_CARD, LIBRARY_PIN
from backend.catalog.model import Record
from backend.domain.errors import Invalid
from backend.domain.names import printable
from smartplus_tui.cli.call import Call, pass_call
from smartplus_tui.cli.lists import Asked, list_command, list_options, show_list
from smartplus_tui.cli.options import Command, Group
from smartplus_tui.cli.output import say
from smartplus_tui.cli.pages import show_record
from smartplus_tui.cli.references import ID, number_of
from smartplus_tui.cli.secret_input import SecretParameter, read_secret
from smartplus_tui.cli.verbs import meant
from smartplus_tui.cli.words import counted
from smartplus_tui.cli.writes import confirm, count_option, finish, need_count, wait_option

ASKED = "-"
"""In place of a PIN: it is asked for, or read from standard input."""
_NAMED = 10
"""Codes that a question names."""


class CardGroup(Group):
    """Commands about cards; a number alone asks whose card it is."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """What is no command is a number."""
        known = bool(args) and self.get_command(ctx, args[0]) is not None
        return super().resolve_command(ctx, args if known or not args else ["show", *args])


@dataclass(frozen=True, slots=True)
class Codes:
    """How commands about one kind of code find one, and read a new value."""

    record: Record
    metavar: str
    find: Callable[[Call, str], int]
    value: click.Option
    read: Callable[[str], str]


def _find_pin(call: Call, text: str) -> int:
    """A PIN by its number in the list, or by - by its value, which is asked for and leaves an operation."""
    if text != ASKED:
        return number_of(text, "PIN")
    return call.engine.library.by_pin(call.act(), read_secret("PIN"))


def _find_card(call: Call, text: str) -> int:
    """A card by any notation of its number, or by id:N of the list."""
    if text.startswith(ID):
        return number_of(text, "card")
    return call.engine.library.by_card(call.context, text)


PINS = Codes(
    LIBRARY_PIN,
    "N|-",
    _find_pin,
    click.Option(["--pin", "value"], type=SecretParameter(), required=True, help="The new one: - asks for it."),
    lambda value: read_secret("New PIN") if value else "",
)
CARDS = Codes(
    LIBRARY_CARD,
    "NUMBER",
    _find_card,
    click.Option(["--value"], required=True, metavar="NUMBER", help="The new card, in hex or dec: and decimal."),
    lambda value: value,
)


def _edit(codes: Codes) -> Command:
    def run(call: Call, code: str, value: str, wait: float | None) -> None:
        call.act()  # signing in comes first: where both come by standard input, its password is the first line
        credential_id = codes.find(call, code)
        record = call.engine.library.get(call.context, credential_id)
        typed = codes.read(value)
        if told := call.engine.library.advise(call.context, credential_id, typed):
            say(told)
        saved = call.engine.library.edit(call.act(), credential_id, record.version, typed)
        finish(call, saved, f"Replaced a {codes.record.singular}", wait)

    text = f"Replace a {codes.record.singular} in one step: the old one is taken away first, then the new one given."
    one = click.Argument(["code"], metavar=codes.metavar)
    return Command("edit", callback=pass_call(run), params=[one, codes.value, wait_option()], help=text)


def _delete(codes: Codes) -> Command:
    word = codes.record.singular

    def run(call: Call, some: tuple[str, ...], filter: str | None, count: int | None, wait: float | None) -> None:
        call.act()
        _refuse_pins(call, codes.record, filter)
        ids = (
            [codes.find(call, one) for one in some] if some and not filter else meant(call, codes.record, some, filter)
        )
        if not ids:
            raise Invalid({"filter": "Nothing matches."})
        need_count(len(set(ids)), count, word)
        question = printable(f"Take {counted(len(set(ids)), word)} away?")
        confirm(call, question, lambda: _losses(call, ids))
        finish(
            call, call.engine.library.delete(call.act(), ids, count), f"Took away {word}", wait, deleted=len(set(ids))
        )

    params: list[click.Parameter] = [
        click.Argument(["some"], nargs=-1, metavar=f"{codes.metavar}..."),
        click.Option(["--filter"], metavar="EXPR", help="All that match, instead of single ones."),
        count_option(),
        wait_option(),
    ]
    text = f"Take {codes.record.title} away; every door is read back as proof."
    return Command("delete", callback=pass_call(run), params=params, help=text)


def _show(codes: Codes) -> Command:
    def run(call: Call, code: str) -> None:
        call.act()
        show_record(call, codes.record, call.engine.library.get(call.context, codes.find(call, code)))

    one = click.Argument(["code"], metavar=codes.metavar)
    text = f"Say whose {codes.record.singular} it is, and which doors hold it."
    return Command("show", callback=pass_call(run), params=[one], help=text)


def _list_pins() -> Command:
    def run(call: Call, **asked: Any) -> None:
        _refuse_pins(call, LIBRARY_PIN, asked["filter"])
        show_list(call, LIBRARY_PIN, Asked(**asked))

    text = "List PINs. Whose one is, `show -` says."
    return Command("list", callback=pass_call(run), params=list_options(LIBRARY_PIN), help=text)


def _refuse_pins(call: Call, record: Record, expression: str | None) -> None:
    """A PIN may stand in no argument."""
    terms = call.engine.parse_filter(record.name, call.context, expression).terms if expression else ()
    if any(term.field == "pin" for term in terms):
        raise click.UsageError("A PIN does not belong in an argument. `library pin show -` asks for it.")


def _losses(call: Call, ids: Sequence[int]) -> list[str]:
    """What taking them away does."""
    found = call.engine.library.taking(call.context, ids)
    more = f" and {len(found.codes) - _NAMED} more" if len(found.codes) > _NAMED else ""
    return ["; ".join(found.codes[:_NAMED]) + more, f"No more at: {', '.join(found.doors) or 'no door'}."]


library = Group("library", help="Every PIN and RF card of residents, staff and deliveries.")
pin = Group("pin", help="PINs. One is named by its number in the list, or by - to be asked for it.")
card = CardGroup("card", help="RF cards. One is named by its number in any notation, or by id:N of the list.")
for group in (pin, card):
    library.add_command(group)
library.add_command(list_command(GHOST, name="ghosts"))
pin.add_command(_list_pins())
card.add_command(list_command(LIBRARY_CARD))
for group, codes in ((pin, PINS), (card, CARDS)):
    for make in (_show, _edit, _delete):
        group.add_command(make(codes))
