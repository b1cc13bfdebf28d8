"""What the form of staff and deliveries can know: groups and floors as last time, a free PIN, what to beware of.

Tasks, rules 3 and 5; edge cases 6, 7, 9.
"""

from __future__ import annotations

import random
from collections.abc import Iterable

from sqlalchemy import Connection, select

from backend.domain.context import Context
from backend.domain.enums import CredentialKind, HolderKind
from backend.domain.staff import StaffDefaults, StaffDraft, StaffPatch
from backend.services.credentials import credentials_of
from backend.services.groups import named_groups
from backend.services.holders import groups_of
from backend.services.homes import whole_of
from backend.services.resident_advice import about_cards, about_pins
from backend.services.resident_codes import checked_cards
from backend.services.resident_find import free_pin
from backend.services.resident_problems import Problems
from backend.store import tables as t
from backend.store.seal import Sealer

LAST_TIME = "as last time"
NO_GROUP = "Without a group no door opens."


def defaults_of(
    connection: Connection, sealer: Sealer, context: Context, kind: HolderKind, rng: random.Random
) -> StaffDefaults:
    """The groups and floors that this manager gave the last one of the kind, else every default group, no floor.

    Groups of last time that open more than the default ones do are not proposed.
    """
    default = default_groups(connection, context.community_id)
    group_ids, floors = _last_time(connection, context, kind)
    sources = {"floors": LAST_TIME} if floors else {}
    if group_ids and _doors(connection, group_ids) <= _doors(connection, default):
        sources["group_ids"] = LAST_TIME
    else:
        group_ids = default
        sources["group_ids"] = "default group" if len(default) == 1 else "default groups"
    return StaffDefaults(
        group_ids=group_ids,
        groups=named_groups(connection, group_ids),
        floors=floors,
        sources=sources if group_ids else {},
        free_pin=free_pin(connection, sealer, whole_of(connection, context.community_id), rng),
    )


def groups_for(connection: Connection, context: Context, kind: HolderKind) -> tuple[int, ...]:
    """The groups of a new one for whom none is chosen: the same."""
    default = default_groups(connection, context.community_id)
    last, _ = _last_time(connection, context, kind)
    return last if last and _doors(connection, last) <= _doors(connection, default) else default


def advice_on(
    connection: Connection,
    sealer: Sealer,
    community_id: int,
    typed: StaffDraft | StaffPatch,
    person_id: int | None = None,
) -> dict[str, str]:
    """Sentences by field about the codes of a draft or patch; what is not understood yet is left out."""
    home, field = whole_of(connection, community_id), "cards"
    pins: dict[str, tuple[str, ...]] = {"pin": (typed.pin or "",)}
    if isinstance(typed, StaffDraft):
        cards = typed.cards
    else:
        pins["pins_add"], cards, field = typed.pins_add, typed.cards_add, "cards_add"
    owned = credentials_of(connection, [person_id] if person_id else [])
    there = sum(one.kind == CredentialKind.CARD.value for one in owned)
    told = {name: about_pins(connection, sealer, home, some, person_id) for name, some in pins.items()}
    told["group_ids"] = NO_GROUP if typed.group_ids == () else ""
    told[field] = about_cards(checked_cards(Problems(), cards, field), there)
    return {name: sentence for name, sentence in told.items() if sentence}


def default_groups(connection: Connection, community_id: int) -> tuple[int, ...]:
    """The default group of each building, by number."""
    g = t.access_group
    rows = connection.execute(
        select(g.c.id).where(g.c.community_id == community_id, g.c.system.is_(True)).order_by(g.c.number, g.c.id)
    )
    return tuple(rows.scalars())


def _last_time(connection: Connection, context: Context, kind: HolderKind) -> tuple[tuple[int, ...], tuple[str, ...]]:
    """Groups and floors of the newest one whom this manager added and who is still there."""
    o, h = t.operation, t.holder
    row = connection.execute(
        select(h.c.id, h.c.floors)
        .join(o, o.c.entity_id == h.c.id)
        .where(
            o.c.community_id == context.community_id,
            o.c.actor_id == context.actor_id,
            o.c.type == f"{kind.value}.add",
            h.c.kind == kind.value,
            h.c.removed_at.is_(None),
        )
        .order_by(o.c.id.desc())
        .limit(1)
    ).one_or_none()
    if row is None:
        return (), ()
    floors = tuple(part for part in row.floors.split(";") if part)
    return tuple(group_id for group_id, _ in groups_of(connection, row.id)), floors


def _doors(connection: Connection, group_ids: Iterable[int]) -> set[int]:
    opens = t.access_group_relay
    return set(connection.execute(select(opens.c.relay_id).where(opens.c.group_id.in_(tuple(group_ids)))).scalars())
