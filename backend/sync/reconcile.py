"""Making a device hold what it should: compile, compare, send the difference, read back, prove."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Set
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from backend.devices.client import DeviceClient
from backend.devices.profiles import Profile
from backend.domain.access.results import Compiled
from backend.domain.access.rules import Rules
from backend.domain.context import Context
from backend.domain.enums import HeldKind
from backend.store.store import Store
from backend.store.work import Work
from backend.sync import books, drift_books, guard, proofs, shadow, wire_form
from backend.sync.difference import Difference, HeldSchedule, HeldUser, difference
from backend.sync.drifting import Beliefs, Evidence, classify, relay_findings, stranger_body, stranger_key
from backend.sync.evidence import look_for_evidence
from backend.sync.holding import HeldOpen, Holding, load_held_open
from backend.sync.identity import require_same
from backend.sync.owed import note_owed, relays_going
from backend.sync.readback import Found, NotKept, Proof, compare, prove
from backend.sync.rulebook import RuleBook
from backend.sync.sending import Sender

_CORRECTED_AT_ONCE = 100
"""Beliefs corrected in one transaction, so that it holds the write lock for a moment only."""


@dataclass(frozen=True, slots=True)
class Job:
    """One reconcile: the generation read first, then what should be, what we believe to be, and what must be proved."""

    gen: int
    at: datetime
    rules: Rules
    compiled: Compiled
    shadow: shadow.Shadow
    sync: books.SyncRow
    freed: tuple[proofs.Freed, ...]
    wishes: dict[str, bytes]
    """Users of nobody that somebody wants gone."""
    unrepaired: bool
    """Whether a difference of ours was found and never seen to be set right."""
    held_open: dict[int, HeldOpen]
    """The relays that the device was ever told to keep open."""

    @property
    def must_read(self) -> bool:
        """Whether beliefs are too old, or too doubtful, to send anything on their strength, or others' records go."""
        read = self.sync.read_back_at
        old = read is None or self.at - read > books.READ_BACK_EVERY
        doubtful = self.shadow.doubtful or any(one.unknown for one in self.held_open.values())
        return old or doubtful or bool(self.wishes)

    @property
    def must_prove(self) -> bool:
        """Whether the device is read again after whatever is sent: something went, or the last try was not kept."""
        return bool(self.freed or self.wishes or self.unrepaired or self.sync.attempt)


