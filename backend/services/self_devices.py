"""Self Devices Authorisation: hours and doors of a resident at the devices of their own apartment (feature AG-05).

It holds while the device stands in the apartment (edge case 46) and has no effect under Only Public Area (edge case
45); neither is written here, the rules decide it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select

from backend.domain.access.rules import Group, Rules, Window
from backend.domain.formats import Formats
from backend.domain.residents import ResidentDraft, ResidentPatch
from backend.domain.schedule_line import describe_schedule, parse_schedule, schedule_text
from backend.services.communities import community_row
from backend.services.own_rights import relays_of, windows_of
from backend.services.resident_places import Place, place_of
from backend.services.resident_problems import Problems
from backend.store import tables as t

SCHEDULE, DOORS = "own_schedule", "own_relay_ids"


@dataclass(frozen=True, slots=True)
class OwnRights:
    """Hours and doors; both empty for none."""

    windows: tuple[Window, ...] = ()
    relay_ids: frozenset[int] = frozenset()


def private_doors(connection: Connection, community_id: int, apartment_id: int | None) -> tuple[tuple[int, str], ...]:
    """The doors of the devices that stand in an apartment, (id, name) by name; none under Only Public Area."""
    if apartment_id is None or community_row(connection, community_id).only_public_area:
        return ()
    return _doors(connection, apartment_id)


def own_rights_of(connection: Connection, holder_id: int) -> OwnRights:
    """What a resident has now."""
    return OwnRights(windows_of(connection, t.own_window, holder_id), relays_of(connection, t.own_relay, holder_id))


def own_words(connection: Connection, community_id: int, row: Row[Any], formats: Formats) -> dict[str, Any]:
    """Of a resident's row: the hours as typed and in full, the doors that they are for, and those that there are."""
    found = own_rights_of(connection, row.id)
    doors = private_doors(connection, community_id, row.apartment_id)
    return {
        "own_schedule": schedule_text(found.windows, formats.zone),
        "own_hours": describe_schedule(found.windows, formats),
        "own_doors": tuple(door for door in doors if door[0] in found.relay_ids),
        "private_doors": doors,
    }


def checked_own(
    problems: Problems,
    connection: Connection,
    place: Place | None,
    asked: ResidentDraft | ResidentPatch,
    *,
    before: OwnRights,
    now: datetime | None,
) -> OwnRights:
    """The own rights that a draft or a patch asks for: None keeps what is in `before`, nothing typed clears all.

    Without `now`, for somebody who comes later, none can be asked for.
    """
    line, relay_ids = asked.own_schedule, asked.own_relay_ids
    typed, chosen = (line or "").strip(), frozenset(relay_ids or ())
    if place is None or (line is None and relay_ids is None):
        return before
    if not typed and not chosen:
        return OwnRights()
    if now is None:
        problems.refuse(SCHEDULE, "Own hours are given to people who live here.")
        return before
    zone = community_row(connection, place.community_id).timezone
    windows = () if line is not None else before.windows
    if typed:
        windows = problems.check(SCHEDULE, lambda: parse_schedule(typed, now, zone), ())
    doors = before.relay_ids if relay_ids is None else chosen
    here = {door_id for door_id, _ in _doors(connection, place.apartment_id)}
    if not windows:
        problems.refuse(SCHEDULE, "Hours are needed, as in mo-fr 8-18.")
    if not here:
        problems.refuse(DOORS, "No device stands in this apartment.")
    elif not doors:
        problems.refuse(DOORS, "Choose a door of the apartment.")
    elif not chosen <= here:
        problems.refuse(DOORS, "One of these doors does not stand in this apartment.")
    return OwnRights(windows, doors)


def changed_own(
    problems: Problems,
    connection: Connection,
    place: Place,
    holder_id: int,
    patch: ResidentPatch,
    *,
    now: datetime | None,
) -> OwnRights | None:
    """The own rights of a resident as a patch makes them, None where they stay."""
    if patch.own_schedule is None and patch.own_relay_ids is None:
        return None
    before = own_rights_of(connection, holder_id)
    wanted = checked_own(problems, connection, place, patch, before=before, now=now)
    return None if wanted == before else wanted


def imagined(
    connection: Connection, rules: Rules, community_id: int, asked: ResidentDraft | ResidentPatch, now: datetime
) -> Rules:
    """Rules about one resident with the own rights asked for, for a plan; what is not understood changes nothing."""
    (holder_id,) = rules.holders
    if asked.own_schedule is None and asked.own_relay_ids is None:
        return rules
    home = select(t.holder.c.apartment_id).where(t.holder.c.id == holder_id)
    apartment_id = asked.apartment_id if isinstance(asked, ResidentDraft) else connection.execute(home).scalar()
    problems = Problems()
    place = problems.check("apartment_id", lambda: place_of(connection, community_id, apartment_id), None)
    wanted = checked_own(problems, connection, place, asked, before=own_rights_of(connection, holder_id), now=now)
    if problems.invalid:
        return rules
    holder, own = rules.holders[holder_id], -holder_id
    name = "Self Devices Authorisation"
    return replace(
        rules,
        holders={**rules.holders, holder_id: replace(holder, groups=holder.groups | {own})},
        groups={**rules.groups, own: Group(own, name, wanted.windows, wanted.relay_ids)},
    )


def _doors(connection: Connection, apartment_id: int) -> tuple[tuple[int, str], ...]:
    relay, device = t.relay, t.device
    query = select(relay.c.id, relay.c.name).join(device, device.c.id == relay.c.device_id)
    here = query.where(device.c.apartment_id == apartment_id).order_by(relay.c.name_fold, relay.c.id)
    return tuple((row.id, row.name) for row in connection.execute(here))
