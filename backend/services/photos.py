"""The photos behind faces, sealed in the database beside their credential."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator

from sqlalchemy import Connection, delete, insert, select

from backend.domain.access.identity import face_name
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
    return next(_photos(connection, sealer, holder_id), None)


def photo_named(connection: Connection, sealer: Sealer, holder_id: int, name: str) -> bytes | None:
    """The JPEG of a person's face that doors know by this name, None where it is not theirs any more."""
    found = _photos(connection, sealer, holder_id)
    return next((jpeg for jpeg in found if face_name(hashlib.sha256(jpeg).hexdigest()) == name), None)


def _photos(connection: Connection, sealer: Sealer, holder_id: int) -> Iterator[bytes]:
    """The photos of a person's faces, the newest first."""
    c, photo = t.credential, t.face_photo
    rows = connection.execute(
        select(photo.c.id, photo.c.jpeg_sealed)
        .join(c, c.c.id == photo.c.id)
        .where(c.c.holder_id == holder_id, c.c.kind == CredentialKind.FACE.value, c.c.status.in_(LIVE))
        .order_by(c.c.id.desc())
    )
    return (sealer.open(_place(row.id), row.jpeg_sealed) for row in rows)


def destroy_photos(work: Work, credential_ids: Iterable[int]) -> None:
    """Destroy the photos of credentials that are gone from every door."""
    ids = sorted(credential_ids)
    if ids:
        work.connection.execute(delete(t.face_photo).where(t.face_photo.c.id.in_(ids)))


def _place(credential_id: int) -> str:
    return f"face_photo.jpeg:{credential_id}"
