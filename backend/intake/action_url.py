"""Action URLs that come in: whose they are, each kept once, without what was typed."""

from __future__ import annotations

import json
from dataclasses import dataclass

from sqlalchemy import select, update

from backend.devices.action_url import ActionEvent, read_action
from backend.domain.context import Context
from backend.domain.errors import Invalid
from backend.services.devices import device_of_token
from backend.store import tables as t
from backend.store.store import Store

SAME_WITHIN_SECONDS = 2
"""A device that repeats a call it thinks lost does so at once; the same event later is another one."""


@dataclass(frozen=True, slots=True)
class Told:
    """A device has told us something; `fresh` is False for a repetition."""

    device_id: int
    event: str
    fresh: bool


class ActionUrlIntake:
    """Takes Action URLs (protocol 3): the token says which device calls."""

    def __init__(self, store: Store, context: Context) -> None:
        self._store = store
        self._context = context

    def take(self, target: str) -> Told | None:
        """Keep the event in `target`, the path and query of a request; None where no device has this token."""
        try:
            event = read_action(target)
        except Invalid:
            return None
        with self._store.read() as connection:
            device_id = device_of_token(connection, self._store.sealer, event.token) if event.token else None
        if device_id is None or not event.event:
            return None
        return Told(device_id, event.event, self._keep(device_id, event))

    def _keep(self, device_id: int, event: ActionEvent) -> bool:
        e, state = t.event, t.device_state
        with self._store.books(self._context) as work:
            beat = int(work.at.timestamp()) // SAME_WITHIN_SECONDS
            prints = [
                work.sealer.fingerprint([device_id, event.event, event.fields, slot]).hex() for slot in (beat, beat - 1)
            ]
            known = select(e.c.id).where(e.c.device_id == device_id, e.c.dedupe_key.in_(prints))
            if work.connection.execute(known).first():
                return False
            work.insert(
                e,
                device_id=device_id,
                dedupe_key=prints[0],
                received_at=work.at,
                kind=event.event,
                payload=json.dumps(event.redacted),
            )
            work.connection.execute(update(state).where(state.c.id == device_id).values(event_at=work.at))
            work.touch("devices")
            return True
