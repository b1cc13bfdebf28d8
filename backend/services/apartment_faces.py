"""Faces that residents registered from the app, and the permission for it (rules 4, Face rule; edge case 13)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Row, select

from backend.domain.apartments import Plan
from backend.domain.context import Context
from backend.domain.enums import CredentialKind, CredentialStatus, Origin
from backend.services.apartment_pages import plan_of
from backend.services.holders import reaching
from backend.store import tables as t
from backend.store.store import Store
from backend.store.work import Work

_ACTIVE, _SUSPENDED = CredentialStatus.ACTIVE.value, CredentialStatus.SUSPENDED.value


def settle_faces(work: Work, plan: Plan, apartment_id: int | None = None) -> int:
    """Suspend or revive faces from the app as permission and plan say now; answers how many changed.

    A face from the app is suspended where its apartment does not allow Face ID, as long as the premium feature plan
    runs: when it ends the permission has no force any more, and the face opens doors again (guide, Edit apartments).
    Faces of managers and imports are never touched. With `apartment_id` only that apartment's.
    """
    changing = _differing(work.connection, work.context.community_id, plan, apartment_id)
    if changing:
        with reaching(work, {row.holder_id for row in changing}, "Face ID permission changed"):
            for row in changing:
                work.update(t.credential, row.id, status=_ACTIVE if row.status == _SUSPENDED else _SUSPENDED)
    return len(changing)


def follow_premium(store: Store, context: Context) -> int:
    """Have the faces follow a premium feature plan that has ended or begun; answers how many changed.

    For the agent, now and then: where nothing differs it costs two small queries and writes nothing.
    """
    with store.read() as connection:
        plan = plan_of(connection, context.community_id, store.clock())
        if not _differing(connection, context.community_id, plan, None):
            return 0
    with store.write(context.again(), "apartment.faces") as work:
        work.require("apartment.write")
        count = settle_faces(work, plan)
        faces = "1 face" if count == 1 else f"{count} faces"
        what = "suspended: not allowed in their apartments" if plan.premium else "valid again: premium plan ended"
        work.tell(f"{faces} from the app {what}", "community", work.context.community_id, "", undoable=False)
        work.touch("residents", "apartments")
        return count


def _differing(connection: Connection, community_id: int, plan: Plan, apartment_id: int | None) -> list[Row[Any]]:
    """The faces from the app that are suspended and should not be, or the other way round: id, holder_id, status."""
    c, r, a = t.credential, t.resident, t.apartment
    suspend = a.c.allow_face.is_(False) if plan.premium else a.c.id.is_(None)
    query = (
        select(c.c.id, c.c.holder_id, c.c.status)
        .join(r, r.c.id == c.c.holder_id)
        .join(a, a.c.id == r.c.apartment_id)
        .where(
            c.c.community_id == community_id,
            c.c.kind == CredentialKind.FACE.value,
            c.c.origin == Origin.APP.value,
            c.c.status.in_((_ACTIVE, _SUSPENDED)),
            (c.c.status == _SUSPENDED) != suspend,
        )
        .order_by(c.c.id)
    )
    return list(connection.execute(query if apartment_id is None else query.where(a.c.id == apartment_id)))
