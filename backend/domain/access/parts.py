"""How a holder's PIN and cards are spread over the user records of a device."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from operator import attrgetter

from backend.domain.access.decide import USABLE
from backend.domain.access.identity import user_key
from backend.domain.access.results import DoorUser
from backend.domain.access.rules import Credential, Holder
from backend.domain.enums import CredentialKind

Grants = tuple[tuple[str, tuple[int, ...]], ...]
"""Pairs of schedule key and relay numbers, both sorted, as in `DoorUser`."""

_BY_ID = attrgetter("id")


@dataclass(slots=True)
class Owner:
    """A holder with the PINs and cards that may be on a door, each by credential id, and the bare card values.

    `dated` tells that one of them begins or ends by date.
    """

    holder: Holder
    pins: list[Credential]
    cards: list[Credential]
    values: tuple[str, ...]
    dated: bool

    @classmethod
    def of(cls, holder: Holder, credentials: Iterable[Credential]) -> Owner:
        """Take a holder's usable PINs and cards; faces, ID access and QR codes are not written to doors."""
        pins: list[Credential] = []
        cards: list[Credential] = []
        dated = False
        for credential in sorted(credentials, key=_BY_ID):
            held = {CredentialKind.PIN: pins, CredentialKind.CARD: cards}.get(credential.kind)
            if held is None or credential.status not in USABLE:
                continue
            held.append(credential)
            dated = dated or credential.valid_from is not None or credential.valid_to is not None
        return cls(holder, pins, cards, tuple([card.value for card in cards]), dated)


def users_of(owner: Owner, pins: Grants, cards: Grants, limit: int) -> Sequence[DoorUser]:
    """Give the records of an owner whose PIN gets `pins` and whose cards get `cards`, none where that is empty."""
    holder = owner.holder
    pin = owner.pins[0].value if owner.pins and pins else None
    if pins == cards and len(owner.cards) <= limit:
        return (DoorUser(user_key(holder.id, 1), holder.id, holder.name, pin, owner.values, pins),) if pins else ()
    return spread(holder, pin, pins, [(card, cards) for card in owner.cards], limit)


def spread(
    holder: Holder, pin: str | None, first: Grants, cards: Iterable[tuple[Credential, Grants]], limit: int
) -> list[DoorUser]:
    """Spread a PIN and cards, by credential id, over records of at most `limit` cards with the same grants.

    Part 1 belongs to the PIN and to cards with its grants `first`, with or without a PIN at hand, unless `first` is
    empty; the other parts follow by their first card. So a new card or PIN leaves the numbers of the others alone.
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
        ),
    )
    users = []
    if first:
        joined = next((chunk for chunk in chunks if chunk[1] == first), None)
        if pin is not None or joined is not None:
            values = joined[2] if joined else ()
            users.append(DoorUser(user_key(holder.id, 1), holder.id, holder.name, pin, values, first))
        chunks = [chunk for chunk in chunks if chunk is not joined]
    for part, (_, grants, values) in enumerate(chunks, start=2 if first else 1):
        users.append(DoorUser(user_key(holder.id, part), holder.id, holder.name, None, values, grants))
    return users
