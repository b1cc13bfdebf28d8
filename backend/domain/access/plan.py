"""The difference a change makes, door by door and person by person, before anything is written."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from backend.domain.access.results import Compiled, DoorHold, DoorPlan, DoorUser, PlanLine
from backend.domain.access.rules import Device
from backend.domain.doors import relay_letter
from backend.domain.errors import NotFound
from backend.domain.floors import NO_FLOOR

_Hours = frozenset[tuple[str, int]]
"""Pairs of schedule key and relay number."""


@dataclass(slots=True)
class _Person:
    """What a door holds of one person: each PIN, card and face with its hours, and the floor of the lift."""

    name: str
    pins: dict[str, _Hours] = field(default_factory=dict, repr=False)
    cards: dict[str, _Hours] = field(default_factory=dict, repr=False)
    faces: dict[str, _Hours] = field(default_factory=dict, repr=False)
    floor: str = NO_FLOOR


def plan(
    before: Mapping[int, Compiled], after: Mapping[int, Compiled], devices: Mapping[int, Device]
) -> tuple[DoorPlan, ...]:
    """Compare what doors should hold before and after a change, both by device id; give the doors that differ, by id.

    A door missing on one side holds nobody there. `devices` names every door of both sides and gives its limit, else
    NotFound is raised. Lines are by name; `losses` are those that the change would bring.
    """
    plans = []
    for device_id in sorted(before.keys() | after.keys()):
        device = devices.get(device_id)
        if device is None:
            raise NotFound(f"There is no device {device_id}.")
        door = _door_plan(device, before.get(device_id), after.get(device_id))
        if door.adds or door.removes or door.changes or door.losses or door.holds:
            plans.append(door)
    return tuple(plans)


def _door_plan(device: Device, before: Compiled | None, after: Compiled | None) -> DoorPlan:
    old_users, new_users = (side.users if side else () for side in (before, after))
    old_losses, new_losses = (side.losses if side else () for side in (before, after))
    old_holds, new_holds = (side.holds if side else () for side in (before, after))
    adds: list[PlanLine] = []
    removes: list[PlanLine] = []
    changes: list[PlanLine] = []
    touched = _touched(old_users, new_users)
    old_people, new_people = _people(old_users, touched), _people(new_users, touched)
    for holder_id in touched:
        old, new = old_people.get(holder_id), new_people.get(holder_id)
        name = (new or old_people[holder_id]).name
        gained, lost, changed = _difference(old or _Person(name), new or _Person(name))
        for lines, what in ((adds, gained), (removes, lost), (changes, changed)):
            if what:
                lines.append(PlanLine(holder_id, name, what))
    known = set(old_losses)
    return DoorPlan(
        device_id=device.id,
        device_name=device.name,
        adds=_by_name(adds),
        removes=_by_name(removes),
        changes=_by_name(changes),
        users_after=len(new_users),
        users_limit=device.max_users,
        losses=tuple(loss for loss in new_losses if loss not in known),
        holds=tuple(_holds(old_holds, new_holds)),
    )


def _holds(before: Iterable[DoorHold], after: Iterable[DoorHold]) -> Iterator[str]:
    """Say which relays hours keep open, no longer keep open, or keep open at other times."""
    old, new = ({hold.number: hold.keys for hold in side} for side in (before, after))
    for number in sorted(old.keys() | new.keys()):
        relay = f"Relay {relay_letter(number)}"
        if number not in old:
            yield f"{relay} is held open by hours."
        elif number not in new:
            yield f"{relay} is no longer held open by hours."
        elif old[number] != new[number]:
            yield f"{relay} is held open at other hours."


def _by_name(lines: Iterable[PlanLine]) -> tuple[PlanLine, ...]:
    return tuple(sorted(lines, key=lambda line: (line.name.casefold(), line.holder_id)))


def _touched(before: Iterable[DoorUser], after: Iterable[DoorUser]) -> set[int]:
    """Give the holders with a user record that only one side has."""
    held = {user.key: user for user in before}
    touched = {user.holder_id for user in after if held.pop(user.key, None) != user}
    return touched | {user.holder_id for user in held.values()}


def _people(users: Iterable[DoorUser], wanted: set[int]) -> dict[int, _Person]:
    """Gather what a door holds of the wanted people over their user records."""
    people: dict[int, _Person] = {}
    for user in users:
        if user.holder_id not in wanted:
            continue
        person = people.setdefault(user.holder_id, _Person(user.name))
        hours = frozenset((key, number) for key, numbers in user.grants for number in numbers)
        if user.pin is not None:
            person.pins[user.pin] = hours
        person.cards.update(dict.fromkeys(user.cards, hours))
        if user.face:
            person.faces[user.face] = hours
        person.floor = user.floor
    return people


def _difference(old: _Person, new: _Person) -> tuple[str, str, str]:
    """Say what a person gains, loses and keeps in another form; a PIN or face in another's place is a new one."""
    kept_pin, kept_face = bool(old.pins and new.pins), bool(old.faces and new.faces)
    gained = _count(
        not old.pins and bool(new.pins), len(new.cards.keys() - old.cards.keys()), not old.faces and bool(new.faces)
    )
    lost = _count(
        not new.pins and bool(old.pins), len(old.cards.keys() - new.cards.keys()), not new.faces and bool(old.faces)
    )
    changed = ["name"] if old.name != new.name else []
    if kept_pin and old.pins.keys() != new.pins.keys():
        changed.append("PIN")
    if kept_face and old.faces.keys() != new.faces.keys():
        changed.append("face")
    there = (old.pins or old.cards or old.faces) and (new.pins or new.cards or new.faces)
    if there and old.floor != new.floor:
        changed.append("floor")
    pairs = [(old.cards[card], new.cards[card]) for card in old.cards.keys() & new.cards.keys()]
    if kept_pin:
        pairs += zip(old.pins.values(), new.pins.values(), strict=True)
    if kept_face:
        pairs += zip(old.faces.values(), new.faces.values(), strict=True)
    if any(was != now for was, now in pairs):
        changed += _changed_hours(pairs)
    return gained, lost, f"new {_listed(changed)}" if changed else ""


def _changed_hours(pairs: Iterable[tuple[_Hours, _Hours]]) -> list[str]:
    """Tell apart other hours at the same relays from other relays."""
    words = set()
    for was, now in pairs:
        old, new = _by_relay(was), _by_relay(now)
        if old.keys() != new.keys():
            words.add("relays")
        if any(old[number] != new[number] for number in old.keys() & new.keys()):
            words.add("hours")
    return sorted(words)


def _by_relay(hours: _Hours) -> dict[int, set[str]]:
    relays: dict[int, set[str]] = defaultdict(set)
    for key, number in hours:
        relays[number].add(key)
    return relays


def _count(pin: bool, cards: int, face: bool) -> str:
    """Count credentials: "PIN", "1 card", "PIN, 2 cards and face"; nothing is the empty text."""
    words = ["PIN"] if pin else []
    if cards:
        words.append("1 card" if cards == 1 else f"{cards} cards")
    if face:
        words.append("face")
    return _listed(words) if words else ""


def _listed(words: list[str]) -> str:
    return " and ".join(filter(None, (", ".join(words[:-1]), words[-1])))
