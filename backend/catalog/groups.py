"""Access groups and holidays: lists, forms and acts (rules 8)."""

from __future__ import annotations

from backend.catalog.model import Choice, Field, Kind, Record, Verb

TYPES = (Choice("default", "Default"), Choice("custom", "Custom"))

ACCESS_GROUP = Record(
    name="access-group",
    title="Access groups",
    singular="access group",
    fields=(
        Field("number", "ID", Kind.INTEGER, width=5, importance=4, align_right=True, filtered=True, sorted=True),
        Field("name", "Name", width=0, formed=True, required=True, max_length=64, filtered=True, sorted=True),
        Field("type", "Type", Kind.CHOICE, width=8, importance=5, choices=TYPES, filtered=True, sorted=True),
        Field("schedule", "Hours", listed=False, formed=True, required=True, hint="mo-fr 8-18; sa 10-14"),
        Field("hours", "Hours", width=30, importance=2),
        Field("relay_ids", "Doors", Kind.REFERENCES, listed=False, formed=True, required=True, refers="door"),
        Field("doors", "Doors", Kind.INTEGER, width=5, importance=3, align_right=True, sorted=True),
        Field("door", "Door", listed=False, short="d", filtered=True),
        Field("people", "People", Kind.INTEGER, width=6, importance=1, align_right=True, filtered=True, sorted=True),
        Field("keeps_holidays", "Keeps holidays", Kind.FLAG, listed=False, formed=True, short="holidays", filtered=True,
              hint="closed on them"),
    ),
    verbs=(
        Verb("add", "New", "n", "access_group.write", needs_row=False),
        Verb("edit", "Edit", "e", "access_group.write"),
        Verb("delete", "Delete", "d", "access_group.write", danger=True, confirm_key="x", many=True),
    ),
    topics=frozenset({"groups", "devices", "residents", "buildings"}),
    default_sort="number",
    read_permission="access_group.read",
    empty="There is no access group yet. A building makes its own.",
)  # fmt: skip

HOLIDAY = Record(
    name="holiday",
    title="Holidays",
    singular="holiday",
    fields=(
        Field("name", "Name", width=0, formed=True, required=True, max_length=64, filtered=True, sorted=True),
        Field("first_day", "First day", width=12, importance=2, formed=True, required=True, max_length=10,
              hint="2026-12-25", filtered=True, sorted=True),
        Field("last_day", "Last day", width=12, importance=3, formed=True, max_length=10,
              hint="the same, if left empty", sorted=True),
    ),
    verbs=(
        Verb("add", "New", "n", "access_group.write", needs_row=False),
        Verb("edit", "Edit", "e", "access_group.write"),
        Verb("delete", "Delete", "d", "access_group.write", danger=True, confirm_key="x"),
    ),
    topics=frozenset({"groups"}),
    default_sort="first_day",
    read_permission="access_group.read",
    empty="There is no holiday yet. Groups that keep holidays are closed on them.",
)  # fmt: skip