class Reconciler:
    """Reconciles one device; the caller sees to it that only one run is under way."""

    def __init__(
        self,
        store: Store,
        context: Context,
        device_id: int,
        *,
        client: DeviceClient,
        profile: Profile,
        rules: RuleBook,
    ) -> None:
        self._store = store
        self._context = context
        self._device_id = device_id
        self._client = client
        self._rules = rules
        self._sender = Sender(store, context, device_id, client=client, profile=profile)
        self._holding = Holding(store, context, device_id, client)
        self.held_gen: int | None = None
        """The generation at which a mass removal was stopped last."""
        self.spoke = False
        """Whether the last run had an answer of the device."""

    async def run(self, *, read_back: bool = False, alive: Callable[[Work], None] | None = None) -> bool:
        """Bring the device to what it should hold; answers False when a mass removal waits for a person.

        `read_back` reads before comparing: after a restart of the device or on demand. `alive` notes the sign of life
        of a device that answered, in the transaction that says it is done. Raises DeviceError when the device failed
        on the way; what it is known to hold by then is in the books.
        """
        self.spoke, self.held_gen = False, None
        unmanaged: int | None = None
        drifted = False
        job, todo = await asyncio.to_thread(self._load_noted)
        if read_back or job.must_read:
            found = (await self._read_back(job))[0]
            unmanaged, drifted = found.unmanaged, bool(found.drift)
            job, todo = await asyncio.to_thread(self._load_noted)
        await self._holding.shrink(job.held_open, job.compiled.holds, job.shadow.schedules)
        if await self._stopped(todo, job):
            return False
        seen = await self._send(todo, job)
        await self._holding.grow(job.compiled.holds, self._sender.schedules)
        if job.must_prove or drifted or todo.takes or not seen:
            found, proof = await self._read_back(job)
            unmanaged = found.unmanaged
            self._require_kept(job, found, proof)
        await asyncio.to_thread(self._finish, job, unmanaged, alive if self.spoke else None)
        return True

    def _load_noted(self) -> tuple[Job, Difference]:
        """The job and what it sends, with everything noted that the device has to prove after it."""
        job = self._load()
        todo = self._difference(job, job.shadow.users, job.shadow.schedules)
        if not note_owed(self._store, self._context, self._device_id, self._going(job, todo)):
            return job, todo
        job = self._load()
        return job, self._difference(job, job.shadow.users, job.shadow.schedules)

    def _going(self, job: Job, todo: Difference) -> Mapping[int, Set[int]]:
        """The relays of the records that go or change, by holder: of a device with one relay only those that go."""
        if sum(relay.device_id == self._device_id for relay in job.rules.relays.values()) < 2:
            return {user.holder_id: frozenset() for user in todo.remove if user.holder_id is not None}
        with self._store.read() as connection:
            old = (*todo.remove, *(user for user, _ in todo.change))
            return relays_going(connection, self._store.sealer, old)

    def _load(self) -> Job:
        now = self._store.clock()
        with self._store.read() as connection:
            sync = books.load_sync(connection, self._device_id)
            prepared = self._rules.read(connection, self._context.community_id)
            believed = shadow.load_shadow(connection, self._device_id)
            freed = proofs.load_freed(connection, self._store.sealer, self._device_id)
            wishes = drift_books.wishes(connection, self._device_id)
            unrepaired = drift_books.unrepaired(connection, self._device_id)
            held_open = load_held_open(connection, self._device_id)
        compiled = self._rules.compile(prepared, self._device_id, now)
        return Job(sync.gen, now, prepared.rules, compiled, believed, sync, freed, wishes, unrepaired, held_open)

    def _difference(self, job: Job, users: dict[str, HeldUser], schedules: dict[str, HeldSchedule]) -> Difference:
        return difference(job.compiled, users, schedules, self._store.sealer.fingerprint)

    async def _stopped(self, todo: Difference, job: Job) -> bool:
        """Whether so many people would lose the door that somebody has to say yes; then the books say so."""
        held = len(job.shadow.users)
        removals = guard.losing(todo.remove, job.rules, self._device_id, job.at)
        if removals <= job.sync.released_removals:
            return False
        went = await asyncio.to_thread(self._went, job)
        if not guard.is_mass_removal(removals + went, held + went):
            return False
        self.held_gen = job.gen
        await asyncio.to_thread(self._book, lambda work: books.note_held(work, self._device_id, removals, held, went))
        return True

    def _went(self, job: Job) -> int:
        """How many lost the door a moment ago: acts on many commit in slices, and each of those is a small one."""
        since = max(job.at - guard.ONE_ACT, job.sync.released_at or books.AT_ONCE)
        with self._store.read() as connection:
            went = shadow.gone_since(connection, self._device_id, since)
        return guard.losing(went, job.rules, self._device_id, job.at)

    async def _send(self, todo: Difference, job: Job) -> bool:
        seen = await self._sender.send(todo, job.shadow.schedules)
        self.spoke = self.spoke or self._sender.spoke
        return seen

    def _require_kept(self, job: Job, found: Found, proof: Proof) -> None:
        """Raise NotKept unless the device, as read, holds what was sent and nothing that was taken away."""
        missing = self._difference(job, found.ours, {}).missing(self._sender.aside.keys)
        if missing:
            raise NotKept(f"The device did not keep {missing} of the changes sent to it.")
        if proof.carried:
            raise NotKept(f"The device still holds {proof.carried} of the codes that were taken away.")
        left = [one for one in found.strangers if job.wishes.get(stranger_key(one))]
        if left:
            raise NotKept(f"The device still holds {len(left)} of the records that were to go.")

    async def _read_back(self, job: Job) -> tuple[Found, Proof]:
        """Read users and schedules, correct the books, and note which freed credentials are proved absent."""
        await require_same(self._client, self._store, self._device_id)
        schedules = wire_form.ours(await self._client.schedules(), job.compiled.schedules)
        remote = await self._client.users()
        self.spoke = True
        believed, proved = await asyncio.to_thread(self._believed)
        found = compare(remote, schedules, believed.users, self._store.sealer.fingerprint)
        doomed = (*found.spare, *self._unwanted(job, found))
        if doomed:
            await self._client.delete_users(doomed)
        bodies = found.bodies.values()
        proof = prove(job.freed, remote, job.compiled.users, bodies)
        back = prove(proved, remote, job.compiled.users, bodies).there
        await self._read_relays(schedules)
        await self._record_drift(job, found, schedules, believed)
        await asyncio.to_thread(self._correct, found, believed)
        await asyncio.to_thread(self._note_read, job, found, (proof.absent, back), schedules, believed)
        return found, proof

    async def _read_relays(self, schedules: dict[str, HeldSchedule]) -> None:
        """Read by which schedules relays are kept open, and note where that was changed at the device."""
        changed = await self._holding.read_back(schedules)
        if changed:
            note = partial(drift_books.record, device_id=self._device_id, findings=relay_findings(changed))
            await asyncio.to_thread(self._book, note)

    def _unwanted(self, job: Job, found: Found) -> list[str]:
        """The record ids of users of nobody that are wanted gone, as far as they are still what was looked at."""
        fingerprint = self._store.sealer.fingerprint
        return [
            one.remote_id
            for one in found.strangers
            if job.wishes.get(stranger_key(one)) == fingerprint(stranger_body(one))
        ]

    async def _record_drift(
        self, job: Job, found: Found, schedules: dict[str, HeldSchedule], believed: shadow.Shadow
    ) -> None:
        """Note every difference with its cause before the books are corrected; a device that lost records is asked."""
        beliefs = await asyncio.to_thread(self._beliefs, job, found, believed)
        suspicious = beliefs.all_gone(found) or any(held.seen for held in beliefs.gone(found))
        evidence = await look_for_evidence(self._client, self._store, self._device_id) if suspicious else Evidence()
        findings = classify(beliefs, found, schedules, evidence, self._store.sealer.fingerprint)
        for at in range(0, len(findings), _CORRECTED_AT_ONCE):
            part = findings[at : at + _CORRECTED_AT_ONCE]
            await asyncio.to_thread(self._book, partial(drift_books.record, device_id=self._device_id, findings=part))

    def _beliefs(self, job: Job, found: Found, believed: shadow.Shadow) -> Beliefs:
        differing = [key for key, here in found.ours.items() if believed.users.get(key) != here]
        with self._store.read() as connection:
            before = drift_books.earlier(connection, self._device_id, differing)
        return Beliefs(believed.users, believed.schedules, before, first=job.sync.read_back_at is None)

    def _believed(self) -> tuple[shadow.Shadow, tuple[proofs.Freed, ...]]:
        """What we believe the device to hold, and what it was proved to hold no more."""
        with self._store.read() as connection:
            proved = proofs.load_freed(connection, self._store.sealer, self._device_id, proved=True)
            return shadow.load_shadow(connection, self._device_id), proved

    def _correct(self, found: Found, believed: shadow.Shadow) -> None:
        """Make the books say what was found, a slice at a time."""
        wrong = [(key, held) for key, held in found.ours.items() if believed.users.get(key) != held]
        for at in range(0, len(wrong), _CORRECTED_AT_ONCE):
            with self._store.books(self._context) as work:
                part = [(found.bodies[key], held.remote_id) for key, held in wrong[at : at + _CORRECTED_AT_ONCE]]
                shadow.holds_users(work, self._device_id, part)

    def _note_read(
        self,
        job: Job,
        found: Found,
        seen: tuple[tuple[int, ...], tuple[int, ...]],
        schedules: dict[str, HeldSchedule],
        believed: shadow.Shadow,
    ) -> None:
        """Book what was read; `seen` are the proofs that hold now, and those that hold no more."""
        with self._store.books(self._context) as work:
            shadow.gone(work, self._device_id, HeldKind.USER, believed.users.keys() - found.ours.keys())
            thought = believed.schedules.keys() | believed.doubted
            shadow.gone(work, self._device_id, HeldKind.SCHEDULE, thought - schedules.keys())
            for key, schedule in schedules.items():
                if believed.schedules.get(key) != schedule:
                    shadow.holds_schedule(work, self._device_id, key, schedule)
            shadow.all_seen(work, self._device_id)
            drift_books.end_strangers(work, self._device_id, map(stranger_key, found.strangers))
            books.note_read(work, self._device_id, unmanaged=found.unmanaged)
            proofs.note_absent(work, self._device_id, seen[0])
            proofs.note_back(work, self._device_id, seen[1])
            proofs.count_red(work, self._device_id)

    def _finish(self, job: Job, unmanaged: int | None, alive: Callable[[Work], None] | None) -> None:
        with self._store.books(self._context) as work:
            if alive is not None:
                alive(work)
            drift_books.repaired(work, self._device_id)
            books.note_done(
                work,
                self._device_id,
                job.gen,
                next_change_at=job.compiled.next_change_at,
                losses=(*job.compiled.losses, *self._sender.aside.losses),
                unmanaged=unmanaged,
            )

    def _book(self, act: Callable[[Work], None]) -> None:
        with self._store.books(self._context) as work:
            act(work)
