"""What is kept of a revocation when its proof is dropped: who lost what, at which door, and when it was read gone."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import ColumnElement, insert, select

from backend.domain.enums import CredentialKind
from backend.services.credentials import open_value, shown
from backend.store import tables as t
from backend.store.rows import chunks
from backend.store.work import Work


def keep_of_credentials(work: Work, credential_ids: Iterable[int]) -> None:
    """Keep the proofs of these credentials, whose values are free again."""
    for part in chunks(sorted(set(credential_ids))):
        _keep(work, t.read_back.c.credential_id.in_(part))


def keep_of_device(work: Work, device_id: int) -> None:
    """Keep what a device proved, and what it never proved, when it leaves the site."""
    _keep(work, t.read_back.c.device_id == device_id)


def _keep(work: Work, where: ColumnElement[bool]) -> None:
    r, c, d = t.read_back, t.credential, t.device
    rows = work.connection.execute(
        select(r.c.device_id, r.c.relay, r.c.freed_at.label("taken_at"), r.c.absent_at, c, d.c.name.label("device"))
        .join(c, c.c.id == r.c.credential_id)
        .join(d, d.c.id == r.c.device_id)
        .where(where)
        .order_by(r.c.id)
    ).all()
    kept = [
        {
            "community_id": row.community_id,
            "holder_id": row.holder_id,
            "credential_id": row.id,
            "device_id": row.device_id,
            "device": row.device,
            "relay": row.relay,
            "kind": row.kind,
            "masked": shown(CredentialKind(row.kind), open_value(work.sealer, row)),
            "freed_at": row.taken_at,
            "absent_at": row.absent_at,
        }
        for row in rows
    ]
    if kept:
        work.connection.execute(insert(t.revocation), kept)
