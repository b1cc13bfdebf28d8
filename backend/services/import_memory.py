"""What the columns of a table without headings meant the last time a table of its shape was taken over."""

from __future__ import annotations

from sqlalchemy import Connection, delete, insert, select

from backend.domain.context import Context
from backend.domain.import_columns import Columns
from backend.domain.imports import ImportDraft
from backend.domain.sheets import Sheet, text_of
from backend.store import tables as t
from backend.store.store import Store


def shape_of(sheet: Sheet) -> str:
    """What tells tables of one source apart from others: how many columns, and which look like a number or address."""
    width = max(len(row.cells) for row in sheet.rows)
    kinds = []
    for index in range(width):
        texts = [text for row in sheet.rows[:20] if index < len(row.cells) and (text := text_of(row.cells[index]))]
        digits = sum(text.strip().isdigit() for text in texts)
        mails = sum("@" in text for text in texts)
        kinds.append("-" if not texts else "9" if digits * 2 > len(texts) else "@" if mails * 2 > len(texts) else "a")
    return f"{width}:{''.join(kinds)}"


def recall(connection: Connection, community_id: int, sheet: Sheet) -> Columns | None:
    """The columns as last time, None for a shape that is new."""
    c = t.import_columns
    found = connection.execute(
        select(c.c.fields).where(c.c.community_id == community_id, c.c.source == shape_of(sheet))
    ).scalar()
    return Columns(tuple(found.split(","))) if found else None


def remember(store: Store, context: Context, draft: ImportDraft) -> None:
    """Keep what the columns meant, where no headings said it."""
    if draft.columns.heading_row or draft.faces:
        return
    c, shape = t.import_columns, shape_of(draft.sheet)
    with store.books(context) as work:
        work.connection.execute(delete(c).where(c.c.community_id == context.community_id, c.c.source == shape))
        work.connection.execute(
            insert(c).values(community_id=context.community_id, source=shape, fields=",".join(draft.columns.fields))
        )
