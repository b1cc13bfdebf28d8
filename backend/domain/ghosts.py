"""Ghost hunt: codes ranked by how suspicious they are, every reason named (feature LIB-03; edge cases 6, 7).

Pure rules on facts that were read before; a score is the sum of its reasons, 100 at most.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import pairwise

from backend.domain.codes import PIN_SHORTEST
from backend.domain.enums import CredentialKind

UNUSED_FOR = timedelta(days=90)
TOGETHER = timedelta(minutes=1)
"""Nobody is at two far doors within this time."""
CARDS_EACH = 3
"""More cards than this for each person of an apartment are many."""
SHORT = 3
"""Digits of a PIN that is found by trying."""
_OLDEST_YEAR = 1920
_MOST = 100


class Why(StrEnum):
    """A reason to look at a code."""

    USED_AFTER = "used_after"
    OWNER_GONE = "owner_gone"
    NOBODY = "nobody"
    FAR_DOORS = "far_doors"
    SHARED = "shared"
    GUESSABLE = "guessable"
    NEVER_USED = "never_used"
    CONTAINED = "contained"
    UNUSED = "unused"
    MANY_CARDS = "many_cards"


WEIGHTS: Mapping[Why, int] = {
    Why.USED_AFTER: 95,
    Why.OWNER_GONE: 90,
    Why.NOBODY: 80,
    Why.FAR_DOORS: 60,
    Why.SHARED: 50,
    Why.GUESSABLE: 45,
    Why.NEVER_USED: 30,
    Why.CONTAINED: 25,
    Why.UNUSED: 20,
    Why.MANY_CARDS: 15,
}
"""Reason -> what it adds to the score."""


@dataclass(frozen=True, slots=True)
class Code:
    """One PIN or card with what is known of it; times in UTC.

    `live` is False for one that was taken away; `used_after` is when it opened a door all the same. `far` names two
    doors of two buildings at which it was within a minute.
    """

    id: int
    holder_id: int
    kind: CredentialKind
    value: str = field(repr=False)
    apartment_id: int | None = None
    apartment: str = ""
    made_at: datetime | None = None
    last_used_at: datetime | None = None
    owner_active: bool = True
    owner_there: bool = True
    live: bool = True
    used_after: datetime | None = None
    far: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason in a sentence."""

    why: Why
    text: str


def score_of(reasons: Iterable[Reason]) -> int:
    """How suspicious something with these reasons is, 0 to 100."""
    return min(_MOST, sum(WEIGHTS[reason.why] for reason in reasons))


def suspects(
    codes: Iterable[Code], people: Mapping[int, int], now: datetime, *, since: datetime | None = None
) -> dict[int, tuple[Reason, ...]]:
    """Code -> the reasons to look at it, heaviest first; those without one are left out.

    `people` counts who lives in each apartment. `since` is how far back the logs go: what is older than they are
    cannot be told unused. Looks at every PIN once, at its digits only.
    """
    known = list(codes)
    alive = [code for code in known if code.live]
    shared = _shared(alive)
    pins = {code.value for code in alive if code.kind is CredentialKind.PIN}
    held_in = _contained(pins)
    cards = Counter(code.apartment_id for code in alive if code.kind is CredentialKind.CARD and code.apartment_id)
    found: dict[int, tuple[Reason, ...]] = {}
    for code in known:
        reasons = [*_of_owner(code), *_of_use(code, now, since)]
        if code.live and code.kind is CredentialKind.PIN:
            reasons += _of_pin(code, now, shared[code.value], held_in.get(code.value, 0))
        elif code.live and code.apartment_id is not None:
            reasons += _of_cards(cards[code.apartment_id], people.get(code.apartment_id, 0), code.apartment)
        if reasons:
            found[code.id] = tuple(sorted(reasons, key=lambda one: -WEIGHTS[one.why]))
    return found


def guess(pin: str, apartment: str, year: int) -> str:
    """Why a PIN is guessed early, in words; "" for one that is not. `apartment` is its owner's, `year` the present."""
    if len(set(pin)) == 1:
        return "one digit repeated"
    steps = {int(right) - int(left) for left, right in pairwise(pin)}
    if len(pin) > PIN_SHORTEST and steps in ({1}, {-1}):
        return "digits in a row"
    if apartment and pin == apartment:
        return "the APT number"
    if len(pin) == 4 and _OLDEST_YEAR <= int(pin) <= year + 1:
        return "a year"
    if len(pin) >= 4 and len(pin) % 2 == 0 and pin == pin[:2] * (len(pin) // 2):
        return "a pair repeated"
    return f"only {len(pin)} digits" if len(pin) <= SHORT else ""


def _of_owner(code: Code) -> list[Reason]:
    if not code.live:
        return []
    if not code.owner_there:
        return [Reason(Why.OWNER_GONE, "its owner is gone and it still opens")]
    return [] if code.owner_active else [Reason(Why.OWNER_GONE, "its owner is suspended")]


def _of_use(code: Code, now: datetime, since: datetime | None) -> list[Reason]:
    reasons = []
    if code.used_after is not None:
        left = "its owner had left" if not code.owner_there else "it was taken away"
        reasons.append(Reason(Why.USED_AFTER, f"opened a door after {left}"))
    if code.far is not None:
        reasons.append(Reason(Why.FAR_DOORS, f"at {code.far[0]} and {code.far[1]} within a minute"))
    long_ago = now - UNUSED_FOR
    if not code.live or code.made_at is None or code.made_at > long_ago:
        return reasons
    if code.last_used_at is None:
        whole = since is not None and since <= code.made_at
        text = "never used since it was made" if whole else "not used as far back as the logs go"
        reasons.append(Reason(Why.NEVER_USED, text))
    elif code.last_used_at <= long_ago:
        reasons.append(Reason(Why.UNUSED, f"not used for {(now - code.last_used_at).days} days"))
    return reasons


def _of_pin(code: Code, now: datetime, owners: int, containing: int) -> list[Reason]:
    reasons = []
    if word := guess(code.value, code.apartment, now.year):
        reasons.append(Reason(Why.GUESSABLE, f"guessable: {word}"))
    if owners > 1:
        others = "another person has" if owners == 2 else f"{owners - 1} other people have"
        reasons.append(Reason(Why.SHARED, f"{others} the same PIN"))
    if containing:
        longer = "a longer PIN" if containing == 1 else f"{containing} longer PINs"
        reasons.append(Reason(Why.CONTAINED, f"part of {longer}: a door may take one for the other"))
    return reasons


def _of_cards(cards: int, people: int, apartment: str) -> list[Reason]:
    if not people or cards <= CARDS_EACH * people:
        return []
    who = "1 person" if people == 1 else f"{people} people"
    return [Reason(Why.MANY_CARDS, f"{cards} cards for {who} in APT {apartment}")]


def _shared(codes: Iterable[Code]) -> Counter[str]:
    """PIN -> how many people have it, which APT+PIN mode allows."""
    holders: dict[str, set[int]] = defaultdict(set)
    for code in codes:
        if code.kind is CredentialKind.PIN:
            holders[code.value].add(code.holder_id)
    return Counter({value: len(found) for value, found in holders.items()})


def _contained(pins: set[str]) -> Counter[str]:
    """PIN -> how many longer PINs it is part of (edge case 6)."""
    found: Counter[str] = Counter()
    for pin in pins:
        parts = {pin[at : at + size] for size in range(PIN_SHORTEST, len(pin)) for at in range(len(pin) - size + 1)}
        found.update(parts & pins)
    return found
