"""Staff and deliveries: the guide's "Staff Auth" and "Delivery Auth", their lists, forms and acts (rules 7.3, 7.4)."""

from __future__ import annotations

from backend.catalog.model import Field, Kind, Record, Verb

_PERSON, _RIGHTS, _FACE = "Person", "Where and when", "Face and ID access"

_NAME = Field(
    "name", "Name", width=0, formed=True, required=True, max_length=64, section=_PERSON, filtered=True, sorted=True
)
_PIN = Field(
    "pin",
    "PIN",
    Kind.SECRET,
    listed=False,
    formed=True,
    max_length=8,
    section=_PERSON,
    hint="2-8 digits, not 9…",
    filtered=True,
)
_CARDS = Field(
    "cards", "RF cards", Kind.SECRETS, listed=False, formed=True, section=_PERSON, hint="hex or dec:, ; between"
)
_GROUP_IDS = Field(
    "group_ids", "Groups", Kind.REFERENCES, listed=False, formed=True, refers="access-group", section=_RIGHTS
)
_HOW = (
    Field("card", "RF card", Kind.SECRET, listed=False, filtered=True),
    Field("methods", "Access methods", width=20, importance=2, short="method", filtered=True, sorted=True),
    Field("groups", "Access groups", width=24, importance=3, short="group", filtered=True, sorted=True),
)
_DOORS = Field("doors", "Doors", Kind.STATE, width=14, importance=1, vocabulary="sync")
_VERBS = (
    Verb("add", "New", "n", "visitor.write", needs_row=False),
    Verb("edit", "Edit", "e", "visitor.write"),
    Verb("delete", "Delete", "d", "library.delete", danger=True, confirm_key="y", many=True),
    Verb("reveal", "Show codes", "C", "credential.reveal", undoable=False),
)
_TOPICS = frozenset({"personnel", "groups", "sync"})


def _floors(hint: str) -> Field:
    return Field("floors", "Floors", Kind.TEXTS, width=12, importance=5, formed=True, section=_RIGHTS, hint=hint)


DELIVERY = Record(
    name="delivery",
    title="Deliveries",
    singular="delivery",
    fields=(_NAME, _PIN, _CARDS, _GROUP_IDS, *_HOW, _floors("ten at most, G0-G2"), _DOORS),
    verbs=_VERBS,
    topics=_TOPICS,
    default_sort="name",
    read_permission="visitor.read",
    empty="No courier has a PIN or a card yet.",
)

STAFF = Record(
    name="staff",
    title="Staff",
    singular="staff member",
    fields=(
        _NAME,
        _CARDS,
        _PIN,
        _GROUP_IDS,
        *_HOW,
        _floors("-10 to 128, G0-G2, All Floors"),
        Field("face", "Face photo", Kind.PHOTO, listed=False, formed=True, section=_FACE, hint="file, JPEG or PNG"),
        Field("run", "RUN", Kind.SECRET, listed=False, formed=True, max_length=16, section=_FACE),
        Field("serial", "Serial", Kind.SECRET, listed=False, formed=True, max_length=16, section=_FACE),
        _DOORS,
    ),
    verbs=_VERBS,
    topics=_TOPICS,
    default_sort="name",
    read_permission="visitor.read",
    empty="No staff member has a card or a PIN yet.",
)
"""Of both, `doors` is the worst sync state of a person's doors with its count, "pending:1"; a card comes first in the
form of staff, as most have nothing else."""
