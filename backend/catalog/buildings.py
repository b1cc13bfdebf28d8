"""Buildings: list, form and acts of the Site Setup."""

from __future__ import annotations

from backend.catalog.model import Field, Kind, Record, Verb

BUILDING = Record(
    name="building",
    title="Buildings",
    singular="building",
    fields=(
        Field("name", "Building", width=0, formed=True, required=True, max_length=64, filtered=True, sorted=True),
        Field("apartments", "Apartments", Kind.INTEGER, width=10, importance=2, align_right=True, sorted=True),
        Field("residents", "Residents", Kind.INTEGER, width=9, importance=2, align_right=True, sorted=True),
        Field("devices", "Devices", Kind.INTEGER, width=7, importance=3, align_right=True),
    ),
    verbs=(
        Verb("add", "New", "n", "building.write", needs_row=False),
        Verb("edit", "Rename", "e", "building.write"),
        Verb("delete", "Delete", "d", "building.write", danger=True, confirm_key="y"),
    ),
    topics=frozenset({"buildings", "apartments", "residents", "devices"}),
    default_sort="name",
    read_permission="building.read",
    empty="There is no building yet.",
)
