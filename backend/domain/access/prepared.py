"""The rules of a community indexed once, so that a hundred doors can be compiled from them quickly."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from backend.domain.access.hours import Hours, Rights, hours_of, rights_of
from backend.domain.access.parts import Grants, Owner, users_of
from backend.domain.access.results import DoorUser
from backend.domain.access.rules import Relay, Rules, Window
from backend.domain.enums import CredentialKind
from backend.domain.formats import zone_info

KEPT_USERS = 200_000
"""User records kept for the next door with the same rights: some 20 MB."""


@dataclass(slots=True)
class Crowd:
    """Owners who have the same groups and the same bounds; a `dated` one has a credential with a begin or an end."""

    number: int
    groups: frozenset[int] = frozenset()
    bound: bool = False
    """Whether Only Public Area binds these owners."""
    plain: list[Owner] = field(default_factory=list)
    dated: list[Owner] = field(default_factory=list)
    kinds: set[CredentialKind] = field(default_factory=set)
    """Of the plain owners' credentials."""
    several_pins: list[Owner] = field(default_factory=list)
    """Plain owners with more than one PIN."""
    with_face: list[Owner] = field(default_factory=list)
    with_floors: list[Owner] = field(default_factory=list)

    def join(self, owner: Owner) -> None:
        """Take in one more owner."""
        if owner.faces:
            self.with_face.append(owner)
        if owner.holder.floors:
            self.with_floors.append(owner)
        if owner.dated:
            self.dated.append(owner)
            return
        self.plain.append(owner)
        if owner.pins:
            self.kinds.add(CredentialKind.PIN)
        if owner.cards:
            self.kinds.add(CredentialKind.CARD)
        if owner.faces:
            self.kinds.add(CredentialKind.FACE)
        if len(owner.pins) > 1:
            self.several_pins.append(owner)

    def take_in(self, other: Crowd) -> None:
        """Take in all owners of another crowd."""
        self.plain += other.plain
        self.dated += other.dated
        self.kinds |= other.kinds
        self.several_pins += other.several_pins
        self.with_face += other.with_face
        self.with_floors += other.with_floors


class Prepared:
    """The rules indexed by door, for `compile_device`. It stays right as long as the rules it was made from."""

    def __init__(self, rules: Rules) -> None:
        """Index `rules`; raises Invalid for a time zone that is not known."""
        self.rules = rules
        self.zone = zone_info(rules.zone)
        self._relays: dict[int, list[Relay]] = defaultdict(list)
        for relay in rules.relays.values():
            self._relays[relay.device_id].append(relay)
        self._groups: dict[int, set[int]] = defaultdict(set)
        for group in rules.groups.values():
            for relay_id in group.relays & rules.relays.keys():
                self._groups[rules.relays[relay_id].device_id].add(group.id)
        self._crowds = _crowds(rules)
        self._in_group: dict[int, list[int]] = defaultdict(list)
        for crowd in self._crowds:
            for group_id in crowd.groups:
                self._in_group[group_id].append(crowd.number)
        self._mergers: dict[tuple[int, ...], Crowd] = {}
        self._now: datetime | None = None
        self._hours: dict[frozenset[Window], Hours] = {}
        self._users: dict[tuple[int, Grants, Grants, Grants, int, bool], tuple[DoorUser, ...]] = {}
        self._kept = 0

    def crowds_at(self, device_id: int) -> list[tuple[frozenset[int], Crowd]]:
        """Give everybody who has a group with a relay of the device, by the groups that they have here."""
        here = self._groups[device_id]
        public = self.rules.devices[device_id].public
        numbers = {
            number
            for group_id in here
            for number in self._in_group[group_id]
            if public or not self._crowds[number].bound
        }
        together: dict[frozenset[int], list[int]] = defaultdict(list)
        for number in sorted(numbers):
            together[self._crowds[number].groups & here].append(number)
        return [(groups, self._merged(tuple(crowds))) for groups, crowds in together.items()]

    def _merged(self, numbers: tuple[int, ...]) -> Crowd:
        """Give crowds as one, so that groups for another door do not scatter the people of this one."""
        if len(numbers) == 1:
            return self._crowds[numbers[0]]
        if numbers not in self._mergers:
            merger = Crowd(len(self._crowds) + len(self._mergers))
            for number in numbers:
                merger.take_in(self._crowds[number])
            self._mergers[numbers] = merger
        return self._mergers[numbers]

    def rights(self, device_id: int, groups: frozenset[int], kind: CredentialKind, now: datetime) -> Rights:
        """Give what members of `groups` get at the device with a credential of `kind` (edge case 48)."""
        windows: dict[int, set[Window]] = defaultdict(set)
        for relay in self._relays[device_id]:
            for group_id in groups if kind in relay.methods else ():
                group = self.rules.groups[group_id]
                if relay.id in group.relays:
                    windows[relay.number].update(group.windows)
        return self._rights_of(windows, now)

    def held_open(self, device_id: int, now: datetime) -> Rights:
        """Give the hours in which relays of the device are kept open, as `rights` gives those of people."""
        windows: dict[int, set[Window]] = defaultdict(set)
        for relay in self._relays[device_id]:
            for group_id in relay.held_by & self.rules.groups.keys():
                windows[relay.number].update(self.rules.groups[group_id].windows)
        return self._rights_of(windows, now)

    def _rights_of(self, windows: Mapping[int, set[Window]], now: datetime) -> Rights:
        hours = {number: self._hours_of(frozenset(windows[number]), now) for number in sorted(windows)}
        return rights_of(hours, now, self.zone)

    def _hours_of(self, windows: frozenset[Window], now: datetime) -> Hours:
        if now != self._now:
            self._now = now
            self._hours = {}
        if windows not in self._hours:
            self._hours[windows] = hours_of(windows, now, self.zone)
        return self._hours[windows]

    def plain_users(
        self, crowd: Crowd, pins: Grants, cards: Grants, limit: int, *, faces: Grants = (), floors: bool = False
    ) -> tuple[DoorUser, ...]:
        """Give the user records of a crowd's plain owners; doors that grant the same share them."""
        key = (crowd.number, pins, cards, faces, limit, floors)
        if key not in self._users:
            if self._kept > KEPT_USERS:
                self._users, self._kept = {}, 0
            self._users[key] = tuple(
                user
                for owner in crowd.plain
                for user in users_of(owner, pins, cards, limit, faces=faces, floors=floors)
            )
            self._kept += len(self._users[key])
        return self._users[key]


def prepare(rules: Rules) -> Prepared:
    """Index rules for compiling many doors; raises Invalid for a time zone that is not known."""
    return Prepared(rules)


def _crowds(rules: Rules) -> list[Crowd]:
    crowds: dict[tuple[frozenset[int], bool], Crowd] = {}
    for holder in sorted(rules.holders.values(), key=lambda holder: holder.id):
        if not holder.active:
            continue
        owner = Owner.of(holder, rules.credentials.get(holder.id, ()))
        if not owner.has_codes:
            continue
        key = (holder.groups, rules.only_public_area and holder.resident)
        crowd = crowds.get(key)
        if crowd is None:
            crowd = crowds[key] = Crowd(len(crowds), *key)
        crowd.join(owner)
    return list(crowds.values())
