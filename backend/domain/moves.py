"""Families moving out and in, as services take and answer them (feature RES-16; rules 4.2)."""

from __future__ import annotations

from datetime import datetime

from pydantic import Field

from backend.domain.enums import CredentialKind, MoveKind, MoveState, ResidentRole
from backend.domain.errors import Invalid
from backend.domain.frozen import Frozen
from backend.domain.residents import ResidentDraft
from backend.domain.timewords import parse_moment, parse_span

NOW_WORD = "now"


class MoveDraft(Frozen):
    """One act on an apartment: the family that lives there leaves (`out`), `incoming` is the next master, or both.

    `at` is when, None for now.
    """

    apartment_id: int
    out: bool = True
    incoming: ResidentDraft | None = None
    at: datetime | None = None

    @property
    def newcomer(self) -> ResidentDraft | None:
        """Who comes, as the master of the apartment."""
        if self.incoming is None:
            return None
        return self.incoming.model_copy(update={"apartment_id": self.apartment_id, "role": ResidentRole.MASTER})


class MovePatch(Frozen):
    """Changes to a move that is planned; None keeps, "" clears a code."""

    at: datetime | None = None
    first: str | None = None
    last: str | None = None
    email: str | None = None
    pin: str | None = Field(default=None, repr=False)
    cards: tuple[str, ...] | None = Field(default=None, repr=False)


class MoveLeft(Frozen):
    """Somebody who leaves: a resident, or who has a temporary key or a booking of the apartment."""

    id: int
    name: str
    role: str


class MoveCode(Frozen):
    """A code that is taken, masked."""

    id: int
    owner: str
    kind: CredentialKind
    masked: str


class MoveTold(Frozen):
    """What a receipt is made of, as it was when the move was carried out.

    `proofs` are pairs of a code and a device that must be proved to be without it; `doors` their names. `came_codes`
    are kinds with masked values.
    """

    left: tuple[MoveLeft, ...] = ()
    codes: tuple[MoveCode, ...] = ()
    doors: tuple[tuple[int, str], ...] = ()
    proofs: tuple[tuple[int, int], ...] = ()
    came_id: int | None = None
    came: str = ""
    came_codes: tuple[tuple[CredentialKind, str], ...] = ()
    came_doors: tuple[str, ...] = ()
    account: str = ""
    """The licence that stays, in words."""


class MovePreview(Frozen):
    """What a form of a move shows: who leaves, what goes and stays, and what can be known of who comes."""

    apartment_id: int
    place: str
    number: str
    leaves: tuple[MoveLeft, ...]
    goes: tuple[tuple[str, int], ...]
    stays: tuple[tuple[str, str], ...]
    free_pin: str = Field(default="", repr=False)
    planned: MoveRecord | None = None
    """The move that is planned for this apartment already."""


class MoveRecord(Frozen):
    """A move that is planned or was carried out; `problem` is what could not be done."""

    id: int
    version: int
    apartment_id: int
    place: str
    kind: MoveKind
    state: MoveState
    at: datetime
    leaves: tuple[str, ...]
    comes: str
    planned_by: str
    planned_at: datetime
    ended_at: datetime | None = None
    operation: int | None = None
    taken_back: bool = False
    problem: str = ""
    first: str = ""
    last: str = ""
    email: str = ""
    codes: tuple[tuple[CredentialKind, str], ...] = ()
    """Kinds and masked values of the codes that a planned move will give."""

    @property
    def title(self) -> str:
        """Who moves, in a few words."""
        words = [f"{self.leaves[0]} out"] if self.leaves else []
        words += [f"{self.comes} in"] if self.comes else []
        return ", ".join(words) or {MoveKind.OUT: "out", MoveKind.IN: "in", MoveKind.BOTH: "out and in"}[self.kind]


def parse_move_time(text: str, now: datetime, zone: str) -> datetime | None:
    """When to move, from words; None for now.

    A day without a time is its beginning. Raises Invalid (at) for what is not understood or lies in the past.
    """
    typed = text.strip()
    if not typed or typed.casefold() == NOW_WORD:
        return None
    try:
        return parse_moment(typed, now, zone)
    except Invalid as error:
        sentence = error.fields["time"]
    try:
        start = parse_span(typed, now, zone, ahead=True).start
    except Invalid:
        raise Invalid({"at": sentence}) from None
    if start <= now:
        raise Invalid({"at": f"'{typed}' has begun. Leave it empty for now, or give a time to come."})
    return start
