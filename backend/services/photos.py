"""The photos behind faces, sealed in the database beside their credential."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection, delete, insert, select

from backend.domain.enums import CredentialKind
from backend.services.credentials import LIVE
from backend.store import tables as t
from backend.store.seal import Sealer
from backend.store.work import Work


def keep_photo(work: Work, credential_id: int, jpeg: bytes) -> None:
    """Keep the photo of a face."""
    sealed = work.sealer.seal(_place(credential_id), jpeg)
    work.connection.execute(insert(t.face_photo).values(id=credential_id, jpeg_sealed=sealed))


def photo_of(connection: Connection, sealer: Sealer, holder_id: int) -> bytes | None:
    """The JPEG of a person's face, None where they have none."""
    c, photo = t.credential, t.face_photo
    row = connection.execute(
        select(photo.c.id, photo.c.jpeg_sealed)
        .join(c, c.c.id == photo.c.id)
        .where(c.c.holder_id == holder_id, c.c.kind == CredentialKind.FACE.value, c.c.status.in_(LIVE))
        .order_by(c.c.id.desc())
        .limit(1)
    ).one_or_none()
    return None if row is None else sealer.open(_place(row.id), row.jpeg_sealed)


def destroy_photos(work: Work, credential_ids: Iterable[int]) -> None:
    """Destroy the photos of credentials that are gone from every door."""
    ids = sorted(credential_ids)
    if ids:
        work.connection.execute(delete(t.face_photo).where(t.face_photo.c.id.in_(ids)))


def _place(credential_id: int) -> str:
    return f"face_photo.jpeg:{credential_id}"
