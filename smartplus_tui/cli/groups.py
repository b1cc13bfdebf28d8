"""`smartplus access-group` and `smartplus holiday` (features AG-01 to AG-04, AG-08)."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from backend.catalog.groups import ACCESS_GROUP, HOLIDAY
from backend.catalog.residents import RESIDENT
from backend.domain.errors import Conflict, Invalid
from smartplus_tui.cli.call import Call, pass_call
from smartplus_tui.cli.fields import Values
from smartplus_tui.cli.lists import export_command
from smartplus_tui.cli.options import Command
from smartplus_tui.cli.output import emit, tell
from smartplus_tui.cli.references import find_group
from smartplus_tui.cli.rights import plan_lines
from smartplus_tui.cli.verbs import Binding, Typed, meant, record_group
from smartplus_tui.cli.words import counted
from smartplus_tui.cli.writes import confirm, count_option, finish, need_count, wait_option

if TYPE_CHECKING:
    from backend.domain.formats import Formats
    from backend.domain.groups import GroupRecord, HolidayRecord, PeopleChange
    from backend.domain.records import Saved


def _get(call: Call, group_id: int) -> GroupRecord:
    return call.engine.groups.get(call.context, group_id)


def _add(call: Call, values: Values, _typed: Typed) -> Saved:
    from backend.domain.groups import GroupDraft

    return call.engine.groups.add(call.act(), GroupDraft(**values))


def _edit(call: Call, group_id: int, values: Values, _typed: Typed) -> Saved:
    from backend.domain.groups import GroupPatch

    patch, record = GroupPatch(**values), _get(call, group_id)
    plans = call.engine.groups.plan_edit(call.context, group_id, patch)
    if any(plan.removes for plan in plans):
        confirm(call, f"Change {record.name}?", lambda: list(plan_lines(plans, call.formats)))
    return call.engine.groups.edit(call.act(), group_id, record.version, patch)


def _delete(call: Call, ids: Sequence[int], _count: int | None) -> Saved:
    return call.engine.groups.delete(call.act(), ids)


def _losses(call: Call, ids: Sequence[int]) -> list[str]:
    """Who loses which doors; raises Conflict where it is forbidden."""
    from backend.domain.groups import names_told

    loss = call.engine.groups.losses(call.context, ids)
    if loss.blocked:
        raise Conflict("", loss.blocked)
    lines = [f"{', '.join(loss.groups)}: {counted(len(loss.people), 'person', 'people')} in it, {_doors(loss.doors)}."]
    if loss.people:
        lines.append(names_told(loss.people, 10))
    if loss.held_open:
        lines.append(f"Its hours hold open {names_told(loss.held_open)}: shut when it is gone.")
    return [*lines, *plan_lines(loss.plans, call.formats)]


def _doors(names: Sequence[str]) -> str:
    return f"doors: {', '.join(names)}" if names else "no door"


access_group = record_group(Binding(ACCESS_GROUP, get=_get, add=_add, edit=_edit, delete=_delete, losses=_losses))
access_group.add_command(export_command(ACCESS_GROUP))


@dataclasses.dataclass(frozen=True, slots=True)
class _Asked:
    """Which residents, by name or by expression; only the plan, or the act with the count of many typed."""

    residents: tuple[str, ...]
    filter: str | None
    dry_run: bool
    count: int | None
    wait: float | None


def _people_command(name: str, text: str, *, add: bool) -> Command:
    def run(call: Call, record_id: str, **asked: Any) -> None:
        _change_people(call, find_group(call.engine, call.context, record_id), _Asked(**asked), add=add)

    params = [
        click.Argument(["record_id"], metavar="ID"),
        click.Argument(["residents"], nargs=-1, metavar="RESIDENT..."),
        click.Option(["--filter"], metavar="EXPR", help="All residents that match, instead of names."),
        click.Option(["--dry-run"], is_flag=True, help="Only say what each door would receive or lose."),
        count_option(),
        wait_option(),
    ]
    return Command(name, callback=pass_call(run), params=params, help=text)


def _change_people(call: Call, group_id: int, asked: _Asked, *, add: bool) -> None:
    groups, ids = call.engine.groups, meant(call, RESIDENT, asked.residents, asked.filter)
    if not ids:
        raise Invalid({"filter": "Nothing matches."})
    change = groups.people_change(call.context, group_id, ids, add=add)
    if asked.dry_run:
        _tell_change(call, change, add=add)
        return
    need_count(len(ids), asked.count, "resident")
    count = counted(len(change.people), "person", "people")
    question = f"Add {count} to {change.group}?" if add else f"Take {count} out of {change.group}?"
    confirm(call, question, lambda: _change_lines(change, call.formats, add=add))
    saved = (groups.add_people if add else groups.remove_people)(call.act(), group_id, ids)
    words = "Added people to access group" if add else "Took people out of access group"
    finish(call, saved, words, asked.wait, people=len(change.people), same=change.same)


access_group.add_command(
    _people_command("add-people", "Put residents into a group, after the plan per door.", add=True)
)
access_group.add_command(
    _people_command("remove-people", "Take residents out of a group, after the plan per door.", add=False)
)


def _tell_change(call: Call, change: PeopleChange, *, add: bool) -> None:
    if call.json:
        emit(change, call.formats)
        return
    for line in _change_lines(change, call.formats, add=add):
        tell(line)


def _change_lines(change: PeopleChange, formats: Formats, *, add: bool) -> list[str]:
    """Who is meant, what each door receives or loses, and who would have no group left."""
    from backend.domain.groups import names_told

    lines = [names_told(change.people, 10)] if change.people else []
    if change.same:
        there = "in it already" if add else "not in it"
        lines.append(f"{change.same:,} {'is' if change.same == 1 else 'are'} {there}.")
    lines += plan_lines(change.plans, formats)
    if change.alone:
        lines.append(f"No group would be left to {names_told(change.alone)}.")
    return lines


def _get_holiday(call: Call, holiday_id: int) -> HolidayRecord:
    return call.engine.holidays.get(call.context, holiday_id)


def _add_holiday(call: Call, values: Values, _typed: Typed) -> Saved:
    filled = {"name": "", "first_day": "", **values}
    return call.engine.holidays.add(call.act(), **filled)


def _edit_holiday(call: Call, holiday_id: int, values: Values, _typed: Typed) -> Saved:
    version = _get_holiday(call, holiday_id).version
    return call.engine.holidays.edit(call.act(), holiday_id, version, **values)


def _delete_holiday(call: Call, ids: Sequence[int], _count: int | None) -> Saved:
    return call.engine.holidays.delete(call.act(), ids[0])


holiday = record_group(Binding(HOLIDAY, get=_get_holiday, add=_add_holiday, edit=_edit_holiday, delete=_delete_holiday))
