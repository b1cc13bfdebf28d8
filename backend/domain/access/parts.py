"""How a holder's PIN, cards and face are spread over the user records of a device."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from operator import attrgetter

from backend.domain.access.decide import USABLE
from backend.domain.access.identity import FACE_PART, face_name, user_key
from backend.domain.access.results import DoorUser
from backend.domain.access.rules import Credential, Holder
from backend.domain.enums import CredentialKind
from backend.domain.floors import NO_FLOOR, lift_floor

Grants = tuple[tuple[str, tuple[int, ...]], ...]
"""Pairs of schedule key and relay numbers, both sorted, as in `DoorUser`."""

_BY_ID = attrgetter("id")


@dataclass(slots=True)
class Owner:
    """A holder with the PINs, cards and faces that may be on a door, each by credential id, and the bare card values.

    `dated` tells that one of them begins or ends by date; `floor` is the one that a lift is told.
    """

    holder: Holder
    pins: list[Credential]
    cards: list[Credential]
    values: tuple[str, ...]
    dated: bool
    faces: list[Credential] = field(default_factory=list)
    floor: str = NO_FLOOR

    @classmethod
    def of(cls, holder: Holder, credentials: Iterable[Credential]) -> Owner:
        """Take a holder's usable PINs, cards and faces; ID access and QR codes are not written to doors."""
        pins: list[Credential] = []
        cards: list[Credential] = []
        faces: list[Credential] = []
        dated = False
        kinds = {CredentialKind.PIN: pins, CredentialKind.CARD: cards, CredentialKind.FACE: faces}
        for credential in sorted(credentials, key=_BY_ID):
            held = kinds.get(credential.kind)
            if held is None or credential.status not in USABLE:
                continue
            held.append(credential)
            dated = dated or credential.valid_from is not None or credential.valid_to is not None
        values = tuple([card.value for card in cards])
        return cls(holder, pins, cards, values, dated, faces, lift_floor(holder.floors))

    @property
    def has_codes(self) -> bool:
        """Whether there is anything to write to a door."""
        return bool(self.pins or self.cards or self.faces)


Face = tuple[str, Grants]
"""The name of a photo and what the face gets."""


def users_of(
    owner: Owner, pins: Grants, cards: Grants, limit: int, *, faces: Grants = (), floors: bool = False
) -> Sequence[DoorUser]:
    """Give the records of an owner whose PIN, cards and newest face get these grants, none where they are empty.

    `floors` tells that the door takes the owner's floor.
    """
    holder = owner.holder
    pin = owner.pins[0].value if owner.pins and pins else None
    face = face_name(owner.faces[-1].value) if owner.faces and faces else ""
    floor = owner.floor if floors else NO_FLOOR
    if pins == cards and len(owner.cards) <= limit and (not face or faces == pins):
        if not pins or (pin is None and not owner.values and not face):
            return ()
        return (DoorUser(user_key(holder.id, 1), holder.id, holder.name, pin, owner.values, pins, floor, face),)
    shown = [(card, cards) for card in owner.cards]
    return spread(holder, pin, pins, shown, limit, face=(face, faces) if face else None, floor=floor)


def spread(
    holder: Holder,
    pin: str | None,
    first: Grants,
    cards: Iterable[tuple[Credential, Grants]],
    limit: int,
    *,
    face: Face | None = None,
    floor: str = NO_FLOOR,
) -> list[DoorUser]:
    """Spread a PIN, cards, by credential id, and a face over records of at most `limit` cards with the same grants.

    Part 1 belongs to the PIN and to cards and a face with its grants `first`, with or without a PIN at hand, unless
    `first` is empty; the other parts follow by their first card, and a face with other grants has a part of its own.
    So a new card, PIN or face leaves the numbers of the others alone.
    """
    by_grants: dict[Grants, list[Credential]] = defaultdict(list)
    for card, grants in cards:
        by_grants[grants].append(card)
    chunks = sorted(
        (
            (held[start].id, grants, tuple(card.value for card in held[start : start + limit]))
            for grants, held in by_grants.items()
            if grants
            for start in range(0, len(held), limit)
        )
    )
    users = []
    if first:
        joined = next((chunk for chunk in chunks if chunk[1] == first), None)
        seen = face[0] if face and face[1] == first else ""
        if pin is not None or joined is not None or seen:
            values, mine = joined[2] if joined else (), user_key(holder.id, 1)
            users.append(DoorUser(mine, holder.id, holder.name, pin, values, first, floor, seen))
        chunks = [chunk for chunk in chunks if chunk is not joined]
    for part, (_, grants, values) in enumerate(chunks, start=2 if first else 1):
        users.append(DoorUser(user_key(holder.id, part), holder.id, holder.name, None, values, grants, floor))
    if face and face[1] and face[1] != first:
        users += [DoorUser(user_key(holder.id, FACE_PART), holder.id, holder.name, None, (), face[1], floor, face[0])]
    return users
