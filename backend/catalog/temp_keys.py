"""Temporary keys: list, form and acts (rules 7.1)."""

from __future__ import annotations

from backend.catalog.model import Choice, Field, Kind, Record, Verb

REPEATS = (Choice("never", "Never"), Choice("daily", "Daily"), Choice("weekly", "Weekly"))

TEMP_KEY = Record(
    name="temp-key",
    title="Temporary keys",
    singular="temporary key",
    fields=(
        Field("apartment_id", "APT", Kind.REFERENCE, listed=False, formed=True, refers="apartment",
              hint="none for the administration"),
        Field("name", "Name", width=0, formed=True, required=True, max_length=64, filtered=True, sorted=True),
        Field("building", "Bldg", width=6, importance=3, short="b", filtered=True),
        Field("apartment", "APT", width=6, importance=1, align_right=True, short="apt", filtered=True, sorted=True),
        Field("state", "State", Kind.STATE, width=13, importance=0, vocabulary="temp_key", filtered=True, sorted=True),
        Field("until", "Until", listed=False, formed=True, hint="22, 2h, fr 18, 2026-12-01 12:00"),
        Field("email", "E-mail", Kind.EMAIL, width=22, importance=6, formed=True, max_length=254, filtered=True,
              truncate_middle=True),
        Field("id_number", "ID number", listed=False, formed=True, max_length=64),
        Field("repeat", "Repeats", Kind.CHOICE, width=8, importance=4, formed=True, choices=REPEATS, filtered=True),
        Field("schedule", "Hours", listed=False, formed=True, hint="mo-fr 8-18 or daily 22-6, for keys that repeat"),
        Field("begin", "From", listed=False, formed=True, hint="now, if left empty"),
        Field("each_count", "Uses per door", Kind.INTEGER, listed=False, formed=True, hint="Never only; else 1"),
        Field("relay_ids", "Doors", Kind.REFERENCES, listed=False, formed=True, refers="door"),
        Field("run", "RUN", Kind.SECRET, listed=False, formed=True, max_length=16),
        Field("serial", "Serial", Kind.SECRET, listed=False, formed=True, max_length=16),
        Field("begins_at", "From", Kind.INSTANT, width=16, importance=5, short="from", filtered=True),
        Field("ends_at", "Until", Kind.INSTANT, width=16, importance=2, short="expires", filtered=True, sorted=True),
        Field("uses", "Used", width=8, importance=3, align_right=True),
        Field("made_by", "Made by", width=12, importance=7, short="by", filtered=True),
        Field("made_at", "Made", Kind.INSTANT, listed=False, exported=True, sorted=True),
    ),
    verbs=(
        Verb("add", "New", "n", "visitor.write", needs_row=False),
        Verb("edit", "Valid time", "e", "visitor.write"),
        Verb("resend", "Mail again", "m", "visitor.write", undoable=False),
        Verb("delete", "Delete", "d", "visitor.write", danger=True, confirm_key="x", many=True),
    ),
    topics=frozenset({"temp_keys", "apartments", "buildings"}),
    default_sort="ends_at",
    descending=True,
    read_permission="visitor.read",
    empty="There is no temporary key yet.",
)  # fmt: skip
"""Digits are in no list and in no file: a key is whole on its own page alone."""
