"""The smallest changes that would let somebody in: found, planned per door, and done (feature SYNC-05)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, select

from backend.domain.access.remedies import Remedy, Way, hours_in_words, remedies
from backend.domain.access.results import DoorPlan
from backend.domain.access.rules import Rules
from backend.domain.access.who import Moment
from backend.domain.access.windows import describe
from backend.domain.answers import Offer
from backend.domain.context import Context
from backend.domain.enums import CredentialKind, HolderKind, HolderStatus
from backend.domain.errors import Invalid, NotFound
from backend.domain.formats import zone_info
from backend.domain.groups import GroupPatch
from backend.domain.records import Saved
from backend.domain.schedule_line import schedule_text
from backend.domain.staff import StaffPatch
from backend.domain.walltime import instant_of, local_time
from backend.services.base import Service, replayed, saved
from backend.services.communities import community_row
from backend.services.groups import Groups
from backend.services.holders import groups_of, people_at, reaching
from backend.services.personnel import Deliveries, Personnel, Staff
from backend.services.plans import door_plans
from backend.services.relay_rows import relay_row
from backend.services.rules import RuleRows
from backend.store import tables as t
from backend.store.work import Work

ONE = {
    CredentialKind.PIN: "PIN",
    CredentialKind.CARD: "card",
    CredentialKind.FACE: "face",
    CredentialKind.ID_ACCESS: "ID access",
    CredentialKind.QR: "QR code",
}
JUST_NOW = timedelta(hours=1)
"""How long after it was refused somebody may still be standing there: the question is then about now."""

_PERSONNEL: dict[str, type[Personnel]] = {HolderKind.STAFF.value: Staff, HolderKind.DELIVERY.value: Deliveries}


def offers_at(at: datetime, now: datetime, zone: str) -> datetime:
    """When the changes are to help: at `at`, or where that is over the next time this weekday and hour come."""
    if at >= now:
        return at
    if now - at < JUST_NOW:
        return now
    place = zone_info(zone)
    wall, today = local_time(at, place), local_time(now, place).date()
    day = today + timedelta(days=(wall.weekday() - today.weekday()) % 7)
    again = instant_of(day, place, wall.time())
    return again if again > now else instant_of(day + timedelta(days=7), place, wall.time())


def offers(
    connection: Connection, community_id: int, holder_id: int, relay_id: int, at: datetime
) -> tuple[tuple[Offer, ...], bool]:
    """The changes that would let a holder in at an instant by the rules of today, and whether those do already.

    Nothing for somebody who was deleted; a default group keeps its hours (rules 8).
    """
    rows = RuleRows.fetch(connection, community_id, values=False)
    holder = rows.rows["holder"].get(holder_id)
    if holder is None or holder[3] is not None:
        return (), False
    rules = rows.rules(None)
    if Moment(rules, at).admits(rules.holders[holder_id], relay_id) is not None:
        return (), True
    g = t.access_group
    fixed = connection.execute(select(g.c.id).where(g.c.community_id == community_id, g.c.system.is_(True))).scalars()
    found = remedies(rules, holder_id, relay_id, at, fixed=frozenset(fixed))
    return tuple(_offer(rules, holder_id, relay_id, remedy) for remedy in found), False


def _offer(rules: Rules, holder_id: int, relay_id: int, remedy: Remedy) -> Offer:
    """A remedy in words."""
    others = tuple(rules.holders[one].name for one in remedy.others)
    return Offer(_title(rules, holder_id, relay_id, remedy), _effect(rules, remedy), others, remedy)


def _title(rules: Rules, holder_id: int, relay_id: int, remedy: Remedy) -> str:
    group = rules.groups[remedy.group_id] if remedy.group_id is not None else None
    kinds = " or ".join(ONE[kind] for kind in remedy.kinds)
    if remedy.way is Way.JOIN and group is not None:
        return f"Add to group {group.name}"
    if remedy.way is Way.HOURS and group is not None and remedy.window is not None:
        return f"{group.name}: {hours_in_words(rules, group, remedy.window)}"
    if remedy.way is Way.METHOD:
        return f"{rules.relays[relay_id].name} takes {kinds} too"
    if remedy.way is Way.CODE:
        return f"Give a {kinds}"
    if remedy.way is Way.CREDENTIAL:
        return f"End the suspension of the {kinds}"
    return f"End the suspension of {rules.holders[holder_id].name}"


def _effect(rules: Rules, remedy: Remedy) -> str:
    """Whom else it lets in, at how many doors, and the hours it adds."""
    count = len(remedy.others)
    words = ["nobody else" if not count else "1 other person" if count == 1 else f"{count:,} other people"]
    if remedy.group_id is not None:
        group = rules.groups[remedy.group_id]
        doors = len(group.relays & rules.relays.keys())
        words.append("1 door" if doors == 1 else f"{doors} doors")
        if remedy.way is Way.JOIN:
            words.append("; ".join(describe(window, rules.zone) for window in group.windows))
    if remedy.door_hours:
        words.append(f"+{remedy.door_hours:,.4g} door-hours a week")
    return ", ".join(words)


class Remedies(Service):
    """Doing what an answer to why offers; the plan comes before."""

    def plan(self, context: Context, holder_id: int, remedy: Remedy) -> tuple[DoorPlan, ...]:
        """What each door would receive; raises NotFound, Invalid for what a form does, Conflict."""
        if remedy.way is Way.JOIN and remedy.group_id is not None:
            kind = self._holder(context, holder_id).kind
            if kind == HolderKind.RESIDENT.value:
                return Groups(self.store).people_change(context, remedy.group_id, [holder_id], add=True).plans
            service, _, patch = self._personnel(context, kind, holder_id, remedy.group_id)
            return service.plan_edit(context, holder_id, patch)
        if remedy.way is Way.HOURS and remedy.group_id is not None:
            return Groups(self.store).plan_edit(context, remedy.group_id, self._wider(context, remedy)[1])
        with self.store.read(context, "plan.read") as connection:
            return self._plan_rows(connection, context, holder_id, remedy)

    def apply(self, context: Context, holder_id: int, remedy: Remedy) -> Saved:
        """Do it, as the form of the record would; raises what that raises, Invalid for what only a form does."""
        if remedy.way is Way.JOIN and remedy.group_id is not None:
            kind = self._holder(context, holder_id).kind
            if kind == HolderKind.RESIDENT.value:
                return Groups(self.store).add_people(context, remedy.group_id, [holder_id])
            service, version, patch = self._personnel(context, kind, holder_id, remedy.group_id)
            return service.edit(context, holder_id, version, patch)
        if remedy.way is Way.HOURS and remedy.group_id is not None:
            version, wider = self._wider(context, remedy)
            return Groups(self.store).edit(context, remedy.group_id, version, wider)
        if remedy.way is Way.METHOD and remedy.relay_id is not None:
            return self._take(context, remedy.relay_id, remedy.kinds)
        if remedy.way is Way.PERSON:
            return self._resume(context, holder_id)
        raise Invalid({"": "This is done in the form of the person."})

    def _holder(self, context: Context, holder_id: int) -> Row[Any]:
        with self.store.read(context, "plan.read") as connection:
            return _holder_row(connection, context, holder_id)

    def _personnel(
        self, context: Context, kind: str, holder_id: int, group_id: int
    ) -> tuple[Personnel, int, StaffPatch]:
        """The service of staff or deliveries, the version of the record, and the patch that adds the group."""
        if kind not in _PERSONNEL:
            raise Invalid({"": "A key has its own hours and doors: change them in its form."})
        service = _PERSONNEL[kind](self.store)
        with self.store.read(context, "plan.read") as connection:
            groups = tuple(one for one, _ in groups_of(connection, holder_id))
        return service, service.get(context, holder_id).version, StaffPatch(group_ids=(*groups, group_id))

    def _wider(self, context: Context, remedy: Remedy) -> tuple[int, GroupPatch]:
        """The version of the group, and the patch that adds the hour to its line of hours."""
        assert remedy.group_id is not None, "hours are those of a group"
        group = Groups(self.store).get(context, remedy.group_id)
        with self.store.read(context, "plan.read") as connection:
            zone = community_row(connection, context.community_id).timezone
        added = [replace(remedy.window, closed=())] if remedy.window is not None else []
        return group.version, GroupPatch(schedule=f"{group.schedule}; {schedule_text(added, zone)}")

    def _plan_rows(
        self, connection: Connection, context: Context, holder_id: int, remedy: Remedy
    ) -> tuple[DoorPlan, ...]:
        """The plan of a relay that takes more, or of a holder who counts again."""
        if remedy.way is Way.METHOD and remedy.relay_id is not None:
            relay = relay_row(connection, context, remedy.relay_id)
            people = people_at(connection, [relay.device_id])
            rows = RuleRows.fetch(connection, context.community_id, people)
            before = rows.rules(self.store.sealer)
            rows.put("relay", relay.id, {**relay._mapping, "methods": _methods(relay.methods, remedy.kinds)})
        else:
            row = _holder_row(connection, context, holder_id)
            rows = RuleRows.fetch(connection, context.community_id, [holder_id])
            before = rows.rules(self.store.sealer)
            rows.put("holder", holder_id, {**row._mapping, "status": HolderStatus.ACTIVE.value})
        return door_plans(connection, before, rows.rules(self.store.sealer), self.store.clock())

    def _take(self, context: Context, relay_id: int, kinds: Sequence[CredentialKind]) -> Saved:
        with self.store.write(context, "relay.methods") as work:
            work.require("device.edit")
            if work.replayed is not None:
                return replayed(work)
            relay = relay_row(work.connection, context, relay_id)
            work.update(t.relay, relay_id, methods=_methods(relay.methods, kinds))
            work.dirty([relay.device_id], "access methods changed")
            words = " and ".join(ONE[kind] for kind in kinds)
            work.tell(f"Takes {words} too", "device", relay.device_id, relay.name)
            work.touch("devices", "doors")
            return saved(work, relay.device_id)

    def _resume(self, context: Context, holder_id: int) -> Saved:
        resident = self._holder(context, holder_id).kind == HolderKind.RESIDENT.value
        with self.store.write(context, "resident.resume" if resident else "visitor.resume") as work:
            work.require("resident.write" if resident else "visitor.write")
            if work.replayed is not None:
                return replayed(work)
            return _resumed(work, holder_id)


def _resumed(work: Work, holder_id: int) -> Saved:
    row = _holder_row(work.connection, work.context, holder_id)
    with reaching(work, [holder_id], "suspension ended"):
        work.update(t.holder, holder_id, status=HolderStatus.ACTIVE.value)
    work.tell("Ended suspension", row.kind, holder_id, row.name)
    work.touch("residents", "visitors")
    return saved(work, holder_id)


def _holder_row(connection: Connection, context: Context, holder_id: int) -> Row[Any]:
    h = t.holder
    found = connection.execute(
        select(h).where(h.c.id == holder_id, h.c.community_id == context.community_id, h.c.removed_at.is_(None))
    ).one_or_none()
    if found is None:
        raise NotFound("This person does not exist any more.")
    return found


def _methods(text: str, more: Sequence[CredentialKind]) -> str:
    """The methods of a relay with more of them, in the order of the guide."""
    taken = {*text.split(","), *(kind.value for kind in more)}
    return ",".join(kind.value for kind in CredentialKind if kind.value in taken)
