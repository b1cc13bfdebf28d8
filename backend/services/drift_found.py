"""What was found at a door in words and as a patch: what is shown of it, and what of it a person can take over."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, case, select

from backend.domain.codes import mask
from backend.domain.drift import FRESH, DriftRecord
from backend.domain.enums import CredentialKind, DriftCause, DriftResolution
from backend.domain.errors import Conflict
from backend.domain.residents import ResidentPatch
from backend.services.credentials import credentials_of, open_value
from backend.services.drift_rows import detail_place
from backend.store import tables as t
from backend.store.seal import Sealer

REMOVING = "removing"
_WHOLE = (DriftCause.RESET, DriftCause.LOST, DriftCause.MISSED)
"""Causes that take records away as they were."""
SHOWN_CARDS = 3


@dataclass(frozen=True, slots=True)
class Detail:
    """The sealed part of a row: the record we believed and the one found, None where there was none."""

    ours: Mapping[str, Any] | None = field(default=None, repr=False)
    theirs: Mapping[str, Any] | None = field(default=None, repr=False)

    @property
    def editable(self) -> bool:
        """Whether the device lets anybody but its cloud change the record found."""
        return self.theirs is not None and bool(self.theirs.get("editable", True))


def open_detail(sealer: Sealer, row: Row[Any]) -> Detail:
    """The detail of a row of drift."""
    if row.detail_sealed is None:
        return Detail()
    found = json.loads(sealer.open_text(detail_place(row.uuid), row.detail_sealed))
    return Detail(found["ours"], found["theirs"])


def rows_of(connection: Connection, community_id: int, ids: list[int]) -> list[Row[Any]]:
    """The rows with these ids and the names of their devices, by id."""
    d, device = t.drift, t.device
    query = select(d, device.c.name.label("device")).join(device, device.c.id == d.c.device_id)
    return list(
        connection.execute(query.where(d.c.id.in_(ids), device.c.community_id == community_id).order_by(d.c.id))
    )


def state_column() -> Any:
    """How a row stands, in SQL: its resolution, or that the record is on its way out."""
    d = t.drift
    return case((d.c.wish != "", REMOVING), else_=d.c.resolution)


def record_of(sealer: Sealer, row: Row[Any], now: datetime) -> DriftRecord:
    """A row as people see it."""
    detail, cause = open_detail(sealer, row), DriftCause(row.cause)
    waiting = row.ended_at is None and not row.wish
    standing = waiting or row.resolution == DriftResolution.LEFT.value
    stranger = cause is DriftCause.UNKNOWN
    fresh = row.found_at > now - FRESH and row.resolution in (DriftResolution.OPEN, DriftResolution.REPAIRED)
    taken = stranger and standing and detail.editable
    return DriftRecord(
        id=row.id,
        device_id=row.device_id,
        device=row.device,
        name=row.name,
        holder_id=row.holder_id,
        cause=cause,
        note=row.note,
        ours="their records" if cause in _WHOLE and detail.ours is None else _told(detail.ours, other=detail.theirs),
        theirs=_told(detail.theirs, other=detail.ours) if detail.theirs is not None else "nothing",
        resolution=DriftResolution(row.resolution),
        state=REMOVING if row.wish else row.resolution,
        found_at=row.found_at,
        seen_at=row.seen_at,
        ended_at=row.ended_at,
        can_adopt=(taken and bool(_codes(detail.theirs)))
        or (fresh and row.holder_id is not None and _other_codes(detail)),
        can_overwrite=taken if stranger else waiting,
    )


def refuse_cloud(row: Row[Any], detail: Detail) -> None:
    """Raise Conflict for a record that the device's cloud wrote: nobody else can remove it."""
    if not detail.editable:
        raise Conflict("", f"{row.name} was written to {row.device} by its cloud. Change it there.")


def patch_for(connection: Connection, sealer: Sealer, holder_id: int, detail: Detail) -> ResidentPatch:
    """What makes the codes found those of a person: new ones come, those that the record lost go.

    A door holds one PIN of a person: one that was found takes the place of theirs.
    """
    ours, theirs = _codes(detail.ours), _codes(detail.theirs)
    lost = ours - theirs
    rows = credentials_of(connection, [holder_id])
    mine = {(row.kind, open_value(sealer, row).upper()): row for row in rows}
    new = sorted(theirs - ours - mine.keys())
    pin = next((value for kind, value in new if kind == CredentialKind.PIN.value), None)
    replaced = CredentialKind.PIN.value if pin else ""
    going = tuple(row.id for key, row in mine.items() if key in lost and row.kind != replaced)
    return ResidentPatch(
        pin=pin,
        cards_add=tuple(value for kind, value in new if kind == CredentialKind.CARD.value),
        credentials_remove=going,
    )


def codes_found(detail: Detail) -> tuple[str, tuple[str, ...]]:
    """The PIN, "" for none, and the cards of the record found; secrets."""
    found = _codes(detail.theirs)
    pin = next((value for kind, value in found if kind == CredentialKind.PIN.value), "")
    return pin, tuple(sorted(value for kind, value in found if kind == CredentialKind.CARD.value))


def _other_codes(detail: Detail) -> bool:
    return detail.theirs is not None and _codes(detail.theirs) != _codes(detail.ours)


def _codes(body: Mapping[str, Any] | None) -> set[tuple[str, str]]:
    if body is None:
        return set()
    pins = {(CredentialKind.PIN.value, str(body["pin"]))} if body["pin"] else set()
    return pins | {(CredentialKind.CARD.value, str(card).upper()) for card in body["cards"]}


def _told(body: Mapping[str, Any] | None, *, other: Mapping[str, Any] | None) -> str:
    """A record in words: its codes masked; beside another record only what is different, and what is missing."""
    if body is None:
        return "nothing"
    words = []
    if body["pin"] if other is None else body["pin"] != other["pin"]:
        words.append(f"PIN {mask(str(body['pin']))}" if body["pin"] else "no PIN")
    if body["cards"] if other is None else body["cards"] != other["cards"]:
        words.append(_cards(body["cards"]))
    if other is not None and body["name"] != other["name"]:
        words.append(f'name "{body["name"]}"')
    if other is not None and body["grants"] != other["grants"]:
        words.append(_hours(body["grants"]))
    return ", ".join(words) or ("a record without codes" if other is None else "the same")


def _cards(cards: list[str]) -> str:
    if not cards:
        return "no card"
    if len(cards) > SHOWN_CARDS:
        return f"{len(cards)} cards"
    return ", ".join(f"card {mask(str(card))}" for card in cards)


def _hours(grants: list[list[Any]]) -> str:
    """Schedules and relays of a record, as the device counts them."""
    relays = sorted({int(relay) for _, *numbers in grants for relay in numbers})
    schedules = "1 schedule" if len(grants) == 1 else f"{len(grants)} schedules"
    return f"{schedules} at relay {', '.join(map(str, relays))}" if relays else "no relay"
