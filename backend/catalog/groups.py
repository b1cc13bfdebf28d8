"""Access groups as a list to choose from (rules 8)."""

from __future__ import annotations

from backend.catalog.model import Field, Kind, Record

ACCESS_GROUP = Record(
    name="access-group",
    title="Access groups",
    singular="access group",
    fields=(
        Field("name", "Name", width=0),
        Field("hours", "Hours", width=24, importance=2),
        Field("doors", "Doors", Kind.INTEGER, width=5, importance=3, align_right=True),
    ),
    verbs=(),
    topics=frozenset({"groups", "devices"}),
    default_sort="name",
    read_permission="access_group.read",
    empty="There is no access group yet. A building makes its own.",
)
