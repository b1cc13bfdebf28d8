"""Ghost hunt: codes and records at doors that somebody should look at (feature LIB-03)."""

from __future__ import annotations

from backend.catalog.library import CODE_KINDS, IDENTITIES, TOPICS
from backend.catalog.model import Choice, Field, Kind, Record, Verb
from backend.domain.ghosts import Why

REASONS = (
    Choice(Why.USED_AFTER.value, "Used after it was taken away"),
    Choice(Why.OWNER_GONE.value, "Owner gone"),
    Choice(Why.NOBODY.value, "Nobody's"),
    Choice(Why.FAR_DOORS.value, "At two far doors"),
    Choice(Why.SHARED.value, "Shared"),
    Choice(Why.GUESSABLE.value, "Guessable"),
    Choice(Why.NEVER_USED.value, "Never used"),
    Choice(Why.CONTAINED.value, "Part of another PIN"),
    Choice(Why.UNUSED.value, "Unused"),
    Choice(Why.MANY_CARDS.value, "Many cards"),
)
WHAT = (*CODE_KINDS, Choice("user", "Record"))
"""What a ghost is: a PIN, a card, or a record that a door holds of somebody who has neither."""

GHOST = Record(
    name="ghost",
    title="Ghost hunt",
    singular="ghost",
    fields=(
        Field("score", "Score", Kind.INTEGER, width=7, importance=0, align_right=True, filtered=True, sorted=True),
        Field("name", "Name", width=16, importance=1, filtered=True, sorted=True),
        Field("building", "Bldg", listed=False, short="b", filtered=True),
        Field("apartment", "APT", width=6, importance=4, align_right=True, short="apt", filtered=True),
        Field("identity", "Identity", Kind.CHOICE, listed=False, choices=IDENTITIES, short="who", filtered=True),
        Field("kind", "What", Kind.CHOICE, width=7, importance=3, choices=WHAT, short="what", filtered=True),
        Field("masked", "Code", width=5, importance=2),
        Field("reasons", "Why", width=0, importance=0),
        Field("reason", "Reason", Kind.CHOICE, listed=False, choices=REASONS, short="why", filtered=True),
        Field("last_used_at", "Last used", Kind.DATE, width=10, importance=5, align_right=True, sorted=True),
        Field("doors", "Held by", listed=False, exported=True),
    ),
    verbs=(Verb("delete", "Take away", "d", "library.delete", danger=True, confirm_key="y", many=True),),
    topics=TOPICS,
    default_sort="score",
    descending=True,
    read_permission="library.read",
    empty="No code is suspicious.",
)
