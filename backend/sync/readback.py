"""Reading a device back: what it truly holds against what we believed, and what it must not hold any more. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

from backend.devices import schedules as device_schedules
from backend.devices.errors import DeviceError
from backend.devices.users import SOME_FACE, Grants, RemoteUser
from backend.domain.access.identity import face_name, parse_user_key
from backend.domain.access.results import ALWAYS, DoorUser
from backend.domain.doors import WHOLE
from backend.sync.difference import HeldSchedule, HeldUser, canonical
from backend.sync.proofs import Freed

Code = tuple[str, str]
"""Kind and value of a code."""


class NotKept(DeviceError):
    """The device said yes and did not do it: found by reading it back."""


@dataclass(frozen=True, slots=True)
class Found:
    """What a read-back found: our users as held, those of nobody known, and how many beliefs were wrong."""

    ours: dict[str, HeldUser]
    bodies: dict[str, DoorUser]
    spare: tuple[str, ...]
    """Remote ids of second records under a key of ours: only one of them can be right, so these go."""
    strangers: tuple[RemoteUser, ...]
    drift: int

    @property
    def unmanaged(self) -> int:
        """How many users are nobody's."""
        return len(self.strangers)


@dataclass(frozen=True, slots=True)
class Proof:
    """Of what was taken away: what is not there, what is there, and how much of it our own records carry."""

    absent: tuple[int, ...]
    there: tuple[int, ...]
    carried: int


def as_door_user(user: RemoteUser, schedule_keys: Mapping[str, str], believed_face: str = "") -> DoorUser | None:
    """A remote record in our terms, None when its user id is none of ours.

    `schedule_keys` maps references to our keys; one we do not know stays visible as "?id", which equals nothing. A face
    of which the device tells only that it is there is the one that we put there, `believed_face`, if we did.
    """
    parsed = parse_user_key(user.user_id)
    if parsed is None:
        return None
    grants = tuple(
        sorted((schedule_keys.get(remote, f"?{remote}"), tuple(sorted(relays))) for remote, relays in user.grants)
    )
    face = believed_face or user.face if user.face == SOME_FACE else user.face
    return DoorUser(user.user_id, parsed[0], user.name, user.pin or None, tuple(user.cards), grants, user.floor, face)


def compare(
    remote: Iterable[RemoteUser],
    schedules: Mapping[str, HeldSchedule],
    believed: Mapping[str, HeldUser],
    fingerprint: Callable[[object], bytes],
) -> Found:
    """What the device holds; `schedules` are ours by key, `believed` is the shadow."""
    keys = {held.ref: key for key, held in schedules.items()} | {device_schedules.ALWAYS: ALWAYS}
    ours: dict[str, HeldUser] = {}
    bodies: dict[str, DoorUser] = {}
    spare: list[str] = []
    strangers: list[RemoteUser] = []
    for user in remote:
        held = believed.get(user.user_id)
        door_user = as_door_user(user, keys, held.face if held else "")
        if door_user is None:
            strangers.append(user)
        elif door_user.key in ours:
            spare.append(user.remote_id)
        else:
            mac = fingerprint(canonical(door_user))
            ours[door_user.key] = HeldUser(door_user.key, user.remote_id, mac, door_user.holder_id, face=door_user.face)
            bodies[door_user.key] = door_user
    known = {key for key, held in believed.items() if not held.unknown}
    wrong = sum(1 for key in known if key not in ours or ours[key].mac != believed[key].mac)
    strange = sum(1 for key in ours if key not in believed)
    return Found(ours, bodies, tuple(spare), tuple(strangers), wrong + strange)


def prove(
    freed: Iterable[Freed], remote: Sequence[RemoteUser], wanted: Collection[DoorUser], ours: Iterable[DoorUser] = ()
) -> Proof:
    """Which freed credentials no record on the device carries: none of their owner's, and none of a stranger.

    Where one relay was taken, no record that carries it may open that relay at any time. Somebody else of ours may
    carry the same value only where it is theirs in `wanted`, what the device should hold: with APT and PIN two
    apartments can have one PIN, while a record edited at the device has what is nobody's. Faces are told apart by
    `ours`, the records as `compare` understood them.
    """
    freed = tuple(freed)
    sought = {(one.kind, _value_of(one)) for one in freed} | {("face", SOME_FACE)}
    rightly = {
        (code, relay, user.holder_id)
        for user in wanted
        for code in _codes(user.pin, user.cards, user.face)
        if code in sought
        for relay in _opens(user.grants)
    }
    carrying: dict[tuple[Code, int], set[int | None]] = defaultdict(set)
    for owner, codes, grants in chain(map(_theirs, remote), map(_faces, ours)):
        for code in codes:
            for relay in _opens(grants) if code in sought else ():
                if owner is None or (code, relay, owner) not in rightly:
                    carrying[code, relay].add(owner)
    return _judge(freed, carrying)


def _theirs(user: RemoteUser) -> tuple[int | None, Iterator[Code], Grants]:
    """Whose record it is, None for nobody's, its codes and what they open."""
    parsed = parse_user_key(user.user_id)
    return parsed[0] if parsed else None, _codes(user.pin, user.cards), user.grants


def _faces(user: DoorUser) -> tuple[int | None, Iterator[Code], Grants]:
    return user.holder_id, _codes(None, (), user.face), user.grants


def _opens(grants: Grants) -> set[int]:
    """The relays that a record opens at some time, and WHOLE: a record that opens none is there all the same."""
    never = (device_schedules.NEVER, f"?{device_schedules.NEVER}")
    return {WHOLE, *(relay for schedule, relays in grants if schedule not in never for relay in relays)}


def _judge(freed: Iterable[Freed], carrying: Mapping[tuple[Code, int], set[int | None]]) -> Proof:
    absent: list[int] = []
    there: list[int] = []
    carried = 0
    for one in freed:
        owners = carrying.get(((one.kind, _value_of(one)), one.relay), set())
        if one.kind == "face" and one.holder_id in carrying.get((("face", SOME_FACE), one.relay), set()):
            owners = owners | {one.holder_id}
        (there if owners else absent).append(one.id)
        carried += bool(owners - {None})
    return Proof(tuple(absent), tuple(there), carried)


def _value_of(one: Freed) -> str:
    return face_name(one.value) if one.kind == "face" else one.value.upper()


def _codes(pin: str | None, cards: Iterable[str], face: str = "") -> Iterator[Code]:
    if pin:
        yield "pin", pin.upper()
    yield from (("card", card.upper()) for card in cards)
    if face:
        yield "face", face
