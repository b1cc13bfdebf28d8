"""Acts on access groups that more than one screen offers: people in and out, and deleting (AG-03, AG-04; task 17)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from textual import work
from textual.widgets import Input

from backend.catalog.groups import ACCESS_GROUP
from backend.domain.errors import SmartPlusError
from backend.domain.formats import Formats
from backend.domain.groups import names_told
from screens.base.drawing import column, wrapped
from screens.base.page import Page
from screens.base.plan_pane import loses, opening_part, summary_parts
from screens.base.session import Session
from screens.base.waits import Waits
from widgets.dialog import Choice, ConfirmDialog, PickDialog, PickRow
from widgets.frame import Part

if TYPE_CHECKING:
    from backend.domain.access.results import DoorPlan
    from backend.domain.groups import GroupDeletion, PeopleChange

_DELETE = ACCESS_GROUP.verb("delete")
assert _DELETE is not None
DELETE = _DELETE
WIDE = 66
"""Cells of a line in a dialog."""
MOST_DOORS = 10
"""Doors that a question names."""
ADD_KEY, REMOVE_KEY = "+", "-"


class GroupPicker(Waits, PickDialog):
    """The access groups, to pick one by typing."""

    def __init__(self, session: Session, heading: str) -> None:
        super().__init__(heading, empty="There is no such group.")
        self._session = session
        self.waiting = True

    def on_mount(self) -> None:
        """Read the groups."""
        super().on_mount()
        self._read()

    @work
    async def _read(self) -> None:
        session = self._session
        try:
            groups = await session.ask(session.engine.groups.list_all, session.context)
        except SmartPlusError as error:
            self._empty = str(error)
            groups = ()
        self._rows = tuple(
            PickRow(str(group_id), name, ((f"{hours}  {doors} door{'' if doors == 1 else 's'}", "$sp-t3"),))
            for group_id, name, hours, doors in groups
        )
        self.typed(self.query_one(Input).value)
        self.end_wait()


def change_groups(page: Page, read: Callable[[], Sequence[int]], *, add: bool) -> None:
    """Pick a group and put residents into it, or take them out, after the plan per door; `read` answers who."""
    page.waiting = True  # for what is typed until the question is there
    page.start(_pick_group, page, read, add)


async def _pick_group(page: Page, read: Callable[[], Sequence[int]], add: bool) -> None:
    with _waiting(page):
        ids = await page.session.ask(read)
    if not ids:
        page.end_wait()
        return
    count = "this person" if len(ids) == 1 else f"these {len(ids):,} people"
    dialog = GroupPicker(page.session, f"Add {count} to" if add else f"Take {count} out of")

    def picked(answer: str | None) -> None:
        if answer is None:
            page.end_wait()
        else:
            page.start(_ask_people, page, int(answer), tuple(ids), add)

    page.app.push_screen(dialog, picked)


def move_people(page: Page, group_id: int, ids: Sequence[int], *, add: bool) -> None:
    """Put residents into a group that is known, or take them out, after the plan per door."""
    page.waiting = True
    page.start(_ask_people, page, group_id, tuple(ids), add)


@contextmanager
def _waiting(page: Page) -> Iterator[None]:
    """Keys are kept while something is read; where it fails they are handed on."""
    try:
        yield
    except BaseException:
        page.end_wait()
        raise


async def _ask_people(page: Page, group_id: int, ids: tuple[int, ...], add: bool) -> None:
    """Say what each door would receive or lose, with its room, and who would have no group left; ask."""
    session = page.session
    with _waiting(page):
        change = await session.ask(session.engine.groups.people_change, session.context, group_id, ids, add=add)
    if not change.people:
        page.say("Nothing to do", f"All of them are {'in' if add else 'not in'} {change.group}")
        page.end_wait()
        return
    count = change.people[0] if len(change.people) == 1 else f"{len(change.people):,} people"
    dialog = ConfirmDialog(
        "Add to group" if add else "Take out of group",
        f"Add {count} to {change.group}?" if add else f"Take {count} out of {change.group}?",
        lines=_change_lines(change, session.formats, add=add),
        choices=[Choice("y", "Add" if add else "Take out", "go", danger=not add)],
        opened_by=ADD_KEY if add else REMOVE_KEY,
    )

    def answered(answer: str | None) -> None:
        if answer:
            page.start(_move_now, page, group_id, ids, change, add)

    page.app.push_screen(dialog, answered)
    page.end_wait()


async def _move_now(page: Page, group_id: int, ids: tuple[int, ...], change: PeopleChange, add: bool) -> None:
    session = page.session
    act = session.engine.groups.add_people if add else session.engine.groups.remove_people
    saved = await session.ask(act, session.act(), group_id, ids)
    count = change.people[0] if len(change.people) == 1 else f"{len(change.people):,} people"
    told = f"{count} added to {change.group}" if add else f"{count} taken out of {change.group}"
    page.watch_save(told, saved)
    page.say(told, "u Undo")


def _change_lines(change: PeopleChange, formats: Formats, *, add: bool) -> list[tuple[Part, ...]]:
    """Who, per door what it receives or loses and its room after, what to know, the way back."""
    lines: list[tuple[Part, ...]] = []
    if len(change.people) > 1:
        lines += wrapped(names_told(change.people), WIDE, "$sp-t2")
    if change.same:
        there = "in it already" if add else "not in it"
        lines.append(((f"{change.same:,} {'is' if change.same == 1 else 'are'} {there}.", "$sp-t3"),))
    lines += plan_parts(change.plans, formats)
    if change.alone:
        sentence = f"No group would be left to {names_told(change.alone)}."
        first, *more = wrapped(sentence, WIDE - 2, "$sp-t2")
        lines += [(("▲ ", "$sp-warn"), *first), *((("  ", ""), *line) for line in more)]
    return [*lines, (("", ""),), (("u", "bold $sp-acc"), (" takes it back.", "$sp-t3"))]


def plan_parts(plans: Sequence[DoorPlan], formats: Formats) -> list[tuple[Part, ...]]:
    """A plan in a dialog: a line for each door with its room after, and what it cannot hold."""
    if not plans:
        return [(("No door receives or loses anything by it.", "$sp-t3"),)]
    lines: list[tuple[Part, ...]] = [(("", ""),), (("Plan  ", "bold $sp-t1"), *summary_parts(plans))]
    for plan in plans[:MOST_DOORS]:
        gains = len(plan.adds) + len(plan.changes)
        told: list[Part] = [(f"+{gains} ", "$sp-ok")] if gains else []
        told += [(f"-{len(plan.removes)} {loses(plan)} ", "$sp-bad")] if plan.removes else []
        room = f" {plan.users_after:,} of {plan.users_limit:,} users after"
        lines.append((("▸ ", "$sp-acc"), (column(plan.device_name, 20), "$sp-t1"), *told, (room, "$sp-t3")))
        lines += [opening] if (opening := opening_part(plan, formats)) else []
        lines += [(("▲ ", "$sp-warn"), (loss.text, "$sp-t2")) for loss in plan.losses]
    if len(plans) > MOST_DOORS:
        lines.append(((f"  and {len(plans) - MOST_DOORS} more doors", "$sp-t3"),))
    return lines


async def delete_groups(page: Page, ids: Sequence[int]) -> None:
    """Say who would lose what, ask, delete; what is somebody's only group stays, and so does a default group."""
    session = page.session
    found = await session.ask(session.engine.groups.losses, session.context, tuple(ids))
    what = found.groups[0] if len(found.groups) == 1 else f"these {len(found.groups)} access groups"
    if found.blocked:
        lines = [*wrapped(found.blocked, WIDE, "$sp-t2")]
        page.app.push_screen(ConfirmDialog("Delete", f"{what[:1].upper()}{what[1:]} stays.", lines=lines, choices=()))
        return
    dialog = ConfirmDialog(
        "Delete",
        f"Delete {what}?",
        lines=_deletion_lines(found, session.formats),
        choices=[Choice(DELETE.confirm_key, "Delete", "delete", danger=True)],
        opened_by=DELETE.key,
    )

    def answered(answer: str | None) -> None:
        if answer:
            page.start(_delete_now, page, found)

    page.app.push_screen(dialog, answered)


