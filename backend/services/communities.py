"""The communities of a site: their facts, how their times are written, their switches (SET-02, SET-06; rules 1.2, 15).

Every act but `add` and `list` is about the community that its context names: an installer of several acts in each.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Row, func, or_, select

from backend.domain.communities import CommunityRecord, PinCollisions
from backend.domain.context import Context, new_id
from backend.domain.enums import ChargeMode, PinMode, Role
from backend.domain.errors import Invalid, NotFound
from backend.domain.paging import ListQuery
from backend.domain.records import Saved
from backend.services.base import Service, replayed, saved
from backend.services.community_checks import FACTS, checked_facts, checked_switches, last_day
from backend.services.lists import ListHandle
from backend.services.slices import Stopped, Told, going_on, quiet
from backend.store import tables as t
from backend.store.listing import FilterColumn, Listing
from backend.store.rows import ROW, select_row
from backend.store.work import Work

if TYPE_CHECKING:
    from backend.domain.community_drafts import CommunityDraft, CommunitySwitches

ONLY_PUBLIC = "Only Public Area is on: access permissions of residents are set by the installer."
_SWITCHES = ("only_public_area", "with_indoor_monitor", "landline", "id_access", "video_storage", "free_members")


class Communities(Service):
    """The communities of a site.

    The first page waits for this module: what only an act needs is loaded with the act.
    """

    def list(self, context: Context, query: ListQuery) -> ListHandle:
        """The communities in which the actor may act, by name."""
        return ListHandle(self.store, context, "community.read", _listing(context), query)

    def get(self, context: Context) -> CommunityRecord:
        """The community; raises NotFound."""
        with self.store.read(context, "community.read") as connection:
            return _record(community_row(connection, context.community_id))

    def add(self, context: Context, draft: CommunityDraft) -> Saved:
        """Make a community, in which the actor may act from now on; its operation stands where the actor is now.

        Raises Invalid (name, timezone, clock_format, date_format, country, street, city, postcode, state, pin_mode).
        """
        wanted = checked_facts({name: getattr(draft, name) for name in FACTS})
        with self.store.write(context, "community.add") as work:
            work.require("community.write")
            if work.replayed is not None:
                return replayed(work)
            community_id = work.insert(t.community, uuid=new_id(), **wanted)
            if context.actor_id is not None:
                work.insert(t.manager_community, manager_id=context.actor_id, community_id=community_id)
            work.tell("Added community", "community", community_id, wanted["name"], undoable=False)
            work.touch("communities", "managers")
            return saved(work, community_id)

    def edit(self, context: Context, version: int, **typed: str | None) -> Saved:
        """Change what is not None: name, timezone, clock_format, date_format, country, street, city, postcode, state,
        pin_mode.

        Another time zone shifts daily and weekly hours, so every door gets them anew; what has been logged stays as it
        is (edge case 26). Another PIN access mode moves all residents' PINs into their new scopes, or none (edge case
        4). Raises Stale, Invalid with the fields, Conflict (pin_mode) where people share a PIN.
        """
        with self.store.write(context, "community.edit") as work:
            work.require("community.edit")
            if work.replayed is not None:
                return replayed(work)
            row = community_row(work.connection, context.community_id)
            given = {name: value for name, value in typed.items() if value is not None}
            wanted = checked_facts({name: given.get(name, getattr(row, name)) for name in FACTS} | given)
            work.update(t.community, row.id, version=version, **wanted)
            if wanted["timezone"] != row.timezone:
                _dirty_all(work, row.id, "time zone changed")
            action = "Changed community settings"
            if wanted["pin_mode"] != row.pin_mode:
                from backend.services.pin_mode import rescope  # see Communities

                rescope(work.connection, row.id, PinMode(wanted["pin_mode"]))
                _dirty_all(work, row.id, "PIN access mode changed")
                action = "Changed PIN access mode"
            work.tell(action, "community", row.id, wanted["name"])
            work.touch("buildings", "communities")
            return saved(work, row.id)

    def set_pin_mode(self, context: Context, version: int, mode: PinMode) -> Saved:
        """Switch PIN access mode alone, as `edit` does it among other facts."""
        return self.edit(context, version, pin_mode=mode.value)

    def pin_collisions(self, context: Context) -> PinCollisions:
        """Who shares a PIN with whom, which PIN mode does not allow (edge case 4); codes that cool count too."""
        from backend.services.pin_mode import collisions  # see Communities

        with self.store.read(context, "community.edit") as connection:
            return collisions(connection, self.store.sealer, context.community_id)

    def switch(
        self,
        context: Context,
        version: int,
        switches: CommunitySwitches,
        *,
        tell: Told = quiet,
        stopped: Stopped = going_on,
    ) -> Saved:
        """Flip the switches that only an installer has; None keeps.

        Only Public Area takes residents off every private door at once, however many they are, and gives them back
        (edge case 45); what the doors have to prove of them follows in slices. `tell` hears of each, `stopped` is asked
        between them: what is left then the agent notes, before it takes anybody off a door. Raises Stale and Invalid
        (premium_until, free_members, video_storage).
        """
        from backend.services.holders import private_devices  # see Communities
        from backend.services.proofs_of_acts import REASON, used_devices

        with self.store.write(context, "community.switch") as work:
            work.require("community.write")
            if work.replayed is not None:
                answer = replayed(work)
            else:
                row = community_row(work.connection, context.community_id)
                wanted = checked_switches(switches, row, work.at)
                work.update(t.community, row.id, version=version, **wanted)
                if wanted.get("only_public_area", row.only_public_area) != row.only_public_area:
                    work.dirty(used_devices(work.connection, private_devices(work.connection, row.id)), REASON)
                work.tell("Changed switches of community", "community", row.id, row.name)
                work.touch("buildings", "communities", "residents", "apartments")
                answer = saved(work, row.id)
        return self._prove(context, answer, tell, stopped)

    def _prove(self, context: Context, answer: Saved, tell: Told, stopped: Stopped) -> Saved:
        """Have doors prove what a switch took from people, slice by slice."""
        from backend.services.going_on import go_on
        from backend.services.proofs_of_acts import proofs_of

        with self.store.read(context, "community.write") as connection:
            queue = proofs_of(connection, self.store.sealer, answer.operation)
        return go_on(
            self.store,
            context,
            "community.switch",
            answer,
            queue,
            permission="community.write",
            topics=("residents",),
            tell=tell,
            stopped=stopped,
        )


def community_row(connection: Connection, community_id: int) -> Row[Any]:
    """The row of a community; raises NotFound."""
    found = connection.execute(select_row(t.community), {ROW: community_id}).one_or_none()
    if found is None:
        raise NotFound("There is no such community.")
    return found


def _dirty_all(work: Work, community_id: int, reason: str) -> None:
    devices = select(t.device.c.id).where(t.device.c.community_id == community_id)
    work.dirty(work.connection.execute(devices).scalars().all(), reason)


def why_no_permissions(connection: Connection, context: Context) -> str:
    """Why the actor may not set residents' access permissions here, "" where they may (rules 1.2, AG-06)."""
    row = community_row(connection, context.community_id)
    if not row.only_public_area or context.actor_id is None:
        return ""
    role = connection.execute(select(t.manager.c.role).where(t.manager.c.id == context.actor_id)).scalar()
    return "" if role == Role.INSTALLER.value else ONLY_PUBLIC


