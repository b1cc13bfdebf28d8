"""What a temporary key would make of the doors, before it is saved (feature SYNC-02)."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection

from backend.domain.access.results import DoorPlan
from backend.domain.access.rules import Credential, Group, Holder
from backend.domain.context import Context
from backend.domain.enums import CredentialKind
from backend.domain.temp_key_times import KeyTime, usual_time
from backend.domain.temp_keys import TempKeyDraft
from backend.services.plans import door_plans
from backend.services.rules import load_rules
from backend.services.temp_key_doors import usual_doors
from backend.services.visitor_rules import visitor_rules
from backend.store.seal import Sealer

NOBODY_YET = 0
_NEW = 2**62
"""A credential id that no row has."""
_DIGITS = "90000000"
"""What stands for digits that are drawn when the key is saved."""


def plan_new(
    connection: Connection, sealer: Sealer, context: Context, draft: TempKeyDraft, now: datetime
) -> tuple[DoorPlan, ...]:
    """What each door would receive once the key holds; what is not understood yet is left out."""
    before = load_rules(connection, sealer, context.community_id, holder_ids=())
    time = draft.time or usual_time(visitor_rules(connection), now)
    relay_ids = draft.relay_ids
    if relay_ids is None:
        relay_ids = usual_doors(connection, context, draft.apartment_id)[0]
    group = Group(NOBODY_YET, "Temporary key", (time.window(),), frozenset(relay_ids).intersection(before.relays))
    holder = Holder(NOBODY_YET, draft.name.strip(), True, frozenset({NOBODY_YET}), resident=False)
    code = Credential(_NEW, NOBODY_YET, CredentialKind.PIN, _DIGITS, valid_from=time.valid_from, valid_to=time.valid_to)
    after = replace(
        before,
        holders={NOBODY_YET: holder},
        credentials={NOBODY_YET: (code,)},
        groups={**before.groups, NOBODY_YET: group},
    )
    return door_plans(connection, before, after, max(now, time.begins or now))


def plan_time(
    connection: Connection, sealer: Sealer, context: Context, key_id: int, time: KeyTime, *, now: datetime
) -> tuple[DoorPlan, ...]:
    """What each door would receive and lose by another time of the key."""
    before = load_rules(connection, sealer, context.community_id, holder_ids=[key_id])
    if -key_id not in before.groups:
        return ()
    codes = tuple(
        replace(one, valid_from=time.valid_from, valid_to=time.valid_to) for one in before.credentials.get(key_id, ())
    )
    group = replace(before.groups[-key_id], windows=(time.window(),))
    after = replace(before, credentials={key_id: codes}, groups={**before.groups, -key_id: group})
    return door_plans(connection, before, after, now)
