"""The retry loop: texts leave one after another, mail and text messages beside each other (features AGT-07, AGT-09)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import replace
from functools import partial
from typing import TypeVar

import structlog
from sqlalchemy import Connection

from backend.domain.context import Context
from backend.domain.enums import OutgoingKind
from backend.domain.errors import SmartPlusError
from backend.outbox import books
from backend.outbox.books import Claimed
from backend.outbox.mail import send_mail
from backend.outbox.message import make_mail
from backend.outbox.outcome import End, Outcome, without
from backend.outbox.sms import send_sms
from backend.services.setting_values import mail_server, sms_gateway
from backend.store.seal import Sealer
from backend.store.store import Store

log = structlog.get_logger()
Way = TypeVar("Way")
GRACE = 3.0
"""Seconds that a try under way gets to end when the agent stops; a mail that just went out need not end unknown."""
SET_ASIDE = "This text cannot be made into a message for this address."


class Sending:
    """Sends what is due whenever it is woken; a slow server holds up nothing but its own kind."""

    def __init__(self, store: Store, context: Context) -> None:
        self._store = store
        self._context = context
        self._wakes = {kind: asyncio.Event() for kind in OutgoingKind}

    def wake(self) -> None:
        """Look now whether something is due."""
        for event in self._wakes.values():
            event.set()

    async def run(self) -> None:
        """Send until cancelled; what a crash left half done is settled first."""
        try:
            async with asyncio.TaskGroup() as tasks:
                for kind, event in self._wakes.items():
                    tasks.create_task(self._keep_sending(kind, event))
        finally:
            for kind in OutgoingKind:
                await asyncio.to_thread(books.abandon, self._store, self._context, kind)

    async def send_due(self, kind: OutgoingKind) -> int:
        """Send everything of a kind that is due now, and answer how many tries that took."""
        tries = 0
        await asyncio.to_thread(books.abandon, self._store, self._context, kind)
        while claimed := await asyncio.to_thread(books.claim, self._store, self._context, kind):
            await _to_its_end(self._send(claimed))
            tries += 1
        return tries

    async def _keep_sending(self, kind: OutgoingKind, event: asyncio.Event) -> None:
        while True:
            event.clear()
            try:
                await self.send_due(kind)
            except SmartPlusError as error:
                log.warning("the outbox could not go on", kind=kind.value, error=str(error))
            await event.wait()

    async def _send(self, claimed: Claimed) -> None:
        going_out = _GoingOut(self._store, self._context, claimed)
        try:
            outcome = await _WAYS[claimed.kind](self._store, claimed, going_out)
        except SmartPlusError as error:
            outcome = Outcome(End.LATER, str(error), server_down=True)
        except Exception as error:
            log.error("a text was set aside", id=claimed.id, error=type(error).__name__)
            outcome = Outcome(End.UNKNOWN, books.ABANDONED) if going_out.noted else Outcome(End.REFUSED, SET_ASIDE)
        await asyncio.to_thread(books.end, self._store, self._context, claimed, outcome)
        level = log.info if outcome.end is End.ACCEPTED else log.warning
        level("text tried", id=claimed.id, kind=claimed.kind.value, attempt=claimed.attempt, end=outcome.end.value)


async def _to_its_end(trying: Coroutine[None, None, None]) -> None:
    """Await a try; when this is cancelled meanwhile, the try gets a moment to end by itself."""
    task = asyncio.create_task(trying)
    try:
        await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait({task}, timeout=GRACE)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        raise


class _GoingOut:
    """Notes in the books that a text goes out, right before it does."""

    def __init__(self, store: Store, context: Context, claimed: Claimed) -> None:
        self._note = partial(books.going_out, store, context, claimed)
        self.noted = False

    async def __call__(self) -> None:
        await asyncio.to_thread(self._note)
        self.noted = True


async def _by_mail(store: Store, claimed: Claimed, going_out: _GoingOut) -> Outcome:
    server = await asyncio.to_thread(_read_way, store, mail_server)
    if server is None:
        return Outcome(End.LATER, "No mail server is configured.")
    content = claimed.content
    mail = make_mail(server, claimed.address, content, message_id=claimed.message_id, made_at=claimed.made_at)
    outcome = await send_mail(server, claimed.address, mail, going_out)
    return replace(outcome, answer=without(outcome.answer, f"{content.subject} {content.text}", server.password))


async def _by_sms(store: Store, claimed: Claimed, going_out: _GoingOut) -> Outcome:
    gateway = await asyncio.to_thread(_read_way, store, sms_gateway)
    if gateway is None:
        return Outcome(End.LATER, "No gateway is configured.")
    outcome = await send_sms(gateway, claimed.address, claimed.content.text, going_out)
    return replace(outcome, answer=without(outcome.answer, claimed.content.text, gateway.token))


_WAYS = {OutgoingKind.MAIL: _by_mail, OutgoingKind.SMS: _by_sms}


def _read_way(store: Store, read: Callable[[Connection, Sealer], Way | None]) -> Way | None:
    """Mail server or gateway as they are set now."""
    with store.read() as connection:
        return read(connection, store.sealer)
