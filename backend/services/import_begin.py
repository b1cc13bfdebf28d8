"""What every import asks before it writes, and who hears of it while it does."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from backend.domain.context import Context
from backend.domain.enums import Verdict
from backend.domain.errors import Invalid
from backend.services.import_checked import Checked
from backend.store import tables as t
from backend.store.store import Store


def refuse_unless_good(store: Store, context: Context, rows: Sequence[Checked], *, good_rows: bool) -> None:
    """Raise Invalid (rows) where rows are refused, unless `good_rows`, and where nothing differs on a first run."""
    refused = sum(1 for row in rows if row.refused)
    if refused and not good_rows:
        one = "1 row is" if refused == 1 else f"{refused:,} rows are"
        raise Invalid({"rows": f"{one} refused. Put them right, leave them out, or write the good rows only."})
    if all(row.refused or row.acts is Verdict.SAME for row in rows) and not _began_earlier(store, context):
        raise Invalid({"rows": "No row is good." if refused else "Nothing differs: every row is there."})


def _began_earlier(store: Store, context: Context) -> bool:
    """Whether this request has been carried out before, to its end or not."""
    r = t.request
    with store.read() as connection:
        found = connection.execute(select(r.c.request_id).where(r.c.request_id == context.request_id)).scalar()
    return found is not None
