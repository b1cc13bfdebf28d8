"""The verbs of a record type as commands: what the catalog declares, joined to the services by a binding."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

import click

from backend.catalog.model import Record
from backend.domain.errors import Invalid, SmartPlusError
from backend.domain.names import printable
from smartplus_tui.cli.call import Call, pass_call
from smartplus_tui.cli.exits import Exit, lines_of
from smartplus_tui.cli.fields import Values, formed, options_of, values_of
from smartplus_tui.cli.lists import list_command
from smartplus_tui.cli.options import Command, Group
from smartplus_tui.cli.output import emit, say
from smartplus_tui.cli.pages import show_record
from smartplus_tui.cli.references import FINDERS
from smartplus_tui.cli.writes import confirm, count_option, finish, need_count, wait_option

if TYPE_CHECKING:
    from backend.domain.records import Saved

Typed = dict[str, Any]
"""What click read: parameter -> value."""


@dataclass(frozen=True, slots=True)
class Binding:
    """How the verbs of one record type call the engine.

    `add`, `edit` and `delete` exist where the catalog has the verb and the binding a function for it. `only` limits the
    fields of a verb to those its service takes, `extra` are options beside the fields, `also` second names of options.
    """

    record: Record
    get: Callable[[Call, int], Any]
    add: Callable[[Call, Values, Typed], Saved] | None = None
    edit: Callable[[Call, int, Values, Typed], Saved] | None = None
    delete: Callable[[Call, Sequence[int], int | None], Saved] | None = None
    losses: Callable[[Call, Sequence[int]], list[str]] = lambda _call, _ids: []
    without: Mapping[str, frozenset[str]] = field(default_factory=dict)
    extra: Mapping[str, Callable[[], list[click.Parameter]]] = field(default_factory=dict)
    also: Mapping[str, str] = field(default_factory=dict)


def record_group(binding: Binding, *, name: str = "") -> Group:
    """The group of a record type with its list, its page and its verbs."""
    record = binding.record
    group = Group(name=name or record.name, help=f"{record.title}.")
    group.add_command(list_command(record))
    group.add_command(_show(binding))
    if binding.add is not None and record.verb("add"):
        group.add_command(_add(binding, binding.add))
    if binding.edit is not None and record.verb("edit"):
        group.add_command(_edit(binding, binding.edit))
    if binding.delete is not None and record.verb("delete"):
        group.add_command(_delete(binding, binding.delete))
    return group


def find(call: Call, record: Record, text: str) -> int:
    """The id of the record of this type that is meant; raises NotFound, Conflict."""
    return FINDERS[record.name](call.engine, call.context, text)


def _show(binding: Binding) -> Command:
    record = binding.record

    def run(call: Call, record_id: str) -> None:
        show_record(call, record, binding.get(call, find(call, record, record_id)))

    return Command("show", callback=pass_call(run), params=[_one()], help=f"Show one {record.singular}.")


def _add(binding: Binding, add: Callable[[Call, Values, Typed], Saved]) -> Command:
    record = binding.record
    fields = formed(record, binding.without.get("add", ()))

    def run(call: Call, wait: float | None, **typed: Any) -> None:
        saved = add(call, values_of(call, fields, typed), typed)
        finish(call, saved, f"Added {record.singular}", wait)

    params = [*options_of(fields, binding.also), *_extra(binding, "add"), wait_option()]
    return Command("add", callback=pass_call(run), params=params, help=f"Add one {record.singular}.")


def _edit(binding: Binding, edit: Callable[[Call, int, Values, Typed], Saved]) -> Command:
    record = binding.record
    fields = formed(record, binding.without.get("edit", ()))

    def run(call: Call, record_id: str, wait: float | None, **typed: Any) -> None:
        found = find(call, record, record_id)
        saved = edit(call, found, values_of(call, fields, typed), typed)
        finish(call, saved, f"Changed {record.singular}", wait)

    params = [_one(), *options_of(fields, binding.also), *_extra(binding, "edit"), wait_option()]
    text = f"Change one {record.singular}: what is not named stays, an empty value clears."
    return Command("edit", callback=pass_call(run), params=params, help=text)


def _delete(binding: Binding, delete: Callable[[Call, Sequence[int], int | None], Saved]) -> Command:
    record, verb = binding.record, binding.record.verb("delete")
    many = verb is not None and verb.many

    def run(
        call: Call, record_ids: tuple[str, ...], wait: float | None, count: int | None, filter: str | None = None
    ) -> None:
        ids = meant(call, record, record_ids, filter)
        if not ids:
            raise Invalid({"filter": "Nothing matches."})
        need_count(len(ids), count, record.singular)
        one = record_ids[0] if record_ids else f"id:{ids[0]}"
        what = f"{len(ids)} {record.title.lower()}" if len(ids) > 1 else f"{record.singular} {one}"
        confirm(call, printable(f"Delete {what}?"), partial(binding.losses, call, ids))
        if many or len(ids) == 1:
            finish(call, delete(call, ids, count), f"Deleted {record.singular}", wait, deleted=len(ids))
        else:
            _one_by_one(call, ids, lambda one: delete(call, [one], None))

    some = click.Argument(["record_ids"], nargs=-1, required=not many, metavar="ID...")
    params: list[click.Parameter] = [some, count_option(), wait_option()]
    if many:
        params.append(click.Option(["--filter"], metavar="EXPR", help="All that match, instead of ids."))
    return Command("delete", callback=pass_call(run), params=params, help=f"Delete {record.title.lower()}.")


def meant(call: Call, record: Record, texts: Sequence[str], expression: str | None) -> list[int]:
    """The records named, or all that match an expression."""
    from backend.domain.paging import ListQuery

    if bool(texts) == bool(expression):
        raise click.UsageError("Name records, or a --filter.")
    if not expression:
        return list(dict.fromkeys(find(call, record, text) for text in texts))
    query = ListQuery(filter=call.engine.parse_filter(record.name, call.context, expression))
    handle = call.engine.list(record.name, call.context, query)
    return [row.id for row in handle.first(handle.count())]


def _one_by_one(call: Call, ids: Sequence[int], act: Callable[[int], Saved]) -> None:
    """Act on each record for itself; ends the command with 3 when some were refused, with 1 when all were."""
    done: list[Saved] = []
    for one in ids:
        try:
            done.append(act(one))
        except SmartPlusError as error:
            for line in lines_of(error):
                say(f"id:{one}: {line}")
    if call.json:
        emit({"items": done, "total": len(ids), "after": None}, call.formats)
    else:
        say(f"{len(done)} of {len(ids)} done.")
    if len(done) < len(ids):
        click.get_current_context().exit(Exit.PARTLY if done else Exit.REFUSED)


def _one() -> click.Argument:
    return click.Argument(["record_id"], metavar="ID")


def _extra(binding: Binding, verb: str) -> list[click.Parameter]:
    made = binding.extra.get(verb)
    return made() if made else []
