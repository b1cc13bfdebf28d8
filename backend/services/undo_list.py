"""The acts that undo knows as a list to page and filter; `Undo.candidates` says what stands in the way of each."""

from __future__ import annotations

from backend.domain.context import Context
from backend.domain.paging import ListQuery
from backend.services.base import Service
from backend.services.lists import ListHandle
from backend.services.operations import operation_listing
from backend.services.since import since
from backend.services.undo import PERMISSIONS
from backend.services.undo_taking import ACT
from backend.store import tables as t


class UndoList(Service):
    """The operations that are of a kind that can be taken back."""

    def list(self, context: Context, query: ListQuery) -> ListHandle:
        """The acts, newest first."""
        o = t.operation
        listing = operation_listing(context, o.c.undoable.is_(True), o.c.type.in_((*PERMISSIONS, ACT)))
        return ListHandle(self.store, context, "undo.write", listing, since(query, "at"))
