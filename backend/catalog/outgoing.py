"""Texts of the Outbox (features AGT-07, AGT-09)."""

from __future__ import annotations

from backend.catalog.model import Choice, Field, Kind, Record, Verb
from backend.domain.enums import OutgoingKind

KINDS = (Choice(OutgoingKind.MAIL.value, "Mail"), Choice(OutgoingKind.SMS.value, "SMS"))

OUTGOING = Record(
    name="outgoing",
    title="Outbox",
    singular="text",
    fields=(
        Field("made_at", "Made", Kind.INSTANT, width=16, importance=3, short="made", filtered=True, sorted=True),
        Field("since", "Since", Kind.INSTANT, listed=False, filtered=True),
        Field("kind", "Kind", Kind.CHOICE, width=5, importance=5, choices=KINDS, filtered=True),
        Field("address", "To", width=28, importance=1, short="to", filtered=True, truncate_middle=True),
        Field("purpose", "Purpose", width=20, importance=2, filtered=True),
        Field("about", "About", width=18, importance=6, short="name", filtered=True),
        Field("state", "State", Kind.STATE, width=14, importance=0, vocabulary="outgoing", filtered=True),
        Field("attempt", "Try", Kind.INTEGER, width=6, importance=4, align_right=True),
        Field("answer", "Server's words", width=0, importance=7),
        Field("not_before", "Next try", Kind.INSTANT, listed=False),
        Field("useful_until", "Of use until", Kind.INSTANT, listed=False),
        Field("ended_at", "Ended", Kind.INSTANT, listed=False),
    ),
    verbs=(
        Verb("resend", "Send again", "m", "outbox.write", undoable=False, many=True),
        Verb("handed", "Handed over", "H", "outbox.write", undoable=False, many=True),
        Verb("print", "Print", "p", "credential.reveal", undoable=False),
        Verb("delete", "Delete", "d", "outbox.write", danger=True, confirm_key="x", undoable=False, many=True),
    ),
    topics=frozenset({"outbox"}),
    default_sort="made_at",
    descending=True,
    read_permission="outbox.read",
    empty="Nothing was to be sent yet.",
)  # fmt: skip
