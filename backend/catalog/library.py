"""The Library: every PIN and every RF card with its owner (rules 11; features LIB-01, LIB-02)."""

from __future__ import annotations

from backend.catalog.model import Choice, Field, Kind, Record, Verb

IDENTITIES = (
    Choice("master", "Master"),
    Choice("member", "Member"),
    Choice("staff", "Staff"),
    Choice("delivery", "Delivery"),
)
CODE_KINDS = (Choice("pin", "PIN"), Choice("card", "RF card"))
TOPICS = frozenset({"residents", "apartments", "buildings", "groups", "personnel"})

_OWNER = (
    Field("building", "Bldg", width=6, importance=2, short="b", filtered=True, sorted=True),
    Field("apartment", "APT", width=6, importance=1, align_right=True, short="apt", filtered=True, sorted=True),
    Field(
        "identity",
        "Identity",
        Kind.CHOICE,
        width=9,
        importance=3,
        choices=IDENTITIES,
        short="who",
        filtered=True,
        sorted=True,
    ),
)
_ABOUT = (
    Field("status", "State", Kind.STATE, width=13, importance=4, vocabulary="credential", filtered=True),
    Field("groups", "Access groups", width=18, importance=7),
    Field("made_by", "Created by", width=14, importance=8),
    Field("made_at", "Created", Kind.DATE, width=10, importance=6, align_right=True, sorted=True),
    Field("last_used_at", "Last used", Kind.DATE, width=10, importance=5, align_right=True),
)
_VERBS = (
    Verb("edit", "Replace", "e", "resident.write"),
    Verb("delete", "Take away", "d", "library.delete", danger=True, confirm_key="y", many=True),
)
"""What takes one away asks for the owner's own permission besides: of residents, or of staff and deliveries."""

LIBRARY_PIN = Record(
    name="library-pin",
    title="PINs",
    singular="PIN",
    fields=(
        Field("name", "Name", width=0, filtered=True, sorted=True),
        *_OWNER,
        Field("masked", "PIN", width=6, importance=0),
        Field("pin", "PIN", listed=False, filtered=True),
        *_ABOUT,
    ),
    verbs=_VERBS,
    topics=TOPICS,
    default_sort="name",
    read_permission="library.read",
    empty="Nobody has a PIN yet.",
)
LIBRARY_CARD = Record(
    name="library-card",
    title="RF cards",
    singular="card",
    fields=(
        Field("name", "Name", width=0, filtered=True, sorted=True),
        *_OWNER,
        Field("masked", "Card", width=6, importance=0),
        Field("card", "Card", listed=False, filtered=True),
        *_ABOUT,
    ),
    verbs=_VERBS,
    topics=TOPICS,
    default_sort="name",
    read_permission="library.read",
    empty="Nobody has a card yet.",
)
