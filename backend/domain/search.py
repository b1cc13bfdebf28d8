"""What a search finds."""

from __future__ import annotations

from backend.domain.frozen import Frozen


class Hit(Frozen):
    """One hit of the search: record type, id, what to show, where it is; `code` is the credential that was meant."""

    record: str
    id: int
    title: str
    detail: str
    code: int | None = None
