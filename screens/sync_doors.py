"""The doors of Sync, worst first: what will be written, what waits and why, and the way on (SYNC-01, SYNC-02)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, ClassVar

from textual.binding import Binding, BindingType

from backend.catalog.model import Field
from backend.catalog.states import drawn
from backend.catalog.syncing import SYNC_DOOR
from backend.domain.enums import SyncState
from backend.domain.formats import age, figure
from backend.domain.limits import limits_of
from screens.base.detail_pane import Detail
from screens.base.messages import OpenRecord
from screens.sync_drawing import held_lines, people_lines, plan_words, standing_lines
from screens.sync_tabs import SyncTab, ask_release, read_back
from widgets.frame import Part, Title
from widgets.table_source import Cell

if TYPE_CHECKING:
    from backend.domain.access.results import DoorPlan

PLANS = 10
"""Doors whose plan is drawn into the list; the pane has that of any."""
STATES = tuple(reversed(SyncState))


class SyncDoorsScreen(SyncTab):
    """Every door with its sync."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("r", "verb('check')", "Read back", id="sync.check", tooltip="Read the door back now", show=False),
        Binding("R", "verb('retry')", "Retry all", id="sync.retry", tooltip="Retry all that wait", show=False),
        Binding("t", "verb('release')", "Type the count", id="sync.release", tooltip="Release a stop", show=False),
    ]
    RECORD = SYNC_DOOR
    TOPICS = SYNC_DOOR.topics
    TAB = 1
    DETAIL_PAGES: ClassVar[tuple[str, ...]] = ("Door", "People")
    DETAIL_KEYS = "Enter open"

    _plans: dict[int, DoorPlan]
    _counts: dict[SyncState, int]
    _planned: tuple[object, ...] = ()

    def hints(self) -> Iterable[tuple[str, str]]:
        """A count is typed only where a door is stopped."""
        held = getattr(self, "_counts", {}).get(SyncState.HELD, 0)
        return [hint for hint in super().hints() if held or hint[0] != "t"]

    def heading(self) -> Title:
        """How many doors are in each state."""
        parts: list[Part] = []
        for state in STATES:
            count = getattr(self, "_counts", {}).get(state, 0)
            if count:
                look = drawn("sync", state.value)
                parts += [(f"{look.symbol} ", f"$sp-{look.symbol_tone}"), (f"{count}", "$sp-t1")]
                parts += [(f" {look.word}   ", f"$sp-{look.word_tone}")]
        shown = super().heading()
        return Title(shown.name, shown.second, (*self._ticked_parts(), *parts))

    async def load(self) -> None:
        """Read the list, then the plans of the doors that wait."""
        await super().load()
        session = self.session
        found = await session.ask(session.engine.sync.devices, session.context)
        self._counts = {state: sum(one.state is state for _, _, one in found) for state in STATES}
        waiting = [(device_id, sync) for device_id, _, sync in found if sync.pending][:PLANS]
        wanted = tuple((device_id, sync.since, sync.pending, sync.users) for device_id, sync in waiting)
        if wanted != self._planned and session.may("plan.read"):
            plans = [await session.ask(session.engine.access.plan_device, session.context, one) for one, _ in waiting]
            self._plans = {plan.device_id: plan for found_plans in plans for plan in found_plans}
            self._planned = wanted
            self.table.reload()

    def draw(self, field: Field, values: dict[str, Any], first: bool) -> str | Cell:
        """The plan as counts, users with the room there is, and what a door waits for."""
        if field.name == "plan":
            plan = next((p for p in getattr(self, "_plans", {}).values() if p.device_name == values["name"]), None)
            return plan_words(plan) if plan else Cell("–", tone="t3")
        if field.name == "users":
            return Cell(f"{figure(values['users'])} of {figure(limits_of(values['profile']).max_users)}", tone="t2")
        if field.name == "waits":
            return _waits(values, self.session.now())
        if field.name == "sync":
            count = values["sync_count"]
            values = {**values, "sync": f"{values['sync']}:{count}" if count else values["sync"]}
        return super().draw(field, values, first)

    async def detail(self, row_id: int, page: str) -> Detail:
        """How the door stands and how to go on, or everybody who would gain or lose it."""
        session = self.session
        found = await session.ask(session.engine.sync_doors.get, session.context, row_id)
        plans: Sequence[DoorPlan] = ()
        if session.may("plan.read") and (found.waiting or page == "People"):
            plans = await session.ask(session.engine.access.plan_device, session.context, row_id)
        if page == "People":
            return Detail(people_lines(plans))
        lines = standing_lines(found, plans, session.formats, session.now())
        if found.sync.held_reason:
            return Detail(held_lines(found) + [line for line in lines if line[0][0].strip() not in ("State", "Waits")])
        return Detail(lines)

    def open_row(self, row_id: int) -> None:
        """Enter: the page of the device."""
        self.post_message(OpenRecord("device", row_id))

    def verb_check(self, ids: Sequence[int]) -> None:
        """Read them back now."""
        self.start(read_back, self, ids)

    def verb_retry(self, _ids: Sequence[int]) -> None:
        """Retry every door that does not hold what it should."""
        self.start(self._retry)

    async def _retry(self) -> None:
        session = self.session
        found = await session.ask(session.engine.sync.devices, session.context)
        late = [device_id for device_id, _, sync in found if sync.state is not SyncState.IN_SYNC]
        if late:
            await read_back(self, late)
        else:
            self.say("Nothing to retry", "every door is in sync")

    def verb_release(self, ids: Sequence[int]) -> None:
        """Let a mass removal go on by its typed count."""
        self.start(ask_release, self, ids[0])


def _waits(values: dict[str, Any], now: datetime) -> Cell:
    """What a door waits for: a person first, then the device, then the time of the next try."""
    if values["held_reason"]:
        return Cell("stopped: type its count", tone="bad")
    for_somebody = {
        SyncState.REFUSED.value: Cell("whom it refused, below", tone="bad"),
        SyncState.CLOCK.value: Cell("its clock to be set", tone="bad"),
        SyncState.DRIFT.value: Cell("your choice, 3 Drift", tone="warn"),
        SyncState.IN_SYNC.value: Cell("–", tone="t3"),
    }
    if values["sync"] in for_somebody:
        return for_somebody[values["sync"]]
    if values["status"] != "online":
        since = values["status_since"]
        return Cell(f"the device{f', {age(now - since)}' if since else ''}", tone="t2")
    wait = values["not_before"] - now if values["not_before"] else timedelta(0)
    if wait > timedelta(0):
        return Cell(f"try {values['attempt'] + 1} in {age(wait)}", tone="t2")
    return Cell("now", tone="t2")
