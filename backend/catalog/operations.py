"""The operation log and the list of what can be undone (rules 10.6; features LOG-06, SYNC-07)."""

from __future__ import annotations

from backend.catalog.model import Field, Kind, Record, Verb
from backend.catalog.words import WAYS

_FIELDS = (
    Field("id", "No.", Kind.INTEGER, width=7, importance=5, align_right=True, short="no", filtered=True),
    Field("at", "Happened", Kind.INSTANT, width=19, importance=0, short="happened", filtered=True, sorted=True),
    Field("since", "Since", Kind.INSTANT, listed=False, filtered=True),
    Field("actor", "Initiated by", width=18, importance=1, short="by", filtered=True),
    Field("via", "Via", Kind.CHOICE, width=8, importance=6, choices=WAYS, filtered=True),
    Field("type", "Type", width=18, importance=4, filtered=True),
    Field("action", "Action", width=0, importance=2),
    Field("entity", "Record", width=12, importance=7, short="record", filtered=True),
    Field("entity_name", "Name", width=22, importance=3, short="name", filtered=True),
)

OPERATION = Record(
    name="operation",
    title="Operations",
    singular="operation",
    fields=_FIELDS,
    verbs=(Verb("undo", "Undo", "u", "undo.write", danger=True, confirm_key="y", undoable=True),),
    topics=frozenset({"operations"}),
    default_sort="at",
    descending=True,
    read_permission="operation.read",
    empty="Nothing was done here yet.",
)

UNDO = Record(
    name="undo",
    title="Undo",
    singular="operation",
    fields=_FIELDS,
    verbs=OPERATION.verbs,
    topics=frozenset({"operations"}),
    default_sort="at",
    descending=True,
    read_permission="undo.write",
    empty="There is nothing to take back.",
)
