"""Why a door opened or stayed shut, who may open it, what would be written to it (SYNC-02, SYNC-05, SYNC-06)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, select

from backend.domain.access.compile import compile_device
from backend.domain.access.explain import explain
from backend.domain.access.plan import plan
from backend.domain.access.prepared import prepare
from backend.domain.access.reach import open_minutes
from backend.domain.access.remedies import Way
from backend.domain.access.results import Compiled, DoorPlan, DoorUser
from backend.domain.access.rules import Credential, Rules
from backend.domain.access.windows import DAY, minute_of_week
from backend.domain.answers import Answer, CanAnswer, Offer, WhoAnswer
from backend.domain.context import Context
from backend.domain.enums import CredentialKind, HolderKind, LogResponse
from backend.domain.errors import Invalid, NotFound
from backend.domain.formats import zone_info
from backend.domain.walltime import local_time
from backend.services.answering import Asker, can_at, who_at
from backend.services.base import Service
from backend.services.door_states import formats_of
from backend.services.held import held_sentence, spans_of, users_held
from backend.services.past import rules_at
from backend.services.reasons import KINDS, reasons_of, shown_of
from backend.services.refusals import KEYS, ended
from backend.services.remedies import offers, offers_at
from backend.services.rules import load_rules
from backend.store import tables as t
from backend.store.collecting import no_collecting
from backend.store.permission import require

_WORDS = {
    CredentialKind.PIN: "PIN",
    CredentialKind.CARD: "card",
    CredentialKind.FACE: "face",
    CredentialKind.QR: "code",
}
_OTHERWISE = {
    "http": "The door was opened from here, by hand.",
    "dtmf": "The door was opened during a call, by a DTMF code.",
    "exit_button": "The door was opened from inside, by the exit button.",
}
"""Openings that no right of a person decides."""

_TODAY = " The rules of that time are not known any more: this is judged by those of today."


@dataclass(frozen=True, slots=True)
class _Question:
    """A person at a door at an instant, asked about `now`; what was shown by kind and masked value, where known."""

    holder_id: int
    relay_id: int
    at: datetime
    now: datetime
    kind: CredentialKind | None = None
    key: str = ""


_WITHIN_SECOND = timedelta(microseconds=999_999)
"""Devices log whole seconds; a rule that changed within one decides by its end as well as by its beginning."""


class Access(Service):
    """Questions about rights; nothing is written."""

    def why(
        self,
        context: Context,
        *,
        log_id: int | None = None,
        holder_id: int | None = None,
        relay_id: int | None = None,
        at: datetime | None = None,
    ) -> Answer:
        """Why a log line went as it did, or whether a person opens a door at an instant (now, when None).

        An instant that has passed is judged by the rules of that time, and by what the door held then. Raises Invalid
        where neither a log line nor person and door are named, and NotFound.
        """
        with self.store.read(context, "plan.read") as connection:
            now = self.store.clock()
            if log_id is not None:
                require(connection, context, "door_log.read")
                return self._of_log(connection, context, _log(connection, context, log_id), now)
            if holder_id is None or relay_id is None:
                raise Invalid({"": "Name a person and a door, or a line of the door log."})
            _person(connection, context, holder_id)
            return self._answer(connection, context, _Question(holder_id, relay_id, at or now, now))

    def reasons(self, context: Context, log_ids: Iterable[int]) -> dict[int, str]:
        """Why refused lines of the door log were refused, in the few words that a row has room for, by line."""
        with self.store.read(context, "plan.read") as connection:
            require(connection, context, "door_log.read")
            return reasons_of(connection, self.store.sealer, context, log_ids)

    def who(self, context: Context, relay_id: int, at: datetime | None = None) -> WhoAnswer:
        """Everybody who may open a door at an instant (now, when None), with what the door truly held then.

        Raises NotFound, Invalid (time) where the rules of then are not known any more.
        """
        with self.store.read(context, "plan.read") as connection, no_collecting():
            return who_at(self._asker(connection, context, at), relay_id)

    def can(
        self, context: Context, holder_id: int, relay_id: int | None = None, at: datetime | None = None
    ) -> CanAnswer:
        """What a person may open at an instant (now, when None): every door of their groups, or the one named.

        Raises NotFound, Invalid (time) where the rules of then are not known any more.
        """
        with self.store.read(context, "plan.read") as connection:
            _person(connection, context, holder_id)
            return can_at(self._asker(connection, context, at), holder_id, relay_id)

    def _asker(self, connection: Connection, context: Context, at: datetime | None) -> Asker:
        now, community_id = self.store.clock(), context.community_id
        formats = formats_of(connection, community_id)
        return Asker(connection, self.store.sealer, community_id, formats, at or now, now)

    def plan_device(self, context: Context, device_id: int | None = None) -> tuple[DoorPlan, ...]:
        """What would be written now: what each door should hold against what it holds; only doors that differ.

        Raises NotFound.
        """
        with self.store.read(context, "plan.read") as connection:
            rules = load_rules(connection, self.store.sealer, context.community_id)
            if device_id is not None and device_id not in rules.devices:
                raise NotFound("There is no such device.")
            wanted = sorted(rules.devices) if device_id is None else [device_id]
            prepared, now = prepare(rules), self.store.clock()
            after = {one: compile_device(prepared, one, now) for one in wanted}
            before = {one: _held(one, users_held(connection, self.store.sealer, one), after[one]) for one in wanted}
            strangers = _unmanaged(connection)
        plans = plan(before, after, rules.devices)
        return tuple(replace(door, users_after=door.users_after + strangers.get(door.device_id, 0)) for door in plans)

    def _of_log(self, connection: Connection, context: Context, log: Row[Any], now: datetime) -> Answer:
        """The answer about a line of the door log."""
        kind = KINDS.get(log.action)
        if log.holder_id is None or log.relay_id is None:
            return _stranger(log, kind)
        asked = _Question(log.holder_id, log.relay_id, log.happened_at, now, kind, log.key)
        answer = self._answer(connection, context, asked)
        opened = log.response == LogResponse.SUCCESS.value
        if answer.allowed != opened:
            late = self._answer(connection, context, replace(asked, at=min(log.happened_at + _WITHIN_SECOND, now)))
            answer = late if late.allowed == opened else answer
        door, person = log.door or answer.door, log.initiated_by or answer.person
        return replace(answer, door=door, person=person, shown=_told(log, kind), opened=opened)

    def _answer(self, connection: Connection, context: Context, asked: _Question) -> Answer:
        """The answer about a person, by the rules and by what the door held."""
        rules, then = self._rules(connection, context, asked)
        credential = _shown(rules, asked)
        found = explain(rules, asked.holder_id, asked.relay_id, asked.at, credential.id if credential else None)
        relay, holder = rules.relays.get(asked.relay_id), rules.holders.get(asked.holder_id)
        if credential is None and asked.kind is not None:
            people = [asked.holder_id]  # a code that came later tells that the door did not hold it yet
            today = load_rules(connection, self.store.sealer, context.community_id, holder_ids=people)
            credential = _shown(today, asked)
        kind = _person(connection, context, asked.holder_id)
        if gone := ended(connection, [asked.holder_id], asked.at).get(asked.holder_id):
            found = gone.told(found, rules, asked.holder_id, asked.relay_id)
        held, read_at = self._held(connection, context, asked, credential)
        helped_at = offers_at(asked.at, asked.now, rules.zone)
        changes: tuple[Offer, ...] = ()
        by_today = found.allowed
        if not found.allowed:
            community_id = context.community_id
            changes, by_today = offers(connection, community_id, asked.holder_id, asked.relay_id, helped_at)
            if kind in KEYS:  # doors, hours and digits of a key are its own
                changes = tuple(one for one in changes if one.remedy.way is Way.METHOD)
        return Answer(
            allowed=found.allowed,
            sentence=found.sentence + ("" if then else _TODAY),
            checks=tuple((check.label, check.found, check.ok) for check in found.checks),
            door=relay.name if relay else "",
            person=holder.name if holder else "",
            at=asked.at,
            held=held,
            read_at=read_at,
            opens_next=found.opens_next,
            holder_id=asked.holder_id,
            relay_id=asked.relay_id,
            day=open_minutes(rules, asked.holder_id, asked.relay_id, asked.at),
            minute=minute_of_week(local_time(asked.at, zone_info(rules.zone))) % DAY,
            offers=changes,
            offered_at=helped_at,
            by_today=by_today,
            kind=kind,
        )

    def _held(
        self, connection: Connection, context: Context, asked: _Question, credential: Credential | None
    ) -> tuple[str, datetime | None]:
        """What the door held then, in a sentence, and when it was last read; "" for a door that is gone."""
        sync, relay = t.device_sync, t.relay
        device = connection.execute(
            select(sync.c.id, sync.c.read_back_at, relay.c.number)
            .join(relay, relay.c.device_id == sync.c.id)
            .where(relay.c.id == asked.relay_id)
        ).one_or_none()
        if device is None:
            return "", None
        spans = spans_of(connection, self.store.sealer, device.id, asked.holder_id, number=device.number)
        formats, read_at = formats_of(connection, context.community_id), device.read_back_at
        sentence = held_sentence(spans, credential, asked.at, read_at=read_at, now=asked.now, formats=formats)
        return sentence, read_at

    def _rules(self, connection: Connection, context: Context, asked: _Question) -> tuple[Rules, bool]:
        """The rules about the person at the instant, and whether they are those of that time."""
        sealer, community_id, people = self.store.sealer, context.community_id, [asked.holder_id]
        if asked.at < asked.now:
            then = rules_at(connection, sealer, community_id, asked.at, people)
            if then is not None:
                return then, True
        return load_rules(connection, sealer, community_id, holder_ids=people), asked.at >= asked.now


def _log(connection: Connection, context: Context, log_id: int) -> Row[Any]:
    log = t.door_log
    found = connection.execute(
        select(log).where(log.c.id == log_id, log.c.community_id == context.community_id)
    ).one_or_none()
    if found is None:
        raise NotFound("There is no such log line. Lines are kept for 30 days.")
    return found


def _person(connection: Connection, context: Context, holder_id: int) -> HolderKind:
    """What kind of holder it is; raises NotFound."""
    h = t.holder
    found = connection.execute(
        select(h.c.kind).where(h.c.id == holder_id, h.c.community_id == context.community_id)
    ).scalar()
    if found is None:
        raise NotFound("There is no such person.")
    return HolderKind(found)


def _shown(rules: Rules, asked: _Question) -> Credential | None:
    """The credential that was shown, by its kind and masked value; None where several or none fit."""
    fitting = shown_of(rules, asked.holder_id, asked.kind, asked.key)
    return fitting[0] if len(fitting) == 1 else None


def _told(log: Row[Any], kind: CredentialKind | None) -> str:
    """What was shown to the door: "card ··7F"."""
    return f"{_WORDS[kind]} {log.key}".strip() if kind else ""


def _stranger(log: Row[Any], kind: CredentialKind | None) -> Answer:
    """What can be said where the log line names no person of ours, or no door."""
    allowed = log.response == LogResponse.SUCCESS.value
    if log.action in _OTHERWISE:
        sentence = _OTHERWISE[log.action] if allowed else log.reason or "The door did not open."
    elif log.holder_id is not None:
        sentence = "The device did not say at which door it was."
    elif kind is not None and not allowed:
        sentence = f"Nobody here has this {_WORDS[kind]}."
    else:
        sentence = "The device named nobody of this community."
    return Answer(
        allowed=allowed,
        sentence=sentence,
        checks=(),
        door=log.door,
        person=log.initiated_by,
        at=log.happened_at,
        shown=_told(log, kind),
        opened=allowed,
    )


def _held(device_id: int, users: tuple[DoorUser, ...], wanted: Compiled) -> Compiled:
    """What a device holds as a side of a plan; what it cannot hold is no news, what holds it open is its relays'."""
    return Compiled(device_id, users, (), None, wanted.losses, wanted.holds)


def _unmanaged(connection: Connection) -> dict[int, int]:
    sync = t.device_sync
    rows = connection.execute(select(sync.c.id, sync.c.users_unmanaged))
    return {row.id: row.users_unmanaged for row in rows}