async def _delete_now(page: Page, found: GroupDeletion) -> None:
    session = page.session
    saved = await session.ask(session.engine.groups.delete, session.act(), found.ids)
    told = f"{found.groups[0]} deleted" if len(found.groups) == 1 else f"{len(found.groups)} access groups deleted"
    page.gone(found.ids)
    page.watch_save(told, saved)
    page.say(told, "u Undo")


def _deletion_lines(found: GroupDeletion, formats: Formats) -> list[tuple[Part, ...]]:
    lines: list[tuple[Part, ...]] = []
    if len(found.groups) > 1:
        lines += wrapped(names_told(found.groups), WIDE, "$sp-t2")
    doors = ", ".join(found.doors) or "no door"
    count = "nobody" if not found.people else "1 person" if len(found.people) == 1 else f"{len(found.people):,} people"
    lines += wrapped(f"By it {count} may open {doors}.", WIDE, "$sp-t2")
    if found.people:
        lines += wrapped(names_told(found.people), WIDE, "$sp-t3")
    if found.held_open:
        held = f"Its hours hold open {names_told(found.held_open)}: shut when it is gone."
        lines += wrapped(held, WIDE, "$sp-warn")
    lines += plan_parts(found.plans, formats)
    return [*lines, (("", ""),), (("u", "bold $sp-acc"), (" takes it back.", "$sp-t3"))]
