"""What a device should hold from now on, in its own dialect and capacity, never allowing more than `decide`.

Validity of a credential is enforced by presence: it is on the door only while it is valid, and `next_change_at` tells
when to put it there or take it away. Where its hours are always or a single span, `valid_to` is written into the
schedule too, as far as schedules are left, nearest end first, so that a door out of reach stops by itself. Daily and
weekly hours have no place for an end: there the removal alone counts.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from operator import attrgetter

from backend.domain.access.decide import group_open, standing
from backend.domain.access.hours import Rights
from backend.domain.access.identity import face_name
from backend.domain.access.parts import Grants, Owner, spread
from backend.domain.access.prepared import Crowd, Prepared, prepare
from backend.domain.access.results import ALWAYS, Compiled, DoorHold, DoorSchedule, DoorUser, Loss, Reason
from backend.domain.access.rules import Credential, Device, Rules
from backend.domain.access.schedules import clip, window_of
from backend.domain.access.windows import describe, is_open, next_edge
from backend.domain.enums import CredentialKind
from backend.domain.errors import NotFound
from backend.domain.floors import NO_FLOOR

WRITTEN = (CredentialKind.PIN, CredentialKind.CARD, CredentialKind.FACE)
"""The kinds of credential that are written to doors, faces to those that take them."""

_LAST = datetime.max.replace(tzinfo=UTC)


def compile_device(source: Prepared | Rules, device_id: int, now: datetime) -> Compiled:
    """Work out what a device should hold at the aware instant `now` and until `next_change_at`.

    Pass the result of `prepare` when several doors are compiled from the same rules. The answer depends on nothing but
    rules, device and instant. Raises NotFound for a device that is not in the rules, Invalid for an unknown time zone.
    """
    prepared = source if isinstance(source, Prepared) else prepare(source)
    device = prepared.rules.devices.get(device_id)
    if device is None:
        raise NotFound(f"There is no device {device_id}.")
    return _Door(prepared, device, now.astimezone(UTC)).compile()


@dataclass(slots=True)
class _Claim:
    """What a crowd gets at the door, and those of its dated credentials that are valid now, by owner."""

    groups: frozenset[int]
    crowd: Crowd
    rights: Mapping[CredentialKind, Rights]
    dated: list[tuple[Owner, list[Credential]]] = field(default_factory=list)

    def kinds(self) -> set[CredentialKind]:
        """Give the kinds of credential that the door takes and somebody here has for it now."""
        here = self.crowd.kinds | {credential.kind for _, valid in self.dated for credential in valid}
        return here & self.rights.keys()

    def reaches(self) -> bool:
        """Tell whether anything of somebody here is on the door now."""
        return any(self.rights[kind].grants for kind in self.kinds())


class _Door:
    """One compilation of one door."""

    def __init__(self, prepared: Prepared, device: Device, now: datetime) -> None:
        self.prepared = prepared
        self.device = device
        self.now = now
        self.edges: set[datetime] = set()
        self.losses: set[Loss] = set()
        self.kept: set[str] = {ALWAYS}
        self.written = [kind for kind in WRITTEN if kind is not CredentialKind.FACE or device.faces]
        self.held_open = Rights((), (), ())

    def compile(self) -> Compiled:
        """Collect the claims, fit their schedules, then write the users."""
        claims = self._claims()
        self._left_out(claims)
        self._hold_open()
        schedules = self._fit(claims)
        self.kept.update(schedules)
        schedules |= self._clips(claims, self.device.max_schedules - len(schedules))
        self.kept.update(schedules)
        users = self._room([user for claim in claims for user in self._users(claim)])
        holds = self._holds()
        used = {key for grants in {user.grants for user in users} for key, _ in grants}
        used = used.union(*(hold.keys for hold in holds)) - {ALWAYS}
        coming = min((edge for edge in self.edges if edge > self.now), default=None)
        return Compiled(
            device_id=self.device.id,
            users=users,
            schedules=tuple(schedules[key] for key in sorted(used)),
            next_change_at=None if coming is None else coming.astimezone(UTC),
            losses=tuple(sorted(self.losses, key=lambda loss: (loss.code, loss.holder_id or 0, loss.text))),
            holds=holds,
        )

    def _claims(self) -> list[_Claim]:
        """Look up what each crowd with a group here gets, and from when to when."""
        claims = []
        for groups, crowd in self.prepared.crowds_at(self.device.id):
            rights = {kind: self.prepared.rights(self.device.id, groups, kind, self.now) for kind in self.written}
            claim = _Claim(groups, crowd, rights)
            for owner in crowd.dated:
                shown = [c for c in (*owner.pins, *owner.cards, *owner.faces) if c.kind in rights]
                claim.dated.append((owner, [c for c in shown if self._is_valid(c, rights[c.kind])]))
            for kind in claim.kinds():
                self.edges.update(claim.rights[kind].edges)
                self.losses.update(Loss(None, "clock_change", text) for text in claim.rights[kind].lost)
            claims.append(claim)
        return claims

    def _is_valid(self, credential: Credential, rights: Rights) -> bool:
        """Tell whether a dated credential is valid now; for one with rights here note when that changes."""
        reason = standing(credential, self.now)
        if rights.grants or rights.edges:
            if reason is Reason.NOT_YET_VALID and credential.valid_from is not None:
                self.edges.add(credential.valid_from)
            if reason is Reason.GRANTED and credential.valid_to is not None:
                self.edges.add(credential.valid_to)
        return reason is Reason.GRANTED

    def _fit(self, claims: Iterable[_Claim]) -> dict[str, DoorSchedule]:
        """Choose the schedules the door has room for: what is open first, then what opens next."""
        wanted = {
            schedule.key: schedule
            for claim in claims
            for kind in claim.kinds()
            for schedule, _ in claim.rights[kind].grants
            if schedule is not None
        } | {schedule.key: schedule for schedule, _ in self.held_open.grants if schedule is not None}
        limit = self.device.max_schedules
        if len(wanted) <= limit:
            return wanted
        zone = self.prepared.zone
        opens: dict[str, datetime] = {}
        for key, schedule in wanted.items():
            window = window_of(schedule, zone)
            edge = next_edge(window, self.now, zone.key)
            opens[key] = self.now if is_open(window, self.now, zone.key) else edge or _LAST
            self.edges.update([edge] if edge else [])
        ranked = sorted(wanted, key=lambda key: (opens[key], key))
        for key in ranked[limit:]:
            hours = describe(window_of(wanted[key], zone), zone.key)
            text = f"This door holds {_count(limit, 'schedule')}: {hours} waits until a nearer one ends."
            self.losses.add(Loss(None, "schedules", text))
        return {key: wanted[key] for key in ranked[:limit]}

    def _clips(self, claims: Iterable[_Claim], free: int) -> dict[str, DoorSchedule]:
        """Choose the schedules that end with a credential, at most `free`, the nearest ends first."""
        ends = {
            (schedule, credential.valid_to)
            for claim in claims
            for _, valid in claim.dated
            for credential in valid
            if credential.valid_to is not None
            for schedule, _ in claim.rights[credential.kind].grants
            if schedule is None or schedule.key in self.kept
        }
        cut = {self._clip(schedule, valid_to) for schedule, valid_to in ends}
        found = {schedule.key: schedule for schedule in cut if schedule and schedule.key not in self.kept}
        nearest = sorted(found, key=lambda key: (found[key].date_to or date.max, found[key].end, key))
        return {key: found[key] for key in nearest[:free]}

    def _users(self, claim: _Claim) -> list[DoorUser]:
        """Write the user records of a crowd."""
        limit, floors = self.device.max_cards_per_user, self.device.floors
        base = {kind: self._grants(claim.rights[kind], None) for kind in self.written}
        pins, faces = base[CredentialKind.PIN], base.get(CredentialKind.FACE, ())
        plain = self.prepared.plain_users(
            claim.crowd, pins, base[CredentialKind.CARD], limit, faces=faces, floors=floors
        )
        users = list(plain)
        for owner in claim.crowd.several_pins if pins else ():
            self._one_pin(owner, len(owner.pins))
        for owner, valid in claim.dated:
            granted = [(c, grants) for c in valid if (grants := self._grants(claim.rights[c.kind], c.valid_to))]
            own = [(c, grants) for c, grants in granted if c.kind is CredentialKind.PIN]
            cards = [(c, grants) for c, grants in granted if c.kind is CredentialKind.CARD]
            pin, first = (own[0][0].value, own[0][1]) if own else (None, pins)
            seen = [(face_name(c.value), grants) for c, grants in granted if c.kind is CredentialKind.FACE]
            floor = owner.floor if floors else NO_FLOOR
            users += spread(owner.holder, pin, first, cards, limit, face=seen[-1] if seen else None, floor=floor)
            if len(own) > 1:
                self._one_pin(owner, len(own))
        return users

    def _left_out(self, claims: Iterable[_Claim]) -> None:
        """Say whose faces and floors this door is not told."""
        faces: list[str] = []
        floors: list[str] = []
        for claim in claims:
            if not self.device.faces and claim.crowd.with_face and self._opens_by_face(claim):
                faces += [owner.holder.name for owner in claim.crowd.with_face]
            if claim.crowd.with_floors and claim.reaches():
                told = self.device.floors
                floors += [o.holder.name for o in claim.crowd.with_floors if not told or o.floor == NO_FLOOR]
        if faces:
            self.losses.add(Loss(None, "faces", f"This door takes no faces: {_whose(faces, 'face')}."))
        if floors:
            one = "one floor from 1 to 128 per person" if self.device.floors else "no floors"
            self.losses.add(Loss(None, "floors", f"This door takes {one}: {_whose(floors, 'floors')}."))

    def _opens_by_face(self, claim: _Claim) -> bool:
        """Tell whether the rules let a face in here, now or in hours to come, which the device cannot know."""
        rights = self.prepared.rights(self.device.id, claim.groups, CredentialKind.FACE, self.now)
        return bool(rights.grants or rights.edges)

    def _hold_open(self) -> None:
        """Look up when relays are kept open; a device without relay schedules keeps none open."""
        rights = self.prepared.held_open(self.device.id, self.now)
        if self.device.hold_open:
            self.held_open = rights
            self.edges.update(rights.edges)
            self.losses.update(Loss(None, "clock_change", text) for text in rights.lost)
        elif rights.grants or rights.edges:
            text = "This door has no relay schedules: it cannot be held open by hours."
            self.losses.add(Loss(None, "hold_open", text))

    def _holds(self) -> tuple[DoorHold, ...]:
        """Give the relays that are kept open, with those of their schedules that found room."""
        keys: dict[int, set[str]] = defaultdict(set)
        for schedule, number in self.held_open.grants:
            key = ALWAYS if schedule is None else schedule.key
            if key in self.kept:
                keys[number].add(key)
        rules, now = self.prepared.rules, self.now
        held_now = {
            relay.number
            for relay in rules.relays.values()
            if relay.device_id == self.device.id
            and any(group_open(rules, rules.groups[one], now) for one in relay.held_by & rules.groups.keys())
        }
        return tuple(DoorHold(number, tuple(sorted(keys[number])), number in held_now) for number in sorted(keys))

    def _one_pin(self, owner: Owner, count: int) -> None:
        text = f"A door holds one PIN per person: {owner.holder.name} has {count}, the oldest is used."
        self.losses.add(Loss(owner.holder.id, "pins", text))

    def _grants(self, rights: Rights, valid_to: datetime | None) -> Grants:
        """Encode what fits of the rights, ended with the credential where a schedule for that was chosen."""
        numbers: dict[str, set[int]] = defaultdict(set)
        for schedule, number in rights.grants:
            key = ALWAYS if schedule is None else schedule.key
            if valid_to is not None:
                cut = self._clip(schedule, valid_to)
                if cut is None:
                    continue
                key = cut.key if cut.key in self.kept else key
            if key in self.kept:
                numbers[key].add(number)
        return tuple((key, tuple(sorted(numbers[key]))) for key in sorted(numbers))

    def _clip(self, schedule: DoorSchedule | None, valid_to: datetime) -> DoorSchedule | None:
        return clip(schedule, valid_to, self.prepared.zone)

    def _room(self, users: list[DoorUser]) -> tuple[DoorUser, ...]:
        """Keep the users the door has room for, by holder id and part."""
        users.sort(key=attrgetter("holder_id"))
        limit = self.device.max_users
        left_out = {user.holder_id: user.name for user in users[limit:]}
        holds = f"This door holds {_count(limit, 'user')}"
        if left_out:
            people = "1 person has" if len(left_out) == 1 else f"{len(left_out):,} people have"
            self.losses.add(Loss(None, "users", f"{holds}; {people} no room."))
        for holder_id, name in left_out.items():
            self.losses.add(Loss(holder_id, "users", f"{holds}; {name} has no room."))
        return tuple(users[:limit])


def _whose(names: list[str], what: str) -> str:
    """Name the one whose face or floors are left out, or count them."""
    if len(names) == 1:
        return f"the {what} of {names[0]} {'stays' if what == 'face' else 'stay'} here"
    return f"the {'faces' if what == 'face' else what} of {len(names):,} people stay here"


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"
