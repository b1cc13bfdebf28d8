"""The community itself: what Settings show and change of it (rules 15)."""

from __future__ import annotations

from backend.catalog.model import Choice, Field, Kind, Record, Verb

CLOCKS = (Choice("24", "24 hours"), Choice("12", "12 hours"))
DATES = (Choice("iso", "2026-12-31"), Choice("dmy", "31/12/2026"), Choice("mdy", "12/31/2026"))

COMMUNITY = Record(
    name="community",
    title="Community",
    singular="community",
    fields=(
        Field("name", "Name", formed=True, required=True, max_length=64),
        Field("timezone", "Time zone", formed=True, required=True, hint="as in Europe/Berlin"),
        Field("clock_format", "Clock", Kind.CHOICE, formed=True, choices=CLOCKS),
        Field("date_format", "Date", Kind.CHOICE, formed=True, choices=DATES),
    ),
    verbs=(Verb("edit", "Edit", "e", "community.edit", needs_row=False),),
    topics=frozenset({"buildings"}),
    default_sort="name",
    read_permission="community.read",
)