def refuse_permissions(connection: Connection, context: Context, field: str = "group_ids") -> None:
    """Raise Invalid (`field`) where the actor may not set residents' access permissions."""
    if reason := why_no_permissions(connection, context):
        raise Invalid({field: reason})


def _record(row: Row[Any]) -> CommunityRecord:
    plain = {name: getattr(row, name) for name in (*FACTS, *_SWITCHES)}
    return CommunityRecord(
        id=row.id,
        version=row.row_version,
        charge_mode=ChargeMode(row.charge_mode),
        premium_until=last_day(row),
        **plain,
    )


def _counted(table: Any, *joins: tuple[Any, Any], of: Any) -> Any:
    query = select(func.count(table.c.id)).select_from(table)
    for target, on in joins:
        query = query.join(target, on)
    return query.where(of == t.community.c.id).correlate(t.community).scalar_subquery()


_COUNTS = {
    "buildings": _counted(t.building, of=t.building.c.community_id),
    "apartments": _counted(
        t.apartment, (t.building, t.building.c.id == t.apartment.c.building_id), of=t.building.c.community_id
    ),
    "devices": _counted(t.device, of=t.device.c.community_id),
}


def _listing(context: Context) -> Listing:
    c, m, assigned = t.community, t.manager, t.manager_community
    home = select(m.c.community_id).where(m.c.id == context.actor_id)
    also = select(assigned.c.community_id).where(assigned.c.manager_id == context.actor_id)
    name = func.lower(c.c.name)
    return Listing(
        source=c,
        id_column=c.c.id,
        columns={"name": c.c.name, "city": c.c.city, "timezone": c.c.timezone, **_COUNTS},
        sorts={"name": name, "city": func.lower(c.c.city)},
        default_sort="name",
        filters={"name": FilterColumn(name, "contains"), "city": FilterColumn(func.lower(c.c.city), "contains")},
        words=(name, func.lower(c.c.city)),
        where=or_(c.c.id.in_(home), c.c.id.in_(also), c.c.id == context.community_id),
    )
